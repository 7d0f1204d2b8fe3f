"""The time of a simulated world, and what its PCs take it for."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone

from app.models.base import instant

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
YEAR = 365 * DAY

ZONE = timezone(timedelta(hours=7))

DEAD_BATTERY = 1_577_836_800_000
"""2020-01-01: where a clock begins that nothing has kept going."""

EARLIEST, LATEST = 0, 130 * YEAR
"""1970 to 2099 and a little: what a PC's clock can show."""


class WorldClock:
    """The true time, in milliseconds since 1970. It satisfies `app.domain.clock.Clock`."""

    def __init__(self, start_ms: int) -> None:
        self.ms = start_ms

    def now(self) -> datetime:
        return instant(self.ms)

    def advance(self, ms: int) -> None:
        """Time goes by."""
        self.ms += ms


class PcClock:
    """A PC's clock, right to begin with. It satisfies `app.domain.clock.Clock`."""

    def __init__(self, world: WorldClock) -> None:
        self.world = world
        self.off_ms = 0
        """How far ahead it is."""
        self.still_at: int | None = None
        """Where it stands still."""
        self.battery_dead = False

    @property
    def ms(self) -> int:
        shown = self.world.ms + self.off_ms if self.still_at is None else self.still_at
        return min(max(shown, EARLIEST), LATEST)

    def now(self) -> datetime:
        return instant(self.ms)

    def start(self) -> None:
        """The PC is switched on."""
        if self.battery_dead:
            self.off_ms = DEAD_BATTERY - self.world.ms

    def be_off(self, rng: random.Random) -> None:
        """Somebody sets it by a watch that is wrong."""
        self.off_ms = rng.randint(-30 * MINUTE, 30 * MINUTE)

    def jump(self, rng: random.Random) -> None:
        """By years."""
        self.off_ms += rng.choice((-1, 1)) * rng.randint(DAY, 30 * YEAR)

    def stand_still(self) -> None:
        """From now on it shows this moment."""
        self.still_at = self.ms

    def set_right(self) -> None:
        """Somebody repairs it and sets it."""
        self.off_ms, self.still_at, self.battery_dead = 0, None, False
