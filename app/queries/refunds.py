"""Refunds: what a claim stands on, how far it has come, and the slip of what was paid out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection as Read
from sqlalchemy import Engine, and_, case, func, select

from app.domain.refunds import Found, Limits, checks, decisions
from app.domain.requests import Event, fold_request
from app.models import (
    Bill,
    BillState,
    Customer,
    Payout,
    Receipt,
    Request,
    RequestEvent,
    RequestState,
    SessionOpened,
    Staff,
)
from app.queries.customers import here
from app.queries.lying import credit_of, lying_of
from app.settings import resources


@dataclass(frozen=True, slots=True)
class Place:
    """Where money lies that may go back: of a receipt, on the credit (no bill) or on a bill paid too much."""

    receipt: str
    taken_at: datetime
    payer: str
    total: int
    bill: str
    period: str
    amount: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a step of the refund found or decided."""

    name: str
    at: datetime | None
    amount: int
    words: str
    receipts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim for money back, as its forms show it. `lies`: what the customer has with us without a bill, and
    `owed`, `overdue` what he owes; money in minor units."""

    request_id: UUID
    code: str
    words: str
    customer_id: UUID | None
    customer_code: str
    name: str
    address: str
    phone: str
    lies: int
    owed: int
    overdue: int
    places: tuple[Place, ...]
    check: Said | None
    approval: Said | None


@dataclass(frozen=True, slots=True)
class PayoutView:
    """All that a pay-out slip says."""

    id: UUID
    code: str
    session: str
    point: str
    paid_at: datetime
    customer_code: str
    customer_name: str
    address: str
    phone: str
    payee: str
    amount: int
    reason: str
    receipts: tuple[str, ...]
    request: str
    checked_by: str
    approved_by: str
    approver_title: str
    cashier_name: str
    cashier_title: str
    cashier_phone: str


@cache
def limits(currency: str) -> Limits:
    """How much may be paid back in a currency (`resources/defaults/refunds.json`)."""
    of: dict[str, dict[str, int]] = json.loads((resources() / "defaults" / "refunds.json").read_text("utf-8"))
    return Limits(**of[currency])


def events_of(read: Read, office_no: int, request_id: UUID) -> list[Event]:
    """What happened to a request."""
    e = RequestEvent
    wanted = select(
        e.kind, e.at, e.hlc, e.device, e.by, e.unit_code, e.text, e.due, e.data, e.person, e.sealed
    ).where(here(e, office_no), e.request_id == request_id)
    return [
        Event(
            x.kind, x.at, x.hlc, x.device, x.by, x.unit_code, x.text, x.due,
            x.data if isinstance(x.data, dict) else {}, x.person, x.sealed is not None,
        )
        for x in read.execute(wanted)
    ]  # fmt: skip


def fitting(events: Iterable[Event]) -> list[Event]:
    """Without those that no longer fitted when their turn came: of two desks that checked apart, the first
    counts."""
    happened = list(events)
    misfits = fold_request(happened).misfits
    return [event for event in happened if event not in misfits]


class RefundQueries:
    """What those ask who refund."""

    def __init__(self, read: Engine, office_no: int) -> None:
        self._read = read
        self._office = office_no

    def claim(self, request_id: UUID, today: date) -> Claim | None:
        """A claim with the ledger beside it; None where there is no such request."""
        r, s, c = Request, RequestState, Customer
        wanted = (
            select(
                r.code, r.words, r.contact_name, s.customer_id, c.code.label("customer"), c.name, c.address,
                c.phone,
            )
            .join(s, and_(s.office_no == r.office_no, s.id == r.id))
            .join(c, and_(c.office_no == r.office_no, c.id == s.customer_id), isouter=True)
            .where(r.office_no == self._office, r.id == request_id)
        )  # fmt: skip
        with self._read.connect() as read:
            row: Any = read.execute(wanted).first()
            if row is None:
                return None
            lies = owed = overdue = 0
            places: tuple[Place, ...] = ()
            if row.customer_id is not None:
                lies = credit_of(read, self._office, row.customer_id)
                places = self._places(read, row.customer_id, lies)
                owed, overdue = self._owed(read, row.customer_id, today)
            events = fitting(events_of(read, self._office, request_id))
            when = {(e.hlc, e.device): e.at for e in events}
            return Claim(
                request_id, row.code, row.words, row.customer_id, row.customer or "",
                row.name or row.contact_name, row.address or "", row.phone or "", lies, owed, overdue, places,
                self._said(read, checks(events), when), self._said(read, decisions(events, True), when),
            )  # fmt: skip

    def _places(self, read: Read, customer_id: UUID, lies: int) -> tuple[Place, ...]:
        lying = lying_of(read, self._office, customer_id, lies)
        p, b = Receipt, Bill
        receipts: dict[UUID, Any] = {
            row.id: row
            for row in read.execute(
                select(p.id, p.code, p.taken_at, p.payer, p.total).where(
                    p.office_no == self._office, p.id.in_({m.receipt_id for m in lying})
                )
            )
        }
        bills: dict[UUID | None, Any] = {
            row.id: row
            for row in read.execute(
                select(b.id, b.code, b.period).where(
                    b.office_no == self._office, b.id.in_({m.bill_id for m in lying if m.bill_id})
                )
            )
        }
        found = []
        for money in lying:
            receipt, bill = receipts[money.receipt_id], bills.get(money.bill_id)
            found.append(
                Place(
                    receipt.code, receipt.taken_at, receipt.payer, receipt.total,
                    bill.code if bill else "", bill.period if bill else "", money.amount,
                )
            )  # fmt: skip
        return tuple(found)

    def _owed(self, read: Read, customer_id: UUID, today: date) -> tuple[int, int]:
        s = BillState
        owed = s.total - s.paid
        wanted = select(func.sum(owed), func.sum(case((s.due_on < today, owed), else_=0))).where(
            here(s, self._office), s.customer_id == customer_id, s.open + 0 == 1
        )
        all_, late = read.execute(wanted).one()
        return int(all_ or 0), int(late or 0)

    def _said(self, read: Read, found: Sequence[Found], when: dict[tuple[int, int], datetime]) -> Said | None:
        if not found:
            return None
        last = found[-1]
        name = self._name(read, last.by)
        return Said(name, when.get(last.stamp), last.amount, last.words, last.receipts)

    def _name(self, read: Read, person: Any) -> str:
        w = Staff
        wanted = select(w.name).where(w.office_no == self._office, w.id == person)
        return read.execute(wanted).scalar() or ""

    # -- what was paid out ----------------------------------------------------------------------------------

    def payout_of(self, request_id: UUID) -> UUID | None:
        """What was paid out on a request; of several the first."""
        y = Payout
        wanted = select(y.id).where(here(y, self._office), y.request_id == request_id)
        with self._read.connect() as read:
            return read.execute(wanted.order_by(y.hlc, y.device, y.id).limit(1)).scalar()

    def payout(self, payout_id: UUID) -> PayoutView:
        """A payout with all that its slip says."""
        y, c, r, o, w = Payout, Customer, Request, SessionOpened, Staff
        wanted = (
            select(
                y.__table__, c.code.label("customer"), c.name, c.address, c.phone, r.code.label("request"),
                o.code.label("session"), o.point,
            )
            .join(c, and_(c.office_no == y.office_no, c.id == y.customer_id), isouter=True)
            .join(r, and_(r.office_no == y.office_no, r.id == y.request_id), isouter=True)
            .join(o, and_(o.office_no == y.office_no, o.id == y.session_id), isouter=True)
            .where(y.office_no == self._office, y.id == payout_id)
        )  # fmt: skip
        with self._read.connect() as read:
            row: Any = read.execute(wanted).one()
            found = [
                check
                for check in checks(events_of(read, self._office, row.request_id))
                if check.amount == row.amount and check.stamp < (row.hlc, row.device)
            ]
            check = found[-1] if found else None
            people: dict[Any, Any] = {
                each.id: each
                for each in read.execute(
                    select(w.id, w.name, w.title, w.phone).where(
                        w.office_no == self._office,
                        w.id.in_([row.by, row.approved_by, *([check.by] if check else [])]),
                    )
                )
            }
        paid, yes = people.get(row.by), people.get(row.approved_by)
        checker = people.get(check.by) if check else None
        return PayoutView(
            row.id, row.code, row.session or "", row.point or "", row.paid_at, row.customer or "",
            row.name or "", row.address or "", row.phone or "", row.payee, row.amount,
            check.words if check else "", check.receipts if check else (), row.request or "",
            checker.name if checker else "", yes.name if yes else "", yes.title if yes else "",
            paid.name if paid else "", paid.title if paid else "", (paid.phone or "") if paid else "",
        )  # fmt: skip
