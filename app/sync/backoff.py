"""How long a desk waits before it tries again, so that many desks do not come back in one moment."""

from __future__ import annotations

from random import Random

LONGEST_WAIT = 10.0
"""Seconds between tries while there is no connection: when it returns, work is sent within seconds."""

LONGEST_ASKED = 120.0
"""Seconds that a head office which has much to do can ask for at most: it cannot send a desk away."""

FIRST_WAIT = 0.5


def back_off(failures: int, rng: Random, asked: float = 0.0) -> float:
    """Seconds to wait after so many failures in a row, one at least: anything up to a bound that doubles with
    each. `asked`: the seconds that the head office asked for ("sync.busy"); not less than those, and spread
    over half as many more."""
    asked = min(max(asked, 0.0), LONGEST_ASKED)
    most = min(FIRST_WAIT * 2.0 ** min(failures, 10), LONGEST_WAIT)
    return asked + rng.uniform(0.0, max(most, asked / 2))
