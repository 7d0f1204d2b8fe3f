"""A new supply from the application to the first bill, in the window; and power cuts on the way."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.clock import SystemClock
from app.domain.supply import Line, born_id
from app.sync.verify import verify
from app.ui.bills.billing import BillingDialog
from app.ui.kit.act_dialog import ActDialog
from app.ui.kit.forms import put_value
from app.ui.kit.paper import PaperDialog
from app.ui.readings.page import ReadingsPage
from app.ui.requests.intake import IntakeDialog
from app.ui.requests.page import RequestsPage
from app.window.frame import DeskWindow
from tests.journeys import at_work
from tests.journeys.test_kill import killed, rows
from tests.journeys.windows import desk_of, go, good, main_of, said, seen, settle
from tests.offices import Company, person
from tests.services.test_supply import STEPS, way

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
Open = Callable[[Path], DeskWindow]
CLOCK = SystemClock()


def act(qtbot: QtBot, window: DeskWindow, page: RequestsPage, key: Qt.Key, **values: Any) -> None:
    """A key on the request in sight, the fields of its form, Ctrl+Enter; a paper that comes is closed."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(page.table, key)
    qtbot.waitUntil(lambda: bool([d for d in window.findChildren(ActDialog) if d.isVisible()]))
    dialog = seen(window, ActDialog)
    gone: list[bool] = []
    dialog.destroyed.connect(lambda: gone.append(True))
    for name, value in values.items():
        put_value(dialog.form.editor(name), value)
    first = dialog.form.editor(dialog.form.names()[0])
    qtbot.keyClick(first.focusProxy() or first, Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: bool(gone) or not dialog.isVisible())
    settle(qtbot, window)
    close_papers(qtbot, window)


def close_papers(qtbot: QtBot, window: QWidget) -> None:
    for paper in [p for p in window.findChildren(PaperDialog) if p.isVisible()]:
        paper.reject()
    QApplication.processEvents()


def test_from_the_application_to_the_first_bill(
    qtbot: QtBot, home: Path, company: Company, open_window: Open
) -> None:
    window = open_window(home)
    page = go(qtbot, window, "yen", "requests")
    assert isinstance(page, RequestsPage)
    qtbot.keyClick(page, Key.Key_F2)
    intake = seen(window, IntakeDialog)
    intake.activateWindow()
    qtbot.waitUntil(intake.isActiveWindow)
    put_value(intake.form.editor("type_code"), "new_supply")
    put_value(intake.form.editor("documents"), ("application", "identity", "house"))
    for name, value in {
        "words": "Xin lắp đồng hồ nước cho nhà mới",
        "contact_name": "Nguyễn Thị Như Quỳnh",
        "phone": "0912345678",
        "address": "12/5 Nguyễn Gia Thiều, phường Kinh Bắc",
    }.items():
        put_value(intake.form.editor(name), value)
    qtbot.keyClick(intake.form.editor("words"), Key.Key_F9)
    settle(qtbot, window)
    close_papers(qtbot, window)
    desk = desk_of(window)
    qtbot.waitUntil(lambda: page.inspector.story is not None)
    assert page.inspector.story is not None
    request = page.inspector.story.row.id
    assert "Bước 1/5 · Khảo sát · hạn hôm nay 14:00" in said(page.inspector)

    act(qtbot, window, page, Key.Key_F3, distance=12, line="HDPE DN25", meter="DN15")
    lines = (Line("Ống", "m", 12_000, 35_000), Line("Đồng hồ", "cái", 1_000, 650_000))
    act(qtbot, window, page, Key.Key_F3, lines=lines)
    act(qtbot, window, page, Key.Key_F3, quotas=1, route="KB01")
    act(qtbot, window, page, Key.Key_F3, meter_serial="SV-2611-0042")
    act(qtbot, window, page, Key.Key_F3, first_index=1_000)
    assert "đã xong 5/5 bước" in said(page.inspector)
    act(qtbot, window, page, Key.Key_F8)
    act(qtbot, window, page, Key.Key_F9, how="phone")
    assert [s.state for s in way(desk, request).steps] == ["done"] * 5
    assert desk.request_queries.rows([request])[request].state == "closed"
    papers = sorted(file.name for file in (home / "papers").rglob("*.pdf")) or [
        file.name for file in desk.home.rglob("*.pdf")
    ]
    assert len([name for name in papers if name.endswith(("-DT.pdf", "-HC.pdf", "-NT.pdf"))]) == 3, papers

    # A month's reading at the meter that was fitted, and the bill of what ran through since.
    window.open_for(person(desk, "duc"))
    readings = go(qtbot, window, "duc", "readings")
    assert isinstance(readings, ReadingsPage)
    qtbot.waitUntil(lambda: not window.jobs.busy and bool(readings.sheet.order))
    qtbot.keyClick(readings.route_list, Key.Key_Return)
    qtbot.keyClicks(readings.view.field, "18")
    qtbot.keyClick(readings.view.field, Key.Key_Return)
    settle(qtbot, window)
    window.open_for(person(desk, "mai"))
    bills = go(qtbot, window, "mai", "bills")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(bills, Key.Key_F2)
    qtbot.waitUntil(lambda: bool([d for d in window.findChildren(BillingDialog) if d.isVisible()]))
    billing = seen(window, BillingDialog)
    settle(qtbot, window)
    billing.activateWindow()
    qtbot.waitUntil(billing.isActiveWindow)
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Key.Key_F9)
    qtbot.waitUntil(lambda: billing.bills.accessibleName() == "Hóa đơn đã lập")
    settle(qtbot, window)
    with desk.database.read.connect() as read:
        (bill,) = read.exec_driver_sql("SELECT customer_id, usage, total FROM bill").all()
    assert (bill[0], bill[1], bill[2]) == (born_id(request, "customer").bytes, 17_000, 131_675)
    assert good(desk)
    assert main_of(window).key == "bills"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_power_cut_between_the_steps(company: Company, seed: int) -> None:
    """What was said to be done is done; the step that was under way is there whole, or not at all."""
    dice = random.Random(seed)
    desktop = company.desk("BN03")
    home = company.shut(desktop)
    heard = 0
    for cut in range(3):
        told = killed(dice, min(heard + dice.randint(1, 2), 6), at_work.supply, home, within=0.01)
        heard = len(told)
        database = home / "office.db"
        done = rows(database, "SELECT count(*) FROM request_event WHERE kind = 'stepped'")[0][0]
        assert heard - 1 <= done <= heard, "the first line tells of the application"
        born = [
            rows(database, f"SELECT count(*) FROM {t}")[0][0] for t in ("customer", "connection", "meter")
        ]
        linked = rows(database, "SELECT count(*) FROM request_event WHERE kind = 'linked'")[0][0]
        assert [*born, linked] == [int(done == len(STEPS))] * 4
        contracts = rows(database, "SELECT count(*) FROM contract")[0][0]
        assert contracts == int(done >= 3)
        assert verify(database, CLOCK.now()).good, cut
