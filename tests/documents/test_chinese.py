"""Chinese on paper: drawn with letters that are there, broken as Chinese is broken."""

from __future__ import annotations

import io
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.documents.pdf import BOLD, REGULAR, text_width
from app.documents.preview import pdf_page_png
from app.documents.slip import request_slip
from app.documents.wording import wrap
from tests.documents.examples import CUSTOMER, SLIP
from tests.documents.reading import outside, text_of

COMPLAINT = "客户反映：10月水费比往常高出三倍，全家外出两周（编号KN-BN03-26-000123）。请检查水表，书面答复。"


def test_chinese_can_be_read_beside_vietnamese() -> None:
    slip = replace(SLIP, words=COMPLAINT, customer=replace(CUSTOMER, name="陈德胜 Trần Đức Thắng"))
    pdf = request_slip(slip, "vi")
    text = text_of(pdf).replace(" ", "")
    assert COMPLAINT in text
    assert "陈德胜TrầnĐứcThắng" in text
    assert outside(pdf) == []


def test_each_character_has_a_picture_of_its_own() -> None:
    """A font without a character draws the same box for all."""
    pictures = set()
    for word in ("水电", "投诉", "龘靐", "電費"):
        pdf = request_slip(replace(SLIP, words=word), "vi")
        page = Image.open(io.BytesIO(pdf_page_png(pdf, 0, 2.0)))
        pictures.add(page.tobytes())
    assert len(pictures) == 4


def test_a_paper_without_chinese_does_not_carry_the_font() -> None:
    assert b"DroidSansFallback" not in request_slip(SLIP, "vi")
    assert len(request_slip(replace(SLIP, words="水表"), "vi")) - len(request_slip(SLIP, "vi")) < 20_000


@given(st.text(st.sampled_from("水电费投诉，。（）“”ab 12%"), max_size=120), st.integers(30, 200))
def test_lines_hold_all_of_it_and_begin_with_no_closing_mark(text: str, width: int) -> None:
    lines = wrap(text, width, REGULAR, 9)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(text_width(line, REGULAR, 9) <= width or len(line) == 1 for line in lines)


def test_no_line_begins_with_a_comma() -> None:
    text = "请检查水表，" * 40
    for width in range(60, 140, 7):
        assert all(line[0] not in "，。" for line in wrap(text, width, BOLD, 10))
