"""How a table is seen and driven: painted rows, keyboard, sorting, copying, its empty state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from app.ui.kit.bars import PADDING, heading_width
from app.ui.kit.pills import draw_pill, pill_width
from app.ui.kit.style import check_box
from app.ui.kit.tables import Cell, Column, WindowedTableModel
from app.ui.kit.theme import Tone, font, look, px, theme

ROW = 34
DENSE_ROW = 28
COPY_LIMIT = 10_000
"""Rows copied at once at most: a clipboard is no export."""


class CellDelegate(QStyledItemDelegate):
    """Paints cells from the model's `cell`, without asking it role by role."""

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
        if chosen and index.column() == 0:
            painter.fillRect(QRect(rect.left(), rect.top(), px(3), rect.height()), QColor(now.accent))
        if plain.state & QStyle.StateFlag.State_HasFocus or self._stands(index):
            # The focus ring goes around the row: above and below here, its ends at the outer cells.
            for top in (rect.top(), rect.bottom() - 1):
                painter.fillRect(QRect(rect.left(), top, rect.width(), 2), QColor(now.accent))
            if index.column() == model.columnCount() - 1:
                painter.fillRect(QRect(rect.right() - 1, rect.top(), 2, rect.height()), QColor(now.accent))
        inner = rect.adjusted(px(PADDING), 0, -px(PADDING), -1)
        if cell.checked is not None:
            self._check(painter, inner, cell)
        elif cell.pill and cell.text:
            right = bool(cell.align & Qt.AlignmentFlag.AlignRight)
            draw_pill(painter, inner, cell.text, cell.tone, cell.sign, right=right)
        elif cell.text:
            painter.setFont(font(9 if cell.mono else 10, bold=cell.strong, mono=cell.mono))
            painter.setPen(now.ink(cell.tone))
            # Of a code the end tells it from others: "…000034".
            cut = Qt.TextElideMode.ElideLeft if cell.mono else Qt.TextElideMode.ElideRight
            shown = painter.fontMetrics().elidedText(cell.text, cut, inner.width() + 1)
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
            else QFontMetrics(font(bold=cell.strong, mono=cell.mono)).horizontalAdvance(cell.text)
        )
        room = view.visualRect(index).width() - 2 * px(PADDING)
        QToolTip.showText(event.globalPos(), cell.text if wide > room else "", view)
        return True


class TableView(QTableView):
    """A list to work in.

    Signals:
        opened(id): Enter or a double click on a row.
        current_changed(id or None): the row the keyboard stands on.
        sort_asked(key, descending): a heading was clicked; the page asks its query anew and calls `set_ids`.
        toggled(id): Space or a click in a column with boxes.
        typed(text): letters typed into the list; a page hands them to its search.
        copied(rows, chosen): Ctrl+C put `rows` rows of the `chosen` ones on the clipboard.
    """

    opened = Signal(object)
    current_changed = Signal(object)
    sort_asked = Signal(str, bool)
    toggled = Signal(object)
    typed = Signal(str)
    copied = Signal(int, int)

    def __init__(
        self, model: WindowedTableModel[Any], name: str, *, dense: bool = False, parent: QWidget | None = None
    ) -> None:
        """`name` is what a screen reader calls the list; `dense` makes rows of 28 instead of 34 pixels."""
        super().__init__(parent)
        self._source = model
        self._dense = dense
        self._empty = ""
        self._sorted: tuple[int, Qt.SortOrder] = (-1, Qt.SortOrder.AscendingOrder)
        self._by_hand = False
        self.setAccessibleName(name)
        self.setModel(model)
        self.setItemDelegate(CellDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        # The header has a selection of its own, always empty: to paint itself it would else ask of every
        # chosen row whether it is chosen, two seconds for 200,000.
        header.setSelectionModel(QItemSelectionModel(model, header))
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.sectionClicked.connect(self._on_heading)
        header.sectionResized.connect(self._on_resized)
        self.doubleClicked.connect(lambda index: self.opened.emit(model.ids[index.row()]))
        self.clicked.connect(self._on_clicked)
        self._measure()
        look.changed.connect(self._measure)

    # What pages ask and tell

    def set_ids(self, ids: Sequence[Any], rows: Mapping[Any, Any] | None = None) -> None:
        """Shows these rows; stays on the row it stood on where that is still among them. `rows`: see
        `WindowedTableModel.set_ids`."""
        stood = self.current_id()
        self._source.set_ids(ids, rows)
        if stood is None or not self.choose(stood):
            self.current_changed.emit(None)

    def current_id(self) -> Any | None:
        """The row the keyboard stands on."""
        index = self.currentIndex()
        return self._source.ids[index.row()] if index.isValid() else None

    def choose(self, row_id: object) -> bool:
        """Goes to that row; False when it is not in the list."""
        place = self._source.place_of(row_id)
        if place < 0:
            return False
        self._go(place)
        return True

    def stand_at(self, place: int) -> None:
        """Puts the keyboard on that row without choosing it: the next arrow key goes on from there."""
        at, flag = self._source.index(place, 0), QItemSelectionModel.SelectionFlag.Clear
        self.selectionModel().setCurrentIndex(at, flag)
        self.scrollTo(at)

    def choose_first(self) -> None:
        """Goes to the first row, if there is one."""
        if self._source.rowCount():
            self._go(0)

    def set_empty(self, sentence: str) -> None:
        """What is written in the list while it has no rows."""
        self._empty = sentence
        self.viewport().update()

    def show_sorted(self, key: str, descending: bool = False) -> None:
        """Puts the arrow on the column of that sort key, without asking for anything."""
        place = next((i for i, each in enumerate(self._source.columns) if each.sort == key), -1)
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self._sorted = (place, order)
        self.horizontalHeader().setSortIndicator(*self._sorted)

    def fit_rows(self, rows: int) -> None:
        """As high as that many rows and the heading: for a short list among other things."""
        high = self.horizontalHeader().sizeHint().height() + rows * self._row_height() + 2 * self.frameWidth()
        self.setFixedHeight(high)

    def copy_chosen(self) -> None:
        """The chosen rows with their headings, tab separated, as a spreadsheet takes them."""
        columns = [i for i, each in enumerate(self._source.columns) if each.check is None]
        lines = ["\t".join(self._source.columns[i].title for i in columns)]
        rows = self._chosen_rows()
        for row in rows[:COPY_LIMIT]:
            words = (self._source.cell(row, i).text for i in columns)
            lines.append("\t".join(" ".join(word.split()) for word in words))
        if rows:
            QGuiApplication.clipboard().setText("\n".join(lines))
            self.copied.emit(min(len(rows), COPY_LIMIT), len(rows))

    # How it works

    def _chosen_rows(self) -> list[int]:
        selection = self.selectionModel().selection()
        spans = (selection.at(i) for i in range(selection.count()))
        return [
            row
            for top, bottom in sorted((s.top(), s.bottom()) for s in spans)
            for row in range(top, bottom + 1)
        ]

    def _row_height(self) -> int:
        return px(DENSE_ROW if self._dense else ROW)

    def _measure(self) -> None:
        self.verticalHeader().setMinimumSectionSize(px(20))
        self.verticalHeader().setDefaultSectionSize(self._row_height())
        self._by_hand = False
        self._spread()

    def _spread(self) -> None:
        """Gives every column its width, shares spare or missing room by `grow`, leaves out what gives way."""
        if self._by_hand:
            return
        columns, room = self._source.columns, self.viewport().width()
        shown = list(range(len(columns)))
        while len(shown) > 1 and sum(self._least(columns[i]) for i in shown) > room:
            first = max(shown, key=lambda i: columns[i].gives_way)
            if not columns[first].gives_way:
                break
            shown.remove(first)
        wide = {i: max(px(columns[i].width), self._heading(columns[i])) for i in shown}
        spare = room - sum(wide.values())
        # Spare room goes by `grow`; missing room is taken where there is some to give.
        shares = {i: columns[i].grow if spare > 0 else wide[i] - self._least(columns[i]) for i in shown}
        whole, last = sum(shares.values()), max((i for i in shown if shares[i]), default=-1)
        header, left = self.horizontalHeader(), spare
        header.blockSignals(True)
        for i in range(len(columns)):
            self.setColumnHidden(i, i not in wide)
            if i in wide:
                extra = 0 if not whole else left if i == last else spare * shares[i] // whole
                left -= extra
                header.resizeSection(i, max(wide[i] + extra, self._least(columns[i])))
        header.blockSignals(False)
        self.updateGeometries()
        self.viewport().update()

    @staticmethod
    def _least(column: Column[Any]) -> int:
        """How narrow a column may become before another gives way."""
        least = px(column.width) * 7 // 10 if column.grow else px(column.width)
        return max(least, TableView._heading(column))

    @staticmethod
    def _heading(column: Column[Any]) -> int:
        """How wide the heading is: a translated one may be wider than what stands below it."""
        return heading_width(column.title + (" ↓" if column.sort else "")) if column.title else 0

    def _go(self, place: int) -> None:
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(self._source.index(place, 0), flags)
        self.scrollTo(self._source.index(place, 0))

    def _on_heading(self, section: int) -> None:
        header, column = self.horizontalHeader(), self._source.columns[section]
        if not column.sort:
            header.setSortIndicator(*self._sorted)
            return
        self._sorted = (section, header.sortIndicatorOrder())
        self.sort_asked.emit(column.sort, self._sorted[1] is Qt.SortOrder.DescendingOrder)

    def _on_resized(self) -> None:
        if self.horizontalHeader().underMouse():
            self._by_hand = True

    def _on_clicked(self, index: QModelIndex) -> None:
        if self._source.columns[index.column()].check is not None:
            self.toggled.emit(self._source.ids[index.row()])

    def _checks(self) -> bool:
        return any(each.check is not None for each in self._source.columns)

    def currentChanged(  # noqa: N802
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        if current.row() != previous.row() and current.isValid():
            self.current_changed.emit(self._source.ids[current.row()])

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        stands = self.current_id()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_chosen()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            if stands is not None:
                self.opened.emit(stands)
        elif event.key() == Qt.Key.Key_Space and self._checks() and stands is not None:
            self.toggled.emit(stands)
        elif event.key() == Qt.Key.Key_Home and not event.modifiers():
            self.choose_first()
        elif event.key() == Qt.Key.Key_End and not event.modifiers():
            if self._source.rowCount():
                self._go(self._source.rowCount() - 1)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:  # noqa: N802
        # Qt's own search would fetch every row of the list.
        self.typed.emit(search)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() is Qt.MouseButton.LeftButton:
            super().mouseDoubleClickEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and event.reason() is not Qt.FocusReason.MouseFocusReason:
            self.choose_first()
        QWidget.update(self)  # the frame with its ring; QTableView.update is about cells

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        QWidget.update(self)  # the frame with its ring; QTableView.update is about cells

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._spread()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        if self._empty and not self._source.rowCount():
            painter = QPainter(self.viewport())
            painter.setFont(font())
            painter.setPen(theme().ink(Tone.SOFT))
            room = self.viewport().rect().adjusted(px(32), px(16), -px(32), -px(16))
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(room, flags, self._empty)
