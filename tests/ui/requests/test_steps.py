"""F3: the way of a request and the step at which it stands, in the real window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.models import RequestType
from app.queries.ways import DONE, NOW
from app.ui.requests.page import RequestsPage
from app.ui.requests.room import RequestRoom
from app.ui.requests.steps import StepDialog
from app.ui.requests.way_view import WayList, WayStrip, way
from tests.offices import Company, person
from tests.services.test_requests import new
from tests.ui.requests.test_intake import commit
from tests.ui.requests.test_page import acts, settle, the_dialog, words_of

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
Active = Callable[[QWidget], QWidget]
PAPERS = ("application", "identity", "house")


def applied(desktop: Desktop, **fields: object) -> UUID:
    """An application for a new supply with all its papers."""
    wanted = new("new_supply", words="Xin lắp đồng hồ nước", **({"documents": PAPERS} | fields))
    return desktop.requests.register(person(desktop, "yen"), wanted).id


def shown(qtbot: QtBot, page: RequestsPage, room: RequestRoom, request: UUID) -> None:
    page.show_record(request)
    settle(qtbot, room)
    qtbot.waitUntil(lambda: page.inspector.story is not None and page.inspector.story.row.id == request)


def test_the_way_is_a_strip_in_the_inspector(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    request = applied(desktop)
    shown(qtbot, page, room, request)
    (strip,) = page.inspector.findChildren(WayStrip)
    assert strip.accessibleName().startswith("Bước 1/5 · Khảo sát · hạn ")
    assert "F3  Xong bước này" in acts(page)
    desktop.clock.advance(timedelta(days=4))  # type: ignore[attr-defined]
    page.reload()
    settle(qtbot, room)
    strips = [each for each in page.inspector.findChildren(WayStrip) if each.isVisible()]
    assert "trễ" in strips[-1].accessibleName()


def test_a_file_with_papers_missing_stands_at_no_step(
    qtbot: QtBot, desktop: Desktop, page: RequestsPage, room: RequestRoom
) -> None:
    request = applied(desktop, documents=("application",))
    shown(qtbot, page, room, request)
    assert "F3  Xong bước này" not in acts(page)
    (strip,) = page.inspector.findChildren(WayStrip)
    assert strip.accessibleName() == "đã xong 0/5 bước"
    desktop.requests.bring(room.person, request, ("identity", "house"))
    page.reload()
    settle(qtbot, room)
    assert "F3  Xong bước này" in acts(page)


def without_forms(company: Company, desktop: Desktop) -> str:
    """A kind of two steps of which nothing in particular is written down."""
    limit = {"amount": 1, "unit": "working_days"}
    steps = [
        {"code": code, "names": {"vi": name, "en": code}, "unit": unit, "limit": limit}
        for code, name, unit in (("look", "Xem xét", "NETWORK"), ("mend", "Khắc phục", "REPAIR"))
    ]
    with company.headoffice.writer.entry("utility.found", None) as draft:
        draft.add(
            RequestType,
            code="valve",
            names={"vi": "Kẹt van", "en": "Stuck valve"},
            category="request",
            unit_code="NETWORK",
            limit_amount=2,
            limit_unit="working_days",
            priority=3,
            restricted=False,
            steps=steps,
        )
    company.sync()
    return "valve"


def test_a_step_without_a_form_is_done_by_its_note(
    qtbot: QtBot, company: Company, desktop: Desktop, room_of: Callable[[str], RequestRoom], active: Active
) -> None:
    request = desktop.requests.register(person(desktop, "yen"), new(without_forms(company, desktop))).id
    room = room_of("yen")
    page = RequestsPage(room)
    page.resize(1190, 740)
    qtbot.addWidget(page)
    active(page)
    shown(qtbot, page, room, request)
    qtbot.keyClick(page.table, Key.Key_F3)
    dialog = the_dialog(qtbot, page)
    assert isinstance(dialog, StepDialog)
    assert dialog.form.names() == ("words",)
    assert {"1. Xem xét", "2. Khắc phục"} <= set(words_of(dialog.findChildren(WayList)[0]))
    commit(dialog.form.editor("words"), "Đường ống cách nhà 12 m")
    qtbot.keyClick(dialog.form.editor("words"), Key.Key_Return, CTRL)
    said = "Xong Xem xét (Hoàng Thị Yến): Đường ống cách nhà 12 m"
    qtbot.waitUntil(lambda: said in words_of(page.inspector))
    story = desktop.request_queries.story(request, room.viewer)
    assert story is not None
    on = way(room, story)
    assert [s.state for s in on.steps] == [DONE, NOW]
    assert (on.steps[0].by, on.steps[0].text) == (room.person.name, "Đường ống cách nhà 12 m")
    assert on.now is not None
    assert on.now.step.code == "mend"
    assert story.row.unit_code == "REPAIR"
