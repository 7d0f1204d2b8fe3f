"""Rows for the clipboard: tab separated for any program, and as a table in which a spreadsheet finds numbers
as numbers and codes with their zeros."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from html import escape

from PySide6.QtCore import QLocale, QMimeData, QStringListModel

_FORMULA = re.compile(r"[=+\-@]")
_TEXT = "mso-number-format:'\\@'"


def clipping(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> QMimeData:
    """What to put on the clipboard.

    Numbers (int, Decimal, float) go without grouping, with the decimal sign of this PC, as its spreadsheet
    reads them; moments as 2026-11-20 16:30, which all of them read. Words stay words: what a customer wrote
    never becomes a formula.
    """
    point = QLocale().decimalPoint()
    lines, cells = ["\t".join(map(_line, headings))], [_row("th", headings)]
    for row in rows:
        lines.append("\t".join(_plain(value, point) for value in row))
        cells.append(_row("td", row))
    clip = _empty_clip()
    clip.setText("\n".join(lines))
    clip.setHtml(f'<html><meta charset="utf-8"><body><table>{"".join(cells)}</table></body></html>')
    return clip


def _empty_clip() -> QMimeData:
    """Made by Qt: one that Python made, on the clipboard when the program ends, would be a crash."""
    model = QStringListModel([""])
    clip = model.mimeData([model.index(0)])
    clip.clear()
    return clip


def _plain(value: object, point: str) -> str:
    if value is None:
        return ""
    if isinstance(value, int | Decimal | float):
        return str(value).replace(".", point)
    if isinstance(value, date):
        return _moment(value)
    words = _line(str(value))
    return f"'{words}" if _FORMULA.match(words) else words


def _html(tag: str, value: object) -> str:
    """A cell; text is marked as such, or a spreadsheet would take the zeros from a code."""
    if value is None:
        return f"<{tag}></{tag}>"
    if isinstance(value, int | Decimal | float):
        return f'<{tag} x:num="{value}" sdval="{value}">{value}</{tag}>'
    if isinstance(value, date):
        return f"<{tag}>{_moment(value)}</{tag}>"
    return f'<{tag} style="{_TEXT}">{escape(_line(str(value)))}</{tag}>'


def _row(tag: str, values: Iterable[object]) -> str:
    return f"<tr>{''.join(_html(tag, value) for value in values)}</tr>"


def _moment(value: date) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value.isoformat()


def _line(text: str) -> str:
    return " ".join(text.split())
