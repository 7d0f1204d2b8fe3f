"""A field for the code of an invitation, set apart in groups while it is typed."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.invitations import LENGTH, grouped, letters_of
from app.ui.kit.theme import font, look


class CodeEdit(QLineEdit):
    """Takes sixteen letters and figures, large or small, with or without what stands between."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("K7QM-2XRD-9T4H-VB3C")
        self.textEdited.connect(self._set_apart)
        self._dress()
        look.changed.connect(self._dress)

    def _set_apart(self, text: str) -> None:
        """The same letters in groups, the cursor after the same letter."""
        before = len(letters_of(text[: self.cursorPosition()]))
        letters = letters_of(text)[:LENGTH]
        self.setText(grouped(letters))
        self.setCursorPosition(len(grouped(letters[:before])))

    def _dress(self) -> None:
        self.setFont(font(mono=True))
