"""What the import would do, before anything is written: counts, and the rows of each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.money import format_number
from app.ui.imports.task import Part, Preview, PreviewRow
from app.ui.kit.buttons import Button, Filter, FilterChips
from app.ui.kit.inspector import clear
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import RIGHT, Column, WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.words import tr


class CheckStep(QWidget):
    """The dry run. `write_wrong` puts the wrong rows into a workbook."""

    def __init__(self, write_wrong: Callable[[], object]) -> None:
        super().__init__()
        self._part: Part | None = None
        self._parts: dict[str, Part] = {}
        self._chips_row = QHBoxLayout()
        self.beside = Label(tone=Tone.SOFT, wrap=True)
        self.model: WindowedTableModel[PreviewRow] = WindowedTableModel(
            self._rows, self._columns(), parent=self
        )
        self.table = TableView(self.model, tr("Rows of the file"), dense=True)
        self.whole = Label(wrap=True)
        """What is said of the row in which the table stands, which its line may have cut."""
        self.table.current_changed.connect(self._say_whole)
        self.write = Button(tr("Write the wrong rows to a workbook"), write_wrong, key="F8", sign="download")
        self.said = ElidedLabel(tone=Tone.SOFT)
        below = QHBoxLayout()
        below.setSpacing(px(12))
        below.addWidget(self.write)
        below.addWidget(self.said, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(self._chips_row)
        column.addWidget(self.beside)
        column.addWidget(self.table, 1)
        column.addWidget(self.whole)
        column.addLayout(below)

    def show_preview(self, preview: Preview) -> None:
        """The counts, and at first the rows that need a person: the wrong ones, if there are any."""
        self._parts = {part.key: part for part in preview.parts}
        clear(self._chips_row)
        filters = [Filter(p.key, p.title, len(p.rows)) for p in preview.parts]
        self.chips = FilterChips(filters, tr("Which rows"))
        self.chips.chosen.connect(self._show_part)
        self._chips_row.addWidget(self.chips)
        self.beside.setText(preview.beside)
        self.beside.setVisible(bool(preview.beside))
        self.write.setVisible(bool(preview.wrong))
        idle = not preview.to_write and not preview.wrong
        self.said.setText(tr("Nothing had to be changed.") if idle else "")
        first = "wrong" if preview.wrong else next((p.key for p in preview.parts if p.rows), "new")
        self.chips.choose(first)
        self._show_part(first)

    def _show_part(self, key: str) -> None:
        self._part = self._parts[key]
        self.table.set_empty(self._part.empty)
        self.table.set_ids(range(len(self._part.rows)))
        self.table.choose_first()

    def _say_whole(self, row: Any) -> None:
        rows = () if self._part is None else self._part.rows
        self.whole.setText(rows[row].what if isinstance(row, int) and row < len(rows) else "")
        self.whole.setVisible(bool(self.whole.text()))

    def _rows(self, ids: Sequence[Any]) -> Mapping[Any, PreviewRow]:
        return {} if self._part is None else {i: self._part.rows[i] for i in ids if i < len(self._part.rows)}

    def _columns(self) -> list[Column[PreviewRow]]:
        return [
            Column(tr("Row"), lambda r: format_number(r.number, tr.language), align=RIGHT, width=72),
            Column(tr("Code"), lambda r: r.code, mono=True, width=120),
            Column(tr("Customer name"), lambda r: r.name, width=190, grow=1),
            Column(tr("What"), lambda r: r.what, width=380, grow=4),
        ]
