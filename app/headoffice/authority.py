"""What the head office checks again of every act: whether its author may do such a thing, and whether the
clock it was stamped by can be believed. What is wrong is ruled on by an entry of the head office's own, so
that every replica knows it alike; money that changed hands is never dropped."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from app.domain.people import may
from app.models.store import Cursor
from app.sync.apply import is_hub, wrong_with
from app.sync.entries import SCHEMA, Body, Entry, Rows, decode_body, lift
from app.sync.hlc import COUNTER_BITS, Hlc
from app.sync.merge import Rulings, made_by

GRACE_MS = 7 * 86_400_000
"""A desk may be offline for a week before it hears that somebody may do no more what he could."""

ACTS: Mapping[str, tuple[str, ...]] = {
    "reversal": ("cash.reverse",),
    "bill": ("billing.run",),
    "settlement": ("exceptions.settle",),
    "reading": ("readings.enter", "readings.import", "exceptions.settle"),
    "customer": ("customers.edit", "customers.import"),
    "connection": ("customers.edit", "customers.import"),
    "meter": ("customers.edit", "customers.import"),
    "collection_point": ("cash.see_all",),
}
"""Table -> the acts of which one is needed to write it. Receipts and what belongs to a cash session are not
among them: the money is in the drawer, whoever took it."""

LATEST = 1 << 62

COLUMNS = ("id", "entry_id", "entry_hlc", "entry_origin", "verdict", "counts_hlc")


def rule(cur: Cursor, entries: Sequence[Entry], hlc: Hlc, new_id: Callable[[], UUID]) -> Body | None:
    """The rulings on new acts, as the body of an entry of the head office; None when nothing is wrong."""
    rows: list[list[Any]] = []
    ruled = _ruled(cur, [e for e in entries if hlc.wild(e.hlc)])
    for entry in entries:
        if is_hub(cur, entry.origin):
            continue
        if not _allowed(cur, entry):
            rows.append([new_id().bytes, entry.id, entry.hlc, entry.origin, "not_allowed", None])
        elif hlc.wild(entry.hlc) and (entry.hlc, entry.origin) not in ruled:
            # Each later than the one before it, so that an author's acts keep their order.
            ruled.add((entry.hlc, entry.origin))
            rows.append([new_id().bytes, entry.id, entry.hlc, entry.origin, "time", hlc.tick()])
    if not rows:
        return None
    return Body([Rows("ruling", COLUMNS, rows)], [])


def _ruled(cur: Cursor, entries: Sequence[Entry]) -> set[tuple[int, int]]:
    """Those stamps of some entries on which the head office has ruled already."""
    found = set()
    for entry in entries:
        cur.execute(
            "SELECT 1 FROM ruling WHERE office_no = ? AND entry_hlc = ? AND entry_origin = ? "
            "AND counts_hlc IS NOT NULL",
            (entry.office_no, entry.hlc, entry.origin),
        )
        if cur.fetchone():
            found.add((entry.hlc, entry.origin))
    return found


def _allowed(cur: Cursor, entry: Entry) -> bool:
    if entry.schema > SCHEMA:
        return True  # this release cannot tell; nor does it apply it
    try:
        body = lift(decode_body(entry.body), entry.schema)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
        return True
    tables = {r.table for r in body.rows} | {e.table for e in body.edits}
    wanted = [ACTS[table] for table in sorted(tables & ACTS.keys())]
    if not wanted or wrong_with(body)[0]:
        return True
    held = _roles(cur, entry)
    return all(any(may(roles, act) for act in acts for roles in held) for acts in wanted)


def _roles(cur: Cursor, entry: Entry) -> list[list[str]]:
    """The roles that the author had at the time of the act or in the week before it."""
    if entry.by is None:
        return []
    office = entry.office_no
    for of in (office, 0):
        cur.execute(
            "SELECT made_hlc, made_device, roles FROM staff WHERE office_no = ? AND id = ?", (of, entry.by)
        )
        found = cur.fetchone()
        if found is not None:
            break
    else:
        return []
    cur.execute(
        "SELECT value, hlc FROM field_change WHERE office_no = ? AND table_name = 'staff' AND row_id = ? "
        "AND field = 'roles' ORDER BY hlc, device",
        (of, entry.by),
    )
    changes = [(json.loads(json.loads(value)), hlc) for value, hlc in cur.fetchall()]
    if not changes:
        return [json.loads(found[2])]
    first = made_by(cur, "staff", entry.by, of, (found[0], found[1]), Rulings({}))["roles"]
    changes.insert(0, (json.loads(first), 0))
    since = entry.hlc - (GRACE_MS << COUNTER_BITS)
    return [
        roles
        for (roles, begun), (_, ended) in zip(changes, [*changes[1:], (None, LATEST)], strict=True)
        if begun <= entry.hlc and ended >= since
    ]
