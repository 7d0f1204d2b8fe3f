"""What disagrees, with both sides; a supervisor settles it with one of the offered acts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.exceptions import GROUPS
from app.domain.money import format_number
from app.queries.exceptions import ExceptionRow
from app.ui.cash.words import clock_words
from app.ui.exceptions.dialog import SettleDialog
from app.ui.exceptions.room import ExceptionRoom
from app.ui.exceptions.sides import Offer, Sides
from app.ui.exceptions.words import SIGNS, done_words, group_words, in_short, kind_words
from app.ui.kit.buttons import Filter, FilterChips
from app.ui.kit.jobs import Lane, Latest
from app.ui.kit.page import Page, State
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import Column, WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.ui.kit.toast import toast
from app.words import tr

MOST = 500
"""So many stand in the list at a time; as they are settled, others come."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a look into the database found."""

    waiting: list[tuple[UUID, str]]
    rows: dict[UUID, ExceptionRow]
    """Those of the filter in force, in order."""
    drawer: bool
    """Whether the person has a cash session open at this desk."""


class ExceptionsPage(Page):
    """The disagreements of the office. `show_record` takes an exception's id."""

    def __init__(self, room: ExceptionRoom, parent: QWidget | None = None) -> None:
        super().__init__(tr("To settle"), parent)
        self.room = room
        self._found = _Found([], {}, False)
        self._wanted: UUID | None = None
        self._reading = Latest(room.jobs, self, Lane.IO)
        self.chips = FilterChips(self._filters(), tr("Which disagreements"))
        self.add_bar(self.chips)
        self.model: WindowedTableModel[ExceptionRow] = WindowedTableModel(
            lambda ids: {i: self._found.rows[i] for i in ids if i in self._found.rows},
            self._columns(),
            parent=self,
        )
        self.table = TableView(self.model, tr("To settle"))
        room.remember(self.table, "exceptions")
        self.sides = Sides(room, self.settle, self._go)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        column.addWidget(self.table, 3)
        column.addWidget(self.sides, 5)
        self.set_body(body)
        self.table.current_changed.connect(self._inspect)
        self.table.opened.connect(lambda _id: self._usual())
        self.chips.chosen.connect(lambda _key: self.reload())

    # -- what the window calls

    def first_opened(self) -> None:
        self.table.setFocus()

    def opened(self) -> None:
        self.reload()

    def refresh(self, tables: frozenset[str]) -> None:
        """Something was written, here or by another desk."""
        if self.isVisible():
            self.reload()

    def show_record(self, record: object) -> bool:
        """Goes to an exception; "" is the page as it is."""
        if not isinstance(record, UUID):
            return record == ""
        self._wanted = record
        self.chips.choose("all")
        self.reload()
        return True

    # -- the list

    def reload(self) -> None:
        """Asks for the list anew."""
        room, key = self.room, self.chips.key()
        queries = room.queries

        def work(_job: object) -> _Found:
            waiting = queries.waiting()
            if key == "settled":
                ids = queries.settled()
                found = queries.settled_rows(ids)
            else:
                ids = [i for i, kind in waiting if key == "all" or kind in GROUPS[key]][:MOST]
                found = queries.rows(ids)
            session = room.cash_queries.open_session(room.person.id, room.device())
            return _Found(waiting, {i: found[i] for i in ids if i in found}, session is not None)

        self._reading.run(
            work,
            done=self._show,
            failed=lambda error: self.show_state(State.WRONG, self.room.why(error)),
        )

    def _show(self, found: _Found) -> None:
        self._found = found
        self.chips.show_counts(self._filters())
        count = len(found.waiting)
        self.set_count(tr("{count} waiting", count=format_number(count, tr.language)) if count else "")
        settled = self.chips.key() == "settled"
        self.table.set_empty(tr("Nothing has been settled yet.") if settled else tr("Nothing of this kind."))
        self.table.set_ids(list(found.rows))
        wanted, self._wanted = self._wanted, None
        if (wanted is None or not self.table.choose(wanted)) and self.table.current_id() is None:
            self.table.choose_first()
        self._inspect(self.table.current_id())
        if count or settled:
            self.show_body()
        else:
            words = tr("Nothing disagrees. When two desks say different things, it is shown here.")
            self.show_state(State.NOTHING_FOUND, words)

    def _filters(self) -> list[Filter]:
        counts = Counter(kind for _, kind in self._found.waiting)
        words = group_words()
        return [
            Filter("all", tr("All"), len(self._found.waiting) or None),
            *(
                Filter(group, words[group], sum(counts[kind] for kind in kinds) or None)
                for group, kinds in GROUPS.items()
            ),
            Filter("settled", tr("Settled")),
        ]

    def _columns(self) -> Sequence[Column[ExceptionRow]]:
        return [
            Column(
                tr("Disagreement"),
                lambda r: kind_words()[r.kind],
                tone=lambda r: Tone.GOOD if r.settled else Tone.ATTENTION,
                sign=lambda r: "" if r.settled else SIGNS[r.kind],
                width=240,
                key="kind",
            ),
            Column(tr("Concerns"), lambda r: r.code, mono=True, width=160, key="code"),
            Column(tr("Customer"), lambda r: r.name, width=160, grow=2, key="customer"),
            Column(tr("In short"), self._short, width=200, grow=3, key="short"),
        ]

    def _short(self, row: ExceptionRow) -> str:
        how = row.settled
        if how is None:
            return in_short(row, self.room)
        when = clock_words(how.at, self.room.today(), self.room.zone)
        return f"{done_words().get(how.act, how.act)} · {how.who} · {when}"

    # -- the one chosen

    def _row(self) -> ExceptionRow | None:
        return self._found.rows.get(self.table.current_id())  # type: ignore[arg-type]

    def _inspect(self, _row_id: object) -> None:
        self.sides.show_row(self._row(), self._found.drawer)

    def _usual(self) -> None:
        """Enter: the usual act; where there is none, what it is about."""
        if self.sides.offers:
            self.settle(self.sides.offers[0])
        else:
            self._go("record")

    def settle(self, offer: Offer) -> None:
        """Asks, and settles; then the next one is chosen."""
        row = self._row()
        if row is None:
            return
        ids = self.model.ids
        place = self.model.place_of(row.id)
        after = ids[place + 1] if place + 1 < len(ids) else ids[place - 1] if place else None

        def done() -> None:
            self._wanted = after
            toast(self, tr("Settled: {what}", what=f"{kind_words()[row.kind]} · {row.code}"), with_page=True)
            self.table.setFocus()
            self.reload()

        dialog = SettleDialog(self, self.room, row, offer, done)
        dialog.rejected.connect(self.reload)  # what it was refused for shows
        dialog.start()

    def _go(self, where: str) -> None:
        row = self._row()
        if where == "cash":
            self.record_asked.emit("cash", "")
        elif row is not None and row.table_name == "work_order":
            self.record_asked.emit("field", row.row_id)
        elif row is not None and row.request_id is not None:
            self.record_asked.emit("requests", row.request_id)
        elif row is not None and row.customer_id is not None:
            self.record_asked.emit("customers", row.customer_id)
