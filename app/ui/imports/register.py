"""Requests from a former register, CSV or workbook, by a mapping that is proposed, opened or kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog

from app.documents.files import folder_for, replacing
from app.domain import names
from app.domain.import_mapping import CODES, STATES, parse_mapping
from app.domain.importing import ParsedRow
from app.domain.money import format_number
from app.domain.register_fields import mapping_text
from app.failures import problem_words
from app.services.import_requests import RequestPlan
from app.services.imports import Step
from app.ui.imports import register_source
from app.ui.imports.register_columns import RegisterColumns, mapping_files
from app.ui.imports.register_source import Gathered, LookedRegister, beside
from app.ui.imports.source import Looked
from app.ui.imports.task import Part, Preview, PreviewRow
from app.ui.imports.values import ValuesStep
from app.ui.kit.jobs import Lane
from app.ui.kit.theme import Tone
from app.ui.requests.room import RequestRoom
from app.words import tr

ASKED = (*CODES, "answer")
"""Constants that the window asks for; the others stay as the mapping has them."""


class RegisterWay:
    """See `app.ui.imports.task.Way`."""

    def __init__(self, room: RequestRoom) -> None:
        self._room = room
        self._known = room.register_imports.known()
        self.title = tr("Import a former register of requests")
        self.ask = tr(
            "Choose the register, a workbook or a CSV file, or drop it here. Nothing is written before you "
            "have seen what would come in."
        )
        self.choose = tr("Choose a register")
        self.files = tr("Workbooks and CSV files (*.xlsx *.xlsm *.xls *.csv *.txt *.tsv)")
        self.trail = (tr("1 File"), tr("2 Columns"), tr("3 Values"), tr("4 Check"), tr("5 Import"))
        self.columns = RegisterColumns(room)
        self.more = ValuesStep(self._names, self._known, self._gather, self._ask_where)
        self.columns.mapping_used.connect(self.more.use)

    def look(self, path: Path, sheet: str | None) -> Callable[[Step], Looked]:
        mapping, encoding = self.columns.asked(path)
        return lambda step: register_source.look(path, sheet, mapping, encoding, step)

    def plan(self, looked: Looked) -> Callable[[Step], Preview]:
        assert isinstance(looked, LookedRegister)
        room, text = self._room, self.text()
        now, zone = room.now(), room.zone

        def work(step: Step) -> Preview:
            mapping = parse_mapping(text)
            service = room.register_imports
            made = register_source.plan(looked, mapping, self._known, now, zone, service, step)
            return self._preview(made)

        return work

    def write_wrong(self, looked: Looked, wrong: Mapping[int, ParsedRow], folder: Path) -> Callable[[], Path]:
        assert isinstance(looked, LookedRegister)
        titles = self.columns.columns().titles
        return partial(register_source.write_wrong, looked, titles, wrong, folder)

    def text(self) -> str:
        """The mapping as it is chosen now."""
        given, columns = self.columns.mapping, self.columns
        kept = {} if given is None else {n: c for n, c in given.constants.items() if n not in ASKED}
        return mapping_text(
            columns.register.text().strip(),
            columns.by_heading(),
            columns.form(),
            self.more.values(),
            kept | self.more.constants_chosen(),
            zone=given.zone if given else "",
            encoding=columns.encoding_used(),
        )

    def save_to(self, path: Path) -> None:
        """Keeps the mapping in a file."""
        text = self.text()

        def write(_job: object) -> None:
            with replacing(folder_for(path)) as draft:
                draft.write_text(text, "utf-8")

        def said(words: str, tone: Tone) -> None:
            self.more.kept.set_tone(tone)
            self.more.kept.setText(words)

        self._room.jobs.run(
            self.more,
            write,
            done=lambda _: said(tr("Kept as {path}", path=path), Tone.SOFT),
            failed=lambda error: said(self._room.why(error), Tone.WRONG),
            lane=Lane.IO,
        )

    def _ask_where(self) -> None:
        looked = self.columns.looked
        ask = QFileDialog(self.more, tr("Save the mapping"), "", mapping_files())
        ask.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        ask.setDefaultSuffix("mapping.json")
        if looked is not None:
            there = looked.mapping_file or beside(looked.path)
            ask.setDirectory(str(there.parent))
            ask.selectFile(there.name)
        ask.fileSelected.connect(lambda name: self.save_to(Path(name)))
        ask.open()

    def _gather(self, looked: Looked) -> Callable[[Step], Gathered]:
        assert isinstance(looked, LookedRegister)
        at, after = self.columns.fields_at(), self.columns.header_row.value()
        self.more.filled = frozenset(field for fields in at.values() for field in fields)
        places = {field: i for i, fields in at.items() for field in fields if field in CODES}
        return lambda step: register_source.gather(looked, places, after, step)

    def _names(self, words: Callable[..., str], language: str) -> dict[str, dict[str, str]]:
        room, states = self._room, names.states(words)
        return {
            "type": {c: kind.name(language) for c, kind in room.types.items() if not self._known.types[c]},
            "state": {code: states[code] for code in STATES},
            "unit": dict(room.units),
            "channel": names.channels(words),
            "outcome": names.outcomes(words),
            "how": names.ways(words),
        }

    # -- what it would do -------------------------------------------------------------------------------

    def _preview(self, plan: RequestPlan) -> Preview:
        told = []
        if plan.unchanged:
            count = format_number(plan.unchanged, tr.language)
            told.append(
                tr("{count} requests of this register are here already; they stay as they are.", count=count)
            )
        for unit, waiting in plan.unattended.items():
            count = format_number(waiting, tr.language)
            told.append(
                tr(
                    "Nobody works in {unit}: {count} open requests wait there.",
                    unit=self._room.unit_name(unit),
                    count=count,
                )
            )
        new = [self._row(planned.row) for planned in plan.new]
        wrong = [_problems(row, blocking=True) for row in plan.wrong]
        remarks = [_problems(row, blocking=False) for row in plan.told]
        return Preview(
            to_write=plan.to_write,
            parts=[
                Part("new", tr("New"), new, tr("No row is new.")),
                Part("wrong", tr("Wrong"), wrong, tr("No row is wrong.")),
                Part("told", tr("Remarks"), remarks, tr("There is nothing to remark.")),
            ],
            wrong=plan.wrong,
            beside=" ".join(told),
            apply=lambda step: self._apply(plan, step),
        )

    def _row(self, row: ParsedRow) -> PreviewRow:
        values, zone = row.values, self._room.zone
        states = names.states(tr)
        parts = [
            self._room.type_name(str(values["type"])),
            states[str(values["state"])],
            tr("received {when}", when=_shown(values["received"], zone)),
        ]
        if values["due"] is not None:
            parts.append(tr("due {when}", when=_shown(values["due"], zone)))
        if values["closed"] is not None:
            parts.append(tr("ended {when}", when=_shown(values["closed"], zone)))
        name = str(values["contact_name"] or "")
        return PreviewRow(row.row_number, str(values["key"]), name, " · ".join(parts))

    def _apply(self, plan: RequestPlan, step: Step) -> list[str]:
        done = self._room.register_imports.apply(self._room.person, plan, step)
        counts = (
            (done.new, tr("requests added")),
            (done.open, tr("of them open")),
            (done.answered, tr("of them answered, the customer is to be told")),
            (done.closed, tr("of them closed")),
        )
        said = [f"{format_number(count, tr.language)} {what}" for count, what in counts if count]
        return said or [tr("Nothing had to be changed.")]


def _shown(value: Any, zone: Any) -> str:
    return f"{value.astimezone(zone):%d/%m/%Y %H:%M}"


def _problems(row: ParsedRow, *, blocking: bool) -> PreviewRow:
    said = [problem_words(p, tr) for p in row.problems if p.blocks or not blocking]
    key, name = (str(row.values[field] or "") for field in ("key", "contact_name"))
    return PreviewRow(row.row_number, key, name, " ".join(said))
