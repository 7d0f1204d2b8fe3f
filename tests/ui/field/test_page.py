"""The page of work in the field in a real window: lists, the clock, acts by their keys, papers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.domain.field import Material
from app.models import Connection
from app.queries.field import Member
from app.services.field import NewOrder, Outcome
from app.ui.field.inputs import CrewEdit, DayEdit, MaterialEdit
from app.ui.field.inspector import _comes_next
from app.ui.field.issuing import IssueDialog
from app.ui.field.page import FieldPage
from app.ui.field.prints import write_day, write_order
from app.ui.field.room import FieldRoom
from app.ui.field.words import restored_words
from app.ui.kit.act_dialog import ActDialog
from app.ui.kit.buttons import Button
from app.ui.requests.finder import CustomerEdit
from tests.documents.reading import text_of
from tests.idle import until_idle
from tests.money import add_home
from tests.offices import person
from tests.queries.test_field import send
from tests.services.test_field import minutes, story
from tests.services.test_requests import new
from tests.ui.conftest import Asked, Shown
from tests.ui.requests.test_intake import commit

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
Active = Callable[[QWidget], QWidget]


@pytest.fixture
def page(qtbot: QtBot, room: FieldRoom, active: Active) -> FieldPage:
    return opened(qtbot, room, active)


def opened(qtbot: QtBot, room: FieldRoom, active: Active) -> FieldPage:
    page = FieldPage(room)
    page.resize(1190, 740)
    qtbot.addWidget(page)
    active(page)
    return page


def settle(qtbot: QtBot, page: FieldPage) -> None:
    until_idle(qtbot, page.room.jobs)


def again(qtbot: QtBot, page: FieldPage) -> None:
    page.reload()
    settle(qtbot, page)


def codes(page: FieldPage) -> list[str]:
    return [page.model.cell(row, 0).text for row in range(page.model.rowCount())]


def said(widget: QWidget) -> list[str]:
    return [each.text() for each in widget.findChildren(QLabel) if each.isVisible()]


def acts(page: FieldPage) -> list[str]:
    panel = page.inspector.scans
    buttons = [each for each in page.inspector.findChildren(Button) if not panel.isAncestorOf(each)]
    return [each.text() for each in buttons if each.isVisible() and each.text()]


def dialog_of(qtbot: QtBot, page: FieldPage, kind: type[Any] = ActDialog) -> Any:
    qtbot.waitUntil(lambda: any(each.isVisible() for each in page.findChildren(kind)))
    dialog = next(each for each in page.findChildren(kind) if each.isVisible())
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def burst(desktop: Desktop, **fields: Any) -> UUID:
    asked = desktop.requests.register(person(desktop, "yen"), new("no_supply", words="Mất nước"))
    return send(desktop, kind="repair", request_id=asked.id, reach="on_site_town", address="", **fields)


def test_an_office_that_has_sent_nobody_says_so(qtbot: QtBot, page: FieldPage) -> None:
    page.chips.choose("all")
    settle(qtbot, page)
    assert any("Chưa có phiếu công tác nào." in words for words in said(page))


def test_the_clock_in_the_list_and_beside_it(qtbot: QtBot, desktop: Desktop, page: FieldPage) -> None:
    order = burst(desktop)
    again(qtbot, page)
    when = len(page.model.columns) - 1
    cell = page.model.cell(0, when)
    assert (cell.text, cell.pill) == ("có mặt trước 08:45", True)
    assert any(words.startswith("Phải có mặt trước hôm nay 08:45") for words in said(page.inspector))
    minutes(desktop, 50)
    again(qtbot, page)
    assert page.model.cell(0, when).text == "trễ 5 phút"
    desktop.field.arrive(person(desktop, "yen"), order)
    again(qtbot, page)
    assert page.model.cell(0, when).text == "cấp lại trước 10:00"
    desktop.field.restore(person(desktop, "yen"), order)
    again(qtbot, page)
    desktop.field.finish(person(desktop, "yen"), order, Outcome("completed", "Xong"))
    page.chips.choose("all")
    settle(qtbot, page)
    assert any("Trễ so với cam kết: có mặt tại hiện trường" in words for words in said(page.inspector))


def test_from_the_road_to_the_result_by_keys(qtbot: QtBot, desktop: Desktop, page: FieldPage) -> None:
    order = burst(desktop, crew=("Anh Ba",))
    again(qtbot, page)
    assert "F7  Đã đến nơi" in acts(page)
    qtbot.keyClick(page.table, Key.Key_Return)  # what comes next: the crew arrives
    arrival = dialog_of(qtbot, page)
    qtbot.keyClick(arrival, Key.Key_F7)
    yen = person(desktop, "yen")
    qtbot.waitUntil(lambda: story(desktop, yen, order).row.state == "on_site")
    settle(qtbot, page)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.keyClick(page.table, Key.Key_F9)
    result = dialog_of(qtbot, page)
    qtbot.keyClick(result, Key.Key_F9)
    below = result.form.findChild(QLabel, "words.below")
    qtbot.waitUntil(lambda: below.text() == "Vui lòng nhập ô này.")
    commit(result.form.editor("words"), "Đã thay van khu vực")
    used = result.form.editor("materials")
    assert isinstance(used, MaterialEdit)
    used.set_value([Material("Van 27", 1000, "cái", "customer", 250_000)])
    qtbot.keyClick(result.form.editor("words"), Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: story(desktop, yen, order).row.state == "done")
    told = story(desktop, yen, order)
    assert told.materials == (Material("Van 27", 1000, "cái", "customer", 250_000),)
    assert told.row.clock.restored_at is not None
    settle(qtbot, page)
    page.show_record(order)
    settle(qtbot, page)
    words = "\n".join(said(page.inspector))
    assert "Van 27: 1 cái · của khách hàng · 250.000 đ" in words
    assert "Khách hàng trả 250.000 đ" in words
    assert words.index("Đã thay van khu vực") < words.index("lập phiếu")  # what happened last comes first
    assert acts(page) == ["Ctrl+P  In", "F3  Xem yêu cầu"]


def test_planning_by_f6_and_cancelling_with_a_reason(qtbot: QtBot, desktop: Desktop, page: FieldPage) -> None:
    order = send(desktop)
    again(qtbot, page)
    page.chips.choose("unplanned")
    settle(qtbot, page)
    qtbot.keyClick(page.table, Key.Key_F6)
    plan = dialog_of(qtbot, page)
    crew, day = plan.form.editor("crew"), plan.form.editor("planned_on")
    assert isinstance(crew, CrewEdit)
    assert isinstance(day, DayEdit)
    duc = person(desktop, "duc")
    crew.others.setText(f"{duc.name.upper()}, Anh Ba")  # one of the staff, however he is typed
    day.set_value(desktop.today() + timedelta(days=2))
    qtbot.keyClick(plan, Key.Key_F6)
    yen = person(desktop, "yen")
    qtbot.waitUntil(lambda: story(desktop, yen, order).row.crew == (duc.name, "Anh Ba"))
    assert story(desktop, yen, order).row.members == (duc.id.hex, "Anh Ba")
    settle(qtbot, page)
    assert codes(page) == []
    page.show_record(order)
    settle(qtbot, page)
    buttons = page.inspector.findChildren(Button)
    cancel = next(each for each in buttons if each.text() == "Delete  Hủy phiếu…")
    cancel.click()
    dialog = dialog_of(qtbot, page)
    commit(dialog.form.editor("reason"), "Khách hẹn lại")
    qtbot.keyClick(dialog.form.editor("reason"), Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: story(desktop, yen, order).row.state == "cancelled")


def test_an_inspection_by_f2_of_a_customer_that_is_found(
    qtbot: QtBot, desktop: Desktop, page: FieldPage, shown: Shown
) -> None:
    home = add_home(desktop, "BN-0001")
    with desktop.writer.entry("customers.edit", None) as draft:
        draft.change(Connection, home.connection, route="LT03")
    qtbot.keyClick(page, Key.Key_F2)
    dialog = dialog_of(qtbot, page, IssueDialog)
    customer = dialog.form.editor("customer")
    assert isinstance(customer, CustomerEdit)
    qtbot.keyClicks(customer, "BN-0001")
    qtbot.keyClick(customer, Key.Key_Return)
    qtbot.waitUntil(lambda: bool(dialog.form.values()["address"]))
    commit(dialog.form.editor("words"), "Kiểm tra niêm chì")
    dialog.form.editor("unannounced").setChecked(True)
    qtbot.keyClick(dialog, Key.Key_F2)
    qtbot.waitUntil(lambda: bool(shown.files))
    settle(qtbot, page)
    assert codes(page) == ["000001"]
    row = page.inspector.story.row if page.inspector.story else None
    assert row is not None
    assert (row.customer_code, row.unannounced, row.route, row.unit_code) == (
        "BN-0001",
        True,
        "LT03",
        "CONTROL",
    )
    text = text_of(shown.files[0].read_bytes())
    assert "Kiểm tra đột xuất" in text
    assert "LC-BN03-26-000001" in text
    assert "BN-0001" in text


def test_a_place_that_is_no_customers_and_nothing_typed(qtbot: QtBot, page: FieldPage) -> None:
    qtbot.keyClick(page, Key.Key_F2)
    dialog = dialog_of(qtbot, page, IssueDialog)
    qtbot.keyClick(dialog, Key.Key_F2)
    for field in ("address", "words"):
        below = dialog.form.findChild(QLabel, f"{field}.below")
        qtbot.waitUntil(lambda below=below: below.text() == "Vui lòng nhập ô này.")  # type: ignore[misc]


def test_the_sheet_of_the_day_and_of_a_day_without_work(
    qtbot: QtBot, desktop: Desktop, page: FieldPage, shown: Shown
) -> None:
    send(desktop, desktop.today(), words="Xem bể chứa")
    again(qtbot, page)
    qtbot.keyClick(page, Key.Key_F5)
    qtbot.waitUntil(lambda: bool(shown.files))
    text = text_of(shown.files[0].read_bytes())
    assert "Công tác hiện trường ngày 20/11/2026" in text
    assert "Xem bể chứa" in text
    page.day.set_value(desktop.today() + timedelta(days=1))
    settle(qtbot, page)
    assert page.chips.key() == "day"
    assert codes(page) == []
    page.print_sheet()
    settle(qtbot, page)
    assert len(shown.files) == 1


def test_what_few_may_see_stands_on_no_paper(desktop: Desktop, room_of: Callable[[str], FieldRoom]) -> None:
    """Printed by the one who may see the request: the crew reads it."""
    mai = person(desktop, "mai")
    asked = desktop.requests.register(
        mai, new("denunciation", words="Nhân viên nhận tiền riêng", contact_name="Bà Tố Cáo")
    )
    order = desktop.field.issue(
        mai,
        NewOrder(
            uuid4(),
            "inspection",
            "Đối chiếu chỉ số",
            request_id=asked.id,
            address="Phố Vệ An",
            planned_on=desktop.today(),
        ),
    )
    room = room_of("mai")
    for file in (write_order(room, order.id), write_day(room, desktop.today(), "")):
        text = text_of(file.read_bytes())
        assert "Đối chiếu chỉ số" in text
        for hidden in ("nhận tiền riêng", "Bà Tố Cáo", asked.code, "0912 345 678"):
            assert hidden not in text


def test_a_reader_reports_but_does_not_plan(
    qtbot: QtBot, desktop: Desktop, room_of: Callable[[str], FieldRoom], active: Active
) -> None:
    duc = person(desktop, "duc")
    order = send(desktop, desktop.today(), crew=(duc.id.hex,))
    send(desktop, desktop.today())
    page = opened(qtbot, room_of("duc"), active)
    settle(qtbot, page)
    page.chips.choose("mine")
    settle(qtbot, page)
    assert page.model.ids == [order]
    assert acts(page) == ["Ctrl+P  In", "F7  Đã đến nơi", "F9  Kết quả"]
    assert not any("F2" in each.text() for each in page.findChildren(Button))


def test_days_and_material_are_typed(qtbot: QtBot, room: FieldRoom, prompter: Asked, tmp_path: Path) -> None:
    day = DayEdit(date(2026, 11, 20))
    qtbot.addWidget(day)
    day.show()
    qtbot.keyClick(day, Key.Key_Delete)
    assert day.value() is None
    assert day.text() == "chưa định"
    qtbot.keyClick(day, Key.Key_Plus)
    assert day.value() == date(2026, 11, 20)
    used = MaterialEdit(room.currency, "customer")
    qtbot.addWidget(used)
    used.show()
    assert used.value() == ()
    first = used.focusProxy()
    assert isinstance(first, QLineEdit)
    qtbot.keyClicks(first, "Pipe")
    assert used.value() == (Material("Pipe", 0, "", "customer"),)  # refused by the service: no quantity
    assert len([each for each in used.findChildren(QLineEdit) if each.text() == "Pipe"]) == 1
    assert len(used._lines) == 2


def test_what_is_finished_stays_in_the_panel_and_says_what_comes_next(
    qtbot: QtBot, desktop: Desktop, page: FieldPage
) -> None:
    yen = person(desktop, "yen")
    asked = desktop.requests.register(yen, new("repair"))
    order = send(desktop, desktop.today(), kind="repair", request_id=asked.id)
    again(qtbot, page)
    page.chips.choose("today")
    settle(qtbot, page)
    qtbot.keyClick(page.table, Key.Key_F9)
    result = dialog_of(qtbot, page)
    commit(result.form.editor("words"), "Đã thay van khu vực")
    qtbot.keyClick(result.form.editor("words"), Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: story(desktop, yen, order).row.state == "done")
    settle(qtbot, page)
    assert codes(page) == []
    assert page.inspector.story is not None
    assert page.inspector.story.row.id == order
    assert any(f"Yêu cầu {asked.code} chưa trả lời khách: F3 Xem yêu cầu" in each for each in said(page))
    gone: list[Any] = []
    page.record_asked.connect(lambda *where: gone.append(where))
    page.activateWindow()
    QApplication.processEvents()
    qtbot.keyClick(page.table, Key.Key_F3)
    assert gone == [("requests", asked.id)]
    desktop.requests.answer(person(desktop, "mai"), asked.id, "Đã thay van", "explained", "none")
    again(qtbot, page)
    assert any(f"Yêu cầu {asked.code} chưa báo khách" in each for each in said(page))
    other = send(desktop, desktop.today())
    again(qtbot, page)  # another one stands in the list now: the panel stays, and Enter leads there
    assert page.inspector.story.row.id == order
    qtbot.keyClick(page.table, Key.Key_Return)
    assert page.inspector.story.row.id == other


def test_a_work_order_that_is_asked_for_is_shown_though_it_has_left_the_list(
    qtbot: QtBot, desktop: Desktop, page: FieldPage
) -> None:
    """Before the page hears of it the list that is there still has it."""
    yen = person(desktop, "yen")
    wanted = [send(desktop, desktop.today()) for _ in range(2)][1]
    again(qtbot, page)
    page.chips.choose("open")
    again(qtbot, page)
    assert page.model.place_of(wanted) >= 0
    desktop.field.finish(yen, wanted, Outcome("in_order", "Đạt"))
    page.show_record(wanted)
    assert page.inspector.story is not None
    assert page.inspector.story.row.id == wanted  # at once, not when the list has come
    settle(qtbot, page)
    assert (page.chips.key(), page.table.current_id()) == ("all", wanted)
    assert page.inspector.story.row.id == wanted


def test_the_crew_arrives_before_the_supply_is_back(qtbot: QtBot, desktop: Desktop, page: FieldPage) -> None:
    yen = person(desktop, "yen")
    asked = desktop.requests.register(yen, new("no_supply"))
    order = send(desktop, kind="repair", request_id=asked.id, reach="on_site_town", address="")
    page.show_record(order)
    settle(qtbot, page)

    def primary() -> list[str]:
        return [
            each.text()
            for each in page.inspector.findChildren(Button)
            if each.isVisible() and each.property("primary")
        ]

    assert primary() == ["F7  Đã đến nơi"]
    assert "F8  Đã có nước lại" in acts(page)
    at = story(desktop, yen, order).row
    soon = replace(at.clock, on_site_by=None)  # only the supply has a limit; the crew comes first
    assert _comes_next(replace(at, clock=soon)) == "on_site"
    desktop.field.arrive(yen, order)
    again(qtbot, page)
    assert primary() in (["F8  Đã có nước lại"], ["F9  Kết quả"])


def test_a_supply_is_back_by_its_own_name() -> None:
    assert [restored_words(kind) for kind in ("water", "electricity", "gas")] == [
        "Đã có nước lại", "Đã có điện lại", "Đã khôi phục",
    ]  # fmt: skip
    of_water = [restored_words("water", about) for about in ("leak", "overflow", "danger", None)]
    assert of_water == ["Đã có nước lại", "Đã thoát hết nước", "Đã an toàn", "Đã có nước lại"]


def test_the_units_own_people_stand_first_in_the_crew(qtbot: QtBot) -> None:
    members = [
        Member("1", "Đặng Văn Đức", None, outdoors=True),
        Member("2", "Trần Hồng Sơn", "REPAIR", outdoors=False),  # the head, entered as a clerk
        Member("3", "Hoàng Thị Yến", "CARE", outdoors=False),
        Member("4", "Lò Văn Tâm", "REPAIR", outdoors=True),
    ]
    crew = CrewEdit(members, "REPAIR")
    qtbot.addWidget(crew)
    assert crew.offered() == ["Trần Hồng Sơn", "Lò Văn Tâm", "Đặng Văn Đức"]
    assert crew.value() == ()
    crew.set_value(["2", "3"])
    crew.set_unit("CARE")
    assert crew.offered() == ["Hoàng Thị Yến", "Đặng Văn Đức", "Trần Hồng Sơn", "Lò Văn Tâm"]
    assert set(crew.value()) == {"2", "3"}
