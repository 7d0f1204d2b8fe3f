"""Exceptions that the rows raise stand the same on every replica, whatever the order of arrival, and say what
a plain look at all the rows says."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.exceptions import Read, disputed
from app.models import (
    Allocation,
    Bill,
    Reading,
    Receipt,
    Remittance,
    Request,
    RequestEvent,
    Reversal,
    Ruling,
    SessionClosed,
    SessionOpened,
)
from app.models.database import open_database
from app.services.writer import Draft
from app.sync.merge import exception_id
from tests.sync.replicas import (
    NOW,
    Replica,
    assert_same,
    empty_database,
    pass_all,
    pass_on,
    replicas_of,
)

DAY = date(2026, 11, 20)
WHO = UUID(int=1)
CUSTOMER = UUID(int=100)
CONNECTION, METER = UUID(int=150), UUID(int=170)
BILLS = [UUID(int=200 + n) for n in range(2)]
RECEIPTS = [UUID(int=300 + n) for n in range(3)]
REQUEST = UUID(int=400)
SESSIONS = [UUID(int=500 + n) for n in range(2)]
HUB = 1
REPLICAS = (HUB, 11, 12)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two bills, two open sessions, a request and a receipt of 1.000 on the credit, known to everybody."""
    path = empty_database(tmp_path_factory.mktemp("office") / "office.db")
    maker = Replica(open_database(path, NOW), 10)
    with maker.writer.entry("start", WHO) as d:
        for n, (bill, session) in enumerate(zip(BILLS, SESSIONS, strict=True)):
            d.add(
                Bill, id=bill, code=d.number("HD"), period="2026-11", connection_id=CONNECTION,
                customer_id=CUSTOMER, reading_id=WHO, previous=0, present=1, usage=1, lines=[], net=1000,
                vat=0, fee=0, total=1000, issued_on=DAY, due_on=DAY,
            )  # fmt: skip
            d.add(
                SessionOpened, id=session, code=d.number("CT"), point="VA", cashier=WHO,
                float_amount=100 * n, opened_at=d.now,
            )  # fmt: skip
        pay(d, RECEIPTS[0], None, 1000)
        d.add(
            Request, id=REQUEST, code=d.number("YC"), type_code="repair", channel="phone", contact_name="A",
            words="no water", received_at=d.now, received_by=WHO,
        )  # fmt: skip
        step(d, "received")
    maker.database.close()
    return path


def pay(d: Draft, receipt: UUID, bill: UUID | None, amount: int, session: int = 0, code: str = "") -> None:
    d.add(
        Receipt, id=receipt, code=code or d.number("BL"), session_id=SESSIONS[session], customer_id=CUSTOMER,
        payer="A", total=amount, tendered=amount, taken_at=d.now, cashier=WHO,
    )  # fmt: skip
    d.add(Allocation, receipt_id=receipt, bill_id=bill, customer_id=CUSTOMER, amount=amount)


def step(d: Draft, kind: str) -> None:
    d.add(RequestEvent, request_id=REQUEST, kind=kind, at=d.now, by=WHO, data={})


def write(replica: Replica, act: str, which: int, value: int) -> None:
    """One act of a person, over few ids and codes so that they collide."""
    bill, receipt, session = BILLS[which % 2], RECEIPTS[which % 3], SESSIONS[which % 2]
    code = f"BL-D11-26-00000{1 + value % 3}"
    with replica.writer.entry(act, WHO) as d:
        if act == "pay":
            pay(d, d.new_id(), bill, 500 + 100 * value, which % 2, code if value == 1 else "")
        elif act == "pay again":  # a row that others write too, in another way
            pay(d, receipt, bill if value % 2 else None, 500 + 100 * value, which % 2, code)
        elif act == "use":
            place = None if value % 2 else bill
            d.add(Allocation, receipt_id=receipt, bill_id=place, customer_id=CUSTOMER, amount=-700)
            d.add(Allocation, receipt_id=receipt, bill_id=BILLS[1], customer_id=CUSTOMER, amount=700)
        elif act == "reverse":
            d.add(
                Reversal, receipt_id=receipt, session_id=session, amount=1000, reason="x", by=WHO,
                reversed_at=d.now,
            )  # fmt: skip
        elif act == "close":
            d.add(
                SessionClosed, session_id=session, counts=[], counted=300 + 100 * (value % 2), expected=0,
                closed_at=d.now,
            )  # fmt: skip
        elif act == "remit":
            d.add(
                Remittance, code=f"NT-D11-26-00000{1 + value % 2}", session_id=session,
                amount=200 + 100 * (value % 3), remitted_at=d.now,
            )  # fmt: skip
        elif act == "open":
            d.add(
                SessionOpened, code=f"CT-D11-26-00000{1 + value % 2}", point="VA", cashier=WHO,
                float_amount=0, opened_at=d.now,
            )  # fmt: skip
        elif act == "read":
            known = replica.ask("SELECT id FROM reading ORDER BY id")
            replaces = UUID(bytes=known[which % len(known)][0]) if known and value % 2 else None
            d.add(
                Reading, connection_id=CONNECTION, meter_id=METER, period=f"2026-1{which % 2}", read_on=DAY,
                previous=0, present=value % 3, usage=0, flags="", by=WHO, replaces=replaces,
            )  # fmt: skip
        elif act in VERDICTS and replica.number == HUB:
            ruled = "IN" if act == "date_again" else "NOT IN"
            made = replica.ask(
                f"SELECT id, hlc, origin FROM entry WHERE device > 10 AND id {ruled} "
                "(SELECT entry_id FROM ruling) ORDER BY hlc, origin"
            )
            for id, hlc, origin in made[which:][:1]:
                d.add(
                    Ruling, entry_id=UUID(bytes=id), entry_hlc=hlc, entry_origin=origin,
                    verdict=VERDICTS[act], counts_hlc=hlc - DATES[act] if act in DATES else None,
                )  # fmt: skip
        elif act in STEPS:
            step(d, act)


VERDICTS = {"rule": "not_allowed", "date": "time", "date_again": "time"}
DATES = {"date": 7, "date_again": 5}
"""The second by a head office that was put back and had forgotten the first."""
STEPS = ("routed", "answered", "told", "closed", "reopened")
ACTS = (
    "pay", "pay", "pay again", "use", "use", "reverse", "close", "remit", "open", "read", "read", "rule",
    "date",
    "date_again",
    *STEPS,
)  # fmt: skip
WRITE = st.tuples(
    st.just("write"), st.integers(0, 2), st.sampled_from(ACTS), st.integers(0, 5), st.integers(0, 5)
)
PASS = st.tuples(st.just("pass"), st.integers(0, 2), st.integers(0, 2), st.sampled_from(REPLICAS))
CLOCK = st.tuples(st.just("clock"), st.integers(0, 2), st.integers(-50_000, 50_000))
ORDER = st.sampled_from(list(permutations(REPLICAS)))


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.one_of(WRITE, WRITE, WRITE, PASS, CLOCK), min_size=12, max_size=40), order=ORDER)
def test_what_a_person_must_see_does_not_depend_on_the_order_of_arrival(
    office: Path, tmp_path: Path, steps: list[Any], order: tuple[int, ...]
) -> None:
    with replicas_of(office, tmp_path / "run", REPLICAS) as replicas:
        for kind, who, *what in steps:
            if kind == "write":
                write(replicas[who], *what)
            elif kind == "pass":
                pass_on(replicas[who], replicas[what[0]], what[1], 2)
            else:
                replicas[who].clock.advance(timedelta(seconds=what[0]))
        pass_all(replicas, list(order))
        assert_same(replicas)
        for replica in replicas:
            assert raised(replica) == expected(replica)


def raised(replica: Replica) -> Counter[tuple[str, bytes]]:
    """The exceptions that stand, each by its kind and id."""
    found = replica.ask("SELECT kind, id FROM \"exception\" WHERE kind NOT IN ('same_id', 'repeat')")
    return Counter((kind, id) for kind, id in found)


def expected(replica: Replica) -> Counter[tuple[str, bytes]]:
    """What all the rows say when they are looked at one by one."""
    found: Counter[tuple[str, bytes]] = Counter()

    def see(kind: str, table: str, row: bytes, part: str = "") -> None:
        found[kind, exception_id(kind, table, row, part)] += 1

    back = Counter(receipt for (receipt,) in replica.ask("SELECT receipt_id FROM reversal"))
    paid: Counter[bytes] = Counter()
    lies: Counter[tuple[bytes, bytes | None]] = Counter()
    for receipt, bill, amount in replica.ask("SELECT receipt_id, bill_id, amount FROM allocation"):
        lies[receipt, bill] += amount
        if bill is not None:
            paid[bill] += amount * (1 - back[receipt])
    for bill, total in replica.ask("SELECT id, total FROM bill"):
        if paid[bill] > total:
            see("overpaid", "bill", bill)
    for receipt in {r for (r, _), amount in lies.items() if amount < 0 and not back[r]}:
        see("credit_twice", "receipt", receipt)
    for receipt, times in back.items():
        if times > 1:
            see("reversed_twice", "receipt", receipt)
    for session, float_amount in replica.ask("SELECT id, float_amount FROM session_opened"):
        closings = replica.ask(
            "SELECT hlc, device, counted FROM session_closed WHERE session_id = ? ORDER BY hlc, device",
            session,
        )
        moved = replica.ask(
            "SELECT hlc, device FROM receipt WHERE session_id = ? UNION ALL "
            "SELECT hlc, device FROM reversal WHERE session_id = ?", session, session,
        )  # fmt: skip
        if closings and (len(closings) > 1 or any(stamp > closings[0][:2] for stamp in moved)):
            see("late", "session_opened", session)
        remitted = replica.ask("SELECT amount FROM remittance WHERE session_id = ?", session)
        if closings and remitted and sum(a for (a,) in remitted) != closings[0][2] - float_amount:
            see("remitted", "session_opened", session)
    for table in ("bill", "receipt", "request", "session_opened", "remittance"):
        for code, times in Counter(c for (c,) in replica.ask(f"SELECT code FROM {table}")).items():
            if times > 1:
                see("same_code", table, b"", code)
    periods: dict[str, list[Read]] = defaultdict(list)
    for period, *read in replica.ask(
        "SELECT period, id, hlc, device, replaces, meter_id, present FROM reading"
    ):
        periods[period].append(Read(*read))
    if any(disputed(reads) for reads in periods.values()):
        see("two_readings", "connection", CONNECTION.bytes)
    if any(misfits for (misfits,) in replica.ask("SELECT misfits FROM request_state")):
        see("misfit", "request", REQUEST.bytes)
    for (entry,) in replica.ask("SELECT DISTINCT entry_id FROM ruling WHERE verdict = 'not_allowed'"):
        see("ruled", "entry", entry)
    return found


@pytest.mark.parametrize("first", ["use", "reverse"])
def test_once_the_receipt_is_taken_back_its_money_counts_nowhere(
    office: Path, tmp_path: Path, first: str
) -> None:
    with replicas_of(office, tmp_path / "run", (11, 12, 13)) as replicas:
        one, other, third = replicas
        write(one, "use", 0, 1)
        write(other, "use", 0, 1)
        if first == "use":
            pass_all(replicas, [11, 12])
            assert {kind for kind, _ in raised(third)} == {"credit_twice", "overpaid"}
        write(third, "reverse", 0, 0)
        pass_all(replicas, [11, 12, 13])
        assert raised(third) == {}
        assert_same(replicas)


@pytest.mark.parametrize("rulings", [("date",), ("date", "date_again")])
def test_rulings_on_time_are_nothing_to_settle(
    office: Path, tmp_path: Path, rulings: tuple[str, ...]
) -> None:
    """One, or two on one stamp that come together."""
    with replicas_of(office, tmp_path / "run", REPLICAS) as replicas:
        hub, one, _ = replicas
        write(one, "pay", 0, 0)
        pass_all(replicas, [11])
        for ruling in rulings:
            write(hub, ruling, 0, 0)
        pass_all(replicas, list(REPLICAS))
        assert one.one("SELECT count(*) FROM ruling") == len(rulings)
        assert raised(one) == {}
        assert_same(replicas)


def test_a_ruling_takes_back_what_an_act_has_raised(office: Path, tmp_path: Path) -> None:
    with replicas_of(office, tmp_path / "run", REPLICAS) as replicas:
        hub, one, other = replicas
        write(one, "reverse", 0, 0)
        write(other, "reverse", 0, 0)
        pass_all(replicas, [11, 12])
        assert {kind for kind, _ in raised(one)} == {"reversed_twice"}
        write(hub, "rule", 0, 0)
        pass_all(replicas, list(REPLICAS))
        assert {kind for kind, _ in raised(one)} == {"ruled"}
        assert_same(replicas)


@pytest.mark.parametrize("which", [0, 1])
def test_a_number_is_no_longer_there_twice(office: Path, tmp_path: Path, which: int) -> None:
    """The head office rules that one of the two takes no effect: the one that was shown, or the other."""
    with replicas_of(office, tmp_path / "run", REPLICAS) as replicas:
        hub, one, other = replicas
        write(one, "pay", 0, 1)
        write(other, "pay", 1, 1)
        pass_all(replicas, [11, 12])
        assert {kind for kind, _ in raised(one)} == {"same_code"}
        write(hub, "rule", which, 0)
        pass_all(replicas, list(REPLICAS))
        assert {kind for kind, _ in raised(one)} == {"ruled"}
        assert_same(replicas)


def test_thousands_of_rows_at_once_raise_and_drop_the_same(office: Path, tmp_path: Path) -> None:
    """More keys than are looked up one by one."""
    with replicas_of(office, tmp_path / "run", (11, 12)) as (maker, taker):
        ids = [UUID(int=10_000 + n) for n in range(60)]
        with maker.writer.entry("bulk", WHO) as d:
            for n, id in enumerate(ids):
                pay(d, id, None, 100, 0, f"BL-D11-26-{1 + n // 2:06d}")
                d.add(Allocation, receipt_id=id, bill_id=None, customer_id=CUSTOMER, amount=-150)
        pass_on(maker, taker, 11)
        assert Counter(kind for kind, _ in raised(taker)) == {"credit_twice": 60, "same_code": 30}
        with taker.writer.entry("bulk", WHO) as d:
            for id in ids[:50]:
                d.add(Allocation, receipt_id=id, bill_id=None, customer_id=CUSTOMER, amount=50)
        assert Counter(kind for kind, _ in raised(taker)) == {"credit_twice": 10, "same_code": 30}
        pass_on(taker, maker, 12)
        assert raised(maker) == raised(taker) == expected(taker)
        assert_same([maker, taker])


# -- which readings stand against each other ---------------------------------------------------------------


def reads(*told: tuple[int, int | None, int]) -> list[Read]:
    """(id, replaces, index) in the order of their stamps."""
    return [
        Read(bytes([id]), n, 11, None if replaces is None else bytes([replaces]), b"m", index)
        for n, (id, replaces, index) in enumerate(told)
    ]


@pytest.mark.parametrize(
    ("told", "against"),
    [
        ([(1, None, 17)], []),
        ([(1, None, 17), (2, None, 18)], [1, 2]),
        ([(1, None, 17), (2, None, 17)], []),  # they say the same
        ([(1, None, 17), (2, 1, 18)], []),  # a correction
        ([(1, None, 17), (2, None, 18), (3, 2, 19)], []),  # a correction settles all before it
        ([(1, None, 17), (2, None, 18), (3, 2, 19), (4, None, 20)], [1, 3, 4]),
        ([(1, None, 17), (2, None, 18), (3, 1, 19), (4, None, 20), (5, 4, 21)], []),
        ([(1, None, 17), (2, 1, 18), (3, 1, 19)], [2, 3]),  # corrected at two desks
        ([(1, None, 17), (2, 1, 18), (3, 1, 18)], []),
        ([(1, None, 17), (2, 1, 18), (3, 1, 19), (4, 3, 18)], []),
        ([(1, None, 17), (2, None, 18), (3, 2, 17), (4, 2, 18)], [1, 3, 4]),  # kept in two ways
    ],
)
def test_which_readings_disagree(told: list[tuple[int, int | None, int]], against: list[int]) -> None:
    all_of_them = reads(*told)
    Random(len(told)).shuffle(all_of_them)
    assert [r.id[0] for r in disputed(all_of_them)] == against
