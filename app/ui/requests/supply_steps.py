"""The forms of the steps of a new supply; what is entered at one is proposed at the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QLineEdit

from app.domain import names, supply
from app.domain.quantities import format_quantity
from app.domain.supply import VALID_DAYS, Estimate, Line, Survey
from app.services.supply import Installed, NewContract
from app.ui.kit.days import DateEdit
from app.ui.kit.forms import put_value
from app.ui.kit.inputs import NoteEdit, QuantityEdit, WholeEdit
from app.ui.kit.letters import LetterBox, choice
from app.ui.kit.theme import Tone
from app.ui.requests.estimate_lines import LinesEdit
from app.ui.requests.step_forms import Act, StepForm, StepTask
from app.ui.requests.supply_papers import phones, write_paper
from app.words import Words, tr


def _survey(task: StepTask) -> Act:
    room, form = task.room, task.form
    row = task.story.row
    task.say(row.address or "", tone=Tone.PLAIN, strong=True)
    feasible = choice({"yes": tr("Can be supplied"), "no": tr("Cannot be supplied")}, "yes")
    form.add("feasible", tr("&Finding"), feasible, wide=True)
    form.add("distance", tr("&Distance from the network (m)"), WholeEdit(6))
    form.add("line", tr("&Pipe or cable"), QLineEdit(), tr("As in “HDPE DN25”, “Cu 2×6”."))
    form.add("meter", tr("&Size of the meter"), QLineEdit(), tr("As in “DN15”, “5(80) A”."))
    form.add("reason", tr("&Reason"), NoteEdit(3), tr("Proposed as the answer to the customer."), wide=True)

    def show() -> None:
        yes = feasible.currentData() == "yes"
        for name in ("distance", "line", "meter"):
            form.set_field_visible(name, yes)
        form.set_field_visible("reason", not yes)

    feasible.currentIndexChanged.connect(lambda _at: show())
    show()

    def act(values: Mapping[str, Any]) -> None:
        yes = values["feasible"] == "yes"
        found = (
            Survey(True, values["distance"], values["line"], values["meter"])
            if yes
            else Survey(False, reason=values["reason"])
        )
        room.supply.survey(room.person, row.id, task.step.code, found, values["words"])

    return act


def _estimate(task: StepTask) -> Act:
    room, form, request = task.room, task.form, task.story.row.id
    items = room.rules.items("supply_item")
    said = {code: item.name(tr.language) for code, item in items.items()}
    found = supply.survey_of(task.way.result("survey"))
    _say_survey(task, found)
    lines = LinesEdit(room.currency, tuple(said.values()))
    lines.submitted.connect(form.submitted)
    form.add("lines", tr("&Lines"), lines, wide=True)
    rates = {code: item.name(tr.language) for code, item in room.rules.items("vat").items()}
    vat = choice(rates)
    form.add("vat_permille", tr("&VAT"), vat)
    valid = DateEdit()
    put_value(valid, room.today() + timedelta(days=VALID_DAYS))
    form.add("valid_until", tr("Holds &until"), valid)

    def tax() -> None:
        lines.set_vat(int(vat.currentData() or 0))

    vat.currentIndexChanged.connect(lambda _at: tax())
    tax()
    lines.set_value(_proposed(said, found))

    def act(values: Mapping[str, Any]) -> Path:
        whole = Estimate(values["lines"], int(values["vat_permille"] or -1), values["valid_until"])
        room.supply.estimate(room.person, request, task.step.code, whole, values["words"])
        return write_paper(room, task.story, "estimate")

    return act


def _proposed(said: Mapping[str, str], found: Survey) -> list[Line]:
    """Lines by what the survey says; prices are for the person to enter."""
    named = {
        "pipe": (f"{said.get('pipe', '')} {found.line}".strip(), "m", (found.distance or 0) * 1000),
        "meter": (f"{said.get('meter', '')} {found.meter}".strip(), tr("piece"), 1000),
        "labour": (said.get("labour", ""), tr("job"), 1000),
    }
    wanted = (named[code] for code in named if code in said)
    return [Line(item, unit, quantity, -1) for item, unit, quantity in wanted if quantity]


def _say_survey(task: StepTask, found: Survey) -> None:
    distance = "" if found.distance is None else f"{found.distance} m"
    said = " · ".join(part for part in (distance, found.line, found.meter) if part)
    if said:
        task.say(tr("Survey: {found}", found=said))


def _contract(task: StepTask) -> Act:
    room, form, row = task.room, task.form, task.story.row
    _say_survey(task, supply.survey_of(task.way.result("survey")))
    known = row.customer_id is not None
    if row.customer_id is not None:
        code, name = room.supply_queries.customer_name(row.customer_id)
        task.say(tr("A further connection of {code} · {name}.", code=code, name=name), strong=True)
    else:
        form.add("name", tr("Customer na&me"), _line(row.contact_name))
        form.add("phone", tr("&Phone"), _line(phones(row.phone)))
        form.add("address", tr("&Address"), _line(row.address or ""))
        form.add("tax_code", tr("&Tax code"), QLineEdit())
        hint = tr("Empty: made from the contract's number.")
        form.add("code", tr("Customer &code"), QLineEdit(), hint)
    form.add(
        "connection_address",
        tr("Place of supp&ly"),
        _line(row.address or "" if known else ""),
        "" if known else tr("Empty: the customer's address."),
    )
    classes = LetterBox()
    words = names.customer_classes(tr)
    for kind in room.rules.customer_classes(room.today()):
        classes.addItem(words.get(kind, kind), kind)
    classes.setCurrentIndex(max(classes.findData("household"), 0))
    form.add("customer_class", tr("C&ustomer class"), classes)
    quotas = WholeEdit(4)
    quotas.set_value(1)
    form.add("quotas", tr("&Quotas"), quotas)
    form.add("route", tr("&Route"), QLineEdit())
    form.add("signed_on", tr("&Signed on"), _day(room.today()))
    form.add("words", tr("&Note"), NoteEdit(1), wide=True)  # a second line would have the dialog scroll

    def act(values: Mapping[str, Any]) -> Path:
        new = NewContract(
            name=values.get("name", ""),
            address=values.get("address", ""),
            phone=values.get("phone", ""),
            tax_code=values.get("tax_code", ""),
            customer_code=values.get("code", ""),
            supply_address=values["connection_address"],
            customer_class=values["customer_class"] or "",
            quotas=values["quotas"],
            route=values["route"],
            signed_on=values["signed_on"],
        )
        room.supply.sign(room.person, row.id, task.step.code, new, values["words"])
        return write_paper(room, task.story, "contract")

    return act


def _installation(task: StepTask) -> Act:
    room, form, row = task.room, task.form, task.story.row
    _say_contract(task)
    orders = room.supply_queries.orders(row.id)
    form.add("meter_serial", tr("Meter &serial"), QLineEdit())
    digits = WholeEdit(1)
    digits.set_value(5)
    form.add("meter_digits", tr("&Digits of the dial"), digits)
    form.add("installed_on", tr("&Fitted on"), _day(room.today()))
    if orders:
        box = choice({order.hex: code for order, code in orders.items()} | {"": tr("none")})
        form.add("work_order", tr("&Work order"), box)
    by_hex = {order.hex: order for order in orders}

    def act(values: Mapping[str, Any]) -> None:
        fitted = Installed(
            values["meter_serial"],
            values["meter_digits"],
            values["installed_on"],
            by_hex.get(values.get("work_order") or ""),
        )
        room.supply.install(room.person, row.id, task.step.code, fitted, values["words"])

    return act


def _first_index(task: StepTask) -> Act:
    room, form, row = task.room, task.form, task.story.row
    _say_contract(task)
    fitted = task.way.result("installation")
    serial, installed = supply.text(fitted, "serial"), supply.day(fitted, "installed_on")
    if installed is not None:
        day = f"{installed:%d/%m/%Y}"
        task.say(tr("Meter {serial}, fitted on {day}", serial=serial, day=day), strong=True)
    index = QuantityEdit()
    form.add("first_index", tr("&First index ({unit})", unit=room.unit), index)
    form.add("supplied_on", tr("&Supplied from"), _day(room.today()))
    contract = room.supply_queries.contract(row.id)
    if row.customer_id is None:
        code = contract.customer_code if contract else ""
        form.add("code", tr("Customer &code"), _line(code))

    def act(values: Mapping[str, Any]) -> Path:
        supplied, read = values["supplied_on"], values["first_index"]
        room.supply.supply(
            room.person,
            row.id,
            task.step.code,
            read,
            supplied,
            _answer(task, serial, supplied, read or 0, values.get("code") or _code(task)),
            values["words"],
            values.get("code", ""),
        )
        return write_paper(room, task.story, "first_index")

    return act


def _code(task: StepTask) -> str:
    contract = task.room.supply_queries.contract(task.story.row.id)
    return contract.customer_code if contract else ""


def _answer(task: StepTask, serial: str, supplied: date, index: int, code: str) -> str:
    """What the customer is told, proposed in the language of the company's papers."""
    room = task.room
    _tr = Words(room.rules.utility.language)
    return _tr(
        "Your connection is supplied from {day}: meter {serial}, first index {index}. Your customer code is "
        "{code}.",
        day=f"{supplied:%d/%m/%Y}",
        serial=serial,
        index=f"{format_quantity(index, _tr.language)} {room.unit}",
        code=code,
    )


def _say_contract(task: StepTask) -> None:
    contract = task.room.supply_queries.contract(task.story.row.id)
    if contract is not None:
        task.say(f"{contract.code} · {contract.name} · {contract.supply_address}")


def _line(text: str) -> QLineEdit:
    return QLineEdit(text)


def _day(on: date) -> DateEdit:
    editor = DateEdit()
    put_value(editor, on)
    return editor


FORMS: dict[str, StepForm] = {
    "survey": StepForm("requests.handle", _survey),
    "estimate": StepForm("requests.handle", _estimate),
    "contract": StepForm("requests.handle", _contract),
    "installation": StepForm("requests.handle", _installation),
    "first_index": StepForm("customers.edit", _first_index),
}
