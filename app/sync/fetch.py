"""How a new desk comes to its data: the snapshot is fetched range by range, goes on where it was cut off, and
becomes the desk's database whole or not at all."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec

from app.domain.errors import AppError, disk_trouble
from app.models import sqlite
from app.models.copies import keep_names, put_on_disk, remove_database
from app.models.database import HEAD
from app.models.keys import Key
from app.settings import make_home
from app.sync.client import Progress
from app.sync.entries import SCHEMA
from app.sync.install import install
from app.sync.snapshot import BadSnapshot
from app.sync.wire import SnapshotReply, SnapshotRequest

log = logging.getLogger(__name__)

FIRST_RANGE, LEAST_RANGE, MOST_RANGE = 256 << 10, 16 << 10, 1 << 20
RANGE_SECONDS = 10.0
"""How long one range should take at most: so much is lost when the line breaks."""

WAIT_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Between two questions whether the snapshot has been made; the last again and again."""

MORE_TRIES = 2
"""So often in a row a range is asked for again, once the line has been there."""

WAITS = 60
"""After so many, entries are taken instead."""

TRY_AGAIN = {"sync.offline", "sync.busy"}
"""Failures after which asking again may help. After others it is left to a pass to find out what is wrong."""

Ask = Callable[[SnapshotRequest], SnapshotReply]
Told = Callable[[Progress | None], None]


class _Note(msgspec.Struct, frozen=True):
    """Which snapshot the part of a file belongs to."""

    digest: bytes
    size: int


def fetch(
    database: Path,
    ask: Ask,
    device: int,
    now: datetime,
    told: Told = lambda progress: None,
    sleep: Callable[[float], None] = time.sleep,
    timer: Callable[[], float] = time.monotonic,
    key: Key | None = None,
) -> bool:
    """Make the database of a desk that has no entry yet from a snapshot, encrypted with `key` if one is
    given. False when the desk has entries, or there is no snapshot for it that is any good: then entries are
    to be taken.

    AppError "sync.offline" and "sync.busy", "disk.full", "folder.not_writable"; what has come by then is kept
    and gone on from the next time.
    """
    fetching = _Fetching(database, ask, told, sleep, timer, key)
    try:
        if holds_entries(database):
            fetching.forget()
            return False
        for _ in range(2):
            try:
                if not fetching.download():
                    return False
                fetching.make(device, now)
            except BadSnapshot:
                log.warning("the snapshot is no good", exc_info=True)
                fetching.forget()
            else:
                fetching.forget()
                return True
    except OSError as error:
        raise disk_trouble(error, database.parent) from error
    finally:
        told(None)
    return False


def lay_down(database: Path, digest: bytes, size: int, parts: Iterable[bytes]) -> None:
    """Put a snapshot that came another way where `fetch` finds it whole. AppError "disk.full",
    "folder.not_writable"; "start.torn" when it is not that one."""
    fetching = _Fetching(database, _nobody, lambda progress: None, time.sleep, time.monotonic, None)
    try:
        make_home(database.parent)
        fetching.lay_down(_Note(digest, size), parts)
    except BadSnapshot as error:
        raise AppError("start.torn", path=str(database)) from error
    except OSError as error:
        raise disk_trouble(error, database.parent) from error


def _nobody(request: SnapshotRequest) -> SnapshotReply:
    raise AppError("sync.offline", url="")


class _Fetching:
    def __init__(
        self,
        database: Path,
        ask: Ask,
        told: Told,
        sleep: Callable[[float], None],
        timer: Callable[[], float],
        key: Key | None,
    ) -> None:
        self._database = database
        self._packed = database.with_name(database.stem + ".snapshot.part")
        self._noted = database.with_name(database.stem + ".snapshot.json")
        self._half = database.with_name(database.name + ".part")
        self._ask = ask
        self._told = told
        self._sleep = sleep
        self._timer = timer
        self._key = key
        self._length = FIRST_RANGE

    # -- the file ---------------------------------------------------------------------------------------

    def download(self) -> bool:
        """Fetch what is missing of the file. False when there is none. BadSnapshot, AppError."""
        note = self._note()
        have = min(self._packed.stat().st_size, note.size) if note and self._packed.exists() else 0
        came = False
        waits = failures = 0
        while note is None or have < note.size:
            begun = self._timer()
            try:
                reply = self._ask(
                    SnapshotRequest(HEAD, SCHEMA, note.digest if note else b"", have, self._length)
                )
            except AppError as error:
                if error.code == "sync.offline" and came and failures < MORE_TRIES:
                    self._length = max(self._length // 2, LEAST_RANGE)  # which a slow line brings in time
                    failures += 1
                    continue
                if error.code in TRY_AGAIN or not error.code.startswith("sync."):
                    raise
                log.info("no snapshot: %s", error.code)
                return False
            if reply.making and waits < WAITS:
                self._told(Progress("preparing", have, note.size if note else 0, None))
                self._sleep(WAIT_SECONDS[min(waits, len(WAIT_SECONDS) - 1)])
                waits += 1
                continue
            if not reply.size:
                self.forget()
                return False
            if note is None or reply.digest != note.digest:
                note, have = self._begin(reply), 0
            if reply.offset != have or reply.size != note.size or not reply.data:
                raise BadSnapshot("another range than was asked for")
            self._add(have, reply.data)
            have += len(reply.data)
            came, failures = True, 0
            self._tell(have, note.size, len(reply.data), self._timer() - begun)
        self._check(note)
        return True

    def _note(self) -> _Note | None:
        try:
            return msgspec.json.decode(self._noted.read_bytes(), type=_Note)
        except (FileNotFoundError, msgspec.DecodeError, msgspec.ValidationError):
            return None

    def _begin(self, reply: SnapshotReply) -> _Note:
        """Take down which one comes now; what there is of another goes first."""
        self._packed.unlink(missing_ok=True)
        return self._take_down(_Note(reply.digest, reply.size))

    def _take_down(self, note: _Note) -> _Note:
        part = self._noted.with_name(self._noted.name + ".part")
        part.write_bytes(msgspec.json.encode(note))
        put_on_disk(part)
        part.replace(self._noted)
        return note

    def _add(self, at: int, data: bytes) -> None:
        with self._packed.open("r+b" if at else "wb") as file:
            file.seek(at)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def _tell(self, have: int, size: int, came: int, took: float) -> None:
        left = int(took * (size - have) / came) + 1
        self._told(Progress("snapshot", have, size, left))
        fits = int(came * RANGE_SECONDS / max(took, 0.001))
        self._length = max(LEAST_RANGE, min(fits, 2 * self._length, MOST_RANGE))

    def lay_down(self, note: _Note, parts: Iterable[bytes]) -> None:
        """The whole file; it is noted only when it is on the disk."""
        self.forget()
        with self._packed.open("wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        self._check(note)
        self._take_down(note)

    def _check(self, note: _Note) -> None:
        with self._packed.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).digest()
        if digest != note.digest:
            raise BadSnapshot("the file is not what was promised")

    def forget(self) -> None:
        """Remove what has come."""
        for path in (self._noted, self._packed):
            path.unlink(missing_ok=True)

    # -- the database -----------------------------------------------------------------------------------

    def make(self, device: int, now: datetime) -> None:
        """The database from the file, under its name only when it is whole and on the disk."""
        remove_database(self._half)
        try:
            install(
                self._packed,
                self._half,
                device,
                now,
                self._key,
                far=lambda done, total: self._told(Progress("installing", done, total, None)),
            )
            put_on_disk(self._half)
        except BaseException:
            remove_database(self._half)
            raise
        remove_database(self._database)  # it has no entry; but SQLite would play in what lies beside it
        self._half.replace(self._database)
        keep_names(self._database.parent)


def holds_card(database: Path, device: int) -> bool:
    """Whether the office's data has come, as `SyncClient.complete`; also when it cannot be looked at, for who
    opens it says why. AppError "database.no_key"."""
    if not database.exists():
        return False
    try:
        with closing(sqlite.connect(database, sqlite.key_of(database))) as there:
            sql = 'SELECT EXISTS (SELECT 1 FROM device WHERE "number" = ?)'
            return bool(there.execute(sql, (device,)).fetchone()[0])
    except sqlite.errors():
        return True


def holds_entries(database: Path) -> bool:
    """Whether there is a database from which something could be lost; so also one that cannot be read.
    AppError "database.no_key"."""
    if not database.exists():
        return False
    try:
        with closing(sqlite.connect(database, sqlite.key_of(database))) as there:
            sql = "SELECT EXISTS (SELECT 1 FROM entry) OR EXISTS (SELECT 1 FROM orphan)"
            return bool(there.execute(sql).fetchone()[0])
    except sqlite.errors():
        return True
