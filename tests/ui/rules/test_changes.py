"""Changes of rules in words: every field that a form can change is named, from what to what."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.rule_checks import KEYS
from app.services.rules import NewRule
from app.ui.rules.changes import Called, changes, counts, question

KNOWN = Called(
    units={"REPAIR": "Đội sửa chữa", "CARE": "Tổ chăm sóc"},
    people={"ab": "Hoàng Thị Yến"},
    targets={"answer": "Trả lời đúng hạn"},
    rights={"supply": "Được cấp nước"},
)


def names(word: str) -> dict[str, str]:
    return {"vi": word, "en": word}


def step(code: str, amount: int = 1, form: str = "") -> dict[str, Any]:
    found = {
        "code": code,
        "names": names(code.upper()),
        "unit": "REPAIR",
        "limit": {"amount": amount, "unit": "working_days"},
    }
    return found | ({"form": form} if form else {})


KIND: dict[str, Any] = {
    "code": "leak",
    "names": names("Rò rỉ"),
    "category": None,
    "unit_code": "REPAIR",
    "limit_amount": 24,
    "limit_unit": "hours",
    "priority": 1,
    "restricted": 0,
    "channels": None,
    "documents": [{"code": "form", "names": names("Đơn"), "needed": True}],
    "steps": [step("a"), step("b")],
    "escalation": None,
    "forms": None,
    "charter": None,
    "right_code": None,
    "valid_from": "2026-01-01",
    "retired_at": None,
}
HOURS: dict[str, Any] = {
    "hours": {str(day): [[450, 690]] if day < 5 else [] for day in range(7)},
    "valid_from": "2026-01-01",
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"names": {"vi": "Vỡ ống", "en": "Rò rỉ"}}, ["tên (Tiếng Việt): Rò rỉ → Vỡ ống"]),
        ({"names": {**names("Rò rỉ"), "zh": "漏水"}}, ["tên (中文): không → 漏水"]),
        ({"category": "complaint"}, ["phân loại: Yêu cầu dịch vụ → Khiếu nại"]),
        ({"unit_code": "CARE"}, ["bộ phận: Đội sửa chữa → Tổ chăm sóc"]),
        ({"limit_amount": 12}, ["thời hạn: 24 giờ → 12 giờ"]),
        (
            {"limit_amount": 3, "limit_unit": "working_days"},
            ["thời hạn: 24 giờ → 3 ngày làm việc"],
        ),
        ({"priority": 3}, ["mức khẩn: Khẩn → Thường"]),
        ({"restricted": 1}, ["người được xem: mọi người của đơn vị → chỉ lãnh đạo và người được giao"]),
        ({"channels": ["phone"]}, ["kênh tiếp nhận: tất cả → Điện thoại"]),
        ({"charter": "answer"}, ["chỉ tiêu cam kết: không → Trả lời đúng hạn"]),
        ({"right_code": "supply"}, ["quyền: không → Được cấp nước"]),
        (
            {"escalation": {"warn": {"amount": 2, "unit": "hours"}, "at_once": True}},
            ["báo trước: không → 2 giờ", "lãnh đạo ngay khi tiếp nhận: không → có"],
        ),
        (
            {"documents": [{"code": "form", "names": names("Đơn"), "needed": False}]},
            ["giấy tờ: Đơn → Đơn (nếu có)"],
        ),
        ({"documents": None}, ["giấy tờ: bỏ Đơn"]),
        (
            {"steps": [step("b"), step("a", 2), step("c", form="survey")]},
            [
                "các bước: A · Đội sửa chữa · 1 ngày làm việc → A · Đội sửa chữa · 2 ngày làm việc",
                "các bước: thêm C · Đội sửa chữa · 1 ngày làm việc · Khảo sát",
                "các bước: đổi thứ tự: B, A",
            ],
        ),
        ({"retired_at": 5}, ["Ngừng dùng"]),
        ({"valid_from": "2027-01-01"}, []),
        ({}, []),
    ],
)
def test_each_field_of_a_kind(change: dict[str, Any], said: list[str], look: object) -> None:
    assert changes(KIND, {**KIND, **change}, KNOWN) == said


def test_hours_by_weekday(look: object) -> None:
    after = {**HOURS, "hours": {**HOURS["hours"], "0": [], "5": [[480, 600]]}}
    assert changes(HOURS, after, KNOWN) == ["Thứ hai: 07:30–11:30 → nghỉ", "Thứ bảy: nghỉ → 08:00–10:00"]


def test_a_long_text_is_shown_where_it_differs(look: object) -> None:
    before = {"name": "Thư", "subject": "Trả lời", "text": "Kính gửi ông bà, " + "chúng tôi " * 9 + "xin đáp"}
    after = {**before, "text": before["text"].replace("đáp", "trả lời")}
    (said,) = changes(before, after, KNOWN)
    assert said == "nội dung: “…đáp” → “…trả lời”"


def test_a_unit_a_day_an_item_a_target_and_a_letter(look: object) -> None:
    unit = {"code": "REPAIR", "name": "Đội", "phone": None, "head": None, "retired_at": None}
    assert changes(unit, {**unit, "phone": "1", "head": "ab"}, KNOWN) == [
        "điện thoại: không → 1",
        "phụ trách: không → Hoàng Thị Yến",
    ]
    day = {"day": "2026-11-23", "intervals": [], "note": "Lễ"}
    assert changes(day, {**day, "intervals": None}, KNOWN) == [
        "giờ trong ngày: ngày nghỉ → làm việc như ngày thường"
    ]
    target = {
        "names": names("x"), "measure": "answered", "limit_amount": 1, "limit_unit": "hours", "share": 950,
    }  # fmt: skip
    assert changes(target, {**target, "share": 975}, KNOWN) == ["tỷ lệ: 95 % → 97,5 %"]


@pytest.mark.parametrize("table", sorted(KEYS))
def test_for_whom_it_counts_is_said_of_every_table(table: str, look: object) -> None:
    assert counts(table).endswith(".")


def test_a_new_rule_is_named_as_new(look: object) -> None:
    lines = question([NewRule("request_type", KIND)], [None], KNOWN).splitlines()
    assert lines[:2] == ["Ban hành: Rò rỉ", "– Mới"]
