"""What must be true of the bare core, asked of its journals and of the plain list of what people did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial

from app.sync.entries import Entry, chain
from app.sync.feeds import NONE, Head, common, head_of
from app.sync.hlc import AHEAD_MS, COUNTER_BITS
from app.sync.wire import SyncReply
from tests.simulation.core_desk import Desk
from tests.simulation.core_hub import OFFICES, Disk, act_of
from tests.simulation.model import Violation


@dataclass(frozen=True, slots=True)
class Done:
    """What a person did: a payment, or a field's new value."""

    office: int
    field: str
    saw: dict[int, Head]
    """How far each feed went that he had before him."""
    over: frozenset[bytes]
    """The values of the field that he replaced."""


Acts = Mapping[bytes, Done]
"""All that was done, by its id."""


def sees_causes(desk: Desk, new: Iterable[Entry], reply: SyncReply, hub: Disk, acts: Acts) -> None:
    """Violation where a reply brought an act before what its author had newly seen by then; unless the head
    office, put back, did not have that either, or it went another way."""
    for entry in new:
        saw = acts[entry.id].saw if entry.id in acts else {}
        for feed in {feed for feed, _ in entry.seen} & saw.keys() - desk.disputed:
            number, hash_ = saw[feed]
            if number > head_of(reply.have, feed)[0] or hub.hash_at(feed, number) != hash_:
                continue
            if act_of(hub.entries[feed][number][0]) not in desk.disk.effects:
                what = f"{entry.device}/{entry.number} before {feed}/{number}"
                raise Violation(f"{desk.disk.device}: {what}")


def leads_back(disk: Disk, reply: SyncReply, hub: Disk) -> None:
    """Violation where a trail leads back more than twice as far as the branches go: that much is to be sent
    again."""
    for feed, steps in reply.trails.items():
        last, hash_ = reply.have[feed]
        if hub.hash_at(feed, last) != hash_:
            continue  # it was put back since
        found, _ = common(steps, partial(disk.hash_at, feed))
        same = next(n for n in range(last, -1, -1) if disk.hash_at(feed, n) == hub.hash_at(feed, n))
        if last - found > 2 * (last - same):
            raise Violation(f"{disk.device}: feed {feed} left at {same} of {last}, given up from {found} on")


def is_acked(disk: Disk, hub: Disk) -> None:
    """Violation unless what a desk takes for acknowledged is at the head office."""
    for number in range(1, disk.acked + 1):
        if act_of(disk.entries[disk.device][number][0]) not in hub.effects:
            raise Violation(f"{disk.device}: {number} is acknowledged, and not at the head office")


def check(hub: Disk, desks: Sequence[Disk], acts: Acts, excused: Set[bytes], now_ms: int) -> None:
    """Violation where something is lost, counts twice, is not the same everywhere or lies in the future, once
    all is quiet."""
    for disk in (hub, *desks):
        offices = range(OFFICES + 1) if disk is hub else (0, disk.office)
        _every_act_counts_once(disk, {id for id, done in acts.items() if done.office in offices}, excused)
        if disk.heads != hub.heads_in(*offices):
            raise Violation(f"{disk.device}: other feeds than at the head office")
        values = _values(disk, acts)
        if any(_values(hub, acts)[what] != id for what, id in values.items()):
            raise Violation(f"{disk.device}: other values than at the head office")
        newest = max((disk.stamp(hlc, origin)[0] for _, hlc, origin, _ in disk.effects), default=0)
        if newest >> COUNTER_BITS > now_ms + AHEAD_MS:
            raise Violation(f"{disk.device}: an act counts as one of the future")


def _every_act_counts_once(disk: Disk, done: Set[bytes], excused: Set[bytes]) -> None:
    entries = [entry for feed in disk.heads for entry in whole(disk, feed)]
    ids = {entry.id for entry in entries}
    if lost := done - excused - ids:
        raise Violation(f"{disk.device}: lost {len(lost)} acts")
    if {entry.id for entry in entries if entry.kind in ("pay", "set")} - done:
        raise Violation(f"{disk.device}: acts that nobody did")
    if disk.effects != dict.fromkeys(map(act_of, entries), 1):
        raise Violation(f"{disk.device}: not every act counts once")
    if disk.orphans:
        raise Violation(f"{disk.device}: acts wait to be issued again")


def whole(disk: Disk, feed: int) -> list[Entry]:
    """The entries of a feed. Violation unless each comes right after the one before."""
    entries = []
    before = NONE
    for number, (entry, hash_) in sorted(disk.entries[feed].items()):
        if number != before[0] + 1 or hash_ != chain(before[1], entry):
            raise Violation(f"{disk.device}: feed {feed} is broken at {number}")
        before = (number, hash_)
        entries.append(entry)
    if disk.heads[feed] != before:
        raise Violation(f"{disk.device}: feed {feed} ends elsewhere")
    return entries


def _values(disk: Disk, acts: Acts) -> dict[tuple[int, str], bytes]:
    """The newest value of each field. Violation when somebody had replaced it."""
    stamps = sorted((*disk.stamp(hlc, origin), id) for id, hlc, origin, _ in disk.effects if id in acts)
    values = {(acts[id].office, acts[id].field): id for *_, id in stamps if acts[id].field}
    replaced = {id for *_, later in stamps for id in acts[later].over}
    if replaced & set(values.values()):
        raise Violation(f"{disk.device}: a value counts that was replaced")
    return values
