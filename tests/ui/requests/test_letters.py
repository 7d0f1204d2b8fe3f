"""Letters in the real window: a complaint answered by letter, the file for Word, a letter sent later."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from docx import Document
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.domain.letters import DOTS
from app.ui.kit.buttons import Button
from app.ui.kit.forms import put_value
from app.ui.requests.acts import all_acts
from app.ui.requests.dialogs import ask_question, ask_telling
from app.ui.requests.letter_dialog import LetterDialog, ask_letter
from app.ui.requests.page import RequestsPage
from app.ui.requests.room import RequestRoom
from tests.documents.reading import text_of
from tests.idle import until_idle
from tests.offices import person
from tests.services.test_letters import complaint, letter, story
from tests.services.test_requests import add_customer, new, state_of
from tests.ui.conftest import Asked, Shown

Key = Qt.Key
DAY = date(2026, 11, 20)


def opened(qtbot: QtBot, page: RequestsPage) -> LetterDialog:
    qtbot.waitUntil(lambda: any(each.isVisible() for each in page.findChildren(LetterDialog)))
    dialog = next(each for each in page.findChildren(LetterDialog) if each.isVisible())
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def asked(qtbot: QtBot, page: RequestsPage, request: UUID) -> LetterDialog:
    found = page.room.queries.story(request, page.room.viewer)
    assert found is not None
    ask_letter(page, page.room, found, lambda: None)
    return opened(qtbot, page)


def put(dialog: LetterDialog, **values: str) -> None:
    for name, value in values.items():
        editor = dialog.form.editor(name)
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(value))
        elif isinstance(editor, QPlainTextEdit):
            editor.setPlainText(value)
        else:
            editor.setText(value)  # type: ignore[attr-defined]


def offered(room: RequestRoom, desktop: Desktop, request: UUID) -> set[str]:
    found = room.queries.story(request, room.viewer)
    assert found is not None
    return {act.name for act in all_acts() if act.open_to(room, found)}


def test_a_complaint_is_answered_by_letter_from_the_template(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom, shown: Shown
) -> None:
    request = complaint(desktop, words="Đồng hồ chạy nhanh")
    page.show_record(request)
    qtbot.waitUntil(lambda: page.inspector.story is not None)
    assert "letter" in offered(room, desktop, request)
    page.inspector.show_request(request)
    page.inspector.do("letter")
    dialog = opened(qtbot, page)
    assert (dialog.form.values()["template"], dialog.form.values()["closes"]) == ("receipt", False)
    put(dialog, template="complaint")
    values = dialog.form.values()
    assert (values["template"], values["closes"], values["addressee"]) == (
        "complaint", True, "Nguyễn Thị Như Quỳnh",
    )  # fmt: skip
    assert "Nội dung khiếu nại: Đồng hồ chạy nhanh" in values["text"]
    assert dialog.gaps.isVisible()
    put(dialog, outcome="unfounded")
    values = dialog.form.values()
    assert "Kết quả giải quyết: không có cơ sở." in values["text"]
    text = values["text"].replace(DOTS, "đồng hồ chạy đúng")
    put(dialog, text=text, subject="Trả lời khiếu nại", outcome="unfounded")
    assert dialog.gaps.isHidden()
    qtbot.keyClick(dialog, Key.Key_F8)
    qtbot.waitUntil(lambda: len(shown.files) == 1)
    assert "Số: …" in text_of(shown.files[0].read_bytes())
    assert desktop.letter_queries.register(DAY, DAY, room.viewer) == []
    qtbot.keyClick(dialog, Key.Key_F9)
    qtbot.waitUntil(lambda: len(shown.files) == 2)
    printed = text_of(shown.files[1].read_bytes())
    assert "Số: CV-BN03-26-000001 V/v Trả lời khiếu nại" in printed
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in printed
    assert "Kính gửi: Nguyễn Thị Như Quỳnh" in printed
    assert shown.files[1].name == "CV-BN03-26-000001.pdf"
    assert state_of(desktop, request) == "closed"
    told = next(e for e in story(desktop, request).events if e.kind == "told")
    assert (told.data["how"], told.data["code"]) == ("letter", "CV-BN03-26-000001")
    (row,) = desktop.letter_queries.register(DAY, DAY, room.viewer)
    assert (row.code, row.template, row.signed_by) == ("CV-BN03-26-000001", "complaint", "Bùi Thị Mai")


def test_f10_saves_the_letter_for_word(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    request = complaint(desktop)
    dialog = asked(qtbot, page, request)
    put(dialog, template="receipt", language="en")
    assert not dialog.form.values()["closes"]
    put(dialog, text="Dear customer,\n\nall is well.", subject="Your request")
    qtbot.keyClick(dialog, Key.Key_F10)
    file = room.papers / "CV-BN03-26-000001.docx"
    qtbot.waitUntil(file.exists)
    document = Document(io.BytesIO(file.read_bytes()))
    assert [p.text for p in document.paragraphs if p.style.name == "Letter Text"] == [  # type: ignore[union-attr]
        "Dear customer,", "all is well.",
    ]  # fmt: skip
    assert state_of(desktop, request) == "routed"
    until_idle(qtbot, room.jobs)


def test_chinese_is_filled_in_chinese(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    dialog = asked(qtbot, page, complaint(desktop))
    put(dialog, template="complaint", language="zh")
    text = dialog.form.values()["text"]
    assert "2026年11月20日" in text
    assert "特此答复。" in text
    assert re.search("涉及：[^…]", text)
    dialog.form.mark_clean()
    dialog.reject()


def test_what_was_typed_is_replaced_only_when_the_person_says_so(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom, prompter: Asked
) -> None:
    dialog = asked(qtbot, page, complaint(desktop))
    put(dialog, text="Tự viết")
    prompter.answers = False
    put(dialog, template="interim")
    assert (dialog.form.values()["text"], dialog.form.values()["template"]) == ("Tự viết", "receipt")
    prompter.answers = True
    put(dialog, template="interim")
    assert dialog.form.values()["template"] == "interim"
    assert "cần thêm thời gian" in dialog.form.values()["text"]
    dialog.form.mark_clean()
    dialog.reject()


def test_dotted_places_are_asked_about_before_the_letter_is_saved(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom, prompter: Asked, shown: Shown
) -> None:
    dialog = asked(qtbot, page, complaint(desktop))
    put(dialog, template="complaint")
    prompter.answers = False
    qtbot.keyClick(dialog, Key.Key_F9)
    assert prompter.questions[-1][1] == "Vẫn lưu"
    assert desktop.letter_queries.register(DAY, DAY, room.viewer) == []
    prompter.answers = True
    qtbot.keyClick(dialog, Key.Key_F9)
    qtbot.waitUntil(lambda: bool(shown.files))
    assert DOTS in text_of(shown.files[0].read_bytes())


def test_what_is_wrong_is_said_beside_the_field(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom, shown: Shown
) -> None:
    dialog = asked(qtbot, page, complaint(desktop))
    put(dialog, addressee="", text="x")
    qtbot.keyClick(dialog, Key.Key_F9)
    qtbot.waitUntil(lambda: bool(dialog.form.editor("addressee").property("wrong")))
    assert shown.files == []
    assert dialog.verb.isEnabled()
    dialog.form.mark_clean()
    dialog.reject()


def test_a_letter_written_before_is_sent_and_printed_again(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom, prompter: Asked, shown: Shown
) -> None:
    request = complaint(desktop)
    yen = person(desktop, "yen")
    assert not {"letter_sent", "letter_again"} & offered(room, desktop, request)
    desktop.letters.write(yen, letter(request))
    assert "letter_sent" not in offered(room, desktop, request)
    desktop.requests.answer(yen, request, "Đã kiểm định", "explained")
    assert {"letter_sent", "letter_again"} <= offered(room, desktop, request)
    page.inspector.show_request(request)
    page.inspector.do("letter_sent")
    page.inspector.do("letter_again")
    qtbot.waitUntil(lambda: bool(shown.files) and state_of(desktop, request) == "closed")
    assert "CV-BN03-26-000001" in prompter.questions[-1][0]
    assert "CV-BN03-26-000001" in text_of(shown.files[0].read_bytes())


def test_the_letter_for_missing_papers_and_for_an_answered_request(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    noted = desktop.requests.register(person(desktop, "yen"), new(type_code="new_supply")).id
    dialog = asked(qtbot, page, noted)
    assert dialog.form.values()["template"] == "missing"
    assert "– Đơn đề nghị\n– Căn cước công dân" in dialog.form.values()["text"]
    dialog.form.mark_clean()
    dialog.reject()
    answered = complaint(desktop)
    desktop.requests.answer(person(desktop, "yen"), answered, "Đã kiểm định", "unfounded")
    dialog = asked(qtbot, page, answered)
    assert dialog.form.values()["template"] == "complaint"
    assert "Đã kiểm định" in dialog.form.values()["text"]
    assert dialog.form.editor("outcome").isHidden() or not dialog.form.editor("outcome").isVisible()
    dialog.form.mark_clean()
    dialog.reject()


def test_a_closed_request_is_written_an_answer_to(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    yen = person(desktop, "yen")
    request = desktop.requests.register(yen, new("leak", customer_id=add_customer(desktop))).id
    desktop.requests.answer(person(desktop, "mai"), request, "Đã vá ống", "solved")
    desktop.requests.tell(yen, request, "phone", "Đã vá ống")
    dialog = asked(qtbot, page, request)
    values = dialog.form.values()
    assert (values["template"], values["closes"]) == ("reply", False)
    assert "trả lời như sau:\n\nĐã vá ống" in values["text"]
    dialog.form.mark_clean()
    dialog.reject()


def test_whoever_tells_by_letter_is_led_to_the_letter(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom, shown: Shown
) -> None:
    request = complaint(desktop)
    desktop.requests.answer(person(desktop, "yen"), request, "Đã kiểm định", "unfounded")
    telling = ask_telling(page, room, story(desktop, request), lambda: None)
    (write,) = [each for each in telling.findChildren(Button) if each.property("key") == "F10"]
    assert not write.isVisible()
    how = telling.form.editor("how")
    assert isinstance(how, QComboBox)
    how.setCurrentIndex(how.findData("letter"))
    assert write.isVisible()
    assert "F10" in how.accessibleDescription()
    telling.activateWindow()
    qtbot.waitUntil(telling.isActiveWindow)
    qtbot.keyClick(telling, Key.Key_F10)
    dialog = opened(qtbot, page)
    assert (dialog.form.values()["template"], dialog.form.values()["closes"]) == ("complaint", True)
    qtbot.keyClick(dialog, Key.Key_F9)
    qtbot.waitUntil(lambda: bool(shown.files))
    assert state_of(desktop, request) == "closed"
    told = next(e for e in story(desktop, request).events if e.kind == "told")
    assert told.data["code"] == "CV-BN03-26-000001"


def test_nobody_is_asked_before_a_unit_is_chosen(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    request = complaint(desktop)
    dialog = ask_question(page, room, story(desktop, request), lambda: None)
    units = dialog.form.editor("unit_code")
    assert isinstance(units, QComboBox)
    row = story(desktop, request).row
    assert (units.currentData(), units.findData(row.unit_code)) == (None, -1)
    assert units.count() == len(room.units)
    put_value(dialog.form.editor("words"), "Đã kiểm định chưa?")
    dialog.submit()
    qtbot.waitUntil(lambda: bool(units.property("wrong")))
    assert story(desktop, request).row.asked == ()
    dialog.form.mark_clean()
    dialog.reject()


@pytest.mark.parametrize("login", ["tung", "duc"])
def test_who_may_not_write_is_not_offered_it(
    room_of: Callable[[str], RequestRoom], desktop: Desktop, login: str
) -> None:
    assert "letter" not in offered(room_of(login), desktop, complaint(desktop))
