"""What few may read is read at the leader's desk and its author's, and lies sealed on every other disk."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.models import Device, Request, SealedKey
from app.queries.requests import RequestRow, RequestStory
from app.services.letters import NewLetter
from app.sync.verify import verify
from app.ui.requests.words import said
from tests.headoffice.agreeing import assert_agreed
from tests.offices import ON_BOTH, Company, person
from tests.services.test_requests import add_customer, new

WORDS = "Anh Tạ Quang Hưng thu tiền không biên lai"
WHO = "Bà Phùng Thị Lụa"
SECRETS = (WORDS, "Tạ Quang Hưng", WHO, "Phùng Thị Lụa", "0987654321", "Ngõ Vườn Dâu", "Đã mời anh Hưng")


def denounce(desktop: Desktop, login: str = "yen") -> UUID:
    told = new("denunciation", words=WORDS, contact_name=WHO, phone="0987654321", address="Ngõ Vườn Dâu")
    return desktop.requests.register(person(desktop, login), told).id


def seen(desktop: Desktop, request: UUID, login: str = "mai") -> RequestStory:
    who = person(desktop, login)
    found = desktop.request_queries.story(request, desktop.request_queries.viewer(who.id, who.roles))
    assert found is not None
    return found


def row(desktop: Desktop, request: UUID, login: str = "mai") -> RequestRow:
    return seen(desktop, request, login).row


def found(desktop: Desktop, words: str, login: str = "mai") -> set[UUID]:
    who = person(desktop, login)
    viewer = desktop.request_queries.viewer(who.id, who.roles)
    return set(desktop.request_queries.ids("all", viewer, desktop.clock.now(), words=words))


def on_disk(home: Path) -> list[str]:
    """Which of the secrets stand in clear in any file of a home."""
    data = b"".join(each.read_bytes() for each in home.rglob("*") if each.is_file())
    return [secret for secret in SECRETS if secret.encode() in data]


def led(company: Company) -> tuple[Desktop, Desktop, Desktop]:
    """The leader's desk, the counter's, and a third."""
    leader, counter, third = company.desk("BN01"), company.desk("BN03"), company.desk("BN04")
    company.headoffice.hub.enrolling.name_leader(company.office_no, "BN01")
    company.sync()
    return leader, counter, third


@ON_BOTH
def test_it_is_read_where_it_was_written_and_at_the_leaders_desk(company: Company) -> None:
    leader, counter, third = led(company)
    request = denounce(counter)
    company.sync()
    leader.requests.note(person(leader, "mai"), request, "Đã mời anh Hưng đến làm việc")
    leader.requests.answer(person(leader, "mai"), request, "Đã mời anh Hưng, tiền đã trả lại", "solved")
    company.sync()
    for desktop in (leader, counter):
        there = row(desktop, request)
        assert (there.words, there.contact_name, there.phone, there.shut) == (WORDS, WHO, "0987654321", False)
        assert there.address == "Ngõ Vườn Dâu"
        assert found(desktop, "quang hung") == {request}
    # The leader answers, and who received it tells the answer.
    for desktop in (leader, counter):
        assert seen(desktop, request).answer == "Đã mời anh Hưng, tiền đã trả lại"
    counter.requests.tell(person(counter, "yen"), request, "phone", "Đã gọi bà Lụa")
    there = row(third, request)
    assert (there.words, there.contact_name, there.phone, there.address) == ("", "", None, None)
    assert (there.shut, there.state) == (True, "answered")
    assert seen(third, request).answer is None
    assert [each.text for each in seen(third, request).events if each.text] == []
    assert said(there)  # where it is read
    assert found(third, "quang hung") == set()
    assert found(third, there.code) == {request}
    assert_agreed(company)


def test_on_other_disks_and_in_the_head_offices_nothing_of_it_stands_in_clear(company: Company) -> None:
    leader, counter, third = led(company)
    request = denounce(counter)
    company.sync()
    mai = person(leader, "mai")
    leader.request_work.hold(mai, request, "access", "Đã mời anh Hưng, hẹn thứ hai")
    leader.request_work.resume(mai, request, "Đã mời anh Hưng lần hai")
    letter = NewLetter(
        uuid4(), "vi", "Về việc của Tạ Quang Hưng", WHO, "Ngõ Vườn Dâu", WORDS, "Bùi Thị Mai",
        request_id=request, closes=True, outcome="solved",
    )  # fmt: skip
    written = leader.letters.write(mai, letter)
    company.sync()
    viewer = leader.request_queries.viewer(mai.id, mai.roles)
    read = leader.letter_queries.letter(written.id, viewer)
    assert read is not None
    assert (read.text, read.row.addressee) == (WORDS, WHO)
    assert third.letter_queries.letter(written.id, viewer) is None
    assert [each.hidden for each in third.letter_queries.of_request(request, viewer)] == []
    assert row(third, request).state == "closed"
    for desktop in list(company.desks):
        assert on_disk(company.shut(desktop)) == []
    company.headoffice.close()
    assert on_disk(company.home) == []
    company.headoffice = company._opened()


def test_its_customer_is_not_named_in_clear_either(company: Company) -> None:
    leader, counter, third = led(company)
    customer = add_customer(counter)
    told = new("denunciation", words=WORDS, customer_id=customer)
    request = counter.requests.register(person(counter, "yen"), told).id
    company.sync()
    with third.database.read.connect() as read:
        kept = read.execute(select(Request).where(Request.id == request)).mappings().one()
    assert {kept[each] for each in ("customer_id", "contact_name", "address", "area")} == {None, ""}
    there = row(leader, request)
    assert there.customer_code
    assert there.contact_name == "Nguyễn Thị Như Quỳnh"
    with pytest.raises(AppError, match=r"request\.few"):
        leader.requests.link(person(leader, "mai"), request, customer)


def test_where_no_desk_is_the_leaders_all_desks_read_it_and_a_new_one_too(company: Company) -> None:
    counter, other = company.desk("BN03"), company.desk("BN04")
    company.sync()
    request = denounce(counter)
    company.sync()
    assert row(other, request).words == WORDS
    late = company.desk("BN05")
    company.sync()
    assert row(late, request).words == WORDS


def test_a_leaders_desk_that_comes_later_reads_what_was_written_before(company: Company) -> None:
    _, counter, third = led(company)
    request = denounce(counter)
    company.sync()
    company.headoffice.hub.enrolling.name_leader(company.office_no, "BN04")
    invitation = company.headoffice.enrolment(company.office_no, "BN06", "Phòng", "http://unused", leads=True)
    from app.home.first_start import enrol_desk

    enrol_desk(company.folder / "BN06", invitation, company.clock, company.transport)
    late = company.opened(company.folder / "BN06")
    company.sync()
    assert row(third, request).words == row(late, request).words == WORDS
    with late.database.read.connect() as read:
        assert len(read.execute(select(SealedKey.reader).distinct()).all()) == 2
    # Named again, nothing is handed on twice.
    company.headoffice.hub.enrolling.name_leader(company.office_no, "BN04")
    company.sync()
    with late.database.read.connect() as read:
        keys = read.execute(select(SealedKey.about_id, SealedKey.reader)).all()
    assert len(keys) == len(set(keys))


@ON_BOTH
def test_a_desk_that_did_not_know_the_leaders_seals_for_it_all_the_same(company: Company) -> None:
    """The counter was offline while the leader's desk came: the head office hands the key on."""
    counter, third = company.desk("BN03"), company.desk("BN04")
    company.sync()
    leader = company.desk("BN01")
    company.headoffice.hub.enrolling.name_leader(company.office_no, "BN01")
    request = denounce(counter)  # for all desks that it knows
    company.sync()
    assert row(leader, request).words == WORDS
    assert row(third, request).words == WORDS  # was a reader when it was written
    later = denounce(counter)
    company.sync()
    assert row(leader, later).words == WORDS
    assert row(third, later).shut
    assert_agreed(company)


def test_a_leaders_desk_let_in_no_more_is_no_reader(company: Company) -> None:
    leader, counter, third = led(company)
    company.headoffice.founding.revoke(company.headoffice.hub.office_feed(company.office_no), "BN01")
    counter.client.once()
    request = denounce(counter)
    counter.client.once()
    third.client.once()
    assert row(third, request).shut  # not for all again
    with counter.database.read.connect() as read:
        envelope = read.execute(select(Request.sealed).where(Request.id == request)).scalar_one()
        lost = read.execute(select(Device.public_key).where(Device.desk == "BN01")).scalar_one()
    assert lost not in envelope
    assert leader is not None


def test_what_lies_in_the_journal_is_the_same_after_a_replay(company: Company) -> None:
    leader, counter, _ = led(company)
    denounce(counter)
    company.sync()
    for desktop in (leader, counter):
        assert verify(desktop.database.path, company.clock.now()).good


def test_no_desk_of_that_name(company: Company) -> None:
    company.desk("BN03")
    with pytest.raises(AppError, match=r"desk\.unknown"):
        company.headoffice.hub.enrolling.name_leader(company.office_no, "BN09")
