"""Hybrid logical clock: 48 bits of milliseconds, 16 bits of counter, in one integer that never goes back."""

from __future__ import annotations

from datetime import datetime

from app.domain.clock import Clock
from app.models.base import instant, millis

COUNTER_BITS = 16

AHEAD_MS = 5 * 60_000
"""A stamp that is further ahead than this comes from a clock that is wrong."""

LATEST = 1 << 62
"""Later than every stamp."""


class Hlc:
    """Stamps that respect cause: each is later than every stamp given or seen before, save those that come
    from a wrong clock, on which the head office rules."""

    def __init__(self, clock: Clock, last: int = 0, offset_ms: int = 0, *, sure: bool = False) -> None:
        self._clock = clock
        self.last = last
        self.sure = sure
        """Whether the time is known to be right: at the head office, and at a desk that has heard of it."""
        self.offset_ms = self._plausible(offset_ms)
        """What the head office's clock is ahead of this PC's, learned at each contact."""
        self._reading: int | None = None
        """The latest time on this PC's clock since it has heard of the head office."""

    def _plausible(self, offset_ms: int) -> int:
        """The offset kept from the last start, unless the clock has been set right since: of the two times
        that is meant which lies nearest after the last stamp."""
        plain = millis(self._clock.now())
        last = self.last >> COUNTER_BITS
        after = [o for o in (offset_ms, 0) if plain + o >= last - AHEAD_MS]
        return min(after, key=lambda o: plain + o) if after else offset_ms

    def now(self) -> datetime:
        """The present moment by the head office's clock."""
        return instant(self.now_ms())

    def now_ms(self) -> int:
        """The same in milliseconds."""
        reading = millis(self._clock.now())
        if self._reading is not None:  # a clock that was put back since then is not sure any more
            self.sure = self.sure and reading >= self._reading - AHEAD_MS
            self._reading = max(self._reading, reading)
        return reading + self.offset_ms

    def learn(self, ahead_ms: int) -> None:
        """The head office's clock is this much further ahead than was thought (0: it was right)."""
        self.offset_ms += ahead_ms
        self.sure = True
        self._reading = millis(self._clock.now())

    def tick(self) -> int:
        """A stamp for a new entry. What lies far ahead of a time that is sure came from a wrong clock, and is
        not followed; while the time is not sure no stamp goes back."""
        now = self.now_ms()
        self.last = max(now << COUNTER_BITS, self._followed(now) + 1)
        return self.last

    def see(self, stamp: int) -> None:
        """Take note of a stamp that another replica gave."""
        now = self.now_ms()
        if stamp <= self._latest(now):
            self.last = max(self._followed(now), stamp)

    def latest(self) -> int:
        """No later stamp than this is followed."""
        return self._latest(self.now_ms())

    def _latest(self, now_ms: int) -> int:
        return _bound(now_ms) if self.sure else LATEST

    def _followed(self, now_ms: int) -> int:
        return self.last if self.last <= self._latest(now_ms) else 0

    def wild(self, stamp: int) -> bool:
        """Whether a stamp is so far ahead that it comes from a wrong clock."""
        return stamp > _bound(self.now_ms())


def _bound(now_ms: int) -> int:
    """The last stamp that is not wild at a moment."""
    return (now_ms + AHEAD_MS + 1 << COUNTER_BITS) - 1
