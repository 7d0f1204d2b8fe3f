from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.ui.customers.form import CustomerDialog
from app.ui.customers.page import CustomersPage
from app.ui.customers.room import CustomerRoom
from app.ui.imports.wizard import ImportDialog
from app.ui.kit import theme
from app.ui.kit.buttons import Button
from app.ui.kit.forms import put_value
from app.ui.kit.jobs import JobRunner
from app.ui.kit.labels import Label
from tests.idle import until_idle
from tests.money import add_home, bill
from tests.sheets import PEOPLE, held, import_, parsed
from tests.ui.conftest import Asked
from tests.ui.customers.conftest import Settle, room_of

ENTER, UP, ESCAPE = Qt.Key.Key_Return, Qt.Key.Key_Up, Qt.Key.Key_Escape


def shown(page: CustomersPage) -> list[list[str]]:
    model = page.model
    return [[model.cell(r, c).text for c in range(len(model.columns))] for r in range(model.rowCount())]


def words(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(Label))


def buttons(widget: QWidget) -> set[str]:
    return {b.text() for b in widget.findChildren(Button) if not b.isHidden()}


@pytest.fixture
def few(desktop: Desktop) -> None:
    import_(desktop, parsed(PEOPLE[:40]))


@pytest.mark.usefixtures("few")
def test_one_types_and_sees_the_customer(page: CustomersPage, qtbot: QtBot, settle: Settle) -> None:
    wanted = PEOPLE[7]
    assert page.search.hasFocus()
    qtbot.keyClicks(page.search, wanted.code.lower())
    qtbot.keyClick(page.search, ENTER)
    settle()
    assert [row[0] for row in shown(page)] == [wanted.code]
    assert [wanted.name, wanted.meter_serial] == [shown(page)[0][1], shown(page)[0][4]]
    story = words(page.inspector)
    assert wanted.name in story
    assert wanted.meter_serial in story
    assert wanted.route in story
    qtbot.keyClick(page.search, Qt.Key.Key_Down)
    assert page.table.hasFocus()


@pytest.mark.usefixtures("few")
def test_nobody_found_says_what_was_searched(page: CustomersPage, qtbot: QtBot, settle: Settle) -> None:
    qtbot.keyClicks(page.search, "khong co ai")
    qtbot.keyClick(page.search, ENTER)
    settle()
    assert (shown(page), "“khong co ai”" in page.table._empty) == ([], True)
    assert page._card is None


def test_an_office_without_customers_begins_with_excel(
    page: CustomersPage, desktop: Desktop, jobs: JobRunner, prompter: Asked, tmp_path: Path, qtbot: QtBot
) -> None:
    assert "Chưa có khách hàng" in words(page)
    assert any("Nhập từ Excel" in b for b in buttons(page))
    reader = CustomersPage(room_of(desktop, jobs, prompter, tmp_path, "duc"))
    qtbot.addWidget(reader)
    reader.show()
    until_idle(qtbot, jobs)
    assert not any("Nhập từ Excel" in b or "Thêm" in b for b in buttons(reader))


def test_the_story_tells_of_money_and_meters(page: CustomersPage, desktop: Desktop, settle: Settle) -> None:
    home = add_home(desktop, "BN-1")
    bill(desktop, home, {"2026-09": 10, "2026-10": 12})
    assert page.show_record(home.customer)
    settle()
    story = words(page.inspector)
    card = desktop.customer_queries.card(home.customer)
    assert card is not None
    assert f"Còn nợ {card.owed:,} đ · 2 hóa đơn".replace(",", ".") in story
    assert "0 → 10" in story
    assert "10 → 22" in story
    assert shown(page)[0][5] == f"{card.owed:,}".replace(",", ".")
    page.search.clear()
    page.chips.choose("owing")
    settle()
    assert [row[0] for row in shown(page)] == ["BN-1"]


def test_a_customer_is_added_by_keyboard_alone(
    page: CustomersPage, desktop: Desktop, qtbot: QtBot, settle: Settle
) -> None:
    qtbot.keyClick(page, Qt.Key.Key_F2)
    dialog = page.window().findChild(CustomerDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.form.editor("code").hasFocus())
    values = {
        "code": "BN-007415", "name": "Nguyễn Thị Như Quỳnh", "phone": "0912.345.678",
        "address": "12/5 Ngô Gia Tự",
        "route": "L001", "route_seq": "7", "meter_serial": "00123", "first_index": "17",
    }  # fmt: skip
    for name in dialog.form.names():
        editor = dialog.form.editor(name)
        assert dialog.focusWidget() is editor, name
        if name in values:
            assert isinstance(editor, QLineEdit)
            editor.insert(values[name])  # QTest cannot type Vietnamese letters
        if name != "note":
            qtbot.keyClick(editor, ENTER)
    settle()
    qtbot.keyClick(dialog.form.editor("note"), Qt.Key.Key_F9)
    settle()
    row = held(desktop)["BN-007415"]
    assert (row["name"], row["phone"], row["route_seq"], row["serial"], row["first_index"]) == (
        "Nguyễn Thị Như Quỳnh", "0912345678", 7, "00123", 17_000,
    )  # fmt: skip
    settle()
    assert [r[0] for r in shown(page)] == ["BN-007415"]


def test_a_code_in_use_is_said_as_it_is_typed(
    page: CustomersPage, desktop: Desktop, qtbot: QtBot, settle: Settle
) -> None:
    add_home(desktop, "BN-1")
    dialog = page.add()
    qtbot.keyClicks(dialog.form.editor("code"), "BN-1")
    settle()
    assert "BN-1: Mã này đã dùng" in dialog.wrong.text()
    qtbot.keyClicks(dialog.form.editor("code"), "2")
    settle()
    assert dialog.wrong.text() == ""


def test_what_is_refused_stands_beside_its_field(
    page: CustomersPage, desktop: Desktop, qtbot: QtBot, settle: Settle, prompter: Asked
) -> None:
    dialog = page.add()
    put_value(dialog.form.editor("name"), "Vũ")
    qtbot.keyClicks(dialog.form.editor("phone"), "abc")
    dialog.save()
    settle()
    assert (held(desktop), dialog.isVisible()) == ({}, True)
    below = {name: dialog.findChild(Label, f"{name}.below") for name in ("code", "phone", "address", "name")}
    said = {name: label.text() for name, label in below.items() if label is not None}
    assert "số điện thoại" in said["phone"]
    assert said["code"] == said["address"] == "Vui lòng nhập ô này."
    assert said["name"] == ""
    assert dialog.form.editor("code").hasFocus()
    prompter.answers = False
    qtbot.keyClick(dialog, ESCAPE)
    assert (len(prompter.questions), dialog.isVisible()) == (1, True)
    assert not dialog.close()
    assert (len(prompter.questions), dialog.isVisible()) == (2, True)
    prompter.answers = True
    qtbot.keyClick(dialog, ESCAPE)
    assert not dialog.isVisible()


def test_an_edit_changes_what_was_changed(
    page: CustomersPage, desktop: Desktop, qtbot: QtBot, settle: Settle
) -> None:
    home = add_home(desktop, "BN-1")
    page.show_record(home.customer)
    settle()
    qtbot.keyClick(page, Qt.Key.Key_F6)
    dialog = page.window().findChild(CustomerDialog)
    assert dialog is not None
    name = dialog.form.editor("name")
    assert isinstance(name, QLineEdit)
    name.selectAll()
    name.insert("Trần Thị Mới")
    quotas = dialog.form.editor("quotas")
    assert isinstance(quotas, QLineEdit)
    qtbot.waitUntil(dialog.isActiveWindow)
    quotas.setFocus(Qt.FocusReason.TabFocusReason)
    assert quotas.selectedText() == "1"
    qtbot.keyClicks(quotas, "3")
    qtbot.keyClick(quotas, ENTER, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert (held(desktop)["BN-1"]["name"], held(desktop)["BN-1"]["quotas"]) == ("Trần Thị Mới", 3)
    assert {(c.field, c.after) for c in desktop.customer_queries.history(home.customer)} == {
        ("name", "Trần Thị Mới"), ("quotas", 3),
    }  # fmt: skip
    settle()
    assert "Trần Thị Mới" in words(page.inspector)
    history = page.show_history()
    assert history is not None
    assert "Bùi Thị Mai · Tên khách hàng: Trần Thị Mới" in words(history)
    history.accept()
    settle()


def test_nothing_typed_is_nothing_lost(page: CustomersPage, prompter: Asked, qtbot: QtBot) -> None:
    dialog = page.add()
    qtbot.keyClick(dialog, ESCAPE)
    assert (prompter.questions, dialog.isVisible()) == ([], False)


@pytest.mark.usefixtures("few")
def test_what_another_desk_wrote_shows_by_itself(
    page: CustomersPage, desktop: Desktop, settle: Settle, room: CustomerRoom
) -> None:
    add_home(desktop, "AA-1")
    page.refresh(frozenset({"customer"}))
    settle()
    assert shown(page)[0][0] == "AA-1"
    assert "41 khách hàng" in words(page)


@pytest.mark.parametrize("scale", [125, 150, 200])
@pytest.mark.usefixtures("few")
def test_large_text_finds_room(
    room: CustomerRoom, qtbot: QtBot, qapp: QApplication, settle: Settle, scale: int
) -> None:
    theme.apply(qapp, "dark", scale)
    page = CustomersPage(room)
    qtbot.addWidget(page)
    page.resize(1190, 728)
    page.show()
    settle()
    for each in (page.search, page.chips, page.table, *page.findChildren(Button)):
        if each.isVisible():
            right = each.mapTo(page, each.rect().bottomRight())
            assert right.x() < page.width(), each.accessibleName()


def test_the_ways_from_an_empty_office(page: CustomersPage) -> None:
    assert page.show_record("")
    assert page.show_record("import")
    assert page.window().findChild(ImportDialog) is not None
    assert page.show_record("add")
    assert page.window().findChild(CustomerDialog) is not None
    assert not page.show_record("nonsense")
