"""Sending a crew out: for a request (F5 there), or to inspect (F2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain import names
from app.domain.deadlines import Limit
from app.domain.field import KINDS
from app.queries.customers import ConnectionView
from app.queries.requests import RequestStory
from app.queries.rules import CharterTargetView, RequestTypeView
from app.services.field import Issued, NewOrder
from app.ui.field.inputs import CrewEdit, DayEdit
from app.ui.field.prints import print_order
from app.ui.field.room import FieldRoom
from app.ui.field.words import left_words
from app.ui.kit.act_dialog import WIDE, ActDialog
from app.ui.kit.inputs import Check, NoteEdit
from app.ui.kit.letters import LetterBox, choice
from app.ui.requests.finder import CustomerEdit, KeysFirst
from app.ui.requests.room import CustomerHit
from app.ui.requests.words import one_line
from app.words import tr

Done = Callable[[Issued], object]

AT_ONCE = timedelta(hours=4)
"""A kind of request that promises the crew or the supply within this is an emergency."""


class IssueDialog(ActDialog):
    """A new work order; prints it when it is issued, if that is ticked."""

    def __init__(self, parent: QWidget, room: FieldRoom, title: str, key: str, done: Done) -> None:
        verb = tr("Issue work order")
        super().__init__(parent, room, title, verb, key, self._issue, self._issued_now, wide=WIDE)
        self.room = room
        self._entry = room.new_id()
        self._told = done
        self._fixed: dict[str, Any] = {}
        self._issued: Issued | None = None
        self._prints = False

    def fix(self, **fields: Any) -> None:
        """What is not asked."""
        self._fixed |= fields

    def add_plan(self, unit: str) -> None:
        """The fields that every work order has at its end."""
        room, form = self.room, self.form
        form.add("planned_on", tr("&Day"), DayEdit(room.today()), tr("Delete: not fixed yet."))
        units = {"": tr("None in particular"), **room.units}
        going, crew = choice(units, unit), CrewEdit(room.queries.members(), unit)
        going.currentIndexChanged.connect(lambda _at: crew.set_unit(going.currentData()))
        form.add("unit_code", tr("&Unit"), going)
        form.add("crew", tr("Cre&w"), crew, wide=True)
        prints = Check("")
        prints.setChecked(True)
        form.add("prints", tr("&Print the work order"), prints)

    def _issue(self, values: Mapping[str, Any]) -> None:
        asked = dict(values)
        self._prints = asked.pop("prints")
        known = asked.pop("connection", None)
        asked.pop("customer", None)
        if asked.get("kind") != "repair":  # what is out of sight does not count
            asked |= {"reach": "", "labour_free": False}
        new = NewOrder(
            self._entry,
            **(asked | self._fixed),
            connection_id=UUID(known) if known else None,
        )
        self._issued = self.room.field.issue(self.room.person, new)

    def _issued_now(self) -> None:
        assert self._issued is not None
        window = self.parentWidget()
        self._told(self._issued)
        if self._prints and isinstance(window, QWidget):
            print_order(window, self.room, self._issued.id, self._issued.code)


def ask_order(parent: QWidget, room: FieldRoom, story: RequestStory, done: Done) -> IssueDialog:
    """F5 on a request: what the crew is to do for it. Of a restricted one nothing is filled in: the crew
    reads what is written here."""
    row = story.row
    kind = room.rules.type_version(row.type_id, row.type_code)
    dialog = IssueDialog(parent, room, tr("Work order for {code}", code=row.code), "F5", done)
    dialog.fix(request_id=row.id)
    if row.restricted:
        dialog.say(tr("Few may see this request. The crew will read only what is written here."))
    else:
        dialog.say(one_line(row.words))
    form = dialog.form
    form.add("kind", tr("&For"), choice(names.order_kinds(tr), _kind_of(row.step, kind)))
    targets = _reach(room)
    form.add("reach", tr("&Emergency"), choice(_reach_words(targets), _usual_reach(room, kind, targets)))
    words = NoteEdit(3)
    words.setPlainText("" if row.restricted else row.words)
    form.add("words", tr("&Task"), words, tr("What the crew is to do, in a few words."), wide=True)
    address = QLineEdit("" if row.restricted else row.address or "")
    form.add("address", tr("P&lace"), address, wide=True)
    points = [] if row.restricted or row.customer_id is None else _connections(room, row.customer_id)
    if points:
        form.add("connection", tr("&Connection"), _points(points), wide=True)
    free = Check("")
    free.setChecked(kind is not None and kind.charter == "small_repair")
    dialog.add_plan(row.unit_code or "")
    form.add("labour_free", tr("La&bour free, material the customer's"), free)

    def show() -> None:
        repair = form.values()["kind"] == "repair"
        form.set_field_visible("reach", repair)
        form.set_field_visible("labour_free", repair)

    box = form.editor("kind")
    assert isinstance(box, LetterBox)
    box.currentIndexChanged.connect(lambda _at: show())
    show()
    dialog.start("kind")
    return dialog


def ask_inspection(parent: QWidget, room: FieldRoom, done: Done) -> IssueDialog:
    """F2: an inspection, planned or unannounced, of a customer's connection or of any place."""
    dialog = IssueDialog(parent, room, tr("New inspection"), "F2", done)
    dialog.fix(kind="inspection")
    form = dialog.form
    customer = CustomerEdit(room.customers, room.jobs)
    form.add("customer", tr("&Customer"), customer, tr("Empty for a place that is no customer's."), wide=True)
    dialog.keys = KeysFirst(customer)  # type: ignore[attr-defined]
    form.add("connection", tr("C&onnection"), _points([]), wide=True)
    form.add("address", tr("P&lace"), QLineEdit(), wide=True)
    form.add("words", tr("&Task"), NoteEdit(3), tr("What is to be looked at."), wide=True)
    dialog.add_plan("CONTROL" if "CONTROL" in room.units else "")
    form.add("unannounced", tr("Una&nnounced"), Check(""))

    def show(points: list[ConnectionView], address: str) -> None:
        box = form.editor("connection")
        assert isinstance(box, LetterBox)
        box.clear()
        _fill(box, points)
        form.set_field_visible("connection", len(points) > 1)
        place = form.editor("address")
        assert isinstance(place, QLineEdit)
        place.setText(address)

    def chosen(hit: CustomerHit) -> None:
        points = _connections(room, hit.id)
        show(points, points[0].address if len(points) == 1 else hit.address)
        form.editor("words").setFocus()

    customer.chosen.connect(chosen)
    customer.cleared.connect(lambda: show([], ""))
    form.set_field_visible("connection", False)
    dialog.start("customer")
    return dialog


def _connections(room: FieldRoom, customer_id: UUID) -> list[ConnectionView]:
    card = room.customers.card(customer_id)
    return [] if card is None else [each for each in card.connections if each.retired_at is None]


def _points(points: list[ConnectionView]) -> LetterBox:
    box = LetterBox()
    _fill(box, points)
    return box


def _fill(box: LetterBox, points: list[ConnectionView]) -> None:
    """One connection is the one; of several a person chooses."""
    if len(points) != 1:
        box.addItem(tr("None in particular"), "")
    for each in points:
        meter = tr("Meter {serial}", serial=each.meter.serial) if each.meter else ""
        said = " · ".join(part for part in (each.code, each.address, meter) if part)
        box.addItem(said, str(each.id))


def _kind_of(step: str | None, kind: RequestTypeView | None) -> str:
    """What a crew is usually sent for."""
    if step in KINDS:
        return step
    return "meter_check" if kind is not None and kind.charter == "meter_check" else "repair"


def _reach(room: FieldRoom) -> dict[str, CharterTargetView]:
    """By when a crew is promised to be there: the targets of the charter, the shortest first."""
    targets = room.rules.charter_targets(room.today()).values()
    found = [each for each in targets if each.measure == "on_site"]
    return {each.code: each for each in sorted(found, key=lambda each: (_time(each.limit), each.code))}


def _reach_words(targets: Mapping[str, CharterTargetView]) -> dict[str, str]:
    promised = {
        code: f"{target.name(tr.language)}: {left_words(_time(target.limit))}"
        for code, target in targets.items()
    }
    return {"": tr("No, in the usual order"), **promised}


def _usual_reach(
    room: FieldRoom, kind: RequestTypeView | None, targets: Mapping[str, CharterTargetView]
) -> str:
    """An emergency's own target, or the shortest; nothing where there is time."""
    promise = room.rules.charter_targets(room.today()).get(kind.charter or "") if kind else None
    if promise is None or promise.measure == "answered" or _time(promise.limit) > AT_ONCE:
        return ""
    return promise.code if promise.code in targets else next(iter(targets), "")


def _time(limit: Limit) -> timedelta:
    """As long as it is by the clock; of working time so much of it."""
    minutes = {"minutes": 1, "working_minutes": 1, "hours": 60, "working_hours": 60, "working_days": 480}
    return timedelta(minutes=limit.amount * minutes[limit.unit])
