"""Words and figures as they stand on paper, and lines of text broken to a width."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, tzinfo

from app.documents.pdf import text_width

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\ufeff]")


def clean(text: str) -> str:
    """NFC (decomposed marks would be drawn misplaced) without control and invisible direction characters."""
    text = unicodedata.normalize("NFC", text)
    return _CONTROL.sub(" ", text) if _CONTROL.search(text) else text


def day(value: date | None) -> str:
    """A date as it stands on paper: 21/11/2026; empty when there is none."""
    return "" if value is None else f"{value:%d/%m/%Y}"


def moment(value: datetime | None, zone: tzinfo) -> str:
    """An aware moment in the office's zone: 21/11/2026 16:30; empty when there is none."""
    return "" if value is None else f"{value.astimezone(zone):%d/%m/%Y %H:%M}"


def unbroken(number: str) -> str:
    """A number written in groups that is never broken at the end of a line."""
    return number.replace(" ", "\u00a0")


def percent(basis_points: int, language: str) -> str:
    """A rate: 500 is 5 %, 750 is 7,5 %."""
    whole, part = divmod(basis_points, 100)
    mark = "," if language == "vi" else "."
    return f"{whole}{mark}{part:02d}".rstrip("0").rstrip(mark) + "%"


_HAN = "\u3005-\u3007\u4e00-\u9fff"
_CLOSING = "\u3001\u3002\u3009\u300b\u300d\u300f\u3011\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f”’)%"
_OPENING = "\u3008\u300a\u300c\u300e\u3010\uff08“‘("
_IS_HAN = re.compile(f"[{_HAN}]")
_BREAKS = re.compile(f"[{_OPENING}]*[{_HAN}][{_CLOSING}]*|[{_OPENING}]*[^{_HAN}{_OPENING}]+|[{_OPENING}]+")
"""Chinese is broken between any two characters, but no line begins with a mark that closes or ends with one
that opens."""


def _pieces(paragraph: str) -> Iterator[tuple[str, str]]:
    """(what stands before it on a line, a piece that stays whole)."""
    for word in paragraph.split(" "):
        if not _IS_HAN.search(word):
            yield " ", word
            continue
        before = " "
        for piece in _BREAKS.findall(word):
            yield before, piece
            before = ""


def wrap(text: str, width: float, font: str, size: float) -> list[str]:
    """Breaks text into lines of at most `width`; a word longer than a line is broken where the line ends."""
    lines = []
    for paragraph in text.split("\n"):
        if text_width(paragraph, font, size) <= width:
            lines.append(paragraph)
            continue
        line = ""
        for before, word in _pieces(paragraph):
            longer = f"{line}{before}{word}" if line else word
            if text_width(longer, font, size) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            while text_width(word, font, size) > width:
                cut = max(1, _fitting(word, width, font, size))
                lines.append(word[:cut])
                word = word[cut:]
            line = word
        lines.append(line)
    return lines


def _fitting(word: str, width: float, font: str, size: float) -> int:
    """How many letters of a word that is too long fit; sought by halves, for it may be as long as a page."""
    return bisect_right(range(len(word)), width, key=lambda n: text_width(word[:n], font, size)) - 1
