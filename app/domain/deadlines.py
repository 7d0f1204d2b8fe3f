"""When something is due, by an office's hours, days off and extra working days.

Calendars are data: a week of hours and a table of the days that differ (a holiday, a half day, a Saturday
worked in exchange). VN Labour Code Art. 112 leaves Tết and 2/9 to a yearly decision, so no day is in code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.domain.errors import AppError

SEARCHED_DAYS = 400
"""So many days without an opening, and a calendar counts as having no working time."""


class Interval(NamedTuple):
    """Working time within a day, in minutes after midnight, the end not counted."""

    start: int
    end: int


Hours = tuple[tuple[int, int], ...]

# Neither country has changed its clocks for decades; so the program needs no table of zones for them.
_ZONES: Mapping[str, tzinfo] = {
    "Asia/Ho_Chi_Minh": timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh"),
    "Asia/Shanghai": timezone(timedelta(hours=8), "Asia/Shanghai"),
}


def zone_named(name: str) -> tzinfo:
    """The time zone of this name."""
    return _ZONES.get(name) or ZoneInfo(name)


@dataclass(frozen=True)
class WorkingCalendar:
    """`weekly` maps weekdays (Monday 0) to hours, `days` the dates that differ to theirs; () is a day off.

    Raises AppError("calendar.hours") where the hours of a day are not in order within the day.
    """

    zone: tzinfo
    weekly: Mapping[int, Hours]
    days: Mapping[date, Hours]

    def __post_init__(self) -> None:
        for day, hours in (*self.weekly.items(), *self.days.items()):
            bounds = [0, *(minute for interval in hours for minute in interval), 24 * 60]
            apart = all(start < end for start, end in hours)
            if not apart or any(a > b for a, b in pairwise(bounds)):
                raise AppError("calendar.hours", day=day)

    def hours(self, day: date) -> Hours:
        """The working time of `day`, in minutes after its midnight."""
        return self.days.get(day, self.weekly.get(day.weekday(), ()))

    def openings(self, day: date) -> list[tuple[datetime, datetime]]:
        """The working time of `day` as pairs of UTC times."""
        return [(self._at(day, start), self._at(day, end)) for start, end in self.hours(day)]

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _at(self, day: date, minute: int) -> datetime:
        local = datetime(day.year, day.month, day.day, tzinfo=self.zone) + timedelta(minutes=minute)
        return local.astimezone(UTC)


def calendar_of(
    zone: tzinfo, weekly: Mapping[int, Hours], days: Mapping[date, Sequence[Sequence[int]] | None]
) -> WorkingCalendar:
    """A calendar from stored rows; a day without hours of its own (None) is worked as a Monday is."""
    usual = next((hours for _, hours in sorted(weekly.items()) if hours), ())
    return WorkingCalendar(
        zone,
        {day: tuple(Interval(*each) for each in hours) for day, hours in weekly.items()},
        {
            day: tuple(Interval(*each) for each in (usual if hours is None else hours))
            for day, hours in days.items()
        },
    )


MOST = {"working_minutes": 1_000_000, "working_hours": 20_000, "working_days": 2_000, "hours": 50_000}
"""The units of a limit and the largest amount of each: some years."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take. Raises AppError("limit.unit" | "limit.amount")."""

    amount: int
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in MOST:
            raise AppError("limit.unit", unit=self.unit)
        if not 0 <= self.amount <= MOST[self.unit]:
            raise AppError("limit.amount", amount=self.amount, most=MOST[self.unit])


def due(calendar: WorkingCalendar, start: datetime, limit: Limit) -> datetime:
    """The last moment, in UTC, that keeps `limit` from `start` (aware) on.

    Working time begins to run at the next opening; a limit that is used up at closing time ends then.
    Working days: the same time of day so many working days later, moved into that day's hours.
    Raises AppError("calendar.no_working_time") when none is found for 400 days on end.
    """
    if start.tzinfo is None:
        raise ValueError("a limit runs from an aware time")
    start = start.astimezone(UTC)
    if limit.unit == "hours":
        return start + timedelta(hours=limit.amount)
    begun = max(start, next(_openings(calendar, start))[0])
    if limit.unit == "working_days":
        return _days_later(calendar, begun, limit.amount)
    left = timedelta(minutes=limit.amount * (60 if limit.unit == "working_hours" else 1))
    for opening, closing in _openings(calendar, start):
        opening = max(opening, start)
        if left <= closing - opening:
            return opening + left
        left -= closing - opening
    raise AssertionError("openings do not end")


def _days_later(calendar: WorkingCalendar, begun: datetime, count: int) -> datetime:
    local = begun.astimezone(calendar.zone)
    day = local.date()
    for opening, _ in _openings(calendar, begun) if count else ():
        later = calendar.local_day(opening)
        count -= later != day
        day = later
        if not count:
            break
    wanted = datetime.combine(day, local.time(), calendar.zone).astimezone(UTC)
    for opening, closing in calendar.openings(day):
        if wanted <= closing:
            return max(wanted, opening)
    return closing


def _openings(calendar: WorkingCalendar, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Working time that ends after `start`, in order, without end."""
    day = calendar.local_day(start)
    idle = 0
    while idle <= SEARCHED_DAYS:
        idle += 1
        for opening, closing in calendar.openings(day):
            if closing > start:
                idle = 0
                yield opening, closing
        day += timedelta(days=1)
    raise AppError("calendar.no_working_time", since=day - timedelta(days=idle))


def working_minutes(calendar: WorkingCalendar, a: datetime, b: datetime) -> int:
    """Whole minutes of working time from `a` to `b`, negative when `b` is the earlier."""
    if b < a:
        return -working_minutes(calendar, b, a)
    total = timedelta(0)
    day, last = calendar.local_day(a), calendar.local_day(b)
    while day <= last:
        for opening, closing in calendar.openings(day):
            total += max(timedelta(0), min(closing, b) - max(opening, a))
        day += timedelta(days=1)
    return total // timedelta(minutes=1)
