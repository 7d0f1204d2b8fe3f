from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.domain.reads import Thresholds, judge, usage

REAL = Path(__file__).parents[3] / "shared" / "data" / "viet-tri-readings.csv"


@pytest.mark.parametrize(
    ("used", "usual", "flags"),
    [
        (-1, 17_000, ("lower",)),
        (0, 17_000, ("zero",)),
        (0, None, ("zero",)),
        (1, None, ()),
        (900_000, None, ()),
        (17_000, 17_000, ()),
        (39_000, 17_000, ()),  # 2 × 17 + 5 exactly
        (39_001, 17_000, ("far_above",)),
        (6_800, 17_000, ()),  # 0.4 × 17 exactly
        (6_799, 17_000, ("far_below",)),
        (5_000, 0, ()),
        (5_001, 0, ("far_above",)),
    ],
)
def test_an_index_is_judged_by_the_usual_use(used: int, usual: int | None, flags: tuple[str, ...]) -> None:
    assert judge(120_000, 120_000 + used, usual) == flags


def test_an_office_sets_its_own_thresholds() -> None:
    strict = Thresholds(above_permille=1500, above_extra=0, below_permille=900)
    assert judge(0, 16_000, 10_000, strict) == ("far_above",)
    assert judge(0, 8_999, 10_000, strict) == ("far_below",)


def test_use_is_the_difference_of_the_indexes() -> None:
    assert usage(120_000, 137_500) == 17_500
    assert usage(120_000, 120_000) == 0
    with pytest.raises(AppError) as caught:
        usage(120_000, 119_999)
    assert (caught.value.code, caught.value.params) == (
        "reading.lower",
        {"previous": 120_000, "present": 119_999},
    )


def test_a_dial_that_went_past_its_end_starts_from_zero() -> None:
    assert usage(9_995_000, 12_000, digits=4) == 17_000
    assert usage(9_995_000, 9_999_999, digits=4) == 4_999
    with pytest.raises(AppError) as caught:
        usage(9_995_000, 10_000_000, digits=4)
    assert (caught.value.code, caught.value.params) == (
        "reading.too_long",
        {"index": 10_000_000, "digits": 4},
    )


@given(st.integers(3, 8), st.data())
def test_whatever_flows_is_what_the_dial_shows_until_a_whole_turn(digits: int, data: st.DataObject) -> None:
    full = 10**digits * 1000
    previous = data.draw(st.integers(0, full - 1))
    flowed = data.draw(st.integers(0, full - 1))
    assert usage(previous, (previous + flowed) % full, digits) == flowed


@pytest.mark.skipif(not REAL.exists(), reason="the real readings are not at hand")
def test_real_meters_are_judged() -> None:
    with REAL.open(encoding="utf-8-sig", newline="") as file:
        indexes = [(int(row["read_old"]) * 1000, int(row["read_new"]) * 1000) for row in csv.DictReader(file)]
    uses = [usage(old, new) for old, new in indexes]
    mean = sum(uses) // len(uses)
    flags = Counter(flag for old, new in indexes for flag in judge(old, new, mean))
    assert flags["lower"] == 0
    assert flags["zero"] == uses.count(0)
    assert flags["far_above"] == sum(use > 2 * mean + 5_000 for use in uses)
    assert flags["far_below"] == sum(0 < use < 0.4 * mean for use in uses)
