"""Workbooks as nobody wants them, in the window: what is said of each, and what is in the database then."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.demo.generator import made_up_customers, usual_reading
from app.demo.spoilt import _HEADINGS, SPOILT, _good, spoilt_rows
from app.documents.workbook import OutColumn, SheetOut, write_workbook
from app.failures.cells import cells
from app.ui.imports.wizard import COLUMNS, DONE, FILE, ImportDialog
from app.window.frame import DeskWindow
from app.words import Words, tr
from tests.journeys.conftest import Open
from tests.journeys.windows import (
    check,
    desk_of,
    good,
    main_of,
    open_import,
    parts,
    said,
    settle,
)
from tests.sheets import entries, held, import_, parsed, save

COUNT, SEED = 8, 1
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
F8, F9, ESCAPE = Qt.Key.Key_F8, Qt.Key.Key_F9, Qt.Key.Key_Escape

FATES = {
    "merged_headings": {"new": 8},
    "numbers_for_codes": {"new": 8},
    "codes_twice": {"new": 8, "wrong": 1},
    "empty_rows": {"new": 8},
    "turned_columns": {"new": 8},
    "chinese": {"new": 8},
    "no_names": {"new": 5, "wrong": 3},
    "negative_indexes": {"new": 5, "wrong": 3},
    "words_for_indexes": {"new": 4, "wrong": 4},
    "excel_errors": {"new": 6, "wrong": 2},
    "houses_as_dates": {"new": 7, "wrong": 1},
    "shortened_codes": {"new": 6, "wrong": 2},
    "formulas_as_text": {"new": 8},
    "old_fonts": {"new": 6, "wrong": 2},
    "broken_text": {"new": 7, "wrong": 1},
    "control_characters": {"new": 8},
    "long_values": {"new": 7, "wrong": 1},
    "wrong_phones": {"new": 8, "told": 2},
    "unknown_classes": {"new": 6, "wrong": 2},
}
"""How many rows of each kind of customers' sheet go in, are left out and are remarked on."""


def of_readings(kind: str) -> bool:
    return spoilt_rows(kind, 1, SEED).readings


def written(path: Path, rows: Iterable[Sequence[Any]]) -> Path:
    """A workbook in which text is text, whatever it looks like."""
    made = [list(row) for row in rows]
    width = max(map(len, made))
    head, *others = [row + [None] * (width - len(row)) for row in made]
    columns = [OutColumn(str(title or ""), "any") for title in head]
    write_workbook(path, [SheetOut("Danh sách", columns, others)])
    return path


def patch(path: Path, edit: Any) -> None:
    """The first sheet of a workbook, edited as what it is."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, edit(data) if name == "xl/worksheets/sheet1.xml" else data)
    path.write_bytes(out.getvalue())


def with_a_million_empty_rows(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    save(path, rows)
    last = len(rows)
    empty = b"".join(b'<row r="%d" s="1" ht="15"/>' % n for n in range(last + 1, last + 1_000_001))
    total = '<row r="1000100"><c r="A1000100" t="inlineStr"><is><t>Tổng cộng</t></is></c></row>'
    patch(path, lambda xml: xml.replace(b"</sheetData>", empty + total.encode() + b"</sheetData>"))
    return path


def workbook(kind: str, folder: Path) -> Path:
    path = folder / f"{kind}.xlsx"
    if kind == "empty_rows":
        return with_a_million_empty_rows(path, [_HEADINGS, *_good(COUNT, SEED)])
    return written(path, spoilt_rows(kind, COUNT, SEED).rows)


def phrases(code: str) -> list[str]:
    """The words of a code in Vietnamese, between its places."""
    text = cells(Words("vi"))[code]
    assert isinstance(text, str)
    return [part for part in re.split(r"\{\w+\}", text) if part.strip()]


def told_of(dialog: ImportDialog, papers: Path) -> str:
    """Everything that the window and the workbook of wrong rows say of the rows."""
    shown = [row.what for part in dialog.check._parts.values() for row in part.rows]
    for path in papers.glob("*.xlsx"):
        shown += [str(row[-1]) for row in reread(path)[1:]]
    return "\n".join(shown)


def reread(path: Path) -> list[list[Any]]:
    book = openpyxl.load_workbook(path)
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    book.close()
    return rows


def corrected(path: Path, good_rows: Mapping[int, Sequence[Any]]) -> Path:
    """The workbook of wrong rows, each row as it should have been, by its number in the first file."""
    rows = reread(path)
    for row in rows[1:]:
        right = good_rows[row[-2]]
        row[: len(right)] = right
    return save(path.with_name("đã sửa.xlsx"), rows)


def finish(qtbot: QtBot, dialog: ImportDialog) -> None:
    with qtbot.waitSignal(dialog.imported, timeout=30_000):
        qtbot.keyClick(dialog, F9)
    assert dialog.steps.currentIndex() == DONE


def leave(qtbot: QtBot, window: DeskWindow, dialog: ImportDialog) -> None:
    qtbot.keyClick(dialog, ESCAPE)
    qtbot.waitUntil(lambda: not window.findChildren(ImportDialog))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def test_every_kind_there_is_is_tried() -> None:
    assert {kind for kind in SPOILT if not of_readings(kind)} == FATES.keys()


@pytest.mark.parametrize("kind", FATES)
def test_a_spoilt_sheet_goes_in_as_far_as_it_is_good_and_the_rest_once_it_is_corrected(
    open_window: Open, home: Path, qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    window = open_window(home)
    desktop, papers = desk_of(window), home / "papers"
    dialog = open_import(qtbot, window)
    check(qtbot, window, dialog, workbook(kind, tmp_path))
    fates = FATES[kind]
    assert parts(dialog) == fates
    assert (held(desktop), entries(desktop, "customers.import")) == ({}, 0)
    if fates.get("wrong"):
        qtbot.keyClick(dialog, F8)
        settle(qtbot, window)
        assert dialog.check.said.text().startswith("Đã lưu tại")
    told = told_of(dialog, papers)
    for code in spoilt_rows(kind, COUNT, SEED).codes:
        assert all(phrase.strip() in told for phrase in phrases(code)), (code, told)
    finish(qtbot, dialog)
    wrong = fates.get("wrong", 0)
    assert (f"{wrong} dòng sai không được nhập" in said(dialog)) is bool(wrong)
    assert len(held(desktop)) == fates["new"]
    if not wrong:
        assert good(desktop)
        return
    right = dict(enumerate(_good(COUNT, SEED), 2))
    right[COUNT + 2] = right[2]  # the customer who stood there twice
    (aside,) = papers.glob("*.xlsx")
    leave(qtbot, window, dialog)
    dialog = open_import(qtbot, window)
    check(qtbot, window, dialog, corrected(aside, right))
    left = COUNT - fates["new"]
    assert parts(dialog) == ({"new": left} if left else {})
    if left:
        finish(qtbot, dialog)
    codes = [str(c.code) for c in made_up_customers(COUNT, SEED)]
    assert sorted(held(desktop)) == sorted(codes)
    assert good(desktop)


def test_what_is_odd_and_readable_is_read_as_it_was_meant(
    open_window: Open, home: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    people = list(made_up_customers(COUNT, SEED))
    window = open_window(home)
    desktop = desk_of(window)
    dialog = open_import(qtbot, window)
    check(qtbot, window, dialog, workbook("numbers_for_codes", tmp_path))
    finish(qtbot, dialog)
    found = held(desktop)
    assert sorted(found) == [str(100_000 + n) for n in range(COUNT)]
    assert {row["phone"] for row in found.values()} == {"0912345678"}
    assert found["100003"]["serial"] == "5000003"
    leave(qtbot, window, dialog)
    dialog = open_import(qtbot, window)
    check(qtbot, window, dialog, workbook("formulas_as_text", tmp_path))
    finish(qtbot, dialog)
    names = [held(desktop)[str(c.code)]["name"] for c in people[:3]]
    assert names == ['=HYPERLINK("http://example.invalid","A")', "+84", "@SUM(A1)"]


def test_what_looks_like_a_formula_leaves_as_text(
    open_window: Open, home: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    """In the workbook of wrong rows too, where cells stand as they were."""
    window = open_window(home)
    dialog = open_import(qtbot, window)
    rows = [_HEADINGS, *_good(4, SEED)]
    for row, name in zip(rows[1:], ("=1+1", "+84", "-5", "@SUM(A1)"), strict=True):
        row[1], row[7] = name, "abc"
    check(qtbot, window, dialog, written(tmp_path / "a.xlsx", rows))
    assert parts(dialog) == {"wrong": 4}
    assert not dialog.next.isEnabled()  # nothing is to be written
    qtbot.keyClick(dialog, F8)
    settle(qtbot, window)
    (path,) = (home / "papers").glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    kept = [row[1] for row in book.worksheets[0].iter_rows(min_row=2)]
    assert [cell.value for cell in kept] == ["=1+1", "+84", "-5", "@SUM(A1)"]
    assert {cell.data_type for cell in kept} == {"s"}
    assert all(cell.quotePrefix for cell in kept)
    assert held(desk_of(window)) == {}


def test_the_index_of_a_formula_without_a_value_is_not_taken_for_none(
    open_window: Open, home: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(home)
    dialog = open_import(qtbot, window)
    rows = [_HEADINGS, *_good(4, SEED)]
    rows[1][7] = "=5+6"
    path = save(tmp_path / "a.xlsx", rows)  # a formula as a program writes it: nobody has calculated it
    error = b'<c r="H3" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    patch(path, lambda xml: re.sub(b'<c r="H3".*?</c>', error, xml))
    check(qtbot, window, dialog, path)
    assert parts(dialog) == {"new": 2, "wrong": 2}
    assert [row.what for row in dialog.check._parts["wrong"].rows] == [
        "Chỉ số cũ: công thức chưa được tính. Mở tệp bằng Excel, lưu lại rồi nhập lại.",
        "Chỉ số cũ: ô báo lỗi Excel #DIV/0!. Sửa công thức rồi nhập lại.",
    ]


# -- readings ---------------------------------------------------------------------------------------------


def test_dates_as_text_in_a_sheet_of_indexes(
    open_window: Open, home: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(home)
    desktop = desk_of(window)
    import_(desktop, parsed(made_up_customers(COUNT, SEED)))
    dialog = open_import(qtbot, window, "readings")
    check(qtbot, window, dialog, workbook("dates_as_text", tmp_path))
    fates = parts(dialog)
    assert (fates["new"], fates["wrong"]) == (7, 1)
    (wrong,) = dialog.check._parts["wrong"].rows
    assert (wrong.number, wrong.what) == (
        7,
        "Ngày ghi: “31/02/2026” không phải là ngày. Ghi ngày/tháng/năm rồi nhập lại.",
    )
    finish(qtbot, dialog)
    with desktop.database.read.connect() as read:
        days = read.exec_driver_sql("SELECT DISTINCT read_on FROM reading").scalars().all()
    assert days == ["2026-06-05"]  # each way of writing the fifth of June
    assert good(desktop)


def test_a_sheet_of_indexes_with_gaps(open_window: Open, home: Path, qtbot: QtBot, tmp_path: Path) -> None:
    window = open_window(home)
    desktop = desk_of(window)
    people = list(made_up_customers(COUNT, SEED))
    import_(desktop, parsed(people))
    dialog = open_import(qtbot, window, "readings")
    check(qtbot, window, dialog, workbook("readings_with_gaps", tmp_path))
    fates = parts(dialog)
    assert (fates["new"], fates["wrong"]) == (COUNT - 3, 3)
    assert "1 dòng không có chỉ số" in dialog.check.beside.text()
    told = told_of(dialog, home / "papers")
    for code in ("import.no_meter", "import.not_a_number", "import.read_twice"):
        assert all(phrase.strip() in told for phrase in phrases(code)), told
    qtbot.keyClick(dialog, F8)
    settle(qtbot, window)
    finish(qtbot, dialog)
    assert entries_of(desktop) == COUNT - 3
    (aside,) = (home / "papers").glob("*.xlsx")
    right = {}
    for number, each in enumerate(people, 2):
        previous = usual_reading(each, date(2026, 6, 1), SEED).previous // 1000
        right[number] = [each.meter_serial, previous, previous + 12]
    right[COUNT + 2] = right[5]
    leave(qtbot, window, dialog)
    dialog = open_import(qtbot, window, "readings")
    check(qtbot, window, dialog, corrected(aside, right))
    finish(qtbot, dialog)
    assert entries_of(desktop) == COUNT - 1  # the closed door stays unread
    assert good(desktop)


def entries_of(desktop: Desktop) -> int:
    with desktop.database.read.connect() as read:
        wanted = "SELECT count(DISTINCT connection_id) FROM reading"
        return int(read.exec_driver_sql(wanted).scalar_one())


# -- files that are none ----------------------------------------------------------------------------------


def text(path: Path) -> None:
    path.write_text("Mã KH;Tên\n1;Đào\n", "utf-8")


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def missing(path: Path) -> None:
    assert not path.exists()


def folder(path: Path) -> None:
    path.mkdir()


def encrypted(path: Path) -> None:
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le")
    )


def old_and_broken(path: Path) -> None:
    path.write_bytes(OLE + bytes(2000))


def document(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", "<w/>")


def torn(path: Path) -> None:
    save(path, [_HEADINGS, *_good(200, SEED)])
    path.write_bytes(path.read_bytes()[:-300])


def damaged_inside(path: Path) -> None:
    save(path, [_HEADINGS, *_good(4, SEED)])
    patch(path, lambda xml: xml[: len(xml) // 2])


def empty(path: Path) -> None:
    save(path, [])


def far_corner(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "Mã KH", "x"
    book.save(path)


NO_WORKBOOKS = {
    text: ("không phải bảng tính Excel", "is not an Excel workbook. Choose an .xlsx or .xls file."),
    nothing: ("không phải bảng tính Excel", "is not an Excel workbook."),
    missing: ("Không có tệp", "There is no file"),
    folder: ("Không đọc được", "cannot be read."),
    encrypted: ("mật khẩu", "is locked with a password. Save it without one, then try again."),
    old_and_broken: ("không phải bảng tính Excel", "is not an Excel workbook."),
    document: ("không phải bảng tính Excel", "is not an Excel workbook."),
    torn: ("hỏng", "is damaged. Open it in Excel, save it anew and try again."),
    damaged_inside: ("hỏng", "is damaged."),
    empty: ("trống", "is empty. Choose another sheet or file."),
    far_corner: ("quá mức đọc được", "farther than can be read."),
}


@pytest.mark.parametrize("make", NO_WORKBOOKS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_file_that_cannot_be_read_is_named_and_another_is_taken(
    open_window: Open, home: Path, qtbot: QtBot, tmp_path: Path, make: Any, language: str
) -> None:
    path, right = tmp_path / "hỏng.xlsx", save(tmp_path / "tốt.xlsx", [_HEADINGS, *_good(3, SEED)])
    make(path)
    window = open_window(home)
    before = tr.language
    try:
        tr.use(language)
        dialog = open_import(qtbot, window)
        dialog.take_file(path)
        settle(qtbot, window)
        notice = dialog.notice.text()
    finally:
        tr.use(before)
    assert dialog.steps.currentIndex() == FILE
    assert dialog.notice.isVisible()
    assert NO_WORKBOOKS[make][language == "en"] in notice
    assert str(path) in notice
    assert held(desk_of(window)) == {}
    check(qtbot, window, dialog, right)
    assert not dialog.notice.text()
    finish(qtbot, dialog)
    assert len(held(desk_of(window))) == 3


def test_a_file_that_changes_for_the_worse_under_the_import(
    open_window: Open, home: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    """Excel saves over it, the stick is pulled out: what was seen of it is not what is there now."""
    window = open_window(home)
    path = save(tmp_path / "a.xlsx", [_HEADINGS, *_good(5, SEED)])
    dialog = open_import(qtbot, window)
    dialog.take_file(path)
    settle(qtbot, window)
    path.unlink()
    qtbot.keyClick(dialog, F9)
    settle(qtbot, window)
    assert dialog.steps.currentIndex() == COLUMNS
    assert dialog.notice.text() == f"Không có tệp {path}. Kiểm tra tên tệp và thư mục."
    assert held(desk_of(window)) == {}
    save(path, [_HEADINGS, *_good(5, SEED)])
    check(qtbot, window, dialog, path)
    finish(qtbot, dialog)
    assert len(held(desk_of(window))) == 5


def test_headings_that_nobody_knows_are_asked_for(
    open_window: Open, home: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(home)
    dialog = open_import(qtbot, window)
    dialog.take_file(save(tmp_path / "a.xlsx", chain(_good(5, SEED), repeat([], 3))))
    settle(qtbot, window)
    assert dialog.steps.currentIndex() == COLUMNS
    qtbot.keyClick(dialog, F9)
    settle(qtbot, window)
    assert dialog.steps.currentIndex() == COLUMNS
    assert "Còn phải chọn cột cho: Mã khách hàng, Tên khách hàng" in said(dialog)
    dialog.columns.header_row.setValue(0)
    for index, name in ((0, "code"), (1, "name"), (3, "address"), (6, "meter_serial"), (7, "last_index")):
        box = dialog.columns.boxes[index]
        box.setCurrentIndex(box.findData(name))
    qtbot.keyClick(dialog, F9)
    settle(qtbot, window)
    assert parts(dialog) == {"new": 5}
    finish(qtbot, dialog)
    assert len(held(desk_of(window))) == 5
    assert main_of(window).key == "customers"
