"""Ctrl+K: one search for everything, by name, code, phone or meter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.ui.kit import icons
from app.ui.kit.inputs import SearchEdit
from app.ui.kit.labels import Label
from app.ui.kit.style import box
from app.ui.kit.theme import Tone, font, px, theme
from app.words import tr

HIT_ROLE = Qt.ItemDataRole.UserRole
ROW, HEADING = 36, 26


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found. `group` is its kind in words; `section` and `record` say where to go.

    `exact` hits (the very code or number) stand first, whatever their group.
    """

    group: str
    title: str
    detail: str = ""
    code: str = ""
    icon: str = "search"
    section: str = ""
    record: object = None
    exact: bool = False
    note: str = ""
    """When and how it stands; never cut."""


Deliver = Callable[[str, Sequence[Hit]], None]
Search = Callable[[str, Deliver], None]
"""Looks for a text, off the UI thread, and calls `deliver(text, hits)` on it when it has found something.
An answer to an older text is dropped by the palette."""


class _HitDelegate(QStyledItemDelegate):
    def sizeHint(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, px(ROW if isinstance(index.data(HIT_ROLE), Hit) else HEADING))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        now, plain, hit = theme(), option, index.data(HIT_ROLE)
        rect: QRect = plain.rect  # type: ignore[attr-defined]
        inner = rect.adjusted(px(14), 0, -px(14), 0)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.save()
        if not isinstance(hit, Hit):
            painter.setFont(font(9, bold=True))
            painter.setPen(QColor(now.soft))
            painter.drawText(inner, int(left | middle), str(index.data()))
            painter.restore()
            return
        if plain.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.fillRect(rect, QColor(now.chosen))
            painter.fillRect(QRect(rect.left(), rect.top(), px(3), rect.height()), QColor(now.accent))
        size = px(18)
        icons.draw(painter, hit.icon, now.soft, inner.left(), rect.center().y() - size / 2 + 1, size)
        inner.setLeft(inner.left() + size + px(10))
        painter.setPen(QColor(now.soft))
        painter.setFont(font(9.5, mono=True))
        painter.drawText(inner, int(right | middle), hit.code)
        inner.setRight(inner.right() - painter.fontMetrics().horizontalAdvance(hit.code) - px(12))
        if hit.note:
            painter.setFont(font(9.5))
            painter.drawText(inner, int(right | middle), hit.note)
            inner.setRight(inner.right() - painter.fontMetrics().horizontalAdvance(hit.note) - px(12))
        painter.setFont(font(bold=hit.exact))
        painter.setPen(QColor(now.text))
        metrics = painter.fontMetrics()
        title = metrics.elidedText(hit.title, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, int(left | middle), title)
        inner.setLeft(inner.left() + metrics.horizontalAdvance(title) + px(12))
        painter.setFont(font(9.5))
        painter.setPen(QColor(now.soft))
        detail = painter.fontMetrics().elidedText(hit.detail, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, int(left | middle), detail)
        painter.restore()


class _Box(QWidget):
    """The surface the search stands on."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        box(QPainter(self), self.rect(), theme().surface, theme().line, radius=px(8))


class _Edit(SearchEdit):
    """Keeps the focus; hands the keys of a list to the list."""

    def __init__(self, hint: str, palette: SearchPalette) -> None:
        super().__init__(hint, points=12)
        self._palette = palette

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if not self._palette.take_key(event.key()):
            super().keyPressEvent(event)


class SearchPalette(QWidget):
    """Lies over the window while one searches. Signal `chosen(Hit)`."""

    chosen = Signal(object)

    def __init__(self, search: Search, window: QWidget) -> None:
        super().__init__(window)
        self._search = search
        self._shown = ""  # the text whose hits are in sight
        self._before: QWidget | None = None  # where the keyboard was when the search was opened
        self._entered = ""  # the text whose first hit is opened as soon as it comes
        self._edit = _Edit(tr("Name, code, phone, meter number, address"), self)
        self._list = QListWidget()
        self._list.setAccessibleName(tr("Found"))
        self._list.setItemDelegate(_HitDelegate(self._list))
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemClicked.connect(self._open)
        self._said: QLabel = Label(tone=Tone.SOFT, wrap=True)
        self._said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._keys = Label(tr("↑ ↓ choose · Enter open · Esc close"), tone=Tone.SOFT, points=9)
        self._keys.setIndent(px(12))
        self._box = _Box(self)
        column = QVBoxLayout(self._box)
        column.setContentsMargins(px(12), px(12), px(12), px(10))
        column.setSpacing(px(8))
        for each in (self._edit, self._list, self._said):
            column.addWidget(each)
        column.addStretch(1)
        column.addWidget(self._keys)
        self._edit.searched.connect(self._ask)
        self.hide()

    def open(self, text: str = "") -> None:
        """Shows the search, with what was searched last selected to be typed over."""
        if text:
            self._edit.setText(text)
        window = self.parentWidget()
        assert window is not None
        self.setGeometry(window.rect())
        if self.isHidden():
            self._before = window.focusWidget()
        if not self._edit.text():
            self._show([], tr("Type what you know: part of a name is enough, accents are not needed."))
        self.show()
        self.raise_()
        self._edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._edit.selectAll()

    def close_search(self) -> None:
        """The keyboard is again where it was."""
        self._entered = ""
        before, self._before = self._before, None
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)  # before hiding: Qt would choose a place itself
        self.hide()

    def take_key(self, key: int) -> bool:
        """Keys that mean the list while one types."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        if key == Qt.Key.Key_Escape:
            self.close_search()
        elif key in steps:
            self._step(steps[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self._enter()
        else:
            return False
        return True

    def _enter(self) -> bool:
        """Opens the chosen hit; typed faster than found, the first hit of what stands there now, when it
        comes: never one of an older text. False: the field looks at once."""
        if self._typed() != self._shown:
            self._entered = self._typed()
            return False
        if self._list.currentItem() is None:
            return False
        self._open(self._list.currentItem())
        return True

    def _typed(self) -> str:
        return " ".join(self._edit.text().split())

    def _ask(self, text: str) -> None:
        if not text:
            self._shown = ""
            self._show([], tr("Type what you know: part of a name is enough, accents are not needed."))
            return
        self._search(text, self._deliver)

    def _deliver(self, text: str, hits: Sequence[Hit]) -> None:
        if text != self._typed():
            return
        self._shown = text
        entered, self._entered = self._entered == text, ""
        self._show(hits, tr("Nothing found for “{text}”. Try part of the code, or a name only.", text=text))
        if entered and hits:
            self._open(self._list.currentItem())

    def _show(self, hits: Sequence[Hit], otherwise: str) -> None:
        self._list.clear()
        groups: dict[str, list[Hit]] = {}
        for hit in hits:
            groups.setdefault(tr("Exactly this") if hit.exact else hit.group, []).append(hit)
        order = sorted(groups, key=lambda name: not groups[name][0].exact)
        for name in order:
            heading = QListWidgetItem(name, self._list)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            for hit in groups[name]:
                item = QListWidgetItem(hit.title, self._list)
                item.setData(HIT_ROLE, hit)
                said = (hit.title, hit.detail, hit.note, hit.code)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(filter(None, said)))
        if hits:
            self._list.setCurrentRow(1)
        self._list.setVisible(bool(hits))
        self._said.setText("" if hits else otherwise)
        self._said.setVisible(not hits)
        self._place()

    def _step(self, by: int) -> None:
        """Moves among hits, over the headings."""
        rows = [i for i in range(self._list.count()) if isinstance(self._list.item(i).data(HIT_ROLE), Hit)]
        if rows:
            at = rows.index(self._list.currentRow()) if self._list.currentRow() in rows else 0
            self._list.setCurrentRow(rows[max(0, min(len(rows) - 1, at + by))])

    def _open(self, item: QListWidgetItem) -> None:
        hit = item.data(HIT_ROLE)
        if isinstance(hit, Hit):
            self.close_search()
            self.chosen.emit(hit)

    def _place(self) -> None:
        wide = min(px(680), self.width() - px(64))
        rows = sum(self._list.sizeHintForRow(i) for i in range(self._list.count()))
        self._list.setFixedHeight(min(rows, max(px(120), self.height() - px(260))))
        self._box.setFixedWidth(wide)
        self._box.setMinimumHeight(px(150))
        self._box.adjustSize()
        self._box.move((self.width() - wide) // 2, px(72))

    def resizeEvent(self, event: Any) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._place()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if not self._box.geometry().contains(event.position().toPoint()):
            self.close_search()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        QPainter(self).fillRect(self.rect(), QColor(0, 0, 0, 90))
