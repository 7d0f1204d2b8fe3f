"""The figures of an office over a span of days, and whether its books balance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import Connection as Read
from sqlalchemy import Engine, and_, case, func, or_, select

from app.domain.deadlines import zone_named
from app.domain.requests import OPEN
from app.models import (
    Allocation,
    BillState,
    Connection,
    Customer,
    CustomerBalance,
    Payout,
    Receipt,
    Request,
    RequestState,
    Reversal,
    SessionClosed,
    SessionOpened,
    SessionState,
    Staff,
)
from app.queries.customers import here
from app.queries.rules import RuleQueries

_AGES = (0, 30, 60, 90)
"""The last days past due of the bands of `app/domain/arrears.BANDS`; the last band has no end."""
_SOME = 500


@dataclass(frozen=True, slots=True)
class RequestFigures:
    """Requests of one kind at one unit received within the days. `on_time` were answered in time, `late`
    answered late or still open beyond their due time; `open` are not closed: those without an answer,
    and those whose customer has not been told yet."""

    type_code: str
    unit_code: str
    received: int
    answered: int
    on_time: int
    late: int
    open: int


@dataclass(frozen=True, slots=True)
class CollectionFigures:
    """What one cashier's drawer took and gave back at one point on one day, in minor units."""

    day: date
    point: str
    cashier: str
    receipts: int
    amount: int
    reversed: int
    paid_out: int = 0
    """To customers who had paid too much."""


@dataclass(frozen=True, slots=True)
class ArrearsFigures:
    """What one customer owes on open bills; `bands` as in `app/domain/arrears.BANDS`."""

    customer_id: UUID
    customer_code: str
    name: str
    phone: str | None
    address: str
    route: str | None
    oldest_due: date
    bands: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.bands)


@dataclass(frozen=True, slots=True)
class Span:
    """The figures of a span of days, both counted; arrears are those of `made_at`."""

    first_day: date
    last_day: date
    made_at: datetime
    requests: tuple[RequestFigures, ...]
    collections: tuple[CollectionFigures, ...]
    arrears: tuple[ArrearsFigures, ...]


@dataclass(frozen=True, slots=True)
class Books:
    """Every amount from each of its sides, in minor units: no money appears or vanishes."""

    receipts: int
    reversals: int
    payouts: int
    sessions: int
    """What all drawers took less what they gave back and paid out, as the sessions account for it."""
    to_bills: int
    """Allocated to bills by receipts that stand, less what was paid out of it."""
    to_credit: int
    """Allocated to no bill by receipts that stand, less what was paid out of it."""
    bills_paid: int
    """What the bills say they were paid."""
    credit: int
    """What the customers' balances hold."""
    surplus: int
    """What bills were paid too much; it is part of `credit`."""
    bills_owed: int
    balances_owed: int
    uneven_receipts: int
    """Receipts whose allocations do not sum to their total, and payouts that are not taken from receipts."""

    @property
    def balanced(self) -> bool:
        """Whether every side says the same."""
        return (
            self.receipts - self.reversals - self.payouts == self.sessions == self.to_bills + self.to_credit
            and self.to_bills == self.bills_paid
            and self.to_credit + self.surplus == self.credit
            and self.bills_owed == self.balances_owed
            and self.uneven_receipts == 0
        )


class ReportQueries:
    """What a supervisor asks."""

    def __init__(self, read: Engine, office_no: int, rules: RuleQueries) -> None:
        self._read = read
        self._office_no = office_no
        self._rules = rules

    def span(self, first_day: date, last_day: date, now: datetime) -> Span:
        """All figures of the days, both counted; `now` (aware) decides what is late."""
        zone = zone_named(self._rules.utility.zone)
        start, end = _midnight(first_day, zone), _midnight(last_day + timedelta(days=1), zone)
        with self._read.connect() as read:
            return Span(
                first_day,
                last_day,
                now,
                tuple(self._requests(read, start, end, now)),
                tuple(self._collections(read, start, end, zone)),
                tuple(self._arrears(read, now.astimezone(zone).date())),
            )

    def _requests(
        self, read: Read, start: datetime, end: datetime, now: datetime
    ) -> Iterator[RequestFigures]:
        r, s = Request, RequestState
        answered = s.answered_at.is_not(None)
        in_time = and_(answered, or_(s.due.is_(None), s.answered_at <= s.due))
        late = or_(and_(answered, s.answered_at > s.due), and_(~answered, s.due < now))
        unit = func.coalesce(s.unit_code, "")
        every = func.count()
        wanted = (
            select(
                r.type_code,
                unit,
                every,
                every.filter(answered),
                every.filter(in_time),
                every.filter(late),
                every.filter(s.state.in_(OPEN)),
            )
            .join(s, and_(s.office_no == r.office_no, s.id == r.id))
            .where(r.office_no == self._office_no, r.received_at >= start, r.received_at < end)
            .group_by(r.type_code, unit)
            .order_by(every.desc(), r.type_code, unit)
        )
        return (RequestFigures(*row) for row in read.execute(wanted))

    def _collections(
        self, read: Read, start: datetime, end: datetime, zone: tzinfo
    ) -> Iterator[CollectionFigures]:
        """By way of the sessions that were open in those days: receipts are found by their session."""
        o, x, w = SessionOpened, SessionClosed, Staff
        closed = (
            select(func.min(x.closed_at))
            .where(x.office_no + 0 == o.office_no, x.session_id == o.id)
            .scalar_subquery()
        )
        wanted = (
            select(o.id, o.point, func.coalesce(w.name, ""))
            .join(w, and_(w.office_no == o.office_no, w.id == o.cashier), isouter=True)
            .where(o.office_no == self._office_no, o.opened_at < end, func.coalesce(closed, end) >= start)
        )
        sessions = {row[0]: (row[1], row[2]) for row in read.execute(wanted)}
        sums: dict[tuple[date, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        p, v, y = Receipt, Reversal, Payout
        for some in _chunks(list(sessions)):
            taken = select(p.session_id, p.taken_at, p.total).where(
                here(p, self._office_no), p.session_id.in_(some), p.taken_at >= start, p.taken_at < end
            )
            for session, at, total in read.execute(taken):
                figures = sums[at.astimezone(zone).date(), *sessions[session]]
                figures[0] += 1
                figures[1] += total
            returned = select(v.session_id, v.reversed_at, v.amount).where(
                here(v, self._office_no), v.session_id.in_(some), v.reversed_at >= start, v.reversed_at < end
            )
            for session, at, amount in read.execute(returned):
                sums[at.astimezone(zone).date(), *sessions[session]][2] += amount
            refunded = select(y.session_id, y.paid_at, y.amount).where(
                here(y, self._office_no), y.session_id.in_(some), y.paid_at >= start, y.paid_at < end
            )
            for session, at, amount in read.execute(refunded):
                sums[at.astimezone(zone).date(), *sessions[session]][3] += amount
        return (CollectionFigures(*key, *sums[key]) for key in sorted(sums))

    def _arrears(self, read: Read, today: date) -> Iterator[ArrearsFigures]:
        s, c, k = BillState, Customer, Connection
        owed = s.total - s.paid
        # Days past due at most so many: due on or after the day so far back.
        bounds = [today - timedelta(days=age) for age in _AGES]
        bands = [func.sum(case((s.due_on >= bounds[0], owed), else_=0))]
        for newer, older in pairwise(bounds):
            bands.append(func.sum(case((and_(s.due_on < newer, s.due_on >= older), owed), else_=0)))
        bands.append(func.sum(case((s.due_on < bounds[-1], owed), else_=0)))
        debts = (
            select(
                s.customer_id,
                func.min(s.due_on).label("oldest"),
                func.sum(owed).label("total"),
                *(band.label(f"band{n}") for n, band in enumerate(bands)),
            )
            .where(here(s, self._office_no), s.open == 1)
            .group_by(s.customer_id)
            .subquery()
        )
        route = (
            select(func.min(k.route))
            .where(k.office_no + 0 == c.office_no, k.customer_id == c.id)
            .scalar_subquery()
        )
        wanted = (
            select(c.id, c.code, c.name, c.phone, c.address, route, *list(debts.c)[1:2], *list(debts.c)[3:])
            .join(debts, debts.c.customer_id == c.id)
            .where(c.office_no == self._office_no)
            .order_by(debts.c.total.desc(), c.code)
        )
        rows: Iterator[Any] = iter(read.execute(wanted))
        for row in rows:
            customer, code, name, phone, address, of_route, oldest, *in_bands = row
            bands_owed = tuple(int(each) for each in in_bands)
            yield ArrearsFigures(customer, code, name, phone, address, of_route, oldest, bands_owed)

    def books(self) -> Books:
        """The balance of all money ever: Σ receipts - Σ reversals - Σ payouts = what the sessions account for
        = what is allocated = what bills and balances hold."""
        p, v, a, s, b, x = Receipt, Reversal, Allocation, BillState, CustomerBalance, SessionState
        y = Payout
        office = self._office_no
        taken_back = (
            select(func.count())
            .select_from(v)
            .where(v.office_no + 0 == a.office_no, v.receipt_id == a.receipt_id)
            .scalar_subquery()
        )
        counted = case((a.payout_id.is_not(None), a.amount), else_=a.amount * (1 - taken_back))
        allocated = (
            select(func.coalesce(func.sum(a.amount), 0))
            .where(a.office_no + 0 == p.office_no, a.receipt_id == p.id, a.payout_id.is_(None))
            .scalar_subquery()
        )
        # By way of the customer: what was paid out is a small part of all that was ever allocated.
        taken = (
            select(func.coalesce(func.sum(a.amount), 0))
            .where(a.office_no + 0 == y.office_no, a.customer_id == y.customer_id, a.payout_id == y.id)
            .scalar_subquery()
        )
        over, under = s.paid - s.total, s.total - s.paid
        with self._read.connect() as read:

            def total(of: Any, *where: Any) -> int:
                return int(read.execute(select(func.coalesce(func.sum(of), 0)).where(*where)).scalar_one())

            return Books(
                receipts=total(p.total, p.office_no == office),
                reversals=total(v.amount, v.office_no == office),
                payouts=total(y.amount, y.office_no == office),
                sessions=total(x.received - x.returned - x.paid_out, x.office_no == office),
                to_bills=total(counted, a.office_no == office, a.bill_id.is_not(None)),
                to_credit=total(counted, a.office_no == office, a.bill_id.is_(None)),
                bills_paid=total(s.paid, s.office_no == office),
                credit=total(b.credit, b.office_no == office),
                surplus=total(over, s.office_no == office, over > 0),
                bills_owed=total(under, s.office_no == office, under > 0),
                balances_owed=total(b.owed, b.office_no == office),
                uneven_receipts=int(
                    read.execute(
                        select(func.count()).select_from(p).where(p.office_no == office, p.total != allocated)
                    ).scalar_one()
                )
                + int(
                    read.execute(
                        select(func.count()).select_from(y).where(y.office_no == office, y.amount != -taken)
                    ).scalar_one()
                ),
            )


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[at : at + _SOME] for at in range(0, len(ids), _SOME))
