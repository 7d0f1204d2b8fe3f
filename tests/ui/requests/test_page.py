"""The list of requests, its inspector and its acts, in the real window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import event

from app.bootstrap import Desktop
from app.domain.field import Material
from app.models import Request, RequestEvent
from app.models.base import canonical_json, millis
from app.queries.requests import Counts
from app.services.field import Outcome
from app.services.writer import raw_columns
from app.ui.field.room import FieldRoom
from app.ui.kit import theme
from app.ui.kit.act_dialog import ActDialog
from app.ui.kit.bars import PADDING
from app.ui.kit.buttons import Button
from app.ui.kit.inputs import NoteEdit
from app.ui.kit.letters import LetterBox
from app.ui.kit.page import State
from app.ui.kit.theme import font, px
from app.ui.requests.page import RequestsPage
from app.ui.requests.room import RequestRoom
from app.ui.requests.slip import slip_of
from app.ui.shell.texts import use_language
from app.words import tr
from tests.idle import until_idle
from tests.offices import person
from tests.services.test_field import minutes, order
from tests.services.test_requests import add_customer, good, new
from tests.ui.conftest import Asked, Shown
from tests.ui.requests.test_intake import commit

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
CODE, DUE = 1, -1
"""Columns of the list."""
Active = Callable[[QWidget], QWidget]


def settle(qtbot: QtBot, room: RequestRoom) -> None:
    """Until nothing runs, and what was made is shown: Qt shows new widgets at the next turn."""
    until_idle(qtbot, room.jobs)


def shown_codes(page: RequestsPage) -> list[str]:
    return [page.model.cell(row, CODE).text for row in range(page.model.rowCount())]


def words_of(widget: QWidget) -> list[str]:
    return [each.text() for each in widget.findChildren(QLabel) if each.isVisible()]


def acts(page: RequestsPage) -> list[str]:
    scans = page.inspector.scans.findChildren(Button)
    buttons = [each for each in page.inspector.findChildren(Button) if each not in scans]
    return [each.text() for each in buttons if each.isVisible() and each.text()]


def the_dialog(qtbot: QtBot, page: RequestsPage) -> ActDialog:
    qtbot.waitUntil(lambda: any(each.isVisible() for each in page.findChildren(ActDialog)))
    dialog = next(each for each in page.findChildren(ActDialog) if each.isVisible())
    dialog.activateWindow()  # a window manager would have done it
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def test_an_empty_office_says_so_and_offers_the_first_step(
    qtbot: QtBot, page: RequestsPage, room: RequestRoom
) -> None:
    page.chips.choose("all")
    settle(qtbot, room)
    assert "Chưa tiếp nhận yêu cầu nào." in words_of(page)
    assert State.EMPTY is page._state._state


def test_chips_count_and_filter(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    late = desktop.requests.register(room.person, new("no_supply", words="Mất nước từ sáng"))
    other = desktop.requests.register(person(desktop, "mai"), new("meter", words="Đồng hồ kẹt"))
    desktop.requests.answer(room.person, other.id, "Đã thay", "solved")
    desktop.clock.advance(timedelta(hours=2, minutes=40))  # type: ignore[attr-defined]
    page.reload()
    settle(qtbot, room)
    titles = [each.text() for each in page.chips._chips.values() if each.isVisible()]
    assert titles == [
        "Việc của tôi  1", "Quá hạn  1", "Hạn hôm nay  0", "Chờ báo khách  1", "Đang mở  2", "Tất cả",
    ]  # fmt: skip
    assert "1 trong danh sách" in words_of(page)
    assert page.show_record("tell")
    settle(qtbot, room)
    assert shown_codes(page) == ["000002"]
    assert page.show_record(late.id)
    settle(qtbot, room)
    assert page.table.current_id() == late.id
    due = page.model.cell(page.model.place_of(late.id), DUE)
    assert (due.text, due.pill) == ("trễ 40 phút", True)
    assert "Trễ 40 phút · hạn hôm nay 10:00" in words_of(page.inspector)
    assert not page.show_record(UUID(int=1))


def test_from_answer_to_close_by_keys(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    done = desktop.requests.register(room.person, new())
    page.reload()
    settle(qtbot, room)
    qtbot.waitUntil(
        lambda: (
            acts(page) == ["Ctrl+P  In phiếu", "F10  Việc khác", "F6  Chuyển", "F7  Ghi chú", "F8  Trả lời"]
        )
    )
    qtbot.keyClick(page.table, Key.Key_F8)
    dialog = the_dialog(qtbot, page)
    qtbot.keyClick(dialog.form.editor("text"), Key.Key_Return, CTRL)
    below = dialog.form.findChild(QLabel, "text.below")
    assert isinstance(below, QLabel)
    qtbot.waitUntil(lambda: below.text() == "Vui lòng nhập ô này.")
    commit(dialog.form.editor("text"), "Đã vá ống")
    dialog.form.set_values({"cause": "valve"})
    qtbot.keyClick(dialog.form.editor("text"), Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: "Đã có kết quả. Cần báo khách hàng." in words_of(page.inspector))
    offered = ["Ctrl+P  In phiếu", "F10  Việc khác", "F7  Ghi chú", "Ctrl+R  Mở lại", "F9  Báo khách hàng"]
    qtbot.waitUntil(lambda: acts(page) == offered)

    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.keyClick(page.table, Key.Key_F9)
    telling = the_dialog(qtbot, page)
    assert "Nguyễn Thị Như Quỳnh · 0912 345 678" in words_of(telling)
    assert telling.form.values() == {"how": "phone", "words": "Đã vá ống", "score": ""}
    qtbot.keyClick(telling, Key.Key_F9)
    viewer = room.viewer
    qtbot.waitUntil(lambda: not desktop.request_queries.ids("open", viewer, room.now()))
    story = desktop.request_queries.story(done.id, viewer)
    assert story is not None
    assert [each.kind for each in story.events[-3:]] == ["answered", "told", "closed"]
    page.show_record(done.id)
    settle(qtbot, room)
    shown = words_of(page.inspector)
    assert desktop.rules.items("cause")["valve"].name("vi") in shown
    assert [words for words in shown if "Đã vá ống" in words] == ["Đã giải quyết (Hoàng Thị Yến): Đã vá ống"]
    assert good(desktop)


def test_the_next_request_is_not_acted_on_by_accident(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    done = [desktop.requests.register(room.person, new(words=f"Rò rỉ số {n}")) for n in range(3)]
    for each in done:
        desktop.requests.answer(room.person, each.id, "Đã vá", "solved")
    page.chips.choose("tell")
    settle(qtbot, room)
    first, second, third = page.model.ids
    page.table.choose(second)
    qtbot.waitUntil(lambda: "F9  Báo khách hàng" in acts(page))
    qtbot.keyClick(page.table, Key.Key_F9)
    telling = the_dialog(qtbot, page)
    qtbot.keyClick(telling, Key.Key_F9)
    qtbot.waitUntil(lambda: page.model.rowCount() == 2 and not page.findChildren(ActDialog))
    settle(qtbot, room)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    code = next(each.code for each in done if each.id == second)
    toast = page.findChild(QWidget, "toast")
    assert toast is not None
    assert f"Đã kết thúc {code}." in words_of(toast)
    assert code in words_of(page.inspector)
    assert page.table.current_id() == third
    assert not page.table.selectionModel().hasSelection()

    qtbot.keyClick(page.table, Key.Key_F9)  # says nothing: the closed request has no such act
    page.reload()
    settle(qtbot, room)
    assert not page.findChildren(ActDialog)
    assert code in words_of(page.inspector)

    qtbot.keyClick(page.table, Key.Key_Return)  # shows the one the keyboard stands on, and no more
    assert not page.findChildren(ActDialog)
    assert code not in words_of(page.inspector)
    assert page.table.selectionModel().hasSelection()
    qtbot.keyClick(page.table, Key.Key_Up)
    assert page.inspector.story is not None
    assert page.inspector.story.row.id == first
    qtbot.waitUntil(lambda: "F9  Báo khách hàng" in acts(page))
    qtbot.keyClick(page.table, Key.Key_F9)
    assert the_dialog(qtbot, page).isVisible()


def test_a_key_while_another_is_held_down_acts_on_the_request_it_has_come_to(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    for n in range(9):
        desktop.requests.register(room.person, new(words=f"Rò rỉ số {n}"))
    page.reload()
    settle(qtbot, room)
    page.table.choose_first()
    first = page.table.current_id()
    held = QKeyEvent(QEvent.Type.KeyPress, Key.Key_Down, Qt.KeyboardModifier.NoModifier, "", True)
    for _ in range(4):
        QApplication.sendEvent(page.table, held)
    stands = page.table.current_id()
    assert page.inspector.story is not None
    assert page.inspector.story.row.id == first != stands
    qtbot.keyPress(page.table, Key.Key_F8)
    answering = the_dialog(qtbot, page)
    commit(answering.form.editor("text"), "Đã vá ống")
    qtbot.keyClick(answering.form.editor("text"), Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: not page.findChildren(ActDialog))
    told = [desktop.request_queries.story(id, room.viewer) for id in page.model.ids]
    assert [each.row.id for each in told if each is not None and each.answer] == [stands]


@pytest.mark.parametrize("scale", [100, 150])
def test_codes_of_other_desks_and_all_chips_have_room(
    qtbot: QtBot, qapp: QApplication, desktop: Desktop, page: RequestsPage, room: RequestRoom, scale: int
) -> None:
    theme.apply(qapp, "light", scale)
    page.resize(1366 - px(176), 740)
    settle(qtbot, room)
    wide = QFontMetrics(font(9, mono=True)).horizontalAdvance("KN-BN02-000034")
    if scale == 150:
        qtbot.keyClick(page.table, Key.Key_F4)  # beside the panel there is room for the words alone
    qtbot.waitUntil(lambda: page.table.columnWidth(CODE) - 2 * px(PADDING) >= wide)
    if scale == 100:
        page._show_counts(Counts(48, 30, 12, 26, 31, 4, 17, 9, 2, 96))
        qtbot.waitUntil(lambda: {each.y() for each in page.chips._chips.values()} == {0})


@pytest.mark.parametrize("language", ["vi", "en"])
def test_large_text_leaves_room_for_what_is_wanted(
    qtbot: QtBot, room: RequestRoom, active: Active, look: QApplication, language: str
) -> None:
    use_language(look, language)
    theme.apply(look, "light", 150)
    page = RequestsPage(room)
    page.resize(1366 - px(176), 768 - px(28))
    qtbot.addWidget(page)
    active(page)
    page.bar.unfold()
    page._show_counts(Counts(48, 30, 12, 26, 31, 4, 17, 9, 2, 96))
    settle(qtbot, room)
    table, due = page.table, page.model.columnCount() - 1
    assert table.isColumnHidden(CODE)  # it is in the panel
    content = table.columnWidth(CODE + 1) - 2 * px(PADDING)
    assert content >= QFontMetrics(font()).horizontalAdvance("Mất nước từ 5 giờ sáng")
    assert table.columnViewportPosition(due) + table.columnWidth(due) <= table.viewport().width()
    page.bar.setFixedWidth(614)  # what the panel leaves at 1366
    page.bar.adjustSize()
    QApplication.processEvents()
    lines = {each.y() for each in page.bar.findChildren(QAbstractButton) if each.isVisible()}
    assert len(lines) == 3
    hint = page.search.placeholderText()
    assert hint
    assert hint in tr("Find  Ctrl+F")
    assert QFontMetrics(page.search.font()).horizontalAdvance(hint) < page.search.width() - 2 * px(6)


def test_another_desk_was_first(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    done = desktop.requests.register(room.person, new())
    page.reload()
    settle(qtbot, room)
    qtbot.keyClick(page.table, Key.Key_F8)
    dialog = the_dialog(qtbot, page)
    desktop.requests.answer(person(desktop, "mai"), done.id, "Đã vá", "solved")
    commit(dialog.form.editor("text"), "Đã thay ống")
    qtbot.keyClick(dialog, Key.Key_F8)
    said = f"Yêu cầu {done.code} đã có kết quả. Hãy báo khách hàng, hoặc mở lại."
    qtbot.waitUntil(lambda: said in words_of(dialog))
    assert dialog.form.values()["text"] == "Đã thay ống"


def test_escape_asks_only_when_something_would_be_lost(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom, prompter: Asked
) -> None:
    desktop.requests.register(room.person, new())
    page.reload()
    settle(qtbot, room)
    prompter.answers = False
    qtbot.keyClick(page.table, Key.Key_F7)
    dialog = the_dialog(qtbot, page)
    commit(dialog.form.editor("words"), "Đang đào")
    qtbot.keyClick(dialog, Key.Key_Escape)
    assert prompter.questions == [("Nội dung vừa gõ chưa được lưu.", "Bỏ, không lưu")]
    assert dialog.isVisible()
    dialog.form.set_values({"words": ""})
    qtbot.keyClick(dialog, Key.Key_Escape)
    qtbot.waitUntil(lambda: not page.findChildren(ActDialog))
    assert len(prompter.questions) == 1


def test_a_slip_is_printed_again(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom, shown: Shown
) -> None:
    done = desktop.requests.register(room.person, new(customer_id=add_customer(desktop)))
    page.reload()
    settle(qtbot, room)
    qtbot.keyClick(page.table, Key.Key_P, CTRL)
    qtbot.waitUntil(lambda: bool(shown.files))
    assert shown.files[0].name == f"{done.code}.pdf"


def test_a_cashier_sees_no_denunciation_and_no_acts_of_others(
    qtbot: QtBot, desktop: Desktop, room_of: Callable[[str], RequestRoom], active: Active
) -> None:
    yen, room = person(desktop, "yen"), room_of("tung")
    desktop.requests.register(yen, new("denunciation"))
    desktop.requests.register(yen, new("leak"))
    page = RequestsPage(room)
    page.resize(1190, 740)
    qtbot.addWidget(page)
    active(page)
    page.chips.choose("all")
    settle(qtbot, room)
    assert shown_codes(page) == ["000002"]
    qtbot.waitUntil(lambda: acts(page) == ["Ctrl+P  In phiếu", "F7  Ghi chú"])


def test_search_in_the_list(qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom) -> None:
    desktop.requests.register(room.person, new(words="Nước đục, có mùi"))
    desktop.requests.register(room.person, new(words="Mất nước từ sáng"))
    page.reload()
    settle(qtbot, room)
    qtbot.keyClick(page.table, Key.Key_F, CTRL)
    assert page.search.hasFocus()
    qtbot.keyClicks(page.search, "duc")
    qtbot.waitUntil(lambda: shown_codes(page) == ["000001"])
    page.search.setText("không có")
    qtbot.waitUntil(lambda: shown_codes(page) == [])
    assert page.table._empty.startswith("Không tìm thấy “không có” ở mục này. Hãy thử mục “Tất cả”")
    page.choose_filter("all")
    settle(qtbot, room)
    assert page.table._empty == "Không tìm thấy “không có”. Hãy thử một phần mã hoặc chỉ gõ tên."


def test_three_thousand_requests(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    fill(desktop, room, 3000)
    page.chips.choose("open")
    page.reload()
    settle(qtbot, room)
    assert page.model.rowCount() == 3000
    assert page.chips._chips["open"].text() == "Đang mở  3000"
    asked: list[int] = []

    @event.listens_for(desktop.database.read, "before_cursor_execute")
    def _note(_c: object, _cursor: object, _sql: str, values: Any, *_more: object) -> None:
        asked.append(len(values))

    for _ in range(20):
        qtbot.keyClick(page.table, Key.Key_PageDown)
    qtbot.keyClick(page.table, Key.Key_End)
    assert page.table.current_id() == page.model.ids[-1]
    # 21 pages with their inspector: of each some rows around it, never all.
    assert len(asked) < 21 * 10
    assert max(asked) < 200
    assert shown_codes(page)[-1] == "003000"


def fill(desktop: Desktop, room: RequestRoom, count: int) -> None:
    """Requests by the raw way of bulk work, a minute apart."""
    requests, events = [], []
    now = millis(room.now())
    columns, event_columns = raw_columns(Request), raw_columns(RequestEvent)
    with desktop.writer.entry("requests.import", room.person.id) as draft:
        for number in range(1, count + 1):
            id, at, by = draft.new_id().bytes, now + number * 60_000, room.person.id.bytes
            row = {
                "id": id, "code": f"YC-BN03-26-{number:06d}", "type_code": "leak", "channel": "phone",
                "contact_name": f"Khách {number}", "words": f"Rò rỉ số {number}", "received_at": at,
                "received_by": by,
            }  # fmt: skip
            event = {
                "id": draft.new_id().bytes, "request_id": id, "kind": "received", "at": at, "by": by,
                "unit_code": "REPAIR", "due": at + 86_400_000, "data": canonical_json({}),
            }  # fmt: skip
            requests.append([row.get(c) for c in columns])
            events.append([event.get(c) for c in event_columns])
        draft.add_raw(Request, columns, requests)
        draft.add_raw(RequestEvent, event_columns, events)


def test_one_who_wants_no_name_is_said_to_want_none_in_list_panel_and_slip(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    nobody = new(contact_name="", phone="", address="", anonymous=True)
    done = desktop.requests.register(room.person, nobody)
    page.reload()
    settle(qtbot, room)
    texts = [page.model.cell(0, column).text for column in range(page.model.columnCount())]
    assert "Không nêu tên" in texts
    assert "Không nêu tên" in words_of(page.inspector)
    assert slip_of(room, done.id).customer.name == "Không nêu tên"


def test_a_transfer_proposes_no_unit_that_has_it_and_refuses_that_one_in_words(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    desktop.requests.register(room.person, new())
    page.reload()
    settle(qtbot, room)
    qtbot.keyClick(page.table, Key.Key_F6)
    dialog = the_dialog(qtbot, page)
    units = dialog.form.editor("unit_code")
    assert isinstance(units, LetterBox)
    assert (units.currentData(), units.currentText()) == (None, "Chọn, hoặc gõ chữ đầu")
    below = dialog.form.findChild(QLabel, "unit_code.below")
    assert isinstance(below, QLabel)
    qtbot.keyClick(dialog, Key.Key_F6)
    qtbot.waitUntil(lambda: below.text() == "Vui lòng nhập ô này.")
    units.setCurrentIndex(units.findData("REPAIR"))
    qtbot.keyClick(dialog, Key.Key_F6)
    said = "Yêu cầu đang ở bộ phận này. Hãy chọn bộ phận khác, hoặc một người của bộ phận."
    qtbot.waitUntil(lambda: below.text() == said)
    units.setCurrentIndex(units.findData("NETWORK"))
    qtbot.keyClick(dialog, Key.Key_F6)
    settle(qtbot, room)
    qtbot.waitUntil(lambda: not page.findChildren(ActDialog))

    qtbot.waitUntil(lambda: "F6  Chuyển" in acts(page))
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.keyClick(page.table, Key.Key_F6)
    again = the_dialog(qtbot, page)
    back = again.form.editor("unit_code")
    assert isinstance(back, LetterBox)
    assert back.currentData() == "REPAIR"  # whose kind it is


@pytest.mark.parametrize(("language", "scale"), [("vi", 100), ("en", 100), ("vi", 150), ("en", 150)])
def test_what_happened_last_is_in_sight_on_a_small_screen(
    qtbot: QtBot,
    desktop: Desktop,
    room: RequestRoom,
    active: Active,
    look: QApplication,
    language: str,
    scale: int,
) -> None:
    use_language(look, language)
    theme.apply(look, "light", scale)
    papers = ("application", "identity", "house")
    done = desktop.requests.register(room.person, new("new_supply", documents=papers))
    for words in (*(f"Lần {n}: đến nhà, chưa có người" for n in range(12)), "Đã gọi lại"):
        desktop.clock.advance(timedelta(minutes=5))  # type: ignore[attr-defined]
        desktop.requests.note(room.person, done.id, words)
    page = RequestsPage(room)
    page.resize(1366 - px(176), 768 - px(28))
    qtbot.addWidget(page)
    active(page)
    page.show_record(done.id)
    settle(qtbot, room)
    last = next(each for each in page.inspector.findChildren(QLabel) if each.text().endswith("Đã gọi lại"))
    qtbot.waitUntil(lambda: last.visibleRegion().boundingRect().height() == last.height())
    due = page.table.columnViewportPosition(page.model.columnCount() - 1)
    wide = page.table.columnWidth(page.model.columnCount() - 1)
    assert due + wide <= page.table.viewport().width()


def test_a_request_tells_what_its_crew_did_and_the_answer_begins_with_what_it_found(
    qtbot: QtBot, desktop: Desktop, room: RequestRoom, parts: Callable[[str], dict[str, Any]], active: Active
) -> None:
    field = FieldRoom(
        field=desktop.field, queries=desktop.field_queries, customers=desktop.customer_queries,
        requests=desktop.request_queries, scans=room.scans, desk="BN03", **parts("yen"),
    )  # fmt: skip
    room = replace(room, field=field)
    asked = desktop.requests.register(room.person, new("leak"))
    sent = desktop.field.issue(
        room.person, order(request_id=asked.id, reach="on_site_town", crew=("Anh Ba",))
    )
    minutes(desktop, 20)
    desktop.field.arrive(room.person, sent.id)
    minutes(desktop, 40)
    used = (Material("Van 27", 1000, "cái", "customer", 250_000),)
    now = desktop.clock.now()
    desktop.field.finish(room.person, sent.id, Outcome("completed", "Đã thay van", used, restored_at=now))
    minutes(desktop, 5)
    desktop.requests.note(room.person, asked.id, "Khách gọi hỏi")
    page = RequestsPage(room)
    page.resize(1190, 740)
    qtbot.addWidget(page)
    active(page)
    page.show_record(asked.id)
    settle(qtbot, room)
    story = room.queries.story(asked.id, room.viewer)
    assert story is not None
    told = page.inspector._happened(story, room.now(), {})
    by = room.person.name
    assert told[0] == ("09:05", f"{by} ghi chú: Khách gọi hỏi")
    assert told[1][0] == "09:00"
    assert told[1][1].startswith(f"Đã làm xong, {sent.code} ({by}): Đã thay van\nVan 27")
    assert told[2:4] == [
        ("09:00", f"Đã có nước lại, {sent.code} ({by})"),
        ("08:20", f"Tổ đã đến hiện trường, {sent.code} ({by})"),
    ]
    assert ("08:00", f"Đã cử tổ đi, {sent.code} ({by})") in told
    assert len([words for _, words in told if "Đã thay van" in words]) == 1
    qtbot.keyClick(page.table, Key.Key_F8)
    answer = the_dialog(qtbot, page).form.editor("text")
    assert isinstance(answer, NoteEdit)
    assert answer.toPlainText() == "Đã thay van"
