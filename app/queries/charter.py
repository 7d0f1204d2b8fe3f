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
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Engine, LargeBinary, and_, func, select, type_coerce
from sqlalchemy import Connection as Read

from app.domain.deadlines import WorkingCalendar, due, shifted, working_minutes, zone_named
from app.domain.working_table import WorkingTable, instant_ms, moment_of
from app.models import Incident, Request, RequestEvent, RequestState, Staff, WorkOrder, WorkOrderState
from app.queries.measures import bounds
from app.queries.requests import Viewer, restricted_codes, visible_to
from app.queries.rules import CharterTargetView, RuleQueries

_SOME = 500
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
        targets, moment = _Targets(self._rules), instant_ms(now)
        counted: dict[tuple[date, UUID], dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        shown: dict[UUID, CharterTargetView] = {}
        late: list[tuple[bytes, CharterTargetView]] = []
        missed: list[Missed] = []
        with self._read.connect() as read:
            field = self._field(read, start)
            for n, row in enumerate(self._rows(read, start, end, viewer), 1):
                if n % 5000 == 0:
                    going_on(n)
                id, type_id, type_code, unit, received, answered, ended = row
                day = days[bisect_right(midnights, received) - 1]
                target = targets.of(type_id, type_code, day)
                if target is None:
                    continue
                done = _done(target, answered, *field.get(id, _NOWHERE), ended)
                if done is not None and table.keeps(received, done, target.limit):
                    said = "kept"
                elif done is None and moment <= table.due(received, target.limit):
                    said = "open"
                else:
                    late.append((id, target))
                    continue
                shown[target.id] = target
                counted[day.replace(day=1), target.id][unit or ""][said] += 1
            hidden = restricted_codes(read)
            for some in (late[n : n + _SOME] for n in range(0, len(late), _SOME)):
                going_on(len(late))
                ids = [UUID(bytes=id) for id, _ in some]
                happened, rows = self._happened(read, ids), self._looked_at(read, ids)
                for id, (raw, target) in zip(ids, some, strict=True):
                    row = rows[id]
                    case, said = self._judged(
                        row,
                        target,
                        field.get(raw, _NOWHERE),
                        happened.get(id, []),
                        calendar,
                        table,
                        now,
                        hidden,
                    )
                    shown[target.id] = target
                    month = row.received_at.astimezone(zone).date().replace(day=1)
                    counted[month, target.id][row.unit_code or ""][said] += 1
                    missed += [case] if case is not None else []
        missed.sort(key=lambda each: (-each.late, each.code))
        promises = [
            _promise(month, shown[id], units)
            for (month, id), units in sorted(
                counted.items(), key=lambda each: (each[0][0], shown[each[0][1]].code, each[0][1])
            )
        ]
        return Charter(first_day, last_day, now, tuple(promises), tuple(missed))

    def _rows(self, read: Read, start: datetime, end: datetime, viewer: Viewer) -> Iterator[Any]:
        """Of each request its id, the version of its kind, its kind and unit, when it was received and
        answered, and when its incident ended; ids and moments as they are stored: there are very many."""
        s, r, i = RequestState, Request, Incident
        wanted = (
            select(
                type_coerce(s.id, LargeBinary), type_coerce(r.type_id, LargeBinary), s.type_code, s.unit_code,
                type_coerce(s.received_at, BigInteger), type_coerce(s.answered_at, BigInteger),
                type_coerce(i.ended_at, BigInteger),
            )
            .join(r, and_(r.office_no == s.office_no, r.id == s.id))
            .outerjoin(i, and_(i.office_no == s.office_no, i.id == s.incident_id))
            .where(
                s.office_no == self._office_no, s.received_at >= start, s.received_at < end,
                s.state != "lacking", *visible_to(read, viewer),
            )
        )  # fmt: skip
        return iter(read.execution_options(stream_results=True).execute(wanted))

    def _looked_at(self, read: Read, ids: Sequence[UUID]) -> dict[UUID, Any]:
        """What else is told of those that look late."""
        s, i, p = RequestState, Incident, Staff
        wanted = (
            select(
                s.id, s.code, s.type_code, s.unit_code, s.received_at, s.held_at,
                type_coerce(s.answered_at, BigInteger).label("answered"),
                type_coerce(i.ended_at, BigInteger).label("ended"), p.name.label("person"),
            )
            .outerjoin(i, and_(i.office_no == s.office_no, i.id == s.incident_id))
            .outerjoin(p, and_(p.office_no == s.office_no, p.id == s.person))
            .where(s.office_no == self._office_no, s.id.in_(ids))
        )  # fmt: skip
        return {row.id: row for row in read.execute(wanted)}

    def _field(self, read: Read, start: datetime) -> dict[bytes, tuple[int | None, int | None]]:
        """When the first crew was there and when the last had restored it, by request."""
        o, s = WorkOrder, WorkOrderState
        times = type_coerce(s.on_site_at, BigInteger), type_coerce(s.restored_at, BigInteger)
        wanted = (
            select(type_coerce(o.request_id, LargeBinary), func.min(times[0]), func.max(times[1]))
            .join(s, and_(s.office_no == o.office_no, s.id == o.id))
            .where(o.office_no == self._office_no, o.request_id.is_not(None), o.made_at >= start)
            .group_by(o.request_id)
        )
        return {id: (there, restored) for id, there, restored in read.execute(wanted)}

    def _happened(self, read: Read, ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
        """Holds and reopenings, in the order that all replicas agree on."""
        e = RequestEvent
        wanted = (
            select(e.request_id, e.kind, e.at)
            .where(
                e.office_no + 0 == self._office_no,
                e.request_id.in_(ids),
                e.kind.in_(("held", "resumed", "answered", "reopened")),
            )
            .order_by(e.request_id, e.hlc, e.device)
        )
        return {id: list(some) for id, some in groupby(read.execute(wanted), key=lambda row: row.request_id)}

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
        if limit.unit == "hours":
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
            id=row.id,
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
    """The target of a kind on a day, looked up once."""

    def __init__(self, rules: RuleQueries) -> None:
        self._rules = rules
        self._codes: dict[tuple[bytes | None, str], str | None] = {}
        self._days: dict[date, dict[str, CharterTargetView]] = {}

    def of(self, type_id: bytes | None, type_code: str, day: date) -> CharterTargetView | None:
        key = type_id, type_code
        if key not in self._codes:
            version = self._rules.type_version(UUID(bytes=type_id) if type_id else None, type_code)
            self._codes[key] = None if version is None else version.charter
        code = self._codes[key]
        if code is None:
            return None
        if day not in self._days:
            self._days[day] = self._rules.charter_targets(day)
        return self._days[day].get(code)


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
