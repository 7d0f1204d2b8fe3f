"""Waits until a window has come to rest."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.kit.jobs import JobRunner


def until_idle(qtbot: QtBot, jobs: JobRunner, timeout: int = 60_000) -> None:
    """Until no job is under way and what they brought is in sight: Qt shows new widgets at the next turn, and
    what is shown may begin further jobs. `timeout` in milliseconds."""
    while True:
        qtbot.waitUntil(lambda: not jobs.busy, timeout=timeout)
        QApplication.processEvents()
        QApplication.sendPostedEvents()
        if not jobs.busy:
            return
