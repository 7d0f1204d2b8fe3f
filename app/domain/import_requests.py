"""Requests from a former register, read by a mapping (`app/domain/import_mapping.py`).

The rows come as plain values of cells; the result is clean values and what is wrong with each row. A row that
says "closed" must bring an answer, its outcome and how the customer was told: silent closing is impossible
by import too. Times are in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import islice
from uuid import UUID, uuid5

from app.domain.errors import AppError
from app.domain.fold import fold
from app.domain.import_cells import READERS, Value, Wrong, clean
from app.domain.import_fields import Field
from app.domain.import_headings import Cell
from app.domain.import_mapping import (
    CODES,
    JOINED,
    MOMENTS,
    NEEDED,
    KnownHere,
    Moment,
    RequestMapping,
    reader_of,
)
from app.domain.importing import ParsedRow, Problem, Row

CLOCKS_APART = timedelta(minutes=5)
"""So far a time may lie ahead of the desk's clock."""

_LOOKED_AT = 30
"""Headings stand within so many rows."""

_NAMESPACE = UUID("6a0f5b5e-3a8e-5f0c-9a55-0b8a2f1d7c31")

_KINDS = {
    "key": Field("key", "code", (), longest=60),
    "words": Field("words", "text", (), longest=4000),
    "contact_name": Field("contact_name", "text", (), longest=200),
    "phone": Field("phone", "phone", ()),
    "address": Field("address", "text", (), longest=300),
    "area": Field("area", "text", (), longest=100),
    "customer": Field("customer", "code", (), longest=40),
    "answer": Field("answer", "text", (), longest=4000),
}
"""What is kept as text, and how it is read."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A mapping laid over the headings of a file: where each field is found. The data begin below
    `row_number`; `titles` has the heading of each column (from 0)."""

    row_number: int
    titles: dict[int, str]
    places: dict[str, tuple[int, ...]]

    def title(self, field: str) -> str:
        """The heading under which a field stands, or nothing."""
        return self.titles[self.places[field][0]] if field in self.places else ""


def bind(rows: Iterable[Row], mapping: RequestMapping) -> Bound:
    """The row of the headings, among the first 30. AppError "import.empty_sheet", "mapping.unknown_column"
    (where, column) with the first heading that the best row lacks, "mapping.column_twice"."""
    number, titles = headings_of(rows, mapping)
    at: dict[str, list[int]] = {}
    for i, text in titles.items():
        at.setdefault(fold(text), []).append(i)
    places = {}
    for name, headings in mapping.columns.items():
        for heading in headings:
            found = at.get(fold(heading), [])
            if len(found) != 1:
                raise AppError(
                    "mapping.column_twice" if found else "mapping.unknown_column",
                    where=f"columns.{name}",
                    column=heading,
                )
        places[name] = tuple(at[fold(heading)][0] for heading in headings)
    return Bound(number, titles, places)


def headings_of(rows: Iterable[Row], mapping: RequestMapping) -> tuple[int, dict[int, str]]:
    """The row, among the first 30, that has most of the headings that the mapping names, and its cells.
    AppError "import.empty_sheet"."""
    wanted = {fold(h) for headings in mapping.columns.values() for h in headings}
    best, best_hits = None, -1
    for number, cells in islice(rows, _LOOKED_AT):
        titles = {i: text for i, cell in enumerate(cells) if (text := clean(cell))}
        hits = len(wanted & {fold(text) for text in titles.values()})
        if hits > best_hits:
            best, best_hits = (number, titles), hits
    if best is None:
        raise AppError("import.empty_sheet")
    return best


def request_id(office_no: int, register: str, key: str) -> UUID:
    """The id of a request of a former register: the same whenever and at whichever desk it is read."""
    return uuid5(_NAMESPACE, f"{office_no}\n{fold(register)}\n{key}")


def source_of(register: str, key: str) -> str:
    """What a request of a former register says of where it came from."""
    return f"{register} {key}"


def former(office_no: int, id: UUID, source: str | None) -> tuple[str, str] | None:
    """The register and the number there of a request that was taken in; None for any other. Both may hold
    blanks: its id tells which of them parts the two, and that it is no newspaper's name."""
    words = (source or "").split(" ")
    for at in range(1, len(words)):
        register, key = " ".join(words[:at]), " ".join(words[at:])
        if request_id(office_no, register, key) == id:
            return register, key
    return None


def happened_id(request: UUID, what: str) -> UUID:
    """The id of what a former register says has happened: the same at every desk that reads it."""
    return uuid5(request, what)


def parse_requests(
    rows: Iterable[Row],
    mapping: RequestMapping,
    bound: Bound,
    known: KnownHere,
    now: datetime,
    zone: tzinfo,
    *,
    width: int | None = None,
) -> Iterator[ParsedRow]:
    """The requests of a file, each with its problems. `now`: what lies ahead of it is refused;
    `zone`: that of the file's clock. `width`: so
    many cells every row must have (of a CSV file; a workbook leaves empty ones out at the end)."""
    reader = _Reader(mapping, bound, known, now, zone)
    seen: dict[str, int] = {}
    for number, cells in rows:
        if number <= bound.row_number or not any(clean(cell) for cell in cells):
            continue
        values, problems = reader.read(cells)
        if width is not None and len(cells) != width:
            problems.append(Problem("key", "", "import.cells_differ", str(len(cells))))
        key = values["key"]
        if key is not None and (first := seen.setdefault(str(key), number)) != number:
            problems.append(reader.problem("key", "import.code_twice", key, first))
        yield ParsedRow(number, values, tuple(problems))


class _Reader:
    """Reads the rows of one file."""

    def __init__(
        self, mapping: RequestMapping, bound: Bound, known: KnownHere, now: datetime, zone: tzinfo
    ) -> None:
        self._mapping, self._bound, self._known = mapping, bound, known
        self._latest = now + CLOCKS_APART
        self._moment = reader_of(mapping.date_format, zone)

    def problem(
        self, field: str, code: str, value: object = "", first_row: int = 0, blocks: bool = True
    ) -> Problem:
        return Problem(field, self._bound.title(field), code, str(value)[:80], first_row, blocks)

    def read(self, cells: Sequence[Cell]) -> tuple[dict[str, Value], list[Problem]]:
        values: dict[str, Value] = {}
        problems: list[Problem] = []
        for name, field in _KINDS.items():
            values[name] = self._text(name, field, cells, problems)
        for name in CODES:
            values[name] = self._code(name, cells, problems)
        moments = {name: self._time(name, cells, problems) for name in MOMENTS}
        wrong = {problem.field for problem in problems}
        for name in NEEDED:
            if values.get(name) is None and moments.get(name) is None and name not in wrong:
                problems.append(self.problem(name, "import.required"))
        if values["state"] is None and "state" not in wrong:
            # A register without a column for it: what has a date of its end is at an end.
            values["state"] = "closed" if moments["answered"] or moments["closed"] else "routed"
        self._kind(values, problems)
        values |= self._ended(values, moments, wrong, problems)
        values |= self._begun(moments, problems)
        return values, problems

    def _cells(self, name: str, cells: Sequence[Cell]) -> list[tuple[Cell, str]]:
        """The cells of a field that hold something."""
        found = [cells[i] for i in self._bound.places.get(name, ()) if i < len(cells)]
        return [(cell, text) for cell in found if (text := clean(cell))]

    def _text(self, name: str, field: Field, cells: Sequence[Cell], problems: list[Problem]) -> Value:
        parts: list[str] = []
        for cell, text in self._cells(name, cells):
            try:
                parts.append(str(READERS[field.kind](cell, text, field)))
            except Wrong as wrong:
                problems.append(self.problem(name, wrong.code, text, blocks=wrong.blocks))
                if wrong.value is not None:
                    parts.append(str(wrong.value))
        joined = JOINED.get(name, " ").join(parts)
        if len(joined) > field.longest:
            problems.append(self.problem(name, "import.too_long", joined))
        return joined or self._mapping.constants.get(name)

    def _code(self, name: str, cells: Sequence[Cell], problems: list[Problem]) -> Value:
        for _, text in self._cells(name, cells):
            code = self._mapping.code(name, text, self._known)
            if code is None:
                problems.append(self.problem(name, "import.not_in_mapping", text))
            return code
        return self._mapping.constants.get(name)

    def _time(self, name: str, cells: Sequence[Cell], problems: list[Problem]) -> Moment | None:
        for cell, text in self._cells(name, cells):
            moment = self._moment(cell, text)
            if moment is None:
                problems.append(self.problem(name, "import.not_a_moment", text))
            return moment
        return None

    def _kind(self, values: dict[str, Value], problems: list[Problem]) -> None:
        barred = self._known.types.get(str(values["type"]), "")
        if barred == "retired":
            problems.append(self.problem("type", "import.type_retired", values["type"]))
        elif barred:
            problems.append(self.problem("type", "import.type_restricted", values["type"]))

    def _begun(self, moments: Mapping[str, Moment | None], problems: list[Problem]) -> dict[str, Value]:
        received, arrived, due = (moments[name] for name in ("received", "arrived", "due"))
        if received is not None:
            shown = self._shown(received)
            if received.at > self._latest:
                problems.append(self.problem("received", "import.received_future", shown))
            if arrived is not None and arrived.at > received.at:
                problems.append(self.problem("arrived", "import.arrived_later", self._shown(arrived)))
            if due is not None and due.last < received.at:
                problems.append(self.problem("due", "import.due_before_received", self._shown(due)))
        return {
            "received": received.at if received else None,
            "arrived": arrived.at if arrived else None,
            "due": due.last if due else None,
        }

    def _ended(
        self,
        values: Mapping[str, Value],
        moments: Mapping[str, Moment | None],
        wrong: set[str],
        problems: list[Problem],
    ) -> dict[str, Value]:
        """When it was answered and closed, and whether all is there that an end needs."""
        state, received = values["state"], moments["received"]
        given = [(name, m) for name in ("answered", "closed") if (m := moments[name]) is not None]
        for name, moment in given:
            if received is not None and moment.last < received.at:
                problems.append(self.problem(name, "import.closed_before_received", self._shown(moment)))
            if moment.at > self._latest:
                problems.append(self.problem(name, "import.closed_future", self._shown(moment)))
        answered = moments["answered"] or moments["closed"]
        closed = moments["closed"] or answered
        if answered and closed and closed.last < answered.at:
            problems.append(self.problem("closed", "import.closed_before_answered", self._shown(closed)))
        if state in ("received", "routed"):
            if given:
                name, moment = given[-1]
                problems.append(self.problem(name, "import.open_with_an_end", self._shown(moment)))
            return {"answered": None, "closed": None}
        if state in ("answered", "closed"):
            if answered is None and not wrong & {"answered", "closed"}:
                at = "closed" if "closed" in self._bound.places else "answered"
                problems.append(self.problem(at, "import.no_end"))
            for name, code in (
                ("answer", "import.no_answer"), ("outcome", "import.no_outcome"), ("how", "import.no_notice"),
            ):  # fmt: skip
                needless = name == "how" and state == "answered"
                if values[name] is None and name not in wrong and not needless:
                    problems.append(self.problem(name, code))
        # A day without a time may be that of the receipt: then it ended as it came, no earlier.
        if answered is None or closed is None:
            return {"answered": None, "closed": None}
        first = max(received.at, answered.at) if received else answered.at
        return {"answered": first, "closed": max(first, closed.at)}

    def _shown(self, moment: Moment) -> str:
        return f"{moment.local:%d/%m/%Y}" if moment.day else f"{moment.local:%d/%m/%Y %H:%M}"
