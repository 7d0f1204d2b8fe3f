"""Work in the field: today's, one's own, what is late, what nobody is sent to yet."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.queries.field import FILTERS, OrderCounts, OrderRow
from app.services.field import Issued
from app.ui.field.inputs import DayEdit
from app.ui.field.inspector import OrderInspector
from app.ui.field.issuing import IssueDialog, ask_inspection
from app.ui.field.prints import print_day
from app.ui.field.room import FieldRoom
from app.ui.field.words import kind_words, order_state_words, when_of
from app.ui.kit.buttons import Button, Filter, FilterChips
from app.ui.kit.flow import Flow, YieldingBar
from app.ui.kit.inputs import SearchEdit
from app.ui.kit.jobs import Lane, Latest
from app.ui.kit.labels import Label
from app.ui.kit.letters import choice
from app.ui.kit.page import Page, State
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import RIGHT, Column, Listed, WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.ui.kit.toast import toast
from app.ui.requests.words import one_line, short_code
from app.words import tr

EVERY = 30_000
"""How often, in ms, the words of the clock are brought up to date."""
TABLES = frozenset({"work_order", "work_order_event", "request", "customer", "connection", "meter"})
"""A change of these concerns the page."""


class FieldPage(Page):
    """The work orders of the office. `show_record` takes a work order's id or the key of a filter."""

    def __init__(self, room: FieldRoom, parent: QWidget | None = None) -> None:
        super().__init__(tr("Field work"), parent)
        self.room = room
        self._now: datetime = room.now()
        self._sort: tuple[str, bool] = ("planned", False)
        self._wanted: UUID | None = None
        self._apart: UUID | None = None  # in the panel, though it has left the list
        self._held = False
        self._reading = Latest(room.jobs, self, Lane.IO)
        self._counting = Latest(room.jobs, self, Lane.IO)
        self.add_search()
        if room.may("field.plan"):
            self.set_primary(tr("New inspection"), self.inspect)
        self.chips = FilterChips(self._filters(None), tr("Which work orders"))
        self.search = SearchEdit(tr("Find  Ctrl+F"))
        self.add_bar(YieldingBar(self.chips, self.search, least=56, most=150))
        self.day, self.unit = DayEdit(room.today()), choice({"": tr("All units"), **room.units})
        self.add_bar(self._of_day_and_unit())
        self.model: WindowedTableModel[OrderRow] = WindowedTableModel(
            lambda ids: room.queries.rows(ids, room.viewer),
            self._columns(),
            dim=lambda r: not r.open,
            parent=self,
        )
        self.table = TableView(self.model, tr("Field work"))
        self.search.leads_to(self.table)
        self.set_body(self.table)
        self.inspector = OrderInspector(room)
        self.inspector.done.connect(self._did)
        self.inspector.request_asked.connect(lambda id: self.record_asked.emit("requests", id))
        self.set_inspector(self.inspector)
        self.table.current_changed.connect(self._moved)
        self.table.clicked.connect(lambda _at: self._come_back())
        self.table.opened.connect(lambda _id: self._main_act())
        self.table.sort_asked.connect(self._sort_by)
        self.table.typed.connect(self._type_on)
        self.chips.chosen.connect(lambda _key: self._filtered())
        self.search.searched.connect(lambda _text: self._search_anew())
        self.unit.currentIndexChanged.connect(lambda _at: self.reload())
        self.day.dateChanged.connect(lambda _day: self._day_chosen())
        QShortcut(QKeySequence("Ctrl+F"), self, self.search.setFocus)
        self._ticking = QTimer(self, interval=EVERY)
        self._ticking.timeout.connect(self._tick)
        self._ticking.start()

    def _of_day_and_unit(self) -> QWidget:
        """The day of the sheet and of the filter “Of the day”, and the unit of every list."""
        pairs: list[QWidget] = []
        for words, editor in ((tr("&Day"), self.day), (tr("&Unit"), self.unit)):
            pair = QWidget()
            row = QHBoxLayout(pair)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(px(8))
            caption = Label(words, tone=Tone.SOFT)
            caption.setBuddy(editor)
            editor.setAccessibleName(words.replace("&", ""))
            row.addWidget(caption)
            row.addWidget(editor)
            pairs.append(pair)
        return Flow(*pairs, Button(tr("Day's sheet"), self.print_sheet, key="F5"))

    # -- what the window calls --------------------------------------------------------------------------

    def first_opened(self) -> None:
        self.table.setFocus()

    def opened(self) -> None:
        self.reload()

    def show_record(self, record: object) -> bool:
        """Goes to the work order of an id, or chooses the filter of a key."""
        if isinstance(record, str) and record in FILTERS:
            self.chips.choose(record)
            return True
        if not isinstance(record, UUID):
            return False
        story = self.room.queries.story(record, self.room.viewer)
        if story is None:
            return False
        self._wanted = record
        self.search.clear()
        self.unit.setCurrentIndex(0)
        if self.model.place_of(record) < 0:
            self.chips.choose("open" if story.row.open else "all")
        self.reload()
        self.inspector.show_order(record)  # not only when its list has come
        return True

    def refresh(self, tables: frozenset[str]) -> None:
        """Something was written, here or by another desk; the window calls this on the UI thread."""
        if tables & TABLES and self.isVisible():
            self.reload()
        elif "attachment" in tables:
            self.inspector.scans.reload()

    def inspect(self) -> IssueDialog:
        """F2: send somebody to look."""
        return ask_inspection(self, self.room, self._issued)

    def print_sheet(self) -> None:
        """F5: the sheet of the day and unit above the list."""
        day = self.day.value() or self.room.today()
        print_day(self, self.room, day, str(self.unit.currentData()))

    # -- the list ---------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Asks for the list and the counts anew; the keyboard stays on its row."""
        self._now = now = self.room.now()
        room, key, words, (sort, down) = self.room, self.chips.key(), self.search.text(), self._sort
        day, unit = self.day.value(), str(self.unit.currentData())
        listed, stands = self.model.listed, self.table.current_id()
        self._reading.run(
            lambda _job: listed(
                room.queries.ids(
                    key, room.viewer, now, day=day, unit=unit, words=words, sort=sort, descending=down
                ),
                stands,
            ),
            done=self._show,
            failed=lambda error: self.show_state(State.WRONG, room.why(error)),
        )
        self._counting.run(lambda _job: room.queries.counts(room.viewer, now, unit), done=self._show_counts)

    def _show(self, listed: Listed[OrderRow]) -> None:
        ids, head = listed
        everything = self.chips.key() == "all" and not self.search.text().strip()
        if not ids and everything and not self.unit.currentData():
            self._nothing_yet()
            return
        self.table.set_empty(self._empty_words())
        self._held = True
        self.table.set_ids(ids, head)
        self.show_body()
        wanted, self._wanted = self._wanted, None
        if wanted is not None and self.model.place_of(wanted) < 0 and self.chips.key() != "all":
            # It stood in the list that was there, and has left it since.
            self._held = False
            self._wanted = wanted
            self.chips.choose("all")
            return
        if self._apart is not None and (wanted is not None or self.model.place_of(self._apart) >= 0):
            self._apart = None
        if (wanted is None or not self.table.choose(wanted)) and self.table.current_id() is None:
            self.table.choose_first()
        self._held = False
        self.inspector.show_order(self._apart or self.table.current_id())

    def _moved(self, order_id: UUID | None) -> None:
        """The person went to another row."""
        if not self._held:
            self._apart = None
            self.inspector.show_order(order_id)

    def _come_back(self) -> bool:
        """From a work order that has left the list to the row the keyboard stands on; False if there."""
        stands = self.table.current_id()
        if self._apart is None or stands is None:
            return False
        self._moved(stands)
        return True

    def _main_act(self) -> None:
        """Enter: what comes next for this work order."""
        if not self._come_back():
            self.inspector.main_act()

    def _nothing_yet(self) -> None:
        self.inspector.show_nothing(tr("The chosen work order is shown here."))
        if self.room.may("field.plan"):
            words = tr("No crew has been sent out yet. A work order is issued from a request, with F5 there.")
            self.show_state(State.EMPTY, words, tr("New inspection"), self.inspect)
        else:
            self.show_state(State.EMPTY, tr("No crew has been sent out yet."))

    def _empty_words(self) -> str:
        words = self.search.text().strip()
        if words and self.chips.key() == "all":
            return tr("Nothing found for “{text}”. Try part of the code, or a name only.", text=words)
        if words:
            return tr("Nothing found for “{text}” here. Try “All”, or part of the code.", text=words)
        return {
            "today": tr("Nothing is to be done outside today."),
            "mine": tr("No work order is yours."),
            "late": tr("Nothing is late."),
            "unplanned": tr("Every work order has its day and its crew."),
            "day": tr("No work order is planned for this day."),
            "open": tr("No work order is open."),
        }.get(self.chips.key(), "")

    def _show_counts(self, counts: OrderCounts) -> None:
        self.chips.show_counts(self._filters(counts))
        said = tr("{count} open", count=counts.open)
        if counts.late:
            said += " · " + tr("{count} late", count=counts.late)
        self.set_count(said)

    def _filters(self, counts: OrderCounts | None) -> list[Filter]:
        titles = {
            "today": tr("To do today"),
            "mine": tr("My work"),
            "late": tr("Late"),
            "unplanned": tr("Not planned"),
            "open": tr("All open"),
            "day": tr("Of the day"),
            "all": tr("All"),
        }
        return [Filter(key, title, getattr(counts, key, None)) for key, title in titles.items()]

    def _filtered(self) -> None:
        self._apart = None
        self._sort = ("code", True) if self.chips.key() == "all" else ("planned", False)
        self.table.show_sorted(*self._sort)
        self.reload()

    def _day_chosen(self) -> None:
        if self.chips.key() == "day":
            self.reload()
        else:
            self.chips.choose("day")

    def _sort_by(self, key: str, descending: bool) -> None:
        self._sort = (key, descending)
        self.reload()

    def _search_anew(self) -> None:
        self._apart = None
        self.reload()

    def _type_on(self, text: str) -> None:
        self.search.setFocus()
        self.search.setText(text)

    def _tick(self) -> None:
        if self.isVisible() and not self.room.jobs.busy:
            self.reload()

    def _columns(self) -> list[Column[OrderRow]]:
        room = self.room

        def state(row: OrderRow) -> str:
            return order_state_words(row, room.rules.utility.kind)

        def when(row: OrderRow) -> str:
            return when_of(row, self._now, room.zone).text

        return [
            Column(
                tr("Code"), lambda r: short_code(r.code, room.desk), mono=True, width=100, gives_way=1,
                sort="code",
            ),
            Column(tr("Kind"), kind_words, width=138, gives_way=4),
            Column(
                tr("Place"), lambda r: r.address, strong=lambda r: r.clock.late(self._now), width=170, grow=4
            ),
            Column(tr("Task"), lambda r: one_line(r.words), width=140, grow=3, gives_way=5),
            Column(tr("Crew"), lambda r: ", ".join(r.crew), width=120, grow=2, gives_way=3),
            Column(tr("State"), state, width=132, gives_way=2),
            Column(
                tr("When"),
                when,
                align=RIGHT,
                tone=lambda r: when_of(r, self._now, room.zone).tone,
                sign=lambda r: when_of(r, self._now, room.zone).sign,
                width=196,
                least=130,
                sort="planned",
            ),
        ]  # fmt: skip

    # -- what was done ----------------------------------------------------------------------------------

    def _issued(self, done: Issued) -> None:
        self._wanted = done.id
        toast(self, tr("{code} is issued.", code=done.code))
        self.chips.choose("open")
        self.reload()

    def _did(self, said: str) -> None:
        """An act was done. What it was done with stays in the panel also where it leaves the list: there it
        says what comes next, and the next key does not act on another customer's work order."""
        story = self.inspector.story
        self._apart = None if story is None else story.row.id
        toast(self, said)
        self.reload()
