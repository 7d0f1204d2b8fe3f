"""Writes PDF pages straight to a file: a page is gone from memory once it is drawn.

reportlab's own canvas keeps every page until it saves (30,000 bills: hundreds of megabytes) and takes
several times as long for a page. Its reader of TrueType fonts is used here to measure text and to embed only
the letters drawn. Lengths are points (1/72 inch), y counts downwards from the top of the page.
"""

from __future__ import annotations

import zlib
from array import array
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

from reportlab.pdfbase.ttfonts import TTFontFile

from app.settings import resources

REGULAR = "NotoSans-Regular"
BOLD = "NotoSans-Bold"
MONO = "NotoSansMono-Regular"

_PAGES_A_NODE = 200


class _Widths(dict[str, float]):
    """Advance widths of characters for a font of size 1, looked up once."""

    def __init__(self, font: TTFontFile) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, char: str) -> float:
        width: float = self._font.charWidths.get(ord(char), self._font.defaultWidth) / 1000
        self[char] = width
        return width


@dataclass(frozen=True)
class _Face:
    font: TTFontFile
    widths: _Widths


@cache
def _face(name: str) -> _Face:
    font = TTFontFile(str(resources() / "fonts" / f"{name}.ttf"))
    return _Face(font, _Widths(font))


def text_width(text: str, font: str, size: float) -> float:
    """The width of `text` in points."""
    return sum(map(_face(font).widths.__getitem__, text)) * size


class _Codes(dict[str, str]):
    """Gives every character drawn a glyph number of the embedded font, as four hexadecimal digits.

    The numbers follow the order in which `TTFontFile.makeSubset` lays the glyphs down.
    """

    def __init__(self, face: _Face) -> None:
        super().__init__()
        self._glyphs = face.font.charToGlyph
        self._numbers = {0: 0}
        self.drawn: list[str] = []

    def __missing__(self, char: str) -> str:
        glyph = self._glyphs.get(ord(char), 0)
        number = self._numbers.get(glyph)
        if number is None:
            number = self._numbers[glyph] = len(self._numbers)
            self.drawn.append(char)
        code = self[char] = f"{number:04x}"
        return code


class Page:
    """What is drawn on one page. Nothing reaches the file before `Pdf.add`."""

    def __init__(self, pdf: Pdf) -> None:
        self._codes = pdf.codes
        self._ops: list[str] = []

    def text(self, x: float, y: float, text: str, font: str = REGULAR, size: float = 9) -> None:
        """Draws `text` with its base line at `y`."""
        codes = self._codes[font]
        code = "".join(map(codes.__getitem__, text))
        self._ops.append(f"BT /{font} {size:.3g} Tf {x:.2f} {-y:.2f} Td <{code}> Tj ET")

    def line(self, x1: float, y1: float, x2: float, y2: float, width: float = 0.5, dash: str = "") -> None:
        """Draws a line; `dash` is PDF's own: "2 2" is two points on, two off."""
        self._ops.append(f"{width:.3g} w [{dash}] 0 d {x1:.2f} {-y1:.2f} m {x2:.2f} {-y2:.2f} l S")

    def box(self, x: float, y: float, width: float, height: float, line: float = 0.5) -> None:
        """Draws the outline of a rectangle whose upper left corner is (x, y)."""
        self._ops.append(f"{line:.3g} w [] 0 d {x:.2f} {-y - height:.2f} {width:.2f} {height:.2f} re S")

    def bars(self, x: float, y: float, module: float, height: float, bars: list[tuple[int, int]]) -> None:
        """Fills upright bars, (start, width) in modules, down from (x, y), as one shape."""
        tall = f"{height / module:.2f} re"
        shapes = " ".join(f"{start} 0 {width} {tall}" for start, width in bars)
        self._ops.append(f"q {module:.4g} 0 0 {module:.4g} {x:.2f} {-y - height:.2f} cm {shapes} f Q")

    def mask(self, x: float, y: float, side: float, modules: int, bits: str) -> None:
        """Paints a square of `modules` × `modules` with its upper left corner at (x, y), a bit a module."""
        self._ops.append(
            f"q {side:.2f} 0 0 {side:.2f} {x:.2f} {-y - side:.2f} cm "
            f"BI /W {modules} /H {modules} /IM true /D [1 0] /F /AHx ID {bits}> EI Q"
        )

    def stamp(
        self, x: float, y: float, text: str, size: float, cos_sin: tuple[float, float] = (0.94, 0.34)
    ) -> None:
        """Draws the outlines of large slanting letters, centred on (x, y): light enough to read through."""
        cos, sin = cos_sin
        half = text_width(text, BOLD, size) / 2
        codes = self._codes[BOLD]
        code = "".join(map(codes.__getitem__, text))
        left, base = x - half * cos + size * sin / 3, -y - half * sin - size * cos / 3
        self._ops.append(
            f"q 0.5 w BT 1 Tr /{BOLD} {size:.3g} Tf {cos} {sin} {-sin} {cos} {left:.2f} {base:.2f} Tm "
            f"<{code}> Tj ET Q"
        )

    def content(self, height: float) -> bytes:
        return f"1 0 0 1 0 {height:.2f} cm 1 J\n{chr(10).join(self._ops)}\n".encode("ascii")


class Pdf:
    """A PDF written page by page into `file`, open for writing bytes; `finish` completes it."""

    def __init__(self, file: BinaryIO, title: str, language: str) -> None:
        self._file = file
        self._title = title
        self._language = language
        self._at = 0
        self._offsets = array("Q", [0])
        self._nodes: list[tuple[int, int]] = []
        self._kids: list[int] = []
        self.pages = 0
        self.codes = {name: _Codes(_face(name)) for name in (REGULAR, BOLD, MONO)}
        self._write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
        self._root, self._tree, self._fonts = self._number(), self._number(), self._number()
        self._node = self._number()

    def add(self, page: Page, width: float, height: float) -> None:
        """Writes a finished page of this size."""
        packed = zlib.compress(page.content(height), 6)
        content = self._number()
        self._put(content, b"<</Length %d/Filter/FlateDecode>>" % len(packed), packed)
        number = self._number()
        self._put(
            number,
            f"<</Type/Page/Parent {self._node} 0 R/MediaBox[0 0 {width:.2f} {height:.2f}]"
            f"/Resources<</Font {self._fonts} 0 R>>/Contents {content} 0 R>>".encode(),
        )
        self._kids.append(number)
        self.pages += 1
        if len(self._kids) == _PAGES_A_NODE:
            self._close_node()
            self._node = self._number()

    def finish(self) -> None:
        """Writes the fonts, the page tree and the index of the file. `file` stays open."""
        self._close_node()
        kids = " ".join(f"{number} 0 R" for number, _ in self._nodes)
        self._put(self._tree, f"<</Type/Pages/Count {self.pages}/Kids[{kids}]>>".encode())
        fonts = "".join(f"/{name} {self._font(name)} 0 R" for name in self.codes if self.codes[name].drawn)
        self._put(self._fonts, f"<<{fonts}>>".encode())
        info = self._number()
        self._put(info, b"<</Title " + _text(self._title) + b">>")
        self._put(
            self._root,
            f"<</Type/Catalog/Pages {self._tree} 0 R/ViewerPreferences<</DisplayDocTitle true"
            f"/PrintScaling/None>>/Lang({self._language})>>".encode(),
        )
        start = self._at
        index = [f"xref\n0 {len(self._offsets)}\n0000000000 65535 f \n"]
        index += [f"{offset:010d} 00000 n \n" for offset in self._offsets[1:]]
        self._write("".join(index).encode())
        self._write(
            f"trailer\n<</Size {len(self._offsets)}/Root {self._root} 0 R/Info {info} 0 R>>\n"
            f"startxref\n{start}\n%%EOF\n".encode()
        )

    def _close_node(self) -> None:
        if not self._kids:
            # A node without a page may not be left without a body: its number stands in the index.
            if self.pages:
                self._put(self._node, b"null")
                return
            raise ValueError("a PDF needs a page")
        kids = " ".join(f"{number} 0 R" for number in self._kids)
        self._put(
            self._node,
            f"<</Type/Pages/Parent {self._tree} 0 R/Count {len(self._kids)}/Kids[{kids}]>>".encode(),
        )
        self._nodes.append((self._node, len(self._kids)))
        self._kids = []

    def _font(self, name: str) -> int:
        face, drawn = _face(name), self.codes[name].drawn
        font = face.font
        program = font.makeSubset([ord(char) for char in drawn])
        packed = zlib.compress(program, 6)
        file = self._number()
        self._put(file, b"<</Length %d/Length1 %d/Filter/FlateDecode>>" % (len(packed), len(program)), packed)
        label = f"DMOIAA+{name}"
        descriptor = self._number()
        box = " ".join(f"{edge:.0f}" for edge in font.bbox)
        self._put(
            descriptor,
            f"<</Type/FontDescriptor/FontName/{label}/Flags 4/FontBBox[{box}]/ItalicAngle 0"
            f"/Ascent {font.ascent:.0f}/Descent {font.descent:.0f}/CapHeight {font.capHeight:.0f}"
            f"/StemV {font.stemV:.0f}/FontFile2 {file} 0 R>>".encode(),
        )
        widths = " ".join(f"{face.widths[char] * 1000:.0f}" for char in drawn)
        descendant = self._number()
        self._put(
            descendant,
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{label}/CIDToGIDMap/Identity"
            f"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/FontDescriptor {descriptor} 0 R/DW {font.defaultWidth:.0f}/W[1[{widths}]]>>".encode(),
        )
        meaning = zlib.compress(_to_unicode(drawn), 6)
        unicode_map = self._number()
        self._put(unicode_map, b"<</Length %d/Filter/FlateDecode>>" % len(meaning), meaning)
        number = self._number()
        self._put(
            number,
            f"<</Type/Font/Subtype/Type0/BaseFont/{label}/Encoding/Identity-H"
            f"/DescendantFonts[{descendant} 0 R]/ToUnicode {unicode_map} 0 R>>".encode(),
        )
        return number

    def _number(self) -> int:
        self._offsets.append(0)
        return len(self._offsets) - 1

    def _put(self, number: int, body: bytes, stream: bytes | None = None) -> None:
        self._offsets[number] = self._at
        tail = b"" if stream is None else b"\nstream\n" + stream + b"\nendstream"
        self._write(b"%d 0 obj\n" % number + body + tail + b"\nendobj\n")

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._at += len(data)


def _text(words: str) -> bytes:
    return b"<" + ("\ufeff" + words).encode("utf-16-be").hex().encode() + b">"


def _to_unicode(drawn: list[str]) -> bytes:
    """The map with which a reader copies and searches the text (at most 100 characters a section)."""
    pairs = [f"<{n:04x}> <{char.encode('utf-16-be').hex()}>" for n, char in enumerate(drawn, 1)]
    sections = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    body = "\n".join(f"{len(part)} beginbfchar\n{chr(10).join(part)}\nendbfchar" for part in sections)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{body}\nendcmap CMapName currentdict /CMap defineresource pop end end\n"
    ).encode("ascii")
