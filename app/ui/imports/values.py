"""What a register's own words for kinds, states and the like are here, and what it does not say at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.fold import fold
from app.domain.import_mapping import CODES, KnownHere, RequestMapping
from app.domain.money import format_number
from app.domain.register_fields import code_for, register_titles
from app.ui.imports.lines import LineStep
from app.ui.imports.register_source import Gathered
from app.ui.imports.source import Looked
from app.ui.imports.task import Step
from app.ui.kit.buttons import Button
from app.ui.kit.inspector import clear
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.theme import Tone, px
from app.words import LANGUAGES, Words, tr

NEEDED = ("type", "channel")
"""Without these nothing is a request: from a column, or the same for all rows."""

NEEDED_FOR_AN_ANSWER = ("outcome", "answer")
"""Without these nothing is answered: no request ends in silence, not even one of a former register."""

AS_KEPT = "register"
"""How a customer was told, where a register does not say it."""

Names = Callable[[Callable[..., str], str], dict[str, dict[str, str]]]
"""Given words and their language: what may be chosen, field -> code -> name."""

Gather = Callable[[Looked], Callable[[Step], Gathered]]


class ValuesStep(LineStep):
    """A line for each word, and one for what holds where there is none. `save` keeps it all in a file."""

    def __init__(
        self,
        names: Names,
        known: KnownHere,
        gather: Gather,
        save: Callable[[], object],
    ) -> None:
        super().__init__()
        self._gather, self._known, self._line = gather, known, 0
        self._titles = register_titles(tr)
        self._offered = names(tr, tr.language)
        # A register may be written in another language than the screen is.
        said: dict[str, dict[str, list[str]]] = {field: {} for field in CODES}
        for language in LANGUAGES:
            for field, codes in names(Words(language), language).items():
                for code, name in codes.items():
                    said[field].setdefault(code, []).append(name)
        self._said = said
        self._chosen: dict[tuple[str, str], str | None] = {}
        self._mapping: RequestMapping | None = None
        self.boxes: dict[tuple[str, str], QComboBox] = {}
        self.constants: dict[str, QComboBox] = {}
        self._words: dict[tuple[str, str], Label] = {}
        self.filled: frozenset[str] = frozenset()
        """The fields that columns of the file fill."""
        self.answer = QLineEdit()
        self.answer.setAccessibleName(tr("Answer, where the file has none"))
        self.notice = Label(tone=Tone.ATTENTION, wrap=True)
        self.kept = Label(tone=Tone.SOFT, wrap=True)
        self.save = Button(tr("Save the mapping…"), save, key="Ctrl+S", sign="download")
        below = QHBoxLayout()
        below.setSpacing(px(12))
        below.addWidget(self.save)
        below.addWidget(self.kept, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(self.notice)
        column.addWidget(self.area, 1)
        column.addLayout(below)

    @property
    def go_on(self) -> str:
        return tr("Values")

    def gather(self, looked: Looked) -> Callable[[Step], Gathered]:
        return self._gather(looked)

    def use(self, mapping: RequestMapping | None) -> None:
        """From now on this mapping says what words and empty cells mean, until a person says otherwise."""
        self._mapping = mapping
        self._chosen = {}
        self.constants = {}
        self.answer.setText(mapping.constants.get("answer", "") if mapping else "")

    def show_gathered(self, found: Gathered) -> None:
        """The words of the file, with proposals; what was chosen before stays chosen."""
        held = self.constants_chosen() if self.constants else None
        self.answer.setParent(None)
        clear(self.grid)
        self.boxes, self.constants, self._words = {}, {}, {}
        self.kept.setText("")
        self._line = 0
        self.grid.setHorizontalSpacing(px(12))
        self.grid.setVerticalSpacing(px(4))
        for column, share in ((0, 4), (1, 0), (2, 4)):
            self.grid.setColumnStretch(column, share)
        for field in CODES:
            self._add_field(field, found, held)
        self.grid.addWidget(Label(self._titles["answer"], bold=True), self._line, 0)
        self.grid.addWidget(Label(tr("where the cell is empty"), tone=Tone.SOFT), self._line + 1, 0)
        self.grid.addWidget(self.answer, self._line + 1, 2)
        self._say()

    def values(self) -> dict[str, dict[str, str]]:
        """Field -> word -> code, of this file and what else the mapping knows."""
        known: dict[str, dict[str, str]] = {}
        here = {(field, fold(word)) for field, word in self.boxes}
        for field, words in (self._mapping.values if self._mapping else {}).items():
            ours = self._known.codes(field)
            rest = {w: code for w, code in words.items() if (field, w) not in here and code in ours}
            known.setdefault(field, {}).update(rest)
        for (field, word), box in self.boxes.items():
            if box.currentData() is not None:
                known.setdefault(field, {})[word] = str(box.currentData())
        return known

    def constants_chosen(self) -> dict[str, str]:
        """What holds where the file says nothing."""
        found = {field: str(box.currentData()) for field, box in self.constants.items() if box.currentData()}
        answer = self.answer.text().strip()
        return found | ({"answer": answer} if answer else {})

    def lacking(self) -> str:
        lacking = self._lacking()
        if not lacking:
            return ""
        return tr("Still to be chosen: {fields}.", fields=", ".join(self._titles[field] for field in lacking))

    def _lacking(self) -> list[str]:
        """The fields that neither a column nor a choice for all rows fills."""
        states = {box.currentData() for (field, _), box in self.boxes.items() if field == "state"}
        states.add(self.constants["state"].currentData())
        if states == {None} and not self.filled.isdisjoint(("answered", "closed")):
            states = {"closed"}  # by their ends
        needed = NEEDED + (NEEDED_FOR_AN_ANSWER if states & {"answered", "closed"} else ())
        needed += ("how",) if "closed" in states else ()
        given = self.constants_chosen()
        return [field for field in needed if field not in self.filled and field not in given]

    def unknown(self) -> list[tuple[str, str]]:
        """Field and word of what is not mapped."""
        return [key for key, box in self.boxes.items() if box.currentData() is None]

    def focus_first(self) -> None:
        """To the first word that is not mapped, or the first of all."""
        boxes: list[QWidget] = [self.constants.get(field, self.answer) for field in self._lacking()]
        boxes += [self.boxes[key] for key in self.unknown()]
        boxes += [box for box in self.constants.values() if box.currentData() is None]
        boxes += self.boxes.values()
        boxes[0].setFocus(Qt.FocusReason.OtherFocusReason)
        self.area.ensureWidgetVisible(boxes[0])

    # -- how it works -----------------------------------------------------------------------------------

    def _add_field(self, field: str, found: Gathered, held: Mapping[str, str] | None) -> None:
        words = found.words.get(field)
        self.grid.addWidget(Label(self._titles[field], bold=True), self._line, 0)
        if words is not None:
            self.grid.addWidget(Label(tr("Rows"), tone=Tone.SOFT, points=9.5), self._line, 1)
        for word, count in words or ():
            self._line += 1
            self._add_word(field, word, count)
        if left := found.left.get(field, 0):
            self._line += 1
            text = tr("{count} more different words are left out. Is it the right column?", count=left)
            self.grid.addWidget(Label(text, tone=Tone.ATTENTION, wrap=True), self._line, 0, 1, 3)
        usual = {"how": AS_KEPT} if words is None else {}
        given = held if held is not None else self._mapping.constants if self._mapping else usual
        where = tr("where the cell is empty") if words is not None else tr("for all rows")
        box = self.choice(
            f"{self._titles[field]}, {where}", self._nothing(field), self._offered[field], given.get(field)
        )
        box.currentIndexChanged.connect(lambda _now: self._say())
        self.constants[field] = box
        self.grid.addWidget(Label(where, tone=Tone.SOFT), self._line + 1, 0)
        self.grid.addWidget(box, self._line + 1, 2)
        self.grid.setRowMinimumHeight(self._line + 2, px(10))
        self._line += 3

    def _add_word(self, field: str, word: str, count: int) -> None:
        label = ElidedLabel(word)
        number = Label(format_number(count, tr.language), tone=Tone.SOFT)
        number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        key = (field, word)
        said = tr("What “{word}” is", word=word)
        box = self.choice(said, tr("not mapped: left out"), self._offered[field], self._proposed(field, word))
        box.currentIndexChanged.connect(partial(self._choose, key))
        self.boxes[key], self._words[key] = box, label
        self.grid.addWidget(label, self._line, 0)
        self.grid.addWidget(number, self._line, 1)
        self.grid.addWidget(box, self._line, 2)

    def _proposed(self, field: str, word: str) -> str | None:
        if (field, fold(word)) in self._chosen:
            return self._chosen[field, fold(word)]
        if self._mapping is not None:
            return self._mapping.code(field, word, self._known)
        return code_for(field, word, self._said[field])

    def _choose(self, key: tuple[str, str], _at: Any) -> None:
        field, word = key
        self._chosen[field, fold(word)] = self.boxes[key].currentData()
        self._say()

    def _nothing(self, field: str) -> str:
        if field == "state":
            return tr("Closed where the file has its end")
        if field == "unit":
            return tr("The unit of its kind")
        return tr("Nothing")

    def _say(self) -> None:
        unknown = self.unknown()
        for key, label in self._words.items():
            label.set_tone(Tone.ATTENTION if key in unknown else Tone.PLAIN)
        said = [self.lacking()]
        if unknown:
            fields = ", ".join(dict.fromkeys(self._titles[field] for field, _ in unknown))
            said.append(
                tr(
                    "{count} words are not mapped ({fields}). Their rows are left out until they are.",
                    count=format_number(len(unknown), tr.language),
                    fields=fields,
                )
            )
        self.notice.setText(" ".join(filter(None, said)))
        self.notice.setVisible(bool(self.notice.text()))
