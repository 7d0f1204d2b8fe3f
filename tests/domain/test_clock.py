from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.domain.clock import Clock, SteppingClock, SystemClock

NOON = datetime(2026, 8, 20, 5, 0, tzinfo=UTC)


def test_a_stepping_clock_shows_its_start_and_moves_on_with_each_reading() -> None:
    clock: Clock = SteppingClock(NOON, timedelta(minutes=7))
    assert [clock.now(), clock.now(), clock.now()] == [NOON + timedelta(minutes=7 * i) for i in range(3)]


def test_a_stepping_clock_is_set_and_advanced_by_hand() -> None:
    clock = SteppingClock(NOON)
    clock.advance(timedelta(hours=-1))
    assert clock.now() == clock.now() == NOON - timedelta(hours=1)
    clock.set(datetime(2026, 8, 20, 14, 0, tzinfo=timezone(timedelta(hours=7))))
    assert clock.now() == NOON + timedelta(hours=2)
    assert clock.now().tzinfo is UTC


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        SteppingClock(NOON.replace(tzinfo=None))


def test_the_system_clock_is_aware_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)
