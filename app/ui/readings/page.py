"""The routes of a period, and the sheet of the chosen one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import AppError
from app.domain.money import format_number
from app.queries.readings import Entered, Route, SheetLine
from app.services.readings import EnterReading
from app.ui.customers.words import mean_words, period_words, quantity_words
from app.ui.imports.readings import ReadingImport
from app.ui.imports.wizard import ImportDialog
from app.ui.imports.workbook import WorkbookWay
from app.ui.kit.buttons import Button
from app.ui.kit.days import DateEdit
from app.ui.kit.forms import put_value, value_of
from app.ui.kit.jobs import Lane, Latest
from app.ui.kit.labels import Label
from app.ui.kit.letters import LetterBox
from app.ui.kit.page import Page, State
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import RIGHT, Column, WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.ui.readings.lines import Line, Sheet
from app.ui.readings.room import ReadingRoom, periods
from app.ui.readings.sheet import SheetView
from app.words import tr

TABLES = frozenset({"reading", "connection", "meter", "customer", "bill"})
"""A change of these concerns the page."""
ROUTES_WIDTH = 176


class ReadingsPage(Page):
    """Choose a route, then type from top to bottom: Enter saves the line and goes to the next.

    `show_record` takes (route, period). Signal `all_saved()` when the last line under way has been settled.
    """

    all_saved = Signal()

    def __init__(self, room: ReadingRoom, parent: QWidget | None = None) -> None:
        super().__init__(tr("Readings"), parent)
        self.room = room
        self._route: str | None = None
        self._wanted: str | None = None
        self._saving = 0
        self._stale = False
        self._counting = Latest(room.jobs, self, Lane.IO)
        self._reading = Latest(room.jobs, self, Lane.IO)
        if room.may_import:
            self.add_act(Button(tr("Import from Excel"), self.import_, key="F7", sign="file-spreadsheet"))
        self.period = LetterBox()
        for each in periods(room.today()):
            self.period.addItem(period_words(each), each)
        self.period.setAccessibleName(tr("Period"))
        self.period.currentIndexChanged.connect(lambda _at: self._change_period())
        self.read_on = DateEdit()
        self.read_on.setAccessibleName(tr("Read on"))
        put_value(self.read_on, room.today())
        for caption, editor in ((tr("&Period"), self.period), (tr("Read &on"), self.read_on)):
            name = Label(caption, tone=Tone.SOFT)
            name.setBuddy(editor)
            self.add_act(name)
            self.add_act(editor)
        self.routes: WindowedTableModel[Route] = WindowedTableModel(
            self._route_rows, self._route_columns(), dim=lambda r: r.done >= r.total, parent=self
        )
        self._known: dict[str, Route] = {}
        self.route_list = TableView(self.routes, tr("Routes"), dense=True)
        self.route_list.setFixedWidth(min(px(ROUTES_WIDTH), ROUTES_WIDTH * 5 // 4))
        self.route_list.set_empty(tr("No route has a meter yet."))
        self.route_list.current_changed.connect(self._choose_route)
        self.sheet = Sheet()
        self.view = SheetView(self.sheet, room.unit, writable=room.may_enter)
        self.route_list.opened.connect(lambda _route: self.view.take_focus())
        self.view.index_entered.connect(self.enter_line)
        self.view.typed_index.connect(lambda _value: self._say_line())
        self.view.line_changed.connect(self._say_line)
        self.view.set_empty(tr("Choose a route."))
        self.said = Label(wrap=True)
        self.said.setMinimumHeight(px(32))
        self.left = Label(tone=Tone.SOFT)
        self.roll = Button(tr("Dial past its end"), self.roll_over, key="F8")
        self.roll.hide()
        self.set_body(self._body_of())
        QShortcut(QKeySequence("F3"), self, self.route_list.setFocus)

    def _body_of(self) -> QWidget:
        body = QWidget()
        foot = QHBoxLayout()
        foot.setSpacing(px(12))
        foot.addWidget(self.said, 1)
        foot.addWidget(self.roll)
        foot.addWidget(self.left)
        work = QVBoxLayout()
        work.setSpacing(px(8))
        work.addWidget(self.view, 1)
        work.addLayout(foot)
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(12))
        row.addWidget(self.route_list)
        row.addLayout(work, 1)
        return body

    # -- what the window calls --------------------------------------------------------------------------

    def first_opened(self) -> None:
        self.route_list.setFocus()

    def opened(self) -> None:
        self.reload()

    def refresh(self, tables: frozenset[str]) -> None:
        """Something was written, here or by another desk."""
        if not tables & TABLES or not self.isVisible():
            return
        if self._saving:
            self._stale = True  # once, when the lines under way are saved, and not for each
        else:
            self.reload()

    def show_record(self, record: object) -> bool:
        """Goes to a route of a period."""
        match record:
            case (str() as route, str() as period) if self.period.findData(period) >= 0:
                self.period.setCurrentIndex(self.period.findData(period))
                self._wanted = route
                self.reload()
                return True
        return False

    def may_leave(self) -> bool:
        """Lines that were typed and not entered would be lost."""
        return not any(line.touched for line in self.sheet.lines.values())

    # -- routes -----------------------------------------------------------------------------------------

    @property
    def chosen_period(self) -> str:
        """The period in sight, as "2026-11"."""
        return str(self.period.currentData())

    def reload(self) -> None:
        """Asks for the routes and the sheet anew; what is being typed stays."""
        queries, period = self.room.queries, self.chosen_period
        self._counting.run(
            lambda _job: queries.routes(period),
            done=self._show_routes,
            failed=lambda error: self.show_state(State.WRONG, self.room.why(error)),
        )
        if self._route is not None:
            self._ask_for_sheet(afresh=False)

    def _show_routes(self, routes: Sequence[Route]) -> None:
        if not routes:
            self.set_count("")
            self.show_state(
                State.EMPTY, tr("There is no meter to read yet. Add customers with their meters first.")
            )
            return
        self.show_body()
        self._known = {each.code: each for each in routes}
        self._say_count()
        if self.routes.ids == list(self._known):
            self.routes.forget()
        else:
            self.route_list.set_ids(list(self._known))
        wanted, self._wanted = self._wanted, None
        if wanted is not None and self.route_list.choose(wanted):
            return
        if self.route_list.current_id() is None:
            open_ = next((r.code for r in routes if r.done < r.total), routes[0].code)
            self.route_list.choose(open_)

    def _say_count(self) -> None:
        """All routes together, from what the list of routes shows."""
        known = self._known.values()
        done, total = (
            format_number(sum(n), tr.language) for n in ([r.done for r in known], [r.total for r in known])
        )
        self.set_count(tr("{done} of {total} meters read", done=done, total=total))

    def _route_rows(self, ids: Sequence[Any]) -> dict[Any, Route]:
        return {each: self._known[each] for each in ids if each in self._known}

    def _route_columns(self) -> list[Column[Route]]:
        return [
            Column(tr("Route"), lambda r: r.code or tr("(no route)"), mono=True, width=76, grow=1),
            Column(tr("Read"), lambda r: f"{r.done}/{r.total}", align=RIGHT, width=88, grow=1),
        ]

    def _choose_route(self, route: object) -> None:
        if isinstance(route, str) and route != self._route:
            self._route = route
            self._ask_for_sheet(afresh=True)

    def _change_period(self) -> None:
        if self._route is not None:
            self._ask_for_sheet(afresh=True)
        self.reload()

    # -- the sheet --------------------------------------------------------------------------------------

    def _ask_for_sheet(self, *, afresh: bool) -> None:
        queries, period, route = self.room.queries, self.chosen_period, self._route or ""
        self._reading.run(
            lambda _job: queries.sheet(route, period),
            done=lambda lines: self._show_sheet(lines, afresh),
            failed=lambda error: self.show_state(State.WRONG, self.room.why(error)),
        )

    def _show_sheet(self, lines: Sequence[SheetLine], afresh: bool) -> None:
        stood = None if afresh else self.view.current_id()
        self.sheet.show(lines, afresh=afresh)
        self.view.show_sheet(stood if stood in self.sheet.lines else self.sheet.first_left())

    def enter_line(self) -> None:
        """Enter: saves the line in hand and goes to the next at once."""
        line = self.view.line
        if line is None:
            return
        id = line.of.connection_id
        if not line.touched or line.typed is None:
            self._next_line(id, unread=not line.done)
            return
        try:
            judged = line.judge()
        except AppError as error:
            line.refusal = self.room.why(error)
            self._touched_line(line)
            return
        assert judged is not None
        if "lower" in judged.flags and not line.warned:
            line.warned = True
            self._say_line()
            return
        self._save(line, line.typed)
        self._next_line(id, unread=True)

    def _save(self, line: Line, present: int) -> None:
        room, of = self.room, line.of
        read_on = value_of(self.read_on)
        assert isinstance(read_on, date)
        new = EnterReading(
            entry_id=room.new_id(),
            connection_id=of.connection_id,
            meter_id=of.meter_id,
            period=self.chosen_period,
            read_on=read_on,
            present=present,
            rolled_over=line.rolled_over,
            replaces=of.entered.id if of.entered else None,
        )
        line.saving, line.refusal = True, ""
        self._saving += 1
        room.jobs.run(
            self,
            lambda _job: room.readings.enter(room.person, new),
            done=lambda entered: self._saved(of.connection_id, entered),
            failed=lambda error: self._refused(of.connection_id, error),
            settled=self._settled,
        )
        self.view.repaint_line(of.connection_id)

    def _saved(self, id: UUID, entered: Entered) -> None:
        before = self.sheet.lines.get(id)
        first = before is not None and before.entered is None
        self.sheet.saved(id, entered)
        self.view.repaint_line(id)
        route = self._known.get(self._route or "")
        if first and route is not None:
            self._known[route.code] = Route(route.code, route.total, min(route.done + 1, route.total))
            self.routes.forget(frozenset((route.code,)))
            self._say_count()
        self._say_line()

    def _refused(self, id: UUID, error: AppError) -> None:
        self.sheet.refused(id, self.room.why(error))
        self.view.repaint_line(id)
        self._say_line()

    def _settled(self) -> None:
        self._saving -= 1
        if self._saving:
            return
        if self._stale:
            self._stale = False
            self.reload()
        self.all_saved.emit()

    def _next_line(self, id: UUID, *, unread: bool) -> None:
        """The keyboard goes on: to the next line, or to the next that is still to be read if there is one."""
        following = self.sheet.next_left(id) if unread else None
        following = following or self.sheet.after(id)
        if following is not None:
            self.view.choose(following)
        self.view.take_focus()
        self._say_line()

    def _touched_line(self, line: Line) -> None:
        self.view.repaint_line(line.of.connection_id)
        self._say_line()

    def roll_over(self) -> None:
        """F8: the dial of the line in hand went past its end."""
        line = self.view.line
        if line is not None and self._may_roll(line):
            line.rolled_over = not line.rolled_over
            self._touched_line(line)
            self.view.take_focus()

    @staticmethod
    def _may_roll(line: Line) -> bool:
        shown = line.shown
        return line.touched and line.of.digits is not None and shown is not None and shown < line.of.previous

    # -- what is said of the line in hand ---------------------------------------------------------------

    def _say_line(self) -> None:
        line = self.view.line
        self.roll.setVisible(line is not None and self._may_roll(line))
        text, tone = ("", Tone.SOFT) if line is None else self._line_words(line)
        self.left.setText(self._sum_words() if self.sheet.order else "")
        self.said.setText(text)
        self.said.set_tone(tone)

    def _line_words(self, line: Line) -> tuple[str, Tone]:
        if line.refusal:
            return line.refusal, Tone.WRONG
        if not line.touched:
            return "", Tone.SOFT
        try:
            judged = line.judge()
        except AppError as error:
            return self.room.why(error), Tone.WRONG
        if judged is None or not judged.flags:
            return "", Tone.SOFT
        use, usual = quantity_words(judged.usage) or "0", mean_words(line.of.usual or 0)
        unit, previous = self.room.unit, quantity_words(judged.previous) or "0"
        sentences = {
            "lower": tr(
                "Lower than {previous}. Look at it again; Enter once more keeps it to be checked.",
                previous=previous,
            ),
            "far_above": tr("{use} {unit}, usually {usual}. Is it right?", use=use, usual=usual, unit=unit),
            "far_below": tr(
                "Only {use} {unit}, usually {usual}. Is it right?", use=use, usual=usual, unit=unit
            ),
            "zero": tr("No use since the last reading. Is the house empty, or does the meter stand still?"),
            "rolled_over": tr("The dial went past its end: {use} {unit}.", use=use, unit=unit),
        }
        flag = judged.flags[0]
        wrong = flag == "lower"
        return sentences.get(flag, ""), Tone.WRONG if wrong else Tone.ATTENTION

    def _sum_words(self) -> str:
        unsaved = sum(line.touched and not line.saving for line in self.sheet.lines.values())
        parts = []
        if self.sheet.left:
            left, all_ = (format_number(n, tr.language) for n in (self.sheet.left, len(self.sheet.order)))
            parts.append(tr("{left} of {all} still to be read", left=left, all=all_))
        else:
            parts.append(tr("All {all} meters of the route are read.", all=len(self.sheet.order)))
        if self.sheet.odd:
            parts.append(tr("{count} abnormal", count=self.sheet.odd))
        if unsaved:
            parts.append(tr("{count} typed and not entered", count=unsaved))
        return " · ".join(parts)

    # -- import -----------------------------------------------------------------------------------------

    def import_(self) -> ImportDialog:
        """F7: the readings of a workbook."""
        room = self.room
        task = ReadingImport(room, self.chosen_period)
        dialog = ImportDialog(WorkbookWay(task), room.jobs, room.papers, room.why, self.window())
        dialog.imported.connect(self.reload)
        dialog.start()
        return dialog
