"""Which requests a list shows, and in what order: what a person may see, named filters, and what they are
narrowed by, as data that can be kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, or_

from app.domain.deadlines import zone_named
from app.domain.requests import CHANNELS, HANDLED, OPEN, STATES, UNTOLD
from app.models import ReadMark, RequestState, Staff
from app.queries.rules import RuleQueries

if TYPE_CHECKING:
    from app.queries.requests import Viewer

Condition = ColumnElement[bool]

FILTERS = (
    "mine", "inbox", "unread", "overdue", "today", "escalated", "tell", "held", "lacking", "open", "all",
)  # fmt: skip
"""mine: received by me, with me by name, or with my unit; inbox: with my unit, or asked of it; unread: of my
own those that somebody else moved since I looked; escalated: late enough to concern me, as head of the unit
or as leader; tell: answered, the customer does not know yet; held: waiting for the customer; lacking: noted,
papers are missing."""

SORTS = ("due", "step_due", "code", "received", "type", "unit", "state", "area", "channel")
"""What a list is sorted by. Kinds and units stand as lists show them, states as life goes."""

PERIODS = ("today", "week", "month", "last_month", "year")
"""Days that go with the time: a view of this month shows another month later. A week begins on Monday."""

SETS = ("states", "types", "units", "channels", "areas")
FLAGS = ("overdue", "held", "escalated", "merged", "unread", "nobodys")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a list is narrowed by, on top of its named filter; an empty part lets everything through.

    Of `states`, `types`, `units`, `channels`, `areas` any one may hold. `person` is who has it by name;
    `since` and `until` the days, both counted in, on which the desk received it, or `period` one of
    `PERIODS`. `overdue`, `held`, `escalated` (past the unit's head), `merged` (under an incident), `unread`,
    `nobodys` (with somebody who has left, or with a unit in which nobody works); `incident`: under this one.
    """

    states: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    person: UUID | None = None
    since: date | None = None
    until: date | None = None
    period: str = ""
    overdue: bool = False
    held: bool = False
    escalated: bool = False
    merged: bool = False
    unread: bool = False
    nobodys: bool = False
    incident: UUID | None = None

    def __bool__(self) -> bool:
        return self != EVERYTHING

    def only_closed(self) -> bool:
        """Whether none that it lets through is open: no named filter but "all" has any."""
        return bool(self.states) and not set(self.states) & set(OPEN)

    def kept(self) -> dict[str, Any]:
        """As a small JSON value; `Narrowed.of` reads it again."""
        said: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if value:
                said[each.name] = list(value) if isinstance(value, tuple) else _plain(value)
        return said

    @classmethod
    def of(cls, kept: object) -> Narrowed:
        """From what `kept` gave, in this release or another: parts that cannot be read let everything
        through."""
        said = kept if isinstance(kept, Mapping) else {}
        parts: dict[str, Any] = {
            name: tuple(each for each in said[name] if isinstance(each, str))
            for name in SETS
            if isinstance(said.get(name), list)
        }
        parts |= {name: said.get(name) is True for name in FLAGS}
        parts["period"] = said["period"] if said.get("period") in PERIODS else ""
        for name, read in (
            ("person", UUID),
            ("incident", UUID),
            ("since", date.fromisoformat),
            ("until", date.fromisoformat),
        ):
            try:
                parts[name] = read(said[name]) if isinstance(said.get(name), str) else None
            except ValueError:
                parts[name] = None
        return cls(**parts)


EVERYTHING = Narrowed()


def days_of(period: str, today: date) -> tuple[date | None, date | None]:
    """The first and the last day of one of `PERIODS`; of any other word no bounds."""
    first = today.replace(day=1)
    match period:
        case "today":
            return today, today
        case "week":
            return today - timedelta(days=today.weekday()), today
        case "month":
            return first, today
        case "last_month":
            last = first - timedelta(days=1)
            return last.replace(day=1), last
        case "year":
            return today.replace(month=1, day=1), today
    return None, None


def _plain(value: object) -> object:
    return value if isinstance(value, bool) else str(value)


class RequestLists:
    """Puts the questions of lists together."""

    def __init__(self, rules: RuleQueries) -> None:
        self._rules = rules

    def end_of_day(self, now: datetime) -> datetime:
        """The next midnight of the utility's zone after `now`."""
        return self._begin(now.astimezone(zone_named(self._rules.utility.zone)).date() + timedelta(days=1))

    def named(self, filter: str, viewer: Viewer, now: datetime) -> list[Condition]:
        """The conditions of one of `FILTERS`; `ValueError` for another word."""
        s = RequestState
        running = and_(s.state.in_(HANDLED), s.held_at.is_(None))
        match filter:
            case "all":
                return []
            case "mine":
                return [s.state.in_(OPEN), _mine(viewer)]
            case "inbox":
                return [s.state.in_(HANDLED), _with(viewer)]
            case "unread":
                return [s.state.in_(OPEN), _mine(viewer), unread(viewer)]
            case "overdue":
                return [running, s.due < now]
            case "today":
                return [running, s.due >= now, s.due < self.end_of_day(now)]
            case "escalated":
                mine: list[Condition] = [s.unit_code.in_(viewer.heads) & (s.head_at <= now)]
                if viewer.leader:
                    mine.append(s.leader_at <= now)
                return [running, or_(*mine)]
            case "tell":
                return [s.state.in_(UNTOLD)]
            case "held":
                return [s.state.in_(HANDLED), s.held_at.is_not(None)]
            case "lacking":
                return [s.state == "lacking"]
            case "open":
                return [s.state.in_(OPEN)]
        raise ValueError(f"no list of requests is called {filter}")

    def narrowed(self, by: Narrowed, viewer: Viewer, now: datetime) -> list[Condition]:
        """The conditions of the parts that are not empty."""
        s = RequestState
        found: list[Condition] = []
        for column, chosen in (
            (s.state, by.states), (s.type_code, by.types), (s.unit_code, by.units),
            (s.channel, by.channels), (s.area, by.areas),
        ):  # fmt: skip
            if chosen:
                found.append(column.in_(chosen))
        if by.person is not None:
            found.append(s.person == by.person)
        today = now.astimezone(zone_named(self._rules.utility.zone)).date()
        for since, until in ((by.since, by.until), days_of(by.period, today)):
            if since is not None:
                found.append(s.received_at >= self._begin(since))
            if until is not None:
                found.append(s.received_at < self._begin(until + timedelta(days=1)))
        running = and_(s.state.in_(HANDLED), s.held_at.is_(None))
        if by.overdue:
            found.append(running & (s.due < now))
        if by.held:
            found += self.named("held", viewer, now)
        if by.escalated:
            found.append(running & (s.head_at <= now))
        if by.merged:
            found.append(s.incident_id.is_not(None))
        if by.unread:
            found += self.named("unread", viewer, now)
        if by.nobodys:
            found += [s.state.in_(HANDLED), _nobodys()]
        if by.incident is not None:
            found.append(s.incident_id == by.incident)
        return found

    def order(self, sort: str, descending: bool, then: Sequence[tuple[str, bool]]) -> list[Any]:
        """What to sort by, down to the code, which decides between equals."""
        wanted = {sort: descending}
        for key, down in then:
            wanted.setdefault(key, down)
        found: list[Any] = []
        for key, down in wanted.items():
            found += self._keys(key, down)
        if "code" not in wanted:
            code = RequestState.code
            found.append(code.desc() if descending else code.asc())
        return found

    def _keys(self, sort: str, descending: bool) -> list[Any]:
        s = RequestState

        def turned(key: Any) -> Any:
            return key.desc() if descending else key.asc()

        match sort:
            case "due":
                # Closed ones have nothing to wait for.
                return [s.state == "closed", s.due.is_(None), turned(s.due)]
            case "step_due":
                return [s.state == "closed", s.step_due.is_(None), turned(s.step_due)]
            case "code":
                return [turned(s.code)]
            case "received":
                return [turned(s.received_at)]
            case "type":
                return [turned(_rank(s.type_code, self._rules.request_types_ever()))]
            case "unit":
                return [s.unit_code.is_(None), turned(_rank(s.unit_code, self._rules.units()))]
            case "state":
                return [turned(_rank(s.state, STATES))]
            case "area":
                return [s.area.is_(None), turned(s.area)]
            case "channel":
                return [turned(_rank(s.channel, CHANNELS))]
        raise ValueError(f"requests are not sorted by {sort}")

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time(), zone_named(self._rules.utility.zone))


def _with(viewer: Viewer) -> Condition:
    """With the person or the person's unit, or asked of it."""
    s = RequestState
    mine = s.person == viewer.id
    if viewer.unit_code is None:
        return mine
    return or_(mine, s.unit_code == viewer.unit_code, s.asked.like(f"%|{viewer.unit_code}|%"))


def _mine(viewer: Viewer) -> Condition:
    return or_(RequestState.received_by == viewer.id, _with(viewer))


def _nobodys() -> Condition:
    """With somebody who has left, or with a unit in which nobody works: it is in no inbox that is read."""
    s, p = RequestState, Staff
    here = exists().where(p.office_no == s.office_no).correlate(s)
    left = here.where(p.id == s.person, p.retired_at.is_not(None))
    manned = here.where(p.unit_code == s.unit_code, p.retired_at.is_(None))
    return or_(left, and_(s.person.is_(None), ~manned))


def unread(viewer: Viewer) -> Condition:
    """Moved by somebody else since this person looked at it."""
    s, m = RequestState, ReadMark
    seen = exists().where(m.by == viewer.id, m.request_id == s.id, m.hlc >= s.moved_hlc)
    return and_(s.moved_by != viewer.id, ~seen.correlate(s))


def _rank(column: Any, codes: Iterable[str]) -> Any:
    """The place of a code among `codes`, others after them."""
    places = {code: place for place, code in enumerate(codes)}
    return case(places, value=column, else_=len(places)) if places else column
