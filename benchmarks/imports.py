"""Customers with connections and meters from a workbook, from the file to the last committed entry."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from app.demo.generator import made_up_customers
from app.demo.sheets import customer_sheet
from app.documents.sheets import read_sheets
from app.documents.workbook import OutColumn, SheetOut, write_workbook
from app.domain import names
from app.domain.importing import find_header, parse_rows
from app.words import Words
from benchmarks.harness import Figure, Size, Spent, median, spent
from benchmarks.office import SEED, kept_office, opened, person

TITLE = "Import of customers"
LIMIT_S, OF_ROWS = 20.0, 30_000
_CODES = {1, 3, 9, 13}
"""Columns of the sheet that are text though they look like numbers: code, phone, serial, tax code."""


def measure(size: Size) -> list[Figure]:
    """Reading the file, comparing with what is there, writing; each run into an office without customers."""
    with TemporaryDirectory(prefix="daumoi-bench-") as folder:
        book = Path(folder) / "customers.xlsx"
        _write(book, size.rows)
        runs = []
        for number in range(size.runs):
            home = Path(folder) / f"office-{number}"
            shutil.copytree(kept_office(0), home)
            runs.append(_run(book, home, size.rows))
    read, plan, write = (median([run[part] for run in runs]) for part in range(3))
    whole = median([Spent(sum(p.wall for p in run), sum(p.cpu for p in run)) for run in runs])
    return [
        Figure(f"{size.rows:,} customers", whole.wall, "s", LIMIT_S * size.rows / OF_ROWS),
        Figure("of that, processor", whole.cpu, "s"),
        Figure("reading and judging the rows", read.wall, "s"),
        Figure("comparing with what is there", plan.wall, "s"),
        Figure("journal, tables, search, on the disk", write.wall, "s"),
    ]


def _write(path: Path, rows: int) -> None:
    sheet = customer_sheet(made_up_customers(rows, SEED))
    columns = [OutColumn(title, "code" if at in _CODES else "any") for at, title in enumerate(sheet.headings)]
    write_workbook(path, [SheetOut(sheet.titles[0][0] or "", columns, sheet.rows)])  # type: ignore[arg-type]


def _run(book: Path, home: Path, expected: int) -> list[Spent]:
    classes = {code: [name] for code, name in names.customer_classes(Words("vi")).items()}

    def read() -> None:
        with read_sheets(book) as source:
            sheet = list(source.rows(source.names[0]))
        header = find_header(sheet)
        rows.extend(parse_rows(sheet, header.mapping, classes, after=header.row_number, titles=header.titles))

    rows: list[object] = []
    with opened(home) as desktop:
        imports, by = desktop.imports, person(desktop, "mai")
        first = spent(read)
        plans = []
        second = spent(lambda: plans.append(imports.plan(rows)))  # type: ignore[arg-type]
        done = []
        third = spent(lambda: done.append(imports.apply(by, plans[0])))
        if done[0].meters != expected:
            raise RuntimeError(f"{done[0]} of {expected} rows came in: {plans[0].wrong[:3]}")
    return [first, second, third]
