"""QR symbols as rows of figures, for the window."""

from __future__ import annotations

from app.documents.qr import qr_modules


def qr_rows(text: str) -> list[str]:
    """The rows of `qr_modules` with "1" for a dark module, "0" for a light one."""
    return ["".join("01"[dark] for dark in row) for row in qr_modules(text)]
