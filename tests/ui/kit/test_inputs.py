from datetime import UTC, date, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from app.domain.money import CNY
from app.ui.kit.buttons import Button, Filter, FilterChips, key_words
from app.ui.kit.days import DateEdit
from app.ui.kit.inputs import BigNumber, Check, MoneyEdit, QuantityEdit, SearchEdit
from app.ui.kit.moments import MomentEdit
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import Column, WindowedTableModel
from app.ui.kit.theme import Tone
from app.ui.shell.texts import use_language


@pytest.fixture
def money(qtbot, active):
    made = MoneyEdit()
    qtbot.addWidget(made)
    return active(made)


@pytest.mark.parametrize(
    ("typed", "shown", "value"),
    [
        ("1234567", "1.234.567", 1_234_567),
        ("0", "0", 0),
        ("007", "7", 7),
        ("12,5", "125", 125),
        ("abc", "", None),
        ("-5", "5", 5),
        ("999999999999", "999.999.999.999", 999_999_999_999),
        ("1234567890123", "123.456.789.012", 123_456_789_012),
    ],
)
def test_money_is_grouped_as_it_is_typed(qtbot, money, typed, shown, value):
    qtbot.keyClicks(money, typed)
    assert (money.text(), money.value()) == (shown, value)


def test_money_may_be_below_zero_where_it_makes_sense(qtbot):
    edit = MoneyEdit(signed=True)
    qtbot.addWidget(edit)
    qtbot.keyClicks(edit, "-5000")
    assert (edit.text(), edit.value()) == ("−5.000", -5000)


def test_the_cursor_stays_behind_the_same_digit(qtbot, money):
    money.set_value(1_234_567)
    money.deselect()
    money.setCursorPosition(1)
    qtbot.keyClicks(money, "9")
    assert (money.text(), money.cursorPosition()) == ("19.234.567", 2)
    qtbot.keyClick(money, Qt.Key.Key_Backspace)
    assert (money.text(), money.cursorPosition()) == ("1.234.567", 1)
    qtbot.keyClick(money, Qt.Key.Key_Backspace)
    assert money.value() == 234_567
    money.set_value(1_234_567)
    money.deselect()
    money.setCursorPosition(2)
    qtbot.keyClick(money, Qt.Key.Key_Backspace)
    assert money.value() == 234_567
    money.setCursorPosition(3)
    qtbot.keyClick(money, Qt.Key.Key_Delete)
    assert money.value() == 23_467


@pytest.mark.parametrize(
    ("pasted", "value"),
    [("1.234.567", 1234567), ("1,234,567", 1234567), ("50 000 đ", 50000), ("12.50", 340000), ("abc", 340000)],
)
def test_pasted_money_is_read_as_a_whole_or_refused(qtbot, money, pasted, value):
    money.set_value(340_000)
    QGuiApplication.clipboard().setText(pasted)
    money.selectAll()
    money.paste()
    assert money.value() == value


def test_yuan_have_two_decimals_and_either_mark_of_the_keypad(qtbot):
    use_language(QGuiApplication.instance(), "en")
    edit = MoneyEdit(CNY)
    qtbot.addWidget(edit)
    qtbot.keyClicks(edit, "1234,567")
    assert (edit.text(), edit.value()) == ("1,234.56", 123_456)
    edit.set_value(5)
    assert edit.text() == "0.05"


@pytest.mark.parametrize(
    ("typed", "shown", "value"),
    [
        ("17", "17", 17_000),
        ("17.5", "17,5", 17_500),
        ("1234,1239", "1.234,123", 1_234_123),
        (",5", ",5", 500),
    ],
)
def test_quantities_are_thousandths(qtbot, typed, shown, value):
    edit = QuantityEdit()
    qtbot.addWidget(edit)
    qtbot.keyClicks(edit, typed)
    assert (edit.text(), edit.value()) == (shown, value)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(min_value=0, max_value=999_999_999_999))
def test_what_is_typed_digit_by_digit_is_what_is_meant(qtbot, look, value):
    edit = MoneyEdit()
    told = []
    edit.value_changed.connect(told.append)
    qtbot.keyClicks(edit, str(value))
    assert edit.value() == value == told[-1]
    edit.set_value(None)
    edit.set_value(value)
    assert edit.value() == value
    edit.deleteLater()


def test_the_search_waits_until_one_stops_typing(qtbot):
    edit, said = SearchEdit("Tìm khách"), []
    qtbot.addWidget(edit)
    edit.searched.connect(said.append)
    with qtbot.waitSignal(edit.searched):
        edit.setText("  nguyễn   quỳnh ")
    assert said == ["nguyễn quỳnh"]
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert len(said) == 1
    qtbot.keyClicks(edit, "x")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert said[-1] == "nguyễn quỳnh x"
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert (edit.text(), said[-1]) == ("", "")
    assert edit.accessibleName() == "Tìm khách"


def test_the_key_in_a_search_goes_before_a_word_is_cut(qtbot):
    edit = SearchEdit("Tìm  Ctrl+F")
    qtbot.addWidget(edit)
    edit.resize(300, 32)
    edit.show()
    assert edit.placeholderText() == "Tìm  Ctrl+F"
    edit.resize(60, 32)
    qtbot.waitUntil(lambda: edit.placeholderText() == "Tìm")
    edit.resize(300, 32)
    qtbot.waitUntil(lambda: edit.placeholderText() == "Tìm  Ctrl+F")
    assert edit.accessibleName() == edit.toolTip() == "Tìm  Ctrl+F"


def test_down_goes_from_the_search_into_the_list(qtbot, active):
    view = TableView(WindowedTableModel(lambda ids: {i: i for i in ids}, [Column("Mã", str)]), "Mã")
    edit = SearchEdit("Tìm")
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    for each in (edit, view):
        column.addWidget(each)
    view.set_ids([5, 6])
    edit.leads_to(view)
    active(window)
    qtbot.keyClick(edit, Qt.Key.Key_Down)
    assert view.current_id() == 5


FILTERS = [Filter("mine", "Việc của tôi", 23), Filter("late", "Trễ hạn", 1), Filter("all", "Tất cả")]


def test_chips_choose_one_and_move_by_arrows(qtbot, active):
    chips = FilterChips(FILTERS, "Lọc")
    qtbot.addWidget(chips)
    active(chips)
    said = []
    chips.chosen.connect(said.append)
    assert chips.key() == "mine"
    first = chips.findChildren(QAbstractButton)[0]
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Right)
    assert (chips.key(), said) == ("late", ["late"])
    chips.choose("all")
    assert said == ["late", "all"]
    chips.show_counts([Filter("late", "Trễ hạn", 1200)])
    assert [each.text() for each in chips.findChildren(QAbstractButton)] == [
        "Việc của tôi  23",
        "Trễ hạn  1200",
        "Tất cả",
    ]


def test_a_button_wears_its_key_and_the_key_presses_it(qtbot, active):
    pressed = []
    button = Button("Thu & in", lambda: pressed.append(1), key="F9", primary=True)
    qtbot.addWidget(button)
    active(button)
    qtbot.keyClick(button, Qt.Key.Key_F9)
    assert pressed == [1]
    assert button.text() == "F9  Thu && in"
    assert button.accessibleName() == "Thu & in"
    assert key_words("Ctrl+Return") == "Ctrl+Enter"


def test_check_and_big_number(qtbot):
    check, number = Check("Đã gọi khách"), BigNumber("Trả lại", Tone.GOOD)
    for each in (check, number):
        qtbot.addWidget(each)
        each.show()
    qtbot.mouseClick(check, Qt.MouseButton.LeftButton)
    assert check.isChecked()
    number.show_number("160.000 đ", "100.000 × 1")
    assert number.accessibleDescription() == "160.000 đ 100.000 × 1"
    assert not number.grab().isNull()


DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@given(
    before=DAYS,
    day=DAYS,
    written=st.sampled_from(["%d/%m/%Y", "%d%m%Y", "%d.%m.%Y", "{0.day}/{0.month}/{0.year}", "%d-%m-%Y"]),
    begin=st.sampled_from(["", "home", "all"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_a_day_is_what_was_typed_however_it_is_written(
    qtbot, before: date, day: date, written: str, begin: str
):
    edit = DateEdit()
    edit.set_value(before)
    edit.setSelectedSection(DateEdit.Section.DaySection)
    if begin == "home":
        qtbot.keyClick(edit, Qt.Key.Key_Home)
    elif begin == "all":
        qtbot.keyClick(edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(edit, written.format(day) if "{" in written else day.strftime(written))
    assert edit.value() == day
    edit.deleteLater()


YEARS = datetime(2001, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - hypothesis wants them naive
WRITTEN_MOMENTS = (
    "%d/%m/%Y %H:%M", "%d%m%Y%H%M", "%d.%m.%Y %H.%M", "{0.day}/{0.month}/{0.year} {0.hour}:{0.minute}",
    "{0.day}/{0.month}/{0.year} {0.hour}h{0.minute:02}", "%d-%m-%Y %H-%M",
)  # fmt: skip


def as_written(moment: datetime, written: str) -> str:
    return written.format(moment) if "{" in written else moment.strftime(written)


@given(
    before=st.datetimes(*YEARS),
    at=st.datetimes(*YEARS),
    written=st.sampled_from(WRITTEN_MOMENTS),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
def test_a_moment_is_what_was_typed_however_it_is_written(
    qtbot, before: datetime, at: datetime, written: str
):
    edit = MomentEdit(UTC, before.replace(tzinfo=UTC))
    qtbot.keyClick(edit, Qt.Key.Key_Home)
    qtbot.keyClicks(edit, as_written(at, written))
    assert edit.value() == at.replace(second=0, microsecond=0, tzinfo=UTC)
    edit.deleteLater()


@given(
    before=st.times(),
    at=st.times(),
    written=st.sampled_from(["%H:%M", "%H%M", "{0.hour}:{0.minute}", "{0.hour}h{0.minute:02}", "%H %M"]),
    begin=st.sampled_from(["as it stands", "anywhere", "end"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_an_hour_is_what_was_typed_however_it_is_written(
    qtbot, before: time, at: time, written: str, begin: str
):
    day = date(2026, 11, 23)
    edit = MomentEdit(UTC, datetime.combine(day, before, UTC))
    if begin == "anywhere":  # as after a click between two digits: nothing is chosen there
        edit.lineEdit().setCursorPosition(12)
    if begin == "end":
        qtbot.keyClick(edit, Qt.Key.Key_End)
        qtbot.keyClicks(edit, f"{at.minute:02}")
        at = before.replace(minute=at.minute)
    else:
        qtbot.keyClicks(edit, as_written(at, written))
    assert edit.value() == datetime.combine(day, at.replace(second=0, microsecond=0), UTC)
    edit.deleteLater()
