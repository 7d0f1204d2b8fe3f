"""`daumoi generate`: made-up offices as workbooks, for trying and measuring."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from app.commands.kit import Commands, Progress, command, json_option, month, number, tell
from app.words import tr


def add(commands: Commands) -> None:
    """Describe the command."""
    make = command(
        commands,
        "generate",
        tr("make up an office's customers, or with --readings their indexes, as a workbook to import"),
        "  daumoi generate 12000 khach-hang.xlsx --seed 7\n"
        "  daumoi generate 12000 chi-so-11.xlsx --seed 7 --readings 2026-11\n",
        _generate,
    )
    make.add_argument("count", type=_count, metavar="COUNT", help=tr("how many customers"))
    make.add_argument("out", type=Path, metavar="OUT.xlsx", help=tr("workbook to write"))
    make.add_argument(
        "--seed", type=int, default=1, help=tr("the same number makes the same people; 1 unless given")
    )
    make.add_argument(
        "--readings",
        type=month,
        metavar="2026-11",
        help=tr("the indexes of this period instead of customers"),
    )
    json_option(make)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(tr("a number from 1 to 1,000,000 is needed"))
    return int(text)


def _generate(args: argparse.Namespace) -> int:
    from app.demo.generator import made_up_customers, usual_reading
    from app.demo.sheets import customer_sheet, reading_sheet
    from app.documents.workbook import OutColumn, SheetOut, write_workbook

    people = made_up_customers(args.count, args.seed)
    if args.readings:
        on = date.fromisoformat(f"{args.readings}-01")
        pairs = ((each, usual_reading(each, on, args.seed)) for each in people)
        sheet, title = reading_sheet(pairs, "", tr.language), tr("Readings of {period}", period=args.readings)
    else:
        sheet, title = customer_sheet(people, tr.language), tr("Customers")
    step = Progress(tr("Rows written:"))
    out = SheetOut(
        title, [OutColumn(heading, "any") for heading in sheet.headings], sheet.rows, heading=title
    )
    rows = write_workbook(args.out, [out], progress=lambda done: step(done, args.count))
    tell(
        args,
        tr("{count} rows are in {path}.", count=number(rows), path=args.out),
        {"path": str(args.out), "rows": rows, "seed": args.seed},
    )
    return 0
