"""Every dialog of a request, of an incident, of the field and of the rules, in both languages, at 100 and at
150 %: no word is cut, nothing is larger than the smallest screen, no access key leads to two places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Desktop
from app.queries.requests import RequestStory
from app.services.incidents import NewIncident
from app.ui.field import dialogs as field_dialogs
from app.ui.field import issuing
from app.ui.field.room import FieldRoom
from app.ui.incidents import dialogs as incident_dialogs
from app.ui.kit import theme
from app.ui.kit.dialog import EDGE, Sheet
from app.ui.requests import dialogs, letter_dialog, steps
from app.ui.requests.calls import open_calls
from app.ui.requests.intake import IntakeDialog
from app.ui.requests.room import RequestRoom
from app.ui.rules.forms import lay_down, titles
from app.ui.rules.room import RuleRoom
from app.ui.rules.roster import Roster
from app.ui.shell.texts import use_language
from tests.idle import until_idle
from tests.offices import person
from tests.refunds import approved, billed_home, checked, claim, keep, open_drawer
from tests.services.test_field import order
from tests.services.test_requests import add_customer, new
from tests.services.test_supply import STEPS, apply, do_one
from tests.ui.field.conftest import room_of as field_room_of
from tests.ui.looks import access_keys, cut_off
from tests.ui.rules.conftest import room as rule_room

__all__ = ["field_room_of", "rule_room"]

SCREEN = QSize(1366, 768)
LONG = "Mất nước từ 5 giờ sáng, cả ngõ không nhà nào có nước, nhà có người già và trẻ nhỏ nên rất cần"
Named = tuple[str, Callable[[], Any]]


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """The smallest screen."""
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(SCREEN)
    made.show()
    return made


def nothing(*_what: object) -> None:
    """Nobody waits for the end of a dialog here."""


def of_requests(desktop: Desktop, room: RequestRoom, over: QWidget) -> Iterator[Named]:
    yen, mai = person(desktop, "yen"), person(desktop, "mai")
    customer = add_customer(desktop)
    begun = NewIncident(
        uuid4(), "Vỡ ống D200 đường Nguyễn Gia Thiều, đoạn trước trường tiểu học Kinh Bắc",
        "Nguyễn Gia Thiều, Ngô Gia Tự", desktop.clock.now() - timedelta(hours=1),
    )  # fmt: skip
    incident, _calls = desktop.incidents.begin(yen, begun)

    def request(kind: str, **fields: object) -> Any:
        values = {"customer_id": customer, "words": LONG} | fields
        return desktop.requests.register(yen, new(kind, **values)).id

    def seen(id: Any) -> RequestStory:
        found = room.queries.story(id, room.viewer)
        assert found is not None
        return found

    taken, lacking = request("leak", incident_id=incident), request("name_change", documents=("identity",))
    held, stranger = request("leak"), request("leak", customer_id=None)
    desktop.request_work.ask(yen, taken, "BILLING", LONG)
    desktop.request_work.hold(yen, held, "access", LONG)
    told = request("bill")
    desktop.requests.answer(mai, told, LONG, "explained")
    over_now = request("leak")
    desktop.requests.answer(mai, over_now, LONG, "solved")
    desktop.requests.tell(yen, over_now, "phone", LONG)
    acts = {
        "unit": (dialogs.ask_unit, taken), "question": (dialogs.ask_question, taken),
        "reply": (dialogs.ask_reply, taken), "hold": (dialogs.ask_hold, taken),
        "resume": (dialogs.ask_resuming, held), "papers": (dialogs.ask_papers, lacking),
        "customer": (dialogs.ask_customer, stranger), "incident": (dialogs.ask_incident, taken),
        "answer": (dialogs.ask_answer, taken), "tell": (dialogs.ask_telling, told),
        "score": (dialogs.ask_score, over_now), "note": (dialogs.ask_note, taken),
        "reopen": (dialogs.ask_reopening, over_now), "letter": (letter_dialog.ask_letter, told),
        "letter of papers": (letter_dialog.ask_letter, lacking),
    }  # fmt: skip
    for name, (ask, id) in acts.items():
        yield name, lambda ask=ask, id=id: ask(over, room, seen(id), nothing)
    yield "calls", lambda: open_calls(over, room)
    for kind in ("", "name_change", "complaint", "new_supply"):
        yield f"intake {kind}", lambda kind=kind: intake(room, over, kind)
    row = room.incident_queries.rows([incident])[incident]
    yield "incident", lambda: incident_dialogs.ask_new(over, room, nothing)
    yield "expected", lambda: incident_dialogs.ask_expected(over, room, row, nothing)
    yield "ended", lambda: incident_dialogs.ask_end(over, room, row, nothing)
    yield "answer to all", lambda: incident_dialogs.ask_answer(over, room, row, nothing)
    yield "tell all", lambda: incident_dialogs.ask_telling(over, room, row, LONG, nothing)


def intake(room: RequestRoom, over: QWidget, kind: str) -> IntakeDialog:
    dialog = IntakeDialog(room, over)
    dialog.start()
    dialog.form.types.setCurrentIndex(max(dialog.form.types.findData(kind), 0))
    return dialog


def of_steps(desktop: Desktop, room: RequestRoom, over: QWidget) -> Iterator[Named]:
    def step(id: Any) -> Any:
        found = room.queries.story(id, room.viewer)
        assert found is not None
        return steps.ask_step(over, room, found, nothing)

    mai = person(desktop, "mai")
    supply = apply(desktop)
    for n, name in enumerate(STEPS):
        if n:
            do_one(desktop, mai, supply, STEPS[n - 1])
        yield f"step {name}", lambda: step(supply)
    session = open_drawer(desktop)
    home, _bill, _total = billed_home(desktop)
    keep(desktop, session, home.customer, 120_000)
    asked = claim(desktop, home.customer)
    yield "check", lambda: step(asked)
    checked(desktop, asked, 120_000)
    yield "approve", lambda: step(asked)
    other, _bill, _total = billed_home(desktop, "BN-000444")
    keep(desktop, session, other.customer, 150_000)
    paid = approved(desktop, other.customer, 150_000)
    yield "pay", lambda: step(paid)


def of_field(desktop: Desktop, room: FieldRoom, requests: RequestRoom, over: QWidget) -> Iterator[Named]:
    yen, duc = person(desktop, "yen"), person(desktop, "duc")
    customer = add_customer(desktop, "BN-009999")
    asked = desktop.requests.register(yen, new("no_supply", customer_id=customer, words=LONG)).id
    sent = order(request_id=asked, reach="on_site_town", crew=(duc.id.hex, "Anh Ba"))
    made = desktop.field.issue(yen, sent).id
    story = room.queries.story(made, room.viewer)
    of = requests.queries.story(asked, requests.viewer)
    assert story is not None
    assert of is not None
    yield "work order", lambda: issuing.ask_order(over, room, of, nothing)
    yield "inspection", lambda: issuing.ask_inspection(over, room, nothing)
    for name in ("ask_plan", "ask_arrival", "ask_restored", "ask_result", "ask_cancelling"):
        yield name, lambda name=name: getattr(field_dialogs, name)(over, room, story, nothing)


def of_rules(room: RuleRoom, over: QWidget) -> Iterator[Named]:
    for table, title in titles().items():
        yield table, lambda table=table, title=title: lay_down(room, over, table, title, None, nothing)
    roster = Roster(room, over)
    yield "duty", lambda: roster.put()


@pytest.mark.parametrize("scale", [100, 150])
@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("part", ["requests", "steps", "field", "rules"])
def test_every_dialog_has_room_for_its_words(
    qtbot: QtBot, qapp: QApplication, desktop: Desktop, room_of: Callable[[str], RequestRoom],
    field_room_of: Callable[[str], FieldRoom], rule_room: RuleRoom, window: QWidget, language: str,
    scale: int, part: str,
) -> None:  # fmt: skip
    use_language(qapp, language)
    theme.apply(qapp, "light", scale)
    room = room_of("mai")
    dialogs_of = {
        "requests": lambda: of_requests(desktop, room, window),
        "steps": lambda: of_steps(desktop, room, window),
        "field": lambda: of_field(desktop, field_room_of("mai"), room, window),
        "rules": lambda: of_rules(rule_room, window),
    }
    poor: dict[str, list[str]] = {}
    seen = 0
    for name, ask in dialogs_of[part]():
        dialog = ask()
        until_idle(qtbot, room.jobs)
        for _ in range(3):
            QApplication.processEvents()
        if wrong := [*cut_off(dialog), *badly_laid(dialog), *access_keys(dialog)]:
            poor[name] = wrong
        seen += 1
        close(dialog)
    assert poor == {}
    assert seen >= 7


def badly_laid(dialog: QDialog) -> list[str]:
    """It scrolls though the screen has room, or stands empty below its fields."""
    sheet = dialog.findChild(Sheet)
    if sheet is None:
        return []
    fields = [each for each in sheet.widget().findChildren(QWidget) if each.isVisible()]
    low = max(each.mapTo(sheet.widget(), each.rect().bottomRight()).y() for each in fields)
    spare = sheet.height() - low
    if spare > theme.px(24):
        return [f"{spare} empty pixels"]
    if spare < -2 and dialog.height() < SCREEN.height() - EDGE:
        return [f"scrolls over {-spare} pixels of {dialog.height()}"]
    return []


def close(dialog: QDialog) -> None:
    for each in dialog.findChildren(QWidget):
        if hasattr(each, "mark_clean"):
            each.mark_clean()
    for box in dialog.findChildren(QComboBox):
        box.hidePopup()
    dialog.done(0)
    QApplication.processEvents()
