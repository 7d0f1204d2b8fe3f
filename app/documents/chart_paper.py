"""Charts on paper: black on white, told apart by greys, dashes and marks; legible as a photocopy."""

from __future__ import annotations

from collections.abc import Callable

from app.documents.papers import Chart
from app.documents.pdf import BOLD, REGULAR, text_width
from app.documents.style import Paper
from app.domain.charts import ticks
from app.domain.money import format_number

GREYS = (0.15, 0.6, 0.95)
DASHES = ((), (4, 2), (1, 2))
HEIGHT = 150.0
_SIZE = 7.0
_FOOT = 2 * _SIZE * 1.3


def draw_chart(paper: Paper, chart: Chart, x: float, width: float, height: float = HEIGHT) -> None:
    """Draws a chart of bars, stacked bars or lines with its upper left corner at (x, paper.y), and leaves
    `paper.y` where it was."""
    data, top = chart.data, paper.y
    title = f"{data.title} ({data.unit})" if data.unit else data.title
    paper.draw(title, x, top + 9, width, font=BOLD, size=8.5)
    if not data.known():
        paper.draw(paper.tr("No figures yet."), x, top + height / 2, width, size=8, align="centre")
        return
    head = 16.0 + (_legend(paper, chart, x, top + 14, width) if len(data.series) > 1 else 0)
    stacked = chart.kind == "stacked"
    values = [sum(s.values[i] or 0 for s in data.series) for i in range(len(data.categories))]
    marks = ticks([*(values if stacked else data.known()), *([100.0] if data.unit == "%" else [])])
    gutter = max(text_width(_said(mark, paper), REGULAR, _SIZE) for mark in marks) + 6
    left, foot, plot = x + gutter, top + height - _FOOT, height - _FOOT - head
    low, high = marks[0], marks[-1]

    def up(value: float) -> float:
        return foot - (value - low) / (high - low) * plot

    for mark in marks:
        y = up(mark)
        paper.page.line(left, y, x + width, y, 0.7 if mark == 0 else 0.3, () if mark == 0 else (0.5, 2))
        paper.draw(_said(mark, paper), x, y + 2.4, gutter - 4, size=_SIZE, align="right")
    slot = (width - gutter) / len(data.categories)
    _names(paper, data.categories, left, foot, slot)
    if chart.kind == "line":
        _lines(paper, chart, left, slot, up)
    else:
        _bars(paper, chart, left, slot, up)


def _said(value: float, paper: Paper) -> str:
    digits = 0 if float(value).is_integer() else 1
    return format_number(round(value * 10**digits), paper.tr.language, digits)


def _legend(paper: Paper, chart: Chart, x: float, y: float, width: float) -> float:
    """The names of the series in a row; returns how high it is."""
    room = width / len(chart.data.series)
    for n, series in enumerate(chart.data.series):
        at = x + n * room
        if chart.kind == "line":
            paper.page.line(at, y + 4, at + 14, y + 4, 1.2, DASHES[n % len(DASHES)])
        else:
            paper.page.shade(at, y, 7, 7, GREYS[n % len(GREYS)])
        paper.draw(series.name, at + 17, y + 6.5, room - 20, size=_SIZE)
    return 14


def _names(paper: Paper, names: tuple[str, ...], left: float, foot: float, slot: float) -> None:
    """Under each slot, in two lines where they are long; short ones left out where they would touch."""
    widest = max(text_width(name, REGULAR, _SIZE) for name in names) + 4
    every = 1 if any(" " in name for name in names) else max(1, -int(-widest // slot))
    for n, name in enumerate(names):
        if n % every:
            continue
        lines = _two_lines(name, slot * every - 3)
        for row, line in enumerate(lines):
            base = foot + (row + 1) * _SIZE * 1.25
            paper.draw(line, left + n * slot, base, slot * every - 3, size=_SIZE, align="centre")


def _two_lines(name: str, room: float) -> list[str]:
    if text_width(name, REGULAR, _SIZE) <= room or " " not in name:
        return [name]
    words, first = name.split(), ""
    while words and text_width(f"{first} {words[0]}".strip(), REGULAR, _SIZE) <= room:
        first = f"{first} {words.pop(0)}".strip()
    rest = " ".join(words)
    while rest and text_width(rest, REGULAR, _SIZE) > room:
        rest = rest[:-2].rstrip() + "…" if len(rest) > 2 else ""
    return [first, rest] if first else [rest]


def _bars(paper: Paper, chart: Chart, left: float, slot: float, up: Callable[[float], float]) -> None:
    data, stacked = chart.data, chart.kind == "stacked"
    count = 1 if stacked else len(data.series)
    wide = min(26.0, slot * 0.7 / count)
    for i in range(len(data.categories)):
        below = 0.0
        for n, series in enumerate(data.series):
            value = series.values[i]
            if not value:
                continue
            at = 0 if stacked else n
            x = left + (i + 0.5) * slot + (at - count / 2) * wide
            base = below if stacked else 0.0
            paper.page.shade(x, up(base + value), wide, up(base) - up(base + value), GREYS[n % len(GREYS)])
            below += value


def _lines(paper: Paper, chart: Chart, left: float, slot: float, up: Callable[[float], float]) -> None:
    """What is not known breaks its line."""
    for n, series in enumerate(chart.data.series):
        before: tuple[float, float] | None = None
        for i, value in enumerate(series.values):
            here = None if value is None else (left + (i + 0.5) * slot, up(value))
            if before and here:
                paper.page.line(*before, *here, 1.2, DASHES[n % len(DASHES)])
            if here:
                paper.page.dot(*here, 2, GREYS[n % len(GREYS)])
            before = here
