"""The rules of the office: what holds, from when on, by whom; laid down anew by a supervisor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.errors import AppError
from app.queries.rule_book import Key, Version
from app.services.rules import NewRule
from app.ui.kit.buttons import Button, Filter, FilterChips
from app.ui.kit.inspector import Details, Inspector
from app.ui.kit.jobs import Job, Lane, Latest
from app.ui.kit.page import WORK_ROOM, Page
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.ui.kit.toast import toast
from app.ui.rules.changes import called, history_lines
from app.ui.rules.dialog import RuleDialog
from app.ui.rules.forms import lay_down
from app.ui.rules.lines import Known, Line, LineWords
from app.ui.rules.room import RuleRoom
from app.ui.rules.roster import Roster
from app.ui.rules.words import (
    row_name,
    tab_names,
)
from app.words import tr

TABLES = frozenset(
    {
        "rule_change", "request_type", "unit", "office_hours", "calendar_day", "list_item", "charter_target",
        "letter_template", "duty", "staff", "ruling",
    }
)  # fmt: skip
"""A change of these may change what is shown."""

OF_TAB: Mapping[str, tuple[str, ...]] = {"calendar": ("office_hours", "calendar_day")}
"""The tables of a tab where it is not one of the same name."""


class RulesPage(Page):
    """`show_record` takes the name of a part (`words.tab_names`)."""

    def __init__(self, room: RuleRoom, parent: QWidget | None = None) -> None:
        super().__init__(tr("Rules"), parent)
        self.room = room
        self._reading = Latest(room.jobs, self, Lane.IO)
        self.lines: dict[tuple[str, Key], Line] = {}
        self._words = LineWords(room)
        self._refused = 0
        titles = tab_names()
        self.chips = FilterChips([Filter(key, title) for key, title in titles.items()], tr("Rules"))
        self.add_bar(self.chips)
        self.add_button = self.set_primary(tr("Add"), self.add)
        self.stack = QStackedWidget()
        self.tables: dict[str, TableView] = {}
        for key, title in titles.items():
            if key != "duty":
                self._add_table(key, title)
        self.roster = Roster(room)
        self.stack.addWidget(self.roster)
        self.set_body(self.stack)
        self.inspector = Inspector()
        self.set_inspector(self.inspector)
        self.roster.chosen.connect(self._show_roster)
        self.chips.chosen.connect(lambda _key: self._show_tab())
        self.show_body()

    # -- what the window calls --------------------------------------------------------------------------

    def first_opened(self) -> None:
        self.tables[self.tab].setFocus()

    def opened(self) -> None:
        """See `Page.opened`."""
        self._show_tab()

    def refresh(self, tables: frozenset[str]) -> None:
        """See `Page.refresh`."""
        if tables & TABLES:
            self.load()

    def show_record(self, record: object) -> bool:
        """See `Page.show_record`."""
        if record not in tab_names():
            return False
        self.chips.choose(str(record))
        return True

    # -- lists ------------------------------------------------------------------------------------------

    @property
    def tab(self) -> str:
        """The part in sight."""
        return self.chips.key()

    @property
    def table(self) -> TableView:
        """Its list."""
        return self.tables[self.tab]

    def _add_table(self, key: str, title: str) -> None:
        model: WindowedTableModel[Line] = WindowedTableModel(
            self._rows, self._words.columns(key), dim=lambda line: line.held.retired, parent=self
        )
        table = TableView(model, title)
        table.set_empty(tr("Nothing here yet. Press F2 to add."))
        table.current_changed.connect(lambda _id: self._show_line())
        table.opened.connect(lambda _id: self.change())
        self.tables[key] = table
        self.stack.addWidget(table)

    def _rows(self, ids: Sequence[Any]) -> dict[Any, Line]:
        return {id: self.lines[id] for id in ids if id in self.lines}

    # -- loading ----------------------------------------------------------------------------------------

    def _show_tab(self) -> None:
        duty = self.tab == "duty"
        self.stack.setCurrentWidget(self.roster if duty else self.table)
        # A week needs the room; F4 shows what is chosen in full.
        self._show_panel(not duty and self.width() - self.inspector.width() >= px(WORK_ROOM))
        verb = tr("Put on duty") if duty else tr("Add")
        self.add_button.setText(f"F2  {verb}")
        self.add_button.setAccessibleName(verb)
        self.load()

    def load(self) -> None:
        """Ask for what is shown, anew."""
        if self.tab == "duty":
            self.roster.load()
            self._show_refused()
            return
        tab, book, today = self.tab, self.room.book, self.room.today()

        def read(_job: Job[Any]) -> tuple[list[Line], Known, int]:
            lines = []
            for table in OF_TAB.get(tab, (tab,)):
                versions = book.versions(table)
                for key, held in book.of(versions, today).items():
                    history = [v for v in reversed(versions) if v.key == key]
                    lines.append(Line(table, key, held, history))
            people = {id.hex: name for id, name in book.people().items()}
            units = {code: unit.name for code, unit in self.room.rules.units_ever().items()}
            return lines, Known(book.members(), people, units), book.refused()

        self._reading.run(read, done=lambda found: self._fill(tab, *found))

    def _fill(self, tab: str, lines: list[Line], known: Known, refused: int) -> None:
        if tab != self.tab:
            return
        self._words.known, self._refused = known, refused
        shown = sorted((line for line in lines if self._words.wanted(line)), key=self._words.order)
        self.lines = {line.id: line for line in shown}
        self.table.set_ids([line.id for line in shown])
        if self.table.current_id() is None:
            self.table.choose_first()
        self._show_refused()
        self._show_line()

    def _show_refused(self) -> None:
        self.set_count(
            tr("{count} refused by the head office: see Head office", count=self._refused)
            if self._refused
            else ""
        )

    # -- the one chosen ---------------------------------------------------------------------------------

    @property
    def line(self) -> Line | None:
        """The rule that is chosen."""
        return None if self.tab == "duty" else self.lines.get(self.table.current_id() or ("", ()))

    def _show_line(self) -> None:
        line = self.line
        if line is None:
            if self.tab != "duty":
                self.inspector.show_nothing(tr("Choose a rule to see what it says and who put it in force."))
            return
        waits = any(v.waits for v in line.history)
        notice = tr("A change waits for the head office: until then this holds.") if waits else ""
        tone = Tone.ATTENTION
        if line.table == "unit" and not self._words.known.members.get(line.key[0]) and not line.held.retired:
            notice, tone = tr("No member of the staff is in this unit."), Tone.ATTENTION
        acts = [Button(tr("Change"), self.change, key="F6", primary=True)]
        if "retired_at" in line.held.row:
            word = tr("Use again") if line.held.retired else tr("Take out of use")
            acts.insert(0, Button(word, self.retire, key="Del", danger=not line.held.retired))
        self.inspector.show_details(
            Details(
                code="",
                title=row_name(line.table, line.held.row),
                notice=notice,
                notice_tone=tone,
                fields=self._words.fields(line),
                timeline_title=tr("Versions"),
                timeline=history_lines(line.history, called(self.room), self.room.zone),
            ),
            acts,
        )

    # -- acts -------------------------------------------------------------------------------------------

    def add(self) -> RuleDialog | None:
        """F2."""
        if self.tab == "duty":
            self.roster.put()
            return None
        if self.tab == "calendar":
            return self._open("calendar_day", "", None)
        return self._open(self.tab, "", None)

    def change(self) -> RuleDialog | None:
        """F6, Enter: another version of the rule in hand, from what holds now or is to come."""
        line = self.line
        if line is None:
            return None
        name = row_name(line.table, line.held.row)
        newest = line.coming(self.room.today())
        return self._open(line.table, tr("Change: {name}", name=name), newest[0] if newest else line.held)

    def _open(self, table: str, title: str, held: Version | None) -> RuleDialog:
        return lay_down(self.room, self, table, title, held, self._laid_down)

    def retire(self) -> None:
        """Takes the rule in hand out of use, or uses it again."""
        line = self.line
        if line is None:
            return
        name, day = row_name(line.table, line.held.row), f"{self.room.today():%d/%m/%Y}"
        if line.held.retired:
            words = tr(
                "{name} is to be used again from {day} on, once the head office has it.", name=name, day=day
            )
            self.room.prompter.confirm(
                self, words, tr("Use again"), lambda: self._write_retired(line, "", None)
            )
            return
        title = tr(
            "Take out of use: {name}. It ends on {day}, once the head office has it. Requests that are open "
            "stay as they are.",
            name=name,
            day=day,
        )
        at = int(self.room.now().timestamp() * 1000)
        self.room.prompter.ask_reason(
            self, title, tr("Take out of use"), lambda reason: self._write_retired(line, reason, at)
        )

    def _write_retired(self, line: Line, reason: str, at: int | None) -> None:
        room, entry = self.room, self.room.new_id()
        row = {**line.held.row, "retired_at": at}
        if "valid_from" in row:
            row["valid_from"] = room.today().isoformat()
        room.jobs.run(
            self,
            lambda _job: room.rule_service.lay_down(room.person, entry, [NewRule(line.table, row)], reason),
            done=lambda _ids: self._laid_down(),
            failed=lambda error: self._failed(error),
        )

    def _failed(self, error: AppError) -> None:
        toast(self, self.room.why(error), tone=Tone.WRONG)

    def _laid_down(self) -> None:
        toast(self, tr("Saved. It is in force once the head office has it."))
        self.load()

    def _show_roster(self, details: Details) -> None:
        if self.tab == "duty":
            self.inspector.show_details(details)
