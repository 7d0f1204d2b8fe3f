"""`daumoi import`: customers or readings from a workbook, requests from a former register."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands.kit import (
    Commands,
    Progress,
    command,
    day,
    home_option,
    json_option,
    month,
    number,
    opened,
    person_options,
    signed_in,
    tell,
)
from app.domain.errors import AppError
from app.words import tr

if TYPE_CHECKING:
    from app.bootstrap import Desktop
    from app.documents.sheets import Row, SheetSource
    from app.documents.tables import Table
    from app.domain.import_headings import Header
    from app.domain.importing import ParsedRow
    from app.services.import_readings import ReadingPlan
    from app.services.import_requests import RequestPlan
    from app.services.imports import Plan

    AnyPlan = Plan | ReadingPlan | RequestPlan

MOST_TOLD = 20
"""So many problems are told one by one; the rest are in the workbook of wrong rows."""


def add(commands: Commands) -> None:
    """Describe the command."""
    take = command(
        commands,
        "import",
        tr(
            "take in customers, with --readings a route's indexes, or with --requests what a former register "
            "holds; doing it twice is safe"
        ),
        "  daumoi import khach-hang.xlsx --dry-run\n"
        "  daumoi import khach-hang.xlsx --as mai --wrong-rows can-sua.xlsx\n"
        "  daumoi import so-ghi-L012.xlsx --readings --period 2026-11 --as mai\n"
        "  daumoi import so-khieu-nai.csv --requests so-khieu-nai.mapping.json --as mai\n",
        _import,
    )
    what = tr("the workbook, .xlsx or .xls; of requests also .csv")
    take.add_argument("file", type=Path, metavar="FILE.xlsx", help=what)
    home_option(take)
    take.add_argument("--sheet", metavar="NAME", help=tr("the sheet; the first one unless given"))
    kind = take.add_mutually_exclusive_group()
    kind.add_argument("--readings", action="store_true", help=tr("indexes instead of customers"))
    kind.add_argument(
        "--requests",
        type=Path,
        metavar="MAPPING.json",
        help=tr("requests instead of customers, by the mapping in this file"),
    )
    take.add_argument("--period", type=month, metavar="2026-11", help=tr("the period of the indexes"))
    take.add_argument(
        "--read-on", type=day, metavar="DAY", help=tr("the day of rows without a date; today unless given")
    )
    take.add_argument("--dry-run", action="store_true", help=tr("only tell what would be done"))
    take.add_argument(
        "--wrong-rows", type=Path, metavar="OUT.xlsx", help=tr("workbook for the rows that could not go in")
    )
    person_options(take)
    json_option(take)


def _import(args: argparse.Namespace) -> int:
    from app.documents.sheets import read_sheets
    from app.domain.importing import FIELDS_CUSTOMERS, FIELDS_READINGS, column_letter, find_header

    if args.requests:
        return _requests(args)
    if args.readings and not args.period:
        raise AppError("period.needed")
    with opened(args.home) as desktop, read_sheets(args.file) as source:
        by = None if args.dry_run else signed_in(desktop, args)
        sheet = _sheet(args, source)
        header = find_header(source.rows(sheet), FIELDS_READINGS if args.readings else FIELDS_CUSTOMERS)
        titles = {name: header.titles.get(i) or column_letter(i) for i, name in header.mapping.items()}
        looking, writing = Progress(tr("Rows compared:")), Progress(tr("Rows written:"))
        plan: Plan | ReadingPlan
        wrote: dict[str, int] | None = None
        if args.readings:
            plan = readings = _reading_plan(args, desktop, source, sheet, header, titles, looking)
            if by is not None:
                done = desktop.reading_imports.apply(by, readings, writing)
                wrote = {"new": done.new, "changed": done.changed, "flagged": done.flagged}
        else:
            plan = customers = _customer_plan(desktop, source, sheet, header, titles, looking)
            if by is not None:
                made = desktop.imports.apply(by, customers, writing)
                wrote = {
                    "customers": made.customers, "connections": made.connections, "meters": made.meters,
                    "changed": made.changed,
                }  # fmt: skip
        if args.wrong_rows and plan.wrong:
            _write_wrong(args.wrong_rows, source.rows(sheet), header.titles, plan.wrong)
    tell(args, _told(args, plan, wrote), _data(args, sheet, plan, wrote))
    return 0


def _requests(args: argparse.Namespace) -> int:
    from app.documents.tables import read_mapping, read_table
    from app.domain.deadlines import zone_named
    from app.domain.import_mapping import check_mapping, parse_mapping, zone_of
    from app.domain.import_requests import bind, parse_requests

    mapping = parse_mapping(read_mapping(args.requests))
    with opened(args.home) as desktop, read_table(args.file, mapping.encoding) as source:
        by = None if args.dry_run else signed_in(desktop, args)
        known = desktop.request_imports.known()
        check_mapping(mapping, known)
        sheet = _sheet(args, source)
        bound = bind(source.rows(sheet), mapping)
        zone = zone_of(mapping.zone) if mapping.zone else zone_named(desktop.rules.utility.zone)
        rows = parse_requests(
            source.rows(sheet), mapping, bound, known, desktop.clock.now(), zone, width=source.width
        )
        titles = {name: bound.title(name) for name in bound.places}
        plan = desktop.request_imports.plan(rows, mapping, titles, Progress(tr("Rows compared:")))
        wrote: dict[str, int] | None = None
        if by is not None:
            done = desktop.request_imports.apply(by, plan, Progress(tr("Rows written:")))
            wrote = {"new": done.new, "open": done.open, "answered": done.answered, "closed": done.closed}
        if args.wrong_rows and plan.wrong:
            _write_wrong(args.wrong_rows, source.rows(sheet), bound.titles, plan.wrong)
    tell(args, _told(args, plan, wrote), _data(args, sheet, plan, wrote))
    return 0


def _sheet(args: argparse.Namespace, source: SheetSource | Table) -> str:
    if args.sheet is None:
        return source.names[0]
    if args.sheet not in source.names:
        raise AppError(
            "workbook.no_sheet", path=str(args.file), sheet=args.sheet, sheets=", ".join(source.names)
        )
    return str(args.sheet)


def _customer_plan(
    desktop: Desktop,
    source: SheetSource,
    sheet: str,
    header: Header,
    titles: Mapping[str, str],
    step: Progress,
) -> Plan:
    from app.domain.importing import parse_rows
    from app.domain.names import customer_classes
    from app.words import LANGUAGES, Words

    names = [customer_classes(Words(language)) for language in LANGUAGES]
    codes = desktop.rules.customer_classes(desktop.today())
    known = {code: {each[code] for each in names if code in each} for code in codes}
    rows = parse_rows(
        source.rows(sheet),
        header.mapping,
        known,
        after=header.row_number,
        titles=header.titles,
        language=desktop.rules.utility.language,
    )
    return desktop.imports.plan(rows, titles, step)


def _reading_plan(
    args: argparse.Namespace,
    desktop: Desktop,
    source: SheetSource,
    sheet: str,
    header: Header,
    titles: Mapping[str, str],
    step: Progress,
) -> ReadingPlan:
    from app.domain.importing import parse_readings

    rows = parse_readings(
        source.rows(sheet),
        header.mapping,
        after=header.row_number,
        titles=header.titles,
        language=desktop.rules.utility.language,
    )
    return desktop.reading_imports.plan(rows, args.period, args.read_on or desktop.today(), titles, step)


def _write_wrong(path: Path, rows: Iterable[Row], titles: Mapping[int, str], wrong: list[ParsedRow]) -> None:
    from app.documents.wrong_rows import write_wrong_rows
    from app.domain.importing import column_letter
    from app.failures import problem_words

    reasons = {row.row_number: [problem_words(p, tr) for p in row.problems if p.blocks] for row in wrong}
    width = 1 + max(titles)
    headings = [titles.get(i) or column_letter(i) for i in range(width)]
    left = ((n, cells, reasons[n]) for n, cells in rows if n in reasons)
    write_wrong_rows(path, headings, left, tr.language)


def _told(args: argparse.Namespace, plan: AnyPlan, wrote: dict[str, int] | None) -> str:
    from app.failures import sentence

    lines = [
        tr(
            "{rows} rows: {new} new, {changed} changed, {unchanged} as they were, {wrong} wrong.",
            rows=number(plan.rows),
            new=number(len(plan.new)),
            changed=number(plan.to_write - len(plan.new)),
            unchanged=number(plan.unchanged),
            wrong=number(len(plan.wrong)),
        )
    ]
    for unit, count in getattr(plan, "unattended", {}).items():
        lines.append(
            tr("Nobody works in {unit}: {count} open requests wait there.", unit=unit, count=number(count))
        )
    if unread := getattr(plan, "unread", 0):
        lines.append(tr("{count} meters were not read.", count=number(unread)))
    if flagged := len(getattr(plan, "flagged", ())):
        lines.append(
            tr("{count} indexes are out of the ordinary; please look at them.", count=number(flagged))
        )
    told = [
        sentence(problem.as_error(row.row_number), tr)
        for row in (*plan.wrong, *plan.told)
        for problem in row.problems
    ]
    lines += [f"  {each}" for each in told[:MOST_TOLD]]
    if len(told) > MOST_TOLD:
        lines.append(tr("  … and {count} more.", count=number(len(told) - MOST_TOLD)))
    if args.wrong_rows and plan.wrong:
        lines.append(tr("The rows that could not go in are in {path}.", path=args.wrong_rows))
    if wrote is None:
        lines.append(tr("Nothing was written."))
    elif not plan.to_write:
        lines.append(tr("Nothing had to be changed."))
    else:
        lines.append(tr("All that could go in is written."))
    return "\n".join(lines)


def _data(
    args: argparse.Namespace, sheet: str, plan: AnyPlan, wrote: dict[str, int] | None
) -> dict[str, Any]:
    from app.failures import sentence

    return {
        "file": str(args.file),
        "sheet": sheet,
        "rows": plan.rows,
        "new": len(plan.new),
        "changed": plan.to_write - len(plan.new),
        "unchanged": plan.unchanged,
        "wrong": len(plan.wrong),
        "unread": getattr(plan, "unread", 0),
        "unattended": getattr(plan, "unattended", {}),
        "written": wrote,
        "problems": [
            {
                "row": row.row_number,
                "column": problem.column,
                "code": problem.code,
                "value": problem.value,
                "blocks": problem.blocks,
                "sentence": sentence(problem.as_error(row.row_number), tr),
            }
            for row in (*plan.wrong, *plan.told)
            for problem in row.problems
        ],
    }
