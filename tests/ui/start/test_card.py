"""The card before the day begins has room for whatever is said on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.ui.kit import theme
from app.ui.kit.buttons import Button
from app.ui.start.card import Card
from app.window.program import placed

Active = Callable[[QWidget], QWidget]


@pytest.mark.parametrize("scale", [100, 150])
def test_a_long_refusal_is_all_in_sight(qtbot: QtBot, qapp: QApplication, active: Active, scale: int) -> None:
    theme.apply(qapp, "light", scale)
    card = Card(
        "Đầu Mối không mở được dữ liệu của quầy này",
        "Dữ liệu trong C:\\Users\\Quay1\\DauMoi đang được mở ở một cửa sổ khác trên máy này. "
        "Dùng cửa sổ đó, hoặc đóng lại rồi thử lại.",
    )
    card.acts.addWidget(Button("Thử lại"))
    card.fail("Vẫn đang mở ở nơi khác. Đóng cửa sổ kia trước rồi thử lại một lần nữa.")
    qtbot.addWidget(card)
    card.resize(1366, 768)
    active(card)
    labels = [each for each in card.findChildren(QLabel) if each.isVisible()]
    assert len(labels) == 4  # the sign and three texts
    for each in labels:
        if each.text():
            assert each.height() >= each.heightForWidth(each.width()), each.text()
            assert each.minimumSizeHint().width() <= each.width()
        else:
            assert each.height() >= theme.px(40)
    sign, title, sentence, error = (each.geometry() for each in labels)
    assert title.bottom() < sentence.top() < sentence.bottom() < error.top()
    assert sign.right() < title.left() if scale == 150 else sign.bottom() < title.top()


@pytest.mark.parametrize(
    ("width", "room", "whole"),
    [
        (1366, QRect(0, 0, 1366, 728), True),
        (1280, QRect(0, 0, 1280, 984), True),
        (1600, QRect(0, 0, 1600, 760), False),
        (1920, QRect(60, 0, 1860, 1040), False),
    ],
)
def test_the_window_lies_on_the_screen(qtbot: QtBot, width: int, room: QRect, whole: bool) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1366, 768)
    assert placed(window, room, width) is whole
    if not whole:
        assert room.contains(window.geometry())
        assert window.width() == 1366
        assert window.height() == min(768, room.height() - 48)
