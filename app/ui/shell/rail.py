"""The rail on the left: one word and one sign a section, with how many things wait there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from app.ui.kit import icons
from app.ui.kit.style import RING, box
from app.ui.kit.theme import font, look, px, theme
from app.words import tr

WIDTH = 176
ITEM = 38
LEAST_ITEM = 28
NUMBERED = 10
"""So many entries have a number; the tenth is 0."""
_WORDS, _EDGE = 42, 6


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the rail and how its page comes to be.

    `title` is asked anew when the language changes; `make_page` is called at the first visit only. `badge`
    gives how many things wait (0: no badge): it is asked by `MainWindow.counts`, off the UI thread. `alarm`
    makes the badge red. `bottom` puts the entry at the foot (settings).
    """

    key: str
    title: Callable[[], str]
    icon: str
    make_page: Callable[[], QWidget]
    badge: Callable[[], int] | None = None
    alarm: bool = False
    bottom: bool = False


class _Item(QAbstractButton):
    def __init__(self, section: Section) -> None:
        super().__init__()
        self.section = section
        self.count = 0
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.retitle()

    def retitle(self) -> None:
        self.setText(self.section.title())
        self._name()

    def show_count(self, count: int) -> None:
        if count != self.count:
            self.count = count
            self._name()
            self.update()

    def _name(self) -> None:
        self.setAccessibleName(f"{self.text()}, {self.count}" if self.count else self.text())

    def badge_text(self) -> str:
        return "" if not self.count else str(self.count) if self.count < 1000 else "999+"

    def words_room(self) -> int:
        """Pixels there are for the word."""
        badge = self.badge_text()
        taken = self._badge_width(badge) + px(_EDGE + 4) if badge else px(_EDGE)
        return self.width() - px(_WORDS) - taken

    @staticmethod
    def _badge_width(text: str) -> int:
        return max(px(22), QFontMetrics(font(9)).horizontalAdvance(text) + px(12))

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(px(WIDTH), px(ITEM))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(px(WIDTH), px(LEAST_ITEM))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        now, painter, chosen = theme(), QPainter(self), self.isChecked()
        row = self.rect().adjusted(0, 1, 0, -1)
        if chosen or self.underMouse():
            painter.fillRect(row, QColor(now.rail_chosen))
        if chosen:
            painter.fillRect(QRect(0, row.top(), px(3), row.height()), QColor(now.rail_mark))
        words = QColor(now.rail_bright if chosen else now.rail_text)
        size = px(18)
        icons.draw(painter, self.section.icon, words, px(16), (self.height() - size) / 2, size)
        painter.setFont(font(bold=chosen))
        painter.setPen(words)
        room = QRect(px(_WORDS), 0, self.words_room(), self.height())
        shown = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        if badge := self.badge_text():
            high, wide = px(18), self._badge_width(badge)
            spot = QRect(self.width() - wide - px(_EDGE), (self.height() - high) // 2, wide, high)
            box(painter, spot, now.alarm if self.section.alarm else now.badge, None, radius=high / 2)
            painter.setFont(font(9))
            painter.setPen(QColor(now.rail_bright))
            painter.drawText(spot, int(Qt.AlignmentFlag.AlignCenter), badge)
        if self.hasFocus():
            box(painter, row, None, now.rail_mark, RING)  # the accent would drown on the dark rail


class _Brand(QWidget):
    """The program's name and the office."""

    def __init__(self, office: str) -> None:
        super().__init__()
        self._office = office
        self.setAccessibleName(f"Đầu Mối, {office}")
        self.setToolTip(office)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(px(WIDTH), px(70))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(px(WIDTH), px(56))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        now, painter = theme(), QPainter(self)
        painter.setPen(QColor(now.rail_bright))
        painter.setFont(font(11.5, bold=True))
        painter.drawText(QRect(px(16), px(17), self.width() - px(24), px(24)), 0, "Đầu Mối")
        painter.setPen(QColor(now.rail_text))
        painter.setFont(font(8.5))
        room = QRect(px(16), px(40), self.width() - px(24), px(20))
        shown = painter.fontMetrics().elidedText(self._office, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, 0, shown)


class Rail(QWidget):
    """Signal `chosen(key)`. Alt+1 … Alt+9 and Alt+0 choose by number, Ctrl+PgUp and Ctrl+PgDown the one above
    or below; arrow keys move once it has the focus."""

    chosen = Signal(str)

    def __init__(self, sections: Sequence[Section], office: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Sections"))
        self._items: dict[str, _Item] = {}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, px(8))
        column.setSpacing(0)
        column.addWidget(_Brand(office))
        for each in (each for each in sections if not each.bottom):
            column.addWidget(self._item(each))
        column.addStretch(1)
        for each in (each for each in sections if each.bottom):
            column.addWidget(self._item(each))
        for number, each in enumerate((each for each in sections if not each.bottom), 1):
            key = f"Alt+{number % NUMBERED}" if number <= NUMBERED else ""
            if key:
                QShortcut(QKeySequence(key), self, lambda key=each.key: self.chosen.emit(key))
            self._items[each.key].setToolTip(key)
        for key, by in (("Ctrl+PgUp", -1), ("Ctrl+PgDown", 1)):
            QShortcut(QKeySequence(key), self, lambda by=by: self._step(by))
        self._measure()
        look.changed.connect(self._measure)

    def mark(self, key: str) -> None:
        """Shows that this section is open."""
        self._items[key].setChecked(True)

    def show_count(self, key: str, count: int) -> None:
        self._items[key].show_count(count)

    def _step(self, by: int) -> None:
        """To the entry above or below; from the last one on to the first."""
        keys = list(self._items)
        open_ = next((at for at, key in enumerate(keys) if self._items[key].isChecked()), 0)
        self.chosen.emit(keys[(open_ + by) % len(keys)])

    def retitle(self) -> None:
        """Words in the language of now."""
        for each in self._items.values():
            each.retitle()

    def _item(self, section: Section) -> _Item:
        item = _Item(section)
        self._items[section.key] = item
        self._group.addButton(item)
        item.clicked.connect(lambda _checked=False: self.chosen.emit(section.key))
        return item

    def _measure(self) -> None:
        self.setFixedWidth(px(WIDTH))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        QPainter(self).fillRect(self.rect(), QColor(theme().rail))
