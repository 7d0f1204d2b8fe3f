"""Writing workbooks that Excel, LibreOffice and a person at a desk can go on working with.

Numbers and dates are real ones, codes stay text with their zeros, nothing a customer typed becomes a formula,
charts are the spreadsheet's own. A workbook appears whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from app.documents.chart_sheet import CHART_COLUMN_WIDTH, CHART_COLUMNS, add_charts
from app.documents.files import replacing
from app.documents.papers import VIETNAM, Chart
from app.domain.errors import AppError
from app.domain.money import VND, Currency

Kind = Literal["text", "code", "int", "money", "quantity", "date", "time", "percent", "any"]
Progress = Callable[[int], object]

MAX_ROWS = 1_048_576
_MAX_TEXT = 32_767
_SAMPLE = 200
_DAY_ZERO = date(1899, 12, 30).toordinal()
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = re.compile(r"\s*[=+\-@\t\r|%]")
_TYPES: dict[Kind, str] = {"text": "s", "code": "s", "any": "b"}
_NUMBERS = {"int", "money", "quantity", "percent"}

HEADING_FILL = PatternFill("solid", fgColor="FFDCEBF5")
HEADING_FONT = Font(name="Arial", size=10, bold=True)
TITLE_FONT = Font(name="Arial", size=14, bold=True)
BODY_FONT = Font(name="Arial", size=10)
_LINE = Side(style="thin", color="FF5B6875")


@dataclass(frozen=True)
class OutColumn:
    """A column: what is written in it, and how wide (in characters; from the contents when not given).

    Values by kind: text and code str; int int; money minor units; quantity thousandths; date date;
    time datetime, put into `zone` when aware; percent a share of 1; any whatever a sheet read in held.
    None leaves the cell empty.
    """

    title: str
    kind: Kind = "text"
    width: float | None = None


@dataclass(frozen=True)
class SheetOut:
    """A sheet: `heading` and `notes` on top, the columns' titles, the rows, sums in bold, charts beside."""

    title: str
    columns: Sequence[OutColumn]
    rows: Iterable[Sequence[Any]]
    heading: str = ""
    notes: Sequence[str] = ()
    totals: Sequence[Any] | None = None
    charts: Sequence[Chart] = ()


@dataclass
class _Look:
    """How a column's cells are written: one prepared cell each, filled anew row by row."""

    kind: Kind
    plain: Any
    other: Any = field(default=None)
    """For text that looks like a formula; for quantities with decimals."""


def write_workbook(
    path: Path,
    sheets: Sequence[SheetOut],
    *,
    currency: Currency = VND,
    zone: tzinfo = VIETNAM,
    author: str = "",
    progress: Progress | None = None,
) -> int:
    """Writes the sheets to `path` and returns the number of rows; `progress` hears every 500 rows.

    An exception out of `progress` leaves no file. Raises AppError("workbook.too_many_rows"), and what
    `replacing` raises.
    """
    with replacing(path) as draft:
        book = Workbook(write_only=True)
        book.properties.creator = author
        taken: set[str] = set()
        done = 0
        try:
            for sheet in sheets:
                writer = _Writer(book, _sheet_title(sheet.title, taken), sheet, currency, zone)
                for _ in writer.write():
                    done += 1
                    if progress is not None and done % 500 == 0:
                        progress(done)
            book.save(draft)
        except BaseException:
            _abandon(book)
            raise
    return done


class _Writer:
    """Writes one sheet."""

    def __init__(self, book: Workbook, title: str, sheet: SheetOut, currency: Currency, zone: tzinfo) -> None:
        self.sheet = sheet
        self.out: Any = book.create_sheet(title)
        # Rows come as prepared cells already; openpyxl's own way makes a new cell for each value.
        self.out._values_to_row = _numbered
        self.currency = currency
        self.zone = zone
        self.scale = 10**currency.digits
        self.at = 0
        self._known: dict[tuple[int, Kind], _Look] = {}

    def write(self) -> Iterator[None]:
        """Writes everything, stopping after each row of data."""
        sheet = self.sheet
        rows = iter(sheet.rows)
        first = list(islice(rows, _SAMPLE))
        top = len(sheet.notes) + bool(sheet.heading)
        top += bool(top)
        self._set_up(first, top + 1)
        if sheet.heading:
            self._line(sheet.heading, TITLE_FONT)
        for note in sheet.notes:
            self._line(note, BODY_FONT)
        if top:
            self._append([])
        if sheet.columns:
            self._headings()
        looks = self._looks(BODY_FONT, None)
        for row in chain(first, rows):
            if self.at >= MAX_ROWS:
                raise AppError("workbook.too_many_rows", sheet=sheet.title, limit=MAX_ROWS)
            self._append(self._fill(looks, row))
            yield
        if sheet.columns and not sheet.charts and self.at > top + 1:
            last = get_column_letter(len(sheet.columns))
            self.out.auto_filter.ref = f"A{top + 1}:{last}{self.at}"
        if sheet.totals is not None:
            self._totals(sheet.totals)
        if sheet.charts:
            add_charts(self.out, sheet.charts, self._chart_row, lambda: self.at, self._charts_from)

    def _set_up(self, sample: list[Sequence[Any]], header: int) -> None:
        out, columns = self.out, self.sheet.columns
        for n, column in enumerate(columns):
            width = column.width or self._width(column, [row[n] for row in sample])
            out.column_dimensions[get_column_letter(n + 1)].width = width
        self._charts_from = max(len(columns), 3) + 2
        if self.sheet.charts:
            for n in range(self._charts_from, self._charts_from + 2 * CHART_COLUMNS):
                out.column_dimensions[get_column_letter(n)].width = CHART_COLUMN_WIDTH
        elif columns:
            out.freeze_panes = f"A{header + 1}"
            out.print_title_rows = f"{header}:{header}"
        out.page_setup.orientation = "landscape"
        out.page_setup.paperSize = 9
        out.page_setup.fitToHeight = 0
        out.sheet_properties.pageSetUpPr.fitToPage = True

    def _width(self, column: OutColumn, values: list[Any]) -> float:
        if column.kind == "date":
            longest = 10
        elif column.kind == "time":
            longest = 16
        elif column.kind in _NUMBERS:
            size = max((abs(value) for value in values if value is not None), default=0)
            if column.kind == "quantity":
                size //= 1000
            longest = len(f"{size:,.0f}") + 3
        else:
            longest = max((len(value) for value in values if isinstance(value, str)), default=0)
        words = max(map(len, column.title.split()), default=0)
        return min(max(longest, words, len(column.title) / 2, 6), 48) + 3

    def _cell(self, font: Font, border: Border | None, number_format: str, kind: str, column: int) -> Any:
        cell: Any = WriteOnlyCell(self.out)
        cell.font = font
        if border is not None:
            cell.border = border
        cell.number_format = number_format
        cell.data_type = kind
        cell.column = column
        return cell

    def _looks(self, font: Font, border: Border | None) -> list[_Look]:
        money = "#,##0" if self.currency.digits == 0 else "#,##0." + "0" * self.currency.digits
        formats: dict[Kind, str] = {
            "text": "General",
            "code": "@",
            "int": "#,##0",
            "money": money,
            "quantity": "#,##0",
            "date": "dd/mm/yyyy",
            "time": "dd/mm/yyyy hh:mm",
            "percent": "0.0%",
            "any": "General",
        }
        looks = []
        for n, column in enumerate(self.sheet.columns, 1):
            kind = column.kind
            look = _Look(kind, None)
            look.plain = self._cell(font, border, formats[kind], _TYPES.get(kind, "n"), n)
            if kind in ("date", "time"):
                look.plain.alignment = Alignment(horizontal="left")
            if kind in ("text", "code"):
                look.other = self._cell(font, border, formats[kind], "s", n)
                look.other.quotePrefix = True
            elif kind == "quantity":
                look.other = self._cell(font, border, "#,##0.0##", "n", n)
            looks.append(look)
        return looks

    def _fill(self, looks: list[_Look], row: Sequence[Any]) -> list[Any]:
        """The prepared cells with the row's values; empty ones are left out."""
        cells = []
        for look, value in zip(looks, row, strict=True):
            if value is None or value == "":
                continue
            kind = look.kind
            if kind == "any":
                kind, look = self._by_value(look, value)
            cell = look.plain
            if kind == "text" or kind == "code":
                if not isinstance(value, str):
                    value = str(value)
                if not value.isalnum():
                    value = legal(value)
                    if _FORMULA.match(value):
                        cell = look.other
            elif kind == "money":
                if self.scale != 1:
                    value = value / self.scale
            elif kind == "quantity":
                if value % 1000:
                    cell = look.other
                    value = value / 1000
                else:
                    value //= 1000
            elif kind == "date":
                value = value.toordinal() - _DAY_ZERO
            elif kind == "time":
                value = _serial(value.astimezone(self.zone) if value.tzinfo else value)
            cell._value = value
            cells.append(cell)
        return cells

    def _by_value(self, look: _Look, value: Any) -> tuple[Kind, _Look]:
        """How a value of any type is written, so that reading the sheet gives it back."""
        kind: Kind = "text"
        if isinstance(value, bool):
            return "int", look
        if isinstance(value, int | float):
            kind = "int"
        elif isinstance(value, datetime):
            kind = "time"
        elif isinstance(value, date):
            kind = "date"
        column = look.plain.column
        if (column, kind) not in self._known:
            formats: dict[Kind, str] = {"time": "dd/mm/yyyy hh:mm", "date": "dd/mm/yyyy"}
            plain = self._cell(BODY_FONT, None, formats.get(kind, "General"), _TYPES.get(kind, "n"), column)
            other = self._cell(BODY_FONT, None, "General", "s", column)
            other.quotePrefix = True
            self._known[column, kind] = _Look(kind, plain, other)
        return kind, self._known[column, kind]

    def _headings(self) -> None:
        cells, lines = [], 1.0
        for n, column in enumerate(self.sheet.columns, 1):
            cell = self._cell(HEADING_FONT, Border(bottom=_LINE), "General", "s", n)
            cell.fill = HEADING_FILL
            side = "right" if column.kind in _NUMBERS else "left"
            cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal=side)
            cell._value = legal(column.title)
            cells.append(cell)
            width = self.out.column_dimensions[get_column_letter(n)].width
            lines = max(lines, -(-len(column.title) * 1.2 // width))
        self.out.row_dimensions[self.at + 1].height = 16 * lines
        self._append(cells)

    def _totals(self, totals: Sequence[Any]) -> None:
        """The sums below the rows, under one line from the first column to the last."""
        border = Border(top=_LINE)
        cells = {cell.column: cell for cell in self._fill(self._looks(HEADING_FONT, border), totals)}
        numbers = range(1, len(self.sheet.columns) + 1)
        self._append([cells.get(n) or self._cell(HEADING_FONT, border, "General", "n", n) for n in numbers])

    def _line(self, text: str, font: Font) -> None:
        cell = self._cell(font, None, "General", "s", 1)
        cell._value = legal(text)
        self._append([cell])

    def _chart_row(self, column: int, values: Sequence[str | float | None], bold: bool) -> None:
        """A row of the figures behind a chart."""
        cells = []
        for n, value in enumerate(values, column):
            if value is None or value == "":
                continue
            text = isinstance(value, str)
            digits = "#,##0.0" if isinstance(value, float) and not value.is_integer() else "#,##0"
            cell = self._cell(HEADING_FONT if bold else BODY_FONT, None, digits, "s" if text else "n", n)
            if bold and n > 1:
                cell.alignment = Alignment(wrap_text=True, horizontal="right", vertical="bottom")
            cell._value = legal(value) if isinstance(value, str) else value
            cells.append(cell)
        self._append(cells)

    def _append(self, cells: list[Any]) -> None:
        self.at += 1
        self.out.append(cells)


def _numbered(cells: list[Any], row: int) -> list[Any]:
    for cell in cells:
        cell.row = row
    return cells


def _serial(moment: datetime) -> float:
    """Excel's number for a moment: whole days since 1899-12-30, the rest the share of the day."""
    return moment.toordinal() - _DAY_ZERO + (moment.hour * 3600 + moment.minute * 60 + moment.second) / 86400


def legal(text: str) -> str:
    """`text` without what a workbook may not hold, cut at Excel's limit for a cell."""
    return (_FORBIDDEN.sub(" ", text) if not text.isprintable() else text)[:_MAX_TEXT]


def _sheet_title(title: str, taken: set[str]) -> str:
    """A title Excel accepts, at most 31 characters, no two alike."""
    plain = re.sub(r"[\[\]:*?/\\]", "-", legal(title)).strip("' ")[:31] or "Sheet"
    name, n = plain, 1
    while name.casefold() in taken:
        n += 1
        name = f"{plain[: 31 - len(str(n)) - 1]} {n}"
    taken.add(name.casefold())
    return name


def _abandon(book: Workbook) -> None:
    """Lets go of the half-written sheets, which openpyxl keeps in files of its own."""
    sheets: list[Any] = book.worksheets
    for sheet in sheets:
        if sheet._writer is not None:
            if not sheet.closed:
                with suppress(StopIteration):  # stopped within its writer, which has nothing more to close
                    sheet.close()
            sheet._writer.cleanup()
