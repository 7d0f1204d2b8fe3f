"""A new desk's database from a snapshot."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Sequence
from datetime import datetime
from itertools import chain as flat
from pathlib import Path
from typing import Any

import msgspec

from app.models import sqlite
from app.models.database import HEAD, open_database, trouble_told
from app.models.keys import Key
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

TOGETHER = 30
"""Rows by one statement: with them, no table has more values than every SQLite takes."""


ROWS, INDEXES, SEARCH = 5, 1, 2
"""Of the time that it takes, about."""


def install(
    packed: Path,
    to: Path,
    device: int,
    now: datetime,
    key: Key | None = None,
    far: Callable[[int, int], object] = lambda done, total: None,
) -> None:
    """Make a desk's database at `to`, where none is, from the snapshot in `packed`, encrypted with `key` if
    one is given; `device` is the desk's own. BadSnapshot; AppError as `open_database`. What was cut short is
    no database: it has to be made under another name than it is used by."""
    database = open_database(to, now, key)
    try:
        with trouble_told(to):
            write = database.write
            write.execute("PRAGMA journal_mode = DELETE")
            for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -32000"):
                write.execute(f"PRAGMA {setting}")
            cur = write.cursor()
            cur.execute("BEGIN")
            try:
                _install(cur, packed, device, far)
            except (LookupError, ValueError, TypeError, OverflowError) as error:
                raise BadSnapshot("holds what no snapshot holds") from error
            except sqlite.errors() as error:
                if database.at_fault(error):
                    raise BadSnapshot("holds rows that do not fit") from error
                raise
            cur.execute("COMMIT")
    finally:
        database.close()


def _install(cur: sqlite.Cursor, packed: Path, device: int, far: Callable[[int, int], object]) -> None:
    size = packed.stat().st_size
    total = size * (ROWS + INDEXES + SEARCH)
    indexes = cur.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    statistics = cur.execute("SELECT tbl, idx, stat FROM sqlite_stat1").fetchall()
    for name, _ in indexes:
        cur.execute(f'DROP INDEX "{name}"')
    taking = _Taking(cur)
    for block in blocks_of(packed, lambda read: far(read * ROWS, total)):
        taking.take(block)
    taking.check()
    far(size * ROWS, total)
    for _, sql in indexes:
        cur.execute(sql)
    far(size * (ROWS + INDEXES), total)
    cur.execute("DELETE FROM sqlite_stat1")  # which went with the indexes, in part
    cur.executemany("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", statistics)
    for office in {feed.office_no for feed in taking.feeds}:
        ids = cur.execute("SELECT id FROM customer WHERE office_no = ?", (office,)).fetchall()
        touched = Touched()
        touched.note(office, Body([Rows("customer", ("id",), ids)], []))
        touched.refresh(cur)
    known = {"digest.schema": SCHEMA}  # the digests are the head office's
    if any(feed.device == device for feed in taking.feeds):
        known[RESTORED] = device
    cur.executemany(
        'INSERT INTO local ("key", value) VALUES (?, ?)', [(k, json.dumps(v)) for k, v in known.items()]
    )


class _Taking:
    """Writes block after block."""

    def __init__(self, cur: sqlite.Cursor) -> None:
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
            self._insert("INSERT", *self._rows(block.group, filled()))
        elif isinstance(block, Changed):
            self._insert("INSERT OR REPLACE", *self._rows(block.group, writable()))
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
        self._insert("INSERT", "entry", (*journal.COLUMNS, "hash"), entries)
        for part in parts:
            info = writable()[part.group.table]
            if len(part.hlcs) != len(part.rows) or not set(part.group.names) <= set(info.columns):
                raise BadSnapshot("rows of no entry, or of no table")
            columns = dict(zip(part.group.names, part.columns, strict=True))
            made = in_table(info, office, columns, part.hlcs, part.origins)
            # Of two with one id the first stays; what differs then is corrected.
            self._insert("INSERT OR IGNORE", info.name, digested(info), list(made))

    def _insert(self, how: str, table: str, names: Sequence[str], rows: list[Row]) -> None:
        """Several rows by each statement, which takes a fifth less time."""
        columns = ", ".join(f'"{c}"' for c in names)
        start = f'{how} INTO "{table}" ({columns}) VALUES '
        one = f"({', '.join('?' * len(names))})"
        whole = len(rows) // TOGETHER * TOGETHER
        self._cur.executemany(
            start + ", ".join([one] * TOGETHER),
            (list(flat.from_iterable(rows[at : at + TOGETHER])) for at in range(0, whole, TOGETHER)),
        )
        self._cur.executemany(start + one, rows[whole:])


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
