"""The list of requests: filters with counts, and the table."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain import people
from app.domain.money import format_number
from app.queries.request_lists import EVERYTHING, FILTERS
from app.queries.requests import Counts, RequestRow
from app.services.requests import Registered
from app.ui.kit.buttons import Button, Filter, FilterChips
from app.ui.kit.flow import YieldingBar
from app.ui.kit.inputs import SearchEdit
from app.ui.kit.jobs import Lane, Latest
from app.ui.kit.page import Page, State
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import Listed, WindowedTableModel
from app.ui.kit.toast import toast
from app.ui.requests.columns import request_columns
from app.ui.requests.filter_bar import FilterBar
from app.ui.requests.inspector import RequestInspector
from app.ui.requests.intake import IntakeDialog
from app.ui.requests.many import ManyActs
from app.ui.requests.room import RequestRoom
from app.ui.requests.view_menu import ViewMenu, filter_titles
from app.words import tr

if TYPE_CHECKING:
    from app.ui.imports.wizard import ImportDialog

BEHIND = ("inbox", "unread", "escalated", "held", "lacking")
"""Filters that wait in the menu of views; their chip is there while they are chosen."""

A_MOMENT = 1_500
"""After so many ms in sight a request is read."""

EVERY = 30_000
"""How often, in ms, the words of due times are brought up to date."""
TABLES = frozenset({"request", "request_event", "customer", "work_order", "work_order_event"})
"""A change of these concerns the page."""


IMPORT_REGISTER = "import_register"
"""Asked for by the search for everything."""


class RequestsPage(Page):
    """The requests of the office. `show_record` takes a request's id or the key of a filter."""

    def __init__(self, room: RequestRoom, parent: QWidget | None = None) -> None:
        super().__init__(tr("Requests"), parent)
        self.room = room
        self._now: datetime = room.now()
        self._calendar = room.rules.calendar()
        self._wanted: UUID | None = None
        self._apart: UUID | None = None
        self._afresh = False
        self._held = False
        self._counts: Counts | None = None
        self._reading = Latest(room.jobs, self, Lane.IO)
        self._counting = Latest(room.jobs, self, Lane.IO)
        self.add_search()
        self.views = ViewMenu(self)
        self.add_act(Button(tr("Filter"), self._unfold, key="Ctrl+L"))
        self.add_act(self.views)
        if people.may(room.person.roles, "requests.register"):
            self.set_primary(tr("Receive"), self.receive)
        self.chips = FilterChips(self._filters(None), tr("Which requests"))
        for key in BEHIND:
            self.chips.set_offered(key, False)
        self.search = SearchEdit(tr("Find  Ctrl+F"))
        self.add_bar(YieldingBar(self.chips, self.search, least=56, most=150))
        self.bar = FilterBar(room)
        self.add_bar(self.bar)
        self.model: WindowedTableModel[RequestRow] = WindowedTableModel(
            lambda ids: room.queries.rows(ids, room.viewer),
            request_columns(room, lambda: (self._now, self._calendar)),
            dim=lambda r: r.state == "closed",
            unread=lambda r: r.unread,
            parent=self,
        )
        self.table = TableView(self.model, tr("Requests"), sorts_many=True)
        self.table.show_sorted("due")
        self.search.leads_to(self.table)
        self.set_body(self.table)
        self.inspector = RequestInspector(room)
        self.inspector.done.connect(self._did)
        self.many = ManyActs(room, self.inspector)
        self.many.done.connect(self._did)
        self.set_inspector(self.inspector)
        self.table.current_changed.connect(self._moved)
        self.table.many_changed.connect(lambda _count: self._choice_changed())
        self.table.clicked.connect(lambda _at: self._come_back())
        self.table.opened.connect(lambda _id: self._main_act())
        self.table.sort_asked.connect(lambda _key, _down: self.reload())
        self.table.typed.connect(self._type_on)
        self.table.copied.connect(self._copied)
        self.table.arranged.connect(self.views.leave)
        self.chips.chosen.connect(lambda _key: self._filtered())
        self.bar.changed.connect(self._narrowed)
        self.search.searched.connect(lambda _text: self._search_anew())
        QShortcut(QKeySequence("Ctrl+F"), self, self.search.setFocus)
        self._ticking = QTimer(self, interval=EVERY)
        self._ticking.timeout.connect(self._tick)
        self._ticking.start()
        self._reading_on = QTimer(self, interval=A_MOMENT, singleShot=True)
        self._reading_on.timeout.connect(self._has_read)
        self.views.show_left()

    @property
    def counts(self) -> Counts | None:
        """How many each named filter gives, once that is known."""
        return self._counts

    @property
    def behind(self) -> tuple[str, ...]:
        """The named filters that wait in the menu of views."""
        return BEHIND

    # -- what the window calls --------------------------------------------------------------------------

    def first_opened(self) -> None:
        self.table.setFocus()

    def opened(self) -> None:
        self.reload()

    def show_record(self, record: object) -> bool:
        """Goes to the request of an id, chooses the filter of a key, or begins the act `IMPORT_REGISTER`."""
        if record == IMPORT_REGISTER:
            self.import_register()
            return True
        if isinstance(record, str) and record in FILTERS:
            self.bar.show_narrowed(EVERYTHING)
            self.choose_filter(record)
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
            self.bar.show_narrowed(EVERYTHING)
            self.choose_filter("all" if story.row.state == "closed" else "open")
        self.reload()
        self.inspector.show_request(record)  # not only when its list has come
        return True

    def refresh(self, tables: frozenset[str]) -> None:
        """Something was written, here or by another desk; the window calls this on the UI thread."""
        if tables & TABLES and self.isVisible():
            self.reload()
        elif "attachment" in tables:
            self.inspector.scans.reload()

    def receive(self) -> IntakeDialog:
        """F2: take in a new request."""
        dialog = IntakeDialog(self.room, self.window())
        dialog.registered.connect(self._received)
        dialog.record_asked.connect(self.show_record)
        dialog.start()
        return dialog

    def import_register(self) -> ImportDialog:
        """Requests from a former register, from the menu behind F12."""
        from app.ui.imports.register import RegisterWay  # here: nobody needs it every day
        from app.ui.imports.wizard import ImportDialog

        room = self.room
        dialog = ImportDialog(RegisterWay(room), room.jobs, room.papers, room.why, self.window())
        dialog.imported.connect(self.reload)
        dialog.start()
        return dialog

    # -- the list ---------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Asks for the list and the counts anew; the keyboard stays on its row."""
        self._now = now = self.room.now()
        self._calendar = self.room.rules.calendar()
        room, key, words, narrowed = self.room, self.chips.key(), self.search.text(), self.bar.narrowed()
        (sort, down), *then = self.table.sorts() or [("due", False)]
        listed, stands = self.model.listed, self.table.current_id()
        self._reading.run(
            lambda _job: listed(
                room.queries.ids(key, room.viewer, now, words, sort, down, narrowed=narrowed, then=then),
                stands,
            ),
            done=self._show,
            failed=lambda error: self.show_state(State.WRONG, room.why(error)),
        )
        self._count_anew()

    def _count_anew(self) -> None:
        room, now = self.room, self._now
        self._counting.run(lambda _job: room.queries.counts(room.viewer, now), done=self._show_counts)

    def _show(self, listed: Listed[RequestRow]) -> None:
        ids, head = listed
        stood = self.table.current_id()
        place = -1 if stood is None else self.model.place_of(stood)
        afresh, self._afresh = self._afresh, False
        narrowed = bool(self.bar.narrowed())
        if not ids and self.chips.key() == "all" and not self.search.text().strip() and not narrowed:
            self._nothing_yet()
            return
        self._held = True
        self.table.set_empty(self._empty_words())
        self.table.set_ids(ids, head)
        self._held = False
        self.show_body()
        wanted, self._wanted = self._wanted, None
        if wanted is not None and self.model.place_of(wanted) < 0 and (self.chips.key() != "all" or narrowed):
            # It stood in the list that was there, and has left it since.
            self._wanted = wanted
            self.bar.show_narrowed(EVERYTHING)
            self.choose_filter("all")
            return
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
        self._show_total(len(ids))
        self._inspect(self._apart or self.table.current_id())

    def _moved(self, request_id: UUID | None) -> None:
        """The person went to another row."""
        if not self._held:
            self._apart = None
            self._inspect(request_id)

    def _come_back(self) -> bool:
        """From a request that has left the list to the row the keyboard stands on; False if it is there."""
        stands = self.table.current_id()
        if self._apart is None or stands is None:
            return False
        self._apart = None
        self.table.choose(stands)
        self._inspect(stands)
        return True

    def _inspect(self, request_id: UUID | None) -> None:
        """Shows one request, or what can be done with all that are chosen."""
        count = self.table.chosen_count() if self._apart is None else 0
        if count > 1:
            self._reading_on.stop()
            self.inspector.let_go()
            self.many.show(count, self.table.chosen_ids)
        else:
            self.inspector.show_request(request_id)
            self._reading_on.start()

    def _choice_changed(self) -> None:
        if not self._held:
            self._inspect(self.table.current_id())

    def _has_read(self) -> None:
        """It has been in sight for a moment: to this person it is new no longer."""
        story, lists = self.inspector.story, self.room.lists
        if story is None or lists is None or not self.isVisible() or not self.inspector.isVisible():
            return
        row = self.model.known(story.row.id)
        if row is None or not row.unread:
            return
        self.room.jobs.run(
            self,
            lambda _job: lists.seen(story.row.id, story.row.moved_hlc),
            done=lambda _: self._was_read(story.row.id),
        )

    def _was_read(self, request_id: UUID) -> None:
        self.model.forget(frozenset({request_id}))
        self._count_anew()

    def _search_anew(self) -> None:
        self._afresh = True
        self.reload()

    def _nothing_yet(self) -> None:
        sentence = tr("No request has been received yet.")
        self.inspector.show_nothing(tr("The chosen request is shown here."))
        self.show_state(State.EMPTY, sentence, tr("Receive the first one"), self.receive)

    def _empty_words(self) -> str:
        words = self.search.text().strip()
        if words and self.chips.key() == "all":
            return tr("Nothing found for “{text}”. Try part of the code, or a name only.", text=words)
        if words:
            return tr("Nothing found for “{text}” here. Try “All”, or part of the code.", text=words)
        if self.bar.narrowed().only_closed() and self.chips.key() != "all":
            return tr("Closed requests stand under “All” only.")
        if self.bar.narrowed():
            return tr("No request fits the filter. Ctrl+Shift+L clears it.")
        return {
            "unread": tr("You have seen everything new."),
            "inbox": tr("Nothing is with your unit."),
            "held": tr("No customer is waited for."),
            "lacking": tr("No papers are missing."),
            "escalated": tr("Nothing is late enough to concern you."),
            "mine": tr("No open request is yours. “All open” shows the others'."),
            "overdue": tr("Nothing is overdue."),
            "today": tr("Nothing more is due today."),
            "tell": tr("Every customer with an answer has been told."),
            "open": tr("No request is open."),
        }.get(self.chips.key(), "")

    def _show_counts(self, counts: Counts) -> None:
        self._counts = counts
        self.chips.show_counts(self._filters(counts))

    def _show_total(self, listed: int) -> None:
        """How many stand in the list; the chips say how many are open and overdue."""
        self.set_count(tr("{count} in the list", count=format_number(listed, tr.language)))

    def _filters(self, counts: Counts | None) -> list[Filter]:
        return [Filter(key, title, getattr(counts, key, None)) for key, title in filter_titles().items()]

    def choose_filter(self, key: str) -> None:
        """One of `FILTERS`; of those that wait in the menu of views the chip is there while it is chosen."""
        if key == self.chips.key():
            self._filtered()
        self.chips.choose(key)

    def _filtered(self) -> None:
        key = self.chips.key()
        for each in BEHIND:
            self.chips.set_offered(each, each == key)
        self.table.show_sorts([("received", True)] if key == "all" else [("due", False)])
        self.views.leave()
        self._search_anew()

    def _narrowed(self) -> None:
        self.views.leave()
        self._search_anew()

    def _unfold(self) -> None:
        self.bar.unfold()

    def _copied(self, rows: int, chosen: int) -> None:
        if rows < chosen:
            words = tr(
                "The first {count} of {all} rows are copied. Export has them all.", count=rows, all=chosen
            )
        else:
            words = tr("{count} rows are copied.", count=rows)
        toast(self, words)

    def _type_on(self, text: str) -> None:
        self.search.setFocus()
        self.search.setText(text)

    def _tick(self) -> None:
        if self.isVisible() and not self.room.jobs.busy:
            self.reload()

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
        self.bar.show_narrowed(EVERYTHING)
        self.chips.choose("all" if done.closed else "mine")
        self.reload()
