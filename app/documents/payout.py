"""The pay-out slip (phiếu chi): A5, with the lines and the five signatures of form 02-TT."""

from __future__ import annotations

from app.documents.papers import PayoutPaper
from app.documents.pdf import BOLD, MONO, REGULAR, text_width
from app.documents.slip import officer_line
from app.documents.style import MM, Paper, document
from app.documents.wording import moment
from app.domain.amount_words import amount_in_words
from app.domain.money import format_money
from app.words import Words

FORM = "02-TT"
"""The number of the form; its sister for money received is 01-TT (domain.md 2D)."""

BOOK = 128
"""The lines for the accountants' book on the right take so many points."""


def payout_slip(payout: PayoutPaper, language: str) -> bytes:
    """The slip that the payee signs and that goes with the money of the session."""
    tr = Words(language)
    name = f"{payout.title} {payout.number}"
    return document(name, language, lambda paper: _draw(paper, payout, tr), running=name)


def _draw(paper: Paper, payout: PayoutPaper, tr: Words) -> None:
    zone = payout.letterhead.zone
    if payout.copy:
        paper.page.stamp(paper.width / 2, 168 * MM, tr("COPY"), 50)
    aside = BOOK * paper.scale
    top = paper.y
    paper.letterhead(payout.letterhead, aside=aside + 8)
    below = paper.y
    paper.y = top
    x = paper.right - aside
    paper.paragraph(tr("Form {number}", number=FORM), font=BOLD, size=8.5, x=x, align="right")
    paper.space(2)
    for label in (tr("Book no."), tr("Debit"), tr("Credit account")):
        _blank(paper, label, x, aside)
    paper.y = max(below, paper.y)
    paper.space(5)
    paper.title(payout.title)
    paper.bars(payout.number, paper.left, paper.y, paper.inner, 6 * MM, "centre")
    paper.y += 6 * MM
    paper.paragraph(payout.number, font=MONO, size=10, align="centre")
    if payout.copy:
        paper.paragraph(tr("COPY"), font=BOLD, size=10, align="centre")
    paper.space(4)
    _line(paper, tr("Payee"), payout.payee, BOLD)
    customer = payout.customer
    if customer.name != payout.payee:
        _line(paper, tr("For the customer"), customer.name)
    paper.pairs((tr("Customer code"), customer.code, MONO), (tr("Phone"), customer.phone, REGULAR))
    _line(paper, tr("Address"), customer.address)
    _line(paper, tr("Reason of the payment"), payout.reason)
    paper.space(2)
    money = format_money(payout.amount, payout.currency, tr.language)
    paper.sum_row(tr("Amount paid out"), money, bold=True, size=12)
    words = amount_in_words(payout.amount, payout.currency, tr.language, payout.letterhead.spoken)
    _line(paper, tr("In words"), words, BOLD)
    papers = (payout.request, *payout.receipts)
    attached = tr("{count} papers: {codes}", count=len(papers), codes=", ".join(papers))
    _line(paper, tr("Attached"), attached)
    _line(paper, tr("Checked by"), payout.checked_by)
    _line(paper, tr("Approved by"), payout.approved_by)
    paper.pairs(
        (tr("Paid out at"), moment(payout.paid_at, zone), REGULAR),
        (tr("Cash session"), payout.session, MONO),
    )
    _line(paper, tr("Paying cashier"), officer_line(payout.cashier))
    paper.space(4)
    paper.signatures(
        (tr("Director"), ""),
        (tr("Chief accountant"), ""),
        (tr("Paying cashier"), payout.cashier.name),
        (tr("Prepared by"), payout.prepared_by),
        (tr("Payee"), payout.payee),
    )
    paper.space(5)
    _blank(paper, tr("Received in full (in words)"), paper.left, paper.inner)


def _line(paper: Paper, label: str, value: str, font: str = REGULAR) -> None:
    paper.pair(label, value, font=font, size=9.5 if font == BOLD else 9)


def _blank(paper: Paper, label: str, x: float, width: float) -> None:
    """A label with a line to write on."""
    size = 8.5 * paper.scale
    height = size * 1.7
    paper.need(height)
    base = paper.y + size * 1.2
    words = f"{label}:"
    paper.draw(words, x, base, width, size=size)
    start = x + text_width(words, REGULAR, size) + 4
    paper.page.line(start, base + 1.5, x + width, base + 1.5, 0.4, (1, 2))
    paper.y += height
