"""Hybrid logical clock: 48 bits of milliseconds, 16 bits of counter, in one integer that never goes back."""

from __future__ import annotations

from datetime import datetime

from app.domain.clock import Clock
from app.models.base import instant, millis

COUNTER_BITS = 16


class Hlc:
    """Stamps that respect cause: each is later than every stamp given or seen before."""

    def __init__(self, clock: Clock, last: int = 0) -> None:
        self._clock = clock
        self.last = last
        self.offset_ms = 0
        """What the head office's clock is ahead of this PC's, learned at each contact."""

    def now(self) -> datetime:
        """The present moment by the head office's clock."""
        return instant(millis(self._clock.now()) + self.offset_ms)

    def tick(self) -> int:
        """A stamp for a new entry."""
        self.last = max((millis(self._clock.now()) + self.offset_ms) << COUNTER_BITS, self.last + 1)
        return self.last

    def see(self, stamp: int) -> None:
        """Take note of a stamp that another replica gave."""
        self.last = max(self.last, stamp)
