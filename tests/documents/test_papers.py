"""Slips, receipts and remittance slips, read as a person reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents.papers import PayoutLine, PayoutPaper
from app.documents.payout import payout_slip
from app.documents.preview import page_sizes
from app.documents.receipt import receipt_80mm, receipt_a5
from app.documents.remittance import remittance_slip, session_report
from app.documents.slip import request_slip
from app.domain.money import VND
from tests.documents.examples import (
    COPY,
    CUSTOMER,
    LETTERHEAD,
    LONG_CUSTOMER,
    OFFICER,
    RECEIPT,
    REVERSED,
    ROWS,
    SESSION,
    SLIP,
)
from tests.documents.reading import outside, pages_of, text_of

A5 = (419.53, 595.28)


def test_slip_says_what_was_asked_who_handles_it_and_when_the_answer_is_due() -> None:
    (text,) = pages_of(request_slip(SLIP, "vi"))
    for fact in (
        "Phiếu tiếp nhận yêu cầu",
        "KN-BN03-26-000123",
        "Trần Đức Thắng",
        "KH00123456",
        "0987 654 321",
        "Khiếu nại chỉ số",
        "Tại quầy",
        "gia đình đi vắng hai tuần",
        "– Bản sao căn cước công dân",
        "Thời điểm nhận 20/11/2026 09:15",
        "Hạn trả lời: 24/11/2026 16:30",
        "Tổ kiểm tra đồng hồ – Lê Văn Bình",
        "Nguyễn Thị Hồng Nhung · Nhân viên tiếp nhận · 0912 345 678",
        "gọi 0222 3 555 123 và đọc mã trên",
    ):
        assert fact in text, fact


def test_slip_is_a5_in_the_language_of_the_customer() -> None:
    pdf = request_slip(SLIP, "en")
    assert page_sizes(pdf) == [pytest.approx(A5, abs=0.01)]
    assert "Answer due by 24/11/2026 16:30" in text_of(pdf)
    assert "Hạn trả lời" not in text_of(pdf)


def test_slip_without_a_due_time_promises_none() -> None:
    assert "Hạn trả lời" not in text_of(request_slip(replace(SLIP, due_at=None), "vi"))


def test_words_of_the_customer_are_not_markup() -> None:
    words = "<b>Nước</b> &amp; <font size=90> {phone} %s </para>"
    assert words in text_of(request_slip(replace(SLIP, words=words), "vi"))


def test_decomposed_and_invisible_characters_are_put_right() -> None:
    text = text_of(
        request_slip(replace(SLIP, words="Ti\u00ea\u0301ng\u200b Vie\u0323\u0302t\u202e\x07"), "vi")
    )
    assert "Tiếng Việt" in text


def test_very_long_words_go_on_over_pages_and_none_is_lost() -> None:
    words = " ".join(f"câu{n}" for n in range(1500))
    pdf = request_slip(replace(SLIP, words=words), "vi")
    pages = pages_of(pdf)
    assert len(pages) > 1
    assert all(f"câu{n}" in " ".join(pages).split() for n in range(1500))
    assert all("KN-BN03-26-000123" in page for page in pages)
    assert "Trang 2" in pages[1]
    assert outside(pdf) == []


def test_receipt_gives_the_sum_in_figures_and_words() -> None:
    for pdf in (receipt_a5(RECEIPT, "vi"), receipt_80mm(RECEIPT, "vi")):
        (text,) = pages_of(pdf)
        for fact in (
            "Biên lai thu tiền",
            "PT-BN03-26-000041",
            "21/11/2026 09:05",
            "HD-BN03-26-0012345",
            "131.675 đ",
            "248.040 đ",
            "Tiền trả trước 20.285 đ",
            "Tổng tiền thu 400.000 đ",
            "Khách đưa 500.000 đ",
            "Tiền trả lại khách 100.000 đ",
            "Bốn trăm nghìn đồng",
            "Phạm Thu Hà · Thu ngân",
            "Nhà văn hóa thôn Đại Thượng",
        ):
            assert fact in text, fact
        assert "BẢN SAO" not in text
        assert "ĐÃ HỦY" not in text


def test_the_parts_of_a_receipt_make_its_total() -> None:
    assert sum(line.amount for line in RECEIPT.lines) + RECEIPT.credit == RECEIPT.total


def test_copy_and_reversal_are_marked() -> None:
    for make in (receipt_a5, receipt_80mm):
        assert "BẢN SAO" in text_of(make(COPY, "vi"))
        text = text_of(make(REVERSED, "vi"))
        assert "ĐÃ HỦY bởi Ngô Văn Tùng lúc 21/11/2026 10:40" in text
        assert "Thu nhầm khách hàng cùng tên" in text


def test_roll_is_80_mm_wide_and_as_long_as_needed() -> None:
    ((width, short),) = page_sizes(receipt_80mm(RECEIPT, "vi"))
    ((_, long),) = page_sizes(receipt_80mm(replace(RECEIPT, lines=RECEIPT.lines * 8), "vi"))
    assert width == pytest.approx(226.77, abs=0.01)
    assert short < 420
    assert long > short + 200


def test_remittance_slip_shows_what_is_short_in_figures_and_words() -> None:
    (text,) = pages_of(remittance_slip(SESSION, "vi"))
    for fact in (
        "NT-BN03-26-000007",
        "Đã thu (127 biên lai) 24.318.500 đ",
        "Đã hủy: 2 −610.000 đ",
        "Tiền mặt phải có 24.208.500 đ",
        "500.000 đ 31 15.500.000 đ",
        "Tiền mặt kiểm đếm 24.193.000 đ",
        "Chênh lệch (thiếu) −15.500 đ",
        "Mười lăm nghìn năm trăm đồng",
        "Quỹ để lại −500.000 đ",
        "Số tiền nộp 23.693.000 đ",
        "Hai mươi ba triệu sáu trăm chín mươi ba nghìn đồng",
    ):
        assert fact in text, fact


def test_remittance_slip_that_fits_speaks_of_no_difference_in_words() -> None:
    text = text_of(remittance_slip(replace(SESSION, counted=SESSION.expected, reason=""), "vi"))
    assert "Chênh lệch 0 đ" in text
    assert "Lý do" not in text


def test_session_report_lists_every_receipt_once() -> None:
    pdf = session_report(SESSION, ROWS, "vi")
    text = text_of(pdf)
    for row in ROWS:
        assert text.count(row.customer_code) == 1
        assert row.number in text
    note = "đã hủy bởi Ngô Văn Tùng, lý do: Thu nhầm khách hàng cùng tên, lúc 21/11/2026 10:40"
    assert text.count(note) == sum(row.reversal is not None for row in ROWS) > 0
    for page in pages_of(pdf):
        assert page.count("Mã khách hàng") == any(row.number in page for row in ROWS)
    # On one page, and so in larger letters, a code stays whole as well.
    few = text_of(session_report(SESSION, ROWS[:3], "vi"))
    assert all(row.number in few for row in ROWS[:3])


def test_a_shortage_with_nothing_to_hand_in_is_told_by_the_report() -> None:
    session = replace(SESSION, counted=300_000, remitted=0, number="", reason="Bị mất túi tiền ở điểm thu")
    text = text_of(session_report(session, ROWS, "vi"))
    for fact in (
        "Tiền mặt phải có 24.208.500 đ",
        "Tiền mặt kiểm đếm 300.000 đ",
        "Chênh lệch (thiếu) −23.908.500 đ",
        "Bị mất túi tiền ở điểm thu",
    ):
        assert fact in text, fact


def test_long_names_addresses_and_amounts_stay_on_the_page_and_whole() -> None:
    receipt = replace(
        REVERSED,
        payer=LONG_CUSTOMER,
        total=999_999_999_999,
        tendered=999_999_999_999,
        lines=tuple(replace(line, amount=499_999_999_999) for line in RECEIPT.lines),
        copy=True,
    )
    papers = {
        "slip": request_slip(replace(SLIP, customer=LONG_CUSTOMER, handler=LONG_CUSTOMER.name), "vi"),
        "a5": receipt_a5(receipt, "vi"),
        "roll": receipt_80mm(receipt, "vi"),
    }
    for name, pdf in papers.items():
        assert outside(pdf, margin=8) == [], name
        text = text_of(pdf)
        assert LONG_CUSTOMER.name in text, name
        assert LONG_CUSTOMER.address in text, name
        if name != "slip":
            assert "999.999.999.999 đ" in text, name


any_text = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=400)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(any_text, any_text, st.integers(0, 10**13))
def test_no_input_breaks_a_paper_or_leaves_the_page(name: str, words: str, amount: int) -> None:
    customer = replace(SLIP.customer, name=name, address=words)
    slip = request_slip(replace(SLIP, customer=customer, words=words), "vi")
    assert outside(slip) == []
    receipt = replace(RECEIPT, payer=customer, total=amount, taken_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert outside(receipt_80mm(receipt, "en")) == []
    assert outside(receipt_a5(receipt, "en")) == []


def test_a_pay_out_slip_of_any_length_is_whole() -> None:
    """Form 02-TT on one A5 page: all who sign, figures and words, what goes with it."""
    short = PayoutPaper(
        LETTERHEAD, "Phiếu chi", "PC-BN03-26-000001", SESSION.closed_at, CUSTOMER, CUSTOMER.name,
        "Nộp hai lần", 45_500, VND, "YC-BN03-26-000123", ("BL-BN03-26-000041",), "Hoàng Thị Yến",
        "Bùi Thị Mai · Giám sát",
        "Hoàng Thị Yến", OFFICER, "CT-BN03-26-000019",
    )  # fmt: skip
    long = replace(
        short,
        customer=LONG_CUSTOMER,
        payee=LONG_CUSTOMER.name + " do ông Nguyễn Văn Ba đại diện theo giấy ủy quyền",
        reason="Nộp hai lần các kỳ từ 04/2026 đến 10/2026 tại quầy và qua người thu; " * 5,
        amount=999_999_999_999,
        receipts=tuple(f"BL-BN03-26-{n:06}" for n in range(20)),
        copy=True,
    )
    for paper, words in (
        (short, ("02-TT", "45.500 đ", "Bốn mươi lăm nghìn năm trăm đồng", "BL-BN03-26-000041")),
        (long, ("999.999.999.999 đ", "BL-BN03-26-000019", "21 chứng từ", "BẢN SAO")),
    ):
        pdf = payout_slip(paper, "vi")
        text = text_of(pdf)
        for each in (*words, "Giám đốc", "Kế toán trưởng", "Thủ quỹ", "Người lập phiếu", "Người nhận tiền"):
            assert each in text, each
        assert outside(pdf) == []
    assert len(pages_of(payout_slip(short, "vi"))) == 1
    assert "For the customer" in text_of(payout_slip(long, "en"))


def test_a_session_tells_what_was_paid_back() -> None:
    session = replace(SESSION, paid_out=45_500, expected=SESSION.expected - 45_500)
    assert "−45.500 đ" in text_of(remittance_slip(session, "vi"))
    assert "Chi trả tiền thừa" not in text_of(remittance_slip(SESSION, "vi"))
    line = PayoutLine(
        "PC-BN03-26-000001", SESSION.closed_at, "KH00123456", LONG_CUSTOMER.name, "YC-BN03-26-000123", 45_500
    )
    report = session_report(session, ROWS, "vi", [line])
    assert {"PC-BN03-26-000001", "YC-BN03-26-000123"} <= set(text_of(report).split())
    assert outside(report) == []
