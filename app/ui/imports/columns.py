"""Which column of the file is what: proposed from the headings, changed by a person."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from app.domain.import_cells import clean
from app.domain.import_fields import Field
from app.domain.import_headings import Cell
from app.domain.importing import column_letter, missing, propose
from app.ui.imports.lines import LineStep, tab_through
from app.ui.imports.source import Looked
from app.ui.imports.task import Columns, titled
from app.ui.kit.forms import Form
from app.ui.kit.inspector import clear
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.letters import LetterBox
from app.ui.kit.theme import Tone, px
from app.words import tr

EXAMPLES = 3


class ColumnsStep(LineStep):
    """Sheet, row of headings, and a line for each column. Signal `sheet_chosen(name)`: the file is to be
    looked at anew."""

    sheet_chosen = Signal(str)

    def __init__(
        self,
        fields: tuple[Field, ...],
        options: Form,
        name_of: Callable[[str], str] = titled,
        joined: Collection[str] = (),
    ) -> None:
        """`name_of` a field in the language of the screen; `joined`: fields that several columns make up."""
        super().__init__()
        self._fields, self._name_of, self._joined = fields, name_of, joined
        self._looked: Looked | None = None
        self._titles: dict[int, str] = {}
        self.boxes: dict[int, QComboBox] = {}
        self.sheet = LetterBox()
        self.sheet.activated.connect(lambda _index: self.sheet_chosen.emit(self.sheet.currentText()))
        self.header_row = QSpinBox()
        self.header_row.setRange(0, 1)
        self.header_row.setSpecialValueText(tr("no headings"))
        self.header_row.valueChanged.connect(self._use_row)
        self.place = Form()
        self.place.add("sheet", tr("&Sheet"), self.sheet)
        self.place.add("header", tr("&Row of the headings"), self.header_row)
        self.notice = Label(tone=Tone.ATTENTION, wrap=True)
        top = QHBoxLayout()
        top.setSpacing(px(16))
        top.addWidget(self.place, 1)
        top.addWidget(options, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(top)
        column.addWidget(self.notice)
        column.addWidget(self.area, 1)

    def show_file(self, looked: Looked) -> None:
        """What was seen of the file, with the proposals."""
        self._looked = looked
        self.sheet.blockSignals(True)
        self.sheet.clear()
        self.sheet.addItems(list(looked.sheets))
        self.sheet.setCurrentText(looked.sheet)
        self.sheet.blockSignals(False)
        self.place.set_field_visible("sheet", len(looked.sheets) > 1)
        self.header_row.blockSignals(True)
        self.header_row.setRange(0, looked.sample[-1][0])
        self.header_row.setValue(looked.header.row_number)
        self.header_row.blockSignals(False)
        self._titles = dict(looked.header.titles)
        self._show_lines(looked.header.mapping)

    def columns(self) -> Columns:
        """How the sheet is to be read."""
        mapping = {
            index: str(box.currentData())
            for index, box in self.boxes.items()
            if box.currentData() is not None
        }
        by_field = {name: self._titles.get(i) or column_letter(i) for i, name in mapping.items()}
        return Columns(mapping, self._titles, self.header_row.value(), by_field)

    def lacking(self) -> str:
        """What is still to be chosen, as a sentence; empty when the sheet can be read."""
        lacking = missing(self.columns().mapping, self._fields)
        if not lacking:
            return ""
        return tr("Still to be chosen: {fields}.", fields=", ".join(map(self._name_of, lacking)))

    def focus_first(self) -> None:
        """To the first column whose meaning is not known, or the first of all."""
        unknown = [box for box in self.boxes.values() if box.currentData() is None]
        for box in [*unknown, *self.boxes.values()][:1]:
            box.setFocus(Qt.FocusReason.OtherFocusReason)
            self.area.ensureWidgetVisible(box)

    # -- how it works -----------------------------------------------------------------------------------

    def _use_row(self, number: int) -> None:
        """The person says which row holds the headings."""
        if self._looked is None:
            return
        header = self._looked.header
        if number == header.row_number:
            self._titles = dict(header.titles)
            self._show_lines(header.mapping)
            return
        cells: Sequence[Cell] = next((c for n, c in self._looked.sample if n == number), ())
        used = sorted({i for _, row in self._looked.sample for i, cell in enumerate(row) if cell is not None})
        self._titles = {i: clean(cells[i]) if i < len(cells) else "" for i in used}
        self._show_lines(propose({i: t for i, t in self._titles.items() if t}, self._fields))

    def _show_lines(self, mapping: dict[int, str]) -> None:
        clear(self.grid)
        self.boxes = {}
        self.grid.setHorizontalSpacing(px(12))
        self.grid.setVerticalSpacing(px(4))
        for column, share in ((1, 3), (2, 4), (3, 3)):
            self.grid.setColumnStretch(column, share)
        heads = ("", tr("Heading in the file"), tr("For example"), tr("Is"))
        for at, text in enumerate(heads):
            self.grid.addWidget(Label(text, tone=Tone.SOFT, points=9.5, bold=True), 0, at)
        for line, index in enumerate(sorted(self._titles), 1):
            title = self._titles[index]
            letter = column_letter(index)
            self.grid.addWidget(Label(letter, tone=Tone.SOFT, mono=True), line, 0)
            self.grid.addWidget(ElidedLabel(title or tr("(no heading)")), line, 1)
            self.grid.addWidget(ElidedLabel(self._examples(index), tone=Tone.SOFT), line, 2)
            self.grid.addWidget(self._box(index, mapping.get(index), title or letter), line, 3)
        tab_through([*self._before_lines(), *self.boxes.values()])
        self._say_lacking()

    def _before_lines(self) -> list[QWidget]:
        """What Tab goes through above the lines."""
        return [self.sheet, self.header_row]

    def _box(self, index: int, chosen: str | None, title: str) -> QComboBox:
        names = {field.name: self._name_of(field.name) for field in self._fields}
        box = self.choice(tr("What column {title} is", title=title), tr("Leave out"), names, chosen)
        box.currentIndexChanged.connect(lambda _now: self._chosen(index))
        self.boxes[index] = box
        return box

    def _examples(self, index: int) -> str:
        found: list[str] = []
        for number, cells in self._looked.sample if self._looked else ():
            if number > self.header_row.value() and index < len(cells):
                text = clean(cells[index])
                if text and text not in found:
                    found.append(text)
            if len(found) == EXAMPLES:
                break
        return " · ".join(found)

    def _chosen(self, index: int) -> None:
        """A field is one column: the other column that had it is left out from now on."""
        name = self.boxes[index].currentData()
        for other, box in self.boxes.items():
            if other != index and name not in (None, *self._joined) and box.currentData() == name:
                box.setCurrentIndex(0)
        self._say_lacking()

    def _say_lacking(self) -> None:
        self.notice.setText(self.lacking())
        self.notice.setVisible(bool(self.notice.text()))
