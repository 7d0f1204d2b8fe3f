"""Snapshots kept ready for new desks: one for each office, made when a desk asks and made anew when much has
been written since."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from filelock import FileLock

from app.domain.errors import AppError
from app.models.database import HEAD
from app.models.store import Cursor, Store
from app.sync import journal
from app.sync.entries import SCHEMA, sealed_text
from app.sync.snapshot import BadSnapshot, Heading, heading_of, make
from app.sync.wire import Sealed, SnapshotReply, SnapshotRequest, unseal

if TYPE_CHECKING:
    from app.headoffice.hub import Hub

log = logging.getLogger(__name__)

LEAST = 512 << 10
"""Bytes of bodies up to which entries are as quick."""

MOST_RANGE = 1 << 20

PATIENCE = 0.5
"""Seconds that an asker is kept waiting for one that is being made: a small one is there by then."""

KEPT = 3600.0
"""Seconds for which an old one is kept after somebody has last asked for it."""

AGAIN = 600.0
"""Seconds after a failure until it is tried again."""


_NAME = re.compile(r"\d+-\d{15}-[0-9a-f]{64}\.snapshot")
"""Office, when it was made in milliseconds, digest."""


class Snapshots:
    """The snapshots of one head office, in a folder; several programs may share it."""

    def __init__(self, folder: Path, store: Store, key: Ed25519PrivateKey, now_ms: Callable[[], int]) -> None:
        self._folder = folder
        self._store = store
        self._key = key
        self._now_ms = now_ms
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._failed: dict[int, float] = {}

    def part(self, office: int, request: SnapshotRequest) -> SnapshotReply:
        """The part of an office's snapshot that is asked for, or what else there is to say."""
        if (request.revision, request.schema) != (HEAD, SCHEMA):
            return SnapshotReply()
        path = self._of_digest(office, request.digest) if request.digest else None
        offset = request.offset
        if path is None:
            path, offset = self._newest(office), 0
        if path is None and self._start(office):
            path = self._newest(office)
            if path is None:
                return SnapshotReply(making=True)
        if path is None:
            return SnapshotReply()
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                file.seek(offset)
                data = file.read(min(request.length, MOST_RANGE))
            os.utime(path)
        except FileNotFoundError:  # another program has just removed it
            return SnapshotReply(making=True)
        return SnapshotReply(_digest_in(path), size, offset, data)

    def fresh(self, office: int) -> Path:
        """A snapshot of an office as it is now, made while the caller waits."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder / "making.lock"):
            self._write(office, self._folder / f"{office}.part")
            return self._all(office)[-1]

    def close(self) -> None:
        """Give up what is being made."""
        self._closing.set()
        with self._lock:
            thread = self._thread
        if thread:
            thread.join()

    # -- what is there ----------------------------------------------------------------------------------

    def _all(self, office: int) -> list[Path]:
        return sorted(p for p in self._folder.glob(f"{office}-*") if _NAME.fullmatch(p.name))

    def _of_digest(self, office: int, digest: bytes) -> Path | None:
        return next((p for p in self._all(office) if _digest_in(p) == digest), None)

    def _newest(self, office: int) -> Path | None:
        """The newest one, if it still serves."""
        there = self._all(office)
        if not there:
            return None
        try:
            heading = heading_of(there[-1])
        except (BadSnapshot, OSError):
            return None
        if (heading.revision, heading.schema) != (HEAD, SCHEMA):
            return None
        with self._store.reading() as cur:
            tail = _tail(cur, office, heading)
        most = max(there[-1].stat().st_size // 2, LEAST)
        return there[-1] if tail is not None and tail <= most else None

    # -- making one -------------------------------------------------------------------------------------

    def _start(self, office: int) -> bool:
        """Have one made, one at a time, unless entries are as quick or it has just failed; wait a moment."""
        failed = self._failed.get(office)
        if failed is not None and time.monotonic() - failed < AGAIN:
            return False
        with self._store.reading() as cur:
            if (_tail(cur, office, None) or 0) <= LEAST:
                return False
        with self._lock:
            if self._closing.is_set():
                return False
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._make, args=(office,), name="snapshot", daemon=True
                )
                self._thread.start()
            thread = self._thread
        thread.join(PATIENCE)
        return True

    def _make(self, office: int) -> None:
        part = self._folder / f"{office}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self._folder / "making.lock"):
                if self._newest(office) is None:  # another program may have made it
                    self._write(office, part)
                if self._newest(office) is None:  # as much came meanwhile: who asks must not wait for ever
                    self._failed[office] = time.monotonic()
        except _Closing:
            log.info("the snapshot of office %d was given up", office)
        except Exception:
            log.exception("no snapshot of office %d could be made", office)
            self._failed[office] = time.monotonic()
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def _write(self, office: int, part: Path) -> None:
        begun = time.monotonic()
        with self._store.reading() as cur:
            make(cur, office, self._seal, part, self._go_on)
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).hexdigest()
        path = part.with_name(f"{office}-{self._now_ms():015d}-{digest}.snapshot")
        size = part.stat().st_size
        part.replace(path)
        took = time.monotonic() - begun
        log.info("made the snapshot of office %d: %d bytes in %.1f s", office, size, took)
        for old in self._all(office):
            with suppress(OSError):
                if old != path and time.time() - old.stat().st_mtime > KEPT:
                    old.unlink()

    def _seal(self, device: int, number: int, hash_: bytes) -> bytes:
        return self._key.sign(sealed_text(device, number, hash_))

    def _go_on(self) -> None:
        if self._closing.is_set():
            raise _Closing


class _Closing(Exception):
    """The program ends."""


def snapshot(hub: Hub, snapshots: Snapshots | None, envelope: Sealed) -> SnapshotReply:
    """Answer a desk that asks for its office's snapshot. AppError "sync.unknown_device"."""
    asker = hub.asker(envelope.sender)
    if asker is None:
        raise AppError("sync.unknown_device")
    key = Ed25519PublicKey.from_public_bytes(asker.public_key)
    request = unseal(envelope, SnapshotRequest, key)
    return snapshots.part(asker.office_no, request) if snapshots else SnapshotReply()


def _digest_in(path: Path) -> bytes:
    return bytes.fromhex(path.stem.rpartition("-")[2])


def _tail(cur: Cursor, office: int, heading: Heading | None) -> int | None:
    """How many bytes of bodies an office's feeds have beyond what a snapshot holds; None when a feed has gone
    another way since."""
    then = {f.device: (f.last, f.hash) for f in heading.feeds} if heading else {}
    tail = 0
    for scope in journal.offices_in_scope(cur, office):
        for device in journal.heads_in(cur, scope):
            last, hash_ = then.pop(device, (0, b""))
            if journal.hash_at(cur, scope, device, last) != hash_:
                return None
            cur.execute(
                "SELECT coalesce(sum(length(body)), 0) FROM entry WHERE office_no = ? AND device = ? "
                'AND "number" > ?',
                (scope, device, last),
            )
            tail += int(cur.fetchone()[0])
    return None if then else tail
