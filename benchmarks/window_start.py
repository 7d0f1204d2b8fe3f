"""One start of the window, in a process of its own that loads nothing more than the program does."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from sqlalchemy import select

from app.domain.clock import SteppingClock
from app.models import Staff
from app.services.writer import Person
from app.ui.kit.later import later
from app.window.frame import DeskWindow
from app.window.program import run

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


class Painted(QObject):
    """Calls back once, when a widget and all in it have been painted: with its window, since a widget that is
    wholly covered by what lies in it hears of no painting."""

    def __init__(self, widget: QWidget, then: Callable[[], object]) -> None:
        super().__init__(widget)
        self._window, self._then = widget.window(), then
        self._window.installEventFilter(self)
        widget.update()

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is QEvent.Type.UpdateRequest:
            self._window.removeEventFilter(self)
            later(self, self._then)
        return False


class Start:
    """What happens after the window is shown, with the moments at which it happened."""

    def __init__(self) -> None:
        self.marks: dict[str, Any] = {}
        self._entered = 0.0

    def ready(self, window: DeskWindow) -> None:
        """The window is made: wait for the page of sign-in."""
        self.window = window
        page = window.currentWidget()
        assert page is not None
        Painted(page, self._let_in)

    def _let_in(self) -> None:
        self.marks["sign_in"] = time.time()
        desktop = self.window.desktop
        assert desktop is not None
        # Without the password, whose hash is slow by intention.
        with desktop.database.read.connect() as read:
            found = read.execute(select(Staff.id, Staff.name, Staff.roles).where(Staff.login == "mai")).one()
        self._entered = time.perf_counter()
        self.window.open_for(Person(found.id, found.name, tuple(found.roles)))
        assert self.window.main is not None
        page: Any = self.window.main.page("today")
        self._table = page.urgent
        self._table.model().modelReset.connect(self._arrived)
        self._arrived()

    def _arrived(self) -> None:
        rows = self._table.model()
        if rows.rowCount():
            rows.modelReset.disconnect(self._arrived)
            Painted(self._table.viewport(), self._seen)

    def _seen(self) -> None:
        self.marks["rows"], self.marks["cpu"] = time.perf_counter() - self._entered, time.process_time()
        self.window.jobs.busy_changed.connect(self._settled)
        self._settled()

    def _settled(self) -> None:
        if not self.window.jobs.busy:
            self.window.jobs.busy_changed.disconnect(self._settled)
            assert self.window.main is not None
            Painted(self.window.main, self._end)

    def _end(self) -> None:
        self.marks["counted"] = time.perf_counter() - self._entered
        QApplication.exit()


def start(home: str) -> dict[str, Any]:
    """Opens the window of a home as the program does and lets a supervisor in.

    `sign_in` is the Unix time when its page was painted; `rows` and `counted` are seconds after
    the supervisor was let in, `cpu` those of the processor since the process started.
    """
    begun = Start()
    run(Path(home), SteppingClock(NOW), begun.ready)
    return begun.marks
