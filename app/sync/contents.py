"""The contents of scans and photos at a desk: files under their digest (SHA-256), each written once, whole or
not at all, and looked at again whenever it is read."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from app.models.base import millis
from app.models.copies import keep_names
from app.models.database import trouble_told
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
        name = digest.hex()
        return self._folder / name[:2] / name

    def coming(self, digest: bytes) -> Path:
        """Where a content grows that is being fetched."""
        return self._folder / "coming" / digest.hex()

    def put(self, data: bytes) -> bytes:
        """Keep a content; it is on the disk when this returns. Its digest. AppError "disk.full",
        "folder.not_writable"."""
        digest = hashlib.sha256(data).digest()
        path = self.path(digest)
        with trouble_told(path):
            if not _is(path, digest):
                self._folder_of(path)
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
            self._folder_of(path)
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

    def _folder_of(self, path: Path) -> None:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            keep_names(self._folder)
            keep_names(self._folder.parent)

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
