"""The bills of a period: who owes, what each says, billing and printing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.domain.errors import AppError, Cancelled
from app.domain.money import format_number, plain_money
from app.domain.quantities import UNITS, format_quantity, plain_quantity
from app.queries.bills import STATES, BillFilter, BillRow, PeriodTotals
from app.ui.bills.billing import BillingDialog
from app.ui.cash.room import MoneyRoom
from app.ui.cash.words import due_words, period_words
from app.ui.kit.buttons import Button, Filter, FilterChips
from app.ui.kit.flow import Flow
from app.ui.kit.inputs import SearchEdit
from app.ui.kit.inspector import Details, Inspector
from app.ui.kit.jobs import Job, Lane, Latest
from app.ui.kit.letters import LetterBox
from app.ui.kit.page import Page, State
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import RIGHT, Column, Listed, WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.ui.kit.toast import toast
from app.words import tr

TABLES = frozenset({"bill", "allocation", "receipt", "reversal"})
NARROW = 560
PREVIEWED = 400
"""Bills that are shown at once when printed together; of more only the file's place is told."""


class BillsPage(Page):
    """Bills by period and state.

    `show_record` takes a bill's id, a state ("overdue": of all periods) or "unbilled" (asks which period).
    """

    def __init__(self, room: MoneyRoom, parent: QWidget | None = None) -> None:
        super().__init__(tr("Bills"), parent)
        self.room = room
        self._filter = BillFilter(room.today())
        self._wanted: UUID | None = None
        self._seen: tuple[BillRow | None, date | None] = (None, None)
        self._reading = Latest(room.jobs, self, Lane.IO)
        self._summing = Latest(room.jobs, self, Lane.IO)
        self.print_button = Button(tr("Print all…"), self.print_all, key="Ctrl+Shift+P", sign="printer")
        self.print_button.setToolTip(tr("Print all…"))
        self.add_act(self.print_button)
        if room.may("billing.run"):
            self.set_primary(tr("Bill a period"), self.bill_period)
        self.period = LetterBox()
        self.period.setAccessibleName(tr("Period"))
        self.period.setMinimumWidth(px(120))
        self.chips = FilterChips(self._filters(None), tr("Which bills"))
        self.search = SearchEdit(tr("Find by name or code"))
        self.search.setFixedWidth(px(200))
        self.add_bar(Flow(self.period, self.search, self.chips))
        self.model: WindowedTableModel[BillRow] = WindowedTableModel(
            room.bill_queries.rows, self._columns(), dim=lambda r: not r.open, parent=self
        )
        self.table = TableView(self.model, tr("Bills"))
        self.table.show_sorted("code")
        room.remember(self.table, "bills")
        self.search.leads_to(self.table)
        self.set_body(self.table)
        self.inspector = Inspector()
        self.set_inspector(self.inspector)
        self.table.current_changed.connect(self._inspect)
        self.table.opened.connect(lambda _id: self.print_one())
        self.table.sort_asked.connect(self._sort_by)
        self.table.typed.connect(self._type_on)
        self.chips.chosen.connect(lambda _key: self.reload())
        self.search.searched.connect(lambda _text: self.reload())
        self.period.currentIndexChanged.connect(lambda _index: self.reload())

    # -- what the window calls

    def first_opened(self) -> None:
        self.table.setFocus()

    def opened(self) -> None:
        self._fill_periods()
        self.reload()

    def refresh(self, tables: frozenset[str]) -> None:
        """Something was written, here or by another desk."""
        if tables & TABLES and self.isVisible():
            self._fill_periods()
            self.reload()

    def show_record(self, record: object) -> bool:
        """Goes to a bill, or to all of a state."""
        if isinstance(record, str):
            return self._show_kind(record)
        if not isinstance(record, UUID):
            return False
        row = self.room.bill_queries.rows([record]).get(record)
        if row is None:
            return False
        self._wanted = record
        self._fill_periods()
        self.search.clear()
        self.chips.choose("all")
        self.period.setCurrentIndex(self.period.findData(row.period))
        self.reload()
        return True

    def _show_kind(self, kind: str) -> bool:
        if kind == "unbilled" and self.room.may("billing.run"):
            self.bill_period()
            return True
        if kind not in STATES:
            return not kind
        self._fill_periods()
        self.search.clear()
        self.period.setCurrentIndex(0)
        self.chips.choose(kind)
        self.reload()
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Where large text leaves little room, printing all is its sign."""
        super().resizeEvent(event)
        room = self.width() - (0 if self.inspector.isHidden() else self.inspector.width())
        self.print_button.setText("" if room < px(NARROW) else self.print_button.accessibleName())

    # -- the list

    def _fill_periods(self) -> None:
        periods = self.room.bill_queries.periods()
        there = [self.period.itemData(i) for i in range(self.period.count())]
        wanted = ["", *periods]
        if there == wanted:
            return
        chosen = self.period.currentData() if there else None
        self.period.blockSignals(True)
        self.period.clear()
        self.period.addItem(tr("All periods"), "")
        for each in periods:
            self.period.addItem(period_words(each), each)
        newest = periods[0] if periods else ""
        self.period.setCurrentIndex(max(self.period.findData(chosen if chosen is not None else newest), 0))
        self.period.blockSignals(False)

    def reload(self) -> None:
        """Asks for the list and the sums anew."""
        room = self.room
        self._filter = replace(
            self._filter,
            today=room.today(),
            period=self.period.currentData() or None,
            state=self.chips.key(),
            text=self.search.text(),
        )
        wanted, period = self._filter, self._filter.period
        listed, stands = self.model.listed, self.table.current_id()
        self._reading.run(
            lambda _job: listed(room.bill_queries.ids(wanted), stands),
            done=self._show,
            failed=lambda error: self.show_state(State.WRONG, room.why(error)),
        )
        if period is None:
            self.set_count("")
            self.chips.show_counts(self._filters(None))
        else:
            self._summing.run(
                lambda _job: room.bill_queries.totals(period, wanted.today), done=self._show_totals
            )

    def _show(self, listed: Listed[BillRow]) -> None:
        ids, head = listed
        if not ids and self.period.count() <= 1:
            may = self.room.may("billing.run")
            self.show_state(
                State.EMPTY,
                tr("There are no bills yet. They are made from the indexes of a period."),
                tr("Bill a period") if may else "",
                self.bill_period if may else None,
            )
            self._inspect(None)
            self.print_button.setEnabled(False)
            return
        self.print_button.setEnabled(bool(ids))
        words = self.search.text().strip()
        if words:
            empty = tr(
                "Nothing found for “{text}” here. Try another period, or part of the name.", text=words
            )
        else:
            empty = tr("No bill is in this state.")
        self.table.set_empty(empty)
        self.table.set_ids(ids, head)
        self.show_body()
        wanted, self._wanted = self._wanted, None
        if wanted is not None and self.table.choose(wanted):
            return
        if self.table.current_id() is None:
            self.table.choose_first()

    def _show_totals(self, totals: PeriodTotals) -> None:
        self.chips.show_counts(self._filters(totals))
        unit = UNITS[self.room.rules.utility.kind]
        self.set_count(
            tr(
                "{total} billed · {paid} paid · {use} {unit}",
                total=self.room.money(totals.total),
                paid=self.room.money(totals.paid),
                use=format_quantity(totals.usage, tr.language),
                unit=unit,
            )
        )

    def _filters(self, totals: PeriodTotals | None) -> list[Filter]:
        titles = {
            "all": tr("All"),
            "open": tr("Not paid"),
            "overdue": tr("Overdue"),
            "paid": tr("Paid"),
            "nothing": tr("Nothing to pay"),
        }
        counts: dict[str, int | None] = dict.fromkeys(STATES)
        if totals is not None:
            counts = {
                "all": totals.bills,
                "open": totals.open_bills,
                "overdue": totals.overdue_bills,
                "paid": totals.paid_bills,
                "nothing": totals.bills_of_nothing,
            }
        return [Filter(key, title, counts[key]) for key, title in titles.items()]

    def _sort_by(self, key: str, descending: bool) -> None:
        self._filter = replace(self._filter, sort=key, descending=descending)
        self.reload()

    def _type_on(self, text: str) -> None:
        self.search.setFocus()
        self.search.setText(text)

    def _columns(self) -> list[Column[BillRow]]:
        unit = UNITS[self.room.rules.utility.kind]

        def state(row: BillRow) -> str:
            if not row.open:
                return tr("paid") if row.total else tr("nothing to pay")
            return due_words(row.due_on, self._filter.today)[0]

        def tone(row: BillRow) -> Tone:
            return due_words(row.due_on, self._filter.today)[1] if row.open else Tone.SOFT

        def owed(row: BillRow) -> str:
            return self.room.money(row.total - row.paid, symbol=False) if row.open else ""

        return [
            Column(tr("Bill"), lambda r: r.code, mono=True, width=150, sort="code", gives_way=1),
            Column(tr("Customer"), lambda r: r.customer_name, width=150, grow=2, sort="customer"),
            Column(tr("Route"), lambda r: r.route or "", mono=True, width=84, sort="route", gives_way=4),
            Column(
                unit,
                lambda r: format_quantity(r.usage, tr.language),
                value=lambda r: plain_quantity(r.usage),
                align=RIGHT,
                width=60,
                sort="usage",
                gives_way=3,
            ),
            Column(tr("Pay by"), state, align=RIGHT, tone=tone, width=146, sort="due"),
            Column(
                tr("Amount"),
                lambda r: self.room.money(r.total, symbol=False),
                value=lambda r: plain_money(r.total, self.room.currency),
                align=RIGHT,
                width=100,
                sort="total",
                strong=lambda r: r.open,
            ),
            Column(
                tr("Still owed"),
                owed,
                value=lambda r: plain_money(r.total - r.paid, self.room.currency) if r.open else None,
                align=RIGHT,
                width=100,
                gives_way=2,
                key="owed",
            ),
        ]

    # -- the one chosen

    def _inspect(self, bill_id: object) -> None:
        row = self.room.bill_queries.rows([bill_id]).get(bill_id) if isinstance(bill_id, UUID) else None
        seen = (row, self._filter.today)
        if row is not None and seen == self._seen:
            return  # what others wrote concerns other bills
        self._seen = seen
        if row is None:
            self.inspector.show_nothing(tr("The chosen bill is shown here."))
            return
        room, unit = self.room, UNITS[self.room.rules.utility.kind]
        due, tone = due_words(row.due_on, self._filter.today)
        if not row.open:
            notice, tone = (tr("Paid in full"), Tone.GOOD) if row.total else (tr("Nothing to pay"), Tone.SOFT)
        elif tone is Tone.PLAIN:
            notice, tone = tr("Pay by {day}", day=f"{row.due_on:%d/%m/%Y}"), Tone.INFO
        else:
            notice = f"{due[:1].upper()}{due[1:]}"
        indexes = " → ".join(format_quantity(n, tr.language) for n in (row.previous, row.present))
        fields = [
            (tr("Customer"), f"{row.customer_name} · {row.customer_code}"),
            (tr("Place of use"), row.address),
            (tr("Period"), period_words(row.period)),
            (tr("Index"), f"{indexes} · {format_quantity(row.usage, tr.language)} {unit}"),
            (tr("Amount"), room.money(row.total)),
        ]
        if row.paid:
            fields.append((tr("Paid"), room.money(row.paid)))
        if row.open:
            fields.append((tr("Still owed"), room.money(row.total - row.paid)))
        acts = [Button(tr("Print bill"), self.print_one, key="Ctrl+P")]
        if row.open and room.may("cash.collect"):
            customer = row.customer_id
            acts.append(
                Button(
                    tr("Take payment"),
                    lambda: self.record_asked.emit("cash", customer),
                    key="F9",
                    primary=True,
                )
            )
        self.inspector.show_details(
            Details(row.code, row.customer_name, notice, tone, [f for f in fields if f[1]]), acts
        )

    # -- acts

    def bill_period(self) -> BillingDialog:
        """F2: make the bills of a period."""
        dialog = BillingDialog(self.window(), self.room)
        dialog.billed.connect(self._billed)
        dialog.open()
        return dialog

    def _billed(self, period: str) -> None:
        self._fill_periods()
        self.period.setCurrentIndex(max(self.period.findData(period), 0))
        self.reload()

    def print_one(self) -> None:
        """Ctrl+P: the chosen bill."""
        bill_id = self.table.current_id()
        if isinstance(bill_id, UUID):
            row = self.room.bill_queries.rows([bill_id])[bill_id]
            self._print([bill_id], f"{row.code}.pdf", row.code)

    def print_all(self) -> None:
        """Every bill of the list into one file, in the list's order."""
        ids = list(self.model.ids)
        if not ids:
            return
        period = self._filter.period
        name = tr("Bills of {period}", period=period_words(period)) if period else tr("Bills")
        self._print(ids, f"{name.replace('/', '-')}.pdf", name)

    def _print(self, ids: list[UUID], file_name: str, title: str) -> None:
        room = self.room

        def make(job: Job[Path]) -> Path:
            return write_bills(room, ids, file_name, job)

        def done(file: Path) -> None:
            if len(ids) <= PREVIEWED:
                room.show_paper(self, file, title)
            else:
                count = format_number(len(ids), tr.language)
                toast(self, tr("{count} bills are in {path}", count=count, path=file))

        def failed(error: AppError) -> None:
            if not isinstance(error, Cancelled):
                toast(self, room.why(error), tone=Tone.WRONG)

        job = room.jobs.run(
            self,
            make,
            done=done,
            failed=failed,
            settled=self.unwatch,
            progress=self.progress,
            lane=Lane.IO,
        )
        count = format_number(len(ids), tr.language)
        self.watch(job, tr("Writing {count} bills…", count=count))  # type: ignore[arg-type]


def write_bills(room: MoneyRoom, ids: list[UUID], file_name: str, job: Job[Path]) -> Path:
    """The bills as one PDF in the folder of papers."""
    from app.documents.bill import bills_pdf
    from app.documents.files import folder_for
    from app.documents.office import bill_papers

    file = folder_for(room.papers / file_name)
    papers = bill_papers(room.rules, room.bill_queries.sheets(ids))
    bills_pdf(file, papers, room.rules.utility.language, lambda done: job.step(done, len(ids)))
    return file
