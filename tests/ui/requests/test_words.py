from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.domain.deadlines import zone_named
from app.domain.requests import STATES
from app.queries.requests import Happened, RequestRow
from app.ui.kit.theme import Tone
from app.ui.requests.words import (
    day_words,
    due_of,
    late_words,
    phone_words,
    short_code,
    stamp,
    step_words,
)
from app.words import tr

ZONE = zone_named("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 20, 3, 28, tzinfo=UTC)  # 10:28


def at(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


def row(state: str, due: datetime | None) -> RequestRow:
    return RequestRow(
        id=uuid4(), code="YC-BN03-26-000412", type_code="leak", channel="walk_in", words="Mất nước",
        customer_id=None, customer_code=None, contact_name="Lan", phone=None, address=None, received_at=NOW,
        received_by=uuid4(), state=state, unit_code="REPAIR", due=due, closed_at=None, restricted=False,
        type_id=None, person=None, person_name=None, step=None, step_due=None, held_at=None, warn_at=None,
        asked=(), incident_id=None, reopened=0, score=None, moved_hlc=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "due", "words", "tone"),
    [
        ("routed", at(20, 9, 48), "trễ 40 phút", Tone.WRONG),
        ("received", at(20, 10, 28) - timedelta(seconds=1), "trễ 1 phút", Tone.WRONG),
        ("routed", at(20, 10, 28), "hôm nay 10:28", Tone.ATTENTION),
        ("routed", at(20, 7, 27), "trễ 3 giờ", Tone.WRONG),
        ("routed", at(18, 10, 28), "trễ 2 ngày", Tone.WRONG),
        ("routed", at(20, 16, 30), "hôm nay 16:30", Tone.ATTENTION),
        ("routed", at(20, 23, 59), "hôm nay 23:59", Tone.ATTENTION),
        ("routed", at(21, 0, 0), "21/11", Tone.SOFT),
        ("routed", at(5, 8, 0, 1, 2027), "05/01/2027", Tone.SOFT),
        ("answered", at(20, 9, 48), "báo khách", Tone.INFO),
        ("told", at(20, 9, 48), "báo khách", Tone.INFO),
        ("closed", at(20, 9, 48), "", Tone.SOFT),
        ("routed", None, "", Tone.SOFT),
    ],
)
def test_due_times_in_words(state: str, due: datetime | None, words: str, tone: Tone) -> None:
    said = due_of(row(state, due), NOW, ZONE)
    assert (said.text, said.tone) == (words, tone)


def test_near_days_have_names_and_far_ones_dates() -> None:
    said = [
        day_words(at(day, 9, 5, month, year), NOW, ZONE)
        for day, month, year in ((20, 11, 2026), (19, 11, 2026), (21, 11, 2026), (22, 11, 2026), (2, 1, 2027))
    ]
    assert said == ["hôm nay 09:05", "hôm qua 09:05", "ngày mai 09:05", "22/11 09:05", "02/01/2027 09:05"]
    assert [stamp(at(d, 9, 5, 11, y), NOW, ZONE) for d, y in ((20, 2026), (19, 2026), (20, 2025))] == [
        "09:05", "19/11 09:05", "20/11/2025",
    ]  # fmt: skip


def test_the_same_in_english() -> None:
    tr.use("en")
    assert day_words(at(20, 16, 30), NOW, ZONE) == "today 16:30"
    assert late_words(timedelta(minutes=40)) == "40 min late"


def test_codes_and_phone_numbers_as_they_are_read() -> None:
    assert short_code("YC-BN03-26-000412", "BN03") == "000412"
    assert short_code("YC-BN01-26-000412", "BN03") == "BN01-000412"
    assert [phone_words(each) for each in ("0912345678", "02223821000", "19001006", None)] == [
        "0912 345 678", "0222 3821 000", "19001006", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "data", "text", "words"),
    [
        ("received", {}, None, "Yến tiếp nhận"),
        ("routed", {}, "Nhờ xem", "Chuyển Đội trực sửa chữa: Nhờ xem"),
        ("answered", {"outcome": "solved"}, "Đã vá", "Đã giải quyết (Yến): Đã vá"),
        ("told", {"how": "phone"}, "Đã gọi", "Đã báo khách hàng · qua điện thoại (Yến): Đã gọi"),
        ("reopened", {}, "Vẫn rò", "Yến mở lại: Vẫn rò"),
        ("noted", {}, "Đang đào", "Yến ghi chú: Đang đào"),
    ],
)
def test_steps_of_the_story(kind: str, data: dict[str, str], text: str | None, words: str) -> None:
    units = {"REPAIR": "Đội trực sửa chữa"}
    step = Happened(kind, NOW, "Yến", "REPAIR", text, None, data, True)
    assert step_words(step, units) == words
    late = Happened(kind, NOW, "Yến", "REPAIR", text, None, data, False)
    assert step_words(late, units) == f"{words} (không còn hiệu lực: quầy khác đã làm trước)"


def test_every_state_has_its_word_in_the_due_column() -> None:
    assert {state: bool(due_of(row(state, at(20, 16)), NOW, ZONE).text) for state in STATES} == {
        "lacking": True, "received": True, "routed": True, "answered": True, "told": True, "closed": False,
    }  # fmt: skip
