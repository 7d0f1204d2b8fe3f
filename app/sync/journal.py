"""The journal as tables: heads, entries, seals, orphans; read and written with a cursor of a store."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from app.models.base import canonical_json
from app.models.store import Cursor, Row, Store
from app.sync.entries import SCHEMA, Entry
from app.sync.feeds import NONE, Head

COLUMNS = ("device", "number", "id", "origin", "hlc", "office_no", "kind", "by", "schema", "seen", "body")
"""An entry's, in the order of its canonical form."""

_NAMES = ", ".join(f'"{c}"' for c in COLUMNS)
PAGE = 500
SEAL_BYTES = 1 << 20
"""Between two seals that are kept there are at least so many bytes of bodies."""


# -- heads and entries ------------------------------------------------------------------------------------


def all_heads(cur: Cursor) -> dict[int, Head]:
    """The head of each feed that this replica holds."""
    cur.execute('SELECT device, "last", hash FROM feed')
    return {device: (last, hash_) for device, last, hash_ in cur.fetchall()}


def hash_at(cur: Cursor, office_no: int, device: int, number: int) -> bytes | None:
    """The hash of an entry; b"" before the first, None of what is not there."""
    if number == 0:
        return NONE[1]
    cur.execute(
        'SELECT hash FROM entry WHERE office_no = ? AND device = ? AND "number" = ?',
        (office_no, device, number),
    )
    found = cur.fetchone()
    return found[0] if found else None


def office_of(cur: Cursor, device: int) -> int | None:
    """The office for which a feed is written, of a feed that is held."""
    cur.execute("SELECT office_no FROM feed WHERE device = ?", (device,))
    found = cur.fetchone()
    return found[0] if found else None


def read_entry(cur: Cursor, office_no: int, device: int, number: int) -> Entry:
    """An entry of the journal."""
    cur.execute(
        f'SELECT {_NAMES} FROM entry WHERE office_no = ? AND device = ? AND "number" = ?',
        (office_no, device, number),
    )
    return entry_of(cur.fetchone())


def read_feed(cur: Cursor, office_no: int, device: int, after: int, limit: int) -> list[Entry]:
    """Up to `limit` entries of a feed after a number, in order."""
    cur.execute(
        f'SELECT {_NAMES} FROM entry WHERE office_no = ? AND device = ? AND "number" > ? '
        'ORDER BY "number" LIMIT ?',
        (office_no, device, after, limit),
    )
    return [entry_of(row) for row in cur.fetchall()]


def entries_from(cur: Cursor, office_no: int, device: int, after: int) -> Iterator[Entry]:
    """The entries of a feed after a number, page by page."""
    limit = 20
    while page := read_feed(cur, office_no, device, after, limit):
        yield from page
        after, limit = page[-1].number, PAGE


def entry_of(row: Row) -> Entry:
    """An entry from its columns."""
    device, number, id, origin, hlc, office_no, kind, by, schema, seen, body = row
    told = [(d, n) for d, n in json.loads(seen)]
    return Entry(device, number, id, origin, hlc, office_no, kind, by, schema, told, body)


def row_of(e: Entry) -> Row:
    """The columns of an entry."""
    seen = canonical_json(e.seen).encode()
    return (e.device, e.number, e.id, e.origin, e.hlc, e.office_no, e.kind, e.by, e.schema, seen, e.body)


def append(store: Store, cur: Cursor, entries: Sequence[tuple[Entry, bytes]]) -> None:
    """Put entries with their hashes at the ends of their feeds."""
    store.add(cur, "entry", (*COLUMNS, "hash"), [(*row_of(e), hash_) for e, hash_ in entries])
    ends = {e.device: (e.office_no, e.device, e.number, hash_) for e, hash_ in entries}
    cur.executemany(
        'INSERT INTO feed (office_no, device, "last", hash) VALUES (?, ?, ?, ?) '
        'ON CONFLICT (office_no, device) DO UPDATE SET "last" = excluded."last", hash = excluded.hash',
        list(ends.values()),
    )


def acts_there(cur: Cursor, entries: Sequence[Entry]) -> list[str | None]:
    """Of each entry, whether it is an act that the journal holds already, in whatever feed (the same id,
    stamp and body; another act under a known id is another act): None when not, "" when it took effect, or
    why it is parked."""
    by_id: dict[bytes, list[tuple[int, int, bytes, str]]] = {}
    ids = list({e.id for e in entries})
    for sql, *values in ((_ACTS,), (_ORPHANED, SCHEMA)):
        for at in range(0, len(ids), PAGE):
            some = ids[at : at + PAGE]
            cur.execute(sql.format(marks=", ".join("?" * len(some))), (*some, *values))
            for id, hlc, origin, body, reason in cur.fetchall():
                by_id.setdefault(id, []).append((hlc, origin, body, reason or ""))
    known = []
    for e in entries:
        there = by_id.setdefault(e.id, [])
        found = [reason for *act, reason in there if act == [e.hlc, e.origin, e.body]]
        known.append(None if not found else min(found))
        there.append((e.hlc, e.origin, e.body, ""))
    return known


_ACTS = (
    "SELECT e.id, e.hlc, e.origin, e.body, p.reason FROM entry e LEFT JOIN parked p "
    'ON p.office_no = e.office_no AND p.device = e.device AND p."number" = e."number" '
    "WHERE e.id IN ({marks})"
)
# What an older release has laid aside and this one understands takes effect when it is issued again.
_ORPHANED = (
    "SELECT id, hlc, origin, body, reason FROM orphan WHERE id IN ({marks}) "
    "AND NOT (coalesce(reason, '') = 'newer_release' AND schema <= ?)"
)


def parked_offices(cur: Cursor, reason: str, schema: int) -> list[int]:
    """The offices of which entries of this schema or an older one are parked for a reason."""
    cur.execute(
        "SELECT DISTINCT p.office_no FROM parked p JOIN entry e ON e.office_no = p.office_no "
        'AND e.device = p.device AND e."number" = p."number" WHERE p.reason = ? AND e.schema <= ?',
        (reason, schema),
    )
    return sorted(office for (office,) in cur.fetchall())


def parked_entries(cur: Cursor, office_no: int, reason: str, schema: int) -> list[Entry]:
    """Those of an office."""
    names = ", ".join(f'e."{c}"' for c in COLUMNS)
    cur.execute(
        f"SELECT {names} FROM entry e JOIN parked p ON p.office_no = e.office_no AND p.device = e.device "
        'AND p."number" = e."number" WHERE p.office_no = ? AND p.reason = ? AND e.schema <= ? '
        "ORDER BY e.hlc, e.origin",
        (office_no, reason, schema),
    )
    return [entry_of(row) for row in cur.fetchall()]


# -- seals ------------------------------------------------------------------------------------------------


def keep_seal(cur: Cursor, office_no: int, device: int, number: int, signature: bytes) -> None:
    """Keep a seal; the one before it goes when little lies between."""
    cur.execute(
        'SELECT "number" FROM seal WHERE office_no = ? AND device = ? AND "number" < ? '
        'ORDER BY "number" DESC LIMIT 2',
        (office_no, device, number),
    )
    before = [n for (n,) in cur.fetchall()]
    if before:
        cur.execute(
            "SELECT coalesce(sum(length(body)), 0) FROM entry WHERE office_no = ? AND device = ? "
            'AND "number" > ? AND "number" <= ?',
            (office_no, device, before[1] if len(before) > 1 else 0, number),
        )
        if cur.fetchone()[0] < SEAL_BYTES:
            cur.execute(
                'DELETE FROM seal WHERE office_no = ? AND device = ? AND "number" = ?',
                (office_no, device, before[0]),
            )
    cur.execute(
        'INSERT INTO seal (office_no, device, "number", signature) VALUES (?, ?, ?, ?) '
        'ON CONFLICT (office_no, device, "number") DO UPDATE SET signature = excluded.signature',
        (office_no, device, number, signature),
    )


def seals_after(cur: Cursor, office_no: int, device: int, number: int) -> list[tuple[int, bytes]]:
    """The seals of a feed beyond a number, in order."""
    cur.execute(
        'SELECT "number", signature FROM seal WHERE office_no = ? AND device = ? AND "number" > ? '
        'ORDER BY "number"',
        (office_no, device, number),
    )
    return [(n, signature) for n, signature in cur.fetchall()]


# -- branches that lost their place -----------------------------------------------------------------------


def give_up(store: Store, cur: Cursor, office_no: int, device: int, after: Head) -> int:
    """Move what a feed holds beyond `after` aside: the head office went another way there. Returns how many
    entries."""
    place = (office_no, device, after[0])
    cur.execute(
        f'SELECT {_NAMES}, hash FROM entry WHERE office_no = ? AND device = ? AND "number" > ? '
        'ORDER BY "number"',
        place,
    )
    rows = cur.fetchall()
    if not rows:
        return 0
    cur.execute(
        'SELECT "number", reason FROM parked WHERE office_no = ? AND device = ? AND "number" > ?', place
    )
    reasons = dict(cur.fetchall())
    seals = dict(seals_after(cur, office_no, device, after[0]))
    tip, before = rows[-1][-1], after[1]
    moved = []
    for *columns, hash_ in rows:
        moved.append((*columns, hash_, tip, before, seals.get(columns[1]), reasons.get(columns[1])))
        before = hash_
    store.add(cur, "orphan", (*COLUMNS, "hash", "tip", "before", "signature", "reason"), moved)
    for table in ("entry", "seal", "parked"):
        cur.execute(f'DELETE FROM {table} WHERE office_no = ? AND device = ? AND "number" > ?', place)
    if after[0]:
        cur.execute(
            'UPDATE feed SET "last" = ?, hash = ? WHERE office_no = ? AND device = ?',
            (*after, office_no, device),
        )
    else:
        cur.execute("DELETE FROM feed WHERE office_no = ? AND device = ?", (office_no, device))
    return len(moved)


def drop_orphans(cur: Cursor) -> None:
    """Forget branches all of whose acts have come back."""
    cur.execute("SELECT 1 FROM orphan LIMIT 1")
    if cur.fetchone() is None:
        return
    cur.execute(
        "DELETE FROM orphan WHERE NOT EXISTS (SELECT 1 FROM orphan o WHERE o.office_no = orphan.office_no "
        "AND o.tip = orphan.tip AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = o.id AND e.hlc = o.hlc "
        "AND e.origin = o.origin AND e.body = o.body))"
    )


def orphans(cur: Cursor) -> list[tuple[bytes, list[tuple[Entry, bytes, bytes | None]]]]:
    """The branches that wait to be issued again: each the hash before it and its entries, with their hash and
    the seal where there is one."""
    cur.execute(
        f'SELECT tip, before, hash, signature, {_NAMES} FROM orphan ORDER BY office_no, tip, "number"'
    )
    branches: dict[bytes, tuple[bytes, list[tuple[Entry, bytes, bytes | None]]]] = {}
    for tip, before, hash_, signature, *columns in cur.fetchall():
        branches.setdefault(tip, (before, []))[1].append((entry_of(tuple(columns)), hash_, signature))
    return list(branches.values())


def orphaned(cur: Cursor) -> int:
    """How many entries wait to be issued again."""
    cur.execute("SELECT count(*) FROM orphan")
    return int(cur.fetchone()[0])


def heads_in(cur: Cursor, office_no: int) -> dict[int, Head]:
    """The heads of the feeds that are written for one office."""
    cur.execute('SELECT device, "last", hash FROM feed WHERE office_no = ?', (office_no,))
    return {device: (last, hash_) for device, last, hash_ in cur.fetchall()}


def heads_in_scope(cur: Cursor, office_no: int) -> dict[int, Head]:
    """The heads of the feeds in an office's scope: the shared ones, the office's own and those of offices
    under it; for office 0, the company, those that everybody holds."""
    heads: dict[int, Head] = {}
    for office in offices_in_scope(cur, office_no):
        heads |= heads_in(cur, office)
    return heads


def offices_in_scope(cur: Cursor, office_no: int) -> list[int]:
    """The company, the office and all offices under it."""
    found = [0]
    new = [office_no] if office_no else []
    while new:
        found += new
        under = []
        for office in new:
            cur.execute('SELECT "number" FROM office WHERE parent_no = ?', (office,))
            under += [number for (number,) in cur.fetchall() if number not in found]
        new = under
    return sorted(found)
