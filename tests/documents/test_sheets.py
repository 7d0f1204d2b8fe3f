"""Workbooks as people bring them: right, odd and broken."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Border, Side

from app.documents import sheets
from app.documents.sheets import read_sheets
from app.domain.errors import AppError
from app.domain.import_cells import NOT_CALCULATED


def saved(path: Path, fill: dict[str, Any]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for cell, value in fill.items():
        sheet[cell] = value
    book.save(path)
    return path


def rows_of(path: Path) -> list[tuple[int, list[Any]]]:
    with read_sheets(path) as source:
        return list(source.rows(source.names[0]))


def code_of(path: Path) -> tuple[str, dict[str, object]]:
    with pytest.raises(AppError) as caught:
        rows_of(path)
    return caught.value.code, dict(caught.value.params)


def test_cells_come_as_what_they_are(tmp_path: Path) -> None:
    path = saved(
        tmp_path / "a.xlsx",
        {
            "A1": "000123",
            "B1": 7,
            "C1": 1.5,
            "D1": True,
            "E1": date(2026, 11, 21),
            "F1": datetime.fromisoformat("2026-11-21T16:30"),
            "G1": time(8, 5),
            "H1": "Tie\u0302\u0301ng Vie\u0323\u0302t",
            "I1": 999_999_999_999,
        },
    )
    ((number, cells),) = rows_of(path)
    assert number == 1
    assert cells == [
        "000123",
        7,
        1.5,
        True,
        date(2026, 11, 21),
        datetime.fromisoformat("2026-11-21T16:30"),
        "08:05",
        "Tiếng Việt",
        999_999_999_999,
    ]
    assert type(cells[1]) is int
    assert type(cells[4]) is date


def test_rows_keep_the_numbers_and_columns_excel_shows(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", {"C5": "Mã", "D9": 7})
    assert rows_of(path) == [(5, [None, None, "Mã"]), (9, [None, None, None, 7])]


def test_merged_heading_stands_in_its_first_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A2"], sheet["B2"] = "Khách hàng", "Mã", "Tên"
    sheet.merge_cells("A1:B1")
    book.save(tmp_path / "a.xlsx")
    assert rows_of(tmp_path / "a.xlsx") == [(1, ["Khách hàng"]), (2, ["Mã", "Tên"])]


def test_a_formula_without_a_saved_value_is_not_taken_for_an_empty_cell(tmp_path: Path) -> None:
    assert rows_of(saved(tmp_path / "a.xlsx", {"A1": "x", "B1": "=1+1", "C1": "y", "F1": "=A1"})) == [
        (1, ["x", NOT_CALCULATED, "y", None, None, NOT_CALCULATED])
    ]


def test_errors_of_formulas_are_handed_over_and_empty_results_are_empty(tmp_path: Path) -> None:
    cells = (
        '<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C2" s="1" t="e"><v>#N/A</v></c>'
        '<c r="D2" t="str"><f>IF(A1=1,1,"")</f><v></v></c><c r="E2"><f t="shared" si="0"/><v>7</v></c>'
        '<c r="F2"><f t="shared" si="0"/></c><c r="G2"><v>1</v></c>'
    )
    book = openpyxl.Workbook()
    book.active.title = "Trống"  # type: ignore[union-attr]
    book.create_sheet("A & B")["B2"] = "x"
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet2.xml":
                data = re.sub(b"(<row [^>]*>).*(</row>)", rb"\1" + cells.encode() + rb"\2", data)
            new.writestr(name, data)
    with read_sheets(tmp_path / "b.xlsx") as source:
        assert list(source.rows("A & B")) == [(2, [None, "#DIV/0!", "#N/A", None, 7, NOT_CALCULATED, 1])]


def test_hidden_sheets_are_left_out_and_names_kept(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Khách hàng 2026")
    book.create_sheet("ẩn").sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    with read_sheets(tmp_path / "a.xlsx") as source:
        assert source.names == ("Sheet", "Khách hàng 2026")
        with pytest.raises(AppError, match=r"workbook\.empty"):
            source.rows("Khách hàng 2026")


def test_old_xls_is_read_too() -> None:
    assert rows_of(Path(__file__).with_name("old.xls")) == [(1, ["Mã"]), (2, ["000123", 7])]


def test_an_empty_sheet_is_named(tmp_path: Path) -> None:
    code, params = code_of(saved(tmp_path / "a.xlsx", {}))
    assert (code, params["sheet"]) == ("workbook.empty", "Sheet")


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"M\xc3\xa3,T\xc3\xaan\n1,2\n", b"<html><table></table></html>", b"%PDF-1.5"]
)
def test_another_kind_of_file_is_not_a_workbook(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert code_of(path) == ("workbook.not_one", {"path": str(path)})


def test_another_package_is_not_a_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as package:
        package.writestr("word/document.xml", "<w/>")
    assert code_of(tmp_path / "a.xlsx")[0] == "workbook.not_one"


def test_a_torn_workbook_is_broken(tmp_path: Path) -> None:
    whole = saved(tmp_path / "a.xlsx", {"A1": "x" * 5000}).read_bytes()
    torn = tmp_path / "torn.xlsx"
    torn.write_bytes(whole[: len(whole) // 2])
    assert code_of(torn)[0] == "workbook.broken"


def test_damage_inside_a_sheet_is_broken(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", {f"A{n}": f"dòng {n * 7919}" for n in range(1, 400)})
    with zipfile.ZipFile(path) as package:
        part = package.getinfo("xl/worksheets/sheet1.xml")
    damaged = bytearray(path.read_bytes())
    middle = part.header_offset + 60 + part.compress_size // 2
    damaged[middle : middle + 40] = b"\xff" * 40
    path.write_bytes(damaged)
    assert code_of(path)[0] == "workbook.broken"


def test_a_password_is_asked_for_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(2000)
        + "EncryptedPackage".encode("utf-16-le")
        + bytes(2000)
    )
    assert code_of(path) == ("workbook.encrypted", {"path": str(path)})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert code_of(tmp_path / "no.xlsx") == ("file.not_found", {"path": str(tmp_path / "no.xlsx")})


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    assert code_of(tmp_path)[0] == "file.not_readable"


def test_too_large_a_file_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_FILE", 1 << 20)
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(1 << 20))
    assert code_of(path) == ("workbook.too_large", {"path": str(path), "limit": 1})


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_UNPACKED", 1 << 20)
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", bytes(1 << 21))
    assert (tmp_path / "a.xlsx").stat().st_size < 10_000
    assert code_of(tmp_path / "a.xlsx")[0] == "workbook.too_large"


def test_one_value_in_the_farthest_corner_does_not_take_the_program_down(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", {"A1": "Mã", "XFD1048576": 1})
    code, params = code_of(path)
    assert code == "workbook.too_wide"
    assert (params["rows"], params["columns"]) == (1_048_576, 16_384)


def test_a_mere_border_in_the_farthest_corner_does_no_harm(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "Mã"
    sheet["XFD1048576"].border = Border(left=Side("thin"))
    book.save(tmp_path / "a.xlsx")
    assert rows_of(tmp_path / "a.xlsx") == [(1, ["Mã"])]


def test_a_million_empty_rows_are_passed_over(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", {"A1": "Mã", "B1048576": "cuối"})
    assert rows_of(path) == [(1, ["Mã"]), (1_048_576, [None, "cuối"])]
