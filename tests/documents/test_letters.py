"""Letters as they are read: on A4, in Word, in three languages, with hostile words in them."""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents import letter as letter_module
from app.documents.letter import letter_pdf, place_of, wording
from app.documents.letter_docx import letter_docx
from app.documents.papers import LetterPaper
from app.documents.preview import page_sizes
from app.domain import names, office_hours
from app.settings import resources
from app.words import Words
from tests.documents.examples import LETTERHEAD
from tests.documents.reading import outside, pages_of, text_of

A4 = (595.28, 841.89)
TEXT = """Ngày 20/11/2026, Chi nhánh nhận được khiếu nại của Ông.

Sau khi kiểm tra, xác minh, Chi nhánh trả lời như sau:

– Đồng hồ số BN-0045678 chạy đúng;
– Đường ống sau đồng hồ bị rò rỉ.

Trân trọng."""
LETTER = LetterPaper(
    LETTERHEAD,
    "vi",
    "CV-BN03-26-000012",
    date(2026, 11, 20),
    "Trả lời khiếu nại số KN-BN03-26-000123",
    "Ông Trần Đức Thắng",
    "Số 5 ngõ 27 đường Ngô Gia Tự, phường Võ Cường",
    TEXT,
    "Bùi Thị Mai",
    "Phụ trách văn phòng",
)
CHINESE = replace(
    LETTER,
    language="zh",
    subject="关于投诉的答复",
    addressee="陈德胜先生",
    text="经调查核实，现答复如下：\n\n水表误差在允许范围内。\n\n特此答复。",
    signed_title="负责人",
)
HOSTILE = "<b>x</b> &amp; <w:p/> {name} %s \\u0000 ]]> <!ENTITY a SYSTEM 'file:///etc/passwd'>"


def words_of(docx: bytes) -> str:
    """All text of a letter in Word: tables and paragraphs."""
    document = Document(io.BytesIO(docx))
    cells = [p.text for table in document.tables for cell in table.rows[0].cells for p in cell.paragraphs]
    return " ".join((*cells, *(p.text for p in document.paragraphs)))


def same_words(text: str) -> list[str]:
    return sorted(re.sub(r"\s+", "", text))


def test_a_vietnamese_letter_has_the_form_of_an_office() -> None:
    (text,) = pages_of(letter_pdf(LETTER))
    assert page_sizes(letter_pdf(LETTER)) == [pytest.approx(A4, abs=0.01)]
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc",
        "Số: CV-BN03-26-000012 V/v Trả lời khiếu nại số KN-BN03-26-000123",
        "Bắc Ninh, ngày 20 tháng 11 năm 2026",
        "Kính gửi: Ông Trần Đức Thắng Số 5 ngõ 27 đường Ngô Gia Tự",
        "– Đồng hồ số BN-0045678 chạy đúng;",
        "Nơi nhận: - Như trên; - Lưu: VT.",
        "Phụ trách văn phòng Bùi Thị Mai",
    ):
        assert part in text, part


@pytest.mark.parametrize(
    ("paper", "there"),
    [
        (replace(LETTER, language="en"), "No.: CV-BN03-26-000012 Re: Trả lời"),
        (CHINESE, "编号：CV-BN03-26-000012 事由：关于投诉的答复"),
    ],
)
def test_the_state_stands_on_vietnamese_letters_only(paper: LetterPaper, there: str) -> None:
    text = text_of(letter_pdf(paper))
    assert there in text
    assert "CỘNG HÒA" not in text
    assert "Số 12 đường Lý Thường Kiệt" in text


@pytest.mark.parametrize(
    "paper", [LETTER, replace(LETTER, language="en"), CHINESE, replace(LETTER, number="")]
)
def test_word_has_the_words_of_the_paper(paper: LetterPaper) -> None:
    assert same_words(words_of(letter_docx(paper))) == same_words(text_of(letter_pdf(paper)))


def test_the_letter_in_word_is_text_with_styles() -> None:
    docx = letter_docx(LETTER)
    with zipfile.ZipFile(io.BytesIO(docx)) as packed:
        assert not [name for name in packed.namelist() if "media/" in name]
    document = Document(io.BytesIO(docx))
    used = {p.style.name for p in document.paragraphs if p.style is not None}
    assert {"Letter To", "Letter Text", "Letter Item"} <= used
    assert document.core_properties.author == LETTERHEAD.office_name
    assert "CV-BN03-26-000012" in document.core_properties.title
    section = document.sections[0]
    assert (section.page_width.mm, section.page_height.mm) == (  # type: ignore[union-attr]
        pytest.approx(210, abs=0.1), pytest.approx(297, abs=0.1),
    )  # fmt: skip


def test_hostile_words_stay_words() -> None:
    paper = replace(
        LETTER, subject=HOSTILE, addressee=HOSTILE, text=f"{HOSTILE}\n\n{HOSTILE}", signed_by=HOSTILE
    )
    assert words_of(letter_docx(paper)).count(HOSTILE) == 5
    assert text_of(letter_pdf(paper)).replace(" ", "").count(HOSTILE.replace(" ", "")) >= 4
    assert outside(letter_pdf(paper)) == []


@settings(max_examples=15, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_makes_a_letter_that_opens(text: str) -> None:
    paper = replace(LETTER, subject=text, addressee=text, text=text, signed_by=text, signed_title=text)
    Document(io.BytesIO(letter_docx(paper)))
    assert page_sizes(letter_pdf(paper))


def test_what_xml_cannot_hold_is_left_out_for_word() -> None:
    paper = replace(LETTER, text="a\ufffeb\uffffc\x00d", subject="x\x0by\ufffe")
    assert "abc d" in words_of(letter_docx(paper))


def test_a_long_letter_goes_on_and_is_signed_below_its_last_words() -> None:
    text = "\n\n".join(f"Điểm {n}: " + "nội dung trả lời " * 20 for n in range(1, 16))
    pages = pages_of(letter_pdf(replace(LETTER, text=text)))
    assert len(pages) > 1
    assert all(f"Điểm {n}:" in " ".join(pages) for n in range(1, 16))
    assert "Bùi Thị Mai" in pages[-1]
    assert "Điểm 15:" in pages[-1]
    assert all("CV-BN03-26-000012" in page for page in pages)


def test_a_letter_of_any_length_keeps_its_signature_with_the_text() -> None:
    for lines in range(20, 44):
        text = "\n".join(f"dòng {n}" for n in range(lines))
        last = pages_of(letter_pdf(replace(LETTER, text=text)))[-1]
        assert f"dòng {lines - 1}" in last, lines
        assert "Bùi Thị Mai" in last, lines


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("57 Ngô Gia Tự, Bắc Ninh", "Bắc Ninh"),
        ("Số 12, xã Tiên Du, tỉnh Bắc Ninh", "Bắc Ninh"),
        ("1 Lê Duẩn, Thành phố Hồ Chí Minh", "Hồ Chí Minh"),
        ("", ""),
    ],
)
def test_the_place_is_the_last_part_of_the_address(address: str, place: str) -> None:
    assert place_of(address) == place


def test_dates_have_their_noughts_as_laid_down() -> None:
    january = replace(LETTER, written_on=date(2027, 1, 5))
    assert wording(january).place_and_day == "Bắc Ninh, ngày 05 tháng 01 năm 2027"
    assert wording(replace(january, language="en")).place_and_day == "Bắc Ninh, 5 January 2027"
    assert wording(replace(january, language="zh")).place_and_day == "2027年1月5日"
    assert wording(replace(LETTER, written_on=date(2026, 3, 9))).place_and_day == (
        "Bắc Ninh, ngày 09 tháng 3 năm 2026"
    )


def test_what_a_letter_says_of_itself_has_its_chinese() -> None:
    file = resources() / "translations" / "zh" / "letters.json"
    chinese = json.loads(file.read_text("utf-8"))
    code = Path(letter_module.__file__).read_text("utf-8") + Path(office_hours.__file__).read_text("utf-8")
    said = {
        node.args[0].value
        for node in ast.walk(ast.parse(code.replace("from __future__ import annotations", "")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "tr"
        and isinstance(node.args[0], ast.Constant)
    }
    outcomes = set(names.outcomes(Words("en")).values())
    assert len(said) > 10
    assert said | outcomes <= chinese.keys()
    assert list(chinese) == sorted(chinese)


def test_word_is_loaded_only_for_a_letter() -> None:
    code = "import sys, app.documents.letter, app.bootstrap; assert 'docx' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
