"""Bills, one on each A5 page, as many as a whole period has: in flat memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from app.documents.files import replacing
from app.documents.long_pdf import LongPdf
from app.documents.papers import BillPaper
from app.documents.pdf import BOLD, MONO, REGULAR
from app.documents.style import MM, Column, Paper, fill
from app.documents.wording import day, percent
from app.domain import vietqr
from app.domain.amount_words import amount_in_words
from app.domain.errors import AppError
from app.domain.money import VND, format_money, format_number
from app.domain.quantities import format_quantity
from app.words import Words


def bills_pdf(
    path: Path,
    bills: Iterable[BillPaper],
    language: str,
    progress: Callable[[int], object] | None = None,
) -> int:
    """Writes the bills to `path` and returns how many; `progress` hears after each how many are done.

    An exception out of `progress` (a person asked to stop) leaves no file. Raises AppError("bills.none") when
    there is none, and what `replacing` raises.
    """
    tr = Words(language)
    done = 0
    with replacing(path) as draft, TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        pdf = LongPdf(Path(folder), tr("Bills"), language)
        for bill in bills:
            fill(pdf, tr, partial(_draw, bill=bill, tr=tr), margin=9 * MM)
            done += 1
            if progress is not None:
                progress(done)
        if not done:
            raise AppError("bills.none")
        pdf.finish()
        os.replace(pdf.whole, draft)
    return done


def _draw(paper: Paper, bill: BillPaper, tr: Words) -> None:
    _head(paper, bill, tr)
    customer = bill.customer
    paper.pair(tr("Customer"), customer.name, font=BOLD, size=9.5)
    paper.pairs((tr("Customer code"), customer.code, MONO), (tr("Phone"), customer.phone, REGULAR))
    paper.pair(tr("Tax code"), bill.customer_tax_code)
    paper.pair(tr("Address"), customer.address)
    if bill.connection_address != customer.address:
        paper.pair(tr("Place of use"), bill.connection_address)
    if bill.quotas > 1:
        paper.pair(tr("Quotas"), format_number(bill.quotas, tr.language))
    paper.space(3)
    if bill.meters:
        _meters(paper, bill, tr)
    if bill.lines:
        _blocks(paper, bill, tr)
    _sums(paper, bill, tr)
    paper.space(3)
    if bill.total > 0:
        words = amount_in_words(bill.total, bill.currency, tr.language, bill.letterhead.spoken)
        paper.pair(tr("In words"), words, font=BOLD, label_width=52)
    else:
        paper.boxed(tr("Nothing to pay"), font=BOLD, size=11, align="centre")
    paper.pair(tr("Note"), bill.note, size=8.5, label_width=52)
    paper.rule()
    _payment(paper, bill, tr)


def _head(paper: Paper, bill: BillPaper, tr: Words) -> None:
    aside = 36 * MM
    x = paper.right - aside
    top = paper.y
    for words in (
        tr("Symbol: {symbol}", symbol=bill.symbol) if bill.symbol else "",
        tr("No.: {number}", number=bill.number) if bill.number else "",
    ):
        if words:
            paper.paragraph(words, size=9, x=x, width=aside, align="right")
    below = paper.y
    paper.y = top
    paper.letterhead(bill.letterhead, aside=aside + 8)
    paper.y = max(paper.y, below)
    paper.space(4)
    period = tr("Period {period}", period=bill.period)
    if bill.first_day is not None and bill.last_day is not None:
        days = tr("from {first} to {last}", first=day(bill.first_day), last=day(bill.last_day))
        period = f"{period} ({days})"
    paper.title(bill.title, period, size=13)


def _meters(paper: Paper, bill: BillPaper, tr: Words) -> None:
    language = tr.language
    paper.table(
        (
            Column(tr("Electricity meter") if bill.unit == "kWh" else tr("Water meter"), 3.4),
            Column(tr("Previous index"), 2.2, "right"),
            Column(tr("Present index"), 2.2, "right"),
            Column(tr("Usage ({unit})", unit=bill.unit), 2.2, "right"),
        ),
        [
            (
                serial,
                format_quantity(previous, language),
                format_quantity(present, language),
                format_quantity(bill.usage, language) if n == len(bill.meters) else "",
            )
            for n, (serial, previous, present) in enumerate(bill.meters, 1)
        ],
    )


def _blocks(paper: Paper, bill: BillPaper, tr: Words) -> None:
    language = tr.language
    paper.table(
        (
            Column(tr("Tariff step"), 3.4),
            Column(tr("Quantity ({unit})", unit=bill.unit), 2.2, "right"),
            Column(tr("Price"), 2.2, "right"),
            Column(tr("Line amount"), 2.8, "right"),
        ),
        [
            (
                line.label,
                format_quantity(line.quantity, language),
                format_money(line.price, bill.currency, language, symbol=False),
                format_money(line.amount, bill.currency, language, symbol=False),
            )
            for line in bill.lines
        ],
    )


def _sums(paper: Paper, bill: BillPaper, tr: Words) -> None:
    language = tr.language

    def row(label: str, amount: int, *, bold: bool = False, size: float = 9) -> None:
        text = format_money(amount, bill.currency, language)
        paper.sum_row(label, text, bold=bold, size=size, part=0.7)

    row(tr("Amount before tax"), bill.net)
    row(tr("VAT {rate}", rate=percent(bill.vat_rate, language)), bill.vat)
    if bill.fee or bill.fee_rate:
        row(tr("Environmental protection fee {rate}", rate=percent(bill.fee_rate, language)), bill.fee)
    row(tr("Total to pay"), bill.total, bold=True, size=11.5)


def _payment(paper: Paper, bill: BillPaper, tr: Words) -> None:
    """When, where and how to pay; the transfer code and the code for the counter's scanner."""
    asked = bill.total > 0
    bank = bill.bank if asked else None
    coded = bank is not None and bill.currency == VND
    side = 33 * MM * paper.scale
    aside = side + 8 if coded else 0
    # The transfer code and the lines beside it stay together.
    paper.need(side + 12 * paper.scale if coded else 40)
    top, width = paper.y, paper.inner - aside
    if bank is not None and coded:
        code = vietqr.payload(bank.bin, bank.account, bill.total, bill.bill_code, bill.bill_code)
        x = paper.right - side
        paper.qr(code, x, top, side)
        caption = tr("Scan to transfer (VietQR)")
        base = top + side + 9 * paper.scale
        paper.draw(caption, x, base, side, size=7.5 * paper.scale, align="centre")
    if asked and bill.pay_by is not None:
        paper.paragraph(tr("Pay by {day}", day=day(bill.pay_by)), font=BOLD, size=10.5, width=width)
    if bill.arrears > 0:
        owed = format_money(bill.arrears, bill.currency, tr.language)
        words = tr("Unpaid from earlier periods, not in the total above: {amount}", amount=owed)
        paper.paragraph(words, font=BOLD, size=8.5, width=width)
    if bill.where_to_pay and (asked or bill.arrears > 0):
        paper.paragraph(tr("Where to pay:"), size=8, width=width)
        for place in bill.where_to_pay:
            paper.paragraph(f"– {place}", size=8, width=width)
    if bank is not None:
        words = tr(
            "Transfer: account {account}, {bank}, {holder}; note: {code}",
            account=bank.account,
            bank=bank.bank_name,
            holder=bank.holder,
            code=bill.bill_code,
        )
        paper.paragraph(words, size=8, width=width)
    paper.space(3)
    paper.need(10 * MM + 12 * paper.scale)
    paper.bars(bill.bill_code, paper.left, paper.y, min(width, 62 * MM), 8 * MM)
    paper.y += 8 * MM
    paper.paragraph(bill.bill_code, font=MONO, size=8.5, width=width)
    if coded:
        paper.y = max(paper.y, top + side + 12 * paper.scale)
