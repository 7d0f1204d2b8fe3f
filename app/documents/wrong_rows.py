"""The rows of an import that could not go in, as a workbook to be corrected and read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from app.documents.sheets import Cell
from app.documents.workbook import OutColumn, SheetOut, write_workbook
from app.words import Words


def write_wrong_rows(
    path: Path,
    headings: Sequence[str],
    rows: Iterable[tuple[int, Sequence[Cell], Sequence[str]]],
    language: str,
) -> int:
    """Writes (row number in the file, its cells, what is wrong with it) and returns how many.

    The cells stand as they were, under their own headings, so that the file can be read again once it is
    corrected; the two columns behind say from which row each came and why it was left out.
    """
    tr = Words(language)
    width = len(headings)
    columns = [OutColumn(title, "any") for title in headings]
    columns += [OutColumn(tr("Row in the file"), "int", 16), OutColumn(tr("What is wrong"), width=60)]

    def lines() -> Iterable[list[object]]:
        for number, cells, reasons in rows:
            kept: list[object] = list(cells[:width])
            kept += [None] * (width - len(kept))
            yield [*kept, number, "; ".join(reasons)]

    return write_workbook(path, [SheetOut(tr("Rows to correct"), columns, lines())])
