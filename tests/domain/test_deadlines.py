from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.deadlines import (
    MOST,
    Hours,
    Limit,
    WorkingCalendar,
    after,
    before,
    calendar_of,
    due,
    working_minutes,
    zone_named,
)
from app.domain.errors import AppError
from tests.domain.calendars import HANOI, OFFICE, WEEK, at

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


@pytest.mark.parametrize(
    ("start", "amount", "unit", "end"),
    [
        ("20/8 10:00", 24, "hours", "21/8 10:00"),
        ("21/8 18:00", 48, "hours", "23/8 18:00"),
        ("21/8 18:00", 45, "minutes", "21/8 18:45"),  # an emergency, after hours
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
    for ask in (due, after):
        with pytest.raises(AppError) as caught:
            ask(calendar, at("20/8 08:00"), Limit(1, unit))
        assert (caught.value.code, caught.value.params) == (
            "calendar.no_working_time",
            {"since": date(2026, 8, 20)},
        )
    long_before = WorkingCalendar(HANOI, {}, {date(2025, 7, 15): OFFICE})
    for each in (WorkingCalendar(HANOI, {}, {}), long_before):  # of 400 days before, the first is 16/7/2025
        with pytest.raises(AppError) as caught:
            before(each, at("20/8 08:00"), Limit(1, unit))
        assert caught.value.params == {"since": date(2025, 7, 16)}


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


def test_the_longest_limits_are_ten_years_and_end() -> None:
    start = at("20/8 08:00")
    for unit, most in MOST.items():
        for end in (due(YEAR_2026, start, Limit(most, unit)), after(YEAR_2026, start, Limit(most, unit))):
            assert timedelta(days=3_500) < end - start < timedelta(days=4_000)
        early = before(YEAR_2026, start, Limit(most, unit))
        assert timedelta(days=3_500) < start - early < timedelta(days=4_000)


def test_a_limit_past_every_calendar_is_refused() -> None:
    """An office open a minute a week: 1,200,000 minutes are 23,000 years."""
    calendar = WorkingCalendar(HANOI, {0: ((480, 481),)}, {})
    for ask in (due, after, before):
        with pytest.raises(AppError) as caught:
            ask(calendar, at("20/8 08:00"), Limit(MOST["working_minutes"], "working_minutes"))
        assert (caught.value.code, caught.value.params) == ("limit.far", {"years": 100})


def test_a_zone_that_changes_its_clocks_keeps_the_time_of_day() -> None:
    berlin = WorkingCalendar(ZoneInfo("Europe/Berlin"), dict.fromkeys(range(7), ((480, 1020),)), {})
    saturday = datetime(2026, 3, 28, 9, 0, tzinfo=berlin.zone)
    assert due(berlin, saturday, Limit(1, "working_days")) == datetime(2026, 3, 29, 9, 0, tzinfo=berlin.zone)
    assert due(berlin, saturday, Limit(9, "working_hours")) == datetime(2026, 3, 29, 9, 0, tzinfo=berlin.zone)


def test_named_zones() -> None:
    assert datetime(2026, 1, 1, tzinfo=HANOI).utcoffset() == timedelta(hours=7)
    assert datetime(2026, 1, 1, tzinfo=zone_named("Asia/Shanghai")).utcoffset() == timedelta(hours=8)
    assert zone_named("Europe/Berlin") == ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("end", "amount", "unit", "warned"),
    [
        ("20/8 11:00", 1, "working_hours", "20/8 10:00"),
        ("20/8 14:00", 1, "working_hours", "20/8 11:00"),  # over lunch
        ("20/8 08:30", 1, "working_hours", "20/8 07:30"),
        ("24/8 07:50", 1, "working_hours", "22/8 16:20"),  # Saturday 22/8 is worked, Sunday not
        ("3/9 08:00", 60, "working_minutes", "28/8 16:30"),  # over 31/8, 1/9 and 2/9
        ("25/8 10:00", 1, "working_days", "24/8 10:00"),
        ("24/8 10:00", 2, "working_days", "21/8 10:00"),
        ("25/8 17:00", 1, "working_days", "25/8 07:30"),  # as much work as from 17:00 the day before
        ("23/8 10:00", 1, "working_days", "22/8 07:30"),  # a Sunday: from Saturday's closing
        ("20/8 12:00", 1, "working_days", "19/8 13:30"),  # lunch
        ("20/8 10:00", 2, "hours", "20/8 08:00"),
        ("23/8 02:00", 4, "hours", "22/8 13:30"),  # at night, on a Sunday: while there is time to act
        ("20/8 09:00", 0, "working_minutes", "20/8 09:00"),
        ("20/8 17:00", 0, "working_minutes", "20/8 13:30"),
        ("23/8 02:00", 0, "working_days", "22/8 13:30"),
    ],
)
def test_warnings_come_in_working_time(end: str, amount: int, unit: str, warned: str) -> None:
    found = before(YEAR_2026, at(end), Limit(amount, unit))
    assert found == at(warned)
    assert found.tzinfo is UTC
