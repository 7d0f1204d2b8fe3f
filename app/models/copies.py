"""A copy of a database that is in use: of one moment, looked through, on the disk under its name only when
it is whole. The one way in which the program copies a database, before an upgrade and for a backup."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.domain.backups import UPGRADES
from app.domain.errors import AppError
from app.models import sqlite

PAGES = 256
"""So many pages at a time: a mebibyte, some milliseconds."""

SIDECARS = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, by the endings of their names."""

Step = Callable[[int, int], None]


def copy_database(
    source: sqlite.Connection,
    to: Path,
    step: Step = lambda done, total: None,
    add: Callable[[sqlite.Cursor], None] = lambda cur: None,
) -> None:
    """Copy the open database of `source` to `to`, in small steps, while others write to it: what `source`
    sees at one moment; encrypted with the same key, if the source is. `add` may write into it before it is
    looked through; `step` hears of pages done and in all, and may raise to stop. Whatever goes wrong, nothing
    is left but what was there before.

    AppError "database.damaged" with the path of the source, when what was copied is damaged; `sqlite.errors`
    and OSError as they are, for `trouble_told`.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(to.name + ".part")
    remove_database(part)
    try:
        with closing(sqlite.connect(part, sqlite.key_with(source))) as copy:
            # Nothing of the copy is of use before it is whole, so it needs no journal of its own.
            copy.execute("PRAGMA journal_mode = OFF")
            copy.execute("PRAGMA synchronous = OFF")
            _copy(source, copy, step)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without any beside it
            cur = copy.cursor()
            cur.execute("BEGIN")
            add(cur)
            cur.execute("COMMIT")
            if not sound(copy):
                raise AppError("database.damaged", path=path_of(source))
        put_on_disk(part)
        part.replace(to)
        keep_names(to.parent)
    except BaseException:
        with suppress(OSError):
            remove_database(part)
        raise


def _copy(source: sqlite.Connection, copy: sqlite.Connection, step: Step) -> None:
    """Within one reading transaction, so that the copy need not begin anew when somebody writes."""
    reading = not source.in_transaction
    if reading:
        source.execute("BEGIN")
    try:
        source.execute("SELECT 1 FROM sqlite_master").fetchone()
        source.backup(copy, pages=PAGES, progress=lambda _, left, total: step(total - left, total))
    finally:
        if reading:
            source.execute("ROLLBACK")


# -- before an upgrade ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BeforeUpgrade:
    """A copy that was made before an upgrade from `revision`; `made` in UTC."""

    path: Path
    revision: str
    made: datetime
    size: int


MADE = "%Y%m%d-%H%M%S"


def before_upgrade(database: Path, revision: str | None, now: datetime) -> Path:
    """Where the copy of a database lies that is made before it is brought from `revision` to this release."""
    return database.parent / "backups" / f"{database.stem}-{revision}-{now.astimezone(UTC):{MADE}}.db"


def copy_closed(source: Path, to: Path) -> None:
    """Copy a database that nobody has open, whole or not, with the log that lies beside it. OSError."""
    for ending in ("", "-wal"):
        there = source.with_name(source.name + ending)
        if there.exists():
            shutil.copyfile(there, to.with_name(to.name + ending))


def copies_before(database: Path) -> list[BeforeUpgrade]:
    """The copies of a database that were made before upgrades, the newest first."""
    name = re.compile(rf"{re.escape(database.stem)}-(\w+)-(\d{{8}}-\d{{6}})\.db")
    found = []
    with suppress(OSError):
        for path in (database.parent / "backups").iterdir():
            if (said := name.fullmatch(path.name)) is not None:
                with suppress(ValueError, OSError):
                    made = datetime.strptime(said[2], MADE).replace(tzinfo=UTC)
                    found.append(BeforeUpgrade(path, said[1], made, path.stat().st_size))
    return sorted(found, key=lambda each: (each.made, each.path.name), reverse=True)


def prune_copies(database: Path) -> None:
    """Remove those that are not to be kept (`UPGRADES`). One that cannot be removed stays."""
    for each in copies_before(database)[UPGRADES:]:
        with suppress(OSError):
            each.path.unlink()


# -- files ------------------------------------------------------------------------------------------------


def sound(connection: sqlite.Connection) -> bool:
    """Whether every page of the open database is what it should be, and indexes agree with their tables."""
    try:
        return bool(connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))
    except sqlite.errors("DatabaseError") as error:
        name = getattr(error, "sqlite_errorname", "")
        if not name or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            return False  # without a name: what it names as damaged is no text any more
        raise
    except UnicodeDecodeError:  # likewise
        return False


def path_of(connection: sqlite.Connection) -> str:
    """The file of an open database."""
    return str(connection.execute("PRAGMA database_list").fetchone()[2])


def remove_database(path: Path) -> None:
    """A database file and what SQLite keeps beside it. OSError."""
    for ending in ("", *SIDECARS):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def put_on_disk(path: Path) -> None:
    """Have what was written to a file lie on the disk. OSError."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def keep_names(folder: Path) -> None:
    """Have the names that files in a folder were given on the disk, too. Windows does so by itself."""
    if os.name != "nt":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
