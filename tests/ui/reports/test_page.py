from __future__ import annotations

import threading
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
from app.documents.request_frame import Sources
from app.documents.request_reports import KINDS
from app.services.cash import Collect
from app.ui.kit.jobs import Job, JobRunner
from app.ui.kit.toast import Toast
from app.ui.reports.page import ReportsPage
from app.words import tr
from tests.idle import until_idle
from tests.money import add_home, bill
from tests.offices import person
from tests.requests import past
from tests.ui.conftest import Asked
from tests.ui.money import Shown, money_room


def made(desktop: Desktop, login: str, jobs: JobRunner, prompter: Asked, folder: Path) -> ReportsPage:
    who = person(desktop, login)

    def sources() -> Sources:
        return Sources(
            desktop.rules, desktop.measure_queries, desktop.charter_queries, desktop.register_queries,
            desktop.month_work_queries, desktop.letter_queries,
            desktop.request_queries.viewer(who.id, who.roles),
        )  # fmt: skip

    return ReportsPage(money_room(desktop, login, jobs, prompter, folder, Shown()), sources)


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
    page = made(desktop, "mai", jobs, prompter, tmp_path)
    qtbot.addWidget(page)
    page.resize(1190, 740)
    active(page)
    until_idle(qtbot, jobs)
    return page


def test_figures_of_this_month(page: ReportsPage) -> None:
    assert page.days() == (date(2026, 11, 1), date(2026, 11, 20))
    assert page.office.collected.accessibleDescription() == "181.675 đ 2 biên lai"
    assert page.office.reversed.accessibleDescription() == "50.000 đ thực thu 131.675 đ"
    assert page.office.owed.accessibleDescription() == "211.370 đ 1 khách hàng"
    # Gross, as the card and the ring; what was taken back stands beside it, and no figure is rounded away.
    assert page.office.daily.accessibleDescription() == "Tiền thu: 20/11 181,7. Tiền đã hủy: 20/11 50"
    assert page.office.daily._data is not None
    assert page.office.daily._data.unit == "nghìn đ"
    assert page.office.ages.accessibleDescription().startswith(
        "Nợ: Chưa quá hạn 0 đ; Quá hạn 1–30 ngày 211.370 đ"
    )
    notice = page.office._books.itemAt(0)
    assert notice is not None


def test_other_days(qtbot: QtBot, page: ReportsPage) -> None:
    page.chips.choose("last")
    until_idle(qtbot, page.room.jobs)
    assert page.days() == (date(2026, 10, 1), date(2026, 10, 31))
    assert page.office.collected.accessibleDescription() == "0 đ 0 biên lai"
    page.last.setDate(QDate(2026, 11, 20))
    until_idle(qtbot, page.room.jobs)
    assert page.chips.key() == "days"
    assert page.office.collected.accessibleDescription() == "181.675 đ 2 biên lai"
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
    page = made(desktop, "tung", jobs, prompter, tmp_path)
    qtbot.addWidget(page)
    page.show()
    assert page._state.isVisible()
    assert page.export_button is None
    assert jobs.busy == 0


def settle(qtbot: QtBot, page: ReportsPage) -> None:
    until_idle(qtbot, page.room.jobs)


def cells(page: ReportsPage) -> list[list[str]]:
    """The table in sight, as it is read."""
    table = page.preview.table()
    assert table is not None
    model = table.model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


@pytest.fixture
def full(qtbot: QtBot, desktop: Desktop, page: ReportsPage) -> ReportsPage:
    """With an answered request that was late, one that is overdue, and one that few may see."""
    past(
        desktop, "11-02 08:00", due="11-03 08:00", answered="11-04 08:30", cause="valve", score=1,
        contact_name="Nguyễn Thị Lụa", phone="0912345678", words="Vỡ ống trước nhà",
    )  # fmt: skip
    past(desktop, "11-10 08:00", due="11-11 08:00", words="Mất nước từ sáng", contact_name="Trần Bảo")
    past(
        desktop, "11-12 08:00", due="11-13 08:00", type_code="denunciation", unit="LEAD", login="mai",
        contact_name="Người Tố Cáo", words="Thu tiền không biên lai",
    )  # fmt: skip
    return page


def test_every_report_is_seen_by_keyboard(qtbot: QtBot, full: ReportsPage) -> None:
    page = full
    assert page.reports.hasFocus()
    assert page.print_button is not None
    assert not page.print_button.isEnabled()
    seen = []
    for kind in KINDS:
        qtbot.keyClick(page.reports, Qt.Key.Key_Down)
        settle(qtbot, page)
        assert page.kind() == kind
        assert page.preview.isVisible(), page._state.accessibleName()
        assert page.report is not None
        seen.append(page.report.title)
        assert page.print_button.isEnabled()
    assert seen == [page.reports.item(n + 1).text() for n in range(len(KINDS))]


def test_the_register_on_the_screen(qtbot: QtBot, full: ReportsPage) -> None:
    full.choose("register")
    settle(qtbot, full)
    rows = cells(full)
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert "Nguyễn Thị Lụa" in rows[0]
    assert "0912345678" in rows[0]
    assert "02/11/2026 08:00" in rows[0]
    assert "Đã giải quyết: Đã sửa xong" in rows[0]
    assert rows[0][-1] == "trả lời trễ"
    assert rows[1][-1] == "quá hạn"
    # Named in no paper, also for those who may see it.
    assert "Hạn chế xem" in rows[2]
    assert not {"Người Tố Cáo", "Thu tiền không biên lai"} & {cell for row in rows for cell in row}


def test_tables_of_the_analysis_are_chosen_by_chips(qtbot: QtBot, full: ReportsPage) -> None:
    full.choose("analysis")
    settle(qtbot, full)
    overview = {row[0]: row[1:] for row in cells(full)}
    assert overview["Yêu cầu tiếp nhận"][0] == "3"
    assert overview["Trả lời đúng hạn"][:2] == ["0", "0,0 %"]
    assert overview["Tồn cuối kỳ"][0] == "2"
    assert full.preview.chips is not None
    full.preview.chips.choose("charts")
    assert full.preview.table() is None
    full.preview.chips.choose("2")
    assert [row[:2] for row in cells(full)] == [["Rò rỉ, vỡ ống", "2"], ["Tố cáo", "1"]]
    # The same table of other days.
    full.chips.choose("today")
    settle(qtbot, full)
    assert full.preview.chips.key() == "2"
    assert cells(full) == []


def test_on_paper_and_in_excel(qtbot: QtBot, full: ReportsPage) -> None:
    room = full.room
    shown: Shown = room.show_paper  # type: ignore[assignment]
    for n, kind in enumerate(KINDS, 1):
        full.choose(kind)
        settle(qtbot, full)
        full.activateWindow()  # the message of the one before is a window of its own here
        qtbot.waitUntil(full.isActiveWindow)
        qtbot.keyClick(full, Qt.Key.Key_F8)
        settle(qtbot, full)
        assert len(shown.papers) == n
        qtbot.keyClick(full, Qt.Key.Key_F9)
        settle(qtbot, full)
    books = sorted(file.name for file in room.papers.glob("*.xlsx"))
    assert len(books) == len(KINDS)
    book = load_workbook(room.papers / next(name for name in books if name.startswith("Phân tích")))
    assert book.sheetnames == [
        "Tổng quan", "Theo tháng", "Theo loại yêu cầu", "Theo địa bàn", "Theo nguyên nhân", "Theo bộ phận",
        "Theo kênh tiếp nhận", "Theo loại khách hàng", "Điều lệ", "Điều lệ theo bộ phận",
        "Trường hợp không đạt", "Sổ theo dõi",
    ]  # fmt: skip
    row = book["Sổ theo dõi"][2]
    assert row[6].value == "0912345678"
    assert row[2].is_date
    assert len(book["Tổng quan"]._charts) == 4
    book.close()


def test_stopping_a_long_one_writes_nothing(
    qtbot: QtBot, full: ReportsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    full.choose("analysis")
    settle(qtbot, full)
    step, stopped = Job.step, threading.Event()

    def long(job: Job[object], done: int, total: int) -> None:
        assert stopped.wait(20)
        step(job, done, total)

    monkeypatch.setattr(Job, "step", long)
    full.export()
    full._cancel()
    stopped.set()
    settle(qtbot, full)
    assert not list(full.room.papers.glob("*"))
    assert full.window().findChild(Toast, "toast") is None


def test_it_is_said_where_papers_are_in_another_language_than_the_window(
    qtbot: QtBot, desktop: Desktop, jobs: JobRunner, prompter: Asked, tmp_path: Path
) -> None:
    here = made(desktop, "mai", jobs, prompter, tmp_path)
    qtbot.addWidget(here)
    assert here.language.text() == ""
    tr.use("en")
    try:
        there = made(desktop, "mai", jobs, prompter, tmp_path)
    finally:
        tr.use("vi")
    qtbot.addWidget(there)
    assert there.language.text() == (
        "Papers and workbooks are written in the company's language: Tiếng Việt."
    )
