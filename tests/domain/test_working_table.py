"""The table of working time says what the walk through the calendar says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.deadlines import Limit, WorkingCalendar, due, working_minutes, zone_named
from app.domain.working_table import WorkingTable, instant_ms, moment_of

FIRST, LAST = date(2026, 2, 1), date(2026, 3, 31)
DAYS = ((450, 690), (780, 1020)), ((450, 690),), ((0, 1440),), ()


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    weekly = {day: draw(st.sampled_from(DAYS)) for day in range(7)}
    weekly[draw(st.integers(0, 6))] = DAYS[0]
    other = st.dictionaries(st.dates(FIRST, LAST), st.sampled_from(DAYS), max_size=12)
    return WorkingCalendar(zone_named("Asia/Ho_Chi_Minh"), weekly, draw(other))


moments = st.integers(0, 40 * 24 * 60 * 60).map(
    lambda s: datetime(2026, 2, 5, tzinfo=UTC) + timedelta(seconds=s)
)
on_the_half_hour = st.integers(0, 40 * 48).map(
    lambda n: datetime(2026, 2, 5, tzinfo=UTC) + timedelta(minutes=30 * n)
)
limits = st.one_of(
    st.builds(Limit, st.integers(0, 5000), st.just("working_minutes")),
    st.builds(Limit, st.integers(0, 60), st.just("working_hours")),
    st.builds(Limit, st.integers(0, 9), st.just("working_days")),
    st.builds(Limit, st.integers(0, 200), st.just("hours")),
    st.builds(Limit, st.integers(0, 5000), st.just("minutes")),
)


@settings(max_examples=100, deadline=None)
@given(calendars(), moments | on_the_half_hour, moments | on_the_half_hour)
def test_minutes(calendar: WorkingCalendar, a: datetime, b: datetime) -> None:
    table = WorkingTable(calendar, FIRST, LAST)
    assert table.minutes(instant_ms(a), instant_ms(b)) == working_minutes(calendar, a, b)
    begun, ended = min(a, b), max(a, b)
    assert table.minutes_each([instant_ms(begun)], [instant_ms(ended)]) == [
        working_minutes(calendar, begun, ended)
    ]


@settings(max_examples=120, deadline=None)
@given(calendars(), moments | on_the_half_hour, limits)
def test_due(calendar: WorkingCalendar, start: datetime, limit: Limit) -> None:
    table = WorkingTable(calendar, FIRST, LAST)
    assert moment_of(table.due(instant_ms(start), limit)) == due(calendar, start, limit)


def test_working_days_end_as_a_shorter_day_closes() -> None:
    """Wednesday afternoon and a day more: Thursday is over at half past eleven. The day after is whole."""
    zone = zone_named("Asia/Ho_Chi_Minh")
    calendar = WorkingCalendar(zone, dict.fromkeys(range(5), DAYS[0]), {date(2026, 2, 5): DAYS[1]})
    start = datetime(2026, 2, 4, 8, tzinfo=UTC)
    table = WorkingTable(calendar, FIRST, LAST)
    for amount, day, hour in ((1, 5, (4, 30)), (2, 6, (8, 0)), (3, 9, (8, 0))):
        limit = Limit(amount, "working_days")
        assert moment_of(table.due(instant_ms(start), limit)) == datetime(2026, 2, day, *hour, tzinfo=UTC)
        assert due(calendar, start, limit) == datetime(2026, 2, day, *hour, tzinfo=UTC)


def test_where_clocks_are_changed_a_day_is_not_24_hours() -> None:
    calendar = WorkingCalendar(zone_named("Europe/Berlin"), dict.fromkeys(range(5), DAYS[0]), {})
    table = WorkingTable(calendar, FIRST, date(2026, 4, 10))
    start, limit = datetime(2026, 3, 27, 9, tzinfo=UTC), Limit(1, "working_days")
    assert moment_of(table.due(instant_ms(start), limit)) == datetime(2026, 3, 30, 8, tzinfo=UTC)


@settings(max_examples=120, deadline=None)
@given(calendars(), moments | on_the_half_hour, moments | on_the_half_hour, limits)
def test_keeps(calendar: WorkingCalendar, start: datetime, done: datetime, limit: Limit) -> None:
    table = WorkingTable(calendar, FIRST, LAST)
    assert table.keeps(instant_ms(start), instant_ms(done), limit) == (done <= due(calendar, start, limit))
