"""Sticks between desks and the head office: whatever comes, late, twice, torn or another's, each act counts
once and nothing is lost."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.failures import sentence
from app.headoffice import bundles as at_hub
from app.headoffice.founding import NewOffice
from app.home.first_start import enrol_desk
from app.sync import bundle as bundles
from app.sync.bundle import BundleReport, Kind, parse, read_bundle
from app.sync.enrolment import replica_key
from app.sync.transport import DirectTransport
from app.words import LANGUAGES, Words
from tests.offices import ON_BOTH, Company
from tests.sync.sticks import NoLine, act, acts, answer_to, refused, revoke, there, trip, trips, whole


@pytest.fixture
def other(company: Company, desktop: Desktop) -> Desktop:
    """The second desk, BN04, of which the first has heard."""
    other = company.desk("BN04")
    desktop.client.once()
    return other


def copied(path: Path, name: str) -> Path:
    """The same file under another name."""
    return Path(shutil.copy(path, path.with_name(name)))


# -- there and back ---------------------------------------------------------------------------------------


@ON_BOTH
def test_a_stick_brings_everything_there_and_back(company: Company) -> None:
    desktop, other = company.desk("BN03"), company.desk("BN04")
    company.sync()
    act(desktop, "A1", "A2")
    act(other, "B1")
    path = there(company, desktop)
    assert desktop.client.unsent() == 2
    taken = company.headoffice.import_bundle(path)
    assert (taken.kind, taken.entries, taken.new, taken.known, taken.desks) == ("request", 2, 2, 0, ("BN03",))
    assert acts(company.headoffice) == ["A1", "A2"]
    assert desktop.client.unsent() == 2
    assert taken.answer == path.with_name("BN03-answer.daumoi-bundle")
    came = desktop.import_bundle(taken.answer)
    assert (came.kind, came.new, came.known, came.more) == ("answer", 0, 0, False)
    assert desktop.client.unsent() == 0
    assert trip(company, other).new == 2
    assert trip(company, desktop).new == 1
    whole(company, desktop, other)


def test_a_bundle_made_anew_holds_what_was_not_answered(company: Company, desktop: Desktop) -> None:
    act(desktop, "A1")
    lost = there(company, desktop, "lost")
    act(desktop, "A2")
    assert desktop.export_bundle(lost.with_name("second.daumoi-bundle")).entries == 2
    came = desktop.import_bundle(answer_to(company, lost.with_name("second.daumoi-bundle")))
    assert (came.entries, desktop.client.unsent()) == (0, 0)
    assert company.headoffice.import_bundle(lost).known == 1
    whole(company, desktop)


def test_bundles_and_the_line_take_turns(company: Company, desktop: Desktop, other: Desktop) -> None:
    act(desktop, "A1")
    trip(company, desktop)
    act(desktop, "A2")
    assert desktop.client.once().sent == 1
    act(other, "B1")
    other.client.once()
    act(desktop, "A3")
    trip(company, desktop)
    other.client.once()
    whole(company, desktop, other)


def test_the_head_office_is_heard_of_by_an_answer(company: Company, desktop: Desktop) -> None:
    before = desktop.client.last_contact()
    assert before is not None
    company.clock.advance(timedelta(hours=1))
    trip(company, desktop)
    after = desktop.client.last_contact()
    assert after is not None
    assert before < after <= company.clock.now()


def test_much_goes_in_several_messages(
    company: Company, desktop: Desktop, other: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "MESSAGE_BYTES", 2000)
    monkeypatch.setattr(at_hub, "MESSAGE_BYTES", 2000)
    act(desktop, *(f"A{i:02}" for i in range(40)))
    path = there(company, desktop)
    contents = parse(read_bundle(path), "").open(replica_key(company.headoffice.home, "headoffice.key"), "")
    assert len(contents.messages) > 5
    desktop.import_bundle(answer_to(company, path))
    answer = answer_to(company, there(company, other))
    contents = parse(read_bundle(answer), "").open(replica_key(other.home), "")
    assert len(contents.messages) > 5
    came = other.import_bundle(answer)
    assert (came.new, came.more) == (40, False)
    whole(company, desktop, other)


def test_what_one_bundle_does_not_hold_goes_with_the_next(
    company: Company, desktop: Desktop, other: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (bundles, at_hub):
        monkeypatch.setattr(module, "MESSAGE_BYTES", 2000)
    monkeypatch.setattr(bundles, "MOST", 3000)
    act(desktop, *(f"A{i:02}" for i in range(40)))
    path = company.folder / "x.daumoi-bundle"
    made = 1
    while desktop.export_bundle(path).more:
        desktop.import_bundle(answer_to(company, path))
        made += 1
    desktop.import_bundle(answer_to(company, path))
    assert 3 < made < 30
    monkeypatch.setattr(at_hub.answer_bundle, "__defaults__", ("", 3000))
    assert trips(company, other, 30) > 3
    whole(company, desktop, other)


# -- late and twice ---------------------------------------------------------------------------------------


def test_a_stick_read_twice_says_that_all_is_known(
    company: Company, desktop: Desktop, other: Desktop
) -> None:
    act(desktop, "A1")
    act(other, "B1")
    other.client.once()
    path = there(company, desktop)
    first = copied(answer_to(company, path), "first.daumoi-bundle")
    again = company.headoffice.import_bundle(path)
    assert (again.entries, again.new, again.known) == (1, 0, 1)
    assert again.answer is not None
    assert desktop.import_bundle(first).new == 1
    for answer in (first, again.answer, first):
        came = desktop.import_bundle(answer)
        assert (came.entries, came.new, came.known) == (1, 0, 1)
        assert desktop.client.unsent() == 0
    whole(company, desktop)


def test_an_older_request_after_a_newer_one(company: Company, desktop: Desktop, other: Desktop) -> None:
    act(desktop, "A1")
    old = there(company, desktop, "old")
    act(desktop, "A2")
    new = there(company, desktop, "new")
    newer = answer_to(company, new)
    assert company.headoffice.import_bundle(old).known == 1
    act(other, "B1")
    other.client.once()
    older = answer_to(company, old)
    desktop.import_bundle(newer)
    assert desktop.client.unsent() == 0
    came = desktop.import_bundle(older)
    assert came.new == 1  # what came to the head office meanwhile
    assert desktop.client.unsent() == 0
    whole(company, desktop)


def test_an_older_answer_says_nothing_of_what_is_sent(company: Company, desktop: Desktop) -> None:
    act(desktop, "A1")
    older = answer_to(company, there(company, desktop, "old"))
    act(desktop, "A2")
    newer = answer_to(company, there(company, desktop, "new"))
    desktop.import_bundle(newer)
    acked = desktop.client.acked
    desktop.import_bundle(older)
    assert (desktop.client.acked, desktop.client.unsent()) == (acked, 0)
    # Nor after a contact over the line.
    act(desktop, "A3")
    late = answer_to(company, there(company, desktop, "late"))
    act(desktop, "A4")
    desktop.client.once()
    desktop.import_bundle(late)
    assert desktop.client.unsent() == 0
    act(desktop, "A5")
    assert desktop.client.unsent() == 1
    trip(company, desktop)
    whole(company, desktop)


def test_requests_in_disorder_leave_no_hole(company: Company, desktop: Desktop) -> None:
    """The second stick builds on an answer that was lost with the first's effect on the head office."""
    act(desktop, "A1")
    first = there(company, desktop, "first")
    act(desktop, "A2")
    second = there(company, desktop, "second")
    company.headoffice.import_bundle(second)
    company.headoffice.import_bundle(first)
    trip(company, desktop)
    whole(company, desktop)


def test_an_answer_is_known_for_sixteen_bundles(company: Company, desktop: Desktop) -> None:
    act(desktop, "A1")
    first = answer_to(company, there(company, desktop, "first"))
    second = answer_to(company, there(company, desktop, "second"))
    for n in range(15):
        there(company, desktop, f"more{n}")
    assert refused(desktop.import_bundle, first) == "bundle.unasked"
    assert desktop.client.unsent() == 1
    desktop.import_bundle(second)
    whole(company, desktop)


# -- what is not for here ---------------------------------------------------------------------------------


def test_files_of_others_are_told(company: Company, desktop: Desktop, other: Desktop, tmp_path: Path) -> None:
    act(desktop, "A1")
    act(other, "B1")
    mine, theirs = there(company, desktop), there(company, other)
    answer = answer_to(company, theirs)
    assert refused(desktop.import_bundle, answer) == "bundle.other_desk"
    assert refused(desktop.import_bundle, mine) == "bundle.for_headoffice"
    assert refused(desktop.carry, answer) == "bundle.other_desk"
    assert refused(company.headoffice.import_bundle, answer) == "bundle.other_desk"
    (tmp_path / "else").mkdir()
    elsewhere = Company(tmp_path / "else")
    with closing(elsewhere):
        stranger = elsewhere.desk("BN03")
        act(stranger, "X1")
        path = there(elsewhere, stranger)
        assert refused(company.headoffice.import_bundle, path) == "bundle.other_headoffice"
        assert refused(desktop.import_bundle, path) == "bundle.other_headoffice"
        back = answer_to(elsewhere, path)
        assert refused(desktop.import_bundle, back) == "bundle.other_headoffice"
        assert acts(stranger) == ["X1"]
    assert acts(desktop) == ["A1"]
    assert desktop.client.unsent() == 1
    desktop.import_bundle(answer_to(company, mine))
    other.import_bundle(answer)
    desktop.client.once()
    other.client.once()
    whole(company, desktop, other)


def test_another_offices_answer_is_not_taken(company: Company, desktop: Desktop) -> None:
    office = company.headoffice.founding.office(NewOffice("Chi nhánh Tiên Du", "Lim", "0222 3821 001"))
    enrolment = company.headoffice.enrolment(office, "TD01", "Quầy 1", "http://unused")
    enrol_desk(company.folder / "TD01", enrolment, company.clock, company.transport)
    far = company.opened(company.folder / "TD01")
    answer = answer_to(company, there(company, far))
    assert refused(desktop.import_bundle, answer) == "bundle.other_desk"
    # Carried along, it may be any office's.
    carried = desktop.import_bundle(there(company, far))
    assert carried.kind == "carried"
    assert carried.answer is not None
    assert far.import_bundle(carried.answer).kind == "answer"


def test_a_file_may_not_be_there_or_be_another(company: Company, desktop: Desktop, tmp_path: Path) -> None:
    letter = tmp_path / "letter.docx"
    letter.write_bytes(b"PK\x03\x04" + bytes(500))
    for importing in (desktop.import_bundle, company.headoffice.import_bundle, desktop.carry):
        assert refused(importing, letter) == "bundle.none"
        assert refused(importing, tmp_path / "gone") == "file.not_found"
        assert refused(importing, tmp_path) == "file.not_readable"


def test_every_refusal_names_the_file(company: Company, desktop: Desktop, tmp_path: Path) -> None:
    path = there(company, desktop)
    whole_file = path.read_bytes()
    for data in (whole_file[:-1], whole_file[:-1] + bytes([whole_file[-1] ^ 1]), b"x"):
        path.write_bytes(data)
        with pytest.raises(AppError) as found:
            company.headoffice.import_bundle(path)
        for language in LANGUAGES:
            assert sentence(found.value, Words(language)).startswith(str(path))


# -- taken along ------------------------------------------------------------------------------------------


def test_a_desk_carries_anothers_bundle(company: Company, desktop: Desktop, other: Desktop) -> None:
    act(desktop, "A1")
    other.client._transport = NoLine()
    act(other, "B1", "B2")
    heard: list[bytes] = []

    class Overheard(DirectTransport):
        def post(self, path: str, data: bytes) -> bytes:
            answer = super().post(path, data)
            heard.extend((data, answer))
            return answer

    desktop.client._transport = Overheard(company.headoffice.hub.answer)
    path = there(company, other)
    done = desktop.import_bundle(path)
    assert (done.kind, done.entries, done.new, done.known, done.desks) == ("carried", 2, 2, 0, ("BN04",))
    assert acts(company.headoffice) == ["B1", "B2"]
    assert acts(desktop) == ["A1"]
    assert done.answer == path.with_name("BN04-answer.daumoi-bundle")
    assert parse(read_bundle(path), "").header.kind is Kind.REQUEST
    for key in desktop._keys():
        for each in (path, done.answer):
            assert refused(parse(read_bundle(each), "").open, key, "") == "bundle.altered"
    assert all(b"customers.add" not in each for each in heard)
    assert other.client.unsent() == 2
    assert other.import_bundle(done.answer).kind == "answer"
    assert other.client.unsent() == 0
    again = desktop.carry(path, company.folder / "again.daumoi-bundle")
    assert (again.new, again.known, again.answer) == (0, 2, company.folder / "again.daumoi-bundle")
    other.import_bundle(company.folder / "again.daumoi-bundle")
    desktop.client.once()
    other.client._transport = company.transport
    other.client.once()
    whole(company, desktop, other)


def test_who_carries_needs_a_line_and_may_not_be_revoked(
    company: Company, desktop: Desktop, other: Desktop
) -> None:
    act(other, "B1")
    path = there(company, other)
    desktop.client._transport = NoLine()
    assert refused(desktop.import_bundle, path) == "sync.offline"
    desktop.client._transport = company.transport
    revoke(company, desktop)
    assert refused(desktop.import_bundle, path) == "sync.revoked"
    assert acts(company.headoffice) == []
    assert list(company.folder.glob("*answer*")) == []


def test_what_is_too_large_for_the_line_is_said(
    company: Company, desktop: Desktop, other: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(other, *(f"B{i}" for i in range(5)))
    path = there(company, other)
    monkeypatch.setattr(bundles, "LARGEST_CARRIED", path.stat().st_size - 1)
    assert refused(desktop.carry, path) == "bundle.too_large_to_carry"
    assert acts(company.headoffice) == []
    monkeypatch.setattr(bundles, "LARGEST_CARRIED", path.stat().st_size)
    monkeypatch.setattr(at_hub, "LARGEST_CARRIED", 100)
    assert refused(desktop.carry, path) == "bundle.too_large_to_carry"
    assert company.headoffice.import_bundle(path).known == 5


def test_a_long_answer_is_carried_in_parts(
    company: Company, desktop: Desktop, other: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_hub, "MESSAGE_BYTES", 2000)
    monkeypatch.setattr(at_hub, "MOST_CARRIED", 3000)
    act(desktop, *(f"A{i:02}" for i in range(40)))
    desktop.client.once()
    carried: list[BundleReport] = []
    while not carried or carried[-1].more:
        done = desktop.import_bundle(there(company, other, f"part{len(carried)}"))
        assert done.answer is not None
        carried.append(other.import_bundle(done.answer))
    assert sum(came.new for came in carried) == 40
    assert len(carried) > 2
    whole(company, desktop, other)


# -- files ------------------------------------------------------------------------------------------------


def test_what_cannot_be_written_leaves_nothing_half(
    company: Company, desktop: Desktop, tmp_path: Path
) -> None:
    act(desktop, "A1")
    nowhere = tmp_path / "none" / "x.daumoi-bundle"
    assert refused(desktop.export_bundle, nowhere) == "file.no_folder"
    path = there(company, desktop)
    good = path.read_bytes()
    # The head office has taken it, only its answer finds no place: asked again, it is written.
    assert refused(company.headoffice.import_bundle, path, nowhere) == "file.no_folder"
    again = company.headoffice.import_bundle(path)
    assert (again.new, again.known) == (0, 1)
    assert again.answer is not None
    desktop.import_bundle(again.answer)
    assert path.read_bytes() == good
    assert [p.name for p in company.folder.iterdir() if p.name.startswith(".")] == []
    whole(company, desktop)
