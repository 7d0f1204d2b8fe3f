"""What nobody expected, in the window: said once and calmly, with a report, the draft kept, and ways on."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.errors import AppError
from app.ui.requests.intake import IntakeDialog
from app.ui.settings.support import SupportDialog
from app.ui.shell.fault import FaultDialog
from app.ui.today.page import TodayPage
from app.window.frame import DeskWindow
from tests.journeys.conftest import Open
from tests.journeys.windows import main_of, said, settle
from tests.offices import Company, person
from tests.ui.conftest import Asked


@pytest.fixture
def window(open_window: Open, home: Path, qtbot: QtBot) -> DeskWindow:
    window = open_window(home)
    assert window.desktop is not None
    window.open_for(person(window.desktop, "yen"))
    settle(qtbot, window)
    return window


def dialogs(window: DeskWindow) -> list[FaultDialog]:
    return [each for each in window.findChildren(FaultDialog) if each.isVisible()]


def fails(text: str, kind: type[Exception] = ValueError) -> BaseException:
    try:
        raise kind(text)
    except kind as error:
        return error


def test_ten_faults_are_one_dialog(window: DeskWindow, qtbot: QtBot) -> None:
    for kind in (ValueError, KeyError, TypeError, OSError, RuntimeError):
        for n in range(2):
            window.faults.note(fails(f"Trần Thị Lan {n}", kind))
    (dialog,) = dialogs(window)
    words = said(dialog)
    assert "Không mất gì." in words
    assert "Trần" not in words
    reports = list((window.home / "logs").glob("crash-*.txt"))
    assert len(reports) == 5
    assert sum(str(report) in words for report in reports) == 1
    assert not any("Trần" in report.read_text("utf-8") for report in reports)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not dialogs(window))
    window.faults.note(fails("again"))  # the same one: it was said a moment ago
    assert not dialogs(window)
    try:
        [][0]
    except IndexError as error:
        window.faults.note(error)  # another
    assert len(dialogs(window)) == 1


def test_who_cannot_begin_is_not_told_to_go_on(company: Company, home: Path, qtbot: QtBot) -> None:
    window = DeskWindow(home, company.clock)
    qtbot.addWidget(window)
    window.faults.note(fails("while starting"))
    (dialog,) = dialogs(window)
    assert "Không mở được Đầu Mối" in said(dialog)
    assert "làm việc tiếp" not in said(dialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_from_a_thread_a_job_and_a_slot(
    window: DeskWindow, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sys.excepthook, threading.excepthook
    with window.faults:
        thread = threading.Thread(target=lambda: 1 / 0, name="printing")
        thread.start()
        thread.join()
        window.jobs.run(window, lambda _job: {}["x"], done=lambda _: None)
        error = fails("of a slot")
        sys.excepthook(type(error), error, None)
        qtbot.waitUntil(lambda: len(list((window.home / "logs").glob("crash-*.txt"))) == 3)
    sys.excepthook, threading.excepthook = before
    reports = [each.read_text("utf-8") for each in (window.home / "logs").glob("crash-*.txt")]
    failed = sorted(each.splitlines()[-1] for each in reports)
    assert failed == ["KeyError", "ValueError", "ZeroDivisionError"]
    assert sum("in: printing" in each for each in reports) == 1
    assert "of a slot" in capsys.readouterr().err
    qtbot.waitUntil(lambda: len(dialogs(window)) == 1)


def test_an_expected_failure_keeps_its_sentence(window: DeskWindow, asked: Asked) -> None:
    for _ in range(3):
        window.faults.note(AppError("disk.full"))
    assert len(asked.told) == 1
    assert not dialogs(window)


def test_the_draft_is_kept_and_the_program_closed(window: DeskWindow, qtbot: QtBot) -> None:
    page = main_of(window).page("today")
    assert isinstance(page, TodayPage)
    intake: IntakeDialog = page.receive()
    settle(qtbot, window)
    intake.form.set_values({"contact_name": "Trần Thị Lan"})
    intake.form.editor("words").setPlainText("Mất nước từ sáng")  # type: ignore[attr-defined]
    window.faults.note(fails("while typing"))
    settle(qtbot, window)
    assert window.desktop is not None
    with window.desktop.database.read.connect() as read:
        assert "Mất nước" in str(read.exec_driver_sql("SELECT fields FROM draft").scalar())
    (dialog,) = dialogs(window)
    assert dialog.parent() is intake
    dialog.leave.click()
    settle(qtbot, window)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_the_support_file_is_looked_at_first(window: DeskWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.faults.note(fails("x"))
    (dialog,) = dialogs(window)
    dialog.support.click()
    shown = QApplication.activeModalWidget()
    assert isinstance(shown, SupportDialog)
    qtbot.waitUntil(lambda: "facts.json" in said(shown))
    words = said(shown)
    assert "không có họ tên" in words
    assert not (tmp_path / "support.zip").exists()
    shown.write_to(tmp_path / "support.zip")
    settle(qtbot, window)
    assert (tmp_path / "support.zip").exists()
    assert f"Đã lưu: {tmp_path / 'support.zip'}" in said(shown)
    shown.write_to(tmp_path / "not there" / "\0")
    settle(qtbot, window)


def test_the_last_time_is_told(window: DeskWindow, tmp_path: Path) -> None:
    window.faults.tell_fallen(tmp_path / "crash-20261120-010203-fault.txt")
    (dialog,) = dialogs(window)
    assert "Lần trước chương trình đã dừng đột ngột" in said(dialog)
    assert not dialog.leave.isVisible()
