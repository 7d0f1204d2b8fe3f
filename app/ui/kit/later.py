"""Something to be done at another turn of the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def later(owner: QObject, call: Callable[[], object], ms: int = 0) -> None:
    """Calls `call` after so many ms, if `owner` is there then.

    `QTimer.singleShot` with an owner (PySide 6.9.3) leaves what `call` raises to whatever Python is run next:
    mostly nobody hears of it.
    """
    timer = QTimer(owner, singleShot=True, interval=ms)
    timer.timeout.connect(call)
    timer.timeout.connect(timer.deleteLater)
    timer.start()
