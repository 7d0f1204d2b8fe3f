import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView

from app.ui.kit.arranging import Arrangement
from app.ui.kit.table_view import COPY_LIMIT, TableView
from app.ui.kit.tables import RIGHT, Column, WindowedTableModel
from app.ui.kit.theme import LIGHT, Tone


@dataclass(frozen=True)
class Debt:
    code: str
    name: str
    owed: str
    late: bool = False
    paid: bool = False


class Ledger:
    """Rows for ids, and how often and how many were asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.gone: set[int] = set()

    def rows(self, ids):
        self.asked.append(len(ids))
        return {
            i: Debt(f"BN-{i:06d}", f"Khách\t{i}", f"{i}.000", late=i % 2 == 1, paid=i % 5 == 0)
            for i in ids
            if i not in self.gone
        }


COLUMNS = [
    Column("Mã", lambda r: r.code, mono=True, width=100, sort="code"),
    Column("Khách hàng", lambda r: r.name, width=150, grow=1, gives_way=1, strong=lambda r: r.late),
    Column("Nợ", lambda r: r.owed, align=RIGHT, width=90, sort="owed"),
    Column(
        "Hạn",
        lambda r: "quá hạn" if r.late else "",
        tone=lambda r: Tone.WRONG if r.late else Tone.SOFT,
        width=110,
    ),
]


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def view(qtbot, active, ledger):
    made = TableView(WindowedTableModel(ledger.rows, COLUMNS, dim=lambda r: r.paid), "Nợ")
    qtbot.addWidget(made)
    made.resize(700, 400)
    return active(made)


def test_the_model_keeps_qt_s_contract(qtmodeltester, ledger):
    model = WindowedTableModel(ledger.rows, COLUMNS)
    model.set_ids(list(range(250)))
    qtmodeltester.check(model)
    model.set_ids([])
    qtmodeltester.check(model)


def test_two_hundred_thousand_rows_fetch_only_what_is_seen(qtbot, view, ledger):
    view.set_ids(range(200_000))
    view.grab()
    assert ledger.asked == [50]
    view.choose(199_999)
    view.grab()
    assert ledger.asked == [50, 41]
    view.selectAll()
    view.grab()
    assert len(ledger.asked) == 2
    assert view.model().rowCount() == 200_000


def test_a_changed_row_is_fetched_anew_and_the_others_too_when_all_changed(view, ledger):
    view.set_ids(range(300))
    model = view.model()
    assert model.cell(7, 0).text == "BN-000007"
    ledger.gone.add(7)
    model.forget(frozenset({7}))
    assert model.cell(7, 0).text == ""
    assert model.cell(8, 0).text == "BN-000008"
    asked = len(ledger.asked)
    model.forget()
    assert model.cell(8, 0).text == "BN-000008"
    assert len(ledger.asked) == asked + 1


def test_a_row_that_is_gone_is_empty_and_breaks_nothing(view, ledger):
    ledger.gone = {1}
    view.set_ids([0, 1, 2])
    assert not view.grab().isNull()
    assert [view.model().cell(i, 0).text for i in range(3)] == ["BN-000000", "", "BN-000002"]


def test_cells_say_how_they_look(view):
    view.set_ids([1, 5])
    model = view.model()
    late, paid = model.cell(0, 3), model.cell(1, 0)
    assert (late.text, late.tone, late.pill) == ("quá hạn", Tone.WRONG, True)
    assert (paid.tone, paid.mono) == (Tone.SOFT, True)
    assert model.cell(0, 1).strong
    right = model.data(model.index(0, 2), Qt.ItemDataRole.TextAlignmentRole)
    assert right & Qt.AlignmentFlag.AlignRight
    assert model.headerData(2, Qt.Orientation.Horizontal) == "Nợ"


def test_it_stays_on_the_row_when_the_list_is_asked_anew(qtbot, view):
    view.set_ids(range(50))
    view.choose(30)
    seen = []
    view.current_changed.connect(seen.append)
    view.set_ids([7, 30, 8])
    assert view.current_id() == 30
    view.set_ids([7, 8])
    assert view.current_id() is None
    assert seen == [30, None]
    assert not view.choose(30)


def test_keyboard_alone(qtbot, view):
    opened, typed = [], []
    view.opened.connect(opened.append)
    view.typed.connect(typed.append)
    view.set_ids(range(500))
    view.clearFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    assert view.current_id() == 0
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.current_id() == 499
    qtbot.keyClick(view, Qt.Key.Key_Home)
    qtbot.keyClick(view, Qt.Key.Key_Enter)
    qtbot.keyClick(view, "n")
    assert opened == [1, 0]
    assert typed == ["n"]


def held(key, *, pressed=True):
    """The event of a key that repeats because it is held down."""
    kind = QEvent.Type.KeyPress if pressed else QEvent.Type.KeyRelease
    return QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "", True)


@pytest.mark.parametrize("end", ["let go", "another key", "another window"])
def test_a_key_that_is_held_down_runs_through_the_list_and_tells_where_it_comes_to_rest(qtbot, view, end):
    view.set_ids(range(500))
    view.choose_first()
    told = []
    view.current_changed.connect(told.append)
    qtbot.keyPress(view, Qt.Key.Key_Down)
    assert told == [1]
    for _ in range(30):
        QGuiApplication.sendEvent(view, held(Qt.Key.Key_Down, pressed=False))  # as X11 does
        QGuiApplication.sendEvent(view, held(Qt.Key.Key_Down))
    assert (view.current_id(), told) == (31, [1])
    if end == "let go":
        qtbot.keyRelease(view, Qt.Key.Key_Down)
    elif end == "another key":
        qtbot.keyPress(view, Qt.Key.Key_F9)
    else:
        view.clearFocus()
    assert told == [1, 31]
    qtbot.keyRelease(view, Qt.Key.Key_Down)
    assert told == [1, 31]
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert told == [1, 31, 30]


def test_a_double_click_opens(qtbot, view):
    view.set_ids([3, 4])
    spot = view.visualRect(view.model().index(1, 0)).center()
    with qtbot.waitSignal(view.opened) as got:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert got.args == [4]


def test_copy_takes_the_headings_and_keeps_columns_apart(qtbot, view):
    view.set_ids(range(10))
    view.choose(1)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    with qtbot.waitSignal(view.copied) as got:
        qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert got.args == [2, 2]
    assert QGuiApplication.clipboard().text().splitlines() == [
        "Mã\tKhách hàng\tNợ\tHạn",
        "BN-000001\tKhách 1\t1.000\tquá hạn",
        "BN-000002\tKhách 2\t2.000\t",
    ]


def test_copying_everything_stops_at_the_limit(qtbot, view):
    view.set_ids(range(COPY_LIMIT + 500))
    view.selectAll()
    with qtbot.waitSignal(view.copied) as got:
        view.copy_chosen()
    assert got.args == [COPY_LIMIT, COPY_LIMIT + 500]


def click_heading(qtbot, view, section):
    header = view.horizontalHeader()
    spot = QPoint(header.sectionViewportPosition(section) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def test_a_heading_asks_for_another_order(qtbot, view):
    asked = []
    view.sort_asked.connect(lambda key, descending: asked.append((key, descending)))
    view.set_ids(range(5))
    for section in (2, 2, 1, 0):
        click_heading(qtbot, view, section)
    assert asked == [("owed", False), ("owed", True), ("code", False)]
    view.show_sorted("owed", descending=True)
    assert view.horizontalHeader().sortIndicatorSection() == 2
    assert len(asked) == 3


def test_an_unsorted_heading_leaves_the_arrow_where_it_was(qtbot, view):
    view.set_ids(range(5))
    click_heading(qtbot, view, 0)
    click_heading(qtbot, view, 1)
    assert view.horizontalHeader().sortIndicatorSection() == 0


def test_columns_fill_the_room_and_give_way(qtbot, view):
    view.set_ids(range(3))

    def widths():
        return [view.columnWidth(i) for i in range(4) if not view.isColumnHidden(i)]

    assert sum(widths()) == view.viewport().width()
    view.resize(430, 300)
    assert sum(widths()) == view.viewport().width()
    assert not view.isColumnHidden(1)
    view.resize(380, 300)
    assert view.isColumnHidden(1)
    view.resize(700, 300)
    assert not view.isColumnHidden(1)


def test_what_grows_becomes_narrow_before_a_column_is_out_of_sight(qtbot, active, ledger):
    columns = [
        Column("Nội dung", lambda r: r.name, width=330, grow=1),
        Column("Hạn", lambda r: r.code, width=150),
    ]
    view = TableView(WindowedTableModel(ledger.rows, columns), "Nợ")
    qtbot.addWidget(view)
    view.resize(300, 300)
    active(view)
    view.set_ids(range(3))
    assert [view.columnWidth(i) for i in range(2)] == [view.viewport().width() - 150, 150]


def test_columns_become_narrower_before_a_bar_to_scroll_by_comes(qtbot, view):
    view.set_ids(range(3))
    for width in range(320, 700, 20):
        view.resize(width, 300)
        shown = [view.columnWidth(i) for i in range(4) if not view.isColumnHidden(i)]
        assert sum(shown) <= view.viewport().width(), width
        qtbot.waitUntil(lambda: not view.horizontalScrollBar().isVisible())


def test_the_empty_list_says_so(qtbot, view):
    view.set_empty("Chưa có khách nào nợ. Bấm F2 để lập đợt thu.")
    soft = QColor(LIGHT.soft).rgb()

    def words():
        image = view.viewport().grab().toImage()
        return sum(image.pixel(x, y) == soft for x in range(image.width()) for y in range(image.height()))

    assert words() > 30
    view.set_ids([2])
    assert words() == 0


def test_boxes_are_ticked_by_key_and_mouse(qtbot, ledger):
    ticked = {2}
    columns = [Column("", lambda r: "", width=40, check=lambda r: r.code == "BN-000002"), *COLUMNS]
    view = TableView(WindowedTableModel(ledger.rows, columns), "Nợ")
    qtbot.addWidget(view)
    view.toggled.connect(lambda row: ticked.symmetric_difference_update({row}))
    view.set_ids([1, 2])
    view.show()
    model = view.model()
    states = [model.data(model.index(i, 0), Qt.ItemDataRole.CheckStateRole) for i in (0, 1)]
    assert states == [Qt.CheckState.Unchecked, Qt.CheckState.Checked]
    view.choose(1)
    qtbot.keyClick(view, Qt.Key.Key_Space)
    spot = view.visualRect(model.index(1, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert ticked == {1}
    view.selectAll()
    view.copy_chosen()
    assert QGuiApplication.clipboard().text().splitlines()[0] == "Mã\tKhách hàng\tNợ\tHạn"


def test_tab_leaves_the_table_and_it_has_a_name(view):
    assert not view.tabKeyNavigation()
    assert view.accessibleName() == "Nợ"
    assert view.selectionBehavior() is QAbstractItemView.SelectionBehavior.SelectRows
    assert view.model().rowCount(view.model().index(0, 0)) == 0
    assert view.model().data(QModelIndex()) is None


# -- choosing several, copying for a spreadsheet, columns by choice ------------------------------------------


@dataclass(frozen=True)
class Owed:
    code: str
    words: str
    owed: int
    on: datetime
    new: bool


CHOICE = [
    Column("Mới", lambda r: "Mới" if r.new else "", dot=True, width=28, key="new"),
    Column("Mã", lambda r: r.code[-2:], value=lambda r: r.code, width=100, sort="code", mono=True),
    Column("Nội dung", lambda r: r.words, width=150, grow=1, key="words"),
    Column("Nợ", lambda r: f"{r.owed:,}", value=lambda r: r.owed, align=RIGHT, width=90, sort="owed"),
    Column("Ngày", lambda r: "hôm nay", value=lambda r: r.on, width=110, sort="on", optional=True),
]


def owed(ids):
    day = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    said = {2: "=1+1", 3: "Phố\tHuế\nsố 3"}
    return {i: Owed(f"00{i:04d}", said.get(i, "Rò rỉ <b>"), i * 1000, day, i == 1) for i in ids}


@pytest.fixture
def chosen(qtbot, active):
    made = TableView(WindowedTableModel(owed, CHOICE, unread=lambda r: r.new), "Nợ", sorts_many=True)
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.set_ids([1, 2, 3, 4, 5])
    return active(made)


def shown(view):
    header = view.horizontalHeader()
    order = [header.logicalIndex(i) for i in range(header.count())]
    return [CHOICE[i].title for i in order if not view.isColumnHidden(i)]


def test_several_are_chosen_by_keys_and_stay_chosen_when_the_list_is_asked_anew(qtbot, chosen):
    counts = []
    chosen.many_changed.connect(counts.append)
    chosen.choose(2)
    qtbot.keyClick(chosen, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert chosen.chosen_ids() == [2, 3]
    qtbot.keyClick(chosen, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(chosen, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(chosen, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert chosen.chosen_ids() == [2, 3, 5]
    chosen.set_ids([5, 4, 3, 1])
    assert chosen.chosen_ids() == [5, 3]
    assert chosen.current_id() == 5
    qtbot.keyClick(chosen, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert chosen.chosen_ids() == [5, 4, 3, 1]
    chosen.set_ids([5, 4, 3, 1, 2])
    assert chosen.chosen_ids() == [5, 4, 3, 1]  # the one that came has been seen by nobody
    assert counts == [1, 2, 3, 2, 4]  # nothing in between


def test_the_same_list_again_moves_nothing(qtbot, view, ledger):
    view.set_ids(range(500))
    view.choose(300)
    top = view.verticalScrollBar().value()
    view.verticalScrollBar().setValue(10)
    view.set_ids(range(500))
    assert view.verticalScrollBar().value() == 10 != top
    ledger.gone.add(12)
    view.set_ids(range(500))
    assert view.model().cell(12, 0).text == ""  # its rows are fetched anew all the same


def test_a_copy_has_numbers_as_numbers_and_words_as_words(chosen):
    chosen.selectAll()
    chosen.copy_chosen()
    # Not kept: the clipboard owns it, and lets go of it at the next copy.
    html = QGuiApplication.clipboard().mimeData().html()
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    assert lines[:4] == [
        ["Mới", "Mã", "Nội dung", "Nợ"],
        ["Mới", "000001", "Rò rỉ <b>", "1000"],
        ["", "000002", "'=1+1", "2000"],
        ["", "000003", "Phố Huế số 3", "3000"],
    ]
    assert 'x:num="2000"' in html
    assert "Rò rỉ &lt;b&gt;" in html
    assert html.count("mso-number-format:'\\@'") == 4 + 3 * 5
    chosen.arrange(Arrangement(("on", "code")))
    chosen.copy_chosen()
    assert QGuiApplication.clipboard().text().split("\n")[1] == "2026-11-20 16:30\t000001"


def test_what_is_new_is_heavy_has_a_dot_and_is_said(chosen):
    model = chosen.model()
    new, old = model.cell(0, 0), model.cell(1, 0)
    assert (new.dot, new.text, old.text) == (True, "Mới", "")
    assert [model.cell(0, i).strong for i in range(4)] == [True] * 4
    assert not model.cell(1, 2).strong
    role = Qt.ItemDataRole.AccessibleTextRole
    assert model.data(model.index(0, 0), role) == "Mới"
    assert model.headerData(0, Qt.Orientation.Horizontal, role) == "Mới"
    assert model.headerData(0, Qt.Orientation.Horizontal) == ""


def test_columns_are_chosen_ordered_and_made_wider_by_keys(qtbot, chosen):
    assert shown(chosen) == ["Mới", "Mã", "Nội dung", "Nợ"]
    told = []
    chosen.arranged.connect(lambda: told.append(chosen.arrangement()))
    dialog = chosen.choose_columns()
    qtbot.waitUntil(dialog.isVisible)
    alt = Qt.KeyboardModifier.AltModifier
    listed = dialog.list
    assert [listed.item(i).checkState().value for i in range(5)] == [2, 2, 2, 2, 0]
    qtbot.keyClick(listed, Qt.Key.Key_Space)  # the dot goes
    qtbot.keyClick(listed, Qt.Key.Key_Down)
    qtbot.keyClick(listed, Qt.Key.Key_Right, alt)
    qtbot.keyClick(listed, Qt.Key.Key_Right, alt)
    qtbot.keyClick(listed, Qt.Key.Key_Down, alt)
    qtbot.keyClick(listed, Qt.Key.Key_End)
    qtbot.keyClick(listed, Qt.Key.Key_Space)
    for _ in range(4):
        qtbot.keyClick(listed, Qt.Key.Key_Up, alt)
    asked = []
    chosen.sort_asked.connect(lambda *how: asked.append(how))
    dialog.sorts[0].setCurrentIndex(dialog.sorts[0].findText("Nợ ↓"))
    dialog.sorts[1].setCurrentIndex(dialog.sorts[1].findText("Mã ↑"))
    dialog.submit()
    assert shown(chosen) == ["Ngày", "Nội dung", "Mã", "Nợ"]
    assert asked == [("owed", True)]
    assert told == [
        Arrangement(("on", "words", "code", "owed"), {"code": 116}, (("owed", True), ("code", False)))
    ]
    kept = json.loads(json.dumps(told[0].kept()))
    assert Arrangement.of(kept, CHOICE) == told[0]
    assert chosen.model().headerData(1, Qt.Orientation.Horizontal) == "Mã 2↑"
    # Keys still find the first column in sight, and the ring has its ends there.
    assert chosen.ends() == (4, 3)
    qtbot.keyClick(chosen, Qt.Key.Key_End)
    assert chosen.current_id() == 5
    again = chosen.choose_columns()
    qtbot.waitUntil(again.isVisible)
    again.default.click()
    again.submit()
    assert shown(chosen) == ["Mới", "Mã", "Nội dung", "Nợ"]
    assert chosen.arrangement().columns == ()


@pytest.mark.parametrize(
    "kept",
    [None, [], {"columns": "code", "widths": 3, "sorts": [["code"], [1, 2], "x", ["words", True]]},
     {"columns": [7, "gone"], "widths": {"gone": 5, "code": "wide"}, "sorts": None}],
)  # fmt: skip
def test_a_kept_view_that_cannot_be_read_is_as_at_first(kept):
    assert Arrangement.of(kept, CHOICE) == Arrangement()


def test_shift_adds_a_further_sort_key(qtbot, chosen):
    asked = []
    chosen.sort_asked.connect(lambda *how: asked.append((*how, chosen.sorts())))
    header = chosen.horizontalHeader()

    def click(section, modifiers=Qt.KeyboardModifier.NoModifier):
        at = QPoint(header.sectionViewportPosition(section) + 20, 10)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, modifiers, at)

    click(1)
    click(3, Qt.KeyboardModifier.ShiftModifier)
    click(3, Qt.KeyboardModifier.ShiftModifier)
    click(1)
    assert asked == [
        ("code", False, [("code", False)]),
        ("code", False, [("code", False), ("owed", False)]),
        ("code", False, [("code", False), ("owed", True)]),
        ("code", True, [("code", True)]),
    ]


def test_the_program_ends_well_with_a_copy_on_the_clipboard():
    code = (
        "from PySide6.QtWidgets import QApplication\n"
        "from app.ui.kit.copying import clipping\n"
        "app = QApplication([])\n"
        "QApplication.clipboard().setMimeData(clipping(['Nợ'], [[1000]]))\n"
        "assert QApplication.clipboard().text() == 'Nợ\\n1000'\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
