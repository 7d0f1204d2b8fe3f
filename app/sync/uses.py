"""The use of connections as their readings tell it: the last index, and the usual use.

It is a pure function of all readings of a connection. As a rule a reading is of a period after all that are
there; then what is known already goes on, however many years lie before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from app.models.store import Cursor

READ = ("period", "present", "read_on", "usage")
"""What of a reading goes into it."""

Reading = tuple[str, int, str, int]
"""Those columns of one."""


def go_on(cur: Cursor, office: int, marks: str, new: Mapping[bytes, Reading]) -> set[bytes]:
    """Take one new reading each of some connections into account; returns the connections where that is not
    enough, since their reading is of a period that was there before."""
    cur.execute(
        "SELECT id, last_period, last_usage, earlier_usage FROM connection_use "
        f"WHERE office_no = ? AND id IN ({marks})",
        (office, *new),
    )
    known = {id: row for id, *row in cur.fetchall()}
    rows, left = [], set()
    for connection, (period, present, read_on, usage) in new.items():
        last_period, last, earlier = known.get(connection, ("", None, None))
        if period <= last_period:
            left.add(connection)
        else:
            rows.append((office, connection, period, present, read_on, usage, last, _usual(usage, last, earlier)))
    _keep(cur, rows)
    return left


def fold(cur: Cursor, office: int, marks: str, connections: Sequence[bytes]) -> None:
    """Work some connections out anew from all their readings."""
    cur.execute(
        'SELECT connection_id, period, hlc, device, id, present, read_on, "usage" FROM reading '
        f"WHERE connection_id IN ({marks}) AND office_no + 0 = ?",
        (*connections, office),
    )
    # Folded here: three times as fast as by window functions.
    newest: dict[bytes, dict[str, tuple[Any, ...]]] = defaultdict(dict)
    for connection, period, *reading in cur.fetchall():
        periods = newest[connection]
        if period not in periods or tuple(reading[:3]) > periods[period][:3]:
            periods[period] = tuple(reading)
    rows = []
    for connection, periods in newest.items():
        latest = sorted(periods, reverse=True)[:3]
        last, earlier, before = [*(periods[p][5] for p in latest), None, None][:3]
        *_, present, read_on, _ = periods[latest[0]]
        usual = _usual(last, earlier, before)
        rows.append((office, connection, latest[0], present, read_on, last, earlier, usual))
    _keep(cur, rows)


def _usual(last: int, earlier: int | None, before: int | None) -> int:
    """The mean of up to three periods, towards nought."""
    if earlier is None:
        return last
    total, count = (last + earlier, 2) if before is None else (last + earlier + before, 3)
    return total // count if total >= 0 else -(-total // count)


def _keep(cur: Cursor, rows: Sequence[tuple[Any, ...]]) -> None:
    cur.executemany(
        "INSERT INTO connection_use (office_no, id, last_period, last_index, last_read_on, last_usage, "
        "earlier_usage, usual) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (office_no, id) DO UPDATE SET "
        "last_period = excluded.last_period, last_index = excluded.last_index, "
        "last_read_on = excluded.last_read_on, last_usage = excluded.last_usage, "
        "earlier_usage = excluded.earlier_usage, usual = excluded.usual",
        rows,
    )
