"""A desk of the bare core, and its talk with the head office: told again from `app.sync.writer`, `talk` and
`bundle`, as the replicas are.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from app.domain.clock import Clock
from app.sync.entries import Entry, sealed_text
from app.sync.feeds import NONE, Fit, Head, common, fit, head_of, same_branch
from app.sync.talk import OVERHEAD, Memory
from app.sync.wire import WHOLE, Part, Range, SyncReply, SyncRequest
from tests.simulation.core_hub import HUBS, Disk, Replica, act_of

KEPT = 4
"""So many requests on sticks does a desk remember."""


class Desk(Replica):
    """An office's PC."""

    def __init__(self, disk: Disk, clock: Clock, rng: random.Random, cut: Callable[[], None]) -> None:
        super().__init__(disk, clock, rng, cut, sure=False)
        self.disputed: set[int] = set()
        """The feeds, its own among them, of which the last answer may not have brought what others saw."""

    @property
    def complete(self) -> bool:
        """Whether it knows itself: before, nobody works at it."""
        return self.disk.device in self.disk.devices

    def receive(self, entries: Sequence[Entry], ranges: Sequence[Range]) -> Fit:
        """Take entries of other feeds, in one transaction."""
        disk = self.disk
        good = {
            r.device: r
            for r in ranges
            if r.device != disk.device
            and disk.hash_at(r.device, r.after[0]) == r.after[1]
            and same_branch(
                r.after, [e for e in entries if e.device == r.device], head_of(disk.heads, r.device)
            )
        }
        found = fit(disk.heads, [e for e in entries if e.device in good])
        self.take(found.taken)
        self._drop_orphans()
        for entry, _ in found.taken:
            if entry.number == good[entry.device].last:
                self.keep_seal(entry.device, entry.number, good[entry.device].seal)
        return found

    def _drop_orphans(self) -> None:
        disk = self.disk
        if disk.orphans:
            there = {act_of(e) for feed in disk.entries.values() for e, _ in feed.values()}
            for tip, (_, branch) in list(disk.orphans.items()):
                if all(act_of(e) in there for e, *_ in branch):
                    del disk.orphans[tip]

    def give_up(self, device: int, after: Head) -> None:
        """Move the branch of a feed beyond `after` aside."""
        disk = self.disk
        feed, seals = disk.entries.get(device, {}), disk.seals.get(device, {})
        gone = sorted(n for n in feed if n > after[0])
        if device == disk.device or not gone:
            return
        rows = [(*feed.pop(n), seals.pop(n, None)) for n in gone]
        disk.orphans[rows[-1][1]] = (after[1], rows)
        if after[0]:
            disk.heads[device] = after
        else:
            del disk.entries[device], disk.heads[device]

    def next_key(self) -> bytes:
        """The key with which it would go on; the same until it does."""
        self.disk.next_key = self.disk.next_key or self.rng.randbytes(8)
        return self.disk.next_key

    def become(self, device: int) -> None:
        """Go on as another desk."""
        disk = self.disk
        number, hash_ = head_of(disk.heads, disk.device)
        if number:
            self.keep_seal(disk.device, number, sealed_text(disk.device, number, hash_))
        self.cut()
        disk.device, disk.next_key = device, b""

    def learn_time(self, hub_ms: int, asked_ms: int) -> None:
        """Take note of the head office's time."""
        took = self.hlc.now_ms() - asked_ms
        ahead = hub_ms - asked_ms - took // 2
        self.hlc.learn(ahead if abs(ahead) > max(took, 1000) else 0)
        self.disk.offset_ms = self.hlc.offset_ms

    # -- sticks -----------------------------------------------------------------------------------------

    def export(self, which: bytes) -> SyncRequest:
        """A request on a stick."""
        disk = self.disk
        request = Talk(self, self._memory()).request(WHOLE)
        n = max((a[0] for a in disk.asked), default=0) + 1
        disk.asked = [*disk.asked, (n, which, request.successor)][-KEPT:]
        disk.open = disk.open or n
        return request

    def import_(self, which: bytes, reply: SyncReply) -> list[Entry]:
        """Read the answer to a request of one's own, however old; what was new."""
        disk = self.disk
        asked = next((a for a in disk.asked if a[1] == which), None)
        if asked is None:
            return []
        if not disk.open or asked[0] < disk.open:
            self.disputed = {disk.device} | Talk(self).forked(reply)
            return [e for e, _ in self.receive(reply.entries, reply.ranges).taken]
        talk = Talk(self, Memory(succession=bool(asked[2]) and asked[2] == self.next_key()))
        new = talk.answer(reply)
        disk.memory, disk.open = talk.memory, asked[0] + 1
        return new

    def _memory(self) -> Memory:
        disk = self.disk
        if disk.memory is not None:
            return disk.memory
        number = min(disk.acked, head_of(disk.heads, disk.device)[0])
        return Memory({**disk.heads, disk.device: (number, disk.hash_at(disk.device, number) or b"")})


class Talk:
    """One reconciliation of a desk with the head office: see `app.sync.talk.Talk`."""

    def __init__(self, desk: Desk, memory: Memory | None = None) -> None:
        memory = memory or Memory()
        self.desk = desk
        self.theirs = memory.theirs
        self.trails = set(memory.trails)
        self.succession = memory.succession
        self.stranger = memory.stranger
        self._offered: set[bytes] = set()
        self._before: tuple[Any, ...] = ()
        self.done = self.stuck = False

    @property
    def memory(self) -> Memory:
        """What is known of the head office by now."""
        return Memory(self.theirs, sorted(self.trails), self.succession, self.stranger)

    def request(self, most: int) -> SyncRequest:
        """The next message."""
        desk = self.desk
        successor = desk.next_key() if self.succession else b""
        parts = self._parts(most)
        return SyncRequest(
            desk.hlc.now_ms(), dict(desk.disk.heads), parts, most, sorted(self.trails), successor
        )

    def _parts(self, room: int) -> list[Part]:
        disk = self.desk.disk
        me = disk.device
        parts: list[Part] = []

        def add(part: Part | None) -> None:
            nonlocal room
            if part is not None:
                parts.append(part)
                room -= sum(len(e.body) + OVERHEAD for e in part.entries)

        if self.theirs is not None:
            for device in sorted(set(disk.heads) - {me}, key=lambda d: (d not in HUBS, d)):
                if room > 0 and (device in HUBS or not self.stranger):
                    add(self._carried(device, room))
            for part in self._orphaned():
                if room > 0:
                    add(part)
        if room > 0 and not self.stranger and not self.succession:
            add(self._own(me, room))
        return parts

    def _carried(self, device: int, room: int) -> Part | None:
        disk = self.desk.disk
        there = head_of(self.theirs or {}, device)
        if there[0] >= disk.heads[device][0] or device in self.trails:
            return None
        if disk.hash_at(device, there[0]) != there[1]:
            return None
        seals = {n: s for n, s in disk.seals.get(device, {}).items() if n > there[0]}
        entries: list[Entry] = []
        sealed = size = 0
        for entry in disk.after(device, there[0]):
            size += len(entry.body) + OVERHEAD
            if (size > room and sealed) or not any(n >= entry.number for n in seals):
                break
            entries.append(entry)
            sealed = entry.number if entry.number in seals else sealed
        entries = [e for e in entries if e.number <= sealed]
        return Part(device, there, entries, seals[sealed]) if entries else None

    def _orphaned(self) -> Iterator[Part]:
        for _, (before, branch) in sorted(self.desk.disk.orphans.items()):
            if self.stranger and branch[0][0].device not in HUBS:
                continue
            after = (branch[0][0].number - 1, before)
            entries: list[Entry] = []
            for entry, hash_, seal in branch:
                entries.append(entry)
                if seal is not None:
                    if hash_ not in self._offered:
                        self._offered.add(hash_)
                        yield Part(entry.device, after, entries, seal, orphaned=True)
                    entries, after = [], (entry.number, hash_)

    def _own(self, me: int, room: int) -> Part | None:
        disk = self.desk.disk
        if self.theirs is None:
            number = min(disk.acked, head_of(disk.heads, me)[0])
            after = (number, disk.hash_at(me, number) or NONE[1])
        else:
            after = head_of(self.theirs, me)
            if disk.hash_at(me, after[0]) != after[1]:
                return None
        entries: list[Entry] = []
        for entry in disk.after(me, after[0]):
            room -= len(entry.body) + OVERHEAD
            if entries and room < 0:
                break
            entries.append(entry)
        if not entries:
            return None
        last = entries[-1].number
        return Part(me, after, entries, sealed_text(me, last, disk.hash_at(me, last) or b""))

    def answer(self, reply: SyncReply) -> list[Entry]:
        """Take what the head office says; returns the entries that were new."""
        desk, disk = self.desk, self.desk.disk
        me, mine = disk.device, dict(disk.heads)
        self.theirs, self.stranger = reply.have, reply.stranger
        forked = self.forked(reply)
        desk.disputed = forked | {me}
        commons = {
            d: common(steps, partial(disk.hash_at, d))
            for d, steps in reply.trails.items()
            if d in mine and d in forked
        }
        own, there = head_of(mine, me), head_of(reply.have, me)
        disputed = me in forked or there[0] > own[0]
        for device, after in commons.items():
            if device != me:
                desk.give_up(device, after)
                desk.cut()
        got = desk.receive(reply.entries, reply.ranges)
        desk.cut()
        successor = reply.successor
        if self.succession and successor and successor.device in disk.devices:
            desk.become(successor.device)
            disk.acked = 0
            desk.cut()
            if me in commons:
                desk.give_up(me, commons[me])
        elif me not in forked and there[0] <= own[0]:
            disk.acked = there[0]
        desk.cut()
        self.succession = disputed and disk.device == me
        self.trails = {d for d in forked if d in mine and d not in commons and d != disk.device}
        self._judge(reply, got.waiting)
        return [entry for entry, _ in got.taken]

    def forked(self, reply: SyncReply) -> set[int]:
        """The feeds that went another way there, as far as it can be told here."""
        disk = self.desk.disk
        apart = {
            device
            for device, (number, hash_) in reply.have.items()
            if 0 < number <= head_of(disk.heads, device)[0] and disk.hash_at(device, number) != hash_
        }
        return apart | set(reply.trails)

    def _judge(self, reply: SyncReply, waiting: int) -> None:
        disk = self.desk.disk
        same = disk.heads == reply.have
        orphans = sum(len(rows) for _, rows in disk.orphans.values())
        rest = (waiting, self.succession, self.stranger, sorted(self.trails), orphans)
        now = (dict(disk.heads), reply.have, rest)
        moved, self._before = now != self._before, now
        quiet = same and not reply.more and not self.succession and not self.trails
        self.done = quiet and not (orphans and moved)
        self.stuck = not self.done and not moved
