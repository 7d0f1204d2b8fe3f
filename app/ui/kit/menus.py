"""A button that opens a menu whose entries are chosen by their numbers or letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

from app.ui.kit.buttons import Button, key_words

NUMBERED = 9
"""So many entries have a number to be chosen by."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry: its words and what it does. `chosen` puts a tick before it; `apart` a line above it; `key`
    does it without the menu; `letter` chooses it in the menu instead of a number, whatever stands
    before it."""

    words: str
    act: Callable[[], object]
    chosen: bool = False
    apart: bool = False
    enabled: bool = True
    key: str = ""
    letter: str = ""


class MenuButton(Button):
    """Opens a menu, by its key too; there the first nine entries without a letter answer to 1 … 9."""

    def __init__(
        self,
        text: str,
        choices: Sequence[Choice] = (),
        *,
        key: str = "",
        sign: str = "",
        quiet: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, self.unfold, key=key, sign=sign, quiet=quiet, parent=parent)
        self._choices: tuple[Choice, ...] = ()
        self._keys: list[QShortcut] = []
        self.menu_shown: QMenu | None = None
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        self._choices = tuple(choices)
        while self._keys:
            self._keys.pop().deleteLater()
        for each in self._choices:
            if each.key and each.enabled:
                self._keys.append(QShortcut(QKeySequence(each.key), self, lambda act=each.act: act()))

    @property
    def choices(self) -> tuple[Choice, ...]:
        return self._choices

    def unfold(self) -> None:
        """Opens the menu under the button, or above it where there is no room."""
        # The window's own: panels are filled anew while somebody reads, and their buttons go.
        menu = menu_of(self.window(), self._choices)
        menu.setAccessibleName(self.accessibleName())
        self.menu_shown = menu
        below = self.mapToGlobal(QPoint(0, self.height()))
        window = self.window()
        foot = window.mapToGlobal(QPoint(0, window.height())).y()
        if below.y() + menu.sizeHint().height() > foot:
            below = self.mapToGlobal(QPoint(0, -menu.sizeHint().height()))
        menu.popup(below)
        menu.setActiveAction(menu.actions()[0] if menu.actions() else None)  # type: ignore[arg-type]


def menu_of(parent: QWidget, choices: Sequence[Choice]) -> QMenu:
    """The menu of these entries; it is gone when it closes."""
    menu = QMenu(parent)
    menu.aboutToHide.connect(menu.deleteLater)
    number = 0
    for each in choices:
        if each.apart and menu.actions():
            menu.addSeparator()
        words = each.words.replace("&", "&&")
        number += not each.letter
        sign = each.letter or (str(number) if number <= NUMBERED else "")
        entry = menu.addAction(f"&{sign}  {words}" if sign else words)
        entry.setEnabled(each.enabled)
        if each.key:
            entry.setText(f"{entry.text()}\t{key_words(each.key)}")  # beside it: the button listens for it
        if each.chosen:
            entry.setCheckable(True)
            entry.setChecked(True)
        entry.triggered.connect(lambda _checked=False, act=each.act: act())
    return menu
