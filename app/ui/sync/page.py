"""The head office: whether it can be reached, what is on its way there, what is stuck and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.money import format_number
from app.domain.names import renamed
from app.queries.sync import Stuck, SyncQueries, UnsentKind
from app.sync.loop import SyncState
from app.ui.kit.buttons import Button
from app.ui.kit.inspector import Details, Inspector
from app.ui.kit.jobs import Job, Lane, Latest
from app.ui.kit.labels import Label
from app.ui.kit.page import WORK_ROOM, Page, scrolled
from app.ui.kit.room import Room
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import RIGHT, Column, WindowedTableModel
from app.ui.kit.theme import Tone, look, px
from app.ui.kit.toast import toast
from app.ui.requests.words import day_words
from app.ui.sync.files import Bundles, Files
from app.ui.sync.line import LineState
from app.ui.sync.words import kind_word, size_words, what_to_do, why
from app.words import tr

LEAST, MOST = 3, 8
"""Lines of the list of what is not sent that are in sight; there is room for as many as there are kinds."""

ROOM = 640
"""Pixels that two columns need."""

SETTLING = 300
"""Changes that come close together, in ms, are counted once."""


class Line(Bundles, Protocol):
    """What the page needs of the desk (`app.bootstrap.Desktop`)."""

    @property
    def contact(self) -> SyncState: ...
    def acked(self) -> int: ...
    def wake_sync(self) -> None: ...
    def pause_sync(self) -> None: ...
    def resume_sync(self) -> None: ...
    def note_renamed(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was asked of the database."""

    kinds: tuple[UnsentKind, ...] = ()
    size: int = 0
    stuck: tuple[Stuck, ...] = ()


class SyncPage(Page):
    """How it stands with the head office at `address`. `desk` gives this desk's name."""

    def __init__(
        self,
        room: Room,
        queries: SyncQueries,
        line: Line,
        desk: Callable[[], str],
        address: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Head office"), parent)
        self.room, self._queries, self._line = room, queries, line
        self._seen = _Seen()
        self._reading = Latest(room.jobs, self, Lane.IO)
        self._settling = QTimer(self, interval=SETTLING, singleShot=True)
        self._settling.timeout.connect(self.reload)
        self.pause = Button(tr("Pause"), self._pause, key="F6")
        self.go_on = Button(tr("Go on"), self._go_on, key="F6")
        self.send = self.set_primary(tr("Send and receive now"), self._send_now, key="F5")
        self.set_count(address)
        self.renamed = Button(tr("I have taken note"), self._note_renamed, key="F10")
        self.files = Files(room, line, desk)
        self.files.carried.connect(self.reload)
        self.unsent = self._make_unsent()
        self.stuck = self._make_stuck()
        self._lay_out()
        self.inspector = Inspector()
        self.set_inspector(self.inspector)
        self.stuck.current_changed.connect(lambda _id: self._inspect())
        self.stuck.opened.connect(lambda _id: self._show_customer())
        look.changed.connect(self._fit)
        self._fit()
        self._show_stuck(())
        self.show_contact(line.contact)

    # -- what the window calls --------------------------------------------------------------------------

    def first_opened(self) -> None:
        self.send.setFocus()

    def opened(self) -> None:
        self.show_contact(self._line.contact)
        self.reload()

    def refresh(self, tables: frozenset[str]) -> None:
        """Something was written, here or by another desk."""
        if self.isVisible() and not self._settling.isActive():
            self._settling.start()

    def show_contact(self, state: SyncState) -> None:
        """How it stands now."""
        self._state_of_line.show_state(state)
        self._show_paused(state.state == "paused")
        self._news.setVisible(bool(state.renamed))
        if state.renamed:
            self._renamed_words.setText(renamed(tr, state.renamed))
        self.refresh(frozenset())

    def reload(self) -> None:
        """Asks anew what waits."""
        queries, acked = self._queries, self._line.acked

        def look(_job: Job[_Seen]) -> _Seen:
            last = acked()
            return _Seen(
                tuple(queries.unsent_by_kind(last)), queries.unsent_bytes(last), tuple(queries.stuck())
            )

        self._reading.run(look, done=self._show)

    # -- what people do ---------------------------------------------------------------------------------

    def _send_now(self) -> None:
        self._do(self._line.wake_sync)
        toast(self, tr("The head office is being asked."), tone=Tone.INFO, with_page=True)

    def _pause(self) -> None:
        self._do(self._line.pause_sync, self.go_on)

    def _go_on(self) -> None:
        self._do(self._line.resume_sync, self.send)

    def _note_renamed(self) -> None:
        self._do(self._line.note_renamed, self.send)

    def _do(self, act: Callable[[], object], then: QWidget | None = None) -> None:
        """Off the UI thread: it may have to wait until what has just come in is written. The keyboard goes to
        `then` where the button that held it is gone."""
        held = self.focusWidget()

        def done(_nothing: object) -> None:
            self.show_contact(self._line.contact)
            if then is not None and held in (self.pause, self.go_on, self.renamed, self.send):
                then.setFocus()

        self.room.jobs.run(self, lambda _job: act(), done=done)

    # -- what is shown ----------------------------------------------------------------------------------

    def _show(self, seen: _Seen) -> None:
        if seen == self._seen:
            return
        self._seen = seen
        count = sum(each.count for each in seen.kinds)
        what = tr("{count} entries · {size}", count=self._number(count), size=size_words(seen.size))
        self._waiting.setText(what if count else "")
        self.unsent.set_ids([each.kind for each in seen.kinds])
        self._fit()
        self._show_stuck(seen.stuck)

    def _fit(self) -> None:
        """The two columns stand below each other where there is no room beside."""
        self.unsent.fit_rows(min(max(len(self._seen.kinds), LEAST), MOST))
        wide = self.work_room().width() >= px(ROOM)
        way = QBoxLayout.Direction
        self._middle.setDirection(way.LeftToRight if wide else way.TopToBottom)
        self._middle.setSpacing(px(24 if wide else 10))

    def _show_stuck(self, stuck: tuple[Stuck, ...]) -> None:
        self.stuck.setVisible(bool(stuck))
        self._nothing_stuck.setVisible(not stuck)
        self._share()
        self.stuck.set_ids([(each.feed, each.number) for each in stuck])
        if stuck and self.stuck.current_id() is None:
            self.stuck.choose_first()

    def _show_paused(self, paused: bool) -> None:
        self.pause.setVisible(not paused)
        self.go_on.setVisible(paused)
        self.send.setEnabled(not paused)

    def _inspect(self) -> None:
        row = self._chosen()
        if row is None:
            self.inspector.show_nothing(tr("What is stuck is explained here."))
            return
        about = row.name if not row.others else tr("{name} and {count} more", name=row.name, count=row.others)
        fields = [
            (tr("Customer"), about),
            (tr("What to do"), what_to_do(row.reason, row.desk)),
            (tr("Written by"), " · ".join(part for part in (row.who, self._desk_words(row)) if part)),
            (tr("Written at"), day_words(row.at, self.room.now(), self.room.zone)),
            (tr("Entry"), tr("Feed {feed}, number {number}", feed=row.feed, number=row.number)),
        ]
        acts = []
        if row.customer_id is not None:
            acts.append(Button(tr("Show customer"), self._show_customer, key="F9", primary=True))
        self.inspector.show_details(
            Details(
                code=row.code,
                title=kind_word(row.kind),
                notice=why(row.reason),
                notice_tone=_tone(row),
                fields=[field for field in fields if field[1]],
            ),
            acts,
        )

    def _chosen(self) -> Stuck | None:
        place = self.stuck.current_id()
        return next((each for each in self._seen.stuck if (each.feed, each.number) == place), None)

    def _show_customer(self) -> None:
        row = self._chosen()
        if row is not None and row.customer_id is not None:
            self.record_asked.emit("customers", row.customer_id)

    # -- how it is laid out -----------------------------------------------------------------------------

    def _make_unsent(self) -> TableView:
        columns: list[Column[UnsentKind]] = [
            Column(tr("What"), lambda r: kind_word(r.kind), width=200, grow=2),
            Column(tr("Not sent"), lambda r: self._number(r.count), align=RIGHT, width=90),
            Column(tr("Since"), lambda r: self._when(r), align=RIGHT, width=130),
        ]
        model = WindowedTableModel(
            lambda ids: {each.kind: each for each in self._seen.kinds if each.kind in ids},
            columns,
            parent=self,
        )
        table = TableView(model, tr("Not sent yet"), dense=True, parent=self)
        table.set_empty(tr("Everything is sent."))
        return table

    def _make_stuck(self) -> TableView:
        columns: list[Column[Stuck]] = [
            Column(tr("What"), lambda r: kind_word(r.kind), width=150, grow=1),
            Column(tr("Record"), _record, mono=True, width=174),
            Column(tr("Customer"), lambda r: r.name, width=140, grow=2, gives_way=2),
            Column(tr("Why"), lambda r: why(r.reason), tone=_tone, width=216),
            Column(tr("Written at"), self._written_at, align=RIGHT, width=116, gives_way=1),
        ]
        model = WindowedTableModel(
            lambda ids: {(s.feed, s.number): s for s in self._seen.stuck}, columns, parent=self
        )
        return TableView(model, tr("Stuck"), dense=True, parent=self)

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(10))
        column.addWidget(self._make_news())
        self._state_of_line = LineState(self.room, self.pause, self.go_on)
        column.addWidget(self._state_of_line)
        self._middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._middle.addLayout(self._column_of_unsent(), 3)
        self._middle.addWidget(self.files, 2)
        column.addLayout(self._middle)
        column.addSpacing(px(6))
        column.addWidget(Label(tr("Stuck"), bold=True))
        self._nothing_stuck = Label(
            tr("Nothing is stuck: every entry that came here has taken effect."), tone=Tone.SOFT, wrap=True
        )
        column.addWidget(self._nothing_stuck)
        column.addWidget(self.stuck, 1000)
        column.addStretch(1)
        self.set_body(scrolled(body))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        """The panel stands there only while there is something to explain."""
        if not self._seen.stuck:
            self.inspector.hide()
            self._details.hide()
        elif not self.inspector.isVisible() and not self._details.isVisible():
            self._show_panel(self.width() - self.inspector.width() >= px(WORK_ROOM))
        self._fit()

    def _make_news(self) -> QWidget:
        """The desk's new name, until somebody has taken note of it."""
        self._news = QWidget()
        row = QHBoxLayout(self._news)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(12))
        self._renamed_words = Label(tone=Tone.ATTENTION, wrap=True)
        row.addWidget(self._renamed_words, 1)
        row.addWidget(self.renamed, 0, Qt.AlignmentFlag.AlignTop)
        self._news.hide()
        return self._news

    def _column_of_unsent(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(px(6))
        head = QHBoxLayout()
        head.addWidget(Label(tr("Not sent yet"), bold=True))
        self._waiting = Label(tone=Tone.SOFT)
        head.addWidget(self._waiting, 1)
        column.addLayout(head)
        column.addWidget(self.unsent, 1)
        return column

    # -- words of this page -----------------------------------------------------------------------------

    @staticmethod
    def _number(count: int) -> str:
        return format_number(count, tr.language)

    def _when(self, row: UnsentKind) -> str:
        return day_words(row.oldest, self.room.now(), self.room.zone)

    def _written_at(self, row: Stuck) -> str:
        return day_words(row.at, self.room.now(), self.room.zone)

    @staticmethod
    def _desk_words(row: Stuck) -> str:
        return tr("Desk {desk}", desk=row.desk) if row.desk else ""


def _tone(row: Stuck) -> Tone:
    return Tone.INFO if row.reason in ("newer_release", "unknown_table") else Tone.ATTENTION


def _record(row: Stuck) -> str:
    """The code on the record, or the entry's place where that cannot be read."""
    if not row.code:
        return tr("Feed {feed}, number {number}", feed=row.feed, number=row.number)
    return row.code if not row.others else f"{row.code} +{row.others}"
