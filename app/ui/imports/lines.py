"""A step of an import that asks line by line: a grid that scrolls; Enter goes on to the next line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.kit.letters import LetterBox
from app.ui.kit.theme import px


def tab_through(fields: Sequence[QWidget]) -> None:
    """Tab goes from each of these to the next."""
    for before, after in pairwise(fields):
        QWidget.setTabOrder(before, after)


class LineStep(QWidget):
    """Its subclass fills `grid` and puts `area` into its layout."""

    def __init__(self) -> None:
        super().__init__()
        lines = QWidget()
        self.grid = QGridLayout()
        below = QVBoxLayout(lines)
        below.setContentsMargins(0, 0, px(8), 0)
        below.addLayout(self.grid)
        below.addStretch(1)
        self.area = QScrollArea()
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(lines)

    def choice(self, said: str, first: str, words: dict[str, str], chosen: str | None) -> QComboBox:
        """A box with `first` for nothing, then codes in their words. `said`: its accessible name."""
        box = LetterBox()
        box.setAccessibleName(said)
        box.addItem(first, None)
        for code, name in words.items():
            box.addItem(name, code)
        box.setCurrentIndex(max(box.findData(chosen), 0) if chosen else 0)
        # What a register calls things may be long; a box must not push the others out of sight.
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(16)
        box.installEventFilter(self)
        return box

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if entered and not event.modifiers():
                self.focusNextChild()
                return True
        return super().eventFilter(watched, event)
