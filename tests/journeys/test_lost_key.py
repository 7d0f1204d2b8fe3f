"""The key of a desk's encrypted data is lost on its PC: it is typed as the head office tells it, taken from a
file, or gone on without; by keyboard alone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import OFFICE_DATABASE
from app.home.first_start import enrol_desk
from app.home.recovery import Backups
from app.models.keys import Key, key_store
from app.models.sqlite import key_of, reading
from app.sync.at_rest import in_words
from app.ui.backups.ways import WaysPage
from app.ui.start.lost_key import LostKeyPage
from app.ui.start.signin import SignInPage
from app.window.frame import DeskWindow
from app.window.instance import Act, Message
from tests.home.test_recovery import ask
from tests.journeys.conftest import Open
from tests.journeys.windows import desk_of, good, said, settle
from tests.offices import Company
from tests.ui.conftest import Asked
from tests.ui.looks import access_keys, cut_off

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def locked(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Key]:
    """An encrypted desk with one request that was not sent, and its key, which this PC has no longer."""
    monkeypatch.setenv("DAUMOI_KEYS", str(tmp_path / "keys"))
    home = tmp_path / "BN03"
    invitation = company.headoffice.enrolment(1, "BN03", "BN03", "http://10.0.0.5:8765")
    enrol_desk(home, invitation, company.clock, company.transport, encrypted=True)
    desktop = company.opened(home)
    ask(desktop, "A sent")
    desktop.client.once()
    ask(desktop, "B unsent")
    key = desktop.database.key
    company.shut(desktop)
    assert key is not None
    Backups(home, company.clock).make()
    key_store().forget(key.mark)
    return home, key


def requests_in(home: Path) -> list[str]:
    with closing(reading(home / OFFICE_DATABASE)) as there:
        return sorted(words for (words,) in there.execute("SELECT words FROM request"))


def page_of(window: DeskWindow) -> LostKeyPage:
    page = window.currentWidget()
    assert isinstance(page, LostKeyPage), said(window)
    return page


def at_keyboard() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def wrong_by_a_letter(key: Key) -> str:
    words = in_words(key)
    return ("A" if words[0] != "A" else "B") + words[1:]


def signs_in(qtbot: QtBot, window: DeskWindow) -> None:
    qtbot.waitUntil(lambda: isinstance(window.currentWidget(), SignInPage), timeout=20_000)
    settle(qtbot, window)
    assert good(desk_of(window))


def test_it_is_typed_as_it_is_told(open_window: Open, locked: tuple[Path, Key], qtbot: QtBot) -> None:
    home, key = locked
    window = open_window(home)
    page = page_of(window)
    assert (cut_off(page), access_keys(page)) == ([], [])
    assert f"quầy BN03, ký hiệu {key.mark[:4]} {key.mark[4:8]}" in page.sentence.text()
    QTest.keyClicks(at_keyboard(), wrong_by_a_letter(key)[:-1].lower())
    assert "51 trên 52" in said(window)
    QTest.keyClicks(at_keyboard(), wrong_by_a_letter(key)[-1])
    assert "không mở được dữ liệu" in said(window)
    qtbot.waitUntil(lambda: cut_off(page) == [])
    QTest.keyClick(at_keyboard(), Qt.Key.Key_Return, CTRL)
    assert page_of(window) is page
    QTest.keyClick(at_keyboard(), Qt.Key.Key_Home)
    QTest.keyClick(at_keyboard(), Qt.Key.Key_Delete)
    vietnamese = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, "đ")
    QApplication.sendEvent(at_keyboard(), vietnamese)
    qtbot.waitUntil(lambda: "tắt gõ tiếng Việt" in said(window))
    QTest.keyClicks(at_keyboard(), in_words(key)[0])
    assert "Đúng khóa của dữ liệu này." in said(window)
    QTest.keyClick(at_keyboard(), Qt.Key.Key_Return, CTRL)
    signs_in(qtbot, window)
    assert key_of(home / OFFICE_DATABASE) == key


def test_it_is_taken_from_a_file_by_a_double_click(
    open_window: Open, locked: tuple[Path, Key], qtbot: QtBot, asked: Asked, tmp_path: Path
) -> None:
    home, key = locked
    window = open_window(home)
    file = tmp_path / "BN03.daumoi-key"

    def double_clicked() -> None:
        window.visits.hear(Message(Act.SHOW, [str(file)]))
        settle(qtbot, window)

    for words in ("", "\0" * 5000, wrong_by_a_letter(key)):
        file.write_text(words)
        double_clicked()
        assert page_of(window).error.text().startswith("BN03.daumoi-key: ")
    file.write_text(in_words(key) + "\r\n", "utf-8-sig")
    double_clicked()
    signs_in(qtbot, window)
    assert str(file) in asked.told[0]
    double_clicked()
    assert "không đang chờ khóa nào" in asked.told[1]


def test_the_key_is_there_again(open_window: Open, locked: tuple[Path, Key], qtbot: QtBot) -> None:
    home, key = locked
    window = open_window(home)
    QTest.keyClick(page_of(window), Qt.Key.Key_F5)
    again = page_of(window)
    key_store().keep(key)
    QTest.keyClick(again, Qt.Key.Key_F5)
    signs_in(qtbot, window)


def test_it_goes_on_without_and_what_was_not_sent_waits_for_the_key(
    open_window: Open, company: Company, locked: tuple[Path, Key], qtbot: QtBot, asked: Asked
) -> None:
    home, key = locked
    window = open_window(home)
    page_of(window).others.click()
    settle(qtbot, window)
    ways = window.currentWidget()
    assert isinstance(ways, WaysPage)
    # The journal cannot be read, and no backup can be opened.
    assert [each.text() for each in ways.buttons] == ["Lấy dữ liệu từ công ty", "Chọn tệp sao lưu…"]
    ways.buttons[0].click()
    signs_in(qtbot, window)
    assert requests_in(home) == ["A sent"]
    assert key_of(home / OFFICE_DATABASE) not in (None, key)
    (aside,) = home.glob("office-replaced-*.db")
    key_store().keep(key)
    window.shut()
    Backups(home, company.clock).restore(aside)
    desktop = company.opened(home)
    desktop.client.once()
    assert requests_in(home) == ["A sent", "B unsent"]
    assert desktop.contact.unsent == 0
