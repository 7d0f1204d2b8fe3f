"""How every paper looks: black on white, sizes and gaps in one place, nothing cut, nothing outside the page.

Text is plain: what a customer typed is never read as markup. Lengths are points, y counts downwards.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.documents.papers import Letterhead
from app.documents.pdf import BOLD, REGULAR, Page, Pdf, text_width
from app.documents.qr import qr_modules
from app.documents.wording import clean, unbroken, wrap
from app.words import Words

MM = 72 / 25.4
A5 = (148 * MM, 210 * MM)
ROLL = 80 * MM
LEADING = 1.32

Align = Literal["left", "right", "centre"]


class TooLong(Exception):  # not a failure: the next, smaller size is tried
    """The paper does not fit on its page at this size."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its share of the width, and where its text stands."""

    heading: str
    share: float
    align: Align = "left"
    whole: bool = False
    """Made smaller where it does not fit, not broken: codes."""


class Paper:
    """A page being filled from the top. `height` None: as long as needed (a roll).

    With `breaks` it turns the page when full, otherwise it raises TooLong. Sizes are multiplied by `scale`.
    """

    def __init__(
        self,
        pdf: Pdf,
        tr: Words,
        size: tuple[float, float | None] = A5,
        *,
        margin: float = 10 * MM,
        scale: float = 1.0,
        breaks: bool = False,
        running: str = "",
    ) -> None:
        self.tr = tr
        self.width, self.height = size
        self.margin = margin
        self.scale = scale
        self.left, self.right = margin, self.width - margin
        self.y = margin
        self._pdf = pdf
        self._breaks = breaks
        self._running = running
        self._number = 1
        self.page = Page()

    @property
    def inner(self) -> float:
        """The width between the margins."""
        return self.right - self.left

    def need(self, height: float) -> None:
        """Makes sure that `height` more fits on this page."""
        if self.height is None or self.y + height <= self.height - self.margin:
            return
        if not self._breaks:
            raise TooLong
        self._turn()

    def close(self) -> None:
        """The page is full or done: it goes to the file."""
        if self._number > 1:
            self._page_number()
        self._pdf.add(self.page, self.width, self.y + self.margin if self.height is None else self.height)

    def turn(self) -> None:
        """A new page for something new, unless nothing stands on this one."""
        if self.y > self.margin:
            self._turn(begun=True)

    def _turn(self, *, begun: bool = False) -> None:
        assert self.height is not None
        self._page_number()
        self._pdf.add(self.page, self.width, self.height)
        self._number += 1
        self.page = Page()
        self.y = self.margin
        if self._running and not begun:
            self.paragraph(self._running, size=7.5)
            self.space(4)

    def _page_number(self) -> None:
        assert self.height is not None
        words = self.tr("Page {number}", number=self._number)
        self.draw(words, self.left, self.height - self.margin / 2, self.inner, size=7, align="right")

    # -- pieces -------------------------------------------------------------------------------------

    def space(self, height: float) -> None:
        self.y += height * self.scale

    def rule(self, width: float = 0.5, dash: Sequence[float] = ()) -> None:
        """A line across the page with air above and below."""
        self.need(7 * self.scale)
        self.space(3)
        self.page.line(self.left, self.y, self.right, self.y, width, dash)
        self.space(4)

    def draw(
        self,
        text: str,
        x: float,
        base: float,
        width: float,
        *,
        font: str = REGULAR,
        size: float = 9,
        align: Align = "left",
    ) -> None:
        """One line on the base line `base`, made smaller until it fits into `width`."""
        length = text_width(text, font, size)
        if length > width:
            size *= width / length
            length = width
        if align == "right":
            x += width - length
        elif align == "centre":
            x += (width - length) / 2
        self.page.text(x, base, text, font, size)

    def paragraph(
        self,
        text: str,
        *,
        font: str = REGULAR,
        size: float = 9,
        align: Align = "left",
        x: float | None = None,
        width: float | None = None,
    ) -> None:
        """Wrapped text; moves down by its height."""
        x = self.left if x is None else x
        width = self.right - x if width is None else width
        size *= self.scale
        for line in wrap(clean(text), width, font, size):
            self.need(size * LEADING)
            self.draw(line, x, self.y + size, width, font=font, size=size, align=align)
            self.y += size * LEADING

    def pair(
        self,
        label: str,
        value: str,
        *,
        font: str = REGULAR,
        size: float = 9,
        label_width: float = 92,
        x: float | None = None,
        width: float | None = None,
    ) -> None:
        """A label with its value beside it, wrapped under itself. Nothing when there is no value."""
        if not value:
            return
        x = self.left if x is None else x
        width = self.right - x if width is None else width
        beside = label_width * self.scale
        self.need(size * self.scale * LEADING)
        small = min(size, 9) * self.scale
        self.draw(label, x, self.y + small, beside - 4, size=small)
        self.paragraph(value, font=font, size=size, x=x + beside, width=width - beside)

    def pairs(self, first: tuple[str, str, str], second: tuple[str, str, str], size: float = 9) -> None:
        """Two short (label, value, font) on one line if they fit whole, else one below the other."""
        scaled, beside = size * self.scale, 92 * self.scale
        label = text_width(second[0], REGULAR, scaled) + 8
        start = max(self.inner / 2, beside + text_width(clean(first[1]), first[2], scaled) + 10)
        if not first[1] or start + label + text_width(clean(second[1]), second[2], scaled) > self.inner:
            for name, value, font in (first, second):
                self.pair(name, value, font=font, size=size)
            return
        self.need(scaled * LEADING)
        top = self.y
        if second[1]:
            self.pair(
                second[0],
                second[1],
                font=second[2],
                size=size,
                label_width=label / self.scale,
                x=self.left + start,
            )
        self.y = top
        self.pair(first[0], first[1], font=first[2], size=size)

    def sum_row(
        self, label: str, value: str, *, bold: bool = False, size: float = 9, part: float = 1
    ) -> None:
        """A label on the left and an amount on the right, over the right-hand `part` of the page."""
        font = BOLD if bold else REGULAR
        size *= self.scale
        x = self.right - self.inner * part
        room = self.right - x - text_width(value, font, size) - 8
        lines = wrap(label, max(room, 40), font, size)
        self.need(size * LEADING * len(lines))
        for line in lines:
            self.y += size * LEADING
            self.draw(line, x, self.y - size * (LEADING - 1), max(room, 40), font=font, size=size)
        self.draw(
            value,
            x,
            self.y - size * (LEADING - 1),
            self.right - x,
            font=font,
            size=size,
            align="right",
        )

    def table(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[str]],
        *,
        size: float = 8.5,
        notes: Mapping[int, str] | None = None,
        totals: Sequence[str] | None = None,
        grid: bool = False,
        tail: float = 0,
    ) -> None:
        """Rules above and below, headings repeated after a page break; numbers shrink, words wrap. `notes`
        stand below the rows of those numbers (from 0), as wide as the table; `totals` in bold below all.
        `grid`: with lines around each cell, as in a register. `tail`: room for what follows the last row."""
        size *= self.scale
        total = sum(column.share for column in columns)
        edges: list[tuple[float, float, Align]] = []
        x = self.left
        for column in columns:
            width = self.inner * column.share / total
            # Words that follow a number stand a little apart from it.
            gap = 6.0 if edges and edges[-1][2] == "right" and column.align == "left" and not grid else 0.0
            edges.append((x + gap, width - gap, column.align))
            x += width
        self._table_head(columns, edges, size, grid)
        before: Sequence[str] | None = None
        n = -1
        for n, row in enumerate(rows):
            if before is not None:
                self._table_row(columns, edges, before, size, (notes or {}).get(n - 1, ""), grid=grid)
            before = row
        if before is not None:
            self._table_row(columns, edges, before, size, (notes or {}).get(n, ""), grid=grid, tail=tail)
        if totals is not None:
            self.page.line(self.left, self.y, self.right, self.y)
            self._table_row(columns, edges, totals, size, "", font=BOLD, grid=grid)
        if not grid:
            self.page.line(self.left, self.y + 1, self.right, self.y + 1)
        self.space(6)

    def _table_head(
        self, columns: Sequence[Column], edges: list[tuple[float, float, Align]], size: float, grid: bool
    ) -> None:
        headings = [
            wrap(column.heading, width - 4, BOLD, size * 0.94)
            for column, (_, width, _) in zip(columns, edges, strict=True)
        ]
        height = max(map(len, headings)) * size * 1.2 + 4
        self.need(height + size * LEADING)
        self.page.line(self.left, self.y, self.right, self.y)
        for lines, (x, width, align) in zip(headings, edges, strict=True):
            for n, line in enumerate(lines, 1):
                base = self.y + n * size * 1.2
                self.draw(line, x + 2, base, width - 4, font=BOLD, size=size * 0.94, align=align)
        if grid:
            self._grid(edges, height)
        self.y += height
        self.page.line(self.left, self.y, self.right, self.y)
        self.y += 1

    def _table_row(
        self,
        columns: Sequence[Column],
        edges: list[tuple[float, float, Align]],
        row: Sequence[str],
        size: float,
        note: str,
        *,
        font: str = REGULAR,
        grid: bool = False,
        tail: float = 0,
    ) -> None:
        cells = [
            wrap(clean(cell), width - 4, font, size) if align == "left" and not column.whole else [cell]
            for cell, column, (_, width, align) in zip(row, columns, edges, strict=True)
        ]
        height = max(map(len, cells)) * size * LEADING + (3 if grid else 0)
        page = self.page
        below = wrap(clean(note), self.inner - 12, REGULAR, size) if note else []
        self.need(height + len(below) * size * LEADING + tail)
        if self.page is not page:
            self._table_head(columns, edges, size, grid)
        for lines, (x, width, align) in zip(cells, edges, strict=True):
            for n, line in enumerate(lines):
                base = self.y + size + n * size * LEADING
                self.draw(line, x + 2, base, width - 4, font=font, size=size, align=align)
        if grid:
            self._grid(edges, height)
        self.y += height
        for line in below:
            self.draw(line, self.left + 10, self.y + size, self.inner - 12, size=size)
            self.y += size * LEADING

    def _grid(self, edges: list[tuple[float, float, Align]], height: float) -> None:
        """The lines around the cells of a row that begins here."""
        for x, _, _ in edges:
            self.page.line(x, self.y, x, self.y + height, 0.4)
        self.page.line(self.right, self.y, self.right, self.y + height, 0.4)
        self.page.line(self.left, self.y + height, self.right, self.y + height, 0.4)

    def boxed(self, text: str, *, font: str = REGULAR, size: float = 9, align: Align = "left") -> None:
        """Text in a frame, for what has to be seen first; between two lines when it is long."""
        pad = 4 * self.scale
        lines = wrap(clean(text), self.inner - 2 * pad, font, size * self.scale)
        height = len(lines) * size * self.scale * LEADING + 2 * pad
        if len(lines) > 6:
            self.rule(0.8)
            self.paragraph(text, font=font, size=size)
            self.rule(0.8)
            return
        self.need(height)
        self.page.box(self.left, self.y, self.inner, height, 0.8)
        self.y += pad * 0.8
        self.paragraph(text, font=font, size=size, align=align, x=self.left + pad, width=self.inner - 2 * pad)
        self.y += pad * 1.2 + 4

    def signatures(self, *blocks: tuple[str, str]) -> None:
        """(who signs, name printed below) side by side, with room for the hand."""
        size = 8.5 * self.scale
        hand = 40 * self.scale
        share = self.inner / len(blocks)
        self.need(size * 5 + hand)
        top, deepest = self.y + 2, self.y
        for n, (who, name) in enumerate(blocks):
            x = self.left + n * share + 3
            self.y = top
            self.paragraph(who, font=BOLD, size=8.5, align="centre", x=x, width=share - 6)
            words = self.tr("(signature, full name)")
            self.paragraph(words, size=7, align="centre", x=x, width=share - 6)
            self.y = top + size * 2.6 + hand
            if name:
                self.paragraph(name, size=8.5, align="centre", x=x, width=share - 6)
            deepest = max(deepest, self.y)
        self.y = deepest

    def qr(self, text: str, x: float, top: float, side: float) -> None:
        """A QR symbol in a square of `side`; the quiet margin around it is the caller's white space."""
        self.page.squares(x, top, side, qr_modules(text))

    def bars(
        self, text: str, x: float, top: float, width: float, height: float, align: Align = "left"
    ) -> None:
        """Code 128, modules of a third of a millimetre at the most; nothing for a code that is not ASCII."""
        if text.isascii() and text.isprintable() and text:
            centred = align == "centre"
            self.page.code128(x, top, text, width, height, thickest=0.33 * MM, centred=centred)

    def letterhead(self, letterhead: Letterhead, *, aside: float = 0, align: Align = "left") -> None:
        """Who hands this over; `aside` is the width kept free on the right."""
        tr, width = self.tr, self.inner - aside
        self.paragraph(letterhead.utility_name, font=BOLD, size=9.5, align=align, width=width)
        self.paragraph(letterhead.office_name, font=BOLD, size=8.5, align=align, width=width)
        self.paragraph(letterhead.address, size=7.8, align=align, width=width)
        facts = []
        if letterhead.phone:
            facts.append(tr("Phone: {phone}", phone=unbroken(letterhead.phone)))
        if letterhead.tax_code:
            facts.append(tr("Tax code: {code}", code=unbroken(letterhead.tax_code)))
        if facts:
            self.paragraph(" · ".join(facts), size=7.8, align=align, width=width)

    def title(self, title: str, below: str = "", *, size: float = 14) -> None:
        """The document's own name, in the middle."""
        self.paragraph(title, font=BOLD, size=size, align="centre")
        if below:
            self.paragraph(below, size=9, align="centre")
        self.space(3)


def fill(
    pdf: Pdf,
    tr: Words,
    draw: Callable[[Paper], None],
    *,
    size: tuple[float, float | None] = A5,
    margin: float = 10 * MM,
    running: str = "",
) -> None:
    """Draws one paper: on one page as large as it fits, else on several with `running` on top."""
    scales = (1.0,) if size[1] is None else (1.15, 1.08, 1.0, 0.94, 0.88, 0.82)
    for scale in scales:
        paper = Paper(pdf, tr, size, margin=margin, scale=scale)
        try:
            draw(paper)
        except TooLong:
            continue
        paper.close()
        return
    paper = Paper(pdf, tr, size, margin=margin, scale=0.94, breaks=True, running=running)
    draw(paper)
    paper.close()


def document(
    title: str,
    language: str,
    draw: Callable[[Paper], None],
    *,
    size: tuple[float, float | None] = A5,
    margin: float = 10 * MM,
    running: str = "",
) -> bytes:
    """One paper as a PDF."""
    file = io.BytesIO()
    pdf = Pdf(file, title, language)
    fill(pdf, Words(language), draw, size=size, margin=margin, running=running)
    pdf.finish()
    return file.getvalue()
