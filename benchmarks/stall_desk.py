"""A desk's window while rows come in and somebody types, in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from sqlalchemy import func, select

from app.bootstrap import Desktop
from app.domain.clock import SteppingClock
from app.models import Digest, Staff
from app.services.writer import Person
from app.sync.loop import SyncState
from app.sync.transport import HttpTransport
from app.ui.kit.later import later
from app.window.frame import DeskWindow
from app.window.program import run
from benchmarks.harness import percentile
from benchmarks.office import NOW

BEAT_MS = 5
KEY_MS = 90
"""Between two keys: a quick typist."""

SAVE_MS = 250

TYPED = "nguyen thi hoa "


class Heart(QObject):
    """Beats in the event loop; keeps by how many milliseconds each beat was late."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._last = time.perf_counter()
        self.late: list[float] = []
        timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(self._beat)
        timer.start()

    def begin(self) -> None:
        """Count from now on."""
        self._last, self.late = time.perf_counter(), []

    def _beat(self) -> None:
        now = time.perf_counter()
        self.late.append((now - self._last) * 1000 - BEAT_MS)
        self._last = now


class Typist(QObject):
    """Types a letter now and then, wherever the keyboard is; keeps how many milliseconds each took."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._letters: Iterator[str] = cycle(TYPED)
        self.took: list[float] = []
        timer = QTimer(self, interval=KEY_MS)
        timer.timeout.connect(self._type)
        timer.start()

    def _type(self) -> None:
        field = QApplication.focusWidget()
        if field is None:
            return
        if len(self.took) % len(TYPED) == 0 and isinstance(field, QLineEdit):
            field.clear()
        begun = time.perf_counter()
        QTest.keyClicks(field, next(self._letters))
        field.repaint()
        self.took.append((time.perf_counter() - begun) * 1000)


class Saver(QObject):
    """Keeps a draft now and then, as a form does; keeps how many milliseconds each took until it was kept."""

    def __init__(self, window: DeskWindow, desktop: Desktop, by: Person) -> None:
        super().__init__(window)
        self._jobs, self._drafts, self._by = window.jobs, desktop.drafts, by.id
        self.took: list[float] = []
        timer = QTimer(self, interval=SAVE_MS)
        timer.timeout.connect(self.save)
        timer.start()

    def save(self) -> None:
        """Keep it now."""
        begun, drafts, by = time.perf_counter(), self._drafts, self._by
        self._jobs.run(
            self,
            lambda _job: drafts.keep("stall", by, by, {"words": TYPED}),
            done=lambda _kept: self.took.append((time.perf_counter() - begun) * 1000),
        )


class Stalled:
    """What happens after the window is shown: a person is let in, types, and rows come in."""

    def __init__(self, page: str, login: str, quiet_ms: int) -> None:
        self._page, self._login, self._quiet = page, login, quiet_ms
        self.marks: dict[str, Any] = {}
        self._begun = 0.0

    def ready(self, window: DeskWindow) -> None:
        """The window is made: let the person in and open the page."""
        self.window = window
        desktop = self._desktop()
        # Without the password, whose hash is slow by intention.
        with desktop.database.read.connect() as read:
            wanted = select(Staff.id, Staff.name, Staff.roles).where(Staff.login == self._login)
            found = read.execute(wanted).one()
        self._person = Person(found.id, found.name, tuple(found.roles))
        window.open_for(self._person)
        window.activateWindow()
        assert window.main is not None
        page: Any = window.main.open_section(self._page)
        if self._page == "requests":
            page.receive()  # a form, whose draft is kept as one types
        self._then(self._quiet, self._rest)

    def _rest(self) -> None:
        window = self.window
        self._heart, self._typist = Heart(window), Typist(window)
        self._saver = Saver(window, self._desktop(), self._person)
        self._then(self._quiet, self._begin)

    def _begin(self) -> None:
        self.marks |= {"rest": max(self._heart.late), "rest_key": percentile(self._typist.took, 95)}
        self._rows = self._count()
        self._heart.begin()
        self._typist.took, self._saver.took = [], []
        self._begun = time.perf_counter()
        self.window.contact_changed.connect(self._told)
        self._desktop().resume_sync()
        self._saver.save()

    def _told(self, state: SyncState) -> None:
        if state.state in ("offline", "refused"):
            self.marks["error"] = str(state.error)
            QApplication.exit()
        elif state.state == "online":
            self.window.contact_changed.disconnect(self._told)
            self.marks["seconds"] = time.perf_counter() - self._begun
            self._then(self._quiet, self._end)

    def _end(self) -> None:
        self.marks |= {
            "longest": max(self._heart.late),
            "late": percentile(self._heart.late, 99),
            "key": percentile(self._typist.took, 95),
            "saved": percentile(self._saver.took, 95),
            "rows": self._count() - self._rows,
        }
        QApplication.exit()

    def _count(self) -> int:
        with self._desktop().database.read.connect() as read:
            return int(read.execute(select(func.coalesce(func.sum(Digest.rows), 0))).scalar_one())

    def _desktop(self) -> Desktop:
        assert self.window.desktop is not None
        return self.window.desktop

    def _then(self, ms: int, act: Callable[[], object]) -> None:
        later(self.window, act, ms)


def stall(home: str, url: str, page: str, login: str, quiet_ms: int) -> dict[str, Any]:
    """Opens the window of a home whose sync is paused, lets a person in at a page, types, and goes on with
    sync until all has come; `quiet_ms` of rest go before and after.

    In milliseconds: by how much the `longest` beat was late, and 99 of 100 at most (`late`); within what 95
    of 100 keys were taken (`key`) and 95 of 100 drafts were kept (`saved`); `rest` and `rest_key` before.
    `rows` came in in `seconds`.
    """
    stalled = Stalled(page, login, quiet_ms)
    run(Path(home), SteppingClock(NOW), stalled.ready, HttpTransport(url))
    return stalled.marks
