"""Ways through the window that lead from everywhere: Ctrl+K to a page, F1 to the keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.ui.imports.wizard import ImportDialog
from app.ui.kit.keys import KeysDialog
from app.ui.requests.page import RequestsPage
from app.ui.shell.search import HIT_ROLE, Hit, SearchPalette
from app.ui.shell.window import MainWindow
from app.window.frame import DeskWindow
from tests.journeys.windows import desk_of, go, main_of, seen, settle
from tests.offices import person
from tests.services.test_requests import new

Open = Callable[[Path], DeskWindow]


def searched(qtbot: QtBot, main: MainWindow, typed: str) -> tuple[SearchPalette, QWidget]:
    """The search that Ctrl+K opens, with what is typed into it; and what has the keyboard there."""
    qtbot.keyClick(main, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = main.findChild(SearchPalette)
    held = QApplication.focusWidget()
    assert palette is not None
    assert held is not None
    qtbot.keyClicks(held, typed)
    return palette, held


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
    palette, held = searched(qtbot, main, typed)
    qtbot.waitUntil(lambda: [each.title for each in hits(palette) if each.group == "Trang"] == [title])
    qtbot.keyClick(held, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: main.key == key)


@pytest.mark.parametrize("typed", ["nhap so", "import"])
def test_the_import_of_a_former_register_is_found_by_what_it_is_called(
    qtbot: QtBot, home: Path, open_window: Open, typed: str
) -> None:
    window = open_window(home)
    go(qtbot, window, "mai", "today")
    main = main_of(window)
    palette, held = searched(qtbot, main, typed)
    qtbot.waitUntil(lambda: [each.title for each in hits(palette)] == ["Nhập sổ yêu cầu cũ"])
    qtbot.keyClick(held, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.findChild(ImportDialog) is not None)
    dialog = seen(window, ImportDialog)
    assert dialog.choose.text().startswith("Enter")
    assert main.key == "requests"
    dialog.reject()


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


def test_a_found_request_says_when_and_how_it_stands_and_the_keyboard_stands_on_it(
    qtbot: QtBot, home: Path, open_window: Open
) -> None:
    window = open_window(home)
    go(qtbot, window, "yen", "today")
    main, desk = main_of(window), desk_of(window)
    yen = person(desk, "yen")
    desk.requests.register(yen, new("leak", contact_name="Trần Văn Hùng", words="Nhà cho thuê bị rò rỉ"))
    wanted = desk.requests.register(yen, new("leak", contact_name="Trần Văn Thu", words="Rò rỉ trước nhà"))
    for _ in range(2):  # the second time the page is in sight already
        open_hit(qtbot, main, wanted.id)
        settle(qtbot, window)
        page = main.page("requests")
        assert isinstance(page, RequestsPage)
        assert page.table.hasFocus()
        assert page.table.current_id() == wanted.id


def open_hit(qtbot: QtBot, main: MainWindow, wanted: UUID) -> None:
    """Types a name and opens the first request that is found."""
    palette, held = searched(qtbot, main, "tran van thu")
    qtbot.waitUntil(lambda: len([each for each in hits(palette) if each.group == "Yêu cầu"]) == 2)
    first = next(each for each in hits(palette) if each.group == "Yêu cầu")
    assert (first.title, first.record) == ("Trần Văn Thu", wanted)
    assert re.fullmatch(r"\d\d/\d\d · \w.*", first.note)
    qtbot.keyClick(held, Qt.Key.Key_Return)
