"""F1: the keys of where one is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.kit import theme
from app.ui.kit.buttons import Button, Filter, FilterChips
from app.ui.kit.dialog import Dialog, Sheet
from app.ui.kit.keys import KeysDialog, page_keys

Active = Callable[[QWidget], QWidget]


def test_a_dialog_tells_its_keys(qtbot: QtBot, active: Active) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    active(window)
    dialog = Dialog(window, "Kết ca")
    column = QVBoxLayout(dialog)
    for each in (Button("In lại", key="Ctrl+P"), Button("Kết ca và in", key="F9"), Button("Đếm lại")):
        column.addWidget(each)
    dialog.open()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog, Qt.Key.Key_F1)
    keys = dialog.findChild(KeysDialog)
    assert keys is not None
    said = [each.text() for each in keys.findChildren(QLabel)]
    assert said[:6] == ["Phím tắt", "Kết ca", "F9", "Kết ca và in", "Ctrl+P", "In lại"]
    assert "Đếm lại" not in said
    assert said[said.index("Ctrl+K") :][:2] == ["Ctrl+K", "Tìm khách hàng, yêu cầu hoặc trang"]
    keys.activateWindow()
    qtbot.waitUntil(keys.isActiveWindow)
    qtbot.keyClick(keys, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: dialog.findChild(KeysDialog) is None)
    assert dialog.isVisible()
    dialog.reject()


def test_a_long_list_of_keys_is_read_by_keys(qtbot: QtBot, qapp: QApplication, active: Active) -> None:
    theme.apply(qapp, "light", 200)
    window = QWidget()
    window.resize(1366, 768)
    qtbot.addWidget(window)
    active(window)
    keys = KeysDialog(window, None)
    keys.open()
    keys.activateWindow()
    qtbot.waitUntil(keys.isActiveWindow)
    assert keys.height() <= 768
    bar = keys.findChild(Sheet).verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    qtbot.keyClick(keys.back, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    qtbot.keyClick(keys.back, Qt.Key.Key_PageUp)
    assert bar.value() == 0
    keys.reject()


def test_chips_are_gone_along_from_anywhere_on_the_page(qtbot: QtBot, active: Active) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    chips = FilterChips([Filter(key, key) for key in ("mine", "held", "open", "all")], "Yêu cầu nào")
    lesser = FilterChips([Filter("a", "a"), Filter("b", "b")], "Bảng nào", bound=False)
    field = QPlainTextEdit()
    for each in (chips, lesser, field):
        column.addWidget(each)
    chips.set_offered("held", False)
    active(page)
    field.setFocus()
    ctrl, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    seen = []
    for key, how in ((Qt.Key.Key_Tab, ctrl), (Qt.Key.Key_Tab, ctrl), (Qt.Key.Key_Tab, ctrl)):
        qtbot.keyClick(field, key, how)
        seen.append(chips.key())
    assert seen == ["open", "all", "mine"]  # over the one out of sight, and round
    qtbot.keyClick(field, Qt.Key.Key_Backtab, ctrl | shift)  # as keyboards send it
    assert chips.key() == "all"
    assert (lesser.key(), field.hasFocus(), field.toPlainText()) == ("a", True, "")
    assert page_keys(page) == [("Ctrl+Tab, Ctrl+Shift+Tab", "Mục tiếp theo, mục trước ở hàng chọn phía trên")]
    chips.hide()
    assert page_keys(page) == []
