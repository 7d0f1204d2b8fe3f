"""The window of a desk as its people open it: the program whole, over a head office in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.sync.transport import DirectTransport
from app.ui.kit import theme
from app.ui.shell.texts import use_language
from app.window.frame import DeskWindow
from tests.offices import Company
from tests.ui.conftest import Asked

Open = Callable[[Path], DeskWindow]


@pytest.fixture
def look(qapp: QApplication) -> QApplication:
    """Light, 100 %, Vietnamese."""
    theme.apply(qapp, "light", 100)
    use_language(qapp, "vi")
    return qapp


@pytest.fixture
def home(company: Company) -> Path:
    """The home of a desk, closed."""
    desktop = company.desk("BN03")
    company.desks.remove(desktop)
    desktop.close()
    return desktop.home


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def open_window(company: Company, qtbot: QtBot, look: QApplication, asked: Asked) -> Iterator[Open]:
    """Opens the window of a home, with the keyboard in it; it is shut after the test."""
    windows: list[DeskWindow] = []

    def open_(home: Path) -> DeskWindow:
        way = DirectTransport(company.headoffice.hub.answer)
        window = DeskWindow(home, company.clock, transport=way, prompter=asked)
        windows.append(window)
        window.begin()
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    yield open_
    for window in windows:
        window.shut()
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
