"""Pages drawn with reportlab. Lengths are points (1/72 inch), y counts downwards from the top of the page."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import BinaryIO

from reportlab import rl_config
from reportlab.graphics.barcode.code128 import Code128
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from app.settings import resources

REGULAR = "NotoSans-Regular"
BOLD = "NotoSans-Bold"
MONO = "NotoSansMono-Regular"
HAN = "han/DroidSansFallback"
"""For the characters that the others lack: Chinese, which has one weight (`resources/fonts/han`)."""

_HAN = re.compile("[\u3000-\u302f\u4e00-\u9fff\uff00-\uffef]+")

# Page contents as bytes: spelt in letters they would be a quarter longer.
rl_config.useA85 = 0

# reportlab promises nothing for a font that two documents embed at once.
_FONTS = threading.Lock()


@cache
def _registered(name: str) -> str:
    with _FONTS:
        registerFont(TTFont(name, resources() / "fonts" / f"{name}.ttf", asciiReadable=False))
    return name


def text_width(text: str, font: str, size: float) -> float:
    """The width of `text` in points."""
    if not _HAN.search(text):
        return stringWidth(text, _registered(font), size)
    return sum(stringWidth(part, _registered(of), size) for part, of in _runs(text, font))


def _runs(text: str, font: str) -> Iterator[tuple[str, str]]:
    """The parts of a text, each with the font that has its letters."""
    at = 0
    for found in _HAN.finditer(text):
        if found.start() > at:
            yield text[at : found.start()], font
        yield found.group(), HAN
        at = found.end()
    if at < len(text):
        yield text[at:], font


class _Bars(Code128):
    """Code 128 as one shape: bars drawn singly are widened to whole dots where pages are rastered."""

    def draw(self) -> None:
        self._shape = self.canv.beginPath()
        super().draw()
        self.canv.drawPath(self._shape, stroke=0, fill=1)

    def rect(self, x: float, y: float, w: float, h: float) -> None:
        self._shape.rect(x, y, w, h)


class Page:
    """What is to be drawn on one page. Nothing reaches the file before `Pdf.add`."""

    def __init__(self) -> None:
        self._strokes: list[Callable[[Canvas], object]] = []

    def text(self, x: float, y: float, text: str, font: str = REGULAR, size: float = 9) -> None:
        """Draws `text` with its base line at `y`."""

        def draw(canvas: Canvas) -> None:
            at = x
            for part, of in _runs(text, font):
                canvas.setFont(_registered(of), size)
                if of == HAN and font == BOLD:
                    canvas.setLineWidth(size / 45)
                    canvas.setDash([])
                    canvas.drawString(at, -y, part, mode=2)
                else:
                    canvas.drawString(at, -y, part)
                at += stringWidth(part, of, size)

        self._strokes.append(draw)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, width: float = 0.5, dash: Sequence[float] = ()
    ) -> None:
        """Draws a line; `dash` (2, 2) is two points on, two off."""

        def draw(canvas: Canvas) -> None:
            canvas.setLineWidth(width)
            canvas.setDash(list(dash))
            canvas.line(x1, -y1, x2, -y2)

        self._strokes.append(draw)

    def box(self, x: float, y: float, width: float, height: float, line: float = 0.5) -> None:
        """Draws the outline of a rectangle whose upper left corner is (x, y)."""

        def draw(canvas: Canvas) -> None:
            canvas.setLineWidth(line)
            canvas.setDash([])
            canvas.rect(x, -y - height, width, height)

        self._strokes.append(draw)

    def shade(self, x: float, y: float, width: float, height: float, grey: float) -> None:
        """Fills a rectangle whose upper left corner is (x, y), within a thin line; `grey` 1 is white."""

        def draw(canvas: Canvas) -> None:
            canvas.setLineWidth(0.5)
            canvas.setDash([])
            canvas.setFillGray(grey)
            canvas.rect(x, -y - height, width, height, fill=1)
            canvas.setFillGray(0)

        self._strokes.append(draw)

    def dot(self, x: float, y: float, radius: float, grey: float) -> None:
        """Fills a circle around (x, y), within a thin line."""

        def draw(canvas: Canvas) -> None:
            canvas.setLineWidth(0.5)
            canvas.setDash([])
            canvas.setFillGray(grey)
            canvas.circle(x, -y, radius, fill=1)
            canvas.setFillGray(0)

        self._strokes.append(draw)

    def code128(
        self,
        x: float,
        y: float,
        text: str,
        width: float,
        height: float,
        *,
        thickest: float,
        centred: bool = False,
    ) -> None:
        """Draws an ASCII text as Code 128, down from (x, y): as wide as `width`, its thinnest bar at the most
        `thickest`; without the quiet margin."""
        code = _Bars(text, barWidth=1, barHeight=height, quiet=0)
        modules = code.width
        module = min(width / modules, thickest)
        if centred:
            x += (width - modules * module) / 2

        def draw(canvas: Canvas) -> None:
            canvas.saveState()
            canvas.translate(x, -y - height)
            canvas.scale(module, 1)
            code.drawOn(canvas, 0, 0)
            canvas.restoreState()

        self._strokes.append(draw)

    def squares(self, x: float, y: float, side: float, rows: Sequence[Sequence[bool]]) -> None:
        """Fills the True ones of as many rows as columns of squares, `side` in all, down from (x, y)."""

        def draw(canvas: Canvas) -> None:
            canvas.saveState()
            canvas.translate(x, -y)
            canvas.scale(side / len(rows), side / len(rows))
            # One shape, so that no hairline shows between neighbours.
            shape = canvas.beginPath()
            for n, row in enumerate(rows, 1):
                at = 0
                for dark, run in groupby(row):
                    length = len(list(run))
                    if dark:
                        shape.rect(at, -n, length, 1)
                    at += length
            canvas.drawPath(shape, stroke=0, fill=1)
            canvas.restoreState()

        self._strokes.append(draw)

    def stamp(self, x: float, y: float, text: str, size: float) -> None:
        """Draws the outlines of large slanting letters, centred on (x, y): light enough to read through."""

        def draw(canvas: Canvas) -> None:
            canvas.saveState()
            canvas.translate(x, -y)
            canvas.rotate(20)
            canvas.setLineWidth(0.5)
            canvas.setFont(_registered(BOLD), size)
            canvas.drawCentredString(0, -size / 3, text, mode=1)
            canvas.restoreState()

        self._strokes.append(draw)

    def draw(self, canvas: Canvas, width: float, height: float) -> None:
        """Draws it all as the next page of `canvas`, of this size."""
        canvas.setPageSize((width, height))
        canvas.translate(0, height)
        canvas.setLineCap(1)
        for stroke in self._strokes:
            stroke(canvas)
        canvas.showPage()


class Pdf:
    """A PDF made page by page; `finish` writes it to `file`: the name of a file, or one open for writing."""

    def __init__(self, file: str | BinaryIO, title: str, language: str) -> None:
        self._title, self._language = title, language
        self.pages = 0
        self._begin(file)

    def _begin(self, file: str | BinaryIO) -> None:
        font = _registered(REGULAR)
        canvas = Canvas(file, pageCompression=1, initialFontName=font, lang=self._language)  # type: ignore[arg-type]
        canvas.setTitle(self._title)
        canvas.setAuthor("")
        canvas.setCreator("")
        canvas.setSubject("")
        canvas.setViewerPreference("DisplayDocTitle", "true")
        canvas.setViewerPreference("PrintScaling", "None")
        self._canvas = canvas

    def add(self, page: Page, width: float, height: float) -> None:
        """Draws a finished page of this size."""
        page.draw(self._canvas, width, height)
        self.pages += 1

    def finish(self) -> None:
        """Writes the pages and the letters drawn. A `file` that was open stays open."""
        if not self.pages:
            raise ValueError("a PDF needs a page")
        with _FONTS:
            self._canvas.save()
