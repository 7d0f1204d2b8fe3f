"""One or several of a list, chosen behind a button: a part of a filter bar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.domain.fold import fold
from app.ui.kit.buttons import Button
from app.ui.kit.theme import px
from app.words import tr

CODE = Qt.ItemDataRole.UserRole
MOST_ROWS = 12


class Picker(Button):
    """Says its name and what is chosen; Space, Enter or ↓ opens its list. There Space ticks (letters jump),
    Enter and Esc go back. With `many` False it is one or none. Signal `changed()` at each tick."""

    changed = Signal()

    def __init__(
        self, title: str, choices: Mapping[str, str], *, many: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, self.unfold, sign="chevron-down", parent=parent)
        self._title, self._choices, self._many = title, dict(choices), many
        self._chosen: tuple[str, ...] = ()
        self.list: QListWidget | None = None
        self._say()

    def set_choices(self, choices: Mapping[str, str]) -> None:
        """Other things to choose from; what is chosen stays, even if it is no longer among them."""
        self._choices = dict(choices)
        self._say()

    def chosen(self) -> tuple[str, ...]:
        return self._chosen

    def choose(self, codes: Iterable[str]) -> None:
        """Shows these as chosen, telling nobody."""
        self._chosen = tuple(codes)
        self._say()

    def unfold(self) -> None:
        """Opens the list under the button."""
        frame = QFrame(self, Qt.WindowType.Popup)
        frame.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        frame.setAccessibleName(self._title)
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 0, 0, 0)
        self.list = listed = _List(frame)
        listed.setAccessibleName(self._title)
        for code, words in self._choices.items():
            item = QListWidgetItem(words, listed)
            item.setData(CODE, code)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(_ticked(code in self._chosen))
        listed.itemClicked.connect(self._toggle)
        listed.toggled.connect(self._toggle)
        column.addWidget(listed)
        rows = min(max(len(self._choices), 1), MOST_ROWS)
        listed.setFixedHeight(rows * max(listed.sizeHintForRow(0), px(24)) + 2 * listed.frameWidth())
        listed.setFixedWidth(max(self.width(), px(220), listed.sizeHintForColumn(0) + px(40)))
        listed.setCurrentRow(0)
        frame.move(self.mapToGlobal(QPoint(0, self.height())))
        frame.show()
        listed.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.unfold()
        elif event.key() == Qt.Key.Key_Delete and self._chosen:
            self.choose(())
            self.changed.emit()
        else:
            super().keyPressEvent(event)

    def _toggle(self, item: QListWidgetItem) -> None:
        code = str(item.data(CODE))
        others = {*self._chosen} - {code} if self._many else set()
        ticked = others if code in self._chosen else others | {code}
        # In the order of the list, with what is no longer in it behind.
        order = [*self._choices, *(each for each in self._chosen if each not in self._choices)]
        self._chosen = tuple(each for each in order if each in ticked)
        if self.list is not None:
            for row in range(self.list.count()):
                each = self.list.item(row)
                each.setCheckState(_ticked(each.data(CODE) in ticked))
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        words = self._title
        if len(self._chosen) == 1:
            words = f"{self._title}: {self._choices.get(self._chosen[0], self._chosen[0])}"
        elif self._chosen:
            words = tr("{title}: {count} chosen", title=self._title, count=len(self._chosen))
        self.setText(words.replace("&", "&&"))
        self.setAccessibleName(words)
        self.setProperty("chosen", bool(self._chosen))
        self.updateGeometry()


class _List(QListWidget):
    """Space and Enter as `Picker` says; a letter goes to the next entry with a word that begins so."""

    toggled = Signal(QListWidgetItem)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        item = self.currentItem()
        if event.key() == Qt.Key.Key_Space and item is not None:
            self.toggled.emit(item)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.window().close()
        elif event.text().isalnum() and not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            self._jump(fold(event.text()))
        else:
            super().keyPressEvent(event)

    def _jump(self, letter: str) -> None:
        start = self.currentRow() + 1
        for step in range(self.count()):
            row = (start + step) % self.count()
            if any(word.startswith(letter) for word in fold(self.item(row).text()).split()):
                self.setCurrentRow(row)
                return


def _ticked(so: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if so else Qt.CheckState.Unchecked
