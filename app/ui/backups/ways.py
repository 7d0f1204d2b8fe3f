"""The card in place of everything else while the desk's data is damaged: what happened, and the ways out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QProgressBar, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, px
from app.ui.start.card import Card
from app.ui.start.ways import add_way
from app.words import tr


@dataclass(frozen=True, slots=True)
class WayOut:
    """One way: its button and what it comes to."""

    key: str
    verb: str
    words: str


class WaysPage(Card):
    """Signals: `chosen(key)`; `file_chosen(Path)`; `again()`; `stopped()`: the work is to end; `left()`."""

    chosen = Signal(str)
    file_chosen = Signal(Path)
    again = Signal()
    stopped = Signal()
    left = Signal()

    def __init__(self, sentence: str, parent: QWidget | None = None) -> None:
        calm = tr("Nothing is deleted: the file that is there now is kept under another name.")
        super().__init__(
            tr("This desk's data has to be brought back"), f"{sentence}\n{calm}", width=560, parent=parent
        )
        self._ways = QVBoxLayout()
        self.content.addLayout(self._ways)
        self.buttons: list[Button] = []
        self._state = Label("", tone=Tone.SOFT, wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(px(6))
        self._bar.setAccessibleName(tr("How far it is"))
        self.content.addWidget(self._state)
        self.content.addWidget(self._bar)
        self._again = Button(tr("Try again"), self.again.emit)
        self._stop = Button(tr("Stop"), self.stopped.emit)
        self._close = Button(tr("Close"), self.left.emit)
        for each in (self._stop, self._again, self._close):
            self.acts.addWidget(each)
        self.work(tr("Looking at the backups…"))
        for each in (self._again, self._close):
            each.setEnabled(True)  # nothing is changed yet
        self._stop.hide()

    def offer(self, ways: Sequence[WayOut]) -> None:
        """Show the ways; the first one is the best."""
        for number, way in enumerate(ways):
            choose = partial(self.chosen.emit, way.key)
            self._add(Button(way.verb, choose, primary=number == 0), way.words)
        self._add(
            Button(tr("Choose a backup file…"), self._ask_which),
            tr("From a stick, another disk or a share."),
        )
        self.rest()

    def _add(self, button: Button, words: str) -> None:
        self.buttons.append(button)
        add_way(self._ways, button, words)

    def work(self, words: str) -> None:
        """Something is being done: nothing else can be chosen meanwhile."""
        self.fail("")
        for each in (*self.buttons, self._again, self._close):
            each.setEnabled(False)
        self._state.setText(words)
        self._bar.setRange(0, 0)
        for shown in (self._state, self._bar, self._stop):
            shown.show()

    def progress(self, done: int, total: int) -> None:
        """How far it is."""
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(done)

    def rest(self) -> None:
        """It is done, or did not come about."""
        for shown in (self._state, self._bar, self._stop):
            shown.hide()
        for each in (*self.buttons, self._again, self._close):
            each.setEnabled(True)
        if self.buttons:
            self.buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_which(self) -> None:
        ask = QFileDialog(self, tr("Choose a backup"), "", backup_files())
        ask.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ask.setFileMode(QFileDialog.FileMode.ExistingFile)
        ask.fileSelected.connect(lambda name: self.file_chosen.emit(Path(name)))
        ask.open()

    def help_words(self) -> str:
        """See `Card.help_words`."""
        return tr(
            "What was sent to the head office is never lost: it comes back at the next contact. What was not "
            "sent yet is read from this PC where it can be."
        )


def backup_files() -> str:
    """What a file dialog shows."""
    return tr("Backups (*.daumoi-backup *.db)")
