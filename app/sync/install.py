"""A new desk's database from a snapshot."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Container, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from app.models.database import HEAD, Database, open_database, trouble_told
from app.models.store import Row
from app.sync import journal
from app.sync.client import RESTORED
from app.sync.columns import Group, Unpacker
from app.sync.digest import digested
from app.sync.entries import SCHEMA, Body, Edit, Entry, Rows, chain, encode_body
from app.sync.feeds import NONE, Head
from app.sync.hlc import COUNTER_BITS
from app.sync.projections import Touched
from app.sync.snapshot import (
    BadSnapshot,
    Block,
    Changed,
    Entries,
    FeedHead,
    Filled,
    Heading,
    blocks_of,
    columns_of,
    filled,
    in_table,
)
from app.sync.tables import writable


def install(packed: Path, to: Path, device: int, now: datetime) -> None:
    """Make a desk's database at `to`, where none is, from the snapshot in `packed`; `device` is the desk's
    own. BadSnapshot; AppError as `open_database`. What was cut short is no database: it has to be made under
    another name than it is used by."""
    database = open_database(to, now)
    try:
        with trouble_told(to):
            write = database.write
            write.execute("PRAGMA journal_mode = DELETE")
            for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -32000"):
                write.execute(f"PRAGMA {setting}")
            cur = write.cursor()
            cur.execute("BEGIN")
            try:
                _install(database, cur, packed, device)
            except (LookupError, ValueError, TypeError, OverflowError) as error:
                raise BadSnapshot("holds what no snapshot holds") from error
            except sqlite3.Error as error:
                if database.at_fault(error):
                    raise BadSnapshot("holds rows that do not fit") from error
                raise
            cur.execute("COMMIT")
    finally:
        database.close()


def _install(database: Database, cur: sqlite3.Cursor, packed: Path, device: int) -> None:
    indexes = cur.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    statistics = cur.execute("SELECT tbl, idx, stat FROM sqlite_stat1").fetchall()
    for name, _ in indexes:
        cur.execute(f'DROP INDEX "{name}"')
    taking = _Taking(database, cur)
    for block in blocks_of(packed):
        taking.take(block)
    taking.check()
    for _, sql in indexes:
        cur.execute(sql)
    cur.execute("DELETE FROM sqlite_stat1")  # which went with the indexes, in part
    cur.executemany("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", statistics)
    for office in {feed.office_no for feed in taking.feeds}:
        ids = cur.execute("SELECT id FROM customer WHERE office_no = ?", (office,)).fetchall()
        touched = Touched()
        touched.note(office, Body([Rows("customer", ("id",), ids)], []))
        touched.refresh(cur)
    if any(feed.device == device for feed in taking.feeds):
        cur.execute('INSERT INTO local ("key", value) VALUES (?, ?)', (RESTORED, json.dumps(device)))


class _Taking:
    """Writes block after block."""

    def __init__(self, database: Database, cur: sqlite3.Cursor) -> None:
        self._database = database
        self._cur = cur
        self._unpacker = Unpacker()
        self._heads: dict[tuple[int, int], Head] = {}
        self.feeds: list[FeedHead] = []

    def take(self, block: Block) -> None:
        """Write what a block holds. BadSnapshot, or what SQLite says of rows that do not fit."""
        if isinstance(block, Heading):
            if (block.revision, block.schema) != (HEAD, SCHEMA) or self.feeds:
                raise BadSnapshot("of another release")
            self.feeds = block.feeds
        elif isinstance(block, Entries):
            self._entries(block)
        elif isinstance(block, Filled):
            self._database.add(self._cur, *self._rows(block.group, filled()))
        elif isinstance(block, Changed):
            table, names, rows = self._rows(block.group, writable())
            self._cur.executemany(f"INSERT OR REPLACE INTO {_into(table, names)}", rows)
        else:
            if block.table not in writable():
                raise BadSnapshot("an unknown table")
            self._cur.executemany(
                f'DELETE FROM "{block.table}" WHERE office_no = ? AND id = ?',
                [(block.office_no, id) for id in block.ids],
            )

    def check(self) -> None:
        """Whether every feed has come to the head that the heading says; then write the heads."""
        wanted = {(f.office_no, f.device): (f.last, f.hash) for f in self.feeds}
        if self._heads != wanted:
            raise BadSnapshot("a feed does not end as it should")
        for feed in self.feeds:
            self._cur.execute(
                'INSERT INTO feed (office_no, device, "last", hash) VALUES (?, ?, ?, ?)',
                (feed.office_no, feed.device, feed.last, feed.hash),
            )
            journal.keep_seal(self._cur, feed.office_no, feed.device, feed.last, feed.seal)

    def _rows(self, group: Group, tables: Container[str]) -> tuple[str, tuple[str, ...], list[Row]]:
        if group.table not in tables or group.names != columns_of(group.table):
            raise BadSnapshot("an unknown table")
        return group.table, group.names, list(zip(*self._unpacker.group(group), strict=True))

    def _entries(self, block: Entries) -> None:
        device, office = block.device, block.office_no
        envelopes = zip(*self._unpacker.group(block.envelope), strict=True)
        parts = [_Part(group, self._unpacker.group(group)) for group in block.groups]
        edits = [Edit(*e) for e in zip(*self._unpacker.group(block.edits), strict=True)]
        edited = 0
        number, before = self._heads.get((office, device), NONE)
        entries: list[Row] = []
        for (id, origin, moment, counter, kind, by, schema, seen), body in zip(
            envelopes, block.bodies, strict=True
        ):
            hlc = (moment << COUNTER_BITS) + counter
            if isinstance(body, bytes):
                data = body
            else:
                rows = [parts[g].next(n, hlc, origin) for g, n in zip(body[1::2], body[2::2], strict=True)]
                data = encode_body(Body(rows, edits[edited : edited + body[0]]))
                edited += body[0]
            number += 1
            told = _seen(seen)
            entry = Entry(device, number, id, origin, hlc, office, kind, by, schema, told, data)
            before = chain(before, entry)
            entries.append((device, number, id, origin, hlc, office, kind, by, schema, seen, data, before))
        self._heads[office, device] = (number, before)
        self._database.add(self._cur, "entry", (*journal.COLUMNS, "hash"), entries)
        for part in parts:
            info = writable()[part.group.table]
            if len(part.hlcs) != len(part.rows) or not set(part.group.names) <= set(info.columns):
                raise BadSnapshot("rows of no entry, or of no table")
            columns = dict(zip(part.group.names, part.columns, strict=True))
            # Of two with one id the first stays; what differs then is corrected.
            self._cur.executemany(
                f"INSERT OR IGNORE INTO {_into(part.group.table, digested(info))}",
                in_table(info, office, columns, part.hlcs, part.origins),
            )


class _Part:
    """Rows of one table in a block, given out entry by entry; and the stamps of those entries."""

    def __init__(self, group: Group, columns: list[list[Any]]) -> None:
        self.group = group
        self.columns = columns
        self.rows: list[Row] = list(zip(*columns, strict=True))
        self.hlcs: list[int] = []
        self.origins: list[int] = []

    def next(self, count: int, hlc: int, origin: int) -> Rows:
        """The next rows, which the entry of this stamp has made."""
        at = len(self.hlcs)
        self.hlcs += [hlc] * count
        self.origins += [origin] * count
        rows: list[Any] = self.rows[at : at + count]
        return Rows(self.group.table, self.group.names, rows)


_seen = msgspec.json.Decoder(list[tuple[int, int]]).decode


def _into(table: str, names: Sequence[str]) -> str:
    marks = ", ".join("?" * len(names))
    return f'"{table}" ({", ".join(f"{chr(34)}{c}{chr(34)}" for c in names)}) VALUES ({marks})'
