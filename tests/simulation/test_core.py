"""The bare core: nothing is lost in whatever befalls it, and what is broken in the program's own decisions is
seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from heapq import merge
from itertools import chain as one_after_another
from typing import Any

import pytest

from app.sync import feeds
from app.sync.entries import Entry, chain
from app.sync.feeds import Fit, head_of
from app.sync.hlc import Hlc
from tests.simulation import core_check, core_desk, core_hub
from tests.simulation.core import STEPS, Core
from tests.simulation.runs import Run, play, shortest
from tests.simulation.switches import Switches

NOTICING = (0, 3, 5, 10, 19, 52, 296)
"""Of each safeguard that is gone, the first seed that notices it."""

SEEDS = (*NOTICING, *range(1000, 1100))
"""`python3 run.py simulate --core --seeds 5000` plays as many as one has time for."""

FAULTS = (
    *("request_lost", "reply_lost", "doubled", "late", "old_again", "request_torn", "reply_torn", "bundle"),
    *("bundle_lost", "bundle_twice", "bundle_disorder", "kill", "hub_kill", "backup", "restore", "clone"),
    *("destroyed", "new_desk", "hub_backup", "hub_restore", "clock_off", "clock_jump", "clock_still"),
    *("battery_dead", "clock_set_right"),
)
"""The switches that count here."""


def test_nothing_is_lost() -> None:
    for seed in SEEDS:
        failure = play(Run(seed, STEPS, core=True)).failure
        assert not failure, str(failure)


def test_everything_happens() -> None:
    happened: Counter[str] = Counter()
    for seed in range(20):
        core = Core(seed, Switches(**dict.fromkeys(FAULTS, 0.05)))
        core.play(STEPS)
        happened += core.happened
    assert [fault for fault in FAULTS if not happened[fault]] == []


def test_one_seed_is_one_course_of_events() -> None:
    first, again, other = (Core(seed) for seed in (7, 7, 8))
    for core in (first, again, other):
        core.play(STEPS)
    assert first.trace == again.trace
    assert first.trace != other.trace


# -- what is broken on purpose ----------------------------------------------------------------------------


def over_a_hole(heads: Any, entries: Any) -> Fit:
    """`fit`, that takes an entry also where the one before it is missing."""
    now, taken = dict(heads), []
    for entry in entries:
        last, before = head_of(now, entry.device)
        if entry.number > last:
            now[entry.device] = (entry.number, chain(before, entry))
            taken.append((entry, now[entry.device][1]))
    return Fit(taken, 0, 0)


def once_more(heads: Any, entries: Any) -> Fit:
    """`fit`, that takes an entry also when it is there."""
    now, taken = dict(heads), []
    for entry in entries:
        last, before = head_of(now, entry.device)
        if entry.number <= last + 1:
            now[entry.device] = (entry.number, chain(before, entry))
            taken.append((entry, now[entry.device][1]))
    return Fit(taken, 0, 0)


def whatever_the_numbers(after: Any, entries: Any) -> list[bytes]:
    """`links`, that does not look at numbers."""
    hashes, hash_ = [], after[1]
    for entry in entries:
        hash_ = chain(hash_, entry)
        hashes.append(hash_)
    return hashes


def by_clock_alone(feeds: Any, have: Any) -> Iterator[Entry]:
    """`causal`, that only goes by stamps."""
    return merge(*feeds.values(), key=lambda entry: (entry.hlc, entry.origin))


def feed_by_feed(feeds: Any, have: Any) -> Iterator[Entry]:
    """`causal`, that goes by the order of feeds."""
    return one_after_another.from_iterable(feeds.values())


def stop_at_now(self: Hlc) -> int:
    """`Hlc.tick`, that lets the clock go back."""
    self.last = self.now_ms() << 16
    return self.last


BROKEN: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "an entry is taken after a hole": lambda to: _all(to, "fit", over_a_hole),
    "an entry is taken twice": lambda to: _all(to, "fit", once_more),
    "links does not look at numbers": lambda to: _all(to, "links", whatever_the_numbers),
    "common takes the last step": lambda to: _all(to, "common", lambda steps, hash_at: max(steps)),
    "common finds nothing": lambda to: _all(to, "common", lambda steps, hash_at: feeds.NONE),
    "entries by their clocks alone": lambda to: _all(to, "causal", by_clock_alone),
    "entries feed by feed": lambda to: _all(to, "causal", feed_by_feed),
    "a trail of the last alone": lambda to: _all(to, "trail", lambda last: [last]),
    "a clock that goes back": lambda to: to.setattr(Hlc, "tick", stop_at_now),
    "a clock that hears of no other": lambda to: to.setattr(Hlc, "see", lambda self, stamp: None),
    "no clock is wild": lambda to: to.setattr(Hlc, "wild", lambda self, stamp: False),
}


def _all(to: pytest.MonkeyPatch, name: str, broken: Callable[..., Any]) -> None:
    for module in (core_hub, core_desk, core_check):
        if hasattr(module, name):
            to.setattr(module, name, broken)


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_seen(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BROKEN[what](monkeypatch)
    assert any(play(Run(seed, STEPS, core=True)).failure for seed in SEEDS)


def test_what_fails_is_told_with_its_shortest_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    BROKEN["an entry is taken twice"](monkeypatch)
    failure = next(f for seed in SEEDS if (f := play(Run(seed, STEPS, core=True)).failure))
    short = shortest(failure)
    assert short.run.steps < STEPS
    assert len(short.trace) < len(failure.trace)
    assert "simulate --core" in failure.run.command
