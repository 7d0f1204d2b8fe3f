"""The time, as something that is handed in: rules never ask the computer for it themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time as an aware datetime in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SteppingClock:
    """A clock set by hand; after each reading it moves on by `step` (a played day, tests)."""

    def __init__(self, start: datetime, step: timedelta = timedelta(0)) -> None:
        self.step = step
        self._now = _in_utc(start)

    def now(self) -> datetime:
        shown = self._now
        self._now += self.step
        return shown

    def set(self, moment: datetime) -> None:
        """Puts the hands on `moment` (aware)."""
        self._now = _in_utc(moment)

    def advance(self, by: timedelta) -> None:
        """Moves the hands; a negative `by` is a clock put back."""
        self._now += by


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a clock shows aware times only")
    return moment.astimezone(UTC)
