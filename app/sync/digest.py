"""Digests: how many rows a table has, and the sum of their hashes. Kept up by apply, so that two replicas can
see at once whether they hold the same; the canonical bytes of a row are frozen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from app.models.store import Cursor
from app.sync.entries import SCHEMA
from app.sync.tables import TableInfo, writable

MODULUS = 1 << 62
PAGE = 5000

_encode = msgspec.msgpack.Encoder().encode


def row_hash(row: Sequence[Any]) -> int:
    """The hash of a row: its office, its stamp and all its columns in the order of the model (`digested`), as
    msgpack."""
    return int.from_bytes(blake2b(_encode(row), digest_size=8).digest()) >> 2


def digested(info: TableInfo) -> tuple[str, ...]:
    """The columns that a row's hash covers, in order."""
    stamp = ("made_hlc", "made_device", "edited") if info.kind == "card" else ("hlc", "device")
    return ("office_no", *stamp, *info.columns)


class Digests:
    """What a transaction changes in them."""

    def __init__(self) -> None:
        self._changes: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])

    def add(self, office: int, table: str, rows: Iterable[Sequence[Any]], sign: int = 1) -> None:
        """Rows of a table came (`sign` 1) or went (-1)."""
        hashes = list(map(row_hash, rows))
        change = self._changes[(office, table)]
        change[0] += sign * len(hashes)
        change[1] += sign * sum(hashes)

    def keep(self, cur: Cursor) -> None:
        """Write down what has changed."""
        for (office, table), (rows, sum_) in self._changes.items():
            if rows == 0 and sum_ == 0:
                continue
            cur.execute(
                'SELECT "rows", "sum" FROM digest WHERE office_no = ? AND table_name = ?', (office, table)
            )
            before = cur.fetchone() or (0, 0)
            if before[0] + rows == 0:
                cur.execute("DELETE FROM digest WHERE office_no = ? AND table_name = ?", (office, table))
                continue
            cur.execute(
                'INSERT INTO digest (office_no, table_name, "rows", "sum") VALUES (?, ?, ?, ?) '
                'ON CONFLICT (office_no, table_name) DO UPDATE SET "rows" = excluded."rows", '
                '"sum" = excluded."sum"',
                (office, table, before[0] + rows, (before[1] + sum_) % MODULUS),
            )


def rows_of(cur: Cursor, table: str, office: int, ids: Sequence[bytes]) -> list[tuple[Any, ...]]:
    """Rows as their hashes cover them."""
    names = ", ".join(f'"{c}"' for c in digested(writable()[table]))
    found: list[tuple[Any, ...]] = []
    for at in range(0, len(ids), 500):
        some = ids[at : at + 500]
        marks = ", ".join("?" * len(some))
        cur.execute(f'SELECT {names} FROM "{table}" WHERE office_no = ? AND id IN ({marks})', (office, *some))
        found += cur.fetchall()
    return found


def hashes_in(cur: Cursor, table: str, office: int) -> Iterator[tuple[bytes, int]]:
    """The id and the hash of each row that a table holds for an office, in the order of the ids."""
    columns = digested(writable()[table])
    names, at = ", ".join(f'"{c}"' for c in columns), columns.index("id")
    last = b""
    while True:
        cur.execute(
            f'SELECT {names} FROM "{table}" WHERE office_no = ? AND id > ? ORDER BY id LIMIT {PAGE}',
            (office, last),
        )
        page = cur.fetchall()
        for row in page:
            yield row[at], row_hash(row)
        if len(page) < PAGE:
            return
        last = page[-1][at]


def tables_now(cur: Cursor, offices: Sequence[int]) -> list[tuple[int, str, int, int]]:
    """As `tables_of`, worked out from the rows as they are, however they came to be."""
    found = []
    for office in offices:
        for table in sorted(writable()):
            rows = sum_ = 0
            for _, hash_ in hashes_in(cur, table, office):
                rows, sum_ = rows + 1, (sum_ + hash_) % MODULUS
            if rows:
                found.append((office, table, rows, sum_))
    return found


def work_out(cur: Cursor) -> None:
    """Make the digests anew from the rows: after an upgrade, or when they are doubted."""
    offices = set()
    for table in writable():
        cur.execute(f'SELECT DISTINCT office_no FROM "{table}"')
        offices |= {office for (office,) in cur.fetchall()}
    cur.execute("DELETE FROM digest")
    cur.executemany(
        'INSERT INTO digest (office_no, table_name, "rows", "sum") VALUES (?, ?, ?, ?)',
        tables_now(cur, sorted(offices)),
    )


def digest_of(cur: Cursor, offices: Sequence[int]) -> bytes:
    """One digest over all tables of some offices and what is parked there; tables without a row do not
    count."""
    marks = ", ".join("?" * len(offices))
    cur.execute(
        f'SELECT office_no, table_name, "rows", "sum" FROM digest WHERE office_no IN ({marks}) '
        'AND "rows" > 0 ORDER BY office_no, table_name',
        offices,
    )
    return blake2b(_encode([list(r) for r in cur.fetchall()]), digest_size=16).digest()


def parked_in(cur: Cursor, offices: Sequence[int]) -> bytes:
    """One digest over what is parked in some offices, and the release: replicas of other releases park other
    entries and have other columns, and their rows differ rightly."""
    marks = ", ".join("?" * len(offices))
    cur.execute(
        f'SELECT device, "number", reason FROM parked WHERE office_no IN ({marks}) ORDER BY device, "number"',
        offices,
    )
    return blake2b(_encode([SCHEMA, *map(list, cur.fetchall())]), digest_size=16).digest()


def tables_of(cur: Cursor, offices: Sequence[int]) -> list[tuple[int, str, int, int]]:
    """Each table's own digest: office, table, rows, sum."""
    marks = ", ".join("?" * len(offices))
    cur.execute(
        f'SELECT office_no, table_name, "rows", "sum" FROM digest WHERE office_no IN ({marks}) '
        'AND "rows" > 0 ORDER BY office_no, table_name',
        offices,
    )
    return [(office, table, rows, sum_) for office, table, rows, sum_ in cur.fetchall()]


def words_of(cur: Cursor, table: str, office: int, id: bytes) -> str:
    """A row's code and name, as far as its table has them, for somebody who looks for it."""
    columns = [c for c in ("code", "name", "serial", "login") if c in writable()[table].columns]
    if not columns:
        return ""
    cur.execute(f'SELECT {", ".join(columns)} FROM "{table}" WHERE office_no = ? AND id = ?', (office, id))
    return " ".join(str(value) for value in cur.fetchone() or () if value)
