"""A report on the screen: its tables one at a time, and its charts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QStackedLayout, QVBoxLayout, QWidget

from app.documents.papers import Chart as ChartOfPaper
from app.documents.report_paper import Report, cell_text
from app.documents.workbook import OutColumn, SheetOut
from app.domain.money import Currency, format_number
from app.ui.kit.buttons import Filter, FilterChips
from app.ui.kit.charts import Chart, ChartKind
from app.ui.kit.inspector import clear
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.page import scrolled
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import LEFT, RIGHT, Column, WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.ui.reports.office import LEAST_CHART, Card
from app.words import tr

CHARTS = "charts"
ROOMY = 480
"""A report at least so high says in full how it was counted."""
_NUMBERS = ("int", "money", "quantity", "percent")
_PIXELS = 7
"""So many for a letter of a column's width."""
_WIDEST = 300
_LEAST = {"time": 144, "date": 104}
"""Of what has one length, that length."""

Row = tuple[Any, ...]


class ReportPreview(QWidget):
    """Chips name the tables; a table opens when it is asked for."""

    def __init__(self, zone: tzinfo, currency: Currency) -> None:
        super().__init__()
        self._zone, self._currency = zone, currency
        self._report: Report | None = None
        self.chips: FilterChips | None = None
        self._head = QVBoxLayout()
        self._stack = QStackedLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(self._head)
        column.addLayout(self._stack, 1)
        self._made: dict[str, QWidget] = {}

    def show_report(self, report: Report) -> None:
        """Shows it, at the table that was open where the new one has it too."""
        stood = self.chips.key() if self.chips is not None and self._report is not None else ""
        same = self._report is not None and self._report.title == report.title
        self._report = report
        clear(self._head)
        while self._stack.count():
            widget = self._stack.widget(0)
            assert widget is not None
            self._stack.removeWidget(widget)
            widget.deleteLater()
        self._made = {}
        filters = [
            # "Overdue (12)" says already how many there are, and the sheet may hold the first ones only.
            Filter(str(n), each.title, None if each.title.endswith(")") else len(self._rows(each)))
            for n, each in enumerate(report.sheets)
        ]
        if any(sheet.charts for sheet in report.sheets):
            filters.insert(1, Filter(CHARTS, tr("Charts")))
        self.chips = FilterChips(filters, tr("Which table"), bound=False)
        self.chips.chosen.connect(self._open)
        self.chips.setVisible(len(filters) > 1)
        self._head.addWidget(self.chips)
        notes = " ".join(report.notes)
        # Whole where there is room; on a low screen the rows come first, and the tooltip has it whole.
        short = self.height() < px(ROOMY)
        said = (
            ElidedLabel(notes, tone=Tone.SOFT, points=9)
            if short
            else Label(notes, tone=Tone.SOFT, points=9, wrap=True)
        )
        self._head.addWidget(said)
        keys = [each.key for each in filters]
        key = stood if same and stood in keys else keys[0]
        self.chips.choose(key)
        self._open(key)

    def table(self) -> TableView | None:
        """The table in sight."""
        widget = self._stack.currentWidget()
        return widget if isinstance(widget, TableView) else None

    def _open(self, key: str) -> None:
        if key not in self._made:
            assert self._report is not None
            made = self._charts() if key == CHARTS else self._table(self._report.sheets[int(key)])
            self._made[key] = made
            self._stack.addWidget(made)
        self._stack.setCurrentWidget(self._made[key])

    @staticmethod
    def _rows(sheet: SheetOut) -> Sequence[Row]:
        assert isinstance(sheet.rows, Sequence)
        return sheet.rows

    def _table(self, sheet: SheetOut) -> TableView:
        rows = [*self._rows(sheet)]
        totals = None if sheet.totals is None else tuple(sheet.totals)
        if totals is not None and rows:
            rows.append(totals)
        widest = max(range(len(sheet.columns)), key=lambda n: sheet.columns[n].width or 0)
        columns = [self._column(n, each, totals, grow=n == widest) for n, each in enumerate(sheet.columns)]
        table = TableView(WindowedTableModel(lambda ids: {n: rows[n] for n in ids}, columns), sheet.title)
        table.set_empty(tr("{sheet}: nothing to show for these days.", sheet=sheet.title))
        table.set_ids(range(len(rows)))
        return table

    def _column(self, n: int, out: OutColumn, totals: Row | None, *, grow: bool) -> Column[Row]:
        number = out.kind in _NUMBERS
        language, zone, currency = tr.language, self._zone, self._currency
        return Column(
            out.title,
            lambda row: cell_text(out.kind, row[n], language, zone, currency).replace("\n", " "),
            align=RIGHT if number else LEFT,
            mono=out.kind == "code" and (out.width or 0) >= 14,
            strong=lambda row: row is totals,
            width=_LEAST.get(out.kind)
            or min(round(max(out.width or 12, len(out.title) * 0.7) * _PIXELS) + 16, _WIDEST),
            grow=int(grow),
        )

    def _charts(self) -> QWidget:
        assert self._report is not None
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(px(12))
        charts = [chart for sheet in self._report.sheets for chart in sheet.charts]
        for n, each in enumerate(charts):
            chart = Chart(each.data, _kind(each), _short)
            chart.setMinimumHeight(px(LEAST_CHART))
            grid.addWidget(Card(chart), n // 2, n % 2)
        area = scrolled(inside)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return area


def _kind(chart: ChartOfPaper) -> ChartKind:
    return ChartKind.LINES if chart.kind == "line" else ChartKind.BARS


def _short(value: float) -> str:
    digits = 0 if float(value).is_integer() else 1
    return format_number(round(value * 10**digits), tr.language, digits)
