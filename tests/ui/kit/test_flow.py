"""Rows that break into lines."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.kit import theme
from app.ui.kit.buttons import Button
from app.ui.kit.flow import Flow, FlowLayout, YieldingBar


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


def test_columns_stand_below_each_other_in_every_line(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    row = FlowLayout(window, columns=True)
    tiles = [QLineEdit() for _ in range(5)]
    for each in tiles:
        each.setFixedHeight(30)
        row.addWidget(each)
    window.resize(3 * tiles[0].sizeHint().width() + 60, 200)
    window.show()
    lines = {each.y() for each in tiles}
    assert len(lines) == 2
    assert [each.x() for each in tiles[3:]] == [each.x() for each in tiles[:2]]
    assert tiles[2].geometry().right() >= window.width() - 2


def test_what_gives_takes_the_room_that_broken_lines_leave(qtbot: QtBot) -> None:
    flow = Flow(*(Button(f"Việc của tôi {n}") for n in range(6)))
    bar = YieldingBar(flow, QLineEdit(), least=40, most=300)
    qtbot.addWidget(bar)
    field = bar.findChild(QLineEdit)
    assert field is not None
    wide = flow.sizeHint().width()
    bar.resize(wide * 2 // 3, 200)
    bar.show()
    lines = flow.heightForWidth(bar.width() - 8 - 40)
    assert flow.heightForWidth(bar.width() - 8 - field.width()) == lines
    assert field.width() == 300 or flow.heightForWidth(bar.width() - 8 - field.width() - 8) > lines
    assert field.width() > 40
