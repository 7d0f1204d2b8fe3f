"""What few may read, against desks gone wrong: nothing opens what is not theirs, closes in silence, or stops
the others."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import select

from app.bootstrap import Desktop
from app.domain.envelopes import Envelope, enclose
from app.domain.errors import AppError
from app.headoffice.founding import COMPANY, NewOffice
from app.models import Office, Request, SealedKey
from app.queries.vault import Vault
from app.services.letters import NewLetter
from app.sync.client import open_answer
from app.sync.wire import EnrolReply, EnrolRequest, SyncReply, SyncRequest, seal
from tests.headoffice.agreeing import assert_agreed
from tests.headoffice.backups import keep, put_back
from tests.headoffice.forging import Forger, body
from tests.headoffice.test_readers import SECRETS, WORDS, denounce, found, led, on_disk, row, seen
from tests.headoffice.test_rule_changes import kind, lay_down
from tests.offices import ON_BOTH, STAFF, Company, person
from tests.services.test_requests import new

JUNK = (b"", b"\xff" * 90, Random(7).randbytes(2 << 20))


def event(request: UUID, kind: str, sealed: bytes | None, **values: Any) -> tuple[str, dict[str, Any]]:
    """A row of something that happened."""
    data = {"answered": '{"outcome":"solved"}', "told": '{"how":"phone"}'}.get(kind, "{}")
    row = {"id": uuid4().bytes, "request_id": request.bytes, "kind": kind, "at": 1_790_000_000_000,
           "by": uuid4().bytes, "data": data, "text": None, "sealed": sealed}  # fmt: skip
    return "request_event", row | values


def asked(sealed: Any, **values: Any) -> list[tuple[str, dict[str, Any]]]:
    """The rows of a request that is received."""
    row = {"id": uuid4().bytes, "code": "KN-BN04-26-000001", "type_code": "denunciation", "channel": "phone",
           "contact_name": "", "words": "", "received_at": 1_790_000_000_000, "received_by": uuid4().bytes,
           "sealed": sealed}  # fmt: skip
    row |= values
    return [("request", row), event(UUID(bytes=row["id"]), "received", None)]


def readers(desktop: Desktop) -> list[bytes]:
    """The head office, and the desk itself."""
    own = [key.public_key().public_bytes_raw() for key in desktop._keys()]
    return [desktop.identity.hub_public_key.public_bytes_raw(), *own]


def sealed_of(desktop: Desktop, model: Any, id: UUID) -> bytes:
    with desktop.database.read.connect() as read:
        envelope: bytes = read.execute(select(model.sealed).where(model.id == id)).scalar_one()
    return envelope


# -- closed in silence ------------------------------------------------------------------------------------


@ON_BOTH
def test_nothing_is_answered_by_an_envelope_without_words(company: Company) -> None:
    leader, counter, third = led(company)
    request = denounce(counter)
    company.sync()

    def sealed(words: dict[str, str], id: bytes, to: list[bytes]) -> bytes:
        return enclose(words, company.office_no, UUID(bytes=id), to)

    own = readers(third)
    wordless: dict[str, Callable[[bytes], bytes]] = {
        "empty": lambda id: b"",
        "nothing": lambda id: sealed({}, id, own),
        "blanks": lambda id: sealed({"text": " \n "}, id, own),
        "others": lambda id: sealed({"text": "xong"}, id, own[1:]),
        "copied": lambda id: sealed_of(counter, Request, request),
    }
    for junk, made in wordless.items():
        rows = []
        for what in ("answered", "told"):
            id = uuid4().bytes
            rows.append(event(request, what, made(id), id=id))
        rows.append(event(request, "closed", None))
        forger = Forger(third, company.transport)
        forger.send(forger.entries(body(rows)))
        company.sync()
        for desktop in (leader, counter):
            assert row(desktop, request).state == "routed", junk
    # With words for the head office to see, it is answered.
    id = uuid4().bytes
    forger = Forger(third, company.transport)
    words = sealed({"text": "Đã mời anh Hưng"}, id, own)
    forger.send(forger.entries(body([event(request, "answered", words, id=id)])))
    company.sync()
    assert row(leader, request).state == "answered"
    assert seen(leader, request).answer == "Đã mời anh Hưng"  # its key was handed on
    assert_agreed(company)


# -- what is not theirs -----------------------------------------------------------------------------------


def test_an_envelope_copied_to_another_office_is_opened_for_nobody(company: Company) -> None:
    """A desk above holds the entries of the offices under it, sealed. The head office, which can open them,
    must not be led to hand a key on to the desks of the copier's office."""
    branch = company.headoffice.founding.office(
        NewOffice("Chi nhánh khu vực", "1 Trần Hưng Đạo", "0222 3800 000")
    )
    company.headoffice.founding.staff(company.headoffice.hub.office_feed(branch), STAFF)
    with company.headoffice.writer.entry("office.move", None, desk=COMPANY) as draft:
        under = draft.read.execute(select(Office.id).where(Office.number == company.office_no)).scalar_one()
        draft.change(Office, under, parent_no=branch)
    _, counter, _ = led(company)
    request = denounce(counter)
    company.sync()
    envelope = sealed_of(counter, Request, request)
    company.office_no = branch
    above = company.desk("KV01")
    assert sealed_of(above, Request, request) == envelope
    forger = Forger(above, company.transport)
    forger.send(forger.entries(body(asked(envelope, id=request.bytes))))
    company.sync()
    assert row(above, request).shut
    with above.database.read.connect() as read:
        assert read.execute(select(SealedKey.id)).all() == []


def test_a_desk_hands_no_keys_on(company: Company) -> None:
    _, counter, third = led(company)
    request = denounce(counter)
    company.sync()
    forger = Forger(third, company.transport)
    key = {"id": uuid4().bytes, "about_id": request.bytes, "reader": readers(third)[1], "key": bytes(80)}
    forger.send(forger.entries(body([("sealed_key", key)])))
    company.sync()
    with counter.database.read.connect() as read:
        assert read.execute(select(SealedKey.id)).all() == []
    assert row(third, request).shut
    assert_agreed(company)


@pytest.mark.parametrize("key", [b"\x01" + bytes(31), bytes(32), b"short"])
def test_no_desk_comes_in_with_a_key_to_which_nothing_can_be_sealed(company: Company, key: bytes) -> None:
    counter, third = company.desk("BN03"), company.desk("BN04")
    company.sync()
    forger = Forger(third, company.transport)
    data = seal(SyncRequest(0, forger.vector, [], successor=key), forger.key, sender=forger.device)
    with pytest.raises(AppError, match=r"sync\.nonsense"):
        open_answer(company.transport.post("/v1/sync", data), SyncReply, forger.hub_key, data)
    code = company.headoffice.hub.enrolling.invite(company.office_no, "BN05", "Quầy")
    data = seal(EnrolRequest(code.encode(), key), forger.key)
    with pytest.raises(AppError, match=r"sync\.nonsense"):
        open_answer(company.transport.post("/v1/enrol", data), EnrolReply, forger.hub_key, data)
    company.sync()
    assert row(counter, denounce(counter)).words == WORDS  # sealed to all desks there are


# -- what stops others ------------------------------------------------------------------------------------


@ON_BOTH
def test_junk_in_an_envelopes_place_opens_nowhere_and_stops_nobody(company: Company) -> None:
    leader, counter, third = led(company)
    request = denounce(counter)
    company.sync()
    viewer = leader.request_queries.viewer(person(leader, "mai").id, ("supervisor",))
    for number, junk in enumerate(JUNK, 1):
        written = asked(junk, code=f"KN-BN04-26-{number:06}")
        letter = {"id": uuid4().bytes, "code": f"CV-BN04-26-{number:06}", "request_id": request.bytes,
                  "language": "vi", "subject": "", "addressee": "", "address": "", "text": "",
                  "signed_by": "", "signed_title": "", "by": uuid4().bytes,
                  "written_at": 1_790_000_000_000, "sealed": junk}  # fmt: skip
        noted = event(request, "noted", junk)
        forger = Forger(third, company.transport)
        forger.send(forger.entries(body(written), body([noted]), body([("letter", letter)])))
        company.sync()
        id = UUID(bytes=written[0][1]["id"])
        for desktop in (leader, counter, third):
            assert row(desktop, id).shut
            assert found(desktop, "quang hung") == (set() if desktop is third else {request})
        noted_there = [each.text for each in seen(leader, request).events if each.kind == "noted"]
        assert noted_there == [None] * number
        assert leader.letter_queries.letter(UUID(bytes=letter["id"]), viewer) is None
    assert_agreed(company)


def test_what_is_no_bytes_is_not_taken_for_an_envelope(company: Company) -> None:
    leader, _, third = led(company)
    for wrong in ("text", 7, 1.5, [b"x"], {"a": 1}):
        forger = Forger(third, company.transport)
        forger.send(forger.entries(body(asked(wrong))))
        company.sync()
        with leader.database.read.connect() as read:
            assert read.execute(select(Request.id)).all() == [], wrong
    assert_agreed(company)


def test_an_envelope_for_a_hundred_thousand_readers_is_none(company: Company) -> None:
    leader, _, third = led(company)
    forger = Forger(third, company.transport)
    for number, others in enumerate((100, 100_000), 1):  # beside the leader, who could open it
        written = asked(None, code=f"KN-BN04-26-{number:06}")
        id = UUID(bytes=written[0][1]["id"])
        envelope = msgspec.msgpack.decode(
            enclose({"words": WORDS}, company.office_no, id, readers(leader)), type=Envelope
        )
        keys = envelope.keys | {n.to_bytes(32, "big"): bytes(80) for n in range(others)}
        written[0][1]["sealed"] = msgspec.msgpack.encode(Envelope(envelope.text, keys))
        forger.send(forger.entries(body(written)))
        company.sync()
        assert row(leader, id).shut == (others == 100_000)


def test_what_was_opened_is_not_opened_again(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    leader, counter, _ = led(company)
    requests = [denounce(counter) for _ in range(3)]
    company.sync()
    asked_for: list[int] = []
    keys = leader._keys
    vault = Vault(leader.office_no, lambda: asked_for.append(1) or keys())  # type: ignore[func-returns-value]
    envelopes: dict[UUID, bytes | None] = {id: sealed_of(leader, Request, id) for id in requests}
    with leader.database.read.connect() as read:
        first = vault.open(read, envelopes)
        assert vault.open(read, envelopes) == first
        assert {texts["words"] for texts in first.values()} == {WORDS}
        assert len(asked_for) == 1
        # Another writing of the row is looked at anew.
        assert vault.open(read, envelopes | {requests[0]: b"junk"}).keys() == set(requests[1:])


# -- kinds that are restricted later, or were once --------------------------------------------------------


def test_what_is_said_from_then_on_is_sealed_where_a_kind_is_made_restricted(company: Company) -> None:
    leader, counter, third = led(company)
    mai = person(leader, "mai")
    request = counter.requests.register(person(counter, "yen"), new("leak")).id
    company.sync()
    lay_down(leader, kind(leader, restricted=1))
    company.sync()
    company.sync()
    with pytest.raises(AppError, match="not_allowed"):  # nor does everybody act on it
        third.request_work.hold(person(third, "yen"), request, "access", "Đã mời anh Hưng")
    leader.request_work.hold(mai, request, "access", "Đã mời anh Hưng, hẹn thứ hai")
    letter = NewLetter(
        uuid4(), "vi", "Về việc của Tạ Quang Hưng", "Phùng Thị Lụa", "Ngõ Vườn Dâu", WORDS, "Bùi Thị Mai",
        request_id=request,
    )  # fmt: skip
    leader.letters.write(mai, letter)
    company.sync()
    assert [each.text for each in seen(counter, request).events if each.kind == "held"] == [
        "Đã mời anh Hưng, hẹn thứ hai"
    ]
    assert on_disk(company.shut(third)) == []


def test_a_kind_that_was_restricted_once_stays_sealed(company: Company) -> None:
    leader, counter, third = led(company)
    lay_down(leader, kind(leader, "staff", restricted=0))
    company.sync()
    company.sync()
    told = new("staff", words=WORDS, contact_name=SECRETS[2], right_code="courtesy")
    request = counter.requests.register(person(counter, "yen"), told).id
    company.sync()
    assert row(leader, request).words == WORDS
    assert row(third, request).shut
    assert on_disk(company.shut(third)) == []


def test_a_draft_that_was_saved_or_thrown_away_is_gone(company: Company) -> None:
    counter = company.desk("BN03")
    yen = person(counter, "yen")
    for words in (WORDS[:9], WORDS, WORDS * 200):
        counter.drafts.keep("request", yen.id, uuid4(), {"words": words, "phone": SECRETS[4]})
    counter.drafts.drop("request", yen.id)
    assert on_disk(company.shut(counter)) == []


# -- restored, gone on as another ------------------------------------------------------------------------


@ON_BOTH
def test_the_head_office_restored_hands_on_what_its_backup_did_not_hold(company: Company) -> None:
    counter, third = company.desk("BN03"), company.desk("BN04")
    company.sync()
    before = denounce(counter)
    company.sync()
    kept = company.backup()
    leader = company.desk("BN01")
    company.headoffice.hub.enrolling.name_leader(company.office_no, "BN01")
    later = denounce(counter)
    company.sync()
    for request in (before, later):
        assert row(leader, request).words == WORDS
    company.put_back(kept)
    last = denounce(counter)
    company.sync()
    company.sync()
    company.headoffice.hub.enrolling.name_leader(company.office_no, "BN01")
    company.sync()
    for request in (before, later, last):
        assert row(leader, request).words == row(counter, request).words == WORDS
    assert row(third, last).shut
    assert_agreed(company)


def test_a_leaders_desk_named_again_gets_what_it_lacks(company: Company) -> None:
    """The head office, restored, takes a request in before it hears again that there is a leader's desk."""
    counter = company.desk("BN03")
    company.sync()
    kept = company.backup()
    leader = company.desk("BN01")
    company.headoffice.hub.enrolling.name_leader(company.office_no, "BN01")
    leader.client.once()
    company.put_back(kept)
    request = denounce(counter)
    counter.client.once()
    company.sync()
    assert row(leader, request).shut
    company.headoffice.hub.enrolling.name_leader(company.office_no, "BN01")
    company.sync()
    assert row(leader, request).words == WORDS
    assert_agreed(company)


def test_a_leaders_desk_that_goes_on_as_another_reads_all(company: Company) -> None:
    leader, counter, third = led(company)
    first = denounce(counter)
    company.sync()
    leader, old = keep(company, leader)
    leader.requests.note(person(leader, "mai"), first, "Đã mời anh Hưng")
    company.sync()
    leader = put_back(company, leader, old)
    leader.requests.note(person(leader, "mai"), first, "Đã mời anh Hưng lần hai")
    company.sync()
    company.sync()
    assert leader.identity.desk != "BN01"
    # What it was before is let in no more; it is the leader's in its own name.
    company.headoffice.founding.revoke(company.headoffice.hub.office_feed(company.office_no), "BN01")
    company.sync()
    later = denounce(counter)
    company.sync()
    for request in (first, later):
        assert row(leader, request).words == WORDS
        assert row(third, request).shut
    assert {each.text for each in seen(counter, first).events if each.kind == "noted"} >= {
        "Đã mời anh Hưng lần hai"
    }
    assert_agreed(company)


def test_the_counter_gone_on_as_another_is_still_told_the_answer(company: Company) -> None:
    leader, counter, _ = led(company)
    request = denounce(counter)
    company.sync()
    counter, old = keep(company, counter)
    denounce(counter)
    company.sync()
    counter = put_back(company, counter, old)
    denounce(counter)
    company.sync()
    company.sync()
    assert counter.identity.desk != "BN03"
    leader.requests.answer(person(leader, "mai"), request, "Đã mời anh Hưng", "solved")
    company.sync()
    assert row(counter, request).words == WORDS
    assert seen(counter, request).answer == "Đã mời anh Hưng"
    assert_agreed(company)
