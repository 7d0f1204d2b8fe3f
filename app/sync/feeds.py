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
    wait for what goes before them or for what their author had seen."""

    taken: list[tuple[Entry, bytes]]
    known: int
    waiting: int


def fit(heads: Heads, entries: Iterable[Entry], giver: Heads | None = None) -> Fit:
    """Which entries continue the feeds of these heads. An entry is taken only right after its predecessor, so
    what comes late, twice or in disorder makes no hole. `giver`: what their giver has, where it is known."""
    now = dict(heads)
    taken: list[tuple[Entry, bytes]] = []
    known = waiting = 0
    for entry in entries:
        last, before = head_of(now, entry.device)
        if entry.number <= last:
            known += 1
        elif entry.number > last + 1 or not has_seen(now, entry, giver):
            waiting += 1
        else:
            hash_ = chain(before, entry)
            now[entry.device] = (entry.number, hash_)
            taken.append((entry, hash_))
    return Fit(taken, known, waiting)


def has_seen(heads: Heads, entry: Entry, giver: Heads | None = None) -> bool:
    """Whether what the author had seen is there, as far as its giver has it: of a branch that lost its place
    nobody has more than what is issued again, and nothing waits for the rest."""
    return all(
        head_of(heads, device)[0] >= (number if giver is None else min(number, head_of(giver, device)[0]))
        for device, number in entry.seen
    )


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


def causal(
    feeds: Mapping[int, Iterator[Entry]], have: Mapping[int, int], giver: Heads
) -> Iterator[Entry]:
    """The entries of several feeds in HLC order, save that none comes before what its author had seen; `have`
    is what the taker has of each feed, `giver` what there is (as for `fit`). What would wait at the taker is
    left out."""
    there = defaultdict(int, have)
    ready: list[tuple[int, int, int, Entry]] = []
    held: dict[int, Entry] = {}
    waiting: dict[int, list[int]] = defaultdict(list)

    def place(device: int, entry: Entry | None) -> None:
        if entry is None:
            return
        for feed, number in entry.seen:
            if there[feed] < min(number, head_of(giver, feed)[0]):
                held[device] = entry
                waiting[feed].append(device)
                return
        heapq.heappush(ready, (entry.hlc, entry.origin, device, entry))

    for device, entries in feeds.items():
        place(device, next(entries, None))
    while ready:
        *_, device, entry = heapq.heappop(ready)
        yield entry
        there[device] = entry.number
        for other in waiting.pop(device, []):
            place(other, held.pop(other))
        place(device, next(feeds[device], None))
