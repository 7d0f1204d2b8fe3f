"""The main journey: one office's day through real windows, a head office over HTTP, paper and workbooks. By
stick: `test_power_cut.py`."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2
import zxingcpp
from openpyxl import load_workbook
from PIL import Image

from app.demo.day import STEPS
from app.domain import vietqr
from tests.journeys.days import all_is_well, pictures, play
from tests.postgres import EMPTY, Server
from tests.programs import refused


def test_the_day_over_postgresql_with_the_cashier_killed_in_mid_sync(
    postgres: Server, tmp_path: Path
) -> None:
    """One test, since a day is long and whoever shares tests out would have it played twice."""
    with postgres.database(EMPTY) as url:
        printed = play(tmp_path, "--database", url, "--kill")
        again = refused("demo", "--play", tmp_path, "--database", url)
    _every_step_was_played_and_all_is_well(printed)
    assert "4 PCs, 1 head office on PostgreSQL" in printed
    killed = re.search(r"killed in mid-sync: (\d+) of (\d+) entries were there", printed)
    assert killed
    assert 0 < int(killed[1]) < int(killed[2])
    assert {"set-up-file", "enrolled", "after-the-kill", "connected"} <= pictures(tmp_path)
    assert "is founded already, as Công ty Cấp thoát nước Kinh Bắc" in again
    _each_picture_shows_a_whole_screen(tmp_path)
    _the_papers_say_what_happened(tmp_path)
    _the_workbook_holds_numbers_dates_and_codes_as_what_they_are(tmp_path)


def _every_step_was_played_and_all_is_well(printed: str) -> None:
    steps = [line.split(".")[0] for line in printed.splitlines() if line[:1].isdigit()]
    assert steps == [str(number) for number in range(1, len(STEPS) + 1)]
    assert all_is_well(printed)


def _each_picture_shows_a_whole_screen(folder: Path) -> None:
    shown = sorted(folder.glob("*.png"))
    assert len(shown) >= 30
    for path in shown:
        with Image.open(path) as picture:
            assert picture.size == (1366, 768), path.name
            part = picture.convert("RGB").resize((342, 192), Image.Resampling.NEAREST)
            assert len(part.getcolors(342 * 192)) > 50, f"{path.name} is nearly empty"


def text_of(path: Path) -> str:
    pdf = pypdfium2.PdfDocument(path)
    try:
        return "\n".join(pdf[n].get_textpage().get_text_range() for n in range(len(pdf)))
    finally:
        pdf.close()


def _the_papers_say_what_happened(folder: Path) -> None:
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


def _the_workbook_holds_numbers_dates_and_codes_as_what_they_are(folder: Path) -> None:
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
