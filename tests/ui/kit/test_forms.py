from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QScrollArea, QSpinBox, QWidget

from app.ui.kit import theme
from app.ui.kit.days import DateEdit
from app.ui.kit.forms import TWO_COLUMNS, Form, put_value, value_of
from app.ui.kit.inputs import Check, MoneyEdit, NoteEdit, QuantityEdit
from app.ui.kit.theme import Tone


@pytest.fixture
def form(qtbot, active):
    made = Form()
    kind = QComboBox()
    for title, key in (("Chất lượng nước", "quality"), ("Ghi chỉ số", "reading")):
        kind.addItem(title, key)
    made.add("name", "&Tên khách hàng", QLineEdit(), hint="Như trên hợp đồng")
    made.add("kind", "&Loại yêu cầu", kind)
    made.add("paid", "&Số tiền", MoneyEdit())
    made.add("used", "Sản lượng", QuantityEdit())
    made.add("day", "&Ngày hẹn", DateEdit())
    made.add("rooms", "Số hộ", QSpinBox())
    made.add("called", "Đã &gọi khách", Check())
    made.add("note", "Nội &dung", NoteEdit(), wide=True)
    qtbot.addWidget(made)
    made.resize(900, 500)
    return active(made)


def test_every_field_has_a_buddy_and_a_name(form):
    captions = {each.buddy(): each for each in form.findChildren(QLabel) if each.buddy() is not None}
    for name in form.names():
        editor = form.editor(name)
        assert editor.objectName() == name
        assert editor.accessibleName(), name
        assert "&" not in editor.accessibleName()
        assert isinstance(editor, Check) or editor in captions, name
    assert form.editor("name").accessibleDescription() == "Như trên hợp đồng"


def test_an_error_takes_the_hint_s_line_so_nothing_jumps(form):
    below = form.findChild(QLabel, "name.below")
    places = {name: form.editor(name).geometry() for name in form.names()}
    form.show_errors({"name": "Hãy nhập tên khách hàng.", "paid": "Số tiền phải lớn hơn 0."})
    assert below.text() == "Hãy nhập tên khách hàng."
    assert below.tone is Tone.WRONG
    assert form.editor("paid").accessibleDescription() == "Số tiền phải lớn hơn 0."
    assert form.editor("name").hasFocus()
    assert form.editor("name").property("wrong") is True
    form.layout().activate()
    assert {name: form.editor(name).geometry() for name in form.names()} == places
    form.show_errors({})
    assert (below.text(), below.tone) == ("Như trên hợp đồng", Tone.SOFT)
    assert form.editor("name").property("wrong") is False


def test_the_ways_out_of_lines_of_text_are_named_below_them(form, qtbot):
    note, said = form.editor("note"), []
    form.submitted.connect(lambda: said.append(form.values()["note"]))
    assert form.findChild(QLabel, "note.below").text() == "Tab: ô tiếp theo · Ctrl+Enter: xong"
    form.set_hint("note", "Như lời khách.")
    assert form.findChild(QLabel, "note.below").text() == "Như lời khách. Tab: ô tiếp theo · Ctrl+Enter: xong"
    note.setFocus()
    qtbot.keyClicks(note, "a")
    qtbot.keyClick(note, Qt.Key.Key_Return)
    qtbot.keyClicks(note, "b")
    qtbot.keyClick(note, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert said == ["a\nb"]


def test_a_wrong_field_is_drawn_wrong(form):
    form.editor("note").setFocus()
    before = form.editor("name").grab().toImage()
    form.show_errors({"name": "Sai."})
    form.editor("note").setFocus()
    assert form.editor("name").grab().toImage() != before


def test_values_go_in_and_come_out(form):
    values = {
        "name": "Đặng Văn Đức",
        "kind": "reading",
        "paid": 340_000,
        "used": 17_500,
        "day": date(2026, 11, 24),
        "rooms": 3,
        "called": True,
        "note": "Gọi trước khi đến",
    }
    form.set_values(values)
    assert form.values() == values
    assert form.editor("day").text() == "24/11/2026"
    assert not form.is_dirty()
    form.editor("name").setText("  Đặng Văn Đức ")
    assert not form.is_dirty()
    form.editor("note").setPlainText("")
    assert form.is_dirty()
    form.mark_clean()
    assert not form.is_dirty()


def test_changes_are_told(form):
    told = []
    form.changed.connect(lambda: told.append(1))
    form.editor("paid").set_value(5)
    form.editor("kind").setCurrentIndex(1)
    form.editor("called").setChecked(True)
    form.editor("day").setDate(date(2026, 1, 2))
    form.editor("rooms").setValue(4)
    form.editor("note").setPlainText("a")
    assert len(told) == 6


def test_enter_goes_on_and_ctrl_enter_saves(qtbot, form):
    said = []
    form.submitted.connect(lambda: said.append(1))
    form.focus_first()
    assert form.editor("name").hasFocus()
    qtbot.keyClick(form.editor("name"), Qt.Key.Key_Return)
    assert form.editor("kind").hasFocus()
    qtbot.keyClick(form.editor("kind"), Qt.Key.Key_Enter)
    assert form.editor("paid").hasFocus()
    note = form.editor("note")
    note.setFocus()
    qtbot.keyClick(note, Qt.Key.Key_Return)
    assert note.hasFocus()
    assert said == []
    qtbot.keyClick(note, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert said == [1]


def test_two_columns_where_there_is_room(form):
    def beside(one: str, other: str) -> bool:
        form.layout().activate()
        a, b = (form.editor(each).mapTo(form, form.editor(each).rect().topLeft()) for each in (one, other))
        return a.y() == b.y() and a.x() < b.x()

    assert beside("name", "kind")
    assert not beside("kind", "paid")
    form.resize(TWO_COLUMNS - 10, 700)
    assert not beside("name", "kind")
    form.resize(TWO_COLUMNS, 700)
    assert beside("name", "kind")


def test_a_field_can_step_aside(form):
    form.set_field_visible("kind", False)
    form.layout().activate()
    assert not form.editor("kind").isVisible()
    assert (
        form.editor("paid").mapTo(form, form.rect().topLeft()).y()
        == form.editor("name").mapTo(form, form.rect().topLeft()).y()
    )
    form.set_field_visible("kind", True)
    assert form.editor("kind").isVisible()


def test_an_unknown_editor_is_a_bug(qtbot):
    strange = QWidget()
    qtbot.addWidget(strange)
    with pytest.raises(TypeError, match="QWidget"):
        value_of(strange)
    with pytest.raises(TypeError, match="QWidget"):
        put_value(strange, 1)


@pytest.mark.parametrize("scale", [100, 150])
def test_a_hint_stands_with_its_field_and_not_with_the_next_one(form, look, scale):
    theme.apply(look, "light", scale)
    form.arrange_for(500)
    form.layout().activate()
    form.resize(500, form.sizeHint().height())
    hint = form.findChild(QLabel, "name.below")
    label = next(each for each in form.findChildren(QLabel) if each.buddy() is form.editor("kind"))

    def between(over, under):
        return under.mapTo(form, under.rect().topLeft()).y() - over.mapTo(form, over.rect().bottomLeft()).y()

    assert between(hint, label) >= 3 * between(form.editor("name"), hint) > 0


def test_a_box_to_tick_stands_level_with_the_field_beside_it(qtbot):
    form = Form()
    qtbot.addWidget(form)
    form.add("place", "Địa chỉ", QLineEdit())
    form.add("nameless", "Không nêu tên", Check())
    form.add("planned", "Theo kế hoạch", Check())
    form.add("words", "Nội dung", QLineEdit(), wide=True)
    form.resize(900, 300)
    form.show()
    field, box, alone = (form.editor(name) for name in ("place", "nameless", "planned"))

    def apart() -> int:
        middle = [each.mapTo(form, each.rect().center()).y() for each in (field, box)]
        return abs(middle[0] - middle[1])

    qtbot.waitUntil(lambda: apart() <= 4)
    assert alone.parentWidget().height() < field.parentWidget().height() - 12


def test_a_field_that_gets_the_keyboard_comes_in_sight(qtbot):
    form, area = Form(), QScrollArea()
    for i in range(12):
        form.add(f"f{i}", f"Field {i}", QLineEdit(), wide=True)
    area.setWidget(form)
    area.setWidgetResizable(True)
    area.resize(400, 200)
    qtbot.addWidget(area)
    area.show()
    area.activateWindow()
    qtbot.waitUntil(area.isActiveWindow)
    last = form.editor("f11")
    assert last.visibleRegion().isEmpty()
    last.setFocus(Qt.FocusReason.ShortcutFocusReason)
    line = form.findChild(QLabel, "f11.below")
    assert isinstance(line, QLabel)
    assert line.visibleRegion().boundingRect().height() == line.height()
    area.verticalScrollBar().setValue(0)
    form.show_errors({"f11": "Wrong"})  # it has the keyboard still
    assert line.visibleRegion().boundingRect().height() == line.height()


@pytest.mark.parametrize("scale", [100, 125, 150, 200])
def test_a_note_has_room_for_its_lines(qtbot, qapp, scale):
    theme.apply(qapp, "light", scale)
    for lines in (1, 2, 3):
        note = NoteEdit(lines)
        qtbot.addWidget(note)
        note.setPlainText("\n".join(["Ngõ 5, nhà có chó dữ"] * lines))
        note.resize(600, 0)
        note.show()
        assert note.verticalScrollBar().maximum() == 0, lines
        note.appendPlainText("một dòng nữa")
        assert note.verticalScrollBar().maximum() == 1, lines
