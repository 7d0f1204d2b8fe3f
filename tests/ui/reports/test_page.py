from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.services.cash import Collect
from app.ui.kit.jobs import JobRunner
from app.ui.kit.toast import Toast
from app.ui.reports.page import ReportsPage
from tests.money import add_home, bill
from tests.offices import person
from tests.ui.conftest import Asked
from tests.ui.money import Shown, money_room


@pytest.fixture
def page(
    qtbot: QtBot,
    desktop: Desktop,
    jobs: JobRunner,
    prompter: Asked,
    tmp_path: Path,
    active: Callable[[QWidget], QWidget],
) -> ReportsPage:
    home = add_home(desktop, "BN-000001")
    bill(desktop, home, {"2026-09": 17, "2026-10": 25}, date(2026, 10, 30))
    tung = person(desktop, "tung")
    session = desktop.cash.open_session(tung, uuid4(), "VA", 0)
    due = desktop.cash_queries.due(home.customer)
    assert due is not None
    desktop.cash.collect(tung, Collect(uuid4(), session, home.customer, (due.bills[0].id,), 131_675, "Quỳnh"))
    got = desktop.cash.collect(
        tung, Collect(uuid4(), session, home.customer, (), 50_000, "Quỳnh", keep_change=True)
    )
    desktop.cash.reverse(tung, got.receipt_id, session, "Thu nhầm khách hàng")
    page = ReportsPage(money_room(desktop, "mai", jobs, prompter, tmp_path, Shown()))
    qtbot.addWidget(page)
    page.resize(1190, 740)
    active(page)
    qtbot.waitUntil(lambda: not jobs.busy)
    return page


def test_figures_of_this_month(page: ReportsPage) -> None:
    assert page.days() == (date(2026, 11, 1), date(2026, 11, 20))
    assert page.collected.accessibleDescription() == "181.675 đ 2 biên lai"
    assert page.reversed.accessibleDescription() == "50.000 đ thực thu 131.675 đ"
    assert page.owed.accessibleDescription() == "211.370 đ 1 khách hàng"
    # Gross, as the card and the ring; what was taken back stands beside it, and no figure is rounded away.
    assert page.daily.accessibleDescription() == "Tiền thu: 20/11 181,7. Tiền đã hủy: 20/11 50"
    assert page.daily._data is not None
    assert page.daily._data.unit == "nghìn đ"
    assert page.ages.accessibleDescription().startswith("Nợ: Chưa quá hạn 0 đ; Quá hạn 1–30 ngày 211.370 đ")
    notice = page._books.itemAt(0)
    assert notice is not None


def test_other_days(qtbot: QtBot, page: ReportsPage) -> None:
    page.chips.choose("last")
    qtbot.waitUntil(lambda: not page.room.jobs.busy)
    assert page.days() == (date(2026, 10, 1), date(2026, 10, 31))
    assert page.collected.accessibleDescription() == "0 đ 0 biên lai"
    page.last.setDate(QDate(2026, 11, 20))
    qtbot.waitUntil(lambda: not page.room.jobs.busy)
    assert page.chips.key() == "days"
    assert page.collected.accessibleDescription() == "181.675 đ 2 biên lai"
    page.first.setDate(QDate(2026, 12, 1))
    assert "Ngày cuối trước ngày đầu" in page._state.accessibleName()


def test_the_workbook_says_the_same(qtbot: QtBot, page: ReportsPage) -> None:
    qtbot.keyClick(page, Qt.Key.Key_F9)
    file = page.room.papers / "Báo cáo 01-11-2026 đến 20-11-2026.xlsx"
    qtbot.waitUntil(file.exists)
    qtbot.waitUntil(lambda: page.window().findChild(Toast, "toast") is not None)
    # It goes when another page is opened.
    page.hide()
    qtbot.waitUntil(lambda: page.window().findChild(Toast, "toast") is None)
    book = load_workbook(file)
    rows = [[c for c in row if c is not None] for sheet in book for row in sheet.iter_rows(values_only=True)]
    words = [cell for row in rows for cell in row]
    assert {181_675, 50_000, 211_370, "Ngô Văn Tùng", "Nhà văn hóa Vệ An", "BN-000001"} <= set(words)
    book.close()


def test_not_for_everyone(
    qtbot: QtBot, desktop: Desktop, jobs: JobRunner, prompter: Asked, tmp_path: Path
) -> None:
    page = ReportsPage(money_room(desktop, "tung", jobs, prompter, tmp_path, Shown()))
    qtbot.addWidget(page)
    page.show()
    assert page._state.isVisible()
    assert page.export_button is None
    assert jobs.busy == 0
