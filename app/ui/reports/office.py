"""The figures of the office over a span of days: cards, charts, the balance of the books; its workbook."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.domain import names
from app.domain.charts import ChartData, Series, money_power
from app.domain.money import format_number
from app.queries.reports import Books, Span
from app.ui.cash.room import MoneyRoom
from app.ui.kit.charts import Chart, ChartKind
from app.ui.kit.inputs import BigNumber
from app.ui.kit.inspector import Notice, clear
from app.ui.kit.jobs import Job
from app.ui.kit.style import box
from app.ui.kit.theme import Tone, px, theme
from app.words import tr

MOST_KINDS = 6
"""Kinds of request in the chart; the workbook has them all."""
FOUR = 700
"""From this width on four figures stand beside each other, with less two, and the charts below each other."""
LEAST_CHART = 150
"""A chart is at least so high; with less room the page scrolls."""


class Card(QWidget):
    """A surface with a chart or a figure on it."""

    def __init__(self, *widgets: QWidget, top: bool = False) -> None:
        """`top`: what is on it begins there, level with the cards beside it."""
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(12), px(16), px(12))
        column.setSpacing(px(4))
        for each in widgets:
            column.addWidget(each)
        if top:
            column.addStretch(1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        box(QPainter(self), self.rect(), theme().surface, theme().line)


class OfficeFigures(QScrollArea):
    """What came in, what was collected, what is owed."""

    def __init__(self, room: MoneyRoom, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.room = room
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        inside = self._make_body()
        self.setWidget(inside)
        inside.setAutoFillBackground(False)

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
        self._grid = grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(px(12))
        figures = (self.received, self.collected, self.reversed, self.owed)
        charts = (self.daily, self.requests, self.points, self.ages)
        # A chart takes the room there is; without this the page would scroll though all fits.
        for chart in charts:
            chart.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
            chart.setMinimumHeight(px(LEAST_CHART))
        self._figures = [Card(each, top=True) for each in figures]
        self._charts = [Card(each) for each in charts]
        self._books = QVBoxLayout()
        self._place(4)
        return inside

    def _place(self, columns: int) -> None:
        """The figures in so many columns, the charts each two of them wide."""
        grid = self._grid
        while grid.count():
            grid.takeAt(0)
        for n in range(4):
            grid.setColumnStretch(n, 1 if n < columns else 0)
            grid.addWidget(self._figures[n], n // columns, n % columns)
        charts, beside = 4 // columns, columns // 2
        for n, each in enumerate(self._charts):
            grid.addWidget(each, charts + n // beside, n % beside * 2, 1, 2)
        foot = charts + 4 // beside
        for row in range(8):
            grid.setRowStretch(row, 1 if charts <= row < foot else 0)
        grid.addLayout(self._books, foot, 0, 1, columns)
        self._columns = columns

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        columns = 4 if self.viewport().width() >= px(FOUR) else 2
        if columns != self._columns:
            self._place(columns)

    def _money(self, amount: float) -> str:
        return self.room.money(round(amount))

    @staticmethod
    def _short(amount: float) -> str:
        digits = 0 if float(amount).is_integer() else 1
        return format_number(round(amount * 10**digits), tr.language, digits)

    def show_span(self, span: Span, books: Books) -> None:
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
        net = money(books.receipts - books.reversals - books.payouts)
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
            "The books do not balance: receipts less reversals and refunds {net}, sessions {sessions}, bills "
            "and credit {allocated}. Tell the administrator; nothing is lost.",
            net=net,
            sessions=money(books.sessions),
            allocated=money(books.to_bills + books.to_credit),
        )
        self._books.addWidget(Notice(words, Tone.WRONG))


def write_report(room: MoneyRoom, span: Span, file: Path, job: Job[Path]) -> Path:
    """Writes the workbook of these figures to `file`."""
    from app.documents.office import report_data
    from app.documents.reports import office_report

    rows = len(span.requests) + len(span.collections) + len(span.arrears)
    office_report(
        report_data(room.rules, span), file, room.rules.utility.language, lambda done: job.step(done, rows)
    )
    return file
