"""Workbooks as nobody wants them, for trying how bad input is met; each says what should be told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain, repeat
from typing import NamedTuple

from app.demo.generator import made_up_customers, usual_reading

Cell = str | int | float | bool | date | None
Rows = Iterator[list[Cell]]

_HEADINGS: list[Cell] = [
    "Mã KH", "Tên khách hàng", "Điện thoại", "Địa chỉ", "Đối tượng", "Lộ trình", "Số đồng hồ", "Chỉ số cũ",
    "Định mức",
]  # fmt: skip


class Spoilt(NamedTuple):
    """`rows` from the first row of the sheet; `codes` are the problems that reading it should tell.

    An empty `codes` means that the sheet is odd and yet can be read. `readings` says which fields it has.
    """

    rows: Rows
    codes: frozenset[str]
    readings: bool = False


def _good(count: int, seed: int) -> list[list[Cell]]:
    return [
        [c.code, c.name, c.phone, c.address, "SH", c.route, c.meter_serial, c.last_index // 1000, c.quotas]
        for c in made_up_customers(count, seed)
    ]


def _with(count: int, seed: int, column: int, *values: Cell) -> Rows:
    """Good rows, the first of them with these values in one column."""
    rows = _good(max(count, len(values)), seed)
    for row, value in zip(rows, values, strict=False):
        row[column] = value
    return chain([_HEADINGS], rows)


def _merged_headings(count: int, seed: int) -> Spoilt:
    top: list[Cell] = ["STT", "Khách hàng", None, None, None, None, "Đồng hồ", None, "Định mức"]
    low: list[Cell] = [None, "Mã", "Tên", "Điện thoại", "Địa chỉ", "Đối tượng", "Số", "Chỉ số cũ", None]
    rows = ([n, *row[:5], *row[6:]] for n, row in enumerate(_good(count, seed), 1))
    numbers: list[Cell] = [f"({n})" for n in range(1, 10)]
    return Spoilt(
        chain([["CÔNG TY CẤP NƯỚC"], ["DANH SÁCH KHÁCH HÀNG"], [], top, low, numbers], rows), frozenset()
    )


def _numbers_for_codes(count: int, seed: int) -> Spoilt:
    """Every figure a float, as Excel hands it over: codes without ".0", phones without their zero."""
    rows = _good(count, seed)
    for number, row in enumerate(rows):
        row[0], row[2], row[6] = 100_000.0 + number, 912_345_678.0, 5_000_000.0 + number
    return Spoilt(chain([_HEADINGS], rows), frozenset())


def _codes_twice(count: int, seed: int) -> Spoilt:
    rows = _good(count, seed)
    return Spoilt(
        chain([_HEADINGS], rows, [list(rows[0])]), frozenset({"import.code_twice", "import.serial_twice"})
    )


def _empty_rows(count: int, seed: int) -> Spoilt:
    """A million formatted empty rows between the customers and the total."""
    return Spoilt(
        chain([_HEADINGS], _good(count, seed), repeat([None] * 9, 1_000_000), [["Tổng cộng"]]), frozenset()
    )


def _turned_columns(count: int, seed: int) -> Spoilt:
    order = (4, 7, 1, 8, 0, 3, 6, 5, 2)
    sheet = chain([_HEADINGS], _good(count, seed))
    return Spoilt(([None, *(row[i] for i in order)] for row in sheet), frozenset())


def _chinese(count: int, seed: int) -> Spoilt:
    headings: list[Cell] = [
        "户号",
        "户名",
        "联系电话",
        "地址",
        "用水性质",
        "册号",
        "水表编号",
        "起码",
        "定额",
    ]
    rows = ([*row[:4], "居民用水", *row[5:]] for row in _good(count, seed))
    return Spoilt(chain([headings], rows), frozenset())


def _no_names(count: int, seed: int) -> Spoilt:
    return Spoilt(_with(count, seed, 1, None, "  ", "\u200b"), frozenset({"import.required"}))


def _dates_as_text(count: int, seed: int) -> Spoilt:
    dates: list[Cell] = ["05/06/2026", "5.6.26", "2026-06-05", "ngày 5 tháng 6 năm 2026", 46178, "31/02/2026"]
    people = list(made_up_customers(max(count, len(dates)), seed))
    rows: Rows = (
        [c.meter_serial, c.last_index // 1000, c.last_index // 1000 + 9, dates[n % len(dates)]]
        for n, c in enumerate(people)
    )
    headings: list[Cell] = ["Số đồng hồ", "Chỉ số cũ", "Chỉ số mới", "Ngày ghi"]
    return Spoilt(chain([headings], rows), frozenset({"import.not_a_date"}), readings=True)


def _readings_with_gaps(count: int, seed: int) -> Spoilt:
    """A route with a closed door, a row without a meter, a letter for a figure and one meter twice."""
    people = list(made_up_customers(max(count, 6), seed))
    rows: list[list[Cell]] = []
    for each in people:
        reading = usual_reading(each, date(2026, 6, 1), seed)
        rows.append([each.meter_serial, reading.previous // 1000, reading.previous // 1000 + 12])
    rows[0][2], rows[1][0], rows[2][2] = None, None, "1o5"
    rows.append([rows[3][0], 1, 2])
    codes = {"import.not_read", "import.no_meter", "import.not_a_number", "import.read_twice"}
    headings: list[Cell] = ["Số đồng hồ", "Chỉ số cũ", "Chỉ số mới"]
    return Spoilt(chain([headings], rows), frozenset(codes), readings=True)


def _column(column: int, values: tuple[Cell, ...], *codes: str) -> Callable[[int, int], Spoilt]:
    return lambda count, seed: Spoilt(_with(count, seed, column, *values), frozenset(codes))


_KINDS: dict[str, Callable[[int, int], Spoilt]] = {
    "merged_headings": _merged_headings,
    "numbers_for_codes": _numbers_for_codes,
    "codes_twice": _codes_twice,
    "empty_rows": _empty_rows,
    "turned_columns": _turned_columns,
    "chinese": _chinese,
    "no_names": _no_names,
    "dates_as_text": _dates_as_text,
    "readings_with_gaps": _readings_with_gaps,
    "negative_indexes": _column(7, (-5, "-12", -0.5), "import.negative"),
    "words_for_indexes": _column(7, ("abc", "12 m3", "=A1+1", True), "import.not_a_number"),
    "excel_errors": _column(7, ("#REF!", "#N/A"), "import.cell_error"),
    "houses_as_dates": _column(3, (date(2026, 5, 12),), "import.became_a_date"),
    "shortened_codes": _column(0, ("9,70436E+15", 9.7e17), "import.lost_digits"),
    "formulas_as_text": _column(1, ('=HYPERLINK("http://example.invalid","A")', "+84", "@SUM(A1)"),),
    "old_fonts": _column(1, ("NguyÔn V¨n Hïng", "Nguyeãn Vaên Huøng"), "import.old_font"),
    "broken_text": _column(1, ("Nguy\ufffdn V\ufffdn",), "import.broken_text"),
    "control_characters": _column(1, ("Lê\x00 Thị\u202e Hà", "Trần\r\nVăn_x000D_ Nam"),),
    "long_values": _column(1, ("Nguyễn " * 60,), "import.too_long"),
    "wrong_phones": _column(2, ("hỏi hàng xóm", "0912"), "import.not_a_phone"),
    "unknown_classes": _column(4, ("người ngoài", "???"), "import.unknown_class"),
}  # fmt: skip

SPOILT = tuple(_KINDS)
"""The kinds there are."""


def spoilt_rows(kind: str, count: int = 20, seed: int = 1) -> Spoilt:
    """A sheet of `count` customers (a few more where the kind needs them) spoilt in one way."""
    return _KINDS[kind](count, seed)
