"""A crew goes out: from the request to the note for the desk, in the real window; and two desks that knew
nothing of each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui.field.issuing import IssueDialog
from app.ui.field.page import FieldPage
from app.ui.kit.act_dialog import ActDialog
from app.ui.requests.page import RequestsPage
from app.window.frame import DeskWindow
from tests.journeys.windows import desk_of, go, good, main_of, said, settle
from tests.offices import Company, person
from tests.services.test_requests import new
from tests.ui.requests.test_intake import commit

Open = Callable[[Path], DeskWindow]
Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


def dialog_of(qtbot: QtBot, window: DeskWindow, kind: type[ActDialog] = ActDialog) -> ActDialog:
    qtbot.waitUntil(lambda: any(each.isVisible() for each in window.findChildren(kind)))
    dialog = next(each for each in window.findChildren(kind) if each.isVisible())
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def in_front(qtbot: QtBot, window: DeskWindow, widget: QWidget) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    widget.setFocus()


def test_a_crew_goes_out_and_two_desks_end_it_apart(
    qtbot: QtBot, company: Company, home: Path, open_window: Open
) -> None:
    other = company.desk("BN04")
    window = open_window(home)
    desk = desk_of(window)
    asked = desk.requests.register(person(desk, "yen"), new("repair", words="Rỉ nước ở đồng hồ"))
    page = go(qtbot, window, "mai", "requests")
    assert isinstance(page, RequestsPage)
    page.show_record(asked.id)
    settle(qtbot, window)
    qtbot.keyClick(page.table, Key.Key_F5)
    issue = dialog_of(qtbot, window, IssueDialog)
    assert issue.form.values()["words"] == "Rỉ nước ở đồng hồ"
    issue.form.editor("prints").setChecked(False)  # type: ignore[attr-defined]
    qtbot.keyClick(issue, Key.Key_F5)
    mai = person(desk, "mai")
    viewer = desk.request_queries.viewer(mai.id, mai.roles)
    qtbot.waitUntil(lambda: bool(desk.field_queries.of_request(asked.id, viewer)))
    (order,) = desk.field_queries.of_request(asked.id, viewer)
    settle(qtbot, window)
    desk.client.once()
    other.client.once()
    other.field.cancel(person(other, "yen"), order.id, "Khách gọi lại: đã tự sửa")  # no line just now

    field = go(qtbot, window, "mai", "field")
    assert isinstance(field, FieldPage)
    in_front(qtbot, window, field.table)
    settle(qtbot, window)
    assert field.table.current_id() == order.id
    qtbot.keyClick(field.table, Key.Key_F9)
    result = dialog_of(qtbot, window)
    commit(result.form.editor("words"), "Đã siết lại đai ốc, hết rỉ")
    qtbot.keyClick(result.form.editor("words"), Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: desk.field_queries.of_request(asked.id, viewer)[0].state == "done")
    settle(qtbot, window)

    # The desk reads in the request what the crew did, and can answer.
    page = go(qtbot, window, "mai", "requests")
    assert isinstance(page, RequestsPage)
    page.show_record(asked.id)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: "Đã siết lại đai ốc, hết rỉ" in said(page))

    for each in (desk, other, desk):
        each.client.once()
    # Whoever came first counts, everywhere; the other is shown to a supervisor, who goes to the work order.
    mine = desk.field_queries.of_request(asked.id, viewer)[0]
    theirs = other.field_queries.of_request(asked.id, viewer)[0]
    assert (mine.state, theirs.state) == ("cancelled", "cancelled")
    exceptions = go(qtbot, window, "mai", "exceptions")
    settle(qtbot, window)
    words = said(exceptions)
    assert order.code in words
    assert "Hai quầy cùng kết thúc phiếu công tác này" in words
    assert "Khách gọi lại: đã tự sửa" in words
    in_front(qtbot, window, exceptions)
    qtbot.keyClick(exceptions, Key.Key_F3)
    settle(qtbot, window)
    assert main_of(window).key == "field"
    qtbot.waitUntil(lambda: "quầy khác" in said(field))  # the panel is filled a moment later
    assert good(desk)
    assert good(other)
