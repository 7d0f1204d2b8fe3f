"""What a reader of a PDF sees: its words, and whether all of them lie on the page."""

from __future__ import annotations

import re

import pypdfium2


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, lines and blanks made single blanks."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        texts = []
        for page in document:
            text = page.get_textpage()
            texts.append(re.sub(r"\s+", " ", text.get_text_range()))
            text.close()
            page.close()
        return texts
    finally:
        document.close()


def text_of(pdf: bytes) -> str:
    return " ".join(pages_of(pdf))


def outside(pdf: bytes, margin: float = 0) -> list[str]:
    """The characters that reach over the edge of their page, less `margin` points; none should."""
    found = []
    document = pypdfium2.PdfDocument(pdf)
    try:
        for number, page in enumerate(document):
            width, height = page.get_size()
            text = page.get_textpage()
            for i in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(i)
                if left < margin or bottom < margin or right > width - margin or top > height - margin:
                    found.append(f"{number}: {text.get_text_range(i, 1)!r} {left, bottom, right, top}")
            text.close()
            page.close()
    finally:
        document.close()
    return found
