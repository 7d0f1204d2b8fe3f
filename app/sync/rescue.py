"""What can still be read of a damaged database: the entries of its journal, each feed as far as its chain of
hashes holds, completed from the newest backup and from what was put aside; played anew into a whole
database. Where two of them went on apart, one keeps the numbers; the other is a branch without its place."""

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
from app.sync.journal import COLUMNS, all_heads, drop_orphans, entries_from, entry_of, hash_at
from app.sync.verify import replay
from app.sync.wire import Range
from app.sync.writer import JournalWriter

ENTRY = (*COLUMNS, "hash")
Feed = tuple[int, int]
"""Office and device."""

NOBODY = -1
"""No device: what is added is no writer's own."""

MISSES = 5_000
"""So many rows in a row are tried one by one, then in ever larger steps."""

FEW_MISSES = 100
"""Likewise of an encrypted database, which is opened anew for each."""

FARTHEST = 100_000
"""The largest step, before the end of a table is taken to have come."""

JUMPS = 50
"""So many places in a row of which nothing comes are the end of it, too."""


def _unreadable() -> tuple[type[Exception], ...]:
    """What SQLite says of a page that is damaged, and what comes of a value that is."""
    return (*sqlite.errors("DatabaseError"), ValueError, OverflowError, AppError)


def _opened(path: Path) -> sqlite.Connection:
    return sqlite.connect(path, sqlite.key_of(path))


@dataclass(frozen=True, slots=True)
class Rescued:
    """What came of it. `missing`: entries of which the sources knew and that could not be read; `brought`:
    those that the first of them did not have."""

    entries: int
    missing: int
    brought: int = 0


def rebuild(
    sources: Sequence[Path],
    to: Path,
    now: datetime,
    step: Step = lambda done, total: None,
    key: Key | None = None,
) -> Rescued:
    """Make a database at `to` of the journals of `sources`, that of the desk first; encrypted with `key`, or
    as they are. AppError "database.unreadable" when nothing can be read, "disk.full", "folder.not_writable";
    then nothing is left."""
    try:
        with trouble_told(to), TemporaryDirectory(prefix="rescue-", dir=to.parent) as folder:
            remove_database(to)
            key = key or _key(sources)
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
    """With what the new database is encrypted: as the first is of which that can be told."""
    for source in sources:
        with suppress(AppError, OSError), source.open("rb") as file:
            key = sqlite.key_of(source)
            if key is not None or file.read(len(sqlite.PLAIN)) == sqlite.PLAIN:
                return key
    return None


def _gather(
    sources: Sequence[Path], to: Path, key: Key | None, starts: dict[Feed, Head] | None = None
) -> Rescued:
    """A database of the journal alone: of each feed what hangs together, from its first entry on, with the
    branches that left it; or from where it `starts`."""
    with closing(sqlite.connect(to, key)) as made:
        made.execute("PRAGMA synchronous = OFF")
        made.execute("BEGIN")
        known = _find(sources, made)
        beginnings = starts
        if beginnings is None:
            beginnings = dict.fromkeys(made.execute("SELECT DISTINCT office_no, device FROM found"), NONE)
        total = sum(_chained(made, office, device, after) for (office, device), after in beginnings.items())
        made.execute("CREATE INDEX ix_entry ON entry (office_no, device, number)")
        made.execute("CREATE INDEX ix_entry_id ON entry (id)")
        if starts is None:
            _branch_off(made)
        made.execute(
            "DELETE FROM orphan WHERE rowid NOT IN "
            "(SELECT min(rowid) FROM orphan GROUP BY office_no, tip, number)"
        )
        _keep_seals(made)
        drop_orphans(made.cursor())
        total += made.execute("SELECT count(*) FROM orphan").fetchone()[0]
        missing, brought = _missing(made, known), made.execute(_BROUGHT).fetchone()[0]
        made.execute("COMMIT")
    return Rescued(total, missing, brought)


_BROUGHT = (
    "SELECT count(*) FROM (SELECT id, hlc FROM entry UNION SELECT id, hlc FROM orphan) act WHERE NOT EXISTS "
    "(SELECT 1 FROM had WHERE had.id = act.id AND had.hlc = act.hlc)"
)


def _find(sources: Sequence[Path], made: sqlite.Connection) -> list[tuple[Feed, int, Any]]:
    """All that can be read of the sources, as it is; the heads of feeds that they tell, with their hashes."""
    known: list[tuple[Feed, int, Any]] = []
    for table in ("entry", "feed", "seal", "orphan"):
        made.execute(f"CREATE TABLE {table} ({', '.join(_quoted(_columns(table)))})")
    for name, columns in (("found", ENTRY), ("found_seal", _columns("seal"))):
        made.execute(f"CREATE TABLE {name} ({', '.join(_quoted(columns))}, source)")
    made.execute("CREATE TABLE had (id, hlc)")
    for rank, source in enumerate(sources):
        with suppress(*_unreadable()), closing(Damaged(source)) as there:
            for table, name in (("entry", "found"), ("seal", "found_seal")):
                columns = ENTRY if table == "entry" else _columns(table)
                rows = ((*row, rank) for row in rows_of(there, table, columns))
                _keep(made, name, (*columns, "source"), rows)
            _keep(made, "orphan", _columns("orphan"), rows_of(there, "orphan", _columns("orphan")))
            if not rank:
                made.execute("INSERT INTO had SELECT id, hlc FROM found UNION SELECT id, hlc FROM orphan")
            for office, device, last, hash_ in rows_of(there, "feed", _columns("feed")):
                if all(isinstance(n, int) for n in (office, device, last)):
                    known.append(((office, device), last, hash_))
    made.execute("CREATE INDEX ix_found ON found (office_no, device, number)")
    made.execute("CREATE INDEX ix_had ON had (id)")
    return known


def _branch_off(made: sqlite.Connection) -> None:
    """What hangs together beside the feeds that were kept: another source went on apart from the first, as
    the desk does after a backup was brought back. Each branch lost its place; it is issued again."""
    beside: dict[bytes, tuple[Row, bytes]] = {}
    numbered: dict[tuple[Feed, int], list[bytes]] = {}
    rest = made.execute(
        f"SELECT {', '.join(_quoted(ENTRY))} FROM found f WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE "
        "e.office_no = f.office_no AND e.device = f.device AND e.number = f.number AND e.hash = f.hash) "
        "ORDER BY office_no, device, number"
    )
    for *columns, said in rest:
        with suppress(ValueError, TypeError, OverflowError, AttributeError, LookupError):
            entry = entry_of(tuple(columns))
            feed, number = (entry.office_no, entry.device), entry.number
            root = hash_at(made.cursor(), *feed, number - 1)
            for before in (root, *numbered.get((feed, number - 1), ())):
                if before is not None and said not in beside and chain(before, entry) == said:
                    beside[said] = (*columns, said, before), before
                    numbered.setdefault((feed, number), []).append(said)
    for tip in beside.keys() - {before for _, before in beside.values()}:
        at = tip
        while at in beside:
            row, at = beside[at]
            _keep(made, "orphan", (*ENTRY, "before", "tip"), [(*row, tip)])


def _keep_seals(made: sqlite.Connection) -> None:
    """The seals of what was kept. One says nothing of another entry under the same number."""
    at = "f.office_no = s.office_no AND f.device = s.device AND f.number = s.number"
    same = f"EXISTS (SELECT 1 FROM found f WHERE {at} AND f.source = s.source AND f.hash = e.hash)"
    doubtful = f"EXISTS (SELECT 1 FROM found f WHERE {at} AND f.hash <> e.hash)"
    names = ", ".join(_quoted(_columns("seal")))
    sealed = ", ".join(f"s.{name}" for name in _quoted(_columns("seal")))
    made.execute(
        f"INSERT INTO seal ({names}) SELECT {sealed} FROM found_seal s JOIN entry e ON "
        f"e.office_no = s.office_no AND e.device = s.device AND e.number = s.number "
        f"WHERE {same} OR NOT {doubtful} GROUP BY s.office_no, s.device, s.number"
    )
    made.execute(
        "UPDATE orphan AS e SET signature = (SELECT s.signature FROM found_seal s WHERE "
        "s.office_no = e.office_no AND s.device = e.device AND s.number = e.number "
        f"AND {same}) WHERE signature IS NULL"
    )


def _missing(made: sqlite.Connection, known: Sequence[tuple[Feed, int, Any]]) -> int:
    """Of how many entries the sources knew that were not kept."""
    kept = " UNION ALL ".join(f"SELECT office_no, device, number, hash FROM {t}" for t in ("entry", "orphan"))
    lacking: dict[Feed, int] = {}
    for feed, last, hash_ in known:
        there, far = made.execute(
            f"SELECT coalesce(max(hash = ?), 0), coalesce(max(number), 0) FROM ({kept}) "
            "WHERE office_no = ? AND device = ?",
            (hash_, *feed),
        ).fetchone()
        if not there:
            lacking[feed] = max(lacking.get(feed, 0), last - far, 1)
    return sum(lacking.values())


def _chained(made: sqlite.Connection, office: Any, device: Any, after: Head) -> int:
    """Keep of a feed what hangs together, from its head `after` on; how many entries."""
    number, hash_ = after
    while True:
        rows = made.execute(
            f"SELECT {', '.join(_quoted(ENTRY))} FROM found WHERE office_no = ? AND device = ? "
            "AND number = ? ORDER BY source",
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


class Damaged:
    """A database of which some pages may be damaged. SQLCipher gives nothing more over a connection that has
    come upon one, so another is opened then."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._there = _opened(path)
        self._encrypted = sqlite.key_with(self._there) is not None
        self.patience = FEW_MISSES if self._encrypted else MISSES

    def fetch(self, sql: str, values: Row) -> list[Row]:
        """What is found. `_unreadable`."""
        try:
            return self._there.execute(sql, values).fetchall()
        except _unreadable():
            if self._encrypted:
                self.close()
                self._there = _opened(self._path)
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._there.close()


def rows_of(there: Damaged, table: str, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a table that can be read; what lies on a damaged page is passed over."""
    sql = f'SELECT rowid, {", ".join(_quoted(columns))} FROM "{table}" WHERE rowid '
    last = misses = jumps = 0
    try:
        there.fetch(f"{sql} > ? LIMIT 0", (0,))
    except _unreadable():
        return  # the tables themselves are not known any more
    while True:
        try:
            page = there.fetch(f"{sql} > ? ORDER BY rowid LIMIT 200", (last,))
        except _unreadable():
            page = _one(there, sql, last + 1)
        else:
            if not page:
                return
        if page and page[0][0] > last:  # no page that points back
            misses = jumps = 0
            for row in page:
                if row[0] > last:
                    last = row[0]
                    yield row[1:]
        elif misses < there.patience:
            last, misses = last + 1, misses + 1
        else:
            found = _beyond(there, sql, last)
            jumps += 1
            if found is None or jumps > JUMPS:
                return
            last = found


def _one(there: Damaged, sql: str, rowid: int) -> list[Row]:
    try:
        return there.fetch(f"{sql} = ?", (rowid,))
    except _unreadable():
        return []


def _beyond(there: Damaged, sql: str, last: int) -> int | None:
    """The number before the first that can be looked for again, in ever larger steps; None where none is."""

    def readable(rowid: int) -> bool:
        try:
            there.fetch(f"{sql} = ?", (rowid,))
        except _unreadable():
            return False
        return True

    bad, step = last + 1, 1
    while step <= FARTHEST:
        good = bad + step
        if readable(good):
            while good - bad > 1:
                middle = (good + bad) // 2
                bad, good = (bad, middle) if readable(middle) else (middle, good)
            return good - 1
        bad, step = good, step * 2
    return None


def hubs_of(path: Path) -> set[bytes]:
    """The public keys of the head offices that a database knows, as far as it can be read. AppError
    "database.no_key"."""
    sqlite.key_of(path)
    with suppress(*_unreadable()), closing(Damaged(path)) as there:
        return {key for kind, key in rows_of(there, "device", ("kind", "public_key")) if kind == "hub"}
    return set()


def _local(source: Path, write: sqlite.Connection) -> None:
    """What the desk knew of itself and forms left unfinished, as far as it can be read."""
    with suppress(*_unreadable()), closing(Damaged(source)) as there:
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
