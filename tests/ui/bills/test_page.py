from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.documents.preview import page_sizes
from app.domain.errors import Cancelled
from app.queries.bills import STATES, BillFilter
from app.ui.bills.billing import BillingDialog, months
from app.ui.bills.page import BillsPage, write_bills
from app.ui.kit.jobs import Job, JobRunner
from app.ui.kit.labels import Label
from tests.idle import until_idle
from tests.money import Home, add_home, bill, read_meter
from tests.ui.conftest import Asked
from tests.ui.money import Shown, money_room

Key = Qt.Key


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def homes(desktop: Desktop) -> list[Home]:
    """Three customers; September is billed and late, November is read, one index of it is lower."""
    homes = [add_home(desktop, f"BN-00000{n}", name) for n, name in enumerate(("An", "Bình", "Chi"), 1)]
    for n, home in enumerate(homes):
        bill(desktop, home, {"2026-09": 10 + n}, date(2026, 10, 15))
        if n < 2:
            read_meter(desktop, home, "2026-11", 10 + n, 27 + n)
        else:
            read_meter(desktop, home, "2026-11", 12, 3, usage=0, flags="lower")
    return homes


@pytest.fixture
def page(
    qtbot: QtBot,
    desktop: Desktop,
    homes: list[Home],
    jobs: JobRunner,
    prompter: Asked,
    tmp_path: Path,
    shown: Shown,
    active: Callable[[QWidget], QWidget],
) -> BillsPage:
    page = BillsPage(money_room(desktop, "mai", jobs, prompter, tmp_path, shown))
    qtbot.addWidget(page)
    page.resize(1190, 740)
    active(page)
    until_idle(qtbot, jobs)
    return page


def texts(page: BillsPage) -> list[tuple[str, str, str]]:
    cells = page.model.cell
    return [(cells(n, 1).text, cells(n, 4).text, cells(n, 5).text) for n in range(page.model.rowCount())]


def test_the_list_of_a_period_and_its_states(qtbot: QtBot, page: BillsPage) -> None:
    assert page.period.currentText() == "09/2026"
    assert texts(page) == [
        ("An", "quá hạn 36 ngày", "71.070"),
        ("Bình", "quá hạn 36 ngày", "79.465"),
        ("Chi", "quá hạn 36 ngày", "87.860"),
    ]
    page.chips.choose("paid")
    until_idle(qtbot, page.room.jobs)
    assert texts(page) == []
    page.chips.choose("overdue")
    qtbot.keyClicks(page.search, "binh")
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    assert texts(page)[0][0] == "Bình"


def test_a_bill_of_nothing_is_neither_owed_nor_paid(qtbot: QtBot, page: BillsPage, desktop: Desktop) -> None:
    bill(desktop, add_home(desktop, "BN-000009", "Dung"), {"2026-09": 0}, date(2026, 10, 15))
    page.reload()
    qtbot.waitUntil(lambda: page.model.rowCount() == 4 and not page.room.jobs.busy)
    assert texts(page)[3] == ("Dung", "không phải thu", "0")
    totals = desktop.bill_queries.totals("2026-09", date(2026, 11, 20))
    assert (totals.bills, totals.open_bills, totals.paid_bills, totals.bills_of_nothing) == (4, 3, 0, 1)
    page.table.choose(page.model.ids[3])
    assert "Không phải thu" in [each.text() for each in page.inspector.findChildren(Label)]
    page.chips.choose("paid")
    until_idle(qtbot, page.room.jobs)
    assert texts(page) == []
    page.chips.choose("nothing")
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    assert texts(page) == [("Dung", "không phải thu", "0")]


def test_every_bill_is_found_under_one_of_the_filters(page: BillsPage, desktop: Desktop) -> None:
    bill(desktop, add_home(desktop, "BN-000009", "Dung"), {"2026-09": 0}, date(2026, 10, 15))
    queries, today = desktop.bill_queries, date(2026, 11, 20)
    found = {state: set(queries.ids(BillFilter(today, "2026-09", state=state))) for state in STATES}
    assert found["overdue"] <= found["open"]
    apart = [found[state] for state in ("open", "paid", "nothing")]
    assert set().union(*apart) == found["all"]
    assert sum(map(len, apart)) == len(found["all"]) == 4
    shown = {each.key: each.count for each in page._filters(queries.totals("2026-09", today))}
    assert shown == {state: len(ids) for state, ids in found.items()}


def test_a_period_is_billed_by_keyboard(qtbot: QtBot, page: BillsPage, desktop: Desktop) -> None:
    qtbot.keyClick(page.table, Key.Key_F2)
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, BillingDialog) and w.isVisible())
    qtbot.waitUntil(lambda: not page.room.jobs.busy and dialog.isActiveWindow())
    assert dialog.period.currentData() == "2026-11"
    assert dialog.bills.accessibleDescription() == "2 Hộ gia đình 2"
    assert dialog.total.accessibleDescription() == "263.350 đ 34 m³"
    assert "1 chỉ số nhỏ hơn kỳ trước" in dialog._left_out.text()
    assert dialog._skipped[0].code == "BN-000003"
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Key.Key_F9)
    qtbot.waitUntil(lambda: dialog.bills.accessibleName() == "Hóa đơn đã lập")
    until_idle(qtbot, page.room.jobs)
    assert page.period.currentText() == "11/2026"
    assert [row[0] for row in texts(page)] == ["An", "Bình"]
    assert desktop.billing.plan("2026-11").bills == 0


def test_one_bill_and_all_bills_are_printed(qtbot: QtBot, page: BillsPage, shown: Shown) -> None:
    qtbot.keyClick(page.table, Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(shown.papers) == 1)
    assert shown.papers[0][1] == "HD-BN03-26-000001"
    page.print_all()
    qtbot.waitUntil(lambda: len(shown.papers) == 2)
    file, title = shown.papers[1]
    assert (file.name, title) == ("Hóa đơn kỳ 09-2026.pdf", "Hóa đơn kỳ 09/2026")
    assert len(page_sizes(file)) == 3


def test_printing_that_is_stopped_leaves_no_file(page: BillsPage) -> None:
    job: Job[Path] = Job(lambda _done, _total: None)
    job.cancel()
    with pytest.raises(Cancelled):
        write_bills(page.room, list(page.model.ids), "all.pdf", job)
    assert list(page.room.papers.glob("*")) == []


def test_from_a_bill_to_the_counter(qtbot: QtBot, page: BillsPage, homes: list[Home]) -> None:
    with qtbot.waitSignal(page.record_asked) as asked:
        qtbot.keyClick(page.table, Key.Key_F9)
    assert asked.args == ["cash", homes[0].customer]


def test_no_bills_yet(
    qtbot: QtBot, desktop: Desktop, jobs: JobRunner, prompter: Asked, tmp_path: Path
) -> None:
    page = BillsPage(money_room(desktop, "tung", jobs, prompter, tmp_path, Shown()))
    qtbot.addWidget(page)
    page.show()
    until_idle(qtbot, jobs)
    assert "Chưa có hóa đơn nào" in page._state.accessibleName()
    assert page._state.isVisible()


def test_months_to_choose_from() -> None:
    assert months(date(2026, 1, 31))[:3] == ["2026-02", "2026-01", "2025-12"]
    assert months(date(2026, 12, 1))[:2] == ["2027-01", "2026-12"]


def test_the_ways_from_today(page: BillsPage, jobs: JobRunner, qtbot: QtBot) -> None:
    assert page.show_record("overdue")
    until_idle(qtbot, jobs)
    assert (page.chips.key(), page.period.currentData()) == ("overdue", "")
    assert page.model.rowCount() == 3
    assert page.show_record("unbilled")
    assert page.window().findChild(BillingDialog) is not None
    assert page.show_record("")
    assert not page.show_record("nonsense")
