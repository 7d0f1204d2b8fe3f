"""A workbook as the wizard looks at it: its sheets, where the headings are, a few rows as examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from app.documents.files import folder_for
from app.documents.sheets import SheetSource, read_sheets
from app.documents.tables import Table
from app.documents.wrong_rows import write_wrong_rows
from app.domain.errors import AppError
from app.domain.import_fields import Field
from app.domain.import_headings import Header
from app.domain.importing import ParsedRow, find_header
from app.failures import problem_words
from app.ui.imports.task import Columns, Planner, Preview, Row, Step
from app.words import tr

SAMPLE = 60


@dataclass(frozen=True)
class Looked:
    """What was seen of a workbook."""

    path: Path
    sheets: tuple[str, ...]
    sheet: str
    header: Header
    sample: list[Row]


def look(path: Path, sheet: str | None, fields: tuple[Field, ...]) -> Looked:
    """The first sheet that holds anything, or the named one. AppError as `read_sheets` and `find_header`."""
    with read_sheets(path) as source:
        name, sample = first_rows(source, path, sheet)
        return Looked(path, source.names, name, find_header(sample, fields), sample)


def first_rows(source: SheetSource | Table, path: Path, sheet: str | None) -> tuple[str, list[Row]]:
    """The first sheet that holds anything, or the named one, and its first rows. AppError "workbook.empty",
    "workbook.no_sheets"."""
    wanted = (sheet,) if sheet else source.names
    for name in wanted:
        try:
            return name, list(islice(source.rows(name), SAMPLE))
        except AppError as error:
            if error.code != "workbook.empty" or name == wanted[-1]:
                raise
    raise AppError("workbook.no_sheets", path=str(path))


def plan(looked: Looked, columns: Columns, planner: Planner, step: Step) -> Preview:
    """Reads the whole sheet and compares it; `step` may raise Cancelled at any row."""
    with read_sheets(looked.path) as source:
        return planner(watched(source.rows(looked.sheet), step), columns, step)


def watched(rows: Iterable[Row], step: Step) -> Iterator[Row]:
    """The rows; from time to time it is asked whether to go on."""
    for number, row in enumerate(rows):
        if number % 500 == 0:
            step(0, 0)
        yield row


def write_wrong(
    looked: Looked,
    titles: Mapping[int, str],
    wrong: Mapping[int, ParsedRow],
    folder: Path,
    read: Callable[[Path], SheetSource | Table] = read_sheets,
) -> Path:
    """The wrong rows as they stand in the file, with their reasons, in a workbook of their own. `titles`:
    the headings by column."""
    path = folder_for(folder / f"{looked.path.stem} - {tr('rows to correct')}.xlsx")
    number = 2
    while path.exists():
        path = folder / f"{looked.path.stem} - {tr('rows to correct')} {number}.xlsx"
        number += 1
    headings = [titles.get(i, "") for i in range(max(titles, default=-1) + 1)]
    with read(looked.path) as source:
        rows = (
            (number, cells, [problem_words(p, tr) for p in wrong[number].problems])
            for number, cells in source.rows(looked.sheet)
            if number in wrong
        )
        write_wrong_rows(path, headings, rows, tr.language)
    return path
