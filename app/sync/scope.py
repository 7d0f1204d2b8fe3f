"""Which feeds an office's desks hold: the shared ones, the office's own, and those of offices under it."""

from __future__ import annotations

from typing import Any

_HEADS = (
    "WITH RECURSIVE mine (number) AS (SELECT ?1 UNION SELECT o.number FROM office o JOIN mine m "
    "ON o.parent_no = m.number WHERE m.number <> 0) "
    "SELECT device, last, hash FROM feed WHERE office_no = 0 OR office_no IN (SELECT number FROM mine)"
)


def heads_in_scope(cur: Any, office_no: int) -> dict[int, tuple[int, bytes]]:
    """The heads of the feeds in an office's scope; for office 0, the company, those that everybody holds."""
    cur.execute(_HEADS, (office_no,))
    return {device: (last, hash_) for device, last, hash_ in cur.fetchall()}
