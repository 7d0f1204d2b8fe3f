"""The end of an upgrade, within its transaction: what the steps could not work out is worked out, and the
tail of the journal is held against the rows: they must be what their entries say."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from typing import Any

from app.models.store import Cursor
from app.sync.entries import Body, Edit, Entry, Rows, chain, decode_body, lift
from app.sync.journal import hash_at, read_entry
from app.sync.merge import Stamp, stamps_of
from app.sync.projections import FOLLOWED, Touched
from app.sync.tables import writable

log = logging.getLogger(__name__)

ENTRIES, ROWS = 1000, 20_000
"""So many of the newest entries are looked at, or as many as hold so many rows: half a second."""

PAGE = 500


class NotTheJournal(Exception):
    """A row that is not what its entry says, or an entry that is not what was sealed."""


def settle(cur: Cursor) -> None:
    """See `app.models.database.open_database`. Projections that this release works out in another way than
    the one before, without its steps saying so, are worked out anew, all of them. NotTheJournal."""
    _renew_stale(cur)
    tail = list(_tail(cur))
    for entry, body in tail:
        _as_sealed(cur, entry)
        for rows in body.rows:
            _as_written(cur, entry, rows)
        for edit in body.edits:
            _as_edited(cur, entry, edit)
    if _moved(cur, tail):
        log.warning("projections are worked out anew: this release works them out in another way")
        for table in FOLLOWED:
            _renew(cur, table)


def _renew_stale(cur: Cursor) -> None:
    """Work out anew what stands on the tables that a step has named, for it could not do so itself."""
    cur.execute("SELECT value FROM local WHERE \"key\" = 'stale'")
    found = cur.fetchone()
    for table in json.loads(found[0]) if found else ():
        _renew(cur, table)
    cur.execute("DELETE FROM local WHERE \"key\" = 'stale'")


def _renew(cur: Cursor, table: str) -> None:
    touched = Touched()
    touched.all_of(cur, table)
    touched.refresh(cur, search=False)


def _tail(cur: Cursor) -> Iterator[tuple[Entry, Body]]:
    """The newest entries that have taken effect, with their bodies as this release reads them."""
    cur.execute(
        'SELECT e.office_no, e.device, e."number" FROM entry e WHERE NOT EXISTS (SELECT 1 FROM parked p '
        'WHERE p.office_no = e.office_no AND p.device = e.device AND p."number" = e."number") '
        f"ORDER BY e.hlc DESC, e.origin DESC LIMIT {ENTRIES}"
    )
    rows = 0
    for office, device, number in cur.fetchall():
        entry = read_entry(cur, office, device, number)
        body = lift(decode_body(entry.body), entry.schema)
        yield entry, body
        rows += sum(len(r.rows) for r in body.rows)
        if rows > ROWS:
            return


def _as_sealed(cur: Cursor, entry: Entry) -> None:
    before = hash_at(cur, entry.office_no, entry.device, entry.number - 1)
    if before is not None and chain(before, entry) != hash_at(
        cur, entry.office_no, entry.device, entry.number
    ):
        raise NotTheJournal(f"entry {entry.number} of feed {entry.device} is not what was sealed")


def _as_written(cur: Cursor, entry: Entry, rows: Rows) -> None:
    """The values with which rows were made still stand, save in fields that were changed since."""
    info = writable()[rows.table]
    card = info.kind == "card"
    stamp = ("made_hlc", "made_device", "edited") if card else ("hlc", "device")
    names = ", ".join(f'"{c}"' for c in (*stamp, *rows.columns))
    there: dict[bytes, Sequence[Any]] = {}
    for at in range(0, len(rows.rows), PAGE):
        ids = [row[0] for row in rows.rows[at : at + PAGE]]
        cur.execute(
            f'SELECT {names} FROM "{rows.table}" WHERE office_no = ? AND id IN ({", ".join("?" * len(ids))})',
            (entry.office_no, *ids),
        )
        there.update({found[len(stamp)]: found for found in cur.fetchall()})
    for row in rows.rows:
        found = there.get(row[0])
        if found is None:
            _wrong(cur, entry, rows.table, row[0], "is gone")
        elif (found[0], found[1]) == (entry.hlc, entry.origin):
            edited = found[2] if card else None
            now = stamps_of((found[0], found[1]), edited, list(rows.columns))
            for column, value, value_now, changed in zip(
                rows.columns, row, found[len(stamp) :], now, strict=True
            ):
                if value != value_now and changed == (entry.hlc, entry.origin):
                    _wrong(cur, entry, rows.table, row[0], f"has another {column}")


def _as_edited(cur: Cursor, entry: Entry, edit: Edit) -> None:
    """The values that a card was given still stand, save in fields that were changed since."""
    fields = [field[0] for field in edit.fields]
    names = ", ".join(f'"{c}"' for c in fields)
    cur.execute(
        f'SELECT made_hlc, made_device, edited, {names} FROM "{edit.table}" WHERE office_no = ? AND id = ?',
        (entry.office_no, edit.id),
    )
    found = cur.fetchone()
    if found is None:
        _wrong(cur, entry, edit.table, edit.id, "is gone")
        return
    stamps = stamps_of((found[0], found[1]), found[2], fields)
    for (field, value, *_), value_now, changed in zip(edit.fields, found[3:], stamps, strict=True):
        if value != value_now and changed == (entry.hlc, entry.origin):
            _wrong(cur, entry, edit.table, edit.id, f"has another {field}")


def _wrong(cur: Cursor, entry: Entry, table: str, id: bytes, what: str) -> None:
    """NotTheJournal, unless the head office has ruled on the entry, or a copied disk has made another of the
    same stamp: then the row may rightly say something else."""
    cur.execute("SELECT count(*) FROM ruling WHERE entry_id = ?", (entry.id,))
    ruled = cur.fetchone()[0]
    stamp: Stamp = (entry.hlc, entry.origin)
    same = 0
    for journal in ("entry", "orphan"):
        cur.execute(f"SELECT count(*) FROM {journal} WHERE hlc = ? AND origin = ?", stamp)
        same += cur.fetchone()[0]
    if not ruled and same == 1:
        raise NotTheJournal(
            f"{table} {id.hex()} {what} than entry {entry.number} of feed {entry.device} says"
        )


def _moved(cur: Cursor, tail: Sequence[tuple[Entry, Body]]) -> bool:
    """Whether what stands on the rows of these entries comes out in another way than it is."""
    touched = Touched()
    for entry, body in tail:
        touched.note(entry.office_no, body)
    cur.execute("SAVEPOINT tail")
    touched.refresh(cur, search=False)  # which also takes note of all that these keys lead to
    after = touched.worked_out(cur)
    cur.execute("ROLLBACK TO tail")
    cur.execute("RELEASE tail")
    return after != touched.worked_out(cur)
