import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QListWidget,
    QMenu,
    QPushButton,
    QRadioButton,
    QWidget,
)

from app.settings import resources
from app.ui.kit import icons, theme
from app.ui.kit.buttons import Button, Filter, FilterChips, SearchBox
from app.ui.kit.inputs import Check, MoneyEdit, NoteEdit, SearchEdit
from app.ui.kit.labels import Label
from app.ui.kit.pills import SIGNS, Pill, draw_pill
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import Column, WindowedTableModel
from app.ui.kit.theme import DARK, LIGHT, Tone

BOTH = pytest.mark.parametrize("look_of", [LIGHT, DARK], ids=lambda each: each.name)


def luminance(colour: QColor) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = []
    for part in (colour.redF(), colour.greenF(), colour.blueF()):
        parts.append(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor | str, other: QColor | str) -> float:
    high, low = sorted((luminance(QColor(one)), luminance(QColor(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


@BOTH
def test_all_words_are_readable_on_all_grounds_they_stand_on(look_of):
    pairs = [
        (look_of.text, each) for each in (look_of.ground, look_of.surface, look_of.chosen, look_of.hover)
    ]
    pairs += [
        (look_of.soft, each) for each in (look_of.ground, look_of.surface, look_of.chosen, look_of.hover)
    ]
    pairs += [(look_of.ink(tone), look_of.surface) for tone in Tone]
    pairs += [(look_of.ink(tone), look_of.ground) for tone in Tone]
    pairs += [(look_of.ink(tone), look_of.soft_ground(tone)) for tone in Tone]
    pairs += [(look_of.on_accent, look_of.accent), (look_of.on_accent, look_of.wrong)]
    for ground in (look_of.rail, look_of.rail_chosen):
        pairs += [(look_of.rail_text, ground), (look_of.rail_bright, ground)]
    pairs += [(look_of.rail_bright, look_of.badge), (look_of.rail_bright, look_of.alarm)]
    poor = {(str(a), str(b)): round(contrast(a, b), 2) for a, b in pairs if contrast(a, b) < 4.5}
    assert poor == {}


@BOTH
def test_the_focus_ring_stands_out(look_of):
    for ground in (look_of.ground, look_of.surface, look_of.chosen):
        assert contrast(look_of.accent, ground) >= 3
    assert contrast(look_of.rail_mark, look_of.rail) >= 3


def test_every_meaning_has_a_sign_and_the_colours_are_those_agreed():
    assert set(SIGNS) == {Tone.GOOD, Tone.ATTENTION, Tone.WRONG, Tone.INFO}
    assert (LIGHT.accent, DARK.accent, LIGHT.wrong, DARK.wrong) == (
        "#0B5C8A",
        "#5FB3E0",
        "#B3261E",
        "#F28B82",
    )


def test_fonts_are_ours_and_hold_vietnamese_in_both_ways_of_writing(look):
    assert set(theme.load_fonts()) == {theme.FAMILY, theme.MONO}
    letters = (
        "ĂÂĐÊÔƠƯăâđêôơư" + "".join(chr(c) for c in range(0x1EA0, 0x1EFA)) + "\u0300\u0301\u0303\u0309\u0323"
    )
    for mono in (False, True):
        metrics = QFontMetrics(theme.font(mono=mono))
        missing = [each for each in letters + "−→↑↓≤…“”·×₫€²³●✓" if not metrics.inFontUcs4(ord(each))]
        assert missing == []


def test_digits_and_minus_are_of_one_width(look):
    metrics = QFontMetrics(theme.font(40))
    assert len({metrics.horizontalAdvance(each) for each in "0123456789−"}) == 1


def test_fonts_are_small_static_outlines_for_paper_too():
    for file in (resources() / "fonts").glob("*.ttf"):
        data = file.read_bytes()
        assert len(data) < 300_000
        assert b"glyf" in data[:400]
        assert b"fvar" not in data[:400]


def test_every_icon_draws_something_in_its_colour(look):
    files = sorted((resources() / "icons").glob("*.svg"))
    assert len(files) > 35
    for file in files:
        image = icons.pixmap(file.stem, "#0B5C8A", 24, 2.0).toImage()
        assert image.width() == 48
        assert image.devicePixelRatio() == 2
        seen = {
            image.pixelColor(x, y).name()
            for x in range(48)
            for y in range(48)
            if image.pixelColor(x, y).alpha() == 255
        }
        assert "#0b5c8a" in seen, file.stem


def test_icons_named_in_the_code_are_there():
    names = {each.stem for each in (resources() / "icons").glob("*.svg")}
    source = resources().parent / "app" / "ui" / "kit"
    text = "".join(each.read_text("utf-8") for each in source.glob("*.py"))
    used = set(re.findall(r'(?:sign|icon)="([a-z-]+)"', text)) | set(SIGNS.values())
    assert used - names == set()


def test_a_wrong_icon_name_is_found_at_once(look):
    with pytest.raises(FileNotFoundError):
        icons.icon("no-such-icon")


def test_a_cached_icon_is_not_drawn_again(look):
    first = icons.pixmap("home", LIGHT.accent, 18)
    assert icons.pixmap("home", LIGHT.accent, 18).cacheKey() == first.cacheKey()
    assert icons.pixmap("home", DARK.accent, 18).cacheKey() != first.cacheKey()


def test_theme_and_text_size_change_under_an_open_window(qtbot, look):
    label, soft, edit = Label("Nợ"), Label("soft", tone=Tone.SOFT), QLineEdit()
    window = QWidget()
    for each in (label, soft, edit):
        each.setParent(window)
    qtbot.addWidget(window)
    window.show()
    high = edit.sizeHint().height()
    theme.apply(look, "dark", 150)
    role = QPalette.ColorRole.WindowText
    assert label.palette().color(role) == QColor(DARK.text)
    assert soft.palette().color(role) == QColor(DARK.soft)
    assert window.grab().toImage().pixelColor(1, 1) == QColor(DARK.ground)
    assert edit.sizeHint().height() == high * 3 // 2
    assert label.font().pointSizeF() == 15
    assert look.styleSheet() == ""


def test_a_size_out_of_range_is_refused(look):
    with pytest.raises(ValueError, match="90"):
        theme.apply(look, "light", 90)


def table() -> TableView:
    view = TableView(WindowedTableModel(lambda ids: {i: i for i in ids}, [Column("Mã", str)]), "Mã")
    view.set_ids([1, 2, 3])
    return view


FOCUSABLE = {
    "button": lambda: Button("Chuyển"),
    "primary": lambda: Button("Tiếp nhận", primary=True),
    "danger": lambda: Button("Hủy biên lai", primary=True, danger=True),
    "quiet": lambda: Button("Đóng", quiet=True),
    "plain button": lambda: QPushButton("Mở"),
    "line": QLineEdit,
    "money": MoneyEdit,
    "search": lambda: SearchEdit("Tìm"),
    "search box": lambda: SearchBox(lambda: None),
    "note": NoteEdit,
    "combo": QComboBox,
    "check": lambda: Check("Đã gọi"),
    "plain check": lambda: QCheckBox("Đã gọi"),
    "radio": lambda: QRadioButton("Tại quầy"),
    "table": table,
    "empty table": lambda: TableView(WindowedTableModel(lambda ids: {}, [Column("Mã", str)]), "Mã"),
    "chip": lambda: FilterChips([Filter("a", "Tất cả")], "Lọc"),
}


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("make", FOCUSABLE.values(), ids=FOCUSABLE.keys())
def test_focus_is_seen_on_everything_that_takes_it(qtbot, look, make, name):
    """A ring changes at least its own length in pixels, and it is of the accent."""
    theme.apply(look, name)
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(340, 200)
    widget, other = make(), QLineEdit()
    for each, place in ((widget, 10), (other, 160)):
        each.setParent(window)
        each.setGeometry(10, place, 300, 120 if each is widget else 32)
    window.show()
    window.activateWindow()
    other.setFocus()
    qtbot.waitUntil(other.hasFocus)
    before = widget.grab().toImage()
    target = widget.findChild(QAbstractButton) if isinstance(widget, FilterChips) else widget
    target.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(target.hasFocus)
    after, accent = widget.grab().toImage(), QColor(theme.theme().accent).rgb()
    places = [(x, y) for x in range(after.width()) for y in range(after.height())]
    changed = [each for each in places if before.pixel(*each) != after.pixel(*each)]
    assert len(changed) >= 150
    assert sum(after.pixel(*each) == accent for each in places) >= 150


def test_pill_says_its_words_to_a_screen_reader(qtbot):
    pill = Pill("trễ 40 phút", Tone.WRONG)
    qtbot.addWidget(pill)
    assert pill.accessibleName() == "trễ 40 phút"
    narrow = pill.sizeHint().width()
    pill.show_state("trễ 3 ngày 4 giờ", Tone.WRONG)
    assert pill.sizeHint().width() > narrow


def drawn(room: int, text: str = "cả ngày") -> set[str]:
    """The colours of a pill of attention in a cell so wide."""
    image = QImage(room, 30, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.surface))
    painter = QPainter(image)
    draw_pill(painter, image.rect(), text, Tone.ATTENTION)
    painter.end()
    return {image.pixelColor(x, y).name().upper() for x in range(room) for y in range(30)}


def test_a_pill_gives_up_its_ground_before_its_words_are_cut(look):
    words = QFontMetrics(theme.font(9)).horizontalAdvance("cả ngày")
    assert LIGHT.attention_ground in drawn(words + 60)
    assert LIGHT.attention_ground in drawn(words + 2 * 7)
    assert LIGHT.attention_ground not in drawn(words + 2)


def test_what_is_chosen_in_a_box_ends_in_an_ellipsis(qtbot, look):
    box = QComboBox()
    qtbot.addWidget(box)
    box.addItem("W" * 60)
    box.resize(200, 32)
    image = box.grab().toImage()
    dark = [(x, y) for x in range(10, 175) for y in range(4, 28) if image.pixelColor(x, y).lightness() < 120]
    last, low = max(x for x, _ in dark), max(y for _, y in dark)
    assert min(y for x, y in dark if x > last - 4) >= low - 3  # dots on the line, and no half of a letter


def test_lines_of_a_list_are_as_high_as_rows_and_stand_off_its_edge(qtbot, look):
    listed = QListWidget()
    qtbot.addWidget(listed)
    listed.addItem("WWWW")
    listed.show()
    room = listed.visualItemRect(listed.item(0))
    assert room.height() >= 28
    image, ink = listed.viewport().grab().toImage(), QColor(LIGHT.text).rgb()
    inked = [x for x in range(image.width()) for y in range(image.height()) if image.pixel(x, y) == ink]
    assert min(inked) >= 8


def test_a_line_between_entries_of_a_menu_is_thin(qtbot, look):
    menu = QMenu()
    qtbot.addWidget(menu)
    menu.addAction("Một")
    line = menu.addSeparator()
    menu.addAction("Hai")
    menu.popup(QPoint(0, 0))
    between = menu.actionGeometry(line)
    assert between.height() == 9
    assert menu.grab().toImage().pixelColor(between.center()).name().upper() == LIGHT.line
    assert menu.actionGeometry(menu.actions()[0]).height() >= 28
    menu.close()
