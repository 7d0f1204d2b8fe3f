"""A new supply by keys: each step's form, what it proposes, its paper, and the answer at the end."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.domain.supply import Line
from app.ui.kit.act_dialog import ActDialog
from app.ui.kit.forms import put_value
from app.ui.requests.estimate_lines import LinesEdit
from app.ui.requests.page import RequestsPage
from app.ui.requests.room import RequestRoom
from tests.documents.reading import text_of as pdf_text
from tests.offices import person
from tests.services.test_customers import quynh
from tests.services.test_supply import apply, do, story, way
from tests.ui.conftest import Shown
from tests.ui.requests.test_page import acts, settle, the_dialog
from tests.ui.requests.test_steps import shown as show

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


def stepped(qtbot: QtBot, page: RequestsPage, key: Qt.Key = Key.Key_F3) -> ActDialog:
    """F3, or another key, on the request in sight."""
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.keyClick(page.table, key)
    return the_dialog(qtbot, page)


def fill(dialog: ActDialog, **values: Any) -> None:
    for name, value in values.items():
        put_value(dialog.form.editor(name), value)


def finish(qtbot: QtBot, room: RequestRoom, dialog: ActDialog) -> None:
    gone: list[bool] = []
    dialog.finished.connect(lambda _code: gone.append(True))
    first = dialog.form.editor(dialog.form.names()[0])
    qtbot.keyClick(first.focusProxy() or first, Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: bool(gone))
    settle(qtbot, room)


def error(dialog: ActDialog, name: str) -> str:
    below = dialog.form.findChild(QLabel, f"{name}.below")
    assert isinstance(below, QLabel)
    return below.text()


def text_of(file: Path) -> str:
    return " ".join(pdf_text(file.read_bytes()).split())


def test_a_new_supply_from_survey_to_answer(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom, shown: Shown
) -> None:
    request = apply(desktop)
    page.show_record(request)
    settle(qtbot, room)

    survey = stepped(qtbot, page)
    assert survey.form.names() == ("feasible", "distance", "line", "meter", "reason", "words")
    fill(survey, distance=12, line="HDPE DN25", meter="DN15", words="Đào qua vỉa hè")
    finish(qtbot, room, survey)

    estimate = stepped(qtbot, page)
    lines = estimate.form.editor("lines")
    assert isinstance(lines, LinesEdit)
    assert lines.value() == (
        Line("Ống dịch vụ (dây dẫn) HDPE DN25", "m", 12_000, -1),
        Line("Đồng hồ (công tơ) DN15", "cái", 1_000, -1),
        Line("Nhân công lắp đặt", "công", 1_000, -1),
    )
    qtbot.keyClick(estimate.form.editor("valid_until"), Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: error(estimate, "lines") != "")
    lines.set_value([Line("Ống", "m", 12_000, 35_000), Line("Đồng hồ", "cái", 1_000, 650_000)])
    fill(estimate, vat_permille="80")
    finish(qtbot, room, estimate)
    assert shown.files[-1].name == "YC-BN03-26-000001-DT.pdf"
    assert "1.155.600" in text_of(shown.files[-1])

    contract = stepped(qtbot, page)
    values = contract.form.values()
    assert (values["name"], values["phone"]) == ("Nguyễn Thị Như Quỳnh", "0912 345 678")
    fill(contract, quotas=None)
    qtbot.keyClick(contract.form.editor("name"), Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: error(contract, "quotas") != "")
    fill(contract, quotas=2, route="KB01")
    finish(qtbot, room, contract)
    assert "HC-BN03-26-000001" in text_of(shown.files[-1])

    fitted = stepped(qtbot, page)
    fill(fitted, meter_serial="SV-2611-0042", meter_digits=5)
    finish(qtbot, room, fitted)

    first = stepped(qtbot, page)
    assert first.form.values()["code"] == "KH-BN03-26-000001"
    fill(first, first_index=1_000)
    finish(qtbot, room, first)
    assert "SV-2611-0042" in text_of(shown.files[-1])
    assert [s.state for s in way(desktop, request).steps] == ["done"] * 5
    card = desktop.customer_queries.card(story(desktop, request).row.customer_id or UUID(int=0))
    assert card is not None
    assert (card.name, card.connections[0].quotas, card.connections[0].route) == (
        "Nguyễn Thị Như Quỳnh", 2, "KB01"
    )  # fmt: skip

    qtbot.waitUntil(lambda: "F8  Trả lời" in acts(page))
    answer = stepped(qtbot, page, Key.Key_F8)
    assert answer.form.values() == {
        "text": "Đã lắp đặt và cấp từ ngày 20/11/2026: đồng hồ (công tơ) số SV-2611-0042, chỉ số đầu 1 m³. "
        "Mã khách hàng là KH-BN03-26-000001.",
        "outcome": "solved",
        "cause": "",
    }


def test_what_cannot_be_supplied_asks_for_the_reason_alone(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    request = apply(desktop)
    show(qtbot, page, room, request)
    survey = stepped(qtbot, page)
    assert not survey.form.editor("reason").isVisible()
    box = survey.form.editor("feasible")
    assert isinstance(box, QComboBox)
    put_value(box, "no")
    assert survey.form.editor("reason").isVisible()
    assert not survey.form.editor("distance").isVisible()
    fill(survey, reason="Phố này chưa có tuyến ống.")
    finish(qtbot, room, survey)
    answer = stepped(qtbot, page, Key.Key_F8)
    assert answer.form.values() == {"text": "Phố này chưa có tuyến ống.", "outcome": "explained", "cause": ""}


def test_lines_are_typed_by_keys_alone(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    request = apply(desktop)
    do(desktop, person(desktop, "yen"), request, "survey")
    show(qtbot, page, room, request)
    estimate = stepped(qtbot, page)
    lines = estimate.form.editor("lines")
    assert isinstance(lines, LinesEdit)
    prices = [each for each in lines.findChildren(QLineEdit) if "Đơn giá" in each.accessibleName()]
    assert [each.accessibleName() for each in prices][:2] == ["Đơn giá, dòng 1", "Đơn giá, dòng 2"]
    for number in range(3):
        prices[number].setFocus()
        qtbot.keyClicks(prices[number], "1000")
        qtbot.keyClick(prices[number], Key.Key_Return)
    assert [line.price for line in lines.value()] == [1000, 1000, 1000]
    focus = estimate.focusWidget()
    assert focus is not None
    assert "dòng 4" in focus.accessibleName()
    finish(qtbot, room, estimate)
    assert way(desktop, request).result("estimate")["net"] == 14_000


def test_a_code_taken_meanwhile_is_said_beside_it(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    yen, request = person(desktop, "yen"), apply(desktop)
    do(desktop, yen, request, "installation")
    desktop.customers.add(yen, quynh("KH-BN03-26-000001"))
    show(qtbot, page, room, request)
    first = stepped(qtbot, page)
    fill(first, first_index=0)
    qtbot.keyClick(first.form.editor("first_index"), Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: error(first, "code") == "Mã này đã dùng. Chọn mã khác.")
    fill(first, code="KH-2")
    finish(qtbot, room, first)
    assert story(desktop, request).row.customer_code == "KH-2"
