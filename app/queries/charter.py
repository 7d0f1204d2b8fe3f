"""The customer charter: which promises were kept, month by month and unit by unit, and each case in which one
was not.

A request is measured by the target that its kind named when it was received (`RequestType.charter`), as the
target held on that day, from receipt on. Waiting for the customer does not count; what was reopened is
measured anew from then on. `on_site` and `restored` are what work orders say, or the end of its incident;
where none says it the answer counts, which cannot have been earlier.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Connection as Read
from sqlalchemy import Engine, and_, func, select, type_coerce
from sqlalchemy.types import NullType

from app.domain.deadlines import BY_THE_CLOCK, WorkingCalendar, due, shifted, working_minutes, zone_named
from app.domain.working_table import WorkingTable, instant_ms, moment_of
from app.models import Incident, Request, RequestEvent, RequestState, Staff, WorkOrder, WorkOrderState
from app.queries.measures import bounds
from app.queries.requests import Viewer, restricted_codes, visible_to
from app.queries.rules import CharterTargetView, RuleQueries

_SOME, _MANY = 500, 20_000
_NOWHERE = None, None
"""Nobody was sent out."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How often a promise was kept. `open`: not decided yet, which counts neither way."""

    kept: int
    missed: int
    open: int

    @property
    def share(self) -> float | None:
        """The part of the decided ones in which it was kept."""
        decided = self.kept + self.missed
        return self.kept / decided if decided else None

    def met(self, target: CharterTargetView) -> bool | None:
        """Whether the promised share was reached; None where nothing is decided."""
        decided = self.kept + self.missed
        return self.kept * 1000 >= target.share * decided if decided else None

    def __add__(self, other: Kept) -> Kept:
        return Kept(self.kept + other.kept, self.missed + other.missed, self.open + other.open)


NONE = Kept(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Promise:
    """One target in one month (of receipt): over the office, and by unit."""

    month: date
    target: CharterTargetView
    all: Kept
    units: dict[str, Kept]


@dataclass(frozen=True, slots=True)
class Missed:
    """A case in which a promise was not kept. `done_at`: when it was done after all; `late` in minutes of
    the limit's own clock: of working time, unless the limit is in hours."""

    id: UUID
    code: str
    target: CharterTargetView
    type_code: str
    unit_code: str
    person: str
    received_at: datetime
    due: datetime
    done_at: datetime | None
    late: int
    restricted: bool


@dataclass(frozen=True, slots=True)
class Charter:
    """The promises of a span, both days counted, by month and code; the missed cases, the latest first."""

    first_day: date
    last_day: date
    made_at: datetime
    promises: tuple[Promise, ...]
    missed: tuple[Missed, ...]


class CharterQueries:
    """Asks whether the office kept its word."""

    def __init__(self, read: Engine, office_no: int, rules: RuleQueries) -> None:
        self._read = read
        self._office_no = office_no
        self._rules = rules

    def charter(
        self,
        first_day: date,
        last_day: date,
        viewer: Viewer,
        now: datetime,
        going_on: Callable[[int], object] = lambda done: None,
    ) -> Charter:
        """What came of the promises for requests received within the days; `going_on` hears how many were
        looked at, what it raises ends it."""
        zone = zone_named(self._rules.utility.zone)
        start, end = bounds(first_day, last_day, zone)
        calendar = self._rules.calendar()
        table = WorkingTable(calendar, first_day, calendar.local_day(now))
        days = [first_day + timedelta(days=n) for n in range((last_day - first_day).days + 1)]
        midnights = [instant_ms(bounds(day, day, zone)[0]) for day in days]
        months = [day.replace(day=1) for day in days]
        targets, moment = _Targets(self._rules, days), instant_ms(now)
        told: Counter[tuple[date, int, str | None, str]] = Counter()
        late: list[tuple[bytes, date, int]] = []
        missed: list[Missed] = []
        with self._read.connect() as read:
            field = self._field(read, start)
            for n, row in enumerate(self._rows(read, start, end, viewer), 1):
                if n % 5000 == 0:
                    going_on(n)
                id, type_id, type_code, unit, received, answered, ended = row
                day = bisect_right(midnights, received) - 1
                number = targets.of(type_id, type_code, day)
                if number is None:
                    continue
                target = targets.known[number]
                done = _done(target, answered, *field.get(id, _NOWHERE), ended)
                if done is not None and table.keeps(received, done, target.limit):
                    said = "kept"
                elif done is None and moment <= table.due(received, target.limit):
                    said = "open"
                else:
                    late.append((id, months[day], number))
                    continue
                told[months[day], number, unit, said] += 1
            hidden = restricted_codes(read)
            for some in (late[n : n + _SOME] for n in range(0, len(late), _SOME)):
                going_on(len(late))
                ids = [UUID(bytes=id) for id, _, _ in some]
                happened, rows = self._happened(read, ids), self._looked_at(read, ids)
                for id, month, number in some:
                    case, said = self._judged(
                        rows[id],
                        targets.known[number],
                        field.get(id, _NOWHERE),
                        happened.get(id, []),
                        calendar,
                        table,
                        now,
                        hidden,
                    )
                    told[month, number, rows[id].unit_code, said] += 1
                    missed += [case] if case is not None else []
        missed.sort(key=lambda each: (-each.late, each.code))
        counted: dict[tuple[date, str, int], dict[str, Counter[str]]] = defaultdict(
            lambda: defaultdict(Counter)
        )
        for (month, number, unit, said), n in told.items():
            counted[month, targets.known[number].code, number][unit or ""][said] += n
        promises = [
            _promise(month, targets.known[number], units)
            for (month, _, number), units in sorted(
                counted.items(), key=lambda each: (*each[0][:2], targets.known[each[0][2]].id)
            )
        ]
        return Charter(first_day, last_day, now, tuple(promises), tuple(missed))

    def _rows(self, read: Read, start: datetime, end: datetime, viewer: Viewer) -> Iterator[Any]:
        """Of each request its id, the version of its kind, its kind and unit, when it was received and
        answered, and when its incident ended; ids and moments as they are stored: there are very many."""
        s, r, i = RequestState, Request, Incident
        wanted = (
            select(
                *(type_coerce(column, NullType) for column in (
                    s.id, r.type_id, s.type_code, s.unit_code, s.received_at, s.answered_at, i.ended_at,
                )),
            )
            .join(r, and_(r.office_no == s.office_no, r.id == s.id))
            .outerjoin(i, and_(i.office_no == s.office_no, i.id == s.incident_id))
            .where(
                s.office_no == self._office_no, s.received_at >= start, s.received_at < end,
                s.state != "lacking", *visible_to(read, viewer),
            )
        )  # fmt: skip
        result = read.execution_options(stream_results=True).execute(wanted)
        return chain.from_iterable(result.partitions(_MANY))

    def _looked_at(self, read: Read, ids: Sequence[UUID]) -> dict[bytes, Any]:
        """What else is told of those that look late."""
        s, i, p = RequestState, Incident, Staff
        wanted = (
            select(
                type_coerce(s.id, NullType).label("id"), s.code, s.type_code, s.unit_code, s.received_at,
                s.held_at, type_coerce(s.answered_at, NullType).label("answered"),
                type_coerce(i.ended_at, NullType).label("ended"), p.name.label("person"),
            )
            .outerjoin(i, and_(i.office_no == s.office_no, i.id == s.incident_id))
            .outerjoin(p, and_(p.office_no == s.office_no, p.id == s.person))
            .where(s.office_no == self._office_no, s.id.in_(ids))
        )  # fmt: skip
        return {row.id: row for row in read.execute(wanted)}

    def _field(self, read: Read, start: datetime) -> dict[bytes, tuple[int | None, int | None]]:
        """When the first crew was there and when the last had restored it, by request."""
        o, s = WorkOrder, WorkOrderState
        times = type_coerce(s.on_site_at, NullType), type_coerce(s.restored_at, NullType)
        wanted = (
            select(type_coerce(o.request_id, NullType), func.min(times[0]), func.max(times[1]))
            .join(s, and_(s.office_no == o.office_no, s.id == o.id))
            .where(o.office_no == self._office_no, o.request_id.is_not(None), o.made_at >= start)
            .group_by(o.request_id)
        )
        rows: Any = read.execute(wanted)
        return {id: (there, restored) for id, there, restored in rows}

    def _happened(self, read: Read, ids: Sequence[UUID]) -> dict[bytes, list[Any]]:
        """Holds and reopenings, in the order that all replicas agree on."""
        e = RequestEvent
        wanted = (
            select(type_coerce(e.request_id, NullType).label("of"), e.kind, e.at)
            .where(
                e.office_no + 0 == self._office_no,
                e.request_id.in_(ids),
                e.kind.in_(("held", "resumed", "answered", "reopened")),
            )
            .order_by(e.request_id, e.hlc, e.device)
        )
        return {id: list(some) for id, some in groupby(read.execute(wanted), key=lambda row: row.of)}

    def _judged(
        self,
        row: Any,
        target: CharterTargetView,
        there: tuple[int | None, int | None],
        happened: Sequence[Any],
        calendar: WorkingCalendar,
        table: WorkingTable,
        now: datetime,
        hidden: frozenset[str],
    ) -> tuple[Missed | None, str]:
        """One that looked late: with its holds and its reopenings."""
        limit = target.limit
        by, held = moment_of(table.due(instant_ms(row.received_at), limit)), None
        for each in happened:
            if each.kind == "reopened":
                by, held = due(calendar, each.at, limit), None
            elif each.kind == "held":
                held = held or each.at
            elif held is not None:
                by, held = shifted(calendar, by, limit.unit, held, each.at), None
        at = _done(target, row.answered, *there, row.ended)
        done = None if at is None else moment_of(at)
        until = done or (min(held, now) if held else now)
        if until <= by:
            return None, "open" if done is None else "kept"
        if limit.unit in BY_THE_CLOCK:
            late = (until - by) // timedelta(minutes=1)
        else:
            # The table ends today; of a clock that was ahead there may be answers of tomorrow.
            within = until <= now
            late = (
                table.minutes(instant_ms(by), instant_ms(until))
                if within
                else working_minutes(calendar, by, until)
            )
        case = Missed(
            id=UUID(bytes=row.id),
            code=row.code,
            target=target,
            type_code=row.type_code,
            unit_code=row.unit_code or "",
            person=row.person or "",
            received_at=row.received_at,
            due=by,
            done_at=done,
            late=late,
            restricted=row.type_code in hidden,
        )
        return case, "missed"


class _Targets:
    """The target of a kind on one of some days, looked up once; by its number in `known`."""

    def __init__(self, rules: RuleQueries, days: Sequence[date]) -> None:
        self._rules = rules
        self._days = days
        self._found: dict[tuple[bytes | None, str, int], int | None] = {}
        self._codes: dict[tuple[bytes | None, str], str | None] = {}
        self._on: dict[int, dict[str, CharterTargetView]] = {}
        self._numbers: dict[UUID, int] = {}
        self.known: list[CharterTargetView] = []

    def of(self, type_id: bytes | None, type_code: str, day: int) -> int | None:
        key = type_id, type_code, day
        if key not in self._found:
            self._found[key] = self._look_up(*key)
        return self._found[key]

    def _look_up(self, type_id: bytes | None, type_code: str, day: int) -> int | None:
        key = type_id, type_code
        if key not in self._codes:
            version = self._rules.type_version(UUID(bytes=type_id) if type_id else None, type_code)
            self._codes[key] = None if version is None else version.charter
        if day not in self._on:
            self._on[day] = self._rules.charter_targets(self._days[day])
        target = self._on[day].get(self._codes[key] or "")
        if target is None:
            return None
        if target.id not in self._numbers:
            self._numbers[target.id] = len(self.known)
            self.known.append(target)
        return self._numbers[target.id]


def _done(
    target: CharterTargetView,
    answered: int | None,
    on_site: int | None,
    restored: int | None,
    ended: int | None,
) -> int | None:
    """When what was promised was done."""
    if target.measure == "on_site":
        return answered if on_site is None else on_site
    if target.measure == "restored":
        return next((at for at in (restored, ended) if at is not None), answered)
    return answered


def _promise(month: date, target: CharterTargetView, units: dict[str, Counter[str]]) -> Promise:
    by_unit = {
        unit: Kept(counted["kept"], counted["missed"], counted["open"])
        for unit, counted in sorted(units.items())
    }
    return Promise(month, target, sum(by_unit.values(), NONE), by_unit)
