"""Figures of a span of days: cards, charts, the balance of the books; a workbook to hand on."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.domain import names
from app.domain.charts import ChartData, Series, money_power
from app.domain.errors import AppError, Cancelled
from app.domain.money import format_number
from app.queries.reports import Books, Span
from app.ui.cash.room import MoneyRoom
from app.ui.kit.buttons import Filter, FilterChips
from app.ui.kit.charts import Chart, ChartKind
from app.ui.kit.inputs import BigNumber, DateEdit
from app.ui.kit.inspector import Notice, clear
from app.ui.kit.jobs import Job, Lane, Latest
from app.ui.kit.labels import Label
from app.ui.kit.page import Page, State
from app.ui.kit.style import box
from app.ui.kit.theme import Tone, px, theme
from app.ui.kit.toast import toast
from app.words import tr

MOST_KINDS = 6
"""Kinds of request in the chart; the workbook has them all."""
LEAST_CHART = 150
"""A chart is at least so high; with less room the page scrolls."""


class Card(QWidget):
    """A surface with a chart or a figure on it."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(12), px(16), px(12))
        column.setSpacing(px(4))
        for each in widgets:
            column.addWidget(each)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        box(QPainter(self), self.rect(), theme().surface, theme().line)


class ReportsPage(Page):
    """Choose days, look, export. F9 writes the workbook."""

    def __init__(self, room: MoneyRoom, parent: QWidget | None = None) -> None:
        super().__init__(tr("Reports"), parent)
        self.room = room
        self.span: Span | None = None
        self._reading = Latest(room.jobs, self, Lane.IO)
        self.export_button = None
        if room.may("reports.export"):
            self.export_button = self.set_primary(tr("Export workbook"), self.export, key="F9")
        self.chips = FilterChips(
            [
                Filter("today", tr("Today")),
                Filter("month", tr("This month")),
                Filter("last", tr("Last month")),
                Filter("days", tr("Other days")),
            ],
            tr("Which days"),
        )
        self.chips.choose("month")
        self.first, self.last = DateEdit(), DateEdit()
        self.first.setAccessibleName(tr("First day"))
        self.last.setAccessibleName(tr("Last day"))
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(8))
        row.addWidget(self.chips, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.first)
        row.addWidget(Label("–", tone=Tone.SOFT))
        row.addWidget(self.last)
        row.addStretch(1)
        self.add_bar(bar)
        self.set_body(self._make_body())
        self._put_days(*self._days("month"))
        self.chips.chosen.connect(self._chosen)
        self.first.dateChanged.connect(lambda _day: self._by_hand())
        self.last.dateChanged.connect(lambda _day: self._by_hand())

    def _make_body(self) -> QWidget:
        self.received = BigNumber(tr("Requests received"))
        self.collected = BigNumber(tr("Money collected"))
        self.reversed = BigNumber(tr("Money reversed"))
        self.owed = BigNumber(tr("Arrears"))
        self.requests = Chart()
        self.daily = Chart(kind=ChartKind.BARS, write=self._short)
        self.points = Chart(kind=ChartKind.RING, write=self._money)
        self.ages = Chart(kind=ChartKind.RING, write=self._money)
        inside = QWidget()
        inside.setAutoFillBackground(False)
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(px(12))
        for n, figure in enumerate((self.received, self.collected, self.reversed, self.owed)):
            grid.addWidget(Card(figure), 0, n)
            grid.setColumnStretch(n, 1)
        # A chart takes the room there is; without this the page would scroll though all fits.
        for chart in (self.daily, self.requests, self.points, self.ages):
            chart.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
            chart.setMinimumHeight(px(LEAST_CHART))
        for n, each in enumerate((self.daily, self.requests, self.points, self.ages)):
            grid.addWidget(Card(each), 1 + n // 2, n % 2 * 2, 1, 2)
        self._books = QVBoxLayout()
        grid.addLayout(self._books, 3, 0, 1, 4)
        for row in (1, 2):
            grid.setRowStretch(row, 1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.viewport().setAutoFillBackground(False)
        scroll.setWidget(inside)
        inside.setAutoFillBackground(False)
        return scroll

    def _money(self, amount: float) -> str:
        return self.room.money(round(amount))

    @staticmethod
    def _short(amount: float) -> str:
        digits = 0 if float(amount).is_integer() else 1
        return format_number(round(amount * 10**digits), tr.language, digits)

    # -- what the window calls

    def opened(self) -> None:
        self.reload()

    def reload(self) -> None:
        """Works the figures out anew."""
        room = self.room
        if not room.may("reports.see"):
            self.show_state(State.NO_RIGHT, tr("Reports are for supervisors. Ask your supervisor."))
            return
        first, last = self.days()
        if last < first:
            words = tr("The last day is before the first. Turn them round.")
            self.show_state(State.WRONG, words)
            return
        now = room.now()

        def work(_job: Job[tuple[Span, Books]]) -> tuple[Span, Books]:
            return room.report_queries.span(first, last, now), room.report_queries.books()

        if self.span is None:
            self.show_state(State.LOADING, tr("Working out the figures…"))
        self._reading.run(
            work,
            done=lambda found: self._show(*found),
            failed=lambda error: self.show_state(State.WRONG, room.why(error)),
        )

    def days(self) -> tuple[date, date]:
        """The chosen days, both counted."""
        first, last = self.first.date(), self.last.date()
        return date(first.year(), first.month(), first.day()), date(last.year(), last.month(), last.day())

    # -- choosing days

    def _days(self, key: str) -> tuple[date, date]:
        today = self.room.today()
        if key == "today":
            return today, today
        first = today.replace(day=1)
        if key == "last":
            before = first - timedelta(days=1)
            return before.replace(day=1), before
        return first, today

    def _put_days(self, first: date, last: date) -> None:
        for edit, day in ((self.first, first), (self.last, last)):
            edit.blockSignals(True)
            edit.setDate(QDate(day.year, day.month, day.day))
            edit.blockSignals(False)

    def _chosen(self, key: str) -> None:
        if key == "days":
            self.first.setFocus()
            return
        self._put_days(*self._days(key))
        self.reload()

    def _by_hand(self) -> None:
        self.chips.blockSignals(True)
        self.chips.choose("days")
        self.chips.blockSignals(False)
        self.reload()

    # -- the figures

    def _show(self, span: Span, books: Books) -> None:
        self.span = span
        money, language = self.room.money, tr.language
        received = sum(r.received for r in span.requests)
        answered = sum(r.answered for r in span.requests)
        on_time = sum(r.on_time for r in span.requests)
        still_open = sum(r.open for r in span.requests)
        words = tr("{count} of them open", count=format_number(still_open, language))
        if answered:
            words = tr("{percent} % answered on time", percent=100 * on_time // answered) + " · " + words
        self.received.show_number(format_number(received, language), words)
        receipts = sum(c.receipts for c in span.collections)
        taken = sum(c.amount for c in span.collections)
        self.collected.show_number(
            money(taken),
            tr("{count} receipts", count=format_number(receipts, language)),
        )
        back = sum(c.reversed for c in span.collections)
        self.reversed.show_number(
            money(back),
            tr("{amount} remains", amount=money(taken - back)),
            Tone.ATTENTION if back else Tone.PLAIN,
        )
        self.owed.show_number(
            money(sum(a.total for a in span.arrears)),
            tr("{count} customers", count=format_number(len(span.arrears), language)),
        )
        self._show_charts(span)
        self._show_books(books)
        self.show_body()

    def _show_charts(self, span: Span) -> None:
        types = self.room.rules.request_types_ever()
        kinds: Counter[str] = Counter()
        late: Counter[str] = Counter()
        for r in span.requests:
            kinds[r.type_code] += r.received
            late[r.type_code] += r.late
        codes = [code for code, _ in kinds.most_common(MOST_KINDS)]
        self.requests.show_data(
            ChartData(
                tr("Requests by type"),
                tuple(types[c].name(tr.language) if c in types else c for c in codes),
                (
                    Series(tr("Received in these days"), tuple(float(kinds[c]) for c in codes)),
                    Series(tr("Overdue or answered late"), tuple(float(late[c]) for c in codes)),
                ),
            )
        )
        days: Counter[date] = Counter()
        back: Counter[date] = Counter()
        points: Counter[str] = Counter()
        for c in span.collections:
            days[c.day] += c.amount
            back[c.day] += c.reversed
            points[self.room.point_name(c.point)] += c.amount
        currency, order = self.room.currency, sorted(days)
        power = money_power((*days.values(), *back.values()), currency.digits)
        scale = 10 ** (power + currency.digits)
        series = [Series(tr("Money collected"), tuple(days[day] / scale for day in order))]
        if any(back.values()):
            series.append(Series(tr("Money reversed"), tuple(back[day] / scale for day in order)))
        self.daily.show_data(
            ChartData(
                tr("Collections per day"),
                tuple(f"{day:%d/%m}" for day in order),
                tuple(series),
                names.money_unit(power, currency.symbol, tr),
            )
        )
        names_ = [name for name, _ in points.most_common()]
        self.points.show_data(
            ChartData(
                tr("Collections by point"),
                tuple(names_),
                (Series(tr("Money collected"), tuple(float(points[n]) for n in names_)),),
            )
        )
        bands = names.bands(tr)
        owed = [sum(a.bands[n] for a in span.arrears) for n in range(len(bands))]
        self.ages.show_data(
            ChartData(
                tr("Arrears by age"),
                tuple(bands.values()),
                (Series(tr("Arrears"), tuple(float(amount) for amount in owed)),),
            )
        )

    def _show_books(self, books: Books) -> None:
        clear(self._books)
        money = self.room.money
        net = money(books.receipts - books.reversals)
        if books.balanced:
            words = tr(
                "The books balance: {net} taken since the beginning = {bills} on bills + {credit} in credit.",
                net=net,
                bills=money(books.to_bills),
                credit=money(books.to_credit),
            )
            self._books.addWidget(Notice(words, Tone.GOOD))
            return
        words = tr(
            "The books do not balance: receipts less reversals {net}, sessions {sessions}, bills and credit "
            "{allocated}. Tell the administrator; nothing is lost.",
            net=net,
            sessions=money(books.sessions),
            allocated=money(books.to_bills + books.to_credit),
        )
        self._books.addWidget(Notice(words, Tone.WRONG))

    # -- the workbook

    def export(self) -> None:
        """F9: the figures of these days as a workbook."""
        span, room = self.span, self.room
        if span is None or span.first_day > span.last_day:
            return
        title = tr(
            "Report {first} to {last}", first=f"{span.first_day:%d-%m-%Y}", last=f"{span.last_day:%d-%m-%Y}"
        )

        def failed(error: AppError) -> None:
            if not isinstance(error, Cancelled):
                toast(self, room.why(error), tone=Tone.WRONG)

        job = room.jobs.run(
            self,
            lambda job: write_report(room, span, f"{title}.xlsx", job),
            done=lambda file: toast(self, tr("The workbook is {path}", path=file), with_page=True),
            failed=failed,
            settled=self.unwatch,
            lane=Lane.IO,
        )
        self.watch(job, tr("Writing the workbook…"))  # type: ignore[arg-type]


def write_report(room: MoneyRoom, span: Span, file_name: str, job: Job[Path]) -> Path:
    """The workbook in the folder of papers."""
    from app.documents.files import folder_for
    from app.documents.office import report_data
    from app.documents.reports import office_report

    file = folder_for(room.papers / file_name)
    rows = len(span.requests) + len(span.collections) + len(span.arrears)
    office_report(
        report_data(room.rules, span), file, room.rules.utility.language, lambda done: job.step(done, rows)
    )
    return file
