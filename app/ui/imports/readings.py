"""The readings of a route from a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from app.domain.import_fields import FIELDS_READINGS, Field
from app.domain.importing import parse_readings
from app.domain.money import format_number
from app.services.import_readings import ReadingPlan
from app.services.imports import Planned
from app.ui.customers.words import flag_words, period_words, quantity_words
from app.ui.imports.task import Columns, Part, Planner, Preview, PreviewRow, Row, Step, problem_row
from app.ui.kit.days import DateEdit
from app.ui.kit.forms import Form
from app.ui.kit.letters import LetterBox
from app.ui.readings.room import ReadingRoom, periods
from app.words import tr


class ReadingImport:
    """See `app.ui.imports.task.ImportTask`."""

    def __init__(self, room: ReadingRoom, period: str) -> None:
        self._room = room
        self._period = period

    @property
    def title(self) -> str:
        return tr("Import readings from Excel")

    @property
    def fields(self) -> tuple[Field, ...]:
        return FIELDS_READINGS

    def options(self) -> Form:
        self._form = Form()
        box = LetterBox()
        for each in dict.fromkeys((self._period, *periods(self._room.today()))):
            box.addItem(period_words(each), each)
        today = self._room.today()
        day = DateEdit()
        day.set_value(today)
        self._form.add("period", tr("&Period"), box)
        self._form.add("read_on", tr("Read &on, where the file has no date"), day)
        return self._form

    def planner(self) -> Planner:
        room, values = self._room, self._form.values()
        period, read_on = str(values["period"]), values["read_on"]
        assert isinstance(read_on, date)
        language = room.rules.utility.language

        def plan(rows: Iterable[Row], columns: Columns, step: Step) -> Preview:
            parsed = parse_readings(
                rows, columns.mapping, after=columns.after, titles=columns.titles, language=language
            )
            return self._preview(room.imports.plan(parsed, period, read_on, columns.by_field, step))

        return plan

    def _preview(self, plan: ReadingPlan) -> Preview:
        words = flag_words()
        beside = []
        if plan.unchanged:
            count = format_number(plan.unchanged, tr.language)
            beside.append(tr("{count} rows are here already as they are.", count=count))
        if plan.unread:
            count = format_number(plan.unread, tr.language)
            beside.append(tr("{count} rows have no index: their meters stay unread.", count=count))

        def row(planned: Planned) -> PreviewRow:
            values = planned.row.values
            present = values["present_index"]
            said = quantity_words(present if isinstance(present, int) else None) or "0"
            if planned.differences:
                before = planned.differences[0].before
                said = f"{quantity_words(before) or '0'} → {said}"
            odd = [words.get(flag, flag) for flag in planned.flags]
            return PreviewRow(
                planned.row.row_number,
                *planned.whose,
                " · ".join([tr("index {index}", index=said), *odd]),
            )

        def wrong(blocking: bool) -> list[PreviewRow]:
            return [problem_row(each, blocking) for each in (plan.wrong if blocking else plan.told)]

        return Preview(
            to_write=plan.to_write,
            parts=[
                Part("new", tr("New"), [row(p) for p in plan.new], tr("No row is new.")),
                Part("changed", tr("Changed"), [row(p) for p in plan.changed], tr("Nothing is changed.")),
                Part("odd", tr("Abnormal"), [row(p) for p in plan.flagged], tr("No index is abnormal.")),
                Part("wrong", tr("Wrong"), wrong(True), tr("No row is wrong.")),
                Part("told", tr("Remarks"), wrong(False), tr("There is nothing to remark.")),
            ],
            wrong=plan.wrong,
            beside=" ".join(beside),
            apply=lambda step: self._apply(plan, step),
        )

    def _apply(self, plan: ReadingPlan, step: Step) -> list[str]:
        done = self._room.imports.apply(self._room.person, plan, step)
        counts = (
            (done.new, tr("indexes entered")),
            (done.changed, tr("indexes corrected")),
            (done.flagged, tr("abnormal, to be looked at")),
        )
        said = [f"{format_number(count, tr.language)} {what}" for count, what in counts if count]
        return said or [tr("Nothing had to be changed.")]
