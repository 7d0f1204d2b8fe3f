"""What a crew takes along: the work order (A5 or A4), with room to write down what came of it, and the sheet
of a day, place after place along its routes (A4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby

from app.documents.field_orders import DayLine, DayPaper, OrderPaper
from app.documents.pdf import BOLD, MONO, REGULAR
from app.documents.slip import officer_line
from app.documents.style import A5, LEADING, MM, Align, Paper, document
from app.documents.wording import clean, day, moment, unbroken, wrap
from app.domain.money import format_money
from app.domain.quantities import format_quantity
from app.words import Words

A4 = (210 * MM, 297 * MM)

EMPTY_LINES = 4
"""Lines of material to fill in by hand, at least."""
SHORT = 300
"""So many letters of a task stand on the sheet of a day."""
LINE = 16.0
"""The height of a line that is filled in by hand, in points."""


def work_order(order: OrderPaper, language: str, *, size: tuple[float, float] = A5) -> bytes:
    """The work order as a PDF."""
    tr = Words(language)
    name = f"{tr('Work order')} {order.code}"
    return document(name, language, lambda paper: _draw(paper, order, tr), size=size, running=name)


def day_sheet(sheet: DayPaper, language: str) -> bytes:
    """The sheet of a day as a PDF, on as many pages as it needs."""
    tr = Words(language)
    name = tr("Field work of {day}", day=day(sheet.day))
    return document(name, language, lambda paper: _draw_day(paper, sheet, tr, name), size=A4, running=name)


# -- the work order ---------------------------------------------------------------------------------------


def _draw(paper: Paper, order: OrderPaper, tr: Words) -> None:
    bars = 62 * MM * paper.scale
    top = paper.y
    paper.letterhead(order.letterhead, aside=bars + 8)
    below = paper.y
    paper.bars(order.code, paper.right - bars, top, bars, 8 * MM)
    base = top + 8 * MM + 11 * paper.scale
    paper.draw(order.code, paper.right - bars, base, bars, font=MONO, size=9.5 * paper.scale, align="right")
    paper.y = max(below, base + 2)
    paper.space(4)
    paper.title(tr("Work order"), order.kind)
    paper.pairs((tr("Day"), day(order.planned_on), BOLD), (tr("Carried out by unit"), order.unit, REGULAR))
    paper.pair(tr("Crew"), ", ".join(order.crew))
    paper.pair(tr("Issued by"), officer_line(order.issuer))
    _emergency(paper, order, tr)
    paper.rule()
    customer = order.customer
    paper.pair(tr("Place"), customer.address, font=BOLD)
    paper.pairs((tr("Customer"), customer.name, REGULAR), (tr("Phone"), unbroken(customer.phone), BOLD))
    paper.pairs((tr("Customer code"), customer.code, MONO), (tr("Connection"), order.connection, MONO))
    paper.pairs((tr("Meter serial"), order.meter, MONO), (tr("Route"), order.route, REGULAR))
    if order.request_code:
        paper.rule()
        paper.pair(tr("Request"), order.request_code, font=MONO)
        paper.pair(tr("In the customer's words"), order.request_words)
    paper.rule()
    paper.pair(tr("Task"), order.task, font=BOLD)
    if order.labour_free:
        paper.pair(tr("Charge"), tr("Labour is free. Material is the customer's, at its price."))
    paper.space(3)
    safety = tr(
        "Safety first: shut off, secure the place, wear protective gear. Where it is not safe, stop and call "
        "the office."
    )
    paper.boxed(safety, size=8.5)
    _times(paper, order, tr)
    _result(paper, order, tr)
    _materials(paper, order, tr)
    paper.space(2)
    paper.signatures(
        (tr("For the crew"), order.crew[0] if len(order.crew) == 1 else ""),
        (tr("Customer"), customer.name),
        (tr("Issued by"), order.issuer.name),
    )


def _emergency(paper: Paper, order: OrderPaper, tr: Words) -> None:
    zone, reported = order.letterhead.zone, order.reported_at
    if reported is None:
        return
    today = reported.astimezone(zone).date()
    said = [tr("Reported at {moment}", moment=moment(reported, zone))]
    if order.on_site_by:
        said.append(tr("on site by {moment}", moment=_hour(order.on_site_by, today, zone)))
    if order.restore_by:
        said.append(tr("supply back by {moment}", moment=_hour(order.restore_by, today, zone)))
    paper.space(2)
    paper.boxed(" · ".join(said), font=BOLD, size=9.5, align="centre")


def _times(paper: Paper, order: OrderPaper, tr: Words) -> None:
    zone = order.letterhead.zone
    heads = [tr("Left at"), tr("On site at")]
    values = ["", moment(order.on_site_at, zone)]
    if order.restore_by is not None:
        heads.append(tr("Supply back at"))
        values.append(moment(order.restored_at, zone))
    heads += [tr("Finished at"), tr("Index of the meter")]
    values += [moment(order.done_at, zone), ""]
    share = 1 / len(heads)
    _grid(paper, [(head, share, "centre") for head in heads], [values])


def _result(paper: Paper, order: OrderPaper, tr: Words) -> None:
    paper.space(5)
    if order.result:
        paper.pair(tr("What was found and done"), order.result)
        return
    paper.paragraph(tr("What was found and done"), font=BOLD, size=9)
    for _ in range(3):
        paper.need(LINE * paper.scale)
        paper.space(LINE)
        paper.page.line(paper.left, paper.y, paper.right, paper.y, 0.4, (1, 2))


def _materials(paper: Paper, order: OrderPaper, tr: Words) -> None:
    paper.space(7)
    heads: list[tuple[str, float, Align]] = [
        (tr("Material used"), 0.4, "left"),
        (tr("Unit of measure"), 0.12, "left"),
        (tr("Quantity"), 0.12, "right"),
        (tr("Whose"), 0.18, "left"),
        (tr("Amount"), 0.18, "right"),
    ]
    rows = [
        [
            line.item,
            line.unit,
            format_quantity(line.quantity, tr.language),
            line.by,
            "" if line.amount is None else format_money(line.amount, order.currency, tr.language),
        ]
        for line in order.materials
    ]
    rows += [[""] * len(heads)] * (0 if order.done_at is not None and rows else EMPTY_LINES)
    _grid(paper, heads, rows)


def _grid(paper: Paper, heads: Sequence[tuple[str, float, Align]], rows: Sequence[Sequence[str]]) -> None:
    """A table with lines on all sides, whose rows are high enough to be filled in by hand; headings again
    after a page break."""
    small, size = 7.5 * paper.scale, 8.5 * paper.scale
    edges = [paper.left]
    for _, share, _ in heads:
        edges.append(edges[-1] + share * paper.inner)

    def cells(words: Sequence[str], font: str, size: float, least: float) -> None:
        lines = [
            wrap(clean(text), edges[n + 1] - edges[n] - 6, font, size) if text else []
            for n, text in enumerate(words)
        ]
        height = max(least, max(map(len, lines)) * size * LEADING + 4)
        page = paper.page
        paper.need(height)
        if paper.page is not page:
            cells(titles, BOLD, small, 0)
        for n, (column, (_, _, align)) in enumerate(zip(lines, heads, strict=True)):
            wide = edges[n + 1] - edges[n]
            paper.page.box(edges[n], paper.y, wide, height)
            for line, text in enumerate(column):
                base = paper.y + 2 + size + line * size * LEADING
                where: Align = "centre" if font == BOLD else align
                paper.draw(text, edges[n] + 3, base, wide - 6, font=font, size=size, align=where)
        paper.y += height

    titles = [head for head, _, _ in heads]
    paper.need(3 * LINE * paper.scale)
    cells(titles, BOLD, small, 0)
    for row in rows:
        cells(row, REGULAR, size, LINE * paper.scale)


# -- the sheet of a day -----------------------------------------------------------------------------------


def _draw_day(paper: Paper, sheet: DayPaper, tr: Words, name: str) -> None:
    paper.letterhead(sheet.letterhead)
    paper.space(4)
    paper.title(name, sheet.unit)
    number = 0
    for route, lines in groupby(sheet.lines, key=lambda line: line.route):
        paper.need(48 * paper.scale)
        words = tr("Route {route}", route=route) if route else tr("On no route")
        paper.paragraph(words, font=BOLD, size=9.5)
        paper.space(2)
        rows = []
        for line in lines:
            number += 1
            rows.append(_day_row(line, number, sheet, tr))
        _grid(paper, _day_columns(tr), rows)
        paper.space(6)
    count = len(sheet.lines)
    paper.need(110 * paper.scale)
    paper.paragraph(tr("Work orders: {count}", count=count), font=BOLD)
    paper.space(4)
    paper.signatures((tr("For the crew"), ""), (tr("Issued by"), sheet.officer.name))


def _day_row(line: DayLine, number: int, sheet: DayPaper, tr: Words) -> list[str]:
    customer = line.customer
    zone = sheet.letterhead.zone
    due = tr("on site by {moment}", moment=_hour(line.by, sheet.day, zone)) if line.by else ""
    who = " · ".join(part for part in (customer.name, unbroken(customer.phone)) if part)
    meter = tr("Meter {serial}", serial=line.meter) if line.meter else ""
    return [
        str(number),
        "\n".join((line.code, line.kind)),
        "\n".join(part for part in (customer.address, who, meter) if part),
        "\n".join(part for part in (_short(line.task), due) if part),
        ", ".join(line.crew),
        "",
        "",
    ]


def _short(task: str) -> str:
    """On the sheet of a day in short; its own paper has all of it."""
    return task if len(task) <= SHORT else f"{task[: SHORT - 1].rstrip()}…"


def _hour(at: datetime | None, today: date, zone: tzinfo) -> str:
    """The hour alone where the day is clear."""
    if at is None or at.astimezone(zone).date() != today:
        return moment(at, zone)
    return f"{at.astimezone(zone):%H:%M}"


def _day_columns(tr: Words) -> list[tuple[str, float, Align]]:
    return [
        (tr("No."), 0.05, "right"),
        (tr("Work order"), 0.17, "left"),
        (tr("Place"), 0.28, "left"),
        (tr("Task"), 0.23, "left"),
        (tr("Crew"), 0.13, "left"),
        (tr("From"), 0.07, "left"),
        (tr("To"), 0.07, "left"),
    ]
