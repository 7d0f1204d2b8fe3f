"""The supervisor's report: its sums are those of its rows, and an office without data gets one too."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl

from app.documents.papers import ArrearsRow, CollectionDay, ReportData, RequestCount
from app.documents.reports import office_report
from app.domain.money import VND
from tests.documents.examples import LETTERHEAD

BANDS = ("Dưới 30 ngày", "Trên 30 ngày")
DATA = ReportData(
    LETTERHEAD,
    date(2026, 11, 1),
    date(2026, 11, 20),
    datetime(2026, 11, 21, 2, 0, tzinfo=UTC),
    VND,
    (
        RequestCount("Khiếu nại chỉ số", "Tổ ghi thu", 10, 8, 6, 3, 2),
        RequestCount("Lắp đặt mới", "Tổ kỹ thuật", 5, 5, 5, 0, 0),
    ),
    (
        CollectionDay(date(2026, 11, 3), "Quầy 1", "Phạm Thu Hà", 40, 12_000_000, 0),
        CollectionDay(date(2026, 11, 2), "Quầy 2", "Lê Văn Bình", 10, 3_000_000, 131_675, 45_000),
        CollectionDay(date(2026, 11, 3), "Quầy 2", "Lê Văn Bình", 20, 5_500_000, 0),
    ),
    BANDS,
    (
        ArrearsRow("000123", "=Trần", "0912345678", "Võ Cường", "007", date(2026, 5, 2), (100, 200), 300),
        ArrearsRow("000124", "Lê", "", "Võ Cường", "007", None, (0, 50), 50),
    ),
)


def test_overview_adds_up(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    office_report(DATA, path, "vi")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Tổng quan", "Yêu cầu", "Thu tiền", "Nợ"]
    figures = {
        row[0]: row[1:4] for row in book["Tổng quan"].iter_rows(min_row=7, max_row=15, values_only=True)
    }
    assert figures["Yêu cầu tiếp nhận"][0] == 15
    assert figures["Yêu cầu đã trả lời"] == (13, None, 13 / 15)
    assert figures["Trả lời đúng hạn"] == (11, None, 11 / 13)
    assert figures["Tiền thu"] == (70, 20_500_000, None)
    assert figures["Tiền đã hủy"] == (None, 131_675, None)
    assert figures["Chi trả tiền thừa"] == (None, 45_000, None)
    assert figures["Khách hàng còn nợ"] == (2, 350, None)
    assert len(book["Tổng quan"]._charts) == 4


def test_lists_end_in_their_sums_and_keep_codes(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    office_report(DATA, path, "en")
    book = openpyxl.load_workbook(path)
    arrears = [list(row) for row in book["Arrears"].iter_rows(values_only=True)]
    assert arrears[1][:5] == ["000123", "=Trần", "0912345678", "Võ Cường", "007"]
    assert arrears[1][5:] == [datetime.fromisoformat("2026-05-02T00:00"), 100, 200, 300]
    assert arrears[-1][-3:] == [100, 250, 350]
    assert book["Arrears"]["B2"].data_type == "s"
    collections = list(book["Collections"].iter_rows(values_only=True))
    assert collections[-1][3:] == (70, 20_500_000, 131_675, 45_000)
    requests = list(book["Requests"].iter_rows(values_only=True))
    assert requests[-1][2:] == (15, 13, 11, 3, 2, 11 / 13)


def test_days_of_the_chart_are_in_order_and_added_up(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    office_report(DATA, path, "vi")
    rows = list(openpyxl.load_workbook(path)["Tổng quan"].iter_rows(values_only=True))
    at = next(n for n, row in enumerate(rows) if row[0] == "Thu tiền theo ngày (triệu đ)")
    assert rows[at + 1][1:3] == ("Tiền thu", "Tiền đã hủy")
    assert [row[:3] for row in rows[at + 2 : at + 4]] == [("02/11", 3, 0.131675), ("03/11", 17.5, 0)]


def test_an_office_without_data_gets_an_empty_report(tmp_path: Path) -> None:
    empty = ReportData(LETTERHEAD, DATA.first_day, DATA.last_day, DATA.made_at, VND)
    office_report(empty, tmp_path / "r.xlsx", "vi")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book["Tổng quan"]._charts == []
    assert book["Yêu cầu"]["C2"].value == 0
