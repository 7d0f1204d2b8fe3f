"""Working time counted minute by minute: slow, sharing only the table of hours with the program."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from app.domain.deadlines import Hours, WorkingCalendar

DAY = 24 * 60


class MinuteModel:
    """Some days of a calendar with a flag for each minute, counted from the first midnight. What lies beyond
    these days is an IndexError."""

    def __init__(self, calendar: WorkingCalendar, first: date, days: int) -> None:
        self.midnight = datetime(first.year, first.month, first.day, tzinfo=calendar.zone)
        self.worked: list[bool] = []
        for each in range(days):
            day = [False] * DAY
            for start, end in calendar.hours(first + timedelta(days=each)):
                day[start:end] = [True] * (end - start)
            self.worked += day
        self.days = [each for each in range(days) if any(self.worked[each * DAY : each * DAY + DAY])]

    def moment(self, minute: int) -> datetime:
        return self.midnight + timedelta(minutes=minute)

    def count(self, a: int, b: int) -> int:
        """The minutes worked from `a` to `b`."""
        return sum(self.worked[a:b]) - sum(self.worked[b:a])

    def opened(self, minute: int) -> int:
        """The first minute worked from `minute` on."""
        while not self.worked[minute]:
            minute += 1
        return minute

    def due(self, start: int, amount: int, unit: str) -> int:
        if unit == "hours":
            return start + amount * 60
        minute = self.opened(start)
        if unit == "working_days":
            day = self.days[self.days.index(minute // DAY) + amount]
            return self._into_day(day, minute % DAY)
        return self._run(minute, amount * (60 if unit == "working_hours" else 1))

    def after(self, start: int, amount: int, unit: str) -> int:
        return self.opened(self.due(start, amount, unit))

    def before(self, end: int, amount: int, unit: str) -> int:
        if unit == "hours":
            return self._acted(_there(end - amount * 60))
        if unit == "working_days" and amount:
            last = end
            while not (self.worked[last] or self.worked[_there(last - 1)]):
                last -= 1
            day = last // DAY if self.worked[last] else (last - 1) // DAY
            place = self.days.index(day) - amount
            return self.opened(self.days[_there(place)] * DAY + last - day * DAY)
        minute, left = end, amount * (60 if unit == "working_hours" else 1)
        while left:
            minute = _there(minute - 1)
            left -= self.worked[minute]
        return self._acted(minute)

    def shifted(self, due: int, unit: str, held_from: int, held_until: int) -> int:
        """A clock that stands still during the hold and runs on with what was left."""
        if held_from >= due or held_until <= held_from:
            return due
        if unit == "hours":
            return held_until + (due - held_from)
        if not any(self.worked[held_from:held_until]):
            return due
        left = sum(self.worked[held_from:due])
        if left:
            return self._run(held_until, left)
        while not self.worked[held_until - 1]:
            held_until -= 1
        return held_until

    def _run(self, minute: int, left: int) -> int:
        while left:
            left -= self.worked[minute]
            minute += 1
        return minute

    def _into_day(self, day: int, minute: int) -> int:
        """The time of day moved into the hours of `day`: on to the next opening, or back to closing."""
        same, end = day * DAY + minute, day * DAY + DAY
        if self.worked[same] or (minute and self.worked[same - 1]):
            return same
        if any(self.worked[same:end]):
            return self.opened(same)
        while not self.worked[same - 1]:
            same -= 1
        return same

    def _acted(self, minute: int) -> int:
        """`minute` if it is worked, else the beginning of the opening before."""
        if self.worked[minute]:
            return minute
        while not self.worked[minute]:
            minute = _there(minute - 1)
        while minute % DAY and self.worked[minute - 1]:
            minute -= 1
        return minute


def _there(place: int) -> int:
    if place < 0:
        raise IndexError(place)
    return place


def random_calendar(
    chance: random.Random, zones: list[WorkingCalendar], first: date, days: int
) -> WorkingCalendar:
    """Weeks with breaks, nights up to 24:00, days off; half days, holidays and Sundays worked among them."""
    weekly = {day: _hours(chance) for day in range(7) if chance.random() < 0.75}
    weekly[chance.randrange(7)] = ((450, 690), (810, 1020))
    odd = {first + timedelta(days=chance.randrange(days)): _hours(chance) for _ in range(chance.randrange(8))}
    return WorkingCalendar(chance.choice(zones).zone, weekly, odd)


def _hours(chance: random.Random) -> Hours:
    kind = chance.random()
    if kind < 0.15:
        return ()
    if kind < 0.25:
        return ((0, DAY),)
    bounds = sorted(chance.sample(range(0, DAY + 1, 5), 2 * chance.randint(1, 3)))
    if kind < 0.45:
        bounds[-1] = DAY
    return tuple(zip(bounds[::2], bounds[1::2], strict=True))
