"""The painted cells of a table: rows with their ring, pills, boxes, dots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
)

from app.ui.kit.bars import PADDING
from app.ui.kit.pills import draw_pill, pill_width
from app.ui.kit.style import check_box
from app.ui.kit.tables import Cell, WindowedTableModel
from app.ui.kit.theme import font, look, px, theme

WIDEST = 14
"""No letter is wider, in pixels of the 100 % design."""


def cell_width(words: str) -> int:
    """How wide a column has to be, in pixels of the 100 % design, for these words to stand in it whole."""
    return -(-QFontMetrics(font()).horizontalAdvance(words) * 100 // look.scale) + 2 * PADDING + 1


class CellDelegate(QStyledItemDelegate):
    """Paints cells from the model's `cell`, without asking it role by role. `ends` says which columns are the
    first and the last in sight."""

    def __init__(self, view: QTableView, ends: Callable[[], tuple[int, int]]) -> None:
        super().__init__(view)
        self._ends = ends

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        model, now = index.model(), theme()
        assert isinstance(model, WindowedTableModel)
        cell = model.cell(index.row(), index.column())
        plain: Any = option
        rect: QRect = plain.rect
        chosen = bool(plain.state & QStyle.StateFlag.State_Selected)
        hovered = bool(plain.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.fillRect(rect, QColor(now.chosen if chosen else now.hover if hovered else now.surface))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(now.line))
        first, last = self._ends()
        if chosen and index.column() == first:
            painter.fillRect(QRect(rect.left(), rect.top(), px(3), rect.height()), QColor(now.accent))
        if plain.state & QStyle.StateFlag.State_HasFocus or self._stands(index):
            # The focus ring goes around the row: above and below here, its ends at the outer cells.
            for top in (rect.top(), rect.bottom() - 1):
                painter.fillRect(QRect(rect.left(), top, rect.width(), 2), QColor(now.accent))
            if index.column() == last:
                painter.fillRect(QRect(rect.right() - 1, rect.top(), 2, rect.height()), QColor(now.accent))
        inner = rect.adjusted(px(PADDING), 0, -px(PADDING), -1)
        if cell.checked is not None:
            self._check(painter, inner, cell)
        elif cell.dot:
            if cell.text:
                draw_dot(painter, rect)
        elif cell.pill and cell.text:
            right = bool(cell.align & Qt.AlignmentFlag.AlignRight)
            draw_pill(painter, inner, cell.text, cell.tone, cell.sign, right=right, chosen=chosen)
        elif cell.text:
            painter.setFont(font(9 if cell.mono else 10, bold=cell.strong, mono=cell.mono))
            painter.setPen(now.ink(cell.tone))
            # Of a code the end tells it from others: "…000034".
            cut = Qt.TextElideMode.ElideLeft if cell.mono else Qt.TextElideMode.ElideRight
            shown = cell.text
            if len(shown) * px(WIDEST) > inner.width():  # else it fits without measuring
                shown = painter.fontMetrics().elidedText(shown, cut, inner.width() + 1)
            painter.drawText(inner, int(cell.align | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.restore()

    def _stands(self, index: QModelIndex | QPersistentModelIndex) -> bool:
        view = self.parent()
        return isinstance(view, QTableView) and view.hasFocus() and view.currentIndex().row() == index.row()

    @staticmethod
    def _check(painter: QPainter, room: QRect, cell: Cell) -> None:
        size = px(17)
        state = QStyle.StateFlag.State_Enabled
        state |= QStyle.StateFlag.State_On if cell.checked else QStyle.StateFlag.State_Off
        check_box(painter, QRect(room.left(), room.center().y() - size // 2, size, size), state)

    def helpEvent(  # noqa: N802
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """A tooltip only where words were cut."""
        if event.type() is not QEvent.Type.ToolTip or not index.isValid():
            return super().helpEvent(event, view, option, index)
        model = index.model()
        assert isinstance(model, WindowedTableModel)
        cell = model.cell(index.row(), index.column())
        wide = (
            pill_width(cell.text, cell.tone, cell.sign)
            if cell.pill
            else view.width()
            if cell.dot
            else QFontMetrics(font(bold=cell.strong, mono=cell.mono)).horizontalAdvance(cell.text)
        )
        room = view.visualRect(index).width() - 2 * px(PADDING)
        QToolTip.showText(event.globalPos(), cell.text if wide > room else "", view)
        return True


def draw_dot(painter: QPainter, room: QRect) -> None:
    """A dot in the accent's colour: something new."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme().accent))
    painter.drawEllipse(QPointF(room.center()), px(4), px(4))
