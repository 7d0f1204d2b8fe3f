"""How one cell of a workbook is read: what Excel and people do to codes, phones, numbers and dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta

from app.domain.errors import AppError
from app.domain.fold import fold, nfc, phone
from app.domain.import_fields import CLASS_WORDS, Field
from app.domain.import_headings import Cell
from app.domain.quantities import parse_quantity

Value = str | int | date | None


class Wrong(Exception):
    """The cell cannot be taken as it is; `value` is what may be kept when the problem does not block."""

    def __init__(self, code: str, value: Value = None, blocks: bool = True) -> None:
        super().__init__(code)
        self.code, self.value, self.blocks = code, value, blocks


_ESCAPES = re.compile("_x[0-9A-Fa-f]{4}_")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_EXCEL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"}
NOT_CALCULATED = "#FORMULA"
"""Stands in a cell whose formula was saved without its value."""
_SHORTENED = re.compile(r"[0-9][.,]?[0-9]*E\+[0-9]+", re.IGNORECASE)
# Letters of the font codes used before Unicode, in places where no Vietnamese word has them.
_TCVN3 = re.compile("[A-Za-z][¨©ª¬®µ¶¸¹»¼½¾Æ]|[¨©ª¬®µ¶¸¹¼½¾][a-z]")
_VNI = re.compile(r"a[âáàãäåûøùõêëü]|[eo][âäåûø]|[uyö][øûï]|\bñ[aeioöôuy]", re.IGNORECASE)


def clean(value: Cell) -> str:
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
    """What goes wrong with a text of any kind."""
    if text in _EXCEL_ERRORS:
        raise Wrong("import.cell_error")
    if text == NOT_CALCULATED:
        raise Wrong("import.not_calculated")
    if "\ufffd" in text:
        raise Wrong("import.broken_text")
    if len(text) > field.longest:
        raise Wrong("import.too_long")
    return text


def _text(value: Cell, text: str, field: Field) -> Value:
    """Names, addresses, notes. A house number such as 12/5 that Excel turned into a date is told."""
    if isinstance(value, date):
        raise Wrong("import.became_a_date")
    if not text.isascii() and (_TCVN3.search(text) or _VNI.search(text)):
        raise Wrong("import.old_font")
    return _checked(text.replace("\u00d0", "Đ").replace("\u00f0", "đ"), field)


def _code(value: Cell, text: str, field: Field) -> Value:
    if isinstance(value, date):
        raise Wrong("import.became_a_date")
    if _SHORTENED.fullmatch(text) or (isinstance(value, int | float) and abs(value) >= 1e15):
        raise Wrong("import.lost_digits")  # Excel keeps 15 figures of a number
    return _checked(text.removeprefix("'"), field)


def _tax(value: Cell, text: str, field: Field) -> Value:
    text = str(_code(value, text, field)).replace(" ", "")
    if isinstance(value, int | float) and len(text) == 9:
        text = "0" + text  # a number cell drops the zero with which tax codes of Hà Nội begin
    return text


_BETWEEN_PHONES = re.compile(r"[;/,|]|\s-\s|\bhoặc\b|\bor\b")
_PHONE_WORDS = re.compile(r"^\W*(sđt|đt|dđ|tel|phone|mobile|điện thoại|di động)\W*", re.IGNORECASE)


def _phone(value: Cell, text: str, field: Field) -> Value:
    """All numbers of the cell, each as it is dialled, joined by "; ". What is no number is kept and told."""
    _checked(text, field)
    found: list[str] = []
    for part in _BETWEEN_PHONES.split(text):
        digits = phone(part)
        if isinstance(value, int | float) and len(digits) in (9, 10) and digits[0] != "0":
            digits = phone("0" + digits)  # a number cell drops the zero
        if not 8 <= len(digits) <= 12 or re.search(r"[^\W\d_]", _PHONE_WORDS.sub("", part)):
            raise Wrong("import.not_a_phone", text, blocks=False)
        if digits not in found:
            found.append(digits)
    return "; ".join(found)


_LARGEST_INDEX = 999_999_999_999  # thousandths: nine figures before the point, as meters have


def read_index(value: Cell, text: str, field: Field, language: str = "vi") -> Value:
    """An index in thousandths of the billing unit; `language` decides what the text "1.234" means."""
    _checked(text, field)
    if isinstance(value, bool | date):
        raise Wrong("import.not_a_number")
    if isinstance(value, int):
        amount = value * 1000
    elif isinstance(value, float):
        amount = round(value * 1000)
    elif re.match(r"[-\u2212]\s*[0-9]", text):
        raise Wrong("import.negative")
    else:
        try:
            amount = parse_quantity(text, language)
        except AppError:
            raise Wrong("import.not_a_number") from None
    if amount < 0:
        raise Wrong("import.negative")
    if amount > _LARGEST_INDEX:
        raise Wrong("import.too_large")
    return amount


def _count(value: Cell, text: str, field: Field) -> Value:
    _checked(text, field)
    if isinstance(value, bool | date) or not re.fullmatch(r"[-\u2212]?[0-9]{1,15}", text):
        raise Wrong("import.not_whole")
    number = int(text.replace("\u2212", "-"))
    if number < 0:
        raise Wrong("import.negative")
    if not field.least <= number <= field.most:
        raise Wrong("import.out_of_range")
    return number


_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][\d:.]+)?")
_DAY_FIRST = re.compile(
    r"(?:ngày )?(\d{1,2})(?:[-/.]| tháng )(\d{1,2})(?:[-/.]| năm )(\d{4}|\d{2})(?: [\d:.]+)?"
)
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
        raise Wrong("import.not_a_date")
    plain = text.lower()
    if found := _ISO.fullmatch(plain) or _CHINESE.fullmatch(plain):
        year, month, day = map(int, found.groups())
    elif found := _DAY_FIRST.fullmatch(plain):
        day, month, year = map(int, found.groups())
        year += 2000 if year < 100 else 0
    else:
        raise Wrong("import.not_a_date")
    try:
        read = date(year, month, day)
    except ValueError:
        raise Wrong("import.not_a_date") from None
    if not 1950 <= read.year <= 2120:
        raise Wrong("import.not_a_date")
    return read


Reader = Callable[[Cell, str, Field], Value]
READERS: dict[str, Reader] = {
    "text": _text, "code": _code, "tax": _tax, "phone": _phone, "count": _count, "date": _date,
}  # fmt: skip
"""How a cell that is not empty is read, by the kind of its field: its value, its clean text, the field."""


def class_reader(known: Mapping[str, Iterable[str]]) -> Reader:
    """Finds the code of a customer class by what people call it."""
    words = {fold(word): code for code in known for word in (*CLASS_WORDS.get(code, ()), code)}
    words |= {fold(name): code for code, names in known.items() for name in names}

    def read(value: Cell, text: str, field: Field) -> Value:
        outside = re.sub(r"\(.*?\)|[-_.]", " ", text)
        code = words.get(fold(text)) or words.get(fold(outside))
        if code is None:
            raise Wrong("import.unknown_class")
        return code

    return read


def route_reader(known: Iterable[str]) -> Reader:
    """Takes only routes that are known, in any spelling of capitals and accents."""
    codes = {fold(code): code for code in known}

    def read(value: Cell, text: str, field: Field) -> Value:
        code = codes.get(fold(str(_code(value, text, field))))
        if code is None:
            raise Wrong("import.unknown_route")
        return code

    return read
