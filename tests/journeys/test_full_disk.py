"""The disk fills up while people work: a sentence, nothing half-written, what was typed stays, and it goes on
once there is room. Also where only the folder of the papers is full: the money is kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.demo.spoilt import _HEADINGS, _good
from app.services import imports
from app.ui.cash.dialogs import ReceiptDialog
from app.ui.cash.page import CashPage
from app.ui.imports.wizard import CHECK, DONE
from app.ui.kit.paper import PaperDialog
from app.ui.requests.intake import IntakeDialog
from app.window.frame import DeskWindow
from tests.journeys.conftest import Open
from tests.journeys.windows import (
    check,
    desk_of,
    go,
    good,
    open_import,
    said,
    seen,
    settle,
    toasts,
)
from tests.money import add_home, bill
from tests.offices import person
from tests.sheets import entries, held, save
from tests.ui.conftest import Asked

F9, ESCAPE = Qt.Key.Key_F9, Qt.Key.Key_Escape
FULL = "Ổ đĩa đã đầy nên chưa lưu được. Giải phóng dung lượng rồi lưu lại."
CHUNK = 20
TOTAL = 300


def fill(desktop: Desktop, pages: int = 0) -> None:
    """From now on the database may grow by so many pages, and no more."""
    write = desktop.database.write
    there = write.execute("PRAGMA page_count").fetchone()[0]
    free = write.execute("PRAGMA freelist_count").fetchone()[0]
    assert not free
    write.execute(f"PRAGMA max_page_count = {there + pages}")


def make_room(desktop: Desktop) -> None:
    desktop.database.write.execute("PRAGMA max_page_count = 1000000")


def journal(desktop: Desktop) -> tuple[int, ...]:
    tables = ("entry", "request", "receipt", "allocation", "customer")
    with desktop.database.read.connect() as read:
        return tuple(read.exec_driver_sql(f"SELECT count(*) FROM {t}").scalar_one() for t in tables)


# -- an import --------------------------------------------------------------------------------------------


def test_an_import_keeps_whole_groups_says_how_many_and_goes_on(
    open_window: Open, home: Path, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "CHUNK", CHUNK)
    window = open_window(home)
    desktop = desk_of(window)
    dialog = open_import(qtbot, window)
    check(qtbot, window, dialog, save(tmp_path / "a.xlsx", [_HEADINGS, *_good(TOTAL, 1)]))
    fill(desktop, 60)
    with qtbot.waitSignal(dialog.imported):
        qtbot.keyClick(dialog, F9)
    kept = len(held(desktop))
    assert kept % CHUNK == 0
    assert 0 < kept < TOTAL
    assert entries(desktop, "customers.import") == kept // CHUNK
    assert dialog.steps.currentIndex() == CHECK
    assert dialog.notice.text() == f"Đã nhập {kept} dòng, các dòng còn lại thì chưa. {FULL}"
    assert good(desktop)
    qtbot.keyClick(dialog, F9)  # still full: no further, and no less
    settle(qtbot, window)
    assert len(held(desktop)) >= kept
    assert FULL in dialog.notice.text()
    make_room(desktop)
    with qtbot.waitSignal(dialog.imported):
        qtbot.keyClick(dialog, F9)
    assert dialog.steps.currentIndex() == DONE
    assert len(held(desktop)) == TOTAL
    assert good(desktop)


# -- a request --------------------------------------------------------------------------------------------

WORDS = "Mất nước từ sáng, cả ngõ 12. " * 130
"""Long enough to want pages of its own."""


def intake(qtbot: QtBot, window: DeskWindow) -> IntakeDialog:
    page = go(qtbot, window, "yen", "requests")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(QApplication.focusWidget() or page, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: any(d.isVisible() for d in window.findChildren(IntakeDialog)))
    dialog = seen(window, IntakeDialog)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    settle(qtbot, window)
    return dialog


def typed(dialog: IntakeDialog) -> None:
    dialog.form.types.setCurrentIndex(dialog.form.types.findData("leak"))
    dialog.form.set_values({"contact_name": "Trần Thị Lan", "phone": "0912345678"})
    words = dialog.form.editor("words")
    words.setFocus()
    event = QInputMethodEvent()
    event.setCommitString(WORDS)
    QApplication.sendEvent(words, event)


def test_a_request_keeps_what_was_typed_and_is_saved_when_there_is_room(
    open_window: Open, home: Path, qtbot: QtBot
) -> None:
    window = open_window(home)
    desktop = desk_of(window)
    before = journal(desktop)
    dialog = intake(qtbot, window)
    fill(desktop)
    typed(dialog)
    for _ in range(2):
        qtbot.keyClick(dialog, F9)
        settle(qtbot, window)
        assert FULL in said(dialog)
        assert dialog.isVisible()
        values = dialog.form.values()
        assert (values["words"], values["contact_name"]) == (WORDS.strip(), "Trần Thị Lan")
        assert journal(desktop) == before
        assert good(desktop)
    make_room(desktop)
    qtbot.keyClick(dialog, F9)
    qtbot.waitUntil(lambda: not [d for d in window.findChildren(IntakeDialog) if d.isVisible()])
    settle(qtbot, window)
    assert journal(desktop)[:2] == (before[0] + 1, before[1] + 1)
    assert good(desktop)


def test_leaving_a_form_that_cannot_be_kept_asks_first(
    open_window: Open, home: Path, qtbot: QtBot, asked: Asked
) -> None:
    window = open_window(home)
    desktop = desk_of(window)
    dialog = intake(qtbot, window)
    fill(desktop)
    typed(dialog)
    asked.answers = False
    qtbot.keyClick(dialog, ESCAPE)
    settle(qtbot, window)
    assert asked.questions == [("Không lưu tạm được nội dung đã nhập: rời đi sẽ mất.", "Rời đi và bỏ")]
    assert dialog.isVisible()
    assert FULL in said(dialog)
    assert dialog.form.values()["words"] == WORDS.strip()
    assert not any("F2" in text for text in toasts(window))  # it does not say that it was kept
    make_room(desktop)
    qtbot.keyClick(dialog, ESCAPE)
    qtbot.waitUntil(lambda: any("F2" in text for text in toasts(window)))
    again = intake(qtbot, window)
    assert again.form.values()["words"] == WORDS.strip()


# -- money ------------------------------------------------------------------------------------------------


@pytest.fixture
def counter(open_window: Open, home: Path, qtbot: QtBot, company: object) -> CashPage:
    """A cashier's page with an open session and a customer at the counter."""
    window = open_window(home)
    desktop = desk_of(window)
    owed = add_home(desktop, "BN-007415")
    bill(desktop, owed, {"2026-10": 25}, date(2026, 11, 30))
    desktop.cash.open_session(person(desktop, "tung"), uuid4(), "VA", 100_000)
    page = go(qtbot, window, "tung", "cash")
    assert isinstance(page, CashPage)
    assert page.show_customer(owed.customer)
    page.till.tender.set_value(500_000)
    page.till.payer.setText("Chồng chị Quỳnh " + "x" * 5000)  # more than a page of what is there
    page.till.keep.setChecked(True)
    return page


def window_of(page: CashPage) -> DeskWindow:
    window = page.window()
    assert isinstance(window, DeskWindow)
    return window


def receipts(desktop: Desktop) -> list[tuple[str, int]]:
    with desktop.database.read.connect() as read:
        rows = read.exec_driver_sql("SELECT code, total FROM receipt").all()
    return [(row[0], row[1]) for row in rows]


def test_money_is_not_taken_by_halves(counter: CashPage, qtbot: QtBot) -> None:
    window = window_of(counter)
    desktop = desk_of(window)
    before = journal(desktop)
    fill(desktop)
    tries = 0
    while not receipts(desktop) and FULL not in counter.till.wrong.text():
        counter.collect()
        settle(qtbot, window)
        tries += 1
        assert tries < 5
    assert FULL in counter.till.wrong.text(), said(counter)
    assert journal(desktop) == before
    assert counter.till.tendered() == 500_000
    assert counter.till.payer.text().startswith("Chồng chị Quỳnh")
    assert counter.till.keep.isChecked()
    assert counter.basket.due is not None
    assert good(desktop)
    make_room(desktop)
    counter.collect()
    settle(qtbot, window)
    assert [code for code, _ in receipts(desktop)] == ["BL-BN03-26-000001"]
    assert desktop.report_queries.books().balanced
    assert desktop.report_queries.books().receipts == 500_000
    assert counter.basket.due is None
    assert good(desktop)


@contextmanager
def papers_full() -> Iterator[None]:
    """No file may grow over some bytes: to the program the same as a full disk."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def no_folder(home: Path) -> None:
    shutil.rmtree(home / "papers", ignore_errors=True)
    (home / "papers").write_text("a file where the folder should be")


@pytest.mark.parametrize("why", ["no folder", "full"])
def test_money_is_kept_where_its_paper_cannot_be(counter: CashPage, qtbot: QtBot, why: str) -> None:
    window = window_of(counter)
    desktop, home = desk_of(window), window.home
    code = "BL-BN03-26-000001"
    if why == "full":
        with ExitStack() as limits:
            # Full from the moment in which the money is in the journal.
            saved: list[object] = []

            def on_saved(_changes: object) -> None:
                if not saved:
                    saved.append(limits.enter_context(papers_full()))

            desktop.writer.listen(on_saved)
            counter.collect()
            settle(qtbot, window)
        path = home / "papers" / f"{code}.pdf"
        reason = f"Ổ đĩa đã đầy nên chưa ghi được {path}. Giải phóng dung lượng rồi thử lại."
    else:
        no_folder(home)
        counter.collect()
        settle(qtbot, window)
        reason = f"Không ghi được vào thư mục {home}/papers. Kiểm tra quyền, hoặc chọn thư mục khác."
    assert toasts(window) == [f"{code} đã lưu nhưng chưa in được. {reason}"]
    assert [each for each, _ in receipts(desktop)] == [code]
    assert counter.basket.due is None
    assert good(desktop)
    assert not list(home.glob("papers/*"))
    if why == "no folder":
        (home / "papers").unlink()
    dialog = counter._open_receipt(next(iter(counter._recent)))
    assert isinstance(dialog, ReceiptDialog)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog, F9)  # print it again, now that it can be
    qtbot.waitUntil(lambda: any(isinstance(w, PaperDialog) for w in QApplication.topLevelWidgets()))
    assert (home / "papers" / f"{code}.pdf").read_bytes().startswith(b"%PDF")
    assert [each for each, _ in receipts(desktop)] == [code]
