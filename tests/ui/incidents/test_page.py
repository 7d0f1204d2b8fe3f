"""An incident from its beginning to the last customer told, by keys, in the real window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.ui.incidents.page import IncidentsPage
from app.ui.kit.act_dialog import ActDialog
from app.ui.requests.room import RequestRoom
from tests.idle import until_idle
from tests.services.test_requests import new, state_of

Key = Qt.Key


@pytest.fixture
def page(qtbot: QtBot, room: RequestRoom, active: Callable[[QWidget], QWidget]) -> IncidentsPage:
    page = IncidentsPage(room)
    page.resize(1190, 740)
    qtbot.addWidget(page)
    active(page)
    until_idle(qtbot, room.jobs)
    return page


def the_dialog(qtbot: QtBot, page: QWidget) -> ActDialog:
    def shown() -> list[ActDialog]:
        return [each for each in page.findChildren(ActDialog) if each.isVisible()]

    qtbot.waitUntil(lambda: bool(shown()))
    return shown()[0]


def finish(qtbot: QtBot, page: QWidget, dialog: QDialog, key: Key) -> None:
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog, key)
    qtbot.waitUntil(lambda: not any(d.isVisible() for d in page.findChildren(ActDialog)))
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)


def said(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel)]


def test_from_the_burst_to_the_last_customer_told(
    qtbot: QtBot, desktop: Desktop, page: IncidentsPage, room: RequestRoom
) -> None:
    qtbot.keyClick(page, Key.Key_F2)
    dialog = the_dialog(qtbot, page)
    dialog.form.set_values({"title": "Vỡ ống D200", "area": "Nguyễn Gia Thiều"})
    finish(qtbot, page, dialog, Key.Key_F9)
    qtbot.waitUntil(lambda: len(page.table.model().ids) == 1)  # type: ignore[attr-defined]
    (incident,) = room.incident_queries.ids()
    asked = [desktop.requests.register(room.person, new("no_supply", incident_id=incident)) for _ in range(2)]
    page.refresh(frozenset({"request"}))
    qtbot.waitUntil(lambda: "Yêu cầu liên quan: 2" in said(page.inspector))

    qtbot.keyClick(page.table, Key.Key_F7)
    finish(qtbot, page, the_dialog(qtbot, page), Key.Key_F7)
    qtbot.waitUntil(lambda: "Đã cấp lại. Cần trả lời người hỏi." in said(page.inspector))
    assert desktop.incident_queries.rows([incident])[incident].ended_at is not None

    qtbot.keyClick(page.table, Key.Key_F8)
    dialog = the_dialog(qtbot, page)
    assert "2 yêu cầu chờ trả lời." in said(dialog)
    answer = dialog.form.editor("text")
    assert isinstance(answer, QPlainTextEdit)
    answer.setPlainText("Đã vá ống, có nước lúc 10 giờ")
    finish(qtbot, page, dialog, Key.Key_F8)
    qtbot.waitUntil(lambda: "Đã có kết quả. Cần báo khách hàng." in said(page.inspector))

    qtbot.keyClick(page.table, Key.Key_F9)
    dialog = the_dialog(qtbot, page)
    assert dialog.form.values()["words"] == "Đã vá ống, có nước lúc 10 giờ"
    finish(qtbot, page, dialog, Key.Key_F9)
    qtbot.waitUntil(lambda: {state_of(desktop, each.id) for each in asked} == {"closed"})


def test_nothing_out_of_order_says_so_and_how_to_begin(page: IncidentsPage) -> None:
    assert any("Không có sự cố" in words for words in said(page))
