"""Opening a database: pragmas, migrations with a copy beforehand, and what may be wrong with the file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event

from app.domain.errors import AppError

HEAD = "0001"
"""The newest revision in `migrations/versions`; a test holds it against the folder."""


@dataclass(frozen=True)
class Database:
    """An open database: one connection that writes, and as many as are asked for that only read."""

    path: Path
    write: sqlite3.Connection
    read: Engine

    def close(self) -> None:
        """Let go of the file."""
        self.write.close()
        self.read.dispose()


def open_database(path: Path, now: datetime) -> Database:
    """Open (or make) a database and bring it to this release.

    AppError: "folder.not_writable", "database.damaged", "database.newer" (made by a newer release), each with
    `path`. A copy is put into `backups/` beside it before a migration.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write = _connect(path)
        revision = _revision(write)
        if revision != HEAD:
            _migrate(path, write, revision, now)
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise AppError("folder.not_writable", path=str(path.parent)) from error
    except sqlite3.OperationalError as error:
        raise AppError("folder.not_writable", path=str(path.parent)) from error
    except sqlite3.DatabaseError as error:
        raise AppError("database.damaged", path=str(path)) from error
    return Database(path, write, read_engine(path))


def read_engine(path: Path) -> Engine:
    """An engine whose connections can only read."""
    engine = create_engine(f"sqlite:///{path}", pool_size=4)

    @event.listens_for(engine, "connect")
    def _only_read(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA busy_timeout = 5000")

    return engine


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -32000")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def _revision(connection: sqlite3.Connection) -> str | None:
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone() if there else None
    return found[0] if found else None


def _migrate(path: Path, connection: sqlite3.Connection, revision: str | None, now: datetime) -> None:
    from alembic import command  # only here: a start without a migration does not pay for it
    from alembic.script import ScriptDirectory

    from app.models.migrate import alembic_config

    known = {s.revision for s in ScriptDirectory.from_config(alembic_config(None)).walk_revisions()}
    if revision is not None:
        if revision not in known:
            connection.close()
            raise AppError("database.newer", path=str(path))
        backup(connection, path.parent / "backups" / f"{path.stem}-{revision}-{now:%Y%m%d-%H%M%S}.db")
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as migrating:
            command.upgrade(alembic_config(migrating), "head")
    finally:
        engine.dispose()


def backup(connection: sqlite3.Connection, to: Path) -> None:
    """A whole copy of the open database, under its final name only when it is complete."""
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_suffix(".part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(part)) as copy:
        connection.backup(copy)
    part.replace(to)
