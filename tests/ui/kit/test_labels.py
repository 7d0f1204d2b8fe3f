"""A path on a label is all in sight, and is copied as it is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.ui.kit.labels import Label
from tests.ui.looks import cut_off

PATH = r"C:\Users\Quay1\AppData\Local\DauMoi\backups\office-not-upgraded.db"


@pytest.mark.parametrize("selectable", [False, True])
def test_a_path_is_all_in_sight(qtbot: QtBot, selectable: bool) -> None:
    label = Label(f"Bản sao là {PATH}, 3 m³/giờ.", wrap=True, selectable=selectable)
    qtbot.addWidget(label)
    label.resize(260, label.heightForWidth(260))
    label.show()
    assert label.heightForWidth(260) > label.fontMetrics().height() * 2
    assert label.minimumSizeHint().width() < 260
    assert cut_off(label) == []
    assert label.text() == f"Bản sao là {PATH}, 3 m³/giờ."


def test_it_is_copied_as_it_is(qtbot: QtBot) -> None:
    label = Label(PATH, wrap=True, selectable=True)
    qtbot.addWidget(label)
    label.show()
    label.setSelection(0, len(QLabel.text(label)))
    qtbot.keyClick(label, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == PATH
