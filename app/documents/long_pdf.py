"""A PDF of any length: reportlab keeps the pages of a file in memory until it is saved, 40 KB each."""

from __future__ import annotations

import os
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
from pypdfium2.raw import FPDF_INCREMENTAL  # type: ignore[import-untyped]

from app.documents.pdf import Page, Pdf
from app.documents.preview import PDFIUM

PAGES_A_PART = 500


class LongPdf(Pdf):
    """Makes parts in the empty `folder` and joins each to those before; `finish` leaves it all in `whole`.

    Each part brings its own letters, some 30 KB.
    """

    def __init__(self, folder: Path, title: str, language: str) -> None:
        self.whole = folder / "whole.pdf"
        self._part = folder / "part.pdf"
        self._joined = folder / "joined.pdf"
        super().__init__(str(self._part), title, language)

    def add(self, page: Page, width: float, height: float) -> None:
        if self.pages and self.pages % PAGES_A_PART == 0:
            self.finish()
            self._begin(str(self._part))
        super().add(page, width, height)

    def finish(self) -> None:
        super().finish()
        if self.whole.exists():
            self._join()
            os.replace(self._joined, self.whole)
        else:
            os.replace(self._part, self.whole)

    def _join(self) -> None:
        with PDFIUM:
            whole = pypdfium2.PdfDocument(self.whole)
            try:
                part = pypdfium2.PdfDocument(self._part)
                try:
                    whole.import_pages(part)
                    # As an addition to the file: otherwise all of it would be read into memory.
                    whole.save(self._joined, flags=FPDF_INCREMENTAL)
                finally:
                    part.close()
            finally:
                whole.close()
