"""What can still be read of a damaged database: the entries of its journal, each feed as far as its chain of
hashes holds, completed from the newest backup; played anew into a whole database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.clock import Clock
from app.domain.deadlines import zone_named
from app.domain.errors import AppError
from app.models import Base, sqlite
from app.models.copies import Step, remove_database
from app.models.database import open_database, trouble_told
from app.models.keys import Key
from app.models.store import Row
from app.services.writer import Desk
from app.sync.enrolment import Identity
from app.sync.entries import chain, sealed_text
from app.sync.feeds import NONE, Head
from app.sync.journal import COLUMNS, all_heads, entries_from, entry_of
from app.sync.verify import replay
from app.sync.wire import Range
from app.sync.writer import JournalWriter

ENTRY = (*COLUMNS, "hash")
Feed = tuple[int, int]
"""Office and device."""

NOBODY = -1
"""No device: what is added is no writer's own."""

MISSES = 5_000
"""So many rows in a row cannot be read before the end of a table is taken to have come."""


def _unreadable() -> tuple[type[Exception], ...]:
    """What SQLite says of a page that is damaged, and what comes of a value that is."""
    return (*sqlite.errors("DatabaseError"), ValueError, OverflowError, AppError)


def _opened(path: Path) -> sqlite.Connection:
    return sqlite.connect(path, sqlite.key_of(path))


@dataclass(frozen=True, slots=True)
class Rescued:
    """What came of it. `missing`: entries of which the damaged database knew and that could not be read."""

    entries: int
    missing: int


def rebuild(
    sources: Sequence[Path],
    to: Path,
    now: datetime,
    step: Step = lambda done, total: None,
) -> Rescued:
    """Make a database at `to` of the journals of `sources`, the damaged one first. AppError
    "database.unreadable" when nothing can be read, "disk.full", "folder.not_writable"; then nothing is left.
    """
    try:
        with trouble_told(to), TemporaryDirectory(prefix="rescue-", dir=to.parent) as folder:
            remove_database(to)
            key = _key(sources)
            gathered = Path(folder) / "journal.db"
            rescued = _gather(sources, gathered, key)
            if not rescued.entries:
                raise AppError("database.unreadable", path=str(sources[0]))
            database = open_database(to, now, key)
            try:
                with closing(sqlite.connect(gathered, key)) as source:
                    replay(source, database, step)
                _local(sources[0], database.write)
                database.write.execute("PRAGMA journal_mode = DELETE")
            finally:
                database.close()
        return rescued
    except BaseException:
        with suppress(OSError):
            remove_database(to)
        raise


def _key(sources: Sequence[Path]) -> Key | None:
    """With what the new database is encrypted: as one of those was of which it is made."""
    for source in sources:
        with suppress(AppError):
            key = sqlite.key_of(source)
            if key is not None:
                return key
    return None


def _gather(
    sources: Sequence[Path], to: Path, key: Key | None, starts: dict[Feed, Head] | None = None
) -> Rescued:
    """A database of the journal alone: of each feed what hangs together, from its first entry on or from
    where it `starts`."""
    known: dict[Feed, int] = {}
    with closing(sqlite.connect(to, key)) as made:
        made.execute("PRAGMA synchronous = OFF")
        made.execute("BEGIN")
        for table in ("entry", "feed", "seal", "orphan"):
            made.execute(f"CREATE TABLE {table} ({', '.join(_quoted(_columns(table)))})")
        made.execute(f"CREATE TABLE found ({', '.join(_quoted(ENTRY))})")
        for source in sources:
            with suppress(*_unreadable()), closing(_opened(source)) as there:
                for table in ("entry", "seal", "orphan"):
                    names = ENTRY if table == "entry" else _columns(table)
                    _keep(made, "found" if table == "entry" else table, names, rows_of(there, table, names))
                for office, device, last in rows_of(there, "feed", ("office_no", "device", "last")):
                    if all(isinstance(n, int) for n in (office, device, last)):
                        known[office, device] = max(known.get((office, device), 0), last)
        made.execute("CREATE INDEX ix_found ON found (office_no, device, number)")
        if starts is None:
            starts = dict.fromkeys(made.execute("SELECT DISTINCT office_no, device FROM found"), NONE)
        total = sum(_chained(made, office, device, after) for (office, device), after in starts.items())
        made.execute(
            "DELETE FROM seal WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.office_no = seal.office_no "
            "AND e.device = seal.device AND e.number = seal.number) OR rowid NOT IN "
            "(SELECT min(rowid) FROM seal GROUP BY office_no, device, number)"
        )
        made.execute(
            "DELETE FROM orphan WHERE rowid NOT IN "
            "(SELECT min(rowid) FROM orphan GROUP BY office_no, tip, number)"
        )
        heads = {(o, d): last for o, d, last in made.execute("SELECT office_no, device, last FROM feed")}
        made.execute("COMMIT")
    return Rescued(total, sum(max(last - heads.get(feed, 0), 0) for feed, last in known.items()))


def _chained(made: sqlite.Connection, office: Any, device: Any, after: Head) -> int:
    """Keep of a feed what hangs together, from its head `after` on; how many entries."""
    number, hash_ = after
    while True:
        rows = made.execute(
            f"SELECT {', '.join(_quoted(ENTRY))} FROM found WHERE office_no = ? AND device = ? "
            "AND number = ?",
            (office, device, number + 1),
        ).fetchall()
        for *columns, said in rows:
            with suppress(ValueError, TypeError, OverflowError, AttributeError, LookupError):
                found = chain(hash_, entry_of(tuple(columns)))
                if found == said:
                    _keep(made, "entry", ENTRY, [(*columns, said)])
                    hash_, number = found, number + 1
                    break
        else:
            break
    if number > after[0]:
        _keep(made, "feed", ("office_no", "device", "last", "hash"), [(office, device, number, hash_)])
    return number - after[0]


def rows_of(there: sqlite.Connection, table: str, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a table that can be read; what lies on a damaged page is passed over."""
    sql = f'SELECT rowid, {", ".join(_quoted(columns))} FROM "{table}" WHERE rowid '
    last = misses = 0
    try:
        there.execute(f"{sql} > ? LIMIT 0", (0,))
    except _unreadable():
        return  # the tables themselves are not known any more
    with suppress(*_unreadable()):
        while misses < MISSES:
            try:
                page = there.execute(f"{sql} > ? ORDER BY rowid LIMIT 200", (last,)).fetchall()
            except _unreadable():
                page = _one(there, sql, last + 1)
                if not page:
                    last, misses = last + 1, misses + 1
                    continue
            if not page:
                return
            if page[0][0] <= last:  # a page that points back
                last, misses = last + 1, misses + 1
                continue
            misses = 0
            for row in page:
                if row[0] > last:
                    last = row[0]
                    yield row[1:]


def _one(there: sqlite.Connection, sql: str, rowid: int) -> list[Row]:
    try:
        return there.execute(f"{sql} = ?", (rowid,)).fetchall()
    except _unreadable():
        return []


def _local(source: Path, write: sqlite.Connection) -> None:
    """What the desk knew of itself and forms left unfinished, as far as it can be read."""
    with suppress(*_unreadable()), closing(_opened(source)) as there:
        for mapper in Base.registry.mappers:
            table: Any = mapper.local_table
            if getattr(mapper.class_, "__kind__", "") == "local":
                names = _columns(table.name)
                rows = list(rows_of(there, table.name, names))
                with suppress(*sqlite.errors("DatabaseError")):
                    _keep(write, table.name, names, rows)
        # By whom and by what columns it was worked out is found anew.
        write.execute("DELETE FROM local WHERE \"key\" = 'digest.schema'")


def carry_over(
    damaged: Path,
    to: Path,
    identity: Identity,
    key: Ed25519PrivateKey,
    clock: Clock,
) -> int:
    """Add to the whole database `to` what this desk has written beyond it and can still be read, sealed by
    its key: the head office has it at the next contact. How many entries. AppError as `open_database`."""
    feed = (identity.office_no, identity.device)
    database = open_database(to, clock.now())
    try:
        desk = Desk(identity.office_no, NOBODY, identity.desk)
        writer = JournalWriter(database, desk, clock, zone_named(identity.zone))
        after = writer.vector().get(identity.device, NONE)
        with trouble_told(to), TemporaryDirectory(prefix="rescue-", dir=to.parent) as folder:
            gathered = Path(folder) / "journal.db"
            _gather([damaged], gathered, database.key, {feed: after})
            with closing(sqlite.connect(gathered, database.key)) as source:
                entries = list(entries_from(source.cursor(), *feed, after[0]))
                head = all_heads(source.cursor()).get(identity.device)
        taken = 0
        if head is not None:
            seal = key.sign(sealed_text(identity.device, *head))
            end = Range(identity.device, identity.office_no, after, head[0], seal)
            taken = writer.receive(entries, [end]).taken
        database.read.dispose()
        database.write.execute("PRAGMA journal_mode = DELETE")
        return taken
    finally:
        database.close()


def _columns(table: str) -> tuple[str, ...]:
    return tuple(str(c.name) for c in Base.metadata.tables[table].columns)


def _quoted(names: Sequence[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _keep(to: sqlite.Connection, table: str, names: Sequence[str], rows: Any) -> None:
    marks = ", ".join("?" * len(names))
    to.executemany(f'INSERT OR IGNORE INTO "{table}" ({", ".join(_quoted(names))}) VALUES ({marks})', rows)
