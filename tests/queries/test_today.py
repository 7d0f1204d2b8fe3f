from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from app.bootstrap import Desktop
from app.models import (
    Bill,
    Connection,
    Meter,
    Reading,
    Receipt,
    SessionOpened,
)
from tests.offices import person
from tests.services.test_requests import add_customer, new


def connection(desktop: Desktop, customer: UUID, code: str, route: str) -> tuple[UUID, UUID]:
    with desktop.writer.entry("connections.add", None) as draft:
        point = draft.add(
            Connection, customer_id=customer, code=code, address="12/5", customer_class="household",
            quotas=1, route=route, route_seq=1,
        )  # fmt: skip
        meter = draft.add(Meter, connection_id=point, serial=f"S{code}", first_index=0)
    return point, meter


def read(desktop: Desktop, point: UUID, meter: UUID, period: str = "2026-11") -> UUID:
    with desktop.writer.entry("readings.enter", None) as draft:
        return draft.add(
            Reading, connection_id=point, meter_id=meter, period=period, read_on=date(2026, 11, 10),
            previous=0, present=5000, usage=5000, flags="", by=draft.new_id(),
        )  # fmt: skip


def bill(desktop: Desktop, customer: UUID, point: UUID, reading: UUID, due_on: date, period: str) -> None:
    with desktop.writer.entry("bills.run", None) as draft:
        draft.add(
            Bill, code=draft.number("HD"), period=period, connection_id=point, customer_id=customer,
            reading_id=reading, previous=0, present=5000, usage=5000, lines=[], net=29300, vat=1465,
            fee=2930, total=33695, issued_on=date(2026, 11, 11), due_on=due_on,
        )  # fmt: skip


def test_what_waits_for_a_supervisor(desktop: Desktop) -> None:
    mai, now = person(desktop, "mai"), desktop.clock.now()
    customer = add_customer(desktop)
    one, two, three = (connection(desktop, customer, f"D{n}", r) for n, r in ((1, "A"), (2, "A"), (3, "B")))
    first, second = read(desktop, *one), read(desktop, *three)
    bill(desktop, customer, three[0], second, date(2026, 11, 19), "2026-11")
    bill(desktop, customer, two[0], first, date(2026, 11, 20), "2026-10")  # due today: not late yet
    work = desktop.today_queries.office_work(mai.roles, now)
    assert work.routes is not None
    assert [(r.code, r.done, r.total) for r in work.routes] == [("A", 1, 2)]
    assert (work.period, work.exceptions) == ("2026-11", 0)
    assert (work.arrears, work.late_bills, work.not_billed) == (33695, 1, 1)
    clerk = desktop.today_queries.office_work(("clerk",), now)
    assert (clerk.routes, clerk.exceptions, clerk.arrears, clerk.not_billed) == (None, None, None, None)


def test_the_open_session_of_a_cashier(desktop: Desktop) -> None:
    tung = person(desktop, "tung")
    assert desktop.today_queries.today(tung.id, tung.roles, desktop.clock.now()).session is None
    with desktop.writer.entry("cash.open", tung.id) as draft:
        session = draft.add(
            SessionOpened, code=draft.number("CT"), point="VA", cashier=tung.id, float_amount=200_000,
            opened_at=draft.now,
        )  # fmt: skip
    with desktop.writer.entry("cash.take", tung.id) as draft:
        draft.add(
            Receipt, code=draft.number("BL"), session_id=session, customer_id=draft.new_id(), payer="Lan",
            total=33_695, tendered=50_000, taken_at=draft.now, cashier=tung.id,
        )  # fmt: skip
    today = desktop.today_queries.today(tung.id, tung.roles, desktop.clock.now())
    assert today.session is not None
    assert (today.session.point, today.session.receipts, today.session.expected) == ("VA", 1, 233_695)
    assert (today.takes_money, today.reads_meters, today.leads) == (True, False, False)


def test_what_runs_against_the_clock_comes_before_what_is_only_to_be_told(desktop: Desktop) -> None:
    yen, queries = person(desktop, "yen"), desktop.today_queries
    assert not queries.today(yen.id, yen.roles, desktop.clock.now()).started
    told = desktop.requests.register(yen, new("no_supply"))
    desktop.requests.answer(yen, told.id, "Đã có nước", "solved")
    later = desktop.requests.register(yen, new("leak"))
    late = desktop.requests.register(yen, new("info"))
    desktop.clock.advance(timedelta(hours=3))  # type: ignore[attr-defined]
    add_customer(desktop)
    today = queries.today(yen.id, yen.roles, desktop.clock.now())
    assert [row.id for row in today.urgent] == [late.id, later.id, told.id]
    assert (today.requests.overdue, today.requests.tell, today.started) == (1, 1, True)
