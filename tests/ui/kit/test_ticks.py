"""Things to tick off in a form: reached by Tab in their place, and by their label's key."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.ui.kit.buttons import Button
from app.ui.kit.forms import Form
from app.ui.kit.inputs import Check
from app.ui.kit.ticks import TickList

Key = Qt.Key


def focused() -> str:
    at = QApplication.focusWidget()
    return at.objectName() if at is not None else ""


def test_boxes_that_come_later_are_reached_in_their_place(
    qtbot: QtBot, active: Callable[[QWidget], QWidget]
) -> None:
    form, ticks = Form(), TickList()
    form.add("first", "First", QLineEdit())
    form.add("papers", "&Papers", ticks)
    form.add("last", "Last", QLineEdit())
    qtbot.addWidget(form)
    active(form)
    ticks.offer({"one": "One", "two": "Two"})
    ticks.set_value(["two"])
    ticks.offer({"two": "Two", "three": "Three"})
    assert ticks.value() == ["two"]
    qtbot.waitUntil(lambda: all(box.isVisible() for box in ticks.findChildren(Check)))
    form.editor("first").setFocus()
    seen = []
    for _ in range(3):
        qtbot.keyClick(QApplication.focusWidget(), Key.Key_Tab)
        seen.append(focused())
    assert seen == ["two", "three", "last"]
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_P, Qt.KeyboardModifier.AltModifier)
    assert focused() == "two"
    with qtbot.waitSignal(form.changed):
        qtbot.keyClick(QApplication.focusWidget(), Key.Key_Space)
    assert form.values()["papers"] == []


def test_enter_presses_the_button_that_has_the_keyboard(
    qtbot: QtBot, active: Callable[[QWidget], QWidget]
) -> None:
    pressed: list[bool] = []
    button = Button("Trả lời", lambda: pressed.append(True))
    qtbot.addWidget(button)
    active(button)
    button.setFocus()
    qtbot.keyClick(button, Key.Key_Return)
    qtbot.keyClick(button, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert pressed == [True]
