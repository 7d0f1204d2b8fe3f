from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.deadlines import (
    MOST,
    Hours,
    Interval,
    Limit,
    WorkingCalendar,
    calendar_of,
    due,
    working_minutes,
    zone_named,
)
from app.domain.errors import AppError

HANOI = zone_named("Asia/Ho_Chi_Minh")
OFFICE: Hours = (Interval(7 * 60 + 30, 11 * 60 + 30), Interval(13 * 60 + 30, 17 * 60))
WEEK: Mapping[int, Hours] = dict.fromkeys(range(5), OFFICE)
YEAR_2026 = calendar_of(
    HANOI,
    WEEK,
    {
        date(2026, 4, 27): [],
        date(2026, 4, 30): [],
        date(2026, 5, 1): [],
        date(2026, 8, 22): None,
        date(2026, 8, 31): [],
        date(2026, 9, 1): [],
        date(2026, 9, 2): [],
        date(2026, 11, 24): [],
        date(2026, 12, 31): [[450, 690]],
    },
)


def at(text: str) -> datetime:
    """A time of the office's own zone, as "20/8 16:00" of 2026."""
    return datetime.strptime(f"2026 {text}", "%Y %d/%m %H:%M").replace(tzinfo=HANOI)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "end"),
    [
        ("20/8 10:00", 24, "hours", "21/8 10:00"),
        ("21/8 18:00", 48, "hours", "23/8 18:00"),
        ("20/8 10:00", 60, "working_minutes", "20/8 11:00"),
        ("20/8 11:00", 2, "working_hours", "20/8 15:00"),  # over lunch
        ("20/8 07:00", 4, "working_hours", "20/8 11:30"),  # before opening; used up at closing
        ("21/8 16:30", 1, "working_hours", "22/8 08:00"),  # Saturday 22/8 is worked
        ("22/8 16:30", 1, "working_hours", "24/8 08:00"),
        ("20/8 10:00", 1, "working_days", "21/8 10:00"),
        ("21/8 10:00", 1, "working_days", "22/8 10:00"),
        ("28/8 10:00", 1, "working_days", "3/9 10:00"),  # 31/8, 1/9 and 2/9 are off
        ("23/11 09:15", 1, "working_days", "25/11 09:15"),  # 24/11, the new holiday
        ("20/8 19:00", 3, "working_days", "25/8 07:30"),  # after hours: runs from Friday's opening
        ("23/8 09:00", 3, "working_days", "27/8 07:30"),  # a Sunday
        ("20/8 12:00", 1, "working_days", "21/8 13:30"),  # lunch
        ("30/12 16:00", 1, "working_days", "31/12 11:30"),  # the half day ends before
        ("20/8 17:00", 0, "working_days", "21/8 07:30"),
        ("20/8 09:00", 0, "working_minutes", "20/8 09:00"),
        ("29/4 16:00", 7, "working_days", "12/5 16:00"),
    ],
)
def test_due_times_of_an_office_in_2026(start: str, amount: int, unit: str, end: str) -> None:
    found = due(YEAR_2026, at(start), Limit(amount, unit))
    assert found == at(end)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("a", "b", "minutes"),
    [
        ("20/8 07:00", "20/8 18:00", 450),
        ("20/8 11:00", "20/8 14:00", 60),
        ("21/8 16:00", "24/8 08:00", 60 + 450 + 30),
        ("29/8 08:00", "3/9 07:30", 0),
        ("24/8 08:00", "21/8 16:00", -540),
    ],
)
def test_working_minutes_of_an_office_in_2026(a: str, b: str, minutes: int) -> None:
    assert working_minutes(YEAR_2026, at(a), at(b)) == minutes


@pytest.mark.parametrize("unit", ["working_minutes", "working_hours", "working_days"])
@pytest.mark.parametrize(
    "calendar",
    [
        WorkingCalendar(HANOI, {}, {}),
        WorkingCalendar(HANOI, {}, {date(2026, 1, 5): OFFICE}),
        WorkingCalendar(HANOI, {}, {date(2028, 1, 5): OFFICE}),
        WorkingCalendar(HANOI, {0: ()}, {date(2026, 8, 21): ()}),
    ],
)
def test_a_calendar_without_working_time_is_refused(unit: str, calendar: WorkingCalendar) -> None:
    with pytest.raises(AppError) as caught:
        due(calendar, at("20/8 08:00"), Limit(1, unit))
    assert (caught.value.code, caught.value.params) == (
        "calendar.no_working_time",
        {"since": date(2026, 8, 20)},
    )


def test_working_time_that_runs_out_is_refused_too() -> None:
    calendar = WorkingCalendar(HANOI, {}, {date(2026, 8, 20): OFFICE})
    assert due(calendar, at("20/8 08:00"), Limit(7, "working_hours")) == at("20/8 17:00")
    with pytest.raises(AppError) as caught:
        due(calendar, at("20/8 08:00"), Limit(8, "working_hours"))
    assert caught.value.code == "calendar.no_working_time"


def test_an_opening_is_looked_for_400_days_long() -> None:
    start = at("20/8 08:00")
    for days, found in ((400, True), (401, False)):
        opening = start + timedelta(days=days)
        calendar = WorkingCalendar(HANOI, {}, {opening.date(): OFFICE})
        if found:
            assert due(calendar, start, Limit(30, "working_minutes")) == opening
        else:
            with pytest.raises(AppError):
                due(calendar, start, Limit(30, "working_minutes"))


@pytest.mark.parametrize(
    "hours",
    [
        ((600, 500),),
        ((500, 500),),
        ((-1, 500),),
        ((500, 1441),),
        ((500, 700), (690, 800)),
        ((700, 800), (1, 2)),
    ],
)
def test_hours_out_of_order_are_refused(hours: Hours) -> None:
    for weekly, days in (({1: hours}, {}), ({}, {date(2026, 1, 1): hours})):
        with pytest.raises(AppError) as caught:
            WorkingCalendar(HANOI, weekly, days)
        assert caught.value.code == "calendar.hours"


def test_limits_of_no_sense_are_refused() -> None:
    for amount, unit, code in (
        (1, "weeks", "limit.unit"),
        (-1, "hours", "limit.amount"),
        (10**9, "hours", "limit.amount"),
    ):
        with pytest.raises(AppError) as caught:
            Limit(amount, unit)
        assert caught.value.code == code


def test_the_longest_limits_end() -> None:
    for unit, most in MOST.items():
        assert due(YEAR_2026, at("20/8 08:00"), Limit(most, unit)) > at("20/8 08:00") + timedelta(days=700)


def test_a_zone_that_changes_its_clocks_keeps_the_time_of_day() -> None:
    berlin = WorkingCalendar(ZoneInfo("Europe/Berlin"), dict.fromkeys(range(7), ((480, 1020),)), {})
    saturday = datetime(2026, 3, 28, 9, 0, tzinfo=berlin.zone)
    assert due(berlin, saturday, Limit(1, "working_days")) == datetime(2026, 3, 29, 9, 0, tzinfo=berlin.zone)
    assert due(berlin, saturday, Limit(9, "working_hours")) == datetime(2026, 3, 29, 9, 0, tzinfo=berlin.zone)


def test_named_zones() -> None:
    assert datetime(2026, 1, 1, tzinfo=HANOI).utcoffset() == timedelta(hours=7)
    assert datetime(2026, 1, 1, tzinfo=zone_named("Asia/Shanghai")).utcoffset() == timedelta(hours=8)
    assert zone_named("Europe/Berlin") == ZoneInfo("Europe/Berlin")


# A slow model: one flag a minute. It shares only the table of hours with the real thing.

FIRST = date(2026, 8, 17)
MIDNIGHT = datetime(2026, 8, 17, tzinfo=HANOI)
SPAN = 40


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    bounds = sorted(draw(st.sets(st.integers(0, 96), min_size=0, max_size=4)))
    return tuple((a * 15, b * 15) for a, b in zip(bounds[::2], bounds[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    weekly = draw(st.dictionaries(st.integers(0, 6), hours(), max_size=7))
    weekly[draw(st.integers(0, 6))] = ((480, 720), (780, 1020))
    odd = draw(st.dictionaries(st.integers(0, SPAN), hours(), max_size=6))
    return WorkingCalendar(HANOI, weekly, {FIRST + timedelta(days=i): h for i, h in odd.items()})


def flags(calendar: WorkingCalendar) -> list[bool]:
    """Whether each minute after MIDNIGHT is worked."""
    worked = []
    for i in range(SPAN):
        day = [False] * 1440
        for start, end in calendar.hours(FIRST + timedelta(days=i)):
            day[start:end] = [True] * (end - start)
        worked += day
    return worked


def slow_due(worked: list[bool], start: int, amount: int, unit: str) -> int | None:
    """The minute at which the limit ends, or None beyond the span."""
    try:
        minute = worked.index(True, start)
        if unit == "working_days":
            days = [i for i in range(minute // 1440, SPAN) if True in worked[i * 1440 : i * 1440 + 1440]]
            same = days[amount] * 1440 + minute % 1440
            while not worked[same] and not worked[same - 1]:
                later = True in worked[same : days[amount] * 1440 + 1440]
                same += 1 if later else -1
            return same
        left = amount * (60 if unit == "working_hours" else 1)
        while left:
            left -= worked[minute]
            minute += 1
    except (ValueError, IndexError):
        return None
    return minute


@settings(max_examples=300, deadline=None)
@given(
    calendars(),
    st.integers(0, 9 * 1440),
    st.one_of(
        st.tuples(st.integers(0, 2_000), st.just("working_minutes")),
        st.tuples(st.integers(0, 30), st.just("working_hours")),
        st.tuples(st.integers(0, 5), st.just("working_days")),
    ),
)
def test_due_agrees_with_a_walk_minute_by_minute(
    calendar: WorkingCalendar, start: int, limit: tuple[int, str]
) -> None:
    slow = slow_due(flags(calendar), start, *limit)
    if slow is not None:
        begun = MIDNIGHT + timedelta(minutes=start)
        assert due(calendar, begun, Limit(*limit)) == MIDNIGHT + timedelta(minutes=slow)


@settings(max_examples=200, deadline=None)
@given(calendars(), st.integers(0, 30 * 1440), st.integers(0, 30 * 1440))
def test_working_minutes_agree_with_a_count(calendar: WorkingCalendar, a: int, b: int) -> None:
    worked = flags(calendar)
    counted = sum(worked[a:b]) - sum(worked[b:a])
    there = MIDNIGHT.astimezone(timezone(timedelta(hours=-3)))
    assert working_minutes(calendar, there + timedelta(minutes=a), there + timedelta(minutes=b)) == counted


@settings(max_examples=100, deadline=None)
@given(calendars(), st.integers(0, 9 * 1440), st.integers(0, 2_000))
def test_what_is_due_after_some_minutes_of_work_is_that_far_away(
    calendar: WorkingCalendar, start: int, amount: int
) -> None:
    begun = MIDNIGHT + timedelta(minutes=start)
    assert working_minutes(calendar, begun, due(calendar, begun, Limit(amount, "working_minutes"))) == amount
