"""A box to choose from by typing letters, without accents: "mat" finds "Mất nước"."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QWidget

from app.domain.fold import fold

PAUSE = 1000
"""After so many ms a letter begins a new word."""


class LetterBox(QComboBox):
    """Letters jump: first to an entry that begins so, then to one in which a word begins so; the same letter
    again goes on to the next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._typed = ""
        self._since = QElapsedTimer()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        text = event.text()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if plain and text and text.isprintable() and (text.strip() or self._going_on()):
            self._jump(text)
            return
        super().keyPressEvent(event)

    def _going_on(self) -> bool:
        return bool(self._typed) and self._since.isValid() and self._since.elapsed() < PAUSE

    def _jump(self, text: str) -> None:
        before = self._typed if self._going_on() else ""
        self._since.start()
        self._typed = before + fold(text) if text.strip() else before + " "
        words = self._typed
        start = self.currentIndex()
        if len(words) > 1 and set(words) == {words[0]}:
            words, start = words[0], start + 1  # the same letter again: the next one
        elif len(words) == 1:
            start += 1
        found = self._find(words, max(start, 0))
        if found >= 0:
            self.setCurrentIndex(found)

    def _find(self, words: str, start: int) -> int:
        names = [fold(self.itemText(i)) for i in range(self.count())]
        order = [(start + i) % len(names) for i in range(len(names))]
        for fits in (lambda name: name.startswith(words), lambda name: f" {words}" in f" {name}"):
            for at in order:
                if self.itemData(at) is not None and fits(names[at]):
                    return at
        return -1
