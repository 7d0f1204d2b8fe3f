"""Customers from a workbook."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.import_fields import FIELDS_CUSTOMERS, Field
from app.domain.importing import parse_rows
from app.domain.money import format_number
from app.services.imports import Plan, Planned
from app.ui.customers.room import CustomerRoom
from app.ui.customers.words import class_words
from app.ui.imports.task import (
    Columns,
    Part,
    Planner,
    Preview,
    PreviewRow,
    Row,
    Step,
    problem_row,
    shown_value,
    titled,
)
from app.ui.kit.forms import Form
from app.ui.kit.letters import LetterBox
from app.words import tr


class CustomerImport:
    """See `app.ui.imports.task.ImportTask`."""

    def __init__(self, room: CustomerRoom) -> None:
        self._room = room
        self._classes = room.rules.customer_classes(room.today())

    @property
    def title(self) -> str:
        return tr("Import customers from Excel")

    @property
    def fields(self) -> tuple[Field, ...]:
        return FIELDS_CUSTOMERS

    def options(self) -> Form:
        self._form = Form()
        box = LetterBox()
        for code in self._classes:
            box.addItem(class_words(code), code)
        box.setCurrentIndex(max(box.findData("household"), 0))
        self._form.add("default_class", tr("Customer class where the file names none"), box)
        return self._form

    def planner(self) -> Planner:
        room, default = self._room, str(self._form.values()["default_class"] or "household")
        known = {code: [class_words(code)] for code in self._classes}
        language = room.rules.utility.language

        def plan(rows: Iterable[Row], columns: Columns, step: Step) -> Preview:
            parsed = parse_rows(
                rows, columns.mapping, known, after=columns.after, titles=columns.titles, language=language
            )
            made = room.imports.plan(parsed, columns.by_field, step, default_class=default)
            return self._preview(made)

        return plan

    def _preview(self, plan: Plan) -> Preview:
        unchanged = format_number(plan.unchanged, tr.language)
        return Preview(
            to_write=plan.to_write,
            parts=[
                Part("new", tr("New"), [_new(p) for p in plan.new], tr("No row is new.")),
                Part(
                    "changed", tr("Changed"), [_changed(p) for p in plan.changed], tr("Nothing is changed.")
                ),
                Part(
                    "wrong", tr("Wrong"), [problem_row(r, True) for r in plan.wrong], tr("No row is wrong.")
                ),
                Part(
                    "told",
                    tr("Remarks"),
                    [problem_row(r, False) for r in plan.told],
                    tr("There is nothing to remark."),
                ),
            ],
            wrong=plan.wrong,
            beside=tr("{count} rows are here already as they are.", count=unchanged)
            if plan.unchanged
            else "",
            apply=lambda step: self._apply(plan, step),
        )

    def _apply(self, plan: Plan, step: Step) -> list[str]:
        done = self._room.imports.apply(self._room.person, plan, step)
        counts = (
            (done.customers, tr("customers added")),
            (done.connections, tr("connections added")),
            (done.meters, tr("meters added")),
            (done.changed, tr("rows brought up to date")),
        )
        said = [f"{format_number(count, tr.language)} {what}" for count, what in counts if count]
        return said or [tr("Nothing had to be changed.")]


def _new(planned: Planned) -> PreviewRow:
    values = planned.row.values
    kinds = {
        "connection": tr("one more connection"),
        "meter": tr("a meter for the connection"),
    }
    said = [kinds[planned.kind]] if planned.kind in kinds else []
    if values.get("address"):
        said.append(str(values["address"]))
    if values.get("meter_serial"):
        said.append(tr("meter {serial}", serial=values["meter_serial"]))
    return PreviewRow(
        planned.row.row_number, str(values["code"]), str(values.get("name") or ""), " · ".join(said)
    )


def _changed(planned: Planned) -> PreviewRow:
    said = [
        f"{titled(d.field)}: {shown_value(d.field, d.before)} → {shown_value(d.field, d.after)}"
        for d in planned.differences
    ]
    values = planned.row.values
    return PreviewRow(
        planned.row.row_number, str(values["code"]), str(values.get("name") or ""), "; ".join(said)
    )
