"""How old a debt is."""

from __future__ import annotations

from datetime import date

BANDS = ("current", "1-30", "31-60", "61-90", "90+")
"""Days past due, youngest first."""


def age_band(due_date: date, today: date) -> str:
    """The band of a bill that is still open; the due date itself is in time."""
    late = (today - due_date).days
    if late <= 0:
        return BANDS[0]
    return BANDS[min(1 + (late - 1) // 30, 4)]
