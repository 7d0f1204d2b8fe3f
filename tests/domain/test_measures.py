"""What is measured, against slow and plain models."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.measures import (
    LATE,
    ON_TIME,
    OPEN_YET,
    Figures,
    Mark,
    figures,
    nearest_rank,
)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60), st.integers(1, 1000))
def test_the_quantile_is_the_least_value_that_so_many_do_not_exceed(values: list[int], permille: int) -> None:
    found = nearest_rank(sorted(values), permille)
    wanted = Fraction(permille, 1000) * len(values)
    enough = [v for v in values if sum(w <= v for w in values) >= wanted]
    assert found == min(enough)


@pytest.mark.parametrize(
    ("values", "median", "nine_tenths"),
    [([], None, None), ([7], 7, 7), ([1, 2], 1, 2), ([1, 2, 3], 2, 3), (list(range(1, 11)), 5, 9),
     (list(range(1, 12)), 6, 10)],
)  # fmt: skip
def test_quantiles_by_hand(values: list[int], median: int | None, nine_tenths: int | None) -> None:
    assert (nearest_rank(values, 500), nearest_rank(values, 900)) == (median, nine_tenths)


marks = st.builds(
    Mark,
    timing=st.sampled_from([ON_TIME, LATE, OPEN_YET]),
    answered=st.booleans(),
    told=st.booleans(),
    open=st.booleans(),
    reopened=st.booleans(),
    level=st.sampled_from(["", "head", "leader", "company"]),
    score=st.none() | st.integers(1, 5),
)


@given(st.lists(marks, max_size=40), st.lists(st.integers(0, 10**6), max_size=40))
def test_figures_are_plain_counts(cases: list[Mark], took: list[int]) -> None:
    took.sort()
    found = figures(Counter(cases), took, [2 * each for each in took])
    scores = [c.score for c in cases if c.score is not None]
    assert (found.received, found.answered, found.open, found.told, found.reopened) == (
        len(cases), sum(c.answered for c in cases), sum(c.open for c in cases),
        sum(c.told for c in cases), sum(c.reopened for c in cases),
    )  # fmt: skip
    assert (found.on_time, found.late) == tuple(sum(c.timing == t for c in cases) for t in (ON_TIME, LATE))
    assert found.escalated >= found.to_leader >= found.to_company == sum(c.level == "company" for c in cases)
    assert found.escalated == sum(c.level != "" for c in cases)
    assert (found.scored, found.score_sum, found.low_scores) == (
        len(scores), sum(scores), sum(score <= 2 for score in scores),
    )  # fmt: skip
    if scores:
        assert found.score is not None
        assert abs(Fraction(sum(scores), len(scores)) * 1000 - found.score) <= Fraction(1, 2)
    if took:
        assert found.median_days == 2 * (found.median_minutes or 0)
        assert found.most_days == 2 * (found.most_minutes or 0)
        assert found.most_minutes in took


def test_nothing_is_no_share_and_no_score() -> None:
    assert (Figures().on_time_share, Figures().score, Figures().decided) == (None, None, 0)
    assert Figures(on_time=3, late=1).on_time_share == 0.75
    assert Figures(scored=3, score_sum=8).score == 2667
