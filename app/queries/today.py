"""What waits for a person today, by what the person is here for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, and_, distinct, func, select

from app.domain import people
from app.domain.deadlines import zone_named
from app.models import (
    Bill,
    BillState,
    Customer,
    Reading,
    SessionOpened,
    SessionState,
)
from app.queries.customers import here
from app.queries.exceptions import open_exceptions
from app.queries.readings import ReadingQueries, Route
from app.queries.requests import Counts, RequestQueries, RequestRow
from app.queries.rules import RuleQueries

FIRST = 8
"""So many of the most urgent requests are shown."""


@dataclass(frozen=True, slots=True)
class SessionView:
    """A cash session that the person has open; money in minor units."""

    id: UUID
    code: str
    point: str
    receipts: int
    expected: int
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Today:
    """What is known at once. `cashier` and the like say what the person is here for; `started` is false in an
    office that has no customer yet."""

    requests: Counts
    urgent: tuple[RequestRow, ...]
    session: SessionView | None
    takes_money: bool
    reads_meters: bool
    leads: bool
    started: bool


@dataclass(frozen=True, slots=True)
class OfficeWork:
    """What takes a moment to count: over all connections and bills of the office. `None` where it is not the
    person's business. Money in minor units."""

    period: str
    routes: tuple[Route, ...] | None
    exceptions: int | None
    arrears: int | None
    late_bills: int | None
    not_billed: int | None


class TodayQueries:
    """The first page's questions."""

    def __init__(self, read: Engine, office_no: int, rules: RuleQueries, requests: RequestQueries) -> None:
        self._read = read
        self._office_no = office_no
        self._rules = rules
        self._requests = requests
        self._readings = ReadingQueries(read, office_no)

    def today(self, person: UUID, roles: Collection[str], now: datetime) -> Today:
        """What waits: the person's requests, an open cash session."""
        viewer = self._requests.viewer(person, roles)
        late_first = self._requests.ids("open", viewer, now)
        rows = self._requests.rows(late_first[: 3 * FIRST])
        # An answered request no longer runs against the clock: those that do come first.
        first = sorted(
            (rows[id] for id in late_first[: 3 * FIRST]), key=lambda row: row.state in ("answered", "told")
        )
        return Today(
            requests=self._requests.counts(viewer, now),
            urgent=tuple(first[:FIRST]),
            session=self._session(person),
            takes_money=people.may(roles, "cash.collect"),
            reads_meters=people.may(roles, "readings.enter"),
            leads=people.may(roles, "exceptions.settle"),
            started=self._started(),
        )

    def office_work(self, roles: Collection[str], now: datetime) -> OfficeWork:
        """Routes to finish, exceptions, arrears, bills not yet made in the month of `now`."""
        today = now.astimezone(zone_named(self._rules.utility.zone)).date()
        period = f"{today:%Y-%m}"
        leads = people.may(roles, "exceptions.settle")
        arrears, late = self._arrears(today) if leads else (None, None)
        return OfficeWork(
            period=period,
            routes=self._routes(period) if people.may(roles, "readings.enter") else None,
            exceptions=self._exceptions() if leads else None,
            arrears=arrears,
            late_bills=late,
            not_billed=self._not_billed(period) if people.may(roles, "billing.run") else None,
        )

    def _session(self, person: UUID) -> SessionView | None:
        o, s = SessionOpened, SessionState
        wanted = (
            select(o.id, o.code, o.point, s.receipts, s.expected, o.opened_at)
            .join(s, and_(s.office_no == o.office_no, s.id == o.id))
            .where(o.office_no == self._office_no, o.cashier == person, s.open == 1)
            .order_by(o.opened_at.desc())
        )
        with self._read.connect() as read:
            found = read.execute(wanted.limit(1)).first()
        return None if found is None else SessionView(**found._mapping)

    def _started(self) -> bool:
        with self._read.connect() as read:
            wanted = select(Customer.id).where(Customer.office_no == self._office_no).limit(1)
            return read.execute(wanted).first() is not None

    def _routes(self, period: str) -> tuple[Route, ...]:
        left = (r for r in self._readings.routes(period) if r.done < r.total)
        # What was begun is finished first.
        return tuple(sorted(left, key=lambda r: (not r.done, r.total - r.done, r.code)))

    def _exceptions(self) -> int:
        with self._read.connect() as read:
            return sum(open_exceptions(read, self._office_no).get(self._office_no, {}).values())

    def _arrears(self, today: date) -> tuple[int, int]:
        b = BillState
        wanted = select(func.coalesce(func.sum(b.total - b.paid), 0), func.count()).where(
            here(b, self._office_no), b.open == 1, b.due_on < today
        )
        with self._read.connect() as read:
            owed, bills = read.execute(wanted).one()
        return int(owed), int(bills)

    def _not_billed(self, period: str) -> int:
        wanted = select(func.count(distinct(Reading.connection_id))).where(self._of_period(Reading, period))
        billed = select(func.count(distinct(Bill.connection_id))).where(self._of_period(Bill, period))
        with self._read.connect() as read:
            seen, made = read.execute(wanted).scalar_one(), read.execute(billed).scalar_one()
        return max(int(seen) - int(made), 0)

    def _of_period(self, table: type[Reading] | type[Bill], period: str) -> ColumnElement[bool]:
        return and_(here(table, self._office_no), table.period == period)
