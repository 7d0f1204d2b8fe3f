"""Backups by themselves while the window is open; their dialog; and the ways out when the data is damaged."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from app.domain import people
from app.domain.deadlines import zone_named
from app.domain.errors import AppError, Cancelled
from app.failures import sentence
from app.home.backups import Done, Recovered
from app.home.hub_recovery import copy_key
from app.home.recovery import FAULTS, Backups, Ways
from app.models.database import note_damage
from app.sync.client import Progress
from app.sync.enrolment import identity_of
from app.sync.fetch import Told
from app.ui.backups.dialog import BackupRow, BackupsDialog
from app.ui.backups.ways import WayOut, WaysPage
from app.ui.kit.jobs import Job, Lane
from app.ui.kit.later import later
from app.ui.kit.theme import Tone
from app.ui.kit.toast import toast
from app.words import tr

if TYPE_CHECKING:
    from app.window.frame import DeskWindow

log = logging.getLogger(__name__)

LOOK_MS = 60_000
"""So often it is looked whether a backup is due."""

QUIET = 300.0
"""Seconds without an act after which the moment is quiet."""

PATIENCE = 3600.0
"""After so many seconds a backup that is due is made whatever goes on."""

AGAIN = 3600.0
"""At the end of a person's work there is another one, when the last is older than so many seconds."""

AT_THE_END = 20.0
"""Seconds that the end of the program waits for a backup at most."""

WAIT_MS = 30


class Keeper(QObject):
    """Makes the backups of a desk: in a quiet moment of each day, and at the end of people's work."""

    def __init__(self, window: DeskWindow) -> None:
        super().__init__(window)
        self._window = window
        self._backups = Backups(window.home, window.clock)
        self._job: Job[Done | None] | None = None
        self._acted = self._since = monotonic()
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """From now on."""
        self._timer.start()
        self._window.wrote.connect(self._note_act)
        self._window.signed_out.connect(self.rest)
        self.look()

    def look(self) -> None:
        """Make the backup of this day, if it is missing and the moment is good."""
        now = monotonic()
        busy = self._window.main is not None and now - self._acted < QUIET
        if not busy or now - self._since > PATIENCE:
            self._make(self._backups.due)

    def rest(self) -> None:
        """A person's work has ended."""
        self._make(lambda: self._backups.due() or self._backups.stale(AGAIN))

    def last(self) -> None:
        """The program ends: what was done since the last one is kept, if that takes but a moment."""
        until = monotonic() + AT_THE_END

        def step(_done: int, _total: int) -> None:
            if monotonic() > until:
                raise Cancelled

        self._timer.stop()
        try:
            if self._backups.there_is_data and self._backups.stale(0):
                self._backups.make(step)
        except AppError as error:  # one of them: the moment was over
            log.warning("no backup at the end: %s", error.code)

    def _note_act(self) -> None:
        self._acted = monotonic()

    def _make(self, wanted: Callable[[], bool]) -> None:
        window = self._window
        if self._job is not None or window.desktop is None:
            return

        def work(job: Job[Done | None]) -> Done | None:
            return self._backups.make(job.step) if wanted() else None

        def settled() -> None:
            self._job = None

        self._job = window.jobs.run(
            self, work, done=self._done, failed=self._failed, settled=settled, lane=Lane.IO
        )

    def _done(self, done: Done | None) -> None:
        self._since = monotonic()
        if done is not None and done.trouble is not None:
            self._tell(tr("The backup is made on this PC.") + " " + sentence(done.trouble, tr))

    def _failed(self, error: AppError) -> None:
        if isinstance(error, Cancelled):
            return
        log.warning("no backup: %s", error.code)
        if error.code in ("database.damaged", "headoffice.damaged"):
            note_damage(Path(str(error.params["path"])))
            self._window.faults.note(error)
        else:
            self._tell(tr("No backup could be made.") + " " + sentence(error, tr))

    def _tell(self, words: str) -> None:
        if self._window.main is not None:
            toast(self._window.main, words, tone=Tone.ATTENTION)


class Keeping:
    """What the dialog of backups asks, for a window in which somebody is signed in."""

    def __init__(self, window: DeskWindow) -> None:
        self._window = window
        self._backups = Backups(window.home, window.clock)

    @property
    def place(self) -> Path | None:
        """See `Backups.place`."""
        return self._backups.place

    @property
    def may_restore(self) -> bool:
        """Whether the person who is signed in may bring back older data."""
        person = self._window.person
        return person is not None and people.may(person.roles, "backups.restore")

    @property
    def key_here(self) -> bool:
        """Whether the head office is on this PC, and the person who is signed in may copy its key."""
        desktop = self._window.desktop
        return self.may_restore and desktop is not None and not desktop.identity.hub_url

    def copy_key(self, path: Path) -> None:
        """See `app.home.hub_recovery.copy_key`."""
        copy_key(self._window.home, self._window.clock, path)

    def rows(self) -> Sequence[BackupRow]:
        """The backups of both places, the newest first; what is not whole, last."""
        identity = identity_of(self._window.home)
        assert identity is not None  # somebody is signed in
        zone = zone_named(identity.zone)
        rows = [
            BackupRow(
                each.path, each.made.astimezone(zone), each.size, identity.desk, False, before_upgrade=True
            )
            for each in self._backups.before_upgrades()
        ]
        rows += [
            BackupRow(
                each.path,
                each.made if each.heading else None,
                each.size,
                each.heading.desk if each.heading else "",
                elsewhere,
            )
            for elsewhere, found in ((False, self._backups.here()), (True, self._backups.there()))
            for each in found
        ]
        return sorted(rows, key=lambda row: (row.made is None, -(row.made.timestamp() if row.made else 0)))

    def make(self, job: Job[Any]) -> AppError | None:
        """Another one now; what keeps it from the second place."""
        return self._backups.make(job.step).trouble

    def check(self, path: Path, job: Job[Any]) -> None:
        """See `Backups.check`."""
        self._backups.check(path, job.step)

    def choose_place(self, folder: Path | None) -> None:
        """See `Backups.choose_place`."""
        self._backups.choose_place(folder)

    def restore(self, path: Path) -> None:
        """The window closes the desk, brings the file back, and opens it again."""
        recovery = Recovery(self._window, tr("The backup {name} is brought back.", name=path.name))
        recovery.show()
        recovery.file(path)


def open_backups(window: DeskWindow) -> BackupsDialog:
    """The dialog of backups."""
    dialog = BackupsDialog(window, Keeping(window), window.jobs, window.prompter)
    dialog.start()
    return dialog


def offers(error: AppError, database: Path) -> bool:
    """Whether there are ways out of what keeps this database from being opened."""
    return error.code in FAULTS and Path(str(error.params.get("path", ""))) == database


def what_happened(error: AppError) -> str:
    """Why there are ways out; where they are chosen from is the page that says it."""
    path = error.params.get("path", "")
    if error.code == "database.damaged":
        return tr("The database {path} is damaged. Choose a way below; the first is the best.", path=path)
    if error.code == "database.lost":
        return tr(
            "The database {path} is missing or empty, though this desk had one. Choose a way below; the "
            "first is the best.",
            path=path,
        )
    if error.code == "database.no_key":
        return tr("The data in {path} is encrypted, and its key is not on this PC.", path=path)
    return sentence(error, tr)


class Recovery:
    """The ways out, in a window whose desk is closed or is to be closed."""

    def __init__(self, window: DeskWindow, words: str, code: str = "") -> None:
        """`code`: of the error that keeps the data from being opened."""
        self._code = code
        self._window = window
        self._backups = Backups(window.home, window.clock)
        self._job: Job[Recovered] | None = None
        self._ways: Ways | None = None
        self.page = WaysPage(words)
        self.page.chosen.connect(self.choose)
        self.page.file_chosen.connect(self.file)
        self.page.again.connect(window.begin)
        self.page.left.connect(window.close)
        self.page.stopped.connect(self._stop)

    def show(self) -> None:
        """In place of everything else."""
        self._window.take_over(self.page, self)

    def look(self) -> None:
        """Which ways there are; the backups are read for that."""
        self._window.jobs.run(
            self.page, lambda _job: self._backups.ways(), done=self._offer, failed=self._fail, lane=Lane.IO
        )

    def choose(self, key: str) -> None:
        """One of the ways."""
        newest = self._ways.backup if self._ways else None
        if key == "backup" and newest is not None:
            self.file(newest.path)
        elif key == "journal":
            self._run(tr("The journal is played anew…"), lambda job: self._backups.rebuild(job.step))
        elif key == "headoffice":
            self._run(
                tr("The data comes from the head office…"),
                lambda job: self._backups.fetch(self._window.transport, _stoppable(job)),
            )

    def file(self, path: Path) -> None:
        """Bring back a file."""
        self._run(
            tr("{name} is brought back…", name=path.name), lambda job: self._backups.restore(path, job.step)
        )

    def _offer(self, ways: Ways) -> None:
        self._ways = ways
        offered = []
        if ways.journal and self._code not in ("database.newer", "database.no_key"):  # it cannot be read
            offered.append(
                WayOut(
                    "journal",
                    tr("Rebuild from the journal"),
                    tr(
                        "All that can still be read is played anew, and completed from the newest backup. It "
                        "takes some minutes; as a rule nothing is lost."
                    ),
                )
            )
        if ways.backup is not None:
            offered.append(
                WayOut(
                    "backup",
                    tr("Bring back the backup of {when}", when=f"{ways.backup.made:%d/%m/%Y %H:%M}"),
                    tr(
                        "What was sent since then comes from the head office. What was not sent stays in the "
                        "file that is kept."
                    ),
                )
            )
        if self._code == "database.no_key":
            words = tr(
                "Needs the connection. What was not sent yet stays in the file that is kept, until its key "
                "is found."
            )
        else:
            words = tr("Needs the connection. What was not sent yet is added as far as it can be read.")
        offered.append(WayOut("headoffice", tr("Take the data from the head office"), words))
        self.page.offer(offered)

    def _run(self, words: str, work: Callable[[Job[Recovered]], Recovered]) -> None:
        self.page.work(words)
        if self._window.jobs.busy:  # they may still read what is to be closed
            later(self.page, lambda: self._run(words, work), WAIT_MS)
            return
        self._window.close_desk()
        self._job = self._window.jobs.run(
            self.page, work, done=self._done, failed=self._fail, progress=self.page.progress, lane=Lane.IO
        )

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _done(self, recovered: Recovered) -> None:
        window = self._window
        window.begin()
        lines = [tr("The data is back. What it lacks and the head office has comes at the next contact.")]
        if recovered.rescued is not None and recovered.rescued.missing:
            missing = recovered.rescued.missing
            lines.append(tr("{count} entries of the damaged database could not be read.", count=missing))
        if recovered.aside is not None:
            lines.append(tr("What was there before is kept as {path}.", path=recovered.aside))
        if recovered.unread:
            lines.append(
                tr(
                    "What was not sent before, if anything, lies in it. The administrator brings that "
                    'back: daumoi restore --journal "{path}"',
                    path=recovered.aside,
                )
            )
        window.prompter.tell(window, "\n".join(lines))

    def _fail(self, error: AppError) -> None:
        if not self.page.buttons:
            self.look()
        self.page.rest()
        if not isinstance(error, Cancelled):
            self.page.fail(sentence(error, tr))


def _stoppable(job: Job[Recovered]) -> Told:
    """What hears of progress over the line."""

    def told(progress: Progress | None) -> None:
        if progress is not None:
            job.step(progress.done_bytes, progress.total_bytes)

    return told
