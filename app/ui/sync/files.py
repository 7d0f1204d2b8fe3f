"""Files for a stick: what is not sent goes to the head office without a line, and its answer comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.domain.errors import AppError
from app.ui.kit.buttons import Button
from app.ui.kit.flow import Flow
from app.ui.kit.inspector import show_notice
from app.ui.kit.jobs import Job, Lane
from app.ui.kit.labels import Label
from app.ui.kit.room import Room
from app.ui.kit.theme import Tone, px
from app.ui.sync.words import Carried, exported_words, imported_words
from app.words import tr

SUFFIX = "daumoi-bundle"


class Bundles(Protocol):
    """Who writes and reads such files (`app.bootstrap.Desktop`)."""

    def export_bundle(self, path: Path) -> Carried: ...
    def import_bundle(self, path: Path) -> Carried: ...


class Files(QWidget):
    """The two buttons, and what the last file did. Signal `carried()`: a file was written or read."""

    carried = Signal()

    def __init__(self, room: Room, bundles: Bundles, desk: Callable[[], str]) -> None:
        super().__init__()
        self._room, self._bundles, self._desk = room, bundles, desk
        self.write = Button(tr("Write a file…"), self._ask_where, key="F8")
        self.read = Button(tr("Import a file…"), self._ask_which, key="F7")
        self._last = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        column.addWidget(Label(tr("By USB stick, without a line"), bold=True, wrap=True))
        words = tr(
            "Write what is not sent into a file, bring it to the head office, and import the file that comes "
            "back. Only the head office can read it. A file of another desk is handed on from here, where "
            "there is a line."
        )
        column.addWidget(Label(words, tone=Tone.SOFT, wrap=True))
        column.addWidget(Flow(self.write, self.read))
        column.addLayout(self._last)
        column.addStretch(1)

    def write_to(self, path: Path) -> None:
        """Everything unsent into a file."""
        self._carry(path, self._bundles.export_bundle, tr("Writing {file}…", file=path.name), exported_words)

    def read_from(self, path: Path) -> None:
        """A file of the head office, or one of another desk to be handed on."""
        self._carry(path, self._bundles.import_bundle, tr("Reading {file}…", file=path.name), imported_words)

    def _ask_where(self) -> None:
        ask = QFileDialog(self, tr("Write a file for the head office"), "", _files())
        ask.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        ask.setDefaultSuffix(SUFFIX)
        ask.selectFile(f"{self._desk()} {self._room.today():%Y-%m-%d}.{SUFFIX}")
        self._open(ask, self.write_to)

    def _ask_which(self) -> None:
        ask = QFileDialog(self, tr("Choose a file from a stick"), "", _files())
        ask.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._open(ask, self.read_from)

    def _open(self, ask: QFileDialog, then: Callable[[Path], object]) -> None:
        ask.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ask.fileSelected.connect(lambda name: then(Path(name)))
        ask.open()

    def _carry(
        self, path: Path, work: Callable[[Path], Carried], doing: str, words: Callable[[str, Carried], str]
    ) -> None:
        self._enable(False)
        self._say(doing, Tone.INFO)

        def done(report: Carried) -> None:
            self._say(words(path.name, report), Tone.GOOD)
            self.carried.emit()

        def failed(error: AppError) -> None:
            self._say(self._room.why(error), Tone.WRONG)

        def carry(_job: Job[Carried]) -> Carried:
            return work(path)

        self._room.jobs.run(
            self, carry, done=done, failed=failed, settled=lambda: self._enable(True), lane=Lane.IO
        )

    def _enable(self, on: bool) -> None:
        for each in (self.write, self.read):
            each.setEnabled(on)

    def _say(self, words: str, tone: Tone) -> None:
        show_notice(self._last, words, tone)


def _files() -> str:
    return tr("Files for and from the head office (*.daumoi-bundle)")
