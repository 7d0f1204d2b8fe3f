"""What keeps a desk's data through bad days: its backups, and the ways out when its database is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from app import __version__
from app.bootstrap import CONTENTS, OFFICE_DATABASE, alone, asking, way_to
from app.domain.clock import Clock
from app.domain.errors import AppError, file_told
from app.home.backups import Done, HomeBackups, Recovered, newest_of, quiet
from app.home.hub_recovery import HubBackups
from app.models.converting import convert
from app.models.copies import Step, copy_closed, remove_database
from app.models.database import open_database, trouble_told
from app.models.migrate import revisions
from app.sync import backups, rescue, restore
from app.sync.apply import HUB
from app.sync.at_rest import chosen, entrusted
from app.sync.backups import Backup, Heading, Maker
from app.sync.client import RESTORED
from app.sync.contents import unpack_unsent
from app.sync.enrolment import Identity, identity_of, own_keys, replica_key
from app.sync.fetch import Told, fetch
from app.sync.restore import coming, finish, kept_aside
from app.sync.transport import Transport

FAULTS = {"database.damaged", "database.lost", "database.newer", "database.no_key"}
"""What is wrong with a database when the ways out are offered."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways out. `backup`: the newest that is good; `journal`: whether there is a file to read it from."""

    backup: Backup | None
    journal: bool


class Backups(HomeBackups):
    """The backups of the desk in a home. Where its head office is in the same home, that one's are made with
    them. AppError "home.not_enrolled"."""

    def __init__(self, home: Path, clock: Clock) -> None:
        super().__init__(home, clock, OFFICE_DATABASE)

    def _identity(self) -> Identity:
        identity = identity_of(self.home)
        if identity is None:
            raise AppError("home.not_enrolled", path=str(self.home))
        return identity

    def _maker(self) -> Maker:
        identity = self._identity()
        key = replica_key(self.home, identity.key_file)
        return Maker(self.database, identity, key, __version__, self._clock.now, self.home / CONTENTS)

    def _of_this_kind(self, heading: Heading) -> bool:
        return heading.device != HUB

    def _of_this_place(self, heading: Heading) -> bool:
        identity = identity_of(self.home)
        return identity is not None and heading.office_no == identity.office_no

    @property
    def _beside(self) -> HubBackups | None:
        """Those of the head office in this same home."""
        identity = identity_of(self.home)
        if identity is None or identity.hub_url:
            return None
        beside = HubBackups(self.home, self._clock)
        return beside if beside.there_is_data else None

    def make(self, step: Step = quiet, folder: Path | None = None) -> Done:
        """See `HomeBackups.make`."""
        done = super().make(step, folder)
        if self._beside is not None:
            second = self._beside.make(step, folder)
            done = replace(done, trouble=done.trouble or second.trouble)
        return done

    def due(self) -> bool:
        """See `HomeBackups.due`."""
        return super().due() or (self._beside is not None and self._beside.due())

    # -- ways out ---------------------------------------------------------------------------------------

    def ways(self) -> Ways:
        """The ways out that there are. The newest backup is the newest that is whole and that this release
        and this PC's keys can open, of both places."""
        mine = self._identity()
        found = [b for b in (*self.here(), *self.there()) if b.heading]
        own = [b for b in found if b.heading and b.heading.device == mine.device]
        newest = newest_of(own) or newest_of(found)
        return Ways(newest, self._readable() is not None)

    def _readable(self) -> Path | None:
        """The file whose journal may be read: the database, or, where it is lost, what was put aside last."""
        candidates = [self.database, *kept_aside(self.database)]
        return next((p for p in candidates if p.exists() and p.stat().st_size), None)

    def restore(self, source: Path, step: Step = quiet) -> Recovered:
        """Let the data of a backup, or of a plain database, take the place of the desk's. What was there is
        kept; what the backup lacks and the head office has comes at the next contact. AppError "home.in_use"
        and as `restore.prepare`."""
        with self._alone() as database:
            restore.prepare(database, source, self._identity(), revisions(), step=step)
            restore.seal_own(coming(database), own_keys(self.home))
            key = chosen(self.home)
            if key is not None:  # the backup may be from before
                convert(coming(database), key)
            unpack_unsent(coming(database), self.home / CONTENTS)
            aside = restore.swap(database, self._clock.now())
            return Recovered(aside, unread=aside is not None)

    def rebuild(self, step: Step = quiet, beside: Path | None = None) -> Recovered:
        """Play the journal, as far as it can be read and the newest backup completes it, into a new database;
        with what `beside` holds, a database that was put aside or a backup, read as far as it can be.

        AppError "home.in_use", "backup.other_office", "backup.newer", "database.no_key", "file.not_found",
        "file.not_readable" and as `rescue.rebuild`; then all is as it was."""
        with self._alone() as database:
            present, newest, given = self._readable(), self.ways().backup, None
            unpacked, copied = (database.with_name(f"{database.name}.{n}.part") for n in ("backup", "beside"))
            try:
                if beside is not None:
                    given = self._lay_beside(beside, copied)
                sources = [path for path in (present, given) if path is not None]
                if not sources:
                    raise AppError("database.unreadable", path=str(database))
                if newest is not None:
                    backups.unpack(newest, unpacked)
                    unpack_unsent(unpacked, self.home / CONTENTS)
                    sources.append(unpacked)
                key = chosen(self.home)
                rescued = rescue.rebuild(sources, coming(database), self._clock.now(), step, key)
                restore.seal_own(coming(database), own_keys(self.home))
            finally:
                for part in (unpacked, copied):
                    with trouble_told(part):
                        remove_database(part)
            return Recovered(restore.swap(database, self._clock.now()), rescued)

    def _lay_beside(self, source: Path, to: Path) -> Path:
        """A copy of what somebody names, so that nothing is written where it lies; looked at for whose it is.
        Damage is no reason to refuse it. AppError as `rebuild`."""
        backup, identity = backups.backup_at(source), self._identity()
        if backup.heading is not None:
            if backup.heading.revision not in revisions():
                raise AppError("backup.newer", path=str(source))
            backups.unpack(backup, to)
        else:
            with file_told(source):
                copy_closed(source, to)
        with restore.key_of_source(source):
            hubs = rescue.hubs_of(to)
        known = source.resolve() in [each.resolve() for each in kept_aside(self.database)]
        if hubs and identity.hub_key not in hubs:
            raise AppError("backup.other_office", path=str(source))
        if not (hubs or known):  # this desk's own put aside is, however little can be read
            raise AppError("database.unreadable", path=str(source))
        if backup.heading is not None:
            unpack_unsent(to, self.home / CONTENTS)
        return to

    def fetch(self, transport: Transport | None = None, told: Told = lambda progress: None) -> Recovered:
        """Take the office's data anew from the head office. What can be read of this desk's own acts that it
        lacks is kept and sent to it. AppError "home.in_use", and what keeps a contact from coming about."""
        identity = self._identity()
        key = replica_key(self.home, identity.key_file)
        with self._alone() as database, ExitStack() as closing:
            way = transport or way_to(self.home, identity.hub_url, self._clock, closing)
            new = coming(database)
            fetched = database.with_name(f"{database.stem}-fetched{database.suffix}")
            with trouble_told(new):
                for left in (new, fetched):  # by a try that was stopped at its end
                    remove_database(left)
            now = self._clock.now()
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
        with alone(self.home):
            finish(self.database)
            yield self.database
