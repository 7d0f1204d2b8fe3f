"""sqlite3's connections, as far as the program and SQLAlchemy use them, over a disk that fails.

A file on such a disk has one connection (`disk.py` says why), so the one that writes and those that read are
the same. Two differences follow, and are accepted, since a simulated PC does one thing at a time: a reader
sees what the open transaction has written (use cases read before they write), and its BEGIN and ROLLBACK do
nothing (nobody writes while it reads). A reader still cannot write.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import apsw
from sqlalchemy import Engine, QueuePool, create_engine, event

from app.models.database import Database, open_database, trouble, trouble_told
from tests.simulation.disk import Disk, Killed

Row = tuple[Any, ...]

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLAC")
_OF_A_READER = ("BEGIN", "COMMIT", "ROLLBA")

_KINDS: dict[int, type[sqlite3.Error]] = {
    apsw.SQLITE_CONSTRAINT: sqlite3.IntegrityError,
    apsw.SQLITE_MISMATCH: sqlite3.IntegrityError,
    apsw.SQLITE_TOOBIG: sqlite3.DataError,
    apsw.SQLITE_CORRUPT: sqlite3.DatabaseError,
    apsw.SQLITE_NOTADB: sqlite3.DatabaseError,
    apsw.SQLITE_INTERNAL: sqlite3.InternalError,
    apsw.SQLITE_NOTFOUND: sqlite3.InternalError,
    apsw.SQLITE_MISUSE: sqlite3.InterfaceError,
    apsw.SQLITE_RANGE: sqlite3.InterfaceError,
}
"""As in CPython's own sqlite3; all others are operational errors."""


@contextmanager
def still_failing() -> Iterator[None]:
    """A connection that could not be opened anew: the disk fails still."""
    try:
        yield
    except apsw.ConnectionClosedError as error:
        failed = sqlite3.OperationalError("disk I/O error")
        failed.sqlite_errorname = "SQLITE_IOERR"
        raise failed from error


class Session:
    """A connection as sqlite3's, in autocommit mode."""

    isolation_level = None

    def __init__(
        self, raw: apsw.Connection, disk: Disk, *, reads: bool = False, checkpoint: int = 1000
    ) -> None:
        self.raw = raw
        self.disk = disk
        self.life = disk.life
        self.reads = reads
        self._checkpoint = checkpoint
        self._wal = 0
        """Pages in the WAL after the last commit."""
        if not reads:
            raw.set_wal_hook(self._committed)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open; a program that was killed has none."""
        return self.life.killed is None and self.raw.in_transaction

    def cursor(self) -> Cursor:
        return Cursor(self)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        return Cursor(self).execute(sql, values)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> Cursor:
        return Cursor(self).executemany(sql, rows)

    def checkpoint(self) -> None:
        """What SQLite does after a commit by itself: bring a long WAL over into the database. That it could
        not is no error of the commit, and apsw would make one of it."""
        if self._wal >= self._checkpoint:
            self._wal = 0
            with suppress(apsw.Error):
                self.raw.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def _committed(self, raw: apsw.Connection, name: str, pages: int) -> int:
        self._wal = pages
        return apsw.SQLITE_OK

    def commit(self) -> None:
        """SQLAlchemy's; a reader has nothing to commit."""

    def rollback(self) -> None:
        """SQLAlchemy's, as it gives a connection back."""

    def close(self) -> None:
        """Only the one that writes lets go of the file. What fails of the last checkpoint is no error, and
        apsw would make one of it."""
        if not self.reads:
            with suppress(Killed, apsw.Error):
                self.raw.close()

    def create_function(self, name: str, arguments: int, function: Any, **_: Any) -> None:
        with still_failing():
            self.raw.create_scalar_function(name, function, arguments, deterministic=True)


class Cursor:
    """A cursor as sqlite3's, save that a query is run to its end at once: one that hangs half-read would hold
    up checkpoints for the whole connection."""

    arraysize = 1

    def __init__(self, connection: Session) -> None:
        if connection.life.killed is not None:
            raise connection.life.killed
        self.connection = connection
        self.description: tuple[Row, ...] | None = None
        self.rowcount = -1
        with still_failing():
            self._raw = connection.raw.cursor()
        self._rows: Iterator[Row] = iter(())

    @property
    def lastrowid(self) -> int:
        return self.connection.raw.last_insert_rowid()

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        start = sql[:6].upper() if sql[:1] > " " else sql.lstrip()[:6].upper()
        if self.connection.reads and start.startswith(_OF_A_READER):
            return self
        writes = start in _WRITES
        self.description = None
        self._raw.exec_trace = None if writes and not self.connection.reads else self._begins
        self._rows = iter(self._run(self._raw.execute, sql, values))
        self.rowcount = self.connection.raw.changes() if writes else -1
        return self

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> Cursor:
        self.description, self.rowcount = None, 0
        self._raw.exec_trace = self._begins if self.connection.reads else None
        self._run(self._raw.executemany, sql, self._counted(rows))
        return self

    def fetchone(self) -> Row | None:
        return next(self._rows, None)

    def fetchmany(self, size: int = 1) -> list[Row]:
        return [row for row, _ in zip(self._rows, range(size), strict=False)]

    def fetchall(self) -> list[Row]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def close(self) -> None:
        self._rows = iter(())

    def _run(self, run: Any, sql: str, values: Any) -> list[Row]:
        life = self.connection.life
        if life.killed is not None:
            raise life.killed
        try:
            rows: list[Row] = run(sql, values).fetchall()
        except apsw.Error as error:
            if life.killed is not None:  # SQLite met it and made an error of its own of it
                raise life.killed from None
            raise told(error) from error
        except TypeError as error:  # a value of a type that SQLite has not
            raise sqlite3.ProgrammingError(str(error)) from error
        self.connection.checkpoint()
        if life.killed is not None:  # where SQLite had no need to tell
            raise life.killed
        return rows

    def _begins(self, raw: apsw.Cursor, sql: str, values: Any) -> bool:
        # Only here can the columns of a query without rows be asked for.
        self.description = raw.description or None
        if self.connection.reads and not raw.is_readonly:
            error = sqlite3.OperationalError("attempt to write a readonly database")
            raise _named(error, "SQLITE_READONLY", apsw.SQLITE_READONLY)
        return True

    def _counted(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """The rows; when the next is asked for, the one before has been written."""
        for row in rows:
            yield row
            self.rowcount += self.connection.raw.changes()


def told(error: apsw.Error) -> sqlite3.Error:
    """The error that sqlite3 would have raised."""
    if isinstance(error, apsw.BindingsError):
        return sqlite3.ProgrammingError(str(error))
    if isinstance(error, apsw.ConnectionClosedError):
        return sqlite3.ProgrammingError("Cannot operate on a closed database.")
    code: int = getattr(error, "extendedresult", 0)
    kind = _KINDS.get(code & 0xFF, sqlite3.OperationalError)
    name = apsw.mapping_extended_result_codes.get(code) or apsw.mapping_result_codes.get(code & 0xFF, "")
    return _named(kind(str(error)), str(name), code)


def _named(error: sqlite3.Error, name: str, code: int) -> sqlite3.Error:
    error.sqlite_errorname = name
    error.sqlite_errorcode = code
    return error


def connect(disk: Disk, path: str, *, synchronous: str = "FULL", checkpoint: int = 1000) -> Session:
    """Open a file with the pragmas of `app.models.database`; `checkpoint`: pages of WAL after which they go
    over into the database (SQLite's own 1000; fewer let a short run meet the moment often)."""
    try:
        raw = apsw.Connection(path, vfs=disk.vfs)
    except apsw.Error as error:
        if disk.life.killed is not None:
            raise disk.life.killed from None
        raise told(error) from error
    disk.life.opened.append(raw)
    session = Session(raw, disk, checkpoint=checkpoint)
    try:
        for pragma in (
            "locking_mode = EXCLUSIVE",  # before WAL, which then needs no shared memory
            "journal_mode = WAL",
            f"synchronous = {synchronous}",
            "cache_size = -32000",
            "temp_store = MEMORY",
        ):
            session.execute(f"PRAGMA {pragma}")
        session.execute("BEGIN IMMEDIATE")
        session.execute("ROLLBACK")
    except sqlite3.Error:
        session.close()
        raise
    return session


def read_engine(writes: Session, disk: Disk, path: Path) -> Engine:
    """An engine whose connections are the one that writes, and cannot. Troubles come out as AppErrors."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: Session(writes.raw, disk, reads=True),
        poolclass=QueuePool,
        pool_size=4,
    )

    @event.listens_for(engine, "handle_error")
    def _tell(context: Any) -> None:
        error = context.original_exception
        named = trouble(error, path)
        if named is not None and not error.sqlite_errorname.startswith("SQLITE_READONLY"):
            raise named from error

    return engine


def open_on(disk: Disk, path: str, *, checkpoint: int = 1000) -> Database:
    """A database of this release on a disk that fails; a new one where there is none. AppErrors as from
    `open_database`."""
    synchronous = _as_the_program_opens_it()[1]
    if path not in disk.files:
        disk.write(path, empty_database())
    where = Path(path)
    with trouble_told(where):
        session = connect(disk, path, synchronous=synchronous, checkpoint=checkpoint)

    readers = read_engine(session, disk, where)

    def renewed(old: Session) -> Session:
        """The same session with another connection, which those that read share."""
        readers.dispose()
        old.close()
        old.raw = connect(disk, path, synchronous=synchronous, checkpoint=checkpoint).raw
        old.raw.set_wal_hook(old._committed)
        return old

    return Database(where, session, readers, renewed)


def empty_database() -> bytes:
    """The bytes of a database without a row."""
    return _as_the_program_opens_it()[0]


@cache
def _as_the_program_opens_it() -> tuple[bytes, str]:
    """A database without a row, migrated once in a program, since it takes a second; and whether a commit
    waits for the disk (`PRAGMA synchronous`)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        database = open_database(path, datetime(2026, 11, 20, tzinfo=UTC))
        (synchronous,) = database.write.execute("PRAGMA synchronous").fetchone()
        database.close()
        return path.read_bytes(), str(synchronous)
