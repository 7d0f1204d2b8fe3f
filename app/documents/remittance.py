"""What a cashier hands over at the end of a session: the remittance slip and the list of receipts (A5)."""

from __future__ import annotations

from collections.abc import Sequence

from app.documents.papers import PayoutLine, SessionPaper, SessionRow
from app.documents.pdf import BOLD, MONO, REGULAR
from app.documents.slip import officer_line
from app.documents.style import Column, Paper, document
from app.documents.wording import moment
from app.domain.amount_words import amount_in_words
from app.domain.money import format_money, format_number
from app.words import Words


def remittance_slip(session: SessionPaper, language: str) -> bytes:
    """The slip that goes with the money: what was taken, what was counted, what is missing or over."""
    tr = Words(language)
    name = f"{session.title} {session.number}"
    return document(name, language, lambda paper: _draw_slip(paper, session, tr), running=name)


def session_report(
    session: SessionPaper, rows: Sequence[SessionRow], language: str, payouts: Sequence[PayoutLine] = ()
) -> bytes:
    """Every receipt and payout of the session with its sums, over as many pages as it needs."""
    tr = Words(language)
    name = tr("Receipts of session {session}", session=session.session)
    return document(
        name, language, lambda paper: _draw_report(paper, session, rows, payouts, tr, name), running=name
    )


def _money(session: SessionPaper, amount: int, tr: Words) -> str:
    return format_money(amount, session.currency, tr.language)


def _facts(paper: Paper, session: SessionPaper, tr: Words) -> None:
    zone = session.letterhead.zone
    paper.pairs((tr("Cash session"), session.session, MONO), (tr("Collection point"), session.point, REGULAR))
    paper.pair(tr("Cashier"), officer_line(session.cashier))
    paper.pairs(
        (tr("Opened at"), moment(session.opened_at, zone), REGULAR),
        (tr("Closed at"), moment(session.closed_at, zone), REGULAR),
    )


def _sums(paper: Paper, session: SessionPaper, tr: Words) -> None:
    language = tr.language
    paper.sum_row(tr("Money in the drawer at the start"), _money(session, session.opening_float, tr))
    count = format_number(session.receipts_count, language)
    words = tr("Collected ({count} receipts)", count=count)
    paper.sum_row(words, _money(session, session.receipts_total, tr))
    count = format_number(session.reversals_count, language)
    paper.sum_row(tr("Reversed: {count}", count=count), _money(session, -session.reversals_total, tr))
    if session.paid_out:
        paper.sum_row(tr("Paid back to customers"), _money(session, -session.paid_out, tr))
    paper.sum_row(tr("Cash expected"), _money(session, session.expected, tr), bold=True, size=10)


def _draw_slip(paper: Paper, session: SessionPaper, tr: Words) -> None:
    language, currency = tr.language, session.currency
    paper.letterhead(session.letterhead)
    paper.space(4)
    paper.title(session.title)
    paper.paragraph(session.number, font=MONO, size=11, align="centre")
    paper.space(4)
    _facts(paper, session, tr)
    paper.rule()
    _sums(paper, session, tr)
    paper.space(4)
    paper.table(
        (
            Column(tr("Denomination"), 1.6, "right"),
            Column(tr("Pieces"), 2, "right"),
            Column(tr("Amount"), 3.4, "right"),
        ),
        [
            (
                format_money(value, currency, language),
                format_number(pieces, language),
                _money(session, value * pieces, tr),
            )
            for value, pieces in session.denominations
            if pieces
        ],
    )
    paper.sum_row(tr("Cash counted"), _money(session, session.counted, tr), bold=True, size=10)
    _difference(paper, session, tr)
    if (kept := session.counted - session.remitted) > 0:
        paper.sum_row(tr("Kept in the drawer"), _money(session, -kept, tr))
    paper.sum_row(tr("Amount remitted"), _money(session, session.remitted, tr), bold=True, size=11.5)
    words = amount_in_words(session.remitted, currency, language, session.letterhead.spoken)
    paper.pair(tr("In words"), words, font=BOLD, label_width=52)
    paper.space(4)
    paper.signatures(
        (tr("Handed over by"), session.cashier.name), (tr("Received by"), ""), (tr("Accountant"), "")
    )


def _difference(paper: Paper, session: SessionPaper, tr: Words) -> None:
    difference = session.difference
    label = tr("Difference")
    if difference > 0:
        label = tr("Difference (over)")
    elif difference < 0:
        label = tr("Difference (short)")
    paper.sum_row(label, _money(session, difference, tr), bold=difference != 0)
    if difference:
        words = amount_in_words(abs(difference), session.currency, tr.language, session.letterhead.spoken)
        paper.pair(tr("In words"), words, label_width=52)
    paper.pair(tr("Reason"), session.reason, label_width=52)


def _draw_payouts(paper: Paper, session: SessionPaper, payouts: Sequence[PayoutLine], tr: Words) -> None:
    paper.table(
        (
            Column(tr("Pay-out slip"), 3.5),
            Column(tr("Hour"), 1.2),
            Column(tr("Customer code"), 2.4),
            Column(tr("Payee"), 2.4),
            Column(tr("Request"), 3.5),
            Column(tr("Amount"), 1.7, "right"),
        ),
        [
            (
                line.number,
                f"{line.paid_at.astimezone(session.letterhead.zone):%H:%M}",
                line.customer_code,
                line.payee,
                line.request,
                format_money(-line.amount, session.currency, tr.language, symbol=False),
            )
            for line in payouts
        ],
        size=7.5,
    )


def _draw_report(
    paper: Paper,
    session: SessionPaper,
    rows: Sequence[SessionRow],
    payouts: Sequence[PayoutLine],
    tr: Words,
    name: str,
) -> None:
    zone, currency, language = session.letterhead.zone, session.currency, tr.language
    paper.letterhead(session.letterhead)
    paper.space(4)
    paper.title(name, size=13)
    _facts(paper, session, tr)
    paper.space(4)
    paper.table(
        (
            Column(tr("Receipt"), 4.1),
            Column(tr("Hour"), 1.2),
            Column(tr("Customer code"), 2.3),
            Column(tr("Payer"), 3.5),
            Column(tr("Way of payment"), 1.6),
            Column(tr("Amount"), 2, "right"),
        ),
        [
            (
                row.number,
                f"{row.taken_at.astimezone(zone):%H:%M}",
                row.customer_code,
                row.payer,
                row.method,
                format_money(row.amount, currency, language, symbol=False),
            )
            for row in rows
        ],
        size=7.5,
        notes={
            n: tr(
                "reversed by {name}, reason: {reason}, at {moment}",
                name=row.reversal.by,
                reason=row.reversal.reason,
                moment=moment(row.reversal.at, zone),
            )
            for n, row in enumerate(rows)
            if row.reversal is not None
        },
    )
    if payouts:
        _draw_payouts(paper, session, payouts, tr)
    # The sums and the signatures below them are never parted.
    paper.need(200 * paper.scale)
    _sums(paper, session, tr)
    paper.sum_row(tr("Cash counted"), _money(session, session.counted, tr), bold=True, size=10)
    # A shortage of all that was taken leaves nothing to hand in, and no slip: it is told here.
    _difference(paper, session, tr)
    paper.space(4)
    paper.signatures((tr("Cashier"), session.cashier.name), (tr("Checked by"), ""))
