"""A request with papers missing: its list on paper, from the window."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.ui.kit.toast import Toast
from app.ui.requests.inspector import RequestInspector
from app.ui.requests.missing_slip import missing_paper_of, print_missing
from app.ui.requests.room import RequestRoom
from tests.documents.reading import text_of
from tests.offices import person
from tests.services.test_requests import new
from tests.ui.requests.conftest import Shown


def test_the_list_is_printed_and_follows_what_was_brought(
    qtbot: QtBot, desktop: Desktop, room: RequestRoom, shown: Shown
) -> None:
    yen = person(desktop, "yen")
    done = desktop.requests.register(
        yen, new(type_code="new_supply", documents=("application",), words="Lắp đồng hồ")
    )
    assert done.missing == ("identity", "house")
    window = QWidget()
    qtbot.addWidget(window)
    print_missing(room, window, done.id)
    qtbot.waitUntil(lambda: bool(shown.files))
    text = text_of(shown.files[0].read_bytes())
    assert "Giấy tờ còn thiếu Căn cước công dân Giấy tờ nhà đất hoặc hợp đồng thuê" in text
    assert "Giấy tờ đã nộp Đơn đề nghị" in text
    assert done.code in shown.files[0].name

    desktop.requests.bring(yen, done.id, ["identity"])
    paper = missing_paper_of(room, done.id)
    assert paper.missing == ("Giấy tờ nhà đất hoặc hợp đồng thuê",)
    assert paper.brought == ("Đơn đề nghị", "Căn cước công dân")
    desktop.requests.bring(yen, done.id, ["house"])
    with pytest.raises(AppError) as refused:
        missing_paper_of(room, done.id)
    assert refused.value.code == "request.complete"


def test_ctrl_p_on_a_request_that_is_not_received_prints_the_list(
    qtbot: QtBot, desktop: Desktop, room: RequestRoom, shown: Shown
) -> None:
    done = desktop.requests.register(person(desktop, "yen"), new(type_code="new_supply"))
    inspector = RequestInspector(room)
    qtbot.addWidget(inspector)
    inspector.show_request(done.id)
    inspector.print_slip()
    qtbot.waitUntil(lambda: bool(shown.files))
    assert "Giấy tờ còn thiếu Đơn đề nghị" in text_of(shown.files[0].read_bytes())


def test_without_anything_missing_a_sentence_says_so(
    qtbot: QtBot, desktop: Desktop, room: RequestRoom, shown: Shown
) -> None:
    done = desktop.requests.register(person(desktop, "yen"), new())
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    print_missing(room, window, done.id)
    qtbot.waitUntil(lambda: bool(window.findChildren(Toast)))
    assert shown.files == []
