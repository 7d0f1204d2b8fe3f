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


def go_on(cur: Cursor, office: int, new: Mapping[bytes, Reading]) -> bool:
    """Take one new reading each of some connections into account. False when that is not enough for all of
    them: a reading is of a period that was there before."""
    values: list[Any] = []
    for connection, (period, present, read_on, usage) in new.items():
        values += (office, connection, period, present, read_on, usage, usage)
    cur.execute(
        "INSERT INTO connection_use (office_no, id, last_period, last_index, last_read_on, last_usage, "
        f"usual) VALUES {', '.join(['(?, ?, ?, ?, ?, ?, ?)'] * len(new))} "
        "ON CONFLICT (office_no, id) DO UPDATE SET "
        "last_period = excluded.last_period, last_index = excluded.last_index, "
        "last_read_on = excluded.last_read_on, last_usage = excluded.last_usage, "
        "earlier_usage = connection_use.last_usage, usual = CASE WHEN connection_use.earlier_usage IS NULL "
        "THEN (excluded.last_usage + connection_use.last_usage) / 2 ELSE "
        "(excluded.last_usage + connection_use.last_usage + connection_use.earlier_usage) / 3 END "
        "WHERE excluded.last_period > connection_use.last_period",
        values,
    )
    return cur.rowcount == len(new)


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
