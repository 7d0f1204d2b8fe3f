"""The sheet of a route, typed from top to bottom: one field that goes from line to line."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent

from app.ui.customers.words import quantity_words
from app.ui.kit.inputs import QuantityEdit
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import RIGHT, Column, WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.ui.readings.lines import Line, Sheet, icon_of, usual_words
from app.words import tr

GIVE_WAY = (3, 1, 0, 8, 7, 4)
"""Columns that are left out, in this order, where large text or a small window leaves no room: address, code,
number, usual use, use, meter. Name, indexes and sign stay."""
PRESENT = 6
"""The place of the new index among all columns."""


class _IndexEdit(QuantityEdit):
    """The field; hands the keys of the sheet to the sheet."""

    def __init__(self, view: SheetView) -> None:
        super().__init__(parent=view.viewport())
        self._view = view
        self.setAccessibleName(tr("Present index"))
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        moves = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -self._view.page_rows(),
            Qt.Key.Key_PageDown: self._view.page_rows(),
        }
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._view.index_entered.emit()
        elif event.key() in moves:
            self._view.move_by(moves[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Escape and self._view.put_back():
            pass
        else:
            super().keyPressEvent(event)


class SheetView(TableView):
    """Signals: `index_entered()` Enter on the line in hand; `typed_index(value or None)`; `line_changed()`
    another line is in hand."""

    index_entered = Signal()
    typed_index = Signal(object)
    line_changed = Signal()

    def __init__(self, sheet: Sheet, unit: str, *, writable: bool) -> None:
        self.sheet = sheet
        self._all = columns(unit)
        self.rows: WindowedTableModel[Line] = WindowedTableModel(sheet.rows, self._all)
        super().__init__(self.rows, tr("Reading sheet"), dense=True)
        self.rows.setParent(self)
        self._writable = writable
        self._filling = False
        self.field = _IndexEdit(self)
        self.field.value_changed.connect(self._typed)
        self.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.current_changed.connect(lambda _id: self._place())
        self.verticalScrollBar().valueChanged.connect(lambda _at: self._place(fill=False))
        self.horizontalScrollBar().valueChanged.connect(lambda _at: self._place(fill=False))
        self.horizontalHeader().sectionResized.connect(lambda *_what: self._place(fill=False))

    @property
    def line(self) -> Line | None:
        """The line in hand."""
        current = self.current_id()
        return None if current is None else self.sheet.lines.get(current)

    def show_sheet(self, stand_on: UUID | None) -> None:
        """The sheet has other lines, or other values in them."""
        self.set_ids(list(self.sheet.order))
        if stand_on is not None:
            self.choose(stand_on)
        self._place()

    def repaint_line(self, id: UUID) -> None:
        """That line changed."""
        self.rows.forget(frozenset((id,)))

    def take_focus(self) -> None:
        """The keyboard into the field of the line in hand."""
        if self.field.isVisibleTo(self):
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            self.field.selectAll()
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def move_by(self, lines: int) -> None:
        """So many lines on or back; what was typed and not entered stays there, unsaved and marked so."""
        current = self.current_id()
        if current is None:
            return
        place = self.rows.place_of(current)
        self.choose(self.sheet.order[max(0, min(place + lines, len(self.sheet.order) - 1))])
        self.take_focus()

    def page_rows(self) -> int:
        """Lines in sight."""
        return max(1, self.viewport().height() // max(1, self.rowHeight(0)) - 1)

    def put_back(self) -> bool:
        """Esc: what is saved stands in the field again; False when nothing else stood there."""
        line = self.line
        if line is None or not line.touched:
            return False
        line.forget()
        self._place()
        self.repaint_line(line.of.connection_id)
        self.line_changed.emit()
        return True

    # -- how it works -----------------------------------------------------------------------------------

    def _typed(self, value: object) -> None:
        line = self.line
        if self._filling or line is None:
            return
        line.type(value if isinstance(value, int) else None)
        self.repaint_line(line.of.connection_id)
        self.typed_index.emit(value)

    def _place(self, *, fill: bool = True) -> None:
        """Puts the field over the new index of the line in hand."""
        line, place = self.line, self.currentIndex()
        if line is None or not self._writable or not place.isValid():
            self.field.hide()
            if fill:
                self.line_changed.emit()
            return
        rect = self.visualRect(self.rows.index(place.row(), self.rows.columns.index(self._all[PRESENT])))
        self.field.setGeometry(rect.adjusted(1, 0, -1, -1))
        if fill:
            self._filling = True
            self.field.set_value(line.shown)
            self._filling = False
        if not self.field.isVisibleTo(self):
            self.field.show()
        if fill:
            if self.hasFocus():
                self.take_focus()
            elif self.field.hasFocus():
                self.field.selectAll()
            self.line_changed.emit()

    def focusInEvent(self, event: object) -> None:  # noqa: N802
        super().focusInEvent(event)  # type: ignore[arg-type]
        if self.field.isVisibleTo(self):
            self.take_focus()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mousePressEvent(event)
        self.take_focus()

    def _fit(self) -> None:
        """Leaves out what there is no room for: the field for the index is never beyond the edge."""

        def least(column: Column[Line]) -> int:
            return px(column.width) * 6 // 10 if column.grow else px(column.width)

        kept = list(self._all)
        for place in GIVE_WAY:
            if sum(map(least, kept)) <= self.viewport().width():
                break
            kept.remove(self._all[place])
        if tuple(kept) != self.rows.columns:
            stood = self.current_id()
            self.rows.beginResetModel()
            self.rows.columns = tuple(kept)
            self.rows.endResetModel()
            if stood is not None:
                self.choose(stood)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        self._fit()
        super().resizeEvent(event)
        self._place(fill=False)

    def scrollTo(  # noqa: N802
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: TableView.ScrollHint = TableView.ScrollHint.EnsureVisible,
    ) -> None:
        super().scrollTo(index, hint)
        # Two lines ahead stay in sight, so that one sees what comes.
        ahead = self.rows.index(min(index.row() + 2, self.rows.rowCount() - 1), 0)
        if ahead.isValid() and index.row() < ahead.row():
            super().scrollTo(ahead, hint)


def columns(unit: str) -> list[Column[Line]]:
    """What stands in a line."""
    return [
        Column(tr("No."), lambda x: "" if x.of.seq is None else str(x.of.seq), align=RIGHT, width=50),
        Column(tr("Code"), lambda x: x.of.code, mono=True, width=90),
        Column(tr("Customer name"), lambda x: x.of.name, width=150, grow=4),
        Column(tr("Address"), lambda x: x.of.address, width=110, grow=4),
        Column(tr("Meter"), lambda x: x.of.serial, mono=True, width=90),
        Column(tr("Previous"), lambda x: quantity_words(x.of.previous) or "0", align=RIGHT, width=74),
        Column(
            tr("Present"),
            lambda x: "" if x.shown is None else quantity_words(x.shown) or "0",
            align=RIGHT,
            strong=lambda x: True,
            width=88,
        ),
        Column(tr("Use {unit}", unit=unit), lambda x: x.use(), align=RIGHT, width=84),
        Column(tr("Usual"), usual_words, align=RIGHT, width=74),
        Column(tr("Sign"), lambda x: x.sign()[0], tone=_tone, sign=icon_of, width=152),
    ]


def _tone(line: Line) -> Tone:
    return line.sign()[1]
