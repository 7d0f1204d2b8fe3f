"""Makes the font of this folder from Droid Sans Fallback as published: `python make.py <its .ttf>`.

All 20,902 Chinese characters that have had a number since the beginning, so that rare ones in names and the
traditional forms are there too, with the punctuation that goes with them; without hints, which no printer
needs. For paper only: the window takes the system's own.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

CHARACTERS = [range(0x3000, 0x3030), range(0x4E00, 0xA000), range(0xFF00, 0xFFF0)]


def make(source: Path, target: Path) -> None:
    """The font of this folder from the published one."""
    font = TTFont(source)
    options = Options()
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.layout_features = []
    options.name_IDs = ["*"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[point for part in CHARACTERS for point in part])
    subsetter.subset(font)
    font["head"].modified = font["head"].created  # the same source gives the same bytes
    font.recalcTimestamp = False
    font.save(target)


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(__file__).parent / "DroidSansFallback.ttf")
