"""The faults of working time that others' help desks had, each with where it was told, and held off here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import reduce

import pytest

from app.domain.deadlines import Limit, WorkingCalendar, after, before, due, shifted, working_minutes
from tests.domain.calendars import CN, HANOI, VN, WEEK, at

NIGHTS = WorkingCalendar(HANOI, dict.fromkeys(range(5), ((480, 1440),)), {})
"""Open from 8:00 to 24:00, Monday to Friday."""
ALWAYS = WorkingCalendar(HANOI, dict.fromkeys(range(7), ((0, 1440),)), {})


@pytest.mark.parametrize(
    ("end", "warned"),
    [
        ("18/8 11:00", "18/8 10:00"),
        ("18/8 08:00", "17/8 16:30"),
        ("18/8 07:30", "17/8 16:00"),
        ("17/8 08:15", "14/8 16:45"),  # over a weekend
        ("3/9 08:00", "28/8 16:30"),  # over 29/8 to 2/9
        ("24/8 08:00", "22/8 16:30"),  # from a Saturday worked in exchange
    ],
)
def test_an_hour_before_due_is_an_hour_of_work(end: str, warned: str) -> None:
    """GLPI 22678: an escalation an hour before the due time fell at 00:00 instead of 10:00."""
    assert before(VN, at(end), Limit(1, "working_hours")) == at(warned)


def test_a_weekend_of_waiting_is_not_credited() -> None:
    """GLPI 10594: a request that waits for the customer over a weekend was given the whole weekend more."""
    held = at("14/8 16:00"), at("17/8 08:00")  # Friday to Monday: an hour and a half of work
    assert shifted(VN, at("17/8 10:00"), "working_hours", *held) == at("17/8 11:30")
    assert shifted(VN, at("17/8 16:00"), "working_minutes", *held) == at("18/8 08:00")
    assert shifted(VN, at("18/8 10:00"), "working_days", *held) == at("18/8 11:30")
    weekend = at("14/8 17:00"), at("17/8 07:30")
    for day in ("17/8 07:30", "17/8 10:00", "17/8 17:00", "20/8 17:00"):
        for unit in ("working_minutes", "working_hours", "working_days"):
            assert shifted(VN, at(day), unit, *weekend) == at(day)


def test_by_the_clock_a_weekend_of_waiting_counts() -> None:
    """The other side of GLPI 10594: a limit that runs at night stands still at night too."""
    held = at("14/8 16:00"), at("17/8 08:00")
    assert shifted(VN, at("15/8 10:00"), "hours", *held) == at("18/8 02:00")


@pytest.mark.parametrize("unit", ["working_minutes", "working_hours", "working_days", "hours"])
def test_a_hold_begun_when_the_time_is_up_adds_nothing(unit: str) -> None:
    for held_from in ("20/8 10:00", "20/8 10:01", "27/8 10:00"):
        assert shifted(VN, at("20/8 10:00"), unit, at(held_from), at("4/9 10:00")) == at("20/8 10:00")
    # Two desks, two clocks: an end before its beginning.
    assert shifted(VN, at("20/8 10:00"), unit, at("19/8 10:00"), at("18/8 10:00")) == at("20/8 10:00")


def test_a_second_hold_is_added_to_the_first() -> None:
    first = at("20/8 09:00"), at("20/8 10:00")
    second = at("20/8 16:30"), at("21/8 08:00")
    once = shifted(VN, at("20/8 15:30"), "working_hours", *first)
    assert once == at("20/8 16:30")
    # It begins when the time is up by then, the first hold included.
    assert shifted(VN, once, "working_hours", *second) == once
    # This one begins after the first due time and before the second: without the first it came too late.
    earlier = at("20/8 16:00"), at("21/8 08:00")
    assert shifted(VN, at("20/8 15:30"), "working_hours", *earlier) == at("20/8 15:30")
    assert shifted(VN, once, "working_hours", *earlier) == at("21/8 08:30")


def test_a_hold_of_seconds_is_not_rounded_away() -> None:
    begun = at("20/8 09:00")
    end = begun
    for _ in range(100):
        end = shifted(VN, end + timedelta(hours=1), "working_minutes", begun, begun + timedelta(seconds=30))
        end -= timedelta(hours=1)
    assert end == begun + timedelta(minutes=50)


Holds = Sequence[tuple[datetime, datetime]]


def held_due(where: WorkingCalendar, received: datetime, limit: Limit, holds: Holds) -> datetime:
    """As a request is reckoned anew: its limit from its receipt, then its holds, one after the other."""
    return reduce(
        lambda end, hold: shifted(where, end, limit.unit, *hold), holds, due(where, received, limit)
    )


def test_another_limit_keeps_what_was_waited() -> None:
    """GLPI 15605: with another limit, or another kind of request, the time of waiting was lost."""
    received = at("13/8 08:00")
    holds = [(at("13/8 10:00"), at("13/8 11:00")), (at("14/8 16:00"), at("17/8 08:00"))]  # 60 + 90 minutes
    waited = sum(working_minutes(VN, *hold) for hold in holds)
    assert waited == 150
    for limit in (
        Limit(3, "working_days"),
        Limit(7, "working_days"),
        Limit(18, "working_hours"),
        Limit(2_000, "working_minutes"),
    ):
        plain, held = due(VN, received, limit), held_due(VN, received, limit, holds)
        assert working_minutes(VN, plain, held) == waited
    assert held_due(VN, received, Limit(96, "hours"), holds) == received + timedelta(hours=96 + 1 + 64)
    # A short limit was up before the second hold, which adds nothing to it.
    assert held_due(VN, received, Limit(4, "working_hours"), holds) == at("13/8 15:00")


def test_the_last_minute_before_midnight_is_worked() -> None:
    """Zammad 3180: a day from 00:00 to 23:59 lost a minute, and an hour in sixty days."""
    start = at("1/3 00:00")
    assert working_minutes(ALWAYS, start, start + timedelta(days=60)) == 60 * 1440
    assert working_minutes(ALWAYS, at("1/3 23:59"), at("2/3 00:00")) == 1
    for amount in (1, 1439, 1440, 1441, 100_000):
        limit, minutes = Limit(amount, "working_minutes"), timedelta(minutes=amount)
        assert due(ALWAYS, start, limit) == start + minutes
        assert before(ALWAYS, start, limit) == start - minutes
        assert shifted(ALWAYS, start, limit.unit, start - minutes, start) == start + minutes
    assert due(ALWAYS, at("1/3 09:15"), Limit(60, "working_days")) == at("30/4 09:15")
    assert working_minutes(NIGHTS, at("20/8 12:00"), at("21/8 12:00")) == 12 * 60 + 4 * 60
    assert due(NIGHTS, at("21/8 23:59"), Limit(1, "working_minutes")) == at("22/8 00:00")
    assert due(NIGHTS, at("21/8 23:59"), Limit(2, "working_minutes")) == at("24/8 08:01")
    assert before(NIGHTS, at("24/8 08:01"), Limit(2, "working_minutes")) == at("21/8 23:59")


@pytest.mark.parametrize(
    ("where", "start", "days", "end"),
    [
        (VN, "21/8 10:00", 1, "22/8 10:00"),  # Saturday 22/8 is worked, 31/8 is off
        (VN, "28/8 10:00", 1, "3/9 10:00"),
        (VN, "13/2 10:00", 1, "23/2 10:00"),  # Tết
        (VN, "9/1 10:00", 1, "10/1 10:00"),
        (CN, "13/2 10:00", 1, "14/2 10:00"),  # Saturday 14/2 is worked for Friday 20/2
        (CN, "14/2 10:00", 1, "24/2 10:00"),
        (CN, "30/9 10:00", 1, "8/10 10:00"),
        (CN, "9/10 10:00", 1, "10/10 10:00"),
    ],
)
def test_days_off_and_days_worked_of_a_calendar_count(
    where: WorkingCalendar, start: str, days: int, end: str
) -> None:
    """Zammad 390: holidays from a feed, and here also the days worked in exchange for them."""
    begun, ended = at(start, where), at(end, where)
    assert due(where, begun, Limit(days, "working_days")) == ended
    assert due(where, begun, Limit(450 * days, "working_minutes")) == ended
    assert before(where, ended, Limit(days, "working_days")) == begun
    assert before(where, ended, Limit(450 * days, "working_minutes")) == begun
    # A hold over just these days takes a day, not the days off.
    assert shifted(where, ended, "working_minutes", begun, ended) == due(
        where, ended, Limit(450, "working_minutes")
    )


def test_half_days_count_half() -> None:
    half = WorkingCalendar(HANOI, WEEK, {date(2026, 8, 20): ((450, 690),)})
    assert due(half, at("20/8 10:00"), Limit(2, "working_hours")) == at("21/8 08:00")
    assert before(half, at("21/8 08:00"), Limit(2, "working_hours")) == at("20/8 10:00")
    assert before(half, at("21/8 16:00"), Limit(1, "working_days")) == at("21/8 07:30")
    held = at("20/8 11:00"), at("20/8 17:00")
    assert shifted(half, at("21/8 08:00"), "working_days", *held) == at("21/8 08:30")


def test_each_office_has_its_own_hours() -> None:
    early = WorkingCalendar(HANOI, dict.fromkeys(range(6), ((420, 660), (780, 960))), {})
    late = WorkingCalendar(HANOI, dict.fromkeys(range(5), ((480, 720), (840, 1080))), {})
    found = [
        (
            due(where, at("21/8 15:30"), Limit(2, "working_hours")),
            before(where, at("24/8 08:00"), Limit(2, "working_hours")),
            shifted(where, at("21/8 15:30"), "working_hours", at("21/8 11:00"), at("21/8 14:30")),
        )
        for where in (early, late)
    ]
    assert found == [
        (at("22/8 08:30"), at("22/8 15:00"), at("22/8 08:00")),
        (at("21/8 17:30"), at("21/8 16:00"), at("21/8 17:00")),
    ]


@pytest.mark.parametrize("where", [VN, CN, NIGHTS, ALWAYS])
@pytest.mark.parametrize("unit", ["working_minutes", "working_hours", "working_days", "hours"])
def test_nobody_is_called_at_midnight_or_on_a_day_off(where: WorkingCalendar, unit: str) -> None:
    """Zammad 4432: warnings were sent at midnight. They come while the office works, not as it closes."""
    for hour in range(24 * 20):
        moment = at("20/8 00:00", where) + timedelta(hours=hour)
        for amount in (0, 1, 4, 24):
            limit = Limit(amount, unit)
            for told in (before(where, moment, limit), after(where, moment, limit)):
                openings = where.openings(where.local_day(told))
                assert any(start <= told < end for start, end in openings), (moment, limit, told)
