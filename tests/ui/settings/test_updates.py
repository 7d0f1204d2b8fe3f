"""Updates in a desk's window: offered at its foot and in the settings, never while money is taken; installed
by a person, or on closing; told of afterwards."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app import __version__, bootstrap
from app.domain.trial import Trial
from app.sync import update_folder
from app.sync.update_folder import Happened, State, UpdateFolder
from app.ui.kit import theme
from app.ui.kit.inspector import Notice
from app.ui.settings.updates import UpdatePanel
from app.ui.shell.texts import use_language
from app.ui.shell.window import MainWindow
from app.window.frame import DeskWindow
from tests.idle import until_idle
from tests.journeys.conftest import asked, home, look, open_window
from tests.offices import Company, person
from tests.ui.conftest import Asked
from tests.updates import PUBLIC, called, put

__all__ = ["asked", "home", "look", "open_window"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="setups of these tests are shell scripts")

Open = Callable[[Path], DeskWindow]
NEWER = "90.0.0"


@pytest.fixture(autouse=True)
def _publisher(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (bootstrap, update_folder):
        monkeypatch.setattr(module, "publishers", lambda: [PUBLIC])


def at_work(window: DeskWindow, login: str = "tung") -> MainWindow:
    assert window.desktop is not None
    window.open_for(person(window.desktop, login))
    assert window.main is not None
    return window.main


def panel_of(qtbot: QtBot, window: DeskWindow) -> UpdatePanel:
    assert window.main is not None
    found = window.main.open_section("settings").findChild(UpdatePanel)
    assert found is not None
    until_idle(qtbot, window.jobs)
    return found


def said(panel: UpdatePanel) -> str:
    return " | ".join(label.text() for label in panel.findChildren(QLabel) if label.isVisibleTo(panel))


def folder_of(window: DeskWindow) -> UpdateFolder:
    assert window.desktop is not None
    return window.desktop.updates.folder


def take_money(window: DeskWindow) -> None:
    desk = window.desktop
    assert desk is not None
    desk.cash.open_session(person(desk, "tung"), uuid4(), "VA", 500_000)


def test_it_is_fetched_behind_the_work_and_offered_at_the_foot(
    qtbot: QtBot, open_window: Open, home: Path, company: Company, tmp_path: Path
) -> None:
    manifest = put(tmp_path, NEWER, 300_000)
    company.headoffice.updates.publish(manifest.with_suffix(".run"), manifest)
    company.headoffice.updates.roll_out(NEWER, None)
    window = open_window(home)
    theme.apply(QApplication.instance(), "light", 150)  # type: ignore[arg-type]
    main = at_work(window)
    qtbot.waitUntil(lambda: main.status.news == f"Có thể cài phiên bản {NEWER}")
    assert QApplication.activeModalWidget() is None  # nothing stands before the work
    qtbot.mouseClick(main.status._news, Qt.MouseButton.LeftButton)
    assert main.key == "settings"
    panel = panel_of(qtbot, window)
    assert panel.now.hasFocus()
    qtbot.waitUntil(lambda: panel.now.visibleRegion().boundingRect() == panel.now.rect())  # large text too
    assert f"Phiên bản {NEWER} đã sẵn sàng" in said(panel)
    assert "Tìm nhanh hơn." in said(panel)
    qtbot.keyClick(panel, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert called(home) == [f"{NEWER} /S /UPDATE"]
    assert folder_of(window).state.trial == Trial(__version__, NEWER, "0003")


def test_never_while_money_is_taken(qtbot: QtBot, open_window: Open, home: Path, tmp_path: Path) -> None:
    window = open_window(home)
    put(tmp_path, NEWER)
    folder_of(window).take(tmp_path)
    take_money(window)
    main = at_work(window)
    panel = panel_of(qtbot, window)
    assert not panel.now.isEnabled()
    assert "Quầy này đang mở ca thu" in said(panel)
    assert main.status.news == ""
    panel._updating.install(panel._failed)  # it was opened just now
    until_idle(qtbot, window.jobs)
    panel.later.click()
    window.close()  # that does not help, either
    assert not (home / "called").exists()
    assert folder_of(window).state.trial is None


def test_never_while_something_typed_is_not_saved(
    qtbot: QtBot, open_window: Open, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(home)
    put(tmp_path, NEWER)
    folder_of(window).take(tmp_path)
    main = at_work(window)
    panel = panel_of(qtbot, window)
    monkeypatch.setattr(main, "may_leave", lambda: False)
    qtbot.keyClick(panel, Qt.Key.Key_F2)
    assert "chưa lưu" in said(panel)
    until_idle(qtbot, window.jobs)
    assert not (home / "called").exists()
    monkeypatch.undo()


def test_on_closing_when_somebody_wants_it_so(
    qtbot: QtBot, open_window: Open, home: Path, tmp_path: Path
) -> None:
    window = open_window(home)
    put(tmp_path, NEWER)
    folder_of(window).take(tmp_path)
    main = at_work(window)
    panel = panel_of(qtbot, window)
    qtbot.keyClick(panel, Qt.Key.Key_F10)
    assert panel.file.hasFocus()  # the button that had it is gone
    qtbot.waitUntil(lambda: main.status.news == f"Phiên bản {NEWER} sẽ cài khi đóng")
    use_language(QApplication.instance(), "en")
    qtbot.waitUntil(lambda: main.status.news == f"Version {NEWER} is installed on closing")
    use_language(QApplication.instance(), "vi")
    panel = panel_of(qtbot, window)
    window.close()
    assert called(home) == [f"{NEWER} /S /UPDATE"]


def test_a_stick_is_taken_in_the_settings_and_what_is_wrong_with_it_is_said(
    qtbot: QtBot, open_window: Open, home: Path, tmp_path: Path
) -> None:
    window = open_window(home)
    at_work(window)
    panel = panel_of(qtbot, window)
    assert f"Ở đây đang dùng phiên bản {__version__}" in said(panel)
    bad = put(tmp_path / "bad", NEWER)
    bad.with_suffix(".run").unlink()
    panel.take(bad)
    qtbot.waitUntil(lambda: "không nằm cạnh tệp cập nhật" in said(panel))
    panel.take(put(tmp_path / "good", NEWER))
    qtbot.waitUntil(lambda: panel.now.isVisibleTo(panel) and panel.now.isEnabled())
    assert f"Đã nhận phiên bản {NEWER} từ USB." in said(panel)
    assert not panel.findChildren(Notice)[0].isHidden()
    until_idle(qtbot, window.jobs)


@pytest.mark.parametrize(
    ("what", "words"),
    [("updated", f"Chương trình đã được cập nhật từ phiên bản 0.0.9 lên {__version__}."),
     ("went back", f"Phiên bản {__version__} không khởi động được ở đây"),
     ("missed", f"Phiên bản {__version__} chưa cài được"),
     ("stranded", "Hãy nhờ người quản trị cài phiên bản 0.0.9")],
)  # fmt: skip
def test_what_came_of_it_is_said_once(
    qtbot: QtBot, open_window: Open, home: Path, what: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    toasts: list[str] = []
    monkeypatch.setattr(MainWindow, "say", lambda _self, text, **_named: toasts.append(text))
    UpdateFolder(home, __version__, [PUBLIC]).keep(State(happened=Happened(what, "0.0.9", __version__)))
    window = open_window(home)
    at_work(window)
    qtbot.waitUntil(lambda: bool(toasts))
    assert words in toasts[0]
    assert words in said(panel_of(qtbot, window))
    at_work(window, "yen")
    until_idle(qtbot, window.jobs)
    assert len(toasts) == 1
    assert folder_of(window).state.happened is None


def on_trial(home: Path) -> UpdateFolder:
    folder = UpdateFolder(home, __version__, [PUBLIC])
    folder.keep(State(trial=Trial("0.0.9", __version__, "0003", starts=1)))
    return folder


def test_a_new_version_has_started_when_somebody_has_signed_in(
    qtbot: QtBot, open_window: Open, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_trial(home)
    window = open_window(home)
    assert folder_of(window).state.trial is not None
    at_work(window)
    qtbot.waitUntil(lambda: folder_of(window).state.trial is None)
    until_idle(qtbot, window.jobs)
    assert folder_of(window).running == __version__


def test_a_window_that_a_person_closes_at_once_has_not_failed(
    qtbot: QtBot, home: Path, company: Company, look: QApplication, asked: Asked
) -> None:
    folder = on_trial(home)
    assert folder.begin(company.clock.now()) is False
    assert folder.state.trial is not None
    assert folder.state.trial.starts == 2
    window = DeskWindow(home, company.clock, transport=company.transport, prompter=asked, updates=folder)
    window.begin()
    window.show()
    window.close()
    assert folder.state.trial.starts == 1
    window.shut()
    window.deleteLater()


def test_a_start_with_a_fault_has_failed_however_long_it_stands_and_whoever_closes_it(
    qtbot: QtBot, open_window: Open, home: Path
) -> None:
    on_trial(home)
    window = open_window(home)
    window.faults.note(ZeroDivisionError())  # behind the sign-in, as it would be in a slot
    dialog = window.faults.dialog
    assert dialog is not None
    assert window.updating is not None
    assert not window.updating._standing.isActive()
    dialog.accept()
    window.close()
    assert folder_of(window).state.trial == Trial("0.0.9", __version__, "0003", starts=1)


def test_a_build_that_names_no_publisher_says_that_it_takes_no_updates(
    qtbot: QtBot, open_window: Open, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for module in (bootstrap, update_folder):
        monkeypatch.setattr(module, "publishers", list)
    window = open_window(home)
    at_work(window)
    panel = panel_of(qtbot, window)
    assert "không có khóa của nhà phát hành nên không nhận bản cập nhật" in said(panel)
    assert not panel.file.isVisibleTo(panel)
    panel.take(put(tmp_path, NEWER))  # by a double click on the file
    qtbot.waitUntil(lambda: said(panel).count("không nhận bản cập nhật") == 2)
    until_idle(qtbot, window.jobs)
