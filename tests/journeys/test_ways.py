"""Ways through the window that lead from everywhere: Ctrl+K to a page, F1 to the keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.ui.kit.keys import KeysDialog
from app.ui.shell.search import HIT_ROLE, Hit, SearchPalette
from app.window.frame import DeskWindow
from tests.journeys.windows import go, main_of

Open = Callable[[Path], DeskWindow]


def hits(palette: SearchPalette) -> list[Hit]:
    rows = (palette._list.item(i).data(HIT_ROLE) for i in range(palette._list.count()))
    return [each for each in rows if isinstance(each, Hit)]


@pytest.mark.parametrize(
    ("login", "typed", "title", "key"),
    [("tung", "thu tien", "Thu tiền", "cash"), ("duc", "chi", "Chỉ số", "readings")],
)
def test_pages_are_found_by_what_they_are_called(
    qtbot: QtBot, home: Path, open_window: Open, login: str, typed: str, title: str, key: str
) -> None:
    window = open_window(home)
    go(qtbot, window, login, "today")
    main = main_of(window)
    qtbot.keyClick(main, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = main.findChild(SearchPalette)
    held = QApplication.focusWidget()
    assert palette is not None
    assert held is not None
    qtbot.keyClicks(held, typed)
    qtbot.waitUntil(lambda: [each.title for each in hits(palette) if each.group == "Trang"] == [title])
    qtbot.keyClick(held, Qt.Key.Key_Return)
    assert main.key == key


def test_the_keys_of_the_page_in_sight(qtbot: QtBot, home: Path, open_window: Open) -> None:
    window = open_window(home)
    go(qtbot, window, "yen", "requests")
    main = main_of(window)
    qtbot.keyClick(main, Qt.Key.Key_F1)
    dialog = main.findChild(KeysDialog)
    assert dialog is not None
    said = [each.text() for each in dialog.findChildren(QLabel)]
    assert said[:4] == ["Phím tắt", "Yêu cầu", "F2", "Tiếp nhận"]
    assert "Ctrl+K" in said
