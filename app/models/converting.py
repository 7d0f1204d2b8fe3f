"""A database from plain to encrypted and back: the same rows in another file, which takes its place whole or
not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path

from app.domain.errors import AppError
from app.models import sqlite
from app.models.copies import Step, keep_names, put_on_disk, remove_database, sound
from app.models.database import trouble_told
from app.models.keys import Key

OLD = ".old"
"""What the file that was replaced is called until it is overwritten."""

PART = ".converting"
BLOCK = 1 << 20


def convert(path: Path, key: Key | None, step: Step = lambda done, total: None) -> bool:
    """Have the database at `path` be encrypted with `key`, or plain without one; nobody has it open. False
    when it is so already. `step` hears of tables done and in all.

    Killed at whatever point, there is the old file or the new one under the name, whole. The old one is
    overwritten then: what the disk itself keeps of it (a copy made by the file system, cells that an SSD has
    put aside) is beyond a program.

    AppError as `open_database`; "database.damaged" when a row could not be read or is another afterwards.
    """
    with trouble_told(path):
        before = sqlite.key_of(path)
        if before == key:
            finish(path)
            return False
        finish(path)
        wal, old = path.with_name(path.name + "-wal"), path.with_name(path.name + OLD)
        _link(wal, wal.with_name(wal.name + OLD))
        _settle(path, before)
        part = path.with_name(path.name + PART)
        remove_database(part)
        try:
            _export(path, before, part, key)
            if list(_digests(path, before, step)) != list(_digests(part, key, step)):
                raise AppError("database.damaged", path=str(path))
            put_on_disk(part)
        except BaseException:
            with suppress(OSError):
                remove_database(part)
            raise
        _link(path, old)
        part.replace(path)
        keep_names(path.parent)
        finish(path)
    return True


def finish(path: Path) -> None:
    """Overwrite what a conversion has replaced, and remove what one has left that was cut short. OSError."""
    remove_database(path.with_name(path.name + PART))
    for used in (path, path.with_name(path.name + "-wal")):
        old = used.with_name(used.name + OLD)
        if not old.exists():
            continue
        # Cut short before it was replaced, it is the file in use under a second name.
        if not (used.exists() and used.samefile(old)):
            left = old.stat().st_size
            with old.open("rb+") as file:
                while left > 0:
                    left -= file.write(bytes(min(BLOCK, left)))
                file.flush()
                os.fsync(file.fileno())
        old.unlink()


def _link(used: Path, old: Path) -> None:
    """A second name by which a file can be overwritten once it is replaced; on a disk without such names it
    is only replaced."""
    if used.exists():
        with suppress(OSError):
            os.link(used, old)
            keep_names(used.parent)


def _settle(path: Path, key: Key | None) -> None:
    """Have all of it in the one file: SQLite would play what lies beside it into the new one."""
    with closing(sqlite.connect(path, key, wait=0)) as whole:
        whole.execute("PRAGMA journal_mode = DELETE").fetchone()
        if not sound(whole):
            raise AppError("database.damaged", path=str(path))


def _export(path: Path, before: Key | None, part: Path, after: Key | None) -> None:
    with closing(sqlite.exporting(path, before)) as source:
        sqlite.attach(source, part, "made", after)
        source.execute("PRAGMA made.journal_mode = OFF")
        source.execute("PRAGMA made.synchronous = OFF")
        source.execute("SELECT sqlcipher_export('made')")
        for name in ("user_version", "application_id"):
            (value,) = source.execute(f"PRAGMA main.{name}").fetchone()
            source.execute(f"PRAGMA made.{name} = {int(value)}")
        source.execute("DETACH DATABASE made")


def _digests(path: Path, key: Key | None, step: Step) -> Iterator[tuple[str, bytes]]:
    """Of the schema, and of each table's rows."""
    with closing(sqlite.connect(path, key, only_read=True)) as read:
        schema = read.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 2, 1").fetchall()
        yield "", blake2b(repr(schema).encode()).digest()
        kept = "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY name"
        tables = [name for (name,) in read.execute(kept)]
        for done, name in enumerate(tables):
            step(done, len(tables))
            rows = blake2b()
            for row in read.execute(f'SELECT * FROM "{name}" NOT INDEXED'):
                rows.update(repr(row).encode())
            yield name, rows.digest()
