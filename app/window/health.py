"""Watches the PC while the window is open: its clock, the room on its disk, the file of the database."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QObject, QTimer, Signal

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.domain.health import Seen, SteadyWatch, Worry, worries
from app.models.base import millis
from app.models.database import note_damage
from app.queries.health import CHECKED, HealthQueries
from app.settings import Disk, disk_of
from app.ui.kit.jobs import Job, JobRunner, Lane
from app.ui.kit.later import later

log = logging.getLogger(__name__)

FIRST_MS = 5_000
"""The first look, once the window is there and quiet."""

EVERY_MS = 60_000

DAILY = timedelta(days=1)
"""The file is looked through once in so long."""

DAMAGED = "database.damaged"


class HealthWatch(QObject):
    """Signal `changed(tuple[Worry, ...])`: what is to be told is other than before."""

    changed = Signal(object)

    def __init__(
        self,
        desk: Desktop,
        jobs: JobRunner,
        parent: QObject,
        *,
        disk: Disk = disk_of,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self.worries: tuple[Worry, ...] = ()
        self._desk, self._jobs = desk, jobs
        self._disk, self._steady = disk, steady
        self._queries = HealthQueries(desk.database.read)
        self._watch = SteadyWatch()
        self._damaged = False
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.timeout.connect(self.look_through)
        later(self, self.look, FIRST_MS)
        self._timer.start()

    def stop(self) -> None:
        """The window is shut."""
        self._timer.stop()

    def hear(self, error: AppError) -> None:
        """A failure of whatever work: one of the file is told, and looked into at the next start."""
        if error.code == DAMAGED and error.params.get("path") == str(self._desk.database.path):
            self._note_damage()

    def look(self) -> None:
        """At what is known at once."""
        self._jobs.run(self, lambda _job: self._seen(), done=self._show, failed=self.hear, lane=Lane.IO)

    def look_through(self) -> None:
        """Through the whole file, once a day."""

        def check(_job: Job[bool]) -> bool:
            now, last = self._desk.clock.now(), self._queries.checked()
            if last is not None and timedelta(0) <= now - last < DAILY:
                return True
            sound = self._queries.sound()
            if sound:
                self._desk.writer.set_local(CHECKED, millis(now))
            return sound

        self._jobs.run(
            self,
            check,
            done=lambda sound: None if sound else self._note_damage(),
            failed=self.hear,
            lane=Lane.IO,
        )

    def _note_damage(self) -> None:
        if self._damaged:
            return
        self._damaged = True
        log.error("the database is damaged in a place")
        path = self._desk.database.path
        self._jobs.run(
            self, lambda _job: note_damage(path), done=lambda _: None, failed=lambda _: None, lane=Lane.IO
        )
        self.look()

    def _seen(self) -> Seen:
        desk, hlc = self._desk, self._desk.writer.hlc
        right = hlc.now_ms()  # first: it finds out whether the time is still sure
        now = desk.clock.now()
        sure = hlc.sure
        seen = Seen(
            now=datetime.fromtimestamp(right / 1000, UTC),
            behind=timedelta(milliseconds=hlc.offset_ms) if sure else None,
            back=self._watch.back(now, self._steady(), sure=sure),
            damaged=self._damaged,
        )
        log_file = desk.database.path.with_name(f"{desk.database.path.name}-wal")
        with suppress(OSError):  # a disk that is gone is told by whoever saves something
            seen = replace(seen, free=self._disk(desk.home)[1])
            seen = replace(seen, log=log_file.stat().st_size)
        try:
            return replace(seen, newest=self._queries.newest(desk.identity.device))
        except AppError as error:
            if error.code != DAMAGED:
                raise
            return replace(seen, damaged=True)

    def _show(self, seen: Seen) -> None:
        found = worries(seen)
        if seen.damaged and not self._damaged:
            self._note_damage()
        if _told(found) != _told(self.worries):
            self.worries = found
            self.changed.emit(found)


def _told(found: tuple[Worry, ...]) -> list[tuple[str, int, int]]:
    """What of them people read: minutes and tens of megabytes."""
    return [(each.code, round(each.apart.total_seconds() / 60), each.size // 10_000_000) for each in found]
