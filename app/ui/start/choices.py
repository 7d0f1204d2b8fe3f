"""A few ways to go on, of which one is chosen: each with a sentence that says when it is the right one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, look, px


@dataclass(frozen=True, slots=True)
class Choice:
    """`key` is the value, `words` the title, `sentence` what it means."""

    key: str
    words: str
    sentence: str


class Choices(QWidget):
    """Radio buttons with their sentences; the arrow keys go from one to the other. Signals: `chosen(key)`."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[Choice], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = [each.key for each in choices]
        self._group = QButtonGroup(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._sentences: list[Label] = []
        for at, each in enumerate(choices):
            button = QRadioButton(each.words)
            button.setAccessibleDescription(each.sentence)
            self._group.addButton(button, at)
            said = Label(each.sentence, tone=Tone.SOFT, wrap=True)
            self._sentences.append(said)
            self._column.addWidget(button)
            self._column.addWidget(said)
        self._group.button(0).setChecked(True)
        self._group.idToggled.connect(self._toggled)
        self._measure()
        look.changed.connect(self._measure)

    def value(self) -> str:
        """The key of the one that is chosen."""
        return self._keys[self._group.checkedId()]

    def set_value(self, value: str) -> None:
        """Chooses one."""
        self._group.button(self._keys.index(value)).setChecked(True)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """On to the one that is chosen. (With a focus proxy instead, Tab would come to the second.)"""
        self._group.checkedButton().setFocus(event.reason())

    def _toggled(self, at: int, checked: bool) -> None:
        if checked:
            self.chosen.emit(self._keys[at])

    def _measure(self) -> None:
        self._column.setSpacing(px(2))
        for each in self._sentences:
            each.setContentsMargins(px(24), 0, 0, px(4))
