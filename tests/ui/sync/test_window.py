"""The head office in a desk's window: the bar at the foot, the page one click away, the news of a name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.sync.client import Progress
from app.sync.loop import SyncState
from app.ui.shell.search import SearchPalette
from app.ui.shell.status import StatusBar
from app.ui.shell.status import SyncState as Shown
from app.ui.shell.texts import use_language
from app.ui.sync.page import SyncPage
from app.window.frame import DeskWindow
from tests.idle import until_idle
from tests.journeys.conftest import asked, home, look, open_window
from tests.money import add_home
from tests.offices import Company, person
from tests.ui.conftest import Asked

__all__ = ["asked", "home", "look", "open_window"]

Open = Callable[[Path], DeskWindow]


@pytest.fixture
def window(open_window: Open, home: Path) -> DeskWindow:
    """A desk's window, somebody at work in it."""
    made = open_window(home)
    assert made.desktop is not None
    made.open_for(person(made.desktop, "yen"))
    return made


def foot(window: DeskWindow) -> str:
    """What the bar says of the line."""
    assert window.main is not None
    return window.main.status._sync.accessibleName()


def desk_of(window: DeskWindow) -> Desktop:
    assert window.desktop is not None
    return window.desktop


def test_one_click_on_the_bar_opens_the_page(qtbot: QtBot, window: DeskWindow) -> None:
    main = window.main
    assert main is not None
    qtbot.mouseClick(main.status._sync, Qt.MouseButton.LeftButton)
    assert main.key == "sync"
    assert isinstance(main.page("sync"), SyncPage)
    until_idle(qtbot, window.jobs)


def test_the_page_is_found_by_its_name(qtbot: QtBot, window: DeskWindow) -> None:
    main = window.main
    assert main is not None
    qtbot.keyClick(main, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = main.findChild(SearchPalette)
    assert palette is not None
    qtbot.waitUntil(palette.isVisible)
    edit, listed = palette.findChild(QLineEdit), palette.findChild(QListWidget)
    assert edit is not None
    assert listed is not None
    qtbot.keyClicks(edit, "ket noi")
    qtbot.waitUntil(lambda: listed.currentItem() is not None)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert main.key == "sync"
    until_idle(qtbot, window.jobs)


def test_a_pause_is_shown_and_holds_over_a_restart(
    qtbot: QtBot, open_window: Open, window: DeskWindow
) -> None:
    main = window.main
    assert main is not None
    qtbot.waitUntil(lambda: "Đã kết nối" in foot(window))
    page = main.open_section("sync")
    assert isinstance(page, SyncPage)
    qtbot.keyClick(page, Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: "Đang tạm dừng · không gửi gì" in foot(window))
    add_home(desk_of(window), "BN-000001")
    qtbot.waitUntil(lambda: "1 bút ghi chưa gửi" in foot(window))
    home = window.home
    window.shut()
    again = open_window(home)
    again.open_for(person(desk_of(again), "yen"))
    assert "Đang tạm dừng" in foot(again)
    assert again.main is not None
    page = again.main.open_section("sync")
    assert isinstance(page, SyncPage)
    qtbot.keyClick(page, Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: foot(again).startswith("Đã kết nối, đã gửi hết"))
    until_idle(qtbot, again.jobs)


def test_the_bar_says_how_far_it_is_in_the_language_of_now(qtbot: QtBot, window: DeskWindow) -> None:
    progress = Progress("sending", 45_000, 100_000, 3)
    qtbot.waitUntil(lambda: "Đã kết nối" in foot(window))
    window._contact.emit(SyncState("syncing", 12, None, progress=progress))
    assert foot(window).startswith("Đang gửi 45 %, 12 bút ghi chưa gửi")
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    use_language(app, "en")
    qtbot.waitUntil(lambda: foot(window).startswith("Sending 45 %"))
    until_idle(qtbot, window.jobs)


def test_the_bar_has_words_for_every_state(qtbot: QtBot) -> None:
    bar = StatusBar("Quầy BN03", "Yến")
    qtbot.addWidget(bar)
    said = set()
    for state in Shown:
        bar.show_sync(state, 0, "")
        said.add(bar._sync.parts[0])
    assert len(said) == len(Shown)


def test_a_restored_desk_tells_its_new_name_once(
    qtbot: QtBot, company: Company, home: Path, open_window: Open, asked: Asked
) -> None:
    backup = home.with_name("backup")
    shutil.copytree(home, backup)
    desktop = Desktop(home, company.clock, company.transport)
    add_home(desktop, "BN-000001")
    desktop.client.once()
    desktop.close()
    shutil.rmtree(home)
    shutil.copytree(backup, home)
    desktop = Desktop(home, company.clock, company.transport)
    add_home(desktop, "BN-000002")
    desktop.close()

    window = open_window(home)
    window.open_for(person(desk_of(window), "yen"))
    qtbot.waitUntil(lambda: bool(asked.told))
    name = desk_of(window).identity.desk
    assert name != "BN03"
    assert asked.told == [
        f"Dữ liệu của máy này đã được phục hồi hoặc sao chép, nên từ nay quầy này mang tên {name}. "
        "Không mất gì; giấy tờ mới mang tên mới."
    ]
    assert window.main is not None
    assert window.main.status._desk.text() == f"Quầy {name}"
    qtbot.waitUntil(lambda: "đã gửi hết" in foot(window))
    window.shut()

    again = open_window(home)
    again.open_for(person(desk_of(again), "yen"))
    assert again.main is not None
    page = again.main.open_section("sync")
    assert isinstance(page, SyncPage)
    until_idle(qtbot, again.jobs)
    assert page.renamed.isVisible()
    assert len(asked.told) == 1
    qtbot.mouseClick(page.renamed, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.renamed.isVisible())
    until_idle(qtbot, again.jobs)
    assert desk_of(again).contact.renamed == ""
