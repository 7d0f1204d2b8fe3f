"""When the PC itself is a worry: its clock, its disk, the file of its database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LITTLE_ROOM = 1 << 30
"""With fewer free bytes on its disk a desk's worry begins: a year of an office is about this much."""

NO_ROOM = 200 << 20
"""With fewer it presses: a copy before an upgrade and an import do not go in any more."""

LARGE_LOG = 256 << 20
"""Bytes of the log that SQLite writes ahead; its own limit is an eighth of this. Something keeps it from
being taken into the file."""

OFF = timedelta(minutes=5)
"""So far a clock may be off; the same as for stamps, see `app/sync/hlc.py`."""

JUMP = timedelta(minutes=2)
"""Less than this is the system's own setting of the clock."""

LONG = timedelta(days=45)
"""So long after its newest entry a desk is seldom opened: longer than any holiday."""


@dataclass(frozen=True, slots=True)
class Worry:
    """One thing that is not as it should be. `apart`: how far the clock is off, positive when it is behind;
    `size`: free bytes, or those of the log."""

    code: str
    apart: timedelta = timedelta(0)
    size: int = 0

    @property
    def presses(self) -> bool:
        """Whether work may soon stop for it."""
        return self.code in ("database.damaged", "disk.none")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found. `behind`: how far the head office's clock is ahead, None while it is not sure; `back`:
    how far the clock was put back; `newest`: of this desk's newest entry; `free` None where nobody knows."""

    now: datetime
    behind: timedelta | None = None
    back: timedelta = timedelta(0)
    newest: datetime | None = None
    free: int | None = None
    log: int = 0
    damaged: bool = False


class SteadyWatch:
    """Finds a clock that is put back while the program is open, by one that only goes forward."""

    def __init__(self) -> None:
        self._ahead: timedelta | None = None
        """The time on the clock less the steady one, at the last setting that was believed."""

    def back(self, now: datetime, steady: float, *, sure: bool) -> timedelta:
        """How far the clock is behind where it should be. `sure`: the head office has confirmed it since."""
        ahead = timedelta(seconds=now.timestamp() - steady)
        if self._ahead is None or sure or ahead > self._ahead - JUMP:
            # Forward it also goes by itself: some steady clocks stand still while the PC sleeps.
            self._ahead = ahead
            return timedelta(0)
        return self._ahead - ahead


def worries(seen: Seen) -> tuple[Worry, ...]:
    """What is to be told, the most urgent first."""
    found = []
    if seen.damaged:
        found.append(Worry("database.damaged"))
    if seen.free is not None and seen.free < NO_ROOM:
        found.append(Worry("disk.none", size=seen.free))
    clock = _clock(seen)
    if clock is not None:
        found.append(clock)
    if seen.free is not None and NO_ROOM <= seen.free < LITTLE_ROOM:
        found.append(Worry("disk.little", size=seen.free))
    if seen.log > LARGE_LOG:
        found.append(Worry("database.log", size=seen.log))
    return tuple(found)


def _clock(seen: Seen) -> Worry | None:
    """What the head office says counts; what else there is to go by counts while it has not said."""
    if seen.behind is not None:
        return Worry("clock.office", seen.behind) if abs(seen.behind) > OFF else None
    if seen.back:
        return Worry("clock.back", seen.back)
    if seen.newest is None:
        return None
    if seen.newest - seen.now > OFF:
        return Worry("clock.before", seen.newest - seen.now)
    if seen.now - seen.newest > LONG:
        return Worry("clock.after", seen.newest - seen.now)
    return None
