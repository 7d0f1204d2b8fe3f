"""Disagreements: each with what both sides say, and who should look at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.domain.quantities import UNITS, format_quantity
from app.queries.exceptions import ExceptionRow
from app.queries.sides import Side
from app.ui.cash.room import MoneyRoom
from app.ui.cash.words import clock_words, period_words
from app.ui.kit.buttons import Button, Filter, FilterChips
from app.ui.kit.inspector import Details, Inspector
from app.ui.kit.jobs import Lane, Latest
from app.ui.kit.page import Page, State
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import Column, WindowedTableModel
from app.ui.kit.theme import Tone
from app.words import tr

SIGNS = {
    "overpaid": "cash",
    "two_readings": "gauge",
    "concurrent": "users",
    "same_id": "copy",
}


KINDS = tuple(SIGNS)


def kind_words() -> dict[str, str]:
    """What each kind is called."""
    return {
        "overpaid": tr("Bill paid too much"),
        "two_readings": tr("Two indexes for one period"),
        "concurrent": tr("Changed at two desks"),
        "same_id": tr("Entered twice, differently"),
    }


def field_words() -> dict[str, str]:
    """The fields whose concurrent change a person must see."""
    return {
        "name": tr("Name"),
        "bank_account": tr("Bank account"),
        "customer_class": tr("Customer class"),
        "serial": tr("Meter serial"),
    }


class ExceptionsPage(Page):
    """The disagreements of the office. `show_record` takes an exception's id."""

    def __init__(self, room: MoneyRoom, parent: QWidget | None = None) -> None:
        super().__init__(tr("To settle"), parent)
        self.room = room
        self._all: dict[UUID, ExceptionRow] = {}
        self._wanted: UUID | None = None
        self._reading = Latest(room.jobs, self, Lane.IO)
        self.chips = FilterChips(self._filters(), tr("Which disagreements"))
        self.add_bar(self.chips)
        self.model: WindowedTableModel[ExceptionRow] = WindowedTableModel(
            lambda ids: {i: self._all[i] for i in ids if i in self._all}, self._columns(), parent=self
        )
        self.table = TableView(self.model, tr("To settle"))
        self.set_body(self.table)
        self.inspector = Inspector()
        self.set_inspector(self.inspector)
        self.table.current_changed.connect(self._inspect)
        self.table.opened.connect(lambda _id: self._go())
        self.chips.chosen.connect(lambda _key: self._filtered())

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
        queries = self.room.exception_queries

        def work(_job: object) -> dict[UUID, ExceptionRow]:
            ids = [id for id, kind in queries.waiting() if kind in KINDS]
            found = queries.rows(ids)
            return {i: found[i] for i in ids if i in found}

        self._reading.run(
            work,
            done=self._show,
            failed=lambda error: self.show_state(State.WRONG, self.room.why(error)),
        )

    def _show(self, rows: dict[UUID, ExceptionRow]) -> None:
        self._all = rows
        self.chips.show_counts(self._filters())
        self.set_count(tr("{count} waiting", count=len(rows)) if rows else "")
        if not rows:
            self.inspector.show_nothing(tr("Both sides of the chosen disagreement are shown here."))
            self.show_state(
                State.NOTHING_FOUND,
                tr("Nothing disagrees. When two desks say different things, it is shown here."),
            )
            return
        self._filtered()
        self.show_body()

    def _filtered(self) -> None:
        key = self.chips.key()
        ids = [i for i, row in self._all.items() if key in ("all", row.kind)]
        self.table.set_empty(tr("Nothing of this kind."))
        self.table.set_ids(ids)
        wanted, self._wanted = self._wanted, None
        if wanted is not None and self.table.choose(wanted):
            return
        if self.table.current_id() is None:
            self.table.choose_first()
        self._inspect(self.table.current_id())

    def _filters(self) -> list[Filter]:
        counts = Counter(row.kind for row in self._all.values())
        words = kind_words()
        return [
            Filter("all", tr("All"), len(self._all) or None),
            *(Filter(kind, words[kind], counts[kind] or None) for kind in KINDS),
        ]

    def _columns(self) -> Sequence[Column[ExceptionRow]]:
        return [
            Column(
                tr("Disagreement"),
                lambda r: kind_words()[r.kind],
                tone=lambda _r: Tone.ATTENTION,
                sign=lambda r: SIGNS[r.kind],
                width=220,
            ),
            Column(tr("Concerns"), lambda r: r.code, mono=True, width=160),
            Column(tr("Customer"), lambda r: r.name, width=160, grow=2),
            Column(tr("In short"), self._short, width=200, grow=2),
        ]

    def _short(self, row: ExceptionRow) -> str:
        if row.kind == "overpaid":
            return tr("{amount} too much", amount=self.room.money(row.amount))
        return " ↔ ".join(self._value(row, side) for side in row.sides if side.value is not None)

    def _value(self, row: ExceptionRow, side: Side) -> str:
        if row.kind == "overpaid":
            return self.room.money(side.value)
        if row.kind == "two_readings":
            unit = UNITS[self.room.rules.utility.kind]
            return f"{format_quantity(side.value, tr.language)} {unit}"
        return "" if side.value is None else str(side.value)

    # -- the one chosen

    def _inspect(self, row_id: object) -> None:
        row = self._all.get(row_id) if isinstance(row_id, UUID) else None
        if row is None:
            self.inspector.show_nothing(tr("Both sides of the chosen disagreement are shown here."))
            return
        fields = [
            (tr("Customer"), row.name),
            (tr("What it is about"), self._about(row)),
            (tr("What to do"), self._advice(row)),
        ]
        acts = []
        if row.customer_id is not None:
            acts.append(Button(tr("Show customer"), self._go, key="F9", primary=True))
        self.inspector.show_details(
            Details(
                code=row.code,
                title=kind_words()[row.kind],
                notice=self._who(row),
                notice_tone=Tone.ATTENTION,
                fields=[field for field in fields if field[1]],
                timeline_title=tr("What each side says"),
                timeline=[(self._when(side), self._side(row, side)) for side in row.sides],
            ),
            acts,
        )

    def _when(self, side: Side) -> str:
        return "" if side.at is None else clock_words(side.at, self.room.today(), self.room.zone)

    def _side(self, row: ExceptionRow, side: Side) -> str:
        who = " · ".join(part for part in (side.who, side.desk) if part) or tr("the head office")
        parts = [self._value(row, side) if side.value is not None else "", side.code, who]
        return " · ".join(part for part in parts if part)

    @staticmethod
    def _about(row: ExceptionRow) -> str:
        if row.kind == "concurrent":
            return field_words().get(row.part, row.part)
        return tr("Period {period}", period=period_words(row.part)) if row.part else ""

    @staticmethod
    def _who(row: ExceptionRow) -> str:
        return {
            "overpaid": tr("For the cashier and the supervisor"),
            "two_readings": tr("For the one who read the meter and the supervisor"),
            "concurrent": tr("For the two who changed it"),
            "same_id": tr("For the supervisor"),
        }[row.kind]

    @staticmethod
    def _advice(row: ExceptionRow) -> str:
        return {
            "overpaid": tr(
                "Ask the customer: use it for the next bill (it is offered as credit when money is taken), "
                "or take one receipt back and return the money."
            ),
            "two_readings": tr(
                "Look at the meter. Enter the right index once more, as a correction of the wrong one."
            ),
            "concurrent": tr("Ask which is right, then set the field again to that value."),
            "same_id": tr("Compare the two papers. The one entered first is kept."),
        }[row.kind]

    def _go(self) -> None:
        row_id = self.table.current_id()
        row = self._all.get(row_id) if isinstance(row_id, UUID) else None
        if row is not None and row.customer_id is not None:
            self.record_asked.emit("customers", row.customer_id)
