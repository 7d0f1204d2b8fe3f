"""Taking money: sessions, receipts, taking a receipt back, handing the money in.

Every amount that changes hands is in exactly one receipt, reversal or payout of one session; a receipt's
allocations sum to its total. Money that lies with us without a bill (credit, or what a bill was paid too
much) is used by pairs that add to nothing, in the name of the receipt that brought it: taking that receipt
back takes back what its money did. (`app/services/refunds.py` pays it back.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from app.domain import people
from app.domain.cash import count_total, explains
from app.domain.errors import AppError, Invalid
from app.domain.refunds import draw
from app.models import (
    Allocation,
    Bill,
    BillState,
    Payout,
    Receipt,
    Remittance,
    Reversal,
    SessionClosed,
    SessionOpened,
    SessionState,
)
from app.queries.cash import denominations, opened_at_desk
from app.queries.customers import here
from app.queries.lying import Lying, credit_of, lying_of
from app.queries.rules import RuleQueries
from app.services.writer import Draft, Person, Writer


@dataclass(frozen=True, slots=True)
class Collect:
    """Money over the counter. `tendered` in minor units; `bill_ids` are paid the oldest first; what is over
    is given back, or kept as credit with `keep_change`."""

    entry_id: UUID
    session_id: UUID
    customer_id: UUID
    bill_ids: tuple[UUID, ...]
    tendered: int
    payer: str
    use_credit: bool = True
    keep_change: bool = False


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of it: total = tendered - change = to bills in cash + kept; `credit_used` came on top."""

    receipt_id: UUID
    code: str
    total: int
    change: int
    kept: int
    credit_used: int


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed session; difference = counted - expected: above zero there is too much in the drawer."""

    counted: int
    expected: int

    @property
    def difference(self) -> int:
        return self.counted - self.expected


@dataclass(frozen=True, slots=True)
class Remitted:
    """Money handed in."""

    remittance_id: UUID
    code: str
    amount: int


@dataclass(frozen=True, slots=True)
class _Open:
    id: UUID
    code: str
    customer_id: UUID
    owed: int


class CashService:
    """What a cashier does."""

    def __init__(self, writer: Writer, rules: RuleQueries) -> None:
        self._writer = writer
        self._rules = rules

    def open_session(self, by: Person, entry_id: UUID, point: str, float_amount: int) -> UUID:
        """Begin at a point with `float_amount` in the drawer; a cashier has one open session at a desk.

        Needs "cash.collect". Invalid: point="required", float_amount="cash.below_zero". AppError
        "cash.session_open" with its code.
        """
        by.require("cash.collect")
        wrong = {}
        if not point.strip():
            wrong["point"] = "required"
        if float_amount < 0:
            wrong["float_amount"] = "cash.below_zero"
        if wrong:
            raise Invalid(**wrong)
        o, s = SessionOpened, SessionState
        with self._writer.entry("cash.open_session", by.id, id=entry_id) as draft:
            there = draft.read.execute(
                select(o.code)
                .join(s, and_(s.office_no == o.office_no, s.id == o.id))
                .where(
                    o.office_no == draft.desk.office_no,
                    o.cashier == by.id,
                    opened_at_desk(draft.desk.device),
                    s.open == 1,
                )
            ).scalar()
            if there is not None:
                raise AppError("cash.session_open", number=there)
            return draft.add(
                SessionOpened,
                code=draft.number("CT"),
                point=point.strip(),
                cashier=by.id,
                float_amount=float_amount,
                opened_at=draft.now,
            )

    def collect(self, by: Person, new: Collect) -> Collected:
        """Take money and give a receipt.

        Needs "cash.collect" and the person's own open session. Invalid: payer="required",
        tendered="cash.below_zero" or "cash.nothing". AppError "cash.not_your_session", "cash.session_closed",
        "cash.bill_unknown", "cash.bill_of_another", "cash.bill_paid" (each with the code), "already_saved".
        """
        by.require("cash.collect")
        wrong = {}
        if not new.payer.strip():
            wrong["payer"] = "required"
        if new.tendered < 0:
            wrong["tendered"] = "cash.below_zero"
        if wrong:
            raise Invalid(**wrong)
        with self._writer.entry("cash.collect", by.id, id=new.entry_id) as draft:
            own_open_session(draft, by, new.session_id)
            bills = _chosen_bills(draft, new.customer_id, new.bill_ids)
            office = draft.desk.office_no
            credit = credit_of(draft.read, office, new.customer_id)
            lying = lying_of(draft.read, office, new.customer_id, credit) if new.use_credit else []
            used, bills = _use_credit(draft, new.customer_id, lying, bills)
            # A credit below zero is money that a bill got twice from it: it is paid back first.
            missing = max(-credit, 0)
            due = missing + sum(b.owed for b in bills)
            over = max(new.tendered - due, 0)
            change = 0 if new.keep_change else over
            total = new.tendered - change
            if total == 0 and used == 0:
                raise Invalid(tendered="cash.nothing")
            code = draft.number("BL")
            receipt = draft.add(
                Receipt,
                code=code,
                session_id=new.session_id,
                customer_id=new.customer_id,
                payer=new.payer.strip(),
                total=total,
                tendered=new.tendered,
                taken_at=draft.now,
                cashier=by.id,
            )
            left = total - min(missing, total)
            kept = over - change
            to_credit = min(missing, total) + kept
            left -= kept
            for bill in bills:
                part = min(left, bill.owed)
                left -= part
                allocate(draft, receipt, bill.id, new.customer_id, part)
            allocate(draft, receipt, None, new.customer_id, to_credit)
        return Collected(receipt, code, total, change, kept, used)

    def reverse(
        self, by: Person, receipt_id: UUID, session_id: UUID, reason: str, entry_id: UUID | None = None
    ) -> UUID:
        """Take a receipt back: its total goes back to the customer out of the drawer of `session_id`, the
        person's own open session. A cashier takes back receipts of that same session only, others are for a
        supervisor ("cash.reverse").

        Invalid: reason="required". AppError "cash.receipt_unknown", "cash.reversed_already",
        "cash.receipt_of_another_session", "cash.paid_out_of" when a part of it was refunded,
        "cash.drawer_short" and those of the session.
        """
        by.require("cash.collect")
        if not explains(reason):
            raise Invalid(reason="required")
        p, v = Receipt, Reversal
        with self._writer.entry("cash.reverse", by.id, id=entry_id) as draft:
            office = draft.desk.office_no
            expected = own_open_session(draft, by, session_id)
            receipt: Any = draft.read.execute(
                select(p.code, p.session_id, p.total).where(p.office_no == office, p.id == receipt_id)
            ).first()
            if receipt is None:
                raise AppError("cash.receipt_unknown")
            if receipt.session_id != session_id and not people.may(by.roles, "cash.reverse"):
                raise AppError("cash.receipt_of_another_session", number=receipt.code)
            done = select(v.id).where(here(v, office), v.receipt_id == receipt_id)
            if draft.read.execute(done).first():
                raise AppError("cash.reversed_already", number=receipt.code)
            paid_out = _paid_out_of(draft, receipt_id)
            if paid_out is not None:
                raise AppError("cash.paid_out_of", number=receipt.code, payout=paid_out)
            if expected < receipt.total:
                raise AppError("cash.drawer_short", number=receipt.code, amount=receipt.total, held=expected)
            return draft.add(
                Reversal,
                receipt_id=receipt_id,
                session_id=session_id,
                amount=receipt.total,
                reason=reason.strip(),
                by=by.id,
                reversed_at=draft.now,
            )

    def close_session(
        self,
        by: Person,
        session_id: UUID,
        counts: Sequence[tuple[int, int]],
        note: str = "",
        entry_id: UUID | None = None,
    ) -> Closed:
        """Close the person's own session with its notes counted, as (note in minor units, how many); loose
        money is (1, amount).

        AppError "cash.count" below zero and those of the session. Invalid: note="cash.difference_unexplained"
        when the difference is as large as the smallest note and has no explanation.
        """
        by.require("cash.collect")
        counted = count_total(counts)
        with self._writer.entry("cash.close_session", by.id, id=entry_id) as draft:
            expected = own_open_session(draft, by, session_id)
            least = min(denominations(self._rules.utility.currency.code))
            if abs(counted - expected) >= least and not explains(note):
                raise Invalid(note="cash.difference_unexplained")
            draft.add(
                SessionClosed,
                session_id=session_id,
                counts=[[value, count] for value, count in counts if count],
                counted=counted,
                expected=expected,
                note=note.strip() or None,
                closed_at=draft.now,
            )
        return Closed(counted, expected)

    def remit(self, by: Person, session_id: UUID, entry_id: UUID | None = None) -> Remitted:
        """Hand in the money of a closed session: what was counted, less the float, which stays at the desk
        for the next session (nothing when less than the float is there). Own sessions; all for those who may
        "cash.see_all".

        Needs "cash.remit". AppError "cash.session_unknown", "cash.not_your_session", "cash.not_closed",
        "cash.remitted_already", "cash.nothing_to_remit" (with the session's code).
        """
        by.require("cash.remit")
        o, s, m = SessionOpened, SessionState, Remittance
        with self._writer.entry("cash.remit", by.id, id=entry_id) as draft:
            office = draft.desk.office_no
            session: Any = draft.read.execute(
                select(o.code, o.cashier, o.float_amount, s.open, s.counted)
                .join(s, and_(s.office_no == o.office_no, s.id == o.id))
                .where(o.office_no == office, o.id == session_id)
            ).first()
            if session is None:
                raise AppError("cash.session_unknown")
            if session.cashier != by.id and not people.may(by.roles, "cash.see_all"):
                raise AppError("cash.not_your_session", number=session.code)
            if session.open:
                raise AppError("cash.not_closed", number=session.code)
            if draft.read.execute(select(m.id).where(here(m, office), m.session_id == session_id)).first():
                raise AppError("cash.remitted_already", number=session.code)
            amount = session.counted - session.float_amount
            if amount <= 0:
                raise AppError("cash.nothing_to_remit", number=session.code)
            code = draft.number("NT")
            slip = draft.add(
                Remittance, code=code, session_id=session_id, amount=amount, remitted_at=draft.now
            )
        return Remitted(slip, code, amount)


# What every receipt asks, made once: putting a statement together takes longer than its answer.
_SESSION = (
    select(
        SessionOpened.code,
        SessionOpened.cashier,
        SessionOpened.device,
        SessionState.open,
        SessionState.expected,
    )
    .join(
        SessionState,
        and_(SessionState.office_no == SessionOpened.office_no, SessionState.id == SessionOpened.id),
    )
    .where(SessionOpened.office_no == bindparam("office"), SessionOpened.id == bindparam("session"))
)
_BILLS = (
    select(Bill.id, Bill.code, Bill.customer_id, BillState.total, BillState.paid)
    .join(BillState, and_(BillState.office_no == Bill.office_no, BillState.id == Bill.id))
    .where(Bill.office_no == bindparam("office"), Bill.id.in_(bindparam("bills", expanding=True)))
    .order_by(Bill.due_on, Bill.period, Bill.code)
)


def own_open_session(draft: Draft, by: Person, session_id: UUID) -> int:
    """What the drawer of the person's own open session at this desk should hold. AppError
    "cash.session_unknown", "cash.not_your_session", "cash.session_closed"."""
    session: Any = draft.read.execute(
        _SESSION, {"office": draft.desk.office_no, "session": session_id}
    ).first()
    if session is None:
        raise AppError("cash.session_unknown")
    if session.cashier != by.id or not _at_this_desk(draft, session_id, session.device):
        raise AppError("cash.not_your_session", number=session.code)
    if not session.open:
        raise AppError("cash.session_closed", number=session.code)
    return int(session.expected)


def _at_this_desk(draft: Draft, session_id: UUID, opened_at: int) -> bool:
    o, desk = SessionOpened, draft.desk
    if opened_at == desk.device:
        return True
    wanted = select(o.id).where(
        o.office_no == desk.office_no, o.id == session_id, opened_at_desk(desk.device)
    )
    return draft.read.execute(wanted).first() is not None


def _chosen_bills(draft: Draft, customer_id: UUID, bill_ids: Sequence[UUID]) -> list[_Open]:
    rows: Sequence[Any] = draft.read.execute(
        _BILLS, {"office": draft.desk.office_no, "bills": list(bill_ids)}
    ).all()
    if len(rows) < len(set(bill_ids)):
        raise AppError("cash.bill_unknown")
    for row in rows:
        if row.customer_id != customer_id:
            raise AppError("cash.bill_of_another", number=row.code)
        if row.paid >= row.total:
            raise AppError("cash.bill_paid", number=row.code)
    return [_Open(r.id, r.code, r.customer_id, r.total - r.paid) for r in rows]


def _paid_out_of(draft: Draft, receipt_id: UUID) -> str | None:
    """The code of a payout that took from a receipt's money: taken back, it would go out twice."""
    a, y = Allocation, Payout
    wanted = (
        select(y.code)
        .join(a, and_(y.office_no == a.office_no, y.id == a.payout_id))
        .where(here(a, draft.desk.office_no), a.receipt_id == receipt_id)
    )
    return draft.read.execute(wanted.limit(1)).scalar()


def _use_credit(
    draft: Draft, customer_id: UUID, lying: Sequence[Lying], bills: Sequence[_Open]
) -> tuple[int, list[_Open]]:
    """Pays the oldest bills from credit, pair by pair; how much was used, and what is left of the bills."""
    used = 0
    left: list[_Open] = []
    for bill in bills:
        owed = bill.owed
        for money, part in draw(lying, owed):
            allocate(draft, money.receipt_id, money.bill_id, customer_id, -part)
            allocate(draft, money.receipt_id, bill.id, customer_id, part)
            owed -= part
            used += part
        left.append(_Open(bill.id, bill.code, bill.customer_id, owed))
    return used, left


def allocate(
    draft: Draft,
    receipt_id: UUID,
    bill_id: UUID | None,
    customer_id: UUID,
    amount: int,
    payout_id: UUID | None = None,
) -> None:
    """Say what a part of a receipt's money is for, from now on. Nothing is nothing."""
    if amount:
        draft.add(
            Allocation,
            receipt_id=receipt_id,
            bill_id=bill_id,
            customer_id=customer_id,
            amount=amount,
            payout_id=payout_id,
        )
