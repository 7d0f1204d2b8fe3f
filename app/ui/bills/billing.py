"""Billing a period: choose it, see what it comes to, make the bills, see what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.domain import names
from app.domain.errors import AppError, Cancelled, Invalid
from app.domain.money import format_number
from app.domain.quantities import UNITS, format_quantity
from app.services.billing import DAYS_TO_PAY, BillingPlan, BillingResult, Skipped, reasons
from app.ui.cash.dialogs import MoneyDialog
from app.ui.cash.room import MoneyRoom
from app.ui.cash.words import in_words, period_words
from app.ui.kit.buttons import Button
from app.ui.kit.days import DateEdit
from app.ui.kit.forms import Form
from app.ui.kit.inputs import BigNumber
from app.ui.kit.jobs import Job, Lane
from app.ui.kit.labels import Label
from app.ui.kit.letters import LetterBox
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import Column, WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.words import tr

MONTHS = 13
"""Periods to choose from, the newest first."""
SHOWN = 1000
"""Connections left out that are listed; their number is told in any case."""


def reason_words() -> dict[str, str]:
    """Why a connection is not billed (`services.billing.REASONS`)."""
    return {
        "class_unknown": tr("its class has no prices"),
        "no_tariff": tr("no price on the day it was read"),
        "lower": tr("the index is lower than before and not confirmed"),
    }


class BillingDialog(MoneyDialog):
    """Signal `billed(period)`: new bills are there."""

    billed = Signal(str)

    def __init__(self, parent: QWidget, room: MoneyRoom, period: str | None = None) -> None:
        super().__init__(parent, room, tr("Bill a period"), 760)
        self._job: Job[Any] | None = None
        self._plan: BillingPlan | None = None
        self._skipped: list[Skipped] = []
        today = room.today()
        self.form = Form()
        self.period = LetterBox()
        for each in months(today):
            self.period.addItem(period_words(each), each)
        self.period.setCurrentIndex(max(self.period.findData(period or f"{today:%Y-%m}"), 0))
        self.form.add("period", tr("&Period"), self.period)
        self.form.add("issued_on", tr("&Day of the bills"), DateEdit())
        self.form.add("due_on", tr("Pay &by"), DateEdit())
        self.form.set_values({"issued_on": today, "due_on": today + timedelta(days=DAYS_TO_PAY)})
        self.form.submitted.connect(self.run)
        self.column.addWidget(self.form)
        figures = QHBoxLayout()
        figures.setSpacing(px(32))
        self.bills = BigNumber(tr("Bills to make"))
        self.total = BigNumber(tr("Together"))
        top = Qt.AlignmentFlag.AlignTop
        figures.addWidget(self.bills, 0, top)
        figures.addWidget(self.total, 1, top)
        self.column.addLayout(figures)
        self.column.addSpacing(px(4))
        self._left_out = Label(tone=Tone.ATTENTION, wrap=True)
        self.column.addWidget(self._left_out)
        model: WindowedTableModel[Skipped] = WindowedTableModel(
            lambda ids: {i: self._skipped[i] for i in ids},
            [
                Column(tr("Connection"), lambda s: s.code, mono=True, width=140),
                Column(tr("Why it is left out"), lambda s: reason_words()[s.reason], width=300, grow=1),
            ],
            parent=self,
        )
        self.skipped = TableView(model, tr("Left out"), dense=True)
        self.skipped.fit_rows(5)
        self.column.addWidget(self.skipped)
        self.column.addLayout(self._make_progress())
        self.column.addStretch(1)
        self.back = Button(tr("Go back"), self.reject, key="Escape")
        self.verb = Button(tr("Make the bills"), self.run, key="F9", primary=True)
        self.finish(self.back, self.verb)
        self.period.currentIndexChanged.connect(lambda _index: self.plan())
        self.plan()

    def _make_progress(self) -> QVBoxLayout:
        self._doing = Label(tone=Tone.SOFT)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(px(6))
        self._stop = Button(tr("Stop"), self._cancel, key="Ctrl+.")
        row = QHBoxLayout()
        row.addWidget(self._bar, 1)
        row.addWidget(self._stop)
        column = QVBoxLayout()
        column.addWidget(self._doing)
        column.addLayout(row)
        self._show_working("")
        return column

    # -- looking ahead

    def plan(self) -> None:
        """Works out what the period would come to; nothing is written."""
        if self._job is not None:
            self._job.cancel()
        period: str = self.period.currentData()
        self._plan = None
        self.wrong.hide()
        self.verb.setEnabled(False)
        self._start(tr("Working out what period {period} comes to…", period=period_words(period)))
        room = self.room
        self._job = room.jobs.run(
            self,
            lambda job: room.billing.plan(period, job.step),
            done=self._planned,
            failed=self._refused,
            progress=self._move,
            lane=Lane.IO,
        )

    def _planned(self, plan: BillingPlan) -> None:
        if plan.period != self.period.currentData():
            return
        self._job, self._plan = None, plan
        self._show_working("")
        unit = UNITS[self.room.rules.utility.kind]
        classes = names.customer_classes(tr)
        parts = [f"{classes.get(c, c)} {format_number(n, tr.language)}" for c, n in plan.by_class.items()]
        self.bills.show_name(tr("Bills to make"))
        self.bills.show_number(format_number(plan.bills, tr.language), " · ".join(parts))
        used = f"{format_quantity(plan.usage, tr.language)} {unit}"
        self.total.show_number(self.room.money(plan.total), used)
        self._show_skipped(plan.skipped)
        if not plan.bills:
            words = tr("Nothing is left to bill in period {period}.", period=period_words(plan.period))
            if plan.billed_before:
                bills = format_number(plan.billed_before, tr.language)
                words += " " + tr("{count} bills are there already.", count=bills)
            self._doing.setText(words)
            self._doing.show()
        self.adjustSize()
        self.verb.setEnabled(plan.bills > 0)
        if plan.bills:
            self.verb.setFocus()

    def _show_skipped(self, skipped: Sequence[Skipped]) -> None:
        self._skipped = list(skipped[:SHOWN])
        self.skipped.set_ids(range(len(self._skipped)))
        self.skipped.setVisible(bool(skipped))
        words = reason_words()
        parts = [f"{format_number(n, tr.language)} {words[reason]}" for reason, n in reasons(skipped).items()]
        self._left_out.setText(tr("Left out: {what}.", what="; ".join(parts)) if parts else "")
        self._left_out.setVisible(bool(parts))

    # -- doing it

    def run(self) -> None:
        """Makes the bills."""
        plan, values, room = self._plan, self.form.values(), self.room
        if plan is None or not plan.bills or self._job is not None:
            return
        self.form.show_errors({})
        self.form.setEnabled(False)
        self.verb.setEnabled(False)
        self._start(tr("Making the bills of period {period}…", period=period_words(plan.period)))
        issued, due = values["issued_on"], values["due_on"]
        self._job = room.jobs.run(
            self,
            lambda job: room.billing.run(room.person, plan.period, issued, due, job.step),
            done=lambda result: self._done(plan.period, result),
            failed=self._refused,
            settled=lambda: self.form.setEnabled(True),
            progress=self._move,
        )

    def _done(self, period: str, result: BillingResult) -> None:
        self._job = None
        self._plan = None
        self._show_working("")
        self.bills.show_name(tr("Bills made"))
        self.bills.show_number(format_number(result.bills, tr.language), tone=Tone.GOOD)
        self.total.show_number(self.room.money(result.total), in_words(result.total, self.room.currency))
        self._show_skipped(result.skipped)
        self.back.setText(tr("Close"))
        self.back.setFocus()
        self.billed.emit(period)

    def _refused(self, error: AppError) -> None:
        self._job = None
        self._show_working("")
        if isinstance(error, Cancelled):
            # Whole groups are kept: what is left is worked out anew.
            self.billed.emit(self.period.currentData())
            self.plan()
            return
        if isinstance(error, Invalid):
            self.form.show_errors(self.room.why_each(error))
            self.verb.setEnabled(self._plan is not None)
        else:
            self.say(error)

    def _cancel(self) -> None:
        if self._job is not None:
            self._stop.setEnabled(False)
            self._job.cancel()

    def reject(self) -> None:
        """Esc stops what runs; bills that were made stay."""
        if self._job is not None:
            self._job.cancel()
        super().reject()

    def _start(self, words: str) -> None:
        self._bar.setRange(0, 0)
        self._show_working(words)

    def _show_working(self, words: str) -> None:
        self._doing.setText(words)
        for each in (self._doing, self._bar, self._stop):
            each.setVisible(bool(words))
        self._stop.setEnabled(True)

    def _move(self, done: int, total: int) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)


def months(today: date) -> list[str]:
    """Periods to choose from: next month, this one, and those before."""
    first = today.year * 12 + today.month
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(first, first - MONTHS, -1)]
