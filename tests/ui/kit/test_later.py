"""What is done at another turn of the window."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.kit.later import later


def test_what_it_raises_is_heard_and_nothing_is_left(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, heard = QObject(), []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: heard.append(str(error)))

    def fail() -> None:
        raise ValueError("a fault")

    later(owner, fail)
    qtbot.waitUntil(lambda: bool(heard))
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert heard == ["a fault"]
    assert not owner.findChildren(QTimer)


def test_it_is_not_done_for_one_who_is_gone(qtbot: QtBot) -> None:
    owner, done = QObject(), []
    later(owner, lambda: done.append("gone"))
    owner.deleteLater()
    QApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete)
    other = QObject()
    later(other, lambda: done.append("there"))
    qtbot.waitUntil(lambda: bool(done))
    assert done == ["there"]
