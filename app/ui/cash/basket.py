"""The customer at the counter and what is to be paid: open bills and credit, each with a box to tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.quantities import UNITS, format_quantity
from app.queries.cash import Due, OpenBill
from app.ui.cash.room import MoneyRoom
from app.ui.cash.words import due_words, period_words
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import RIGHT, Column, WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.ui.requests.words import one_line, phone_words
from app.words import tr

LEAST_ROWS, MOST_ROWS = 5, 8
WORDS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class BasketRow:
    """A bill, or the customer's credit (`bill` None)."""

    id: object
    bill: OpenBill | None
    amount: int


CREDIT = "credit"


class Basket(QWidget):
    """Signal `changed()`: something was ticked or unticked."""

    changed = Signal()

    def __init__(self, room: MoneyRoom, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._room = room
        self.due: Due | None = None
        self._rows: dict[object, BasketRow] = {}
        self._ticked: set[object] = set()
        self._today: date = room.today()
        self._name = ElidedLabel(points=14, bold=True)
        self._about = ElidedLabel(tone=Tone.SOFT)
        self._requests = Label(tone=Tone.ATTENTION, points=9.5)
        self.model: WindowedTableModel[BasketRow] = WindowedTableModel(
            lambda ids: {i: self._rows[i] for i in ids if i in self._rows}, self._columns(), parent=self
        )
        self.table = TableView(self.model, tr("Bills to pay"))
        self.table.set_empty(tr("This customer owes nothing. Money taken now is kept as prepayment."))
        self.table.toggled.connect(self.toggle)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self._name)
        names.addWidget(self._about)
        head = QHBoxLayout()
        head.setSpacing(px(12))
        head.addLayout(names, 1)
        head.addWidget(self._requests, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(head)
        column.addWidget(self.table)

    def show_customer(self, due: Due, only: UUID | None = None) -> None:
        """Shows a customer; all open bills are ticked, or `only` that one when it is open."""
        again = self.due is not None and self.due.customer_id == due.customer_id
        before = set(self._ticked)
        self.due = due
        self._today = self._room.today()
        rows = [BasketRow(b.id, b, b.owed) for b in due.bills]
        if due.credit:
            rows.append(BasketRow(CREDIT, None, -due.credit))
        self._rows = {row.id: row for row in rows}
        self._ticked = {row.id for row in rows}
        if only is not None and only in self._rows:
            self._ticked = {only} | ({CREDIT} & set(self._rows))
        elif again:
            self._ticked &= before | {CREDIT}
        self._name.setText(due.name)
        phone = phone_words(due.phone)
        self._about.setText(" · ".join(part for part in (due.code, due.address, phone) if part))
        self._requests.setText(self._request_words(due))
        self.table.set_ids([row.id for row in rows])
        self.table.fit_rows(max(LEAST_ROWS, min(len(rows), MOST_ROWS)))

    @staticmethod
    def _request_words(due: Due) -> str:
        if not due.open_requests:
            return ""
        words = one_line(due.request_words)
        if len(words) > WORDS_SHOWN:
            words = words[: WORDS_SHOWN - 1].rstrip() + "…"
        return tr("Open requests: {count}", count=due.open_requests) + (f" · {words}" if words else "")

    def bill_ids(self) -> tuple[UUID, ...]:
        """The ticked bills, the oldest first."""
        assert self.due is not None
        return tuple(b.id for b in self.due.bills if b.id in self._ticked)

    def use_credit(self) -> bool:
        """Whether the credit is set against them."""
        return CREDIT in self._ticked

    def amount(self) -> int:
        """What the ticked rows come to."""
        assert self.due is not None
        return self.due.amount(self.bill_ids(), self.use_credit())

    def toggle(self, row_id: object) -> None:
        """Ticks or unticks a row. What is owed on the credit cannot be left out."""
        row = self._rows.get(row_id)
        if row is None or (row.bill is None and row.amount > 0):
            return
        self._ticked ^= {row_id}
        self.model.forget(frozenset({row_id}))
        self.changed.emit()

    def _columns(self) -> Sequence[Column[BasketRow]]:
        unit = UNITS[self._room.rules.utility.kind]

        def index(row: BasketRow) -> str:
            if row.bill is None:
                return ""
            numbers = (format_quantity(n, tr.language) for n in (row.bill.previous, row.bill.present))
            return " → ".join(numbers)

        def period(row: BasketRow) -> str:
            if row.bill is not None:
                return period_words(row.bill.period)
            return tr("Credit") if row.amount < 0 else tr("Credit used twice")

        return [
            Column("", lambda _r: "", check=lambda r: r.id in self._ticked, width=38),
            Column(tr("Period"), period, width=130, grow=1),
            Column(tr("Bill"), lambda r: r.bill.code if r.bill else "", mono=True, width=152, gives_way=2),
            Column(tr("Index"), index, width=110, grow=1, gives_way=3),
            Column(
                unit,
                lambda r: format_quantity(r.bill.usage, tr.language) if r.bill else "",
                align=RIGHT,
                width=60,
                gives_way=1,
            ),
            Column(
                tr("Pay by"),
                lambda r: due_words(r.bill.due_on, self._today)[0] if r.bill else "",
                align=RIGHT,
                tone=lambda r: due_words(r.bill.due_on, self._today)[1] if r.bill else Tone.PLAIN,
                width=146,
            ),
            Column(
                tr("Amount"),
                lambda r: self._room.money(r.amount, symbol=False),
                align=RIGHT,
                strong=lambda r: r.bill is not None,
                width=108,
            ),
        ]
