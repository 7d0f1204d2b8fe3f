"""Incidents: a fault or a planned interruption, the requests under it, one answer for all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.domain.requests import UNTOLD
from app.queries.incidents import IncidentRow
from app.queries.requests import RequestRow
from app.ui.incidents import dialogs
from app.ui.kit.buttons import Button, Filter, FilterChips
from app.ui.kit.inspector import Details, Inspector
from app.ui.kit.jobs import Lane, Latest
from app.ui.kit.page import Page, State
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import RIGHT, Column, WindowedTableModel
from app.ui.kit.theme import Tone
from app.ui.kit.toast import toast
from app.ui.requests.room import RequestRoom
from app.ui.requests.words import contact_words, day_words, one_line, said, short_code
from app.words import tr

TABLES = frozenset({"incident", "request", "request_event"})
SHOWN = 12
"""So many requests of an incident stand in the inspector."""


class IncidentsPage(Page):
    """The incidents of the office. `show_record` takes an incident's id."""

    def __init__(self, room: RequestRoom, parent: QWidget | None = None) -> None:
        super().__init__(tr("Incidents"), parent)
        self.room = room
        self._rows: dict[UUID, IncidentRow] = {}
        self._wanted: UUID | None = None
        self._answer = ""
        self._reading = Latest(room.jobs, self, Lane.IO)
        self.chips = FilterChips(
            [Filter("current", tr("Current")), Filter("all", tr("All"))], tr("Which incidents")
        )
        self.add_bar(self.chips)
        self.add_search()
        self.set_primary(tr("New incident"), self.begin)
        model: WindowedTableModel[IncidentRow] = WindowedTableModel(
            lambda ids: {i: self._rows[i] for i in ids if i in self._rows},
            self._columns(),
            dim=lambda row: not row.running,
            parent=self,
        )
        self.table = TableView(model, tr("Incidents"))
        self.inspector = Inspector()
        self.set_body(self.table)
        self.set_inspector(self.inspector)
        self.table.current_changed.connect(self._inspect)
        self.table.opened.connect(lambda _id: self.inspector.main_act())
        self.chips.chosen.connect(lambda _key: self.reload())

    def first_opened(self) -> None:
        self.table.setFocus()

    def opened(self) -> None:
        self.reload()

    def refresh(self, tables: frozenset[str]) -> None:
        """Something was written, here or by another desk."""
        if tables & TABLES and self.isVisible():
            self.reload()

    def show_record(self, record: object) -> bool:
        """Goes to an incident; "" is the page as it is."""
        if not isinstance(record, UUID):
            return record == ""
        self._wanted = record
        self.chips.choose("all")
        self.reload()
        return True

    def reload(self) -> None:
        """Asks for the list anew."""
        queries, current = self.room.incident_queries, self.chips.key() == "current"

        def work(_job: object) -> dict[UUID, IncidentRow]:
            ids = queries.current() if current else queries.ids()
            rows = queries.rows(ids)
            return {id: rows[id] for id in ids}

        self._reading.run(
            work, done=self._show, failed=lambda error: self.show_state(State.WRONG, self.room.why(error))
        )

    def begin(self) -> None:
        """F2: a new incident."""

        def made(id: UUID) -> None:
            toast(self, tr("The incident is open. Calls from its streets are put under it."))
            self._wanted = id
            self.chips.choose("current")
            self.reload()

        dialogs.ask_new(self, self.room, made)

    # -- what it shows ----------------------------------------------------------------------------------

    def _show(self, rows: dict[UUID, IncidentRow]) -> None:
        self._rows = rows
        running = sum(row.running for row in rows.values())
        self.set_count(tr("{count} running", count=running) if running else "")
        if not rows:
            words = tr("Nothing is out of order. A fault that many call about is opened here.")
            self.show_state(State.EMPTY, words, tr("New incident"), self.begin)
            self.inspector.show_nothing(tr("The chosen incident is shown here."))
            return
        self.show_body()
        self.table.set_ids(list(rows))
        wanted, self._wanted = self._wanted, None
        if (wanted is None or not self.table.choose(wanted)) and self.table.current_id() is None:
            self.table.choose_first()
        self._inspect(self.table.current_id())

    def _columns(self) -> Sequence[Column[IncidentRow]]:
        room = self.room

        def when(row: IncidentRow) -> str:
            return day_words(row.started_at, room.now(), room.zone)

        def until(row: IncidentRow) -> str:
            if row.ended_at is not None:
                return tr("over {when}", when=day_words(row.ended_at, room.now(), room.zone))
            if row.expected_at is not None:
                return day_words(row.expected_at, room.now(), room.zone)
            return tr("not known yet")

        def late(row: IncidentRow) -> Tone:
            if not row.running:
                return Tone.SOFT
            known = row.expected_at is not None
            return Tone.WRONG if known and row.expected_at < room.now() else Tone.ATTENTION  # type: ignore[operator]

        def number(count: int) -> str:
            return str(count) if count else ""

        return [
            Column(
                tr("Code"), lambda r: short_code(r.code, room.desk), mono=True, width=112, grow=1, gives_way=1
            ),
            Column(tr("Incident"), lambda r: r.title, width=260, grow=4, strong=lambda r: r.running),
            Column(tr("Where"), lambda r: r.area, width=160, grow=2, gives_way=2),
            Column(tr("Since"), when, width=132, gives_way=4),
            Column(tr("Until"), until, width=150, least=110, tone=late),
            Column(tr("Requests"), lambda r: number(r.requests), align=RIGHT, width=80, gives_way=3),
            Column(tr("Unanswered"), lambda r: number(r.unanswered), align=RIGHT, width=104),
        ]

    def _inspect(self, id: object) -> None:
        row = self._rows.get(id) if isinstance(id, UUID) else None
        if row is None:
            self.inspector.show_nothing(tr("The chosen incident is shown here."))
            return
        room, now = self.room, self.room.now()
        requests = self._requests(row)
        causes = dialogs.causes(room)
        notice, tone = "", Tone.ATTENTION
        if row.running and row.expected_at is not None and row.expected_at < now:
            notice, tone = tr("Should be over. Give a new time, or end it."), Tone.WRONG
        elif not row.running and row.unanswered:
            notice = tr("Supply is back. Answer those who asked.")
        elif row.untold:
            notice, tone = tr("The answer is there. Tell the customers."), Tone.INFO
        fields = [
            (tr("Where"), row.area),
            (tr("Main or feeder"), row.line or ""),
            (tr("Since"), day_words(row.started_at, now, room.zone)),
            (tr("Cause"), causes.get(row.cause or "", "") if row.cause else ""),
            (tr("Kind"), tr("Planned and announced") if row.planned else tr("Fault")),
            (tr("Note"), row.note or ""),
        ]
        self.inspector.show_details(
            Details(
                code=row.code,
                title=row.title,
                notice=notice,
                notice_tone=tone,
                fields=[field for field in fields if field[1]],
                timeline_title=tr("Requests under it: {count}", count=row.requests) if row.requests else "",
                timeline=[
                    (short_code(r.code, room.desk), f"{contact_words(r, tr)} · {one_line(said(r))}")
                    for r in requests
                ],
            ),
            self._buttons(row),
        )

    def _requests(self, row: IncidentRow) -> list[RequestRow]:
        """Those under it that the person may see, the first ones."""
        room = self.room
        ids = room.incident_queries.requests_under(row.id)
        seen = (room.queries.story(id, room.viewer) for id in ids[:SHOWN])
        stories = [story for story in seen if story is not None]
        self._answer = next((s.answer for s in stories if s.answer and s.row.state in UNTOLD), "") or ""
        return [story.row for story in stories]

    def _buttons(self, row: IncidentRow) -> list[Button]:
        room = self.room
        if not room.may("requests.route"):
            return []
        told = row.untold and not row.unanswered
        main = "tell" if told else "end" if row.running else "answer"
        buttons = []
        if row.running:
            expected = partial(dialogs.ask_expected, self, room, row, self._done)
            buttons.append(Button(tr("Expected until…"), expected, key="F6"))
            ended = partial(dialogs.ask_end, self, room, row, self._done)
            buttons.append(Button(tr("Supply is back"), ended, key="F7", primary=main == "end"))
        if row.unanswered:
            answer = partial(dialogs.ask_answer, self, room, row, self._done)
            buttons.append(Button(tr("Answer all"), answer, key="F8", primary=main == "answer"))
        if row.untold:
            tell = partial(dialogs.ask_telling, self, room, row, self._answer, self._done)
            buttons.append(Button(tr("Tell all"), tell, key="F9", primary=main == "tell"))
        return buttons

    def _done(self) -> None:
        toast(self, tr("Saved."))
        self.reload()
