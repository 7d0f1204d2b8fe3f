"""What is asked for each customer at the counter is found by the customer's own index, however many bills are
open in the office."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from app.bootstrap import Desktop
from app.queries.bills import BillFilter
from app.services.cash import Collect
from tests.money import TODAY, Home, add_home, bill
from tests.offices import person


@pytest.fixture
def home(desktop: Desktop) -> Home:
    home = add_home(desktop, "BN-000001")
    bill(desktop, home, {"2026-09": 17, "2026-10": 25}, date(2026, 10, 30))
    return home


def plans(desktop: Desktop, ask: Callable[[], object]) -> list[str]:
    """The steps by which SQLite answers each query that `ask` makes."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, sql: str, values: Any, *_rest: Any) -> None:
        asked.append((sql, values))

    event.listen(desktop.database.read, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(desktop.database.read, "before_cursor_execute", note)
    assert asked
    steps = []
    for sql, values in asked:
        for row in desktop.database.write.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall():
            steps.append(row[3])
    return steps


BIG = ("bill", "bill_state", "receipt", "allocation", "reversal", "customer", "reading", "entry")


def test_nothing_at_the_counter_walks_through_the_office(desktop: Desktop, home: Home) -> None:
    tung = person(desktop, "tung")
    queries = desktop.cash_queries
    session = desktop.cash.open_session(tung, uuid4(), "VA", 0)
    due = queries.due(home.customer)
    assert due is not None
    bills = tuple(b.id for b in due.bills)
    new = Collect(uuid4(), session, home.customer, bills, 300_000, "Quỳnh", keep_change=True)
    receipt = desktop.cash.collect(tung, new).receipt_id

    def a_customer() -> None:
        queries.due(home.customer)
        queries.find("HD-BN03-26-000001")
        queries.find("BN-000001")
        queries.receipt(receipt)
        queries.receipts(session, desktop.writer.desk.device, 0, 50)
        again = Collect(uuid4(), session, home.customer, (bills[1],), 10_000, "Quỳnh")
        desktop.cash.collect(tung, again)
        desktop.cash.reverse(tung, receipt, session, "Thu nhầm khách hàng")
        next(desktop.bill_queries.sheets([bills[0]]))

    for step in plans(desktop, a_customer):
        assert step.split()[:1] != ["SCAN"] or step.split()[1] not in BIG, step
        assert "(open=?" not in step, step
        assert "(office_no=?)" not in step, step


def test_a_period_is_listed_by_its_own_index(desktop: Desktop, home: Home) -> None:
    for state in ("all", "open", "overdue", "paid"):
        steps = plans(desktop, lambda s=state: desktop.bill_queries.ids(BillFilter(TODAY, "2026-10", s)))  # type: ignore[misc]
        assert any("ix_bill_period" in step for step in steps), steps
    steps = plans(desktop, lambda: desktop.bill_queries.ids(BillFilter(TODAY, state="overdue")))
    assert any("ix_bill_state_open_due_on (open=? AND due_on<?)" in step for step in steps), steps
    for step in plans(desktop, desktop.bill_queries.periods):
        assert not step.startswith("SCAN bill USING INDEX sqlite"), step
