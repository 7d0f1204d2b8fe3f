"""Working time of a span of days, looked up rather than walked through: for very many requests at once.

What it says is what `app/domain/deadlines.py` says (`tests/domain/test_working_table.py`); moments are
milliseconds since 1970.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta

from app.domain.deadlines import BY_THE_CLOCK, Limit, WorkingCalendar, due

MINUTE, HOUR = 60_000, 3_600_000
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
        self._before: list[int] = []
        """Working time before each opening."""
        self._until: list[int] = []
        """Working time up to each closing."""
        total, day = 0, first
        while day <= last:
            for opening, closing in calendar.openings(day):
                self._opens.append(instant_ms(opening))
                self._closes.append(instant_ms(closing))
                self._before.append(total)
                total += self._closes[-1] - self._opens[-1]
                self._until.append(total)
            day += timedelta(days=1)

    def _worked_until(self, at: int) -> int:
        n = bisect_right(self._opens, at)
        return min(self._until[n - 1], self._before[n - 1] + at - self._opens[n - 1]) if n else 0

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
        if limit.unit != "working_days":
            n = bisect_right(self._closes, start)  # the first opening that ends after the start
            if n < len(self._opens):
                per = HOUR if limit.unit == "working_hours" else MINUTE
                wanted = self._worked_until(start) + limit.amount * per
                found = bisect_left(self._until, wanted, lo=n)
                if found < len(self._opens):
                    return (
                        max(self._opens[found], start)
                        + wanted
                        - max(self._before[found], self._worked_until(start))
                    )
        return instant_ms(due(self._calendar, moment_of(start), limit))
