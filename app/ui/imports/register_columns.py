"""The columns of a former register: which is what, how its times are written, by which mapping."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QWidget

from app.domain.errors import AppError
from app.domain.import_cells import clean
from app.domain.import_headings import Cell
from app.domain.import_mapping import JOINED, MOMENTS, RequestMapping, reader_of
from app.domain.money import format_number
from app.domain.register_fields import FIELDS_REGISTER, register_titles
from app.domain.register_times import (
    DATE_FORMATS,
    Written,
    doubtful,
    fitting,
    in_letters,
    telling,
    unread,
)
from app.ui.imports.columns import ColumnsStep
from app.ui.imports.register_source import LookedRegister
from app.ui.imports.source import Looked
from app.ui.kit.buttons import Button
from app.ui.kit.forms import Form
from app.ui.kit.labels import Label
from app.ui.kit.letters import LetterBox
from app.ui.kit.theme import Tone, px
from app.ui.requests.room import RequestRoom
from app.words import tr

ENCODINGS = ("", "cp1258", "cp1252", "gb18030")
"""Offered for a CSV file; that of the mapping besides."""

ISO = "yyyy-mm-dd (ISO 8601)"
"""How the format "iso" of a mapping is shown."""

AND = "+"
"""Between fields that one column fills."""

TOLD = 3
"""So many things that do not fit a mapping are told; who mends them sees the others."""


class RegisterColumns(ColumnsStep):
    """Signal `mapping_used(mapping or None)`: a file was looked at, with this mapping."""

    mapping_used = Signal(object)

    def __init__(self, room: RequestRoom) -> None:
        self.register = QLineEdit()
        self.register.setMaxLength(80)
        self.date_format = QComboBox()
        self.date_format.setEditable(True)
        # What is typed stays as typed: "m/d/yyyy" is not to become the next longer one.
        self.date_format.setCompleter(None)  # type: ignore[arg-type]
        self.date_format.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.encoding = LetterBox()
        options = Form()
        options.add(
            "register",
            tr("&Name of the register"),
            self.register,
            tr("The same each time: by it is known what is here already."),
        )
        options.add("date_format", tr("How &times are written"), self.date_format)
        super().__init__(FIELDS_REGISTER, options, _title_of, tuple(JOINED))
        self.place.add("encoding", tr("&Encoding"), self.encoding)
        self._room = room
        self.looked: LookedRegister | None = None
        self.mapping: RequestMapping | None = None
        self._wanted: Path | None = None
        self._again = False
        self.encoding.activated.connect(self._other_encoding)
        self.date_format.editTextChanged.connect(lambda _text: self._say_example())
        self.open = Button(tr("Open a mapping…"), self._ask_which, key="Ctrl+O", sign="file-spreadsheet")
        self.used = Label(tone=Tone.SOFT, wrap=True)
        self.example = Label(tone=Tone.SOFT, wrap=True)
        row = QHBoxLayout()
        row.setSpacing(px(12))
        row.addWidget(self.open)
        row.addWidget(self.used, 1)
        column = self.layout()
        assert isinstance(column, QBoxLayout)
        column.insertLayout(0, row)
        column.insertWidget(2, self.example)

    def _before_lines(self) -> list[QWidget]:
        place = [self.open, self.sheet, self.header_row, self.encoding]
        return [*place, self.register, self.date_format]

    def focus_first(self) -> None:
        if not self.register.text().strip():
            self.register.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._wrong_format():
            self.date_format.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().focus_first()

    def asked(self, path: Path) -> tuple[Path | None, str | None]:
        """With which mapping and encoding a file is to be looked at: those that were just chosen, or as
        before where it is the same file."""
        wanted, self._wanted, again, self._again = self._wanted, None, self._again, False
        if self.looked is None or self.looked.path != path:
            return wanted, None
        chosen = str(self.encoding.currentData()) if again else None
        return wanted or self.looked.mapping_file, chosen

    def use_mapping(self, path: Path) -> None:
        """Looks at the file anew, with the mapping that is kept there."""
        self._wanted = path
        self.sheet_chosen.emit(self.sheet.currentText())

    def show_file(self, looked: Looked) -> None:
        assert isinstance(looked, LookedRegister)
        other = self.looked is None or self.looked.path != looked.path
        self.looked, self.mapping = looked, looked.mapping
        if looked.mapping is not None:
            self.register.setText(looked.mapping.register)
        elif other or not self.register.text():
            self.register.setText(looked.path.stem)
        self._show_encodings(looked.encoding)
        super().show_file(looked)
        if looked.mapping is not None:
            self._offer(DATE_FORMATS, looked.mapping.date_format)
        else:
            self._propose()
        self._say_example()
        self._say_used(looked)
        self.mapping_used.emit(looked.mapping)

    def fields_at(self) -> dict[int, tuple[str, ...]]:
        """Which fields each column fills."""
        found = {i: box.currentData() for i, box in self.boxes.items()}
        return {i: tuple(str(data).split(AND)) for i, data in found.items() if data is not None}

    def by_heading(self) -> dict[str, list[str]]:
        """The headings of each field; of a joined one in the order of the mapping, then of the file."""
        titles = self.columns().titles
        found: dict[str, list[str]] = {}
        for i, fields in sorted(self.fields_at().items()):
            for field in fields:
                found.setdefault(field, []).append(titles[i])
        for field, headings in (self.mapping.columns if self.mapping else {}).items():
            order = {heading: n for n, heading in enumerate(headings)}
            found.get(field, []).sort(key=lambda title: order.get(title, len(order)))
        return found

    def encoding_used(self) -> str:
        """For the mapping; empty where the file is Unicode or a workbook."""
        return "" if self.looked is None else self.looked.encoding or ""

    def form(self) -> str:
        """How times are written, for the mapping; empty where it is not chosen yet."""
        text = self.date_format.currentText().strip()
        return "iso" if text == ISO else text

    def lacking(self) -> str:
        return self._lacking_but_format() or self._wrong_format()

    def _lacking_but_format(self) -> str:
        filled = {field for fields in self.fields_at().values() for field in fields}
        constants = self.mapping.constants if self.mapping else {}
        lacking = [f.name for f in FIELDS_REGISTER if f.required and f.name not in (*filled, *constants)]
        if lacking:
            return tr("Still to be chosen: {fields}.", fields=", ".join(map(_title_of, lacking)))
        if not self.register.text().strip():
            return tr("Write the name of the register first.")
        return ""

    def _say_lacking(self) -> None:
        """Without what `example` says of the format."""
        self.notice.setText(self._lacking_but_format())
        self.notice.setVisible(bool(self.notice.text()))

    def _wrong_format(self) -> str:
        """Why times cannot be read by what stands in the box."""
        form = self.form()
        if not form:
            return tr("Choose how times are written.")
        try:
            reader_of(form, self._room.zone)
        except AppError:
            return tr(
                "“{text}” is no way of writing times. Choose one from the list, or write one such as "
                "d/m/yyyy h:mm.",
                text=form,
            )
        return ""

    # -- how it works -----------------------------------------------------------------------------------

    def _box(self, index: int, chosen: str | None, title: str) -> QComboBox:
        names = {field.name: _title_of(field.name) for field in FIELDS_REGISTER}
        for both in (f"type{AND}words", chosen or ""):
            if AND in both:  # what a kind is called often says what the matter is
                names[both] = f" {AND} ".join(map(_title_of, both.split(AND)))
        box = self.choice(tr("What column {title} is", title=title), tr("Leave out"), names, chosen)
        box.currentIndexChanged.connect(lambda _now: self._chosen(index))
        # A mapping finds its columns by their headings.
        box.setEnabled(bool(self._titles[index]))
        self.boxes[index] = box
        return box

    def _chosen(self, index: int) -> None:
        """A field is one column: another that had it keeps what else it fills."""
        at = self.fields_at()
        taken = {field for field in at.get(index, ()) if field not in JOINED}
        for other, fields in at.items():
            if other != index and taken.intersection(fields):
                rest = AND.join(field for field in fields if field not in taken)
                self.boxes[other].setCurrentIndex(max(self.boxes[other].findData(rest), 0))
        fits = self.form() in fitting(self._written())
        if self.mapping is None and taken.intersection(MOMENTS) and not fits:
            self._propose()
        self._say_lacking()
        self._say_example()

    def _times(self) -> list[int]:
        """The columns that are times."""
        return [i for i, fields in self.fields_at().items() if set(fields) & set(MOMENTS)]

    def _written(self) -> list[Written]:
        """The dates in them, of the whole file."""
        found = self.looked.written if self.looked else {}
        return [each for i in self._times() for each in found.get(i, ())]

    def _samples(self) -> list[tuple[Cell, str]]:
        """Some of their cells, whatever is in them."""
        after, sample = self.header_row.value(), self.looked.sample if self.looked else []
        cells = [row[i] for n, row in sample if n > after for i in self._times() if i < len(row)]
        return [(cell, text) for cell in cells if (text := clean(cell))]

    def _propose(self) -> None:
        """The format by which every date of the file is a time. Where none is, or where dates may mean two
        different days, a person is asked: nothing is chosen."""
        written = self._written()
        fits = fitting(written)
        sure = fits and doubtful(written, fits) is None
        self._offer(dict.fromkeys((*fits, *DATE_FORMATS)), fits[0] if sure else "")

    def _offer(self, forms: Iterable[str], chosen: str) -> None:
        self.date_format.blockSignals(True)
        self.date_format.clear()
        self.date_format.addItems([_form_words(form) for form in forms])
        self.date_format.setCurrentIndex(self.date_format.findText(_form_words(chosen)))
        self.date_format.setEditText(_form_words(chosen))
        self.date_format.blockSignals(False)

    def _say_example(self) -> None:
        """The date of the file that tells best how they are written, as it is read; how many are not written
        so; or what is to be decided."""
        self.example.setVisible(bool(self._samples() or self._written()))
        if self.form():
            self._say_read()
        else:
            self._say_question()

    def _say_question(self) -> None:
        written = self._written()
        fits = fitting(written)
        doubt = doubtful(written, fits)
        if doubt is not None:
            each, *forms = doubt
            one, other = (self._read(form, each.text) for form in forms)
            words = tr(
                "“{text}” in row {row} may be {one} ({form}) or {other} ({other_form}). Choose how times are "
                "written.",
                text=each.text, row=each.row, one=one, form=forms[0], other=other, other_form=forms[1],
            )  # fmt: skip
        elif not fits and written:
            words = tr("The dates are written in several ways. Choose how most of them are written.")
        else:
            words = tr("Choose how times are written.")
        self._say_time(words, Tone.ATTENTION)

    def _say_read(self) -> None:
        if wrong := self._wrong_format():
            self._say_time(wrong, Tone.WRONG)
            return
        form, written = self.form(), self._written()
        proof = telling(written, form)
        if written and proof is None:
            self._say_time(_not_so(written[0].text), Tone.ATTENTION)
            return
        if proof is not None:
            said = _read_as(proof.text, self._read(form, proof.text))
        else:
            read = [(text, self._read(form, cell)) for cell, text in self._samples()]
            said = next((_read_as(text, shown) for text, shown in read if shown), "")
            if read and not said:
                self._say_time(_not_so(read[0][0]), Tone.ATTENTION)
                return
        left = unread(written, form)
        if left:
            said += " " + tr(
                "Dates that are not written so: {count}, such as “{text}” in row {row}.",
                count=format_number(sum(each.count for each in left), tr.language),
                text=left[0].text,
                row=left[0].row,
            )
        self._say_time(said, Tone.ATTENTION if left else Tone.SOFT)

    def _read(self, form: str, cell: Cell) -> str:
        """The time in a cell in words; empty for what is none."""
        moment = reader_of(form, self._room.zone)(cell, clean(cell))
        return in_letters(moment, tr) if moment else ""

    def _say_time(self, words: str, tone: Tone) -> None:
        self.example.setText(words)
        self.example.set_tone(tone)

    def _say_used(self, looked: LookedRegister) -> None:
        told = [self._room.why(error) for error in looked.troubles[:TOLD]]
        if looked.mapping_file is not None:
            told.insert(0, tr("By the mapping {file}.", file=looked.mapping_file.name))
        elif not told:
            told = [tr("Proposed from the headings. A mapping that was kept is opened here.")]
        self.used.setText(" ".join(told))
        self.used.set_tone(Tone.ATTENTION if looked.troubles else Tone.SOFT)

    def _show_encodings(self, used: str | None) -> None:
        self.encoding.clear()
        for name in dict.fromkeys((*ENCODINGS, used or "")):
            self.encoding.addItem(_encoding_words(name), name)
        self.encoding.setCurrentIndex(max(self.encoding.findData(used or ""), 0))
        self.place.set_field_visible("encoding", used is not None)

    def _other_encoding(self, _at: int) -> None:
        self._again = True
        self.sheet_chosen.emit(self.sheet.currentText())

    def _ask_which(self) -> None:
        ask = QFileDialog(self, tr("Open a mapping"), "", mapping_files())
        ask.setFileMode(QFileDialog.FileMode.ExistingFile)
        if self.looked is not None:
            ask.setDirectory(str(self.looked.path.parent))
        ask.fileSelected.connect(lambda name: self.use_mapping(Path(name)))
        ask.open()


def _title_of(field: str) -> str:
    return register_titles(tr)[field]


def _form_words(form: str) -> str:
    return ISO if form == "iso" else form


def _read_as(text: str, shown: str) -> str:
    return tr("“{text}” is read as {shown}.", text=text, shown=shown)


def _not_so(text: str) -> str:
    return tr("“{text}” is not a time that is written so. Choose how they are written.", text=text)


def mapping_files() -> str:
    """For a dialog that asks for a file."""
    return tr("Mappings of a register (*.mapping.json *.json)")


def _encoding_words(name: str) -> str:
    return {
        "": tr("Unicode"),
        "cp1258": tr("Vietnamese Windows (1258)"),
        "cp1252": tr("Western Windows (1252)"),
        "gb18030": tr("Chinese (GB 18030)"),
    }.get(name, name)
