"""A box in which letters jump, however they are typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip, QWidget
from pytestqt.qtbot import QtBot

from app.ui.kit.letters import LetterBox

Active = Callable[[QWidget], QWidget]
CAUSES = ("Mất nước", "Van hỏng", "Mở lại sau khi trả nợ", "Vỡ ống", "Hóa đơn sai", "Đổi tên")


@pytest.fixture
def box(qtbot: QtBot, active: Active) -> LetterBox:
    made = LetterBox()
    made.addItem("Chọn", None)
    for each in CAUSES:
        made.addItem(each, each)
    qtbot.addWidget(made)
    active(made)
    return made


def type_in(widget: QWidget, text: str) -> None:
    """Letters as keys; what no key gives as an input method hands it over."""
    for each in text:
        if each.isascii():
            QTest.keyClicks(widget, each)
        else:
            event = QInputMethodEvent()
            event.setCommitString(each)
            QCoreApplication.sendEvent(widget, event)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("m", "Mất nước"), ("mm", "Mở lại sau khi trả nợ"), ("mmm", "Mất nước"), ("vo ong", "Vỡ ống"),
        ("Vỡ", "Vỡ ống"), ("vỡ ố", "Vỡ ống"), ("don", "Hóa đơn sai"), ("doi", "Đổi tên"), ("vx", "Van hỏng"),
        ("cho", "Chọn"),
    ],
)  # fmt: skip
def test_letters_jump_to_a_word_in_any_spelling(box: LetterBox, typed: str, found: str) -> None:
    type_in(box, typed)
    assert box.currentText() == found


def test_a_blank_within_what_is_typed_does_not_open_the_list(box: LetterBox) -> None:
    type_in(box, "vo o")
    assert not box.view().isVisible()
    box._since.invalidate()
    type_in(box, " ")
    assert box.view().isVisible()
    box.hidePopup()


def test_a_letter_that_is_put_right_counts_as_the_new_one(box: LetterBox) -> None:
    """Telex on a PC: the keys v o w x arrive as v, o, Backspace, ơ, Backspace, ỡ."""
    type_in(box, "vo")
    for accented in "ơỡ":
        QTest.keyClick(box, Qt.Key.Key_Backspace)
        type_in(box, accented)
    assert box.currentText() == "Vỡ ống"
    box._since.invalidate()
    type_in(box, "d")
    QTest.keyClick(box, Qt.Key.Key_Backspace)
    type_in(box, "đ")
    assert box.currentText() == "Đổi tên"  # and not the next one


def test_what_no_entry_has_is_said(qtbot: QtBot, box: LetterBox) -> None:
    type_in(box, "vo")
    assert not QToolTip.isVisible()
    type_in(box, "q")
    assert (box.currentText(), QToolTip.text()) == ("Vỡ ống", "Không có mục nào bắt đầu bằng “voq”.")
    QTest.keyClick(box, Qt.Key.Key_Backspace)
    type_in(box, " o")
    qtbot.waitUntil(lambda: not QToolTip.isVisible())
    assert box.currentText() == "Vỡ ống"


def test_letters_jump_in_the_open_list_too(box: LetterBox) -> None:
    type_in(box, "doi")
    box.showPopup()
    type_in(box.view(), "vo ong")  # a new word
    assert box.view().currentIndex().data() == "Vỡ ống"
    assert box.currentText() == "Đổi tên"
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    assert box.currentText() == "Vỡ ống"
