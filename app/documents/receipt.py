"""The receipt of money: A5 for a printer, 80 mm for a roll; with the marks of a copy and of a reversal."""

from __future__ import annotations

from app.documents.papers import ReceiptPaper
from app.documents.pdf import BOLD, MONO, REGULAR
from app.documents.slip import officer_line
from app.documents.style import MM, ROLL, Column, Paper, document
from app.documents.wording import moment
from app.domain.amount_words import amount_in_words
from app.domain.money import format_money
from app.words import Words


def receipt_a5(receipt: ReceiptPaper, language: str) -> bytes:
    """The receipt on A5."""
    tr = Words(language)
    name = f"{receipt.title} {receipt.number}"
    return document(name, language, lambda paper: _draw_a5(paper, receipt, tr), running=name)


def receipt_80mm(receipt: ReceiptPaper, language: str) -> bytes:
    """The receipt for a roll of 80 mm (72 mm printed), as long as it needs to be."""
    tr = Words(language)
    return document(
        f"{receipt.title} {receipt.number}",
        language,
        lambda paper: _draw_roll(paper, receipt, tr),
        size=(ROLL, None),
        margin=4 * MM,
    )


def _money(receipt: ReceiptPaper, amount: int, tr: Words) -> str:
    return format_money(amount, receipt.currency, tr.language)


def _words(receipt: ReceiptPaper, tr: Words) -> str:
    return amount_in_words(receipt.total, receipt.currency, tr.language, receipt.letterhead.spoken)


def _sums(paper: Paper, receipt: ReceiptPaper, tr: Words, part: float) -> None:
    if receipt.credit:
        paper.sum_row(tr("Kept as prepayment"), _money(receipt, receipt.credit, tr), part=part)
    paper.sum_row(tr("Total received"), _money(receipt, receipt.total, tr), bold=True, size=11.5, part=part)
    if receipt.tendered is not None:
        paper.sum_row(tr("Tendered"), _money(receipt, receipt.tendered, tr), part=part)
    if receipt.change is not None:
        paper.sum_row(tr("Change returned"), _money(receipt, receipt.change, tr), part=part)


def _reversal(paper: Paper, receipt: ReceiptPaper, tr: Words, size: float) -> None:
    taken_back = receipt.reversal
    if taken_back is None:
        return
    words = tr(
        "REVERSED by {name} at {moment}. Reason: {reason}",
        name=taken_back.by,
        moment=moment(taken_back.at, receipt.letterhead.zone),
        reason=taken_back.reason,
    )
    paper.boxed(words, font=BOLD, size=size)


def _draw_a5(paper: Paper, receipt: ReceiptPaper, tr: Words) -> None:
    if receipt.reversal is not None:
        paper.page.stamp(paper.width / 2, 168 * MM, tr("REVERSED"), 50)
    elif receipt.copy:
        paper.page.stamp(paper.width / 2, 168 * MM, tr("COPY"), 50)
    paper.letterhead(receipt.letterhead)
    paper.space(6)
    paper.title(receipt.title)
    paper.bars(receipt.number, paper.left, paper.y, paper.inner, 7 * MM, "centre")
    paper.y += 7 * MM
    paper.paragraph(receipt.number, font=MONO, size=10, align="centre")
    if receipt.copy:
        paper.paragraph(tr("COPY"), font=BOLD, size=10, align="centre")
    paper.space(4)
    _reversal(paper, receipt, tr, 9.5)
    payer = receipt.payer
    paper.pair(tr("Payer"), payer.name, font=BOLD, size=9.5)
    paper.pairs((tr("Customer code"), payer.code, MONO), (tr("Phone"), payer.phone, REGULAR))
    paper.pair(tr("Address"), payer.address)
    paper.pairs(
        (tr("Collected at"), moment(receipt.taken_at, receipt.letterhead.zone), REGULAR),
        (tr("Way of payment"), receipt.method, REGULAR),
    )
    paper.space(4)
    paper.table(
        (
            Column(tr("Period"), 2.4),
            Column(tr("Bill code"), 4),
            Column(tr("Amount"), 3, "right"),
        ),
        [(line.period, line.bill_code, _money(receipt, line.amount, tr)) for line in receipt.lines],
        size=9,
    )
    _sums(paper, receipt, tr, 0.72)
    paper.space(4)
    paper.pair(tr("In words"), _words(receipt, tr), font=BOLD, size=9.5)
    paper.pair(tr("Collection point"), receipt.point)
    paper.pair(tr("Cashier"), officer_line(receipt.cashier))
    paper.space(4)
    paper.signatures((tr("Payer"), payer.name), (tr("Cashier"), receipt.cashier.name))


def _draw_roll(paper: Paper, receipt: ReceiptPaper, tr: Words) -> None:
    paper.letterhead(receipt.letterhead, align="centre")
    paper.rule()
    paper.title(receipt.title, size=13)
    paper.paragraph(receipt.number, font=MONO, size=10, align="centre")
    if receipt.copy:
        paper.boxed(tr("COPY"), font=BOLD, size=11, align="centre")
    _reversal(paper, receipt, tr, 9.5)
    paper.paragraph(moment(receipt.taken_at, receipt.letterhead.zone), align="centre")
    paper.rule()
    payer = receipt.payer
    paper.pair(tr("Payer"), payer.name, font=BOLD, label_width=62)
    paper.pair(tr("Customer code"), payer.code, font=MONO, label_width=62)
    paper.pair(tr("Address"), payer.address, size=8.5, label_width=62)
    paper.rule()
    for line in receipt.lines:
        label = tr("Period {period}", period=line.period)
        paper.sum_row(label, _money(receipt, line.amount, tr), size=9.5)
        paper.paragraph(line.bill_code, font=MONO, size=8)
    paper.rule()
    _sums(paper, receipt, tr, 1)
    paper.space(3)
    paper.paragraph(f"{tr('In words')}: {_words(receipt, tr)}", font=BOLD, size=9)
    paper.rule()
    paper.pair(tr("Way of payment"), receipt.method, size=8.5, label_width=62)
    paper.pair(tr("Collection point"), receipt.point, size=8.5, label_width=62)
    paper.pair(tr("Cashier"), officer_line(receipt.cashier), size=8.5, label_width=62)
    paper.space(6)
    paper.bars(receipt.number, paper.left + 4 * MM, paper.y, paper.inner - 8 * MM, 10 * MM)
    paper.y += 10 * MM
    paper.space(6)
