"""`daumoi report`: the supervisor's figures of a span of days as a workbook."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.commands.kit import (
    Commands,
    command,
    day,
    home_option,
    json_option,
    number,
    opened,
    person_options,
    signed_in,
    tell,
)
from app.domain.errors import AppError
from app.words import tr


def add(commands: Commands) -> None:
    """Describe the command."""
    report = command(
        commands,
        "report",
        tr("write the office's figures of some days into a workbook: requests, collections, arrears"),
        "  daumoi report --from 2026-11-01 --to 2026-11-30 bao-cao-11.xlsx --as mai\n",
        _report,
    )
    report.add_argument("out", type=Path, metavar="OUT.xlsx", help=tr("workbook to write"))
    home_option(report)
    report.add_argument("--from", dest="first", type=day, required=True, metavar="DAY", help=tr("first day"))
    report.add_argument("--to", dest="last", type=day, required=True, metavar="DAY", help=tr("last day"))
    person_options(report)
    json_option(report)


def _report(args: argparse.Namespace) -> int:
    from app.documents.office import report_data
    from app.documents.reports import office_report

    if args.last < args.first:
        raise AppError("days.turned", first=args.first, last=args.last)
    with opened(args.home) as desktop:
        signed_in(desktop, args).require("reports.export")
        span = desktop.report_queries.span(args.first, args.last, desktop.clock.now())
        data = report_data(desktop.rules, span)
        office_report(data, args.out, desktop.rules.utility.language)
    text = tr(
        "{path}: {requests} requests, {receipts} receipts, {debtors} customers in arrears.",
        path=args.out,
        requests=number(sum(each.received for each in data.requests)),
        receipts=number(sum(each.receipts for each in data.collections)),
        debtors=number(len(data.arrears)),
    )
    figures = {
        "path": str(args.out),
        "requests": sum(each.received for each in data.requests),
        "receipts": sum(each.receipts for each in data.collections),
        "collected": sum(each.amount for each in data.collections),
        "in_arrears": len(data.arrears),
        "owed": sum(each.total for each in data.arrears),
    }
    tell(args, text, figures)
    return 0
