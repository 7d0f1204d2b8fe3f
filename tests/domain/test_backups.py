"""Which backups are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.backups import DAYS, WEEKS, due, kept

moments = st.integers(0, 876_000).map(lambda hour: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(hours=hour))
days = st.lists(st.integers(0, 40), max_size=60)
"""Hours between two backups, times five: several a day, or none for a week."""


def days_of(some: set[datetime]) -> set[object]:
    return {m.date() for m in some}


def weeks_of(some: set[datetime]) -> set[object]:
    return {m.isocalendar()[:2] for m in some}


@given(st.sets(moments, max_size=80))
def test_the_newest_of_days_and_weeks_stay_and_never_more(made: set[datetime]) -> None:
    keep = kept(made)
    assert keep <= made
    assert len(keep) <= DAYS + WEEKS
    assert not made or max(made) in keep
    assert sorted(days_of(made))[-DAYS:] == sorted(days_of(keep))[-DAYS:]  # type: ignore[type-var]
    assert sorted(weeks_of(made))[-WEEKS:] == sorted(weeks_of(keep))[-WEEKS:]  # type: ignore[type-var]
    for each in keep:
        assert each == max(m for m in made if m.date() == each.date())


@given(days)
def test_throwing_away_day_by_day_keeps_what_looking_back_would(gaps: list[int]) -> None:
    there: set[datetime] = set()
    made: set[datetime] = set()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for gap in gaps:
        now += timedelta(hours=5 * gap + 1)
        made.add(now)
        there = kept({*there, now})
    assert there == kept(made)


@given(moments, moments)
def test_one_a_day_is_due_also_after_the_clock_was_set_back(last: datetime, now: datetime) -> None:
    assert due(last, now) == (last.date() != now.date())
    assert due(None, now)
