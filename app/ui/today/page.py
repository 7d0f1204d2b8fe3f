"""The first page: what waits for this person, the most urgent requests, the state of the connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain import people
from app.domain.health import Worry
from app.domain.money import format_money, format_number
from app.queries.readings import Route
from app.queries.requests import RequestRow
from app.queries.today import OfficeWork, SessionView, Today, TodayQueries
from app.sync.loop import SyncState
from app.ui.kit.buttons import Button
from app.ui.kit.flow import FlowLayout
from app.ui.kit.jobs import Job, Lane, Latest
from app.ui.kit.labels import Label
from app.ui.kit.page import Page, State, scrolled
from app.ui.kit.pills import Pill
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import RIGHT, Column, WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.ui.requests.intake import IntakeDialog
from app.ui.requests.room import RequestRoom
from app.ui.requests.words import DUE_WIDTH, Due, contact_words, day_words, due_of, one_line, said, short_code
from app.ui.rules.words import span_words
from app.ui.shell.health import health_words, tone_of
from app.ui.sync.words import standing, sync_sentence
from app.ui.today.tiles import Tile
from app.words import tr

EVERY = 60_000
"""How often, in ms, everything is counted anew."""
TABLES = frozenset(
    {
        "bill",
        "customer",
        "reading",
        "receipt",
        "request",
        "request_event",
        "reversal",
        "session_closed",
        "session_opened",
    }
)
"""A change of these may change what waits."""


Counted = tuple[OfficeWork, Sequence[tuple[int, int]]]


class TodayPage(Page):
    """What waits today. Each tile emits `record_asked(section, filter)`, each request
    `record_asked("requests", its id)`."""

    def __init__(self, today: TodayQueries, room: RequestRoom, parent: QWidget | None = None) -> None:
        super().__init__(tr("Today"), parent)
        self.room, self._today = room, today
        roles = room.person.roles
        self._sees_requests = people.may(roles, "requests.register")
        self._reads_meters = people.may(roles, "readings.enter")
        self._now: datetime = room.now()
        self._calendar = room.rules.calendar()
        self._rows: dict[UUID, RequestRow] = {}
        self._routes: dict[str, Route] = {}
        self._period = ""
        self._reading = Latest(room.jobs, self, Lane.IO)
        self._counting = Latest(room.jobs, self, Lane.IO)
        self.add_search()
        if self._sees_requests:
            self.set_primary(tr("Receive"), self.receive)
        self.tiles: dict[str, Tile] = {}
        self._make_tiles()
        self.steps = self._make_steps()
        self.steps.hide()
        self.lists = QWidget()
        """What is below the tiles; an empty office has its first steps there instead."""
        self.urgent = self._make_urgent()
        self.routes = self._make_routes()
        self._gap = Label(tone=Tone.ATTENTION, wrap=True)
        """The office hours of today in which nobody is at the contact desk."""
        self._gap.hide()
        self._health = Label(tone=Tone.ATTENTION, wrap=True)
        """What the PC itself lacks, and what to do about it."""
        self._health.hide()
        self._sync = Pill("", Tone.SOFT)
        self._sync_words = Label(tone=Tone.SOFT)
        self._lay_out()
        self._ticking = QTimer(self, interval=EVERY)
        self._ticking.timeout.connect(lambda: self.recount() if self.isVisible() else None)
        self._ticking.start()

    # -- what the window calls --------------------------------------------------------------------------

    def first_opened(self) -> None:
        next(iter(self.tiles.values())).setFocus()

    def opened(self) -> None:
        self.recount()

    def refresh(self, tables: frozenset[str]) -> None:
        """Something was written, here or by another desk; the window calls this on the UI thread."""
        if tables & TABLES and self.isVisible():
            self.reload()

    def show_sync(self, state: SyncState) -> None:
        """How it stands with the head office, in a sentence."""
        last = ""
        if state.last_contact is not None:
            last = day_words(state.last_contact, self.room.now(), self.room.zone)
        self._sync_words.setText(sync_sentence(state, last))
        now = standing(state)
        self._sync.show_state(now.word, now.tone, now.sign)

    def show_health(self, worries: Sequence[Worry]) -> None:
        """The most urgent of what the PC itself lacks; the settings tell all."""
        self._health.setText(health_words(worries[:1]))
        self._health.set_tone(tone_of(worries[0]) if worries else Tone.ATTENTION)
        self._health.setVisible(bool(worries))

    def receive(self) -> IntakeDialog:
        """F2: take in a new request."""
        dialog = IntakeDialog(self.room, self.window())
        dialog.registered.connect(lambda _done: self.reload())
        dialog.record_asked.connect(lambda id: self.record_asked.emit("requests", id))
        dialog.start()
        return dialog

    def reload(self) -> None:
        """Asks anew what is known at once."""
        self._now = now = self.room.now()
        self._calendar = self.room.rules.calendar()
        self.set_count(f"{long_day(now.astimezone(self.room.zone).date())} · {self.room.person.name}")
        person, today = self.room.person, self._today
        self._reading.run(
            lambda _job: today.today(person.id, person.roles, now),
            done=self._show,
            failed=lambda error: self.show_state(State.WRONG, self.room.why(error)),
        )

    def recount(self) -> None:
        """Asks anew also what takes a moment: it goes over all connections and bills of the office."""
        self.reload()
        roles, today, duty, now = self.room.person.roles, self._today, self.room.duty, self._now

        def count(_job: Job[Counted]) -> Counted:
            return today.office_work(roles, now), duty.gaps_left(now)

        def show(counted: Counted) -> None:
            work, gaps = counted
            self._show_work(work)
            self._show_gaps(gaps)

        self._counting.run(count, done=show)

    # -- how it is laid out -----------------------------------------------------------------------------

    def _make_tiles(self) -> None:
        roles = self.room.person.roles

        def tile(key: str, title: str, sign: str, section: str, record: object = "") -> None:
            made = Tile(title, sign)
            made.clicked.connect(lambda _checked=False: self.record_asked.emit(section, record))
            self.tiles[key] = made

        if self._sees_requests:
            tile("overdue", tr("Requests overdue"), "alert-circle", "requests", "overdue")
            if self.room.viewer.leader or self.room.viewer.heads:
                tile("escalated", tr("Escalated to me"), "alert-triangle", "requests", "escalated")
            tile("due", tr("Due today"), "clock", "requests", "today")
            tile("tell", tr("To be told"), "phone", "requests", "tell")
        if people.may(roles, "cash.collect"):
            tile("session", tr("Cash session"), "cash", "cash")
        if self._reads_meters:
            tile("routes", tr("Routes to finish"), "gauge", "readings")
        if people.may(roles, "billing.run"):
            tile("bills", tr("Not billed yet"), "file-invoice", "bills", "unbilled")
            tile("arrears", tr("Overdue debt"), "wallet", "bills", "overdue")
        if people.may(roles, "exceptions.settle"):
            tile("exceptions", tr("Needs attention"), "alert-triangle", "exceptions")
        if not self.tiles:
            tile("customers", tr("Customers"), "users", "customers")

    def _make_steps(self) -> QWidget:
        """What an empty office does first, by what this person may."""
        roles = self.room.person.roles
        bring = tr("Bring in the list of customers from Excel")
        steps = [
            ("customers.import", bring, tr("Import"), "import", "F7"),
            ("customers.edit", tr("Or add a customer by hand"), tr("Add a customer"), "add", "F8"),
            ("requests.register", tr("Receive a first request"), tr("Receive"), "", "F2"),
        ]
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(Label(tr("This office is empty still. First steps:"), bold=True))
        number = 0
        for act, words, verb, begun, key in steps:
            if people.may(roles, act):
                number += 1
                row = QHBoxLayout()
                line = Label(f"{number}.  {words}")
                line.setMinimumWidth(px(330))
                row.addWidget(line)
                way = self._way_to(begun) if begun else self.receive
                row.addWidget(Button(verb, way, key=key, bound=bool(begun)))  # F2 is the page's own act
                row.addStretch(1)
                column.addLayout(row)
        return box

    def _way_to(self, begun: str) -> Callable[[], object]:
        return lambda: self.record_asked.emit("customers", begun)

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        column.addWidget(self._health)
        tiles = QWidget()
        flow = FlowLayout(tiles, columns=True)
        for each in self.tiles.values():
            flow.addWidget(each)
        column.addWidget(tiles)
        column.addWidget(self.steps)
        lists = QVBoxLayout(self.lists)
        lists.setContentsMargins(0, 0, 0, 0)
        if self._sees_requests:
            lists.addWidget(Label(tr("The most urgent requests"), bold=True))
            lists.addWidget(self.urgent, 1)
        elif self._reads_meters:
            lists.addWidget(Label(tr("Routes to finish"), bold=True))
            lists.addWidget(self.routes, 1)
        column.addWidget(self.lists, 1000)
        column.addStretch(1)
        column.addWidget(self._gap)
        foot = QHBoxLayout()
        foot.setSpacing(px(8))
        foot.addWidget(self._sync)
        foot.addWidget(self._sync_words, 1)
        column.addLayout(foot)
        self.set_body(scrolled(body))
        self.show_sync(SyncState("never", 0, None))

    def _make_urgent(self) -> TableView:
        room = self.room

        def late(row: RequestRow) -> bool:
            return row.late(self._now)

        def due(row: RequestRow) -> Due:
            return due_of(row, self._now, self._calendar, room.by_the_clock(row))

        columns: list[Column[RequestRow]] = [
            Column(tr("Code"), lambda r: short_code(r.code, room.desk), mono=True, width=134, grow=1),
            Column(tr("Content"), lambda r: one_line(said(r)), strong=late, width=220, grow=4),
            Column(tr("Customer"), lambda r: contact_words(r, tr), width=150, grow=2, gives_way=1),
            Column(tr("Handled by"), lambda r: room.unit_name(r.unit_code), width=150, grow=2, gives_way=2),
            Column(
                tr("Due"),
                lambda r: due(r).text,
                align=RIGHT,
                tone=lambda r: due(r).tone,
                sign=lambda r: due(r).sign,
                width=DUE_WIDTH,
            ),
        ]
        model = WindowedTableModel(lambda ids: {id: self._rows[id] for id in ids}, columns, parent=self)
        table = TableView(model, tr("The most urgent requests"), parent=self)
        table.opened.connect(lambda id: self.record_asked.emit("requests", id))
        table.set_empty(tr("No open request waits for you."))
        table.setVisible(self._sees_requests)
        return table

    def _make_routes(self) -> TableView:
        def number(count: int) -> str:
            return format_number(count, tr.language)

        columns: list[Column[Route]] = [
            Column(tr("Route"), lambda r: r.code or tr("without a route"), width=200, grow=2),
            Column(tr("Meters"), lambda r: number(r.total), align=RIGHT, width=120, grow=1),
            Column(tr("Read"), lambda r: number(r.done) if r.done else "", align=RIGHT, width=120, grow=1),
            Column(tr("Left"), lambda r: number(r.total - r.done), align=RIGHT, width=120, grow=1),
        ]
        model = WindowedTableModel(lambda ids: {id: self._routes[id] for id in ids}, columns, parent=self)
        table = TableView(model, tr("Routes to finish"), parent=self)
        table.opened.connect(lambda code: self.record_asked.emit("readings", (code, self._period)))
        table.set_empty(tr("Every route has been read."))
        table.setVisible(not self._sees_requests and self._reads_meters)
        return table

    # -- what it shows ----------------------------------------------------------------------------------

    def _show(self, today: Today) -> None:
        counts = today.requests
        for key, count, tone in (
            ("overdue", counts.overdue, Tone.WRONG),
            ("escalated", counts.escalated, Tone.WRONG),
            ("due", counts.today, Tone.ATTENTION),
            ("tell", counts.tell, Tone.INFO),
        ):
            if key in self.tiles:
                detail = (
                    tr("{count} open in all", count=counts.open) if key == "overdue" and counts.open else ""
                )
                self.tiles[key].show_number(str(count), detail, tone if count else Tone.SOFT)
        if "session" in self.tiles:
            self._show_session(today.session)
        if "customers" in self.tiles:
            self.tiles["customers"].show_number("→")
        self.steps.setHidden(today.started)
        self.lists.setVisible(today.started or bool(today.urgent))
        self._rows = {row.id: row for row in today.urgent}
        self.urgent.set_ids(list(self._rows))
        self.show_body()

    def _show_session(self, session: SessionView | None) -> None:
        tile, room = self.tiles["session"], self.room
        if session is None:
            tile.show_number(tr("Not open"), tr("Open it before taking money."), Tone.SOFT)
            return
        money = format_money(session.expected, room.rules.utility.currency, tr.language)
        since = day_words(session.opened_at, self._now, room.zone)
        yesterday = session.opened_at.astimezone(room.zone).date() != self._now.astimezone(room.zone).date()
        tile.show_number(
            money,
            tr("{count} receipts · open since {when}", count=session.receipts, when=since),
            Tone.ATTENTION if yesterday else Tone.PLAIN,
        )

    def _show_work(self, work: OfficeWork) -> None:
        if work.routes is not None:
            left = sum(route.total - route.done for route in work.routes)
            first = next((route for route in work.routes if route.done), None)
            detail = tr("{count} meters left", count=format_number(left, tr.language)) if left else ""
            if first is not None:
                name = first.code or tr("without a route")
                detail += " · " + tr("{route}: {count} left", route=name, count=first.total - first.done)
            self._number("routes", len(work.routes), detail)
            self._routes, self._period = {route.code: route for route in work.routes}, work.period
            self.routes.set_ids(list(self._routes))
        if work.not_billed is not None:
            month = f"{work.period[5:]}/{work.period[:4]}"
            self._number("bills", work.not_billed, tr("Read in {month}", month=month), Tone.ATTENTION)
        if work.arrears is not None and work.late_bills is not None:
            money = format_money(work.arrears, self.room.rules.utility.currency, tr.language)
            bills = tr("{count} bills overdue", count=format_number(work.late_bills, tr.language))
            tile = self.tiles["arrears"]
            if work.arrears:
                tile.show_number(money, bills, Tone.ATTENTION)
            else:
                tile.show_number(money, "", Tone.SOFT)
        if work.exceptions is not None:
            self._number(
                "exceptions", work.exceptions, tr("Records that disagree: a person decides"), Tone.WRONG
            )

    def _show_gaps(self, gaps: Sequence[tuple[int, int]]) -> None:
        """Says when today nobody is at the contact desk, to those who work there."""
        self._gap.setText(tr("Nobody is on duty at the contact desk today: {times}", times=span_words(gaps)))
        self._gap.setVisible(bool(gaps) and self._sees_requests)

    def _number(self, key: str, count: int, detail: str, tone: Tone = Tone.PLAIN) -> None:
        number = format_number(count, tr.language)
        self.tiles[key].show_number(number, detail if count else "", tone if count else Tone.SOFT)


def long_day(day: date) -> str:
    """A day as a letter begins: "Thứ sáu, 20/11/2026"."""
    names = (
        tr("Monday"),
        tr("Tuesday"),
        tr("Wednesday"),
        tr("Thursday"),
        tr("Friday"),
        tr("Saturday"),
        tr("Sunday"),
    )
    return f"{names[day.weekday()]}, {day:%d/%m/%Y}"
