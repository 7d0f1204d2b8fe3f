"""Pictures of pages."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from app.documents.preview import page_sizes, pdf_page, pdf_page_png
from app.documents.receipt import receipt_80mm
from app.domain.errors import AppError
from tests.documents.examples import RECEIPT


def test_a_page_is_black_on_white_with_a_white_margin() -> None:
    pdf = receipt_80mm(RECEIPT, "vi")
    picture = pdf_page(pdf, 0, 2)
    ((width, height),) = page_sizes(pdf)
    assert (picture.width, picture.height) == (
        pytest.approx(width * 2, abs=1),
        pytest.approx(height * 2, abs=1),
    )
    assert len(picture.rgb) == picture.width * picture.height * 3
    image = Image.frombytes("RGB", (picture.width, picture.height), picture.rgb)
    assert image.crop((0, 0, picture.width, 10)).getextrema() == ((255, 255),) * 3
    assert image.convert("L").getextrema()[0] < 30
    reds, greens, blues = image.split()
    assert reds.tobytes() == greens.tobytes() == blues.tobytes()


def test_png_is_the_same_picture(tmp_path: Path) -> None:
    path = tmp_path / "r.pdf"
    path.write_bytes(receipt_80mm(RECEIPT, "vi"))
    picture = pdf_page(path, 0, 1.5)
    png = Image.open(io.BytesIO(pdf_page_png(path, 0, 1.5)))
    assert png.convert("RGB").tobytes() == picture.rgb


@pytest.mark.parametrize("broken", [b"", b"hello", Path("no/such.pdf")])
def test_what_is_no_pdf_is_said_so(broken: bytes | Path) -> None:
    with pytest.raises(AppError, match=r"pdf\.unreadable"):
        page_sizes(broken)
