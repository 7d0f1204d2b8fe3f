from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from app.domain.deadlines import WorkingCalendar, zone_named
from app.domain.requests import STATES
from app.queries.requests import Happened, RequestRow
from app.ui.kit import theme
from app.ui.kit.bars import PADDING
from app.ui.kit.pills import pill_width
from app.ui.kit.theme import Tone, font, px
from app.ui.requests.inspector import headline
from app.ui.requests.words import (
    DUE_WIDTH,
    Due,
    closed_notice,
    contact_words,
    day_words,
    due_notice,
    due_of,
    due_words,
    late_words,
    phone_words,
    short_code,
    stamp,
    step_words,
)
from app.words import tr
from tests.domain.calendars import VN

ZONE = zone_named("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 20, 3, 28, tzinfo=UTC)  # 10:28


def at(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


def row(
    state: str, due: datetime | None, *, held: datetime | None = None, warned: datetime | None = None
) -> RequestRow:
    return RequestRow(
        id=uuid4(), code="YC-BN03-26-000412", type_code="leak", channel="walk_in", words="Mất nước",
        customer_id=None, customer_code=None, contact_name="Lan", phone=None, address=None, received_at=NOW,
        received_by=uuid4(), state=state, unit_code="REPAIR", due=due, closed_at=None, restricted=False,
        type_id=None, person=None, person_name=None, step=None, step_due=None, held_at=held, warn_at=warned,
        asked=(), incident_id=None, reopened=0, score=None, moved_hlc=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "due", "words", "tone"),
    [
        ("routed", at(20, 9, 48), "trễ 40 phút", Tone.WRONG),
        ("received", at(20, 10, 28) - timedelta(seconds=1), "trễ 1 phút", Tone.WRONG),
        ("routed", at(20, 7, 27), "trễ 3 giờ", Tone.WRONG),
        ("routed", at(18, 10, 28), "trễ 2 ngày", Tone.WRONG),
        ("routed", at(20, 10, 28), "hôm nay 10:28", Tone.ATTENTION),
        ("routed", at(20, 10, 29), "còn 1 phút", Tone.ATTENTION),
        ("routed", at(20, 11, 27), "còn 59 phút", Tone.ATTENTION),
        ("routed", at(20, 11, 28), "còn 60 phút", Tone.ATTENTION),
        ("routed", at(20, 16, 30), "16:30, còn 4 giờ", Tone.ATTENTION),  # without the break at noon
        ("routed", at(20, 23, 59), "23:59, còn 4 giờ", Tone.ATTENTION),
        ("routed", at(21, 0, 0), "ngày mai 00:00", Tone.SOFT),
        ("routed", at(24, 8, 0), "24/11 08:00", Tone.SOFT),
        ("routed", at(20, 8, 0, 12), "20/12 08:00", Tone.SOFT),
        ("routed", at(5, 8, 0, 1, 2027), "05/01/2027 08:00", Tone.SOFT),
        ("answered", at(20, 9, 48), "báo khách", Tone.INFO),
        ("told", at(20, 9, 48), "báo khách", Tone.INFO),
        ("lacking", None, "thiếu giấy tờ", Tone.ATTENTION),
        ("routed", None, "", Tone.SOFT),
    ],
)
def test_due_times_in_words(state: str, due: datetime | None, words: str, tone: Tone) -> None:
    said = due_of(row(state, due), NOW, VN, False)
    assert (said.text, said.tone) == (words, tone)


@pytest.mark.parametrize(
    ("due", "answered", "closed", "words", "notice"),
    [
        (at(20, 9), at(20, 9), at(20, 10), "20/11, đúng hạn",
         "Đã kết thúc hôm nay 10:00, trả lời đúng hạn"),
        (at(18, 8), at(20, 9), at(20, 10), "20/11, trễ 2 ngày",
         "Đã kết thúc hôm nay 10:00, trả lời trễ 2 ngày"),
        (at(18, 8, 0, 12, 2025), at(19, 9, 0, 12, 2025), at(22, 9, 0, 12, 2025), "2025, trễ 25 giờ",
         "Đã kết thúc 22/12/2025 09:00, trả lời trễ 25 giờ"),
        (None, at(20, 9), at(20, 10), "20/11", "Đã kết thúc hôm nay 10:00"),
    ],
)  # fmt: skip
def test_what_is_closed_says_when_and_how_its_limit_was_kept(
    due: datetime | None, answered: datetime, closed: datetime, words: str, notice: str
) -> None:
    each = replace(row("closed", due), answered_at=answered, closed_at=closed)
    said = due_of(each, NOW, VN, False)
    assert (said.text, said.tone) == (words, Tone.SOFT)
    assert closed_notice(each, NOW, ZONE) == notice


def test_who_waits_for_the_customer_is_neither_near_nor_late() -> None:
    for due in (at(18, 9), at(20, 9), at(20, 16), at(27, 9)):
        held = row("routed", due, held=at(19, 16))
        said = due_of(held, NOW, VN, False)
        assert (said.text, said.tone) == ("chờ khách hàng", Tone.INFO)
        assert due_notice(held, NOW, VN, False) == (
            "Chờ khách hàng từ hôm qua 16:00. Thời gian này không tính vào hạn.", Tone.INFO,
        )  # fmt: skip
    # Answered all the same: then it is the clerk's turn.
    assert due_of(row("answered", at(20, 9), held=at(19, 16)), NOW, VN, False).text == "báo khách"


def test_what_its_alarm_warns_of_stands_out_before_its_day() -> None:
    def tone(warned: datetime) -> Tone:
        return due_of(row("routed", at(23, 8), warned=warned), NOW, VN, False).tone

    assert (tone(NOW + timedelta(seconds=1)), tone(NOW)) == (Tone.SOFT, Tone.ATTENTION)


@pytest.mark.parametrize(
    ("due", "words", "tone"),
    [
        (at(20, 16, 30), "Hạn hôm nay 16:30, còn 4 giờ làm việc", Tone.ATTENTION),
        (at(20, 11, 0), "Hạn hôm nay 11:00, còn 32 phút làm việc", Tone.ATTENTION),
        (at(23, 8, 0), "Hạn 23/11 08:00, còn 5 giờ làm việc", Tone.SOFT),  # over the weekend
        (at(25, 8, 0), "Hạn 25/11 08:00, còn 12 giờ làm việc", Tone.SOFT),  # 24/11 is off
        (at(30, 8, 0), "Hạn 30/11 08:00", Tone.SOFT),
        (at(20, 9, 48), "Trễ 40 phút · hạn hôm nay 09:48", Tone.WRONG),
        (None, "", Tone.SOFT),
    ],
)
def test_the_due_time_of_one_in_full(due: datetime | None, words: str, tone: Tone) -> None:
    assert due_notice(row("routed", due), NOW, VN, False) == (words, tone)


def test_after_closing_no_working_time_is_left() -> None:
    evening = at(20, 17, 30)
    assert due_of(row("routed", at(20, 22)), evening, VN, False).text == "hôm nay 22:00"
    assert due_notice(row("routed", at(20, 22)), evening, VN, False)[0] == "Hạn hôm nay 22:00"


@pytest.mark.parametrize(
    ("due", "column", "notice", "tone"),
    [
        (at(20, 14, 28), "14:28, còn 4 giờ", "Hạn hôm nay 14:28, còn 4 giờ", Tone.ATTENTION),
        (at(20, 11, 0), "còn 32 phút", "Hạn hôm nay 11:00, còn 32 phút", Tone.ATTENTION),
        (at(20, 17, 0), "17:00, còn 6 giờ", "Hạn hôm nay 17:00, còn 6 giờ", Tone.ATTENTION),
        (at(20, 23, 0), "hôm nay 23:00", "Hạn hôm nay 23:00, còn 12 giờ", Tone.ATTENTION),
        (at(21, 10, 28), "ngày mai 10:28", "Hạn ngày mai 10:28, còn 24 giờ", Tone.SOFT),
        (at(25, 7, 30), "25/11 07:30", "Hạn 25/11 07:30", Tone.SOFT),
    ],
)
def test_a_limit_by_the_clock_is_told_by_it(due: datetime, column: str, notice: str, tone: Tone) -> None:
    said = due_of(row("routed", due), NOW, VN, True)
    assert (said.text, said.tone) == (column, tone)
    assert due_notice(row("routed", due), NOW, VN, True) == (notice, tone)


def test_what_is_left_of_a_limit_by_the_clock_counts_over_midnight() -> None:
    evening = at(20, 22)
    assert due_of(row("routed", at(21, 2)), evening, VN, True) == Due("02:00, còn 4 giờ", Tone.ATTENTION)
    assert due_notice(row("routed", at(21, 2)), evening, VN, True)[0] == "Hạn ngày mai 02:00, còn 4 giờ"


def test_opening_and_closing_are_the_start_and_the_end_of_a_day() -> None:
    said = [
        due_words(each, NOW, VN, False)
        for each in (
            *(at(20, 7, 30), at(20, 17), at(19, 17), at(21, 7, 30), at(23, 7, 30), at(27, 17)),
            *(at(23, 11, 30), at(5, 7, 30, 1, 2027), at(29, 2, 0)),
        )
    ]
    assert said == [
        *("đầu giờ hôm nay", "hết giờ hôm nay", "hết giờ hôm qua", "ngày mai 07:30", "đầu giờ 23/11"),
        *("hết giờ 27/11", "23/11 11:30", "đầu giờ 05/01/2027", "29/11 02:00"),
    ]
    assert due_notice(row("routed", at(23, 7, 30)), NOW, VN, False)[0] == (
        "Hạn đầu giờ 23/11, còn 4 giờ làm việc"
    )
    tr.use("en")
    assert due_notice(row("routed", at(27, 17)), NOW, VN, False)[0] == "Due 27/11 at closing"
    thursday = at(19, 10)
    assert due_words(at(20, 7, 30), thursday, VN, False) == "tomorrow at opening"


def test_who_wants_no_name_is_told_as_such() -> None:
    known = row("routed", NOW)
    assert contact_words(known, tr) == "Lan"
    assert contact_words(replace(known, contact_name=""), tr) == "Không nêu tên"
    assert contact_words(replace(known, contact_name="", customer_id=uuid4()), tr) == ""
    assert contact_words(replace(known, contact_name="", words=""), tr) == ""  # sealed


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("scale", theme.SCALES)
def test_the_due_column_has_room_for_all_its_words(qapp: QApplication, language: str, scale: int) -> None:
    """The cell's width, less what it keeps free at its sides."""
    tr.use(language)
    theme.apply(qapp, "light", scale)
    room = px(DUE_WIDTH) - 2 * px(PADDING)
    open_all_day = WorkingCalendar(ZONE, dict.fromkeys(range(7), ((0, 1440),)), {})
    dues = [NOW + timedelta(minutes=each) for each in (*range(-300, 900, 7), *range(-90_000, 90_000, 997))]
    new_year = at(31, 8, 8, 12)
    rows = [
        *((row("routed", due), NOW) for due in dues),
        *((row("routed", due, warned=NOW), NOW) for due in dues if due - NOW < timedelta(days=31)),
        *((row("routed", new_year + timedelta(days=d), warned=new_year), new_year) for d in range(1, 32)),
        (row("routed", at(28, 8, 8, 12, 2028)), NOW),
        (row("routed", NOW, held=NOW), NOW),
        *((row(state, NOW), NOW) for state in STATES),
        *(
            (replace(row("closed", NOW - timedelta(days=days)), answered_at=NOW, closed_at=NOW), now)
            for days in (-1, 1, 99)
            for now in (NOW, NOW + timedelta(days=300))
        ),
    ]
    for (each, now), by_clock in product(rows, (False, True)):
        for calendar in (VN, open_all_day):
            said = due_of(each, now, calendar, by_clock)
            pill = said.tone not in (Tone.PLAIN, Tone.SOFT)
            wide = (
                pill_width(said.text, said.tone, said.sign)
                if pill
                else QFontMetrics(font()).horizontalAdvance(said.text)
            )
            assert wide <= room, said


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
    dues = (at(20, 11), at(20, 16, 30), at(24, 8))
    said = [due_of(row("routed", due), NOW, VN, False).text for due in dues]
    assert said == ["32 min left", "16:30, 4 h left", "24/11 08:00"]
    assert due_of(row("routed", NOW, held=NOW), NOW, VN, False).text == "awaits customer"
    assert due_notice(row("routed", at(20, 16, 30)), NOW, VN, False)[0] == (
        "Due today 16:30, 4 h of working time left"
    )


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
        ("routed", {}, "Nhờ xem", "Chuyển Đội trực sửa chữa (Yến): Nhờ xem"),
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
    for state in STATES:
        each = replace(row(state, at(20, 16)), closed_at=NOW if state == "closed" else None)
        assert due_of(each, NOW, VN, False).text, state


def test_a_headline_ends_with_a_whole_word() -> None:
    assert headline("Mất nước. Nhà có trẻ nhỏ") == "Mất nước"
    said = "Mất nước từ 5 giờ sáng, cả ngõ không nhà nào có nước, nhà có người già và trẻ nhỏ nên rất cần"
    assert headline(said) == "Mất nước từ 5 giờ sáng, cả ngõ không nhà nào có nước, nhà có người già và trẻ…"
    assert headline("x" * 200) == "x" * 79 + "…"
