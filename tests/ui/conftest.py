"""What every test of the window needs: the look put on, a job runner, a prompter that answers by itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.ui.kit import theme
from app.ui.kit.jobs import JobRunner
from app.ui.shell.texts import QtWords, use_language
from app.words import tr
from tests.idle import until_idle
from tests.offices import person


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> Iterator[QApplication]:
    """Light, 100 %, Vietnamese: before each test, whatever the one before did; of its windows none is left to
    hear of it."""
    if (theme.look.theme, theme.look.scale, qapp.font().family()) != (theme.LIGHT, 100, theme.FAMILY):
        theme.apply(qapp, "light", 100)
    if tr.language != "vi" or not qapp.findChildren(QtWords):
        use_language(qapp, "vi")
    yield qapp
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    runner.shutdown()


@pytest.fixture
def settle(qtbot: QtBot, jobs: JobRunner) -> Callable[[], None]:
    """See `until_idle`."""
    return lambda: until_idle(qtbot, jobs)


@pytest.fixture
def active(qtbot: QtBot) -> Callable[[QWidget], QWidget]:
    """Shows a window and waits until it has the keyboard."""

    def show(window: QWidget) -> QWidget:
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    return show


@dataclass
class Asked:
    """A prompter that keeps what was asked and answers at once: `answers` False means Go back."""

    answers: bool = True
    reason: str = "Khách đổi ý"
    questions: list[tuple[str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def confirm(
        self, parent: QWidget, text: str, verb: str, yes: Callable[[], object], *, danger: bool = False
    ) -> None:
        self.questions.append((text, verb))
        if self.answers:
            yes()

    def ask_reason(self, parent: QWidget, title: str, verb: str, yes: Callable[[str], object]) -> None:
        self.questions.append((title, verb))
        if self.answers:
            yes(self.reason)

    def tell(self, parent: QWidget, text: str) -> None:
        self.told.append(text)


@pytest.fixture
def prompter() -> Asked:
    return Asked()


@dataclass
class Shown:
    """The papers that were shown."""

    files: list[Path] = field(default_factory=list)

    def __call__(self, parent: QWidget, file: Path, title: str) -> None:
        self.files.append(file)


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def parts(
    desktop: Desktop, jobs: JobRunner, prompter: Asked, shown: Shown, tmp_path: Path
) -> Callable[[str], dict[str, Any]]:
    """What every room has (`app/ui/kit/room.py`), for a member of the staff."""

    def of(login: str) -> dict[str, Any]:
        return {
            "rules": desktop.rules,
            "person": person(desktop, login),
            "clock": desktop.clock,
            "jobs": jobs,
            "prompter": prompter,
            "papers": tmp_path / "papers",
            "show_paper": shown,
            "new_id": uuid7,
        }

    return of
