"""The page in sight follows what is written, and so do the numbers of what waits beside each section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.bootstrap import Desktop
from app.sync.writer import Changes
from app.ui.kit.jobs import Lane, Latest
from app.ui.kit.page import Page
from app.ui.shell.window import MainWindow

if TYPE_CHECKING:
    from app.window.frame import DeskWindow

REFRESH_MS = 200
"""Changes that come close together refresh the page in sight once."""


class Freshness(QObject):
    """Of a window."""

    _changed = Signal(object)

    def __init__(self, window: DeskWindow) -> None:
        super().__init__(window)
        self._window = window
        self._stale: set[str] = set()
        self._counting: Latest | None = None
        self._timer = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._timer.timeout.connect(self._refresh)
        self._changed.connect(self._note)

    def watch(self, desk: Desktop) -> None:
        """Hear from now on what is written at a desk, on whatever thread."""
        desk.writer.listen(self._changed.emit)

    def follow(self, main: MainWindow) -> None:
        """From now on of this person's sections."""
        self._counting = Latest(self._window.jobs, main, Lane.IO)
        self._count(main)

    def _note(self, changes: Changes) -> None:
        self._stale |= changes.tables
        self._window.wrote.emit()
        if not self._timer.isActive():
            self._timer.start()

    def _refresh(self) -> None:
        stale, self._stale = frozenset(self._stale), set()
        main = self._window.main
        if main is not None and stale:
            self._count(main)
            page = main.page(main.key)
            if isinstance(page, Page):
                page.refresh(stale)

    def _count(self, main: MainWindow) -> None:
        """How many things wait in each section, asked off the UI thread."""
        if self._counting is not None:
            self._counting.run(lambda _job: main.counts(), done=main.show_counts)
