from dataclasses import dataclass

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QAbstractItemView

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
    assert ledger.asked == [100]
    view.choose(199_999)
    view.grab()
    assert ledger.asked == [100, 100]
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
