"""Bills: what stands on one, and that thirty thousand do not fill the memory."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from app.documents import bill as bill_module
from app.documents import long_pdf
from app.documents.bill import bills_pdf
from app.documents.preview import page_sizes
from app.domain import vietqr
from app.domain.errors import AppError, Cancelled
from app.domain.money import CNY
from tests.documents.examples import BILL, LONG_BILL, LONG_CUSTOMER
from tests.documents.reading import outside, pages_of


def test_bill_can_be_checked_line_by_line(tmp_path: Path) -> None:
    bills_pdf(tmp_path / "b.pdf", [BILL], "vi")
    (text,) = pages_of((tmp_path / "b.pdf").read_bytes())
    for fact in (
        "Hóa đơn tiền nước",
        "Ký hiệu: 8C26TAA",
        "Số: 00012345",
        "Kỳ 10/2026 (từ 01/10/2026 đến 31/10/2026)",
        "BN-0045678 1.234 1.261 27",
        "Bậc 3: trên 20 đến 30 m³ 7 12.800 89.600",
        "Cộng tiền trước thuế 276.600 đ",
        "Thuế GTGT 5% 13.830 đ",
        "Phí bảo vệ môi trường 10% 27.660 đ",
        "Tổng tiền thanh toán 318.090 đ",
        "Ba trăm mười tám nghìn không trăm chín mươi đồng",
        "Hạn nộp: 25/11/2026",
        "Nợ các kỳ trước, chưa tính ở trên: 131.675 đ",
        "Vietcombank Bắc Ninh",
        "HD-BN03-26-0012345",
    ):
        assert fact in text, fact
    assert "Nơi sử dụng" not in text, "the same address is not printed twice"


def test_the_longest_bill_stays_whole_on_one_page(tmp_path: Path) -> None:
    bills_pdf(tmp_path / "b.pdf", [LONG_BILL], "vi")
    pdf = (tmp_path / "b.pdf").read_bytes()
    (text,) = pages_of(pdf)
    assert outside(pdf, margin=10) == []
    for fact in (
        LONG_CUSTOMER.name,
        LONG_CUSTOMER.address,
        "999.999.999.999 đ",
        "987.655,821",
        "BN-2026-0099887-A",
    ):
        assert fact in text, fact


def test_transfer_code_is_for_this_bill_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[str] = []
    drawn = bill_module.Paper.qr

    def noted(paper: bill_module.Paper, text: str, x: float, top: float, side: float) -> None:
        codes.append(text)
        drawn(paper, text, x, top, side)

    monkeypatch.setattr(bill_module.Paper, "qr", noted)
    others = [replace(BILL, bank=None), replace(BILL, total=0), replace(BILL, currency=CNY)]
    bills_pdf(tmp_path / "b.pdf", [BILL, *others], "vi")
    (code,) = set(codes)
    said = vietqr.parse(code)
    assert (said["bank"], said["account"], said["amount"]) == ("970436", "1017595600", "318090")
    assert said["bill"] == "HD-BN03-26-0012345"


def test_a_bill_of_nothing_asks_for_nothing(tmp_path: Path) -> None:
    nothing = replace(BILL, lines=(), usage=0, net=0, vat=0, fee=0, total=0)
    bills_pdf(tmp_path / "b.pdf", [nothing, replace(nothing, arrears=0)], "vi")
    owing, free = pages_of((tmp_path / "b.pdf").read_bytes())
    for text in (owing, free):
        assert "Không phải thu" in text
        assert "Tổng tiền thanh toán 0 đ" in text
        for asked in ("Hạn nộp", "Chuyển khoản", "Bậc giá", "Bằng chữ"):
            assert asked not in text, asked
    assert "Nợ các kỳ trước, chưa tính ở trên: 131.675 đ" in owing
    assert "Nơi nộp tiền" in owing
    assert "Nơi nộp tiền" not in free


def test_shared_connections_say_their_quotas(tmp_path: Path) -> None:
    bills_pdf(tmp_path / "b.pdf", [BILL, replace(BILL, quotas=5)], "vi")
    one, five = pages_of((tmp_path / "b.pdf").read_bytes())
    assert "Định mức" not in one
    assert "Định mức 5" in five


def test_electricity_has_a_meter_of_its_own_name(tmp_path: Path) -> None:
    bills_pdf(tmp_path / "b.pdf", [replace(BILL, unit="kWh")], "vi")
    (text,) = pages_of((tmp_path / "b.pdf").read_bytes())
    assert "Công tơ" in text
    assert "Số lượng (kWh)" in text


def test_flat_rate_without_a_meter_and_with_an_odd_code_is_still_a_bill(tmp_path: Path) -> None:
    bills_pdf(tmp_path / "b.pdf", [replace(BILL, meters=(), bill_code="HĐ/01")], "vi")
    (text,) = pages_of((tmp_path / "b.pdf").read_bytes())
    assert "Chỉ số cũ" not in text
    assert "HĐ/01" in text
    assert "318.090 đ" in text


def test_many_bills_need_no_more_memory_than_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def peak(count: int) -> int:
        bills = (replace(BILL, number=f"{n:08}", bill_code=f"HD-BN03-26-{n:07}") for n in range(count))
        tracemalloc.start()
        try:
            assert bills_pdf(tmp_path / "many.pdf", bills, "vi") == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    monkeypatch.setattr(long_pdf, "PAGES_A_PART", 8)
    peak(2)
    few = peak(8)
    many = peak(48)
    # A single page takes 40,000 until it is written.
    assert many < few + 120_000
    assert len(page_sizes(tmp_path / "many.pdf")) == 48
    pages = pages_of((tmp_path / "many.pdf").read_bytes())
    assert all(f"HD-BN03-26-{n:07}" in page for n, page in enumerate(pages))


@pytest.mark.parametrize("count", [1, 9, 10, 11, 21])
def test_pages_are_counted_right_around_a_full_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(long_pdf, "PAGES_A_PART", 10)
    bills_pdf(tmp_path / "b.pdf", (BILL for _ in range(count)), "en")
    assert len(page_sizes(tmp_path / "b.pdf")) == count


def test_joined_parts_keep_the_title_and_the_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_pdf, "PAGES_A_PART", 1)
    bills_pdf(tmp_path / "b.pdf", [BILL, BILL, BILL], "vi")
    document = pypdfium2.PdfDocument(tmp_path / "b.pdf")
    try:
        assert document.get_metadata_value("Title") == "Hóa đơn"
    finally:
        document.close()
    assert b"/Lang (vi)" in (tmp_path / "b.pdf").read_bytes()
    assert list(tmp_path.iterdir()) == [tmp_path / "b.pdf"], "the parts are gone"


def test_no_bills_make_no_file(tmp_path: Path) -> None:
    with pytest.raises(AppError, match=r"bills\.none"):
        bills_pdf(tmp_path / "b.pdf", [], "vi")
    assert list(tmp_path.iterdir()) == []


def test_stopping_leaves_the_old_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_pdf, "PAGES_A_PART", 1)
    path = tmp_path / "b.pdf"
    path.write_bytes(b"old")

    def stop(done: int) -> None:
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        bills_pdf(path, (BILL for _ in range(10)), "vi", stop)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
