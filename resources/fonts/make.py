"""Makes the fonts of this folder from the Noto fonts as published: `python make.py <folder of the TTFs>`.

A published Noto Sans holds 3,000 glyphs but neither the minus sign nor arrows: those come from Noto Sans
Math, the marks ● ▲ ✓ from Noto Sans Symbols2. All three are drawn on the same 1000-unit square, and the
minus is as wide as a digit, so that columns of numbers stay in line.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

TEXT = [
    range(0x20, 0x7F),
    range(0xA0, 0x250),
    range(0x300, 0x30D),
    [0x31B, *range(0x323, 0x329)],
    range(0x1EA0, 0x1EFA),
    range(0x2007, 0x2016),
    range(0x2018, 0x2023),
    [0x2026, 0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x2044],
    range(0x2070, 0x208F),
    range(0x20A0, 0x20C0),
    [0x2116, 0x2122, 0xFFFD],
]
BORROWED = {
    "NotoSansMath-Regular": [*range(0x2190, 0x2195), 0x2212, 0x2248, 0x2260, 0x2264, 0x2265],
    "NotoSansSymbols2-Regular": [0x25A0, 0x25B2, 0x25BC, 0x25CB, 0x25CF, 0x2713],
}
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "liga", "tnum", "lnum"]


def borrow(font: TTFont, other: TTFont, points: list[int]) -> None:
    """Adds the glyphs of `other` for those points that `font` lacks."""
    theirs, ours = other.getBestCmap(), font.getBestCmap()
    glyphs = other.getGlyphSet()
    for point in points:
        if point in ours or point not in theirs:
            continue
        outline, pen = DecomposingRecordingPen(glyphs), TTGlyphPen(None)
        glyphs[theirs[point]].draw(outline)
        outline.replay(pen)
        name = f"uni{point:04X}"
        font["glyf"][name] = pen.glyph()
        font["hmtx"][name] = other["hmtx"][theirs[point]]
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[point] = name


def make(source: Path, target: Path) -> None:
    """One font of ours from the published one of the same name."""
    font = TTFont(source)
    for name, points in BORROWED.items():
        borrow(font, TTFont(source.with_name(name + ".ttf")), points)
    options = Options()
    options.layout_features = FEATURES
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.glyph_names = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[p for part in [*TEXT, *BORROWED.values()] for p in part])
    subsetter.subset(font)
    font["head"].modified = font["head"].created  # the same source gives the same bytes
    font.recalcTimestamp = False
    font.save(target)


if __name__ == "__main__":
    for face in ("NotoSans-Regular", "NotoSans-Bold", "NotoSansMono-Regular"):
        make(Path(sys.argv[1]) / f"{face}.ttf", Path(__file__).parent / f"{face}.ttf")
