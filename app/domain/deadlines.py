"""When something is due, when to warn of it and what a hold adds, by an office's hours, days off and extra
working days.

Calendars are data: a week of hours and a table of the days that differ (a holiday, a half day, a Saturday
worked in exchange). VN Labour Code Art. 112 leaves Tết and 2/9 to a yearly decision, so no day is in code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.domain.errors import AppError

SEARCHED_DAYS = 400
"""So many days without an opening, and a calendar counts as having no working time."""

SEARCHED_YEARS = 100
"""No limit is followed further: an office open an hour a week would take it past every calendar."""

REMEMBERED_DAYS = 1000
"""Of so many days a calendar keeps the openings that it worked out."""


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
    `later`: other weeks, each with the day from which it counts, in their order.

    Raises AppError("calendar.hours") where the hours of a day are not in order within the day.
    """

    zone: tzinfo
    weekly: Mapping[int, Hours]
    days: Mapping[date, Hours]
    later: tuple[tuple[date, Mapping[int, Hours]], ...] = ()
    _opened: dict[date, Sequence[tuple[datetime, datetime]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What `openings` has said: a request asks for the same days again for each of its times."""

    def __post_init__(self) -> None:
        weeks = (self.weekly, *(week for _, week in self.later))
        for day, hours in (*(each for week in weeks for each in week.items()), *self.days.items()):
            bounds = [0, *(minute for interval in hours for minute in interval), 24 * 60]
            apart = all(start < end for start, end in hours)
            if not apart or any(a > b for a, b in pairwise(bounds)):
                raise AppError("calendar.hours", day=day)

    def hours(self, day: date) -> Hours:
        """The working time of `day`, in minutes after its midnight."""
        return self.days.get(day, self.week(day).get(day.weekday(), ()))

    def week(self, day: date) -> Mapping[int, Hours]:
        """The usual hours at the time of `day`."""
        return next((week for since, week in reversed(self.later) if since <= day), self.weekly)

    def openings(self, day: date) -> Sequence[tuple[datetime, datetime]]:
        """The working time of `day` as pairs of UTC times."""
        found = self._opened.get(day)
        if found is None:
            if len(self._opened) >= REMEMBERED_DAYS:
                self._opened.clear()
            found = tuple((self._at(day, start), self._at(day, end)) for start, end in self.hours(day))
            self._opened[day] = found
        return found

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _at(self, day: date, minute: int) -> datetime:
        local = datetime(day.year, day.month, day.day, tzinfo=self.zone) + timedelta(minutes=minute)
        return local.astimezone(UTC)


def calendar_of(
    zone: tzinfo,
    weekly: Mapping[int, Hours],
    days: Mapping[date, Sequence[Sequence[int]] | None],
    later: Sequence[tuple[date, Mapping[int, Hours]]] = (),
) -> WorkingCalendar:
    """A calendar from stored rows; a day without hours of its own (None) is worked as a Monday is."""
    weeks = WorkingCalendar(zone, _week(weekly), {}, tuple((day, _week(week)) for day, week in later))
    return replace(
        weeks,
        days={
            day: _usual(weeks.week(day)) if hours is None else tuple(Interval(*each) for each in hours)
            for day, hours in days.items()
        },
    )


def _week(weekly: Mapping[int, Hours]) -> Mapping[int, Hours]:
    return {day: tuple(Interval(*each) for each in hours) for day, hours in weekly.items()}


def _usual(week: Mapping[int, Hours]) -> Hours:
    return next((hours for _, hours in sorted(week.items()) if hours), ())


MOST = {
    "working_minutes": 1_200_000,
    "working_hours": 20_000,
    "working_days": 2_600,
    "hours": 87_840,
    "minutes": 5_270_400,
}
"""The units of a limit and the largest amount of each: ten years of a usual office."""

BY_THE_CLOCK = ("hours", "minutes")
"""Units that run day and night."""


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


NOTHING = Limit(0, "working_minutes")


def due(calendar: WorkingCalendar, start: datetime, limit: Limit) -> datetime:
    """The last moment, in UTC, that keeps `limit` from `start` (aware) on.

    Working time begins to run at the next opening; a limit that is used up at closing time ends then.
    Working days: the same time of day so many working days later, moved into that day's hours.
    Raises AppError("calendar.no_working_time") when none is found for 400 days on end, AppError("limit.far")
    for a limit that ends more than 100 years later.
    """
    start = _utc(start)
    if limit.unit in BY_THE_CLOCK:
        return start + timedelta(**{limit.unit: limit.amount})
    if limit.unit == "working_days":
        return _days_later(calendar, _opened(calendar, start), limit.amount)
    return _later(calendar, start, _working_time(limit))


def after(calendar: WorkingCalendar, moment: datetime, limit: Limit) -> datetime:
    """When to tell that `limit` has gone by since `moment` (aware), in UTC: while the office works, not as it
    closes. Raises as `due` does."""
    return _opened(calendar, due(calendar, moment, limit))


def before(calendar: WorkingCalendar, moment: datetime, limit: Limit) -> datetime:
    """When to warn of `moment` (aware), in UTC: the latest time of work that leaves `limit` up to it.

    Working days: the same time of day so many working days earlier, or the next opening from there. What
    would still fall outside working time, by a limit of hours or of nothing, comes at the beginning of the
    opening before, when there is time to act. Raises as `due` does.
    """
    moment = _utc(moment)
    if limit.unit == "working_days" and limit.amount:
        return _days_earlier(calendar, moment, limit.amount)
    if limit.unit in BY_THE_CLOCK:
        at = moment - timedelta(**{limit.unit: limit.amount})
    else:
        at = _earlier(calendar, moment, _working_time(limit))
    opening, closing = next(_openings(calendar, at, back=True))
    return at if at < closing else opening


def shifted(
    calendar: WorkingCalendar, due: datetime, unit: str, held_from: datetime, held_until: datetime
) -> datetime:
    """The due time, in UTC, after a hold: `due` and the time that the hold took of a limit in `unit`.

    Of a limit in "hours" or "minutes" a hold takes all of its time, of another its working time. A hold that
    begins when the time is up takes none, nor does one that ends before it begins (two desks, two clocks).
    Several holds: one after the other, each with the due time that the one before gave. Raises as `due`.
    """
    due, held_from, held_until = _utc(due), _utc(held_from), _utc(held_until)
    if held_from >= min(due, held_until):
        return due
    if unit in BY_THE_CLOCK:
        return due + (held_until - held_from)
    held = _worked(calendar, held_from, held_until)
    # A hold without working time must not carry a due time at closing over to the next opening.
    return _later(calendar, due, held) if held else due


def working_minutes(calendar: WorkingCalendar, a: datetime, b: datetime) -> int:
    """Whole minutes of working time from `a` to `b`, negative when `b` is the earlier."""
    if b < a:
        return -working_minutes(calendar, b, a)
    return _worked(calendar, a, b) // timedelta(minutes=1)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a limit runs from an aware time")
    return moment.astimezone(UTC)


def _working_time(limit: Limit) -> timedelta:
    return timedelta(minutes=limit.amount * (60 if limit.unit == "working_hours" else 1))


def _worked(calendar: WorkingCalendar, a: datetime, b: datetime) -> timedelta:
    """The working time from `a` to the later `b`."""
    total = timedelta(0)
    day, last = calendar.local_day(a), calendar.local_day(b)
    while day <= last:
        for opening, closing in calendar.openings(day):
            total += max(timedelta(0), min(closing, b) - max(opening, a))
        day += timedelta(days=1)
    return total


def _opened(calendar: WorkingCalendar, moment: datetime) -> datetime:
    """`moment` while the office works, else its next opening."""
    return max(moment, next(_openings(calendar, moment))[0])


def _later(calendar: WorkingCalendar, start: datetime, left: timedelta) -> datetime:
    for opening, closing in _openings(calendar, start):
        opening = max(opening, start)
        if left <= closing - opening:
            return opening + left
        left -= closing - opening
    raise AssertionError("openings do not end")


def _earlier(calendar: WorkingCalendar, end: datetime, left: timedelta) -> datetime:
    for opening, closing in _openings(calendar, end, back=True):
        closing = min(closing, end)
        if left <= closing - opening:
            return closing - left
        left -= closing - opening
    raise AssertionError("openings do not end")


def _days_later(calendar: WorkingCalendar, begun: datetime, count: int) -> datetime:
    local = begun.astimezone(calendar.zone)
    day = _day_counted(calendar, begun, count)
    wanted = datetime.combine(day, local.time(), calendar.zone).astimezone(UTC)
    for opening, closing in calendar.openings(day):
        if wanted <= closing:
            return max(wanted, opening)
    return closing


def _days_earlier(calendar: WorkingCalendar, moment: datetime, count: int) -> datetime:
    ended = min(moment, next(_openings(calendar, moment, back=True))[1])
    local = ended.astimezone(calendar.zone)
    day = _day_counted(calendar, ended, count, back=True)
    return _opened(calendar, datetime.combine(day, local.time(), calendar.zone).astimezone(UTC))


def _day_counted(calendar: WorkingCalendar, moment: datetime, count: int, *, back: bool = False) -> date:
    """The working day that is `count` working days from the one of `moment`."""
    day = calendar.local_day(moment)
    for opening, _ in _openings(calendar, moment, back=back) if count else ():
        other = calendar.local_day(opening)
        count -= other != day
        day = other
        if not count:
            break
    return day


def _openings(
    calendar: WorkingCalendar, moment: datetime, *, back: bool = False
) -> Iterator[tuple[datetime, datetime]]:
    """Working time that ends after `moment`, in order; `back`: that begins by then, the last first."""
    day = calendar.local_day(moment)
    step = -1 if back else 1
    idle = 0
    for _ in range(SEARCHED_YEARS * 366):
        idle += 1
        for opening, closing in calendar.openings(day)[::step]:
            if opening <= moment if back else closing > moment:
                idle = 0
                yield opening, closing
        day += timedelta(days=step)
        if idle > SEARCHED_DAYS:
            raise AppError("calendar.no_working_time", since=day + timedelta(days=1 if back else -idle))
    raise AppError("limit.far", years=SEARCHED_YEARS)
