"""Cash: who owes what, what was typed or scanned, sessions and their receipts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, and_, func, or_, select
from sqlalchemy import Connection as Read

from app.domain.codes import parse_code
from app.models import (
    Allocation,
    Bill,
    BillState,
    Customer,
    CustomerBalance,
    Device,
    Entry,
    Payout,
    Receipt,
    Remittance,
    Request,
    RequestState,
    Reversal,
    SessionClosed,
    SessionOpened,
    SessionState,
    Staff,
)
from app.queries.customers import CustomerHit, CustomerQueries, here
from app.queries.rules import RESTRICTED
from app.settings import resources


@dataclass(frozen=True, slots=True)
class OpenBill:
    """A bill that is not paid in full. Money in minor units, quantities in thousandths."""

    id: UUID
    code: str
    period: str
    previous: int
    present: int
    usage: int
    due_on: Any
    total: int
    paid: int

    @property
    def owed(self) -> int:
        """What is still to be paid of it."""
        return self.total - self.paid


@dataclass(frozen=True, slots=True)
class Due:
    """What a customer has to pay at the counter. `bills` are the open ones, the oldest first; `credit` is
    below zero where two desks used the same credit while apart, and is then due with the bills."""

    customer_id: UUID
    code: str
    name: str
    address: str
    phone: str | None
    bills: tuple[OpenBill, ...]
    credit: int
    open_requests: int
    request_words: str
    """The newest open request in the customer's words; empty for kinds that are not for everyone."""

    def amount(self, bill_ids: Sequence[UUID], use_credit: bool = True) -> int:
        """What the chosen bills come to, with credit set against them."""
        owed = sum(b.owed for b in self.bills if b.id in bill_ids)
        if self.credit < 0:
            return owed - self.credit
        return max(owed - self.credit, 0) if use_credit else owed


@dataclass(frozen=True, slots=True)
class Found:
    """What a scanned or typed text means: customers, and the bill or the receipt that was named."""

    customers: tuple[CustomerHit, ...] = ()
    bill_id: UUID | None = None
    receipt_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SessionView:
    """A cash session; money in minor units."""

    id: UUID
    code: str
    point: str
    cashier: UUID
    cashier_name: str
    cashier_title: str
    cashier_phone: str | None
    desk: str
    opened_at: datetime
    float_amount: int
    open: bool
    receipts: int
    received: int
    reversals: int
    returned: int
    paid_out: int
    expected: int
    counted: int | None
    remitted: int
    closed_at: datetime | None
    counts: tuple[tuple[int, int], ...]
    note: str
    remittance: str | None
    """The number of the slip with which it was handed in."""


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt in a list. `reversed_by` names who took it back, empty while it stands. `unsent`: the head
    office has not acknowledged it yet."""

    id: UUID
    code: str
    taken_at: datetime
    customer_code: str
    payer: str
    total: int
    reversed_by: str
    reversed_at: datetime | None
    reason: str
    unsent: bool


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """A payout in the list of a session."""

    id: UUID
    code: str
    paid_at: datetime
    customer_code: str
    payee: str
    amount: int
    request: str


@dataclass(frozen=True, slots=True)
class PaidBill:
    """What an act paid of a bill."""

    period: str
    code: str
    amount: int


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """All that a receipt's paper says. The lines and `credit` sum to `total`; `credit` is what was kept as
    prepayment, less what was used of it (below zero where more was used)."""

    id: UUID
    code: str
    session_id: UUID
    taken_at: datetime
    customer_id: UUID
    customer_code: str
    customer_name: str
    address: str
    phone: str | None
    payer: str
    lines: tuple[PaidBill, ...]
    credit: int
    total: int
    tendered: int
    cashier_name: str
    cashier_title: str
    cashier_phone: str | None
    point: str
    reversed_at: datetime | None
    reversed_by: str
    """The name of who took it back."""
    reason: str

    @property
    def change(self) -> int:
        """What was given back."""
        return self.tendered - self.total


@cache
def denominations(currency: str) -> tuple[int, ...]:
    """The notes of a currency in minor units, the largest first (`resources/defaults/denominations.json`)."""
    notes: dict[str, list[int]] = json.loads(
        (resources() / "defaults" / "denominations.json").read_text("utf-8")
    )
    return tuple(sorted(notes[currency], reverse=True))


class CashQueries:
    """What a cashier asks."""

    def __init__(self, read: Engine, office_no: int) -> None:
        self._read = read
        self._office_no = office_no
        self._customers = CustomerQueries(read, office_no)

    # -- who pays -------------------------------------------------------------------------------------------

    def find(self, text: str, limit: int = 20) -> Found:
        """What a text means: the code of a bill or a receipt, with blanks, small letters or any dash; else a
        customer's code, name, phone, address or meter."""
        code = parse_code(text)
        if code is None:
            return Found(tuple(self._customers.search(text, limit)))
        model: Any = {"HD": Bill, "BL": Receipt}.get(code.kind)
        if model is None:
            return Found()
        wanted = select(model.id, model.customer_id).where(
            here(model, self._office_no), model.code == str(code)
        )
        with self._read.connect() as read:
            row = read.execute(wanted).first()
        if row is None:
            return Found()
        hit = self._customers.rows([row.customer_id])[row.customer_id]
        if code.kind == "HD":
            return Found((hit,), bill_id=row.id)
        return Found((hit,), receipt_id=row.id)

    def due(self, customer_id: UUID) -> Due | None:
        """What a customer has to pay, None where there is no such customer."""
        c, balance = Customer, CustomerBalance
        with self._read.connect() as read:
            person = read.execute(
                select(c.code, c.name, c.address, c.phone, func.coalesce(balance.credit, 0).label("credit"))
                .outerjoin(balance, and_(balance.office_no == c.office_no, balance.id == c.id))
                .where(c.office_no == self._office_no, c.id == customer_id)
            ).first()
            if person is None:
                return None
            bills = open_bills(read, self._office_no, customer_id)
            requests, words = self._requests(read, customer_id)
        return Due(
            customer_id, person.code, person.name, person.address, person.phone, bills, person.credit,
            requests, words,
        )  # fmt: skip

    def _requests(self, read: Read, customer_id: UUID) -> tuple[int, str]:
        r, s = Request, RequestState
        wanted = (
            select(r.words)
            .join(s, and_(s.office_no == r.office_no, s.id == r.id))
            .where(
                here(r, self._office_no),
                r.customer_id == customer_id,
                s.state != "closed",
                r.type_code.not_in(RESTRICTED),
            )
            .order_by(r.received_at.desc())
        )
        words = list(read.execute(wanted).scalars())
        return len(words), words[0] if words else ""

    # -- sessions -------------------------------------------------------------------------------------------

    def open_session(self, cashier: UUID, device: int) -> SessionView | None:
        """The open session of a cashier at a desk."""
        o, s = SessionOpened, SessionState
        with self._read.connect() as read:
            wanted = self._sessions().where(o.cashier == cashier, opened_at_desk(device), s.open == 1)
            row = read.execute(wanted.order_by(o.hlc.desc()).limit(1)).first()
            return None if row is None else self._session(read, row)

    def open_here(self, device: int) -> bool:
        """Whether anybody's session is open at a desk."""
        with self._read.connect() as read:
            wanted = self._sessions().where(opened_at_desk(device), SessionState.open == 1).limit(1)
            return read.execute(wanted).first() is not None

    def session(self, session_id: UUID) -> SessionView:
        """A session."""
        with self._read.connect() as read:
            return self._session(
                read, read.execute(self._sessions().where(SessionOpened.id == session_id)).one()
            )

    def _sessions(self) -> Any:
        o, s, p, d = SessionOpened, SessionState, Staff, Device
        return (
            select(
                o.id, o.code, o.point, o.cashier, p.name, p.title, p.phone, d.desk, o.opened_at,
                o.float_amount, s.open,
                s.receipts, s.received, s.reversals, s.returned, s.paid_out, s.expected, s.counted,
                s.remitted,
            )
            .join(s, and_(s.office_no == o.office_no, s.id == o.id))
            .join(p, and_(p.office_no == o.office_no, p.id == o.cashier), isouter=True)
            .join(d, d.number == o.device, isouter=True)
            .where(o.office_no == self._office_no)
        )  # fmt: skip

    def _session(self, read: Read, row: Any) -> SessionView:
        x, m = SessionClosed, Remittance
        closed: Any = read.execute(
            select(x.counts, x.note, x.closed_at)
            .where(here(x, self._office_no), x.session_id == row.id)
            .order_by(x.hlc, x.device)
        ).first()
        slip = read.execute(
            select(m.code).where(here(m, self._office_no), m.session_id == row.id).order_by(m.hlc)
        ).scalar()
        return SessionView(
            row.id, row.code, row.point, row.cashier, row.name or "", row.title or "", row.phone,
            row.desk or "", row.opened_at, row.float_amount, bool(row.open),
            row.receipts, row.received, row.reversals, row.returned, row.paid_out,
            row.expected, row.counted, row.remitted, closed.closed_at if closed else None,
            tuple((note, count) for note, count in closed.counts) if closed else (),
            (closed.note or "") if closed else "", slip,
        )  # fmt: skip

    # -- receipts -------------------------------------------------------------------------------------------

    def receipts(
        self, session_id: UUID, device: int, acked: int, limit: int | None = None
    ) -> list[ReceiptRow]:
        """The receipts of a session, the newest first. `acked` is the last number of this desk's feed that
        the head office has acknowledged."""
        p, c, e, v, w = Receipt, Customer, Entry, Reversal, Staff
        reversals = (
            select(v.receipt_id, func.coalesce(w.name, "?"), v.reversed_at, v.reason)
            .select_from(p)
            .join(v, and_(v.office_no + 0 == p.office_no, v.receipt_id == p.id))
            .join(w, and_(w.office_no == v.office_no, w.id == v.by), isouter=True)
            .where(here(p, self._office_no), p.session_id == session_id)
            .order_by(v.hlc.desc())
        )
        sent = (
            select(e.number)
            .where(e.hlc == p.hlc, e.origin == p.device, e.device == device)
            .limit(1)
            .scalar_subquery()
        )
        wanted = (
            select(
                p.id,
                p.code,
                p.taken_at,
                c.code.label("customer"),
                p.payer,
                p.total,
                sent,
            )
            .join(c, and_(c.office_no == p.office_no, c.id == p.customer_id), isouter=True)
            .where(here(p, self._office_no), p.session_id == session_id)
            .order_by(p.hlc.desc(), p.code.desc())
            .limit(limit)
        )
        with self._read.connect() as read:
            rows: Sequence[Any] = read.execute(wanted).all()
            back: dict[UUID, Any] = {row.receipt_id: row[1:] for row in read.execute(reversals)}
        found = []
        for r in rows:
            by, at, reason = back.get(r.id, ("", None, ""))
            unsent = (r[-1] or 0) > acked
            found.append(
                ReceiptRow(
                    r.id, r.code, r.taken_at, r.customer or "", r.payer, r.total, by, at, reason, unsent
                )
            )
        return found

    def payouts(self, session_id: UUID) -> list[PayoutRow]:
        """What was paid out of a session, the newest first."""
        y, c, r = Payout, Customer, Request
        wanted = (
            select(y.id, y.code, y.paid_at, c.code.label("customer"), y.payee, y.amount, r.code)
            .join(c, and_(c.office_no == y.office_no, c.id == y.customer_id), isouter=True)
            .join(r, and_(r.office_no == y.office_no, r.id == y.request_id), isouter=True)
            .where(here(y, self._office_no), y.session_id == session_id)
            .order_by(y.hlc.desc(), y.code.desc())
        )
        with self._read.connect() as read:
            return [
                PayoutRow(id, code, at, customer or "", payee, amount, request or "")
                for id, code, at, customer, payee, amount, request in read.execute(wanted)
            ]

    def receipt(self, receipt_id: UUID) -> ReceiptView:
        """A receipt with all that its paper says."""
        p, c, o, w, v = Receipt, Customer, SessionOpened, Staff, Reversal
        with self._read.connect() as read:
            r: Any = read.execute(
                select(p.__table__, c.code.label("customer_code"), c.name, c.address, c.phone, o.point)
                .join(c, and_(c.office_no == p.office_no, c.id == p.customer_id))
                .join(o, and_(o.office_no == p.office_no, o.id == p.session_id))
                .where(p.office_no == self._office_no, p.id == receipt_id)
            ).one()
            staff = select(w.name, w.title, w.phone)
            cashier: Any = read.execute(
                staff.where(w.office_no == self._office_no, w.id == r.cashier)
            ).first()
            back: Any = read.execute(
                select(v.reversed_at, v.reason, w.name)
                .join(w, and_(w.office_no == v.office_no, w.id == v.by), isouter=True)
                .where(here(v, self._office_no), v.receipt_id == receipt_id)
                .order_by(v.hlc)
            ).first()
            lines = self._lines(read, r)
        return ReceiptView(
            r.id, r.code, r.session_id, r.taken_at, r.customer_id, r.customer_code, r.name, r.address,
            r.phone, r.payer, lines, r.total - sum(line.amount for line in lines), r.total, r.tendered,
            cashier.name if cashier else "", cashier.title if cashier else "",
            cashier.phone if cashier else None, r.point,
            back.reversed_at if back else None, (back.name or "") if back else "",
            back.reason if back else "",
        )  # fmt: skip

    def _lines(self, read: Read, r: Any) -> tuple[PaidBill, ...]:
        """What the receipt's act paid of each bill, from its money and from credit that it used: the
        allocations of the same entry."""
        a, b = Allocation, Bill
        amount = func.sum(a.amount)
        wanted = (
            select(b.period, b.code, amount)
            .join(b, and_(b.office_no == a.office_no, b.id == a.bill_id))
            .where(
                here(a, self._office_no),
                a.customer_id == r.customer_id,
                a.hlc == r.hlc,
                a.device == r.device,
            )
            .group_by(b.period, b.code)
            .having(amount > 0)
            .order_by(b.period, b.code)
        )
        return tuple(PaidBill(*row) for row in read.execute(wanted))


def opened_at_desk(device: int) -> ColumnElement[bool]:
    """Whether a session was opened at a desk: under its number, or under one that it had before its data was
    restored or copied, as long as it had that one."""
    d, o = Device, SessionOpened
    numbers = select(d.succeeds.label("number"), d.made_hlc.label("until")).where(d.number == device)
    had = numbers.cte(recursive=True)
    had = had.union(select(d.succeeds, d.made_hlc).join(had, d.number == had.c.number))
    before = select(had.c.number).where(had.c.number == o.device, o.hlc < had.c.until)
    return or_(o.device == device, before.exists())


def open_bills(read: Read, office_no: int, customer_id: UUID) -> tuple[OpenBill, ...]:
    """The bills of a customer that are not paid in full, the oldest first."""
    s, b = BillState, Bill
    wanted = (
        select(b.id, b.code, b.period, b.previous, b.present, b.usage, b.due_on, b.total, s.paid)
        .join(b, and_(b.office_no == s.office_no, b.id == s.id))
        # Not by the index of all open bills: by the customer's.
        .where(here(s, office_no), s.customer_id == customer_id, s.open + 0 == 1)
        .order_by(b.due_on, b.period, b.code)
    )
    return tuple(OpenBill(*row) for row in read.execute(wanted))
