"""The codes on paper, against reportlab's own encoder."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.graphics.barcode.qrencoder import QR8bitByte, QRCode

from app.documents.barcodes import code128, qr_mask, qr_rows


def masked(text: str, version: int) -> list[list[str]]:
    """The symbol under each of the eight masks, as reportlab draws it."""
    symbols = []
    for mask in range(8):
        code = QRCode(version, 0)
        code.addData(QR8bitByte(text))
        code.makeImpl(False, mask)
        symbols.append(["".join("01"[bool(dark)] for dark in row) for row in code.modules])
    return symbols


@settings(max_examples=15, deadline=None)
@given(st.text(min_size=1, max_size=180))
def test_qr_is_one_of_the_eight_right_symbols(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    rows = qr_rows(text)
    assert rows in masked(text, (len(rows) - 17) // 4)


@pytest.mark.parametrize("length", [14, 15, 26, 27, 152, 180, 181, 700])
def test_qr_takes_the_smallest_size_that_holds_the_text(length: int) -> None:
    rows = qr_rows("a" * length)
    version = (len(rows) - 17) // 4
    assert rows in masked("a" * length, version)
    smaller = QRCode(None, 0)
    smaller.addData(QR8bitByte("a" * length))
    assert smaller.calculate_version() == version


def test_too_much_text_for_a_qr_is_refused() -> None:
    with pytest.raises(ValueError, match="too many"):
        qr_rows("a" * 2400)


def test_mask_holds_each_row_in_whole_bytes() -> None:
    modules, bits = qr_mask("KN-BN03-26-000123")
    rows = qr_rows("KN-BN03-26-000123")
    width = len(bits) // modules
    assert [
        f"{int(bits[i * width : (i + 1) * width], 16):0{width * 4}b}"[:modules] for i in range(modules)
    ] == rows


def test_code128_begins_and_ends_as_the_standard_says() -> None:
    bars, width = code128("KN-BN03-26-000123")
    assert bars[:3] == [(0, 2), (3, 1), (6, 1)]  # start B: 2 1 1 2 1 4
    assert bars[-1] == (width - 2, 2)  # stop: 2 3 3 1 1 1 2
    assert (width - 2) % 11 == 0
