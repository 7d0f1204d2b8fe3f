"""A field for letters that are told by phone, set apart in groups while they are typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.invitations import LENGTH, grouped, letters_of
from app.ui.kit.later import later
from app.ui.kit.theme import font, look
from app.words import tr


class GroupedEdit(QLineEdit):
    """Takes so many letters and figures, large or small, with or without what stands between. Signal
    `accented()`: a Vietnamese keyboard has made one letter of two, which is none of these.

    `letters_of` gives what of a typed text counts, in its own letters.
    """

    accented = Signal()

    def __init__(
        self, letters_of: Callable[[str], str], length: int, like: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._letters_of, self._length = letters_of, length
        self.setPlaceholderText(like)
        self.textEdited.connect(self._set_apart)
        self._dress()
        look.changed.connect(self._dress)

    def letters(self) -> str:
        """What was typed so far, without what stands between."""
        return self._letters_of(self.text())

    def _set_apart(self, text: str) -> None:
        """The same letters in groups, the cursor after the same letter."""
        before = len(self._letters_of(text[: self.cursorPosition()]))
        letters = self._letters_of(text)[: self._length]
        self.setText(grouped(letters))
        self.setCursorPosition(len(grouped(letters[:before])))
        if not text.isascii():
            later(self, self.accented.emit)  # once all have heard that it has changed

    def _dress(self) -> None:
        self.setFont(font(mono=True))


class CodeEdit(GroupedEdit):
    """For the code of an invitation."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(letters_of, LENGTH, "K7QM-2XRD-9T4H-VB3C", parent)


def accented_words() -> str:
    """What is said of `accented`."""
    return tr("Turn Vietnamese typing off for this: it makes one letter of two.")
