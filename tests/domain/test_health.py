"""What is a worry about the PC, and what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.health import JUMP, LITTLE_ROOM, NO_ROOM, Seen, SteadyWatch, worries

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
WELL = Seen(NOW, timedelta(0), newest=NOW - timedelta(hours=1), free=50 << 30, log=1 << 20)
MINUTE = timedelta(minutes=1)


def codes(seen: Seen) -> list[str]:
    return [each.code for each in worries(seen)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, []),
        ({"free": LITTLE_ROOM}, []),
        ({"free": LITTLE_ROOM - 1}, ["disk.little"]),
        ({"free": NO_ROOM}, ["disk.little"]),
        ({"free": NO_ROOM - 1}, ["disk.none"]),
        ({"free": 0}, ["disk.none"]),
        ({"free": None}, []),
        ({"behind": 5 * MINUTE}, []),
        ({"behind": 6 * MINUTE}, ["clock.office"]),
        ({"behind": -6 * MINUTE}, ["clock.office"]),
        ({"behind": None, "back": 10 * MINUTE}, ["clock.back"]),
        ({"behind": timedelta(0), "back": 10 * MINUTE}, []),  # the head office has set it right
        ({"behind": None, "newest": NOW + 4 * MINUTE}, []),
        ({"behind": None, "newest": NOW + 6 * MINUTE}, ["clock.before"]),
        ({"behind": None, "newest": NOW - timedelta(days=45)}, []),
        ({"behind": None, "newest": NOW - timedelta(days=46)}, ["clock.after"]),
        ({"behind": None, "newest": None}, []),
        ({"log": 300 << 20}, ["database.log"]),
        ({"damaged": True, "free": 0, "behind": 6 * MINUTE, "log": 300 << 20},
         ["database.damaged", "disk.none", "clock.office", "database.log"]),
    ],
)  # fmt: skip
def test_what_is_told(change: dict[str, object], told: list[str]) -> None:
    assert codes(replace(WELL, **change)) == told  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.integers(0, 3600), st.integers(-90, 90)), max_size=20), st.integers(121, 10**6))
def test_a_clock_put_back_is_found_whatever_went_before(moves: list[tuple[int, int]], back: int) -> None:
    """It drifts a little and sleeps now and then; one step back is seen, by so much, until it is undone."""
    watch, wall, steady = SteadyWatch(), NOW, 1000.0
    watch.back(wall, steady, sure=False)
    for slept, drift in moves:
        steady += 60
        wall += timedelta(seconds=60 + slept + drift)
        assert watch.back(wall, steady, sure=False) == timedelta(0)
    wall -= timedelta(seconds=back)
    assert watch.back(wall, steady, sure=False) == timedelta(seconds=back)
    steady, wall = steady + 60, wall + timedelta(seconds=60)
    assert watch.back(wall, steady, sure=False) == timedelta(seconds=back)
    assert watch.back(wall, steady, sure=True) == timedelta(0)  # the head office says that it is right
    assert watch.back(wall, steady, sure=False) == timedelta(0)


def test_small_settings_are_the_systems_own() -> None:
    watch = SteadyWatch()
    watch.back(NOW, 0.0, sure=False)
    assert watch.back(NOW - JUMP + timedelta(seconds=1), 0.0, sure=False) == timedelta(0)
