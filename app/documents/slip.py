"""The slip a customer takes home when a request is received (A5)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial

from app.documents.papers import Officer, RequestSlip
from app.documents.pdf import BOLD, MONO, REGULAR, Pdf
from app.documents.style import MM, Paper, document, fill
from app.documents.wording import moment, unbroken
from app.words import Words


def request_slip(slip: RequestSlip, language: str) -> bytes:
    """The slip as a PDF in `language`, the utility's."""
    tr = Words(language)
    return document(
        f"{slip.title} {slip.code}",
        language,
        lambda paper: _draw(paper, slip, tr),
        running=f"{slip.title} {slip.code}",
    )


def request_slips(slips: Sequence[RequestSlip], language: str) -> bytes:
    """Several slips in one PDF, each on a page of its own."""
    tr, file = Words(language), io.BytesIO()
    pdf = Pdf(file, slips[0].title, language)
    for slip in slips:
        fill(pdf, tr, partial(_draw, slip=slip, tr=tr), running=f"{slip.title} {slip.code}")
    pdf.finish()
    return file.getvalue()


def _draw(paper: Paper, slip: RequestSlip, tr: Words) -> None:
    zone = slip.letterhead.zone
    paper.letterhead(slip.letterhead)
    paper.space(5)
    paper.title(slip.title)
    paper.bars(slip.code, paper.left, paper.y, paper.inner, 7 * MM, "centre")
    paper.y += 7 * MM
    paper.paragraph(slip.code, font=MONO, size=11, align="centre")
    paper.space(5)

    customer = slip.customer
    paper.pair(tr("Customer"), customer.name, font=BOLD, size=9.5)
    paper.pairs((tr("Customer code"), customer.code, MONO), (tr("Phone"), customer.phone, REGULAR))
    paper.pair(tr("Address"), customer.address)
    paper.rule()
    paper.pairs((tr("Request type"), slip.kind, BOLD), (tr("Received by way of"), slip.channel, REGULAR))
    paper.pair(tr("Content"), slip.words)
    paper.pair(tr("Papers handed in"), "\n".join(f"– {name}" for name in slip.papers))
    paper.rule()
    paper.pair(tr("Received at"), moment(slip.received_at, zone))
    paper.pair(tr("Receiving unit"), slip.unit)
    paper.pair(tr("Handled by"), slip.handler)
    paper.pair(tr("Receiving officer"), officer_line(slip.officer))
    if slip.due_at is not None:
        paper.space(3)
        paper.boxed(
            tr("Answer due by {moment}", moment=moment(slip.due_at, zone)), font=BOLD, size=11, align="centre"
        )
    paper.space(2)
    paper.signatures((tr("Customer"), customer.name), (tr("Receiving officer"), slip.officer.name))
    _tear_off(paper, slip, tr)


def _tear_off(paper: Paper, slip: RequestSlip, tr: Words) -> None:
    """The strip that is torn off and kept: what to say on the phone, and to whom."""
    side = 15 * MM * paper.scale
    aside = 30 * MM * paper.scale
    paper.need(side + 22 * paper.scale)
    paper.rule(0.6, (4, 3))
    top = paper.y
    paper.qr(slip.code, paper.right - (aside + side) / 2, top, side)
    bottom = top + side + 9 * paper.scale
    caption = tr("Scan to look up the request")
    paper.draw(caption, paper.right - aside, bottom, aside, size=7 * paper.scale, align="centre")
    width = paper.inner - aside - 6
    paper.paragraph(slip.code, font=MONO, size=11, width=width)
    if slip.letterhead.phone:
        words = tr(
            "To ask about this request, call {phone} and say the code above.",
            phone=unbroken(slip.letterhead.phone),
        )
    else:
        words = tr("To ask about this request, show the code above at any counter.")
    paper.paragraph(words, size=8.5, width=width)
    if slip.due_at is not None:
        due = moment(slip.due_at, slip.letterhead.zone)
        paper.paragraph(tr("Answer due by {moment}", moment=due), size=8.5, width=width)
    paper.y = max(paper.y, bottom + 3 * paper.scale)


def officer_line(officer: Officer) -> str:
    """Name, title and phone as one line."""
    return " · ".join(part for part in (officer.name, officer.title, unbroken(officer.phone)) if part)
