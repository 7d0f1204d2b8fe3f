"""Reading workbooks that people bring: whatever is in the file, the program stays up and says what is wrong.

Cells come as Python values: text in NFC, whole numbers as int, dates as date. A formula comes as the value
Excel last saved with it; where none was saved, and where it is an error, the cell is empty. A merged area has
its value in its upper left cell only. Row numbers are those Excel shows.
"""

from __future__ import annotations

import mmap
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
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
_SAME = bytes.maketrans(b"'\t\r\n", b'"   ')
_CHUNK = 1 << 22
_OVERLAP = 512


class SheetSource:
    """An open workbook: the names of its visible sheets, and the rows of each."""

    def __init__(self, path: Path, book: CalamineWorkbook) -> None:
        self.path = path
        self._book = book
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
        return _rows(found.iter_rows(), found.start[1])


def read_sheets(path: Path) -> SheetSource:
    """Opens an .xlsx, .xlsm or .xls workbook, whatever its name ends in.

    Raises AppError(code, path=…): "file.not_found", "file.not_readable", "workbook.too_large" (limit=MB),
    "workbook.not_one", "workbook.encrypted", "workbook.too_wide" (rows=…, columns=… of the last filled cell),
    "workbook.no_sheets", "workbook.broken".
    """
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
                _check_package(path)
            else:
                raise AppError("workbook.not_one", path=str(path))
        return SheetSource(path, CalamineWorkbook.from_path(path))
    except FileNotFoundError as error:
        raise AppError("file.not_found", path=str(path)) from error
    except OSError as error:
        raise AppError("file.not_readable", path=str(path)) from error
    except PasswordError as error:
        raise AppError("workbook.encrypted", path=str(path)) from error
    except CalamineError as error:
        raise AppError("workbook.not_one", path=str(path)) from error


def _check_package(path: Path) -> None:
    """Refuses what would fill the memory: a zip bomb, or a sheet with one cell in the farthest corner.

    The reader would ask the system for the whole rectangle at once and take the program down with it.
    """
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise AppError("workbook.too_large", path=str(path), limit=MAX_UNPACKED >> 20)
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise AppError("workbook.not_one", path=str(path))
            for name in names:
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    _check_extent(package, name, path)
    # zipfile has RuntimeError for a part under a password.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise AppError("workbook.broken", path=str(path), sheet="") from error


def _check_extent(package: zipfile.ZipFile, part: str, path: Path) -> None:
    columns: set[bytes] = set()
    last = 0
    for chunk in _chunks(package, part):
        columns.update(_COLUMNS.findall(chunk))
        rows = _ROWS.findall(chunk)
        last = max(last, *map(int, rows)) if rows else last
    if last * max(map(_column, columns), default=0) <= MAX_CELLS:
        return
    # Cells with a border but nothing in them do not count, so look again, more slowly, at the filled ones.
    column = row = 0
    for chunk in _chunks(package, part):
        for letters, number in set(_FILLED.findall(chunk)):
            column, row = max(column, _column(letters)), max(row, int(number))
    if row * column > MAX_CELLS:
        raise AppError("workbook.too_wide", path=str(path), rows=row, columns=column)


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


def _rows(rows: Iterable[list[Any]], left: int) -> Iterator[Row]:
    """`left` columns before the first one in use are not in `rows`; empty rows above are."""
    margin: list[Cell] = [None] * left
    for number, cells in enumerate(rows, 1):
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
