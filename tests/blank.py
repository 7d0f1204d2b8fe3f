"""New databases as copies of one that the migrations have made."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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
    connect, migrate = database._connect, database._migrate

    def copied(path: Path, key: Key | None) -> sqlite.Connection:
        if key is None and not (path.exists() and path.stat().st_size):
            shutil.copyfile(blank, path)
        return connect(path, key)

    def exported(
        path: Path,
        connection: sqlite.Connection,
        revision: str | None,
        now: datetime,
        key: Key | None,
        settle: database.Settle,
        told: database.Told,
    ) -> None:
        if key is None or connection.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
            migrate(path, connection, revision, now, key, settle, told)
        else:
            sqlite.attach(connection, blank, "blank", None)
            connection.execute("SELECT sqlcipher_export('main', 'blank')")
            connection.execute("DETACH DATABASE blank")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_connect", copied)
        patch.setattr(database, "_migrate", exported)
        yield
