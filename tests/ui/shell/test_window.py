import re
import subprocess
import sys
from typing import ClassVar

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QAbstractButton, QGroupBox, QLabel, QLineEdit, QListWidget, QPushButton, QTabBar

from app.ui.kit import theme
from app.ui.kit.buttons import Button
from app.ui.kit.inspector import Details, Inspector
from app.ui.kit.page import Page
from app.ui.kit.theme import font, px
from app.ui.kit.toast import Toast
from app.ui.shell.rail import WIDTH, _Item
from app.ui.shell.search import HIT_ROLE, Hit, SearchPalette
from app.ui.shell.status import SyncState
from app.ui.shell.texts import use_language
from app.ui.shell.window import MainWindow, Section
from app.words import tr

TITLES = {
    "today": ("Hôm nay", "Today", 7),
    "requests": ("Yêu cầu", "Requests", 999),
    "customers": ("Khách hàng", "Customers", 0),
    "readings": ("Ghi chỉ số", "Readings", 0),
    "bills": ("Hóa đơn", "Bills", 0),
    "cash": ("Thu tiền", "Cash desk", 0),
    "works": ("Phiếu công tác", "Work orders", 4),
    "reports": ("Báo cáo", "Reports", 0),
    "exceptions": ("Cần xử lý", "To settle", 12),
    "settings": ("Thiết lập", "Settings", 0),
}
SIGNS = {
    "today": "home",
    "requests": "message-exclamation",
    "customers": "users",
    "readings": "gauge",
    "bills": "file-invoice",
    "cash": "cash",
    "works": "gauge",
    "reports": "chart-bar",
    "exceptions": "alert-triangle",
    "settings": "settings",
}


class Subject(Page):
    made: ClassVar[list[str]] = []

    def __init__(self, key: str) -> None:
        super().__init__(TITLES[key][tr.language == "en"])
        self.made.append(key)
        self.key, self.shown, self.clean = key, [], True
        self.add_search()
        self.set_primary("Tiếp nhận yêu cầu", lambda: None)
        self.field = QLineEdit()
        self.set_body(self.field)
        inspector = Inspector()
        self.set_inspector(inspector)
        acts = [Button("Hỏi bộ phận", key="F6"), Button("Báo khách hàng", key="F9", primary=True)]
        inspector.show_details(Details("YC-BN03-26-000412", "Mất nước từ sáng"), acts)

    def show_record(self, record: object) -> bool:
        self.shown.append(record)
        return True

    def may_leave(self) -> bool:
        return self.clean


def found(text, deliver):
    if text == "khong co":
        deliver(text, [])
        return
    deliver("another text", [Hit("Khách hàng", "Không phải", section="customers", record=0)])
    hits = [
        Hit("Khách hàng", "Nguyễn Thị Như Quỳnh", "12/5", "BN-007415", "users", "customers", 7415),
        Hit("Khách hàng", "Nguyễn Văn Quý", "3", "BN-001208", "users", "customers", 1208),
        Hit("Hóa đơn", "Kỳ 10/2026", "211.370 đ", "HD-26-0204417", "file-invoice", "bills", 44, exact=True),
    ]
    deliver(text, hits)


@pytest.fixture
def window(qtbot, active):
    Subject.made = []
    sections = [
        Section(
            key,
            lambda key=key: TITLES[key][tr.language == "en"],
            SIGNS[key],
            lambda key=key: Subject(key),
            badge=lambda key=key: TITLES[key][2],
            alarm=key == "exceptions",
            bottom=key == "settings",
        )
        for key in TITLES
    ]
    made = MainWindow(
        sections,
        office="Chi nhánh Bắc Ninh",
        desk="Quầy 1 · BN03",
        person="Hoàng Thị Yến · giao dịch viên",
        search=found,
    )
    made.open_section("requests")
    made.show_counts(made.counts())
    made.status.show_sync(SyncState.OFFLINE, 12, "10:52")
    made.status.set_session("Ca thu: chưa mở")
    qtbot.addWidget(made)
    return active(made)


def item(window, key) -> _Item:
    return next(each for each in window.findChildren(_Item) if each.section.key == key)


def test_pages_are_made_at_the_first_visit_only(qtbot, window):
    assert Subject.made == ["requests"]
    qtbot.mouseClick(item(window, "bills"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(item(window, "requests"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(item(window, "bills"), Qt.MouseButton.LeftButton)
    assert Subject.made == ["requests", "bills"]
    assert window.key == "bills"
    assert item(window, "bills").isChecked()


def test_alt_and_a_number_change_the_section_and_the_keyboard_follows(qtbot, window):
    changed = []
    window.section_changed.connect(changed.append)
    qtbot.keyClick(window, Qt.Key.Key_6, Qt.KeyboardModifier.AltModifier)
    assert changed == ["cash"]
    page = window.page("cash")
    assert page.isAncestorOf(window.focusWidget())
    page.field.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(window, Qt.Key.Key_6, Qt.KeyboardModifier.AltModifier)
    assert page.field.hasFocus()


def test_badges_are_said_too(window):
    assert item(window, "works").accessibleName() == "Phiếu công tác, 4"
    assert item(window, "bills").accessibleName() == "Hóa đơn"
    window.rail.show_count("bills", 12_000)
    assert item(window, "bills").badge_text() == "999+"


def cut_off(window) -> list[str]:
    """What has less room than its words need, or lies outside the window."""
    found = []
    for each in window.findChildren(_Item):
        if QFontMetrics(font(bold=True)).horizontalAdvance(each.text()) > each.words_room():
            found.append(f"rail: {each.text()}")
        if each.height() < QFontMetrics(font()).height():
            found.append(f"rail, flat: {each.text()}")
    labels = [window.status._desk, window.status._session, window.status._person]
    shown = [each for each in window.findChildren(QPushButton) if each.isVisible() and each.text()]
    for each in [*labels, *shown]:
        if each.width() < each.sizeHint().width():
            found.append(f"narrow: {each.text()}")
    for each in [*labels, *shown, *window.findChildren(_Item)]:
        if not window.rect().contains(each.mapTo(window, each.rect().bottomRight())):
            found.append(f"outside: {each.text()}")
    if window.status._sync.width() < window.status._sync.minimumSizeHint().width():
        found.append("what is unsent")
    return found


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("scale", [100, 125, 150])
def test_nothing_is_cut_off_at_the_smallest_screen(qtbot, window, look, language, scale):
    use_language(look, language)
    theme.apply(look, "light", scale)
    window.resize(1366, 768)
    qtbot.waitUntil(lambda: window.page("requests").width() == 1366 - px(WIDTH))
    qtbot.waitUntil(lambda: cut_off(window) == [])
    assert (window.width(), window.height()) == (1366, 768)
    assert len([each for each in window.findChildren(QPushButton) if each.isVisible()]) >= 3


def test_the_status_bar_says_how_it_stands(window):
    bar = window.status
    assert bar._sync.accessibleName() == (
        "Mất kết nối · làm việc bình thường, 12 bút ghi chưa gửi, liên lạc lần cuối 10:52"
    )
    bar.show_sync(SyncState.ONLINE, 0, "14:32")
    assert bar._sync.accessibleName() == "Đã kết nối, đã gửi hết, liên lạc lần cuối 14:32"
    before = bar.grab().toImage()
    bar.show_sync(SyncState.TROUBLE, 3, "")
    assert bar.grab().toImage() != before


def test_a_click_on_the_state_asks_to_see_what_is_unsent(qtbot, window):
    with qtbot.waitSignal(window.status.sync_asked):
        qtbot.mouseClick(window.status._sync, Qt.MouseButton.LeftButton)


def open_search(qtbot, window, text):
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.findChild(SearchPalette)
    qtbot.waitUntil(palette.isVisible)
    edit = palette.findChild(QLineEdit)
    edit.setText(text)
    qtbot.keyClick(edit, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: edit._said == text)
    return palette, edit


def titles(palette):
    listed = palette.findChild(QListWidget)
    return [listed.item(i).text() for i in range(listed.count())]


def test_the_search_shows_exact_first_then_groups_and_opens_by_enter(qtbot, window):
    palette, edit = open_search(qtbot, window, "quynh")
    assert titles(palette) == [
        "Khớp hoàn toàn",
        "Kỳ 10/2026",
        "Khách hàng",
        "Nguyễn Thị Như Quỳnh",
        "Nguyễn Văn Quý",
    ]
    listed = palette.findChild(QListWidget)
    assert listed.currentItem().data(HIT_ROLE).record == 44
    qtbot.keyClick(edit, Qt.Key.Key_Down)
    assert listed.currentItem().text() == "Nguyễn Thị Như Quỳnh"
    qtbot.keyClick(edit, Qt.Key.Key_PageDown)
    assert listed.currentItem().text() == "Nguyễn Văn Quý"
    qtbot.keyClick(edit, Qt.Key.Key_Up)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert window.key == "customers"
    assert window.page("customers").shown == [7415]


def test_the_search_says_what_it_did_not_find(qtbot, window):
    palette, edit = open_search(qtbot, window, "khong co")
    said = [each.text() for each in palette.findChildren(QLabel) if each.isVisible()]
    assert "Không tìm thấy “khong co”. Hãy thử một phần mã hoặc chỉ gõ tên." in said
    qtbot.keyClick(edit, Qt.Key.Key_Tab)
    assert edit.hasFocus()
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_enter_before_the_answer_takes_no_hit_of_an_older_text(qtbot, active):
    asked = {}
    subject = Section("customers", lambda: "Khách hàng", "users", lambda: Subject("customers"))
    made = MainWindow([subject], office="", desk="", person="", search=asked.__setitem__)
    qtbot.addWidget(made)
    palette, edit = open_search(qtbot, active(made), "tran")
    qtbot.waitUntil(lambda: "tran" in asked)
    trang = Hit("Khách hàng", "Trang", section="customers", record=1)
    tran_thi = Hit("Khách hàng", "Trần Thị", section="customers", record=2)
    asked["tran"]("tran", [trang])
    assert titles(palette) == ["Khách hàng", "Trang"]
    qtbot.keyClicks(edit, " thi")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert "tran thi" in asked  # looked for at once
    asked["tran"]("tran", [trang])
    assert palette.isVisible()
    asked["tran thi"]("tran thi", [tran_thi, trang])
    assert not palette.isVisible()
    assert made.page("customers").shown == [2]


def test_an_enter_that_was_waited_for_is_forgotten_as_one_types_on(qtbot, active):
    asked = {}
    subject = Section("customers", lambda: "Khách hàng", "users", lambda: Subject("customers"))
    made = MainWindow([subject], office="", desk="", person="", search=asked.__setitem__)
    qtbot.addWidget(made)
    palette, edit = open_search(qtbot, active(made), "tran")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.keyClicks(edit, " t")
    qtbot.waitUntil(lambda: "tran t" in asked)
    asked["tran t"]("tran t", [Hit("Khách hàng", "Trần Tú", section="customers", record=3)])
    assert palette.isVisible()
    assert titles(palette) == ["Khách hàng", "Trần Tú"]


def test_a_click_beside_the_search_closes_it(qtbot, window):
    palette, _edit = open_search(qtbot, window, "quynh")
    qtbot.mouseClick(palette, Qt.MouseButton.LeftButton, pos=palette.rect().bottomLeft())
    assert not palette.isVisible()


def test_a_page_can_open_the_search_and_another_page(qtbot, window):
    page = window.page("requests")
    page.search_asked.emit()
    assert window.findChild(SearchPalette).isVisible()
    page.record_asked.emit("bills", 5)
    assert window.page("bills").shown == [5]


def test_a_window_without_a_search_has_none(qtbot):
    window = MainWindow([], office="", desk="", person="")
    qtbot.addWidget(window)
    window.open_search()
    assert window.findChild(SearchPalette) is None


def test_another_language_makes_the_pages_anew(qtbot, window, look):
    window.open_search()
    use_language(look, "en")
    qtbot.waitUntil(lambda: Subject.made == ["requests", "requests"])
    assert window.key == "requests"
    assert window.page("requests").accessibleName() == "Requests"
    assert item(window, "works").text() == "Work orders"
    assert window.status._sync.accessibleName().startswith("Offline")


def test_qt_speaks_our_language(qtbot, look):
    edit = QLineEdit("123")
    qtbot.addWidget(edit)
    edit.selectAll()
    words = [each.text().split("\t")[0] for each in edit.createStandardContextMenu().actions() if each.text()]
    assert words == ["&Hoàn tác", "&Làm lại", "Cắ&t", "&Sao chép", "&Dán", "Xóa", "Chọn hết"]
    assert QLocale().toString(1_234_567) == "1.234.567"
    use_language(look, "en")
    words = [each.text().split("\t")[0] for each in edit.createStandardContextMenu().actions() if each.text()]
    assert words[0] == "&Undo"


def test_the_window_stays_while_something_would_be_lost(window):
    window.page("bills").clean = False
    assert not window.close()
    assert window.key == "bills"
    window.page("bills").clean = True
    assert window.close()


def test_the_window_says_what_was_done(window):
    window.say("Đã in 3 biên lai.")
    assert window.findChild(Toast).accessibleName() == "Đã in 3 biên lai."


def test_the_shell_is_light_to_import():
    code = "import sys, app.ui.shell.window, app.ui.shell.texts; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"sqlalchemy", "alembic", "reportlab", "openpyxl", "httpx2", "starlette", "PySide6.QtNetwork"}
    assert heavy & set(modules) == set()


def test_the_print_dialog_speaks_vietnamese(qtbot, qapp):
    use_language(qapp, "vi")
    dialog = QPrintDialog(QPrinter())
    qtbot.addWidget(dialog)
    boxes = [title for each in dialog.findChildren(QGroupBox) if (title := each.title())]
    words = [
        w.text() for kind in (QLabel, QAbstractButton) for w in dialog.findChildren(kind) if w.text()
    ] + boxes
    tabs = [bar.tabText(n) for bar in dialog.findChildren(QTabBar) for n in range(bar.count())]
    shown = {each.replace("&", "").strip() for each in (*words, *tabs)}
    assert {"Máy in", "Tên:", "Nơi đặt:", "Tệp xuất ra:", "Thuộc tính", "Số bản", "Tùy chọn >>"} <= shown
    english = {word for word in shown if word != "Trang" and re.fullmatch(r"[A-Za-z :<>()]{4,}", word)}
    assert english == set()


def test_the_keyboard_is_where_it_was_after_a_search_and_in_the_work_after_a_hit(qtbot, window):
    page = window.page("requests")
    act = next(each for each in page.findChildren(Button) if each.text().endswith("Tiếp nhận yêu cầu"))
    act.setFocus()
    palette, edit = open_search(qtbot, window, "quynh")
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert act.hasFocus()
    _, edit = open_search(qtbot, window, "quynh")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert window.key == "bills"
    assert window.page("bills").field.hasFocus()


def test_the_key_of_a_page_leads_into_its_work_always(qtbot, window):
    page = window.page("requests")
    act = next(each for each in page.findChildren(Button) if each.text().endswith("Tiếp nhận yêu cầu"))
    alt = Qt.KeyboardModifier.AltModifier
    for away in (False, True):
        act.setFocus()
        if away:
            qtbot.keyClick(window, Qt.Key.Key_6, alt)
            assert window.page("cash").field.hasFocus()
        qtbot.keyClick(window, Qt.Key.Key_2, alt)
        assert page.field.hasFocus()
    item(window, "bills").setFocus()
    qtbot.keyClick(window, Qt.Key.Key_2, alt)
    assert page.field.hasFocus()
