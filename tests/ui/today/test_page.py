"""The first page in its window: what waits, and the ways to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.sync.loop import SyncState
from app.ui.requests.room import RequestRoom
from app.ui.sync.words import sync_sentence
from app.ui.today.page import TodayPage, long_day
from tests.idle import until_idle
from tests.offices import person
from tests.queries.test_today import connection, read
from tests.services.test_requests import add_customer, new

Active = Callable[[QWidget], QWidget]


@pytest.fixture
def page_of(
    qtbot: QtBot, desktop: Desktop, room_of: Callable[[str], RequestRoom], active: Active
) -> Callable[[str], TodayPage]:
    def make(login: str) -> TodayPage:
        page = TodayPage(desktop.today_queries, room_of(login))
        page.resize(1190, 740)
        qtbot.addWidget(page)
        active(page)
        until_idle(qtbot, page.room.jobs)
        return page

    return make


def words_of(widget: QWidget) -> list[str]:
    return [each.text() for each in widget.findChildren(QLabel) if each.isVisible()]


def test_a_clerk_sees_what_waits_and_gets_there(
    qtbot: QtBot, desktop: Desktop, page_of: Callable[[str], TodayPage]
) -> None:
    yen = person(desktop, "yen")
    add_customer(desktop)
    late = desktop.requests.register(yen, new("no_supply", words="Mất nước"))
    told = desktop.requests.register(yen, new("leak", words="Rò rỉ"))
    desktop.requests.answer(yen, told.id, "Đã vá", "solved")
    desktop.clock.advance(timedelta(hours=3))  # type: ignore[attr-defined]
    page = page_of("yen")
    assert list(page.tiles) == ["overdue", "due", "tell"]
    assert [tile.number for tile in page.tiles.values()] == ["1", "0", "1"]
    assert "Thứ sáu, 20/11/2026 · Hoàng Thị Yến" in words_of(page)
    asked: list[tuple[str, object]] = []
    page.record_asked.connect(lambda section, record: asked.append((section, record)))
    assert page.tiles["overdue"].hasFocus()
    qtbot.keyClick(page.tiles["overdue"], Qt.Key.Key_Space)
    page.tiles["tell"].click()
    assert list(page.urgent.model().ids) == [late.id, told.id]
    page.urgent.setFocus()
    page.urgent.choose_first()
    qtbot.keyClick(page.urgent, Qt.Key.Key_Return)
    assert asked == [("requests", "overdue"), ("requests", "tell"), ("requests", late.id)]


def test_tiles_by_role(page_of: Callable[[str], TodayPage]) -> None:
    by_role = {login: list(page_of(login).tiles) for login in ("tung", "duc", "mai", "admin")}
    assert by_role == {
        "tung": ["overdue", "due", "tell", "session"],
        "duc": ["routes"],
        "mai": ["overdue", "escalated", "due", "tell", "session", "routes", "bills", "arrears", "exceptions"],
        "admin": ["customers"],
    }


def test_a_reader_sees_the_routes_begun_first(
    qtbot: QtBot, desktop: Desktop, page_of: Callable[[str], TodayPage]
) -> None:
    customer = add_customer(desktop)
    points = [connection(desktop, customer, f"D{n}", route) for n, route in enumerate("AABBB")]
    read(desktop, *points[2])
    page = page_of("duc")
    assert (page.tiles["routes"].number, page.tiles["routes"].detail) == ("2", "còn 4 đồng hồ · B: còn 2")
    cells = [[page.routes.model().index(r, c).data() for c in range(4)] for r in range(2)]
    assert cells == [["B", "3", "1", "2"], ["A", "2", "", "2"]]
    asked: list[tuple[str, object]] = []
    page.record_asked.connect(lambda section, record: asked.append((section, record)))
    page.routes.setFocus()
    page.routes.choose_first()
    qtbot.keyClick(page.routes, Qt.Key.Key_Return)
    assert asked == [("readings", ("B", "2026-11"))]


def test_an_empty_office_is_shown_its_first_steps(
    qtbot: QtBot, desktop: Desktop, page_of: Callable[[str], TodayPage]
) -> None:
    page = page_of("mai")
    assert page.steps.isVisible()
    assert "1.  Nhập danh sách khách hàng từ Excel" in words_of(page)
    with qtbot.waitSignal(page.record_asked) as asked:
        qtbot.keyClick(page, Qt.Key.Key_F7)
    assert asked.args == ["customers", "import"]
    add_customer(desktop)
    page.refresh(frozenset({"customer"}))
    qtbot.waitUntil(lambda: not page.steps.isVisible())


def test_a_change_that_does_not_concern_it_asks_nothing(page_of: Callable[[str], TodayPage]) -> None:
    page = page_of("yen")
    page.refresh(frozenset({"tariff"}))
    assert not page.room.jobs.busy


def test_the_state_of_the_connection_in_a_sentence(page_of: Callable[[str], TodayPage]) -> None:
    page = page_of("yen")
    page.show_sync(SyncState("offline", 12, page.room.now() - timedelta(hours=1)))
    said = "Vẫn làm việc bình thường; 12 bút ghi sẽ tự gửi khi có kết nối. Liên lạc lần cuối: hôm nay 07:00."
    assert said in words_of(page)
    sentences = {
        sync_sentence(SyncState(state, unsent, None), "")
        for state in ("never", "online", "offline", "refused")
        for unsent in (0, 3)
    }
    assert len(sentences) == 7  # "never" says the same for both


def test_the_day_as_a_letter_begins() -> None:
    assert long_day(date(2026, 11, 22)) == "Chủ nhật, 22/11/2026"


def test_the_leader_sees_what_is_late_enough_to_concern_her_and_when_nobody_is_on_duty(
    qtbot: QtBot, desktop: Desktop, room_of: Callable[[str], RequestRoom]
) -> None:
    yen, mai = person(desktop, "yen"), person(desktop, "mai")
    desktop.requests.register(yen, new("no_supply", words="Mất nước"))  # due in 2 hours, the leader's 4 later
    desktop.requests.register(yen, new("danger", words="Nắp hố ga mất"))  # the leader's at once
    day = desktop.today()
    desktop.duty.put(mai, uuid4(), yen.id, [day], [(450, 690)])
    page = TodayPage(desktop.today_queries, room_of("mai"))
    page.resize(1190, 740)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.tiles["escalated"].number == "1")
    qtbot.waitUntil(page._gap.isVisible)
    assert page._gap.text() == "Hôm nay không có người trực tại quầy: 13:30–17:00"
    desktop.duty.put(mai, uuid4(), yen.id, [day], [(810, 1020)])
    desktop.clock.advance(timedelta(hours=7))  # type: ignore[attr-defined]
    page.recount()
    qtbot.waitUntil(lambda: page.tiles["escalated"].number == "2")
    qtbot.waitUntil(lambda: not page._gap.isVisible())
    clerks = TodayPage(desktop.today_queries, room_of("yen"))
    qtbot.addWidget(clerks)
    assert "escalated" not in clerks.tiles
