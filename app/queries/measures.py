"""What the requests of a span of days come to: how many, how quickly, how well; by kind, area, cause, unit,
channel and customer class.

Counted are the requests received within the days, as they stand when it is asked. Restricted kinds are
counted for those who may see them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import repeat
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Engine, LargeBinary, and_, func, or_, select, type_coerce
from sqlalchemy import Connection as Read
from sqlalchemy.types import NullType

from app.domain.deadlines import zone_named
from app.domain.fold import fold
from app.domain.measures import (
    Balance,
    Figures,
    Mark,
    escalated,
    figures,
    score_of,
    timing,
)
from app.domain.requests import OPEN
from app.domain.working_table import WorkingTable, instant_ms, moment_of
from app.models import Connection, Customer, Incident, RequestState
from app.queries.requests import Viewer, visible_to
from app.queries.rules import RuleQueries

BY = ("type", "area", "cause", "unit", "channel", "class")
"""By what requests are grouped."""

SEVERAL = "*"
"""The class of a customer whose connections are of several."""

K = TypeVar("K")

_DAY = 86_400_000
_SOME = 20_000


@dataclass(frozen=True, slots=True)
class Group:
    """The requests of one type, area … ; `key` is its code, "" where none was recorded."""

    key: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Month:
    """The requests received in one month, or the part of it that lies in the span; its first day counts."""

    first_day: date
    figures: Figures


@dataclass(frozen=True, slots=True)
class Analysis:
    """The figures of a span, both days counted, made at `made_at`. `by` has the groups of each of `BY`, the
    largest first; what was in a month without requests stands there with zeros."""

    first_day: date
    last_day: date
    made_at: datetime
    total: Figures
    balance: Balance
    by: dict[str, tuple[Group, ...]]
    months: tuple[Month, ...]


class MeasureQueries:
    """Asks what the requests of the office come to."""

    def __init__(self, read: Engine, office_no: int, rules: RuleQueries) -> None:
        self._read = read
        self._office_no = office_no
        self._rules = rules

    def analysis(
        self,
        first_day: date,
        last_day: date,
        viewer: Viewer,
        now: datetime,
        going_on: Callable[[int], object] = lambda done: None,
    ) -> Analysis:
        """The figures of the days, both counted; `now` (aware) decides what is late. `going_on` hears how
        many were read; what it raises ends it."""
        zone = zone_named(self._rules.utility.zone)
        start, end = bounds(first_day, last_day, zone)
        with self._read.connect() as read:
            columns = self._columns(read, start, end, viewer, going_on)
            asked = self._asked(read, start, end)
            balance = self._balance(read, start, end, viewer)
        return self._analysed(first_day, last_day, now, zone, columns, asked, balance)

    def _analysed(
        self,
        first_day: date,
        last_day: date,
        now: datetime,
        zone: tzinfo,
        columns: Sequence[Sequence[Any]],
        asked: _Asked,
        balance: Balance,
    ) -> Analysis:
        moment = instant_ms(now)
        firsts = list(months_of(first_day, last_day))
        starts = [instant_ms(datetime.combine(day, time(), zone)) for day in firsts]
        (
            types,
            channels,
            units,
            causes,
            areas,
            states,
            customers,
            incidents,
            received,
            answered,
            told,
            reopened,
            scores,
            due,
            held,
            *alarms,
        ) = columns
        marks: dict[tuple[Any, ...], int] = {}
        marked = [
            marks.setdefault(mark, len(marks))
            for mark in zip(
                map(timing, answered, due, held, repeat(moment)),
                [at is not None for at in answered],
                [at is not None for at in told],
                [state in OPEN for state in states],
                [count > 0 for count in reopened],
                map(escalated, received, answered, held, repeat(moment), zip(*alarms, strict=True)),
                map(score_of, scores),
                strict=True,
            )
        ]
        known = [Mark(*mark) for mark in marks]
        minutes = self._working_minutes(received, answered, first_day)
        days = [
            None if end is None else max(0, (end - begun) * 1000 // _DAY)
            for begun, end in zip(received, answered, strict=True)
        ]
        # Far fewer cells than requests: what is grouped by one of their keys is put together from them.
        cells: dict[tuple[str | None, ...], int] = {}
        in_area = asked.areas(areas, incidents, customers)
        cell = [
            cells.setdefault(key, len(cells))
            for key in zip(types, in_area, causes, units, channels, strict=True)
        ]
        by_cell = _piles(cell, marked, minutes, days)
        classes = [asked.classes.get(customer, "") for customer in customers]
        in_month = [bisect_right(starts, at) for at in received]
        piles: dict[str, dict[Any, _Pile]] = {
            "": _joined(by_cell, dict.fromkeys(cells.values(), "")),
            **{
                name: _joined(by_cell, {n: key[place] or "" for key, n in cells.items()})
                for place, name in enumerate(BY[:-1])
            },
            "class": _piles(classes, marked, minutes, days),
            "month": _piles(in_month, marked, minutes, days),
        }
        found = {
            name: {key: each.figures(known) for key, each in some.items()} for name, some in piles.items()
        }
        found["area"] = {asked.spelled(key): each for key, each in found["area"].items()}
        return Analysis(
            first_day,
            last_day,
            now,
            found[""].get("", Figures()),
            balance,
            {name: tuple(_largest_first(found[name])) for name in BY},
            tuple(Month(day, found["month"].get(n, Figures())) for n, day in enumerate(firsts, 1)),
        )

    def _working_minutes(
        self, received: Sequence[int], answered: Sequence[int | None], first_day: date
    ) -> list[int | None]:
        """Handling times; None without an answer. Answered before it was received, as a register that was
        brought in may say: it took no time."""
        calendar = self._rules.calendar()
        latest = max((at for at in answered if at is not None), default=0)
        minutes = WorkingTable(calendar, first_day, calendar.local_day(moment_of(latest))).minutes
        return [
            None if end is None else minutes(begun, end) if end > begun else 0
            for begun, end in zip(received, answered, strict=True)
        ]

    def _columns(
        self,
        read: Read,
        start: datetime,
        end: datetime,
        viewer: Viewer,
        going_on: Callable[[int], object],
    ) -> list[list[Any]]:
        """The requests, column by column: so many rows kept as such would take as long again."""
        s = RequestState
        # As they are stored: to make a moment of each of 200,000 rows would take a second.
        wanted = (
            select(
                s.type_code, s.channel, s.unit_code, s.cause, s.area, s.state,
                *(type_coerce(column, NullType) for column in (
                    s.customer_id, s.incident_id, s.received_at, s.answered_at, s.told_at, s.reopened,
                    s.score, s.due, s.held_at, s.head_at, s.leader_at, s.company_at,
                )),
            )
            .where(*self._received(read, start, end, viewer))
        )  # fmt: skip
        columns: list[list[Any]] = [[] for _ in wanted.selected_columns]
        result = read.execution_options(stream_results=True).execute(wanted)
        while some := result.fetchmany(_SOME):
            for n, values in enumerate(zip(*some, strict=True)):
                columns[n] += values
            going_on(len(columns[0]))
        return columns

    def _received(
        self, read: Read, start: datetime, end: datetime, viewer: Viewer
    ) -> list[ColumnElement[bool]]:
        s = RequestState
        # A file that was noted but lacks papers is not received yet.
        return [
            s.office_no == self._office_no,
            s.received_at >= start,
            s.received_at < end,
            s.state != "lacking",
            *visible_to(read, viewer),
        ]

    def _asked(self, read: Read, start: datetime, end: datetime) -> _Asked:
        """What is known of those who asked in these days. A class of connections that are no longer in use
        counts only where there is no other."""
        s, k, c, i = RequestState, Connection, Customer, Incident
        those = (
            select(s.customer_id)
            .where(s.office_no == self._office_no, s.received_at >= start, s.received_at < end)
            .distinct()
            .subquery()
        )
        used = k.retired_at.is_(None)
        of_class = k.customer_class
        wanted = (
            select(
                type_coerce(k.customer_id, LargeBinary),
                func.min(of_class).filter(used),
                func.max(of_class).filter(used),
                func.min(of_class),
                func.max(of_class),
            )
            .join(those, those.c.customer_id == k.customer_id)
            .where(k.office_no + 0 == self._office_no)
            .group_by(k.customer_id)
        )
        classes = {}
        for customer, low, high, ever_low, ever_high in read.execute(wanted):
            low, high = (ever_low, ever_high) if low is None else (low, high)
            classes[customer] = low if low == high else SEVERAL
        wards = (
            select(type_coerce(c.id, LargeBinary), c.ward)
            .join(those, those.c.customer_id == c.id)
            .where(c.office_no == self._office_no, c.ward.is_not(None))
        )
        incidents = select(type_coerce(i.id, LargeBinary), i.area).where(i.office_no == self._office_no)
        in_ward = {customer: ward or "" for customer, ward in read.execute(wards)}
        return _Asked(classes, in_ward, dict(read.execute(incidents).all()))

    def _balance(self, read: Read, start: datetime, end: datetime, viewer: Viewer) -> Balance:
        s = RequestState
        # As much as the states of today tell: one that was reopened since counts as open all the time.
        before = and_(s.received_at < start, or_(s.closed_at.is_(None), s.closed_at >= start))
        received = and_(s.received_at >= start, s.received_at < end)
        after = and_(s.received_at < end, or_(s.closed_at.is_(None), s.closed_at >= end))
        every = func.count()
        wanted = select(every.filter(before), every.filter(received), every.filter(after)).where(
            s.office_no == self._office_no,
            s.state != "lacking",
            s.received_at < end,
            *visible_to(read, viewer),
        )
        was, came, left = read.execute(wanted).one()
        return Balance(was, came, was + came - left, left)


class _Asked:
    """What is known of those who asked: customer -> class, customer -> ward, incident -> area.

    Areas are typed by hand: the same letters but for accents and capitals are one, spelled as first.
    """

    def __init__(
        self, classes: dict[bytes, str], wards: dict[bytes, str], incidents: dict[bytes, str]
    ) -> None:
        self.classes, self._wards, self._incidents = classes, wards, incidents
        self._keys: dict[str, str] = {"": ""}
        self._words: dict[str, str] = {"": ""}

    def areas(
        self,
        areas: Iterable[str | None],
        incidents: Iterable[bytes | None],
        customers: Iterable[bytes | None],
    ) -> list[str]:
        """Of each row: where it is said to be, else where its incident is, else the customer's ward."""
        at, in_ward = self._incidents.get, self._wards.get
        return [
            self._key(area or at(incident or b"") or in_ward(customer or b"") or "")
            for area, incident, customer in zip(areas, incidents, customers, strict=True)
        ]

    def _key(self, typed: str) -> str:
        key = self._keys.get(typed)
        if key is None:
            words = " ".join(typed.split())
            key = self._keys[typed] = fold(words)
            self._words.setdefault(key, words)
        return key

    def spelled(self, key: str) -> str:
        return self._words[key]


class _Pile:
    """Requests together: how many have each mark (by its number), and what each that was answered took."""

    def __init__(self) -> None:
        self.marks: Counter[int] = Counter()
        self.minutes: list[int] = []
        self.days: list[int] = []

    def figures(self, known: Sequence[Mark]) -> Figures:
        self.minutes.sort()
        self.days.sort()
        return figures({known[mark]: n for mark, n in self.marks.items()}, self.minutes, self.days)


def _piles(
    keys: Sequence[K], marked: Sequence[int], minutes: Sequence[int | None], days: Sequence[int | None]
) -> dict[K, _Pile]:
    """One pile for each key; the rows of the four belong together."""
    piles: dict[K, _Pile] = defaultdict(_Pile)
    for (key, mark), n in Counter(zip(keys, marked, strict=True)).items():
        piles[key].marks[mark] = n
    for took, name in ((minutes, "minutes"), (days, "days")):
        into = {key: getattr(pile, name) for key, pile in piles.items()}
        for key, each in zip(keys, took, strict=True):
            if each is not None:
                into[key].append(each)
    return piles


def _joined(piles: dict[int, _Pile], keys: dict[int, str]) -> dict[str, _Pile]:
    """Piles put together: `keys` says where each goes."""
    joined: dict[str, _Pile] = defaultdict(_Pile)
    for n, pile in piles.items():
        into = joined[keys[n]]
        into.marks.update(pile.marks)
        into.minutes += pile.minutes
        into.days += pile.days
    return joined


def _largest_first(found: dict[str, Figures]) -> Iterable[Group]:
    """Groups in order; what was not recorded comes last."""
    ordered = sorted(found.items(), key=lambda each: (each[0] == "", -each[1].received, each[0]))
    return (Group(key, each) for key, each in ordered)


def bounds(first_day: date, last_day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """The beginning of the first day and the end of the last."""
    return (
        datetime.combine(first_day, time(), zone),
        datetime.combine(last_day + timedelta(days=1), time(), zone),
    )


def months_of(first_day: date, last_day: date) -> Iterator[date]:
    """The first days of the months that a span touches."""
    day = first_day.replace(day=1)
    while day <= last_day:
        yield day
        day = (day + timedelta(days=32)).replace(day=1)
