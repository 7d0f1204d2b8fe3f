"""The card in place of everything else while this PC lacks the key of its desk's encrypted data: where it is
to be had, a field for it, and the ways on without it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import AppError, file_told
from app.failures import sentence
from app.sync.at_rest import LETTERS, from_words, letters_of, shortened
from app.ui.kit.buttons import Button
from app.ui.kit.forms import Form
from app.ui.kit.jobs import JobRunner, Lane
from app.ui.kit.theme import px
from app.ui.start.card import Card
from app.ui.start.code_edit import GroupedEdit, accented_words
from app.ui.start.ways import add_way, way_words
from app.words import tr

MOST_BYTES = 4096
"""A file with a key is no larger."""


class LostKeyPage(Card):
    """Signals: `opened(Path | None)`: the key is kept, and the file it came from; `again()`;
    `others_asked()`: the ways on without the key; `left()`.

    `mark` is that of the key which the data needs; `keep(words)` keeps it on this PC, off the UI thread.
    """

    opened = Signal(object)
    again = Signal()
    others_asked = Signal()
    left = Signal()

    def __init__(
        self,
        desk: str,
        mark: str,
        keep: Callable[[str], object],
        jobs: JobRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            tr("The key of this desk's data is not on this PC"),
            tr(
                "The data is encrypted and whole; nothing is lost. The head office holds its key too: call, "
                "and ask for the key of desk {desk} with the mark {mark}.",
                desk=desk,
                mark=shortened(mark),
            ),
            width=640,
            parent=parent,
        )
        self._mark, self._keep, self._jobs = mark, keep, jobs
        self.key = GroupedEdit(letters_of, LETTERS, "K7QM-2XRD-DTEH-VB3C-…")
        self.form = Form()
        self.form.add("key", tr("&Key, as the head office tells it"), self.key, self._hint(), wide=True)
        self.content.addWidget(self.form)
        ways = QVBoxLayout()
        self.content.addLayout(ways)
        self.file = Button(tr("Take the key from a file…"), self._ask_file, key="Ctrl+O")
        self.retry = Button(tr("Look for the key again"), self.again.emit, key="F5")
        self.others = Button(tr("Go on without the key…"), self.others_asked.emit)
        from_elsewhere = QHBoxLayout()
        from_elsewhere.setSpacing(px(8))
        for each in (self.file, self.retry):
            from_elsewhere.addWidget(each)
        from_elsewhere.addStretch(1)
        ways.addLayout(from_elsewhere)
        ways.addWidget(
            way_words(
                tr(
                    "The head office can send it as a file too (.daumoi-key). And where another user of this "
                    "PC set the desk up, the key is with that one: sign in to the system so."
                )
            )
        )
        add_way(
            ways,
            self.others,
            tr(
                "The data comes anew from the head office. What was not sent yet stays in the locked file "
                "until its key is found."
            ),
        )
        self.close_ = Button(tr("Close"), self.left.emit)
        self.open = Button(tr("Open the data"), self.submit, key="Ctrl+Return", primary=True)
        self.acts.addWidget(self.close_)
        self.acts.addWidget(self.open)
        self.form.submitted.connect(self.submit)
        self.key.textChanged.connect(self._look)
        self.key.accented.connect(lambda: self.form.show_errors({"key": accented_words()}))
        self.form.focus_first()

    def help_words(self) -> str:
        """See `Card.help_words`."""
        return tr(
            "A key has {count} letters and figures in groups of four; the figures are 2 to 7 only, so what "
            "sounds like one or nought is a letter. The mark tells which key it is and says nothing of it: "
            "its first eight letters and figures are enough.",
            count=LETTERS,
        )

    def submit(self) -> None:
        """Open the data with the key that was typed."""
        if self._fits():
            self._take(self.key.text(), None)

    def take_file(self, path: Path) -> None:
        """Open the data with the key in a file."""
        self.fail("")
        try:
            with file_told(path), path.open("rb") as file:
                words = file.read(MOST_BYTES).decode("utf-8-sig", "replace")
            from_words(words, self._mark)
        except AppError as error:
            self.fail(f"{path.name}: {sentence(error, tr)}")
        else:
            self._take(words, path)

    def _look(self) -> None:
        """Tell at once how far the typed key is, and whether it is the one."""
        self.fail("")
        self.form.set_hint("key", self._hint())
        if len(self.key.letters()) == LETTERS and self._fits():
            self.form.set_hint("key", tr("This is the key of the data."))

    def _hint(self) -> str:
        return tr(
            "{done} of {total} letters and figures; small letters will do",
            done=len(self.key.letters()),
            total=LETTERS,
        )

    def _fits(self) -> bool:
        """Whether the key in the field is the one; what is wrong with it is said."""
        try:
            from_words(self.key.text(), self._mark)
        except AppError as error:
            self.form.show_errors({"key": sentence(error, tr)})
            return False
        return True

    def _take(self, words: str, file: Path | None) -> None:
        self.open.setEnabled(False)
        self._jobs.run(
            self,
            lambda _job: self._keep(words),
            settled=lambda: self.open.setEnabled(True),
            done=lambda _: self.opened.emit(file),
            failed=lambda error: self.fail(sentence(error, tr)),
            lane=Lane.IO,
        )

    def _ask_file(self) -> None:
        kinds = tr("Keys from the head office (*.daumoi-key);;All files (*)")
        ask = QFileDialog(self, tr("The file with the key"), "", kinds)
        ask.setFileMode(QFileDialog.FileMode.ExistingFile)
        ask.fileSelected.connect(lambda name: self.take_file(Path(name)))
        ask.open()
