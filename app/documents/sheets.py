"""Reading workbooks that people bring: whatever is in the file, the program stays up and says what is wrong.

Cells come as Python values: text in NFC, whole numbers as int, dates as date. A formula comes as the value
Excel last saved with it; where none was saved as NOT_CALCULATED, and an error as its text ("#REF!"), so that
neither is taken for an empty cell; in an old .xls both are empty. A merged area has its value in its upper
left cell only. Row numbers are those Excel shows.
"""

from __future__ import annotations

import mmap
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from html import unescape
from pathlib import Path
from types import TracebackType
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from app.domain.errors import AppError
from app.domain.import_cells import NOT_CALCULATED

Cell = str | int | float | bool | date | datetime | None
Row = tuple[int, list[Cell]]

MAX_FILE = 200 * 2**20
MAX_UNPACKED = 2**30
MAX_CELLS = 10_000_000
"""What one sheet may span: the reader lays out the whole rectangle, 32 bytes a cell."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# Each begins with plain letters to look for, which makes the search five times as fast.
_COLUMNS = re.compile(rb' r="([A-Z]{1,3})\d')
_ROWS = re.compile(rb'row [^>]*?\br="(\d+)')
_FILLED = re.compile(rb'c [^>]*?\br="([A-Z]{1,3})(\d+)"[^>]*(?<!/)>(?!</)')
_CELL_END = rb"</(?:\w+:)?c>"
_ERROR = re.compile(
    rb'<(?:\w+:)?c ([^>]*\bt="e"[^>]*)>(?:(?!' + _CELL_END + rb").)*?<(?:\w+:)?v>([^<]*)<", re.DOTALL
)
_UNSAVED = re.compile(
    rb"<(?:\w+:)?c ([^>]*)><(?:\w+:)?f(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v ?/>|<(?:\w+:)?v></(?:\w+:)?v>)?" + _CELL_END
)
_AT = re.compile(rb'\br="([A-Z]{1,3})(\d+)"')
_SHEET = re.compile(rb"<(?:\w+:)?sheet [^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship [^>]*>")
_NAMED = re.compile(rb'\s([\w:]+)="([^"]*)"')
_SAME = bytes.maketrans(b"'\t\r\n", b'"   ')
_CHUNK = 1 << 22
_OVERLAP = 1 << 14
"""A cell with its formula is shorter than this."""

Lost = dict[int, dict[int, str]]
"""By row (from 1) and column (from 0): what stands in cells that the reader hands over as empty."""


class SheetSource:
    """An open workbook: the names of its visible sheets, and the rows of each."""

    def __init__(self, path: Path, book: CalamineWorkbook, lost: dict[str, Lost]) -> None:
        self.path = path
        self._book = book
        self._lost = lost
        self.names = tuple(
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        )
        if not self.names:
            raise AppError("workbook.no_sheets", path=str(path))

    def __enter__(self) -> SheetSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._book.close()

    def rows(self, sheet: str) -> Iterator[Row]:
        """The rows that hold anything, in order, without empty cells at the end.

        Raises AppError("workbook.empty") when there are none, AppError("workbook.broken") when the sheet
        cannot be read.
        """
        try:
            found = self._book.get_sheet_by_name(sheet)
        except CalamineError as error:
            raise AppError("workbook.broken", path=str(self.path), sheet=sheet) from error
        if found.start is None:
            raise AppError("workbook.empty", path=str(self.path), sheet=sheet)
        return _rows(found.iter_rows(), found.start[1], self._lost.get(sheet, {}))


def read_sheets(path: Path) -> SheetSource:
    """Opens an .xlsx, .xlsm or .xls workbook, whatever its name ends in.

    Raises AppError(code, path=…): "file.not_found", "file.not_readable", "workbook.too_large" (limit=MB),
    "workbook.not_one", "workbook.encrypted", "workbook.too_wide" (rows=…, columns=… of the last filled cell),
    "workbook.no_sheets", "workbook.broken".
    """
    lost: dict[str, Lost] = {}
    try:
        size = path.stat().st_size
        if size > MAX_FILE:
            raise AppError("workbook.too_large", path=str(path), limit=MAX_FILE >> 20)
        with path.open("rb") as file:
            head = file.read(8)
            if head == _OLE:
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
                    if whole.find(_ENCRYPTED) >= 0:
                        raise AppError("workbook.encrypted", path=str(path))
            elif head[:4] == b"PK\x03\x04":
                lost = _check_package(path)
            else:
                raise AppError("workbook.not_one", path=str(path))
        return SheetSource(path, CalamineWorkbook.from_path(path), lost)
    except FileNotFoundError as error:
        raise AppError("file.not_found", path=str(path)) from error
    except OSError as error:
        raise AppError("file.not_readable", path=str(path)) from error
    except PasswordError as error:
        raise AppError("workbook.encrypted", path=str(path)) from error
    except CalamineError as error:
        raise AppError("workbook.not_one", path=str(path)) from error


def _check_package(path: Path) -> dict[str, Lost]:
    """Refuses what would fill the memory: a zip bomb, or a sheet with one cell in the farthest corner.
    Returns what the reader does not hand over, by sheet.

    The reader would ask the system for the whole rectangle at once and take the program down with it.
    """
    lost: dict[str, Lost] = {}
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise AppError("workbook.too_large", path=str(path), limit=MAX_UNPACKED >> 20)
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise AppError("workbook.not_one", path=str(path))
            titles = _titles(package, names)
            for name in names:
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    found = _check_sheet(package, name, path)
                    lost.setdefault(titles.get(name, ""), {}).update(found)
    # zipfile has RuntimeError for a part under a password.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise AppError("workbook.broken", path=str(path), sheet="") from error
    return lost


def _titles(package: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """Part -> title of its sheet."""
    if "xl/_rels/workbook.xml.rels" not in names:
        return {}
    parts = {}
    for tag in _RELATION.findall(package.read("xl/_rels/workbook.xml.rels").translate(_SAME)):
        said = dict(_NAMED.findall(tag))
        target = said.get(b"Target", b"").decode("utf-8", "replace")
        parts[said.get(b"Id", b"")] = target.lstrip("/") if target[:1] == "/" else f"xl/{target}"
    titles = {}
    for tag in _SHEET.findall(package.read("xl/workbook.xml").translate(_SAME)):
        said = dict(_NAMED.findall(tag))
        part = parts.get(said.get(b"r:id", b""), "")
        titles[part] = unescape(said.get(b"name", b"").decode("utf-8", "replace"))
    return titles


def _check_sheet(package: zipfile.ZipFile, part: str, path: Path) -> Lost:
    columns: set[bytes] = set()
    lost: Lost = {}
    last = 0
    for chunk in _chunks(package, part):
        columns.update(_COLUMNS.findall(chunk))
        rows = _ROWS.findall(chunk)
        last = max(last, *map(int, rows)) if rows else last
        _look_for_lost(chunk, lost)
    if last * max(map(_column, columns), default=0) <= MAX_CELLS:
        return lost
    # Cells with a border but nothing in them do not count, so look again, more slowly, at the filled ones.
    column = row = 0
    for chunk in _chunks(package, part):
        for letters, number in set(_FILLED.findall(chunk)):
            column, row = max(column, _column(letters)), max(row, int(number))
    if row * column > MAX_CELLS:
        raise AppError("workbook.too_wide", path=str(path), rows=row, columns=column)
    return lost


def _look_for_lost(chunk: bytes, lost: Lost) -> None:
    found = []
    if b't="e"' in chunk:
        found += [(said, text.decode("utf-8", "replace")) for said, text in _ERROR.findall(chunk)]
    if b"f>" in chunk or b"<f " in chunk or b":f " in chunk:
        # A formula that comes to an empty text is saved so, as a text.
        unsaved = (said for said in _UNSAVED.findall(chunk) if b't="str"' not in said)
        found += [(said, NOT_CALCULATED) for said in unsaved]
    for said, text in found:
        if at := _AT.search(said):
            lost.setdefault(int(at[2]), {})[_column(at[1]) - 1] = text


def _chunks(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part piece by piece; a little of each piece comes again, so that nothing is cut through."""
    with package.open(part) as file:
        tail = b""
        while piece := file.read(_CHUNK):
            piece = piece.translate(_SAME)
            yield tail + piece
            tail = piece[-_OVERLAP:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _rows(rows: Iterable[list[Any]], left: int, lost: Lost) -> Iterator[Row]:
    """`left` columns before the first one in use are not in `rows`; empty rows above are."""
    margin: list[Cell] = [None] * left
    for number, cells in enumerate(rows, 1):
        if number in lost:
            for column, text in lost[number].items():
                cells += [""] * (column - left + 1 - len(cells))
                if column >= left and cells[column - left] == "":
                    cells[column - left] = text
        if not any(cell != "" for cell in cells):
            continue
        while cells[-1] == "":
            cells.pop()
        yield number, margin + [_value(cell) for cell in cells]


def _value(cell: Any) -> Cell:
    kind = type(cell)
    if kind is str:
        if not cell:
            return None
        return cell if cell.isascii() else unicodedata.normalize("NFC", cell)
    if kind is float:
        return int(cell) if cell.is_integer() else cell
    if kind is time:
        return f"{cell:%H:%M:%S}" if cell.second else f"{cell:%H:%M}"
    if kind is timedelta:
        return str(cell)
    return cell  # type: ignore[no-any-return]
