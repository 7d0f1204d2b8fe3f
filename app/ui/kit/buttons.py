"""Buttons with their key on them, and chips that choose a filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QShortcut,
)
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QPushButton, QSizePolicy, QWidget

from app.ui.kit.flow import FlowLayout
from app.ui.kit.style import FIELD_HEIGHT, box, ring
from app.ui.kit.theme import font, look, px, theme
from app.words import tr

KEY_WORDS = {"Return": "Enter", "Escape": "Esc", "Del": "Delete", "Left": "←", "Right": "→"}


def key_words(key: str) -> str:
    """A key as it is printed on a keyboard: "Ctrl+Return" is "Ctrl+Enter"."""
    return "+".join(KEY_WORDS.get(part, part) for part in key.split("+"))


class Button(QPushButton):
    """A button named by a verb, with its key in front: "F9  Lưu và in".

    `bound` is False where something else listens for the key, as a dialog does for Esc.
    `primary`: the one act of the page. `danger`: what cannot be taken back. `quiet`: no frame. `big`:
    44 pixels high, for what is pressed all day. `sign`: an
    icon's name.
    """

    def __init__(
        self,
        text: str,
        act: Callable[[], object] | None = None,
        *,
        key: str = "",
        bound: bool = True,
        primary: bool = False,
        danger: bool = False,
        quiet: bool = False,
        big: bool = False,
        sign: str = "",
        parent: QWidget | None = None,
    ) -> None:
        words = text.replace("&", "&&")
        super().__init__(f"{key_words(key)}  {words}".rstrip() if key else words, parent)
        self.setAccessibleName(text)
        self.setAutoDefault(False)
        for name, value in (
            ("primary", primary),
            ("danger", danger),
            ("quiet", quiet),
            ("big", big),
            ("sign", sign),
            ("key", key),
        ):
            if value:
                self.setProperty(name, value)
        if key and bound:
            # Not setShortcut: that plays a click for a tenth of a second before it acts.
            QShortcut(QKeySequence(key), self, self.click)
        if act is not None:
            self.clicked.connect(lambda _checked=False: act())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if not enters(event, self):
            super().keyPressEvent(event)


def enters(event: QKeyEvent, button: QAbstractButton) -> bool:
    """Enter on a button that has the keyboard presses it, as Space does; whether it was Enter."""
    entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    entered = entered and event.modifiers() in (
        Qt.KeyboardModifier.NoModifier,
        Qt.KeyboardModifier.KeypadModifier,
    )
    if entered:
        button.click()
    return entered


def go_back(act: Callable[[], object]) -> Button:
    """The button that leaves a dialog with nothing done; Esc is the dialog's own."""
    return Button(tr("Go back"), act, key="Escape", bound=False)


class SearchBox(QAbstractButton):
    """Looks like a field and opens the search for everything; its key is the window's Ctrl+K."""

    def __init__(self, act: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(tr("Find anything: name, code, phone…"))
        self.setAccessibleName(self.text())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda _checked=False: act())

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(px(300), px(FIELD_HEIGHT))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(px(60), px(FIELD_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        now, painter = theme(), QPainter(self)
        box(painter, self.rect(), now.hover if self.underMouse() else now.surface, now.line)
        painter.setPen(QColor(now.soft))
        painter.setFont(font(9.5))
        metrics, room = painter.fontMetrics(), self.rect().adjusted(px(11), 0, -px(11), 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, int(middle | Qt.AlignmentFlag.AlignRight), "Ctrl+K")
        room.setRight(room.right() - metrics.horizontalAdvance("Ctrl+K") - px(10))
        words = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(middle | Qt.AlignmentFlag.AlignLeft), words)
        if self.hasFocus():
            ring(painter, self.rect())


@dataclass(frozen=True, slots=True)
class Filter:
    """A chip: `key` for the page, `title` for the person, how many there are (None: not counted)."""

    key: str
    title: str
    count: int | None = None


class _Chip(QAbstractButton):
    """One rounded choice among several."""

    def __init__(self, filter_: Filter) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_filter(filter_)
        look.changed.connect(self.updateGeometry)

    def set_filter(self, filter_: Filter) -> None:
        counted = "" if filter_.count is None else f"  {filter_.count}"
        self.setText(filter_.title + counted)
        self.setAccessibleName(self.text())
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(QFontMetrics(font()).horizontalAdvance(self.text()) + px(24), px(28))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        now, painter, chosen = theme(), QPainter(self), self.isChecked()
        fill = QColor(now.chosen if chosen else now.hover if self.underMouse() else now.surface)
        half = self.height() / 2 - 0.5
        box(painter, self.rect(), fill, now.accent if chosen else now.line, radius=half)
        painter.setPen(QColor(now.accent if chosen else now.text))
        painter.setFont(font())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.text())
        if self.hasFocus():
            ring(painter, self.rect(), half)


class FilterChips(QWidget):
    """Filters of a list, one at a time; arrow keys move among them, and from anywhere on the page Ctrl+Tab
    and Ctrl+Shift+Tab. Signal `chosen(key)`."""

    chosen = Signal(str)

    def __init__(
        self, filters: Sequence[Filter], name: str, parent: QWidget | None = None, *, bound: bool = True
    ) -> None:
        """`name` says to a screen reader what is filtered; `bound` is False for the lesser of two on
        a page."""
        super().__init__(parent)
        self.bound = bound
        if bound:
            QShortcut(QKeySequence("Ctrl+Tab"), self, lambda: self.step(1))
            QShortcut(QKeySequence("Ctrl+Shift+Tab"), self, lambda: self.step(-1))
        self.setAccessibleName(name)
        self._chips: dict[str, _Chip] = {}
        self._group = QButtonGroup(self)
        row = FlowLayout(self, gap=6)
        for each in filters:
            chip = _Chip(each)
            self._chips[each.key] = chip
            self._group.addButton(chip)
            row.addWidget(chip)
            chip.toggled.connect(lambda on, key=each.key: self.chosen.emit(key) if on else None)
        if filters:
            self.choose(filters[0].key)

    def key(self) -> str:
        """The filter in force."""
        return next((key for key, chip in self._chips.items() if chip.isChecked()), "")

    def choose(self, key: str) -> None:
        self._chips[key].setChecked(True)

    def step(self, by: int) -> None:
        """To the next chip in sight, or the one before; after the last comes the first."""
        keys = [key for key, chip in self._chips.items() if not chip.isHidden()]
        if self.key() in keys:
            self.choose(keys[(keys.index(self.key()) + by) % len(keys)])

    def set_offered(self, key: str, offered: bool) -> None:
        """Whether a chip is in sight."""
        self._chips[key].setVisible(offered)

    def show_counts(self, filters: Sequence[Filter]) -> None:
        """New titles and counts for the same keys."""
        for each in filters:
            self._chips[each.key].set_filter(each)
