"""What a closed page leaves is destroyed by the thread of the windows; destroyed by a job, it took the
program with it."""

from __future__ import annotations

import gc
import threading

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.kit.jobs import JobRunner
from app.window.preferences import read_preferences
from app.window.program import application
from app.window.waste import Waste


class Leaf(QWidget):
    """A page in small: it holds itself, as by what it does when a button is clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


@pytest.fixture(autouse=True)
def as_python_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.enable()
    monkeypatch.setattr("app.window.waste.EVERY", 10)


def test_a_job_that_makes_much_destroys_no_page(qtbot: QtBot, qapp: QApplication, jobs: JobRunner) -> None:
    owner, kept, ended = QObject(), [], []
    Waste(owner)
    page = Leaf()
    page.destroyed.connect(lambda: ended.append(threading.get_ident()), Qt.ConnectionType.DirectConnection)
    del page
    much = 2 * gc.get_threshold()[0]
    jobs.run(owner, lambda _job: [[] for _ in range(much)], done=kept.append)
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == [threading.get_ident()]


def test_the_program_begins_with_it(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> None:
    for _ in range(2):
        application(read_preferences(tmp_path_factory.mktemp("home")))
    (only,) = qapp.findChildren(Waste)
    assert not gc.isenabled()
    only.deleteLater()
