"""The one writer of a replica. Only it holds a connection that can write."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from app.domain.clock import Clock
from app.domain.errors import AppError
from app.models.base import canonical_json
from app.models.database import trouble
from app.services.writer import Desk, Draft
from app.sync.apply import apply, apply_received
from app.sync.entries import FIRST, SCHEMA, Body, Edit, Entry, Rows, chain, encode_body
from app.sync.hlc import Hlc
from app.sync.merge import stamps_of
from app.sync.scope import heads_in_scope

Head = tuple[int, bytes]
"""The last number of a feed and its hash."""

Seen = list[tuple[int, int]]
"""Feeds and the numbers up to which an author had seen them."""

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
        self._path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
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
        self._take_up_parked()

    def listen(self, listener: Callable[[Changes], None]) -> None:
        """Have `listener` called after each transaction, on the thread that made it, which holds no lock."""
        self._listeners.append(listener)

    # -- own entries ------------------------------------------------------------------------------------

    @contextmanager
    def entry(
        self, kind: str, by: UUID | None, *, id: UUID | None = None, desk: Desk | None = None
    ) -> Iterator[Draft]:
        """See `app.services.writer.Writer.entry`. `desk` names another feed of this replica: the head office
        has one for the company and one for each office. AppError "clock.wrong" for a PC that has lost its
        time: such stamps would stand in the way for decades."""
        desk = desk or self.desk
        written: tuple[set[str], Seen] = set(), []
        # The transaction spans the draft: what it reads is what it builds on, also beside another process.
        with self._transaction() as cur, self._readers.connect() as read:
            now = self.hlc.now()
            year = now.astimezone(self._zone).year
            if not 2000 <= year <= 2099:
                raise AppError("clock.wrong", year=year)
            draft = Draft(
                read,
                desk,
                now,
                year,
                self._new_id,
                lambda table, row, fields: _stamps(read, desk.office_no, table, row, fields),
            )
            yield draft
            if not draft.empty:
                written = self._write(cur, kind, by, id or self._new_id(), draft, desk)
        tables, seen = written
        self._declared.update({(desk.device, device): number for device, number in seen})
        self._tell(tables, received=False)

    def _write(
        self, cur: sqlite3.Cursor, kind: str, by: UUID | None, id: UUID, draft: Draft, desk: Desk
    ) -> tuple[set[str], Seen]:
        body = Body(
            rows=[
                Rows(table, columns, [list(r) for r in rows]) for (table, columns), rows in draft.rows.items()
            ],
            edits=[Edit(table, row.bytes, fields) for table, row, fields in draft.edits],
        )
        cur.execute("SELECT 1 FROM entry WHERE id = ?", (id.bytes,))
        if cur.fetchone():
            raise AppError("already_saved")
        cur.execute("SELECT max(hlc) FROM entry")
        self.hlc.see(cur.fetchone()[0] or 0)
        # Only what every reader of this entry holds too: else it would wait there for ever.
        heads = heads_in_scope(cur, desk.office_no)
        number, before = heads.get(desk.device, (0, FIRST))
        seen = [
            (device, head[0])
            for device, head in sorted(heads.items())
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
        return apply(cur, [entry]), seen

    # -- received entries -------------------------------------------------------------------------------

    def receive(self, entries: Sequence[Entry], after: Head | None = None) -> Received:
        """Take entries of other feeds, in one transaction; each only right after its predecessor, and when
        what its author had seen is here. `after` is what goes before them when all are of one feed and its
        owner sends them: AppError "sync.differs" when that feed went another way here."""
        known = waiting = 0
        taken: list[Entry] = []
        new: list[Entry] = []
        with self._transaction() as cur:
            heads = self.vector(cur)
            if after:
                _must_continue(cur, entries, after, heads)
            for entry in entries:
                last, before = heads.get(entry.device, (0, FIRST))
                if entry.number <= last:
                    known += 1
                    continue
                unseen = any(heads.get(d, (0, FIRST))[0] < n for d, n in entry.seen)
                if entry.number > last + 1 or unseen:
                    waiting += 1
                    continue
                hash_ = chain(before, entry)
                cur.execute("SELECT 1 FROM entry WHERE id = ?", (entry.id,))
                if cur.fetchone() is None:
                    new.append(entry)
                self._append(cur, entry, hash_)
                heads[entry.device] = (entry.number, hash_)
                self.hlc.see(entry.hlc)
                taken.append(entry)
            tables = apply_received(cur, new)
        self._tell(tables, received=True)
        return Received(len(taken), known, waiting)

    def _take_up_parked(self) -> None:
        """Apply what an older release did not understand and this one does."""
        with self._transaction() as cur:
            cur.execute(
                "SELECT p.device, p.number FROM parked p JOIN entry e ON e.device = p.device "
                "AND e.number = p.number WHERE p.reason = 'newer_release' AND e.schema <= ? "
                "ORDER BY e.hlc, e.origin",
                (SCHEMA,),
            )
            keys = cur.fetchall()
            cur.executemany("DELETE FROM parked WHERE device = ? AND number = ?", keys)
            apply_received(cur, [read_entry(cur, *key) for key in keys])

    # -- the journal ------------------------------------------------------------------------------------

    def vector(self, cur: sqlite3.Cursor | None = None) -> dict[int, Head]:
        """The head of each feed that this replica holds."""
        with self._lock:
            cur = cur or self._connection.cursor()
            cur.execute("SELECT device, last, hash FROM feed")
            return {device: (last, hash_) for device, last, hash_ in cur.fetchall()}

    def set_local(self, key: str, value: Any) -> None:
        """Keep what this desktop knows about itself."""
        with self._transaction() as cur:
            cur.execute(
                "INSERT INTO local (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET "
                "value = excluded.value",
                (key, canonical_json(value)),
            )

    def execute_local(self, sql: str, values: Sequence[Any]) -> None:
        """Write a local table (drafts): nothing that is sent."""
        with self._transaction() as cur:
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
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        with self._lock:
            if self._connection.in_transaction:
                raise RuntimeError("one transaction at a time: an entry within an entry has the same numbers")
            cur = self._connection.cursor()
            try:
                cur.execute("BEGIN IMMEDIATE")
                yield cur
                cur.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    cur.execute("ROLLBACK")
                cause = error.orig if isinstance(error, DBAPIError) else error
                named = trouble(cause, self._path) if isinstance(cause, sqlite3.Error) else None
                if named is None:
                    raise
                raise named from error

    def _tell(self, tables: set[str], *, received: bool) -> None:
        if tables:
            for listener in self._listeners:
                listener(Changes(frozenset(tables), received))


def _must_continue(
    cur: sqlite3.Cursor, entries: Sequence[Entry], after: Head, heads: dict[int, Head]
) -> None:
    number, hash_ = after
    for entry in entries:
        if entry.number != number + 1 or number >= heads.get(entry.device, (0, FIRST))[0]:
            break
        number, hash_ = entry.number, chain(hash_, entry)
    for device in {e.device for e in entries}:
        cur.execute("SELECT hash FROM entry WHERE device = ? AND number = ?", (device, number))
        found = cur.fetchone()
        if found is not None and found[0] != hash_:
            raise AppError("sync.differs", feeds=device)


def _stamps(
    read: Connection, office_no: int, table: str, row: UUID, fields: list[str]
) -> list[tuple[int, int]]:
    found = read.exec_driver_sql(
        f'SELECT made_hlc, made_device, edited FROM "{table}" WHERE office_no = ? AND id = ?',
        (office_no, row.bytes),
    ).one()
    return stamps_of((found[0], found[1]), found[2], fields)


_COLUMNS = "device, number, id, origin, hlc, office_no, kind, by, schema, seen, body"


def read_entry(cur: Any, device: int, number: int) -> Entry:
    """An entry of the journal."""
    cur.execute(f"SELECT {_COLUMNS} FROM entry WHERE device = ? AND number = ?", (device, number))
    return _entry(cur.fetchone())


def read_feed(cur: Any, device: int, after: int, limit: int) -> list[Entry]:
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
