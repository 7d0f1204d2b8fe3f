"""How long a desk waits before it tries again."""

from __future__ import annotations

from random import Random

from app.sync.backoff import LONGEST_ASKED, LONGEST_WAIT, back_off


def test_the_bound_doubles_up_to_the_longest_wait() -> None:
    bounds = {1: 1.0, 2: 2.0, 3: 4.0, 4: 8.0, 5: LONGEST_WAIT, 10_000: LONGEST_WAIT}
    for failures, bound in bounds.items():
        waits = [back_off(failures, Random(seed)) for seed in range(2000)]
        assert 0 <= min(waits) < bound / 20
        assert bound * 19 / 20 < max(waits) <= bound
        assert 0.45 * bound < sum(waits) / 2000 < 0.55 * bound


def test_three_hundred_desks_do_not_come_back_in_one_moment() -> None:
    """After a long night without a connection, at most a few in any tenth of a second."""
    waits = [back_off(50, Random(seed)) for seed in range(300)]
    moments = [int(wait * 10) for wait in waits]
    assert max(map(moments.count, moments)) <= 15


def test_what_the_head_office_asks_for_is_kept_but_not_without_end() -> None:
    asked = [back_off(1, Random(seed), asked=30) for seed in range(500)]
    assert 30 <= min(asked) < 31
    assert 44 < max(asked) <= 45
    assert back_off(1, Random(1), asked=1e9) <= 1.5 * LONGEST_ASKED
    assert back_off(1, Random(1), asked=-5) >= 0


def test_the_same_dice_give_the_same_waits() -> None:
    assert [back_off(at, Random(7)) for at in range(1, 9)] == [back_off(at, Random(7)) for at in range(1, 9)]
