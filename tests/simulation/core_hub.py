"""Replicas of the bare core: journals in memory, and the head office. Methods tell again what the program's
do under the same names (`app.sync.journal`, `writer`, `app.headoffice.hub`), without tables, keys and rights;
the decisions are the program's own (`app.sync.feeds`, `hlc`, `entries`). A seal is the text that it would
sign.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from app.domain.clock import Clock
from app.sync.entries import SCHEMA, Entry, chain, sealed_text
from app.sync.feeds import NONE, Head, causal, fit, head_of, links, trail
from app.sync.hlc import Hlc
from app.sync.talk import OVERHEAD, Memory
from app.sync.wire import EnrolReply, Part, Range, SyncReply, SyncRequest

Act = tuple[bytes, int, int, bytes]
"""What counts once wherever it stands: id, stamp, origin, body."""

Branch = tuple[bytes, list[tuple[Entry, bytes, bytes | None]]]
"""A branch that lost its place: the hash before it; its entries, hashes and seals."""


class Killed(BaseException):
    """The program ends between two transactions."""


class Refused(Exception):
    """The head office says no; nothing of the part was taken."""


OFFICES = 2
HUBS = {office + 1: office for office in range(OFFICES + 1)}
"""The head office's own feeds, and for which office each is: 0 is the company."""


def hq(office: int) -> int:
    """The number of the head office's own feed for an office."""
    return office + 1


def act_of(entry: Entry) -> Act:
    """The act that an entry tells."""
    return entry.id, entry.hlc, entry.origin, entry.body


@dataclass(slots=True)
class Disk:
    """What outlives a program: the journal as tables, what was made of it, and who a desk is."""

    device: int
    office: int
    entries: dict[int, dict[int, tuple[Entry, bytes]]] = field(default_factory=dict)
    heads: dict[int, Head] = field(default_factory=dict)
    seals: dict[int, dict[int, bytes]] = field(default_factory=dict)
    orphans: dict[bytes, Branch] = field(default_factory=dict)
    effects: Counter[Act] = field(default_factory=Counter)
    """How often each act took effect."""
    devices: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    """Device -> its office and its key."""
    rulings: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """Stamp -> when it was ruled on first, and what counts instead."""
    acked: int = 0
    offset_ms: int = 0
    next_key: bytes = b""
    asked: list[tuple[int, bytes, bytes]] = field(default_factory=list)
    """The last requests on sticks: number, which it was, and the key to go on with."""
    open: int = 0
    memory: Memory | None = None

    def image(self) -> Disk:
        """As it is now."""
        return replace(
            self,
            entries={device: dict(feed) for device, feed in self.entries.items()},
            heads=dict(self.heads),
            seals={device: dict(seals) for device, seals in self.seals.items()},
            orphans=dict(self.orphans),
            effects=self.effects.copy(),
            devices=dict(self.devices),
            rulings=dict(self.rulings),
            asked=list(self.asked),
        )

    def office_of(self, device: int) -> int | None:
        """The office of a feed that is held."""
        feed = self.entries.get(device)
        return next(iter(feed.values()))[0].office_no if feed else None

    def heads_in(self, *offices: int) -> dict[int, Head]:
        """The heads of these offices' feeds."""
        return {device: head for device, head in self.heads.items() if self.office_of(device) in offices}

    def hash_at(self, device: int, number: int) -> bytes | None:
        """The hash of an entry; b"" before the first, None of what is not there."""
        if number == 0:
            return NONE[1]
        found = self.entries.get(device, {}).get(number)
        return found[1] if found else None

    def after(self, device: int, number: int) -> Iterator[Entry]:
        """The entries of a feed after a number."""
        feed = self.entries.get(device, {})
        return (feed[n][0] for n in sorted(feed) if n > number)

    def stamp(self, hlc: int, origin: int) -> tuple[int, int]:
        """What a stamp counts as."""
        ruled = self.rulings.get((hlc, origin))
        return (ruled[1] if ruled else hlc), origin

    def newest(self, most: int = 1 << 62) -> int:
        """The newest stamp of the journal, as the head office has ruled."""
        made = (entry for feed in self.entries.values() for entry, _ in feed.values())
        stamps = [e.hlc for e in made if e.hlc <= most and (e.hlc, e.origin) not in self.rulings]
        return max([0, *stamps, *(counts for _, counts in self.rulings.values())])


class Replica:
    """A program at work on a disk. `cut` is called between two transactions, and may raise Killed."""

    def __init__(
        self, disk: Disk, clock: Clock, rng: random.Random, cut: Callable[[], None], *, sure: bool
    ) -> None:
        self.disk = disk
        self.rng = rng
        self.cut = cut
        self.hlc = Hlc(clock, disk.newest(), disk.offset_ms, sure=sure)
        self._declared: dict[tuple[int, int], int] = {}

    def write(self, kind: str, value: Any, device: int, office: int) -> Entry:
        """A new act in a feed of this replica."""
        self.hlc.see(self.disk.newest(self.hlc.latest()))
        heads = self.disk.heads_in(0, office)
        number, before = head_of(heads, device)
        seen = [
            (feed, last)
            for feed, (last, _) in sorted(heads.items())
            if feed != device and self._declared.get((device, feed)) != last
        ]
        body = msgspec.msgpack.encode(value)
        id, hlc = self.rng.randbytes(16), self.hlc.tick()
        entry = Entry(device, number + 1, id, device, hlc, office, kind, None, SCHEMA, seen, body)
        self.append([(entry, chain(before, entry))])
        self.apply([entry])
        self._declared.update({(device, feed): last for feed, last in seen})
        return entry

    def append(self, entries: Sequence[tuple[Entry, bytes]]) -> None:
        """Put entries with their hashes at the ends of their feeds."""
        for entry, hash_ in entries:
            feed = self.disk.entries.setdefault(entry.device, {})
            assert entry.number not in feed, f"entry {entry.number} of feed {entry.device} is there already"
            feed[entry.number] = (entry, hash_)
            self.disk.heads[entry.device] = (entry.number, hash_)

    def apply(self, entries: Iterable[Entry]) -> None:
        """Have acts take effect."""
        for entry in entries:
            self.disk.effects[act_of(entry)] += 1
            if entry.kind == "device":
                number, key = msgspec.msgpack.decode(entry.body)
                self.disk.devices[number] = (entry.office_no, key)
            elif entry.kind == "rule":
                for hlc, origin, counts in msgspec.msgpack.decode(entry.body):
                    ruled = (entry.hlc, counts)
                    self.disk.rulings[hlc, origin] = min(self.disk.rulings.get((hlc, origin), ruled), ruled)

    def take(self, taken: Sequence[tuple[Entry, bytes]]) -> None:
        """Append entries that fit, and apply the acts that are new."""
        self.append(taken)
        for entry, _ in taken:
            self.hlc.see(entry.hlc)
            if act_of(entry) not in self.disk.effects:
                self.apply([entry])

    def keep_seal(self, device: int, number: int, seal: bytes) -> None:
        """Keep a seal; the one before it goes."""
        seals = self.disk.seals.setdefault(device, {})
        if before := [n for n in seals if n < number]:
            del seals[max(before)]
        seals[number] = seal


class Hub(Replica):
    """The head office."""

    def __init__(self, disk: Disk, clock: Clock, rng: random.Random, cut: Callable[[], None]) -> None:
        super().__init__(disk, clock, rng, cut, sure=True)

    def answer(self, sender: int, request: SyncRequest) -> SyncReply | None:
        """Take what a desk offers and give it what it lacks; None to a stranger with nothing to show."""
        asker = self.disk.devices.get(sender)
        for part in request.parts:
            self.take_part(part, None if asker is None else asker[0])
            self.cut()
        if asker is None:
            return self._to_a_stranger(request)
        successor = self._successor(asker[0], request.successor) if request.successor else None
        self.cut()
        return self._reply(sender, asker[0], request, successor)

    def enrol(self, office: int, key: bytes) -> int:
        """The number of the desk with this key; the same for the same key."""
        for number, known in self.disk.devices.items():
            if known == (office, key):
                return number
        number = self.rng.randrange(1 << 12, 1 << 31)
        self.write("device", (number, key), hq(office), office)
        return number

    # -- what is offered --------------------------------------------------------------------------------

    def take_part(self, part: Part, asker: int | None) -> None:
        """Take a part from a desk of an office, or from a stranger. Refused when it cannot be right."""
        hub = part.device in HUBS
        office = HUBS[part.device] if hub else self.disk.devices.get(part.device, (None, b""))[0]
        if office is None or not part.entries or (asker is None and not hub):
            return
        for entry in part.entries:
            if entry.device != part.device or (not hub and entry.origin != part.device):
                raise Refused("foreign entry")
            if entry.office_no != office:
                raise Refused("foreign office")
        if asker is not None and office not in (0, asker):
            raise Refused("foreign office")
        hashes = links(part.after, part.entries)
        if hashes is None:
            raise Refused("nonsense")
        if part.seal != sealed_text(part.device, part.entries[-1].number, hashes[-1]):
            raise Refused("not authentic")
        self._take_good(part, hashes, office)

    def _take_good(self, part: Part, hashes: Sequence[bytes], office: int) -> None:
        disk, device, entries = self.disk, part.device, part.entries
        here = disk.hash_at(device, part.after[0])
        if here is None and not part.orphaned:
            return
        linked = here == part.after[1]
        branch = 0
        while linked and branch < len(entries):
            there = disk.hash_at(device, entries[branch].number)
            if there is not None and there != hashes[branch]:
                break
            branch += 1
            if there is None:
                branch = len(entries)
        found = fit(disk.heads_in(0, office), entries[:branch])
        self._rule_and_take(found.taken, office)
        if linked and branch == len(entries) and not found.waiting:
            self.keep_seal(device, entries[-1].number, part.seal)
        if branch < len(entries):
            self._reissue(part, entries[branch:], linked, office)

    def _rule_and_take(self, taken: Sequence[tuple[Entry, bytes]], office: int) -> None:
        new = [entry for entry, _ in taken if act_of(entry) not in self.disk.effects]
        wild = {(e.hlc, e.origin): None for e in new if self.hlc.wild(e.hlc) and e.origin not in HUBS}
        rows = [(*stamp, self.hlc.tick()) for stamp in wild if stamp not in self.disk.rulings]
        self.take(taken)
        if rows:
            self.write("rule", rows, hq(office), office)

    def _reissue(self, part: Part, entries: Sequence[Entry], linked: bool, office: int) -> None:
        feed = hq(office)
        number, before = head_of(self.disk.heads, feed)
        made: dict[Act, tuple[Entry, bytes]] = {}
        root = entries[0].number - 1
        cause = {(part.device, root)} if linked and root else set()
        for entry in entries:
            if act_of(entry) in self.disk.effects or act_of(entry) in made:
                continue
            number += 1
            seen = sorted(s for s in {*entry.seen, *cause} if s[0] != feed)
            again = msgspec.structs.replace(entry, device=feed, number=number, office_no=office, seen=seen)
            before = chain(before, again)
            made[act_of(entry)] = (again, before)
            cause = set()
        self._rule_and_take(list(made.values()), office)

    # -- what is given ----------------------------------------------------------------------------------

    def _reply(self, me: int, office: int, request: SyncRequest, successor: EnrolReply | None) -> SyncReply:
        disk, have = self.disk, request.have
        heads = disk.heads_in(0, office)
        forked, trails = self._forked(request, heads)
        not_taken = forked | {me} if request.successor else forked
        behind = {d: head_of(have, d)[0] for d in heads if d not in not_taken}
        feeds = {d: disk.after(d, n) for d, n in behind.items() if n < heads[d][0]}
        entries: list[Entry] = []
        size, more = 0, False
        for entry in causal(feeds, {d: n for d, (n, _) in have.items()}):
            size += len(entry.body) + OVERHEAD
            if entries and size > request.most:
                more = True
                break
            entries.append(entry)
        ranges = []
        for device, last in {e.device: e.number for e in entries}.items():
            number = behind[device]
            before, hash_ = disk.hash_at(device, number) or b"", disk.hash_at(device, last) or b""
            seal = sealed_text(device, last, hash_)
            ranges.append(Range(device, disk.office_of(device) or 0, (number, before), last, seal))
        return SyncReply(self.hlc.now_ms(), heads, entries, ranges, more, trails, successor)

    def _to_a_stranger(self, request: SyncRequest) -> SyncReply | None:
        heads = {d: head_of(self.disk.heads, d) for d in request.have if d in HUBS}
        if not heads:
            return None
        _, trails = self._forked(request, heads)
        return SyncReply(self.hlc.now_ms(), heads, trails=trails, stranger=True)

    def _forked(self, request: SyncRequest, heads: dict[int, Head]) -> tuple[set[int], dict[int, list[Head]]]:
        """The feeds that went another way there, and the trails of those and of what is asked for."""
        forked = set()
        for device, (last, _) in heads.items():
            number, hash_ = head_of(request.have, device)
            if 0 < number <= last and self.disk.hash_at(device, number) != hash_:
                forked.add(device)
        trails = {}
        for device in (forked | set(request.trails)) & heads.keys():
            steps = [(n, self.disk.hash_at(device, n)) for n in trail(heads[device][0])]
            trails[device] = [(n, hash_) for n, hash_ in steps if hash_ is not None]
        return forked, trails

    def _successor(self, office: int, key: bytes) -> EnrolReply:
        return EnrolReply(self.enrol(office, key), office, "", "")
