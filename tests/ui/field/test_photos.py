"""Photos of work in the field: added to the work order in its panel, seen in the story of its request."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.ui.field.page import FieldPage
from app.ui.field.room import FieldRoom
from app.ui.requests.attaching import FileLine
from app.ui.requests.attachment_view import AttachmentDialog
from tests.offices import Company, person
from tests.queries.test_field import send
from tests.scans import picture, program
from tests.services.test_field import order as new_order
from tests.services.test_requests import new
from tests.ui.field.test_page import opened, settle
from tests.ui.requests.test_attachments import lines, words_of

Active = Callable[[QWidget], QWidget]
CTRL = Qt.KeyboardModifier.ControlModifier


def repair(desktop: Desktop) -> tuple[UUID, UUID]:
    """A request and its work order."""
    asked = desktop.requests.register(person(desktop, "yen"), new("leak"))
    return asked.id, send(desktop, kind="repair", request_id=asked.id)


def at(qtbot: QtBot, page: FieldPage, order: UUID) -> None:
    assert page.show_record(order)
    settle(qtbot, page)


def of_order(desktop: Desktop, order: UUID, login: str = "mai") -> list[str]:
    who = person(desktop, login)
    viewer = desktop.request_queries.viewer(who.id, who.roles)
    return [row.name for row in desktop.attachment_queries.of("work_order", order, viewer)]


@pytest.mark.parametrize("login", ["yen", "duc"])
def test_who_reports_adds_photos_by_keyboard(
    qtbot: QtBot,
    desktop: Desktop,
    room_of: Callable[[str], FieldRoom],
    active: Active,
    tmp_path: Path,
    login: str,
) -> None:
    _, order = repair(desktop)
    page = opened(qtbot, room_of(login), active)
    at(qtbot, page, order)
    panel = page.inspector.scans
    assert "mỗi tệp tối đa 25 MB" in words_of(panel)
    qtbot.keyClick(page.table, Qt.Key.Key_T, CTRL)
    qtbot.waitUntil(lambda: bool(panel.findChildren(QFileDialog)))
    panel.findChildren(QFileDialog)[0].reject()
    photos = {"truoc.jpg": picture("JPEG"), "sau.jpg": picture("JPEG", (90, 70))[:-200], "x.jpg": program()}
    for name, content in photos.items():
        (tmp_path / name).write_bytes(content)
    panel.take([(tmp_path / name, name) for name in photos])
    settle(qtbot, page)
    assert [line.split(",")[0] for line in lines(panel)] == ["truoc.jpg", "sau.jpg"]
    said = words_of(panel)
    assert "sau.jpg không trọn vẹn" in said
    assert "x.jpg là chương trình" in said
    assert of_order(desktop, order) == ["truoc.jpg", "sau.jpg"]
    first = panel.findChildren(FileLine)[0]
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Return)
    settle(qtbot, page)
    (dialog,) = page.findChildren(AttachmentDialog)
    assert dialog._picture.pixmap().width() > 100
    dialog.reject()


def test_another_order_has_its_own_and_none_has_none(
    qtbot: QtBot, desktop: Desktop, room: FieldRoom, active: Active
) -> None:
    (_, one), (_, two) = repair(desktop), repair(desktop)
    desktop.attachments.add(person(desktop, "duc"), "work_order", one, picture("JPEG"), "van.jpg")
    page = opened(qtbot, room, active)
    at(qtbot, page, one)
    assert len(lines(page.inspector.scans)) == 1
    at(qtbot, page, two)
    assert lines(page.inspector.scans) == []
    page.search.setText("khong co phieu nao")
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)
    settle(qtbot, page)
    assert not page.inspector.scans.isVisible()


def test_of_a_denunciation_the_crew_neither_sees_nor_adds(
    qtbot: QtBot, desktop: Desktop, room_of: Callable[[str], FieldRoom], active: Active
) -> None:
    mai = person(desktop, "mai")
    asked = desktop.requests.register(mai, new("denunciation"))
    wanted = new_order(kind="inspection", request_id=asked.id, address="Phố Vệ An")
    order = desktop.field.issue(mai, wanted).id
    desktop.attachments.add(mai, "work_order", order, picture("JPEG"), "ten-nguoi.jpg")
    page = opened(qtbot, room_of("duc"), active)
    at(qtbot, page, order)
    assert not page.inspector.scans.isVisible()
    page = opened(qtbot, room_of("mai"), active)
    at(qtbot, page, order)
    assert [line.split(",")[0] for line in lines(page.inspector.scans)] == ["1.jpg"]


def test_a_photo_of_another_desk_comes_into_the_panel_by_itself(
    qtbot: QtBot, company: Company, desktop: Desktop, room: FieldRoom, active: Active
) -> None:
    _, order = repair(desktop)
    other = company.desk("BN04")
    company.sync()
    page = opened(qtbot, room, active)
    at(qtbot, page, order)
    other.attachments.add(person(other, "duc"), "work_order", order, picture("JPEG"), "van.jpg")
    company.sync()
    page.refresh(frozenset({"attachment"}))
    assert [line.split(",")[0] for line in lines(page.inspector.scans)] == ["van.jpg"]
