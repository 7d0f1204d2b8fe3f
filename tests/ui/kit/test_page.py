import threading

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPlainTextEdit, QProgressBar, QWidget
from shiboken6 import isValid

from app.domain.charts import ChartData, Series, money_power, ticks
from app.domain.errors import Cancelled
from app.domain.money import format_number
from app.ui.kit import page as pages
from app.ui.kit import theme
from app.ui.kit.buttons import Button
from app.ui.kit.charts import Chart, ChartKind
from app.ui.kit.flow import Flow
from app.ui.kit.inspector import Details, Inspector
from app.ui.kit.page import Page, State
from app.ui.kit.prompt import QtPrompter
from app.ui.kit.theme import Tone
from app.ui.kit.toast import SHOWN_FOR, Toast, toast
from tests.idle import until_idle

DETAILS = Details(
    "YC-BN03-26-000412",
    "Mất nước từ sáng",
    "Trễ 40 phút",
    Tone.WRONG,
    [("Khách hàng", "Nguyễn Thị Như Quỳnh")],
    "Diễn biến",
    [("07:48", "Tiếp nhận tại quầy 1")],
)


def words(widget: QWidget) -> list[str]:
    return [each.text() for each in widget.findChildren(QLabel) if each.isVisibleTo(widget) and each.text()]


def gone(qtbot, widget: QWidget) -> None:
    qtbot.waitUntil(lambda: not isValid(widget))


def button(widget: QWidget, text: str) -> QAbstractButton:
    return next(each for each in widget.findChildren(QAbstractButton) if each.text().endswith(text))


class Requests(Page):
    def __init__(self) -> None:
        super().__init__("Yêu cầu")
        self.calls: list[str] = []
        self.primary = self.set_primary("Tiếp nhận", lambda: self.calls.append("new"))
        self.field = QLineEdit()
        self.set_body(self.field)

    def first_opened(self) -> None:
        self.calls.append("first")
        self.field.setFocus()

    def opened(self) -> None:
        self.calls.append("opened")


@pytest.fixture
def page(qtbot, active):
    made = Requests()
    qtbot.addWidget(made)
    made.resize(1190, 700)
    return active(made)


def test_a_page_is_told_when_it_comes_into_view(page):
    assert page.field.hasFocus()
    page.hide()
    page.show()
    assert page.calls == ["first", "opened", "opened"]


def test_the_primary_act_has_its_key(qtbot, page):
    qtbot.keyClick(page.field, Qt.Key.Key_F2)
    assert page.calls[-1] == "new"
    assert page.primary.text() == "F2  Tiếp nhận"


@pytest.mark.parametrize("state", list(State))
def test_states_say_one_sentence_and_the_first_step(qtbot, page, state):
    pressed = []
    page.show_state(state, "Chưa có yêu cầu nào. Bấm F2 để tiếp nhận.", "Bỏ lọc", lambda: pressed.append(1))
    assert not page.field.isVisible()
    assert "Chưa có yêu cầu nào. Bấm F2 để tiếp nhận." in words(page)
    qtbot.mouseClick(button(page, "Bỏ lọc"), Qt.MouseButton.LeftButton)
    assert pressed == [1]
    assert not page.grab().isNull()
    page.show_body()
    assert page.field.isVisible()


def test_the_count_stands_beside_the_title(page):
    page.set_count("23 đang mở")
    assert words(page)[:2] == ["Yêu cầu", "23 đang mở"]


def test_long_work_shows_itself_and_can_be_stopped(qtbot, page, jobs, monkeypatch):
    monkeypatch.setattr(pages, "PATIENCE", 0)
    page._patience.setInterval(0)
    go, ends = threading.Event(), []

    def work(job):
        job.step(3, 10)
        assert go.wait(5)
        job.step(10, 10)

    job = jobs.run(
        page, work, done=ends.append, failed=ends.append, progress=page.progress, settled=page.unwatch
    )
    page.watch(job, "Đang in 10 hóa đơn")
    bar = page.findChild(QProgressBar)
    qtbot.waitUntil(lambda: bar.isVisible() and bar.value() == 3)
    assert "Đang in 10 hóa đơn" in words(page)
    qtbot.mouseClick(button(page, "Dừng"), Qt.MouseButton.LeftButton)
    go.set()
    qtbot.waitUntil(lambda: len(ends) == 1)
    assert isinstance(ends[0], Cancelled)
    assert not bar.isVisible()


def test_short_work_does_not_flicker(page, jobs, qtbot):
    page.watch(jobs.run(page, lambda _job: 1, done=lambda _: None, settled=page.unwatch), "Đang tìm")
    until_idle(qtbot, jobs)
    assert not page._patience.isActive()
    assert not page.findChild(QProgressBar).isVisible()


def test_the_inspector_shows_a_record_with_its_acts(qtbot, page):
    pressed = []
    inspector = Inspector()
    page.set_inspector(inspector)
    acts = [
        Button("Hỏi bộ phận", lambda: pressed.append("ask"), key="F6"),
        Button("Báo khách", lambda: pressed.append("tell"), key="F9", primary=True),
    ]
    inspector.show_details(DETAILS, acts)
    for each in ("YC-BN03-26-000412", "Mất nước từ sáng", "Trễ 40 phút", "Khách hàng", "07:48"):
        assert each in words(inspector)
    qtbot.waitUntil(acts[1].isVisible)
    qtbot.keyClick(page.field, Qt.Key.Key_F9)
    assert pressed == ["tell"]
    inspector.show_nothing("Chọn một yêu cầu để xem.")
    qtbot.waitUntil(lambda: words(inspector) == ["Chọn một yêu cầu để xem."])
    qtbot.keyClick(page.field, Qt.Key.Key_F9)
    assert pressed == ["tell"]


def test_f4_closes_and_opens_the_inspector(qtbot, page):
    inspector = Inspector()
    page.set_inspector(inspector)
    qtbot.waitUntil(inspector.isVisible)
    qtbot.keyClick(page.field, Qt.Key.Key_F4)
    assert not inspector.isVisible()
    assert button(page, "Chi tiết").isVisible()
    qtbot.keyClick(page.field, Qt.Key.Key_F4)
    assert inspector.isVisible()
    page.resize(600, 700)
    assert not inspector.isVisible()
    page.resize(1190, 700)
    assert inspector.isVisible()


def test_a_toast_says_it_offers_the_way_back_and_goes(qtbot, page):
    undone = []
    first = toast(page, "Đã chuyển cho Phòng Kinh doanh.", undo=lambda: undone.append(1))
    assert first._timer.interval() == SHOWN_FOR
    second = toast(page, "Đã đóng yêu cầu.", undo=lambda: undone.append(2))
    assert [each for each in page.findChildren(Toast) if each.isVisible()] == [second]
    assert second.accessibleName() == "Đã đóng yêu cầu."
    assert page.rect().contains(second.geometry())
    qtbot.mouseClick(button(second, "Hoàn tác"), Qt.MouseButton.LeftButton)
    gone(qtbot, second)
    assert undone == [2]


def test_a_toast_goes_by_itself_but_not_when_something_is_wrong(qtbot, page):
    wrong = toast(page, "Không in được.", tone=Tone.WRONG)
    assert not wrong._timer.isActive()
    good = toast(page, "Đã in.")
    good._timer.setInterval(0)
    good._timer.start()
    gone(qtbot, good)
    assert page.findChildren(Toast, "toast") == []


def dialog(page: QWidget) -> QWidget:
    return next(each for each in page.findChildren(QWidget) if each.isWindow() and each.isVisible())


@pytest.mark.parametrize(("press", "answers"), [("Hủy biên lai", [1]), ("Quay lại", [])])
def test_a_question_is_answered_by_its_verb(qtbot, page, press, answers):
    said = []
    QtPrompter().confirm(page, "Hủy biên lai 000041?", "Hủy biên lai", lambda: said.append(1), danger=True)
    asked = dialog(page)
    assert asked.accessibleName() == "Hủy biên lai 000041?"
    qtbot.mouseClick(button(asked, press), Qt.MouseButton.LeftButton)
    gone(qtbot, asked)
    assert said == answers


def test_enter_does_nothing_harmful(qtbot, page):
    said = []
    QtPrompter().confirm(page, "Hủy?", "Hủy biên lai", lambda: said.append(1), danger=True)
    asked = dialog(page)
    qtbot.keyClick(asked, Qt.Key.Key_Return)
    gone(qtbot, asked)
    assert said == []


def test_enter_presses_the_button_that_has_the_keyboard(qtbot, page):
    said = []
    QtPrompter().confirm(page, "Hủy?", "Hủy biên lai", lambda: said.append(1), danger=True)
    asked = dialog(page)
    assert button(asked, "Quay lại").text() == "Esc  Quay lại"
    button(asked, "Hủy biên lai").setFocus()
    qtbot.keyClick(asked.focusWidget(), Qt.Key.Key_Return)
    gone(qtbot, asked)
    assert said == [1]


def test_a_reason_is_typed_at_once_and_accepted_by_the_key_on_the_button(qtbot, page):
    said = []
    QtPrompter().ask_reason(page, "Hủy biên lai 000041", "Hủy biên lai", said.append)
    asked = dialog(page)
    assert button(asked, "Hủy biên lai").text() == "Ctrl+Enter  Hủy biên lai"
    qtbot.keyClicks(asked.focusWidget(), "Thu nham")
    button(asked, "Hủy biên lai").setFocus()
    qtbot.keyClick(asked.focusWidget(), Qt.Key.Key_Return)
    gone(qtbot, asked)
    assert said == ["Thu nham"]


def test_a_reason_is_asked_for_and_insisted_on(qtbot, page):
    said = []
    QtPrompter().ask_reason(page, "Hủy biên lai 000041", "Hủy biên lai", said.append)
    asked = dialog(page)
    verb, reason = button(asked, "Hủy biên lai"), asked.findChild(QPlainTextEdit)
    reason.setPlainText(" x ")
    qtbot.mouseClick(verb, Qt.MouseButton.LeftButton)
    assert said == []
    assert "Vui lòng ghi rõ lý do." in words(asked)
    reason.setPlainText("Thu nhầm hộ")
    qtbot.keyClick(reason, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    gone(qtbot, asked)
    assert said == ["Thu nhầm hộ"]


def test_something_is_told(qtbot, page):
    QtPrompter().tell(page, "Đĩa đã đầy.")
    told = dialog(page)
    assert "Đĩa đã đầy." in words(told)
    qtbot.mouseClick(button(told, "Đóng"), Qt.MouseButton.LeftButton)
    gone(qtbot, told)


CHART = ChartData(
    "Thu theo tháng",
    tuple(f"{m:02d}" for m in range(1, 13)),
    (
        Series("2025", (*range(12),)),
        Series("2026", tuple(float(m * 10) if m != 5 else None for m in range(12))),
    ),
    "triệu đồng",
)


@pytest.mark.parametrize("kind", list(ChartKind))
def test_charts_draw_and_tell_their_figures(qtbot, kind):
    chart = Chart(CHART, kind)
    qtbot.addWidget(chart)
    chart.resize(420, 260)
    empty = Chart(ChartData("Thu theo tháng", (), ()), kind)
    qtbot.addWidget(empty)
    empty.resize(420, 260)
    assert chart.grab().toImage() != empty.grab().toImage()
    assert chart.accessibleName() == "Thu theo tháng"
    assert "2026: 01 0; 02 10" in chart.accessibleDescription()


def test_a_chart_with_uneven_series_is_refused():
    with pytest.raises(ValueError, match="2 values for 3"):
        ChartData("x", ("a", "b", "c"), (Series("s", (1.0, 2.0)),))


@pytest.mark.parametrize(
    ("highest", "power"),
    [(0, 0), (9_999, 0), (10_000, 3), (131_675, 3), (9_999_999, 3), (10_000_000, 6), (5 * 10**9, 6)],
)
def test_money_is_read_in_a_unit_whose_marks_differ(highest, power):
    assert money_power([highest // 3, highest], 0) == power
    marks = ticks([highest / 10**power], 10)
    said = [format_number(round(mark * 10), "vi", 1) for mark in marks]
    assert len(set(said)) == len(marks)


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ([], [0, 1]),
        ([3, 7], [0, 2, 4, 6, 8]),
        ([131_675, 211_370], [0, 50_000, 100_000, 150_000, 200_000, 250_000]),
        ([-40, 90], [-50, 0, 50, 100]),
        ([0.2], [0, 0.05, 0.1, 0.15, 0.2]),
    ],
)
def test_axes_have_round_marks_and_start_at_nothing(values, marks):
    assert ticks(values)[: len(marks)] == pytest.approx(marks) or ticks(values) == pytest.approx(
        [0, 0.2, 0.4, 0.6, 0.8, 1.0]
    )
    assert ticks(values)[0] <= 0
    assert ticks(values)[-1] >= max([0, *values])


def test_a_flow_wraps_and_fills(qtbot):
    buttons = [Button(each) for each in ("340.000", "350.000", "400.000", "500.000")]
    flow = Flow(*buttons, fill=True)
    qtbot.addWidget(flow)
    flow.resize(420, 100)
    flow.show()
    assert len({each.y() for each in buttons}) == 1
    assert buttons[-1].geometry().right() == 419
    flow.resize(200, 100)
    assert [each.y() == buttons[0].y() for each in buttons] == [True, True, False, False]
    assert flow.heightForWidth(200) == 2 * 32 + 8


def test_a_short_fact_stands_beside_its_name_and_a_long_one_below(qtbot, active):
    panel = Inspector()
    qtbot.addWidget(panel)
    panel.resize(340, 600)
    active(panel)
    long = "Nước yếu từ sáng, cả ngõ 12 đều bị, nhà số 5 và số 7 mất hẳn từ chín giờ"
    panel.show_details(
        Details("YC-1", "Nước yếu", fields=[("Điện thoại", "0912 345 678"), ("Nguyên văn", long)])
    )

    def places() -> dict[str, QRect]:
        return {each.text(): each.geometry() for each in panel.findChildren(QLabel)}

    qtbot.waitUntil(lambda: places()[long].top() > 0)  # laid out
    at = places()
    assert at["0912 345 678"].left() > at["Điện thoại"].right()
    assert abs(at["0912 345 678"].top() - at["Điện thoại"].top()) < 4
    assert at[long].top() >= at["Nguyên văn"].bottom()
    assert at[long].left() == at["Nguyên văn"].left()


def test_the_panel_is_read_on_by_keys_and_a_new_record_begins_above(qtbot, active):
    panel = Inspector()
    qtbot.addWidget(panel)
    panel.resize(340, 200)
    active(panel)
    happened = [(f"0{n}:00", f"Ghi chú {n}") for n in range(40)]

    def place():
        return panel._scroll.verticalScrollBar().value()

    panel.show_details(Details("YC-1", "Nước yếu", timeline_title="Diễn biến", timeline=happened))
    qtbot.waitUntil(lambda: panel._scroll.verticalScrollBar().maximum() > 300)
    qtbot.keyClick(panel, Qt.Key.Key_PageDown, Qt.KeyboardModifier.AltModifier)
    down = place()
    assert down > 0
    panel.show_details(Details("YC-1", "Nước yếu", timeline_title="Diễn biến", timeline=happened))
    assert place() == down
    qtbot.keyClick(panel, Qt.Key.Key_PageUp, Qt.KeyboardModifier.AltModifier)
    assert place() == 0
    qtbot.keyClick(panel, Qt.Key.Key_PageDown, Qt.KeyboardModifier.AltModifier)
    panel.show_details(Details("YC-2", "Khác", timeline_title="Diễn biến", timeline=happened))
    assert place() == 0


@pytest.mark.parametrize("scale", [100, 150])
def test_a_question_of_many_lines_is_read_whole(qtbot, page, look, scale):
    theme.apply(look, "light", scale)
    lines = ["Ban hành: Rò rỉ, vỡ ống", *["– bộ phận: Đội trực sửa chữa → Phòng Kinh doanh"] * 7]
    QtPrompter().confirm(page, "\n".join(lines), "Ban hành", lambda: None)
    label = next(each for each in page.findChildren(QLabel) if each.text().startswith("Ban hành:"))
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))
    assert label.visibleRegion().boundingRect().height() == label.height()
    label.window().reject()
