"""The bare core: feeds, clocks and the course of reconciliations over journals in memory, thousands of seeds
a minute: what shows only in one of thousands of seeds shows here first. A run is played as one of
`tests.simulation.world.World`; of the switches those count that mean something without files and rights.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace

import msgspec

from app.models.base import instant
from app.sync.entries import chain, sealed_text
from app.sync.hlc import COUNTER_BITS
from app.sync.wire import CHUNK_BYTES, SyncReply, SyncRequest
from tests.simulation.clocks import DAY, HOUR, MINUTE, PcClock, WorldClock
from tests.simulation.core_check import Done, check, is_acked, leads_back, sees_causes, whole
from tests.simulation.core_desk import Desk, Talk
from tests.simulation.core_hub import OFFICES, Disk, Hub, Killed, Refused, Replica, hq
from tests.simulation.founded import DESKS
from tests.simulation.model import Violation
from tests.simulation.switches import Switches

STEPS = 80
MOST_PCS = 6
ROUNDS = 8
"""So many rounds of passes may it take, faults off, until nothing is left to say."""

MESSAGES = 100
"""So many may a pass take."""

KEPT = 12
"""So many messages are under way; of more the oldest is lost."""

STARTED_MS = 1_790_000_000_000
FIELDS = ("name", "phone")


class Offline(Exception):
    """A message, or its answer, did not come through."""


@dataclass(slots=True)
class Pc:
    """A PC, and its program while it runs."""

    name: str
    disk: Disk
    clock: PcClock
    backup: Disk
    desk: Desk | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is under way: a late request, or (`which`) a stick with a request or its answer."""

    sender: int
    request: SyncRequest
    which: bytes = b""
    reply: SyncReply | None = None


class Core:
    """One seed, one course of events: `play`, `settle`, `check`; a Violation names what must never happen."""

    def __init__(self, seed: int, switches: Switches | None = None, desks: int = DESKS) -> None:
        self.rng = random.Random(seed)
        drawn = Switches.draw(self.rng)
        self.switches = switches or drawn
        self.trace: list[str] = []
        self.happened: Counter[str] = Counter()
        self.clock = WorldClock(STARTED_MS)
        self.acts: dict[bytes, Done] = {}
        self.excused: set[bytes] = set()
        """What lived on one disk alone, which was destroyed or put back."""
        self.letters: list[Letter] = []
        self.hub_disk = Disk(0, 0)
        self.hub = self._start_hub()
        for _ in range(3):
            self.hub.write("found", "", hq(0), 0)  # what every desk gets and no backup lacks
        self.pcs: list[Pc] = []
        for office in range(1, OFFICES + 1):
            for _ in range(desks):
                self._let_in(office)
        self.hub_backup = self.hub_disk.image()

    # -- the course of events ---------------------------------------------------------------------------

    def play(self, steps: int) -> None:
        """So many things happen."""
        for _ in range(steps):
            most = self.rng.choices((10_000, 10 * MINUTE, 5 * HOUR, 3 * DAY), (60, 30, 9, 1))[0]
            self.clock.advance(self.rng.randrange(most))
            pc = self.rng.choice(self.pcs)
            for each in self.pcs:
                self._something_befalls_its_clock(each.name, each.clock)
            self._something_befalls(pc)
            self._something_befalls_the_hub()
            self._letter_arrives()
            if pc in self.pcs:
                self._do(pc)

    def _do(self, pc: Pc) -> None:
        try:
            if self._on(pc).complete and self.rng.random() < 0.6:
                self._act(pc, self.rng.choice(("", "", "", *FIELDS)))
            elif self._strikes("bundle", pc.name):
                which = self.rng.randbytes(8)
                self._post(Letter(pc.disk.device, self._on(pc).export(which), which))
            else:
                self._pass(pc)
        except Killed:
            pc.desk = None

    def settle(self) -> None:
        """Faults off: all reconcile until nothing is left to say. Then somebody in each office replaces all
        values once more."""
        self.switches = Switches()
        self.letters.clear()
        for pc in self.pcs:
            pc.clock.set_right()
        self._become_quiet()
        for pc in {pc.disk.office: pc for pc in self.pcs}.values():
            for field in FIELDS:
                self._act(pc, field)
        self._become_quiet()

    def _become_quiet(self) -> None:
        before: list[object] = []
        for _ in range(ROUNDS):
            told = [self._pass(pc) for pc in list(self.pcs)]
            now: list[object] = [dict(disk.heads) for disk in self._disks()]
            if now == before and not any(told):
                return
            before = now
        raise Violation(f"not quiet after {ROUNDS} rounds: {told}")

    def check(self) -> None:
        """Violation where something is lost, counts twice, or is not the same everywhere; after `settle`."""
        check(self.hub_disk, [pc.disk for pc in self.pcs], self.acts, self.excused, self.clock.ms)

    def stop(self) -> None:
        """Nothing is held open."""

    @property
    def hours(self) -> float:
        """How long it has lasted."""
        return (self.clock.ms - STARTED_MS) / HOUR

    def _strikes(self, fault: str, whom: str) -> bool:
        if self.rng.random() >= getattr(self.switches, fault):
            return False
        self._note(f"{whom}: {fault}")
        return True

    def _note(self, text: str) -> None:
        self.trace.append(f"{instant(self.clock.ms):%d.%m. %H:%M:%S} {text}")
        self.happened[text.partition(": ")[2]] += 1

    # -- what people do ---------------------------------------------------------------------------------

    def _act(self, pc: Pc, field: str) -> None:
        """Somebody changes a field, or, without one, takes a payment."""
        desk = self._on(pc)
        if desk.complete and 2000 <= desk.hlc.now().year <= 2099:
            self._write(pc.name, desk, desk.disk.device, desk.disk.office, field)

    def _write(self, name: str, at: Replica, feed: int, office: int, field: str) -> None:
        over = {id for id, *_ in at.disk.effects if field and self._field(id) == (office, field)}
        done = Done(office, field, at.disk.heads_in(0, office), frozenset(over))
        kind, value = ("set", field) if field else ("pay", self.rng.randint(1, 1000))
        entry = at.write(kind, value, feed, office)
        self.acts[entry.id] = done
        self._note(f"{name}: {kind} {entry.device}/{entry.number} at {instant(entry.hlc >> COUNTER_BITS)}")

    def _field(self, id: bytes) -> tuple[int, str]:
        done = self.acts.get(id)
        return (done.office, done.field) if done else (0, "")

    # -- messages ---------------------------------------------------------------------------------------

    def _pass(self, pc: Pc) -> str:
        """A pass over the line; returns what stood in its way."""
        desk = self._on(pc)
        talk = Talk(desk)
        most = self.rng.choice((300, CHUNK_BYTES, CHUNK_BYTES))
        told = ""
        for _ in range(MESSAGES):
            if talk.done or talk.stuck:
                break
            request = talk.request(most)
            try:
                reply = self._carry(pc, request)
            except Offline as error:
                told = f"offline, {error}"
                break
            if reply is None:
                told = "unknown"
                break
            desk.learn_time(reply.now_ms, request.sent_at_ms)
            leads_back(desk.disk, reply, self.hub_disk)
            sees_causes(desk, talk.answer(reply), reply, self.hub_disk, self.acts)
        else:
            raise Violation(f"{pc.name}: a pass without an end")
        told = "stuck" if talk.stuck else told
        if not desk.complete and (told == "unknown" or talk.stranger):
            self._scrap(pc)  # a head office that was put back has forgotten it, and it has nothing to show
            told = ""
        if talk.done:
            is_acked(desk.disk, self.hub_disk)
        self._note(f"{pc.name}: pass {told}".rstrip())
        return told

    def _carry(self, pc: Pc, request: SyncRequest) -> SyncReply | None:
        letter = Letter(pc.disk.device, request)
        self.clock.advance(self.rng.randint(5, 400))
        if self._strikes("request_lost", pc.name):
            raise Offline("lost")
        if self._strikes("late", pc.name):
            self._post(letter)
            raise Offline("late")
        if self._strikes("request_torn", pc.name):
            self._send_with_a_hole(letter)
        if self._strikes("old_again", pc.name):
            self._post(letter)
        reply = self._handle(letter)
        if self._strikes("doubled", pc.name):
            reply = self.rng.choice((reply, self._handle(letter)))
        self.clock.advance(self.rng.randint(5, 400))
        if self._strikes("reply_lost", pc.name):
            raise Offline("no answer")
        if reply and reply.entries and self._strikes("reply_torn", pc.name):
            self._hear_with_a_hole(pc.disk, reply)
        return reply

    def _handle(self, letter: Letter) -> SyncReply | None:
        try:
            return self.hub.answer(letter.sender, letter.request)
        except Killed:
            self.hub = self._start_hub()
            raise Offline("the head office went down") from None
        except Refused as error:
            raise Violation(f"{letter.sender} is refused: {error}") from error

    def _send_with_a_hole(self, letter: Letter) -> None:
        """A program that went wrong leaves an entry of its feed out, and seals what is left."""
        asker = self.hub_disk.devices.get(letter.sender)
        for part in letter.request.parts:
            if asker is None or part.device != letter.sender or len(part.entries) < 2:
                continue
            entries = list(part.entries)
            del entries[self.rng.randrange(len(entries) - 1)]
            hash_ = part.after[1]
            for entry in entries:
                hash_ = chain(hash_, entry)
            seal = sealed_text(part.device, entries[-1].number, hash_)
            try:
                self.hub.take_part(msgspec.structs.replace(part, entries=entries, seal=seal), asker[0])
            except Refused:
                continue
            raise Violation(f"a part of {letter.sender} with a hole is not refused")

    def _hear_with_a_hole(self, disk: Disk, reply: SyncReply) -> None:
        """A head office that went wrong leaves an entry out. A desk must take nothing that comes after it."""
        entries = list(reply.entries)
        del entries[self.rng.randrange(len(entries))]
        twin = Desk(disk.image(), self.clock, self.rng, lambda: None)
        twin.receive(entries, reply.ranges)
        for feed in twin.disk.heads:
            whole(twin.disk, feed)

    def _post(self, letter: Letter) -> None:
        self.letters = [*self.letters, letter][-KEPT:]

    def _letter_arrives(self) -> None:
        """Early or late, once or not for the last time, or never."""
        if not self.letters or self.rng.random() < 0.3:
            return
        at = self.rng.randrange(len(self.letters)) if self._strikes("bundle_disorder", "stick") else 0
        letter = self.letters[at] if self._strikes("bundle_twice", "stick") else self.letters.pop(at)
        if self._strikes("bundle_lost", "stick"):
            return
        if letter.reply is not None:
            for pc in self.pcs:
                self._import(pc, letter.which, letter.reply)
            return
        try:
            reply = self._handle(letter)
        except Offline:
            return
        if letter.which and reply is not None:
            self._post(replace(letter, reply=reply))

    def _import(self, pc: Pc, which: bytes, reply: SyncReply) -> None:
        if all(asked[1] != which for asked in pc.disk.asked):
            return  # it is another's
        self._note(f"{pc.name}: takes an answer")
        try:
            desk = self._on(pc)
            sees_causes(desk, desk.import_(which, reply), reply, self.hub_disk, self.acts)
        except Killed:
            pc.desk = None

    # -- what befalls machines --------------------------------------------------------------------------

    def _something_befalls(self, pc: Pc) -> None:
        name = pc.name
        if self._strikes("backup", name):
            pc.backup = pc.disk.image()
        if self._strikes("restore", name):
            old, pc.disk, pc.desk = pc.disk, pc.backup.image(), None
            self._is_gone(old)
        elif len(self.pcs) < MOST_PCS and self._strikes("clone", name):
            self.pcs.append(Pc(f"{name}'", pc.disk.image(), PcClock(self.clock), pc.backup))
        elif len(self.pcs) > 2 and self._strikes("destroyed", name):
            self._scrap(pc)

    def _something_befalls_its_clock(self, name: str, clock: PcClock) -> None:
        if self._strikes("clock_off", name):
            clock.be_off(self.rng)
        if self._strikes("clock_jump", name):
            clock.jump(self.rng)
        if self._strikes("clock_still", name):
            clock.stand_still()
        if self._strikes("battery_dead", name):
            clock.battery_dead = True
        if self._strikes("clock_set_right", name):
            clock.set_right()

    def _something_befalls_the_hub(self) -> None:
        if self._strikes("hub_backup", "hub"):
            self.hub_backup = self.hub_disk.image()
        if self._strikes("hub_restore", "hub"):
            old, self.hub_disk = self.hub_disk, self.hub_backup.image()
            self.hub = self._start_hub()
            self._is_gone(old)
        if len(self.pcs) < MOST_PCS and self._strikes("new_desk", "hub"):
            self._let_in(self.rng.randint(1, OFFICES))
        if self.rng.random() < 0.02:
            office = self.rng.randint(0, OFFICES)
            self._write("hub", self.hub, hq(office), office, self.rng.choice(FIELDS))

    def _is_gone(self, old: Disk) -> None:
        """What lived on this disk alone is lost with it; what an image brings back is not."""
        self.excused |= {id for id, *_ in old.effects}
        self.excused -= {id for disk in self._disks() for id, *_ in disk.effects}

    def _scrap(self, pc: Pc) -> None:
        self.pcs.remove(pc)
        self._is_gone(pc.disk)

    def _let_in(self, office: int) -> None:
        number = self.hub.enrol(office, self.rng.randbytes(8))
        disk = Disk(number, office)
        self.pcs.append(Pc(f"BN{office}-{number}", disk, PcClock(self.clock), disk.image()))

    def _disks(self) -> list[Disk]:
        return [self.hub_disk, *(pc.disk for pc in self.pcs)]

    def _start_hub(self) -> Hub:
        return Hub(self.hub_disk, self.clock, self.rng, lambda: self._cut("hub_kill", "hub"))

    def _on(self, pc: Pc) -> Desk:
        if pc.desk is None:
            pc.clock.start()
            pc.desk = Desk(pc.disk, pc.clock, self.rng, lambda: self._cut("kill", pc.name))
        return pc.desk

    def _cut(self, fault: str, whom: str) -> None:
        if self._strikes(fault, whom):
            raise Killed
