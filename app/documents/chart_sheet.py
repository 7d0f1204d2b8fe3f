"""Native charts of a workbook from the figures of a `Chart`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from openpyxl.chart import BarChart, DoughnutChart, LineChart, Reference, Series
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties
from openpyxl.utils import get_column_letter

from app.documents.papers import Chart

COLOURS = ("0B5C8A", "E8A33D", "1B7F4B", "B3261E", "7A5BA8", "5B6875", "5FB3E0", "9A5B00")
_WIDTH, _HEIGHT = 15.5, 8.0
"""Centimetres; 17 rows of a sheet are a little more than the height."""
_ROWS = 17
CHART_COLUMNS, CHART_COLUMN_WIDTH = 9, 9
"""Nine columns of nine characters are a little more than the width."""

RowWriter = Callable[[int, Sequence[str | float | None], bool], None]


def add_charts(
    sheet: Any, charts: Sequence[Chart], write: RowWriter, row: Callable[[], int], first_column: int
) -> None:
    """Writes the figures of each chart below what the sheet has, and the charts two abreast on the right.

    `write` appends a row from a column on, `row` tells the number of the last one.
    """
    letters = (get_column_letter(first_column), get_column_letter(first_column + CHART_COLUMNS))
    for n, each in enumerate(charts):
        data = each.data
        write(1, [], False)
        write(1, [f"{data.title} ({data.unit})" if data.unit else data.title], True)
        write(1, ["", *(series.name for series in data.series)], True)
        top = row()
        for i, category in enumerate(data.categories):
            write(1, [category, *(series.values[i] for series in data.series)], False)
        chart = _chart(sheet, each, top)
        chart.anchor = f"{letters[n % 2]}{1 + n // 2 * _ROWS}"
        sheet.add_chart(chart)


def _text(size: int, bold: bool = False) -> RichText:
    """Text properties; `size` in points."""
    letters = CharacterProperties(sz=size * 100, b=bold, solidFill="16202A")
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=letters), endParaRPr=letters)])


def _chart(sheet: Any, each: Chart, top: int) -> Any:
    """`top` is the row with the names of the series; the categories stand in column A below it."""
    chart: Any = {"bar": BarChart, "stacked": BarChart, "line": LineChart, "donut": DoughnutChart}[
        each.kind
    ]()
    last = top + len(each.data.categories)
    many = each.data.series[:1] if each.kind == "donut" else each.data.series
    for n, _ in enumerate(many):
        figures = Reference(sheet, min_col=n + 2, min_row=top, max_row=last)
        chart.series.append(_series(Series(figures, title_from_data=True), each, n))
    chart.set_categories(Reference(sheet, min_col=1, min_row=top + 1, max_row=last))
    data = each.data
    chart.title = f"{data.title} ({data.unit})" if data.unit else data.title
    chart.title.overlay = False
    for paragraph in chart.title.tx.rich.p:
        paragraph.pPr = ParagraphProperties(defRPr=CharacterProperties(sz=1200, b=True, solidFill="16202A"))
    chart.width, chart.height = _WIDTH, _HEIGHT
    if each.kind == "donut":
        chart.holeSize = 58
        chart.legend.position = "r"
        chart.dataLabels = DataLabelList(
            showPercent=True, showVal=False, showCatName=False, showSerName=False, showLeaderLines=False
        )
    else:
        _axes(chart, each)
    if chart.legend is not None:
        chart.legend.txPr = _text(9)
        chart.legend.overlay = False
    return chart


def _series(series: Any, each: Chart, n: int) -> Any:
    colour = COLOURS[n % len(COLOURS)]
    if each.kind == "line":
        series.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=colour, w=28_000))
        series.smooth = False
        series.marker.symbol = "circle"
        series.marker.size = 5
        series.marker.graphicalProperties = GraphicalProperties(solidFill=colour)
        series.marker.graphicalProperties.line.solidFill = colour
    elif each.kind in ("bar", "stacked"):
        series.graphicalProperties = GraphicalProperties(solidFill=colour)
    else:
        for i in range(len(each.data.categories)):
            point = DataPoint(idx=i)
            point.graphicalProperties = GraphicalProperties(solidFill=COLOURS[i % len(COLOURS)])
            series.dPt.append(point)
    return series


def _axes(chart: Any, each: Chart) -> None:
    # Excel hides both axes unless it is told not to.
    chart.x_axis.delete = False
    chart.y_axis.delete = False
    chart.y_axis.number_format = "#,##0"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="D9DFE5", w=6_350))
    if all(value >= 0 for value in each.data.known()):
        chart.y_axis.scaling.min = 0
    chart.x_axis.txPr = _text(9)
    chart.y_axis.txPr = _text(9)
    if each.kind in ("bar", "stacked"):
        chart.gapWidth = 60
    if each.kind == "stacked":
        chart.grouping = "stacked"
        chart.overlap = 100
    if len(each.data.series) == 1:
        chart.legend = None
    else:
        chart.legend.position = "b"
