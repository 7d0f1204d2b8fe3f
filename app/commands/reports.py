"""`daumoi report`: the figures of an office, or one of the reports of requests, of a span of days."""

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

OFFICE = "office"
KINDS = ("register", "analysis", "charter", "month", "agenda", "overdue", "letters")
"""`request_reports.KINDS`, named here so that other commands need not load what makes paper."""


def add(commands: Commands) -> None:
    """Describe the command."""
    report = command(
        commands,
        "report",
        tr("write the office's figures or a report of requests of some days: a workbook, or a PDF"),
        "  daumoi report --from 2026-11-01 --to 2026-11-30 bao-cao-11.xlsx --as mai\n"
        "  daumoi report --from 2026-11-01 --to 2026-11-30 so-theo-doi.pdf --kind register --as mai\n",
        _report,
    )
    report.add_argument(
        "out", type=Path, metavar="OUT", help=tr("file to write; .pdf: on paper, else a workbook")
    )
    report.add_argument(
        "--kind",
        choices=(OFFICE, *KINDS),
        default=OFFICE,
        help=tr("which report; office (the default): requests, collections, arrears"),
    )
    home_option(report)
    report.add_argument("--from", dest="first", type=day, required=True, metavar="DAY", help=tr("first day"))
    report.add_argument("--to", dest="last", type=day, required=True, metavar="DAY", help=tr("last day"))
    person_options(report)
    json_option(report)


def _report(args: argparse.Namespace) -> int:
    if args.last < args.first:
        raise AppError("days.turned", first=args.first, last=args.last)
    return _figures(args) if args.kind == OFFICE else _of_requests(args)


def _of_requests(args: argparse.Namespace) -> int:
    from app.documents.files import replacing
    from app.documents.report_paper import report_pdf, report_workbook
    from app.documents.request_frame import Sources
    from app.documents.request_reports import RequestReports

    with opened(args.home) as desktop:
        who = signed_in(desktop, args)
        who.require("reports.export")
        viewer = desktop.request_queries.viewer(who.id, who.roles)
        sources = Sources(
            desktop.rules, desktop.measure_queries, desktop.charter_queries, desktop.register_queries,
            desktop.month_work_queries, desktop.letter_queries, viewer,
        )  # fmt: skip
        language = desktop.rules.utility.language
        made = RequestReports(sources, args.first, args.last, desktop.clock.now(), language)
        paper = args.out.suffix.lower() == ".pdf"
        whole = args.kind == "analysis" and not paper
        report = made.whole() if whole else made.make(args.kind)
        if paper:
            with replacing(args.out) as draft:
                draft.write_bytes(report_pdf(report, language))
        else:
            report_workbook(report, args.out)
    rows = {sheet.title: len(list(sheet.rows)) for sheet in report.sheets}
    text = tr(
        "{path}: {title}, {rows} rows.", path=args.out, title=report.title, rows=number(sum(rows.values()))
    )
    tell(args, text, {"path": str(args.out), "kind": args.kind, "rows": rows})
    return 0


def _figures(args: argparse.Namespace) -> int:
    from app.documents.office import report_data
    from app.documents.reports import office_report

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
