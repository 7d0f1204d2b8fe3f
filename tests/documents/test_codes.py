"""The codes on paper, as a reader of codes sees them and as the standards want them."""

from __future__ import annotations

import io
from itertools import groupby

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.graphics.barcode.qrencoder import QR8bitByte, QRAlphaNum, QRCode, QRNumber

from app.documents.pdf import Page, Pdf
from app.documents.preview import pdf_page_png
from app.documents.qr import qr_modules
from app.documents.receipt import receipt_80mm, receipt_a5
from app.documents.slip import request_slip
from tests.documents.examples import RECEIPT, SLIP


def said(picture: Image.Image) -> list[tuple[str, str]]:
    """(kind of code, text) of all codes on a picture."""
    return sorted((str(code.format), code.text) for code in zxingcpp.read_barcodes(picture))


def as_picture(rows: tuple[tuple[bool, ...], ...]) -> Image.Image:
    """Four dots a module, within the quiet margin."""
    side = len(rows)
    symbol = Image.new("L", (side, side))
    symbol.putdata([0 if dark else 255 for row in rows for dark in row])
    whole = Image.new("L", (side + 8, side + 8), 255)
    whole.paste(symbol, (4, 4))
    return whole.resize((4 * (side + 8), 4 * (side + 8)), Image.Resampling.NEAREST)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=180))
def test_qr_says_its_text(text: str) -> None:
    assert said(as_picture(qr_modules(text))) == [("QR Code", text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0222355512", QRNumber),
        ("KN-BN03-26-000123", QRAlphaNum),
        ("a", QR8bitByte),
        ("a" * 14, QR8bitByte),
        ("a" * 15, QR8bitByte),
        ("a" * 180, QR8bitByte),
    ],
)
def test_qr_is_the_symbol_another_encoder_draws(text: str, kind: type) -> None:
    rows = qr_modules(text)
    symbols = []
    for mask in range(8):
        code = QRCode((len(rows) - 17) // 4, 0)
        code.addData(kind(text))
        code.makeImpl(False, mask)
        symbols.append(tuple(tuple(map(bool, row)) for row in code.modules))
    assert rows in symbols


@pytest.mark.parametrize("length", [14, 15, 26, 27, 152, 180, 181, 700])
def test_qr_takes_the_smallest_size_that_holds_the_text(length: int) -> None:
    rows = qr_modules("a" * length)
    smallest = QRCode(None, 0)
    smallest.addData(QR8bitByte("a" * length))
    assert len(rows) == smallest.calculate_version() * 4 + 17
    assert {len(row) for row in rows} == {len(rows)}


def test_too_much_text_for_a_qr_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        qr_modules("a" * 2400)


def test_a_scanner_reads_the_papers_even_from_a_coarse_printer() -> None:
    def codes(pdf: bytes) -> list[tuple[str, str]]:
        # 203 dots an inch, black or white: a printer for rolls.
        page = Image.open(io.BytesIO(pdf_page_png(pdf, 0, 203 / 72))).convert("L")
        return said(page.point(lambda grey: 255 if grey > 127 else 0))

    assert codes(request_slip(SLIP, "vi")) == [("Code 128", SLIP.code), ("QR Code", SLIP.code)]
    assert codes(receipt_a5(RECEIPT, "vi")) == [("Code 128", RECEIPT.number)]
    assert codes(receipt_80mm(RECEIPT, "vi")) == [("Code 128", RECEIPT.number)]


def picture(page: Page) -> Image.Image:
    """The page of 200 × 100 points at four dots a point."""
    file = io.BytesIO()
    pdf = Pdf(file, "codes", "en")
    pdf.add(page, 200, 100)
    pdf.finish()
    return Image.open(io.BytesIO(pdf_page_png(file.getvalue(), 0, 4))).convert("L")


def ink(drawn: Image.Image) -> tuple[int, int, int, int] | None:
    return drawn.point(lambda grey: 255 if grey < 128 else 0).getbbox()


def test_every_module_of_a_qr_stands_in_its_place() -> None:
    rows = qr_modules("KN-BN03-26-000123")
    page = Page()
    page.squares(20, 10, 3.5 * len(rows), rows)
    drawn = picture(page)
    assert ink(drawn) == (80, 40, 80 + 14 * len(rows), 40 + 14 * len(rows))
    seen = tuple(
        tuple(drawn.getpixel((87 + 14 * column, 47 + 14 * row)) < 128 for column in range(len(rows)))
        for row in range(len(rows))
    )
    assert seen == rows
    edge = drawn.crop((82, 42, 92, 38 + 14 * 7))
    assert edge.getextrema() == (0, 0), "rows that touch leave no hairline"


@pytest.mark.parametrize("centred", [False, True])
def test_code128_begins_and_ends_as_the_standard_says(centred: bool) -> None:
    page = Page()
    page.code128(10, 20, "BN-12", 180, 30, thickest=1, centred=centred)
    drawn = picture(page)
    box = ink(drawn)
    assert box is not None
    left, top, right, bottom = box
    assert (top, bottom) == (80, 200)
    assert abs(left - (400 - (right - left) / 2 if centred else 40)) <= 2
    row = [drawn.getpixel((x, 140)) < 128 for x in range(left, right)]
    widths = [round(len(list(run)) / 4) for _, run in groupby(row)]
    assert widths[:6] == [2, 1, 1, 2, 1, 4], "start B"
    assert widths[-7:] == [2, 3, 3, 1, 1, 1, 2], "stop"
    assert sum(widths) == 11 * (1 + 5 + 1) + 13, "start, five characters, check digit, stop"


def test_long_code128_is_made_narrower() -> None:
    page = Page()
    page.code128(10, 20, "HD-BN03-26-0012345", 160, 30, thickest=1)
    drawn = picture(page)
    box = ink(drawn)
    assert box is not None
    assert (box[0], box[2]) == (40, 680)
    assert said(drawn) == [("Code 128", "HD-BN03-26-0012345")]
