"""What is done one after the other while somebody waits: which step it is, and how far."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QProgressBar, QVBoxLayout, QWidget

from app.ui.kit.icons import pixmap
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, look, px, theme
from app.words import tr

THOUSANDTHS = 1000


class Steps(QWidget):
    """Each of `words` with a sign before it, then a bar and a line for how far the one of now is."""

    def __init__(self, words: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._at = 0
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self._signs = [Label() for _ in words]
        self._words = [Label(each) for each in words]
        for row, (sign, said) in enumerate(zip(self._signs, self._words, strict=True)):
            self._grid.addWidget(sign, row, 0, Qt.AlignmentFlag.AlignCenter)
            self._grid.addWidget(said, row, 1)
        self.how_far = Label(tone=Tone.SOFT, wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("How far it is"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid)
        column.addWidget(self.bar)
        column.addWidget(self.how_far)
        self._column = column
        look.changed.connect(self._dress)
        self._dress()

    def begin(self) -> None:
        """From the first step on."""
        self._at = 0
        self._dress()

    def show_step(self, at: int, words: str, done: int = 0, total: int = 0) -> None:
        """How far the step of that number is, in words and in parts; what was done stays done until `begin`.
        Without a `total` it is not known."""
        self.how_far.setText(words)
        self.bar.setRange(0, THOUSANDTHS if total else 0)
        self.bar.setValue(done * THOUSANDTHS // max(total, 1))
        if at > self._at:
            self._at = at
            self._dress()

    def _dress(self) -> None:
        self._grid.setHorizontalSpacing(px(8))
        self._grid.setVerticalSpacing(px(6))
        self._column.setSpacing(px(8))
        self.bar.setFixedHeight(px(6))
        size = px(16)
        for at, (sign, words) in enumerate(zip(self._signs, self._words, strict=True)):
            done, now = at < self._at, at == self._at
            words.set_tone(Tone.PLAIN if done or now else Tone.SOFT)
            name = "check" if done else "hourglass" if now else ""
            ink = theme().good if done else theme().accent
            sign.setFixedSize(size, size)
            if name:
                sign.setPixmap(pixmap(name, ink, size, self.devicePixelRatioF()))
            else:
                sign.clear()
