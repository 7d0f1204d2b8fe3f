"""A box to choose from by typing letters, without accents: "mat" finds "Mất nước"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QToolTip, QWidget

from app.domain.fold import fold
from app.words import tr

PAUSE = 1000
"""After so many ms a letter begins a new word."""
PLAIN = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


class LetterBox(QComboBox):
    """Letters jump, in the box and in its open list: first to an entry that begins so, then to one in which a
    word begins so; the same letter again goes on to the next. What no entry has is said beside it.

    Backspace takes a letter back, as those programs do that put accents on what is typed.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._typed = ""
        self._from = 0
        self._since = QElapsedTimer()
        self._unfound = False
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if not self._heard(event, self, self.currentIndex(), self.setCurrentIndex):
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:  # noqa: N802
        self._heard(event, self, self.currentIndex(), self.setCurrentIndex)

    def showPopup(self) -> None:  # noqa: N802
        super().showPopup()
        self._since.invalidate()
        self.view().installEventFilter(self)  # not before: it would make the list of every box of a form
        self.view().setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        pressed = isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress
        if pressed or isinstance(event, QInputMethodEvent):
            view, model = self.view(), self.model()
            if watched is view and self._heard(
                event,  # type: ignore[arg-type]
                view,
                view.currentIndex().row(),
                lambda at: view.setCurrentIndex(model.index(at, self.modelColumn())),
            ):
                return True
        return super().eventFilter(watched, event)

    def _heard(
        self, event: QKeyEvent | QInputMethodEvent, shown: QWidget, at: int, go: Callable[[int], object]
    ) -> bool:
        """Takes what is typed while the entry `at` is shown; False if it is no letter."""
        going_on = self._since.isValid() and self._since.elapsed() < PAUSE
        before = self._typed if going_on else ""
        if isinstance(event, QInputMethodEvent):
            kept, words = before + event.commitString(), before + event.commitString() + event.preeditString()
        elif event.modifiers() & ~PLAIN:
            return False
        elif event.key() == Qt.Key.Key_Backspace and before:
            kept = words = before[:-1]
        elif event.text().isprintable() and (event.text().strip() or (event.text() and before)):
            kept = words = before + event.text()
        else:
            return False
        if not going_on:
            self._from = at + 1
        self._typed = kept
        self._since.start()
        if words.strip():
            self._jump(words, shown, at, go)
        return True

    def _jump(self, words: str, shown: QWidget, at: int, go: Callable[[int], object]) -> None:
        sought, start = fold(words) + " " * words.endswith(" "), self._from
        if len(sought) > 1 and set(sought) == {sought[0]}:
            sought, start = sought[0], at + 1  # the same letter again: the next one
        found = self._find(sought, start)
        if found >= 0:
            go(found)
        if found < 0:
            said = tr("Nothing begins with “{text}”.", text=words.strip())
            QToolTip.showText(shown.mapToGlobal(shown.rect().bottomLeft()), said, shown)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))
        elif self._unfound:
            QToolTip.hideText()
        self._unfound = found < 0

    def _find(self, words: str, start: int) -> int:
        """The entry that fits, from `start` on around; what stands for nothing only if no other does."""
        names = [fold(self.itemText(i)) for i in range(self.count())]
        order = [(start + i) % len(names) for i in range(len(names))]
        order.sort(key=lambda at: self.itemData(at) is None)
        for fits in (lambda name: name.startswith(words), lambda name: f" {words}" in f" {name}"):
            for at in order:
                if fits(names[at]):
                    return at
        return -1


def choice(words: Mapping[Any, str], chosen: object = "") -> LetterBox:
    """A box to choose one of `words` (code to word) from."""
    box = LetterBox()
    for code, word in words.items():
        box.addItem(word, code)
    box.setCurrentIndex(max(box.findData(chosen), 0))
    return box
