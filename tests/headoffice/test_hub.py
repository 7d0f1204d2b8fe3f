"""The head office takes what happened, refuses what cannot be authentic, shows each its own office only."""

from __future__ import annotations

import threading
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from backports import zstd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from app.bootstrap import Desktop, HeadOffice
from app.domain.errors import AppError
from app.headoffice.founding import COMPANY, NewOffice
from app.home.first_start import enrol_desk
from app.models import Customer, Device, Office
from app.sync.client import open_answer
from app.sync.transport import DirectTransport
from app.sync.verify import verify
from app.sync.wire import EnrolReply, EnrolRequest, Sealed, SyncReply, seal, sealed, unseal
from tests.headoffice.agreeing import assert_agreed, at, at_the_hub, codes
from tests.headoffice.forging import Forger, body, customer
from tests.offices import ON_BOTH, STAFF, Company
from tests.sync.test_journal import add_customer, names, save_customers


def customers(company: Company) -> list[str]:
    return codes(company.headoffice.database)


def refused_by(sent: Any, *args: Any, **how: Any) -> AppError:
    with pytest.raises(AppError) as refused:
        sent(*args, **how)
    return refused.value


def refusal(sent: Any, *args: Any, **how: Any) -> str:
    return refused_by(sent, *args, **how).code


@pytest.fixture
def forger(company: Company, desktop: Desktop) -> Forger:
    return Forger(desktop, company.transport)


# -- what cannot be authentic -----------------------------------------------------------------------------


@ON_BOTH
def test_the_entries_of_another_office_are_refused(company: Company, forger: Forger) -> None:
    entries = forger.entries(body([customer("X")]), office_no=2)
    assert refusal(forger.send, entries) == "sync.foreign_office"
    entries = forger.entries(body([customer("X")]), office_no=0)
    assert refusal(forger.send, entries) == "sync.foreign_office"
    assert customers(company) == []


@ON_BOTH
def test_entries_in_another_desks_name_are_refused(company: Company, forger: Forger) -> None:
    other = company.desk("BN04").identity.device
    data = body([customer("X")])
    assert refusal(forger.send, forger.entries(data, origin=other)) == "sync.foreign_entry"
    assert refusal(forger.send, forger.entries(data, device=other)) == "sync.foreign_entry"
    entries = forger.entries(data, device=other, origin=other)
    assert refusal(forger.send, entries) == "sync.not_authentic"  # nobody can seal another's feed
    assert refusal(forger.send, entries, sender=other) == "sync.not_authentic"
    assert refusal(forger.send, forger.entries(data, device=1)) == "sync.foreign_office"
    assert refusal(forger.send, forger.entries(data, device=1, office_no=0)) == "sync.not_authentic"
    assert customers(company) == []


def test_a_wrong_signature_is_refused(company: Company, forger: Forger) -> None:
    entries = forger.entries(body([customer("X")]))
    assert refusal(forger.send, entries, key=Ed25519PrivateKey.generate()) == "sync.not_authentic"
    assert forger.send(entries, sender=999).stranger
    forger.vector = {}
    assert refusal(forger.send, entries, sender=999) == "sync.unknown_device"
    assert customers(company) == []


@ON_BOTH
def test_a_revoked_desk_is_let_in_no_more_and_keeps_its_work(company: Company, desktop: Desktop) -> None:
    writer, hub = company.headoffice.writer, company.headoffice.hub
    save_customers(desktop, "BN-0001")
    with writer.entry("device.revoke", None, desk=hub.office_feed(1)) as draft:
        row = draft.read.execute(
            select(Device.id).where(Device.number == desktop.identity.device)
        ).scalar_one()
        draft.change(Device, row, revoked_at=draft.now)
    assert refusal(desktop.client.once) == "sync.revoked"
    assert customers(company) == []
    assert list(names(desktop)) == ["BN-0001"]
    assert desktop.client.unsent() == 1


@ON_BOTH
def test_an_old_request_sent_again_does_nothing(company: Company, desktop: Desktop) -> None:
    heard: list[tuple[bytes, bytes]] = []

    class Overheard(DirectTransport):
        def post(self, path: str, data: bytes) -> bytes:
            heard.append((data, super().post(path, data)))
            return heard[-1][1]

    hub = company.headoffice.hub
    desktop.client._transport = Overheard(hub.answer)
    for code in ("BN-0001", "BN-0002"):
        save_customers(desktop, code)
        desktop.client.once()
    before = at_the_hub(company, "SELECT device, last, hash FROM feed ORDER BY device")
    for request, _ in heard:
        hub.answer("/v1/sync", request)
    assert at_the_hub(company, "SELECT device, last, hash FROM feed ORDER BY device") == before
    assert customers(company) == ["BN-0001", "BN-0002"]
    # Nor does an old answer pass for the answer to a new question.
    desktop.client._transport = DirectTransport(lambda path, data: heard[0][1])
    assert refusal(desktop.client.once) == "sync.not_authentic"
    desktop.client._transport = company.transport
    assert_agreed(company)


def test_a_message_cut_at_any_byte_is_no_message(company: Company, forger: Forger) -> None:
    message = forger.message(forger.entries(body([customer("X")])))
    for end in range(len(message)):
        answer = company.headoffice.hub.answer("/v1/sync", message[:end])
        with pytest.raises(AppError, match=r"sync\.(nonsense|not_authentic|unknown_device)"):
            open_answer(answer, SyncReply, forger.hub_key, message[:end])
    assert customers(company) == []
    forger.send(forger.entries(body([customer("X")])))
    assert customers(company) == ["X"]


def test_nothing_of_a_bomb_is_unpacked(company: Company, forger: Forger) -> None:
    bomb = zstd.compress(bytes(1 << 30), 3)
    assert len(bomb) < 1 << 20
    stranger = sealed(seal(0, Ed25519PrivateKey.generate()))
    with pytest.raises(AppError, match=r"sync\.not_authentic"):
        unseal(Sealed(0, bomb, stranger.signature), SyncReply, forger.hub_key)

    def packed(envelope: Sealed) -> bytes:
        import msgspec

        return msgspec.msgpack.encode(envelope)

    hub = company.headoffice.hub
    data = packed(Sealed(forger.device, bomb, stranger.signature))
    with pytest.raises(AppError, match=r"sync\.not_authentic"):
        open_answer(hub.answer("/v1/sync", data), SyncReply, forger.hub_key, data)
    data = packed(Sealed(0, bomb, stranger.signature))
    with pytest.raises(AppError, match=r"sync\.nonsense"):
        open_answer(hub.answer("/v1/enrol", data), EnrolReply, forger.hub_key, data)
    # One that is rightly signed ends at the limit.
    from app.sync.wire import _signed

    signed = Sealed(forger.device, bomb, forger.key.sign(_signed(forger.device, b"", bomb)))
    with pytest.raises(AppError, match=r"sync\.nonsense"):
        open_answer(hub.answer("/v1/sync", packed(signed)), SyncReply, forger.hub_key, packed(signed))


def test_a_stamp_beyond_all_clocks_is_refused(company: Company, forger: Forger) -> None:
    for hlc in ((1 << 62) - 1, 1 << 62, 1 << 64):
        if hlc < 1 << 64:
            assert refusal(forger.send, forger.entries(body([customer("X")]), hlc=hlc)) == "sync.nonsense"
    assert refusal(forger.send, forger.entries(body([customer("X")]), id=b"short")) == "sync.nonsense"
    assert refusal(forger.send, forger.entries(body([customer("X")]), number=1 << 62)) == "sync.nonsense"
    company.headoffice.founding.staff(company.headoffice.hub.office_feed(1), [])
    assert company.headoffice.writer.hlc.last < 1 << 58


# -- what is wrong with an entry is its own affair --------------------------------------------------------

WHO = uuid4().bytes

BAD = {
    "no code": body([customer("X", code=None)]),
    "a list for a name": body([customer("X", name=["x"])]),
    "a fraction": body([customer("X", code=1.5)]),
    "bytes for a name": body([customer("X", name=b"\xff\x00")]),
    "a number too large": body([("meter", {"id": uuid4().bytes, "connection_id": WHO, "serial": "1",
                                           "first_index": 1 << 63})]),
    "an unknown table": body([("secrets", {"id": uuid4().bytes})]),
    "an unknown column": body([customer("X", colour="red")]),
    "the journal": body([("entry", {"id": uuid4().bytes})]),
    "no id": body([("customer", {"code": "X", "name": "x", "address": ""})]),
    "a short id": body([customer("X", id=b"short")]),
    "an edit of nothing": body(edits=[("customer", uuid4().bytes, {"name": "X"})]),
    "an edit of a fact": body(edits=[("receipt", uuid4().bytes, {"total": 1})]),
    "an edit of the stamp": body(edits=[("customer", uuid4().bytes, {"made_hlc": 1})]),
    "no number": body([("session_opened", {"id": uuid4().bytes, "code": "no number", "point": "VA",
                                           "cashier": WHO, "float_amount": 0, "opened_at": 0})]),
    "a step without data": body([("request_event", {"id": uuid4().bytes, "request_id": uuid4().bytes,
                                                    "kind": "received", "at": 0, "by": WHO, "data": "{"})]),
    "a step at no time": body([("request_event", {"id": uuid4().bytes, "request_id": uuid4().bytes,
                                                  "kind": "told", "at": 1 << 60, "by": WHO, "data": "{}"})]),
    "no body": b"\xc1",
    "nested without end": b"\x92\x91\x93\xa8customer\x91\xa2id" + b"\x91" * 50_000,
    "staff": body([("staff", {"id": uuid4().bytes, "login": "thief", "name": "x", "title": "",
                              "roles": '["administrator"]', "password_hash": ""})]),
}  # fmt: skip


@ON_BOTH
def test_an_entry_that_cannot_be_applied_blocks_no_other(
    company: Company, desktop: Desktop, forger: Forger
) -> None:
    other = company.desk("BN04")
    datas = [body([customer("A0")])]
    for number, data in enumerate(BAD.values(), 1):
        datas += [data, body([customer(f"A{number}")])]
    reply = forger.send(forger.entries(*datas))
    assert reply.have[forger.device][0] == forger.head[0] + len(datas)
    assert len(customers(company)) == len(BAD) + 1
    assert "X" not in customers(company)
    assert len(at_the_hub(company, "SELECT * FROM parked")) == len(BAD)
    assert at_the_hub(company, "SELECT * FROM staff WHERE login = 'thief'") == []
    other.client.once()
    assert len(names(other)) == len(BAD) + 1
    assert len(at(other.database, "SELECT * FROM parked")) == len(BAD)
    save_customers(other, "BN-0001")
    other.client.once()
    assert "BN-0001" in customers(company)
    company.shut(desktop)  # the forger's own program knows nothing of all this
    assert_agreed(company)


@ON_BOTH
def test_no_number_is_so_large_that_a_sum_could_not_be_kept(company: Company, forger: Forger) -> None:
    session, most = uuid4().bytes, (1 << 53) - 1
    opened = {"id": session, "code": "CT-BN03-26-000001", "point": "VA", "cashier": WHO,
              "float_amount": 0, "opened_at": 0}  # fmt: skip

    def receipt(number: int, total: int) -> tuple[str, dict[str, Any]]:
        return "receipt", {"id": uuid4().bytes, "code": f"BL-BN03-26-{number:06d}", "session_id": session,
                           "customer_id": WHO, "payer": "x", "total": total, "tendered": total,
                           "taken_at": 0, "cashier": WHO}  # fmt: skip

    bodies = [body([receipt(at, total)]) for at, total in enumerate((most, most + 1, most), 1)]
    forger.send(forger.entries(body([("session_opened", opened)]), *bodies))
    assert at_the_hub(company, "SELECT receipts, received FROM session_state") == [(2, 2 * most)]
    assert at_the_hub(company, "SELECT reason FROM parked") == [("unreadable",)]


# -- scope ------------------------------------------------------------------------------------------------


@pytest.fixture
def tree(company: Company) -> dict[str, Desktop]:
    """Office 1 with 3 under it, and office 2 beside them; each with a desk that has added a customer."""
    founding = company.headoffice.founding
    mai = [p for p in STAFF if p.login == "mai"]
    for name in ("two", "three"):
        founding.staff(company.headoffice.hub.office_feed(founding.office(NewOffice(name, "", ""))), mai)
    with company.headoffice.writer.entry("office.move", None, desk=COMPANY) as draft:
        row = draft.read.execute(select(Office.id).where(Office.number == 3)).scalar_one()
        draft.change(Office, row, parent_no=1)
    desks = {}
    for company.office_no, name in ((1, "AA01"), (2, "BB01"), (3, "CC01")):
        desks[name] = company.desk(name)
        save_customers(desks[name], name)
        desks[name].client.once()
    return desks


def offices_held(desktop: Desktop) -> set[int]:
    with desktop.database.read.connect() as read:
        held = set(read.exec_driver_sql("SELECT office_no FROM entry").scalars())
        feeds = set(read.exec_driver_sql("SELECT office_no FROM feed").scalars())
    assert held == feeds
    return held


@ON_BOTH
def test_a_desk_holds_its_office_what_is_under_it_and_what_all_share(
    company: Company, tree: dict[str, Desktop]
) -> None:
    company.sync()
    assert {name: offices_held(desk) for name, desk in tree.items()} == {
        "AA01": {0, 1, 3},
        "BB01": {0, 2},
        "CC01": {0, 3},
    }
    assert {name: sorted(names(desk)) for name, desk in tree.items()} == {
        "AA01": ["AA01", "CC01"],
        "BB01": ["BB01"],
        "CC01": ["CC01"],
    }
    assert_agreed(company)


@ON_BOTH
def test_what_the_head_office_writes_waits_for_no_other_offices_entries(
    company: Company, tree: dict[str, Desktop]
) -> None:
    """Nor does it tell one office how much another has written."""
    hub = company.headoffice.hub
    for desk in (COMPANY, hub.office_feed(2)):
        company.headoffice.founding.staff(desk, [])
        with company.headoffice.writer.entry("note", None, desk=desk) as draft:
            draft.add(Customer, code=f"HQ{desk.office_no}", name="x", address="")
    tree["BB01"].client.once()
    assert sorted(names(tree["BB01"])) == ["BB01", "HQ0", "HQ2"]
    theirs = {1, 3}
    with tree["BB01"].database.read.connect() as read:
        told = read.exec_driver_sql("SELECT seen FROM entry").scalars().all()
    feeds = {d for d, n in at_the_hub(company, "SELECT device, office_no FROM feed") if n in theirs}
    import json

    assert not feeds & {d for seen in told for d, _ in json.loads(seen)}


@ON_BOTH
def test_asking_for_another_offices_feed_brings_nothing(company: Company, tree: dict[str, Desktop]) -> None:
    forger = Forger(tree["BB01"], company.transport)
    feeds = at_the_hub(company, "SELECT device FROM feed")
    forger.vector = {device: (0, b"") for (device,) in feeds}
    reply = forger.send([])
    assert {e.office_no for e in reply.entries} == {0, 2}
    assert set(reply.have) == {
        d for d, n in at_the_hub(company, "SELECT device, office_no FROM feed") if n in (0, 2)
    }


# -- enrolment --------------------------------------------------------------------------------------------


@ON_BOTH
def test_one_invitation_lets_one_desk_in_however_many_ask_at_once(company: Company) -> None:
    invitation = company.headoffice.enrolment(1, "BN07", "", "http://unused")
    answers: list[object] = []

    def ask(at: int) -> None:
        try:
            answers.append(
                enrol_desk(company.folder / f"pc{at}", invitation, company.clock, company.transport)
            )
        except AppError as error:
            answers.append(error.code)

    threads = [threading.Thread(target=ask, args=(at,)) for at in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(map(str, answers))[1:] == ["enrol.used_code"] * 5 or answers.count("enrol.used_code") == 5
    assert at_the_hub(company, "SELECT count(*) FROM device WHERE desk = 'BN07'") == [(1,)]


@ON_BOTH
def test_the_same_desk_asking_again_is_the_same_desk(company: Company) -> None:
    invitation = company.headoffice.enrolment(1, "BN07", "", "http://unused")

    class Lossy(DirectTransport):
        """Loses the first answer of each kind after the head office has given it."""

        lost: list[str]

        def post(self, path: str, data: bytes) -> bytes:
            answer = super().post(path, data)
            if path not in self.lost:
                self.lost.append(path)
                raise AppError("sync.offline", url="")
            return answer

    lossy = Lossy(company.headoffice.hub.answer)
    lossy.lost = []
    home = company.folder / "pc"
    assert refusal(enrol_desk, home, invitation, company.clock, lossy) == "sync.offline"  # the enrolment's
    assert refusal(enrol_desk, home, invitation, company.clock, lossy) == "sync.offline"  # the snapshot's
    assert refusal(enrol_desk, home, invitation, company.clock, lossy) == "sync.offline"  # the first data's
    assert lossy.lost == ["/v1/enrol", "/v1/snapshot", "/v1/sync"]
    identity = enrol_desk(home, invitation, company.clock, lossy)
    assert at_the_hub(company, "SELECT number FROM device WHERE desk = 'BN07'") == [(identity.device,)]
    company.clock.advance(timedelta(days=30))  # the code is too old for anybody else
    assert enrol_desk(home, invitation, company.clock, lossy) == identity
    with closing(Desktop(home, company.clock, lossy)) as desk:
        assert desk.rules.office.name == "Chi nhánh Bắc Ninh"


def test_an_enrolment_that_was_cut_short_is_completed_when_the_desk_opens(company: Company) -> None:
    invitation = company.headoffice.enrolment(1, "BN07", "", "http://unused")
    up = threading.Event()

    def answer(path: str, data: bytes) -> bytes:
        if path == "/v1/sync" and not up.is_set():
            raise AppError("sync.offline", url="")
        return company.headoffice.hub.answer(path, data)

    way, home = DirectTransport(answer), company.folder / "pc"
    assert refusal(enrol_desk, home, invitation, company.clock, way) == "sync.offline"
    assert refusal(Desktop, home, company.clock, way) == "sync.offline"  # and leaves nothing locked
    up.set()
    with closing(Desktop(home, company.clock, way)) as desk:
        assert desk.rules.office.number == 1


@ON_BOTH
def test_wrong_and_old_invitations(company: Company) -> None:
    from msgspec.structs import replace

    right = company.headoffice.enrolment(1, "BN07", "", "http://unused")
    wrong = replace(right, code="0000-0000-0000-0000")
    assert (
        refusal(enrol_desk, company.folder / "a", wrong, company.clock, company.transport)
        == "enrol.unknown_code"
    )
    company.clock.advance(timedelta(days=7, minutes=1))
    assert (
        refusal(enrol_desk, company.folder / "a", right, company.clock, company.transport)
        == "enrol.unknown_code"
    )
    assert refusal(company.headoffice.enrolment, 9, "BN07", "", "") == "office.unknown"
    assert refusal(company.headoffice.enrolment, 1, "bn 7", "", "") == "desk.name"
    company.desk("BN08")
    assert refusal(company.headoffice.enrolment, 1, "BN08", "", "") == "desk.taken"
    assert refusal(company.headoffice.enrolment, 1, "HQ1", "", "") == "desk.taken"


def test_a_key_that_is_none_is_nonsense(company: Company, forger: Forger) -> None:
    message = seal(EnrolRequest(b"x", b"short"), forger.key)
    answer = company.headoffice.hub.answer("/v1/enrol", message)
    with pytest.raises(AppError, match=r"sync\.nonsense"):
        open_answer(answer, EnrolReply, forger.hub_key, message)


# -- the head office's own troubles -----------------------------------------------------------------------


def test_a_full_disk_at_the_head_office_is_not_told_as_the_desks(company: Company, desktop: Desktop) -> None:
    hub = company.headoffice.database.write
    for group in range(40):
        save_customers(desktop, *(f"C-{group * 20 + i:04d}" for i in range(20)))
    pages = hub.execute("PRAGMA page_count").fetchone()[0]
    hub.execute(f"PRAGMA max_page_count = {pages + 2}")
    assert refusal(desktop.client.once) == "sync.hub_trouble"
    assert len(customers(company)) % 20 == 0
    hub.execute("PRAGMA max_page_count = 1000000")
    desktop.client.once()
    assert len(customers(company)) == 800
    assert_agreed(company)


def test_two_programs_at_one_head_office_give_no_number_twice(company: Company) -> None:
    """The server runs while somebody adds offices beside it."""
    beside = HeadOffice(company.headoffice.home, company.clock)
    try:
        both = (company.headoffice, beside)

        def add(at: int) -> None:
            both[at % 2].founding.office(NewOffice(f"office {at}", "", ""))

        threads = [threading.Thread(target=add, args=(at,)) for at in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    finally:
        beside.close()
    assert [n for (n,) in at_the_hub(company, "SELECT number FROM office ORDER BY number")] == list(
        range(1, 10)
    )
    devices = [n for (n,) in at_the_hub(company, "SELECT number FROM device")]
    assert len(set(devices)) == len(devices) == 10
    stamps = [h for (h,) in at_the_hub(company, "SELECT hlc FROM entry WHERE device = 1 ORDER BY number")]
    assert stamps == sorted(set(stamps))
    assert verify(company.headoffice.database.path, company.clock.now()).good


def test_listeners_hold_no_lock_and_an_entry_holds_no_other(company: Company, desktop: Desktop) -> None:
    heard: list[bool] = []

    def listener(_: object) -> None:
        thread = threading.Thread(target=lambda: heard.append(bool(desktop.writer.vector())))
        thread.start()
        thread.join(10)

    desktop.writer.listen(listener)
    save_customers(desktop, "BN-0001")
    assert heard == [True]
    with (
        pytest.raises(RuntimeError, match="one transaction at a time"),
        desktop.writer.entry("outer", None) as draft,
        desktop.writer.entry("inner", None),
    ):
        add_customer(draft, "BN-0002")
    save_customers(desktop, "BN-0003")
    assert sorted(names(desktop)) == ["BN-0001", "BN-0003"]


def test_a_clock_that_has_lost_its_time_is_named(company: Company, desktop: Desktop) -> None:
    from datetime import UTC, datetime

    for year in (1970, 2100):
        company.clock.set(datetime(year, 6, 1, tzinfo=UTC))

        def save() -> None:
            save_customers(desktop, "BN-0001")

        assert refusal(save) == "clock.wrong"
    assert names(desktop) == {}


def test_the_desk_learns_the_head_offices_time(company: Company, desktop: Desktop) -> None:
    from app.domain.clock import SteppingClock

    right = company.clock.now()
    slow = SteppingClock(right - timedelta(days=400), timedelta(milliseconds=1))
    desktop.writer.hlc._clock = slow
    desktop.client.once()
    assert abs(desktop.writer.hlc.now() - right) < timedelta(seconds=5)
    company.headoffice.writer.hlc.offset_ms = -56 * 365 * 86_400_000  # a head office that says 1970
    desktop.client.once()
    assert abs(desktop.writer.hlc.now() - right) < timedelta(seconds=5)
    company.headoffice.writer.hlc.offset_ms = 0
    before = desktop.writer.hlc.offset_ms

    class Slow(DirectTransport):
        def post(self, path: str, data: bytes) -> bytes:
            answer = super().post(path, data)
            slow.advance(timedelta(seconds=9))
            company.clock.advance(timedelta(seconds=9))
            return answer

    desktop.client._transport = Slow(company.headoffice.hub.answer)
    desktop.client.once()
    assert desktop.writer.hlc.offset_ms == before  # the line's own delay is no reason to turn the clock


@pytest.mark.parametrize("further", [0, 1])
def test_an_acknowledgement_of_other_entries_is_not_believed(
    company: Company, desktop: Desktop, further: int
) -> None:
    """Nor is it asked again and again: it ends as stuck."""
    save_customers(desktop, "BN-0001")
    me = desktop.identity.device
    number, _ = desktop.writer.vector()[me]
    asked: list[str] = []

    def lying(path: str, data: bytes) -> bytes:
        asked.append(path)
        reply = SyncReply(0, {me: (number + further, bytes(32))})
        return seal(reply, company.headoffice.hub._key, about=data)

    desktop.client._transport = DirectTransport(lying)
    assert refusal(desktop.client.once) == "sync.stuck"
    assert len(asked) < 5
    assert desktop.client.unsent() == 1
    desktop.client._transport = company.transport
    desktop.client.once()
    assert customers(company) == ["BN-0001"]
    assert desktop.client.unsent() == 0
    assert desktop.identity.desk == "BN03"


def test_verification_looks_at_one_moment(company: Company, desktop: Desktop) -> None:
    save_customers(desktop, "BN-0001")

    def meanwhile(done: int, total: int) -> None:
        save_customers(desktop, f"BN-1{done:03d}")

    assert verify(desktop.database.path, company.clock.now(), meanwhile).good
    assert len(names(desktop)) > 1
