"""What nobody expected, from wherever it comes: kept in the log, reported, said once and calmly."""

from __future__ import annotations

import logging
import sys
import threading
from functools import partial
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.crashes import CrashReports, Report
from app.domain.errors import AppError
from app.failures import sentence
from app.logs import LOGS
from app.ui.kit.dialog import Dialog
from app.ui.shell.fault import FaultDialog, Moment
from app.window.support import make_support_file
from app.words import tr

if TYPE_CHECKING:
    from app.window.frame import DeskWindow

log = logging.getLogger(__name__)

PAUSE = 60.0
"""The same is said again after so many seconds at the earliest."""


class Faults(QObject):
    """Of a window; made in the UI thread, told from any."""

    _noted = Signal(object, object)

    def __init__(self, window: DeskWindow) -> None:
        super().__init__(window)
        self._window = window
        self._reports = CrashReports(window.home / LOGS, window.clock)
        self._said: dict[object, float] = {}
        self.dialog: FaultDialog | None = None
        """The one that is open."""
        self._noted.connect(self._say)

    def note(self, error: BaseException) -> None:
        """A failure that nobody took. One with a sentence is said by it; of any other there is a report."""
        report = None
        if not isinstance(error, AppError):
            report = self._reports.write(error, threading.current_thread().name)
            if report.times & (report.times - 1) == 0:  # a fault in painting comes back with each frame
                log.critical("a fault of the program, %d times so far", report.times, exc_info=error)
        self._noted.emit(error, report)

    def tell_fallen(self, report: Path) -> None:
        """The last time the program was brought down from below."""
        self._open(self._window, Moment.LAST_TIME, report)

    # -- the program's last resorts ----------------------------------------------------------------------

    def __enter__(self) -> Faults:
        """From now on, what nobody takes in a slot, in a thread or in a finalizer comes here."""
        sys.excepthook = self._of_program
        threading.excepthook = self._of_thread
        sys.unraisablehook = self._of_finalizer
        return self

    def __exit__(self, *_: object) -> None:
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        sys.unraisablehook = sys.__unraisablehook__

    def _of_program(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        sys.__excepthook__(kind, error, trace)
        if not issubclass(kind, KeyboardInterrupt):
            self.note(error)

    def _of_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            self.note(args.exc_value)

    def _of_finalizer(self, args: sys.UnraisableHookArgs) -> None:
        """Nothing that anybody waits for: the log has it."""
        log.error("a fault while something was let go of", exc_info=args.exc_value)

    # -- what is said ------------------------------------------------------------------------------------

    def _say(self, error: BaseException, report: Report | None) -> None:
        if isinstance(error, AppError):
            text = sentence(error, tr)
            if self._due(text):
                self._window.prompter.tell(self._window, text)
        elif report is not None:
            self._window.faltered()
            self._say_fault(report)

    def _say_fault(self, report: Report) -> None:
        if self.dialog is not None and isValid(self.dialog) and self.dialog.isVisible():
            return
        if not self._due(report.path):
            return
        for each in self._window.findChildren(Dialog):
            each.keep_draft()
        over = QApplication.activeModalWidget() or self._window
        self._open(over, Moment.WORKING if self._window.usable else Moment.STARTING, report.path)

    def _due(self, what: object) -> bool:
        now = monotonic()
        if now - self._said.get(what, -PAUSE) < PAUSE:
            return False
        self._said[what] = now
        return True

    def _open(self, over: QWidget, moment: Moment, report: Path | None) -> None:
        if not self._window.isVisible():  # it failed before there was anything to see
            self._window.show()
        support = partial(make_support_file, self._window)
        self.dialog = FaultDialog(over, moment, report, support, self._leave)
        self.dialog.start()

    def _leave(self) -> None:
        if self.dialog is not None:
            self.dialog.accept()
        self._window.leave()
