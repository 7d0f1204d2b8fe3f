"""A PC's first start, in a process of its own: the address and the code are typed, the office's data comes,
somebody signs in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.domain.clock import SystemClock
from app.ui.start.setup import SetUpPage
from app.ui.start.signin import SignInPage
from app.window.frame import DeskWindow
from app.window.program import run
from benchmarks.window_start import Painted, Start

LOOKING_MS = 20


class FirstStart(Start):
    """What happens from the first page on, with the moments at which it happened."""

    def __init__(self, address: str, code: str) -> None:
        super().__init__()
        self._address, self._code = address, code
        self._looking = QTimer(interval=LOOKING_MS)
        self._looking.timeout.connect(self._look)

    def ready(self, window: DeskWindow) -> None:
        """The set-up is in sight: go on from it as a quick person would."""
        self.window = window
        page = window.currentWidget()
        assert isinstance(page, SetUpPage)
        Painted(page, self._fill_in)

    def _fill_in(self) -> None:
        self.marks["set_up"] = time.time()
        page = self.window.currentWidget()
        assert isinstance(page, SetUpPage)
        page.forward()
        for name, text in (("address", self._address), ("code", self._code)):
            field = page.step.findChild(QLineEdit, name)
            assert field is not None
            QTest.keyClicks(field, text)
        page.forward()
        self._looking.start()

    def _look(self) -> None:
        page = self.window.currentWidget()
        if isinstance(page, SignInPage):
            self._looking.stop()
            Painted(page, self._let_in)


def start(home: str, address: str, code: str) -> dict[str, Any]:
    """Makes `home` a desk's by a code, and lets a supervisor in; `set_up` and `sign_in` are the Unix times
    when their pages were painted, `rows` the seconds after that until the first page had its rows."""
    first = FirstStart(address, code)
    run(Path(home), SystemClock(), first.ready)
    return first.marks
