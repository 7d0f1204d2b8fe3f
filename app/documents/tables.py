"""Tables that people bring, as a workbook or as comma-separated text, and the mapping that goes with one.

Text comes as it stands: a cell that begins with "=" is words, nothing is worked out. Row numbers are those
that Excel shows: a cell of several lines is one row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from app.documents.sheets import MAX_FILE, Row, read_sheets
from app.domain.errors import AppError

MOST_ROWS = 200_000
"""So many requests a file may hold; an office of a district has as many in twenty years."""

MOST_MAPPING = 2**20

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip
_PACKAGES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BETWEEN = ",;\t|"


class Table(Protocol):
    """A file with one or more sheets of rows. `width`: the cells that every row must have, where the kind of
    file has them all."""

    names: tuple[str, ...]
    width: int | None

    def rows(self, sheet: str) -> Iterator[Row]: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def read_table(path: Path, encoding: str = "") -> Table:
    """Opens a workbook or a CSV file, whatever its name ends in. A CSV file is Unicode (UTF-8, or UTF-16 with
    its mark) unless `encoding` says otherwise; its cells lie between commas, semicolons, tabs or bars.

    Raises what `read_sheets` does, "csv.encoding" (path, encoding), "csv.torn" (path, row), "csv.too_many"
    (path, limit), "csv.empty" (path).
    """
    try:
        if path.stat().st_size > MAX_FILE:
            raise AppError("workbook.too_large", path=str(path), limit=MAX_FILE >> 20)
        with path.open("rb") as file:
            if file.read(4) in _PACKAGES:
                return _Workbook(path)
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise AppError("file.not_found", path=str(path)) from error
    except OSError as error:
        raise AppError("file.not_readable", path=str(path)) from error
    return _Csv(path, _decoded(path, raw, encoding))


def read_mapping(path: Path) -> str:
    """The text of a mapping. AppError "file.not_found", "file.not_readable", "mapping.not_json"."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_MAPPING + 1)
    except FileNotFoundError as error:
        raise AppError("file.not_found", path=str(path)) from error
    except OSError as error:
        raise AppError("file.not_readable", path=str(path)) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise AppError("mapping.not_json", line=line, column=1) from error
    if len(raw) > MOST_MAPPING:
        raise AppError("mapping.not_json", line=text.count("\n") + 1, column=1)
    return text


def _decoded(path: Path, raw: bytes, encoding: str) -> str:
    marked = next((name for mark, name in _BOMS if raw.startswith(mark)), "")
    name = marked or encoding or "utf-8"
    try:
        text = raw.decode(name)
    except UnicodeDecodeError as error:
        if error.end >= len(raw) and error.reason in ("unexpected end of data", "truncated data"):
            raise AppError("csv.torn", path=str(path), row=raw.count(b"\n") + 1) from error
        raise AppError("csv.encoding", path=str(path), encoding=name) from error
    except UnicodeError as error:  # "idna" and the like
        raise AppError("csv.encoding", path=str(path), encoding=name) from error
    if "\0" in text:
        raise AppError("csv.encoding", path=str(path), encoding=name)
    return text


class _Workbook:
    width: int | None = None

    def __init__(self, path: Path) -> None:
        self._source = read_sheets(path)
        self.names = self._source.names

    def __enter__(self) -> _Workbook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._source.close()

    def rows(self, sheet: str) -> Iterator[Row]:
        return self._source.rows(sheet)


class _Csv:
    """Read as a whole before anything is made of it: a file that was torn is refused, not half read."""

    def __init__(self, path: Path, text: str) -> None:
        self.names: tuple[str, ...] = (path.name,)
        head = text.partition("\n")[0]
        # `strict`: a quotation mark that is not closed is told, not taken for the rest of the file.
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=max(_BETWEEN, key=head.count), strict=True
        )
        self._rows: list[Row] = []
        number = 0
        try:
            for number, cells in enumerate(reader, 1):
                if number > MOST_ROWS + 1:
                    raise AppError("csv.too_many", path=str(path), limit=MOST_ROWS)
                if any(cells):
                    self._rows.append((number, list(cells)))
        except csv.Error as error:
            raise AppError("csv.torn", path=str(path), row=number + 1) from error
        if not self._rows:
            raise AppError("csv.empty", path=str(path))
        self.width: int | None = len(self._rows[0][1])

    def __enter__(self) -> _Csv:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rows.clear()

    def rows(self, sheet: str) -> Iterator[Row]:
        return iter(self._rows)
