"""The contents of scans and photos at a desk: files under their digest (SHA-256), each written once, whole or
not at all, and looked at again whenever it is read."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.models import sqlite
from app.models.base import millis
from app.models.copies import keep_names
from app.models.database import trouble_told
from app.models.store import Cursor
from app.sync.writer import JournalWriter

_NAME = re.compile(r"[0-9a-f]{64}")


class Contents:
    """The folder of a desk's contents, `ab/abcd…`, and the table of what the head office has of them."""

    def __init__(self, folder: Path, writer: JournalWriter, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._writer = writer
        self._now = now

    def path(self, digest: bytes) -> Path:
        """Where a content is, if it is here."""
        return path_in(self._folder, digest)

    def coming(self, digest: bytes) -> Path:
        """Where a content grows that is being fetched."""
        return self._folder / "coming" / digest.hex()

    def put(self, data: bytes) -> bytes:
        """Keep a content; it is on the disk when this returns. Its digest. AppError "disk.full",
        "folder.not_writable"."""
        digest = hashlib.sha256(data).digest()
        _put(self._folder, digest, data)
        self._note(digest, len(data))
        return digest

    def take(self, digest: bytes) -> Path | None:
        """Keep a content that has come from the head office; None when what has come is another. AppError as
        `put`."""
        part, path = self.coming(digest), self.path(digest)
        with trouble_told(path):
            if not _is(part, digest):
                part.unlink(missing_ok=True)
                return None
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            _make_folder(self._folder, path)
            part.replace(path)
            keep_names(path.parent)
            size = path.stat().st_size
        self._note(digest, size)
        self.note_sent([digest])
        return path

    def whole(self, digest: bytes) -> Path | None:
        """The file of a content that is here and as it was. One that is damaged is put aside, so that it is
        fetched anew."""
        path = self.path(digest)
        with trouble_told(path):
            if _is(path, digest):
                return path
            if path.exists():
                path.replace(path.with_name(f"{path.name}.damaged"))
                self._writer.execute_local("DELETE FROM blob WHERE digest = ?", (digest,))
        return None

    def read(self, digest: bytes) -> bytes | None:
        """A content that is here and as it was. AppError "folder.not_writable" when it cannot be read."""
        path = self.whole(digest)
        if path is None:
            return None
        with trouble_told(path):
            return path.read_bytes()

    def drop(self, digest: bytes) -> None:
        """Remove a content, unless an attachment or an unfinished form names it."""
        with self._writer.store.reading() as cur:
            cur.execute("SELECT 1 FROM attachment WHERE digest = ? LIMIT 1", (digest,))
            named = cur.fetchone()
            cur.execute("SELECT 1 FROM draft WHERE fields LIKE ? LIMIT 1", (f"%{digest.hex()}%",))
            named = named or cur.fetchone()
        if not named:
            path = self.path(digest)
            with trouble_told(path):
                path.unlink(missing_ok=True)
            self._writer.execute_local("DELETE FROM blob WHERE digest = ?", (digest,))

    def named_size(self, digest: bytes) -> int | None:
        """How large a content is by an attachment that names it; None where none does."""
        with self._writer.store.reading() as cur:
            cur.execute("SELECT max(size) FROM attachment WHERE digest = ?", (digest,))
            size = cur.fetchone()[0]
        return None if size is None else int(size)

    # -- what the head office has -----------------------------------------------------------------------

    def unsent(self, most: int) -> Sequence[tuple[bytes, int]]:
        """Digests and sizes of contents that an attachment names and the head office is not known to have;
        small ones first."""
        with self._writer.store.reading() as cur:
            cur.execute(
                "SELECT b.digest, b.size FROM blob b WHERE b.sent_at IS NULL AND EXISTS "
                "(SELECT 1 FROM attachment a WHERE a.digest = b.digest) ORDER BY b.size, b.digest LIMIT ?",
                (most,),
            )
            return [(bytes(digest), int(size)) for digest, size in cur.fetchall()]

    def waiting(self) -> tuple[int, int]:
        """How many contents wait to be sent, and their bytes."""
        with self._writer.store.reading() as cur:
            cur.execute(
                "SELECT count(*), coalesce(sum(b.size), 0) FROM blob b WHERE b.sent_at IS NULL AND EXISTS "
                "(SELECT 1 FROM attachment a WHERE a.digest = b.digest)"
            )
            count, size = cur.fetchone()
        return int(count), int(size)

    def note_sent(self, digests: Sequence[bytes]) -> None:
        """The head office has all of these."""
        now = millis(self._now())
        for digest in digests:
            self._writer.execute_local("UPDATE blob SET sent_at = ? WHERE digest = ?", (now, digest))

    def note_unsent(self, digests: Sequence[bytes]) -> None:
        """The head office lacks these: its data was put back from a backup."""
        for digest in digests:
            self._writer.execute_local(
                "UPDATE blob SET sent_at = NULL WHERE digest = ? AND sent_at IS NOT NULL", (digest,)
            )

    def take_stock(self) -> int:
        """Note files that the table does not know: the database was put back, or is another than it was.
        How many there are in all."""
        with self._writer.store.reading() as cur:
            cur.execute("SELECT digest FROM blob")
            known = {bytes(digest) for (digest,) in cur.fetchall()}
        there = 0
        with trouble_told(self._folder):
            for path in self._files():
                there += 1
                digest = bytes.fromhex(path.name)
                if digest not in known:
                    self._note(digest, path.stat().st_size)
        return there

    def _files(self) -> Iterator[Path]:
        for folder in sorted(self._folder.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                if _NAME.fullmatch(path.name):
                    yield path

    def _note(self, digest: bytes, size: int) -> None:
        self._writer.execute_local(
            "INSERT INTO blob (digest, size, done, sent_at) VALUES (?, ?, ?, NULL) "
            "ON CONFLICT (digest) DO NOTHING",
            (digest, size, size),
        )


def _is(path: Path, digest: bytes) -> bool:
    """Whether a file is there and has this digest."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest() == digest
    except FileNotFoundError:
        return False


def path_in(folder: Path, digest: bytes) -> Path:
    """Where a content lies in the folder of contents, if it is there."""
    name = digest.hex()
    return folder / name[:2] / name


def _put(folder: Path, digest: bytes, data: bytes) -> None:
    """Have a content in the folder, on the disk. AppError "disk.full", "folder.not_writable"."""
    path = path_in(folder, digest)
    with trouble_told(path):
        if not _is(path, digest):
            _make_folder(folder, path)
            draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
            try:
                with draft.open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(path)
            finally:
                with suppress(OSError):
                    draft.unlink(missing_ok=True)
            keep_names(path.parent)


def _make_folder(folder: Path, path: Path) -> None:
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        keep_names(folder)
        keep_names(folder.parent)


# -- in a backup ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Packed:
    """Contents that the head office does not have yet: how many are in a backup, how many had no room there,
    and their bytes."""

    contents: int = 0
    left_out: int = 0
    left_bytes: int = 0


def pack_unsent(cur: Cursor, folder: Path, most: int, going_on: Callable[[], object]) -> Packed:
    """Put what the head office is not known to have into the copy of a database, in `blob_part`, small ones
    first, up to `most` bytes; also what belongs to a form not saved yet. `going_on` may raise to stop."""
    if not _knows_contents(cur):
        return Packed()
    cur.execute("SELECT digest, size FROM blob WHERE sent_at IS NULL ORDER BY size, digest")
    packed, room, left, left_bytes = 0, most, 0, 0
    for digest, size in cur.fetchall():
        going_on()
        if size > room:
            left, left_bytes = left + 1, left_bytes + size
            continue
        try:
            data = path_in(folder, digest).read_bytes()
        except FileNotFoundError:
            continue
        if hashlib.sha256(data).digest() == digest:
            cur.execute('INSERT INTO blob_part (digest, "number", content) VALUES (?, 0, ?)', (digest, data))
            packed, room = packed + 1, room - len(data)
    return Packed(packed, left, left_bytes)


def unpack_unsent(database: Path, folder: Path) -> None:
    """Put back into the folder of contents what `pack_unsent` has put into a database, which nobody has open.
    AppError "disk.full", "folder.not_writable"."""
    with trouble_told(database), closing(sqlite.connect(database, sqlite.key_of(database))) as there:
        cur = there.cursor()
        if not _knows_contents(cur):
            return
        cur.execute('SELECT digest FROM blob_part WHERE "number" = 0')
        digests = [bytes(digest) for (digest,) in cur.fetchall()]
        for digest in digests:
            cur.execute('SELECT content FROM blob_part WHERE digest = ? AND "number" = 0', (digest,))
            data = bytes(cur.fetchone()[0])
            if hashlib.sha256(data).digest() == digest:
                _put(folder, digest, data)
        if digests:
            cur.execute("DELETE FROM blob_part")
            cur.execute("VACUUM")


def _knows_contents(cur: Cursor) -> bool:
    """Whether a database is of a release that kept scans and photos."""
    cur.execute("SELECT 1 FROM sqlite_master WHERE name = 'blob_part'")
    return cur.fetchone() is not None
