"""A bill that was paid twice, from the claim to the money handed in: each in the window as his own person."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.ui.cash.closing import CloseDialog
from app.ui.kit.inputs import NoteEdit
from app.ui.requests.steps import StepDialog
from app.window.frame import DeskWindow
from tests.journeys.conftest import Open
from tests.journeys.windows import desk_of, go, good, main_of, settle
from tests.offices import Company, person
from tests.refunds import REASON, billed_home, claim, open_drawer, pay_bill
from tests.ui.requests.test_intake import commit

Key = Qt.Key


def words_in(widget: QWidget) -> str:
    return "\n".join(each.text() for each in widget.findChildren(QLabel) if each.isVisible())


def step_of(qtbot: QtBot, window: DeskWindow, login: str, request: UUID) -> StepDialog:
    """A person signs in, goes to the request and presses F3."""
    window.open_for(person(desk_of(window), login))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    settle(qtbot, window)
    page = go(qtbot, window, login, "requests")
    main_of(window).show_record("requests", request)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: page.inspector.story is not None)  # type: ignore[attr-defined]
    page.setFocus()
    qtbot.keyClick(page, Key.Key_F3)
    return dialog_of(qtbot, StepDialog)


def dialog_of(qtbot: QtBot, kind: type[QWidget]) -> QWidget:
    def found() -> list[QWidget]:
        return [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]

    qtbot.waitUntil(lambda: len(found()) == 1)
    dialog = found()[0]
    dialog.activateWindow()  # a window manager would have done it
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def finish(qtbot: QtBot, window: DeskWindow, dialog: QWidget, key: Qt.Key = Key.Key_F3) -> None:
    """The dialog's verb; it is gone once that is done."""
    gone: list[bool] = []
    dialog.destroyed.connect(lambda: gone.append(True))
    qtbot.keyClick(dialog, key)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: bool(gone))


def test_paid_twice_and_paid_back(qtbot: QtBot, company: Company, home: Path, open_window: Open) -> None:
    window = open_window(home)
    desk = desk_of(window)
    other = company.desk("BN04")
    customer, bill_id, total = billed_home(desk)
    desk.client.once()
    company.sync()
    session = open_drawer(desk, 200_000)
    pay_bill(desk, session, customer.customer, bill_id)
    pay_bill(other, open_drawer(other, 0, "mai"), customer.customer, bill_id, "mai")
    company.sync()
    desk.client.once()
    request = claim(desk, customer.customer)

    dialog = step_of(qtbot, window, "yen", request)
    assert "thừa ở hóa đơn" in words_in(dialog)
    found = dialog.form.editor("words")  # type: ignore[attr-defined]
    assert isinstance(found, NoteEdit)
    commit(found, REASON)
    finish(qtbot, window, dialog)

    finish(qtbot, window, step_of(qtbot, window, "mai", request))

    dialog = step_of(qtbot, window, "tung", request)
    assert f"Quỹ của ca {desk.cash_queries.session(session).code}" in words_in(dialog)
    finish(qtbot, window, dialog)
    assert desk.request_queries.rows([request])[request].state == "closed"

    for paper in QApplication.topLevelWidgets():
        if isinstance(paper, QDialog) and paper.isVisible():  # the pay-out slip
            paper.close()
    page = go(qtbot, window, "tung", "cash")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    page.setFocus()
    settle(qtbot, window)
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_F10)
    closing = dialog_of(qtbot, CloseDialog)
    said = words_in(closing)
    assert "Chi trả tiền thừa" in said
    back = f"−{total:,} đ".replace(",", ".")
    assert back in said
    closing.loose.set_value(200_000)  # type: ignore[attr-defined]
    finish(qtbot, window, closing, Key.Key_F9)
    view = desk.cash_queries.session(session)
    assert (view.open, view.counted, view.expected, view.paid_out) == (False, 200_000, 200_000, total)
    desk.client.once()
    company.sync()
    for each in (desk, other):
        books = each.report_queries.books()
        assert books.balanced
        assert (books.receipts, books.payouts, books.credit) == (2 * total, total, 0)
        assert good(each)
    assert other.exception_queries.ids() == []
