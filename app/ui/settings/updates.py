"""The part of the settings about updates of the program: which version runs, which can be installed, when."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.domain.errors import AppError
from app.domain.updates import Manifest
from app.sync.update_folder import Happened
from app.sync.updates import UpdateView
from app.ui.kit.buttons import Button
from app.ui.kit.flow import Flow
from app.ui.kit.inspector import Notice, clear, show_notice
from app.ui.kit.jobs import Job, JobRunner, Lane
from app.ui.kit.labels import Label
from app.ui.kit.later import later
from app.ui.kit.sight import area_over
from app.ui.kit.theme import Tone, px
from app.words import tr

SUFFIX = "daumoi-update"

LAID_OUT = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.LayoutRequest)
"""After these there may be more above the button that has the keyboard, which stays in sight."""


class Updating(Protocol):
    """Who knows and does it (`app.window.updating`)."""

    running: str
    by_hand: bool
    on_close: bool
    happened: Happened | None

    @property
    def view(self) -> UpdateView: ...
    def look(self) -> UpdateView: ...
    def session_open(self) -> bool: ...
    def take(self, path: Path, step: Callable[[int, int], None]) -> Manifest: ...
    def install(self, failed: Callable[[AppError], object]) -> None: ...
    def choose_on_close(self, on: bool) -> None: ...


def happened_words(happened: Happened) -> tuple[str, Tone]:
    """What came of the last update."""
    before, after = happened.before, happened.after
    if happened.what == "updated":
        words = tr("The program was updated from version {before} to {after}.", before=before, after=after)
        return words, Tone.GOOD
    if happened.what == "went back":
        words = tr(
            "Version {after} did not start here, so version {before} was put back with its data. The head "
            "office is told; there is nothing you need to do.",
            before=before,
            after=after,
        )
    elif happened.what == "missed":
        words = tr(
            "Version {after} was not installed; version {before} still runs. Try again, or ask your "
            "administrator.",
            before=before,
            after=after,
        )
    else:
        words = tr(
            "Version {after} has not started properly, and the setup of version {before} is not on this "
            "computer. Ask your administrator to install version {before}; the data come back with it.",
            before=before,
            after=after,
        )
    return words, Tone.ATTENTION


class UpdatePanel(QWidget):
    """What there is to know and to do about updates."""

    def __init__(self, updating: Updating, jobs: JobRunner, why: Callable[[AppError], str]) -> None:
        super().__init__()
        self._updating, self._jobs, self._why = updating, jobs, why
        self._session = False
        self.now = Button(tr("Install now"), self._install, key="F2", primary=True)
        self.later = Button(tr("Install when I close"), self._choose_later, key="F10")
        self.file = Button(tr("Update from a file…"), self._ask_which, key="F3")
        self._words = QVBoxLayout()
        self._words.setSpacing(px(6))
        self._last = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(8), 0, px(12))
        column.setSpacing(px(6))
        column.addWidget(Label(tr("Updates of the program"), bold=True))
        column.addLayout(self._words)
        column.addLayout(self._last)
        column.addWidget(Flow(self.now, self.later, self.file))
        self.show_view()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if not event.spontaneous():
            self.look()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in LAID_OUT:
            later(self, self._keep_in_sight)
        return handled

    def come_to(self) -> None:
        """In sight, with the keyboard on what can be done."""
        button = self.now if self.now.isVisibleTo(self) and self.now.isEnabled() else self.file
        button.setFocus()
        self._keep_in_sight()

    def _keep_in_sight(self) -> None:
        button, above = self.focusWidget(), area_over(self)
        if above is not None and button is not None and button.hasFocus():
            above.ensureWidgetVisible(button)

    def look(self) -> None:
        """Sees anew how it stands: a setup may have come, a cash session may have been closed."""
        updating = self._updating

        def see(_job: Job[bool]) -> bool:
            updating.look()
            return updating.session_open()

        self._jobs.run(self, see, done=self._seen, lane=Lane.IO)

    def _seen(self, session: bool) -> None:
        self._session = session
        self.show_view()

    def show_view(self) -> None:
        """How it stands now."""
        view = self._updating.view
        clear(self._words)
        for words, tone in self._lines(view):
            line = self._plain(words) if tone is Tone.SOFT else Notice(words, tone)
            self._words.addWidget(line)
            line.show()
        self.now.setVisible(view.ready)
        self.now.setEnabled(not self._session)
        self.later.setVisible(view.ready and not self._updating.on_close)
        self.file.setVisible(not self._updating.by_hand)

    def _plain(self, words: str) -> Label:
        return Label(words, tone=Tone.SOFT, wrap=True, selectable=True)

    def _lines(self, view: UpdateView) -> list[tuple[str, Tone]]:
        running, manifest = self._updating.running, view.manifest
        lines = [happened_words(self._updating.happened)] if self._updating.happened else []
        if self._updating.by_hand:
            words = tr("Version {version} runs here.", version=running)
            return [*lines, (f"{words} {self._why(AppError('update.by_hand'))}", Tone.SOFT)]
        if view.trouble is not None:
            lines.append((self._why(view.trouble), Tone.ATTENTION))
        if manifest is None:
            words = tr("Version {version} runs here. There is no newer one to install.", version=running)
            return [*lines, (words, Tone.SOFT)]
        if not view.ready:
            words = tr(
                "Version {version} is being fetched: {percent} %. Work goes on as usual.",
                version=manifest.version,
                percent=100 * view.done // manifest.size,
            )
            return [*lines, (words, Tone.INFO)]
        words = tr(
            "Version {version} is ready to be installed; version {running} runs here. It takes about a "
            "minute, and the program starts again by itself.",
            version=manifest.version,
            running=running,
        )
        lines.append((words, Tone.INFO))
        if note := manifest.note(tr.language):
            lines.append((note, Tone.SOFT))
        if self._session:
            lines.append((self._why(AppError("update.session_open")), Tone.ATTENTION))
        elif self._updating.on_close:
            lines.append((tr("It is installed when you close the program."), Tone.GOOD))
        if not view.can_return:
            words = tr(
                "The setup of version {running} is not on this computer: should the new version not start, "
                "your administrator has to install that one again.",
                running=running,
            )
            lines.append((words, Tone.SOFT))
        return lines

    # -- what people do ---------------------------------------------------------------------------------

    def _install(self) -> None:
        self.now.setEnabled(False)
        self._updating.install(self._failed)

    def _failed(self, error: AppError) -> None:
        self._say(self._why(error), Tone.WRONG)
        self.look()

    def _choose_later(self) -> None:
        self._updating.choose_on_close(True)
        self.file.setFocus()
        self.show_view()

    def _ask_which(self) -> None:
        ask = QFileDialog(self, tr("Choose an update from a stick"), "", _files())
        ask.setFileMode(QFileDialog.FileMode.ExistingFile)
        ask.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ask.fileSelected.connect(lambda name: self.take(Path(name)))
        ask.open()

    def take(self, path: Path) -> None:
        """An update from a stick."""
        self.file.setEnabled(False)
        self._say(tr("Reading {file}…", file=path.name), Tone.INFO)

        def copy(job: Job[Manifest]) -> Manifest:
            return self._updating.take(path, job.step)

        def done(manifest: Manifest) -> None:
            words = tr("Version {version} was taken from the stick.", version=manifest.version)
            self._say(words, Tone.GOOD)
            self.look()

        self._jobs.run(
            self,
            copy,
            done=done,
            failed=lambda error: self._say(self._why(error), Tone.WRONG),
            settled=lambda: self.file.setEnabled(True),
            lane=Lane.IO,
        )

    def _say(self, words: str, tone: Tone) -> None:
        show_notice(self._last, words, tone)


def _files() -> str:
    return tr("Updates of the program (*.daumoi-update)")
