"""The list of missing papers, read as a customer reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from app.documents.missing_papers import missing_papers
from app.documents.papers import MissingPapers
from app.domain.office_hours import hours_lines
from app.words import Words
from tests.documents.examples import CUSTOMER, LETTERHEAD, LONG_CUSTOMER, OFFICER
from tests.documents.reading import outside, pages_of, text_of

HOURS = dict.fromkeys(range(5), ((450, 690), (810, 1020)))
LIST = MissingPapers(
    LETTERHEAD,
    "Phiếu yêu cầu bổ sung hồ sơ",
    "YC-BN03-26-000123",
    CUSTOMER,
    "Lắp đặt mới, khu vực thành thị",
    "Xin lắp đồng hồ nước cho nhà mới xây.",
    datetime(2026, 11, 20, 2, 15, tzinfo=UTC),
    ("Đơn đề nghị",),
    ("Căn cước công dân", "Giấy tờ nhà đất hoặc hợp đồng thuê"),
    ("Sơ đồ vị trí",),
    hours_lines(HOURS, Words("vi")),
    OFFICER,
)


def test_it_says_what_is_missing_what_was_brought_and_what_to_do() -> None:
    (text,) = pages_of(missing_papers(LIST, "vi"))
    assert "Giấy tờ còn thiếu Căn cước công dân Giấy tờ nhà đất hoặc hợp đồng thuê" in text
    assert "Giấy tờ đã nộp Đơn đề nghị" in text
    assert "Có thể cần thêm Sơ đồ vị trí" in text
    assert "Ghi nhận lúc 20/11/2026 09:15" in text
    assert "Mang giấy tờ còn thiếu cùng phiếu này đến Văn phòng giao dịch Tiên Du" in text
    assert "gọi 0222 3 555 123 và đọc mã YC-BN03-26-000123" in text
    assert "Thứ Hai – Thứ Sáu: 07:30–11:30, 13:30–17:00" in text
    assert "Nguyễn Thị Hồng Nhung · Nhân viên tiếp nhận · 0912 345 678" in text


def test_what_there_is_none_of_has_no_heading() -> None:
    text = text_of(missing_papers(replace(LIST, brought=(), optional=(), hours=()), "en"))
    assert "Papers still missing" in text
    for heading in ("Papers brought", "May be needed too", "Office hours"):
        assert heading not in text


def test_without_an_office_phone_the_officers_own_stands_there() -> None:
    paper = replace(LIST, letterhead=replace(LETTERHEAD, phone=""))
    assert "gọi 0912 345 678" in text_of(missing_papers(paper, "vi"))


def test_thirty_papers_with_long_names_stay_on_the_paper() -> None:
    names = tuple(f"{n} {'giấy xác nhận ' * 12}số{n}" for n in range(30))
    pdf = missing_papers(replace(LIST, customer=LONG_CUSTOMER, missing=names), "vi")
    assert outside(pdf) == []
    text = text_of(pdf)
    assert all(f"số{n}" in text for n in range(30))


def test_words_are_not_markup() -> None:
    words = "<b>Đơn</b> {code} &amp; %s"
    assert words in text_of(missing_papers(replace(LIST, missing=(words,)), "vi"))


def test_days_of_the_same_hours_stand_on_one_line() -> None:
    tr = Words("en")
    hours = {0: ((480, 720),), 1: ((480, 720),), 2: (), 3: ((480, 720),), 6: ((540, 600),)}
    assert hours_lines(hours, tr) == ("Mon – Tue: 08:00–12:00", "Thu: 08:00–12:00", "Sun: 09:00–10:00")
    assert hours_lines({}, tr) == ()
    assert hours_lines(dict.fromkeys(range(7), ((0, 1440),)), tr) == ("Mon – Sun: 00:00–24:00",)
