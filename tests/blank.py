"""New databases as copies of one that the migrations have made."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.models import database, sqlite
from app.models.keys import Key


def make_blank(path: Path) -> None:
    """An empty database of this release, made by the migrations."""
    database.open_database(path, datetime(2026, 11, 20, tzinfo=UTC)).close()


@contextmanager
def new_databases_from(blank: Path) -> Iterator[None]:
    """Within this, a new database is a copy of `blank`; those of older releases are migrated."""
    migrate = database._migrate

    def copied(
        path: Path,
        connection: sqlite.Connection,
        revision: str | None,
        now: datetime,
        key: Key | None,
        settle: database.Settle,
    ) -> None:
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
            migrate(path, connection, revision, now, key, settle)
        elif key:
            sqlite.attach(connection, blank, "blank", None)
            connection.execute("SELECT sqlcipher_export('main', 'blank')")
            connection.execute("DETACH DATABASE blank")
        else:
            with closing(sqlite3.connect(blank)) as made:
                made.backup(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_migrate", copied)
        yield
