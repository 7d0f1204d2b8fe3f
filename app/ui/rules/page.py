"""The rules of the office: what holds, from when on, by whom; laid down anew by a supervisor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain import names
from app.domain.errors import AppError
from app.queries.rule_book import Key, Version
from app.services.rules import NewRule
from app.ui.kit.buttons import Button, Filter, FilterChips
from app.ui.kit.inspector import Details, Inspector
from app.ui.kit.jobs import Job, Lane, Latest
from app.ui.kit.page import WORK_ROOM, Page
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import RIGHT, Column, WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.ui.kit.toast import toast
from app.ui.rules.changes import called, history_lines
from app.ui.rules.dialog import RuleDialog
from app.ui.rules.forms import lay_down
from app.ui.rules.room import RuleRoom
from app.ui.rules.roster import Roster
from app.ui.rules.words import (
    alarms,
    days_ahead,
    languages,
    limit_words,
    lists,
    measures,
    priorities,
    row_name,
    share_words,
    span_words,
    step_forms,
    tab_names,
    weekdays,
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


@dataclass(frozen=True, slots=True)
class Line:
    """A rule in a list: what holds of it today, and what is to come."""

    table: str
    key: Key
    held: Version
    history: Sequence[Version] = field(default_factory=tuple)

    @property
    def id(self) -> tuple[str, Key]:
        return self.table, self.key

    def coming(self, today: date) -> list[Version]:
        """Versions that wait for the head office or for their day."""
        return [v for v in self.history if v.waits or (v.valid_from is not None and v.valid_from > today)]


class RulesPage(Page):
    """`show_record` takes the name of a part (`words.tab_names`)."""

    def __init__(self, room: RuleRoom, parent: QWidget | None = None) -> None:
        super().__init__(tr("Rules"), parent)
        self.room = room
        self._reading = Latest(room.jobs, self, Lane.IO)
        self.lines: dict[tuple[str, Key], Line] = {}
        self._members: dict[str, int] = {}
        self._people: dict[str, str] = {}
        self._units: dict[str, str] = {}
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
            self._rows, self._columns(key), dim=lambda line: line.held.retired, parent=self
        )
        table = TableView(model, title)
        table.set_empty(tr("Nothing here yet. Press F2 to add."))
        table.current_changed.connect(lambda _id: self._show_line())
        table.opened.connect(lambda _id: self.change())
        self.tables[key] = table
        self.stack.addWidget(table)

    def _rows(self, ids: Sequence[Any]) -> dict[Any, Line]:
        return {id: self.lines[id] for id in ids if id in self.lines}

    def _columns(self, key: str) -> list[Column[Line]]:
        name: Column[Line] = Column(tr("Name"), lambda x: row_name(x.table, x.held.row), width=260, grow=3)
        state: Column[Line] = Column(
            tr("In force"), self._state_words, tone=self._tone, width=140, gives_way=2
        )
        own: list[Column[Line]]
        match key:
            case "request_type":
                categories = names.categories(tr)
                own = [
                    Column(
                        tr("What it is"), lambda x: categories.get(x.held.row["category"], ""), width=146,
                        gives_way=3,
                    ),
                    Column(
                        tr("Unit"), lambda x: self._unit(x.held.row["unit_code"]), width=150, gives_way=1
                    ),
                    Column(tr("Time limit"), lambda x: _limit(x.held.row), width=150),
                    Column(
                        tr("Steps"), lambda x: str(len(x.held.row["steps"] or ()) or ""), align=RIGHT,
                        width=70, gives_way=4,
                    ),
                ]  # fmt: skip
            case "unit":
                own = [
                    Column(
                        tr("Head"), lambda x: self._people.get(x.held.row["head"] or "", ""), width=150
                    ),
                    Column(tr("Phone"), lambda x: x.held.row["phone"] or "", width=130, gives_way=1),
                    Column(
                        tr("Members"), self._members_words, width=130, tone=self._members_tone,
                        sign=lambda _x: "alert-triangle",
                    ),
                ]  # fmt: skip
            case "calendar":
                own = [
                    Column(tr("Hours"), _hours, width=200),
                    Column(
                        tr("Reason"), lambda x: x.held.row.get("note", ""), width=250, grow=3, gives_way=1
                    ),
                ]  # fmt: skip
            case "list_item":
                words = lists()
                own = [Column(tr("List"), lambda x: words.get(x.key[0], x.key[0]), width=160)]
            case "charter_target":
                what = measures()
                own = [
                    Column(
                        tr("What is measured"),
                        lambda x: what.get(x.held.row["measure"], ""),
                        width=180,
                        gives_way=3,
                    ),
                    Column(tr("Time limit"), lambda x: _limit(x.held.row), width=150),
                    Column(tr("Share"), lambda x: share_words(x.held.row["share"]), align=RIGHT, width=80),
                ]
            case _:
                tongues = languages()
                own = [
                    Column(tr("Language"), lambda x: tongues.get(x.key[1], x.key[1]), width=110),
                    Column(tr("Subject"), lambda x: x.held.row["subject"], width=200, grow=2, gives_way=1),
                ]
        return [name, *own, state]

    def _unit(self, code: str) -> str:
        return self._units.get(code, code)

    def _members_words(self, line: Line) -> str:
        count = self._members.get(line.key[0], 0)
        return str(count) if count else tr("nobody")

    def _members_tone(self, line: Line) -> Tone:
        return Tone.PLAIN if self._members.get(line.key[0]) or line.held.retired else Tone.ATTENTION

    def _state_words(self, line: Line) -> str:
        coming = line.coming(self.room.today())
        if any(v.waits for v in coming):
            return tr("waits for the head office")
        if coming:
            return days_ahead(coming[0], self.room.today())
        return tr("not in use") if line.held.retired else ""

    def _tone(self, line: Line) -> Tone:
        coming = line.coming(self.room.today())
        return Tone.ATTENTION if any(v.waits for v in coming) else Tone.INFO if coming else Tone.SOFT

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

        def read(_job: Job[Any]) -> tuple[list[Line], dict[str, int], dict[str, str], dict[str, str], int]:
            lines = []
            for table in OF_TAB.get(tab, (tab,)):
                versions = book.versions(table)
                for key, held in book.of(versions, today).items():
                    history = [v for v in reversed(versions) if v.key == key]
                    lines.append(Line(table, key, held, history))
            people = {id.hex: name for id, name in book.people().items()}
            units = {code: unit.name for code, unit in self.room.rules.units_ever().items()}
            return lines, book.members(), people, units, book.refused()

        self._reading.run(read, done=lambda found: self._fill(tab, *found))

    def _fill(
        self,
        tab: str,
        lines: list[Line],
        members: dict[str, int],
        people: dict[str, str],
        units: dict[str, str],
        refused: int,
    ) -> None:
        if tab != self.tab:
            return
        self._members, self._people, self._units, self._refused = members, people, units, refused
        shown = sorted((line for line in lines if self._wanted(line)), key=self._order)
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

    def _wanted(self, line: Line) -> bool:
        """Days that have passed are of interest for a month."""
        if line.table != "calendar_day":
            return True
        return date.fromisoformat(line.key[0]) >= self.room.today() - timedelta(days=31)

    @staticmethod
    def _order(line: Line) -> tuple[Any, ...]:
        row = line.held.row
        match line.table:
            case "request_type":
                place: tuple[Any, ...] = (row["priority"], line.key)
            case "office_hours":
                place = ("",)
            case "calendar_day":
                place = line.key
            case "list_item":
                place = (row["list_name"], row["place"], line.key)
            case "letter_template":  # those in the language of the screen first
                place = (line.key[1] != tr.language, line.key[1], row_name(line.table, row).casefold())
            case _:
                place = (row_name(line.table, row).casefold(),)
        return line.held.retired, *place

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
        if line.table == "unit" and not self._members.get(line.key[0]) and not line.held.retired:
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
                fields=self._fields(line),
                timeline_title=tr("Versions"),
                timeline=history_lines(line.history, called(self.room), self.room.zone),
            ),
            acts,
        )

    def _fields(self, line: Line) -> list[tuple[str, str]]:
        row = line.held.row
        found: list[tuple[str, str]] = []
        if "names" in row:
            other = [row["names"].get(x, "") for x in ("vi", "en", "zh") if x != tr.language]
            found.append((tr("In other languages"), " · ".join(name for name in other if name)))
        match line.table:
            case "request_type":
                found += self._of_kind(row)
            case "unit":
                found.append((tr("Head"), self._people.get(row["head"] or "", tr("nobody"))))
            case "calendar_day":
                found += [(tr("Hours"), _hours(line)), (tr("Reason"), row["note"])]
            case "office_hours":
                for number, day in enumerate(weekdays()):
                    found.append((day, span_words(row["hours"][str(number)]) or tr("closed")))
            case "charter_target":
                found.append((tr("Promise"), f"{share_words(row['share'])} · {_limit(row)}"))
            case "letter_template":
                found += [(tr("Subject"), row["subject"]), (tr("Text"), row["text"])]
        return [(name, words) for name, words in found if words]

    def _of_kind(self, row: Mapping[str, Any]) -> list[tuple[str, str]]:
        forms = step_forms()
        steps = "\n".join(
            f"{at}. {row_name('', step)} · {self._unit(step['unit'])} · {limit_words(**step['limit'])}"
            + (f" · {forms.get(step.get('form', ''), '')}" if step.get("form") else "")
            for at, step in enumerate(row["steps"] or (), 1)
        )
        papers = "\n".join(
            row_name("", paper) + ("" if paper["needed"] else f" ({tr('if there is one')})")
            for paper in row["documents"] or ()
        )
        ways = names.channels(tr)
        late = row["escalation"] or {}
        said = [f"{title}: {limit_words(**late[name])}" for name, title in alarms().items() if late.get(name)]
        if late.get("at_once"):
            said.insert(0, tr("leader from the moment of receipt"))
        return [
            (tr("Unit"), self._unit(row["unit_code"])),
            (tr("Time limit"), _limit(row)),
            (tr("Urgency"), priorities().get(row["priority"], "")),
            (tr("Who may see it"), tr("the leader and the named only") if row["restricted"] else ""),
            (tr("Comes by"), ", ".join(ways[c] for c in row["channels"] or () if c in ways)),
            (tr("Papers"), papers),
            (tr("Steps"), steps),
            (tr("When it is late"), "\n".join(said)),
        ]

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


def _limit(row: Mapping[str, Any]) -> str:
    return limit_words(row["limit_amount"], row["limit_unit"])


def _hours(line: Line) -> str:
    row = line.held.row
    if line.table == "office_hours":
        spans = [span_words(row["hours"][str(day)]) for day in range(7)]
        return " / ".join(dict.fromkeys(span for span in spans if span))
    if row["intervals"] is None:
        return tr("worked as a usual day")
    return span_words(row["intervals"]) or tr("day off")
