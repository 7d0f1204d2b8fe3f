from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.services.cash import Collect
from app.ui.exceptions.page import ExceptionsPage
from app.ui.kit.jobs import JobRunner
from tests.money import add_home, bill
from tests.offices import Company, person
from tests.ui.conftest import Asked
from tests.ui.money import Shown, money_room


def said(page: ExceptionsPage) -> str:
    return "\n".join(label.text() for label in page.inspector.findChildren(QLabel))


def test_both_sides_of_a_bill_paid_twice(
    qtbot: QtBot,
    company: Company,
    desktop: Desktop,
    jobs: JobRunner,
    prompter: Asked,
    tmp_path: Path,
    active: Callable[[QWidget], QWidget],
) -> None:
    other = company.desk("BN04")
    home = add_home(desktop, "BN-000001", "Nguyễn Thị Như Quỳnh")
    (bill_id,) = bill(desktop, home, {"2026-09": 17}, date(2026, 10, 30)).values()
    company.sync()
    page = ExceptionsPage(money_room(desktop, "mai", jobs, prompter, tmp_path, Shown()))
    qtbot.addWidget(page)
    page.resize(1190, 740)
    active(page)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert "Không có trường hợp nào" in page._state.accessibleName()
    for desk, login in ((desktop, "tung"), (other, "mai")):
        who = person(desk, login)
        session = desk.cash.open_session(who, uuid4(), "VA", 0)
        desk.cash.collect(who, Collect(uuid4(), session, home.customer, (bill_id,), 131_675, "Quỳnh"))
    company.sync()
    page.refresh(frozenset({"receipt"}))
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    assert [page.model.cell(0, n).text for n in range(4)] == [
        "Hóa đơn thu thừa",
        "HD-BN03-26-000001",
        "Nguyễn Thị Như Quỳnh",
        "thừa 131.675 đ",
    ]
    words = said(page)
    for part in (
        "131.675 đ · BL-BN03-26-000001 · Ngô Văn Tùng · BN03",
        "131.675 đ · BL-BN04-26-000001 · Bùi Thị Mai · BN04",
        "Người thu tiền và người phụ trách xem",
        "Kỳ 09/2026",
    ):
        assert part in words
    with qtbot.waitSignal(page.record_asked) as asked:
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert asked.args == ["customers", home.customer]
    page.chips.choose("two_readings")
    assert page.model.rowCount() == 0
