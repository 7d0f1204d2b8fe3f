"""The window comes first: whoever writes to the database gives way while the window is at work.

Python lets one thread work at a time, and handing over a thousand times within a repaint costs more than the
repaint. So a timer beats in the window's event loop as long as others write; a beat that does not come shows
that the window is at work, and the writing waits for it between two steps of SQLite.
"""

from __future__ import annotations

import threading
import time
from math import inf

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.models.database import Database

BEAT = 5
"""Milliseconds between two beats."""

LATE = 0.009
"""Seconds after which the next beat is late."""

PATIENCE = 0.1
"""Seconds that are waited for one late beat at most: a window that hangs does not stop the work."""

REST = 2.0
"""Seconds after the last step of writing until the beats end."""

STEPS = 2000
"""Steps of SQLite's machine between two looks: well under a millisecond."""


class Courtesy(QObject):
    """Made in the UI thread; `give_way` is called by all others."""

    _needed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = threading.get_ident()
        self._last = inf  # while nothing beats, nothing is late
        self._used = 0.0
        self._patience = PATIENCE
        self._timer = QTimer(self, interval=BEAT, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._needed.connect(self._begin, Qt.ConnectionType.QueuedConnection)

    def watch(self, database: Database) -> None:
        """Have what is written to the database give way from now on."""
        database.let(self.give_way, STEPS)

    def give_way(self) -> int:
        """Wait while the window is at work. 0: go on."""
        if threading.get_ident() == self._window:
            return 0
        self._used = time.perf_counter()
        if self._last == inf:
            self._last = self._used
            self._needed.emit()
        while self._patience > 0 and (now := time.perf_counter()) - self._last > LATE:
            time.sleep(0.001)
            self._patience -= time.perf_counter() - now
        return 0

    def hurry(self) -> None:
        """The window begins something that takes a moment: do not wait for the beat to be late."""
        if self._last != inf:
            self._last = -inf

    def _begin(self) -> None:
        if not self._timer.isActive():
            self._timer.start()
            self._beat()

    def _beat(self) -> None:
        now = time.perf_counter()
        if now - self._used > REST:
            self._timer.stop()
            self._last = inf
        else:
            self._last, self._patience = now, PATIENCE
