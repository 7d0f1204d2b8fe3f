"""Where requests stand: the projection of what happened to them, folded by `app/domain/requests.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.requests import ALARMS, fold_request
from app.models.base import millis
from app.models.store import Cursor
from app.sync import payouts
from app.sync.exceptions import Raised
from app.sync.request_events import events_of

_STATE = (
    "office_no", "id", "code", "type_code", "customer_id", "received_at", "received_by", "channel", "area",
    "state", "unit_code", "person", "step", "step_due", "due", "held_at", "warn_at", "head_at", "leader_at",
    "company_at", "asked", "incident_id", "outcome", "cause", "answered_at", "told_at", "closed_at", "score",
    "reopened", "misfits", "moved_hlc", "moved_by",
)  # fmt: skip


def fold(cur: Cursor, office: int, marks: str, ids: list[bytes]) -> None:
    cur.execute(
        "SELECT id, code, type_code, customer_id, received_at, received_by, channel, area, hlc FROM request "
        f"WHERE office_no = ? AND id IN ({marks})",
        (office, *ids),
    )
    made = {id: row for id, *row in cur.fetchall()}
    rows = []
    for request, happened in events_of(cur, office, marks, ids).items():
        # Of a request that takes no effect what happened to it is kept all the same.
        code, kind, customer, received_at, by, channel, area, hlc = made.get(
            request, ("", "", None, 0, request, "", None, 0)
        )
        s = fold_request(happened)
        linked = _id(s.customer)
        alarms = (s.alarms.get(name) for name in ALARMS)
        rows.append(
            (
                office, request, code, kind, linked or customer, received_at, by, channel, area,
                s.state, s.unit, s.person, s.step, s.step_due, _moment(s.due), _moment(s.held_at), *alarms,
                "".join(f"|{unit}" for unit in s.asked) + "|" if s.asked else None,
                _id(s.incident), s.outcome, s.cause,
                *map(_moment, (s.answered_at, s.told_at, s.closed_at)), s.score, s.reopened, len(s.misfits),
                s.moved.hlc if s.moved else hlc, s.moved.by if s.moved else by,
            )
        )  # fmt: skip
    updates = ", ".join(f"{name} = excluded.{name}" for name in _STATE[2:])
    cur.executemany(
        f"INSERT INTO request_state ({', '.join(_STATE)}) VALUES ({', '.join('?' * len(_STATE))}) "
        f"ON CONFLICT (office_no, id) DO UPDATE SET {updates}",
        rows,
    )


def _moment(moment: datetime | None) -> int | None:
    return None if moment is None else millis(moment)


def _id(text: str | None) -> bytes | None:
    """An id from its 32 hexadecimal digits; None of anything else."""
    try:
        return UUID(hex=text or "").bytes
    except ValueError:
        return None


def misfits(raised: Raised, marks: str, ids: list[bytes]) -> None:
    """A request to which something happened that no longer fits. That it was paid out once more is told by
    an exception of its own (`payouts.raise_wrong`)."""
    raised.cur.execute(
        f"SELECT id FROM request_state WHERE misfits > 0 AND office_no = ? AND id IN ({marks})",
        (raised.office, *ids),
    )
    standing: dict[bytes, Any] = {}
    found = [id for (id,) in raised.cur.fetchall()]
    if found:
        some = ", ".join("?" * len(found))
        paid = payouts.of_requests(raised.cur, raised.office, some, found)
        for request, happened in events_of(raised.cur, raised.office, some, found).items():
            again = {(hlc, device) for _, hlc, device, *_ in paid.get(request, [])[1:]}
            late = [e for e in fold_request(happened).misfits if (e.hlc, e.device) not in again]
            if late:
                standing[request] = {"events": [[e.kind, e.hlc, e.device] for e in late]}
    raised.derive("misfit", "request", ids, standing)
