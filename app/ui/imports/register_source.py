"""A former register as the window looks at it: its headings, a mapping that fits or is proposed, the words of
its columns that stand for codes of ours, and what its rows come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path

from app.documents.tables import read_mapping, read_table
from app.domain.errors import AppError
from app.domain.fold import fold
from app.domain.import_cells import clean
from app.domain.import_headings import Header
from app.domain.import_mapping import CODES, KnownHere, RequestMapping, parse_mapping, zone_of
from app.domain.import_requests import bind, headings_of, parse_requests
from app.domain.importing import ParsedRow, find_header
from app.domain.register_fields import FIELDS_REGISTER
from app.domain.register_times import Written, written_in
from app.services.import_requests import RequestImportService, RequestPlan
from app.ui.imports import source
from app.ui.imports.source import Looked, first_rows, watched
from app.ui.imports.task import Row, Step

MOST_WORDS = 100
"""So many different words of a column are asked about: what has more is no list of kinds or states."""

OLD = "cp1258"
"""The encoding of Vietnamese Windows before Unicode."""


@dataclass(frozen=True)
class LookedRegister(Looked):
    """What was seen of a register. `mapping` and the file it came from, if there was one; `troubles`: what in
    it does not fit this file. `encoding`: of a CSV file that is not Unicode; None for a workbook. `written`:
    the dates in each column, of all rows."""

    mapping: RequestMapping | None
    mapping_file: Path | None
    troubles: Sequence[AppError]
    encoding: str | None
    written: Mapping[int, Sequence[Written]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The words in each column that stands for codes, the most frequent first, and how often each comes.
    `left`: so many different ones of a field are not asked about."""

    words: Mapping[str, Sequence[tuple[str, int]]]
    left: Mapping[str, int]


def beside(path: Path) -> Path:
    """Where the mapping of a register is looked for, and offered to be kept."""
    return path.with_suffix(".mapping.json")


def look(
    path: Path,
    sheet: str | None,
    mapping_file: Path | None = None,
    encoding: str | None = None,
    step: Step = lambda done, total: None,
) -> LookedRegister:
    """Looks at a file, at all its rows for how dates are written; `step` may raise Cancelled. A
    `mapping_file` that is none is refused; of the one that lies beside the file it is only told. Without
    `encoding` it is that of the mapping, or Unicode, or else that of old files.

    AppError as `read_table`, `find_header`; `read_mapping` and `parse_mapping` of the `mapping_file`.
    """
    troubles: list[AppError] = []
    given, mapping = mapping_file, None
    if given is None and beside(path).is_file():
        given = beside(path)
    if given is not None:
        try:
            mapping = parse_mapping(read_mapping(given))
        except AppError as error:
            if mapping_file is not None:
                raise
            troubles.append(error)
            given = None
    wanted = encoding if encoding is not None else mapping.encoding if mapping else ""
    try:
        name, names, sample, text, written = _read(path, sheet, wanted, step)
    except AppError as error:
        if error.code != "csv.encoding" or wanted or encoding is not None:
            raise
        wanted = OLD
        name, names, sample, text, written = _read(path, sheet, wanted, step)
        if any(c < " " and c not in "\r\n\t" for _, row in sample for cell in row for c in str(cell)):
            raise error from None  # a picture or a program, whatever its name says
    header = _header(sample, mapping, troubles)
    return LookedRegister(
        path, names, name, header, sample, mapping, given, troubles, wanted if text else None, written
    )


def _read(
    path: Path, sheet: str | None, encoding: str, step: Step
) -> tuple[str, tuple[str, ...], list[Row], bool, Mapping[int, Sequence[Written]]]:
    with read_table(path, encoding) as table:
        there = sheet if sheet in table.names else None
        name, sample = first_rows(table, path, there)
        written = written_in(watched(table.rows(name), step))
        return name, table.names, sample, table.width is not None, written


def _header(sample: list[Row], mapping: RequestMapping | None, troubles: list[AppError]) -> Header:
    if mapping is None:
        return find_header(sample, FIELDS_REGISTER, merged=False)
    number, titles = headings_of(sample, mapping)
    used = sorted({i for _, row in sample for i, cell in enumerate(row) if clean(cell)})
    columns: dict[int, str | None] = dict.fromkeys(used)
    for field, headings in mapping.columns.items():
        for heading in headings:
            found = [i for i, title in titles.items() if fold(title) == fold(heading)]
            if len(found) == 1:
                before = columns[found[0]]
                columns[found[0]] = f"{before}+{field}" if before else field
                continue
            code = "mapping.column_twice" if found else "mapping.unknown_column"
            troubles.append(AppError(code, where=f"columns.{field}", column=heading))
    return Header(number, {i: titles.get(i, "") for i in used}, columns, 1.0)


def gather(looked: LookedRegister, places: Mapping[str, int], after: int, step: Step) -> Gathered:
    """Reads the whole file below row `after` for the words of its codes, each field in its column; `step` may
    raise Cancelled at any row."""
    counts: dict[str, Counter[str]] = {field: Counter() for field in CODES if field in places}
    with read_table(looked.path, looked.encoding or "") as table:
        for number, cells in watched(table.rows(looked.sheet), step):
            if number <= after:
                continue
            for field, i in places.items():
                if i < len(cells) and (word := clean(cells[i])):
                    counts[field][word] += 1
    return Gathered(
        {field: found.most_common(MOST_WORDS) for field, found in counts.items()},
        {field: left for field, found in counts.items() if (left := len(found) - MOST_WORDS) > 0},
    )


def plan(
    looked: LookedRegister,
    mapping: RequestMapping,
    known: KnownHere,
    now: datetime,
    zone: tzinfo,
    service: RequestImportService,
    step: Step,
) -> RequestPlan:
    """What the rows come to. `zone`: the company's, where the mapping names none. AppError as `bind`."""
    with read_table(looked.path, mapping.encoding) as table:
        bound = bind(table.rows(looked.sheet), mapping)
        rows = parse_requests(
            watched(table.rows(looked.sheet), step), mapping, bound, known, now,
            zone_of(mapping.zone) if mapping.zone else zone, width=table.width,
        )  # fmt: skip
        return service.plan(rows, mapping, {name: bound.title(name) for name in bound.places}, step)


def write_wrong(
    looked: LookedRegister, titles: Mapping[int, str], wrong: Mapping[int, ParsedRow], folder: Path
) -> Path:
    """As `source.write_wrong`."""
    read = partial(read_table, encoding=looked.encoding or "")
    return source.write_wrong(looked, titles, wrong, folder, read)
