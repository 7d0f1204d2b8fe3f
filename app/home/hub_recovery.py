"""What keeps the head office's own data (SQLite) through bad days: its backups, made while it serves and by
hand, and putting one back. What desks have sent since then they give again (decision 0007).

Its key is in no backup (decision 0015): it opens everything. It never changes, so one copy, locked away, is
enough (`daumoi headoffice key`).
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app import __version__
from app.bootstrap import HUB_DATABASE, HUB_KEY, HeadOffice, alone, hub_alone, hub_key, hub_store, hub_told
from app.domain.clock import Clock
from app.domain.deadlines import zone_named
from app.domain.errors import AppError, Cancelled, file_told
from app.home.backups import Done, HomeBackups, Recovered, quiet
from app.models import sqlite
from app.models.base import millis
from app.models.copies import Step
from app.models.database import trouble_told
from app.models.keys import Key
from app.models.migrate import revisions
from app.settings import make_home
from app.sync import restore
from app.sync.apply import HUB
from app.sync.at_rest import from_words, in_words
from app.sync.backups import Heading, Maker
from app.sync.enrolment import Identity, keep_file
from app.words import tr

LOOK = 600.0
"""Seconds after which it is looked again whether a backup is due."""

NAME = "HQ0"
KEY_COPIED = "key.copied"
"""What the head office notes of itself once somebody has a copy of its key."""

REMARK = "#"
"""So a line of the file with the key begins that is for people."""

MOST_OF_KEY = 4000
"""No file with a key has more bytes: a line about it, and the key."""

UNKNOWN_ZONE = "UTC"
"""Of a head office whose data is to be brought back."""


class HubBackups(HomeBackups):
    """The backups of the head office in a home. AppError "headoffice.not_founded"."""

    def __init__(self, home: Path, clock: Clock) -> None:
        super().__init__(home, clock, HUB_DATABASE)

    def _identity(self) -> Identity:
        zone = None
        if self.there_is_data:
            told = trouble_told(self.database)
            with hub_told(), told, closing(sqlite.reading(self.database)) as there:
                zone = there.execute("SELECT zone FROM utility").fetchone()
        if zone is None:
            raise AppError("headoffice.not_founded", path=str(self.home))
        return self._called(hub_key(self.home), zone[0])

    def _called(self, key: Ed25519PrivateKey, zone: str) -> Identity:
        return Identity(HUB, 0, NAME, zone, "", key.public_key().public_bytes_raw(), HUB_KEY)

    def _maker(self) -> Maker:
        return Maker(self.database, self._identity(), None, __version__, self._clock.now)

    def _of_this_kind(self, heading: Heading) -> bool:
        return heading.device == HUB

    def _of_this_place(self, heading: Heading) -> bool:
        mine = self._public()
        return heading.device == HUB and mine in (None, heading.hub_key)

    def _public(self) -> bytes | None:
        try:
            return hub_key(self.home).public_key().public_bytes_raw()
        except AppError:
            return None

    def make(self, step: Step = quiet, folder: Path | None = None) -> Done:
        """See `HomeBackups.make`. AppError "headoffice.damaged", "headoffice.key_lost"."""
        with hub_told():
            return super().make(step, folder)

    def restore(self, source: Path, key: Ed25519PrivateKey | None = None, step: Step = quiet) -> Recovered:
        """Let the data of a backup, or of a copy of the database, take the place of the head office's. What
        was there is kept. `key`: the head office's, for a PC that does not have it.

        AppError "headoffice.in_use", "home.in_use", "headoffice.key_missing", "headoffice.other_key",
        "headoffice.not_its_backup", and as `restore.prepare`; then all is as it was.
        """
        with trouble_told(self.database):
            make_home(self.home)
        with self._alone():
            held = self._key_of(key)
            identity = self._called(held, UNKNOWN_ZONE)
            try:
                restore.prepare(self.database, source, identity, revisions(), step=step)
            except AppError as error:
                if error.code != "backup.other_office":
                    raise
                raise AppError("headoffice.not_its_backup", path=str(source)) from error
            keep_file(self.home / HUB_KEY, held.private_bytes_raw())
            shutil.rmtree(self.home / "snapshots", ignore_errors=True)  # of what it does not know any more
            return Recovered(restore.swap(self.database, self._clock.now()))

    def _key_of(self, given: Ed25519PrivateKey | None) -> Ed25519PrivateKey:
        try:
            mine = hub_key(self.home)
        except AppError as error:
            if error.code != "headoffice.key_lost":
                raise
        else:
            if given is not None and given.private_bytes_raw() != mine.private_bytes_raw():
                raise AppError("headoffice.other_key", path=str(self.home))
            return mine
        if given is None:
            raise AppError("headoffice.key_missing", path=str(self.home / HUB_KEY))
        return given

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else has the head office's data open: no server, no desk of this home, no command."""
        with alone(self.home), hub_alone(self.home):
            restore.finish(self.database)
            if self.there_is_data:
                self._settle()
            yield

    def _settle(self) -> None:
        """Have all of it in the one file, which is done only where nobody else has it open."""
        try:
            with closing(sqlite.connect(self.database, None, wait=0)) as whole:
                whole.execute("PRAGMA journal_mode = DELETE").fetchone()
        except sqlite.errors("DatabaseError") as error:
            if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
                raise AppError("headoffice.in_use", path=str(self.home)) from error
            # Damaged: that is what it is brought back for.


class Keeper:
    """Makes the backup of each day while the head office serves, on a thread of its own."""

    def __init__(self, backups: HubBackups, told: Callable[[Done | AppError], object]) -> None:
        """`told` hears of each backup that was made, and once of what keeps them from being made."""
        self._backups = backups
        self._told = told
        self._trouble = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backups", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                if self._backups.due():
                    self._told(self._backups.make(self._step))
                    self._trouble = ""
            except Cancelled:
                return
            except AppError as error:
                if error.code != self._trouble:
                    self._trouble = error.code
                    self._told(error)
            if self._over.wait(LOOK):
                return

    def _step(self, done: int, total: int) -> None:
        if self._over.is_set():
            raise Cancelled


# -- its key ----------------------------------------------------------------------------------------------


def key_words(home: Path) -> str:
    """The head office's key as it is written down. AppError as `hub_key`."""
    return in_words(Key(hub_key(home).private_bytes_raw()))


def copy_key(home: Path, clock: Clock, path: Path) -> None:
    """`write_key` of the head office of a home, where the person was asked about a file that is there.
    AppError also as `HeadOffice`."""
    with closing(HeadOffice(home, clock)) as headoffice:
        write_key(headoffice, path, overwrite=True)


def write_key(headoffice: HeadOffice, path: Path, *, overwrite: bool = False) -> None:
    """Write the head office's key to a file that is to be locked away, under a line that says what it is; it
    is noted that somebody has it. AppError "headoffice.key_there" (the file is, and is not to be
    overwritten), "folder.not_writable", "disk.full", "headoffice.not_founded"."""
    if path.exists() and not overwrite:
        raise AppError("headoffice.key_there", path=str(path))
    with headoffice.database.reading() as cur:
        cur.execute("SELECT name, zone FROM utility")
        found = cur.fetchone()
    if found is None:
        raise AppError("headoffice.not_founded", path=str(headoffice.home))
    company, zone = found
    day = datetime.fromtimestamp(headoffice.writer.hlc.now_ms() / 1000, zone_named(zone))
    about = tr(
        "Đầu Mối: the head office's key of {company}, copied on {day}. Lock it away, apart from the backups.",
        company=" ".join(company.split()),
        day=f"{day:%d/%m/%Y}",
    )
    keep_file(path, f"{REMARK} {about}\n{key_words(headoffice.home)}\n".encode())
    headoffice.writer.set_local(KEY_COPIED, True)


def put_key(home: Path, clock: Clock, path: Path, url: str = "") -> bool:
    """Put the head office's key back from its copy in a file; False where it is there. What was under its
    name is kept. AppError as `key_in` and `HeadOffice`; "headoffice.other_key" for another than the desks
    know."""
    key = key_in(path)
    public, data, to = key.public_key().public_bytes_raw(), key.private_bytes_raw(), home / HUB_KEY
    with closing(hub_store(home, clock, url)) as store, store.reading() as cur:
        cur.execute("SELECT 1 FROM device WHERE kind = 'hub' AND public_key = ?", (public,))
        if cur.fetchone() is None:
            raise AppError("headoffice.other_key", path=str(home))
    with file_told(to):
        if to.exists():
            if to.read_bytes() == data:
                return False
            to.replace(to.with_name(f"{to.name}.{millis(clock.now())}"))
    keep_file(to, data)
    return True


def key_in(path: Path) -> Ed25519PrivateKey:
    """The head office's key from a file: as `key_words` has it, or the file that was copied. AppError
    "file.not_found", "file.not_readable", "encryption.no_key_words"."""
    with file_told(path), path.open("rb") as file:
        data = file.read(MOST_OF_KEY)
    if len(data) != 32:
        lines = data.decode("utf-8-sig", "replace").splitlines()
        data = from_words("\n".join(line for line in lines if not line.startswith(REMARK))).value
    return Ed25519PrivateKey.from_private_bytes(data)
