"""A paper before the eyes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtPrintSupport import QPrintDialog, QPrinterInfo
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from reportlab.pdfgen.canvas import Canvas

from app.ui.kit.paper import show_paper

Active = Callable[[QWidget], QWidget]


def test_without_a_printer_the_way_to_the_paper_is_said_and_no_folder_proposed(
    qtbot: QtBot, active: Active, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "YC-BN03-26-000412.pdf"
    canvas = Canvas(str(file))
    canvas.showPage()
    canvas.save()
    opened: list[str] = []
    monkeypatch.setattr(QPrinterInfo, "availablePrinterNames", lambda: [])
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    over = QWidget()
    over.resize(900, 700)
    qtbot.addWidget(over)
    active(over)
    dialog = show_paper(over, file, "YC-BN03-26-000412")
    active(dialog)
    assert not dialog.notice.isVisible()
    qtbot.keyClick(dialog.print_button, Qt.Key.Key_Return)
    assert dialog.notice.text().startswith("Máy này chưa có máy in.")
    assert str(file) in dialog.notice.text()
    assert dialog.notice.isVisible()
    assert dialog.folder.isVisible()
    assert not [each for each in QApplication.topLevelWidgets() if isinstance(each, QPrintDialog)]
    assert dialog.focusWidget() is dialog.open_button
    ctrl = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(dialog, Qt.Key.Key_O, ctrl)
    qtbot.keyClick(dialog, Qt.Key.Key_O, ctrl | Qt.KeyboardModifier.ShiftModifier)
    assert opened == [str(file), str(tmp_path)]
    dialog.close()
