"""Work orders and the sheet of a day, read as the crew reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.documents.field_orders import DayLine, DayPaper, MaterialLine, OrderPaper
from app.documents.field_sheet import A4, day_sheet, work_order
from app.documents.papers import Party
from app.documents.preview import page_sizes
from app.documents.style import A5
from app.domain.money import VND
from tests.documents.examples import CUSTOMER, LETTERHEAD, LONG_CUSTOMER, OFFICER
from tests.documents.reading import outside, pages_of, text_of

ORDER = OrderPaper(
    LETTERHEAD,
    "LC-BN03-26-000041",
    "Sửa chữa",
    date(2026, 11, 20),
    "Đội trực sửa chữa",
    ("Phạm Văn Thành", "Nguyễn Văn Nam"),
    CUSTOMER,
    "DD00123456",
    "LT07",
    "DH-2291",
    "YC-BN03-26-000412",
    "Vỡ ống trước nhà, nước tràn ra đường",
    "Khóa van khu vực, thay đoạn ống vỡ, lấp vỉa hè",
    False,
    OFFICER,
    VND,
    reported_at=datetime(2026, 11, 20, 1, 0, tzinfo=UTC),
    on_site_by=datetime(2026, 11, 20, 1, 45, tzinfo=UTC),
    restore_by=datetime(2026, 11, 20, 3, 0, tzinfo=UTC),
)


def test_the_crew_reads_where_for_whom_what_and_by_when() -> None:
    (text,) = pages_of(work_order(ORDER, "vi"))
    for fact in (
        "Phiếu công tác Sửa chữa",
        "LC-BN03-26-000041",
        "Phạm Văn Thành, Nguyễn Văn Nam",
        "Số 5 ngõ 27 đường Ngô Gia Tự",
        "Trần Đức Thắng",
        "0987 654 321",
        "DH-2291",
        "YC-BN03-26-000412",
        "nước tràn ra đường",
        "Khóa van khu vực",
        "có mặt trước 08:45",
        "cấp lại trước 10:00",
        "An toàn trước hết",
        "Vật tư đã dùng",
        "Nguyễn Thị Hồng Nhung",
    ):
        assert fact in text, fact
    assert "miễn phí" not in text


@pytest.mark.parametrize("size", [A5, A4])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_on_both_sizes_everything_is_on_one_page(size: tuple[float, float], language: str) -> None:
    pdf = work_order(replace(ORDER, customer=LONG_CUSTOMER, labour_free=True), language, size=size)
    assert page_sizes(pdf) == [pytest.approx(size, abs=0.01)]
    assert outside(pdf, 8) == []


def test_free_labour_is_said_and_an_order_without_a_clock_says_no_hour() -> None:
    text = text_of(work_order(replace(ORDER, labour_free=True), "vi"))
    assert "Miễn phí nhân công" in text
    calm = text_of(work_order(replace(ORDER, reported_at=None, on_site_by=None, restore_by=None), "vi"))
    assert "Báo sự cố" not in calm
    assert "Cấp lại lúc" not in calm


def test_what_was_done_stands_on_it_when_it_is_printed_again() -> None:
    done = replace(
        ORDER,
        on_site_at=datetime(2026, 11, 20, 1, 30, tzinfo=UTC),
        restored_at=datetime(2026, 11, 20, 2, 20, tzinfo=UTC),
        done_at=datetime(2026, 11, 20, 2, 50, tzinfo=UTC),
        result="Đã làm xong: thay 2 m ống",
        materials=(MaterialLine("Ống PPR 25", 2500, "m", "của khách hàng", 85_000),),
    )
    text = text_of(work_order(done, "vi"))
    for fact in ("20/11/2026 08:30", "20/11/2026 09:20", "thay 2 m ống", "Ống PPR 25", "2,5", "85.000 đ"):
        assert fact in text, fact


def test_no_word_is_lost_however_long_it_gets() -> None:
    words = " ".join(f"việc{n}" for n in range(600))
    pdf = work_order(replace(ORDER, task=words), "vi")
    said = text_of(pdf).split()
    assert all(f"việc{n}" in said for n in range(600))
    assert outside(pdf, 8) == []


def line(number: int, route: str, customer: Party = CUSTOMER) -> DayLine:
    return DayLine(
        f"LC-BN03-26-{number:06d}", "Kiểm tra", route, customer, "DH-1", "Kiểm tra niêm chì", ("Nam",), None
    )


def test_the_sheet_of_a_day_goes_route_by_route_over_its_pages() -> None:
    lines = [line(n, "LT01" if n < 30 else "LT02") for n in range(1, 60)] + [line(60, "", LONG_CUSTOMER)]
    sheet = DayPaper(LETTERHEAD, date(2026, 11, 20), "Đội trực sửa chữa", lines, OFFICER)
    lines[7] = replace(lines[7], task="việc " * 1000)
    pdf = day_sheet(sheet, "vi")
    pages = pages_of(pdf)
    assert len(pages) > 1
    assert all("Việc cần làm" in page for page in pages[:-1])
    text = " ".join(pages)
    assert all(f"LC-BN03-26-{n:06d}" in text for n in range(1, 61))
    assert text.index("Lộ trình LT01") < text.index("LC-BN03-26-000029") < text.index("Lộ trình LT02")
    assert "Ngoài lộ trình" in text
    assert "Số phiếu công tác: 60" in text
    assert outside(pdf, 8) == []
