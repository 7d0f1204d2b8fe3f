"""Apply: the only way a row of the database comes to be. Own entries and received ones pass through here."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from app.domain.errors import AppError
from app.sync.entries import SCHEMA, Body, Entry, decode_body
from app.sync.merge import Cursor, card_again, edit_card, fact_again
from app.sync.projections import Touched
from app.sync.tables import writable

log = logging.getLogger(__name__)

HUB = 1
"""The feed of the head office for the whole company."""

RAW = {int, str, bytes, type(None)}
"""What a row's values may be."""

_AT_FAULT = (
    sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError, sqlite3.DataError,
    LookupError, ValueError, TypeError, ArithmeticError, AttributeError, AppError,
)  # fmt: skip
"""What an entry may raise that no desk of ours has written."""


def apply(cur: Cursor, entries: Iterable[Entry]) -> set[str]:
    """Apply entries, whose journal rows are there already, in this order; then work out what they touch.
    Returns the tables that were written.

    An entry that this release does not understand, or that writes what its author may not, is parked: it
    stays in the journal and blocks no other.
    """
    touched = Touched()
    for entry in entries:
        body, reason = _understood(cur, entry)
        if body is None:
            park(cur, entry, reason)
            continue
        _write(cur, entry, body, touched)
        touched.note(entry.office_no, body)
    touched.refresh(cur)
    return touched.tables


def apply_received(cur: Cursor, entries: Sequence[Entry]) -> set[str]:
    """`apply` for others' entries: one that cannot be applied is parked alone, whatever is wrong with it."""
    try:
        with _whole_or_nothing(cur):
            return apply(cur, entries)
    except (*_AT_FAULT, sqlite3.OperationalError) as error:
        if not _is_the_entrys(error):
            raise
    tables: set[str] = set()
    for entry in entries:
        try:
            with _whole_or_nothing(cur):
                tables |= apply(cur, [entry])
        except (*_AT_FAULT, sqlite3.OperationalError) as error:
            if not _is_the_entrys(error):
                raise
            log.warning("entry %d of feed %d cannot be applied", entry.number, entry.device, exc_info=True)
            park(cur, entry, "cannot_apply")
    return tables


def park(cur: Cursor, entry: Entry, reason: str) -> None:
    """Keep an entry aside, with the reason."""
    cur.execute(
        "INSERT INTO parked (device, number, reason) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (entry.device, entry.number, reason),
    )


@contextmanager
def _whole_or_nothing(cur: Cursor) -> Iterator[None]:
    cur.execute("SAVEPOINT entries")
    try:
        yield
    except BaseException:
        if cur.connection.in_transaction:  # a full disk has ended it already
            cur.execute("ROLLBACK TO entries")
            cur.execute("RELEASE entries")
        raise
    cur.execute("RELEASE entries")


def _is_the_entrys(error: Exception) -> bool:
    """Whether the entry is at fault, not the disk: of SQLite's operational errors, a sum that overflows."""
    return not isinstance(error, sqlite3.OperationalError) or error.sqlite_errorname == "SQLITE_ERROR"


def _understood(cur: Cursor, entry: Entry) -> tuple[Body | None, str]:
    """The body, or why it is not applied."""
    if entry.schema > SCHEMA:
        return None, "newer_release"
    try:
        body = decode_body(entry.body)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
        return None, "unreadable"
    reason = _unknown(cur, entry, body)
    return (None, reason) if reason else (body, "")


def _unknown(cur: Cursor, entry: Entry, body: Body) -> str:
    tables = writable()
    writes_owned = False
    for rows in body.rows:
        info = tables.get(rows.table)
        if info is None or rows.columns[:1] != ("id",) or not set(rows.columns) <= set(info.columns):
            return "unknown_table"
        if not all(
            len(r) == len(rows.columns) and type(r[0]) is bytes and len(r[0]) == 16 for r in rows.rows
        ):
            return "unreadable"
        if any(set(map(type, column)) - RAW for column in zip(*rows.rows, strict=True)):
            return "unreadable"
        writes_owned = writes_owned or info.owned
    for edit in body.edits:
        info = tables.get(edit.table)
        if info is None or info.kind != "card" or not {f[0] for f in edit.fields} <= set(info.columns[1:]):
            return "unknown_table"
        if any(type(f[1]) not in RAW for f in edit.fields):
            return "unreadable"
        writes_owned = writes_owned or info.owned
    return "not_the_head_office" if writes_owned and not is_hub(cur, entry.origin) else ""


def is_hub(cur: Cursor, device: int) -> bool:
    """Whether a feed is the head office's."""
    if device == HUB:
        return True
    cur.execute("SELECT 1 FROM device WHERE number = ? AND kind = 'hub'", (device,))
    return cur.fetchone() is not None


def _write(cur: Cursor, entry: Entry, body: Body, touched: Touched) -> None:
    office = entry.office_no
    stamp = (entry.hlc, entry.origin)
    head = (office, *stamp)
    for rows in body.rows:
        info = writable()[rows.table]
        cur.executemany(info.insert(rows.columns), [(*head, *row) for row in rows.rows])
        if cur.rowcount < len(rows.rows):
            touched.moving(cur, office, rows.table, [row[0] for row in rows.rows])
            again = fact_again if info.kind == "fact" else card_again
            for row in rows.rows:
                again(cur, info, rows.columns, row, office, stamp)
    for edit in body.edits:
        touched.moving(cur, office, edit.table, [edit.id], {f[0] for f in edit.fields})
        edit_card(cur, edit, office, stamp)
