"""The list of missing papers, handed over when a request cannot be received yet (A5)."""

from __future__ import annotations

from collections.abc import Sequence

from app.documents.papers import MissingPapers
from app.documents.pdf import BOLD, MONO, REGULAR
from app.documents.slip import officer_line
from app.documents.style import LEADING, MM, Paper, document
from app.documents.wording import moment, unbroken
from app.words import Words


def missing_papers(paper: MissingPapers, language: str) -> bytes:
    """The list as a PDF in `language`, the utility's."""
    tr = Words(language)
    title = f"{paper.title} {paper.code}"
    return document(title, language, lambda page: _draw(page, paper, tr), running=title)


def _draw(page: Paper, paper: MissingPapers, tr: Words) -> None:
    page.letterhead(paper.letterhead)
    page.space(5)
    page.title(paper.title, size=13)
    page.bars(paper.code, page.left, page.y, page.inner, 7 * MM, "centre")
    page.y += 7 * MM
    page.paragraph(paper.code, font=MONO, size=11, align="centre")
    page.space(5)
    customer = paper.customer
    page.pair(tr("Customer"), customer.name, font=BOLD, size=9.5)
    page.pairs((tr("Customer code"), customer.code, MONO), (tr("Phone"), customer.phone, REGULAR))
    page.pair(tr("Address"), customer.address)
    page.pair(tr("Request type"), paper.kind, font=BOLD)
    page.pair(tr("Content"), paper.words)
    page.pair(tr("Noted at"), moment(paper.noted_at, paper.letterhead.zone))
    page.rule()
    _papers(page, tr("Papers still missing"), paper.missing, bold=True)
    _papers(page, tr("Papers brought"), paper.brought, ticked=True)
    _papers(page, tr("May be needed too"), paper.optional)
    page.rule()
    page.paragraph(tr("What to do now"), font=BOLD, size=9.5)
    for number, words in enumerate(_to_do(paper, tr), 1):
        page.paragraph(f"{number}. {words}", size=9)
    page.space(3)
    page.pair(tr("Office hours"), "\n".join(paper.hours))
    page.pair(tr("Receiving officer"), officer_line(paper.officer))
    page.signatures((tr("Customer"), customer.name), (tr("Receiving officer"), paper.officer.name))


def _to_do(paper: MissingPapers, tr: Words) -> list[str]:
    head = paper.letterhead
    place = ", ".join(part for part in (head.office_name, head.address) if part)
    steps = [
        tr("Bring the missing papers, with this sheet, to {place}.", place=place),
        tr(
            "The time limit begins on the day on which all papers are there; a slip of receipt is given then."
        ),
    ]
    phone = head.phone or paper.officer.phone
    if phone:
        steps.append(
            tr("Questions: call {phone} and say the code {code}.", phone=unbroken(phone), code=paper.code)
        )
    return steps


def _papers(
    page: Paper, heading: str, names: Sequence[str], *, ticked: bool = False, bold: bool = False
) -> None:
    """A heading and a box for each paper, with a tick in it where it was brought."""
    if not names:
        return
    page.paragraph(heading, font=BOLD, size=9.5)
    size = 10 * page.scale
    side = 8 * page.scale
    for name in names:
        page.need(size * LEADING)
        top = page.y + 2.4 * page.scale
        page.page.box(page.left + 4, top, side, side, 0.8)
        if ticked:
            x, y = page.left + 4, top
            page.page.line(x + side * 0.2, y + side * 0.5, x + side * 0.42, y + side * 0.78, 1.2)
            page.page.line(x + side * 0.42, y + side * 0.78, x + side * 0.85, y + side * 0.15, 1.2)
        page.paragraph(name, font=BOLD if bold else REGULAR, size=10, x=page.left + side + 12)
    page.space(3)
