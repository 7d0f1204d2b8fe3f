"""How a table is driven: keyboard, choosing, sorting, copying, columns by choice, its empty state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
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
    QTableView,
    QWidget,
)

from app.ui.kit.arranging import MOST_KEYS, Arrangement, ColumnsDialog
from app.ui.kit.cells import CellDelegate
from app.ui.kit.copying import clipping
from app.ui.kit.menus import Choice, menu_of
from app.ui.kit.spreading import spread, to_show
from app.ui.kit.tables import Column, WindowedTableModel
from app.ui.kit.theme import Tone, font, look, px, theme
from app.words import tr

ROW = 34
DENSE_ROW = 28
COPY_LIMIT = 10_000
"""Rows copied at once at most: a clipboard is no export."""


class TableView(QTableView):
    """A list to work in. Shift and Ctrl with arrows, clicks and Ctrl+Space choose several rows, Ctrl+A all.

    Signals:
        opened(id): Enter or a double click on a row.
        current_changed(id or None): the row the keyboard stands on; while a key is held down, the one on
            which it comes to rest.
        sort_asked(key, descending): a heading was clicked; the page asks its query anew and calls `set_ids`.
            With Shift, in a list that `sorts_many`, a further key: `sorts()` has them all.
        many_changed(count): so many rows are chosen now.
        arranged(): the person changed columns, their order, widths, or the sort keys.
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
    many_changed = Signal(int)
    arranged = Signal()

    def __init__(
        self,
        model: WindowedTableModel[Any],
        name: str,
        *,
        dense: bool = False,
        sorts_many: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`name` is what a screen reader calls the list; `dense` makes rows of 28 instead of 34 pixels;
        `sorts_many`: the page sorts by several columns."""
        super().__init__(parent)
        self._source = model
        self._dense = dense
        self._empty = ""
        self._sorts: list[tuple[str, bool]] = []
        self._sorts_many = sorts_many
        self._arrangement = Arrangement()
        self._ends = (0, len(model.columns) - 1)
        self._by_hand = False
        self._chosen_before = 0
        self._exchanging = False
        self._running = False
        self._passed = False
        self.setAccessibleName(name)
        self.setModel(model)
        self.setItemDelegate(CellDelegate(self, self.ends))
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
        header.setSectionsMovable(any(column.name for column in model.columns))
        header.sectionClicked.connect(self._on_heading)
        header.sectionResized.connect(self._on_resized)
        header.sectionMoved.connect(lambda *_: self._on_moved())
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(lambda _at: self.choose_columns())
        self.doubleClicked.connect(lambda index: self.opened.emit(model.ids[index.row()]))
        self.clicked.connect(self._on_clicked)
        self._measure()
        look.changed.connect(self._measure)

    # What pages ask and tell

    def set_ids(self, ids: Sequence[Any], rows: Mapping[Any, Any] | None = None) -> None:
        """Shows these rows; stays on the row it stood on where that is still among them. `rows`: see
        `WindowedTableModel.set_ids`."""
        stood = self.current_id()
        if len(ids) and ids == self._source.ids:
            self._source.forget(rows=rows)  # scroll, choice and all stay as they are
            return
        chosen = self._chosen_rows()
        several = self.chosen_ids() if 1 < len(chosen) <= COPY_LIMIT else []
        self._exchanging = True
        self._source.set_ids(ids, rows)
        if stood is None or not self.choose(stood):
            self.current_changed.emit(None)
        if several:
            self._choose_again(several)
        self._exchanging = False
        self._tell_chosen()

    def current_id(self) -> Any | None:
        """The row the keyboard stands on."""
        index = self.currentIndex()
        return self._source.ids[index.row()] if index.isValid() else None

    def chosen_count(self) -> int:
        """How many rows are chosen."""
        selection = self.selectionModel().selection()
        return sum(selection.at(i).height() for i in range(selection.count()))

    def chosen_ids(self) -> list[Any]:
        """The rows that are chosen, in their order."""
        return [self._source.ids[row] for row in self._chosen_rows()]

    def choose(self, row_id: object) -> bool:
        """Goes to that row; False when it is not in the list."""
        place = self._source.place_of(row_id)
        if place < 0:
            return False
        self._go(place)
        return True

    def stand_at(self, place: int) -> None:
        """Puts the keyboard on that row without choosing it: the next arrow key goes on from there."""
        at, flag = self._source.index(place, self._ends[0]), QItemSelectionModel.SelectionFlag.Clear
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
        self.show_sorts([(key, descending)])

    def show_sorts(self, sorts: Sequence[tuple[str, bool]]) -> None:
        """The same for several: the first has the arrow, the others their place as well."""
        self._sorts = list(sorts)
        places = {each.sort: i for i, each in enumerate(self._source.columns) if each.sort}
        key, down = self._sorts[0] if self._sorts else ("", False)
        order = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(places.get(key, -1), order)
        self._source.mark_headings(
            {
                places[key]: f" {number}{'↓' if down else '↑'}"
                for number, (key, down) in enumerate(self._sorts[1:], 2)
                if key in places
            }
        )

    def sorts(self) -> list[tuple[str, bool]]:
        """The sort keys, each with whether it descends, the first one first."""
        return list(self._sorts)

    # Columns by choice

    def arrangement(self) -> Arrangement:
        """How the person has it."""
        return replace(self._arrangement, sorts=tuple(self._sorts))

    @property
    def columns(self) -> Sequence[Column[Any]]:
        """All that there are, shown or not."""
        return self._source.columns

    def arrange(self, wanted: Arrangement) -> None:
        """Shows these columns in this order; sort keys are shown, not asked for."""
        self._arrangement = wanted
        self._by_hand = False
        header, columns = self.horizontalHeader(), self._source.columns
        places = {column.name: place for place, column in enumerate(columns) if column.name}
        first = [i for i, column in enumerate(columns) if not column.name]
        order = [*first, *(places[name] for name in wanted.columns if name in places)]
        order += [i for i in range(len(columns)) if i not in order]
        header.blockSignals(True)
        for visual, logical in enumerate(order if wanted.columns else range(len(columns))):
            header.moveSection(header.visualIndex(logical), visual)
        header.blockSignals(False)
        if wanted.sorts:
            self.show_sorts(wanted.sorts)
        self._spread()

    def choose_columns(self) -> ColumnsDialog | None:
        """Opens the choice of columns; none where a list is always as it is."""
        if not any(column.name for column in self._source.columns):
            return None
        dialog = ColumnsDialog(
            self.window(), self._source.columns, self._seen(), self._rearrange, sorted_=self._sorts_many
        )
        dialog.open()
        return dialog

    def ends(self) -> tuple[int, int]:
        """The first and the last column in sight."""
        return self._ends

    def _seen(self) -> Arrangement:
        """What is on the screen, as an arrangement of its own."""
        header, columns = self.horizontalHeader(), self._source.columns
        order = [columns[header.logicalIndex(i)] for i in range(len(columns))]
        shown = self._arrangement.columns or tuple(c.name for c in columns if not c.optional)
        names = tuple(c.name for c in order if c.name in shown)
        return Arrangement(names, self._arrangement.widths, tuple(self._sorts))

    def _rearrange(self, wanted: Arrangement) -> None:
        before = tuple(self._sorts)
        plain = tuple(c.name for c in self._source.columns if c.name and not c.optional)
        if wanted.columns == plain and not wanted.widths:
            wanted = Arrangement(sorts=wanted.sorts)
        self.arrange(wanted)
        self.arranged.emit()
        if self._sorts and tuple(self._sorts) != before:
            self.sort_asked.emit(*self._sorts[0])

    def _on_moved(self) -> None:
        self._arrangement = replace(self._arrangement, columns=self._seen().columns)
        self._spread()
        self.arranged.emit()

    def fit_rows(self, rows: int) -> None:
        """As high as that many rows and the heading: for a short list among other things."""
        high = self.horizontalHeader().sizeHint().height() + rows * self._row_height() + 2 * self.frameWidth()
        self.setFixedHeight(high)

    def copy_chosen(self) -> None:
        """The chosen rows with headings, as a spreadsheet takes them; a column that has given
        way to others is with them."""
        header, columns = self.horizontalHeader(), self._source.columns
        order = (header.logicalIndex(visual) for visual in range(len(columns)))
        there = to_show(columns, self._arrangement)
        shown = [i for i in order if i in there and columns[i].check is None]
        rows = self._chosen_rows()
        if rows:
            some = rows[:COPY_LIMIT]
            clip = clipping(
                [columns[i].title for i in shown],
                ([self._source.copied(row, i) for i in shown] for row in some),
            )
            QGuiApplication.clipboard().setMimeData(clip)
            self.copied.emit(len(some), len(rows))

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
        """Gives every column its width, or hides it."""
        if self._by_hand:
            return
        header = self.horizontalHeader()
        wide = spread(self.columns, self._arrangement, self.viewport().width())
        header.blockSignals(True)
        for i in range(len(self.columns)):
            self.setColumnHidden(i, i not in wide)
            if i in wide:
                header.resizeSection(i, wide[i])
        in_sight = sorted(wide, key=header.visualIndex)
        self._ends = (in_sight[0], in_sight[-1]) if in_sight else (0, 0)
        header.blockSignals(False)
        self.updateGeometries()
        self.viewport().update()

    def _go(self, place: int) -> None:
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        at = self._source.index(place, self._ends[0])
        self.selectionModel().setCurrentIndex(at, flags)
        self.scrollTo(at)

    def _choose_again(self, ids: Sequence[Any]) -> None:
        """Those of several chosen rows that are still there; the keyboard stays where it is."""
        wanted, spans, last = set(ids), QItemSelection(), len(self._source.columns) - 1
        places = [place for place, each in enumerate(self._source.ids) if each in wanted]
        for place in places:
            spans.select(self._source.index(place, 0), self._source.index(place, last))
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().select(spans, flags)

    def _tell_chosen(self) -> None:
        """Tells of a change in how many rows are chosen."""
        count = self.chosen_count()
        if count != self._chosen_before and not self._exchanging:
            self._chosen_before = count
            self.many_changed.emit(count)

    def _on_heading(self, section: int) -> None:
        column = self._source.columns[section]
        if not column.sort:
            self.show_sorts(self._sorts)
            return
        before = dict(self._sorts)
        down = not before[column.sort] if column.sort in before else False
        if self._sorts_many and QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier:
            before[column.sort] = down
            self.show_sorts(list(before.items())[:MOST_KEYS])
        else:
            self.show_sorts([(column.sort, down)])
        self.sort_asked.emit(*self._sorts[0])
        self.arranged.emit()

    def _on_resized(self, section: int, _before: int, after: int) -> None:
        if self.horizontalHeader().underMouse():
            self._by_hand = True
            name = self._source.columns[section].name
            if name:
                widths = {**self._arrangement.widths, name: round(after / max(px(100), 1) * 100)}
                self._arrangement = replace(self._arrangement, widths=widths)
                self.arranged.emit()

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
            if self._running:
                self._passed = True
            else:
                self.current_changed.emit(self._source.ids[current.row()])

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:  # noqa: N802
        super().selectionChanged(selected, deselected)
        self._tell_chosen()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """The menu key or the right button: what can be done with the list itself."""
        choices = [
            Choice(tr("Copy with headings"), self.copy_chosen),
            Choice(tr("Choose all"), self.selectAll),
        ]
        if any(column.name for column in self._source.columns):
            choices.append(Choice(tr("Columns and order…"), self.choose_columns, apart=True))
        menu_of(self, choices).popup(event.globalPos())

    def event(self, event: QEvent) -> bool:
        """A key that is held down runs through the list. Whatever comes after, the key let go or another one
        that acts on the row, finds all who listen at the row on which it stands."""
        pressed = event.type() is QEvent.Type.KeyPress
        if isinstance(event, QKeyEvent) and not pressed and not event.isAutoRepeat():
            self._come_to_rest()
        return super().event(event)

    def _come_to_rest(self) -> None:
        passed, self._passed = self._passed, False
        if passed:
            self.current_changed.emit(self.current_id())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        self._running = event.isAutoRepeat()
        try:
            self._pressed(event)
        finally:
            self._running = False

    def _pressed(self, event: QKeyEvent) -> None:
        stands = self.current_id()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_chosen()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            if stands is not None:
                self.opened.emit(stands)
        elif event.key() == Qt.Key.Key_Space and self._checks() and stands is not None:
            self.toggled.emit(stands)
        elif event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            toggle = QItemSelectionModel.SelectionFlag.Toggle | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().select(self.currentIndex(), toggle)
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
        self._come_to_rest()
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
