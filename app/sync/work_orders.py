"""Where work orders stand: the projection of what happened to them, folded by `app/domain/field.py`."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, datetime
from typing import Any

from app.domain.field import Event, crew_of, fold_order
from app.models.base import canonical_json, instant, millis
from app.models.store import Cursor
from app.sync.exceptions import Raised

_STATE = (
    "office_no", "id", "state", "planned_on", "crew", "on_site_at", "restored_at", "done_at", "result",
    "misfits",
)  # fmt: skip


def fold(cur: Cursor, office: int, marks: str, ids: list[bytes]) -> None:
    cur.execute(
        f"SELECT id, planned_on, crew FROM work_order WHERE office_no = ? AND id IN ({marks})", (office, *ids)
    )
    issued = {id: (planned_on, crew) for id, planned_on, crew in cur.fetchall()}
    events = _events(cur, office, marks, ids)
    rows = []
    for order in {**issued, **events}:
        # Of an order that takes no effect what happened to it is kept all the same.
        planned_on, crew = issued.get(order, (None, "[]"))
        s = fold_order(events.get(order, ()), _day(planned_on), crew_of(json.loads(crew)))
        rows.append(
            (
                office, order, s.state, s.planned_on.isoformat() if s.planned_on else None,
                canonical_json(list(s.crew)), *map(_moment, (s.on_site_at, s.restored_at, s.done_at)),
                s.result, len(s.misfits),
            )
        )  # fmt: skip
    updates = ", ".join(f"{name} = excluded.{name}" for name in _STATE[2:])
    cur.executemany(
        f"INSERT INTO work_order_state ({', '.join(_STATE)}) VALUES ({', '.join('?' * len(_STATE))}) "
        f"ON CONFLICT (office_no, id) DO UPDATE SET {updates}",
        rows,
    )


def _moment(moment: datetime | None) -> int | None:
    return None if moment is None else millis(moment)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _events(cur: Cursor, office: int, marks: str, ids: list[bytes]) -> dict[bytes, list[Event]]:
    """What happened to work orders, in no order."""
    cur.execute(
        'SELECT work_order_id, kind, "at", hlc, device, "by", "text", "data" FROM work_order_event '
        f"WHERE office_no + 0 = ? AND work_order_id IN ({marks})",
        (office, *ids),
    )
    events: dict[bytes, list[Event]] = defaultdict(list)
    for order, kind, at, hlc, device, by, text, data in cur.fetchall():
        said = json.loads(data)
        events[order].append(
            Event(kind, instant(at), hlc, device, by, text, said if isinstance(said, dict) else {})
        )
    return events


def misfits(raised: Raised, marks: str, ids: list[bytes]) -> None:
    """A work order to which something happened that no longer fits: done here, cancelled there."""
    raised.cur.execute(
        f"SELECT id FROM work_order_state WHERE misfits > 0 AND office_no = ? AND id IN ({marks})",
        (raised.office, *ids),
    )
    standing: dict[bytes, Any] = {}
    found = [id for (id,) in raised.cur.fetchall()]
    if found:
        some = ", ".join("?" * len(found))
        for order, happened in _events(raised.cur, raised.office, some, found).items():
            late = fold_order(happened).misfits
            standing[order] = {"events": [[e.kind, e.hlc, e.device] for e in late]}
    raised.derive("misfit", "work_order", ids, standing)
