"""What keeps a desk's data through bad days: its backups, and the ways out when its database is damaged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from app import __version__
from app.bootstrap import OFFICE_DATABASE, alone, asking, way_to
from app.documents.files import folder_for, replacing
from app.domain import backups as rule
from app.domain.clock import Clock
from app.domain.deadlines import zone_named
from app.domain.errors import AppError
from app.models import sqlite
from app.models.base import millis
from app.models.converting import convert
from app.models.copies import Step, remove_database
from app.models.database import open_database, trouble_told
from app.models.migrate import revisions
from app.sync import backups, rescue, restore
from app.sync.at_rest import chosen, entrusted
from app.sync.backups import Backup, Maker
from app.sync.client import RESTORED
from app.sync.enrolment import Identity, identity_of, replica_key
from app.sync.fetch import Told, fetch
from app.sync.restore import coming, finish, kept_aside
from app.sync.transport import Transport

SETTINGS = "backup.json"
LOCK = "backup.lock"
"""Held while a backup is made: one at a time, so that what one has left may go."""

WAIT = 60.0
"""Seconds to wait for another that is being made."""
FAULTS = {"database.damaged", "database.lost", "database.newer"}
"""What is wrong with a database when the ways out are offered."""


def quiet(done: int, total: int) -> None:
    """Nobody wants to know how far it is."""


@dataclass(frozen=True, slots=True)
class Done:
    """A backup that was made. `second`: where it lies besides; `trouble`: why it does not lie there."""

    backup: Backup
    second: Path | None = None
    trouble: AppError | None = None


@dataclass(frozen=True, slots=True)
class Recovered:
    """`aside`: where the database that was there is kept; `rescued`: what a rebuilding could read."""

    aside: Path | None
    rescued: rescue.Rescued | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways out. `backup`: the newest that is good; `journal`: whether there is a file to read it from."""

    backup: Backup | None
    journal: bool


class Backups:
    """The backups of the desk in a home, whether it is open or not. AppError "home.not_enrolled"."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self.home = home
        self.folder = home / backups.FOLDER
        self._clock = clock

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
        "backup.place_missing", and as `replacing`."""
        if folder is not None:
            folder = folder.absolute()
            if folder == self.home.absolute() or self.home.absolute() in folder.parents:
                raise AppError("backup.same_place", path=str(folder))
            if not folder.is_dir():
                raise AppError("backup.place_missing", path=str(folder))
        with replacing(folder_for(self.home / SETTINGS)) as draft:
            draft.write_text(json.dumps({"place": str(folder) if folder else ""}), "utf-8")

    # -- making and seeing them -------------------------------------------------------------------------

    def make(self, step: Step = quiet, folder: Path | None = None) -> Done:
        """A backup now, also while the desk is at work, in the home and at the second place; with `folder`
        there alone. AppError as `Maker.make`; what keeps it from the second place is only told."""
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
                raise AppError("backup.place_missing", path=str(folder))
            return Done(maker.make(folder, step))
        backup = maker.make(self.folder, step)
        place = self.place
        if place is None:
            return Done(backup)
        try:
            return Done(backup, backups.copy_backup(backup, place))
        except AppError as error:
            return Done(backup, trouble=error)

    def _maker(self) -> Maker:
        identity = self._identity()
        key = replica_key(self.home, identity.key_file)
        return Maker(self.home / OFFICE_DATABASE, identity, key, __version__, self._clock.now)

    def _identity(self) -> Identity:
        identity = identity_of(self.home)
        if identity is None:
            raise AppError("home.not_enrolled", path=str(self.home))
        return identity

    def here(self) -> list[Backup]:
        """Those of the home, the newest first; broken ones last."""
        return backups.backups_in(self.folder)

    def there(self) -> list[Backup]:
        """Those at the second place of this desk's office, likewise."""
        place, identity = self.place, identity_of(self.home)
        if place is None or identity is None:
            return []
        found = backups.backups_in(place)
        return [b for b in found if b.heading and b.heading.office_no == identity.office_no]

    def last(self) -> datetime | None:
        """When the newest one was made, in the office's zone."""
        return next((b.made for b in self.here() if b.heading), None)

    @property
    def there_is_data(self) -> bool:
        """Whether this desk has a database."""
        return (self.home / OFFICE_DATABASE).exists()

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
        database = self.home / OFFICE_DATABASE
        with trouble_told(database), closing(sqlite.reading(database)) as there:
            return bool(there.execute("SELECT count(*) FROM entry").fetchone()[0] != newest.entries)

    # -- ways out ---------------------------------------------------------------------------------------

    def ways(self) -> Ways:
        """The ways out that there are. The newest backup is the newest that is whole and that this release
        can open, of both places."""
        known = revisions()
        mine = identity_of(self.home)
        good = [b for b in (*self.here(), *self.there()) if b.heading and b.heading.revision in known]
        if mine is not None:
            good = [b for b in good if b.heading and b.heading.device == mine.device] or good
        newest = None
        for backup in sorted(good, key=lambda b: b.made, reverse=True):
            with suppress(AppError):
                backups.check(backup)
                newest = backup
                break
        return Ways(newest, self._readable() is not None)

    def _readable(self) -> Path | None:
        """The file whose journal may be read: the database, or, where it is lost, what was put aside last."""
        database = self.home / OFFICE_DATABASE
        candidates = [database, *kept_aside(database)]
        return next((p for p in candidates if p.exists() and p.stat().st_size), None)

    def restore(self, source: Path, step: Step = quiet) -> Recovered:
        """Let the data of a backup, or of a plain database, take the place of the desk's. What was there is
        kept; what the backup lacks and the head office has comes at the next contact. AppError "home.in_use"
        and as `restore.prepare`."""
        with self._alone() as database:
            restore.prepare(database, source, self._identity(), revisions(), step=step)
            key = chosen(self.home)
            if key is not None:  # the backup may be from before
                convert(coming(database), key)
            return Recovered(restore.swap(database, self._clock.now()))

    def rebuild(self, step: Step = quiet) -> Recovered:
        """Play the journal, as far as it can be read and the newest backup completes it, into a new database.
        AppError "home.in_use" and as `rescue.rebuild`."""
        with self._alone() as database:
            damaged, newest = self._readable(), self.ways().backup
            if damaged is None:
                raise AppError("database.unreadable", path=str(database))
            unpacked = database.with_name(f"{database.name}.backup.part")
            sources = [damaged]
            try:
                if newest is not None:
                    backups.unpack(newest, unpacked)
                    sources.append(unpacked)
                rescued = rescue.rebuild(sources, coming(database), self._clock.now(), step=step)
            finally:
                with trouble_told(unpacked):
                    remove_database(unpacked)
            return Recovered(restore.swap(database, self._clock.now()), rescued)

    def fetch(self, transport: Transport | None = None, told: Told = lambda progress: None) -> Recovered:
        """Take the office's data anew from the head office. What can be read of this desk's own acts that it
        lacks is kept and sent to it. AppError "home.in_use", and what keeps a contact from coming about."""
        identity = self._identity()
        key = replica_key(self.home, identity.key_file)
        with self._alone() as database, ExitStack() as closing:
            way = transport or way_to(self.home, identity.hub_url, self._clock, closing)
            new = coming(database)
            with trouble_told(new):
                remove_database(new)
            now = self._clock.now()
            fetched = database.with_name(f"{database.stem}-fetched{database.suffix}")
            cipher = entrusted(self.home, way, identity, key)
            if fetch(fetched, asking(way, identity, key), identity.device, now, told, key=cipher):
                with trouble_told(new):
                    fetched.replace(new)
            else:  # entries come one by one when it is opened
                blank = open_database(new, now, cipher)
                keep = 'INSERT INTO local ("key", value) VALUES (?, ?)'
                blank.write.execute(keep, (RESTORED, str(identity.device)))
                blank.write.execute("PRAGMA journal_mode = DELETE")
                blank.close()
            damaged = self._readable()
            if damaged is not None:
                rescue.carry_over(damaged, new, identity, key, self._clock)
            return Recovered(restore.swap(database, self._clock.now()))

    @contextmanager
    def _alone(self) -> Iterator[Path]:
        self._identity()
        database = self.home / OFFICE_DATABASE
        with alone(self.home):
            finish(database)
            yield database
