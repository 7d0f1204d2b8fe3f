"""How long to wait before the next try while there is no connection."""

from __future__ import annotations

import random

LONGEST_WAIT = 10.0
"""Seconds: when the connection returns, work is sent within them."""

FIRST_WAIT = 1.0


def back_off(failures: int, rng: random.Random) -> float:
    """Seconds to wait after so many failures in a row: at most twice as long each time, up to the longest,
    at random, so that the desks of a company do not all come at once when the head office is there again."""
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures, 10))
    return rng.uniform(0.1, longest)
