"""What a person does in the window of a desk, and what the window says then."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.sync.verify import verify
from app.ui.imports.wizard import CHECK, COLUMNS, ImportDialog
from app.ui.kit.toast import Toast
from app.ui.shell.window import MainWindow
from app.window.frame import DeskWindow
from tests.idle import until_idle
from tests.offices import person

W = TypeVar("W", bound=QWidget)


def desk_of(window: DeskWindow) -> Desktop:
    assert window.desktop is not None
    return window.desktop


def main_of(window: DeskWindow) -> MainWindow:
    assert window.main is not None
    return window.main


def settle(qtbot: QtBot, window: DeskWindow) -> None:
    """Waits until no job is under way."""
    until_idle(qtbot, window.jobs)


def go(qtbot: QtBot, window: DeskWindow, login: str, section: str) -> QWidget:
    """Signs a person in and opens a section."""
    if window.person is None:
        window.open_for(person(desk_of(window), login))
    page = main_of(window).open_section(section)
    settle(qtbot, window)
    return page


def seen(parent: QWidget, kind: type[W]) -> W:
    """The one part of that class that is in sight."""
    (found,) = [each for each in parent.findChildren(kind) if each.isVisible()]
    return found


def said(widget: QWidget) -> str:
    """All words in sight."""
    texts = [each.text() for each in widget.findChildren(QLabel) if each.isVisible() and each.text()]
    return "\n".join(dict.fromkeys([*texts, *toasts(widget)]))


def toasts(widget: QWidget) -> list[str]:
    return [each.accessibleName() for each in widget.findChildren(Toast) if each.isVisible()]


def open_import(qtbot: QtBot, window: DeskWindow, section: str = "customers") -> ImportDialog:
    """F7 on the page of a section."""
    page = go(qtbot, window, "mai", section)
    qtbot.keyClick(page, Qt.Key.Key_F7)
    dialog = seen(window, ImportDialog)
    qtbot.waitUntil(dialog.choose.hasFocus)
    return dialog


def check(qtbot: QtBot, window: DeskWindow, dialog: ImportDialog, path: Path) -> None:
    """The file's columns as they were found, then the check."""
    dialog.take_file(path)
    settle(qtbot, window)
    assert dialog.steps.currentIndex() == COLUMNS, said(dialog)
    qtbot.keyClick(dialog, Qt.Key.Key_F9)
    settle(qtbot, window)
    assert dialog.steps.currentIndex() == CHECK, said(dialog)


def parts(dialog: ImportDialog) -> dict[str, int]:
    """How many rows share a fate."""
    return {key: len(part.rows) for key, part in dialog.check._parts.items() if part.rows}


def good(desktop: Desktop) -> bool:
    """Whether the database is what its journal says."""
    return verify(desktop.database.path, desktop.clock.now()).good
