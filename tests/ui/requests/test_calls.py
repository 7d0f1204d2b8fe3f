"""Calling back in the real window: by keys alone, one after another."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.bootstrap import Desktop
from app.models import RequestEvent, RequestState
from app.ui.requests.calls import CallsDialog, open_calls
from app.ui.requests.page import RequestsPage
from app.ui.requests.room import RequestRoom
from tests.idle import until_idle
from tests.queries.test_callbacks import closed
from tests.requests import at

Key = Qt.Key


@pytest.fixture
def dialog(
    qtbot: QtBot, desktop: Desktop, room: RequestRoom, active: Callable[[QWidget], QWidget]
) -> CallsDialog:
    for n in range(3):
        closed(desktop, n)
    desktop.clock.advance(at("11-20 09:00") - desktop.clock.now())  # type: ignore[attr-defined]
    page = QWidget()
    page.resize(1190, 740)
    qtbot.addWidget(page)
    active(page)
    dialog = open_calls(page, room)
    dialog.activateWindow()
    qtbot.waitUntil(lambda: dialog.isActiveWindow() and len(dialog.calls) == 3)
    return dialog


def score_of(desktop: Desktop, request: UUID) -> int | None:
    with desktop.database.read.connect() as read:
        return read.execute(select(RequestState.score).where(RequestState.id == request)).scalar()


def choose(dialog: CallsDialog, score: str) -> None:
    box = dialog.form.editor("score")
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData(score))


def test_f9_records_and_goes_on_f7_leaves_in_peace(
    qtbot: QtBot, desktop: Desktop, dialog: CallsDialog
) -> None:
    first, second, third = dialog.calls
    assert dialog.table.current_id() == first
    choose(dialog, "4")
    qtbot.keyClick(dialog, Key.Key_F9)
    qtbot.waitUntil(lambda: dialog.table.current_id() == second)
    assert score_of(desktop, first) == 4
    qtbot.keyClick(dialog, Key.Key_F7)
    qtbot.waitUntil(lambda: dialog.table.current_id() == third)
    with desktop.database.read.connect() as read:
        wanted = select(RequestEvent.data).where(
            RequestEvent.request_id == second, RequestEvent.kind == "noted"
        )
        assert read.execute(wanted).scalar_one() == {"call": "unreached"}
    assert "Còn 1 trên 3" in dialog.said.text()
    assert dialog.model.cell(0, 5).text == "Hài lòng"
    assert dialog.model.cell(1, 5).text == "Không gặp"
    dialog.table.choose(first)
    assert not dialog.verb.isEnabled()
    dialog.reject()


def test_without_a_score_nothing_is_recorded(qtbot: QtBot, desktop: Desktop, dialog: CallsDialog) -> None:
    (first, *_) = dialog.calls
    qtbot.keyClick(dialog, Key.Key_F9)
    assert dialog.form.editor("score").property("wrong")
    assert score_of(desktop, first) is None
    dialog.reject()


def test_nobody_to_call_is_said(
    qtbot: QtBot, room: RequestRoom, active: Callable[[QWidget], QWidget]
) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    active(page)
    dialog = open_calls(page, room)
    until_idle(qtbot, room.jobs)
    assert dialog.calls == {}
    assert not dialog.verb.isEnabled()
    dialog.reject()


def test_the_menu_of_views_leads_there(
    qtbot: QtBot, room: RequestRoom, room_of: Callable[[str], RequestRoom]
) -> None:
    for who, offered in ((room, True), (room_of("tung"), False)):
        page = RequestsPage(who)
        qtbot.addWidget(page)
        words = [choice.words for choice in page.views._offered()]
        assert ("Gọi hỏi ý kiến…" in words) is offered
