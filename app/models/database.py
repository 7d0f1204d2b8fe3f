"""Opening a database: pragmas, migrations with a copy beforehand, and what may be wrong with the file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError

from app.domain.errors import AppError, disk_trouble
from app.models import sqlite
from app.models.keys import Key
from app.models.store import Cursor
from app.settings import make_home

HEAD = "0003"
"""The newest revision in `migrations/versions`; a test holds it against the folder."""

Settle = Callable[[Cursor], None]

Told = Callable[[str, int, int], None]
"""Hears how far an upgrade is: "copy", "migrate", "compare" or "check", and of it how much is done, of how
much; 0 and 0 where that is not known. It may raise to end it."""

WAIT = 10.0
"""Seconds to wait for another program that is writing."""


@dataclass
class Database:
    """An open database: one connection that writes, and as many as are asked for that only read. It is a
    `Store`."""

    path: Path
    write: Any
    """A connection as sqlite3's, in autocommit mode."""
    read: Engine
    renew: Callable[[Any], Any]
    """Opens the file anew for writing, in place of a connection. After a failed read or write of the disk the
    full-text index of an open connection is not to be trusted, though the file is whole."""
    key: Key | None = None
    """What it is encrypted with; so are its copies."""
    search: bool = True
    _give_way: tuple[Callable[[], int], int] | None = None
    _shaken: bool = False
    _noted: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @contextmanager
    def transaction(self, office_no: int = 0) -> Iterator[Cursor]:
        """See `Store.transaction`. Not within another: an entry within an entry has the same number."""
        with self._lock:
            if self._shaken:
                with trouble_told(self.path):
                    self.write = self.renew(self.write)
                if self._give_way:
                    self.write.set_progress_handler(*self._give_way)
                self._shaken = False
            if self.write.in_transaction:
                raise RuntimeError("one transaction at a time")
            cur = self.write.cursor()
            try:
                cur.execute("BEGIN IMMEDIATE")
                yield cur
                cur.execute("COMMIT")
            except BaseException as error:
                if self.write.in_transaction:
                    cur.execute("ROLLBACK")
                cause = error.orig if isinstance(error, DBAPIError) else error
                named = trouble(cause, self.path) if isinstance(cause, sqlite.errors()) else None
                self._shaken = getattr(cause, "sqlite_errorname", "").startswith("SQLITE_IOERR")
                if named is None:
                    raise
                raise named from error

    def let(self, give_way: Callable[[], int], steps: int) -> None:
        """Have what writes call `give_way` after so many steps of SQLite's machine; 0 lets it go on."""
        self._give_way = (give_way, steps)
        self.write.set_progress_handler(give_way, steps)

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """See `Store.reading`."""
        with self.read.connect() as read:
            connection: Any = read.connection.dbapi_connection
            cur = connection.cursor()
            try:
                cur.execute("BEGIN")
                yield cur
            except sqlite.errors() as error:
                named = trouble(error, self.path)
                if named is None:
                    raise
                raise named from error
            finally:
                if connection.in_transaction:
                    cur.execute("ROLLBACK")

    @contextmanager
    def part(self, cur: Cursor) -> Iterator[None]:
        """See `Store.part`."""
        cur.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self.write.in_transaction:  # a full disk has ended it already
                cur.execute("ROLLBACK TO part")
                cur.execute("RELEASE part")
            raise
        cur.execute("RELEASE part")

    def at_fault(self, error: Exception) -> bool:
        """See `Store.at_fault`: of SQLite's operational errors, a sum that overflows."""
        if isinstance(error, sqlite.errors("OperationalError")):
            return getattr(error, "sqlite_errorname", "") == "SQLITE_ERROR"
        ours = sqlite.errors("IntegrityError", "InterfaceError", "ProgrammingError", "DataError")
        return isinstance(error, ours)

    def add(self, cur: Cursor, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """See `Store.add`."""
        names = ", ".join(f'"{c}"' for c in columns)
        marks = ", ".join("?" * len(columns))
        cur.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)

    def add_new(
        self, cur: Cursor, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> list[bytes]:
        """See `Store.add_new`. As a rule all are new; only when one is not, it is looked which."""
        cur.execute("SAVEPOINT new_rows")
        try:
            self.add(cur, table, columns, rows)
        except sqlite.errors("IntegrityError"):
            cur.execute("ROLLBACK TO new_rows")
            there = self._there(cur, table, columns, rows)
            at = columns.index("id")
            self.add(cur, table, columns, [row for row in rows if row[at] not in there])
        else:
            there = set()
        cur.execute("RELEASE new_rows")
        return list(there)

    def _there(
        self, cur: Cursor, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> set[bytes]:
        office, id = columns.index("office_no"), columns.index("id")
        there: set[bytes] = set()
        for row in rows:
            cur.execute(f'SELECT 1 FROM "{table}" WHERE office_no = ? AND id = ?', (row[office], row[id]))
            if cur.fetchone():
                there.add(row[id])
        return there

    def note_open(self) -> None:
        """See `sqlite.note_open`; until it is closed."""
        self._noted = True
        sqlite.note_open(self.path, self.key)

    def close(self) -> None:
        """Let go of the file."""
        self.read.dispose()
        self.write.close()
        if self._noted:
            self._noted = False
            sqlite.note_closed(self.path)


def _befalling() -> tuple[type[Exception], ...]:
    return (*sqlite.errors(), DBAPIError, OSError)


@contextmanager
def trouble_told(path: Path) -> Iterator[None]:
    """What befalls the database of `path` within comes out as an AppError."""
    try:
        yield
    except _befalling() as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        named = None if cause is None else trouble(cause, path)
        if named is None:
            raise
        raise named from error


def doubted(path: Path) -> Path:
    """The file whose being there says that a database has to be looked through before it is opened."""
    return path.with_name(f"{path.stem}.damaged")


def note_damage(path: Path) -> None:
    """Have a database looked through before it is opened the next time."""
    with suppress(OSError):
        doubted(path).touch()


def open_database(
    path: Path,
    now: datetime,
    key: Key | None = None,
    settle: Settle = lambda cur: None,
    told: Told = lambda step, done, total: None,
) -> Database:
    """Open (or make) a database and bring it to this release: wholly, or it stays as it was. What is made is
    encrypted with `key`, if one is given; what is there is opened with the key that it has. `settle` ends an
    upgrade within its transaction: it works out what the steps could not, and raises what must not stand.
    `told` hears how far it is.

    AppError: "folder.not_writable", "disk.full", "database.busy", "database.damaged", "database.newer" (made
    by a newer release), each with `path`; "upgrade.failed" with `copy`, too; "database.no_key" and
    "database.no_cipher". A copy is put into `backups/` beside it before an upgrade.
    """
    write: sqlite.Connection | None = None
    try:
        with trouble_told(path):
            make_home(path.parent)
            if path.exists() and path.stat().st_size:
                key = sqlite.key_of(path)
            write = _connect(path, key)
            revision = _revision(write)
            if revision != HEAD:
                _migrate(path, write, revision, now, key, settle, told)
                if revision is not None:
                    write.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # as long as what was written
        opened = Database(path, write, read_engine(path, key), partial(_renewed, path, key), key)
        opened.note_open()
        return opened
    except BaseException:
        if write is not None:
            write.close()
        raise


def older(path: Path) -> bool:
    """Whether a database is of a former release, so that opening it takes its time. What is wrong with it is
    said by whoever opens it. AppError as `sqlite.key_of`."""
    try:
        if not path.exists() or not path.stat().st_size:
            return False
        with closing(sqlite.connect(path, sqlite.key_of(path))) as there:
            return (_revision(there) or HEAD) < HEAD
    except _befalling():
        return False


def _renewed(path: Path, key: Key | None, old: sqlite.Connection) -> sqlite.Connection:
    old.close()
    return _connect(path, key)


def trouble(error: BaseException, path: Path) -> AppError | None:
    """What has befallen a database, where it is not the program's own fault; that it is damaged, is noted."""
    if isinstance(error, OSError):
        return disk_trouble(error, path.parent)
    name = getattr(error, "sqlite_errorname", "")
    for start, code, at in _TROUBLE:
        if name.startswith(start):
            if code == "database.damaged" and path.exists():
                note_damage(path)
            return AppError(code, path=str(at(path)))
    return None


_TROUBLE: tuple[tuple[str, str, Callable[[Path], Path]], ...] = (
    ("SQLITE_FULL", "disk.full", lambda path: path.parent),
    ("SQLITE_BUSY", "database.busy", lambda path: path),
    ("SQLITE_CORRUPT", "database.damaged", lambda path: path),
    ("SQLITE_NOTADB", "database.damaged", lambda path: path),
    ("SQLITE_READONLY", "folder.not_writable", lambda path: path.parent),
    ("SQLITE_CANTOPEN", "folder.not_writable", lambda path: path.parent),
    ("SQLITE_IOERR", "folder.not_writable", lambda path: path.parent),
)


MIGRATING = threading.Lock()
"""Alembic works on one database at a time in a program."""


def read_engine(path: Path, key: Key | None = None) -> Engine:
    """An engine whose connections can only read. What is wrong with the file comes out as an AppError, also
    where nobody thinks of it: a damaged page shows at whatever query touches it."""
    engine = sqlite.engine(path, key, pool_size=4)

    @event.listens_for(engine, "connect")
    def _only_read(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA busy_timeout = 5000")

    @event.listens_for(engine, "handle_error")
    def _tell(context: Any) -> None:
        error = context.original_exception
        named = trouble(error, path)
        # A write through a reading connection is the program's own fault, and stays one.
        if named is not None and not error.sqlite_errorname.startswith("SQLITE_READONLY"):
            raise named from error

    return engine


def _connect(path: Path, key: Key | None) -> sqlite.Connection:
    connection = sqlite.connect(path, key, wait=WAIT)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 8000")  # a page that changes often is copied once
        connection.execute("PRAGMA cache_size = -32000")
        connection.execute("PRAGMA temp_store = MEMORY")
        # A form's draft may say what only few may read; not every build of SQLite overwrites what is deleted.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN IMMEDIATE")  # says now, not at the first receipt, that it cannot be written
        connection.execute("ROLLBACK")
    except sqlite.errors():
        connection.close()
        raise
    return connection


def _revision(connection: sqlite.Connection) -> str | None:
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone() if there else None
    return found[0] if found else None


def _migrate(
    path: Path,
    connection: sqlite.Connection,
    revision: str | None,
    now: datetime,
    key: Key | None,
    settle: Settle,
    told: Told,
) -> None:
    from app.models.upgrade import upgrade_file  # only here: a start without it does not pay for it

    upgrade_file(path, connection, key, revision, now, settle, told)
