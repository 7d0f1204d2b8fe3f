"""A letter to a customer on A4, in the form of Vietnamese offices (Decree 30/2020, Appendix I); in another
language without the name and motto of the state."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date

from app.documents.papers import LetterPaper
from app.documents.pdf import BOLD, REGULAR, Pdf
from app.documents.style import LEADING, MM, Paper
from app.documents.wording import clean, unbroken, wrap
from app.words import Words

A4 = (210 * MM, 297 * MM)
MARGIN = 20 * MM
BINDING = 30 * MM
"""The left margin, where the sheet is filed."""
SIZE = 11.5
"""Of the text; Noto Sans at this size is as large as the 13 pt of the Decree's typeface."""

STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
_KIND_OF_PLACE = re.compile(r"^(tỉnh|thành phố|tp\.?)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wording:
    """The parts of a letter as they are printed, the same in PDF and for Word. `state` is empty where the
    letter is not Vietnamese."""

    company: str
    office: str
    contact: str
    number: str
    subject: str
    state: tuple[str, ...]
    place_and_day: str
    to: str
    address: str
    paragraphs: tuple[str, ...]
    copies: tuple[str, ...]
    title: str
    signed_by: str

    @property
    def heading(self) -> str:
        """What names the file and runs on top of later pages."""
        return " · ".join(part for part in (self.number, self.subject) if part)


def wording(paper: LetterPaper) -> Wording:
    """The words of a letter, in its language."""
    tr, head = Words(paper.language), paper.letterhead
    vietnamese = paper.language == "vi"
    subject = clean(paper.subject)
    return Wording(
        company=clean(head.utility_name),
        office=clean(head.office_name),
        contact=" · ".join(part for part in (clean(head.address), unbroken(head.phone)) if part),
        number=tr("No.: {number}", number=paper.number or "…" * 8),
        subject=tr("Re: {subject}", subject=subject),
        state=(STATE, MOTTO) if vietnamese else (),
        place_and_day=_place_and_day(place_of(head.address), paper.written_on, paper.language),
        to=tr("To: {name}", name=clean(paper.addressee)),
        address=clean(paper.address),
        paragraphs=tuple(clean(line).strip() for line in paper.text.splitlines()),
        copies=(
            tr("Copies to:"),
            tr("- As above;"),
            tr("- On file: {keeper}.", keeper=clean(paper.keeper) or tr("records")),
        ),
        title=clean(paper.signed_title),
        signed_by=clean(paper.signed_by),
    )


def place_of(address: str) -> str:
    """The town or province in which a letter is written: the last part of the office's address."""
    return _KIND_OF_PLACE.sub("", address.rpartition(",")[2].strip())


def _place_and_day(place: str, day: date, language: str) -> str:
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    if language == "vi":
        # As laid down: days below 10 and the months January and February with a nought before them.
        said = f"ngày {day.day:02d} tháng {day.month:02d} năm {day.year}"
        if day.month > 2:
            said = f"ngày {day.day:02d} tháng {day.month} năm {day.year}"
    else:
        said = f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{place}, {said}" if place else said


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def letter_pdf(paper: LetterPaper) -> bytes:
    """The letter as a PDF, on as many pages as it needs; the signature never stands alone on one."""
    words = wording(paper)
    file = io.BytesIO()
    pdf = Pdf(file, words.heading, paper.language)
    page = Paper(pdf, Words(paper.language), A4, margin=MARGIN, breaks=True, running=words.heading)
    page.left = BINDING
    _head(page, words)
    _text(page, words, paper.language)
    page.close()
    pdf.finish()
    return file.getvalue()


def _head(page: Paper, words: Wording) -> None:
    top = page.y
    # The state's name is wider than the company's, as on the Decree's own sample.
    share = 0.44 if words.state else 0.55
    width = page.inner * share - 6
    page.paragraph(words.company, size=10, align="centre", width=width)
    page.paragraph(words.office, font=BOLD, size=10, align="centre", width=width)
    _underline(page, page.left + width / 2, width * 0.36)
    page.paragraph(words.number, size=10.5, align="centre", width=width)
    page.paragraph(words.subject, size=9.5, align="centre", width=width)
    left_end = page.y
    page.y = top
    x = page.left + page.inner * share
    if words.state:
        wide = page.right - x
        page.paragraph(words.state[0], font=BOLD, size=9.3, align="centre", x=x)
        page.paragraph(words.state[1], font=BOLD, size=10.5, align="centre", x=x)
        _underline(page, x + wide / 2, wide * 0.6)
        page.paragraph(words.place_and_day, size=10.5, align="centre", x=x)
    else:
        page.paragraph(words.contact, size=9, align="right", x=x)
        page.space(4)
        page.paragraph(words.place_and_day, size=10.5, align="right", x=x)
    page.y = max(page.y, left_end)
    page.space(16)


def _underline(page: Paper, middle: float, width: float) -> None:
    page.space(2.5)
    page.page.line(middle - width / 2, page.y, middle + width / 2, page.y, 0.6)
    page.space(3)


def _text(page: Paper, words: Wording, language: str) -> None:
    page.paragraph(words.to, font=BOLD, size=SIZE, align="centre")
    page.paragraph(words.address, size=SIZE - 1, align="centre")
    page.space(10)
    # Blanks that are never broken at; Chinese begins a paragraph two characters in.
    indent = "\u3000\u3000" if language == "zh" else "\u00a0" * 9
    paragraphs = list(words.paragraphs)
    while paragraphs and not paragraphs[-1]:
        paragraphs.pop()
    lines = [_lines(page, text, indent) for text in paragraphs]
    for n, each in enumerate(lines):
        if not each:
            page.space(6)
            continue
        if n == len(lines) - 1:
            page.need(len(each) * SIZE * LEADING + _signature_height())
        for line in each:
            page.need(SIZE * LEADING)
            page.draw(line, page.left, page.y + SIZE, page.inner, size=SIZE)
            page.y += SIZE * LEADING
        page.space(3)
    page.space(10)
    _signature(page, words)


def _lines(page: Paper, text: str, indent: str) -> list[str]:
    """A paragraph as lines; the items of a list stand without the indent of a paragraph."""
    if not text:
        return []
    item = text.startswith(("– ", "- ", "• "))
    return wrap(text if item else indent + text, page.inner, REGULAR, SIZE)


def _signature_height() -> float:
    return 10 + SIZE * LEADING * 2 + 26 * MM


def _signature(page: Paper, words: Wording) -> None:
    page.need(_signature_height() - 10)
    top, half = page.y, page.left + page.inner / 2
    page.paragraph(words.copies[0], font=BOLD, size=9.5, width=page.inner / 2 - 6)
    for line in words.copies[1:]:
        page.paragraph(line, size=9, width=page.inner / 2 - 6)
    bottom, page.y = page.y, top
    page.paragraph(words.title, font=BOLD, size=SIZE, align="centre", x=half)
    page.y += 22 * MM
    page.paragraph(words.signed_by, font=BOLD, size=SIZE, align="centre", x=half)
    page.y = max(page.y, bottom)
