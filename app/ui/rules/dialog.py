"""The dialog in which any rule is laid down: its fields are its table's (`forms.py`)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.errors import Invalid
from app.domain.rule_checks import KEYS, Known
from app.queries.rule_book import Key, Version
from app.services.rules import NewRule
from app.ui.kit.buttons import Button, go_back
from app.ui.kit.days import DateEdit
from app.ui.kit.dialog import FormDialog, Sheet
from app.ui.kit.inputs import NoteEdit
from app.ui.kit.jobs import Job
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, px
from app.ui.rules.changes import Called, called, changes, question
from app.ui.rules.inputs import code_of, names_of
from app.ui.rules.room import RuleRoom
from app.words import tr

Done = Callable[[], object]
WIDE = 860
"""See `Dialog.stand`."""


class RuleDialog(FormDialog):
    """Lays down a rule, a new one or another version of `held`. Subclasses add fields and make rows of them;
    `places` tells for each column that may be wrong the field beside which it is said."""

    table = ""
    places: ClassVar[Mapping[str, str]] = {}
    asks_why = True

    def __init__(self, room: RuleRoom, parent: QWidget, title: str, held: Version | None, done: Done) -> None:
        super().__init__(parent, room, title)
        self.room, self.held, self._done = room, held, done
        self._entry_id: UUID = room.new_id()
        self.known: Known = room.rules.known()
        self.warning = Label(tone=Tone.ATTENTION, wrap=True)
        self.warning.hide()
        self.add_fields()
        if self.asks_why:
            hint = tr("Stands in the history.")
            self.form.add("change_note", tr("&Why, by what decision"), NoteEdit(2), hint, wide=True)
        self.verb = Button(tr("Put in force"), self.save, key="F9", primary=True)
        self._lay_out(title)
        self.form.submitted.connect(self.save)
        if held is not None:
            self.form.set_values(self.shown(held.row))
        self.form.changed.connect(self.look)
        self.look()
        self.form.mark_clean()

    @abstractmethod
    def add_fields(self) -> None:
        """The fields of the table."""

    @abstractmethod
    def shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What the fields hold of a row."""

    @abstractmethod
    def rows(self, values: Mapping[str, Any]) -> list[NewRule]:
        """The rows that the fields make; Invalid where they make none."""

    def look(self) -> None:
        """Something was typed: the place to warn."""

    def warn(self, words: str) -> None:
        """Says what is odd, though it is allowed."""
        self.warning.setText(words)
        self.warning.setVisible(bool(words))

    def kept(self, **row: Any) -> list[NewRule]:
        """A row with what the form does not show as it was."""
        return [NewRule(self.table, {**(self.held.row if self.held else {}), **row})]

    def code(self, name: str, taken: Sequence[str], most: int = 40) -> str:
        """The code of the rule in hand, or one for a new rule."""
        return str(self.held.row["code"]) if self.held else code_of(name, taken, most)

    def add_names(self) -> None:
        """A name in three languages."""
        self.form.add("names_vi", tr("&Name in Vietnamese"), QLineEdit())
        self.form.add("names_en", tr("Name in English"), QLineEdit(), tr("Empty: as in Vietnamese."))
        self.form.add("names_zh", tr("Name in Chinese"), QLineEdit(), tr("Empty: as in English."))

    @staticmethod
    def names_shown(row: Mapping[str, Any]) -> dict[str, str]:
        """The fields of `add_names`."""
        return {f"names_{language}": row["names"].get(language, "") for language in ("vi", "en", "zh")}

    @staticmethod
    def names_typed(values: Mapping[str, Any]) -> dict[str, str]:
        """What they hold."""
        return names_of({language: values[f"names_{language}"] for language in ("vi", "en", "zh")})

    def add_first_day(self) -> None:
        """From when on it holds."""
        day = DateEdit()
        self.form.add("valid_from", tr("Holds &from"), day, tr("Today at the earliest."))
        today = self.room.today()
        self.form.set_values({"valid_from": today})

    def _lay_out(self, title: str) -> None:
        self.sheet = Sheet()
        self.sheet.column.addWidget(self.form)
        self.sheet.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(18), px(24), px(16))
        column.setSpacing(px(8))
        column.addWidget(Label(title, points=14, bold=True, wrap=True))
        column.addWidget(self.sheet, 1)
        column.addWidget(self.warning)
        foot = QHBoxLayout()
        foot.setSpacing(px(8))
        foot.addWidget(self.wrong, 1)
        foot.addWidget(go_back(self.reject))
        foot.addWidget(self.verb)
        column.addLayout(foot)

    def start(self) -> None:
        """Shows the form with the keyboard in its first field."""
        self.stand(WIDE)
        self.open()
        self.form.focus_first()

    def save(self) -> None:
        """F9, Ctrl+Enter."""
        if not self.verb.isEnabled():
            return
        self.form.show_errors({})
        self.wrong.setText("")
        values, room = self.form.values(), self.room
        try:
            new = self.rows(values)
        except Invalid as error:
            self.refuse(error)
            return
        note = str(values.get("change_note", ""))

        def look(_job: Job[Any]) -> list[Mapping[str, Any] | None]:
            room.rule_service.check(room.person, new, note)
            there = room.book.in_force(self.table, room.today())
            return [self._before(each, there) for each in new]

        self._run(look, lambda before: self._confirm(new, before, note))

    def _before(self, new: NewRule, there: Mapping[Key, Version]) -> Mapping[str, Any] | None:
        """What a new row takes the place of: the version in hand, or what holds of the same rule."""
        key = tuple(str(new.row[column]) for column in KEYS[self.table])
        held = self.held if self.held is not None and self.held.key == key else there.get(key)
        return None if held is None else held.row

    def _confirm(self, new: Sequence[NewRule], before: Sequence[Mapping[str, Any] | None], note: str) -> None:
        """Names what changes, from when on and for whom it counts; nothing is laid down that changes
        nothing."""
        known = called(self.room)
        if not any(self._differs(each.row, row, known) for each, row in zip(new, before, strict=True)):
            self.wrong.setText(tr("Nothing is different from what holds."))
            self.wrong.show()
            return
        words = question(new, before, known)
        self.room.prompter.confirm(self, words, tr("Put in force"), lambda: self._write(new, note))

    def _differs(self, row: Mapping[str, Any], before: Mapping[str, Any] | None, known: Called) -> bool:
        if before is None or changes(before, row, known):
            return True
        first = before.get("valid_from")  # of a version that is still to come the day may be another
        return first is not None and first > self.room.today().isoformat() and first != row["valid_from"]

    def _write(self, new: Sequence[NewRule], note: str) -> None:
        room, entry = self.room, self._entry_id
        self._run(
            lambda _job: room.rule_service.lay_down(room.person, entry, new, note),
            lambda _ids: self._finish(),
        )

    def _run(self, work: Callable[[Job[Any]], Any], done: Callable[[Any], object]) -> None:
        self.verb.setEnabled(False)
        self.room.jobs.run(
            self, work, done=done, failed=self._refused, settled=lambda: self.verb.setEnabled(True)
        )

    def _refused(self, error: Exception) -> None:
        if isinstance(error, Invalid):
            fields = {self.places.get(name, name): code for name, code in error.fields.items()}
            self.refuse(Invalid(**fields))
            if not fields.keys() <= set(self.form.names()):
                self.wrong.setText(self._why(error))
        else:
            self.refuse(error)  # type: ignore[arg-type]

    def _finish(self) -> None:
        self.form.mark_clean()
        self.accept()
        self._done()
