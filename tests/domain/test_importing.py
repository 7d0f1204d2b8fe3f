"""Customers and readings from workbooks as people really keep them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.domain.importing import (
    FIELDS_CUSTOMERS,
    FIELDS_READINGS,
    ParsedRow,
    field_titles,
    find_header,
    missing,
    parse_readings,
    parse_rows,
    propose,
)
from app.words import Words

CLASSES = {"household": ["Hộ gia đình"], "office": [], "production": [], "service": ["Nhà hàng"]}
MAPPING = {
    0: "code", 1: "name", 2: "phone", 3: "address", 4: "customer_class", 5: "route", 6: "meter_serial",
    7: "last_index", 8: "quotas", 9: "meter_digits", 10: "tax_code",
}  # fmt: skip
GOOD = ["KH1", "Nguyễn Thị Thu", "0912345678", "Số 5", "Hộ gia đình", "L001", "00123", 957, 1, 5, None]


def one(**changes: object) -> ParsedRow:
    cells = list(GOOD)
    for index, name in MAPPING.items():
        if name in changes:
            cells[index] = changes[name]
    (row,) = parse_rows([(14, cells)], MAPPING, CLASSES)
    return row


def codes(row: ParsedRow) -> list[str]:
    return [problem.code for problem in row.problems]


def test_header_below_titles_in_vietnamese():
    rows = [
        (1, ["CÔNG TY CẤP NƯỚC BẮC NINH", None, None]),
        (2, ["Danh sách khách hàng tháng 6/2026", None, None]),
        (4, ["STT", "Mã KH", "Họ và tên", "Địa chỉ lắp đặt", "SĐT", "Số seri đồng hồ", "Chỉ số cũ (m³)", ""]),
        (5, [1, "KH1", "Nguyễn Văn A", "Số 5", 912345678, "0012", 5, "x"]),
    ]
    header = find_header(rows)
    assert header.row_number == 4
    assert header.columns == {
        0: None, 1: "code", 2: "name", 3: "address", 4: "phone", 5: "meter_serial", 6: "last_index", 7: None,
    }  # fmt: skip
    assert header.titles[5] == "Số seri đồng hồ"
    assert header.confidence > 0.8


def test_header_merged_over_two_rows():
    rows = [
        (1, ["DANH SÁCH", None, None, None, None, None, None]),
        (3, ["STT", "Khách hàng", None, None, "Đồng hồ", None, "Ghi chú"]),
        (4, [None, "Mã", "Tên", "Địa chỉ", "Số", "Chỉ số cũ", None]),
        (5, [1, "KH1", "Trần Thị B", "Số 7", "0012", 44, None]),
    ]
    header = find_header(rows)
    assert header.row_number == 4
    assert header.mapping == {
        1: "code", 2: "name", 3: "address", 4: "meter_serial", 5: "last_index", 6: "note",
    }  # fmt: skip
    assert header.titles[1] == "Khách hàng / Mã"
    (row,) = parse_rows(rows, header.mapping, CLASSES, after=header.row_number, titles=header.titles)
    assert row.values["name"] == "Trần Thị B"
    assert row.values["last_index"] == 44_000


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (["Customer code *", "Full name", "Mobile phone", "Tariff class", "Meter serial no."],
         ["code", "name", "phone", "customer_class", "meter_serial"]),
        (["户号", "户名", "联系电话", "用水性质", "水表编号", "抄表册号", "起码", "税号"],
         ["code", "name", "phone", "customer_class", "meter_serial", "route", "last_index", "tax_code"]),
        (["MA_KH", "TEN_KH", "DIA CHI", "SO_DHO", "LO TRINH", "DINH MUC", "MST", "STK"],
         ["code", "name", "address", None, "route", "quotas", "tax_code", "bank_account"]),
        (["customer_code", "CustomerName", "sequence", "meter_digits"],
         ["code", "name", "sequence", "meter_digits"]),
        (["Danh bạ", "Khách hàng", "Mục đích SD", "Thứ tự trong lộ trình", "Mã điểm đấu nối"],
         ["code", "name", "customer_class", "sequence", "connection_code"]),
    ],
)  # fmt: skip
def test_headings_in_three_languages(headings: list[str], expected: list[str | None]):
    found = propose(headings)
    assert [found.get(i) for i in range(len(headings))] == expected


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_words_of_the_program_are_understood(language: str):
    titles = field_titles(Words(language))
    for fields in (FIELDS_CUSTOMERS, FIELDS_READINGS):
        assert propose([titles[field.name] for field in fields], fields) == {
            i: field.name for i, field in enumerate(fields)
        }


def test_a_heading_twice_counts_once():
    assert propose(["Mã KH", "Địa chỉ", "Địa chỉ", "Tên"]) == {0: "code", 1: "address", 3: "name"}


def test_every_field_is_found_by_each_of_its_own_words():
    for fields in (FIELDS_CUSTOMERS, FIELDS_READINGS):
        for field in fields:
            for word in field.words:
                assert propose([word.upper()], fields) == {0: field.name}, word


def test_sheet_without_headings():
    header = find_header([(2, ["a", "b"]), (3, [1, 2])])
    assert (header.row_number, header.confidence, header.mapping) == (2, 0.0, {})
    with pytest.raises(AppError, match=r"import\.empty_sheet"):
        find_header([(1, [None, ""]), (2, [])])


def test_readings_headings():
    headings = ["Số đồng hồ", "Mã KH", "Tên", "Chỉ số cũ", "Chỉ số mới", "Ngày ghi", "Ghi chú"]
    assert propose(headings, FIELDS_READINGS) == {
        0: "meter_serial", 1: "code", 3: "previous_index", 4: "present_index", 5: "read_on", 6: "note",
    }  # fmt: skip
    assert propose(["meter_id", "read_old", "read_new"], FIELDS_READINGS) == {
        0: "meter_serial", 1: "previous_index", 2: "present_index",
    }  # fmt: skip


def test_good_row():
    row = one()
    assert row.ready
    assert not row.problems
    assert row.values == {
        "code": "KH1", "name": "Nguyễn Thị Thu", "phone": "0912345678", "address": "Số 5",
        "customer_class": "household", "route": "L001", "meter_serial": "00123", "last_index": 957_000,
        "quotas": 1, "meter_digits": 5, "tax_code": None, "connection_code": "KH1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1234, "1234"), (1234.0, "1234"), ("0012", "0012"), (" 0012 ", "0012"), ("'0012", "0012"),
        (12.5, "12.5"), ("=1+1", "=1+1"), ("KH\u200b1\ufeff", "KH1"), ("KH\x001", "KH1"),
        ("KH_x000D_1", "KH 1"),
        ("KH\n1", "KH 1"), ("KH\u00a01", "KH 1"), ("Ｋ", "Ｋ"),
    ],
)  # fmt: skip
def test_codes_stay_as_they_are_seen(cell: object, text: str):
    row = one(code=cell)
    assert row.ready
    assert row.values["code"] == text


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("code", None, "import.required"),
        ("name", "  ", "import.required"),
        ("code", "1,23E+15", "import.lost_digits"),
        ("code", 9704361234567890123.0, "import.lost_digits"),
        ("code", datetime(2026, 5, 12), "import.became_a_date"),  # noqa: DTZ001 - as Excel gives it
        ("address", date(2026, 5, 12), "import.became_a_date"),
        ("code", "x" * 41, "import.too_long"),
        ("name", "n" * 201, "import.too_long"),
        ("name", "#REF!", "import.cell_error"),
        ("name", "Nguy\ufffdn", "import.broken_text"),
        ("name", "NguyÔn V¨n Hïng", "import.old_font"),
        ("name", "Nguyeãn Vaên Huøng", "import.old_font"),
        ("name", "Ñoã Thò Lan", "import.old_font"),
        ("last_index", -5, "import.negative"),
        ("last_index", -0.5, "import.negative"),
        ("last_index", "-5", "import.negative"),
        ("last_index", "abc", "import.not_a_number"),
        ("last_index", True, "import.not_a_number"),
        ("last_index", date(2026, 5, 12), "import.not_a_number"),
        ("last_index", "=A1", "import.not_a_number"),
        ("last_index", "#N/A", "import.cell_error"),
        ("last_index", float("nan"), "import.cell_error"),
        ("last_index", 10**10, "import.too_large"),
        ("quotas", 1.5, "import.not_whole"),
        ("quotas", -1, "import.negative"),
        ("quotas", 0, "import.out_of_range"),
        ("meter_digits", 12, "import.out_of_range"),
        ("customer_class", "người ngoài hành tinh", "import.unknown_class"),
    ],
)
def test_wrong_cells_are_told_and_keep_the_row_out(field: str, cell: object, code: str):
    row = one(**{field: cell})
    assert codes(row) == [code]
    assert not row.ready
    assert row.values[field] is None
    assert row.problems[0].field == field
    assert row.problems[0].as_error(row.row_number).params["row"] == 14


@pytest.mark.parametrize(
    "name",
    [
        "Đặng Thuỳ Dương",
        "Nguyễn Quý Quỷ Hoà",
        "Müller",
        "Anaïs Noël",
        "艾米·史密斯",
        "NGUYỄN THUỶ",
        "Ngô Uyển Nhi",
    ],
)
def test_good_names_are_not_taken_for_old_fonts(name: str):
    assert one(name=name).values["name"] == name


def test_eth_is_the_vietnamese_letter():
    assert one(name="\u00d0\u1eb7ng V\u0103n \u00d0\u1ea1t").values["name"] == "Đặng Văn Đạt"


@pytest.mark.parametrize(
    ("cell", "normal"),
    [
        (912345678, "0912345678"), (912345678.0, "0912345678"), ("+84 912 345 678", "0912345678"),
        ("84912345678", "0912345678"), ("0163 123 4567", "0331234567"), ("ĐT: 0222.3821.234", "02223821234"),
        (2223821234, "02223821234"), ("0912345678 / 0987 654 321", "0912345678; 0987654321"),
        ("0912345678; 0912345678", "0912345678"), ("13812345678", "13812345678"),
    ],
)  # fmt: skip
def test_phones(cell: object, normal: str):
    row = one(phone=cell)
    assert not row.problems
    assert row.values["phone"] == normal


@pytest.mark.parametrize("cell", ["0912", "hàng xóm 0912345678", "không có", 5])
def test_what_is_no_phone_is_kept_and_told(cell: object):
    row = one(phone=cell)
    assert codes(row) == ["import.not_a_phone"]
    assert row.ready
    assert row.values["phone"] == str(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(12.0, 12_000), (12.3456, 12_346), ("1.234", 1_234_000), ("12,5", 12_500), ("0005", 5_000), (0, 0)],
)
def test_indexes(cell: object, expected: int):
    assert one(last_index=cell).values["last_index"] == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("SH", "household"), ("Sinh hoạt", "household"), ("居民", "household"), ("household", "household"),
        ("HCSN", "office"), ("Cơ quan (HCSN)", "office"), ("Sản xuất", "production"),
        ("kinh doanh - dịch vụ", "service"), ("NHÀ HÀNG", "service"), (None, None),
    ],
)  # fmt: skip
def test_classes_by_what_people_call_them(cell: object, expected: str | None):
    row = one(customer_class=cell)
    assert not row.problems
    assert row.values["customer_class"] == expected


def test_class_of_a_utility_of_its_own():
    (row,) = parse_rows([(1, ["1", "A", "Hộ nghèo"])], {0: "code", 1: "name", 2: "customer_class"},
                        {"poor": ["hộ nghèo"], "household": []})  # fmt: skip
    assert row.values["customer_class"] == "poor"


def test_tax_code_gets_back_its_zero():
    assert one(tax_code=101234567).values["tax_code"] == "0101234567"
    assert one(tax_code="0101234567-001").values["tax_code"] == "0101234567-001"


def test_a_code_twice_is_wrong_the_second_time():
    rows = [(5, ["KH1", "A"]), (6, ["KH2", "B"]), (9, ["kh1 ", "C"])]
    first, second, third = parse_rows(rows, {0: "code", 1: "name"}, CLASSES, titles={0: "Mã KH"})
    assert first.ready
    assert second.ready
    (problem,) = third.problems
    assert (problem.code, problem.column, problem.first_row) == ("import.code_twice", "Mã KH", 5)
    assert not third.ready


def test_one_customer_may_have_two_connections():
    mapping = {0: "code", 1: "name", 2: "connection_code"}
    rows = [(2, ["KH1", "A", None]), (3, ["KH1", "A", "KH1-2"]), (4, ["KH2", "B", "KH1-2"])]
    parsed = list(parse_rows(rows, mapping, CLASSES))
    assert [row.values["connection_code"] for row in parsed] == ["KH1", "KH1-2", "KH1-2"]
    assert [codes(row) for row in parsed] == [[], [], ["import.code_twice"]]
    assert parsed[2].problems[0].column == "C"


def test_a_serial_twice_is_told_only():
    mapping = {0: "code", 1: "name", 2: "meter_serial"}
    parsed = list(parse_rows([(2, ["1", "A", "77"]), (3, ["2", "B", 77.0])], mapping, CLASSES))
    assert codes(parsed[1]) == ["import.serial_twice"]
    assert parsed[1].ready


def test_routes_are_checked_when_they_are_known():
    mapping = {0: "code", 1: "name", 2: "route"}
    rows = [(2, ["1", "A", "l001"]), (3, ["2", "B", "L999"])]
    known = list(parse_rows(rows, mapping, CLASSES, ["L001"]))
    assert known[0].values["route"] == "L001"
    assert codes(known[1]) == ["import.unknown_route"]
    assert all(row.ready for row in parse_rows(rows, mapping, CLASSES))


def test_lines_that_hold_no_customer_are_passed_over():
    rows = [
        (1, ["STT", "Mã KH", "Tên KH", "Chỉ số"]),
        (2, ["(1)", "(2)", "(3)", "(4)"]),
        (3, [1, "KH1", "Tổng công ty May 10", 5]),
        (4, [None, None, None, None]),
        (5, ["", " ", None]),
        (6, ["Tổng cộng:", None, None, 5]),
        (7, [None, "Người lập biểu", None, None]),
        (8, [None, None, "Bắc Ninh, ngày 5 tháng 6 năm 2026"]),
        (9, [2, None, "Cộng đồng dân cư", 5]),
    ]
    header = find_header(rows)
    parsed = list(parse_rows(rows, header.mapping, CLASSES, after=header.row_number))
    assert [row.row_number for row in parsed] == [3, 9]
    assert codes(parsed[1]) == ["import.required"]


def test_a_mapping_must_make_sense():
    assert missing({0: "code"}) == ("name",)
    with pytest.raises(AppError, match=r"import\.column_missing"):
        parse_rows([], {0: "code"}, CLASSES)
    with pytest.raises(AppError, match=r"import\.column_twice"):
        parse_rows([], {0: "code", 1: "name", 2: "name"}, CLASSES)
    with pytest.raises(AppError, match=r"import\.column_missing"):
        parse_readings([], {0: "present_index"})


READINGS = {0: "meter_serial", 1: "present_index", 2: "read_on", 3: "note"}


@pytest.mark.parametrize(
    "cell",
    [
        date(2026, 6, 5), datetime(2026, 6, 5, 9, 30), "05/06/2026", "5-6-26", "5.6.2026", "2026-06-05",  # noqa: DTZ001
        "2026-06-05 00:00:00", "ngày 5 tháng 6 năm 2026", "2026年6月5日", 46178, 46178.4,
    ],
)  # fmt: skip
def test_dates(cell: object):
    (row,) = parse_readings([(2, ["0012", 5, cell, None])], READINGS)
    assert not row.problems
    assert row.values["read_on"] == date(2026, 6, 5)


@pytest.mark.parametrize("cell", ["06/25/2026", "31/02/2026", "hôm qua", 5, True, "05/06/1066"])
def test_what_is_no_date(cell: object):
    (row,) = parse_readings([(2, ["0012", 5, cell, None])], READINGS)
    assert codes(row) == ["import.not_a_date"]


def test_readings():
    rows = [
        (2, ["0012", 957.0, None, "kính mờ"]),
        (3, ["0013", None, None, "đóng cửa"]),
        (4, [None, 5, None, None]),
        (5, ["0012", 958, None, None]),
        (6, ["0014", "1o5", None, None]),
        (7, ["Tổng", 1920, None, None]),
    ]
    parsed = list(parse_readings(rows, READINGS))
    assert [codes(row) for row in parsed] == [
        [], ["import.not_read"], ["import.no_meter"], ["import.read_twice"], ["import.not_a_number"],
    ]  # fmt: skip
    assert [row.ready for row in parsed] == [True, True, False, False, False]
    assert parsed[0].values["present_index"] == 957_000
    assert parsed[3].problems[0].first_row == 2
    assert parsed[4].problems[0].value == "1o5"


cells = st.one_of(
    st.none(), st.text(max_size=60), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes()
)


@given(st.lists(st.lists(cells, max_size=13), max_size=8))
def test_whatever_a_sheet_holds_it_is_told_and_never_falls_over(sheet: list[list[object]]):
    rows = list(enumerate(sheet, 1))
    if any(c not in (None, "") for row in sheet[:30] for c in row):
        find_header(rows)
    for row in [*parse_rows(rows, MAPPING, CLASSES), *parse_readings(rows, READINGS)]:
        for problem in row.problems:
            assert problem.code.startswith("import.")
            assert problem.column
        if row.ready and "name" in row.values:
            assert row.values["code"]
            assert row.values["name"]
        for value in row.values.values():
            assert not isinstance(value, int) or 0 <= value < 10**12
            assert not isinstance(value, str) or (value == value.strip() and "\x00" not in value)
