"""Rules are laid down and the roster is kept by keyboard, and the page says what holds and what waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.bootstrap import Desktop
from app.ui.kit.bars import PADDING
from app.ui.kit.forms import put_value
from app.ui.kit.theme import font, px
from app.ui.rules.duty_dialogs import DutyDialog, DutyPicker
from app.ui.rules.forms import DaysDialog, HoursDialog, ItemDialog, KindDialog, TargetDialog, UnitDialog
from app.ui.rules.inputs import LimitEdit, RowsEdit, StepEdit, code_of
from app.ui.rules.page import RulesPage
from app.ui.rules.roster import GAPS, first_monday
from app.ui.rules.words import limit_words, short_spans, span_words, spans_of
from tests.offices import START, Company, person
from tests.ui.conftest import Asked

TODAY = START.date()
Settle = Callable[[], None]


@pytest.fixture
def dialog(qtbot: QtBot) -> Callable[[type[QDialog]], Any]:
    """The dialog of a class that is open, with the keyboard."""

    def find(kind: type[QDialog]) -> Any:
        def seen() -> list[QDialog]:
            return [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]

        qtbot.waitUntil(lambda: bool(seen()))
        (found,) = seen()
        found.activateWindow()
        qtbot.waitUntil(found.isActiveWindow)
        return found

    return find


def press(qtbot: QtBot, key: Qt.Key, **how: Any) -> None:
    target = QApplication.focusWidget() or QApplication.activeWindow()
    assert target is not None
    qtbot.keyClick(target, key, **how)


def gone(dialog: QDialog) -> bool:
    return not isValid(dialog) or not dialog.isVisible()


def write(text: str) -> None:
    """What is not on the keys comes as a whole, as from an input method."""
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    field.insert(text)


def texts(page: RulesPage) -> list[str]:
    """What the list says of the rule in hand."""
    model = page.table.model()
    at = page.table.currentIndex().row()
    return [model.cell(at, column).text for column in range(model.columnCount())]


def inspector_words(page: RulesPage) -> str:
    return "\n".join(label.text() for label in page.inspector.findChildren(QLabel) if not label.isHidden())


def test_a_limit_is_changed_by_keyboard_and_waits_until_the_head_office_has_it(
    company: Company, desktop: Desktop, page: RulesPage, qtbot: QtBot, settle: Settle, dialog: Any
) -> None:
    assert page.table.choose(("request_type", ("leak",)))
    press(qtbot, Qt.Key.Key_F6)
    form = dialog(KindDialog)
    assert form.form.values()["limit"] == {"amount": 24, "unit": "hours"}
    limit = form.form.editor("limit")
    limit.setFocus()
    press(qtbot, Qt.Key.Key_A, modifier=Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(QApplication.focusWidget(), "12")
    press(qtbot, Qt.Key.Key_F9)
    settle()
    qtbot.waitUntil(lambda: gone(form))
    settle()
    assert texts(page)[3:] == ["24 giờ", "", "chờ công ty"]
    qtbot.waitUntil(lambda: "chờ công ty" in inspector_words(page))
    company.sync()
    page.refresh(frozenset({"request_type"}))
    settle()
    assert texts(page)[3:] == ["12 giờ", "", ""]
    qtbot.waitUntil(
        lambda: "Bùi Thị Mai · 20/11/2026 08:00\nthời hạn: 24 giờ → 12 giờ" in inspector_words(page)
    )
    assert "Công ty\nMới" in inspector_words(page)
    assert desktop.rules.request_types(TODAY)["leak"].limit.amount == 12


def test_what_changes_from_when_and_for_whom_is_asked_before_it_is_laid_down(
    desktop: Desktop, page: RulesPage, qtbot: QtBot, settle: Settle, dialog: Any, prompter: Asked
) -> None:
    prompter.answers = False
    assert page.table.choose(("request_type", ("leak",)))
    page.change()
    form = dialog(KindDialog)
    put_value(form.form.editor("limit"), {"amount": 12, "unit": "hours"})
    put_value(form.form.editor("valid_from"), TODAY + timedelta(days=2))
    form.save()
    settle()
    ((asked, verb),) = prompter.questions
    assert verb == "Ban hành"
    assert asked.splitlines() == [
        "Ban hành: Rò rỉ, vỡ ống",
        "– thời hạn: 24 giờ → 12 giờ",
        "Áp dụng từ 22/11/2026, khi công ty đã nhận được.",
        "Áp dụng cho yêu cầu tiếp nhận từ lúc đó. Yêu cầu đã tiếp nhận giữ các bước, giấy tờ và hạn cũ; "
        "riêng việc hạn chế người xem có hiệu lực với mọi yêu cầu của loại này.",
    ]
    assert form.isVisible()
    assert desktop.rule_book.waiting() == 0
    prompter.answers = True
    form.save()
    settle()
    qtbot.waitUntil(lambda: gone(form))
    assert desktop.rule_book.waiting() == 1


def test_what_would_change_nothing_is_not_laid_down(
    desktop: Desktop, page: RulesPage, settle: Settle, dialog: Any, prompter: Asked
) -> None:
    assert page.table.choose(("request_type", ("leak",)))
    page.change()
    form = dialog(KindDialog)
    form.save()
    settle()
    assert form.wrong.text() == "Không có gì khác với quy định đang áp dụng."
    assert (prompter.questions, desktop.rule_book.waiting()) == ([], 0)
    form.form.mark_clean()
    form.reject()


def test_several_days_are_named_before_they_are_laid_down(
    page: RulesPage, settle: Settle, dialog: Any, prompter: Asked
) -> None:
    prompter.answers = False
    page.chips.choose("calendar")
    settle()
    page.add()
    form = dialog(DaysDialog)
    put_value(form.form.editor("last"), TODAY + timedelta(days=13))
    put_value(form.form.editor("note"), "Tập huấn")
    form.save()
    settle()
    lines = prompter.questions[-1][0].splitlines()
    assert lines[0] == "Ban hành: T6 20/11/2026 – T5 03/12/2026"
    assert lines[1] == "– T6 20/11/2026: Mới"
    assert lines[9:] == [
        "– và 6 thay đổi khác",
        "Áp dụng ngay khi công ty nhận được.",
        "Hạn xử lý đặt từ lúc đó tính theo quy định này. Hạn của yêu cầu đang xử lý giữ nguyên.",
    ]
    form.form.mark_clean()
    form.reject()


def test_a_new_kind_with_papers_and_steps(
    company: Company, desktop: Desktop, page: RulesPage, qtbot: QtBot, settle: Settle, dialog: Any
) -> None:
    press(qtbot, Qt.Key.Key_F2)
    form = dialog(KindDialog)
    qtbot.keyClicks(QApplication.focusWidget(), "Cap giay xac nhan")
    put_value(form.form.editor("unit_code"), "BUSINESS")
    put_value(form.form.editor("limit"), {"amount": 0, "unit": "working_days"})
    assert "Phòng Kinh doanh" in form.warning.text()  # a unit without members is allowed, and said
    steps = form.form.editor("steps")
    assert isinstance(steps, RowsEdit)
    for name in ("Xem", "Ký", "Bỏ"):
        steps._add_empty()
        write(name)
    second = steps.rows[1]
    assert isinstance(second, StepEdit)
    second._limit.set_value({"amount": 2, "unit": "working_hours"})
    steps._move(steps._lines[1][0], -1)
    steps._take_out(steps._lines[2][0])
    papers = form.form.editor("documents")
    assert isinstance(papers, RowsEdit)
    papers._add_empty()
    write("Giấy tờ nhà")
    form.save()
    settle()
    qtbot.waitUntil(lambda: gone(form))
    company.sync()
    kind = desktop.rules.request_types(TODAY)["cap_giay_xac_nhan"]
    assert kind.names == {"vi": "Cap giay xac nhan", "en": "Cap giay xac nhan"}
    assert [(step.code, step.limit.amount) for step in kind.steps] == [("ky", 2), ("xem", 1)]
    assert [(paper.code, paper.needed) for paper in kind.documents] == [("giay_to_nha", True)]
    assert kind.limit.amount == 0


def test_what_is_refused_is_said_beside_its_field(
    page: RulesPage, qtbot: QtBot, settle: Settle, dialog: Any
) -> None:
    page.table.choose(("request_type", ("leak",)))
    page.change()
    form = dialog(KindDialog)
    put_value(form.form.editor("names_vi"), "")
    put_value(form.form.editor("valid_from"), TODAY - timedelta(days=1))
    form.save()
    settle()
    assert form.isVisible()
    below = {name: form.form._fields[name].below.text() for name in ("names_vi", "valid_from", "limit")}
    assert below["names_vi"]
    assert "đã qua" in below["valid_from"]
    assert below["limit"] == ""
    put_value(form.form.editor("names_vi"), "Rò rỉ")
    put_value(form.form.editor("valid_from"), TODAY)
    put_value(form.form.editor("limit"), {"amount": 87_841, "unit": "hours"})
    form.save()
    settle()
    assert "87.840" in form.wrong.text()
    form.form.mark_clean()
    form.reject()


def test_a_kind_is_taken_out_of_use_and_used_again(
    company: Company, desktop: Desktop, page: RulesPage, qtbot: QtBot, settle: Settle, prompter: Asked
) -> None:
    page.table.choose(("request_type", ("suggestion",)))
    page.retire()
    settle()
    company.sync()
    page.load()
    settle()
    assert "suggestion" not in desktop.rules.request_types(TODAY)
    assert "suggestion" in desktop.rules.request_types_ever()
    assert page.table.choose(("request_type", ("suggestion",)))
    settle()
    assert texts(page)[-1] == "đã ngừng"
    qtbot.waitUntil(lambda: "Ngừng dùng\nLý do: Khách đổi ý" in inspector_words(page))
    page.retire()
    settle()
    company.sync()
    assert "suggestion" in desktop.rules.request_types(TODAY)
    assert len(prompter.questions) == 2


def test_hours_and_days(
    company: Company, desktop: Desktop, page: RulesPage, qtbot: QtBot, settle: Settle, dialog: Any
) -> None:
    page.chips.choose("calendar")
    settle()
    assert page.table.current_id() == ("office_hours", ())
    press(qtbot, Qt.Key.Key_F6)
    form = dialog(HoursDialog)
    for day in range(7):
        put_value(form.form.editor(f"day_{day}"), [])
    form.save()
    settle()
    assert "400" in form.wrong.text()  # a calendar without a working day
    edit = form.form.editor("day_0")
    assert isinstance(edit, QLineEdit)
    edit.setText("8-12, x")
    form.save()
    assert form.form._fields["day_0"].below.text() == "Ghi giờ như 7:30-11:30, 13:30-17:00."
    edit.setText("8-12h, 13h30-17:00")
    form.save()
    settle()
    qtbot.waitUntil(lambda: gone(form))
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    press(qtbot, Qt.Key.Key_F2)
    days = dialog(DaysDialog)
    monday = TODAY + timedelta(days=3)
    put_value(days.form.editor("first"), monday)
    put_value(days.form.editor("last"), monday + timedelta(days=7))
    put_value(days.form.editor("note"), "Tập huấn")
    days.save()
    settle()
    qtbot.waitUntil(lambda: gone(days))
    company.sync()
    calendar = desktop.rules.calendar()
    assert [calendar.hours(monday + timedelta(days=n)) for n in (0, 7)] == [(), ()]
    assert calendar.hours(monday + timedelta(days=14)) == ((480, 720), (810, 1020))
    page.load()
    settle()
    assert page.table.choose(("calendar_day", (monday.isoformat(),)))
    assert texts(page)[:3] == ["T2 23/11/2026", "ngày nghỉ", "Tập huấn"]


def test_units_lists_and_targets(
    company: Company, desktop: Desktop, page: RulesPage, qtbot: QtBot, settle: Settle, dialog: Any
) -> None:
    def laid_down(kind: type[QDialog], **fields: object) -> None:
        form = dialog(kind)
        for name, value in fields.items():
            put_value(form.form.editor(name), value)
        form.save()
        settle()
        qtbot.waitUntil(lambda: gone(form))
        company.sync()

    page.chips.choose("unit")
    settle()
    page.add()
    laid_down(UnitDialog, name="Đội lưu động", head=person(desktop, "yen").id.hex)
    assert desktop.rules.units_ever()["DOI_LUU_DONG"].head == person(desktop, "yen").id
    page.chips.choose("list_item")
    settle()
    page.add()
    laid_down(ItemDialog, names_vi="Xe tải cán", list_name="cause")
    assert list(desktop.rules.items("cause"))[-1] == "xe_tai_can"
    page.chips.choose("charter_target")
    settle()
    page.table.choose(("charter_target", ("answer",)))
    page.change()
    form = dialog(TargetDialog)
    put_value(form.form.editor("limit"), {"amount": 5, "unit": "working_days"})
    share = form.form.editor("share")
    assert isinstance(share, QLineEdit)
    share.setText("97,5")
    laid_down(TargetDialog)
    target = desktop.rules.charter_targets(TODAY)["answer"]
    assert (target.limit.amount, target.share) == (5, 975)


def test_odd_times_of_duty_are_read_in_full(
    qtbot: QtBot, desktop: Desktop, page: RulesPage, settle: Settle
) -> None:
    odd = TODAY + timedelta(days=1)
    yen = person(desktop, "yen").id
    desktop.duty.put(person(desktop, "mai"), uuid4(), yen, [odd], [(445, 685), (805, 1015)])
    page.resize(1366 - px(176), 740)
    assert page.show_record("duty")
    settle()
    table = page.roster.table
    row = page.roster._rows[yen].days[odd.weekday()]
    assert row == "7:25–11:25, 13:25–16:55"
    wide = QFontMetrics(font()).horizontalAdvance(row) + 2 * px(PADDING)
    qtbot.waitUntil(lambda: table.columnWidth(1 + odd.weekday()) >= wide)
    assert not table.horizontalScrollBar().isVisible()


def test_a_week_of_the_roster_by_keyboard(
    company: Company, desktop: Desktop, page: RulesPage, qtbot: QtBot, settle: Settle, dialog: Any
) -> None:
    assert page.show_record("duty")
    settle()
    roster = page.roster
    model = roster.model
    assert roster.table.current_id() == GAPS
    assert [model.cell(0, n).text for n in (5, 6)] == ["chưa có người", "nghỉ"]
    assert [model.cell(0, n).text for n in range(5)] == ["Người trực", "", "", "", ""]  # nothing of days past
    assert [model.cell(0, n).sign or model.cell(0, n).tone.name for n in (5,)] == ["WRONG"]
    roster.table.setFocus()
    roster.table.choose(person(desktop, "yen").id)
    press(qtbot, Qt.Key.Key_F2)
    form = dialog(DutyDialog)
    assert form.form.values()["days"] == [TODAY]
    hours = form.form.editor("hours")
    assert isinstance(hours, QLineEdit)
    assert hours.text() == "07:30–11:30, 13:30–17:00"
    hours.setText("7:30-11:30, 13:30-16")
    press(qtbot, Qt.Key.Key_F9)
    settle()
    qtbot.waitUntil(lambda: gone(form))
    settle()
    assert model.cell(0, 5).text == "thiếu 16–17"
    assert roster.table.current_id() == person(desktop, "yen").id
    at = model.place_of(person(desktop, "yen").id)
    assert model.cell(at, 5).text == "7:30–11:30, 13:30–16"
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    roster.table.setFocus()
    press(qtbot, Qt.Key.Key_F6)
    picker = dialog(DutyPicker)
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_F9)
    form = dialog(DutyDialog)
    hours = form.form.editor("hours")
    assert isinstance(hours, QLineEdit)
    hours.setText("13:30-17")
    form.submit()
    settle()
    qtbot.waitUntil(lambda: gone(form) and gone(picker))
    settle()
    assert model.cell(0, 5).text == "đủ người"
    assert desktop.duty_queries.gaps(TODAY, TODAY) == {}
    roster.go(1)
    settle()
    assert model.cell(0, 1).text == "chưa có người"
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    roster.table.setFocus()
    press(qtbot, Qt.Key.Key_F8)
    settle()
    settle()
    assert model.cell(0, 5).text == "đủ người"
    company.sync()
    assert len(desktop.duty_queries.between(TODAY, TODAY + timedelta(days=7))) == 4


def test_only_the_day_in_hand_is_ticked_and_what_was_planned_is_said(
    desktop: Desktop, page: RulesPage, qtbot: QtBot, settle: Settle, dialog: Any
) -> None:
    assert page.show_record("duty")
    settle()
    roster = page.roster
    roster.go(1)
    settle()
    assert roster.day is None
    roster.table.choose(person(desktop, "yen").id)
    at = roster.table.currentIndex()
    roster.table.setCurrentIndex(at.siblingAtColumn(3))
    form = roster.put()
    wednesday = TODAY + timedelta(days=5)
    assert form.form.values()["days"] == [wednesday]
    form.submit()
    settle()
    qtbot.waitUntil(lambda: gone(form))
    name = person(desktop, "yen").name
    qtbot.waitUntil(
        lambda: any(
            each.text() == f"Đã xếp trực {name}: T4 25/11, 07:30–11:30, 13:30–17:00."
            for each in page.window().findChildren(QLabel)
        )
    )
    assert len(desktop.duty_queries.between(wednesday, wednesday)) == 2


def test_a_week_past_is_not_judged_and_a_closed_day_has_its_reason(
    company: Company, desktop: Desktop, page: RulesPage, settle: Settle, dialog: Any, qtbot: QtBot
) -> None:
    page.chips.choose("calendar")
    settle()
    page.add()
    days = dialog(DaysDialog)
    monday = TODAY + timedelta(days=3)
    for name, value in (("first", monday), ("last", monday), ("note", "Ngày truyền thống ngành")):
        put_value(days.form.editor(name), value)
    days.save()
    settle()
    qtbot.waitUntil(lambda: gone(days))
    company.sync()
    page.show_record("duty")
    settle()
    roster = page.roster
    assert not roster.state.isHidden()
    roster.go(1)
    settle()
    assert roster.model.cell(0, 1).text == "Ngày truyền thống ngành"
    assert roster.shut[monday] == "Ngày truyền thống ngành"
    roster.go(-2)
    settle()
    assert roster.state.isHidden()
    assert roster.gaps == {}


@pytest.mark.parametrize(
    ("ahead", "closed", "week"), [(0, False, 0), (1, True, 0), (2, True, 1), (2, False, 0)]
)
def test_a_closed_sunday_plans_the_next_week(ahead: int, closed: bool, week: int) -> None:
    friday = TODAY
    monday = friday - timedelta(days=4)
    assert first_monday(friday + timedelta(days=ahead), closed=closed) == monday + timedelta(days=7 * week)


@pytest.mark.parametrize("kind", [KindDialog, UnitDialog])
def test_a_new_rule_opens_without_a_warning_and_wants_its_unit(
    page: RulesPage, settle: Settle, dialog: Any, kind: type[QDialog]
) -> None:
    page.chips.choose("unit" if kind is UnitDialog else "request_type")
    settle()
    page.add()
    form = dialog(kind)
    assert form.warning.text() == ""
    if kind is KindDialog:
        put_value(form.form.editor("names_vi"), "Mới")
        steps = form.form.editor("steps")
        steps._add_empty()
        write("Xem")
        form.save()
        below = {name: form.form._fields[name].below.text() for name in ("unit_code", "steps")}
        assert below == {"unit_code": "Vui lòng nhập ô này.", "steps": "Chọn bộ phận cho từng bước."}
    form.form.mark_clean()
    form.reject()


def test_a_refused_change_is_told(
    company: Company, desktop: Desktop, page: RulesPage, settle: Settle
) -> None:
    from tests.headoffice.test_rule_changes import forge

    forge(desktop, "request_type", {"code": "x"})
    company.sync()
    page.load()
    settle()
    assert "không chấp nhận 1" in page._count.text()


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [
        (0, "working_days", "ngay"),
        (3, "working_days", "3 ngày làm việc"),
        (30, "hours", "30 giờ"),
        (720, "hours", "720 giờ (30 ngày)"),
        (87_840, "hours", "87.840 giờ (khoảng 10 năm)"),
        (2_600, "working_days", "2.600 ngày làm việc"),
    ],
)
def test_limits_in_words(amount: int, unit: str, words: str, look: object) -> None:
    assert limit_words(amount, unit) == words


def test_a_limit_above_ten_years_is_marked_while_it_is_typed(qtbot: QtBot) -> None:
    edit = LimitEdit()
    qtbot.addWidget(edit)
    edit.set_value({"amount": 87_841, "unit": "hours"})
    assert edit._words.text() == "quá dài"
    edit.set_value(None)
    assert (edit.value(), edit._words.text()) == (None, "")


spans = st.lists(st.integers(0, 1440), max_size=8, unique=True).map(
    lambda cuts: [list(pair) for pair in zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False)]
)


@given(spans)
def test_times_are_read_as_they_are_shown(found: list[list[int]]) -> None:
    assert spans_of(span_words(found)) == found
    assert spans_of(short_spans(found)) == found


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = spans_of(text)
    assert found is None or all(0 <= a <= 1440 and 0 <= b <= 1440 for a, b in found)


@given(st.text(max_size=80), st.lists(st.text("abc_x2", max_size=6), max_size=5))
def test_a_code_is_made_of_any_name(name: str, taken: list[str]) -> None:
    from app.domain.rule_checks import _CODE

    code = code_of(name, taken)
    assert _CODE.fullmatch(code)
    assert code not in taken
