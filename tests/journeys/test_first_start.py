"""The first start of a PC, by keyboard alone: a code told by phone, then the office's data; broken off at any
point, it goes on."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import AppError
from app.headoffice import snapshots
from app.sync.client import Progress
from app.ui.start.arrival import ArrivalPage
from app.ui.start.setup import SetUpPage
from app.ui.start.signin import SignInPage
from app.window.frame import DeskWindow
from app.window.instance import Act, Message
from tests.journeys.conftest import Open
from tests.journeys.windows import desk_of, good, said, settle
from tests.offices import Company
from tests.ui.looks import access_keys, cut_off

CTRL = Qt.KeyboardModifier.ControlModifier
PHONE = "http://10.0.0.5:8765"


def at_keyboard() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def type_code(window: DeskWindow, code: str) -> None:
    """From the first page on."""
    page = window.currentWidget()
    assert isinstance(page, SetUpPage), said(window)
    QTest.keyClick(at_keyboard(), Qt.Key.Key_Return, CTRL)
    assert (page.step.title.text(), cut_off(page.step), access_keys(page.step)) == (
        "Mã đọc qua điện thoại",
        [],
        [],
    )
    QTest.keyClicks(at_keyboard(), "10.0.0.5")
    QTest.keyClick(at_keyboard(), Qt.Key.Key_Return)
    QTest.keyClicks(at_keyboard(), code.replace("-", "").lower())
    typed = at_keyboard()
    assert isinstance(typed, QLineEdit)
    assert typed.text() == code
    QTest.keyClick(typed, Qt.Key.Key_Return, CTRL)


def signs_in(qtbot: QtBot, window: DeskWindow) -> None:
    qtbot.waitUntil(lambda: isinstance(window.currentWidget(), SignInPage), timeout=20_000)
    settle(qtbot, window)
    assert desk_of(window).identity.hub_url == PHONE
    assert good(desk_of(window))


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every office is large enough for a snapshot."""
    monkeypatch.setattr(snapshots, "LEAST", 0)


@pytest.mark.usefixtures("large")
def test_a_desk_comes_to_its_office_by_a_code(
    open_window: Open, company: Company, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    show = ArrivalPage._show

    def seen(page: ArrivalPage, progress: Progress) -> None:
        show(page, progress)
        steps.append(progress.phase)
        assert page.steps.how_far.text()
        assert cut_off(page) == []

    monkeypatch.setattr(ArrivalPage, "_show", seen)
    window = open_window(tmp_path / "BN07")
    type_code(window, company.headoffice.hub.enrolling.invite(1, "BN07", "Quầy 7"))
    signs_in(qtbot, window)
    assert [step for step in dict.fromkeys(steps) if step != "preparing"] == ["snapshot", "installing"]


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("at", ["/v1/who", "/v1/enrol", "/v1/snapshot", "/v1/sync"])
def test_what_was_broken_off_goes_on_at_the_next_start(
    open_window: Open,
    company: Company,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    at: str,
) -> None:
    hub, home, go = company.headoffice.hub, tmp_path / "BN07", threading.Event()
    code, answer = hub.enrolling.invite(1, "BN07", "Quầy 7"), hub.answer

    def cut(path: str, data: bytes) -> bytes:
        answered = answer(path, data)
        if path == at:
            raise AppError("sync.offline", url=PHONE)
        return answered

    def late(path: str, data: bytes) -> bytes:
        assert go.wait(20)
        return answer(path, data)

    monkeypatch.setattr(hub, "answer", cut)
    window = open_window(home)
    type_code(window, code)
    settle(qtbot, window)
    if at == "/v1/sync":  # the data is there; only what is new since is not
        signs_in(qtbot, window)
        return
    assert f"Không liên lạc được với công ty tại {PHONE}." in said(window)
    window.shut()
    monkeypatch.setattr(hub, "answer", late)
    again = open_window(home)
    if at in ("/v1/who", "/v1/enrol"):
        type_code(again, code)
    else:
        assert isinstance(again.currentWidget(), ArrivalPage)
    go.set()
    signs_in(qtbot, again)


@pytest.mark.usefixtures("large")
def test_it_can_be_stopped_and_goes_on(
    open_window: Open, company: Company, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, asked, go = company.headoffice.hub, threading.Event(), threading.Event()
    answer = hub.answer

    def slow(path: str, data: bytes) -> bytes:
        if path == "/v1/snapshot":
            asked.set()
            assert go.wait(20)
        return answer(path, data)

    monkeypatch.setattr(hub, "answer", slow)
    window = open_window(tmp_path / "BN07")
    type_code(window, hub.enrolling.invite(1, "BN07", "Quầy 7"))
    qtbot.waitUntil(asked.is_set)
    page = window.currentWidget()
    assert isinstance(page, ArrivalPage)
    QTest.keyClick(at_keyboard(), Qt.Key.Key_Escape)
    go.set()
    settle(qtbot, window)
    assert page.steps.how_far.text() == "Đã dừng. Những gì đã nhận được giữ lại."
    QTest.keyClick(at_keyboard(), Qt.Key.Key_Return, CTRL)
    signs_in(qtbot, window)


def test_the_ways_to_an_office_are_chosen_by_keyboard(open_window: Open, tmp_path: Path) -> None:
    window = open_window(tmp_path / "BN07")
    page = window.currentWidget()
    assert isinstance(page, SetUpPage)
    assert (page.ways.value(), cut_off(page.step), access_keys(page.step)) == ("phone", [], [])
    assert "bản quét, khóa riêng của quầy" in said(page.step)  # what encrypting does not cover
    for _ in ("encrypted", "way"):
        QTest.keyClick(at_keyboard(), Qt.Key.Key_Tab)
    for way in ("file", "found"):
        QTest.keyClick(at_keyboard(), Qt.Key.Key_Down)
        assert page.ways.value() == way
    page.encrypted.setChecked(True)  # for nothing: the head office's data lies beside it
    QTest.keyClick(at_keyboard(), Qt.Key.Key_Return, CTRL)
    assert page.step.title.text() == "Chào mừng"
    assert "hãy mã hóa ổ đĩa của máy" in said(window)
    QTest.keyClick(at_keyboard(), Qt.Key.Key_Space)
    QTest.keyClick(at_keyboard(), Qt.Key.Key_Return, CTRL)
    assert page.step.title.text() == "Công ty"
    QTest.keyClick(at_keyboard(), Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert page.step.title.text() == "Chào mừng"


def test_a_code_that_is_wrong_is_said_where_it_stands(
    open_window: Open, company: Company, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(tmp_path / "BN07")
    type_code(window, "0000-0000-0000-0000")
    settle(qtbot, window)
    page = window.currentWidget()
    assert isinstance(page, SetUpPage)
    assert page.step.error.text().startswith("Công ty không có lời mời này")
    code = page.step.findChild(QLineEdit, "code")
    assert code is not None
    code.setText("K7QM")
    QTest.keyClick(code, Qt.Key.Key_Return, CTRL)
    assert "Mã có mười sáu chữ và số" in said(window)
    assert not window.jobs.busy


def test_a_desk_without_a_line_begins_by_a_file_and_its_code(
    open_window: Open, company: Company, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_line(path: str, data: bytes) -> bytes:
        raise AppError("sync.offline", url=PHONE)

    invitation = company.headoffice.enrolment(1, "BN07", "Quầy 7", PHONE)
    file = tmp_path / "BN07.daumoi-start"
    company.headoffice.start_file(invitation, file)
    monkeypatch.setattr(company.headoffice.hub, "answer", no_line)
    window = open_window(tmp_path / "BN07")
    page = window.currentWidget()
    assert isinstance(page, SetUpPage)
    window.visits.hear(Message(Act.SHOW, [str(file)]))  # by a double click
    assert said(window).count("BN07.daumoi-start chứa dữ liệu của chi nhánh") == 1
    assert (page.step.title.text(), cut_off(page.step), access_keys(page.step)) == ("Mã của tệp", [], [])
    QTest.keyClicks(at_keyboard(), invitation.code)
    QTest.keyClick(at_keyboard(), Qt.Key.Key_Return, CTRL)
    window.visits.hear(Message(Act.SHOW, [str(tmp_path / "other.daumoi-start")]))  # one at a time
    assert "other.daumoi-start" not in said(window)
    signs_in(qtbot, window)
