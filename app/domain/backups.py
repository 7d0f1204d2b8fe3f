"""Which backups are kept, and when another is due. Moments are those of the office's own zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

DAYS, WEEKS = 7, 8

UPGRADES = 2
"""Of the copies of a database made before upgrades so many stay, the newest: the one to which the version
before goes back, and the one before that."""


def kept(moments: Iterable[datetime]) -> set[datetime]:
    """Of backups made at these moments, those to keep: the newest of each of the last 7 days and of each of
    the last 8 weeks that have one. Counted are days with a backup, not days gone by: a desk that was shut for
    a summer, or whose clock has jumped, throws nothing away."""
    days: dict[date, datetime] = {}
    weeks: dict[tuple[int, int], datetime] = {}
    for moment in sorted(moments, reverse=True):
        year, week, _ = moment.isocalendar()
        days.setdefault(moment.date(), moment)
        weeks.setdefault((year, week), moment)
    return {*list(days.values())[:DAYS], *list(weeks.values())[:WEEKS]}


def due(last: datetime | None, now: datetime) -> bool:
    """Whether a backup of this day is still missing; so also after the clock was set back."""
    return last is None or last.date() != now.date()
