"""`daumoi bill`: bill a period, and print its bills."""

from __future__ import annotations

import argparse
from collections import Counter
from datetime import timedelta
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
from app.words import tr

if TYPE_CHECKING:
    from app.bootstrap import Desktop
    from app.domain.money import Currency


def add(commands: Commands) -> None:
    """Describe the command."""
    bill = command(
        commands,
        "bill",
        tr("bill all that was read in a period and is not billed yet; doing it twice is safe"),
        "  daumoi bill --period 2026-11 --dry-run\n"
        "  daumoi bill --period 2026-11 --as mai --due-on 2026-12-15 --pdf hoa-don-11.pdf\n",
        _bill,
    )
    home_option(bill)
    bill.add_argument("--period", type=month, required=True, metavar="2026-11", help=tr("the period"))
    bill.add_argument("--issued-on", type=day, metavar="DAY", help=tr("day of the bills; today unless given"))
    bill.add_argument(
        "--due-on", type=day, metavar="DAY", help=tr("last day to pay; 15 days later unless given")
    )
    bill.add_argument("--dry-run", action="store_true", help=tr("only tell what would be done"))
    bill.add_argument("--pdf", type=Path, metavar="OUT.pdf", help=tr("print all bills of the period"))
    person_options(bill)
    json_option(bill)


def _bill(args: argparse.Namespace) -> int:
    from app.domain.errors import AppError
    from app.domain.money import format_money

    with opened(args.home) as desktop:
        service, step = desktop.billing, Progress(tr("Connections billed:"))
        result: Any
        if args.dry_run:
            result = service.plan(args.period, step)
        else:
            by = signed_in(desktop, args)
            issued = args.issued_on or desktop.today()
            from app.services.billing import DAYS_TO_PAY

            due = args.due_on or issued + timedelta(days=DAYS_TO_PAY)
            result = service.run(by, args.period, issued, due, step)
        there = desktop.bill_queries.count(args.period)
        if not (result.bills or result.skipped or there):
            raise AppError("billing.no_indexes", period=args.period)
        currency: Currency = desktop.rules.utility.currency
        printed = 0
        if args.pdf and there and not args.dry_run:
            printed = _print(desktop, args)
    left_out = Counter(each.reason for each in result.skipped)
    lines = [
        tr(
            "{count} bills, {total} in all.",
            count=number(result.bills),
            total=format_money(result.total, currency, tr.language),
        )
    ]
    lines += [f"  {_reasons()[reason]}: {number(count)}" for reason, count in left_out.items()]
    if printed:
        lines.append(tr("{count} bills are in {path}.", count=number(printed), path=args.pdf))
    elif args.pdf and not args.dry_run:
        lines.append(tr("No bill was made, so there is none to print."))
    if args.dry_run:
        lines.append(tr("Nothing was written."))
    data = {
        "period": args.period, "bills": result.bills, "total": result.total, "left_out": dict(left_out),
        "printed": printed, "written": not args.dry_run,
    }  # fmt: skip
    tell(args, "\n".join(lines), data)
    return 0


def _reasons() -> dict[str, str]:
    """Why a connection is not billed (`services.billing.REASONS`)."""
    return {
        "class_unknown": tr("Left out, its class has no prices"),
        "no_tariff": tr("Left out, no price on the day it was read"),
        "lower": tr("Left out, the index is lower than before and nobody has confirmed it"),
    }


def _print(desktop: Desktop, args: argparse.Namespace) -> int:
    from app.documents.bill import bills_pdf
    from app.documents.office import bill_papers
    from app.queries.bills import BillFilter

    ids = desktop.bill_queries.ids(BillFilter(desktop.today(), args.period, sort="route"))
    papers = bill_papers(desktop.rules, desktop.bill_queries.sheets(ids))
    step = Progress(tr("Bills printed:"))
    return bills_pdf(args.pdf, papers, desktop.rules.utility.language, lambda done: step(done, len(ids)))
