"""Every act has a key, no two acts in sight share one, and every page is reached by keys: over all pages of
the window, in both languages, for those who see most and for those who see least."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.services.field import NewOrder
from app.services.incidents import NewIncident
from app.ui.kit.act_dialog import ActDialog
from app.ui.kit.keys import KeysDialog
from app.ui.kit.picker import Picker
from app.ui.requests.page import RequestsPage
from app.ui.settings.page import Preferences
from app.ui.shell.texts import use_language
from app.ui.start.signin import SignInPage
from app.window.preferences import read_preferences, write_preferences
from tests.journeys.conftest import Open
from tests.journeys.windows import desk_of, go, main_of, settle
from tests.money import add_home, bill
from tests.offices import PASSWORD, Company, person
from tests.services.test_requests import new

Key = Qt.Key
CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


class Heard(NamedTuple):
    """Somebody who listens for a key."""

    key: str
    who: str


def listening(window: QWidget) -> Iterator[Heard]:
    """All keys that do something now: of shortcuts whose owner is in sight, and the letters of words."""
    for each in window.findChildren(QShortcut):
        owner = each.parent()
        assert isinstance(owner, QWidget)
        if each.isEnabled() and owner.isVisible() and owner.isEnabled():
            who = f"{type(owner).__name__} {owner.accessibleName()}"
            yield Heard(each.key().toString(), who)
    for label in window.findChildren(QLabel):
        if label.isVisible() and label.buddy() is not None:
            yield from letters(label.text())
    for button in window.findChildren(QAbstractButton):
        if button.isVisible() and button.isEnabled():
            yield from letters(button.text())


def letters(text: str) -> Iterator[Heard]:
    at = text.replace("&&", "  ").find("&")
    if at >= 0:
        yield Heard(f"Alt+{text[at + 1].upper()}", text)


def without_key(page: QWidget) -> list[str]:
    """Acts in sight with words on them that no key does. What opens the list of a filter is a field."""
    return [
        each.accessibleName()
        for each in page.findChildren(QPushButton)
        if each.isVisible() and each.text() and not isinstance(each, Picker) and not each.property("key")
    ]


@pytest.fixture
def busy(company: Company) -> Path:
    """The home of a desk where something stands on every page."""
    desktop = company.desk("BN03")
    yen, mai = person(desktop, "yen"), person(desktop, "mai")
    home = add_home(desktop, "BN-1")
    bill(desktop, home, {"2026-10": 10, "2026-11": 12})
    desktop.incidents.begin(
        yen, NewIncident(uuid4(), "Vỡ ống D200", "Ngô Gia Tự", desktop.clock.now() - timedelta(hours=1))
    )
    made = [
        desktop.requests.register(yen, new(kind, customer_id=home.customer)).id
        for kind in ("no_supply", "leak", "leak", "new_supply", "name_change", "bill", "leak", "meter")
    ]
    desktop.request_work.hold(yen, made[1], "access", "Nhà vắng")
    desktop.request_work.ask(yen, made[2], "NETWORK", "Van nào?")
    desktop.requests.answer(mai, made[5], "Chỉ số đúng", "explained")
    desktop.requests.answer(mai, made[7], "Đã thay", "solved")
    desktop.requests.tell(yen, made[7], "phone", "Đã gọi")
    order = NewOrder(uuid4(), "repair", "Thay van", request_id=made[0], address="Ngô Gia Tự")
    desktop.field.issue(yen, order)
    return company.shut(desktop)


SEEN = {
    "mai": {
        *("F1", "F2", "F3", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "Del", "Ctrl+E", "Ctrl+F"),
        *("Ctrl+H", "Ctrl+I", "Ctrl+K", "Ctrl+L", "Ctrl+P", "Ctrl+R", "Ctrl+Shift+P", "Ctrl+Shift+Q"),
        *("Alt+1", "Alt+9", "Alt+0", "Ctrl+PgUp", "Ctrl+PgDown"),
    },
    "yen": {"F2", "F6", "F11", "Ctrl+R", "Ctrl+I"},
    "tung": {"F2", "Ctrl+H"},
    "duc": {"Ctrl+Shift+Q"},
}
"""Keys that each of them must have met somewhere, or nothing was looked at."""


@pytest.mark.parametrize(
    ("login", "language"),
    [("mai", "vi"), ("mai", "en"), ("yen", "vi"), ("yen", "en"), ("tung", "en"), ("duc", "vi")],
)
def test_every_act_has_a_key_of_its_own(
    qtbot: QtBot, look: QApplication, busy: Path, open_window: Open, login: str, language: str
) -> None:
    window = open_window(busy)
    use_language(look, language)
    window.resize(1366, 768)
    window.open_for(person(desk_of(window), login))
    main, rail = main_of(window), main_of(window).rail
    wrong: dict[str, object] = {}
    met: set[str] = set()

    def look_at(place: str) -> None:
        settle(qtbot, window)
        QApplication.processEvents()
        heard: dict[str, list[str]] = defaultdict(list)
        for each in listening(window):
            heard[each.key].append(each.who)
        met.update(heard)
        if found := {key: who for key, who in heard.items() if len(who) > 1}:
            wrong[place] = found
        if found_less := without_key(main):
            wrong[f"{place}, no key"] = found_less

    for section in rail._items:
        page = go(qtbot, window, login, section)
        look_at(section)
        if section in ("requests", "field"):
            page.chips.choose("all")
            look_at(f"{section}, all")
        table = getattr(page, "table", None)
        for id in list(page.model.ids) if section in ("requests", "field") and table else ():
            table.choose(id)
            look_at(f"{section} {id}")
        if section == "requests":
            table.selectAll()
            look_at("several requests")
        if section == "rules":
            for chip in page.chips._chips:
                page.chips.choose(chip)
                look_at(f"rules {chip}")
    assert wrong == {}
    assert SEEN[login] - met == set()


def test_pages_behind_the_ninth_are_reached_by_keys(
    qtbot: QtBot, look: QApplication, home: Path, open_window: Open
) -> None:
    window = open_window(home)
    window.open_for(person(desk_of(window), "mai"))
    main = main_of(window)
    sections = list(main.rail._items)
    assert len(sections) > 10
    qtbot.keyClick(main, Key.Key_0, ALT)
    assert main.key == sections[9]
    for each in (*sections[10:], sections[0]):
        qtbot.keyClick(main, Key.Key_PageDown, CTRL)
        assert main.key == each
    qtbot.keyClick(main, Key.Key_PageUp, CTRL)
    assert main.key == sections[-1]
    told = main.show_keys()
    words = {each.text() for each in told.findChildren(QLabel)}
    assert {"Alt+1 … Alt+9, Alt+0", "Ctrl+PgUp, Ctrl+PgDn", "Đến trang trên, trang dưới"} <= words
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert all(f"`{key}`" in readme for key in ("Alt+0", "Ctrl+PgUp", "Ctrl+PgDn", "Ctrl+Shift+Q"))
    settle(qtbot, window)


def test_waiting_and_going_on_need_no_menu(
    qtbot: QtBot, look: QApplication, busy: Path, open_window: Open
) -> None:
    window = open_window(busy)
    page = go(qtbot, window, "yen", "requests")
    assert isinstance(page, RequestsPage)
    page.chips.choose("all")
    settle(qtbot, window)
    rows = page.room.queries.rows(page.model.ids)
    held = next(row for row in rows.values() if row.held_at is not None)
    running = next(row for row in rows.values() if row.held_at is None and row.type_code == "no_supply")
    for row, title in (
        (running, f"Tạm dừng, chờ khách hàng: {running.code}"),
        (held, f"Xử lý tiếp {held.code}"),
    ):
        page.table.choose(row.id)
        settle(qtbot, window)
        QApplication.processEvents()
        qtbot.keyClick(page.table, Key.Key_F11)
        (dialog,) = [each for each in window.findChildren(ActDialog) if each.isVisible()]
        assert dialog.windowTitle() == title
        dialog.reject()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)


def test_the_sign_in_has_help_roles_and_a_switch_of_language(
    qtbot: QtBot, look: QApplication, home: Path, open_window: Open
) -> None:
    window = open_window(home)
    page = window.currentWidget()
    assert isinstance(page, SignInPage)
    items = [page.login.itemText(at) for at in range(page.login.count())]
    assert "yen · Hoàng Thị Yến · giao dịch viên" in items
    qtbot.keyClick(page, Key.Key_F1)
    told = page.findChild(KeysDialog)
    assert told is not None
    words = " ".join(each.text() for each in told.findChildren(QLabel))
    assert "F2" in words
    assert "English" in words
    assert "Tên và mật khẩu do công ty cấp" in words
    told.reject()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    page.type_login("yen")
    qtbot.keyClick(page, Key.Key_F2)
    qtbot.waitUntil(lambda: window.currentWidget() is not page)
    english = window.currentWidget()
    assert isinstance(english, SignInPage)
    assert english.title.text() == "Sign in"
    assert "yen · Hoàng Thị Yến · contact officer" in [
        english.login.itemText(at) for at in range(english.login.count())
    ]
    assert english.login.currentText() == "yen"
    assert read_preferences(home).language == "en"

    english.login.setCurrentIndex(items.index("yen · Hoàng Thị Yến · giao dịch viên"))
    english.password.setText(PASSWORD)
    qtbot.keyClick(english.password, Key.Key_Return)
    qtbot.waitUntil(lambda: window.main is not None, timeout=10_000)
    assert window.person is not None
    assert window.person.name == "Hoàng Thị Yến"
    settle(qtbot, window)


def test_the_utility_s_language_leads_until_somebody_chooses(
    qtbot: QtBot, look: QApplication, home: Path, open_window: Open
) -> None:
    use_language(look, "en")
    window = open_window(home)
    assert window.currentWidget().title.text() == "Sign in"  # type: ignore[attr-defined]
    window.speak_first()
    qtbot.waitUntil(lambda: window.currentWidget().title.text() == "Đăng nhập")  # type: ignore[attr-defined]
    write_preferences(home, Preferences("en"))
    use_language(look, "en")
    window.speak_first()
    QApplication.processEvents()
    assert window.currentWidget().title.text() == "Sign in"  # type: ignore[attr-defined]


def test_the_foot_speaks_the_language_of_now(
    qtbot: QtBot, look: QApplication, busy: Path, open_window: Open
) -> None:
    window = open_window(busy)
    go(qtbot, window, "tung", "cash")
    status = main_of(window).status
    assert status.session == "Ca thu: chưa mở"
    use_language(look, "en")
    qtbot.waitUntil(lambda: status.session == "Cash session: not open")
    said = [each.text() for each in status.findChildren(QLabel)]
    assert "Desk BN03" in said
    assert "Ngô Văn Tùng · cashier" in said
    settle(qtbot, window)


def test_signing_out_by_its_key_stays_where_something_would_be_lost(
    qtbot: QtBot, look: QApplication, home: Path, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(home)
    page = go(qtbot, window, "mai", "readings")
    monkeypatch.setattr(page, "may_leave", lambda: False)
    qtbot.keyClick(main_of(window), Key.Key_Q, CTRL | SHIFT)
    assert window.main is not None
    monkeypatch.undo()
    qtbot.keyClick(main_of(window), Key.Key_Q, CTRL | SHIFT)
    assert isinstance(window.currentWidget(), SignInPage)
