"""What feeds allow: decisions over heads, hashes and entries, without input or output."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.sync.entries import FIRST, Entry, chain

Head = tuple[int, bytes]
"""The last number of a feed and its hash."""

Heads = Mapping[int, Head]
"""A version vector: feed -> its head."""

NONE: Head = (0, FIRST)
"""The head of a feed of which nothing is there."""


def head_of(heads: Heads, device: int) -> Head:
    """A feed's head, also of a feed of which nothing is there."""
    return heads.get(device, NONE)


@dataclass(frozen=True, slots=True)
class Fit:
    """What of some entries can be taken now, each with its hash; how many are known already; how many must
    wait for what goes before them."""

    taken: list[tuple[Entry, bytes]]
    known: int
    waiting: int


def fit(heads: Heads, entries: Iterable[Entry]) -> Fit:
    """Which entries continue the feeds of these heads. An entry is taken only right after its predecessor, so
    what comes late, twice or in disorder makes no hole."""
    now = dict(heads)
    taken: list[tuple[Entry, bytes]] = []
    known = waiting = 0
    for entry in entries:
        last, before = head_of(now, entry.device)
        if entry.number <= last:
            known += 1
        elif entry.number > last + 1:
            waiting += 1
        else:
            hash_ = chain(before, entry)
            now[entry.device] = (entry.number, hash_)
            taken.append((entry, hash_))
    return Fit(taken, known, waiting)


def links(after: Head, entries: Sequence[Entry]) -> list[bytes] | None:
    """The hashes of entries that follow one another after a head; None when they do not."""
    number, hash_ = after
    hashes = []
    for entry in entries:
        if entry.number != number + 1 or entry.device != entries[0].device:
            return None
        number, hash_ = entry.number, chain(hash_, entry)
        hashes.append(hash_)
    return hashes


def same_branch(after: Head, entries: Sequence[Entry], head: Head) -> bool:
    """Whether entries of a feed after `after`, which is the same here, go the way that leads to `head`: what
    comes late may be of another branch."""
    known = head[0] - after[0]
    if known <= 0 or len(entries) <= known:
        return True
    hashes = links(after, entries[:known])
    return hashes is not None and hashes[-1] == head[1]


def trail(last: int) -> list[int]:
    """Numbers of a feed, each twice as far back as the one before: by their hashes another side finds where
    its branch left this one."""
    numbers = []
    step = 1
    while last > 0:
        numbers.append(last)
        last -= step
        step *= 2
    return numbers


def common(steps: Sequence[Head], hash_at: Callable[[int], bytes | None]) -> Head:
    """The last step of a trail that is the same here."""
    for number, hash_ in sorted(steps, reverse=True):
        if hash_at(number) == hash_:
            return number, hash_
    return NONE


def causal(feeds: Mapping[int, Iterator[Entry]], have: Mapping[int, int]) -> Iterator[Entry]:
    """The entries of several feeds in HLC order, save that none comes before what its author had seen of the
    others; `have` is what the taker has of each feed. An author may have seen a branch that lost its place
    since: where feeds wait for one another, the earliest goes on."""
    there = defaultdict(int, have)
    ready: list[tuple[int, int, int]] = []
    next_of: dict[int, Entry] = {}
    held: set[int] = set()

    def look(device: int) -> None:
        """Whether a feed's next entry may come now."""
        entry = next_of[device]
        if any(feed in feeds and there[feed] < number for feed, number in entry.seen):
            held.add(device)
        else:
            held.discard(device)
            heapq.heappush(ready, (entry.hlc, entry.origin, device))

    def advance(device: int) -> None:
        entry = next(feeds[device], None)
        if entry is not None:
            next_of[device] = entry
            look(device)

    for device in feeds:
        advance(device)
    while ready or held:
        if ready:
            *_, device = heapq.heappop(ready)
        else:
            device = min(held, key=lambda d: (next_of[d].hlc, next_of[d].origin, d))
            held.discard(device)
        entry = next_of[device]
        yield entry
        there[device] = entry.number
        advance(device)
        for other in list(held):
            look(other)
