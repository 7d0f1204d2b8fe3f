"""New databases as copies of one that the migrations have made."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.models import database


def make_blank(path: Path) -> None:
    """An empty database of this release, made by the migrations."""
    database.open_database(path, datetime(2026, 11, 20, tzinfo=UTC)).close()


@contextmanager
def new_databases_from(blank: Path) -> Iterator[None]:
    """Within this, a new database is a copy of `blank`; those of older releases are migrated."""
    migrate = database._migrate

    def copied(path: Path, connection: sqlite3.Connection, revision: str | None, now: datetime) -> None:
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
            with closing(sqlite3.connect(blank)) as made:
                made.backup(connection)
        else:
            migrate(path, connection, revision, now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_migrate", copied)
        yield
