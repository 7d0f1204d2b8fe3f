"""The duty roster of a week: who is at the contact desk when, and the office hours in which nobody is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.duty import Span
from app.queries.duty import DutyView, Officer
from app.ui.kit.buttons import Button
from app.ui.kit.cells import cell_width
from app.ui.kit.flow import Flow
from app.ui.kit.inspector import Details
from app.ui.kit.jobs import Job, Lane, Latest
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import Column, WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.ui.kit.toast import toast
from app.ui.rules.duty_dialogs import DutyDialog, DutyPicker
from app.ui.rules.room import RuleRoom
from app.ui.rules.words import day_words, short_spans, short_weekdays, span_words
from app.words import tr

DAY, ONE = 112, 96
"""Pixels of the 100 % design for a day of which everything can be said in a word or by one time, and for one
time of several where there is no room for more."""
GAPS = UUID(int=0)
"""The row that tells when nobody is there."""


@dataclass(frozen=True, slots=True)
class Row:
    """An officer's week, or, without an officer, what of the week has nobody: `covered` and `closed` days."""

    officer: Officer | None
    days: tuple[str, ...]
    closed: frozenset[int] = frozenset()
    covered: frozenset[int] = frozenset()


class Roster(QWidget):
    """The grid. Signal `chosen(details)`: what the row in hand says, in full."""

    chosen = Signal(object)

    def __init__(self, room: RuleRoom, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.room = room
        today = room.today()
        self.monday = first_monday(today, closed=not room.rules.calendar().hours(today))
        self.duties: list[DutyView] = []
        self.gaps: dict[date, list[Span]] = {}
        self.shut: dict[date, str] = {}
        self._rows: dict[UUID, Row] = {}
        self._reading = Latest(room.jobs, self, Lane.IO)
        self.week = ElidedLabel(bold=True)
        self.state = Label(tone=Tone.SOFT, wrap=True)
        self.change_one = Button(tr("Change a time"), self.change, key="F6")
        self.take_one = Button(tr("Take off"), self.take_off, key="Del")
        self.copy = Button(tr("Copy last week"), self.copy_week, key="F8", sign="copy")
        bar = Flow(
            Button(tr("Week before"), lambda: self.go(-1), key="Alt+Left"),
            Button(tr("Next week"), lambda: self.go(1), key="Alt+Right"),
            self.change_one,
            self.take_one,
            self.copy,
        )
        self.model: WindowedTableModel[Row] = WindowedTableModel(
            lambda ids: {id: self._rows[id] for id in ids if id in self._rows}, self._columns(), parent=self
        )
        self.table = TableView(self.model, tr("Duty roster"))
        self.table.set_empty(tr("Nobody works here yet who could be on duty."))
        self.table.current_changed.connect(lambda _id: self._choose())
        self.table.opened.connect(lambda _id: self.put())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(bar)
        column.addWidget(self.week)
        column.addWidget(self.state)
        column.addWidget(self.table, 1)

    def _columns(self) -> list[Column[Row]]:
        name: Column[Row] = Column(
            tr("Officer"), lambda row: row.officer.name if row.officer else tr("Cover"), width=170,
            grow=1, least=118, strong=lambda row: row.officer is None,
        )  # fmt: skip
        return [name, *(self._day(number) for number in range(7))]

    def _day(self, number: int) -> Column[Row]:
        day = self.monday + timedelta(days=number)

        def wide(row: Row) -> int:
            """The reason of a closed day may be cut off: the panel has it in full."""
            return 0 if number in row.closed else cell_width(row.days[number])

        def tone(row: Row) -> Tone:
            if row.officer is not None:
                return Tone.PLAIN
            if number in row.closed:
                return Tone.SOFT
            return Tone.GOOD if number in row.covered else Tone.WRONG

        title = f"{short_weekdays()[number]} {day:%d/%m}"
        # Times that have no name of their own are long: their day takes the room, not every day.
        odd = max((wide(row) for row in self._rows.values()), default=0)
        if odd <= DAY:
            return Column(title, lambda row: row.days[number], width=DAY, grow=1, tone=tone)
        return Column(title, lambda row: row.days[number], width=odd, least=ONE, tone=tone)

    # -- loading ----------------------------------------------------------------------------------------

    def go(self, weeks: int) -> None:
        """To another week."""
        self.monday += timedelta(days=7 * weeks)
        self.load()

    def load(self) -> None:
        """Ask for the week, anew."""
        monday, queries, rules = self.monday, self.room.duty_queries, self.room.rules
        book = self.room.book
        sunday = monday + timedelta(days=6)

        def read(_job: Job[Any]) -> tuple[Any, ...]:
            calendar = rules.calendar()
            hours = [list(calendar.hours(monday + timedelta(days=n))) for n in range(7)]
            days = book.in_force("calendar_day", monday)
            notes = {date.fromisoformat(d): v.row["note"] for (d,), v in days.items() if not v.waits}
            return (
                monday,
                queries.officers(),
                queries.between(monday, sunday),
                queries.gaps(monday, sunday),
                hours,
                notes,
            )

        self._reading.run(read, done=lambda found: self._fill(*found))

    def _fill(
        self,
        monday: date,
        officers: Sequence[Officer],
        duties: list[DutyView],
        gaps: dict[date, list[Span]],
        hours: Sequence[Sequence[Span]],
        notes: Mapping[date, str],
    ) -> None:
        today = self.room.today()
        self.duties, self.gaps = duties, {day: spans for day, spans in gaps.items() if day >= today}
        days = [monday + timedelta(days=n) for n in range(7)]
        self.shut = {day: notes.get(day, "") for n, day in enumerate(days) if not hours[n]}
        closed = frozenset(n for n, day in enumerate(days) if day in self.shut)
        ahead = [day for day in days if day >= today and day not in self.shut]
        covered = frozenset(n for n, day in enumerate(days) if day in ahead and day not in self.gaps)
        said = tuple(self._cover_words(day, hours[n]) for n, day in enumerate(days))
        self._rows = {GAPS: Row(None, said, closed, covered)} if officers else {}
        for officer in officers:
            own = [[(d.start, d.end) for d in self._of(officer.id) if d.day == day] for day in days]
            words = tuple(cell_words(spans, hours[n]) for n, spans in enumerate(own))
            self._rows[officer.id] = Row(officer, words)
        self.model.columns = tuple(self._columns())
        self.table.set_ids(list(self._rows))
        self.table.arrange(self.table.arrangement())  # the widths are those of this week's times
        self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 7)
        self.week.setText(
            tr(
                "Week {first} to {last}",
                first=f"{monday:%d/%m}",
                last=f"{monday + timedelta(days=6):%d/%m/%Y}",
            )
        )
        if not ahead:  # of days past nothing is said: nobody can mend them
            self.state.setText("")
        elif self.gaps:
            self.state.setText(
                tr(
                    "Days from today on with office hours in which nobody is on duty: {count}.",
                    count=len(self.gaps),
                )
            )
        else:
            self.state.setText(tr("At least one officer is on duty in all office hours from today on."))
        self.state.setVisible(bool(ahead))
        self.state.set_tone(Tone.WRONG if self.gaps else Tone.GOOD)
        if self.table.current_id() is None:
            self.table.choose_first()
        self._choose()

    def _cover_words(self, day: date, hours: Sequence[Span]) -> str:
        if day in self.shut:
            return self.shut[day] or tr("closed")
        if day < self.room.today():
            return ""
        return gap_words(self.gaps[day], hours) if day in self.gaps else tr("covered")

    def _of(self, officer: UUID) -> list[DutyView]:
        return [duty for duty in self.duties if duty.officer.id == officer]

    # -- the row in hand --------------------------------------------------------------------------------

    def _choose(self) -> None:
        row = self._rows.get(self.table.current_id() or GAPS)
        if row is None:
            return
        own = bool(self.own())
        self.change_one.setEnabled(own)
        self.take_one.setEnabled(own)
        if row.officer is None:
            empty = {day: tr("nobody: {times}", times=span_words(s)) for day, s in self.gaps.items()}
            shut = {
                day: tr("closed: {reason}", reason=why) if why else tr("closed")
                for day, why in self.shut.items()
            }
            fields = [(day_words(day), words) for day, words in sorted((empty | shut).items())]
            notice = tr("At least one contact officer has to be there in office hours.") if empty else ""
            self.chosen.emit(Details("", tr("Cover"), notice, Tone.ATTENTION, fields))
            return
        fields = [
            (day_words(duty.day), span_words([(duty.start, duty.end)])) for duty in self._of(row.officer.id)
        ]
        contact = " · ".join(part for part in (row.officer.title, row.officer.phone or "") if part)
        self.chosen.emit(Details("", row.officer.name, contact, Tone.INFO, fields))

    @property
    def officer(self) -> UUID | None:
        """The officer in hand."""
        current = self.table.current_id()
        return current if current != GAPS else None

    @property
    def day(self) -> date | None:
        """The day of the table that the keyboard stands on, else today; None where neither can be planned
        in the week in sight."""
        today = self.room.today()
        column = self.table.currentIndex().column()
        stands = self.monday + timedelta(days=column - 1) if column > 0 else today
        there = stands if stands >= today else today
        return there if self.monday <= there < self.monday + timedelta(days=7) else None

    # -- acts -------------------------------------------------------------------------------------------

    def put(self, duty: DutyView | None = None) -> DutyDialog:
        """F2, Enter: an officer on duty at a time of some days of the week; or `duty` at another time."""
        dialog = DutyDialog(self, duty)
        dialog.start("officer")
        return dialog

    def change(self) -> DutyPicker:
        """F6: another officer or another time for one duty."""
        return DutyPicker(self, tr("Which time is to be changed?"), self.put).ask()

    def take_off(self) -> DutyPicker:
        """Delete: off the roster."""
        return DutyPicker(self, tr("Which time is taken off?"), self._take_off).ask()

    def own(self) -> list[DutyView]:
        """The duties of the officer in hand that can still be changed."""
        officer, today = self.officer, self.room.today()
        return [] if officer is None else [duty for duty in self._of(officer) if duty.day >= today]

    def _take_off(self, duty: DutyView) -> None:
        room, entry = self.room, self.room.new_id()
        room.jobs.run(
            self,
            lambda _job: room.duty.take_off(room.person, entry, [duty]),
            done=lambda _: self.say(tr("Taken off the roster.")),
            failed=lambda error: toast(self, room.why(error), tone=Tone.WRONG),
        )

    def copy_week(self) -> None:
        """F8: the week before, once more."""
        room, entry, to = self.room, self.room.new_id(), self.monday
        room.jobs.run(
            self,
            lambda _job: room.duty.copy_week(room.person, entry, to),
            done=lambda count: self.say(tr("{count} times copied from the week before.", count=count)),
            failed=lambda error: toast(self, room.why(error), tone=Tone.WRONG),
        )

    def say(self, words: str) -> None:
        """What was done; the week shows it."""
        toast(self, words)
        self.load()


def cell_words(spans: Sequence[Span], hours: Sequence[Span]) -> str:
    """Times of a day in a narrow cell: of the office's hours by name, where they are all, or one half."""
    times, office = [tuple(span) for span in spans], [tuple(span) for span in hours]
    if times and times == office:
        return tr("all day")
    if len(office) == 2 and len(times) == 1 and times[0] in office:
        return tr("in the morning") if times[0] == office[0] else tr("in the afternoon")
    return short_spans(spans)


def gap_words(spans: Sequence[Span], hours: Sequence[Span]) -> str:
    """Office hours of a day in which nobody is on duty, in a narrow cell."""
    times, office = [tuple(span) for span in spans], [tuple(span) for span in hours]
    if times == office:
        return tr("nobody yet")
    if len(office) == 2 and len(times) == 1 and times[0] in office:
        return tr("nobody a.m.") if times[0] == office[0] else tr("nobody p.m.")
    return tr("nobody: {times}", times=short_spans(spans))


def first_monday(today: date, *, closed: bool) -> date:
    """The Monday of the week that is planned on a day: on a Sunday without office hours that of the next."""
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(days=7) if closed and today.weekday() == 6 else monday
