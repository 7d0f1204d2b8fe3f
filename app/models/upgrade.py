"""Bringing a database to this release: copied, migrated and looked through within one transaction, so that it
is either wholly of this release or as it was, wherever the power was cut.

Every row of every table that no step means to change (`CHANGES` of the steps in `migrations/versions`) must
be there afterwards with the same values, as the copy that was made beforehand holds them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, event
from sqlalchemy.exc import DBAPIError

from app.domain.errors import AppError
from app.models import sqlite
from app.models.copies import before_upgrade, copy_database
from app.models.database import MIGRATING, Settle, Told, trouble
from app.models.keys import Key
from app.models.migrate import alembic_config, revisions

log = logging.getLogger(__name__)

Columns = Mapping[str, tuple[str, ...]]
"""Table -> its columns."""


class NotKept(Exception):
    """What is not as it was, or not as it should be, after the steps."""


def upgrade_file(
    path: Path,
    source: sqlite.Connection,
    key: Key | None,
    revision: str | None,
    now: datetime,
    settle: Settle,
    told: Told,
) -> None:
    """Bring the SQLite database at `path` from `revision` to this release; None: it is new. `source` is
    a connection to it that does nothing; `key`, `settle` and `told` as in `open_database`.

    AppError "database.newer"; "upgrade.failed" with `path`, and `copy`, the copy made beforehand: it is as it
    was. sqlite3.Error and OSError as they are, for `trouble_told`: then too it is as it was.
    """
    known_step(revision, str(path))
    copy = before_upgrade(path, revision, now)

    engine = sqlite.engine(path, key, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _alone(connection: Any, _: Any) -> None:
        # A step that makes a table anew must not take along the rows of others that point into it; once a
        # transaction has begun, this setting is not heard.
        connection.execute("PRAGMA foreign_keys = OFF")

    with MIGRATING, _or_as_it_was(path, copy), engine.begin() as migrating:
        migrating.exec_driver_sql("BEGIN IMMEDIATE")
        if revision is None:
            command.upgrade(alembic_config(migrating), "head")
            return
        _copied(path, source, copy, told)  # nobody can write meanwhile
        sqlite.attach(_connection(migrating), copy, "before", sqlite.key_of(copy))
        changed = changes_of(revision)
        told("migrate", 0, 0)
        command.upgrade(alembic_config(migrating), "head")
        _same_as_before(migrating, changed, told)
        told("check", 0, 0)
        settle(_connection(migrating).cursor())
        _sound(migrating)
    log.info("brought %s from revision %s to this release; a copy is %s", path, revision, copy)


def _copied(path: Path, source: sqlite.Connection, copy: Path, told: Told) -> None:
    for cut_short in copy.parent.glob(f"{path.stem}-*.part*"):
        cut_short.unlink()
    copy_database(source, copy, lambda done, total: told("copy", done, total))


def known_step(revision: str | None, path: str) -> None:
    """AppError "database.newer" for a revision that this release does not know."""
    if revision is not None and revision not in revisions():
        raise AppError("database.newer", path=path)


def changes_of(revision: str) -> set[str]:
    """The tables whose rows the steps from `revision` to this release mean to change."""
    found: set[str] = set()
    scripts = ScriptDirectory.from_config(alembic_config(None))
    for script in scripts.iterate_revisions("head", revision):
        found.update(script.module.CHANGES)
    return found


@contextmanager
def _or_as_it_was(path: Path, copy: Path) -> Iterator[None]:
    """What keeps a database from this release has put it back by now, so its copy is of no use any more; but
    where the steps are at fault, one stays for those who look into it, and the cause gets words."""
    try:
        yield
    except Exception as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if not copy.exists():
            raise
        if isinstance(error, AppError) or (cause and trouble(cause, path)):
            copy.unlink()
            raise
        kept = copy.replace(copy.with_name(f"{path.stem}-not-upgraded.db"))
        log.exception("%s cannot be brought to this release; it is as it was", path)
        raise AppError("upgrade.failed", path=str(path), copy=str(kept)) from error


def _connection(migrating: Connection) -> sqlite.Connection:
    connection: Any = migrating.connection.dbapi_connection
    return cast(sqlite.Connection, connection)


def _same_as_before(migrating: Connection, changed: set[str], told: Told) -> None:
    """Compare each table with the copy, value by value, by its key."""
    cur = _connection(migrating).cursor()
    now, before = _columns(cur, "main"), _columns(cur, "before")
    held = {table: _rows(cur, "before", table) for table in before if table not in changed}
    done, total = 0, sum(held.values())
    for table, rows in held.items():
        told("compare", done, total)
        if table not in now:
            raise NotKept(f"{table} is gone")
        both = [c for c in before[table] if c in now[table]]
        others = _rows(cur, "main", table)
        same = cur.execute(_same(table, both)).fetchone()[0]
        if not rows == others == same:
            raise NotKept(f"{table} had {rows} rows and has {others}; {same} of them are as they were")
        done += rows


def _rows(cur: sqlite.Cursor, side: str, table: str) -> int:
    return int(cur.execute(f'SELECT count(*) FROM {side}."{table}"').fetchone()[0])


def _columns(cur: sqlite.Cursor, side: str) -> Columns:
    """The tables of a side with their columns, save what SQLite, Alembic and the search keep for
    themselves."""
    names = cur.execute(
        f"SELECT name FROM {side}.sqlite_master WHERE type = 'table' AND name <> 'alembic_version' "
        "AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name NOT LIKE 'customer!_search%' ESCAPE '!'"
    ).fetchall()
    return {
        name: tuple(row[1] for row in cur.execute(f'PRAGMA {side}.table_info("{name}")')) for (name,) in names
    }


def _same(table: str, columns: list[str]) -> str:
    """A query for the number of rows that are there with the same values; they are looked up by their key."""
    same = " AND ".join(f'm."{c}" IS b."{c}"' for c in columns)
    there = f'SELECT 1 FROM main."{table}" m WHERE {same}'
    return f'SELECT count(*) FROM before."{table}" b WHERE EXISTS ({there})'


def _sound(migrating: Connection) -> None:
    """Whether the pages are sound, and no row points nowhere, of those that a step has let point."""
    if (found := migrating.exec_driver_sql("PRAGMA main.integrity_check(1)").scalar()) != "ok":
        raise NotKept(str(found))
    if (row := migrating.exec_driver_sql("PRAGMA main.foreign_key_check").first()) is not None:
        raise NotKept(f"a row of {row[0]} points to a row of {row[2]} that is not there")
