"""Taking in a request, by keyboard alone, in the real window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.queries.requests import RequestRow
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone
from app.ui.kit.toast import Toast
from app.ui.requests.intake import IntakeDialog
from app.ui.requests.page import RequestsPage
from app.ui.requests.room import RequestRoom
from app.ui.shell.window import MainWindow, Section
from tests.services.test_drafts import drafts
from tests.services.test_requests import add_customer, good, new
from tests.ui.conftest import Shown

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
Active = Callable[[QWidget], QWidget]


@pytest.fixture
def window(qtbot: QtBot, room: RequestRoom, active: Active) -> MainWindow:
    section = Section("requests", lambda: "Yêu cầu", "message-exclamation", lambda: RequestsPage(room))
    window = MainWindow([section], office="Chi nhánh Bắc Ninh", desk="Quầy 1 · BN03", person="Yến")
    qtbot.addWidget(window)
    active(window)
    window.open_section("requests")
    return window


class Hand:
    """Types where the keyboard is, as a person does."""

    def __init__(self, qtbot: QtBot, window: QWidget) -> None:
        self._qtbot, self._window = qtbot, window

    def type(self, *parts: str | Key, with_: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for part in parts:
            at = QApplication.focusWidget() or self._window
            if isinstance(part, str) and part.isascii():
                self._qtbot.keyClicks(at, part)
            elif isinstance(part, str):
                commit(at, part)
            else:
                self._qtbot.keyClick(at, part, with_)

    def open_intake(self) -> IntakeDialog:
        self.type(Key.Key_F2)
        self._qtbot.waitUntil(lambda: bool(self._shown()))
        dialog = self._shown()[0]
        dialog.activateWindow()  # a window manager would have done it
        self._qtbot.waitUntil(dialog.isActiveWindow)
        return dialog

    def _shown(self) -> list[IntakeDialog]:
        return [each for each in self._window.findChildren(IntakeDialog) if each.isVisible()]


def commit(at: QWidget, text: str) -> None:
    """Letters with accents come from the input method."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(at, event)


@pytest.fixture
def hand(qtbot: QtBot, window: MainWindow) -> Hand:
    return Hand(qtbot, window)


def only_row(desktop: Desktop) -> RequestRow:
    queries = desktop.request_queries
    viewer = queries.viewer(UUID(int=0), ["supervisor"])
    ids = queries.ids("all", viewer, desktop.clock.now())
    assert len(ids) == 1
    return queries.rows(ids)[ids[0]]


def test_a_customer_at_the_counter(
    qtbot: QtBot, desktop: Desktop, window: MainWindow, hand: Hand, shown: Shown
) -> None:
    customer = add_customer(desktop)
    add_customer(desktop, "BN-000009", "Nguyễn Thị Hoa")
    clerk = hand_person(window)
    old = desktop.requests.register(clerk, new("bill", customer_id=customer, words="Tăng gấp ba"))
    desktop.clock.advance(timedelta(days=3))  # type: ignore[attr-defined]
    dialog = hand.open_intake()
    form = dialog.form
    hand.type("nhu quynh", Key.Key_Return)  # typed faster than found
    qtbot.waitUntil(lambda: form.customer.customer_id == customer)
    assert QApplication.focusWidget() is form.types
    qtbot.waitUntil(lambda: "Tăng gấp ba" in words_in(dialog.panel))
    assert "Yêu cầu đang mở: 1" in words_in(dialog.panel)
    hand.type("mat", Key.Key_Return, Key.Key_Return)
    assert form.types.currentText() == "Mất nước"
    hand.type("Mất nước từ sáng, cả ngõ 12")
    hand.type(Key.Key_Return, with_=CTRL)
    qtbot.waitUntil(lambda: bool(shown.files))
    viewer = desktop.request_queries.viewer(customer, ["supervisor"])
    ids = desktop.request_queries.ids("open", viewer, desktop.clock.now())
    row = desktop.request_queries.rows(ids)[next(each for each in ids if each != old.id)]
    assert (row.code, row.type_code, row.channel) == ("YC-BN03-26-000001", "no_supply", "walk_in")
    assert (row.customer_id, row.contact_name, row.phone) == (
        customer, "Nguyễn Thị Như Quỳnh", "0912345678",
    )  # fmt: skip
    assert row.words == "Mất nước từ sáng, cả ngõ 12"
    assert [file.name for file in shown.files] == ["YC-BN03-26-000001.pdf"]
    assert shown.files[0].read_bytes().startswith(b"%PDF")
    page = window.page("requests")
    assert isinstance(page, RequestsPage)
    qtbot.waitUntil(lambda: page.table.current_id() == row.id)
    assert good(desktop)


def test_one_who_is_no_customer_on_the_phone(
    qtbot: QtBot, desktop: Desktop, hand: Hand, shown: Shown
) -> None:
    form = hand.open_intake().form
    hand.type("Người qua đường")
    qtbot.waitUntil(lambda: form.customer.list().isVisible())
    hand.type(Key.Key_Return)
    assert QApplication.focusWidget() is form.types
    hand.type("ro", Key.Key_Return, "di")
    assert form.channels.currentText() == "Điện thoại"
    hand.type(Key.Key_Return, "Rò rỉ trước nhà số 5", Key.Key_Tab)
    assert form.values()["contact_name"] == "Người qua đường"
    hand.type(Key.Key_F9)
    qtbot.waitUntil(lambda: bool(form.findChild(QWidget, "phone.below").text()))  # type: ignore[attr-defined]
    assert QApplication.focusWidget() is form.editor("phone")
    hand.type("0988 777 666", Key.Key_F9)
    qtbot.waitUntil(lambda: bool(desktop.request_queries.ids(
        "all", desktop.request_queries.viewer(UUID(int=0), ["supervisor"]), desktop.clock.now()
    )))  # fmt: skip
    row = only_row(desktop)
    assert (row.contact_name, row.phone, row.customer_id) == ("Người qua đường", "0988777666", None)
    assert not shown.files  # nobody waits for a slip on the phone


@pytest.mark.parametrize("end", [Key.Key_Tab, Key.Key_F9])
def test_a_name_typed_into_the_search_and_left_is_not_lost(qtbot: QtBot, hand: Hand, end: Key) -> None:
    form = hand.open_intake().form
    hand.type("Người qua đường", end)
    qtbot.waitUntil(lambda: form.values()["contact_name"] == "Người qua đường")
    assert form.customer.customer_id is None
    if end is Key.Key_Tab:
        assert QApplication.focusWidget() is form.types
        hand.type(Key.Key_Tab, Key.Key_Tab)
        assert not form.customer.list().isVisible()


def test_a_name_that_stands_in_the_search_yet_is_saved(hand: Hand) -> None:
    form = hand.open_intake().form
    hand.type("Người qua đường")
    assert QApplication.focusWidget() is form.customer
    assert form.new_request(UUID(int=1)).contact_name == "Người qua đường"


def test_who_is_typed_over_the_name_by_hand_stays(qtbot: QtBot, hand: Hand) -> None:
    form = hand.open_intake().form
    hand.type("Lan", Key.Key_Tab)
    qtbot.waitUntil(lambda: form.values()["contact_name"] == "Lan")
    form.editor("contact_name").setFocus()
    hand.type(Key.Key_End, " Anh")
    form.customer.setFocus()
    hand.type(Key.Key_Tab)
    assert form.new_request(UUID(int=1)).contact_name == "Lan Anh"


def test_a_whole_code_left_with_tab_is_that_customer(qtbot: QtBot, desktop: Desktop, hand: Hand) -> None:
    customer = add_customer(desktop)
    form = hand.open_intake().form
    hand.type("bn-007415", Key.Key_Tab)
    qtbot.waitUntil(lambda: form.customer.customer_id == customer)
    assert form.values()["contact_name"] == "Nguyễn Thị Như Quỳnh"
    assert QApplication.focusWidget() is form.types


def test_the_opinion_is_asked_once_there_is_an_answer(hand: Hand) -> None:
    dialog = hand.open_intake()
    form = dialog.form
    form.types.setCurrentIndex(form.types.findData("leak"))
    assert not form.scores.isVisible()
    form.set_values({"answer": "Thứ ba"})
    assert form.scores.isVisible()
    form.channels.setCurrentIndex(form.channels.findData("letter"))
    assert not form.scores.isVisible()


def test_attaching_is_in_sight_at_intake(qtbot: QtBot, window: MainWindow, hand: Hand) -> None:
    window.resize(1366, 768)
    dialog = hand.open_intake()
    form = dialog.form
    form.types.setCurrentIndex(form.types.findData("leak"))
    button = dialog.scans.attach_button
    qtbot.waitUntil(lambda: button.visibleRegion().boundingRect().height() == button.height())


def test_an_information_answered_at_once_leaves_nothing_open(
    qtbot: QtBot, desktop: Desktop, window: MainWindow, hand: Hand, shown: Shown
) -> None:
    add_customer(desktop)
    dialog = hand.open_intake()
    hand.type("BN-007415", Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.form.customer.customer_id is not None)
    hand.type("hoi", Key.Key_Return, Key.Key_Return, "Hỏi lịch thu", Key.Key_Tab)
    dialog.form.editor("answer").setFocus()
    hand.type("Thứ ba", Key.Key_F9)
    qtbot.waitUntil(lambda: bool(window.findChildren(Toast, "toast")))
    assert only_row(desktop).state == "closed"
    assert not shown.files


def test_what_was_typed_survives_a_crash(
    qtbot: QtBot, desktop: Desktop, window: MainWindow, hand: Hand, room: RequestRoom
) -> None:
    customer = add_customer(desktop)
    dialog = hand.open_intake()
    hand.type("BN-007415", Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.form.customer.customer_id == customer)
    hand.type("ro", Key.Key_Return, Key.Key_Return, "Rò rỉ trước nhà")
    qtbot.waitUntil(lambda: kept_words(room) == "Rò rỉ trước nhà")
    dialog._keeping.stop()  # the power goes: nothing more is written
    dialog.hide()
    dialog.deleteLater()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    again = hand.open_intake()
    values = again.form.values()
    assert (values["type_code"], values["words"]) == ("leak", "Rò rỉ trước nhà")
    assert again.form.customer.customer_id == customer
    assert again.form.customer.text() == "BN-007415 · Nguyễn Thị Như Quỳnh"
    assert again._entry_id == dialog._entry_id
    hand.type(Key.Key_F9)
    qtbot.waitUntil(lambda: drafts(desktop) == 0)
    assert only_row(desktop).customer_id == customer


def test_the_next_customer_is_not_glued_to_the_one_before(
    qtbot: QtBot, desktop: Desktop, window: MainWindow, hand: Hand, room: RequestRoom
) -> None:
    add_customer(desktop)
    dialog = hand.open_intake()
    hand.type("BN-007415", Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.form.editor("contact_name").text() != "")
    hand.type(Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(IntakeDialog))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    dialog = hand.open_intake()  # only who asks was there: nothing to bring back
    assert dialog.form.customer.text() == ""
    hand.type("BN-007415", Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.form.editor("contact_name").text() != "")
    hand.type("ro", Key.Key_Return, Key.Key_Return, "Rò rỉ trước nhà", Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(IntakeDialog))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    dialog = hand.open_intake()
    assert dialog.form.values()["words"] == "Rò rỉ trước nhà"
    hand.type("nguoi qua duong", Key.Key_Return)
    assert dialog.form.customer.text() == "nguoi qua duong"
    qtbot.waitUntil(lambda: dialog.form.values()["contact_name"] == "nguoi qua duong")


def test_saved_just_before_the_crash_is_not_saved_twice(
    qtbot: QtBot, desktop: Desktop, window: MainWindow, hand: Hand, room: RequestRoom
) -> None:
    dialog = hand.open_intake()
    for name, text in (("words", "Rò rỉ"), ("contact_name", "Lan"), ("phone", "0912345678")):
        dialog.form.set_values({name: text})
    dialog.form.types.setCurrentIndex(dialog.form.types.findData("leak"))
    desktop.requests.register(room.person, dialog.form.new_request(dialog._entry_id))
    hand.type(Key.Key_F9)
    qtbot.waitUntil(lambda: bool(window.findChildren(Toast, "toast")))
    assert [t.accessibleName() for t in window.findChildren(Toast, "toast")] == [
        "Yêu cầu này đã được lưu trước đó."
    ]
    assert only_row(desktop).words == "Rò rỉ"


def test_escape_keeps_and_says_so_and_begin_anew_forgets(
    qtbot: QtBot, window: MainWindow, hand: Hand, room: RequestRoom
) -> None:
    dialog = hand.open_intake()
    dialog.form.editor("words").setFocus()
    hand.type("Đang nói dở", Key.Key_Escape)
    qtbot.waitUntil(lambda: kept_words(room) == "Đang nói dở")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    again = hand.open_intake()
    assert again.form.values()["words"] == "Đang nói dở"
    again.throw_away()
    qtbot.waitUntil(lambda: kept_words(room) is None)
    assert again.form.kept() is None
    assert again._entry_id != dialog._entry_id


def test_a_letter_from_the_box_without_a_name(
    qtbot: QtBot, desktop: Desktop, window: MainWindow, hand: Hand
) -> None:
    window.resize(1366, 768)
    form = hand.open_intake().form
    form.types.setCurrentIndex(form.types.findData("denunciation"))
    form.channels.setCurrentIndex(form.channels.findData("box"))
    form.editor("words").setFocus()
    hand.type("Nhân viên thu thêm tiền")
    hand.type(Key.Key_F9)
    refused = "Vui lòng nhập ô này, hoặc đánh dấu “Không nêu tên”."
    qtbot.waitUntil(lambda: below(form, "contact_name") == refused)
    assert below(form, "phone")
    name, nameless = form.editor("contact_name"), form.editor("anonymous")
    assert QApplication.focusWidget() is name
    for each in (name, nameless):
        assert each.visibleRegion().boundingRect().height() == each.height()
    level = nameless.mapTo(form, nameless.rect().center()).y()
    assert 0 <= level - name.mapTo(form, name.rect().topLeft()).y() <= name.height()
    hand.type(Key.Key_Tab)
    assert QApplication.focusWidget() is nameless
    hand.type(Key.Key_Space)
    assert (below(form, "contact_name"), below(form, "phone")) == ("", "")
    hand.type(Key.Key_F9)
    qtbot.waitUntil(lambda: only_row(desktop).channel == "box")


def test_what_was_refused_goes_with_its_cause(qtbot: QtBot, hand: Hand) -> None:
    form = hand.open_intake().form
    form.types.setCurrentIndex(form.types.findData("leak"))
    hand.type(Key.Key_F9)
    qtbot.waitUntil(lambda: bool(below(form, "words")))
    assert QApplication.focusWidget() is form.editor("words")
    hand.type("R")
    assert (below(form, "words"), bool(below(form, "phone"))) == ("", True)
    form.editor("address").setFocus()
    hand.type("12")
    assert (below(form, "phone"), bool(below(form, "contact_name"))) == ("", True)
    form.editor("phone").setFocus()
    hand.type("1", Key.Key_F9)
    qtbot.waitUntil(lambda: below(form, "phone").startswith("Đây không phải số điện thoại."))
    form.editor("address").setFocus()
    hand.type("3")
    assert below(form, "phone")


def test_what_is_brought_back_begins_at_the_customer_and_says_how_to_begin_anew(
    qtbot: QtBot, desktop: Desktop, window: MainWindow, hand: Hand, room: RequestRoom
) -> None:
    customer = add_customer(desktop)
    form = hand.open_intake().form
    hand.type("BN-007415", Key.Key_Return)
    qtbot.waitUntil(lambda: form.customer.customer_id == customer)
    form.editor("words").setFocus()
    hand.type("Rò rỉ trước nhà", Key.Key_Escape)
    qtbot.waitUntil(lambda: kept_words(room) == "Rò rỉ trước nhà")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    dialog = hand.open_intake()
    assert QApplication.focusWidget() is dialog.form.customer
    assert "Nhập tiếp, hoặc bấm Ctrl+N để nhập yêu cầu mới." in words_in(dialog)
    assert not dialog.form.editor("anonymous").isVisible()
    hand.type(Key.Key_Return)
    assert dialog.form.customer.customer_id == customer
    assert QApplication.focusWidget() is dialog.form.types
    hand.type(Key.Key_N, with_=CTRL)
    assert dialog.form.customer.customer_id is None
    assert dialog.form.editor("anonymous").isVisible()
    assert QApplication.focusWidget() is dialog.form.customer


def test_a_letter_that_came_days_ago(qtbot: QtBot, desktop: Desktop, hand: Hand) -> None:
    dialog = hand.open_intake()
    form = dialog.form
    assert form.editor("answer").isVisible()
    assert not form.editor("arrived_on").isVisible()
    form.channels.setFocus()
    hand.type("thu")
    assert form.channels.currentData() == "letter"
    assert not form.editor("answer").isVisible()
    assert form.editor("arrived_on").isVisible()
    assert dialog.verb.accessibleName() == "Lưu"
    form.came.setDate(form.came.date().addDays(-2))
    arrived = form.arrived_at()
    assert arrived is not None
    assert (desktop.clock.now() - arrived) > timedelta(days=2)


def words_in(widget: QWidget) -> str:
    from PySide6.QtWidgets import QAbstractButton

    parts = [each.text() for each in widget.findChildren(QLabel) if each.isVisible()]
    parts += [each.text() for each in widget.findChildren(QAbstractButton) if each.isVisible()]
    return "\n".join(parts)


def below(form: QWidget, name: str) -> str:
    """Why a field is refused, as its line below says it."""
    line = form.findChild(QLabel, f"{name}.below")
    assert isinstance(line, Label)
    return line.text() if line.tone is Tone.WRONG else ""


def kept_words(room: RequestRoom) -> str | None:
    kept = room.draft_queries.kept("request", room.person.id)
    return None if kept is None else str(kept.fields["words"])


def hand_person(window: MainWindow):  # type: ignore[no-untyped-def]
    page = window.page("requests")
    assert isinstance(page, RequestsPage)
    return page.room.person
