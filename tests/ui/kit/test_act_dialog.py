"""A dialog of a few fields and one verb."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.ui.kit.act_dialog import ActDialog
from app.ui.kit.room import Room
from tests.idle import until_idle


def test_pressed_twice_it_acts_once(
    qtbot: QtBot, parts: Callable[[str], dict[str, Any]], active: Callable[[QWidget], QWidget]
) -> None:
    room, window, acts, ends = Room(**parts("yen")), QWidget(), [], []
    pressed = threading.Event()

    def act(values: Mapping[str, Any]) -> None:
        assert pressed.wait(20)
        acts.append(values["words"])

    window.resize(1366, 768)
    qtbot.addWidget(window)
    active(window)
    dialog = ActDialog(window, room, "Ghi chú", "Lưu", "F7", act, lambda: ends.append(1))
    words = QLineEdit("Đã gọi lại")
    dialog.form.add("words", "Nội dung", words)
    dialog.start("words")
    qtbot.waitUntil(words.hasFocus)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Return):
        qtbot.keyClick(words, key, Qt.KeyboardModifier.ControlModifier)
    pressed.set()
    qtbot.waitUntil(lambda: bool(ends))
    until_idle(qtbot, room.jobs)
    assert (acts, ends) == (["Đã gọi lại"], [1])
