"""The one writer of a replica. Only it holds a connection that can write."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine
from uuid_utils.compat import uuid7

from app.domain.clock import Clock
from app.domain.errors import AppError
from app.models.base import canonical_json
from app.services.writer import Desk, Draft
from app.sync.apply import apply
from app.sync.entries import FIRST, SCHEMA, Body, Edit, Entry, Rows, chain, encode_body
from app.sync.hlc import Hlc
from app.sync.merge import stamps_of

Head = tuple[int, bytes]
"""The last number of a feed and its hash."""

_INSERT = (
    "INSERT INTO entry (device, number, id, origin, hlc, office_no, kind, by, schema, seen, body, hash) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a transaction wrote: tables, and whether it came from another replica."""

    tables: frozenset[str]
    received: bool


@dataclass(frozen=True, slots=True)
class Received:
    """What became of entries that another replica sent."""

    taken: int
    known: int
    waiting: int
    """Those that come after a hole, or whose author had seen what is not here yet: they will come again."""


class JournalWriter:
    """Appends entries to the journal and applies them, one transaction each; safe to call from any thread."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        readers: Engine,
        desk: Desk,
        clock: Clock,
        zone: tzinfo,
        new_id: Callable[[], UUID] = uuid7,
    ) -> None:
        self.desk = desk
        self._connection = connection
        self._readers = readers
        self._zone = zone
        self._new_id = new_id
        self._lock = threading.RLock()
        self._listeners: list[Callable[[Changes], None]] = []
        cur = connection.cursor()
        cur.execute("SELECT max(hlc) FROM entry")
        self.hlc = Hlc(clock, cur.fetchone()[0] or 0)
        self._declared: dict[tuple[int, int], int] = {}
        """(own feed, feed) -> number declared as seen since the start: the first entry declares all anew."""

    def listen(self, listener: Callable[[Changes], None]) -> None:
        """Have `listener` called after each transaction, on the thread that made it."""
        self._listeners.append(listener)

    # -- own entries ------------------------------------------------------------------------------------

    @contextmanager
    def entry(
        self, kind: str, by: UUID | None, *, id: UUID | None = None, desk: Desk | None = None
    ) -> Iterator[Draft]:
        """See `app.services.writer.Writer.entry`. `desk` names another feed of this replica: the head office
        has one for the company and one for each office."""
        desk = desk or self.desk
        with self._lock, self._readers.connect() as read:
            now = self.hlc.now()
            draft = Draft(
                read,
                desk,
                now,
                now.astimezone(self._zone).year,
                self._new_id,
                lambda table, row, fields: _stamps(read, desk.office_no, table, row, fields),
            )
            yield draft
            read.rollback()
            if not draft.empty:
                self._commit(kind, by, id or self._new_id(), draft, desk)

    def _commit(self, kind: str, by: UUID | None, id: UUID, draft: Draft, desk: Desk) -> None:
        body = Body(
            rows=[Rows(table, columns, [list(r) for r in rows]) for (table, columns), rows in draft.rows.items()],
            edits=[Edit(table, row.bytes, fields) for table, row, fields in draft.edits],
        )
        with self._transaction(received=False) as (cur, tables):
            cur.execute("SELECT 1 FROM entry WHERE id = ?", (id.bytes,))
            if cur.fetchone():
                raise AppError("already_saved")
            vector = self.vector(cur)
            number, before = vector.get(desk.device, (0, FIRST))
            seen = [
                (device, head[0])
                for device, head in sorted(vector.items())
                if device != desk.device and self._declared.get((desk.device, device)) != head[0]
            ]
            entry = Entry(
                device=desk.device,
                number=number + 1,
                id=id.bytes,
                origin=desk.device,
                hlc=self.hlc.tick(),
                office_no=desk.office_no,
                kind=kind,
                by=None if by is None else by.bytes,
                schema=SCHEMA,
                seen=seen,
                body=encode_body(body),
            )
            self._append(cur, entry, chain(before, entry))
            tables |= apply(cur, [(entry, body)]).tables
        self._declared.update({(desk.device, device): number for device, number in seen})

    # -- received entries -------------------------------------------------------------------------------

    def receive(self, entries: Sequence[Entry]) -> Received:
        """Take entries of other feeds, in one transaction; each only right after its predecessor, and when
        what its author had seen is here."""
        known = waiting = 0
        taken: list[tuple[Entry, Body | None]] = []
        with self._transaction(received=True) as (cur, tables):
            heads = self.vector(cur)
            for entry in entries:
                last, before = heads.get(entry.device, (0, FIRST))
                if entry.number <= last:
                    known += 1
                    continue
                unseen = any(heads.get(d, (0, FIRST))[0] < n for d, n in entry.seen)
                if entry.number > last + 1 or unseen:
                    waiting += 1
                    continue
                after = chain(before, entry)
                cur.execute("SELECT 1 FROM entry WHERE id = ?", (entry.id,))
                twice = cur.fetchone() is not None
                self._append(cur, entry, after)
                heads[entry.device] = (entry.number, after)
                self.hlc.see(entry.hlc)
                if not twice:
                    taken.append((entry, None))
            tables |= apply(cur, taken).tables
        return Received(len(taken), known, waiting)

    # -- the journal ------------------------------------------------------------------------------------

    def vector(self, cur: sqlite3.Cursor | None = None) -> dict[int, Head]:
        """The head of each feed that this replica holds."""
        with self._lock:
            cur = cur or self._connection.cursor()
            cur.execute("SELECT device, last, hash FROM feed")
            return {device: (last, hash_) for device, last, hash_ in cur.fetchall()}

    def set_local(self, key: str, value: Any) -> None:
        """Keep what this desktop knows about itself."""
        with self._transaction(received=False) as (cur, _):
            cur.execute(
                "INSERT INTO local (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET "
                "value = excluded.value",
                (key, canonical_json(value)),
            )

    def execute_local(self, sql: str, values: Sequence[Any]) -> None:
        """Write a local table (drafts): nothing that is sent."""
        with self._transaction(received=False) as (cur, _):
            cur.execute(sql, values)

    def close(self) -> None:
        """Let go of the database; what was committed is kept."""
        with self._lock:
            self._connection.close()

    def _append(self, cur: sqlite3.Cursor, e: Entry, hash_: bytes) -> None:
        seen = encode_seen(e.seen)
        cur.execute(
            _INSERT,
            (
                e.device, e.number, e.id, e.origin, e.hlc, e.office_no, e.kind, e.by, e.schema, seen, e.body,
                hash_,
            ),
        )  # fmt: skip
        cur.execute(
            "INSERT INTO feed (device, office_no, last, hash) VALUES (?, ?, ?, ?) ON CONFLICT (device) "
            "DO UPDATE SET last = excluded.last, hash = excluded.hash",
            (e.device, e.office_no, e.number, hash_),
        )

    @contextmanager
    def _transaction(self, *, received: bool) -> Iterator[tuple[sqlite3.Cursor, set[str]]]:
        tables: set[str] = set()
        with self._lock:
            cur = self._connection.cursor()
            try:
                cur.execute("BEGIN IMMEDIATE")
                yield cur, tables
                cur.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    cur.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError):
                    raise _kept_out(error) from error
                raise
        if tables:
            for listener in self._listeners:
                listener(Changes(frozenset(tables), received))


def _stamps(
    read: Connection, office_no: int, table: str, row: UUID, fields: list[str]
) -> list[tuple[int, int]]:
    found = read.exec_driver_sql(
        f'SELECT made_hlc, made_device, edited FROM "{table}" WHERE office_no = ? AND id = ?',
        (office_no, row.bytes),
    ).one()
    return stamps_of((found[0], found[1]), found[2], fields)


_COLUMNS = "device, number, id, origin, hlc, office_no, kind, by, schema, seen, body"


def read_entry(cur: sqlite3.Cursor, device: int, number: int) -> Entry:
    """An entry of the journal."""
    cur.execute(f"SELECT {_COLUMNS} FROM entry WHERE device = ? AND number = ?", (device, number))
    return _entry(cur.fetchone())


def read_feed(cur: sqlite3.Cursor, device: int, after: int, limit: int) -> list[Entry]:
    """Up to `limit` entries of a feed after a number, in order."""
    cur.execute(
        f"SELECT {_COLUMNS} FROM entry WHERE device = ? AND number > ? ORDER BY number LIMIT ?",
        (device, after, limit),
    )
    return [_entry(row) for row in cur.fetchall()]


def _entry(row: tuple[Any, ...]) -> Entry:
    device, number, id, origin, hlc, office_no, kind, by, schema, seen, body = row
    told = [(d, n) for d, n in json.loads(seen)]
    return Entry(device, number, id, origin, hlc, office_no, kind, by, schema, told, body)


def encode_seen(seen: list[tuple[int, int]]) -> bytes:
    """The `seen` column of the journal."""
    return canonical_json(seen).encode()


def _kept_out(error: sqlite3.OperationalError) -> Exception:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL"):
        return AppError("disk.full")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_IOERR")):
        return AppError("folder.not_writable")
    if name.startswith("SQLITE_BUSY"):
        return AppError("database.busy")
    return error
