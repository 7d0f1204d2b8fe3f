"""F1: which keys there are, everywhere and on the page in sight."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QGridLayout, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button, FilterChips, go_back, key_words
from app.ui.kit.dialog import Dialog, Sheet, foot
from app.ui.kit.labels import Label, Line
from app.ui.kit.menus import MenuButton
from app.ui.kit.theme import Tone, px
from app.words import tr

WIDE = 520
"""See `Dialog.stand`."""
SCROLLS = {
    Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
}
"""Keys by which a long list is read where large text leaves no room for all of it."""


Keys = Sequence[tuple[str, str]]
"""Keys with what they do."""


class KeysDialog(Dialog):
    """A list to look at; the keys of `page` are read from its buttons in sight. `common`: the keys that work
    there besides, those of every page where none are given; `words` says more about the page."""

    def __init__(
        self, parent: QWidget, page: QWidget | None, common: Keys | None = None, words: str = ""
    ) -> None:
        super().__init__(parent, tr("Keys"))
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(20), px(24), px(16))
        column.setSpacing(px(10))
        column.addWidget(Label(tr("Keys"), points=14, bold=True))
        sheet = Sheet()
        rows = QGridLayout()
        rows.setHorizontalSpacing(px(20))
        rows.setVerticalSpacing(px(6))
        rows.setColumnStretch(1, 1)
        here = [*(page_keys(page) if page is not None else ()), *(common or ())]
        if here and page is not None:
            _add(rows, page.accessibleName(), here)
        if common is None:
            if here:
                rows.addWidget(Line(), rows.rowCount(), 0, 1, 2)
            _add(rows, tr("Everywhere"), everywhere())
        if words:
            rows.addWidget(Line(), rows.rowCount(), 0, 1, 2)
            rows.addWidget(Label(words, tone=Tone.SOFT, wrap=True), rows.rowCount(), 0, 1, 2)
        sheet.column.addLayout(rows)
        sheet.column.addStretch(1)
        column.addWidget(sheet, 1)
        self.back = go_back(self.reject)
        column.addLayout(foot(self.back))
        self._sheet = sheet
        self.stand(WIDE)
        self.back.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        bar = self._sheet.verticalScrollBar()
        action = SCROLLS.get(Qt.Key(event.key()))
        if action is None:
            super().keyPressEvent(event)
        else:
            bar.triggerAction(action)


def everywhere() -> list[tuple[str, str]]:
    """The keys that mean the same on every page."""
    return [
        ("F1", tr("This list")),
        ("Ctrl+K", tr("Find a customer, a request or a page")),
        ("Alt+1 … Alt+9, Alt+0", tr("Go to a page, as they stand on the left")),
        ("Ctrl+PgUp, Ctrl+PgDn", tr("The page above, the page below")),
        ("Ctrl+F", tr("Find in the list")),
        ("↑ ↓", tr("Go along the list")),
        ("F4", tr("Show or close the panel on the right")),
        ("Alt+PgUp, Alt+PgDn", tr("Read on in the panel on the right")),
        ("Enter", tr("The next field; in a list: open")),
        ("Ctrl+Enter", tr("Save")),
        ("Esc", tr("Go back")),
        ("Ctrl+C", tr("Copy the chosen rows")),
        ("Shift+↑ ↓", tr("Choose several rows")),
        ("Ctrl+↑ ↓, Ctrl+Space", tr("Choose one more row, or one less")),
        ("Ctrl+A", tr("Choose all rows")),
        ("Shift+F10", tr("The list's own menu: copy, columns and order")),
        ("Ctrl+Alt+L", tr("Lock the window")),
        ("Ctrl+Shift+Q", tr("Sign out")),
    ]


def page_keys(page: QWidget) -> list[tuple[str, str]]:
    """The keys on the buttons and of the chips in sight, with what they do."""
    found = {
        key_words(str(each.property("key"))): each.accessibleName()
        for each in page.findChildren(Button)
        if each.property("key") and each.isVisible()
    }
    for menu in page.findChildren(MenuButton):
        if menu.isVisible():
            found |= {key_words(each.key): each.words for each in menu.choices if each.key}
    if any(chips.bound and chips.isVisible() for chips in page.findChildren(FilterChips)):
        found["Ctrl+Tab, Ctrl+Shift+Tab"] = tr("The next choice above the list, the one before")
    return sorted(found.items(), key=lambda pair: (len(pair[0]), pair[0]))


def _add(rows: QGridLayout, title: str, keys: Keys) -> None:
    rows.addWidget(Label(title, tone=Tone.SOFT, bold=True), rows.rowCount(), 0, 1, 2)
    for key, words in keys:
        row, top = rows.rowCount(), Qt.AlignmentFlag.AlignTop
        rows.addWidget(Label(key, bold=True), row, 0, top)
        rows.addWidget(Label(words, wrap=True), row, 1, top)
