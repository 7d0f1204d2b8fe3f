"""The support file: what would be in it is shown first, then it is put where the person says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import AppError
from app.failures import sentence
from app.ui.kit.buttons import Button, go_back
from app.ui.kit.dialog import Dialog, foot
from app.ui.kit.jobs import Job, JobRunner, Lane
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.page import scrolled
from app.ui.kit.theme import Tone, px
from app.ui.sync.words import size_words
from app.words import tr

WIDE, HIGH = 620, 460
SUFFIX = "zip"


class Part(Protocol):
    """A file in it, see `app.support.Part`."""

    @property
    def name(self) -> str: ...
    @property
    def about(self) -> str: ...
    @property
    def data(self) -> bytes: ...


class File(Protocol):
    """See `app.support.SupportFile`."""

    @property
    def parts(self) -> Sequence[Part]: ...
    @property
    def name(self) -> str: ...
    def write(self, path: Path) -> None: ...


class SupportDialog(Dialog):
    """Shows what `gather` has put together, and writes it where the person says."""

    def __init__(self, parent: QWidget, jobs: JobRunner, gather: Callable[[], File]) -> None:
        super().__init__(parent, tr("Support file"))
        self._jobs, self._gather = jobs, gather
        self._file: File | None = None
        self._said = Label(tr("Looking…"), wrap=True, selectable=True)
        inside = QWidget()
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(px(8))
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(24), px(24), px(16))
        column.setSpacing(px(12))
        column.addWidget(Label(tr("Support file"), points=14, bold=True))
        words = tr(
            "For those who help from afar. There are no names, phone numbers, addresses, words of requests, "
            "amounts, keys or passwords in it. This is what goes in:"
        )
        column.addWidget(Label(words, wrap=True))
        area = scrolled(inside)
        area.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a long list is looked through by keyboard
        area.setAccessibleName(tr("What goes into the support file"))
        column.addWidget(area, 1)
        column.addWidget(self._said)
        self.back = go_back(self.reject)
        self.save = Button(tr("Save as…"), self._ask_where, key="F9", primary=True)
        self.save.setEnabled(False)
        column.addLayout(foot(self.back, self.save))

    def start(self) -> None:
        """Opens, and looks what there is."""
        self.resize(min(px(WIDE), self._within().width()), min(px(HIGH), self._within().height()))
        self.open()
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)

        def look(_job: Job[File]) -> File:
            return self._gather()

        self._jobs.run(self, look, done=self._show, failed=self._fail, lane=Lane.IO)

    def write_to(self, path: Path) -> None:
        """Puts it there."""
        file = self._file
        if file is None:
            return
        self.save.setEnabled(False)

        def done(_nothing: object) -> None:
            self._say(tr("Saved: {path}. Send this file to the administrator.", path=path), Tone.GOOD)
            self.back.setFocus(Qt.FocusReason.OtherFocusReason)

        self._jobs.run(
            self,
            lambda _job: file.write(path),
            done=done,
            failed=self._fail,
            settled=lambda: self.save.setEnabled(True),
            lane=Lane.IO,
        )

    def _show(self, file: File) -> None:
        self._file = file
        for part in file.parts:
            self._list.addWidget(_line(part))
        self._list.addStretch(1)
        self._say("", Tone.PLAIN)
        self.save.setEnabled(True)
        self.save.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fail(self, error: AppError) -> None:
        self._say(sentence(error, tr), Tone.WRONG)

    def _say(self, words: str, tone: Tone) -> None:
        self._said.set_tone(tone)
        self._said.setText(words)
        self._said.setVisible(bool(words))

    def _ask_where(self) -> None:
        if self._file is None:
            return
        ask = QFileDialog(self, tr("Save the support file"), "", tr("Support files (*.zip)"))
        ask.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        ask.setDefaultSuffix(SUFFIX)
        ask.selectFile(self._file.name)
        ask.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ask.fileSelected.connect(lambda name: self.write_to(Path(name)))
        ask.open()


def _line(part: Part) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(px(12))
    name = ElidedLabel(part.name, mono=True, middle=True)
    name.setFixedWidth(px(230))
    row.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(Label(part.about, tone=Tone.SOFT, wrap=True), 1)
    row.addWidget(Label(size_words(len(part.data))), 0, Qt.AlignmentFlag.AlignTop)
    return line
