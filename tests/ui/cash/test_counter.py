"""A cashier's day at the real page, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.services.cash import Collect
from app.sync.verify import verify
from app.ui.cash.closing import CloseDialog
from app.ui.cash.dialogs import OpenDialog, QrDialog, ReceiptDialog
from app.ui.cash.page import CashPage
from app.ui.cash.room import MoneyRoom
from app.ui.kit.jobs import JobRunner, Lane
from app.ui.kit.labels import Label
from app.ui.kit.toast import Toast
from tests.idle import until_idle
from tests.money import Home, add_home, bill
from tests.offices import Company, person
from tests.ui.conftest import Asked
from tests.ui.money import Shown, money_room

Key = Qt.Key


@pytest.fixture
def home(desktop: Desktop) -> Home:
    home = add_home(desktop, "BN-007415")
    bill(desktop, home, {"2026-09": 17}, date(2026, 10, 30))
    bill(desktop, home, {"2026-10": 25}, date(2026, 11, 30))
    return home


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def room(desktop: Desktop, jobs: JobRunner, prompter: Asked, tmp_path: Path, shown: Shown) -> MoneyRoom:
    return money_room(desktop, "tung", jobs, prompter, tmp_path, shown)


class Counter:
    """The page under the fingers of a cashier."""

    def __init__(self, qtbot: QtBot, page: CashPage) -> None:
        self.qtbot, self.page = qtbot, page

    def settle(self) -> None:
        until_idle(self.qtbot, self.page.room.jobs)

    def keys(self, *keys: Key) -> None:
        for key in keys:
            self.qtbot.keyClick(self._focus(), key)
        self.settle()

    def type(self, text: str) -> None:
        for letter in text:
            self.qtbot.keyClicks(self._focus(), letter)

    def scan(self, code: str) -> None:
        """A scanner types faster than a person and ends with Enter."""
        self.type(code)
        self.qtbot.keyClick(self._focus(), Key.Key_Return)
        self.settle()

    def _focus(self) -> QWidget:
        """Where the keys go: into the dialog that is open, if there is one."""

        def ready() -> bool:
            widget, modal = QApplication.focusWidget(), QApplication.activeModalWidget()
            return widget is not None and (modal is None or widget.window() is modal)

        self.qtbot.waitUntil(ready)
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    def dialog(self, kind: type[QWidget]) -> QWidget:
        found = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
        assert len(found) == 1
        return found[0]

    @property
    def due(self) -> str:
        return self.page.till.due.accessibleDescription()

    @property
    def in_drawer(self) -> str:
        found = self.page.till._session.itemAtPosition(2, 1)
        assert found is not None
        value = found.widget()
        assert isinstance(value, Label)
        return value.text()

    @property
    def back(self) -> str:
        return self.page.till.back.accessibleDescription()


@pytest.fixture
def counter(
    qtbot: QtBot, room: MoneyRoom, home: Home, active: Callable[[QWidget], QWidget], desktop: Desktop
) -> Counter:
    page = CashPage(room)
    qtbot.addWidget(page)
    page.resize(1190, 740)
    active(page)
    counter = Counter(qtbot, page)
    counter.keys(Key.Key_F2)
    opening = counter.dialog(OpenDialog)
    assert isinstance(opening, OpenDialog)
    counter.keys(Key.Key_F9)  # nothing counted: asked for, not taken as 0
    assert page.session is None
    assert opening.amount.hasFocus()
    counter.type("500000")
    counter.keys(Key.Key_Backtab, Key.Key_Down, Key.Key_F9)
    qtbot.waitUntil(lambda: page.session is not None)
    active(page)
    page.scan.setFocus()
    return counter


def test_a_payment_from_scan_to_receipt(counter: Counter, desktop: Desktop, shown: Shown) -> None:
    page = counter.page
    assert page.session is not None
    assert (page.session.point, page.session.float_amount) == ("VA", 500_000)
    counter.scan("hd-bn03-26-000001")
    assert page.basket.due is not None
    assert page.basket.due.name == "Nguyễn Thị Như Quỳnh"
    # The scanned bill alone is ticked; Space in the list ticks the other one too.
    assert counter.due.startswith("131.675 đ")
    page.basket.table.setFocus()
    counter.keys(Key.Key_Down, Key.Key_Space)
    assert counter.due.startswith("343.045 đ ba trăm bốn mươi ba nghìn không trăm bốn mươi lăm đồng")
    page.till.tender.setFocus()
    counter.type("500000")
    assert counter.back.startswith("156.955 đ 100.000 × 1 · 50.000 × 1 · 5.000 × 1 · 1.000 × 1")
    counter.keys(Key.Key_F9)
    counter.qtbot.waitUntil(lambda: len(shown.papers) == 1)
    file, title = shown.papers[0]
    assert (file.name, title) == ("BL-BN03-26-000001.pdf", "BL-BN03-26-000001")
    assert page.basket.due is None
    assert page.scan.hasFocus()
    assert counter.back.startswith("156.955 đ")  # still in sight while the notes are given back
    assert [row.code for row in page._recent.values()] == ["BL-BN03-26-000001"]
    assert desktop.cash_queries.session(page.session.id).expected == 843_045
    assert desktop.report_queries.books().balanced
    assert verify(desktop.database.path, desktop.clock.now()).good


def test_a_name_is_typed_and_the_exact_sum_taken(counter: Counter, desktop: Desktop, home: Home) -> None:
    page = counter.page
    other = add_home(desktop, "BN-007416", "Nguyễn Văn Quỳnh")
    counter.type("quynh")
    counter.qtbot.waitUntil(lambda: page._middle.currentWidget() is page.hits)
    counter.keys(Key.Key_Down, Key.Key_Down, Key.Key_Return)
    assert page.basket.due is not None
    assert page.basket.due.customer_id == other.customer
    counter.keys(Key.Key_Escape)
    counter.type("BN-007415")
    counter.keys(Key.Key_Return)
    assert page.basket.due is not None
    assert page.basket.due.customer_id == home.customer
    assert page.till.tender.hasFocus()
    counter.keys(Key.Key_F9)  # nothing typed: the exact sum is filled in, to be looked at
    assert page.till.tendered() == 343_045
    assert desktop.report_queries.books().receipts == 0
    counter.keys(Key.Key_F9)
    assert desktop.report_queries.books().receipts == 343_045


@pytest.mark.parametrize("keys", [[Key.Key_Return], [Key.Key_Down, Key.Key_Return]])
def test_a_code_that_is_typed_means_the_same_after_a_pause(
    qtbot: QtBot, counter: Counter, desktop: Desktop, shown: Shown, keys: list[Key]
) -> None:
    page = counter.page

    def typed(code: str) -> None:
        counter.type(code)
        qtbot.waitUntil(lambda: page._middle.currentWidget() is page.hits and page._answered == code)
        counter.keys(*keys)

    typed("HD-BN03-26-000001")
    assert counter.due.startswith("131.675 đ")  # that bill, not all that its customer owes
    counter.keys(Key.Key_F9, Key.Key_F9)
    qtbot.waitUntil(lambda: len(shown.papers) == 1)
    typed("BL-BN03-26-000001")
    counter.dialog(ReceiptDialog)
    assert (page.scan.text(), page.basket.due) == ("", None)


def test_a_scan_into_the_tender_never_becomes_money(counter: Counter, desktop: Desktop, home: Home) -> None:
    page = counter.page
    other = add_home(desktop, "BN-007416", "Trần Thị Lan")
    bill(desktop, other, {"2026-11": 5})
    counter.scan("BN-007415")
    assert page.till.tender.hasFocus()
    counter.scan("HD-BN03-26-000003")
    assert page.basket.due is not None
    assert page.basket.due.customer_id == other.customer
    assert page.till.tendered() is None
    assert desktop.report_queries.books().receipts == 0


def test_part_payment_is_asked_about_and_change_may_stay(
    counter: Counter, desktop: Desktop, prompter: Asked, home: Home
) -> None:
    counter.scan("BN-007415")
    counter.type("100000")
    assert counter.back.startswith("243.045 đ")
    prompter.answers = False
    counter.keys(Key.Key_F9)
    assert prompter.questions == [
        (
            "Nguyễn Thị Như Quỳnh đưa 100.000 đ trên 343.045 đ phải thu. Còn nợ lại 243.045 đ.",
            "Thu một phần",
        )
    ]
    assert desktop.report_queries.books().receipts == 0
    prompter.answers = True
    counter.keys(Key.Key_F9)
    assert desktop.report_queries.books().receipts == 100_000
    counter.scan("BN-007415")
    counter.type("250000")
    counter.page.till.keep.setFocus()
    counter.keys(Key.Key_Space, Key.Key_F9)
    due = desktop.cash_queries.due(home.customer)
    assert due is not None
    assert (due.bills, due.credit) == ((), 6_955)


def test_a_receipt_is_taken_back_with_its_reason(
    counter: Counter, desktop: Desktop, prompter: Asked, shown: Shown
) -> None:
    page = counter.page
    counter.scan("BN-007415")
    counter.type("400000")
    counter.keys(Key.Key_F9)
    counter.qtbot.waitUntil(lambda: len(shown.papers) == 1)
    counter.scan("BL-BN03-26-000001")
    dialog = counter.dialog(ReceiptDialog)
    assert isinstance(dialog, ReceiptDialog)
    counter.keys(Key.Key_F9)
    counter.qtbot.waitUntil(lambda: len(shown.papers) == 2)
    page.activateWindow()
    counter.qtbot.waitUntil(page.isActiveWindow)
    page.recent.setFocus()
    counter.keys(Key.Key_Home, Key.Key_Return)
    dialog = counter.dialog(ReceiptDialog)
    assert isinstance(dialog, ReceiptDialog)
    prompter.reason = "Thu nhầm khách hàng"
    dialog._ask()
    counter.settle()
    assert prompter.questions[-1] == (
        "Hủy biên lai BL-BN03-26-000001 của Nguyễn Thị Như Quỳnh: trả lại khách 343.045 đ.",
        "Hủy BL-BN03-26-000001",
    )
    assert page.session is not None
    assert desktop.cash_queries.session(page.session.id).expected == 500_000
    assert [row.reversed_by for row in page._recent.values()] == ["Ngô Văn Tùng"]
    assert desktop.report_queries.books().balanced


def test_a_dialog_closed_too_soon_does_not_lose_what_was_taken_back(
    counter: Counter, desktop: Desktop, prompter: Asked, shown: Shown
) -> None:
    page = counter.page
    counter.scan("BN-007415")
    counter.type("400000")
    counter.keys(Key.Key_F9)
    counter.qtbot.waitUntil(lambda: len(shown.papers) == 1)
    counter.scan("BL-BN03-26-000001")
    dialog = counter.dialog(ReceiptDialog)
    assert isinstance(dialog, ReceiptDialog)
    prompter.reason = "Thu nhầm khách hàng"
    dialog._ask()
    dialog.reject()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    counter.settle()
    said = page.window().findChild(Toast, "toast")
    assert said is not None
    assert said.accessibleName() == "Đã hủy BL-BN03-26-000001. Trả lại khách 343.045 đ."
    assert page.till.back.isHidden()
    assert counter.in_drawer == "500.000 đ"
    assert page.recent.model().index(0, 3).data() == "đã hủy"


def test_what_was_taken_back_elsewhere_shows_at_once(
    counter: Counter, desktop: Desktop, shown: Shown
) -> None:
    page = counter.page
    counter.scan("BN-007415")
    counter.type("343045")
    counter.keys(Key.Key_F9)
    counter.qtbot.waitUntil(lambda: len(shown.papers) == 1)
    assert page.session is not None
    desktop.cash.reverse(
        page.room.person, next(iter(page._recent.values())).id, page.session.id, "Thu nhầm khách hàng"
    )
    page.refresh(frozenset({"reversal"}))
    assert counter.in_drawer == "500.000 đ"
    assert page.recent.model().index(0, 3).data() == "đã hủy"


def test_change_never_turns_into_a_prepayment(counter: Counter, desktop: Desktop, home: Home) -> None:
    page = counter.page
    counter.scan("BN-007415")
    counter.type("400000")
    # As when the money is kept and heard of before the page is told that it was: nothing is open any more.
    page.collect()
    page.room.jobs._lanes[Lane.DB].submit(lambda: None).result()  # after the money is kept
    assert desktop.report_queries.books().receipts == 343_045
    page.refresh(frozenset({"receipt", "allocation"}))
    assert not page.till.keep.isChecked()
    counter.settle()
    assert (page.till.back.accessibleName(), counter.back[:8]) == ("Tiền trả lại khách", "56.955 đ")


def test_money_in_hand_for_bills_another_desk_took_goes_back(
    counter: Counter, company: Company, desktop: Desktop, home: Home
) -> None:
    page, other = counter.page, company.desk("BN04")
    company.sync()
    counter.scan("BN-007415")
    counter.type("400000")
    mai = person(other, "mai")
    session = other.cash.open_session(mai, uuid4(), "VA", 0)
    other.cash.collect(
        mai, Collect(uuid4(), session, home.customer, page.basket.bill_ids(), 343_045, "Quỳnh")
    )
    company.sync()
    page.refresh(frozenset({"receipt"}))
    assert not page.till.keep.isChecked()
    assert page.till.back.accessibleName() == "Tiền trả lại khách"
    counter.keys(Key.Key_F9)
    assert page.basket.due is not None
    assert desktop.report_queries.books().receipts == 343_045


def test_the_drawer_is_counted_and_handed_in(counter: Counter, desktop: Desktop, shown: Shown) -> None:
    page = counter.page
    counter.scan("BN-007415")
    counter.type("343045")
    counter.keys(Key.Key_F9)
    counter.qtbot.waitUntil(lambda: len(shown.papers) == 1)
    assert page.session is not None
    session = page.session.id
    counter.keys(Key.Key_F10)
    dialog = counter.dialog(CloseDialog)
    assert isinstance(dialog, CloseDialog)
    for count in ("1", "1", "1", "", "2", "", "", "1"):
        counter.type(count)
        counter.keys(Key.Key_Return)
    said = dialog.difference.accessibleDescription()
    assert said == "−1.045 đ thiếu một nghìn không trăm bốn mươi lăm đồng"
    counter.keys(Key.Key_F9)
    assert "Vui lòng ghi" in dialog.wrong.text()
    assert dialog.note.hasFocus()
    dialog.loose.setFocus()
    counter.type("1045")
    assert dialog.difference.accessibleDescription().startswith("0 đ")
    counter.keys(Key.Key_F9)
    counter.qtbot.waitUntil(lambda: len(shown.papers) == 3)
    assert [title for _, title in shown.papers[1:]] == ["CT-BN03-26-000001", "NT-BN03-26-000001"]
    view = desktop.cash_queries.session(session)
    assert (view.open, view.counted, view.remitted) == (False, 843_045, 343_045)
    assert page.session is None


def test_the_transfer_code_says_what_is_due(counter: Counter) -> None:
    from app.domain.vietqr import parse

    counter.scan("BN-007415")
    counter.keys(Key.Key_F7)
    dialog = counter.dialog(QrDialog)
    assert isinstance(dialog, QrDialog)
    said = parse(dialog.text)
    assert (said["bank"], said["account"], said["amount"]) == ("970436", "1011017595600", "343045")
    assert said["purpose"] == "BN 007415"
    counter.keys(Key.Key_Escape)


def test_marks_of_what_is_not_sent_go_away(
    counter: Counter, company: Company, desktop: Desktop, shown: Shown
) -> None:
    page = counter.page
    counter.scan("BN-007415")
    counter.type("343045")
    counter.keys(Key.Key_F9)
    counter.qtbot.waitUntil(lambda: len(shown.papers) == 1)
    assert [row.unsent for row in page._recent.values()] == [True]
    company.sync()
    object.__setattr__(page.room, "acked", lambda: desktop.writer.vector()[page.room.device()][0])
    page.sent()
    assert [row.unsent for row in page._recent.values()] == [False]


def test_money_of_another_desk_shows_at_once(counter: Counter, company: Company, home: Home) -> None:
    page, other = counter.page, company.desk("BN04")
    company.sync()
    counter.scan("BN-007415")
    session = other.cash.open_session(person(other, "mai"), uuid4(), "VA", 0)
    first: UUID = page.basket.bill_ids()[0]
    other.cash.collect(
        person(other, "mai"), Collect(uuid4(), session, home.customer, (first,), 131_675, "Chồng chị Quỳnh")
    )
    company.sync()
    page.refresh(frozenset({"receipt"}))
    assert counter.due.startswith("211.370 đ")


def test_no_right_no_till(qtbot: QtBot, room: MoneyRoom, desktop: Desktop) -> None:
    page = CashPage(replace(room, person=person(desktop, "duc")))
    qtbot.addWidget(page)
    page.show()
    assert not page.till.isVisible()
    assert not page.close_button.isVisible()


def test_what_was_typed_stays_when_another_desk_is_heard_of(counter: Counter, home: Home) -> None:
    page = counter.page
    counter.scan("BN-007415")
    counter.type("400000")
    page.till.keep.setFocus()
    counter.keys(Key.Key_Space)
    page.till.payer.setText("Chồng chị Quỳnh")
    page.refresh(frozenset({"bill"}))
    assert (page.till.tendered(), page.till.keep.isChecked()) == (400_000, True)
    assert page.till.payer.text() == "Chồng chị Quỳnh"
    assert counter.back.startswith("56.955 đ")
    counter.keys(Key.Key_F9)
    due = page.room.cash_queries.due(home.customer)
    assert due is not None
    assert due.credit == 56_955
