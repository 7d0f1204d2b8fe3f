"""Several things to tick off, each with its own box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.kit.inputs import Check
from app.ui.kit.theme import px


class TickList(QWidget):
    """Boxes below each other, reached one after the other by Tab, ticked by Space. Its value is the list of
    the names that are ticked. Signal `changed()`."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes: dict[str, Check] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(2))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # or the access key of its label leads nowhere

    def offer(self, words: Mapping[str, str]) -> None:
        """Shows these, by name; what was ticked and is offered still stays ticked."""
        ticked = set(self.value())
        for box in self._boxes.values():
            self._column.removeWidget(box)
            box.hide()
            box.deleteLater()
        self._boxes = {}
        for name, text in words.items():
            box = Check(text)
            box.setObjectName(name)
            box.setAccessibleName(text)
            box.setChecked(name in ticked)
            box.toggled.connect(lambda _on: self.changed.emit())
            self._column.addWidget(box)
            self._boxes[name] = box
        # They are younger than the fields after them, and would come after those by Tab.
        before: QWidget = self
        for box in self._boxes.values():
            QWidget.setTabOrder(before, box)
            before = box

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """By its label's key: to the first box."""
        super().focusInEvent(event)
        for box in list(self._boxes.values())[:1]:
            box.setFocus(event.reason())

    def value(self) -> list[str]:
        return [name for name, box in self._boxes.items() if box.isChecked()]

    def set_value(self, names: Sequence[str] | None) -> None:
        for name, box in self._boxes.items():
            box.setChecked(name in (names or ()))
