"""The list that a clerk lives in: filters, views, what is unread, several at once, copies and workbooks."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.queries.request_lists import Narrowed
from app.ui.kit.act_dialog import ActDialog
from app.ui.kit.buttons import Button
from app.ui.kit.menus import MenuButton
from app.ui.requests import page as page_module
from app.ui.requests.page import RequestsPage
from app.ui.requests.room import RequestRoom
from tests.offices import person
from tests.services.test_requests import good, new
from tests.ui.conftest import Shown
from tests.ui.requests.test_page import acts, settle, shown_codes, the_dialog, words_of

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def mai(room_of: Callable[[str], RequestRoom]) -> RequestRoom:
    return room_of("mai")


@pytest.fixture
def opened(
    qtbot: QtBot, page_of: Callable[[RequestRoom], RequestsPage]
) -> Callable[[RequestRoom], RequestsPage]:
    def make(room: RequestRoom) -> RequestsPage:
        page = page_of(room)
        page.chips.choose("open")
        settle(qtbot, room)
        return page

    return make


def three(desktop: Desktop, room: RequestRoom) -> list[UUID]:
    return [
        desktop.requests.register(room.person, new(kind, words=f"Việc {n}", area=area, channel="phone")).id
        for n, (kind, area) in enumerate((("leak", "Ninh Xá"), ("meter", "Đại Phúc"), ("leak", "Đại Phúc")))
    ]


def test_the_filter_by_keys_alone(
    qtbot: QtBot, desktop: Desktop, mai: RequestRoom, opened: Callable[[RequestRoom], RequestsPage]
) -> None:
    ids = three(desktop, mai)
    page = opened(mai)
    assert not page.bar.isVisible()
    qtbot.keyClick(page.table, Key.Key_L, CTRL)
    assert page.bar.isVisible()
    areas = page.bar._sets["areas"]
    areas.setFocus()
    qtbot.keyClick(areas, Key.Key_Down)
    assert areas.list is not None
    qtbot.keyClick(areas.list, "n")  # jumps to Ninh Xá, from Đại Phúc
    qtbot.keyClick(areas.list, Key.Key_Space)
    qtbot.keyClick(areas.list, Key.Key_Escape)
    settle(qtbot, mai)
    assert page.bar.narrowed() == Narrowed(areas=("Ninh Xá",))
    assert list(page.model.ids) == [ids[0]]
    assert areas.accessibleName() == "Khu vực: Ninh Xá"
    assert "1 trong danh sách" in words_of(page)
    page.bar.marks.choose(["held"])
    page.bar.marks.changed.emit()
    settle(qtbot, mai)
    assert page.table._empty == "Không có yêu cầu nào khớp bộ lọc. Nhấn Ctrl+Shift+L để bỏ lọc."
    page.activateWindow()  # a window manager would have done it
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.keyClick(page.table, Key.Key_L, CTRL | SHIFT)
    settle(qtbot, mai)
    assert not page.bar.isVisible()
    assert len(page.model.ids) == 3


def test_a_view_is_kept_under_a_name_and_chosen_by_its_number(
    qtbot: QtBot, desktop: Desktop, mai: RequestRoom, opened: Callable[[RequestRoom], RequestsPage]
) -> None:
    ids = three(desktop, mai)
    page = opened(mai)
    before = {choice.words: choice.letter for choice in page.views._offered()}
    assert all(before.values())
    page.bar.show_narrowed(Narrowed(types=("leak",), areas=("Đại Phúc",)))
    page.table.show_sorts([("area", True), ("code", False)])
    page.views.ask_name()
    dialog = the_dialog(qtbot, page)
    field = dialog.form.editor("name")
    qtbot.keyClicks(field, "Ro ri Dai Phuc")
    qtbot.keyClick(dialog, Key.Key_F9)
    qtbot.waitUntil(lambda: bool(desktop.view_queries.named(mai.person.id, "requests")))
    settle(qtbot, mai)

    again = opened(mai)
    assert len(again.model.ids) == 3
    again.views.unfold()
    menu = again.views.menu_shown
    assert menu is not None
    assert menu.actions()[0].text() == "&1  Ro ri Dai Phuc"
    now = {choice.words: choice.letter for choice in again.views._offered() if choice.letter}
    assert {key: now[key] for key in before} == before  # no letter moves when a view is kept
    assert len(set(now.values())) == len(now) == len(again.views._offered()) - 1
    qtbot.keyClick(menu, Key.Key_1)
    settle(qtbot, mai)
    assert list(again.model.ids) == [ids[2]]
    assert again.bar.isVisible()
    assert again.table.sorts() == [("area", True), ("code", False)]


def test_filters_behind_the_menu_have_their_chip_while_they_are_chosen(
    qtbot: QtBot, desktop: Desktop, mai: RequestRoom, opened: Callable[[RequestRoom], RequestsPage]
) -> None:
    ids = three(desktop, mai)
    desktop.request_work.hold(mai.person, ids[1], "access", "Không có ai ở nhà")
    page = opened(mai)
    assert page.show_record("held")
    settle(qtbot, mai)
    assert list(page.model.ids) == [ids[1]]
    assert page.chips._chips["held"].isVisible()
    said = words_of(page.inspector)
    assert "Chờ khách hàng" in said
    assert any("Không có ai ở nhà · từ hôm nay" in words for words in said)
    page.chips.choose("open")
    settle(qtbot, mai)
    assert not page.chips._chips["held"].isVisible()
    page.bar.show_narrowed(Narrowed(states=("closed",)))
    assert page._empty_words() == "Yêu cầu đã kết thúc chỉ có trong mục “Tất cả”."
    page.bar.show_narrowed(Narrowed(states=("closed", "told")))
    assert page._empty_words().startswith("Không có yêu cầu nào khớp")


def test_what_another_moved_is_new_until_it_was_in_sight_for_a_moment(
    qtbot: QtBot,
    desktop: Desktop,
    room: RequestRoom,
    opened: Callable[[RequestRoom], RequestsPage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = three(desktop, room)
    desktop.requests.note(person(desktop, "mai"), ids[2], "Đội trực đã đi")
    monkeypatch.setattr(page_module, "A_MOMENT", 60)
    page = opened(room)
    place = page.model.place_of(ids[2])
    assert page.model.cell(place, 0).text == "Chưa đọc"
    assert page.model.cell(place, 1).strong
    assert page.counts is not None
    assert page.counts.unread == 1
    page.table.choose(ids[2])
    qtbot.waitUntil(lambda: page.counts is not None and page.counts.unread == 0)
    assert page.model.cell(place, 0).text == ""
    assert not page.model.cell(place, 1).strong


def test_several_are_told_at_once_and_the_rest_is_left(
    qtbot: QtBot, desktop: Desktop, mai: RequestRoom, opened: Callable[[RequestRoom], RequestsPage]
) -> None:
    ids = three(desktop, mai)
    for each in ids[:2]:
        desktop.requests.answer(mai.person, each, "Đã vá", "solved")
    page = opened(mai)
    page.table.setFocus()
    qtbot.keyClick(page.table, Key.Key_A, CTRL)
    settle(qtbot, mai)
    assert "Đã chọn 3 yêu cầu" in words_of(page.inspector)
    offered = acts(page)
    assert "F9  Báo tất cả (2)" in offered
    assert "F6  Chuyển (1)" in offered
    assert "F7  Ghi chú (3)" in offered
    qtbot.keyClick(page.table, Key.Key_F9)
    dialog = the_dialog(qtbot, page)
    dialog.form.set_values({"words": "Nước đã có lại"})
    qtbot.keyClick(dialog, Key.Key_F9)
    qtbot.waitUntil(lambda: len(page.model.ids) == 1 and not page.findChildren(ActDialog))
    settle(qtbot, mai)
    toast = page.findChild(QWidget, "toast")
    assert toast is not None
    assert "Đã báo 2 khách hàng; các yêu cầu đã kết thúc." in [
        each.text() for each in toast.findChildren(QLabel)
    ]
    assert list(page.model.ids) == [ids[2]]
    assert good(desktop)


def test_several_are_handed_over_and_noted_in_one_entry_each(
    qtbot: QtBot, desktop: Desktop, mai: RequestRoom, opened: Callable[[RequestRoom], RequestsPage]
) -> None:
    ids = three(desktop, mai)
    page = opened(mai)
    page.table.selectAll()
    before = desktop.client.unsent()
    qtbot.keyClick(page.table, Key.Key_F6)
    dialog = the_dialog(qtbot, page)
    dialog.form.set_values({"unit_code": "NETWORK", "words": "Cùng một tuyến ống"})
    qtbot.keyClick(dialog, Key.Key_F6)
    qtbot.waitUntil(lambda: not page.findChildren(ActDialog))
    settle(qtbot, mai)
    rows = desktop.request_queries.rows(ids)
    assert {row.unit_code for row in rows.values()} == {"NETWORK"}
    assert desktop.client.unsent() == before + 1
    assert len(page.table.chosen_ids()) == 3  # still chosen, for the next act


def test_slips_and_a_workbook_of_what_is_chosen(
    qtbot: QtBot,
    desktop: Desktop,
    mai: RequestRoom,
    opened: Callable[[RequestRoom], RequestsPage],
    shown: Shown,
) -> None:
    three(desktop, mai)
    page = opened(mai)
    page.table.setFocus()
    qtbot.keyClick(page.table, Key.Key_A, CTRL)
    settle(qtbot, mai)
    (papers,) = [
        b for b in page.inspector.findChildren(Button) if b.property("key") == "F10" and b.isVisible()
    ]
    slips, workbook = papers.choices  # type: ignore[attr-defined]
    slips.act()
    qtbot.waitUntil(lambda: bool(shown.files))
    assert shown.files[0].read_bytes().startswith(b"%PDF")
    workbook.act()
    qtbot.waitUntil(lambda: bool(list(mai.papers.glob("*.xlsx"))))
    settle(qtbot, mai)
    (file,) = mai.papers.glob("*.xlsx")
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    codes = [row[0] for row in rows if str(row[0]).startswith("YC-")]
    assert codes == [mai.queries.rows([each])[each].code for each in page.model.ids]


def test_a_copy_has_whole_codes_and_moments(
    qtbot: QtBot, desktop: Desktop, mai: RequestRoom, opened: Callable[[RequestRoom], RequestsPage]
) -> None:
    three(desktop, mai)
    page = opened(mai)
    page.table.setFocus()
    qtbot.keyClick(page.table, Key.Key_A, CTRL)
    settle(qtbot, mai)
    qtbot.keyClick(page.table, Key.Key_C, CTRL)
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    assert lines[0][:3] == ["Chưa đọc", "Mã", "Nội dung"]
    assert [line[1] for line in lines[1:]] == [f"YC-BN03-26-{int(n):06d}" for n in shown_codes(page)]
    assert all(line[-1].startswith("2026-") for line in lines[1:])
    QApplication.processEvents()
    assert any("Đã chép 3 dòng." in words_of(each) for each in page.findChildren(QWidget, "toast"))


def test_a_menu_stays_while_the_page_is_filled_anew(
    qtbot: QtBot, desktop: Desktop, mai: RequestRoom, opened: Callable[[RequestRoom], RequestsPage]
) -> None:
    first = three(desktop, mai)[0]
    page = opened(mai)
    page.show_record(first)
    settle(qtbot, mai)
    (more,) = [
        b for b in page.inspector.findChildren(MenuButton) if b.property("key") == "F10" and b.isVisible()
    ]
    more.unfold()
    menu = more.menu_shown
    assert menu is not None
    desktop.requests.note(person(desktop, "yen"), first, "Khách gọi lại lần hai")
    page.refresh(frozenset({"request", "request_event"}))
    settle(qtbot, mai)
    assert menu.isVisible()
    qtbot.keyClick(menu, Key.Key_1)
    qtbot.waitUntil(lambda: mai.queries.rows([first])[first].person == mai.person.id)
