"""Ways to go on, one below the other: each a button, and a sentence that says when it is the right one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from app.ui.kit.buttons import Button
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, px


def add_way(column: QVBoxLayout, button: Button, words: str) -> None:
    """One more at the end."""
    column.setSpacing(px(4))
    button.setAccessibleDescription(words)
    column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
    column.addWidget(way_words(words))


def way_words(words: str) -> Label:
    """The sentence below a button, apart from the next."""
    said = Label(words, tone=Tone.SOFT, points=9, wrap=True)
    said.setContentsMargins(0, 0, 0, px(8))
    return said
