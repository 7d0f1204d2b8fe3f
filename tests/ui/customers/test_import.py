"""The import in its window: a real workbook, real keys, what is in the database afterwards."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.demo.sheets import customer_sheet
from app.sync.verify import verify
from app.ui.customers.page import CustomersPage
from app.ui.imports.wizard import CHECK, COLUMNS, DONE, FILE, ImportDialog
from app.ui.kit.labels import Label
from tests.sheets import PEOPLE, entries, held, import_, parsed, save
from tests.ui.customers.conftest import Settle
from tests.ui.importing import stopped_after_first

F8, F9, ENTER, ESCAPE = Qt.Key.Key_F8, Qt.Key.Key_F9, Qt.Key.Key_Return, Qt.Key.Key_Escape


def rows_of(people: Any) -> list[list[Any]]:
    return list(customer_sheet(people).all_rows())


@pytest.fixture
def dialog(page: CustomersPage, qtbot: QtBot) -> ImportDialog:
    qtbot.keyClick(page, Qt.Key.Key_F7)
    found = page.window().findChild(ImportDialog)
    assert found is not None
    qtbot.waitUntil(found.choose.hasFocus)
    return found


def parts(dialog: ImportDialog) -> dict[str, int]:
    return {key: len(part.rows) for key, part in dialog.check._parts.items()}


def said(dialog: ImportDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(Label) if label.isVisible())


def test_a_file_goes_in_by_keyboard(
    dialog: ImportDialog, desktop: Desktop, tmp_path: Path, qtbot: QtBot, settle: Settle, page: CustomersPage
) -> None:
    path = save(tmp_path / "khách hàng.xlsx", rows_of(PEOPLE[:300]))
    assert dialog.steps.currentIndex() == FILE
    dialog.take_file(path)
    settle()
    assert dialog.steps.currentIndex() == COLUMNS
    chosen = {i: box.currentData() for i, box in dialog.columns.boxes.items()}
    assert (chosen[0], chosen[1], chosen[2], chosen[9]) == (None, "code", "name", "meter_serial")
    assert "BN000001" in said(dialog)
    qtbot.keyClick(dialog, F9)
    settle()
    assert dialog.steps.currentIndex() == CHECK
    assert parts(dialog) == {"new": 300, "changed": 0, "wrong": 0, "told": 0}
    assert held(desktop) == {}
    qtbot.keyClick(dialog, ENTER)  # a stray Enter imports nothing
    assert held(desktop) == {}
    with qtbot.waitSignal(dialog.imported):
        qtbot.keyClick(dialog, F9)
    assert dialog.steps.currentIndex() == DONE
    assert "300 khách hàng được thêm" in said(dialog)
    assert len(held(desktop)) == 300
    qtbot.keyClick(dialog, ESCAPE)
    settle()
    assert page.model.rowCount() == 300
    assert verify(desktop.home / "office.db", desktop.clock.now()).good


def test_changed_wrong_and_told_rows_are_shown_and_written_out(
    dialog: ImportDialog, desktop: Desktop, tmp_path: Path, qtbot: QtBot, settle: Settle
) -> None:
    import_(desktop, parsed(PEOPLE[:20]))
    people = [PEOPLE[0]._replace(name="Tên Mới"), *PEOPLE[1:25]]
    rows = rows_of(people)
    rows[5][1] = None
    rows[6][11] = "abc"
    rows[7][3] = "hỏi hàng xóm"
    rows[8][4] = date(2026, 5, 12)
    dialog.take_file(save(tmp_path / "đợt 2.xlsx", rows))
    settle()
    qtbot.keyClick(dialog, F9)
    settle()
    assert parts(dialog) == {"new": 5, "changed": 1, "wrong": 3, "told": 1}
    assert dialog.check.chips.key() == "wrong"
    wrong = dialog.check._parts["wrong"].rows
    assert [row.number for row in wrong] == [6, 7, 9]
    assert "“abc” không phải là số" in wrong[1].what
    assert "→ Tên Mới" in dialog.check._parts["changed"].rows[0].what
    qtbot.keyClick(dialog, F8)
    settle()
    (path,) = (tmp_path / "papers").glob("*.xlsx")
    assert path.name in dialog.check.said.text()
    sheet = openpyxl.load_workbook(path).worksheets[0]
    written = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert written[0][1] == "Mã khách hàng"
    assert [row[-2] for row in written[1:]] == [6, 7, 9]
    assert all(row[-1] for row in written[1:])
    with qtbot.waitSignal(dialog.imported):
        qtbot.keyClick(dialog, F9)
    assert "3 dòng sai không được nhập" in said(dialog)
    assert len(held(desktop)) == 25
    assert held(desktop)[PEOPLE[0].code]["name"] == "Tên Mới"
    assert held(desktop)[PEOPLE[4].code]["phone"] == PEOPLE[4].phone  # what is no number replaces none


def test_columns_are_chosen_by_hand(
    dialog: ImportDialog, desktop: Desktop, tmp_path: Path, qtbot: QtBot, settle: Settle
) -> None:
    rows = [["Danh sách"], [], ["X1", "X2", "X3"], ["K1", "Vũ Đình Ánh", "S1"], ["K2", "Lê Hà", "S2"]]
    dialog.take_file(save(tmp_path / "lạ.xlsx", rows))
    settle()
    dialog.columns.header_row.setValue(3)
    assert "Còn phải chọn cột cho: Mã khách hàng, Tên khách hàng" in dialog.columns.notice.text()
    qtbot.keyClick(dialog, F9)
    settle()
    assert dialog.steps.currentIndex() == COLUMNS
    for index, name in ((0, "code"), (1, "code"), (1, "name"), (0, "code"), (2, "meter_serial")):
        box: QComboBox = dialog.columns.boxes[index]
        box.setCurrentIndex(box.findData(name))
    assert not dialog.columns.notice.isVisible()
    qtbot.keyClick(dialog, F9)
    settle()
    assert parts(dialog)["new"] == 2
    with qtbot.waitSignal(dialog.imported):
        qtbot.keyClick(dialog, F9)
    assert {(r["customer"], r["name"], r["serial"], r["customer_class"]) for r in held(desktop).values()} == {
        ("K1", "Vũ Đình Ánh", "S1", "household"), ("K2", "Lê Hà", "S2", "household"),
    }  # fmt: skip


def test_a_field_is_one_column(dialog: ImportDialog, tmp_path: Path, settle: Settle) -> None:
    dialog.take_file(save(tmp_path / "a.xlsx", rows_of(PEOPLE[:3])))
    settle()
    boxes = dialog.columns.boxes
    boxes[0].setCurrentIndex(boxes[0].findData("code"))
    assert (boxes[0].currentData(), boxes[1].currentData()) == ("code", None)


@pytest.mark.parametrize("broken", ["text", "empty", "missing"])
def test_a_file_that_is_none_is_said_and_another_may_be_chosen(
    dialog: ImportDialog, tmp_path: Path, settle: Settle, broken: str, desktop: Desktop
) -> None:
    path = tmp_path / "hỏng.xlsx"
    if broken == "text":
        path.write_text("không phải Excel")
    elif broken == "empty":
        save(path, [])
    dialog.take_file(path)
    settle()
    assert dialog.steps.currentIndex() == FILE
    assert "hỏng.xlsx" in dialog.notice.text()
    dialog.take_file(save(tmp_path / "tốt.xlsx", rows_of(PEOPLE[:3])))
    settle()
    assert dialog.steps.currentIndex() == COLUMNS


def test_stopped_in_between_and_gone_on_with(
    dialog: ImportDialog, desktop: Desktop, tmp_path: Path, qtbot: QtBot, settle: Settle
) -> None:
    dialog.take_file(save(tmp_path / "a.xlsx", rows_of(PEOPLE)))
    settle()
    qtbot.keyClick(dialog, F9)
    settle()
    begun = stopped_after_first(desktop.writer, dialog)
    with qtbot.waitSignal(dialog.imported):
        qtbot.keyClick(dialog, F9)
        begun.set()
    assert "Đã dừng. Đã nhập 500 dòng." in said(dialog)
    assert (len(held(desktop)), entries(desktop, "customers.import")) == (500, 1)
    qtbot.keyClick(dialog, ESCAPE)
    assert not dialog.isVisible()
    import_(desktop, parsed(PEOPLE))
    assert len(held(desktop)) == 2000


def test_a_workbook_of_two_sheets(
    dialog: ImportDialog, tmp_path: Path, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Trống"  # type: ignore[union-attr]
    for name, people in (("Phường 1", PEOPLE[:3]), ("Phường 2", PEOPLE[3:5])):
        sheet = book.create_sheet(name)
        for row in rows_of(people):
            sheet.append(row)
    book.save(tmp_path / "hai.xlsx")
    dialog.take_file(tmp_path / "hai.xlsx")
    settle()
    assert dialog.columns.sheet.currentText() == "Phường 1"
    dialog.columns.sheet.setCurrentText("Phường 2")
    dialog.columns.sheet.activated.emit(2)
    settle()
    assert "Phường 2" in dialog.where.text()
    dialog.compare()
    settle()
    assert parts(dialog)["new"] == 2
