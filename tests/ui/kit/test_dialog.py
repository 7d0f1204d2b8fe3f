"""A dialog is as high as its words need, and no larger than the window."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.kit.dialog import EDGE, Dialog, Sheet
from app.ui.kit.forms import Form
from app.ui.kit.labels import Label


class Fields(Dialog):
    """So many fields under a sentence."""

    def __init__(self, window: QWidget, fields: int, words: str = "Một câu") -> None:
        super().__init__(window, "Thử")
        self.form, self.sheet = Form(), Sheet()
        for n in range(fields):
            self.form.add(f"field{n}", f"Ô {n}", QLineEdit())
        self.sheet.column.addWidget(Label(words, wrap=True))
        self.sheet.column.addWidget(self.form)
        self.sheet.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 20)
        column.addWidget(self.sheet, 1)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    return made


def spare(dialog: Fields) -> int:
    """Empty pixels below the last field."""
    return dialog.sheet.height() - dialog.form.geometry().bottom() - 1


@pytest.mark.parametrize("wide", [400, 800])
@pytest.mark.parametrize("words", ["Một câu", "Một câu dài hơn một dòng " * 12])
def test_it_is_as_high_as_its_words_and_fields(window: QWidget, wide: int, words: str) -> None:
    dialog = Fields(window, 4, words)
    dialog.stand(wide)
    dialog.open()
    assert dialog.width() == wide
    assert spare(dialog) == 0
    assert dialog.sheet.verticalScrollBar().maximum() == 0
    dialog.reject()


def test_two_columns_make_it_lower(window: QWidget) -> None:
    one, two = Fields(window, 4), Fields(window, 4)
    one.stand(400)
    two.stand(800)
    assert two.height() < one.height() - 100
    for each in (one, two):
        each.reject()


def test_with_too_many_fields_it_ends_at_the_window_and_scrolls(window: QWidget) -> None:
    dialog = Fields(window, 20)
    dialog.stand(400)
    dialog.open()
    assert dialog.height() == 768 - EDGE
    assert dialog.sheet.verticalScrollBar().maximum() > 0
    dialog.reject()


def test_it_is_no_wider_than_the_window(window: QWidget) -> None:
    dialog = Fields(window, 1)
    dialog.stand(2000)
    assert dialog.width() == 1366 - EDGE
    dialog.reject()


def test_it_grows_by_a_long_refusal_rather_than_hiding_the_last_field(qtbot: QtBot, window: QWidget) -> None:
    dialog = Fields(window, 3)
    dialog.stand(400)
    dialog.open()
    before = dialog.height()
    dialog.form.show_errors({"field0": "Một câu dài hơn một dòng " * 8})
    qtbot.waitUntil(lambda: dialog.height() > before)
    assert dialog.sheet.verticalScrollBar().maximum() == 0
    below = dialog.form.findChild(Label, "field0.below")
    assert below is not None
    assert below.height() >= below.heightForWidth(below.width())
    dialog.reject()


def test_a_bar_that_takes_up_a_line_is_not_there_for_that_line(qtbot: QtBot, window: QWidget) -> None:
    words = "Một câu vừa một dòng khi không có thanh cuộn"
    dialog = Fields(window, 1, words)
    label = dialog.findChild(Label)
    assert isinstance(label, Label)
    dialog.stand(40 + label.fontMetrics().horizontalAdvance(words) + 4)
    dialog.open()
    before, line = dialog.height(), label.height()
    dialog.sheet.column.addWidget(Label("Thêm một dòng"))
    qtbot.waitUntil(lambda: dialog.height() > before)
    assert not dialog.sheet.verticalScrollBar().isVisible()
    assert (label.height(), spare(dialog) >= 0) == (line, True)
    dialog.reject()
