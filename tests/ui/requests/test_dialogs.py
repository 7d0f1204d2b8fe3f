"""The key that opens a dialog of a request confirms it; what is waited for decides what is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.queries.requests import RequestStory
from app.ui.requests import dialogs
from app.ui.requests.acts import all_acts
from app.ui.requests.room import RequestRoom
from tests.offices import person
from tests.services.test_requests import new

Made = tuple[dialogs.ActDialog, list[str]]
Active = Callable[[QWidget], QWidget]


@pytest.fixture
def make(qtbot: QtBot, desktop: Desktop, room_of: Callable[[str], RequestRoom], active: Active) -> object:
    """Opens the dialog of an act, for a request in a state that allows it."""
    room, over, done = room_of("mai"), QWidget(), list[str]()
    qtbot.addWidget(over)
    over.resize(1366, 768)
    active(over)

    def make(name: str) -> Made:
        yen, mai = person(desktop, "yen"), person(desktop, "mai")
        request = desktop.requests.register(yen, new("leak")).id
        if name == "reply":
            desktop.request_work.ask(yen, request, "BILLING", "Đã trả tiền chưa?")
        elif name == "resume":
            desktop.request_work.hold(yen, request, "access", "Hẹn sáng mai")
        elif name == "reopen":
            desktop.requests.answer(mai, request, "Đã vá", "solved")
        story = room.queries.story(request, room.viewer)
        assert isinstance(story, RequestStory)
        act = next(each for each in all_acts() if each.name == name)
        dialog = act.ask(over, room, story, lambda: done.append(name))
        assert isinstance(dialog, dialogs.ActDialog)
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        return dialog, done

    return make


@pytest.mark.parametrize(
    ("name", "words", "key"),
    [
        ("reopen", "reason", "Ctrl+R"),
        ("hold", "words", "F11"),
        ("resume", "words", "F11"),
        ("ask", "words", "Ctrl+B"),
        ("reply", "words", "Ctrl+E"),
    ],
)
def test_the_key_that_opened_it_confirms_it(
    qtbot: QtBot, make: Callable[[str], Made], name: str, words: str, key: str
) -> None:
    act = next(each for each in all_acts() if each.name == name)
    dialog, done = make(name)
    assert act.key == dialog.verb.property("key") == key
    chosen = {"hold": {"reason": "choice"}, "ask": {"unit_code": "BILLING"}}
    dialog.form.set_values(chosen.get(name, {}))
    editor = dialog.form.editor(words)
    editor.setFocus()
    qtbot.keyClicks(editor, "Theo thoa thuan")
    pressed = QKeySequence(key)[0]
    qtbot.keyClick(editor, pressed.key(), pressed.keyboardModifiers())
    qtbot.waitUntil(lambda: done == [name])


def test_no_reason_to_wait_is_proposed(qtbot: QtBot, make: Callable[[str], Made]) -> None:
    dialog, done = make("hold")
    assert QApplication.focusWidget() is dialog.form.editor("reason")
    assert dialog.form.values()["reason"] is None
    qtbot.keyClick(dialog, Qt.Key.Key_F11)
    qtbot.waitUntil(lambda: said(dialog, "reason") == "Vui lòng nhập ô này.")
    assert not done


def test_who_was_not_reached_was_told_nothing(make: Callable[[str], Made]) -> None:
    dialog, _done = make("hold")
    form, asked = dialog.form, {}
    for reason in ("documents", "unreachable", "access", "payment"):
        form.set_values({"reason": reason})
        asked[reason] = (form.editor("words").accessibleName(), said(dialog, "words"))
    keys = "Tab: ô tiếp theo · Ctrl+Enter: xong"
    assert asked == {
        "documents": ("Đã báo khách hàng thế nào", keys),
        "unreachable": (
            "Đã liên hệ khi nào, bằng cách nào", f"Ghi từng lần: ngày giờ, số đã gọi, nhà đã đến. {keys}",
        ),
        "access": ("Đã báo khách hàng thế nào", f"Đã đến lúc nào, hẹn lại lần sau bằng cách nào. {keys}"),
        "payment": ("Đã báo khách hàng thế nào", keys),
    }  # fmt: skip


def said(dialog: dialogs.ActDialog, name: str) -> str:
    """What stands in the line below a field."""
    line = dialog.form.findChild(QLabel, f"{name}.below")
    assert isinstance(line, QLabel)
    return line.text()
