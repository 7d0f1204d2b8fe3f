"""What is decided when customers, connections and meters, or a route's readings, come from a workbook.

The rows come as plain values of cells, from whatever read the file. Nothing is stored here: the result is
clean values and, for each row, what is wrong with it. Quantities are thousandths of the billing unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.errors import AppError
from app.domain.fold import fold
from app.domain.import_cells import (
    READERS,
    Reader,
    Value,
    Wrong,
    class_reader,
    clean,
    read_index,
    route_reader,
)
from app.domain.import_fields import (
    FIELDS_CUSTOMERS,
    FIELDS_READINGS,
    Field,
    field_titles,
)
from app.domain.import_headings import Cell, Header, find_header, propose

__all__ = [
    "FIELDS_CUSTOMERS",
    "FIELDS_READINGS",
    "Field",
    "Header",
    "ParsedRow",
    "Problem",
    "field_titles",
    "find_header",
    "missing",
    "parse_readings",
    "parse_rows",
    "propose",
]

Row = tuple[int, Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell. `column` is its heading in the file, or its letter where it has none.

    A problem that `blocks` keeps its row out until somebody corrects it; another is told and the row goes in.
    `first_row` is the earlier row that holds the same code.
    """

    field: str
    column: str
    code: str
    value: str = ""
    first_row: int = 0
    blocks: bool = True

    def as_error(self, row: int) -> AppError:
        """The problem as an error that has a sentence; `row` is the number shown at the left of the sheet."""
        return AppError(self.code, row=row, column=self.column, value=self.value, first_row=self.first_row)


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One row of the sheet. `values` holds every mapped field, None where the cell is empty or wrong."""

    row_number: int
    values: dict[str, Value]
    problems: tuple[Problem, ...]

    @property
    def ready(self) -> bool:
        """Nothing stands against taking the row in."""
        return not any(problem.blocks for problem in self.problems)


_TOTAL = re.compile(
    r"(tong cong|tong so|tong|cong|grand total|total|sum|合 计|总 计|小 计)( khach hang| customers)?[ :.]*"
)
_SIGNATURE = re.compile(
    r"(nguoi lap|nguoi ghi|nguoi kiem tra|ke toan|giam doc|thu truong)\b.*|.*ngay .+ thang .+ nam.*"
)


def _no_data(cells: Sequence[Cell], started: bool) -> bool:
    """A line that numbers the columns ("(1) (2) (3)") under the headings, a total, a signature."""
    filled = [cell for cell in cells if cell is not None and cell != ""]
    if not started and len(filled) > 2:
        numbers = [clean(cell).strip("()[] ") for cell in filled]
        if all(text.isdecimal() for text in numbers):
            first = int(numbers[0])
            return first < 100 and list(map(int, numbers)) == list(range(first, first + len(numbers)))
    if not isinstance(filled[0], str):
        return False
    if len(filled) <= 2 and _SIGNATURE.fullmatch(fold(filled[0])):
        return True
    return not filled[0][-1].isdigit() and bool(_TOTAL.fullmatch(fold(filled[0])))


def column_letter(index: int) -> str:
    """A, B … Z, AA …: how the sheet itself names the column with this index from 0."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def missing(mapping: Mapping[int, str], fields: Sequence[Field] = FIELDS_CUSTOMERS) -> tuple[str, ...]:
    """Fields without which no row can be read and to which no column is mapped."""
    mapped = set(mapping.values())
    lacking = tuple(field.name for field in fields if field.required and field.name not in mapped)
    if fields is FIELDS_READINGS and not mapped & {"meter_serial", "code"}:
        lacking += ("meter_serial",)
    return lacking


def parse_rows(
    rows: Iterable[Row],
    mapping: Mapping[int, str],
    known_classes: Mapping[str, Iterable[str]],
    known_routes: Iterable[str] | None = None,
    *,
    after: int = 0,
    titles: Mapping[int, str] | None = None,
    language: str = "vi",
) -> Iterator[ParsedRow]:
    """The customers of a sheet, each with its problems; empty rows, totals and signatures are passed over.

    `mapping` says which field a column (from 0) holds; rows up to number `after` (the headings) are left out.
    `known_classes` gives, for the code of each customer class, its names; without `known_routes` any route
    is taken. `language` decides what "1.234" means. A connection code that is left empty is the customer
    code; the same connection twice is wrong, the same customer with two connections is not.
    Raises AppError("import.column_missing", field=...) or ("import.column_twice", field=...).
    """
    readers = READERS | {"class": class_reader(known_classes)}
    table = _Table(FIELDS_CUSTOMERS, mapping, titles, readers, language)
    if known_routes is not None:
        table.use("route", route_reader(known_routes))
    return _customers(table, rows, after)


def parse_readings(
    rows: Iterable[Row],
    mapping: Mapping[int, str],
    *,
    after: int = 0,
    titles: Mapping[int, str] | None = None,
    language: str = "vi",
) -> Iterator[ParsedRow]:
    """The readings of a route's sheet. A row names its meter by serial or by customer code.

    Without a present index the row is told ("import.not_read") and does not block: the meter stays unread.
    """
    return _readings(_Table(FIELDS_READINGS, mapping, titles, READERS, language), rows, after)


class _Table:
    """The mapped columns with how each is read."""

    def __init__(
        self,
        fields: Sequence[Field],
        mapping: Mapping[int, str],
        titles: Mapping[int, str] | None,
        readers: Mapping[str, Reader],
        language: str,
    ) -> None:
        for name in missing(mapping, fields):
            raise AppError("import.column_missing", field=name)
        by_name = {field.name: field for field in fields}
        names = list(mapping.values())
        for name in names:
            if names.count(name) > 1:
                raise AppError("import.column_twice", field=name)
        self.titles = {
            name: (titles or {}).get(index) or column_letter(index) for index, name in mapping.items()
        }

        def index_reader(value: Cell, text: str, field: Field) -> Value:
            return read_index(value, text, field, language)

        known = {**readers, "index": index_reader}
        self.columns = [(i, by_name[name], known[by_name[name].kind]) for i, name in sorted(mapping.items())]

    def use(self, name: str, reader: Reader) -> None:
        self.columns = [(i, f, reader if f.name == name else r) for i, f, r in self.columns]

    def problem(
        self, name: str, code: str, value: object, first_row: int = 0, blocks: bool = True
    ) -> Problem:
        shown = "" if value is None else str(value)
        return Problem(name, self.titles[name], code, shown[:80], first_row, blocks)

    def read(self, rows: Iterable[Row], after: int) -> Iterator[tuple[int, dict[str, Value], list[Problem]]]:
        started = False
        for number, cells in rows:
            if number <= after or not any(cells):
                continue
            values: dict[str, Value] = {}
            problems: list[Problem] = []
            texts = [clean(cells[i]) if i < len(cells) else "" for i, _, _ in self.columns]
            if not any(texts):
                continue
            if _no_data(cells, started):
                continue
            started = True
            for (i, field, reader), text in zip(self.columns, texts, strict=True):
                values[field.name] = None
                if not text:
                    continue
                try:
                    values[field.name] = reader(cells[i], text, field)
                except Wrong as wrong:
                    values[field.name] = wrong.value
                    problems.append(self.problem(field.name, wrong.code, text, blocks=wrong.blocks))
            yield number, values, problems


class _Seen:
    """Codes met so far with their rows."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}

    def before(self, code: Value, row: int) -> int:
        """The row that held `code` already, or 0; remembers it."""
        first = self._rows.setdefault(str(code).casefold(), row)
        return 0 if first == row else first


def _customers(table: _Table, rows: Iterable[Row], after: int) -> Iterator[ParsedRow]:
    connections, serials = _Seen(), _Seen()
    required = [field for _, field, _ in table.columns if field.required]
    for number, values, problems in table.read(rows, after):
        wrong = {problem.field for problem in problems}
        for field in required:
            if values[field.name] is None and field.name not in wrong:
                problems.append(table.problem(field.name, "import.required", ""))
        own = "connection_code" if values.get("connection_code") is not None else "code"
        values.setdefault("connection_code", None)
        if values["connection_code"] is None and "connection_code" not in wrong:
            values["connection_code"] = values["code"]
        if values["connection_code"] is not None:
            first = connections.before(values["connection_code"], number)
            if first:
                problems.append(table.problem(own, "import.code_twice", values[own], first))
        serial = values.get("meter_serial")
        if serial is not None and (first := serials.before(serial, number)):
            # Two makers may use one serial: told, and the row goes in.
            problems.append(table.problem("meter_serial", "import.serial_twice", serial, first, blocks=False))
        yield ParsedRow(number, values, tuple(problems))


def _readings(table: _Table, rows: Iterable[Row], after: int) -> Iterator[ParsedRow]:
    seen = _Seen()
    for number, values, problems in table.read(rows, after):
        wrong = {problem.field for problem in problems}
        key = "meter_serial" if values.get("meter_serial") is not None else "code"
        name = values.get(key)
        if name is None:
            if not wrong & {"meter_serial", "code"}:
                at = "meter_serial" if "meter_serial" in values else "code"
                problems.append(table.problem(at, "import.no_meter", ""))
        elif first := seen.before(f"{key} {name}", number):
            problems.append(table.problem(key, "import.read_twice", name, first))
        if values["present_index"] is None and "present_index" not in wrong:
            problems.append(table.problem("present_index", "import.not_read", "", blocks=False))
        yield ParsedRow(number, values, tuple(problems))
