"""Rows that break into lines."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.kit import theme
from app.ui.kit.buttons import Button
from app.ui.kit.flow import Flow, YieldingBar


class Requests(QObject):
    """Counts how often a widget is asked to lay itself out."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802
        self.count += event.type() is QEvent.Type.LayoutRequest
        return False


def test_a_bar_that_yields_comes_to_rest(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    bar = YieldingBar(Flow(*(Button(f"Lọc {n}") for n in range(5))), QLineEdit(), least=120, most=300)
    column = QVBoxLayout(window)
    column.addWidget(bar)
    column.addStretch(1)
    window.resize(900, 200)
    window.show()
    counted = Requests()
    bar.installEventFilter(counted)
    for width in (900, 500, 300, 1200):
        window.resize(width, 200)
        qtbot.wait(50)
        counted.count = 0
        qtbot.wait(100)
        assert counted.count == 0, width


def test_its_gap_follows_the_size_of_text(qtbot: QtBot) -> None:
    bar = YieldingBar(Flow(Button("Lọc")), QLineEdit(), least=120, most=300, gap=10)
    qtbot.addWidget(bar)
    bar.show()
    assert bar.layout().spacing() == 10
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, "light", 150)
    bar.resize(bar.width() + 10, bar.height())
    assert bar.layout().spacing() == 15
