"""Does the database equal the replay of its journal? Plays the journal into an empty database, in (HLC,
device) order, and compares every table but the local ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from app.models import Base, sqlite
from app.models.database import Database, open_database
from app.models.store import Store
from app.sync.apply import apply_received, apply_waiting
from app.sync.entries import FIRST, Entry, chain
from app.sync.journal import COLUMNS, entries_from, entry_of, hash_at
from app.sync.snapshot import ROWS, columns_of, pages, tables_of_kinds

BATCH = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows of a table that only one side holds, as text; at most ten a side."""

    table: str
    here: tuple[str, ...]
    replayed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found."""

    entries: int
    rows: int
    broken_feeds: tuple[int, ...]
    differences: tuple[Difference, ...]

    @property
    def good(self) -> bool:
        """Nothing differs and every chain of hashes holds."""
        return not self.broken_feeds and not self.differences


def verify(
    path: Path,
    now: datetime,
    step: Callable[[int, int], None] = lambda done, total: None,
    *,
    search: bool = True,
) -> Verdict:
    """Replay the journal of the database at `path` and compare. `step` hears of entries done and in all;
    `search`: whether the database has the index by which customers are found."""
    with TemporaryDirectory(prefix="daumoi-verify-") as folder:
        key = sqlite.key_of(path)
        replayed = open_database(Path(folder) / "replayed.db", now, key)
        source = sqlite.reading(path)
        try:
            sqlite.attach(source, replayed.path, "replayed", key)
            source.execute("BEGIN")  # one moment for all of it, whatever is written meanwhile
            broken = _broken_feeds(source)
            entries = replay(source, replayed, step)
            differences, rows = _compare(source, set() if search else {"search_doc"})
        finally:
            source.close()
            replayed.close()
    return Verdict(entries, rows, broken, differences)


def replay(source: sqlite.Connection, store: Database, step: Callable[[int, int], None]) -> int:
    cur = store.write.cursor()
    cur.execute("PRAGMA synchronous = OFF")
    for table in ("feed", "seal"):
        cur.execute("BEGIN")
        _copy(cur, f"INSERT INTO {table}", source.execute(f"SELECT * FROM main.{table}"))
        cur.execute("COMMIT")
    names = ", ".join(f'"{c}"' for c in COLUMNS)
    total = source.execute(
        "SELECT (SELECT count(*) FROM main.entry) + (SELECT count(*) FROM main.orphan)"
    ).fetchone()[0]
    # Acts that lost their place and are not issued again yet have their effect all the same.
    rows = source.execute(
        f"SELECT 0, {names}, hash FROM main.entry UNION ALL SELECT 1, {names}, hash FROM main.orphan "
        "ORDER BY hlc, origin, 1, device, number"
    )
    keep = f"INSERT INTO entry ({names}, hash) VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"
    first: dict[tuple[bytes, int, int, bytes], Entry] = {}
    again: list[tuple[Entry, Entry]] = []
    done = 0
    while page := rows.fetchmany(BATCH):
        batch = []
        cur.execute("BEGIN")
        for orphaned, *columns, hash_ in page:
            entry = entry_of(tuple(columns))
            # Not before its turn: a ruling sets right what stands in the journal when it is applied.
            if orphaned:
                branch = source.execute(
                    "SELECT * FROM main.orphan WHERE office_no = ? AND device = ? AND number = ? "
                    "AND hash = ?",
                    (entry.office_no, entry.device, entry.number, hash_),
                )
                _copy(cur, "INSERT OR IGNORE INTO orphan", branch)
            else:
                cur.execute(keep, (*columns, hash_))
            act = (entry.id, entry.hlc, entry.origin, blake2b(entry.body).digest())
            if act not in first:
                first[act] = replace(entry, body=b"")
                batch.append(entry)
            elif not orphaned:
                again.append((entry, first[act]))
        apply_received(store, cur, batch)
        cur.execute("COMMIT")
        done += len(page)
        step(done, total)
    cur.execute("BEGIN")
    apply_waiting(store, cur)
    cur.execute("COMMIT")
    for entry, same in again:
        cur.execute(
            "INSERT INTO parked SELECT ?, ?, ?, reason FROM parked WHERE device = ? AND number = ?",
            (entry.office_no, entry.device, entry.number, same.device, same.number),
        )
    return int(total)


def _copy(cur: sqlite.Cursor, insert: str, rows: sqlite.Cursor) -> None:
    """Put rows into a table of the same columns, whatever their order here and there."""
    names = ", ".join(f'"{column[0]}"' for column in rows.description)
    marks = ", ".join("?" * len(rows.description))
    cur.executemany(f"{insert} ({names}) VALUES ({marks})", rows)


def _broken_feeds(source: sqlite.Connection) -> tuple[int, ...]:
    broken = []
    cur = source.cursor()
    feeds = cur.execute("SELECT office_no, device, last, hash FROM main.feed").fetchall()
    for office, device, last, head in feeds:
        before, number = FIRST, 0
        for entry in entries_from(cur, office, device, 0):
            number += 1
            before = chain(before, entry)
            if entry.number != number or hash_at(cur, office, device, number) != before:
                break
        if number != last or before != head:
            broken.append(device)
    return tuple(broken)


def verify_store(
    store: Store, now: datetime, step: Callable[[int, int], None] = lambda done, total: None
) -> Verdict:
    """As `verify`, of a database of whatever kind that may be in use: of one moment of it."""
    with TemporaryDirectory(prefix="daumoi-verify-") as folder:
        path = Path(folder) / "copy.db"
        copy_to(store, path, now)
        return verify(path, now, step, search=False)


def copy_to(store: Store, path: Path, now: datetime) -> None:
    """Make a SQLite database of all that a store holds at one moment, save what is local and the search."""
    copy = open_database(path, now)
    try:
        copy.write.execute("PRAGMA synchronous = OFF")
        with store.reading() as cur, copy.transaction() as to:
            for table in tables_of_kinds("card", "fact", "projection", "journal"):
                cur.execute(f'SELECT DISTINCT office_no FROM "{table}"')
                size = BATCH if table in ("entry", "orphan") else ROWS
                for (office,) in cur.fetchall():
                    for page in pages(cur, table, office, size):
                        copy.add(to, table, columns_of(table), page)
    finally:
        copy.close()


def _compare(source: sqlite.Connection, without: set[str]) -> tuple[tuple[Difference, ...], int]:
    found: list[Difference] = []
    rows = 0
    for mapper in Base.registry.mappers:
        table = mapper.local_table
        if getattr(mapper.class_, "__kind__", "local") == "local":
            continue
        name = table.name  # type: ignore[attr-defined]
        if name in without:
            continue
        columns = ", ".join(f'"{c.name}"' for c in table.columns if c.name != "rowid")
        here, there = (
            source.execute(f'SELECT count(*) FROM {a}."{name}"').fetchone()[0] for a in ("main", "replayed")
        )
        rows += here
        if not here and not there:
            continue
        sides = [
            source.execute(
                f'SELECT {columns} FROM {a}."{name}" EXCEPT SELECT {columns} FROM {b}."{name}" LIMIT 10'
            ).fetchall()
            for a, b in (("main", "replayed"), ("replayed", "main"))
        ]
        if any(sides):
            found.append(Difference(name, *(tuple(_shown(r) for r in side) for side in sides)))
    return tuple(found), rows


def _shown(row: tuple[object, ...]) -> str:
    return ", ".join(v.hex() if isinstance(v, bytes) else str(v) for v in row)
