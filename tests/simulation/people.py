"""What people do at a simulated PC: plain entries, over few customers, so that desks disturb each other.

An act looks at what its replica holds, as a use case does, and fills a draft; with nothing to act on it
leaves the draft empty, and no entry is made."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from app.models import (
    Allocation,
    Bill,
    Connection,
    Customer,
    Meter,
    Payout,
    Reading,
    Receipt,
    Request,
    RequestEvent,
    Reversal,
    SessionClosed,
    SessionOpened,
)
from app.services.writer import Draft

People = dict[str, UUID]
"""Login -> the id of a member of an office's staff (`tests/offices.py`, STAFF)."""

DAY = date(2026, 11, 20)
STEPS = (
    *("lacking", "received", "routed", "routed", "stepped", "asked", "replied", "held", "resumed", "merged"),
    *("answered", "answered", "told", "told", "rated", "closed", "closed", "reopened", "noted", "praised"),
)


class Worker:
    """Somebody at a PC, with dice."""

    def __init__(self, rng: random.Random, people: People) -> None:
        self.rng = rng
        self.people = people

    def choose(self) -> str:
        """What to do next."""
        return self.rng.choices(list(ACTS), [weight for weight, _, _ in ACTS.values()])[0]

    def login(self, kind: str, forbidden: bool) -> str:
        """Who does it; `forbidden`: one who may not, where there is such a one."""
        may = ACTS[kind][1]
        return FORBIDDEN.get(kind, may) if forbidden else may

    def fill(self, kind: str, draft: Draft, login: str) -> None:
        """Do it."""
        ACTS[kind][2](self, draft, self.people[login])

    def pick(self, draft: Draft, sql: str, *values: Any) -> Any:
        """A row of what the replica holds of this office; None when there is none."""
        rows = draft.read.exec_driver_sql(sql, (draft.desk.office_no, *values)).fetchall()
        return self.rng.choice(rows) if rows else None


def add_customer(worker: Worker, draft: Draft, by: UUID) -> None:
    number = worker.rng.randrange(20)
    customer = draft.add(
        Customer, code=f"K{number}", name=f"Khách {number}", address=f"{number} Ngô Gia Tự", phone="0912"
    )
    connection = draft.add(
        Connection, customer_id=customer, code=f"P{number}", address="1", customer_class="household", quotas=1
    )
    draft.add(Meter, connection_id=connection, serial=f"S{number}", first_index=0)


def edit_customer(worker: Worker, draft: Draft, by: UUID) -> None:
    found = worker.pick(draft, "SELECT id FROM customer WHERE office_no = ? ORDER BY id LIMIT 4")
    if found:
        field = worker.rng.choice(("name", "bank_account", "phone", "note", "address"))
        draft.change(Customer, UUID(bytes=found[0]), **{field: f"{field} {worker.rng.randrange(4)}"})


def register_request(worker: Worker, draft: Draft, by: UUID) -> None:
    request = draft.add(
        Request, code=draft.number("YC"), type_code="repair", channel="phone", contact_name="A",
        words=f"mất nước {worker.rng.randrange(9)}", received_at=draft.now, received_by=by,
    )  # fmt: skip
    draft.add(RequestEvent, request_id=request, kind="received", at=draft.now, by=by, data={})


def step_request(worker: Worker, draft: Draft, by: UUID) -> None:
    found = worker.pick(draft, "SELECT id FROM request WHERE office_no = ? ORDER BY id LIMIT 4")
    if found:
        rng = worker.rng
        said: dict[str, object] = {
            "outcome": rng.choice(("solved", "explained", "forgotten")), "how": rng.choice(("phone", "")),
            "score": rng.randrange(7), "step": rng.choice((None, "a")), "next": rng.choice((None, "a", "b")),
            "alarms": {"head": rng.randrange(9)}, "incident": rng.choice(("", "ab" * 16)),
        }  # fmt: skip
        draft.add(
            RequestEvent, request_id=UUID(bytes=found[0]), kind=rng.choice(STEPS), at=draft.now, by=by,
            unit_code=f"U{rng.randrange(3)}", text=rng.choice(("đã nói", "")), data=said,
            person=rng.choice((None, by)),
        )  # fmt: skip


def enter_reading(worker: Worker, draft: Draft, by: UUID) -> None:
    found = worker.pick(
        draft, "SELECT connection_id, id FROM meter WHERE office_no = ? ORDER BY connection_id LIMIT 4"
    )
    if found:
        usage = worker.rng.randint(1, 40)
        draft.add(
            Reading, connection_id=UUID(bytes=found[0]), meter_id=UUID(bytes=found[1]),
            period=f"2026-{worker.rng.randint(9, 12):02d}", read_on=DAY, previous=0, present=usage,
            usage=usage, flags="", by=by,
        )  # fmt: skip


def run_billing(worker: Worker, draft: Draft, by: UUID) -> None:
    found = worker.pick(
        draft,
        "SELECT c.id, c.customer_id, r.id, r.period, r.usage FROM connection c JOIN reading r "
        "ON r.office_no = c.office_no AND r.connection_id = c.id WHERE c.office_no = ? "
        "AND NOT EXISTS (SELECT 1 FROM bill b WHERE b.connection_id = c.id AND b.period = r.period) "
        "ORDER BY r.id LIMIT 6",
    )
    if found:
        connection, customer, reading, period, usage = found
        draft.add(
            Bill, id=uuid5(UUID(bytes=connection), period), code=draft.number("HD"), period=period,
            connection_id=UUID(bytes=connection), customer_id=UUID(bytes=customer),
            reading_id=UUID(bytes=reading), previous=0, present=usage, usage=usage, lines=[],
            net=1000 * usage, vat=0, fee=0, total=1000 * usage, issued_on=DAY, due_on=DAY,
        )  # fmt: skip


def open_session(worker: Worker, draft: Draft, by: UUID) -> None:
    draft.add(
        SessionOpened, code=draft.number("CT"), point="VA", cashier=by, float_amount=100, opened_at=draft.now
    )


def collect(worker: Worker, draft: Draft, by: UUID) -> None:
    session = worker.pick(
        draft,
        "SELECT o.id FROM session_opened o JOIN session_state s ON s.office_no = o.office_no AND s.id = o.id "
        "WHERE o.office_no = ? AND s.open = 1 AND o.device = ? ORDER BY o.id",
        draft.desk.device,
    )
    customer = worker.pick(draft, "SELECT id FROM customer WHERE office_no = ? ORDER BY id LIMIT 6")
    if session is None or customer is None:
        return
    amount = 1000 * worker.rng.randint(1, 30)
    bill = worker.pick(
        draft,
        "SELECT b.id FROM bill b WHERE b.office_no = ? AND b.customer_id = ? ORDER BY b.id LIMIT 3",
        customer[0],
    )
    whose = UUID(bytes=customer[0])
    receipt = draft.add(
        Receipt, code=draft.number("BL"), session_id=UUID(bytes=session[0]), customer_id=whose, payer="A",
        total=amount, tendered=amount, taken_at=draft.now, cashier=by,
    )  # fmt: skip
    for_bill = 0 if bill is None else amount - worker.rng.choice((0, 500))
    if bill:
        draft.add(
            Allocation, receipt_id=receipt, bill_id=UUID(bytes=bill[0]), customer_id=whose, amount=for_bill
        )
    if amount > for_bill:
        draft.add(Allocation, receipt_id=receipt, bill_id=None, customer_id=whose, amount=amount - for_bill)


def reverse(worker: Worker, draft: Draft, by: UUID) -> None:
    found = worker.pick(
        draft,
        "SELECT id, session_id, total FROM receipt r WHERE office_no = ? AND NOT EXISTS "
        "(SELECT 1 FROM reversal v WHERE v.receipt_id = r.id) ORDER BY id LIMIT 6",
    )
    if found:
        draft.add(
            Reversal, receipt_id=UUID(bytes=found[0]), session_id=UUID(bytes=found[1]), amount=found[2],
            reason="nhầm khách", by=by, reversed_at=draft.now,
        )  # fmt: skip


def pay_out(worker: Worker, draft: Draft, by: UUID) -> None:
    """From a receipt that stands and has money on no bill, in a session of this desk. Whether the customer
    has as much still nobody looks: desks apart cannot know."""
    session = worker.pick(
        draft,
        "SELECT id FROM session_opened WHERE office_no = ? AND device = ? ORDER BY id",
        draft.desk.device,
    )
    found = worker.pick(
        draft,
        "SELECT a.receipt_id, a.customer_id, sum(a.amount) FROM allocation a WHERE a.office_no = ? "
        "AND a.bill_id IS NULL AND NOT EXISTS (SELECT 1 FROM reversal v WHERE v.receipt_id = a.receipt_id) "
        "GROUP BY a.receipt_id, a.customer_id HAVING sum(a.amount) > 0 ORDER BY a.receipt_id LIMIT 4",
    )
    request = worker.pick(draft, "SELECT id FROM request WHERE office_no = ? ORDER BY id LIMIT 4")
    if session is None or found is None or request is None:
        return
    receipt, customer, lies = found
    amount = min(lies, 500 * worker.rng.randint(1, 4))
    payout = draft.add(
        Payout, code=draft.number("PC"), session_id=UUID(bytes=session[0]), customer_id=UUID(bytes=customer),
        request_id=UUID(bytes=request[0]), payee="A", amount=amount, approved_by=by, by=by,
        paid_at=draft.now,
    )  # fmt: skip
    draft.add(
        Allocation, receipt_id=UUID(bytes=receipt), bill_id=None, customer_id=UUID(bytes=customer),
        amount=-amount, payout_id=payout,
    )  # fmt: skip
    draft.add(
        RequestEvent, request_id=UUID(bytes=request[0]), kind="stepped", at=draft.now, by=by, data={},
    )  # fmt: skip


def close_session(worker: Worker, draft: Draft, by: UUID) -> None:
    found = worker.pick(
        draft, 'SELECT id, expected FROM session_state WHERE office_no = ? AND "open" = 1 ORDER BY id'
    )
    if found:
        draft.add(
            SessionClosed, session_id=UUID(bytes=found[0]), counts=[[1000, 1]], counted=found[1],
            expected=found[1], closed_at=draft.now,
        )  # fmt: skip


Fill = Callable[[Worker, Draft, UUID], None]

ACTS: dict[str, tuple[int, str, Fill]] = {
    "customers.add": (2, "yen", add_customer),
    "customers.edit": (5, "yen", edit_customer),
    "requests.register": (2, "yen", register_request),
    "requests.step": (3, "yen", step_request),
    "readings.enter": (3, "duc", enter_reading),
    "billing.run": (3, "mai", run_billing),
    "cash.open_session": (2, "tung", open_session),
    "cash.collect": (8, "tung", collect),
    "cash.reverse": (2, "mai", reverse),
    "cash.close_session": (1, "tung", close_session),
    "refunds.pay": (3, "tung", pay_out),
}
"""Kind -> how often, who may do it, and how."""

FORBIDDEN = {
    "customers.add": "duc",
    "customers.edit": "tung",
    "readings.enter": "tung",
    "billing.run": "yen",
    "cash.reverse": "yen",
}
"""Kind -> somebody who may not. Others the head office lets pass, whoever does it."""
