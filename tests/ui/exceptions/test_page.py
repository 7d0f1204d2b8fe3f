"""What a supervisor does on the page, by keyboard, with what two real desks did apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid
from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.domain.exceptions import ACTS, GROUPS, KINDS
from app.failures import field_error
from app.queries.exceptions import ExceptionRow
from app.ui.exceptions.dialog import SettleDialog
from app.ui.exceptions.page import ExceptionsPage
from app.ui.exceptions.room import ExceptionRoom
from app.ui.exceptions.sides import SideCard
from app.ui.exceptions.words import SIGNS, done_words, group_words, kind_words
from app.ui.kit.buttons import Button
from app.ui.kit.jobs import JobRunner
from app.ui.kit.toast import Toast
from app.words import tr
from tests.idle import until_idle
from tests.money import Home, add_home
from tests.offices import Company, person
from tests.services.test_cash import bills_of, collect, open_session
from tests.services.test_exceptions import (
    done,
    home,
    name_of,
    other,
    owed_and_credit,
    paid_twice,
    quiet,
    renamed,
    settle,
)
from tests.services.test_readings import enter
from tests.ui.conftest import Asked
from tests.ui.money import Shown

__all__ = ["home", "other", "paid_twice", "renamed"]


class Open(Protocol):
    def __call__(self, login: str = "mai", desk: Desktop | None = None) -> ExceptionsPage: ...


@pytest.fixture
def page_of(
    qtbot: QtBot,
    desktop: Desktop,
    jobs: JobRunner,
    prompter: Asked,
    tmp_path: Path,
    active: Callable[[QWidget], QWidget],
) -> Open:
    """Opens the page of a person, as large as it is in a window of 1366 × 768."""

    def open_page(login: str = "mai", desk: Desktop | None = None) -> ExceptionsPage:
        desk = desk or desktop
        room = ExceptionRoom(
            exceptions=desk.exceptions,
            queries=desk.exception_queries,
            cash_queries=desk.cash_queries,
            device=lambda: desk.identity.device,
            rules=desk.rules,
            person=person(desk, login),
            clock=desk.clock,
            jobs=jobs,
            prompter=prompter,
            papers=tmp_path,
            show_paper=Shown(),
            new_id=uuid7,
        )
        page = ExceptionsPage(room)
        qtbot.addWidget(page)
        page.resize(1198, 704)
        active(page)
        until_idle(qtbot, jobs)
        return page

    return open_page


def said(widget: QWidget) -> str:
    return "\n".join(
        label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget) and label.text()
    )


def buttons(page: ExceptionsPage) -> list[str]:
    return [b.text() for b in page.sides.findChildren(Button) if b.isVisibleTo(page)]


def cards(page: ExceptionsPage) -> list[SideCard]:
    return [c for c in page.sides.findChildren(SideCard) if c.isVisibleTo(page)]


def cells(page: ExceptionsPage) -> list[list[str]]:
    return [[page.model.cell(row, n).text for n in range(4)] for row in range(page.model.rowCount())]


def dialog_of(page: ExceptionsPage) -> SettleDialog:
    return next(d for d in page.findChildren(SettleDialog) if d.isVisible())


def press(qtbot: QtBot, page: ExceptionsPage, key: Qt.Key) -> SettleDialog:
    """A key of the page that opens the question."""
    page.activateWindow()  # as a window manager does when a dialog is closed
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.keyClick(page.table, key)
    dialog = dialog_of(page)
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def answer(qtbot: QtBot, page: ExceptionsPage, dialog: SettleDialog, note: str = "") -> None:
    """Writes the note and sends it off; waits until the list is there again, or the refusal."""
    editor = dialog.form.editor("note")
    assert isinstance(editor, QPlainTextEdit)
    assert editor.hasFocus()
    editor.insertPlainText(note)
    seen = page._found
    qtbot.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    def over() -> bool:
        asks = isValid(dialog) and dialog.isVisible()
        return dialog.verb.isEnabled() if asks else page._found is not seen

    qtbot.waitUntil(over)


def test_both_sides_of_a_bill_paid_twice_and_one_key_to_settle_it(
    qtbot: QtBot, company: Company, desktop: Desktop, home: Home, page_of: Open, paid_twice: ExceptionRow
) -> None:
    open_session(desktop, "mai")
    page = page_of()
    assert cells(page) == [
        ["Hóa đơn thu thừa", "HD-BN03-26-000001", "Nguyễn Thị Như Quỳnh", "thừa 131.675 đ"]
    ]
    first, second = (said(card).split("\n") for card in cards(page))
    assert first[:4] == ["Biên lai", "131.675 đ", "BL-BN03-26-000001", "Ngô Văn Tùng · BN03"]
    assert second[:4] == ["Biên lai", "131.675 đ", "BL-BN04-26-000001", "Bùi Thị Mai · BN04"]
    assert "Hóa đơn kỳ 09/2026 thu thừa 131.675 đ." in said(page.sides)
    assert buttons(page) == [
        "F3  Xem khách hàng",
        "F6  Hủy, trả lại 131.675 đ",
        "F7  Hủy, trả lại 131.675 đ",
        "F9  Giữ làm tiền trả trước",
    ]
    dialog = press(qtbot, page, Qt.Key.Key_Return)
    assert "131.675 đ được giữ làm tiền trả trước" in said(dialog)
    answer(qtbot, page, dialog)
    assert page.model.rowCount() == 0
    assert "Không có trường hợp nào" in page._state.accessibleName()
    (shown,) = page.window().findChildren(Toast, "toast")
    assert shown.accessibleName() == "Đã xử lý: Hóa đơn thu thừa · HD-BN03-26-000001"
    quiet(company)
    assert done(desktop)[0][:4] == ("overpaid", "HD-BN03-26-000001", "credit", "Bùi Thị Mai")
    assert owed_and_credit(desktop, home) == ([211_370], 131_675)


def test_the_money_is_returned_from_ones_own_drawer(
    qtbot: QtBot, company: Company, desktop: Desktop, home: Home, page_of: Open, paid_twice: ExceptionRow
) -> None:
    page = page_of()  # without a session of one's own
    assert buttons(page) == ["F3  Xem khách hàng", "F6  Đến mục Thu tiền", "F9  Giữ làm tiền trả trước"]
    assert "mở ca thu của chính mình" in said(page.sides)
    with qtbot.waitSignal(page.record_asked) as asked:
        qtbot.keyClick(page.table, Qt.Key.Key_F6)
    assert asked.args == ["cash", ""]
    session = open_session(desktop, "mai")
    page.refresh(frozenset({"session_opened"}))
    qtbot.waitUntil(lambda: "F7  Hủy, trả lại 131.675 đ" in buttons(page))
    dialog = press(qtbot, page, Qt.Key.Key_F7)
    assert "BL-BN04-26-000001 (Bùi Thị Mai · BN04)" in said(dialog)
    answer(qtbot, page, dialog)  # the reason is there already
    quiet(company)
    assert desktop.cash_queries.session(session).returned == 131_675
    assert done(desktop)[0][5] == "Thu hai lần: HD-BN03-26-000001"


def test_what_needs_a_note_is_not_settled_without(
    qtbot: QtBot, company: Company, desktop: Desktop, other: Desktop, home: Home, page_of: Open
) -> None:
    ours = open_session(desktop)
    collect(desktop, ours, home, (), 100_000, keep_change=True)
    company.sync()
    first, second = bills_of(desktop, home)
    collect(desktop, ours, home, (first,), 31_675)
    collect(other, open_session(other), home, (second,), 111_370)
    company.sync()
    page = page_of()
    dialog = press(qtbot, page, Qt.Key.Key_F9)
    answer(qtbot, page, dialog)
    assert dialog.isVisible()
    assert field_error("required", tr) in said(dialog)
    assert page.model.rowCount() == 1
    answer(qtbot, page, dialog, "Khách nộp thêm kỳ sau")
    quiet(company)
    assert done(desktop)[0][4:] == ("BN03", "Khách nộp thêm kỳ sau")


def test_an_index_is_kept_and_the_next_is_chosen(
    qtbot: QtBot, company: Company, desktop: Desktop, other: Desktop, page_of: Open, renamed: ExceptionRow
) -> None:
    homes = [add_home(desktop, f"BN-00000{n}") for n in (1, 2)]
    company.sync()
    for each in homes:
        enter(desktop, each, 117)
        enter(other, each, 171)
    company.sync()
    page = page_of()
    kinds = [row[0] for row in cells(page)]
    assert kinds == ["Hai chỉ số cho một kỳ", "Hai chỉ số cho một kỳ", "Hai quầy cùng sửa"]
    first, second, _ = page.model.ids
    assert [b for b in buttons(page) if "chỉ số" in b] == ["F6  Lấy chỉ số này", "F9  Lấy chỉ số này"]
    assert page.table.choose(second)
    dialog = press(qtbot, page, Qt.Key.Key_F6)
    assert "117 m³ (Đặng Văn Đức · BN03)" in said(dialog)
    answer(qtbot, page, dialog)
    row = page._row()
    assert row is not None
    assert row.kind == "concurrent"
    answer(qtbot, page, press(qtbot, page, Qt.Key.Key_F9))  # the last of the list: the one before it
    assert page.table.current_id() == first
    answer(qtbot, page, press(qtbot, page, Qt.Key.Key_F6))
    assert page.model.rowCount() == 0
    with desktop.database.read.connect() as read:
        kept = read.exec_driver_sql("SELECT present FROM reading WHERE replaces IS NOT NULL").scalars().all()
    assert list(kept) == [117_000, 117_000]


def test_the_other_name_is_taken(
    qtbot: QtBot, company: Company, desktop: Desktop, home: Home, page_of: Open, renamed: ExceptionRow
) -> None:
    page = page_of()
    assert [card.accessibleName().split(", ")[:2] for card in cards(page)] == [
        ["Tên", "Đặng Văn Đực"],
        ["Tên", "Đặng Văn Đước"],
    ]
    assert buttons(page)[1:] == ["F6  Đổi sang nội dung này", "F9  Giữ nội dung này"]
    answer(qtbot, page, press(qtbot, page, Qt.Key.Key_F6))
    quiet(company)
    assert name_of(desktop, home) == "Đặng Văn Đực"


def test_settled_by_another_desk_meanwhile(
    qtbot: QtBot, company: Company, desktop: Desktop, other: Desktop, page_of: Open, paid_twice: ExceptionRow
) -> None:
    page = page_of()
    dialog = press(qtbot, page, Qt.Key.Key_F9)
    settle(other, paid_twice, "credit", note="Đã gọi khách")
    company.sync()
    answer(qtbot, page, dialog)
    assert "Bùi Thị Mai đã xử lý trường hợp này." in said(dialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)
    page.chips.choose("settled")
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    assert cells(page)[0][:2] == ["Hóa đơn thu thừa", "HD-BN03-26-000001"]
    assert cells(page)[0][3].startswith("Giữ làm tiền trả trước · Bùi Thị Mai · ")
    assert "Đã gọi khách" in said(page.sides)
    assert buttons(page) == ["F3  Xem khách hàng"]


@pytest.mark.parametrize("login", ["tung", "yen", "duc", "admin"])
def test_others_see_and_do_not_act(
    qtbot: QtBot, page_of: Open, paid_twice: ExceptionRow, home: Home, login: str
) -> None:
    page = page_of(login)
    assert len(cards(page)) == 2
    assert buttons(page) == ["F3  Xem khách hàng"]
    assert "Người phụ trách xử lý trường hợp này." in said(page.sides)
    for key in (Qt.Key.Key_F9, Qt.Key.Key_F6):
        qtbot.keyClick(page.table, key)
    assert page.findChildren(SettleDialog) == []
    with qtbot.waitSignal(page.record_asked) as asked:
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert asked.args == ["customers", home.customer]


def test_kinds_are_found_by_what_they_are_about(
    qtbot: QtBot, page_of: Open, paid_twice: ExceptionRow, jobs: JobRunner
) -> None:
    page = page_of()
    page.chips.choose("readings")
    until_idle(qtbot, jobs)
    assert page.model.rowCount() == 0
    assert page.show_record(paid_twice.id)
    until_idle(qtbot, jobs)
    assert page._row() == paid_twice
    assert page.show_record("")
    assert not page.show_record(7)


def test_every_kind_and_act_has_its_words() -> None:
    assert list(kind_words()) == list(SIGNS) == list(KINDS)
    assert list(group_words()) == list(GROUPS)
    assert {act.name for acts in ACTS.values() for act in acts} == done_words().keys()
