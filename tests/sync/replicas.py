"""Replicas of one office for tests: real databases, entries handed over in process, in any order."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

from app.domain.clock import SteppingClock
from app.models import Base
from app.models.database import Database, open_database
from app.services.writer import Desk
from app.sync.entries import Entry
from app.sync.journal import office_of, read_feed
from app.sync.verify import verify
from app.sync.wire import Range
from app.sync.writer import JournalWriter, Received

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TABLES = {
    m.local_table.name: [c.name for c in m.local_table.columns if c.name != "rowid"]  # type: ignore[attr-defined]
    for m in Base.registry.mappers
    if getattr(m.class_, "__kind__", "local") != "local" and m.local_table.name not in ("seal", "orphan")  # type: ignore[attr-defined]
}


class Replica:
    """A desk's database and writer, with a clock of its own."""

    def __init__(self, database: Database, number: int) -> None:
        self.database = database
        self.number = number
        self.clock = SteppingClock(NOW, timedelta(seconds=1))
        database.write.execute("PRAGMA synchronous = OFF")
        zone = timezone(timedelta(hours=7))
        desk = Desk(1, number, f"D{number}")
        self.writer = JournalWriter(database, desk, self.clock, zone)

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        return self.database.write.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        """The first value of the first row."""
        return self.ask(sql, *values)[0][0]

    def has(self, table: str, row: UUID) -> bool:
        """Whether a row is here."""
        return bool(self.ask(f'SELECT 1 FROM "{table}" WHERE id = ?', row.bytes))

    def rows(self, table: str) -> set[tuple[Any, ...]]:
        """All rows of a table, without SQLite's own numbers of them."""
        return set(
            self.ask(f'SELECT {", ".join(f"{chr(34)}{c}{chr(34)}" for c in TABLES[table])} FROM "{table}"')
        )

    def journal(self, feed: int, after: int = 0, most: int = 10_000) -> list[Entry]:
        """Entries of a feed."""
        with self.database.reading() as cur:
            office = office_of(cur, feed)
            return [] if office is None else read_feed(cur, office, feed, after, most)


def pass_on(giver: Replica, taker: Replica, feed: int, most: int = 10_000) -> Received:
    """Hand over what the taker lacks of a feed."""
    after = taker.writer.vector().get(feed, (0, b""))[0]
    return hand_over(taker, giver.journal(feed, after, most))


def hand_over(taker: Replica, entries: list[Entry]) -> Received:
    """Have a replica receive entries, of each feed after what it holds of it."""
    heads = taker.writer.vector()
    last = {e.device: e for e in entries}
    ranges = [Range(d, e.office_no, heads.get(d, (0, b"")), e.number, b"") for d, e in last.items()]
    return taker.writer.receive(entries, ranges)


def pass_all(replicas: list[Replica], order: list[int]) -> None:
    """Until everybody has everything, feeds in this order; entries may wait for what authors had seen."""
    for _ in range(len(order) + 1):
        for giver in replicas:
            for taker in replicas:
                for feed in order:
                    pass_on(giver, taker, feed)


@contextmanager
def replicas_of(start: Path, folder: Path, numbers: tuple[int, ...]) -> Iterator[list[Replica]]:
    """Copies of a database, each another desk's."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    made = []
    for number in numbers:
        path = folder / f"{number}.db"
        shutil.copy(start, path)
        made.append(Replica(open_database(path, NOW), number))
    try:
        yield made
    finally:
        for replica in made:
            replica.database.close()


def assert_same(replicas: list[Replica]) -> None:
    """All hold the same rows, and those are the replay of the journal that all hold."""
    first, *others = replicas
    for table in TABLES:
        here = first.rows(table)
        for other in others:
            assert other.rows(table) == here, table
    verdict = verify(first.database.path, NOW)
    assert verdict.good, verdict


def empty_database(path: Path) -> Path:
    """A new database without a row."""
    open_database(path, NOW).close()
    with closing(sqlite3.connect(path)) as c:
        c.execute("PRAGMA journal_mode = DELETE")
    return path
