"""One reconciliation with the head office, message by message, without input or output of its own but the
replica's database: who carries the messages, over a line or on a stick, is another's business."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.models.store import Cursor
from app.services.writer import Desk
from app.sync import journal
from app.sync.digest import digest_of, parked_in
from app.sync.entries import Count, Entry, sealed_text
from app.sync.feeds import NONE, Head, common, head_of, links
from app.sync.wire import EnrolReply, Heads, Part, SyncReply, SyncRequest
from app.sync.writer import JournalWriter

OVERHEAD = 100
"""Bytes of an entry besides its body, about."""


class Credentials:
    """Who this desk is to the head office: its key, and how it becomes its own successor."""

    def __init__(
        self,
        key: Ed25519PrivateKey,
        adopt: Callable[[EnrolReply, Ed25519PrivateKey], None],
        new_key: Callable[[], Ed25519PrivateKey] = Ed25519PrivateKey.generate,
    ) -> None:
        self.key = key
        self._adopt = adopt
        self._new_key = new_key
        self._next: Ed25519PrivateKey | None = None

    def next_public_key(self) -> bytes:
        """The public half of the key with which the desk would go on; the same until it does."""
        self._next = self._next or self._new_key()
        return self._next.public_key().public_bytes_raw()

    def succeed(self, writer: JournalWriter, reply: EnrolReply) -> bool:
        """Go on as the device that the head office has named. False when it named one of another key."""
        key = self._next
        if key is None:
            return False
        desk = Desk(reply.office_no, reply.device, reply.desk)
        writer.become(desk, self.key, lambda: self._adopt(reply, key))
        self.key, self._next = key, None
        return True


@dataclass(slots=True)
class Outcome:
    """What came of a reconciliation so far."""

    sent: int = 0
    received: int = 0
    rounds: int = 0
    acked: int = 0
    """The last entry of this desk that is at the head office."""
    renamed: str = ""
    """The desk's new name, when its data was found to be restored or copied."""
    orphans: int = 0
    """Acts that wait to be issued again."""
    differs: bool = False
    """Both sides hold the same entries and yet other rows."""
    left: int = 0
    """Bytes that the head office still has for this desk."""


class Memory(msgspec.Struct, frozen=True, array_like=True):
    """What a talk knows of the head office, for another that goes on from there: on a stick, each exchange is
    a talk of its own."""

    theirs: Heads | None = None
    trails: list[Count] = []
    succession: bool = False
    stranger: bool = False


@dataclass(slots=True)
class _Progress:
    """What a round changed; when it is what it was, there is no going on."""

    mine: Heads = field(default_factory=dict)
    theirs: Heads = field(default_factory=dict)
    rest: tuple[object, ...] = ()


class Talk:
    """Ask for `request()`, hand its answer to `answer()`, until `done` or `stuck`."""

    def __init__(
        self, writer: JournalWriter, credentials: Credentials, acked: int, memory: Memory | None = None
    ) -> None:
        memory = memory or Memory()
        self._writer = writer
        self._credentials = credentials
        self._acked = acked
        self._theirs: Heads | None = None if memory.theirs is None else dict(memory.theirs)
        self._trails = set(memory.trails)
        self._succession = memory.succession
        self._stranger = memory.stranger
        self._offered: set[tuple[int, bytes]] = set()
        self._before = _Progress()
        self.outcome = Outcome(acked=acked)
        self.done = False
        self.stuck = False

    @property
    def memory(self) -> Memory:
        """What is known of the head office by now."""
        return Memory(self._theirs, sorted(self._trails), self._succession, self._stranger)

    # -- asking -----------------------------------------------------------------------------------------

    def suppose_taken(self, request: SyncRequest) -> None:
        """Go on as if the head office had taken what this message offers: a bundle holds several."""
        for part in request.parts:
            hashes = links(part.after, part.entries)
            if self._theirs is not None and hashes and not part.orphaned:
                self._theirs[part.device] = (part.entries[-1].number, hashes[-1])

    def request(self, most: int) -> SyncRequest:
        """The next message, offering up to `most` bytes of entries and asking for as many."""
        with self._writer.store.reading() as cur:
            mine = journal.all_heads(cur)
            parts = self._parts(cur, mine, most)
        self.outcome.sent += sum(len(p.entries) for p in parts)
        return SyncRequest(
            self._writer.hlc.now_ms(),
            mine,
            parts,
            most,
            sorted(self._trails),
            self._credentials.next_public_key() if self._succession else b"",
        )

    def _parts(self, cur: Cursor, mine: Heads, most: int) -> list[Part]:
        """What the head office lacks: its own feeds first, since others build on them; this desk's last."""
        me = self._writer.desk.device
        parts: list[Part] = []
        room = most
        if self._theirs is not None:
            hubs = _hub_feeds(cur)
            others = sorted(set(mine) - {me}, key=lambda d: (d not in hubs, d))
            for device in others:
                if room > 0 and (device in hubs or not self._stranger):
                    room -= _add(parts, self._carried(cur, device, mine[device], room))
            for branch in self._orphaned(cur, hubs):
                if room > 0:
                    room -= _add(parts, branch)
        if room > 0 and not self._stranger and not self._succession:
            _add(parts, self._own(cur, me, mine, room))
        return parts

    def _carried(self, cur: Cursor, device: int, head: Head, room: int) -> Part | None:
        """The part of another's feed that the head office lacks, up to a seal."""
        there = head_of(self._theirs or {}, device)
        office = journal.office_of(cur, device)
        if office is None or there[0] >= head[0] or device in self._trails:
            return None
        if journal.hash_at(cur, office, device, there[0]) != there[1]:
            return None
        seals = journal.seals_after(cur, office, device, there[0])
        entries: list[Entry] = []
        size, sealed = 0, 0
        ends = dict(seals)
        for entry in journal.entries_from(cur, office, device, there[0]):
            size += len(entry.body) + OVERHEAD
            if size > room and sealed:
                break
            entries.append(entry)
            sealed = entry.number if entry.number in ends else sealed
            if not any(n >= entry.number for n in ends):
                break
        entries = [e for e in entries if e.number <= sealed]
        return Part(device, there, entries, ends[sealed]) if entries else None

    def _orphaned(self, cur: Cursor, hubs: set[int]) -> Iterable[Part]:
        for before, branch in journal.orphans(cur):
            if self._stranger and branch[0][0].device not in hubs:
                continue
            after: Head = (branch[0][0].number - 1, before)
            entries: list[Entry] = []
            for entry, hash_, signature in branch:
                entries.append(entry)
                if signature is None:
                    continue
                if (entry.device, hash_) not in self._offered:
                    self._offered.add((entry.device, hash_))
                    yield Part(entry.device, after, entries, signature, orphaned=True)
                entries, after = [], (entry.number, hash_)

    def _own(self, cur: Cursor, me: int, mine: Heads, room: int) -> Part | None:
        office = self._writer.desk.office_no
        after: Head
        if self._theirs is None:
            number = min(self._acked, head_of(mine, me)[0])
            after = (number, journal.hash_at(cur, office, me, number) or NONE[1])
        else:
            after = head_of(self._theirs, me)
            if journal.hash_at(cur, office, me, after[0]) != after[1]:
                return None
        entries: list[Entry] = []
        for entry in journal.entries_from(cur, office, me, after[0]):
            room -= len(entry.body) + OVERHEAD
            if entries and room < 0:
                break
            entries.append(entry)
        if not entries:
            return None
        hash_ = journal.hash_at(cur, office, me, entries[-1].number)
        assert hash_ is not None
        text = sealed_text(me, entries[-1].number, hash_)
        return Part(me, after, entries, self._credentials.key.sign(text))

    # -- hearing ----------------------------------------------------------------------------------------

    def answer(self, reply: SyncReply) -> None:
        """Take what the head office says."""
        writer, me = self._writer, self._writer.desk.device
        self.outcome.rounds += 1
        self._theirs, self._stranger = reply.have, reply.stranger
        with writer.store.reading() as cur:
            mine = journal.all_heads(cur)
            forked = {d for d in reply.have if not self._agree(cur, d, mine, reply.have)} | set(reply.trails)
            commons = {
                d: self._common(cur, d, steps)
                for d, steps in reply.trails.items()
                if d in mine and d in forked
            }
        own, there = head_of(mine, me), head_of(reply.have, me)
        disputed = me in forked or there[0] > own[0]
        for device, after in commons.items():
            if device != me:
                writer.give_up(device, after)
        got = writer.receive(reply.entries, reply.ranges)
        if self._succession and reply.successor and self._succeed(reply.successor):
            self.outcome.renamed, self.outcome.acked = reply.successor.desk, 0
            if me in commons:
                writer.give_up(me, commons[me])
        elif me not in forked and there[0] <= own[0]:  # beyond that, its hash tells nothing here
            self.outcome.acked = there[0]
        self._succession = disputed and writer.desk.device == me
        self._trails = {d for d in forked if d in mine and d not in commons and d != writer.desk.device}
        self.outcome.received += got.taken
        self.outcome.left = reply.left
        self._judge(reply, got.waiting)

    def _succeed(self, successor: EnrolReply) -> bool:
        """Go on as the successor, once the entry that makes it known is here: whoever forgets it can be shown
        it again."""
        with self._writer.store.reading() as cur:
            cur.execute('SELECT 1 FROM device WHERE "number" = ?', (successor.device,))
            known = cur.fetchone() is not None
        return known and self._credentials.succeed(self._writer, successor)

    def _agree(self, cur: Cursor, device: int, mine: Heads, theirs: Heads) -> bool:
        """Whether both sides have the same entry under the lower of their last numbers, as far as it can be
        told here."""
        number, hash_ = theirs[device]
        last, _ = head_of(mine, device)
        if number > last or number == 0:
            return True
        office = journal.office_of(cur, device)
        return office is None or journal.hash_at(cur, office, device, number) == hash_

    def _common(self, cur: Cursor, device: int, steps: list[Head]) -> Head:
        office = journal.office_of(cur, device)
        return common(
            steps, lambda number: None if office is None else journal.hash_at(cur, office, device, number)
        )

    def _judge(self, reply: SyncReply, waiting: int) -> None:
        """Whether both sides hold the same, or nothing moves any more."""
        with self._writer.store.reading() as cur:
            mine = journal.all_heads(cur)
            self.outcome.orphans = journal.orphaned(cur)
            same = all(reply.have.get(d) == head for d, head in mine.items()) and set(mine) == set(reply.have)
            self.outcome.differs = False
            # What waits to be issued again has its effect here and none there yet.
            if same and not reply.more and reply.digest and not self.outcome.orphans:
                offices = journal.offices_in_scope(cur, self._writer.desk.office_no)
                if parked_in(cur, offices) == reply.parked:
                    self.outcome.differs = digest_of(cur, offices) != reply.digest
        rest = (waiting, self._succession, self._stranger, sorted(self._trails), self.outcome.orphans)
        now = _Progress(mine, reply.have, rest)
        moved, self._before = now != self._before, now
        quiet = same and not reply.more and not self._succession and not self._trails
        self.done = quiet and not (self.outcome.orphans and moved)
        self.stuck = not self.done and not moved


def _add(parts: list[Part], part: Part | None) -> int:
    if part is None:
        return 0
    parts.append(part)
    return sum(len(e.body) + OVERHEAD for e in part.entries)


def _hub_feeds(cur: Cursor) -> set[int]:
    cur.execute("SELECT \"number\" FROM device WHERE kind = 'hub'")
    return {number for (number,) in cur.fetchall()}
