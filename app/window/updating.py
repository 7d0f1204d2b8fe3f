"""Updates in the window: offered at its foot and in the settings, never in the middle of work; installed when
a person says so and nothing is open; and told of afterwards."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.domain.updates import Manifest
from app.failures import sentence
from app.models.database import HEAD
from app.sync.update_folder import Happened
from app.sync.updates import UpdateView
from app.ui.kit.jobs import Job, Lane
from app.ui.settings.updates import UpdatePanel, happened_words
from app.words import tr

if TYPE_CHECKING:
    from app.window.frame import DeskWindow

log = logging.getLogger(__name__)

STANDING_MS = 30_000
"""A window that has stood for so long stands."""


class Updating(QObject):
    """For the window of a desk. Signal `changed()`."""

    changed = Signal()

    def __init__(self, window: DeskWindow, desk: Desktop) -> None:
        super().__init__(window)
        self._window, self._desk = window, desk
        self._updates = desk.updates
        self.running = desk.updates.folder.running
        self.by_hand = not desk.updates.folder.keys
        self.on_close = False
        self.happened: Happened | None = None
        self._stood = self._told = self._faltered = False
        desk.updates.changed = lambda _view: self.changed.emit()
        self.changed.connect(self.show)
        self._standing = QTimer(self, singleShot=True, interval=STANDING_MS)
        self._standing.timeout.connect(self.stand)
        self._standing.start()

    @property
    def view(self) -> UpdateView:
        """How it stands."""
        return self._updates.view

    def look(self) -> UpdateView:
        """See anew how it stands; reads a setup through, so not on the UI thread."""
        return self._updates.look()

    def session_open(self) -> bool:
        """Whether money is being taken at this desk."""
        return self._desk.cash_queries.open_here(self._desk.identity.device)

    def take(self, path: Path, step: Callable[[int, int], None]) -> Manifest:
        """Take an update from a stick."""
        return self._updates.folder.take(path, step)

    def choose_on_close(self, on: bool) -> None:
        """Whether to install when the program is closed."""
        self.on_close = on
        self.show()

    # -- standing ---------------------------------------------------------------------------------------

    def stand(self) -> None:
        """The window stands with its data open: this version has started."""
        self._standing.stop()
        self._stood = True
        folder = self._updates.folder

        def note(_job: Job[Happened | None]) -> Happened | None:
            folder.has_stood()
            self._updates.look()
            return folder.state.happened

        def noted(happened: Happened | None) -> None:
            self.happened = self.happened or happened
            self._tell()

        self._window.jobs.run(self, note, done=noted, lane=Lane.IO)

    def faltered(self) -> None:
        """Nobody expected what has happened: a version that has not stood yet does not stand by waiting, and
        closing it does not make up for it."""
        self._standing.stop()
        self._faltered = True

    def signed_in(self) -> None:
        """Somebody is at the desk: so the window stands, and what came of an update can be told."""
        if self._stood:
            self._tell()
        else:
            self.stand()

    def _tell(self) -> None:
        """Once, to whoever signs in first; it stays in the settings until the program ends."""
        main, folder = self._window.main, self._updates.folder
        if main is not None and self.happened is not None and not self._told:
            self._told = True
            words, tone = happened_words(self.happened)
            main.say(words, tone=tone)
            self._window.jobs.run(self, lambda _job: folder.tell_no_more(), done=lambda _: None, lane=Lane.IO)
        self.changed.emit()

    # -- offering ---------------------------------------------------------------------------------------

    def panel(self) -> UpdatePanel:
        """The part of the settings."""
        panel = UpdatePanel(self, self._window.jobs, lambda error: sentence(error, tr))
        self.changed.connect(panel.show_view)
        return panel

    def show(self) -> None:
        """The line at the foot: only what can be installed, not while money is taken or a form is open."""
        main = self._window.main
        if main is None:
            return
        if not self.view.ready or QApplication.activeModalWidget() is not None:
            main.status.set_news("")
            return
        jobs = self._window.jobs
        jobs.run(self, lambda _job: self.session_open(), done=self._show, lane=Lane.IO)

    def _show(self, session: bool) -> None:
        main, manifest = self._window.main, self.view.manifest
        if main is None or manifest is None:
            return
        words = ""
        if not session:
            words = tr("Version {version} can be installed", version=manifest.version)
            if self.on_close:
                words = tr("Version {version} is installed on closing", version=manifest.version)
        main.status.set_news(words)

    def open_offer(self) -> None:
        """Go to the settings, where it can be installed."""
        main = self._window.main
        page = None if main is None else main.open_section("settings")
        panel = None if page is None else page.findChild(UpdatePanel)
        if panel is not None:
            panel.come_to()

    # -- installing -------------------------------------------------------------------------------------

    def install(self, failed: Callable[[AppError], object]) -> None:
        """Start the setup and end, unless something would be lost or money is being taken."""
        window = self._window
        main = window.main
        if main is None or not main.may_leave():
            failed(AppError("update.unsaved"))
            return

        def begin(_job: Job[Manifest]) -> Manifest:
            return self._begin()

        def begun(_manifest: Manifest) -> None:
            self.on_close = False  # it is at work already
            window.close()

        window.jobs.run(window, begin, done=begun, failed=failed)

    def _begin(self) -> Manifest:
        """AppError "update.session_open", and as `UpdateFolder.install`."""
        if self.session_open():
            raise AppError("update.session_open")
        return self._updates.folder.install(HEAD)

    def closing(self) -> None:
        """The window closes, and nothing is lost by it: this start was no failure, and what was put off until
        now is done."""
        if not self._faltered:
            self._updates.folder.forgive()
        if self.on_close and self.view.ready:
            self.on_close = False
            try:
                self._begin()
            except AppError as error:  # nobody is there any more to read it; it is offered again tomorrow
                log.warning("the update was not installed on closing: %s", error.code)
