"""The duty roster: at every unit at least one contact officer is on duty in all office hours (seed S2)."""

from __future__ import annotations

from collections.abc import Iterable

Span = tuple[int, int]
"""Minutes after midnight, the end not counted."""

DAY = 24 * 60


def gaps(hours: Iterable[Span], duties: Iterable[Span]) -> list[Span]:
    """The parts of a day's office hours in which nobody is on duty, in order."""
    on_duty = sorted(duties)
    found: list[Span] = []
    for start, end in sorted(hours):
        at = start
        for begun, ended in on_duty:
            if begun > at and at < end:
                found.append((at, min(begun, end)))
            at = max(at, ended)
        if at < end:
            found.append((at, end))
    return found


def possible(start: int, end: int) -> bool:
    """Whether a time of duty lies within a day."""
    return 0 <= start < end <= DAY


def overlap(one: Span, other: Span) -> bool:
    """Whether two times have a minute in common."""
    return one[0] < other[1] and other[0] < one[1]
