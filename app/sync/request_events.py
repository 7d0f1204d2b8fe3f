"""What happened to requests, read from their rows with care: others may have written them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence

from app.domain.requests import Event
from app.models.base import instant
from app.models.store import Cursor


def events_of(cur: Cursor, office: int, marks: str, ids: Sequence[bytes]) -> dict[bytes, list[Event]]:
    """What happened to requests, in no order."""
    cur.execute(
        'SELECT request_id, kind, "at", hlc, device, unit_code, due, "text", "data", "by", person, '
        f"sealed FROM request_event WHERE office_no + 0 = ? AND request_id IN ({marks})",
        (office, *ids),
    )
    events: dict[bytes, list[Event]] = defaultdict(list)
    for request, kind, at, hlc, device, unit, due, text, data, by, person, sealed in cur.fetchall():
        events[request].append(
            Event(
                kind=kind,
                at=instant(at),
                hlc=hlc,
                device=device,
                by=by,
                unit=unit,
                text=text,
                due=None if due is None else instant(due),
                data=said if isinstance(said := json.loads(data), dict) else {},
                person=person,
                sealed=sealed is not None,
            )
        )
    return events
