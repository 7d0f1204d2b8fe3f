"""The readings of a route from a workbook: compared with what is there, then taken in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection as Read
from sqlalchemy import Engine, select

from app.domain.errors import AppError
from app.domain.importing import ParsedRow, Problem
from app.domain.reads import USUAL_THRESHOLDS, Thresholds
from app.models import Connection, Customer, Meter, Reading
from app.queries.customers import here
from app.queries.readings import NO_PAST, Past, past
from app.services.imports import Difference, Planned, Step
from app.services.readings import Judged, billed, judged_index
from app.services.writer import Person, Writer

CHUNK = 500
"""Readings in one entry."""


@dataclass(slots=True)
class ReadingPlan:
    """What an import of readings would do; nothing is written yet. `flagged` are among `new` and `changed`:
    indexes for somebody to look at. `unread` rows have no present index: their meters stay unread."""

    period: str
    read_on: date
    new: list[Planned] = field(default_factory=list)
    changed: list[Planned] = field(default_factory=list)
    wrong: list[ParsedRow] = field(default_factory=list)
    told: list[ParsedRow] = field(default_factory=list)
    unchanged: int = 0
    unread: int = 0

    @property
    def rows(self) -> int:
        """All rows of the file that hold data."""
        return self.to_write + len(self.wrong) + self.unchanged + self.unread

    @property
    def to_write(self) -> int:
        """The rows that would be written."""
        return len(self.new) + len(self.changed)

    @property
    def flagged(self) -> list[Planned]:
        """Those out of the ordinary."""
        return [each for each in (*self.new, *self.changed) if each.flags]


@dataclass(frozen=True, slots=True)
class ImportedReadings:
    """What an import did."""

    new: int
    changed: int
    flagged: int


@dataclass(frozen=True, slots=True)
class _Place:
    """A meter in use and where it is."""

    connection_id: UUID
    meter_id: UUID
    code: str
    name: str
    digits: int | None
    first_index: int


class ReadingImportService:
    """Takes in readings from parsed rows."""

    def __init__(
        self,
        writer: Writer,
        read: Engine,
        office_no: int,
        today: Callable[[], date],
        thresholds: Thresholds = USUAL_THRESHOLDS,
    ) -> None:
        self._writer = writer
        self._read = read
        self._office_no = office_no
        self._today = today
        self._thresholds = thresholds

    def plan(
        self,
        rows: Iterable[ParsedRow],
        period: str,
        read_on: date,
        titles: Mapping[str, str] | None = None,
        step: Step = lambda done, total: None,
    ) -> ReadingPlan:
        """Compare the rows with the database; a row without a date was read on `read_on`.

        Found wrong here: "import.unknown_meter", "import.unknown_customer", "import.several_meters" (the row
        fits more than one), "import.meter_elsewhere" (serial and customer do not belong together),
        "import.read_twice" (two rows for one meter), "import.too_many_figures" (more than the dial has),
        "import.date_future", "import.billed" (another index, and the bill is out). Told:
        "import.previous_differs" (the file begins from another index than ours).
        """
        plan = ReadingPlan(period, read_on)
        seen: dict[UUID, int] = {}
        ready: list[ParsedRow] = []
        for row in rows:
            if not row.ready:
                plan.wrong.append(row)
            elif row.values["present_index"] is None:
                plan.unread += 1
            else:
                ready.append(row)
        with self._read.connect() as read:
            for at in range(0, len(ready), CHUNK):
                step(at, len(ready))
                compared = _Comparison(read, self._office_no, ready[at : at + CHUNK], period)
                for row in ready[at : at + CHUNK]:
                    self._sort_in(plan, compared, row, seen, titles or {})
        plan.wrong.sort(key=lambda row: row.row_number)
        step(len(ready), len(ready))
        return plan

    def _sort_in(
        self,
        plan: ReadingPlan,
        compared: _Comparison,
        row: ParsedRow,
        seen: dict[UUID, int],
        titles: Mapping[str, str],
    ) -> None:
        try:
            act = compared.act(row, plan.read_on, self._today(), self._thresholds)
        except AppError as error:
            plan.wrong.append(_against(row, titles, error.code))
            return
        first = seen.setdefault(act.place.connection_id, row.row_number)
        if first != row.row_number:
            plan.wrong.append(_against(row, titles, "import.read_twice", first))
            return
        before = row.values.get("previous_index")
        if before is not None and before != act.judged.previous:
            row = _against(row, titles, "import.previous_differs", blocks=False)
        if row.problems:
            plan.told.append(row)
        there, whose = act.past.entered, (act.place.code, act.place.name)
        if there is None:
            plan.new.append(Planned(row, "reading", (), act.judged.flags, whose))
        elif not act.differs:
            plan.unchanged += 1
        else:
            difference = Difference("present_index", there.present, act.judged.present)
            plan.changed.append(Planned(row, "changed", (difference,), act.judged.flags, whose))

    def apply(self, by: Person, plan: ReadingPlan, step: Step = lambda done, total: None) -> ImportedReadings:
        """Write the plan in entries of CHUNK readings. Stopped in between, what was written stays, whole."""
        by.require("readings.import")
        rows = sorted((each.row for each in (*plan.new, *plan.changed)), key=lambda row: row.row_number)
        counts: Counter[str] = Counter()
        for at in range(0, len(rows), CHUNK):
            step(at, len(rows))
            with self._writer.entry("readings.import", by.id) as draft:
                some = rows[at : at + CHUNK]
                compared = _Comparison(draft.read, draft.desk.office_no, some, plan.period)
                for row in some:
                    try:
                        act = compared.act(row, plan.read_on, self._today(), self._thresholds)
                    except AppError:
                        continue  # it went wrong since the plan was made; the next plan will say so
                    if not act.differs:
                        continue
                    there, judged = act.past.entered, act.judged
                    draft.add(
                        Reading,
                        connection_id=act.place.connection_id,
                        meter_id=act.place.meter_id,
                        period=plan.period,
                        read_on=act.read_on,
                        previous=judged.previous,
                        present=judged.present,
                        usage=judged.usage,
                        flags=" ".join(judged.flags),
                        by=by.id,
                        replaces=there.id if there else None,
                        note=row.values.get("note"),
                    )
                    counts["changed" if there else "new"] += 1
                    counts["flagged"] += bool(judged.flags)
        step(len(rows), len(rows))
        return ImportedReadings(counts["new"], counts["changed"], counts["flagged"])


def _against(
    row: ParsedRow, titles: Mapping[str, str], code: str, first_row: int = 0, blocks: bool = True
) -> ParsedRow:
    """The row with one more problem, told at the column where a person looks for it."""
    key = "meter_serial" if row.values.get("meter_serial") is not None else "code"
    name = {
        "import.too_many_figures": "present_index",
        "import.billed": "present_index",
        "import.date_future": "read_on",
        "import.previous_differs": "previous_index",
        "import.unknown_customer": "code",
    }.get(code, key)
    value = row.values.get(name)
    shown = "" if value is None else str(value // 1000 if isinstance(value, int) else value)
    problem = Problem(name, titles.get(name, ""), code, shown, first_row, blocks)
    return ParsedRow(row.row_number, row.values, (*row.problems, problem))


@dataclass(frozen=True, slots=True)
class _Act:
    place: _Place
    past: Past
    judged: Judged
    read_on: date

    @property
    def differs(self) -> bool:
        """Whether there is anything to write."""
        return self.past.entered is None or self.past.entered.present != self.judged.present


class _Comparison:
    """A chunk of rows against the database, which is read once for all of them."""

    def __init__(self, read: Read, office_no: int, rows: Sequence[ParsedRow], period: str) -> None:
        self._read, self._office_no = read, office_no
        k, m, c = Connection, Meter, Customer
        by_serial = [s for row in rows if (s := row.values.get("meter_serial")) is not None]
        codes = [s for row in rows if (s := row.values.get("code")) is not None]
        self._by_serial = self._places(m.serial, by_serial)
        self._by_customer = self._places(c.code, codes)
        self._by_connection = self._places(k.code, codes)
        places = {
            p.connection_id
            for some in (self._by_serial, self._by_customer, self._by_connection)
            for found in some.values()
            for p in found
        }
        self._past = past(read, office_no, list(places), period)
        entered = [id for id, known in self._past.items() if known.entered]
        self._billed = billed(read, office_no, entered, period)

    def _places(self, column: Any, values: Sequence[Any]) -> dict[str, list[_Place]]:
        k, m, c, office = Connection, Meter, Customer, self._office_no
        found: dict[str, list[_Place]] = {}
        wanted = (
            select(column.label("key"), k.id, m.id.label("meter"), c.code, c.name, m.digits, m.first_index)
            .select_from(k)
            .join(c, (c.office_no == k.office_no) & (c.id == k.customer_id))
            .join(m, (m.office_no + 0 == k.office_no) & (m.connection_id == k.id))
        )
        for some in _parts(values):
            live = wanted.where(
                here(k, office), column.in_(some), m.removed_on.is_(None), k.retired_at.is_(None)
            )
            for r in self._read.execute(live.order_by(m.id)):
                place = _Place(r.id, r.meter, r.code, r.name, r.digits, r.first_index)
                found.setdefault(r.key, []).append(place)
        return found

    def act(self, row: ParsedRow, read_on: date, today: date, thresholds: Thresholds) -> _Act:
        """What the row comes to. AppError as `ReadingImportService.plan` names them."""
        place = self._place(row)
        on = row.values.get("read_on")
        day = on if isinstance(on, date) else read_on
        if day > today:
            raise AppError("import.date_future")
        known = self._past.get(place.connection_id, NO_PAST)
        there = known.entered
        same = there is not None and there.meter_id == place.meter_id
        previous = there.previous if there and same else known.previous(place.meter_id, place.first_index)
        present = row.values["present_index"]
        assert isinstance(present, int)
        try:
            judged = judged_index(previous, present, known.usual, place.digits, False, thresholds)
        except AppError as error:
            raise AppError("import.too_many_figures") from error
        act = _Act(place, known, judged, day)
        if there and act.differs and place.connection_id in self._billed:
            raise AppError("import.billed")
        return act

    def _place(self, row: ParsedRow) -> _Place:
        serial, code = row.values.get("meter_serial"), row.values.get("code")
        by_code: list[_Place] = []
        if code is not None:
            by_code = self._by_connection.get(str(code)) or self._by_customer.get(str(code)) or []
        if serial is None:
            if not by_code:
                raise AppError("import.unknown_customer")
            if len({p.connection_id for p in by_code}) > 1:
                raise AppError("import.several_meters")
            return by_code[-1]
        found = self._by_serial.get(str(serial), [])
        if not found:
            raise AppError("import.unknown_meter")
        if code is not None:
            own = {p.connection_id for p in by_code}
            found = [p for p in found if p.connection_id in own or p.code == code]
            if not found:
                raise AppError("import.meter_elsewhere")
        if len(found) > 1:
            raise AppError("import.several_meters")
        return found[0]


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[at : at + CHUNK] for at in range(0, len(values), CHUNK))
