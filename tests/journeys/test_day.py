"""The main journey: one office's day through real windows, a head office over HTTP, paper and workbooks."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from openpyxl import load_workbook
from PIL import Image

from app.demo.day import STEPS
from app.domain import vietqr
from tests.journeys.days import all_is_well, play


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a played day and what was printed."""
    folder = tmp_path_factory.mktemp("day")
    return folder, play(folder)


def test_every_step_was_played_and_all_is_well(played: tuple[Path, str]) -> None:
    _, printed = played
    steps = [line.split(".")[0] for line in printed.splitlines() if line[:1].isdigit()]
    assert steps == [str(number) for number in range(1, len(STEPS) + 1)]
    assert all_is_well(printed)


def test_each_picture_shows_a_whole_screen(played: tuple[Path, str]) -> None:
    folder, _ = played
    pictures = sorted(folder.glob("*.png"))
    assert len(pictures) >= 30
    for path in pictures:
        with Image.open(path) as picture:
            assert picture.size == (1366, 768), path.name
            part = picture.convert("RGB").resize((342, 192), Image.Resampling.NEAREST)
            assert len(part.getcolors(1 << 24)) > 50, f"{path.name} is nearly empty"


def text_of(path: Path) -> str:
    pdf = pypdfium2.PdfDocument(path)
    try:
        return "\n".join(pdf[n].get_textpage().get_text_range() for n in range(len(pdf)))
    finally:
        pdf.close()


def test_the_papers_say_what_happened(played: tuple[Path, str]) -> None:
    folder, _ = played
    slip = text_of(folder / "phieu-tiep-nhan.pdf")
    assert re.search(r"YC-BN02-26-0000\d\d", slip)
    assert "Mất nước từ 5 giờ sáng" in " ".join(slip.split())
    bill = pypdfium2.PdfDocument(folder / "hoa-don.pdf")
    picture = bill[0].render(scale=4).to_pil()
    bill.close()
    (qr,) = [c for c in zxingcpp.read_barcodes(picture) if c.format == zxingcpp.BarcodeFormat.QRCode]
    transfer = vietqr.parse(qr.text)
    assert transfer["account"] == "1011017595600"
    receipt = text_of(folder / "bien-lai.pdf")
    assert "BL-BN03-26-000003" in receipt
    assert "đồng" in receipt
    assert "NT-BN03-26-000001" in text_of(folder / "giay-nop-tien.pdf")


def test_the_workbook_holds_numbers_dates_and_codes_as_what_they_are(played: tuple[Path, str]) -> None:
    folder, _ = played
    book = load_workbook(folder / "bao-cao.xlsx")
    assert len(book.sheetnames) >= 4
    assert any(sheet._charts for sheet in book.worksheets)
    lists = [sheet for sheet in book.worksheets if not sheet._charts]
    assert len(lists) >= 3
    assert all(sheet.freeze_panes for sheet in lists)
    kinds = {type(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert int in kinds
    assert not any(
        cell.data_type == "f" for sheet in book.worksheets for row in sheet.iter_rows() for cell in row
    )
