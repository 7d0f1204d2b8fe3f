"""QR codes for the phones of customers."""

from __future__ import annotations

from typing import Any

import zxingcpp


def qr_modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The symbol for `text` row by row, True for a dark module, without the quiet margin (4 modules).

    Error correction M (15 %). Raises ValueError for a text that is empty or too long for any QR code.
    """
    # ASCII needs no name of its alphabet, and not every reader of transfer codes skips one.
    alphabet = {} if text.isascii() else {"eci": "UTF-8"}
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", **alphabet)
    picture: Any = symbol.to_image(scale=1, add_quiet_zones=False)
    rows: Any = memoryview(picture).tolist()
    return tuple(tuple(grey == 0 for grey in row) for row in rows)
