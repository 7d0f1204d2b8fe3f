"""A snapshot: all that a replica of an office holds, in one file, with which a new desk begins.

It holds the journal by columns (`app/sync/columns.py`), from which the taker has the entries, byte for byte
and proved by the chains of their hashes, and at no further cost the rows as they were made; then what those
rows are by now where that is something else; then what is worked out from them. So nothing is applied again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import msgspec
from backports import zstd

from app.models import Base
from app.models.database import HEAD
from app.models.store import Cursor, Row
from app.sync import journal
from app.sync.columns import Group, Packer
from app.sync.digest import MODULUS, digested, row_hash, tables_of
from app.sync.entries import LIFTS, SCHEMA, Body, Count, decode_body, encode_body
from app.sync.hlc import COUNTER_BITS
from app.sync.tables import TableInfo, writable

WINDOW = 24
"""Powers of two: how far back zstd looks, and the memory that unpacking takes."""

PACKING: dict[int, int] = {
    zstd.CompressionParameter.compression_level: 9,
    zstd.CompressionParameter.window_log: WINDOW,
    zstd.CompressionParameter.enable_long_distance_matching: 1,
}

BLOCK = 2 << 20
"""Bytes of bodies in one block, about."""

LARGEST_BLOCK = 64 << 20
MOST_GROWTH = 100
"""No snapshot of ours unpacks to so many times its size."""

PAGE = 64
"""Entries read at once: one may hold a thousand rows."""

ROWS = 5_000
"""Rows of a table in one block."""


class BadSnapshot(Exception):
    """A file that is no snapshot of ours, or a broken one."""


# -- the file ---------------------------------------------------------------------------------------------


class FeedHead(msgspec.Struct, frozen=True, array_like=True):
    """The head of a feed, and the head office's seal of it."""

    device: Count
    office_no: Count
    last: Count
    hash: bytes
    seal: bytes


class Heading(msgspec.Struct, frozen=True, array_like=True, tag="head"):
    """The first block. The taker must have the same revision of the database and the same schema."""

    revision: str
    schema: Count
    feeds: list[FeedHead]


class Entries(msgspec.Struct, frozen=True, array_like=True, tag="entries"):
    """The next entries of a feed. A body is given by its rows in `groups` and its edits: how many edits, then
    pairs of a group and a number of rows; one whose rows are not in their tables as they were made, whole."""

    device: Count
    office_no: Count
    envelope: Group
    bodies: list[bytes | list[int]]
    groups: list[Group]
    edits: Group


class Filled(msgspec.Struct, frozen=True, array_like=True, tag="rows"):
    """Rows that are not in entries: what is worked out, seals, what is parked."""

    group: Group


class Changed(msgspec.Struct, frozen=True, array_like=True, tag="changed"):
    """Rows of entries that are not what they were made as."""

    group: Group


class Gone(msgspec.Struct, frozen=True, array_like=True, tag="gone"):
    """Rows of entries that are not there: what the head office did not allow."""

    table: str
    office_no: Count
    ids: list[bytes]


Block = Heading | Entries | Filled | Changed | Gone

ENVELOPE = ("id", "origin", "moment", "counter", "kind", "by", "schema", "seen")
EDITS = ("table", "id", "fields")

_encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[Block] = msgspec.msgpack.Decoder(Block)


def blocks_of(path: Path, far: Callable[[int], object] = lambda read: None) -> Iterator[Block]:
    """The blocks of a file, within limits; `far` hears how many bytes of the file are read. BadSnapshot."""
    room = MOST_GROWTH * path.stat().st_size + (1 << 20)
    limit: dict[int, int] = {zstd.DecompressionParameter.window_log_max: WINDOW}
    try:
        with path.open("rb") as raw, zstd.open(raw, "rb", options=limit) as file:
            while start := file.read(4):
                size = int.from_bytes(start)
                room -= size
                if room < 0 or size > LARGEST_BLOCK:
                    raise BadSnapshot("too large")
                yield _decoder.decode(file.read(size))
                far(raw.tell())
    except (zstd.ZstdError, EOFError, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise BadSnapshot("cannot be unpacked") from error


def heading_of(path: Path) -> Heading:
    """What a snapshot says of itself. BadSnapshot."""
    for block in blocks_of(path):
        if isinstance(block, Heading):
            return block
        break
    raise BadSnapshot("no heading")


# -- making it --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Made:
    """Rows of one table as entries made them, and the stamps of those entries."""

    rows: list[Sequence[Any]] = field(default_factory=list)
    hlcs: list[int] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)

    def add(self, rows: Sequence[Sequence[Any]], hlc: int, origin: int) -> None:
        self.rows += rows
        self.hlcs += [hlc] * len(rows)
        self.origins += [origin] * len(rows)

    def kept(self, office: int, table: str, names: Sequence[str]) -> Iterator[Row]:
        """The rows as they are in the table."""
        columns = dict(zip(names, zip(*self.rows, strict=True), strict=True))
        return in_table(writable()[table], office, columns, self.hlcs, self.origins)


_Groups = dict[tuple[str, tuple[str, ...]], _Made]
"""Rows by their table and its columns."""


def make(
    cur: Cursor,
    office_no: int,
    seal: Callable[[int, int, bytes], bytes],
    to: Path,
    go_on: Callable[[], None] = lambda: None,
) -> None:
    """Write the snapshot of an office, as of what `cur` reads. `seal` seals the head of a feed, by device,
    number and hash; `go_on` is called often and may raise."""
    offices = journal.offices_in_scope(cur, office_no)
    marks = ", ".join("?" * len(offices))
    cur.execute(
        f'SELECT device, office_no, "last", hash FROM feed WHERE office_no IN ({marks}) '
        "ORDER BY office_no, device",
        offices,
    )
    feeds = [
        FeedHead(device, office, last, hash_, seal(device, last, hash_))
        for device, office, last, hash_ in cur.fetchall()
    ]
    packer = Packer()
    with zstd.open(to, "wb", options=PACKING) as file:
        for block in _made_of(cur, offices, feeds, packer):
            data = _encode(block)
            file.write(len(data).to_bytes(4))
            file.write(data)
            go_on()


def _made_of(cur: Cursor, offices: list[int], feeds: list[FeedHead], packer: Packer) -> Iterator[Block]:
    yield Heading(HEAD, SCHEMA, feeds)
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for feed, entries in _journal(cur, feeds):
        made = _made_by(entries)
        yield _packed(packer, feed, entries, made)
        for (table, names), some in made.items():
            sum_ = sums[feed.office_no, table]
            sum_[0] += len(some.rows)
            sum_[1] += sum(map(row_hash, some.kept(feed.office_no, table, names)))
    yield from _corrections(cur, offices, feeds, packer, sums)
    for table in filled():
        for office in offices:
            for rows in pages(cur, table, office):
                yield Filled(packer.group(table, columns_of(table), rows))


def _journal(
    cur: Cursor, feeds: list[FeedHead], about: Sequence[str] = ()
) -> Iterator[tuple[FeedHead, list[tuple[Row, Body | None]]]]:
    """The entries of feeds in blocks, each with its body if its rows can be taken as they are; only those
    that name one of some tables, if any are given."""
    texts = [_encode(table) for table in about]
    names = ", ".join(f'"{c}"' for c in journal.COLUMNS)
    for feed in feeds:
        place = (feed.office_no, feed.device)
        cur.execute('SELECT "number" FROM parked WHERE office_no = ? AND device = ?', place)
        parked = {number for (number,) in cur.fetchall()}
        some: list[tuple[Row, Body | None]] = []
        size = number = 0
        while number < feed.last:
            cur.execute(
                f'SELECT {names} FROM entry WHERE office_no = ? AND device = ? AND "number" > ? '
                'ORDER BY "number" LIMIT ?',
                (*place, number, PAGE),
            )
            for row in cur.fetchall():
                number = row[1]
                if not texts or any(text in row[-1] for text in texts):
                    some.append((row, None if number in parked else _plain(row)))
                    size += len(row[-1])
            if size > BLOCK:
                yield feed, some
                some, size = [], 0
        if some:
            yield feed, some


def _plain(entry: Row) -> Body | None:
    """An entry's body, if what is made of its parts is this very body and this release writes its rows so."""
    schema, data = entry[8], entry[10]
    if schema > SCHEMA or any(n in LIFTS for n in range(schema, SCHEMA)):
        return None
    try:
        body = decode_body(data)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
        return None
    known = writable()
    if encode_body(body) != data or not all(r.table in known and r.rows for r in body.rows):
        return None
    return body


def _made_by(entries: list[tuple[Row, Body | None]]) -> _Groups:
    made: _Groups = {}
    for row, body in entries:
        for rows in body.rows if body else ():
            made.setdefault((rows.table, rows.columns), _Made()).add(rows.rows, row[4], row[3])
    return made


def _packed(packer: Packer, feed: FeedHead, entries: list[tuple[Row, Body | None]], made: _Groups) -> Entries:
    numbers = {key: number for number, key in enumerate(made)}
    envelopes, edits = [], []
    bodies: list[bytes | list[int]] = []
    for row, body in entries:
        _, _, id, origin, hlc, _, kind, by, schema, seen, data = row
        counter = hlc & ((1 << COUNTER_BITS) - 1)
        envelopes.append((id, origin, hlc >> COUNTER_BITS, counter, kind, by, schema, seen))
        if body is None:
            bodies.append(data)
            continue
        edits += [(edit.table, edit.id, edit.fields) for edit in body.edits]
        parts = ((numbers[rows.table, rows.columns], len(rows.rows)) for rows in body.rows)
        bodies.append([len(body.edits), *chain.from_iterable(parts)])
    return Entries(
        feed.device,
        feed.office_no,
        packer.group("entry", ENVELOPE, envelopes),
        bodies,
        [packer.group(table, names, some.rows) for (table, names), some in made.items()],
        packer.group("", EDITS, edits),
    )


def in_table(
    info: TableInfo,
    office: int,
    columns: Mapping[str, Sequence[Any]],
    hlcs: Sequence[int],
    origins: Sequence[int],
) -> Iterator[Row]:
    """Rows that entries of these stamps made, as they are in their table, in the order of `digested`; a
    column that is not named is empty."""
    given: dict[str, Iterable[Any]] = {**columns, info.head[1]: hlcs, info.head[2]: origins}
    given["office_no"] = repeat(office)
    return zip(*(given.get(name, repeat(None)) for name in digested(info)), strict=False)


def _corrections(
    cur: Cursor,
    offices: list[int],
    feeds: list[FeedHead],
    packer: Packer,
    sums: dict[tuple[int, str], list[int]],
) -> Iterator[Block]:
    """Where the rows of a table are not all as their entries made them: those that are not."""
    there = {(office, table): [rows, sum_] for office, table, rows, sum_ in tables_of(cur, offices)}
    made = {key: [rows, sum_ % MODULUS] for key, (rows, sum_) in sums.items()}
    differing = {key for key in {*there, *made} if there.get(key) != made.get(key)}
    for office in sorted({office for office, _ in differing}):
        tables = sorted(table for o, table in differing if o == office)
        hashes: dict[str, dict[bytes, int]] = {table: {} for table in tables}
        for _, entries in _journal(cur, [f for f in feeds if f.office_no == office], tables):
            for (table, names), some in _made_by(entries).items():
                if table in hashes:
                    for row in some.kept(office, table, names):
                        hashes[table].setdefault(row[_id_at(table)], row_hash(row))
        for table in tables:
            at, known = _id_at(table), hashes[table]
            names = digested(writable()[table])
            for page in pages(cur, table, office):
                if changed := [row for row in page if known.pop(row[at], None) != row_hash(row)]:
                    yield Changed(packer.group(table, names, changed))
            if known:
                yield Gone(table, office, list(known))


def _id_at(table: str) -> int:
    return digested(writable()[table]).index("id")


def columns_of(table: str) -> tuple[str, ...]:
    """A table's columns, in the order of rows here."""
    info = writable().get(table)
    return digested(info) if info else tuple(str(c.name) for c in Base.metadata.tables[table].columns)


def filled() -> list[str]:
    """The tables whose rows do not come from entries: what is worked out, save for the search, which every
    desk makes itself; seals and what is parked."""
    return [*tables_of_kinds("projection"), "parked", "seal"]


def tables_of_kinds(*kinds: str) -> list[str]:
    """The tables of some kinds whose rows belong to an office each."""
    found = []
    for mapper in Base.registry.mappers:
        table: Any = mapper.local_table
        if getattr(mapper.class_, "__kind__", "local") in kinds and "office_no" in table.columns:
            found.append(str(table.name))
    return sorted(found)


def pages(cur: Cursor, table: str, office: int, size: int = ROWS) -> Iterator[Sequence[Row]]:
    """A table's rows of an office, in the order of its key."""
    names = columns_of(table)
    key = [c.name for c in Base.metadata.tables[table].primary_key.columns if c.name != "office_no"]
    order = ", ".join(f'"{c}"' for c in key)
    sql = f'SELECT {", ".join(f"{chr(34)}{c}{chr(34)}" for c in names)} FROM "{table}" WHERE office_no = ?'
    after = f" AND ({order}) > ({', '.join('?' * len(key))})"
    at = [names.index(c) for c in key]
    last: tuple[Any, ...] = ()
    while True:
        cur.execute(f"{sql}{after if last else ''} ORDER BY {order} LIMIT ?", (office, *last, size))
        page = cur.fetchall()
        if not page:
            return
        yield page
        last = tuple(page[-1][i] for i in at)
