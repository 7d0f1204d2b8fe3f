"""What is decided when customers, connections and meters, or a route's readings, come from a workbook.

The rows come as plain values of cells, from whatever read the file. Nothing is stored here: the result is
clean values and, for each row, what is wrong with it. Quantities are thousandths of the billing unit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.errors import AppError
from app.domain.fold import fold, nfc, phone
from app.domain.import_fields import (
    CLASS_WORDS,
    FIELDS_CUSTOMERS,
    FIELDS_READINGS,
    Field,
    field_titles,
)
from app.domain.import_headings import Header, find_header, propose
from app.domain.quantities import parse_quantity

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

Cell = str | int | float | bool | date | datetime | None
Row = tuple[int, Sequence[Cell]]
Value = str | int | date | None


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


class _Wrong(Exception):  # noqa: N818
    """The cell cannot be taken as it is; `value` is what may be kept when the problem does not block."""

    def __init__(self, code: str, value: Value = None, blocks: bool = True) -> None:
        super().__init__(code)
        self.code, self.value, self.blocks = code, value, blocks


_ESCAPES = re.compile("_x[0-9A-Fa-f]{4}_")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_EXCEL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"}
_SHORTENED = re.compile(r"[0-9][.,]?[0-9]*E\+[0-9]+", re.IGNORECASE)
_TCVN3 = re.compile("[A-Za-z][¨©ª«¬®µ¶·¸¹»¼½¾Æ×]|[¨©ª«¬®µ¶¸¹»¼½¾][a-z]")
_VNI = re.compile("[aeouy][øûïåëñ]|[AEOUY][ØÛÏÅËÑ]|Ñ[aeiouyïöô]|[aâeo][àáãäåéèùúûüï][a-z]*[aeou][øû]")


def _clean(value: Cell) -> str:
    """The cell as text: NFC, single blanks, nothing invisible. Whole numbers lose their ".0"."""
    if isinstance(value, str):
        if not value.isprintable():
            value = _UNSEEN.sub("", _ESCAPES.sub(" ", value))
        elif "_x" in value:
            value = _ESCAPES.sub(" ", value)
        return " ".join(nfc(value).split())
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).upper()
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return "#NUM!"
        return str(int(value)) if value.is_integer() else repr(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _checked(text: str, field: Field) -> str:
    if text in _EXCEL_ERRORS:
        raise _Wrong("import.cell_error")
    if "\ufffd" in text:
        raise _Wrong("import.broken_text")
    if len(text) > field.longest:
        raise _Wrong("import.too_long")
    return text


def _text(value: Cell, text: str, field: Field) -> Value:
    """Names, addresses, notes. A house number such as 12/5 that Excel turned into a date is told."""
    if isinstance(value, date):
        raise _Wrong("import.became_a_date")
    if not text.isascii() and (_TCVN3.search(text) or _VNI.search(text)):
        raise _Wrong("import.old_font")
    return _checked(text, field)


def _code(value: Cell, text: str, field: Field) -> Value:
    if isinstance(value, date):
        raise _Wrong("import.became_a_date")
    if _SHORTENED.fullmatch(text) or (isinstance(value, float) and abs(value) >= 1e15):
        raise _Wrong("import.lost_digits")  # Excel keeps 15 figures of a number
    return _checked(text.removeprefix("'"), field)


def _tax(value: Cell, text: str, field: Field) -> Value:
    text = str(_code(value, text, field)).replace(" ", "")
    if isinstance(value, int | float) and len(text) == 9:
        text = "0" + text  # a number cell drops the zero with which tax codes of Hà Nội begin
    return text


_BETWEEN_PHONES = re.compile(r"[;/,\n|]|\s-\s|\bhoặc\b|\bor\b")


def _phone(value: Cell, text: str, field: Field) -> Value:
    """All numbers of the cell, each as it is dialled, joined by "; "; what is no number is kept and told."""
    _checked(text, field)
    found = []
    for part in _BETWEEN_PHONES.split(text):
        digits = phone(part)
        if isinstance(value, int | float) and len(digits) in (9, 10) and digits[0] in "23456789":
            digits = "0" + digits  # a number cell drops the zero
        if digits and (not 8 <= len(digits) <= 12 or re.search("[^\\W\\d_]{4}", part)):
            raise _Wrong("import.not_a_phone", text, blocks=False)
        if digits and digits not in found:
            found.append(digits)
    if not found:
        raise _Wrong("import.not_a_phone", text, blocks=False)
    return "; ".join(found)


_LARGEST_INDEX = 999_999_999_999  # thousandths: nine figures before the point, as meters have


def _index(value: Cell, text: str, field: Field, language: str = "vi") -> Value:
    if isinstance(value, bool | date) or text in _EXCEL_ERRORS:
        raise _Wrong("import.not_a_number")
    if isinstance(value, int):
        amount = value * 1000
    elif isinstance(value, float):
        amount = round(value * 1000)
    elif re.match(r"[-\u2212]\s*[0-9]", text):
        raise _Wrong("import.negative")
    else:
        try:
            amount = parse_quantity(text, language)
        except AppError:
            raise _Wrong("import.not_a_number") from None
    if amount < 0:
        raise _Wrong("import.negative")
    if amount > _LARGEST_INDEX:
        raise _Wrong("import.too_large")
    return amount


def _count(value: Cell, text: str, field: Field) -> Value:
    if isinstance(value, bool | date) or not re.fullmatch(r"[-\u2212]?[0-9]{1,15}", text):
        raise _Wrong("import.not_whole")
    number = int(text.replace("\u2212", "-"))
    if number < 0:
        raise _Wrong("import.negative")
    if not field.least <= number <= field.most:
        raise _Wrong("import.out_of_range")
    return number


_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][\d:.]+)?")
_DAY_FIRST = re.compile(r"(?:ngày )?(\d{1,2})(?:[-/.]| tháng )(\d{1,2})(?:[-/.]| năm )(\d{4}|\d{2})(?: [\d:.]+)?")
_CHINESE = re.compile(r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日")


def _date(value: Cell, text: str, field: Field) -> Value:
    """A date cell, a serial number of Excel, or text with the day first; an American order is not guessed."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if 20_000 <= value <= 80_000:  # 1954 to 2119
            return date(1899, 12, 30) + timedelta(days=int(value))
        raise _Wrong("import.not_a_date")
    plain = text.lower()
    if found := _ISO.fullmatch(plain) or _CHINESE.fullmatch(plain):
        year, month, day = map(int, found.groups())
    elif found := _DAY_FIRST.fullmatch(plain):
        day, month, year = map(int, found.groups())
        year += 2000 if year < 100 else 0
    else:
        raise _Wrong("import.not_a_date")
    try:
        read = date(year, month, day)
    except ValueError:
        raise _Wrong("import.not_a_date") from None
    if not 1950 <= read.year <= 2120:
        raise _Wrong("import.not_a_date")
    return read


_Reader = Callable[[Cell, str, Field], Value]
_READERS: dict[str, _Reader] = {
    "text": _text, "code": _code, "tax": _tax, "phone": _phone, "count": _count, "date": _date,
}  # fmt: skip


def _class_reader(known: Mapping[str, Iterable[str]]) -> _Reader:
    words = {fold(word): code for code in known for word in (*CLASS_WORDS.get(code, ()), code)}
    words |= {fold(name): code for code, names in known.items() for name in names}

    def read(value: Cell, text: str, field: Field) -> Value:
        code = words.get(" ".join(re.sub(r"[-_.]", " ", fold(text)).split())) or words.get(fold(text))
        if code is None:
            raise _Wrong("import.unknown_class")
        return code

    return read


def _route_reader(known: Iterable[str]) -> _Reader:
    codes = {fold(code): code for code in known}

    def read(value: Cell, text: str, field: Field) -> Value:
        code = codes.get(fold(str(_code(value, text, field))))
        if code is None:
            raise _Wrong("import.unknown_route")
        return code

    return read


_FOOTER = re.compile(r"(tong|cong|total|sum|合 ?计|总 ?计|小 ?计|nguoi lap|ke toan|giam doc|thu truong|ngay \D|nguoi ghi)\b.*")


def _no_data(cells: Sequence[str], started: bool) -> bool:
    """A line that numbers the columns ("(1) (2) (3)") under the headings, a total, a signature."""
    filled = [cell.strip("()[] ") for cell in cells if cell]
    if not started and len(filled) > 2 and all(cell.isdigit() and len(cell) < 3 for cell in filled):
        numbers = list(map(int, filled))
        return numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return bool(_FOOTER.fullmatch(fold(filled[0])))


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
    `known_classes` gives, for the code of each customer class, its names; without `known_routes` any route is
    taken. `language` decides what "1.234" means. A connection code that is left empty is the customer code; the
    same connection twice is wrong, the same customer with two connections is not.
    Raises AppError("import.column_missing", field=...) or ("import.column_twice", field=...).
    """
    readers = _READERS | {"class": _class_reader(known_classes)}
    table = _Table(FIELDS_CUSTOMERS, mapping, titles, readers, language)
    if known_routes is not None:
        table.use("route", _route_reader(known_routes))
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
    return _readings(_Table(FIELDS_READINGS, mapping, titles, _READERS, language), rows, after)


class _Table:
    """The mapped columns with how each is read."""

    def __init__(
        self,
        fields: Sequence[Field],
        mapping: Mapping[int, str],
        titles: Mapping[int, str] | None,
        readers: Mapping[str, _Reader],
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
            return _index(value, text, field, language)

        known = {**readers, "index": index_reader}
        self.columns = [(i, by_name[name], known[by_name[name].kind]) for i, name in sorted(mapping.items())]

    def use(self, name: str, reader: _Reader) -> None:
        self.columns = [(i, f, reader if f.name == name else r) for i, f, r in self.columns]

    def problem(self, name: str, code: str, value: object, first_row: int = 0, blocks: bool = True) -> Problem:
        shown = "" if value is None else str(value)
        return Problem(name, self.titles[name], code, shown[:80], first_row, blocks)

    def read(self, rows: Iterable[Row], after: int) -> Iterator[tuple[int, dict[str, Value], list[Problem]]]:
        started = False
        for number, cells in rows:
            if number <= after or not any(cells):
                if number <= after or all(cell is None or cell == "" for cell in cells):
                    continue
            values: dict[str, Value] = {}
            problems: list[Problem] = []
            texts = [_clean(cells[i]) if i < len(cells) else "" for i, _, _ in self.columns]
            if not any(texts):
                continue
            if (not started or texts[0] == "" or not cells[0]) and _no_data(texts, started):
                continue
            started = True
            for (i, field, reader), text in zip(self.columns, texts, strict=True):
                values[field.name] = None
                if not text:
                    continue
                try:
                    values[field.name] = reader(cells[i], text, field)
                except _Wrong as wrong:
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
