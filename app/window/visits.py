"""What other programs ask of the window: to come forward, to take files, to close."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.domain.errors import AppError
from app.failures import sentence
from app.sync.enrolment import identity_of
from app.sync.start_file import SUFFIX
from app.ui.kit.later import later
from app.ui.kit.theme import Tone
from app.ui.start.setup import SetUpPage
from app.ui.start.signin import SignInPage
from app.window.instance import Act, Answer, Busy, Message, Said
from app.words import tr

if TYPE_CHECKING:
    from app.window.frame import DeskWindow

DEPTH = 8
"""So many dialogs stand over each other at most."""


class Visits(QObject):
    """Answers for a window."""

    def __init__(self, window: DeskWindow) -> None:
        super().__init__(window)
        self._window = window
        self._waiting: list[Path] = []
        self._asking: QWidget | None = None
        """The question about what is not saved, which a "quit" has brought up."""
        window.opened.connect(lambda _main: self._take_waiting())

    def hear(self, message: Message) -> Answer:
        """What is answered; it is done already, or at once."""
        if message.act is Act.SHOW:
            self.come_forward()
            self.take([Path(each) for each in message.files])
            return Answer(Said.SHOWN)
        reason = self.in_the_way(again=message.again)
        if reason is None:
            later(self, QApplication.closeAllWindows)
            return Answer(Said.CLOSING, process=os.getpid())
        if reason is not Busy.WORK and not message.again:
            self.come_forward()
        return Answer(Said.BUSY, reason)

    def come_forward(self) -> None:
        """Before all other windows, as large as it was."""
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()

    # -- files ------------------------------------------------------------------------------------------

    def take(self, files: Sequence[Path]) -> None:
        """Open each file where it belongs; what needs a person at the desk waits for the sign-in."""
        for path in files:
            if path.suffix in (".daumoi-enrolment", SUFFIX):
                self._enrol(path)
            elif path.suffix == ".daumoi-key":
                self._unlock(path)
            elif self._window.main is None:
                self._wait(path)
            elif path.suffix == ".daumoi-bundle":
                self._carry(path)
            elif path.suffix == ".daumoi-update":
                self._update(path)
            else:
                self._refuse(AppError("file.kind_unknown", path=str(path)))

    def _wait(self, path: Path) -> None:
        self._waiting.append(path)
        page = self._window.currentWidget()
        if isinstance(page, SignInPage):
            page.sentence.setText(tr("{file} is taken in once you have signed in.", file=path.name))

    def _take_waiting(self) -> None:
        files, self._waiting = self._waiting, []
        self.take(files)

    def _enrol(self, path: Path) -> None:
        page = self._window.currentWidget()
        if isinstance(page, SetUpPage):
            page.take_file(str(path))
            return
        home = self._window.home
        try:
            identity = identity_of(home)
        except AppError as error:
            self._refuse(error)
        else:
            if identity is not None:
                self._refuse(AppError("home.enrolled", path=str(home), desk=identity.desk, file=path.name))

    def _unlock(self, path: Path) -> None:
        from app.ui.start.lost_key import LostKeyPage  # here: a key is seldom lost

        page = self._window.currentWidget()
        if isinstance(page, LostKeyPage):
            page.take_file(path)
        else:
            self._refuse(AppError("encryption.key_not_needed", path=str(path)))

    def _carry(self, path: Path) -> None:
        from app.ui.sync.page import SyncPage  # here: the sign-in does not wait for it

        main = self._window.main
        page = None if main is None else main.open_section("sync")
        if isinstance(page, SyncPage):
            page.files.read_from(path)

    def _update(self, path: Path) -> None:
        from app.ui.settings.updates import UpdatePanel

        main = self._window.main
        page = None if main is None else main.open_section("settings")
        panel = None if page is None else page.findChild(UpdatePanel)
        if panel is not None:
            panel.take(path)

    def _refuse(self, error: AppError) -> None:
        self._window.prompter.tell(self._window, sentence(error, tr))

    # -- closing ----------------------------------------------------------------------------------------

    def in_the_way(self, *, again: bool = False) -> Busy | None:
        """Why the window cannot close now. Nothing is cut off that is being written; dialogs are left as by
        Esc, which keeps a draft or asks where something would be lost."""
        window = self._window
        if self._asking is not None and self._asking.isVisible():
            return Busy.ASKING
        asked, self._asking = self._asking, None
        if window.idle.unsaved:
            return Busy.UNSAVED
        for _ in range(DEPTH):
            if window.jobs.busy:
                return Busy.WORK
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, QDialog):
                break
            if again and asked is not None:
                return Busy.UNSAVED  # the person went back to it
            dialog.reject()
            if window.jobs.busy:
                return Busy.WORK
            if dialog.isVisible():
                over = QApplication.activeModalWidget()
                self._asking = over if over is not dialog else None
                return Busy.ASKING if self._asking is not None else Busy.UNSAVED
        if window.main is not None and not window.main.may_leave():
            if not again:
                words = tr("The program was asked to close. Save what is typed here first.")
                window.main.say(words, tone=Tone.ATTENTION)
            return Busy.UNSAVED
        return None
