"""Workbooks written: what is text stays text, what is a number is one, and nothing half-written is left."""

from __future__ import annotations

import gc
import sys
import tempfile
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.papers import Chart
from app.documents.sheets import read_sheets
from app.documents.workbook import MAX_ROWS, OutColumn, SheetOut, write_workbook
from app.documents.wrong_rows import write_wrong_rows
from app.domain.charts import ChartData, Series
from app.domain.errors import AppError, Cancelled
from app.domain.money import CNY

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", ' =HYPERLINK("http://x")', "|calc", "%0")


def written(path: Path, columns: list[OutColumn], rows: list[tuple[Any, ...]], **more: Any) -> Any:
    write_workbook(path, [SheetOut("Danh sách", columns, rows)], **more)
    return openpyxl.load_workbook(path)["Danh sách"]


def test_codes_phones_and_meters_keep_their_zeros(tmp_path: Path) -> None:
    sheet = written(
        tmp_path / "a.xlsx",
        [OutColumn("Mã", "code"), OutColumn("Đồng hồ", "code")],
        [("000123", "950E2862"), ("0912345678", 7)],
    )
    assert [[cell.value for cell in row] for row in sheet["A2:B3"]] == [
        ["000123", "950E2862"],
        ["0912345678", "7"],
    ]
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].number_format == "@"


def test_numbers_dates_and_hours_are_real_ones(tmp_path: Path) -> None:
    kinds = ["int", "money", "quantity", "quantity", "date", "time", "percent"]
    sheet = written(
        tmp_path / "a.xlsx",
        [OutColumn(f"Cột {n}", kind) for n, kind in enumerate(kinds)],  # type: ignore[arg-type]
        [
            (
                7,
                999_999_999_999,
                17_000,
                17_005,
                date(2026, 2, 28),
                datetime(2026, 11, 21, 17, 30, tzinfo=UTC),
                0.943,
            ),
            (None, 0, -1_500, None, None, None, None),
        ],
    )
    first = [cell.value for cell in sheet[2]]
    assert first[:5] == [7, 999_999_999_999, 17, 17.005, datetime.fromisoformat("2026-02-28T00:00")]
    assert abs(first[5] - datetime.fromisoformat("2026-11-22T00:30")) < timedelta(milliseconds=1), (
        "in the office's zone"
    )
    assert first[6] == pytest.approx(0.943)
    assert [cell.number_format for cell in sheet[2]] == [
        "#,##0",
        "#,##0",
        "#,##0",
        "#,##0.0##",
        "dd/mm/yyyy",
        "dd/mm/yyyy hh:mm",
        "0.0%",
    ]
    assert [cell.value for cell in sheet[3]] == [None, 0, -1.5, None, None, None, None]


def test_money_is_written_in_whole_units_of_its_currency(tmp_path: Path) -> None:
    sheet = written(tmp_path / "a.xlsx", [OutColumn("Tiền", "money")], [(123_456,)], currency=CNY)
    assert (sheet["A2"].value, sheet["A2"].number_format) == (1234.56, "#,##0.00")


@pytest.mark.parametrize("kind", ["text", "code", "any"])
def test_nothing_typed_becomes_a_formula(tmp_path: Path, kind: Any) -> None:
    sheet = written(tmp_path / "a.xlsx", [OutColumn("Ghi chú", kind)], [(text,) for text in FORMULAS])
    for cell, text in zip([row[0] for row in sheet.iter_rows(min_row=2)], FORMULAS, strict=True):
        assert cell.data_type == "s", text
        assert cell.quotePrefix, text
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")


def test_titles_and_headings_are_no_formulas_either(tmp_path: Path) -> None:
    write_workbook(
        tmp_path / "a.xlsx", [SheetOut("=1", [OutColumn("=2")], [("a",)], heading="=3", notes=["=4"])]
    )
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert [cell.data_type for row in sheet for cell in row if cell.value] == ["s"] * 4


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=60), st.integers(-(10**14), 10**14)), min_size=1, max_size=8))
def test_what_is_written_reads_back(rows: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        write_workbook(path, [SheetOut("A", [OutColumn("T"), OutColumn("N", "int")], rows)])
        with read_sheets(path) as source:
            read = list(source.rows("A"))[1:]
    assert [cells[-1] for _, cells in read] == [number for _, number in rows]


def test_headings_are_frozen_filtered_and_wide_enough(tmp_path: Path) -> None:
    name = "Nguyễn Thị Phương Hồng Nhung"
    write_workbook(
        tmp_path / "a.xlsx",
        [
            SheetOut(
                "A",
                [OutColumn("Tên"), OutColumn("Tiền", "money")],
                [(name, 999_999_999_999)],
                heading="Danh sách",
                notes=["Từ ngày"],
                totals=("Cộng", 999_999_999_999),
            )
        ],
    )
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["A"]
    assert sheet.freeze_panes == "A5"
    assert sheet.auto_filter.ref == "A4:B5"
    assert sheet["A6"].value == "Cộng"
    assert sheet["A6"].font.b
    assert sheet.column_dimensions["A"].width >= len(name)
    assert sheet.column_dimensions["B"].width >= len("999.999.999.999")
    assert sheet.print_title_rows == "$4:$4"


def test_sheet_titles_are_made_acceptable_and_different(tmp_path: Path) -> None:
    titles = ["Thu/chi: [tháng 10]", "x" * 40, "X" * 40, "", "'"]
    write_workbook(tmp_path / "a.xlsx", [SheetOut(title, [OutColumn("A")], [("a",)]) for title in titles])
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == [
        "Thu-chi- -tháng 10-",
        "x" * 31,
        "X" * 29 + " 2",
        "Sheet",
        "Sheet 2",
    ]


def test_charts_are_native_start_at_zero_and_show_their_axes(tmp_path: Path) -> None:
    data = ChartData(
        "Thu tiền", ("Quầy 1", "Quầy 2"), (Series("Thu", (3.0, 4.5)), Series("Hủy", (None, 1.0))), "triệu đ"
    )
    charts = [Chart(data, kind) for kind in ("bar", "stacked", "line", "donut")]  # type: ignore[arg-type]
    write_workbook(tmp_path / "a.xlsx", [SheetOut("Tổng quan", [], [], charts=charts)])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        drawn = [package.read(f"xl/charts/chart{n}.xml").decode() for n in range(1, 5)]
        figures = package.read("xl/worksheets/sheet1.xml").decode()
    for xml in drawn[:3]:
        assert '<min val="0"' in xml
        assert xml.count('<delete val="0"') == 2
        assert "Thu tiền (triệu đ)" in xml
        assert "'Tổng quan'!$B$" in xml
        assert "'Tổng quan'!$C$" in xml
    assert "doughnutChart" in drawn[3]
    assert "'Tổng quan'!$C$" not in drawn[3]
    assert "4.5" in figures


def test_cancelling_leaves_neither_a_file_nor_an_open_one(tmp_path: Path) -> None:
    def stop(done: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        write_workbook(
            tmp_path / "a.xlsx",
            [SheetOut("A", [OutColumn("A")], ((str(n),) for n in range(2000)))],
            progress=stop,
        )
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_every_500_rows(tmp_path: Path) -> None:
    heard: list[int] = []
    rows = ((str(n),) for n in range(1700))
    sheets = [SheetOut("A", [OutColumn("A")], rows), SheetOut("B", [OutColumn("A")], [("b",)] * 400)]
    assert write_workbook(tmp_path / "a.xlsx", sheets, progress=heard.append) == 2100
    assert heard == [500, 1000, 1500, 2000]


def test_more_rows_than_excel_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_ROWS == 1_048_576
    monkeypatch.setattr("app.documents.workbook.MAX_ROWS", 10)
    with pytest.raises(AppError, match=r"workbook\.too_many_rows"):
        write_workbook(tmp_path / "a.xlsx", [SheetOut("A", [OutColumn("A")], [("a",)] * 10)])
    assert list(tmp_path.iterdir()) == []


def test_wrong_rows_read_back_as_they_were(tmp_path: Path) -> None:
    rows = [
        (14, ["000123", "=cmd", 1.234, None], ["Chỉ số: không phải là số", "Tên: thiếu"]),
        (15, [7, True, date(2026, 1, 2), datetime.fromisoformat("2026-01-02T08:30")], ["Mã: trùng"]),
        (16, [], ["Dòng trống"]),
    ]
    path = tmp_path / "a.xlsx"
    assert write_wrong_rows(path, ["Mã", "Tên", "Chỉ số", "Ngày"], rows, "vi") == 3
    with read_sheets(path) as source:
        read = list(source.rows("Dòng cần sửa"))
    assert read == [
        (1, ["Mã", "Tên", "Chỉ số", "Ngày", "Dòng trong tệp", "Lỗi"]),
        (2, ["000123", "=cmd", 1.234, None, 14, "Chỉ số: không phải là số; Tên: thiếu"]),
        (3, [7, True, date(2026, 1, 2), datetime.fromisoformat("2026-01-02T08:30"), 15, "Mã: trùng"]),
        (4, [None, None, None, None, 16, "Dòng trống"]),
    ]


@pytest.mark.parametrize("point", range(1, 800, 29))
def test_stopped_at_any_point_it_is_the_stop_that_is_heard_of(tmp_path: Path, point: int) -> None:
    left = point

    def line(frame: FrameType, event: str, _: object) -> Callable[..., object] | None:
        nonlocal left
        left -= event == "line"
        if left == 0:
            left = -1
            sys.settrace(None)
            raise KeyboardInterrupt
        return line

    def call(frame: FrameType, event: str, _: object) -> Callable[..., object] | None:
        inside = ("et_xmlfile", "openpyxl/worksheet")
        return line if any(part in frame.f_code.co_filename.replace("\\", "/") for part in inside) else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        with pytest.raises(KeyboardInterrupt):
            write_workbook(tmp_path / "a.xlsx", [SheetOut("S", (OutColumn("A"),), [["x"]] * 3, heading="H")])
    finally:
        sys.settrace(before)
    assert list(tmp_path.iterdir()) == []
