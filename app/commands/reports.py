"""`daumoi report`: the supervisor's figures of a span of days as a workbook."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from app.bootstrap import Desktop
    from app.documents.papers import ReportData


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
    from app.documents.reports import office_report

    if args.last < args.first:
        raise AppError("days.turned", first=args.first, last=args.last)
    with opened(args.home) as desktop:
        signed_in(desktop, args).require("reports.export")
        data = _figures(desktop, args.first, args.last)
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


def _figures(desktop: Desktop, first: date, last: date) -> ReportData:
    from app.commands.bill_papers import letterhead
    from app.documents.papers import ArrearsRow, CollectionDay, ReportData, RequestCount
    from app.domain.names import bands
    from app.words import Words

    utility = desktop.rules.utility
    span = desktop.report_queries.span(first, last, desktop.clock.now())
    kinds, units, points = desktop.rules.request_types(), desktop.rules.units(), desktop.rules.points()
    return ReportData(
        letterhead(desktop),
        first,
        last,
        span.made_at,
        utility.currency,
        [
            RequestCount(
                kinds[r.type_code].name(utility.language) if r.type_code in kinds else r.type_code,
                units.get(r.unit_code, r.unit_code),
                r.received,
                r.answered,
                r.on_time,
                r.late,
                r.open,
            )
            for r in span.requests
        ],
        [
            CollectionDay(c.day, points.get(c.point, c.point), c.cashier, c.receipts, c.amount, c.reversed)
            for c in span.collections
        ],
        tuple(bands(Words(utility.language)).values()),
        [
            ArrearsRow(
                a.customer_code,
                a.name,
                a.phone or "",
                a.address,
                a.route or "",
                a.oldest_due,
                a.bands,
                a.total,
            )
            for a in span.arrears
        ],
    )
