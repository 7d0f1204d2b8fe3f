"""F1: which keys there are, everywhere and on the page in sight."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button, go_back, key_words
from app.ui.kit.dialog import Dialog, Sheet
from app.ui.kit.labels import Label, Line
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


class KeysDialog(Dialog):
    """A list to look at; the keys of `page` are read from its buttons in sight."""

    def __init__(self, parent: QWidget, page: QWidget | None) -> None:
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
        here = page_keys(page) if page is not None else []
        if here and page is not None:
            _add(rows, page.accessibleName(), here)
            rows.addWidget(Line(), rows.rowCount(), 0, 1, 2)
        _add(rows, tr("Everywhere"), everywhere())
        sheet.column.addLayout(rows)
        sheet.column.addStretch(1)
        column.addWidget(sheet, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        self.back = go_back(self.reject)
        foot.addWidget(self.back)
        column.addLayout(foot)
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
        ("Alt+1 … Alt+9", tr("Go to a page, as they stand on the left")),
        ("Ctrl+F", tr("Find in the list")),
        ("↑ ↓", tr("Go along the list")),
        ("Alt+PgUp, Alt+PgDn", tr("Read on in the panel on the right")),
        ("Enter", tr("The next field; in a list: open")),
        ("Ctrl+Enter", tr("Save")),
        ("Esc", tr("Go back")),
        ("Ctrl+C", tr("Copy the chosen rows")),
        ("Shift+↑ ↓", tr("Choose several rows")),
        ("Ctrl+↑ ↓, Ctrl+Space", tr("Choose one more row, or one less")),
        ("Ctrl+A", tr("Choose all rows")),
        ("Shift+F10", tr("The list's own menu: copy, columns and order")),
    ]


def page_keys(page: QWidget) -> list[tuple[str, str]]:
    """The keys on the buttons in sight, with what they do."""
    found = {
        key_words(str(each.property("key"))): each.accessibleName()
        for each in page.findChildren(Button)
        if each.property("key") and each.isVisible()
    }
    return sorted(found.items(), key=lambda pair: (len(pair[0]), pair[0]))


def _add(rows: QGridLayout, title: str, keys: list[tuple[str, str]]) -> None:
    rows.addWidget(Label(title, tone=Tone.SOFT, bold=True), rows.rowCount(), 0, 1, 2)
    for key, words in keys:
        row, top = rows.rowCount(), Qt.AlignmentFlag.AlignTop
        rows.addWidget(Label(key, bold=True), row, 0, top)
        rows.addWidget(Label(words, wrap=True), row, 1, top)
