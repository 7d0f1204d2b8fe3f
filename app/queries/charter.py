"""The customer charter: which promises were kept, month by month and unit by unit, and each case in which one
was not.

A request is measured by the target that its kind named when it was received (`RequestType.charter`), as the
target held on that day, from receipt on. Waiting for the customer does not count; what was reopened is
measured anew from then on. `on_site` and `restored` are what work orders say, or the end of its incident;
where none says it the answer counts, which cannot have been earlier.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, and_, case, func, select, type_coerce
from sqlalchemy import Connection as Read
from sqlalchemy.types import NullType

from app.domain.deadlines import (
    BY_THE_CLOCK,
    Limit,
    WorkingCalendar,
    due,
    shifted,
    working_minutes,
    zone_named,
)
from app.domain.working_table import MINUTE, WorkingTable, instant_ms, moment_of
from app.models import Incident, Request, RequestEvent, RequestState, Staff, WorkOrder, WorkOrderState
from app.queries.customers import here
from app.queries.measures import bounds
from app.queries.requests import Viewer, restricted_codes, visible_to
from app.queries.rules import CharterTargetView, RuleQueries

OUT_THERE = ("on_site", "restored")
"""What is measured by what happens at the customer's, and not by the answer."""

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
        start, _ = bounds(first_day, last_day, zone)
        calendar = self._rules.calendar()
        table = WorkingTable(calendar, first_day, calendar.local_day(now))
        targets, moment = _Targets(self._rules), instant_ms(now)
        told: Counter[tuple[date, int, str, str]] = Counter()
        late: list[tuple[str, date, int]] = []
        missed: list[Missed] = []
        looked_at = 0
        with self._read.connect() as read:
            field = self._field(read, start)
            seen = [
                here(RequestState, self._office_no),
                RequestState.state != "lacking",
                *visible_to(read, viewer),
            ]
            for since, until, promised in targets.spans(first_day, last_day):
                month = since.replace(day=1)
                kinds, ids, times = self._span(read, bounds(since, until, zone), seen, targets.changed)
                looked_at += len(kinds)
                going_on(looked_at)
                counted = Counter(kinds)
                measured: dict[str, tuple[int, str]] = {}
                for text, n in counted.items():
                    type_id, type_code, unit, at_once = json.loads(text)
                    number = targets.of(type_id, type_code, promised)
                    if number is None:
                        continue
                    if at_once and targets.known[number].measure not in OUT_THERE:
                        told[month, number, unit or "", "kept"] += n  # no limit ends before it begins
                    else:
                        measured[text] = number, unit or ""
                for text, id, received, answered, ended in zip(kinds, ids, *times, strict=True):
                    if text not in measured:
                        continue
                    number, unit = measured[text]
                    target = targets.known[number]
                    done = _done(target, answered, *field.get(id, _NOWHERE), ended)
                    if done is not None and table.keeps(received, done, target.limit):
                        told[month, number, unit, "kept"] += 1
                    elif done is None and moment <= table.due(received, target.limit):
                        told[month, number, unit, "open"] += 1
                    else:
                        late.append((id, month, number))
            hidden = restricted_codes(read)
            for some in (late[n : n + _SOME] for n in range(0, len(late), _SOME)):
                going_on(looked_at)
                uuids = [UUID(id) for id, _, _ in some]
                happened, rows = self._happened(read, uuids), self._looked_at(read, uuids)
                for uuid, (id, month, number) in zip(uuids, some, strict=True):
                    row = rows[id]
                    found, said = self._judged(
                        uuid,
                        row,
                        targets.known[number],
                        field.get(id, _NOWHERE),
                        happened.get(id, []),
                        calendar,
                        table,
                        moment,
                        hidden,
                    )
                    told[month, number, row.unit_code or "", said] += 1
                    missed += [found] if found is not None else []
        missed.sort(key=lambda each: (-each.late, each.code))
        by_unit: dict[tuple[date, str, int], dict[str, Counter[str]]] = defaultdict(
            lambda: defaultdict(Counter)
        )
        for (month, number, unit, said), n in told.items():
            by_unit[month, targets.known[number].code, number][unit][said] += n
        promises = [
            _promise(month, targets.known[number], units)
            for (month, _, number), units in sorted(
                by_unit.items(), key=lambda each: (*each[0][:2], targets.known[each[0][2]].id)
            )
        ]
        return Charter(first_day, last_day, now, tuple(promises), tuple(missed))

    def _span(
        self,
        read: Read,
        edges: tuple[datetime, datetime],
        seen: Sequence[ColumnElement[bool]],
        changed: Collection[str],
    ) -> tuple[list[str], list[str], tuple[list[Any], ...]]:
        """The requests received between two edges, a place in each list for each: what decides by what they
        are measured, as JSON; their ids in hexadecimal; when each was received and answered, and when its
        incident ended. Put together by SQLite (`app/queries/request_counts.py`)."""
        s, r, i = RequestState, Request, Incident
        version = (
            select(func.hex(r.type_id)).where(r.office_no == s.office_no, r.id == s.id).scalar_subquery()
        )
        wanted = (
            select(
                func.group_concat(
                    func.json_array(
                        case((s.type_code.in_(changed), version)),
                        s.type_code,
                        s.unit_code,
                        s.answered_at <= s.received_at,
                    ),
                    "\n",
                ),
                func.json_group_array(func.hex(s.id)),
                *(
                    func.json_group_array(type_coerce(at, NullType))
                    for at in (s.received_at, s.answered_at, i.ended_at)
                ),
            )
            .outerjoin(i, and_(i.office_no == s.office_no, i.id == s.incident_id))
            .where(s.received_at >= edges[0], s.received_at < edges[1], *seen)
        )  # fmt: skip
        kinds, ids, received, answered, ended = read.execute(wanted).one()
        times = tuple(json.loads(each) for each in (received, answered, ended))
        return kinds.split("\n") if kinds else [], json.loads(ids), times

    def _looked_at(self, read: Read, ids: Sequence[UUID]) -> dict[str, Any]:
        """What else is told of those that look late; moments as they are stored."""
        s, i, p = RequestState, Incident, Staff
        wanted = (
            select(
                func.hex(s.id).label("id"), s.code, s.type_code, s.unit_code, p.name.label("person"),
                *(type_coerce(at, NullType).label(name) for name, at in (
                    ("received", s.received_at), ("held", s.held_at), ("answered", s.answered_at),
                    ("ended", i.ended_at),
                )),
            )
            .outerjoin(i, and_(i.office_no == s.office_no, i.id == s.incident_id))
            .outerjoin(p, and_(p.office_no == s.office_no, p.id == s.person))
            .where(s.office_no == self._office_no, s.id.in_(ids))
        )  # fmt: skip
        return {row.id: row for row in read.execute(wanted)}

    def _field(self, read: Read, start: datetime) -> dict[str, tuple[int | None, int | None]]:
        """When the first crew was there and when the last had restored it, by request."""
        o, s = WorkOrder, WorkOrderState
        times = type_coerce(s.on_site_at, NullType), type_coerce(s.restored_at, NullType)
        wanted = (
            select(func.hex(o.request_id), func.min(times[0]), func.max(times[1]))
            .join(s, and_(s.office_no == o.office_no, s.id == o.id))
            .where(o.office_no == self._office_no, o.request_id.is_not(None), o.made_at >= start)
            .group_by(o.request_id)
        )
        rows: Any = read.execute(wanted)
        return {id: (there, restored) for id, there, restored in rows}

    def _happened(self, read: Read, ids: Sequence[UUID]) -> dict[str, list[Any]]:
        """Holds and reopenings, in the order that all replicas agree on; of most requests there are none."""
        e = RequestEvent
        of_these = here(e, self._office_no), e.request_id.in_(ids)
        moved = select(e.request_id).where(*of_these, e.kind.in_(("held", "reopened"))).distinct()
        some = list(read.execute(moved).scalars())
        if not some:
            return {}
        wanted = (
            select(func.hex(e.request_id).label("of"), e.kind, e.at)
            .where(
                here(e, self._office_no),
                e.request_id.in_(some),
                e.kind.in_(("held", "resumed", "answered", "reopened")),
            )
            .order_by(e.request_id, e.hlc, e.device)
        )
        return {id: list(each) for id, each in groupby(read.execute(wanted), key=lambda row: row.of)}

    def _judged(
        self,
        id: UUID,
        row: Any,
        target: CharterTargetView,
        there: tuple[int | None, int | None],
        happened: Sequence[Any],
        calendar: WorkingCalendar,
        table: WorkingTable,
        now: int,
        hidden: frozenset[str],
    ) -> tuple[Missed | None, str]:
        """One that looked late: with its holds and its reopenings."""
        limit = target.limit
        by = table.due(row.received, limit)
        if happened:
            by = instant_ms(_moved(calendar, moment_of(by), limit, happened))
        done = _done(target, row.answered, *there, row.ended)
        until = done if done is not None else now if row.held is None else min(row.held, now)
        if until <= by:
            return None, "open" if done is None else "kept"
        if limit.unit in BY_THE_CLOCK:
            late = (until - by) // MINUTE
        elif until <= now:
            late = table.minutes(by, until)
        else:  # the table ends today; of a clock that was ahead there may be answers of tomorrow
            late = working_minutes(calendar, moment_of(by), moment_of(until))
        found = Missed(
            id=id,
            code=row.code,
            target=target,
            type_code=row.type_code,
            unit_code=row.unit_code or "",
            person=row.person or "",
            received_at=moment_of(row.received),
            due=moment_of(by),
            done_at=None if done is None else moment_of(done),
            late=late,
            restricted=row.type_code in hidden,
        )
        return found, "missed"


def _moved(calendar: WorkingCalendar, by: datetime, limit: Limit, happened: Sequence[Any]) -> datetime:
    """When it is due after what happened: holds and reopenings."""
    held = None
    for each in happened:
        if each.kind == "reopened":
            by, held = due(calendar, each.at, limit), None
        elif each.kind == "held":
            held = held or each.at
        elif held is not None:
            by, held = shifted(calendar, by, limit.unit, held, each.at), None
    return by


class _Targets:
    """The targets of the kinds, looked up once; by their numbers in `known`."""

    def __init__(self, rules: RuleQueries) -> None:
        self._rules = rules
        versions = rules.charters_ever()
        self._codes = {code: promised[0] for code, promised in versions.items()}
        self.changed = [code for code, promised in versions.items() if len(set(promised)) > 1]
        """Kinds of which it takes the version to know the target."""
        self._numbers: dict[UUID, int] = {}
        self.known: list[CharterTargetView] = []

    def spans(self, first: date, last: date) -> Iterator[tuple[date, date, dict[str, CharterTargetView]]]:
        """Days of one month, from and to, on which the same targets hold, with them by code."""
        since, day, holding = first, first, self._rules.charter_targets(first)
        while day < last:
            after = day + timedelta(days=1)
            then = self._rules.charter_targets(after)
            if after.day == 1 or then != holding:
                yield since, day, holding
                since, holding = after, then
            day = after
        if first <= last:
            yield since, last, holding

    def of(self, type_id: str | None, type_code: str, holding: Mapping[str, CharterTargetView]) -> int | None:
        code = self._codes.get(type_code)
        if type_code in self.changed:
            version = self._rules.type_version(UUID(type_id) if type_id else None, type_code)
            code = None if version is None else version.charter
        target = holding.get(code or "")
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
