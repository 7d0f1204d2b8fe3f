"""A letter for Word: the words of the PDF, with styles to be changed and nothing but text and tables."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, time
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from app.documents.letter import Wording, wording
from app.documents.papers import LetterPaper

FACE = "Times New Roman"
"""What the Decree asks for, and what every PC with Word has; `HAN_FACE` for Chinese."""
HAN_FACE = "SimSun"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def letter_docx(paper: LetterPaper) -> bytes:
    """The letter as a .docx."""
    words = wording(paper)
    document = Document()
    _page(document, paper, words)
    _styles(document, paper.language)
    _head(document, words)
    _add(document, "Letter To", words.to)
    if words.address:
        _add(document, "Letter Address", words.address)
    for text in words.paragraphs:
        if text:
            item = text.startswith(("– ", "- ", "• "))
            _add(document, "Letter Item" if item else "Letter Text", text)
    _signature(document, words)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _page(document: Any, paper: LetterPaper, words: Wording) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)
    about = document.core_properties
    about.title = _plain(words.heading)[:255]
    about.author = about.last_modified_by = _plain(words.office)[:255]
    about.comments, about.language = "", paper.language
    written = datetime.combine(paper.written_on, time(0), UTC)
    about.created = about.modified = written


def _styles(document: Any, language: str) -> None:
    """The styles by which a letter is restyled in Word; all stand on Normal."""
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FACE, Pt(13)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), HAN_FACE)
    normal.paragraph_format.space_after = Pt(0)
    indent = Pt(26) if language == "zh" else Mm(10)
    for name, size, bold, align, before, after, first in (
        ("Letter Company", 12, False, CENTRE, 0, 0, None),
        ("Letter Office", 12, True, CENTRE, 0, 4, None),
        ("Letter Number", 13, False, CENTRE, 0, 0, None),
        ("Letter Subject", 12, False, CENTRE, 0, 0, None),
        ("Letter State", 12, True, CENTRE, 0, 0, None),
        ("Letter Motto", 13, True, CENTRE, 0, 4, None),
        ("Letter Day", 13, False, CENTRE, 0, 0, None),
        ("Letter Contact", 10, False, RIGHT, 0, 4, None),
        ("Letter To", 13, True, CENTRE, 18, 0, None),
        ("Letter Address", 12, False, CENTRE, 0, 12, None),
        ("Letter Text", 13, False, None, 0, 6, indent),
        ("Letter Item", 13, False, None, 0, 3, None),
        ("Letter Copies", 11, False, None, 0, 0, None),
        ("Letter Signature", 13, True, CENTRE, 0, 0, None),
    ):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        style.font.size, style.font.bold = Pt(size), bold
        form = style.paragraph_format
        form.alignment = align
        form.space_before, form.space_after = Pt(before), Pt(after)
        if first is not None:
            form.first_line_indent = first
    document.styles["Letter Signature"].paragraph_format.keep_with_next = True


def _head(document: Any, words: Wording) -> None:
    left, right = _columns(document, Mm(70), Mm(90))
    _put(left, "Letter Company", words.company)
    _put(left, "Letter Office", words.office)
    _put(left, "Letter Number", words.number)
    _put(left, "Letter Subject", words.subject)
    if words.state:
        _put(right, "Letter State", words.state[0])
        _put(right, "Letter Motto", words.state[1])
    else:
        _put(right, "Letter Contact", words.contact)
    _put(right, "Letter Day", words.place_and_day)
    if not words.state:
        right.paragraphs[-1].alignment = RIGHT


def _signature(document: Any, words: Wording) -> None:
    _add(document, "Letter Copies", "")
    left, right = _columns(document, Mm(80), Mm(80))
    for n, line in enumerate(words.copies):
        _put(left, "Letter Copies", line)
        left.paragraphs[-1].runs[0].bold = n == 0
    _put(right, "Letter Signature", words.title)
    for _ in range(3):  # room for the hand and the stamp
        _put(right, "Letter Signature", "")
    _put(right, "Letter Signature", words.signed_by)


def _columns(document: Any, *widths: int) -> list[Any]:
    """The cells of a table of one row, without lines."""
    table = document.add_table(rows=1, cols=len(widths))
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        column.cells[0].width = width
    return [column.cells[0] for column in table.columns]


def _put(cell: Any, style: str, text: str) -> None:
    """A paragraph in a cell; the first takes the place of the empty one that is there."""
    first = cell.paragraphs[0]
    if len(cell.paragraphs) == 1 and not first.runs and first.style.name == "Normal":
        first.style = style
        first.add_run(_plain(text))
    else:
        cell.add_paragraph(_plain(text), style=style)


def _add(document: Any, style: str, text: str) -> None:
    document.add_paragraph(_plain(text), style=style)


def _plain(text: str) -> str:
    """Without what XML cannot hold."""
    return _NOT_XML.sub("", text)
