"""The list of requests: filters with counts, and the table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain import names, people
from app.domain.requests import UNTOLD
from app.queries.request_lists import FILTERS
from app.queries.requests import Counts, RequestRow
from app.services.requests import Registered
from app.ui.kit.buttons import Filter, FilterChips
from app.ui.kit.flow import YieldingBar
from app.ui.kit.inputs import SearchEdit
from app.ui.kit.jobs import Lane, Latest
from app.ui.kit.page import Page, State
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import RIGHT, Column, WindowedTableModel
from app.ui.kit.toast import toast
from app.ui.requests.inspector import RequestInspector
from app.ui.requests.intake import IntakeDialog
from app.ui.requests.room import RequestRoom
from app.ui.requests.words import DUE_WIDTH, due_of, one_line, short_code
from app.words import tr

EVERY = 30_000
"""How often, in ms, the words of due times are brought up to date."""
TABLES = frozenset({"request", "request_event", "customer"})
"""A change of these concerns the page."""


class RequestsPage(Page):
    """The requests of the office. `show_record` takes a request's id or the key of a filter."""

    def __init__(self, room: RequestRoom, parent: QWidget | None = None) -> None:
        super().__init__(tr("Requests"), parent)
        self.room = room
        self._now: datetime = room.now()
        self._calendar = room.rules.calendar()
        self._sort: tuple[str, bool] = ("due", False)
        self._wanted: UUID | None = None
        self._apart: UUID | None = None
        self._afresh = False
        self._held = False
        self._reading = Latest(room.jobs, self, Lane.IO)
        self._counting = Latest(room.jobs, self, Lane.IO)
        self.add_search()
        if people.may(room.person.roles, "requests.register"):
            self.set_primary(tr("Receive"), self.receive)
        self.chips = FilterChips(self._filters(None), tr("Which requests"))
        self.search = SearchEdit(tr("Find  Ctrl+F"))
        self.add_bar(YieldingBar(self.chips, self.search, least=56, most=150))
        self.model: WindowedTableModel[RequestRow] = WindowedTableModel(
            room.queries.rows, self._columns(), dim=lambda r: r.state == "closed", parent=self
        )
        self.table = TableView(self.model, tr("Requests"))
        self.table.show_sorted("due")
        self.search.leads_to(self.table)
        self.set_body(self.table)
        self.inspector = RequestInspector(room)
        self.inspector.done.connect(self._did)
        self.set_inspector(self.inspector)
        self.table.current_changed.connect(self._moved)
        self.table.clicked.connect(lambda _at: self._come_back())
        self.table.opened.connect(lambda _id: self._main_act())
        self.table.sort_asked.connect(self._sort_by)
        self.table.typed.connect(self._type_on)
        self.chips.chosen.connect(lambda _key: self._filtered())
        self.search.searched.connect(lambda _text: self._search_anew())
        QShortcut(QKeySequence("Ctrl+F"), self, self.search.setFocus)
        self._ticking = QTimer(self, interval=EVERY)
        self._ticking.timeout.connect(self._tick)
        self._ticking.start()

    # -- what the window calls --------------------------------------------------------------------------

    def first_opened(self) -> None:
        self.table.setFocus()

    def opened(self) -> None:
        self.reload()

    def show_record(self, record: object) -> bool:
        """Goes to the request of an id, or chooses the filter of a key."""
        if isinstance(record, str) and record in FILTERS:
            self.chips.choose(record)
            return True
        if not isinstance(record, UUID):
            return False
        story = self.room.queries.story(record, self.room.viewer)
        if story is None:
            return False
        self._wanted = record
        self._afresh = True
        self.search.clear()
        if self.model.place_of(record) < 0:
            self.chips.choose("all" if story.row.state == "closed" else "open")
        self.reload()
        return True

    def refresh(self, tables: frozenset[str]) -> None:
        """Something was written, here or by another desk; the window calls this on the UI thread."""
        if tables & TABLES and self.isVisible():
            self.reload()

    def receive(self) -> IntakeDialog:
        """F2: take in a new request."""
        dialog = IntakeDialog(self.room, self.window())
        dialog.registered.connect(self._received)
        dialog.record_asked.connect(self.show_record)
        dialog.start()
        return dialog

    # -- the list ---------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Asks for the list and the counts anew; the keyboard stays on its row."""
        self._now = now = self.room.now()
        self._calendar = self.room.rules.calendar()
        room, key, words, (sort, down) = self.room, self.chips.key(), self.search.text(), self._sort
        self._reading.run(
            lambda _job: room.queries.ids(key, room.viewer, now, words, sort, down),
            done=self._show,
            failed=lambda error: self.show_state(State.WRONG, room.why(error)),
        )
        self._counting.run(lambda _job: room.queries.counts(room.viewer, now), done=self._show_counts)

    def _show(self, ids: Sequence[UUID]) -> None:
        stood = self.table.current_id()
        place = -1 if stood is None else self.model.place_of(stood)
        afresh, self._afresh = self._afresh, False
        if not ids and self.chips.key() == "all" and not self.search.text().strip():
            self._nothing_yet()
            return
        self._held = True
        self.table.set_empty(self._empty_words())
        self.table.set_ids(ids)
        self._held = False
        self.show_body()
        wanted, self._wanted = self._wanted, None
        if afresh or (self._apart is not None and self.model.place_of(self._apart) >= 0):
            self._apart = None
        elif wanted is None and stood is not None and self.model.place_of(stood) < 0:
            # What the keyboard stood on has left the list, by an act here or elsewhere. It stays in sight:
            # were the next one shown in its place, the next key would act on another customer's request.
            self._apart = self._apart or stood
        self._held = True
        if wanted is not None:
            self.table.choose(wanted)
        elif self._apart is not None and ids:
            now = self.table.current_id()
            self.table.stand_at(min(place, len(ids) - 1) if now is None else self.model.place_of(now))
        if self.table.current_id() is None:
            self.table.choose_first()
        self._held = False
        self.inspector.show_request(self._apart or self.table.current_id())

    def _moved(self, request_id: UUID | None) -> None:
        """The person went to another row."""
        if not self._held:
            self._apart = None
            self.inspector.show_request(request_id)

    def _come_back(self) -> bool:
        """From a request that has left the list to the row the keyboard stands on; False if it is there."""
        stands = self.table.current_id()
        if self._apart is None or stands is None:
            return False
        self._apart = None
        self.table.choose(stands)
        self.inspector.show_request(stands)
        return True

    def _search_anew(self) -> None:
        self._afresh = True
        self.reload()

    def _nothing_yet(self) -> None:
        sentence = tr("No request has been received yet.")
        self.inspector.show_nothing(tr("The chosen request is shown here."))
        self.show_state(State.EMPTY, sentence, tr("Receive the first one"), self.receive)

    def _empty_words(self) -> str:
        words = self.search.text().strip()
        if words:
            return tr("Nothing found for “{text}” here. Try “All”, or part of the code.", text=words)
        return {
            "mine": tr("No open request is yours. “All open” shows the others'."),
            "overdue": tr("Nothing is overdue."),
            "today": tr("Nothing more is due today."),
            "tell": tr("Every customer with an answer has been told."),
            "open": tr("No request is open."),
        }.get(self.chips.key(), "")

    def _show_counts(self, counts: Counts) -> None:
        self.chips.show_counts(self._filters(counts))
        said = tr("{count} open", count=counts.open)
        if counts.overdue:
            said += " · " + tr("{count} overdue", count=counts.overdue)
        self.set_count(said)

    def _filters(self, counts: Counts | None) -> list[Filter]:
        titles = {
            "mine": tr("My work"),
            "overdue": tr("Overdue"),
            "today": tr("Due today"),
            "tell": tr("To be told"),
            "open": tr("All open"),
            "all": tr("All"),
        }
        return [Filter(key, title, getattr(counts, key, None)) for key, title in titles.items()]

    def _filtered(self) -> None:
        self._sort = ("received", True) if self.chips.key() == "all" else ("due", False)
        self.table.show_sorted(*self._sort)
        self._afresh = True
        self.reload()

    def _sort_by(self, key: str, descending: bool) -> None:
        self._sort = (key, descending)
        self.reload()

    def _type_on(self, text: str) -> None:
        self.search.setFocus()
        self.search.setText(text)

    def _tick(self) -> None:
        if self.isVisible() and not self.room.jobs.busy:
            self.reload()

    def _columns(self) -> list[Column[RequestRow]]:
        room = self.room

        def strong(row: RequestRow) -> bool:
            return row.late(self._now) or row.state in UNTOLD

        return [
            Column(tr("Code"), lambda r: short_code(r.code, room.desk), mono=True, width=116, sort="code"),
            Column(tr("Content"), lambda r: one_line(r.words), strong=strong, width=176, grow=4),
            Column(tr("Customer"), lambda r: r.contact_name, width=140, grow=2, gives_way=1),
            Column(tr("Handled by"), lambda r: room.unit_name(r.unit_code), width=136, grow=2, gives_way=2),
            Column(tr("State"), lambda r: names.states(tr)[r.state], width=114, gives_way=3),
            Column(
                tr("Due"),
                lambda r: due_of(r, self._now, self._calendar).text,
                align=RIGHT,
                tone=lambda r: due_of(r, self._now, self._calendar).tone,
                sign=lambda r: due_of(r, self._now, self._calendar).sign,
                width=DUE_WIDTH,
                sort="due",
            ),
        ]

    # -- the one chosen ---------------------------------------------------------------------------------

    def _main_act(self) -> None:
        """Enter: what comes next for this request."""
        if not self._come_back():
            self.inspector.main_act()

    def _did(self, said: str) -> None:
        if said:
            toast(self, said)
        self.reload()

    def _received(self, done: Registered) -> None:
        self._wanted = done.id
        self._afresh = True
        self.chips.choose("all" if done.closed else "mine")
        self.reload()
