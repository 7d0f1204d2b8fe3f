"""One table for every list: it holds ids and fetches only the rows that are looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.ui.kit.theme import Tone

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex
ID_ROLE = Qt.ItemDataRole.UserRole
LEFT = Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column of a table.

    `text` makes the words of a cell from a row. `align` is LEFT or RIGHT (numbers). `mono` for codes.
    `tone` makes the cell a pill when it gives anything but PLAIN or SOFT (SOFT: soft words, no pill), with
    `sign(row)` as its icon instead of the tone's own. `strong` rows are heavy. `width` is in pixels of the
    100 % design; `grow` is the share of spare room it takes. `sort` is the key handed to
    `TableView.sort_asked`; empty: not sorted by. Where room is short, columns with `gives_way` are left
    out, the highest number first (the inspector shows the same); where none can any more, those with a
    `least` become as narrow as that, and those that grow show a few words. `check` makes it a box to tick;
    see `TableView.toggled`.

    `value` is what stands in a copy in place of the words: a number or a moment for a spreadsheet to reckon
    with, a code in full. `dot` makes it a sign: a dot where there are words, with the words for a screen
    reader. `key` is its name in views that are kept (its `sort` where that says it); `optional` ones wait in
    the choice of columns.
    """

    title: str
    text: Callable[[R], str]
    align: Qt.AlignmentFlag = LEFT
    mono: bool = False
    tone: Callable[[R], Tone] | None = None
    sign: Callable[[R], str] | None = None
    strong: Callable[[R], bool] | None = None
    width: int = 120
    grow: int = 0
    least: int = 0
    sort: str = ""
    gives_way: int = 0
    check: Callable[[R], bool] | None = None
    value: Callable[[R], object] | None = None
    dot: bool = False
    key: str = ""
    optional: bool = False

    @property
    def name(self) -> str:
        """By which a kept view knows it; empty for one that is always as it is."""
        return self.key or self.sort


@dataclass(frozen=True, slots=True)
class Cell:
    """What is painted in one cell."""

    text: str
    align: Qt.AlignmentFlag = LEFT
    mono: bool = False
    tone: Tone = Tone.PLAIN
    pill: bool = False
    sign: str = ""
    strong: bool = False
    checked: bool | None = None
    dot: bool = False


EMPTY = Cell("")

Listed = tuple[Sequence[Any], Mapping[Any, R | None]]
"""The ids of a list, and those of its rows that are known already."""


def _place(ids: Sequence[Any], row_id: object) -> int:
    try:
        return ids.index(row_id)
    except ValueError:
        return -1


class WindowedTableModel(QAbstractTableModel, Generic[R]):
    """Holds all ids but only the rows that were looked at.

    `fetch` gives rows for ids, as a query object's `rows` does; an id it leaves out is shown as an empty row.
    `dim(row)` says which rows are over and done with and stand back in soft colour, `unread(row)` which are
    new to the person: heavy, whatever the column.
    """

    WINDOW, BEFORE = 50, 30
    """So many rows are fetched from the one that is looked at, and so many before it."""

    def __init__(
        self,
        fetch: Callable[[Sequence[Any]], Mapping[Any, R]],
        columns: Sequence[Column[R]],
        *,
        dim: Callable[[R], bool] | None = None,
        unread: Callable[[R], bool] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self.columns: tuple[Column[R], ...] = tuple(columns)
        self._dim = dim
        self._unread = unread
        self._marks: dict[int, str] = {}
        self._ids: Sequence[Any] = ()
        self._rows: dict[Any, R | None] = {}

    def set_ids(self, ids: Sequence[Any], rows: Mapping[Any, R | None] | None = None) -> None:
        """Shows these, in this order; what was fetched before is forgotten. `rows` are those that are known
        already: of a list that is filled by a job, those that `listed` gave there."""
        self.beginResetModel()
        self._ids, self._rows = ids, dict(rows or {})
        self.endResetModel()

    def listed(self, ids: Sequence[Any], stands: object = None) -> Listed[R]:
        """These ids with the rows that are seen first, for a job to fetch before the list is shown: those
        around the one on which the keyboard stands, or from the top."""
        first = self._window(ids, max(0, _place(ids, stands)))
        found = self._fetch(first)
        return ids, {each: found.get(each) for each in first}

    @property
    def ids(self) -> Sequence[Any]:
        return self._ids

    def forget(self, ids: frozenset[Any] | None = None, rows: Mapping[Any, R | None] | None = None) -> None:
        """Rows that changed (None: all, save those known already, `rows`) are fetched anew when they are next
        looked at."""
        if ids is None:
            self._rows = dict(rows or {})
        else:
            for each in ids:
                self._rows.pop(each, None)
        if self._ids:
            last = self.index(len(self._ids) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def known(self, row_id: object) -> R | None:
        """A row that was fetched already."""
        return self._rows.get(row_id)

    def row(self, number: int) -> R | None:
        """The row shown at that place; None when it is no longer there."""
        wanted = self._ids[number]
        if wanted not in self._rows:
            window = [each for each in self._window(self._ids, number) if each not in self._rows]
            found = self._fetch(window)
            for each in window:
                self._rows[each] = found.get(each)
        return self._rows[wanted]

    def _window(self, ids: Sequence[Any], number: int) -> Sequence[Any]:
        return ids[max(0, number - self.BEFORE) : number + self.WINDOW]

    def mark_headings(self, marks: Mapping[int, str]) -> None:
        """What stands behind titles: the place of a further column that the list is sorted by."""
        self._marks = dict(marks)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def copied(self, number: int, section: int) -> object:
        """What a copy holds of a cell: a plain value, or the words as they are shown."""
        row, column = self.row(number), self.columns[section]
        if row is None:
            return ""
        return column.text(row) if column.value is None else column.value(row)

    def place_of(self, row_id: object) -> int:
        """Where that id stands, -1 where it does not."""
        return _place(self._ids, row_id)

    def cell(self, number: int, section: int) -> Cell:
        """What is painted there."""
        row, column = self.row(number), self.columns[section]
        if row is None:
            return EMPTY
        tone = column.tone(row) if column.tone is not None else Tone.PLAIN
        pill = tone not in (Tone.PLAIN, Tone.SOFT)
        if not pill and self._dim is not None and self._dim(row):
            tone = Tone.SOFT
        return Cell(
            column.text(row),
            column.align,
            column.mono,
            tone,
            pill,
            column.sign(row) if pill and column.sign is not None else "",
            (column.strong is not None and column.strong(row))
            or (self._unread is not None and self._unread(row)),
            column.check(row) if column.check is not None else None,
            column.dot,
        )

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == ID_ROLE:
            return self._ids[index.row()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.columns[index.column()].align | Qt.AlignmentFlag.AlignVCenter
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.cell(index.row(), index.column()).text
        if role == Qt.ItemDataRole.CheckStateRole:
            checked = self.cell(index.row(), index.column()).checked
            if checked is not None:
                return Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked
        return None

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return column.title
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if column.dot else column.title + self._marks.get(section, "")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.align | Qt.AlignmentFlag.AlignVCenter
        return None
