"""Apply: the only way a row of the database comes to be. Own entries and received ones pass through here."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.sync.entries import SCHEMA, Body, Entry, decode_body
from app.sync.merge import Cursor, card_again, edit_card, fact_again
from app.sync.projections import Touched
from app.sync.tables import writable

HUB = 1
"""The feed of the head office for the whole company."""


def apply(cur: Cursor, entries: Iterable[tuple[Entry, Body | None]]) -> Touched:
    """Apply entries, whose journal rows are there already, in this order; then work out what they touch.

    An entry that this release does not understand, or that writes what its author may not, is parked: it
    stays in the journal and blocks no other.
    """
    touched = Touched()
    for entry, ready in entries:
        reason = _refusal(cur, entry)
        body = ready
        if reason is None and body is None:
            try:
                body = decode_body(entry.body)
            except (msgspec.DecodeError, msgspec.ValidationError):
                reason = "unreadable"
        if reason is None and body is not None:
            reason = _unknown(cur, entry, body)
        if reason is not None or body is None:
            cur.execute(
                "INSERT INTO parked (device, number, reason) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (entry.device, entry.number, reason),
            )
            continue
        _write(cur, entry, body)
        touched.note(cur, entry.office_no, body)
    touched.refresh(cur)
    return touched


def _refusal(cur: Cursor, entry: Entry) -> str | None:
    return "newer_release" if entry.schema > SCHEMA else None


def _unknown(cur: Cursor, entry: Entry, body: Body) -> str | None:
    tables = writable()
    writes_owned = False
    for rows in body.rows:
        info = tables.get(rows.table)
        if info is None or rows.columns[:1] != ("id",) or not set(rows.columns) <= set(info.columns):
            return "unknown_table"
        if any(len(r) != len(rows.columns) or not isinstance(r[0], bytes) for r in rows.rows):
            return "unreadable"
        writes_owned = writes_owned or info.owned
    for edit in body.edits:
        info = tables.get(edit.table)
        if info is None or info.kind != "card" or not {f[0] for f in edit.fields} <= set(info.columns[1:]):
            return "unknown_table"
        writes_owned = writes_owned or info.owned
    return "not_the_head_office" if writes_owned and not is_hub(cur, entry.origin) else None


def is_hub(cur: Cursor, device: int) -> bool:
    """Whether a feed is the head office's."""
    if device == HUB:
        return True
    cur.execute("SELECT 1 FROM device WHERE number = ? AND kind = 'hub'", (device,))
    return cur.fetchone() is not None


def _write(cur: Cursor, entry: Entry, body: Body) -> None:
    stamp = (entry.hlc, entry.origin)
    head = (entry.office_no, *stamp)
    for rows in body.rows:
        info = writable()[rows.table]
        sql = info.insert(rows.columns)
        cur.executemany(sql, [(*head, *row) for row in rows.rows])
        if cur.rowcount < len(rows.rows):
            again = fact_again if info.kind == "fact" else card_again
            for row in rows.rows:
                again(cur, info, rows.columns, row, entry.office_no, stamp)
    for edit in body.edits:
        edit_card(cur, edit, entry.office_no, stamp)
