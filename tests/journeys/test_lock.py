"""The window locks when its person is away, and gives everything back as it was left."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.requests.intake import IntakeDialog
from app.ui.settings.page import SettingsPage
from app.ui.settings.pin import PinDialog
from app.ui.start.lock import LockPage
from app.ui.start.signin import SignInPage
from app.window.frame import DeskWindow
from tests.journeys.conftest import Open
from tests.journeys.windows import desk_of, go, main_of, said, seen, settle, toasts
from tests.offices import PASSWORD, person
from tests.ui.conftest import Asked
from tests.ui.looks import access_keys


class Ticks:
    """Seconds that the test lets pass."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def window(open_window: Open, home: Path) -> DeskWindow:
    window = open_window(home)
    window.idle._ticks = Ticks()
    window.open_for(person(desk_of(window), "yen"))
    return window


def away(window: DeskWindow, minutes: float) -> None:
    """Nobody touches it for so long."""
    ticks = window.idle._ticks
    assert isinstance(ticks, Ticks)
    ticks.now += minutes * 60
    window.idle.look()


def page_of(window: DeskWindow) -> LockPage:
    page = window.currentWidget()
    assert isinstance(page, LockPage)
    return page


def unlock(qtbot: QtBot, window: DeskWindow, words: str) -> None:
    page = page_of(window)
    page.said.setText(words)
    qtbot.keyClick(page.said, Qt.Key.Key_Return)
    settle(qtbot, window)


def taking_down(qtbot: QtBot, window: DeskWindow) -> IntakeDialog:
    page = go(qtbot, window, "yen", "requests")
    qtbot.keyClick(page, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: bool(window.findChildren(IntakeDialog)))
    dialog = seen(window, IntakeDialog)
    qtbot.keyClicks(dialog.form.editor("words"), "Mat nuoc tu sang")
    return dialog


def test_it_locks_after_the_time_that_was_chosen_and_not_while_it_is_used(
    qtbot: QtBot, window: DeskWindow
) -> None:
    away(window, 9.9)
    handle = window.windowHandle()
    assert handle is not None
    QTest.mouseMove(handle)
    QTest.keyClick(handle, Qt.Key.Key_Shift)
    away(window, 9.9)
    assert not window.idle.locked
    away(window, 0.1)
    assert window.idle.locked
    unlock(qtbot, window, PASSWORD)
    assert not window.idle.locked
    window.preferences = type(window.preferences)(lock_minutes=0)
    away(window, 600)
    assert not window.idle.locked


def test_what_is_open_is_covered_and_comes_back_as_it_was(qtbot: QtBot, window: DeskWindow) -> None:
    dialog, main = taking_down(qtbot, window), main_of(window)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    words = dialog.form.editor("words")
    words.setFocus()
    away(window, 10)
    qtbot.waitUntil(page_of(window).said.hasFocus)  # the keyboard is not left in what is covered
    assert [each for each in QApplication.topLevelWidgets() if each.isVisible() and each.isWindow()] == [
        window
    ]
    assert "Mat nuoc" not in said(window)
    assert window.main is main
    main.say("…")
    window.faults.note(RuntimeError("a job has failed meanwhile"))
    unlock(qtbot, window, "khong-phai-mat-khau")
    assert "mật khẩu" in page_of(window).error.text()
    assert window.idle.locked
    unlock(qtbot, window, PASSWORD)
    assert window.currentWidget() is main
    assert dialog.isVisible()
    assert dialog.isModal()
    assert dialog.form.values()["words"] == "Mat nuoc tu sang"
    assert dialog.focusWidget() is words
    dialog.throw_away()


def test_a_question_that_comes_up_meanwhile_waits(qtbot: QtBot, window: DeskWindow) -> None:
    from app.ui.kit.prompt import QtPrompter

    away(window, 10)
    QtPrompter().tell(main_of(window), "Khách hàng Nguyễn Thị Đoan Trang đã nộp")
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    assert window.idle.unsaved
    unlock(qtbot, window, PASSWORD)
    over = QApplication.activeModalWidget()
    assert over is not None
    assert "Đoan Trang" in over.accessibleName()
    over.close()


def test_the_pin_is_set_in_the_settings_and_unlocks(qtbot: QtBot, window: DeskWindow) -> None:
    page = go(qtbot, window, "yen", "settings")
    qtbot.keyClick(page, Qt.Key.Key_F6)
    dialog = seen(window, PinDialog)
    assert access_keys(dialog) == []
    dialog.form.set_values({"password": "mat-khau-sai", "pin": "2580", "again": "2581"})
    dialog.submit()
    assert "không giống" in said(dialog)
    dialog.form.set_values({"password": "mat-khau-sai", "pin": "2580", "again": "2580"})
    dialog.submit()
    settle(qtbot, window)
    assert "không phải mật khẩu" in said(dialog)
    dialog.form.set_values({"password": PASSWORD, "pin": "1111", "again": "1111"})
    dialog.submit()
    settle(qtbot, window)
    assert "dễ đoán" in said(dialog)
    dialog.form.set_values({"password": PASSWORD, "pin": "2580", "again": "2580"})
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, window)
    assert any("Đã đặt" in each for each in toasts(window))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(page, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    assert "PIN" in said(page_of(window))
    unlock(qtbot, window, "1379")
    assert "4" in page_of(window).error.text()
    unlock(qtbot, window, "2580")
    assert window.currentWidget() is main_of(window)


def test_somebody_else_takes_over_and_the_draft_is_kept(
    qtbot: QtBot, window: DeskWindow, asked: Asked
) -> None:
    yen = person(desk_of(window), "yen")
    taking_down(qtbot, window)
    away(window, 10)
    qtbot.waitUntil(window.isActiveWindow)
    asked.answers = False
    qtbot.keyClick(page_of(window), Qt.Key.Key_F2)
    assert window.idle.locked
    asked.answers = True
    qtbot.keyClick(page_of(window), Qt.Key.Key_F2)
    assert len(asked.questions) == 2
    assert isinstance(window.currentWidget(), SignInPage)
    assert not window.idle.locked
    settle(qtbot, window)
    assert not [each for each in QApplication.topLevelWidgets() if each.isVisible() and each is not window]
    drafts = desk_of(window).database.read
    with drafts.connect() as read:
        (kept,) = read.exec_driver_sql("SELECT fields FROM draft WHERE by = ?", (yen.id.bytes,)).fetchone()
    assert "Mat nuoc tu sang" in kept
    window.open_for(person(desk_of(window), "mai"))
    away(window, 9)
    assert not window.idle.locked


def test_nobody_is_locked_out_at_the_sign_in(qtbot: QtBot, open_window: Open, home: Path) -> None:
    window = open_window(home)
    window.idle._ticks = Ticks()
    away(window, 60)
    assert isinstance(window.currentWidget(), SignInPage)


def test_the_data_is_encrypted_from_the_settings_and_the_desk_opens_again(
    qtbot: QtBot, window: DeskWindow, asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAUMOI_KEYS", str(tmp_path / "keys"))
    for encrypted in (True, False):
        page = go(qtbot, window, "yen", "settings")
        assert isinstance(page, SettingsPage)
        act = "Mã hóa dữ liệu…" if encrypted else "Bỏ mã hóa dữ liệu…"
        assert act in page.encryption.accessibleName()
        assert ("Không được mã hóa: giấy tờ đã in, bản quét" in said(page)) != encrypted
        qtbot.keyClick(page, Qt.Key.Key_F9, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: isinstance(window.currentWidget(), SignInPage), timeout=20_000)
        assert (desk_of(window).database.key is not None) == encrypted
    there, back = asked.questions
    assert ("Không được mã hóa: giấy tờ đã in, bản quét" in there[0], there[1]) == (True, "Mã hóa")
    assert back[1] == "Bỏ mã hóa"
    assert asked.told == []
