"""What rules are typed in: a time limit, times of a day, boxes to tick, lines of steps and papers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.fold import fold
from app.domain.request_types import MOST_DOCUMENTS, MOST_STEPS
from app.ui.kit.buttons import Button
from app.ui.kit.flow import FlowLayout
from app.ui.kit.inputs import Check, WholeEdit
from app.ui.kit.labels import Label
from app.ui.kit.letters import choice
from app.ui.kit.theme import Tone, px
from app.ui.rules.words import (
    limit_units,
    limit_words,
    possible,
    share_words,
    span_words,
    spans_of,
    step_forms,
)
from app.words import tr


class LimitEdit(QWidget):
    """An amount and its unit, with the limit in words beside them; empty: none. Its value is as a step's
    limit is stored: {"amount": 3, "unit": "working_days"}, or None."""

    changed = Signal()

    def __init__(self, unit: str = "working_days", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._amount = WholeEdit(7)
        self._amount.setFixedWidth(px(84))
        self._unit: QComboBox = choice(limit_units(), unit)
        self._unit.setMinimumWidth(px(120))
        self._words = Label(tone=Tone.SOFT, points=9)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(6))
        for each, share in ((self._amount, 0), (self._unit, 0), (self._words, 1)):
            row.addWidget(each, share)
        self.setFocusProxy(self._amount)
        self._amount.textChanged.connect(self._say)
        self._unit.currentIndexChanged.connect(self._say)

    def setAccessibleName(self, name: str) -> None:  # noqa: N802
        super().setAccessibleName(name)
        self._amount.setAccessibleName(name)
        self._unit.setAccessibleName(tr("{name}: unit of time", name=name))

    def value(self) -> dict[str, Any] | None:
        """See the class."""
        amount = self._amount.value()
        return None if amount is None else {"amount": amount, "unit": self._unit.currentData()}

    def set_value(self, value: Mapping[str, Any] | None) -> None:
        self._amount.set_value(None if value is None else value["amount"])
        if value is not None:
            self._unit.setCurrentIndex(self._unit.findData(value["unit"]))

    def _say(self, *_what: object) -> None:
        value = self.value()
        good = value is None or possible(**value)
        self._words.setText("" if value is None else limit_words(**value) if good else tr("too long"))
        self._words.set_tone(Tone.SOFT if good else Tone.WRONG)
        self.changed.emit()


class HoursEdit(QLineEdit):
    """Times of a day, as "7:30-11:30, 13:30-17:00"; its value is None where they cannot be read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editingFinished.connect(self._tidy)

    def value(self) -> list[list[int]] | None:
        """Intervals in minutes after midnight."""
        return spans_of(self.text())

    def set_value(self, value: Sequence[Sequence[int]] | None) -> None:
        self.setText(span_words(value or ()))

    def _tidy(self) -> None:
        if spans := self.value():
            self.set_value(spans)


class ShareEdit(QLineEdit):
    """A share in per cent with one decimal; its value is in thousandths, -1 where it cannot be read."""

    def value(self) -> int:
        """Thousandths."""
        whole, _, part = self.text().strip().rstrip("% ").replace(",", ".").partition(".")
        if not (whole + part).isascii() or not (whole + part).isdigit() or len(part) > 1 or len(whole) > 3:
            return -1
        return int(whole or 0) * 10 + int(part or 0)

    def set_value(self, value: int) -> None:
        self.setText(share_words(value).removesuffix(" %"))


class Checks(QWidget):
    """Boxes to tick, several of them; its value is the codes that are ticked, in their order."""

    changed = Signal()

    def __init__(self, words: Mapping[Any, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes: dict[Any, Check] = {}
        row = FlowLayout(self, gap=4)
        for code, word in words.items():
            box = Check(word.replace("&", "&&"))
            box.toggled.connect(lambda _on: self.changed.emit())
            self._boxes[code] = box
            row.addWidget(box)
        self.setFocusProxy(next(iter(self._boxes.values())))

    def value(self) -> list[Any]:
        """See the class."""
        return [code for code, box in self._boxes.items() if box.isChecked()]

    def set_value(self, value: Sequence[Any]) -> None:
        for code, box in self._boxes.items():
            box.setChecked(code in value)


class RowEdit(QWidget):
    """One line of a `RowsEdit`: names in three languages, and what the line has besides."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._code = ""
        self.names = {language: QLineEdit() for language in ("vi", "en", "zh")}
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, px(6))
        self.grid.setHorizontalSpacing(px(6))
        self.grid.setVerticalSpacing(px(4))
        for at, (edit, hint) in enumerate(zip(self.names.values(), name_hints(), strict=True)):
            edit.setPlaceholderText(hint)
            edit.setAccessibleName(hint)
            self.grid.addWidget(edit, 0, at)
            self.grid.setColumnStretch(at, 1)

    def names_value(self) -> dict[str, str]:
        """The names by language; English as Vietnamese where it is left out."""
        return names_of({language: edit.text() for language, edit in self.names.items()})

    def code(self, taken: Sequence[str]) -> str:
        """The line's own code: the one it has, or one made of its name."""
        return self._code or code_of(self.names["vi"].text(), taken)

    def put(self, row: Mapping[str, Any]) -> None:
        """Shows a line as it is stored."""
        self._code = row["code"]
        for language, edit in self.names.items():
            edit.setText(row["names"].get(language, ""))
            edit.setCursorPosition(0)  # a long name is seen from its beginning

    @abstractmethod
    def value(self, taken: Sequence[str]) -> dict[str, Any]:
        """The line as it is stored; `taken` are the codes of the lines before it."""


class PaperEdit(RowEdit):
    """A paper that a kind of request needs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._needed = Check(tr("Needed"))
        self._needed.setChecked(True)
        self.grid.addWidget(self._needed, 0, 3)

    def put(self, row: Mapping[str, Any]) -> None:
        super().put(row)
        self._needed.setChecked(row["needed"])

    def value(self, taken: Sequence[str]) -> dict[str, Any]:
        return {
            "code": self.code(taken),
            "names": self.names_value(),
            "needed": self._needed.isChecked(),
        }


class StepEdit(RowEdit):
    """A step: who does it (`unit` at first), how long it may take, what is written down."""

    def __init__(
        self, units: Mapping[str, str], unit: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        none: dict[Any, str] = {None: tr("Choose a unit")}
        self._unit = choice(none | dict(units), unit)
        self._unit.setAccessibleName(tr("Unit"))
        self._limit = LimitEdit()
        self._limit.setAccessibleName(tr("Time limit"))
        self._limit.set_value({"amount": 1, "unit": "working_days"})
        self._form = choice(step_forms())
        self._form.setAccessibleName(tr("What is written down"))
        for at, each in enumerate((self._unit, self._limit, self._form)):
            self.grid.addWidget(each, 1, at)

    def put(self, row: Mapping[str, Any]) -> None:
        super().put(row)
        if self._unit.findData(row["unit"]) < 0:  # retired since: it is to be seen, and to be changed
            self._unit.addItem(row["unit"], row["unit"])
        self._unit.setCurrentIndex(self._unit.findData(row["unit"]))
        self._limit.set_value(row["limit"])
        self._form.setCurrentIndex(max(self._form.findData(row.get("form", "")), 0))

    def value(self, taken: Sequence[str]) -> dict[str, Any]:
        form = self._form.currentData()
        return {
            "code": self.code(taken),
            "names": self.names_value(),
            "unit": self._unit.currentData(),
            "limit": self._limit.value() or {"amount": 0, "unit": "working_days"},
            **({"form": form} if form else {}),
        }


class RowsEdit(QWidget):
    """Lines one below the other, each with how to move it and take it out; its value is as it is stored."""

    changed = Signal()

    def __init__(
        self, make: Callable[[], RowEdit], add_word: str, most: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._make, self._most = make, most
        self._lines: list[tuple[QWidget, RowEdit]] = []
        self._column = QVBoxLayout()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._add = Button(add_word, self._add_empty, sign="plus")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(px(4))
        whole.addLayout(self._column)
        whole.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        self.setFocusProxy(self._add)

    @property
    def rows(self) -> list[RowEdit]:
        """The lines, from above."""
        return [row for _, row in self._lines]

    def value(self) -> list[dict[str, Any]]:
        """The lines as they are stored; one without a name is left out."""
        found: list[dict[str, Any]] = []
        for row in self.rows:
            if row.names["vi"].text().strip():
                found.append(row.value([each["code"] for each in found]))
        return found

    def set_value(self, value: Sequence[Mapping[str, Any]]) -> None:
        for line, _ in list(self._lines):
            self._take_out(line)
        for each in value:
            self._add_row().put(each)

    def _add_empty(self) -> None:
        self._add_row().names["vi"].setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _add_row(self) -> RowEdit:
        row, line = self._make(), QWidget()
        beside = QHBoxLayout(line)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(px(4))
        beside.addWidget(row, 1)
        for sign, word, act in (
            ("↑", tr("Move up"), lambda: self._move(line, -1)),
            ("↓", tr("Move down"), lambda: self._move(line, 1)),
            ("✕", tr("Take out"), lambda: self._take_out(line)),
        ):
            button = Button(sign, act, quiet=True)
            button.setFixedWidth(px(30))
            button.setAccessibleName(word)
            button.setToolTip(word)
            beside.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self._lines.append((line, row))
        self._column.addWidget(line)
        self._add.setEnabled(len(self._lines) < self._most)
        return row

    def _move(self, line: QWidget, by: int) -> None:
        at = self._place(line)
        to = at + by
        if 0 <= to < len(self._lines):
            self._lines.insert(to, self._lines.pop(at))
            self._column.removeWidget(line)
            self._column.insertWidget(to, line)
            self.changed.emit()

    def _take_out(self, line: QWidget) -> None:
        self._lines.pop(self._place(line))
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()
        self._add.setEnabled(True)
        self._add.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _place(self, line: QWidget) -> int:
        return next(at for at, (each, _) in enumerate(self._lines) if each is line)


def steps_edit(units: Mapping[str, str], unit: Callable[[], str | None]) -> RowsEdit:
    """The steps of a kind of request; a new one is done by `unit`, until another is chosen."""
    return RowsEdit(lambda: StepEdit(units, unit()), tr("Add a step"), MOST_STEPS)


def papers_edit() -> RowsEdit:
    """The papers of a kind of request."""
    return RowsEdit(PaperEdit, tr("Add a paper"), MOST_DOCUMENTS)


def name_hints() -> tuple[str, str, str]:
    """What stands in empty fields for names."""
    return tr("Name in Vietnamese"), tr("in English"), tr("in Chinese")


def names_of(typed: Mapping[str, str]) -> dict[str, str]:
    """Names by language as they are stored: English as Vietnamese where it is left out, Chinese only where it
    is given."""
    names = {language: " ".join(text.split()) for language, text in typed.items()}
    names["en"] = names["en"] or names["vi"]
    return {language: name for language, name in names.items() if name or language != "zh"}


def code_of(name: str, taken: Sequence[str], most: int = 40) -> str:
    """A code made of a name, other than those that are taken: people do not see it."""
    letters = "".join(c if c.isascii() and c.isalnum() else "_" for c in fold(name))
    plain = "_".join(part for part in letters.split("_") if part)[: most - 4].strip("_")
    plain = plain if plain[:1].isalpha() else f"x_{plain}".strip("_")
    code, number = plain, 2
    while code in taken:
        code, number = f"{plain}_{number}", number + 1
    return code
