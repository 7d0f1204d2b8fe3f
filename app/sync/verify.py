"""Does the database equal the replay of its journal? Plays the journal into an empty database, in (HLC,
device) order, and compares every table but the local ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.models import Base
from app.models.database import open_database
from app.sync.apply import apply_received
from app.sync.entries import FIRST, Entry, chain
from app.sync.writer import read_entry

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


def verify(path: Path, now: datetime, step: Callable[[int, int], None] = lambda done, total: None) -> Verdict:
    """Replay the journal of the database at `path` and compare. `step` hears of entries done and in all."""
    with TemporaryDirectory(prefix="daumoi-verify-") as folder:
        replayed = open_database(Path(folder) / "replayed.db", now)
        source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            source.execute("ATTACH DATABASE ? AS replayed", (str(replayed.path),))
            source.execute("BEGIN")  # one moment for all of it, whatever is written meanwhile
            broken = _broken_feeds(source)
            entries = _replay(source, replayed.write.cursor(), step)
            differences, rows = _compare(source)
        finally:
            source.close()
            replayed.close()
    return Verdict(entries, rows, broken, differences)


def _replay(source: sqlite3.Connection, cur: sqlite3.Cursor, step: Callable[[int, int], None]) -> int:
    cur.execute("PRAGMA synchronous = OFF")
    for table in ("entry", "feed"):
        names = ", ".join(f'"{row[1]}"' for row in source.execute(f"PRAGMA main.table_info({table})"))
        marks = ", ".join("?" * (names.count(",") + 1))
        cur.execute("BEGIN")
        cur.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",
            source.execute(f"SELECT {names} FROM main.{table}"),
        )
        cur.execute("COMMIT")
    total = cur.execute("SELECT count(*) FROM entry").fetchone()[0]
    wanted = "SELECT device, number FROM entry ORDER BY hlc, origin, device, number"
    keys = cur.execute(wanted).fetchall()
    known: set[bytes] = set()
    for at in range(0, total, BATCH):
        batch: list[Entry] = []
        for key in keys[at : at + BATCH]:
            entry = read_entry(cur, *key)
            if entry.id not in known:
                known.add(entry.id)
                batch.append(entry)
        cur.execute("BEGIN")
        apply_received(cur, batch)
        cur.execute("COMMIT")
        step(min(at + BATCH, total), total)
    return int(total)


def _broken_feeds(source: sqlite3.Connection) -> tuple[int, ...]:
    broken = []
    for device, last, head in source.execute("SELECT device, last, hash FROM main.feed").fetchall():
        cur = source.cursor()
        before = FIRST
        number = 0
        for (found,) in source.execute(
            "SELECT number FROM main.entry WHERE device = ? ORDER BY number", (device,)
        ):
            number += 1
            entry = read_entry(cur, device, found)
            before = chain(before, entry)
            stored = cur.execute(
                "SELECT hash FROM entry WHERE device = ? AND number = ?", (device, found)
            ).fetchone()[0]
            if found != number or stored != before:
                break
        if number != last or before != head:
            broken.append(device)
    return tuple(broken)


def _compare(source: sqlite3.Connection) -> tuple[tuple[Difference, ...], int]:
    found: list[Difference] = []
    rows = 0
    for mapper in Base.registry.mappers:
        table = mapper.local_table
        if getattr(mapper.class_, "__kind__", "local") == "local":
            continue
        name = table.name  # type: ignore[attr-defined]
        columns = ", ".join(f'"{c.name}"' for c in table.columns if c.name != "rowid")
        rows += source.execute(f'SELECT count(*) FROM main."{name}"').fetchone()[0]
        sides = [
            source.execute(
                f'SELECT {columns} FROM {a}."{name}" EXCEPT SELECT {columns} FROM {b}."{name}" LIMIT 10'
            ).fetchall()
            for a, b in (("main", "replayed"), ("replayed", "main"))
        ]
        if any(sides):
            here, there = (tuple(_shown(r) for r in side) for side in sides)
            found.append(Difference(name, here, there))
    return tuple(found), rows


def _shown(row: tuple[object, ...]) -> str:
    return ", ".join(v.hex() if isinstance(v, bytes) else str(v) for v in row)
