"""Replicas with the same entries hold the same rows, whatever the order of arrival; and money is conserved.

Three replicas that share an office write in their own feeds, over few ids and fields so that they collide,
and pass entries on at random; at the end each has received all, in an order of its own.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.models import (
    Allocation,
    Bill,
    Connection,
    Customer,
    Meter,
    Reading,
    Receipt,
    Request,
    RequestEvent,
    Reversal,
    SessionOpened,
)
from app.models.database import open_database
from app.services.writer import Draft
from app.sync.entries import decode_body
from tests.sync.replicas import (
    NOW,
    Replica,
    assert_same,
    empty_database,
    hand_over,
    pass_all,
    pass_on,
    replicas_of,
)

DAY = date(2026, 11, 20)
WHO = UUID(int=1)
CUSTOMERS = [UUID(int=100 + n) for n in range(3)]
CONNECTIONS = [UUID(int=150 + n) for n in range(2)]
METER = UUID(int=170)
BILLS = [UUID(int=200 + n) for n in range(3)]
REQUEST = UUID(int=400)
SESSION = UUID(int=500)
REPLICAS = (11, 12, 13)
OFFICE = 10


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two customers with connections, a meter, a bill and an open cash session, known to everybody."""
    path = empty_database(tmp_path_factory.mktemp("office") / "office.db")
    maker = Replica(open_database(path, NOW), OFFICE)
    with maker.writer.entry("start", WHO) as d:
        for customer, connection in zip(CUSTOMERS, CONNECTIONS, strict=False):
            make_customer(d, customer, 0)
            d.add(
                Connection, id=connection, customer_id=customer, code=f"P{connection.int}", address="1",
                customer_class="household", quotas=1,
            )  # fmt: skip
        d.add(Meter, id=METER, connection_id=CONNECTIONS[0], serial="S", first_index=0)
        make_bill(d, BILLS[0], CUSTOMERS[0], 1000)
        d.add(
            SessionOpened, id=SESSION, code=d.number("CT"), point="VA", cashier=WHO, float_amount=100,
            opened_at=d.now,
        )  # fmt: skip
    maker.database.close()
    return path


def make_customer(d: Draft, customer: UUID, value: int) -> None:
    d.add(Customer, id=customer, code=f"K{customer.int}", name=f"name {value}", address=f"street {value}")


def make_bill(d: Draft, bill: UUID, customer: UUID, total: int) -> None:
    d.add(
        Bill, id=bill, code=d.number("HD"), period="2026-11", connection_id=customer, customer_id=customer,
        reading_id=WHO, previous=0, present=1, usage=1, lines=[], net=total, vat=0, fee=0, total=total,
        issued_on=DAY, due_on=DAY,
    )  # fmt: skip


def write(replica: Replica, act: str, which: int, value: int) -> None:
    """One act of a person; acts on what is not there yet are left out."""
    customer, bill = CUSTOMERS[which % 3], BILLS[which % 3]
    with replica.writer.entry(act, WHO) as d:
        if act == "make" and not replica.has("customer", CUSTOMERS[2]):
            make_customer(d, CUSTOMERS[2], value)
        elif act in ("name", "phone", "bank_account") and replica.has("customer", customer):
            d.change(Customer, customer, **{act: f"{act} {value % 3}"})
        elif act == "move":
            d.change(Connection, CONNECTIONS[which % 2], customer_id=CUSTOMERS[value % 2])
            d.change(Meter, METER, connection_id=CONNECTIONS[value % 2])
        elif act == "read":
            d.add(
                Reading, connection_id=CONNECTIONS[which % 2], meter_id=METER,
                period=f"2026-{10 + value % 3}", read_on=DAY, previous=0, present=value, usage=value,
                flags="", by=WHO,
            )  # fmt: skip
        elif act == "bill" and not replica.has("bill", bill):
            make_bill(d, bill, customer, 1000 * (1 + value % 2))
        elif act == "pay":
            pay(d, customer, bill, 700 + 100 * (value % 5))
        elif act == "reverse" and (taken := replica.ask("SELECT id, total FROM receipt ORDER BY id")):
            receipt, total = taken[which % len(taken)]
            d.add(
                Reversal, receipt_id=UUID(bytes=receipt), session_id=SESSION, amount=total, reason="x",
                by=WHO, reversed_at=d.now,
            )  # fmt: skip
        elif act == "request" and not replica.has("request", REQUEST):
            d.add(
                Request, id=REQUEST, code=d.number("YC"), type_code="repair", channel="phone",
                contact_name="A", words=f"no water {value}", received_at=d.now, received_by=WHO,
            )  # fmt: skip
            step(d, "received", value)
        elif act in STEPS and replica.has("request", REQUEST):
            step(d, act, value)


def step(d: Draft, kind: str, value: int) -> None:
    d.add(RequestEvent, request_id=REQUEST, kind=kind, at=d.now, by=WHO, unit_code=f"U{value % 3}", data={})


def pay(d: Draft, customer: UUID, bill: UUID, amount: int) -> None:
    row = d.add(
        Receipt, code=d.number("BL"), session_id=SESSION, customer_id=customer, payer="A", total=amount,
        tendered=amount, taken_at=d.now, cashier=WHO,
    )  # fmt: skip
    d.add(Allocation, receipt_id=row, bill_id=bill, customer_id=customer, amount=amount - 50)
    d.add(Allocation, receipt_id=row, bill_id=None, customer_id=customer, amount=50)


STEPS = ("routed", "answered", "told", "closed", "reopened")
ACTS = (
    "make",
    "name",
    "phone",
    "move",
    "read",
    "bill",
    "bill",
    "pay",
    "pay",
    "pay",
    "reverse",
    "request",
    *STEPS,
)
CARDS = ("make", "name", "name", "phone", "bank_account", "move")
PASS = st.tuples(st.just("pass"), st.integers(0, 2), st.integers(0, 2), st.sampled_from(REPLICAS))
CLOCK = st.tuples(st.just("clock"), st.integers(0, 2), st.integers(-50_000, 50_000))
ORDER = st.sampled_from(list(permutations(REPLICAS)))


def writes(acts: tuple[str, ...]) -> Any:
    return st.tuples(
        st.just("write"), st.integers(0, 2), st.sampled_from(acts), st.integers(0, 5), st.integers(0, 5)
    )


def play(replicas: list[Replica], steps: list[Any], order: tuple[int, ...]) -> None:
    """Do the steps, then hand everything to everybody."""
    for kind, who, *what in steps:
        if kind == "write":
            write(replicas[who], *what)
        elif kind == "pass":
            pass_on(replicas[who], replicas[what[0]], what[1], 2)
        else:
            replicas[who].clock.advance(timedelta(seconds=what[0]))
    pass_all(replicas, list(order))


SLOW_IS_FINE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=10, deadline=None, suppress_health_check=SLOW_IS_FINE)
@given(
    steps=st.lists(st.one_of(writes(ACTS), writes(ACTS), PASS, CLOCK), min_size=12, max_size=40), order=ORDER
)
def test_the_order_of_arrival_does_not_matter(
    office: Path, tmp_path: Path, steps: list[Any], order: tuple[int, ...]
) -> None:
    with replicas_of(office, tmp_path / "run", REPLICAS) as replicas:
        play(replicas, steps, order)
        assert_same(replicas)
        assert_money_is_conserved(replicas[0])


@settings(max_examples=12, deadline=None, suppress_health_check=SLOW_IS_FINE)
@given(
    steps=st.lists(st.one_of(writes(CARDS), writes(CARDS), PASS, CLOCK), min_size=8, max_size=25), order=ORDER
)
def test_of_a_cards_field_the_newest_stamp_stands(
    office: Path, tmp_path: Path, steps: list[Any], order: tuple[int, ...]
) -> None:
    with replicas_of(office, tmp_path / "run", REPLICAS) as replicas:
        play(replicas, steps, order)
        assert_same(replicas)
        for (table, row, field), (_, value) in newest_of_every_field(replicas[0]).items():
            assert replicas[0].one(f'SELECT "{field}" FROM "{table}" WHERE id = ?', row) == value


def newest_of_every_field(replica: Replica) -> dict[tuple[str, bytes, str], tuple[tuple[int, int], Any]]:
    """Worked out from the journal alone: the making of a card counts as a setting of all its fields."""
    newest: dict[tuple[str, bytes, str], tuple[tuple[int, int], Any]] = {}
    for hlc, origin, data in replica.ask("SELECT hlc, origin, body FROM entry"):
        body = decode_body(data)
        told = [(e.table, e.id, f, v) for e in body.edits for f, v, *_ in e.fields]
        told += [
            (rows.table, row[0], f, v)
            for rows in body.rows
            if rows.table in ("customer", "connection", "meter")
            for row in rows.rows
            for f, v in zip(rows.columns[1:], row[1:], strict=True)
        ]
        for *key, value in told:
            at = (key[0], key[1], key[2])
            newest[at] = max(newest.get(at, ((0, 0), None)), ((hlc, origin), value), key=lambda n: n[0])
    return newest


def assert_money_is_conserved(replica: Replica) -> None:
    def one(sql: str) -> int:
        return int(replica.one(f"SELECT coalesce(({sql}), 0)"))

    counts = "(1 - (SELECT count(*) FROM reversal r WHERE r.receipt_id = a.receipt_id))"
    taken = one("SELECT sum(total) FROM receipt") - one("SELECT sum(amount) FROM reversal")
    on_bills = one(f"SELECT sum(a.amount * {counts}) FROM allocation a WHERE bill_id IS NOT NULL")
    credit = one(f"SELECT sum(a.amount * {counts}) FROM allocation a WHERE bill_id IS NULL")
    assert taken == on_bills + credit
    assert taken == one("SELECT sum(received - returned) FROM session_state")
    assert taken == one("SELECT sum(expected) - sum(100) FROM session_state")
    of_no_bill = one(
        f"SELECT sum(a.amount * {counts}) FROM allocation a WHERE bill_id IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM bill b WHERE b.id = a.bill_id)"
    )
    assert one("SELECT sum(paid) FROM bill_state") + of_no_bill == on_bills
    balance = one("SELECT sum(credit - owed) FROM customer_balance")
    assert balance == credit + on_bills - one("SELECT sum(total) FROM bill")


# -- the same by hand, where a property test may need luck ------------------------------------------------


def test_two_desks_that_change_one_field_agree_on_the_later(office: Path, tmp_path: Path) -> None:
    with replicas_of(office, tmp_path / "run", (11, 12)) as replicas:
        early, late = replicas
        late.clock.advance(timedelta(hours=1))
        write(late, "name", 0, 2)
        write(early, "name", 0, 1)
        pass_all(replicas, [11, 12])
        for replica in replicas:
            assert replica.one("SELECT name FROM customer WHERE id = ?", CUSTOMERS[0].bytes) == "name 2"
            assert replica.ask('SELECT kind FROM "exception"') == [("concurrent",)]
        assert_same(replicas)


def test_a_change_that_was_built_on_the_other_is_no_disagreement(office: Path, tmp_path: Path) -> None:
    with replicas_of(office, tmp_path / "run", (11, 12)) as replicas:
        replicas[0].clock.advance(timedelta(hours=1))
        write(replicas[0], "name", 0, 2)
        pass_on(replicas[0], replicas[1], 11)
        replicas[1].clock.advance(timedelta(hours=-9))  # a wrong clock does not make it older
        write(replicas[1], "name", 0, 1)
        pass_all(replicas, [11, 12])
        for replica in replicas:
            assert replica.one("SELECT name FROM customer WHERE id = ?", CUSTOMERS[0].bytes) == "name 1"
            assert replica.ask('SELECT kind FROM "exception"') == []


def test_two_copies_of_a_desk_that_wrote_at_one_moment_agree(office: Path, tmp_path: Path) -> None:
    """Each said something else at the same stamp; what the lost branch said comes in another feed."""
    with replicas_of(office, tmp_path / "run", REPLICAS) as replicas:
        writer, one, other = replicas
        write(writer, "name", 0, 1)
        (said,) = writer.journal(11)
        write(writer, "name", 0, 2)
        again = writer.journal(11)[1]
        lost = replace(again, device=14, number=1, origin=said.origin, hlc=said.hlc)
        assert hand_over(one, [said]).taken == hand_over(one, [lost]).taken == 1
        assert hand_over(other, [lost]).taken == hand_over(other, [said]).taken == 1
        assert_same([one, other])


def test_a_disagreement_that_an_older_change_explains_is_none(office: Path, tmp_path: Path) -> None:
    """Two desks made one card; the later making says what the earlier maker has said meanwhile."""
    with replicas_of(office, tmp_path / "run", REPLICAS) as replicas:
        early, late, reader = replicas
        late.clock.advance(timedelta(hours=1))
        write(late, "make", 2, 0)
        write(early, "make", 2, 1)
        with early.writer.entry("name", WHO) as d:
            d.change(Customer, CUSTOMERS[2], name="name 0")
        pass_on(late, reader, 12)
        hand_over(reader, early.journal(11, most=1))
        assert len(reader.ask('SELECT kind FROM "exception"')) == 1
        pass_all(replicas, [11, 12, 13])
        assert_same(replicas)


def test_a_change_that_comes_before_its_card_waits_for_it(office: Path, tmp_path: Path) -> None:
    with replicas_of(office, tmp_path / "run", REPLICAS) as replicas:
        maker, editor, reader = replicas
        write(maker, "make", 2, 0)
        pass_on(maker, editor, 11)
        write(editor, "name", 2, 1)
        assert pass_on(editor, reader, 12).taken == 1
        assert reader.ask("SELECT device, reason FROM parked") == [(12, "waits")]
        assert not reader.has("customer", CUSTOMERS[2])
        assert pass_on(maker, reader, 11).taken == 1
        assert reader.one("SELECT name FROM customer WHERE id = ?", CUSTOMERS[2].bytes) == "name 1"
        assert reader.ask("SELECT * FROM parked") == []
        assert_same([editor, reader])


def test_an_entry_after_a_hole_waits(office: Path, tmp_path: Path) -> None:
    with replicas_of(office, tmp_path / "run", (11, 12)) as replicas:
        giver, taker = replicas
        for value in range(3):
            write(giver, "pay", 0, value)
        first, second, third = giver.journal(11)
        assert hand_over(taker, [first, third]).waiting == 1
        assert taker.one("SELECT count(*) FROM receipt") == 1
        got = hand_over(taker, [first, second, third])
        assert (got.known, got.taken, got.waiting) == (1, 2, 0)
        assert_same(replicas)


def test_an_act_that_stands_in_three_feeds_counts_once(office: Path, tmp_path: Path) -> None:
    """Issued again after a lost branch, by two who held it."""
    with replicas_of(office, tmp_path / "run", REPLICAS) as replicas:
        write(replicas[0], "pay", 0, 0)
        (paid,) = replicas[0].journal(11)
        again = [replace(paid, device=feed, number=1) for feed in (14, 15)]
        assert hand_over(replicas[1], [paid, *again]).taken == 3
        assert hand_over(replicas[2], [*again, paid]).taken == 3
        assert hand_over(replicas[0], again).taken == 2
        for replica in replicas:
            assert replica.ask("SELECT count(*), sum(total) FROM receipt") == [(1, 700)]
            assert replica.one("SELECT received FROM session_state") == 700
            assert_money_is_conserved(replica)
        assert_same(replicas)


@pytest.mark.parametrize("order", list(permutations((11, 14))))
def test_another_act_under_the_id_of_one_counts_too(
    office: Path, tmp_path: Path, order: tuple[int, int]
) -> None:
    """A form saved once more, with other money, on a desk that went back to a copy: both were taken."""
    with replicas_of(office, tmp_path / "run", (11, 12)) as replicas:
        write(replicas[0], "pay", 0, 0)
        write(replicas[0], "pay", 0, 1)
        first, other = replicas[0].journal(11)
        feeds = {11: [first], 14: [replace(other, device=14, number=1, id=first.id)]}
        for feed in order:
            assert hand_over(replicas[1], feeds[feed]).taken == 1
        assert replicas[1].ask("SELECT total FROM receipt ORDER BY total") == [(700,), (800,)]
        assert replicas[1].one("SELECT received FROM session_state") == 1500
        assert_money_is_conserved(replicas[1])
        assert_same([replicas[1]])


def test_who_moves_away_is_no_longer_found_there(office: Path, tmp_path: Path) -> None:
    with replicas_of(office, tmp_path / "run", (11,)) as (replica,):
        write(replica, "move", 0, 1)
        codes = dict(replica.ask("SELECT id, codes FROM search_doc"))
        there, here = codes[CUSTOMERS[0].bytes].split(), codes[CUSTOMERS[1].bytes].split()
        assert "p150" not in there
        assert "s" not in there
        assert {"p150", "p151", "s"} <= set(here)
        assert_same([replica])
