"""Pages of a PDF as pictures, for the preview in the window and for printing."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]

from app.domain.errors import AppError

# pdfium may be used by one thread at a time only.
PDFIUM = threading.Lock()


@dataclass(frozen=True)
class PageImage:
    """A page as rows of red, green, blue bytes, `width` × 3 bytes a row, from the top."""

    width: int
    height: int
    rgb: bytes


def _open(pdf: bytes | Path) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(pdf)
    except (pypdfium2.PdfiumError, FileNotFoundError) as error:
        raise AppError("pdf.unreadable", path=str(pdf) if isinstance(pdf, Path) else "") from error


def page_sizes(pdf: bytes | Path) -> list[tuple[float, float]]:
    """Width and height of every page in points."""
    with PDFIUM:
        document = _open(pdf)
        try:
            return [document.get_page_size(n) for n in range(len(document))]
        finally:
            document.close()


def pdf_page(pdf: bytes | Path, page: int, scale: float) -> PageImage:
    """Page `page` (from 0) at `scale` pixels a point. Raises AppError("pdf.unreadable")."""
    with PDFIUM:
        document = _open(pdf)
        try:
            return _drawn(document, page, scale)
        finally:
            document.close()


def pdf_page_within(pdf: bytes | Path, page: int, width: int, height: int) -> tuple[PageImage, int]:
    """Page `page` (from 0) as large as it fits into so many pixels, whatever size the file gives it, and how
    many pages there are; for files that others have made. AppError("pdf.unreadable"), also for a file of
    which only this page cannot be read."""
    with PDFIUM:
        document = _open(pdf)
        try:
            pages = len(document)
            wide, high = document.get_page_size(page)
            return _drawn(document, page, min(width / max(wide, 1), height / max(high, 1))), pages
        except (pypdfium2.PdfiumError, IndexError, ValueError) as error:
            raise AppError("pdf.unreadable", path="") from error
        finally:
            document.close()


def _drawn(document: pypdfium2.PdfDocument, page: int, scale: float) -> PageImage:
    bitmap = document[page].render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    stride, width, height = bitmap.stride, bitmap.width, bitmap.height
    raw = bytes(bitmap.buffer)
    rows = (raw[at : at + 3 * width] for at in range(0, stride * height, stride))
    return PageImage(width, height, b"".join(rows))


def pdf_page_png(pdf: bytes | Path, page: int, scale: float) -> bytes:
    """The same page as a PNG file."""
    from PIL import Image

    picture = pdf_page(pdf, page, scale)
    file = io.BytesIO()
    Image.frombytes("RGB", (picture.width, picture.height), picture.rgb).save(file, "PNG")
    return file.getvalue()
