"""Backups of a desk's database: files that say of themselves whose they are, whole and as they were made.

A backup holds the database and the public half of who the desk is, never its key (decision 0006): on another
PC it gives the data back, not the right to write in the desk's name. The desk seals the head of its own feed
within the copy, so that whoever restores it can hand what was unsent to the head office.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from backports import zstd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain import backups as rule
from app.domain.deadlines import zone_named
from app.domain.errors import AppError, disk_told, disk_trouble, file_told
from app.models import sqlite
from app.models.base import instant, millis
from app.models.converting import convert
from app.models.copies import Step, copy_database, keep_names, put_on_disk, remove_database
from app.models.database import trouble_told
from app.models.keys import Key, mark_in
from app.sync import journal
from app.sync.contents import Packed, pack_unsent
from app.sync.enrolment import Identity
from app.sync.entries import sealed_text

SUFFIX = ".daumoi-backup"
FOLDER = "backups"
"""Within a desk's home."""
MAGIC = b"DAUMOI BACKUP 1\n"
PIECE = 1 << 20
LARGEST_HEADING = 1 << 16
MOST_CONTENTS = 256 << 20
"""Bytes of scans and photos in a backup at most; each of them is in it until the head office has it."""

LEVEL = 3
"""Of zstd: a second for a database of 30,000 customers, which becomes a quarter of its size."""


class Heading(msgspec.Struct, frozen=True):
    """What a backup says of itself. Moments in milliseconds, sizes in bytes."""

    made_ms: int
    version: str
    revision: str
    device: int
    office_no: int
    desk: str
    zone: str
    hub_key: bytes
    entries: int
    """Entries of the journal."""
    last: int
    """The last of them that this desk has written."""
    size: int
    digest: bytes
    """SHA-256 of the database."""
    contents: int = 0
    """Scans and photos that the head office did not have: so many are in it."""
    left_out: int = 0
    """So many had no room in it, of `left_bytes` together."""
    left_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup on a disk. `heading` is None of a file that is no backup, or a broken one."""

    path: Path
    size: int
    heading: Heading | None

    @property
    def made(self) -> datetime:
        """When, in the zone of the office."""
        assert self.heading is not None
        return instant(self.heading.made_ms).astimezone(zone_named(self.heading.zone))


# -- making one -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes backups of the database at `database`."""

    database: Path
    identity: Identity
    key: Ed25519PrivateKey | None
    """None: nothing is sealed; the head office's entries are under seal already."""
    version: str
    now: Callable[[], datetime]
    contents: Path | None = None
    """Where scans and photos lie; those that the head office does not have yet go into the backup."""

    def make(self, folder: Path, step: Step = lambda done, total: None) -> Backup:
        """A backup in `folder`, while others write to the database; no file that lies there is touched.
        `step` hears how far it is and may raise to stop.

        AppError "database.damaged" when the database is, "disk.full", "folder.not_writable"; then the older
        backups are as they were and nothing else is left.
        """
        made = self.now()
        local = made.astimezone(zone_named(self.identity.zone))
        to = _free(folder, f"DauMoi-{self.identity.desk}-{local:%Y%m%d-%H%M%S}")
        copy = to.with_suffix(".db")
        found: dict[str, object] = {}
        at = (0, 1)

        def copied(done: int, total: int) -> None:
            nonlocal at
            at = done, total
            step(done, total)

        def add(cur: sqlite.Cursor) -> None:
            found.update(self._added(cur, lambda: step(*at)))

        try:
            with trouble_told(copy):
                with closing(sqlite.connect(self.database, sqlite.key_of(self.database))) as source:
                    copy_database(source, copy, copied, add)
                size, digest = copy.stat().st_size, _digest(copy)
                heading = msgspec.convert(
                    {
                        "made_ms": millis(made),
                        "version": self.version,
                        "device": self.identity.device,
                        "office_no": self.identity.office_no,
                        "desk": self.identity.desk,
                        "zone": self.identity.zone,
                        "hub_key": self.identity.hub_key,
                        "size": size,
                        "digest": digest,
                        **found,
                    },
                    Heading,
                )
                _pack(copy, to, heading)
        finally:
            with suppress(OSError):
                remove_database(copy)
        return Backup(to, to.stat().st_size, heading)

    def _added(self, cur: sqlite.Cursor, going_on: Callable[[], object]) -> dict[str, object]:
        """Seal this desk's feed in the copy, put what is unsent into it; what the heading says of both."""
        office, device = self.identity.office_no, self.identity.device
        last, hash_ = journal.all_heads(cur).get(device, (0, b""))
        if last and self.key is not None:
            journal.keep_seal(cur, office, device, last, self.key.sign(sealed_text(device, last, hash_)))
        revision = cur.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        entries = cur.execute("SELECT count(*) FROM entry").fetchone()[0]
        packed = Packed()
        if self.contents is not None:
            packed = pack_unsent(cur, self.contents, MOST_CONTENTS, going_on)
        return {"revision": revision, "entries": entries, "last": last, **asdict(packed)}


def _free(folder: Path, name: str) -> Path:
    """Where a backup of this name can lie: the clock may be set back, and another PC have the same folder."""
    number, free = 1, name
    while any((folder / f"{free}{ending}").exists() for ending in (SUFFIX, ".db", ".db.part")):
        number += 1
        free = f"{name}-{number}"
    return folder / f"{free}{SUFFIX}"


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _pack(database: Path, to: Path, heading: Heading) -> None:
    part = to.with_name(to.name + ".part")
    try:
        with part.open("wb") as file:
            head = msgspec.msgpack.encode(heading)
            file.write(MAGIC + len(head).to_bytes(4) + zlib.crc32(head).to_bytes(4) + head)
            with database.open("rb") as source, zstd.open(file, "wb", level=LEVEL) as packed:
                while piece := source.read(PIECE):
                    packed.write(piece)
        put_on_disk(part)
        part.replace(to)
        keep_names(to.parent)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


# -- what is there ----------------------------------------------------------------------------------------


def backup_at(path: Path) -> Backup:
    """What a file says of itself. AppError "file.not_found", "file.not_readable"."""
    with file_told(path), path.open("rb") as file:
        size = path.stat().st_size
        start = file.read(len(MAGIC) + 8)
        length = int.from_bytes(start[-8:-4])
        if start[: len(MAGIC)] != MAGIC or len(start) < len(MAGIC) + 8 or length > LARGEST_HEADING:
            return Backup(path, size, None)
        head = file.read(length)
    if zlib.crc32(head) != int.from_bytes(start[-4:]):
        return Backup(path, size, None)
    try:
        heading = msgspec.msgpack.decode(head, type=Heading)
        zone_named(heading.zone)
    except (msgspec.DecodeError, msgspec.ValidationError, LookupError, ValueError):
        return Backup(path, size, None)
    return Backup(path, size, heading)


def backups_in(folder: Path) -> list[Backup]:
    """The backups of a folder, the newest first; none of a folder that is not there."""
    found = []
    with suppress(OSError):
        for path in folder.glob(f"*{SUFFIX}"):
            with suppress(AppError):
                found.append(backup_at(path))
    good = sorted((b for b in found if b.heading), key=lambda b: (b.made, b.path.name), reverse=True)
    return [*good, *(b for b in found if b.heading is None)]


def clear(folder: Path, desk: str) -> None:
    """Remove what a backup of this desk that was cut short has left in its home. AppError "disk.full",
    "folder.not_writable"."""
    with disk_told(folder):
        for path in folder.glob(f"DauMoi-{desk}-*"):
            if not path.name.endswith(SUFFIX):
                path.unlink()


def prune(folder: Path, just_made: Path) -> None:
    """Remove those backups of the same desk that `rule.kept` does not keep: of the home and the second place
    alone. One that cannot be removed stays."""
    whose = backup_at(just_made).heading
    mine = [b for b in backups_in(folder) if b.heading and whose and b.heading.device == whose.device]
    keep = rule.kept(b.made for b in mine)
    for each in mine:
        if each.made not in keep and each.path != just_made:
            with suppress(OSError):
                each.path.unlink()


def copy_backup(backup: Backup, folder: Path) -> Path:
    """The same backup on another disk, read again once it is there. AppError "backup.place_missing",
    "disk.full", "folder.not_writable"."""
    if not folder.is_dir():
        raise AppError("backup.place_missing", path=str(folder))
    to = folder / backup.path.name
    part = to.with_name(to.name + ".part")
    try:
        with backup.path.open("rb") as source, part.open("wb") as file:
            while piece := source.read(PIECE):
                file.write(piece)
        put_on_disk(part)
        if _digest(part) != _digest(backup.path):
            raise AppError("folder.not_writable", path=str(folder))
        part.replace(to)
        keep_names(folder)
    except OSError as error:
        if not folder.is_dir():  # the stick was pulled out
            raise AppError("backup.place_missing", path=str(folder)) from error
        raise disk_trouble(error, to.parent) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    prune(folder, to)
    return to


# -- taking it apart --------------------------------------------------------------------------------------


def unpack(backup: Backup, to: Path, step: Step = lambda done, total: None) -> None:
    """Write the database that a backup holds to `to`, on the disk and as it was. AppError "backup.damaged",
    "disk.full", "folder.not_writable"; then nothing is left."""
    heading = backup.heading
    if heading is None:
        raise AppError("backup.damaged", path=str(backup.path))
    try:
        with to.open("wb") as file:
            for piece in pieces(backup, step):
                file.write(piece)
        put_on_disk(to)
    except OSError as error:
        with suppress(OSError):
            remove_database(to)
        raise disk_trouble(error, to.parent) from error
    except AppError:
        with suppress(OSError):
            remove_database(to)
        raise


def pieces(backup: Backup, step: Step = lambda done, total: None) -> Iterator[bytes]:
    """The database in a backup, piece by piece; when all have come, it is whole and as it was. AppError
    "backup.damaged"."""
    heading = backup.heading
    damaged = AppError("backup.damaged", path=str(backup.path))
    if heading is None:
        raise damaged
    digest, size = hashlib.sha256(), 0
    try:
        with backup.path.open("rb") as file:
            start = file.read(len(MAGIC) + 8)
            file.seek(len(start) + int.from_bytes(start[-8:-4]))
            with zstd.open(file, "rb") as packed:
                while piece := packed.read(PIECE):
                    size += len(piece)
                    if size > heading.size:
                        raise damaged
                    digest.update(piece)
                    step(size, heading.size)
                    yield piece
    except (zstd.ZstdError, EOFError) as error:
        raise damaged from error
    except FileNotFoundError as error:
        raise AppError("file.not_found", path=str(backup.path)) from error
    if digest.digest() != heading.digest:
        raise damaged


def repack(backup: Backup, key: Key) -> None:
    """Have the database in a backup be encrypted. AppError as `unpack`; then it is as it was."""
    database = backup.path.with_suffix(".db.part")
    try:
        unpack(backup, database)
        with trouble_told(database):
            if backup.heading is not None and convert(database, key):
                changed = {"size": database.stat().st_size, "digest": _digest(database)}
                _pack(database, backup.path, msgspec.structs.replace(backup.heading, **changed))
    finally:
        with suppress(OSError):
            remove_database(database)


def check(backup: Backup, step: Step = lambda done, total: None) -> None:
    """Whether a backup is whole and as it was made. AppError "backup.damaged"."""
    for _ in pieces(backup, step):
        pass


def key_of(backup: Backup) -> Key | None:
    """What the database in a backup is encrypted with; None for a plain one. AppError "backup.damaged",
    "database.no_key" when this PC does not have its key."""
    return sqlite.key_of_mark(mark_in(next(pieces(backup), b"")), backup.path)
