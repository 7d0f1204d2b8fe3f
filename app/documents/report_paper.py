"""A report made of tables: the same tables on the screen, on paper and in a workbook."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any

from app.documents.chart_paper import HEIGHT, draw_chart
from app.documents.papers import Letterhead
from app.documents.pdf import BOLD, Pdf
from app.documents.style import MM, Align, Column, Paper, fill
from app.documents.wording import day, moment
from app.documents.workbook import Kind, OutColumn, Progress, SheetOut, write_workbook
from app.domain.money import VND, Currency, format_money, format_number
from app.domain.quantities import format_quantity
from app.words import Words

A4 = (210 * MM, 297 * MM)
A4_ACROSS = (297 * MM, 210 * MM)
_MOST_WORDS = 320
"""Of what somebody wrote, in a cell on paper; the workbook has all of it."""
_SHARES: dict[Kind, float] = {
    "text": 16, "code": 12, "int": 6, "money": 10, "quantity": 6, "date": 8, "time": 9, "percent": 6,
    "any": 12,
}  # fmt: skip
_SIGNATURES = 100.0
"""How high they are with the air above: they never stand alone on a page."""
_NUMBERS = ("int", "money", "quantity", "percent")


@dataclass(frozen=True)
class Report:
    """`sheets` in their order; `notes` say how the figures are meant. `grid`: with the lines of a register;
    `apart`: each sheet on a page of its own; `signed`: who signs below, by title."""

    letterhead: Letterhead
    title: str
    days: str
    sheets: tuple[SheetOut, ...]
    notes: tuple[str, ...] = ()
    across: bool = True
    grid: bool = False
    apart: bool = False
    signed: tuple[tuple[str, str], ...] = ()
    currency: Currency = VND


def cell_text(kind: Kind, value: Any, language: str, zone: tzinfo, currency: Currency = VND) -> str:
    """A value as it is read: on paper and on the screen."""
    if value is None or value == "":
        return ""
    match kind:
        case "int":
            return format_number(value, language)
        case "money":
            return format_money(value, currency, language, symbol=False)
        case "quantity":
            return format_quantity(value, language)
        case "percent":
            return f"{format_number(round(value * 1000), language, 1)} %"
        case "date":
            return day(value)
        case "time":
            return moment(value, zone)
    return str(value)


def report_workbook(report: Report, path: Path, progress: Progress | None = None) -> int:
    """Writes the report as a workbook; raises what `write_workbook` raises."""
    head = report.letterhead
    first, *others = report.sheets
    above = SheetOut(
        first.title,
        first.columns,
        first.rows,
        heading=report.title,
        notes=(f"{head.utility_name} – {head.office_name}", report.days, *report.notes, *first.notes),
        totals=first.totals,
        charts=first.charts,
    )
    return write_workbook(
        path,
        [above, *others],
        currency=report.currency,
        zone=head.zone,
        author=head.utility_name,
        progress=progress,
    )


def report_pdf(report: Report, language: str, going_on: Callable[[int], object] = lambda done: None) -> bytes:
    """The report as a PDF. `going_on` hears of each row drawn; what it raises ends it."""
    tr = Words(language)
    file = io.BytesIO()
    pdf = Pdf(file, report.title, language)
    running = tr("{title} (continued), {days}", title=report.title, days=report.days)
    size = A4_ACROSS if report.across else A4

    def draw(paper: Paper) -> None:
        _draw(paper, report, going_on)

    if report.apart:
        paper = Paper(pdf, tr, size, scale=1.0, breaks=True, running=running)
        draw(paper)
        paper.close()
    else:
        fill(pdf, tr, draw, size=size, running=running)
    pdf.finish()
    return file.getvalue()


def _draw(paper: Paper, report: Report, going_on: Callable[[int], object]) -> None:
    tr = paper.tr
    for n, sheet in enumerate(report.sheets):
        if n == 0 or report.apart:
            if n:
                paper.turn()
            paper.letterhead(report.letterhead)
            paper.space(2)
            paper.title(report.title, report.days)
            for note in report.notes if n == 0 else ():
                paper.paragraph(note, size=7.5)
            paper.space(3)
        _sheet(paper, report, sheet, tr, going_on, alone=len(report.sheets) == 1)
        if report.signed and (report.apart or n == len(report.sheets) - 1):
            paper.space(6)
            paper.signatures(*report.signed)


def _sheet(
    paper: Paper,
    report: Report,
    sheet: SheetOut,
    tr: Words,
    going_on: Callable[[int], object],
    *,
    alone: bool,
) -> None:
    rows = list(sheet.rows)
    if not alone:
        paper.need(50 * paper.scale)
        paper.paragraph(sheet.title, font=BOLD, size=10)
        paper.space(2)
    for note in sheet.notes:
        paper.paragraph(note, size=8)
        paper.space(2)
    if not rows:
        paper.paragraph(tr("None."), size=9)
        paper.space(6)
        return
    columns = [
        Column(c.title, c.width or _SHARES[c.kind], _side(c.kind), whole=c.kind == "code")
        for c in sheet.columns
    ]
    totals = None if sheet.totals is None else _row(report, sheet.columns, sheet.totals, tr)

    def drawn() -> Iterator[Sequence[str]]:
        for n, row in enumerate(rows, 1):
            going_on(n)
            yield _row(report, sheet.columns, row, tr)

    # A register has many columns: a date that is broken within a line is read wrongly.
    size = 7 if report.grid else 7.5
    tail = _SIGNATURES * paper.scale if report.signed and not sheet.charts else 0
    paper.table(columns, drawn(), size=size, totals=totals, grid=report.grid, tail=tail)
    _charts(paper, sheet)


def _side(kind: Kind) -> Align:
    return "right" if kind in _NUMBERS else "left"


def _row(report: Report, columns: Sequence[OutColumn], row: Sequence[Any], tr: Words) -> list[str]:
    zone = report.letterhead.zone
    texts = (
        cell_text(column.kind, value, tr.language, zone, report.currency)
        for column, value in zip(columns, row, strict=True)
    )
    return [text if len(text) <= _MOST_WORDS else f"{text[:_MOST_WORDS].rstrip()}…" for text in texts]


def _charts(paper: Paper, sheet: SheetOut) -> None:
    """Two abreast."""
    gap = 16.0
    width = (paper.inner - gap) / 2
    for n in range(0, len(sheet.charts), 2):
        paper.need(HEIGHT + 8)
        for place, chart in enumerate(sheet.charts[n : n + 2]):
            draw_chart(paper, chart, paper.left + place * (width + gap), width)
        paper.y += HEIGHT + 8
