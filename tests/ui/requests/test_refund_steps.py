"""A refund through its forms, each by its own person, by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.services.cash import Collect
from app.ui.kit.inputs import MoneyEdit, NoteEdit
from app.ui.kit.letters import LetterBox
from app.ui.kit.menus import MenuButton
from app.ui.requests.page import RequestsPage
from app.ui.requests.room import RequestRoom
from app.ui.requests.steps import StepDialog, may_step
from tests.documents.reading import text_of
from tests.offices import person
from tests.refunds import REASON, approved, billed_home, checked, claim, keep, open_drawer, pay_bill, pay_out
from tests.ui.conftest import Shown
from tests.ui.requests.test_intake import commit
from tests.ui.requests.test_page import acts, settle, the_dialog

Key = Qt.Key
RoomOf = Callable[[str], RequestRoom]
Show = Callable[[RequestRoom, UUID], RequestsPage]


@pytest.fixture
def show(qtbot: QtBot, page_of: Callable[[RequestRoom], RequestsPage]) -> Show:
    """A person's page with a request in sight."""

    def make(room: RequestRoom, request: UUID) -> RequestsPage:
        page = page_of(room)
        page.show_record(request)
        settle(qtbot, room)
        qtbot.waitUntil(lambda: page.inspector.story is not None and page.inspector.story.row.id == request)
        return page

    return make


def step(qtbot: QtBot, page: RequestsPage) -> StepDialog:
    """F3."""
    qtbot.keyClick(page, Key.Key_F3)
    dialog = the_dialog(qtbot, page)
    assert isinstance(dialog, StepDialog)
    return dialog


def words_in(dialog: QWidget) -> str:
    return "\n".join(each.text() for each in dialog.findChildren(QLabel) if each.isVisible())


def editor(dialog: StepDialog, name: str) -> QWidget:
    return dialog.form.editor(name)


def done(qtbot: QtBot, page: RequestsPage, room: RequestRoom, dialog: StepDialog) -> None:
    qtbot.keyClick(dialog, Key.Key_F3)
    settle(qtbot, room)
    qtbot.waitUntil(lambda: not any(each.isVisible() for each in page.findChildren(StepDialog)))


def test_from_the_claim_to_the_slip(
    qtbot: QtBot, desktop: Desktop, room_of: RoomOf, show: Show, shown: Shown
) -> None:
    home, bill_id, total = billed_home(desktop)
    session = open_drawer(desktop)
    keep(desktop, session, home.customer, 60_000)
    pay_bill(desktop, session, home.customer, bill_id)
    request = claim(desktop, home.customer)

    yen = room_of("yen")
    page = show(yen, request)
    dialog = step(qtbot, page)
    amount, seen, found = (editor(dialog, name) for name in ("amount", "receipts", "words"))
    assert isinstance(amount, MoneyEdit)
    assert isinstance(seen, QLineEdit)
    assert isinstance(found, NoteEdit)
    assert amount.hasFocus()
    assert amount.value() == 60_000
    assert "Công ty đang giữ, chưa trừ vào hóa đơn: 60.000 đ" in words_in(dialog)
    amount.set_value(60_001)
    qtbot.keyClick(dialog, Key.Key_F3)
    settle(qtbot, yen)
    assert "Công ty không giữ nhiều tiền của khách hàng như vậy" in words_in(dialog)
    assert "Vui lòng" in words_in(dialog) or "Cần" in words_in(dialog)  # the reason is missing too
    amount.set_value(45_000)
    seen.setText("BL-BN03-26-000001; tờ viết tay 17")
    commit(found, REASON)
    done(qtbot, page, yen, dialog)

    mai = room_of("mai")
    page = show(mai, request)
    dialog = step(qtbot, page)
    said = words_in(dialog)
    assert "Số tiền trả lại: 45.000 đ (bốn mươi lăm nghìn đồng)" in said
    assert REASON in said
    assert "BL-BN03-26-000001, tờ viết tay 17" in said
    done(qtbot, page, mai, dialog)

    tung = room_of("tung")
    page = show(tung, request)
    dialog = step(qtbot, page)
    payee, told = editor(dialog, "payee"), editor(dialog, "words")
    assert isinstance(payee, QLineEdit)
    assert isinstance(told, NoteEdit)
    assert payee.text() == "Nguyễn Thị Như Quỳnh"
    assert told.toPlainText() == "Đã trả lại 45.000 đ tiền nộp thừa bằng tiền mặt."
    assert f"có {1_060_000 + total:,} đ".replace(",", ".") in words_in(dialog)
    payee.setText("Trần Văn Con")
    done(qtbot, page, tung, dialog)
    (paper,) = shown.files
    text = text_of(paper.read_bytes())
    for words in ("02-TT", "PC-BN03-26-000001", "Trần Văn Con", "45.000 đ", "Bốn mươi lăm nghìn đồng", REASON,
                  "tờ viết tay 17", "Bùi Thị Mai", "Hoàng Thị Yến", "Ngô Văn Tùng"):  # fmt: skip
        assert words in text, words
    assert desktop.cash_queries.session(session).paid_out == 45_000


def test_the_slip_is_printed_again_as_a_copy(
    qtbot: QtBot, desktop: Desktop, room_of: RoomOf, show: Show, shown: Shown
) -> None:
    home, *_ = billed_home(desktop)
    session = open_drawer(desktop)
    keep(desktop, session, home.customer, 60_000)
    request = approved(desktop, home.customer, 60_000)
    yen = room_of("yen")
    page = show(yen, request)
    assert "In lại phiếu chi" not in offered(page)  # no money has gone out yet
    code = pay_out(desktop, request, session).code
    page.reload()
    settle(qtbot, yen)
    assert "In lại phiếu chi" in offered(page)
    page.inspector.do("slip_again")
    settle(qtbot, yen)
    (paper,) = shown.files
    assert paper.name == f"{code}.pdf"
    text = text_of(paper.read_bytes())
    assert text.count("BẢN SAO") == 2
    for words in (code, "60.000 đ", "Bùi Thị Mai", "Ngô Văn Tùng"):
        assert words in text, words
    # Who may not print papers again is not offered it.
    worker = room_of("duc")
    assert "In lại phiếu chi" not in offered(show(worker, request))


def offered(page: RequestsPage) -> list[str]:
    """What waits behind F10."""
    menus = [each for each in page.inspector.findChildren(MenuButton) if each.isVisible()]
    return [choice.words for menu in menus for choice in menu.choices]


def test_kept_as_credit_has_no_payee(qtbot: QtBot, desktop: Desktop, room_of: RoomOf, show: Show) -> None:
    home, *_ = billed_home(desktop)
    keep(desktop, open_drawer(desktop), home.customer, 60_000)
    request = approved(desktop, home.customer, 60_000)
    tung = room_of("tung")
    page = show(tung, request)
    dialog = step(qtbot, page)
    how, told = editor(dialog, "how"), editor(dialog, "words")
    assert isinstance(how, LetterBox)
    assert isinstance(told, NoteEdit)
    qtbot.keyClick(how, Key.Key_Down)
    assert how.currentData() == "credit"
    assert not editor(dialog, "payee").isVisible()
    assert "tiền trả trước" in told.toPlainText()
    told.clear()
    commit(told, "Chị giữ lại cho kỳ sau ạ.")
    qtbot.keyClick(how, Key.Key_Up)
    assert told.toPlainText() == "Chị giữ lại cho kỳ sau ạ."  # own words stay
    qtbot.keyClick(how, Key.Key_Down)
    done(qtbot, page, tung, dialog)
    assert desktop.request_queries.rows([request])[request].state == "answered"


def test_without_a_drawer_it_says_what_to_do(
    qtbot: QtBot, desktop: Desktop, room_of: RoomOf, show: Show
) -> None:
    home, *_ = billed_home(desktop)
    keep(desktop, open_drawer(desktop, login="mai"), home.customer, 60_000, "mai")
    request = approved(desktop, home.customer, 60_000)
    tung = room_of("tung")
    page = show(tung, request)
    dialog = step(qtbot, page)
    how = editor(dialog, "how")
    assert isinstance(how, LetterBox)
    assert how.currentData() == "credit"
    qtbot.keyClick(how, Key.Key_Up)
    qtbot.keyClick(dialog, Key.Key_F3)
    settle(qtbot, tung)
    assert "Mở ca" in words_in(dialog) or "ca thu" in words_in(dialog)
    assert dialog.isVisible()


def test_a_refusal_is_the_answer(qtbot: QtBot, desktop: Desktop, room_of: RoomOf, show: Show) -> None:
    home, *_ = billed_home(desktop)
    keep(desktop, open_drawer(desktop), home.customer, 60_000)
    request = claim(desktop, home.customer)
    checked(desktop, request, 60_000)
    mai = room_of("mai")
    page = show(mai, request)
    dialog = step(qtbot, page)
    decision, why = editor(dialog, "decision"), editor(dialog, "words")
    assert isinstance(decision, LetterBox)
    assert isinstance(why, NoteEdit)
    qtbot.keyClick(decision, Key.Key_Down)
    qtbot.keyClick(dialog, Key.Key_F3)
    settle(qtbot, mai)
    assert dialog.isVisible()  # a no says why
    commit(why, "Biên lai này của hộ số 14.")
    done(qtbot, page, mai, dialog)
    story = desktop.request_queries.story(request, mai.viewer)
    assert story is not None
    assert (story.row.state, story.answer) == ("answered", "Biên lai này của hộ số 14.")


def test_each_step_is_offered_to_who_may(desktop: Desktop, room_of: RoomOf, show: Show) -> None:
    """The cashier sees the step at which money goes out, not the others."""
    home, *_ = billed_home(desktop)
    session = open_drawer(desktop)
    keep(desktop, session, home.customer, 60_000)
    request = claim(desktop, home.customer)
    offered: list[set[str]] = []

    def who() -> None:
        may = set()
        for login in ("yen", "mai", "tung", "duc"):
            room = room_of(login)
            story = room.queries.story(request, room.viewer)
            assert story is not None
            if may_step(room, story):
                may.add(login)
        offered.append(may)

    who()
    assert "F3  Xong bước này" not in acts(show(room_of("tung"), request))
    checked(desktop, request, 60_000)
    who()
    desktop.refunds.approve(person(desktop, "mai"), request, True)
    who()
    pay_out(desktop, request, session)
    who()
    assert offered == [{"yen", "mai"}, {"mai"}, {"mai", "tung"}, set()]


def test_what_was_used_meanwhile_is_said_before(
    qtbot: QtBot, desktop: Desktop, room_of: RoomOf, show: Show
) -> None:
    home, bill_id, total = billed_home(desktop)
    session = open_drawer(desktop)
    keep(desktop, session, home.customer, total)
    request = claim(desktop, home.customer)
    checked(desktop, request, total)
    desktop.cash.collect(
        person(desktop, "tung"), Collect(uuid4(), session, home.customer, (bill_id,), 0, "Khách")
    )
    mai = room_of("mai")
    dialog = step(qtbot, show(mai, request))
    assert "Hiện chỉ còn giữ 0 đ" in words_in(dialog)
    with pytest.raises(AppError, match="not_there"):
        desktop.refunds.approve(mai.person, request, True)
