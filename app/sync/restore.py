"""Another database takes the place of a desk's own, in steps that a power cut may come between.

What comes is made whole beside the old one and looked through. A note beside it is the turning point: from
then on whoever opens the home goes on to the end. What was there is kept under another name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.errors import AppError
from app.models import sqlite
from app.models.copies import (
    SIDECARS,
    Step,
    copies_before,
    copy_closed,
    keep_names,
    put_on_disk,
    remove_database,
    sound,
)
from app.models.database import doubted, trouble_told
from app.models.keys import MAGIC
from app.sync.apply import HUB
from app.sync.backups import FOLDER, backup_at, backups_in, unpack
from app.sync.enrolment import Identity
from app.sync.entries import sealed_text
from app.sync.journal import keep_seal

REPLACED = "replaced"

CONTACT = "last_contact"
"""What only a desk notes of itself, as `app.sync.client` does."""


class _Note(msgspec.Struct, frozen=True):
    """That what comes is whole; under which name what was there is kept."""

    aside: str


def coming(database: Path) -> Path:
    """Where the database that is to take the place of `database` is made."""
    return database.with_name(f"{database.name}.restored")


def _note_of(database: Path) -> Path:
    return database.with_name(f"{database.stem}.restore.json")


def noted(database: Path) -> bool:
    """Whether what was prepared is to take its place, and `finish` is to go on with it."""
    return _note_of(database).exists()


def prepare(
    database: Path,
    source: Path,
    identity: Identity,
    known: frozenset[str],
    step: Step = lambda done, total: None,
) -> None:
    """Have what the file `source` holds, a backup or a plain database, lie beside `database`, looked through.
    `known`: the revisions that this release can open.

    AppError "backup.none", "backup.damaged", "backup.newer", "backup.other_office", "file.not_found",
    "file.not_readable", "disk.full", "folder.not_writable", "database.no_key"; then nothing is left.
    """
    backup, to = backup_at(source), coming(database)
    with trouble_told(to):
        remove_database(to)
    try:
        with key_of_source(source):
            if backup.heading is not None:
                if backup.heading.revision not in known:
                    raise AppError("backup.newer", path=str(source))
                if (backup.heading.device == HUB) != (identity.device == HUB):
                    raise AppError("backup.other_office", path=str(source))
                unpack(backup, to, step)
            elif _starts(source, sqlite.PLAIN) or _starts(source, MAGIC):
                # Copied by hand, or kept before an upgrade.
                _copy_plain(source, to)
            else:
                raise AppError("backup.none", path=str(source))
            look_through(to, source, identity, known)
    except BaseException:
        with suppress(OSError):
            remove_database(to)
        raise


@contextmanager
def key_of_source(source: Path) -> Iterator[None]:
    """A key that is missing within is that of `source`, whichever copy of it was looked at."""
    try:
        yield
    except AppError as error:
        if error.code != "database.no_key":
            raise
        raise AppError(error.code, **{**error.params, "path": str(source)}) from error


def _opened(path: Path) -> sqlite.Connection:
    return sqlite.connect(path, sqlite.key_of(path))


def _starts(path: Path, how: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(how)) == how


def _copy_plain(source: Path, to: Path) -> None:
    """With what SQLite has left beside it; nothing is written where the file lies."""
    with trouble_told(to):
        copy_closed(source, to)
    try:
        with closing(_opened(to)) as copy:
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite.errors("DatabaseError") as error:
        raise AppError("backup.damaged", path=str(source)) from error
    with trouble_told(to):
        put_on_disk(to)


def seal_own(path: Path, keys: Sequence[Ed25519PrivateKey]) -> None:
    """Seal the feeds in a database that these keys have written, and the branches of them that lost their
    place, as a backup has its own sealed: so what the head office lacks of them can be handed to it by
    whoever goes on from there, also under another number."""
    feeds = (
        "SELECT d.public_key, f.office_no, f.device, f.last, f.hash FROM feed f "
        'JOIN device d ON d."number" = f.device WHERE f.last > 0'
    )
    by = {key.public_key().public_bytes_raw(): key for key in keys}
    with trouble_told(path), closing(_opened(path)) as there:
        cur = there.cursor()
        if cur.execute("SELECT 1 FROM sqlite_master WHERE name = 'seal'").fetchone() is None:
            return  # of a release that had none
        cur.execute("BEGIN")
        for public, office, device, last, hash_ in cur.execute(feeds).fetchall():
            if public in by:
                keep_seal(cur, office, device, last, by[public].sign(sealed_text(device, last, hash_)))
        for public, device, last, tip in cur.execute(_ENDS).fetchall():
            if public in by:
                seal = by[public].sign(sealed_text(device, last, tip))
                cur.execute("UPDATE orphan SET signature = ? WHERE tip = ? AND hash = tip", (seal, tip))
        cur.execute("COMMIT")


_ENDS = (
    'SELECT d.public_key, o.device, o."number", o.tip FROM orphan o JOIN device d ON d."number" = o.device '
    "WHERE o.hash = o.tip AND o.signature IS NULL"
)
"""The ends of branches that nobody has sealed."""


def look_through(path: Path, named: Path, identity: Identity, known: frozenset[str]) -> None:
    """Whether a database is whole, of a release that is known, of this desk's head office and office. `named`
    is the file that is spoken of. AppError "backup.damaged", "backup.newer", "backup.other_office"."""
    try:
        with closing(_opened(path)) as there:
            if not sound(there):
                raise AppError("backup.damaged", path=str(named))
            revision = there.execute("SELECT version_num FROM alembic_version").fetchone()
            if revision is None or revision[0] not in known:
                raise AppError("backup.newer", path=str(named))
            hubs = there.execute("SELECT public_key FROM device WHERE kind = 'hub'").fetchall()
            if identity.device == HUB:
                wanted = 'SELECT 1 FROM utility WHERE NOT EXISTS (SELECT 1 FROM local WHERE "key" = ?)'
                found = there.execute(wanted, (CONTACT,))  # only desks have contact with somebody
            else:
                found = there.execute('SELECT 1 FROM office WHERE "number" = ?', (identity.office_no,))
            if (identity.hub_key,) not in hubs or found.fetchone() is None:
                raise AppError("backup.other_office", path=str(named))
    except sqlite.errors("DatabaseError") as error:
        raise AppError("backup.damaged", path=str(named)) from error


def swap(database: Path, now: datetime) -> Path | None:
    """Let what was prepared take the place of `database`; where the old one is kept, None where there was
    none. AppError "folder.not_writable", "disk.full": then it is gone on with by `finish`."""
    aside = database.with_name(f"{database.stem}-{REPLACED}-{now:%Y%m%d-%H%M%S}{database.suffix}")
    number = 1
    while aside.exists():
        number += 1
        aside = aside.with_stem(f"{database.stem}-{REPLACED}-{now:%Y%m%d-%H%M%S}-{number}")
    was = database.exists()
    note = _note_of(database)
    with trouble_told(database):
        part = note.with_name(note.name + ".part")
        part.write_bytes(msgspec.json.encode(_Note(aside.name)))
        put_on_disk(part)
        part.replace(note)
        keep_names(note.parent)
    finish(database)
    return aside if was else None


def finish(database: Path) -> bool:
    """Go on with what was begun and cut short, if something was; whether it was. For whoever alone has the
    home. AppError "folder.not_writable", "disk.full"."""
    note, new = _note_of(database), coming(database)
    with trouble_told(database):
        try:
            said = msgspec.json.decode(note.read_bytes(), type=_Note)
        except FileNotFoundError:
            remove_database(new)  # which did not become whole
            note.with_name(note.name + ".part").unlink(missing_ok=True)
            return False
        if new.exists():
            aside = database.with_name(said.aside)
            # The old one's own journals first: SQLite would play them into the new one.
            for ending in (*SIDECARS, ""):
                old = database.with_name(database.name + ending)
                if old.exists():
                    old.replace(aside.with_name(aside.name + ending))
            keep_names(database.parent)
            new.replace(database)
            keep_names(database.parent)
        doubted(database).unlink(missing_ok=True)
        note.unlink()
        return True


def kept_aside(database: Path) -> list[Path]:
    """What was replaced, the newest first."""
    found = database.parent.glob(f"{database.stem}-{REPLACED}-*{database.suffix}")
    return sorted(found, reverse=True)


def trusted(database: Path, *, hub: bool = False) -> None:
    """For whoever is about to open the database of a desk, or of a head office (`hub`). AppError
    "database.lost" where there is none though there was one, "database.damaged" where its damage was noticed
    before."""
    with trouble_told(database):
        if not database.exists() or not database.stat().st_size:
            backups = backups_in(database.parent / FOLDER)
            kept = any(hub == (b.heading is not None and b.heading.device == HUB) for b in backups)
            if kept or kept_aside(database) or copies_before(database):
                raise AppError("database.lost", path=str(database))
        elif doubted(database).exists():
            with closing(_opened(database)) as there:
                if not sound(there):
                    raise AppError("database.damaged", path=str(database))
        doubted(database).unlink(missing_ok=True)
