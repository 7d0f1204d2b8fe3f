"""Working time of a span of days, looked up rather than walked through: for very many requests at once.

What it says is what `app/domain/deadlines.py` says (`tests/domain/test_working_table.py`); moments are
milliseconds since 1970.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import repeat

from app.domain.deadlines import BY_THE_CLOCK, Limit, WorkingCalendar, due

MINUTE, HOUR = 60_000, 3_600_000
_LONG_AGO = -(1 << 62)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware moment."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment_of(ms: int) -> datetime:
    """The moment, in UTC, of milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=ms)


class WorkingTable:
    """The openings of an office from one day to another, both counted. Moments outside give what the nearest
    end of the table gives: ask only about moments within."""

    def __init__(self, calendar: WorkingCalendar, first: date, last: date) -> None:
        self._calendar = calendar
        self._opens: list[int] = []
        self._closes: list[int] = []
        self._until = [0]
        """Working time up to the first opening, and up to each closing."""
        self._day_of: list[int] = []
        """Of each opening the number of its day among the days of work."""
        self._days: list[tuple[int, int]] = []
        """Of each day of work its number in the calendar, and its first opening."""
        total, day = 0, first
        while day <= last:
            for place, (opening, closing) in enumerate(calendar.openings(day)):
                if not place:
                    self._days.append((day.toordinal(), len(self._opens)))
                self._day_of.append(len(self._days) - 1)
                self._opens.append(instant_ms(opening))
                self._closes.append(instant_ms(closing))
                total += self._closes[-1] - self._opens[-1]
                self._until.append(total)
            day += timedelta(days=1)
        self._days.append((0, len(self._opens)))
        # After so many openings: when the last of them ends, and what makes working time of a moment in it.
        self._ends = [_LONG_AGO, *self._closes]
        self._lead = [
            0,
            *(total - closing for total, closing in zip(self._until[1:], self._closes, strict=True)),
        ]
        # Where clocks are changed, the same time of day is not so many times 24 hours later.
        self._one_clock = calendar.zone.utcoffset(None) is not None

    def _worked_until(self, at: int) -> int:
        n = bisect_right(self._opens, at)
        return self._until[n] if at >= self._ends[n] else at + self._lead[n]

    def minutes_each(self, begun: Sequence[int], ended: Sequence[int]) -> list[int]:
        """`minutes` of very many, none of which ended before it began."""
        return [
            (b - a) // MINUTE for a, b in zip(self._worked_each(begun), self._worked_each(ended), strict=True)
        ]

    def _worked_each(self, moments: Sequence[int]) -> list[int]:
        until, ends, lead = self._until, self._ends, self._lead
        opened = map(bisect_right, repeat(self._opens), moments)
        return [until[n] if at >= ends[n] else at + lead[n] for at, n in zip(moments, opened, strict=True)]

    def minutes(self, a: int, b: int) -> int:
        """Whole minutes of working time from `a` to `b`, negative when `b` is the earlier, as
        `deadlines.working_minutes`."""
        if b < a:
            return -self.minutes(b, a)
        return (self._worked_until(b) - self._worked_until(a)) // MINUTE

    def keeps(self, start: int, done: int, limit: Limit) -> bool:
        """Whether what was done at `done` keeps `limit` from `start` on."""
        if done <= start:  # at once: no limit ends before it begins
            return True
        # Of working days the last one begins so many days less one after the start at the earliest.
        if limit.unit == "working_days" and done - start <= (limit.amount - 1) * 24 * HOUR:
            return True
        return done <= self.due(start, limit)

    def due(self, start: int, limit: Limit) -> int:
        """The last moment that keeps `limit` from `start` on, as `deadlines.due`; raises as that does."""
        if limit.unit in BY_THE_CLOCK:
            return start + limit.amount * (HOUR if limit.unit == "hours" else MINUTE)
        found = self._days_due(start, limit) if limit.unit == "working_days" else self._time_due(start, limit)
        return instant_ms(due(self._calendar, moment_of(start), limit)) if found is None else found

    def _time_due(self, start: int, limit: Limit) -> int | None:
        n = bisect_right(self._closes, start)  # the first opening that ends after the start
        if n == len(self._opens):
            return None
        wanted = self._worked_until(start) + limit.amount * (
            HOUR if limit.unit == "working_hours" else MINUTE
        )
        found = bisect_left(self._until, wanted, lo=n + 1)
        if found == len(self._until):
            return None
        return wanted - self._lead[found]

    def _days_due(self, start: int, limit: Limit) -> int | None:
        n = bisect_right(self._closes, start)
        if n == len(self._opens) or not self._one_clock:
            return None
        begun, day = max(start, self._opens[n]), self._day_of[n]
        if day + limit.amount >= len(self._days) - 1:
            return None
        (last, first), (_, end) = self._days[day + limit.amount : day + limit.amount + 2]
        wanted = begun + (last - self._days[day][0]) * 24 * HOUR
        found = bisect_left(self._closes, wanted, first, end)
        return max(wanted, self._opens[found]) if found < end else self._closes[end - 1]
