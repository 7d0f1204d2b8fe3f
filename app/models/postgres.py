"""A head office's database on PostgreSQL: the same store as a SQLite file, for several programs at once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Format
from sqlalchemy import Connection, Engine, NullPool
from sqlalchemy.exc import DBAPIError

from app.domain.errors import AppError
from app.models.database import HEAD, MIGRATING, Settle
from app.models.postgres_connections import (
    POOL,
    connecting,
    reach,
    tell_trouble,
    trouble,
    trouble_told,
)
from app.models.store import Cursor

log = logging.getLogger(__name__)

MIGRATE = 600
"""Seconds to wait for another program that brings the schema up to date."""

FEW = 8
"""Up to so many rows one INSERT is faster than COPY."""

OFFICE, MIGRATION = 0x4461754D, 0x4461754E
"""Classes of advisory locks: the writer for an office, and who brings the schema up to date."""


@dataclass(frozen=True)
class PostgresDatabase:
    """An open database. It is a `Store`."""

    where: str
    """Host and database, for people: without user and password."""
    read: Engine
    _writers: Engine
    search: bool = False
    _mine: threading.local = field(default_factory=threading.local)

    @contextmanager
    def transaction(self, office_no: int = 0) -> Iterator[Cursor]:
        """See `Store.transaction`. When the connection is lost at the commit, nobody knows whether it was
        kept: AppError "database.unreachable", and the same entry again is known by its id."""
        if getattr(self._mine, "open", False):
            raise RuntimeError("one transaction at a time")  # the second would wait for the first for ever
        with trouble_told(self.where):
            pooled = self._writers.raw_connection()
            connection = cast("psycopg.Connection[Any]", pooled.driver_connection)
            self._mine.open = True
            try:
                connection.execute(f"BEGIN; SELECT pg_advisory_xact_lock({OFFICE}, {office_no:d})".encode())
                yield _Cursor(connection)
                # Whoever overlooks an error is told here: PostgreSQL answers such a COMMIT with "ROLLBACK".
                if connection.execute("COMMIT").statusmessage != "COMMIT":
                    raise RuntimeError("a transaction that failed was to be committed")
            except BaseException:
                try:
                    connection.rollback()
                except psycopg.Error:
                    pooled.invalidate()
                raise
            finally:
                self._mine.open = False
                pooled.close()

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """See `Store.reading`."""
        with trouble_told(self.where), self.read.connect() as read:
            pooled = read.execution_options(isolation_level="REPEATABLE READ").connection
            yield _Cursor(cast("psycopg.Connection[Any]", pooled.driver_connection))

    @contextmanager
    def part(self, cur: Cursor) -> Iterator[None]:
        """See `Store.part`."""
        cur.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if not cast(_Cursor, cur).raw.connection.closed:
                cur.execute("ROLLBACK TO part")
                cur.execute("RELEASE part")
            raise
        cur.execute("RELEASE part")

    def at_fault(self, error: Exception) -> bool:
        """See `Store.at_fault`. Class 54 of errors: more than there is room for in a row or index."""
        if not isinstance(error, psycopg.Error) or trouble(error, self.where) is not None:
            return False
        if (error.sqlstate or "").startswith("54"):
            return True
        return isinstance(error, (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError))

    def add(self, cur: Cursor, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """See `Store.add`."""
        if 0 < len(rows) <= FEW:
            cur.execute(_insert(table, tuple(columns), len(rows)), [value for row in rows for value in row])
        elif rows:
            with cast(_Cursor, cur).raw.copy(_copy(table, tuple(columns))) as copy:
                for row in rows:
                    copy.write_row(row)

    def add_new(
        self, cur: Cursor, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> list[bytes]:
        """See `Store.add_new`. Of many rows as a rule all are new: they go straight into the table, and only
        when one is not, it is looked which."""
        at = columns.index("id")
        if len(rows) <= FEW:
            return self._add_few_new(cur, table, columns, rows) if rows else []
        cur.execute("SAVEPOINT new_rows")
        there: set[bytes] = set()
        try:
            self.add(cur, table, columns, rows)
        except errors.UniqueViolation:
            cur.execute("ROLLBACK TO new_rows")
            there = self._there(cur, table, columns, rows)
            self.add(cur, table, columns, [row for row in rows if row[at] not in there])
        cur.execute("RELEASE new_rows")
        return list(there)

    def _add_few_new(
        self, cur: Cursor, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> list[bytes]:
        insert = _insert(table, tuple(columns), len(rows))
        cur.execute(
            f"{insert} ON CONFLICT (office_no, id) DO NOTHING RETURNING id",
            [value for row in rows for value in row],
        )
        added = {id for (id,) in cur.fetchall()}
        at = columns.index("id")
        return [row[at] for row in rows if row[at] not in added]

    def _there(
        self, cur: Cursor, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> set[bytes]:
        office, id = columns.index("office_no"), columns.index("id")
        found: set[bytes] = set()
        for office_no in {row[office] for row in rows}:
            ids = [row[id] for row in rows if row[office] == office_no]
            cur.execute(f'SELECT id FROM "{table}" WHERE office_no = ? AND id = ANY(?)', (office_no, ids))
            found.update(there for (there,) in cur.fetchall())
        return found

    def close(self) -> None:
        """Let go of all connections."""
        self.read.dispose()
        self._writers.dispose()


class _Cursor:
    """A cursor for SQL with the marks of `app/models/store.py`."""

    __slots__ = ("raw",)

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.raw: psycopg.RawCursor[Any] = psycopg.RawCursor(connection)
        self.raw.format = Format.BINARY  # bytes as they are, not as hexadecimal text

    @property
    def rowcount(self) -> int:
        return self.raw.rowcount

    def execute(self, sql: str, values: Sequence[Any] = ()) -> _Cursor:
        self.raw.execute(_numbered(sql), values)
        return self

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> _Cursor:
        self.raw.executemany(_numbered(sql), rows)
        return self

    def fetchone(self) -> Any:
        return self.raw.fetchone()

    def fetchall(self) -> Sequence[Any]:
        return self.raw.fetchall()


@lru_cache(512)
def _numbered(sql: str) -> bytes:
    """PostgreSQL's own marks, $1, $2, ..., for `?`."""
    first, *others = sql.split("?")
    return "".join([first, *(f"${n}{part}" for n, part in enumerate(others, 1))]).encode()


@lru_cache(512)
def _insert(table: str, columns: tuple[str, ...], rows: int) -> str:
    names = ", ".join(f'"{c}"' for c in columns)
    marks = ", ".join("?" * len(columns))
    return f'INSERT INTO "{table}" ({names}) VALUES ' + ", ".join([f"({marks})"] * rows)


@lru_cache(512)
def _copy(table: str, columns: tuple[str, ...]) -> bytes:
    names = ", ".join(f'"{c}"' for c in columns)
    return f'COPY "{table}" ({names}) FROM STDIN'.encode()


def open_postgres(url: str, now: datetime, settle: Settle = lambda cur: None) -> PostgresDatabase:
    """Open the database of an address (`postgresql://user:password@host/database`, or any that PostgreSQL's
    own programs take) and bring it to this release; several programs may do so at once. `settle` as in
    `open_database`.

    AppError: "database.address" (it cannot be read), and with `where`: "database.unreachable",
    "database.refused" (the login), "database.missing", "database.not_writable", "database.encoding" (not
    UTF-8), "database.newer" (made by a newer release), "database.busy", "disk.full"; "upgrade.failed"
    with `path`. No copy is made before an upgrade: PostgreSQL takes one that fails back whole.
    """
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise AppError("database.address") from None  # its text may hold a part of the password
    where = f"{parts.get('host') or 'localhost'}/{parts.get('dbname') or parts.get('user') or ''}"
    reach(url, where)
    # Who writes looks rows up by keys, in tables that may have grown since the planner has counted them.
    writing = "SET synchronous_commit TO on; SET enable_seqscan TO off"
    writers = connecting(url, writing, autocommit=True, **POOL)
    read = connecting(url, "SET default_transaction_read_only TO on", **POOL)
    tell_trouble(read, where)
    try:
        with trouble_told(where):
            with read.connect() as connection:
                revision = _revision(connection)
            if revision != HEAD:
                _migrate(url, where, settle)
        return PostgresDatabase(where, read, writers)
    except BaseException:
        read.dispose()
        writers.dispose()
        raise


def _revision(connection: Connection) -> str | None:
    if connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar() is None:
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def _migrate(url: str, where: str, settle: Settle) -> None:
    """All or nothing, by one program at a time; whoever comes second finds nothing to do."""
    from alembic import command  # only here: a start without a migration does not pay for it

    from app.models import upgrade
    from app.models.migrate import alembic_config

    engine = connecting(url, wait=MIGRATE, poolclass=NullPool)
    with MIGRATING, _or_as_it_was(where), engine.begin() as migrating:
        migrating.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION}, 0)")
        revision = _revision(migrating)
        upgrade.known_step(revision, where)
        if revision is None:
            command.upgrade(alembic_config(migrating), "head")
        elif revision != HEAD:
            changed = upgrade.changes_of(revision)
            before = {t: columns for t, columns in _tables(migrating).items() if t not in changed}
            # Whoever writes appends to the journal first.
            for table in ("entry", *before):
                migrating.exec_driver_sql(f'LOCK TABLE "{table}" IN EXCLUSIVE MODE')
            was = {table: _sum(migrating, table, columns) for table, columns in before.items()}
            command.upgrade(alembic_config(migrating), "head")
            now = _tables(migrating)
            for table, columns in before.items():
                kept = set(columns) <= set(now.get(table, ()))
                is_now = _sum(migrating, table, columns if kept else ()) if table in now else None
                if is_now is None or is_now[: 1 + kept] != was[table][: 1 + kept]:
                    raise upgrade.NotKept(f"{table} is not as it was: {was[table]} before, {is_now} after")
            settle(_Cursor(cast("psycopg.Connection[Any]", migrating.connection.driver_connection)))
            log.info("brought %s from revision %s to %s", where, revision, HEAD)


@contextmanager
def _or_as_it_was(where: str) -> Iterator[None]:
    """Steps that are at fault have been taken back by now; here that gets words."""
    try:
        yield
    except Exception as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(error, AppError) or (cause and trouble(cause, where)):
            raise
        log.exception("%s cannot be brought to this release; it is as it was", where)
        raise AppError("upgrade.failed", path=where) from error


def _tables(migrating: Connection) -> dict[str, tuple[str, ...]]:
    """The tables with their columns."""
    found: dict[str, tuple[str, ...]] = {}
    for table, column in migrating.exec_driver_sql(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name <> 'alembic_version' ORDER BY ordinal_position"
    ):
        found[table] = (*found.get(table, ()), column)
    return found


def _sum(migrating: Connection, table: str, columns: Sequence[str]) -> tuple[int, ...]:
    """How many rows a table has, and the sum of the hashes of their values in these columns."""
    names = ", ".join(f'"{c}"' for c in columns)
    found = migrating.exec_driver_sql(
        f'SELECT count(*), sum(hashtextextended(ROW({names})::text, 0)::numeric) FROM "{table}"'
    ).one()
    return tuple(found)
