"""What the requests of a span of days come to: how many, how quickly, how well; by kind, area, cause, unit,
channel and customer class.

Counted are the requests received within the days, as they stand when it is asked. Restricted kinds are
counted for those who may see them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import compress, pairwise

from sqlalchemy import ColumnElement, Engine, func, select
from sqlalchemy import Connection as Read

from app.domain.deadlines import zone_named
from app.domain.fold import fold
from app.domain.measures import Balance, Figures, Mark, figures
from app.domain.working_table import WorkingTable, moment_of
from app.models import RequestState
from app.queries.customers import here
from app.queries.request_counts import Batch, Customers, batch_of, counted_of
from app.queries.requests import Viewer, visible_to
from app.queries.rules import RuleQueries

BY = ("type", "area", "cause", "unit", "channel", "class")
"""By what requests are grouped."""

_DAY = 86_400_000


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
        firsts = list(months_of(first_day, last_day))
        begins = [start, *(datetime.combine(day, time(), zone) for day in firsts[1:]), end]
        tally = _Tally()
        with self._read.connect() as read:
            # A file that was noted but lacks papers is not received yet.
            seen = [
                here(RequestState, self._office_no),
                RequestState.state != "lacking",
                *visible_to(read, viewer),
            ]
            customers = Customers(read, self._office_no, start, end)
            for since, until in pairwise(begins):
                tally.add(batch_of(read, [*seen, *_received(since, until)], end, now), customers)
                going_on(tally.received)
            before, after = self._left_before(read, start, end, seen)
        tally.measure(self._table(first_day, tally.ended), customers.known)
        left = after + tally.left
        balance = Balance(before, tally.received, before + tally.received - left, left)
        return Analysis(
            first_day,
            last_day,
            now,
            tally.total(),
            balance,
            {name: tuple(_largest_first(tally.by(name))) for name in BY},
            tuple(Month(day, tally.month(n)) for n, day in enumerate(firsts)),
        )

    def _table(self, first_day: date, ended: Sequence[int]) -> WorkingTable:
        calendar = self._rules.calendar()
        latest = max(ended, default=0)
        return WorkingTable(calendar, first_day, calendar.local_day(moment_of(latest)))

    def _left_before(
        self, read: Read, start: datetime, end: datetime, seen: Sequence[ColumnElement[bool]]
    ) -> tuple[int, int]:
        """How many of those received before the span had no end when it began, and how many when it ended. As
        much as the states of today tell: one that was reopened since counts as open all the time."""
        s, every = RequestState, func.count()
        none = s.closed_at.is_(None)
        wanted = select(
            every.filter(none | (s.closed_at >= start)), every.filter(none | (s.closed_at >= end))
        )
        before, after = read.execute(wanted.where(s.received_at < start, *seen)).one()
        return before, after


def _received(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return RequestState.received_at >= since, RequestState.received_at < until


class _Tally:
    """Requests as they come, month by month: each kind of them (alike in all that is counted, in class and in
    ward) by a number, and what those that took time took. There are far fewer kinds than requests."""

    def __init__(self) -> None:
        self.received = 0
        self.ended: list[int] = []
        self._begun: list[int] = []
        self._of_kind: list[int] = []
        """Of each that took time."""
        self._kinds: dict[tuple[str, int], int] = {}
        self._months: list[tuple[Counter[int], slice]] = []
        """How many of each kind, and the places of those that took time."""

    def add(self, batch: Batch, customers: Customers) -> None:
        """The requests of one more month."""
        kinds, known = self._kinds, customers.number.get
        who = [known(customer, 0) for customer in batch.customers]
        numbers = [kinds.setdefault(kind, len(kinds)) for kind in zip(batch.counted, who, strict=True)]
        first = len(self.ended)
        took = [at is not None for at in batch.answered]
        self._of_kind += compress(numbers, took)
        self._begun += compress(batch.received, took)
        self.ended += [at for at in batch.answered if at is not None]
        self._months.append((Counter(numbers), slice(first, len(self.ended))))
        self.received += len(numbers)

    def measure(self, table: WorkingTable, places: Sequence[tuple[str, str]]) -> None:
        """When all are there: by which keys they are grouped, and what they took. `places`: class and ward by
        number."""
        self._minutes = table.minutes_each(self._begun, self.ended)
        self._days = [
            (end - begun) * 1000 // _DAY for begun, end in zip(self._begun, self.ended, strict=True)
        ]
        self._counts: Counter[int] = Counter()
        for counts, _ in self._months:
            self._counts.update(counts)
        texts = {text: counted_of(text) for text in dict.fromkeys(text for text, _ in self._kinds)}
        self._known = [texts[text] for text, _ in self._kinds]
        # By numbers: to compare marks themselves, and so often, takes longer than all the rest.
        marks: dict[tuple[Mark, bool], int] = {}
        of_text = {
            text: marks.setdefault((each.mark, each.at_once), len(marks)) for text, each in texts.items()
        }
        self._marks = list(marks)
        self._mark_of = [of_text[text] for text, _ in self._kinds]
        areas = _Areas()
        self._keys = {name: [getattr(counted, name) for counted in self._known] for name in BY[:-1]}
        self._keys["area"] = [
            areas.key(counted.area or places[who][1])
            for counted, (_, who) in zip(self._known, self._kinds, strict=True)
        ]
        self._keys["class"] = [places[who][0] for _, who in self._kinds]
        self._spelled = {"area": areas.words}
        self._in_order = [self._by_length(took) for took in (self._minutes, self._days)]

    def _by_length(self, took: Sequence[int]) -> tuple[list[int], list[int]]:
        """What each took, the shortest first, and of which kind it is; once for all groups, each of which is
        in order then."""
        size = len(self._kinds)
        order = sorted(length * size + kind for length, kind in zip(took, self._of_kind, strict=True))
        return [each // size for each in order], [each % size for each in order]

    @property
    def left(self) -> int:
        """Those without an end when the span ended."""
        return sum(n for kind, n in self._counts.items() if self._known[kind].left)

    def total(self) -> Figures:
        """All together."""
        return self._figures([""] * len(self._kinds)).get("", Figures())

    def by(self, name: str) -> dict[str, Figures]:
        """By one of `BY`."""
        spelled = self._spelled.get(name, {})
        return {spelled.get(key, key): each for key, each in self._figures(self._keys[name]).items()}

    def month(self, n: int) -> Figures:
        """Those of the month that was added as the n-th, from 0."""
        counts, places = self._months[n]
        pile = _Pile()
        for kind, number in counts.items():
            pile.add(*self._marks[self._mark_of[kind]], number)
        return pile.figures(sorted(self._minutes[places]), sorted(self._days[places]))

    def _figures(self, keys: Sequence[str]) -> dict[str, Figures]:
        """Grouped: `keys` has the key of each kind."""
        piles = {key: _Pile() for key in keys}
        together: Counter[tuple[str, int]] = Counter()
        for kind, n in self._counts.items():
            together[keys[kind], self._mark_of[kind]] += n
        for (key, mark), n in together.items():
            piles[key].add(*self._marks[mark], n)
        found: list[dict[str, list[int]]] = []
        for lengths, kinds in self._in_order:
            groups: dict[str, list[int]] = {key: [] for key in piles}
            into = [groups[key].append for key in keys]
            for kind, length in zip(kinds, lengths, strict=True):
                into[kind](length)
            found.append(groups)
        return {key: pile.figures(*(groups[key] for groups in found)) for key, pile in piles.items()}


class _Pile:
    """Requests together, counted."""

    def __init__(self) -> None:
        self._marks: Counter[Mark] = Counter()
        self._at_once = 0

    def add(self, mark: Mark, at_once: bool, n: int) -> None:
        self._marks[mark] += n
        self._at_once += n if at_once else 0

    def figures(self, minutes: list[int], days: list[int]) -> Figures:
        """With what those that took time took, in ascending order."""
        at_once = [0] * self._at_once
        return figures(self._marks, at_once + minutes, at_once + days)


class _Areas:
    """Areas are typed by hand: the same letters but for accents and capitals are one, spelled as first."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {"": ""}
        self.words: dict[str, str] = {"": ""}
        """By key."""

    def key(self, typed: str) -> str:
        key = self._keys.get(typed)
        if key is None:
            words = " ".join(typed.split())
            key = self._keys[typed] = fold(words)
            self.words.setdefault(key, words)
        return key


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
