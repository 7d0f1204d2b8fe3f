"""The backups of a home, of a desk's database or of the head office's: made here and at a second place,
listed, looked through. What each kind has of its own is in `recovery` and `hub_recovery` beside it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from app.documents.files import folder_for, replacing
from app.domain import backups as rule
from app.domain.clock import Clock
from app.domain.deadlines import zone_named
from app.domain.errors import AppError
from app.models import sqlite
from app.models.base import millis
from app.models.copies import BeforeUpgrade, Step, copies_before, prune_copies
from app.models.database import trouble_told
from app.models.migrate import revisions
from app.sync import backups, rescue, restore
from app.sync.backups import Backup, Heading, Maker
from app.sync.enrolment import Identity

SETTINGS = "backup.json"
LOCK = "backup.lock"
"""Held while a backup is made: one at a time, so that what one has left may go."""

WAIT = 60.0
"""Seconds to wait for another that is being made."""


def quiet(done: int, total: int) -> None:
    """Nobody wants to know how far it is."""


@dataclass(frozen=True, slots=True)
class Done:
    """A backup that was made. `second`: where it lies besides; `trouble`: why it does not lie there, or what
    had no room in it."""

    backup: Backup
    second: Path | None = None
    trouble: AppError | None = None


@dataclass(frozen=True, slots=True)
class Recovered:
    """`aside`: where the database that was there is kept; `rescued`: what a rebuilding could read; `unread`:
    what was not sent lies in `aside` alone."""

    aside: Path | None
    rescued: rescue.Rescued | None = None
    unread: bool = False


class HomeBackups(ABC):
    """Those of one database of a home, whether it is open or not."""

    def __init__(self, home: Path, clock: Clock, database: str) -> None:
        self.home = home
        self.folder = home / backups.FOLDER
        self.database = home / database
        self._clock = clock

    @abstractmethod
    def _identity(self) -> Identity:
        """Whose they are."""

    @abstractmethod
    def _maker(self) -> Maker:
        """What makes them."""

    @abstractmethod
    def _of_this_kind(self, heading: Heading) -> bool:
        """Whether a backup in the home's folder is of this database, not of the other that may be there."""

    @abstractmethod
    def _of_this_place(self, heading: Heading) -> bool:
        """Whether a backup at the second place, which others may use too, is shown here."""

    # -- the second place -------------------------------------------------------------------------------

    @property
    def place(self) -> Path | None:
        """The folder on another disk or share where backups are put too, if one was chosen."""
        try:
            said = json.loads((self.home / SETTINGS).read_text("utf-8"))
            return Path(said["place"]) if said["place"] else None
        except (OSError, ValueError, TypeError, LookupError, RecursionError):
            return None

    def choose_place(self, folder: Path | None) -> None:
        """Put backups there too from now on; None: no longer. AppError "backup.same_place",
        "backup.folder_missing", and as `replacing`."""
        if folder is not None:
            folder = folder.absolute()
            if folder == self.home.absolute() or self.home.absolute() in folder.parents:
                raise AppError("backup.same_place", path=str(folder))
            if not folder.is_dir():
                raise AppError("backup.folder_missing", path=str(folder))
        with replacing(folder_for(self.home / SETTINGS)) as draft:
            draft.write_text(json.dumps({"place": str(folder) if folder else ""}), "utf-8")

    # -- making and seeing them -------------------------------------------------------------------------

    def make(self, step: Step = quiet, folder: Path | None = None) -> Done:
        """A backup now, also while people are at work, in the home and at the second place; with `folder`
        there alone, where nothing is removed. AppError as `Maker.make`, "backup.folder_missing"; what keeps
        it from the second place is only told."""
        maker = self._maker()
        lock = FileLock(self.home / LOCK, thread_local=False)
        try:
            with lock.acquire(timeout=WAIT):
                return self._made(maker, step, folder)
        except Timeout as error:
            raise AppError("database.busy", path=str(self.folder)) from error
        except OSError as error:
            raise AppError("folder.not_writable", path=str(self.home)) from error

    def _made(self, maker: Maker, step: Step, folder: Path | None) -> Done:
        if folder is not None:
            if not folder.is_dir():
                raise AppError("backup.folder_missing", path=str(folder))
            backup = maker.make(folder, step)
            return Done(backup, trouble=_left_out(backup))
        backups.clear(self.folder, maker.identity.desk)
        backup = maker.make(self.folder, step)
        backups.prune(self.folder, backup.path)
        prune_copies(maker.database)
        place, left = self.place, _left_out(backup)
        if place is None:
            return Done(backup, trouble=left)
        try:
            return Done(backup, backups.copy_backup(backup, place), left)
        except AppError as error:
            return Done(backup, trouble=error)

    def here(self) -> list[Backup]:
        """Those of the home, the newest first; broken ones last."""
        found = backups.backups_in(self.folder)
        return [b for b in found if b.heading is None or self._of_this_kind(b.heading)]

    def there(self) -> list[Backup]:
        """Those at the second place, likewise."""
        place = self.place
        found = backups.backups_in(place) if place else []
        return [b for b in found if b.heading and self._of_this_place(b.heading)]

    def before_upgrades(self) -> list[BeforeUpgrade]:
        """The copies that were made before upgrades of the data, the newest first; `restore` takes them."""
        return copies_before(self.database)

    def check(self, path: Path, step: Step = quiet) -> None:
        """Whether a backup, or a copy that was made before an upgrade, is whole. AppError as
        `restore.look_through`."""
        backup = backups.backup_at(path)
        if backup.heading is None and path in [each.path for each in self.before_upgrades()]:
            restore.look_through(path, path, self._identity(), revisions())
        else:
            backups.check(backup, step)

    def newest(self) -> Backup | None:
        """The newest one that is whole and that can be opened, of both places."""
        return newest_of((*self.here(), *self.there()))

    def last(self) -> datetime | None:
        """When the newest one was made, in the office's zone."""
        return next((b.made for b in self.here() if b.heading), None)

    @property
    def there_is_data(self) -> bool:
        """Whether there is a database."""
        return self.database.exists()

    def due(self) -> bool:
        """Whether that of today is missing."""
        return rule.due(self.last(), self._clock.now().astimezone(zone_named(self._identity().zone)))

    def stale(self, seconds: float) -> bool:
        """Whether something was done since the newest one, which is older than so many seconds."""
        newest = next((b.heading for b in self.here() if b.heading), None)
        if newest is None:
            return True
        if abs(millis(self._clock.now()) - newest.made_ms) < seconds * 1000:
            return False
        with trouble_told(self.database), closing(sqlite.reading(self.database)) as there:
            return bool(there.execute("SELECT count(*) FROM entry").fetchone()[0] != newest.entries)


def _left_out(backup: Backup) -> AppError | None:
    heading = backup.heading
    if heading is None or not heading.left_out:
        return None
    size = max(1, round(heading.left_bytes / 1_000_000))
    return AppError("backup.left_out", count=heading.left_out, size=size)


def newest_of(found: Iterable[Backup]) -> Backup | None:
    """The newest of some that is whole and that this release and this PC's keys can open."""
    known = revisions()
    good = [b for b in found if b.heading and b.heading.revision in known]
    for backup in sorted(good, key=lambda b: b.made, reverse=True):
        with suppress(AppError):
            backups.check(backup)
            backups.key_of(backup)
            return backup
    return None
