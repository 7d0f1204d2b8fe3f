"""A simulated district: desks' PCs, people at work, a head office, a network, all driven by one seed in one
thread, with everything going wrong that the switches say. The program in it is the real one.

A run: `World(seed)`, `play(steps)`, `settle()`, `check()`; `stop()` gives its memory back. A `Violation`
names what must never happen; `world.trace` is how it came to it.
"""

from __future__ import annotations

import copy
import random
from collections import Counter

from app.models.base import instant
from app.sync.wire import CHUNK_BYTES
from tests.simulation.check import check
from tests.simulation.clocks import DAY, HOUR, MINUTE, PcClock, WorldClock
from tests.simulation.disk import Disk, Image
from tests.simulation.founded import DESKS, OFFICES, founded
from tests.simulation.hub import HubMachine
from tests.simulation.machines import NEXT_SCHEMA, Machine, release
from tests.simulation.model import Taken, Violation
from tests.simulation.network import Network
from tests.simulation.pc import Pc
from tests.simulation.people import FORBIDDEN, Worker
from tests.simulation.sticks import Sticks
from tests.simulation.switches import Switches

MOST_PCS = 8
ROUNDS = 8
"""So many rounds of passes may it take, faults off, until nothing is left to say."""

CHECKPOINTS = (4, 40, 1000)
SHUT_OUT = {"sync.revoked", "bundle.revoked"}


class World:
    """One seed, one course of events."""

    def __init__(self, seed: int, switches: Switches | None = None, desks: int = DESKS) -> None:
        """`desks`: so many PCs to begin with in each office."""
        self.rng = random.Random(seed)
        drawn = Switches.draw(self.rng)
        self.switches = switches or drawn  # drawn all the same: what follows is the same
        self.trace: list[str] = []
        self.happened: Counter[str] = Counter()
        base = founded()
        self.clock = WorldClock(base.at_ms)
        self.started_ms = base.at_ms
        self.model = copy.deepcopy(base.model)
        self._people = base.people
        self.hub = HubMachine("hub", *self._parts(), self.model, self.rng.choice(CHECKPOINTS))
        self.hub.disk.put(base.hub)
        self.network = Network(self.rng, self.switches, self.clock, self.hub_answers, self.note)
        self.sticks = Sticks(self.rng, self._strikes, self.note)
        self.pcs: list[Pc] = []
        self._newest = 0
        self._let_in = 0
        for office in range(1, OFFICES + 1):
            for desk in range(1, desks + 1):
                pc = self._add_pc(f"BN{office}{desk}", office, base.desks[f"BN{office}{desk}"])
                pc.line.dead = self._strikes("no_line", pc.name)
        self._start(self.hub)

    # -- the course of events ---------------------------------------------------------------------------

    def play(self, steps: int) -> None:
        """So many things happen."""
        for _ in range(steps):
            self.step()

    def step(self) -> None:
        """One thing happens at one PC."""
        self._time_goes_by()
        pc = self.rng.choice(self.pcs)
        self._something_befalls(pc)
        self._something_befalls_the_hub()
        self.sticks.travel(self.hub, self.pcs)
        if pc not in self.pcs:
            return
        if pc.code:
            self._enrol(pc)
        elif pc.program is None:
            self._start(pc)
        else:
            self._may_end_in(pc)
            if self.rng.random() < 0.7:
                kind = pc.worker.choose()
                told = pc.act(kind, kind in FORBIDDEN and self._strikes("forbidden", pc.name))
                self.note(f"{pc.name}: {kind} {told}".rstrip())
            elif pc.line.dead or self._strikes("bundle", pc.name):
                self.sticks.export(pc)
            else:
                most = self.rng.randint(1, 3000) if self._strikes("slow_line", pc.name) else CHUNK_BYTES
                self.note(f"{pc.name}: sync {self._pass(pc, most)}".rstrip())
                if pc.forgotten:
                    self._scrap(pc)

    def hub_answers(self, path: str, data: bytes) -> bytes:
        """See `HubMachine.answer`."""
        for fault, what in (("hub_kill", "kill"), ("hub_power_cut", "power")):
            if self._strikes(fault, "hub"):
                self.hub.disk.plan(what, self.rng.randint(1, 60))
        return self.hub.answer(path, data)

    def settle(self) -> int:
        """Faults off: everybody is switched on, has the same release, and reconciles until nothing is left to
        say. Returns how many rounds it took. Violation when it does not become quiet."""
        self.switches = Switches()
        self.network.calm()
        newest = max(self._newest, *(machine.schema for machine in self._all()))
        for machine in self._all():
            machine.disk.calm()
            machine.clock.set_right()
            if machine.schema < newest:
                machine.schema, machine.program = newest, None
        self._start_all()
        before: list[object] = []
        for number in range(ROUNDS):
            told = [self._say_all(pc) for pc in self.pcs]
            self.note(f"round {number}: {told}")
            now: list[object] = [told, *(m.ask("SELECT device, last, hash FROM feed") for m in self._all())]
            if now == before and not any(t for t in told if t not in SHUT_OUT):
                self._shut_out = [pc for pc, t in zip(self.pcs, told, strict=True) if t in SHUT_OUT]
                return number
            before = now
        raise Violation(f"not quiet after {ROUNDS} rounds: {before[0]}")

    def check(self) -> None:
        """Violation where an invariant does not hold; after `settle`."""
        for pc in self._shut_out:
            self.model.goes_back(pc.name)
        pcs = [pc for pc in self.pcs if pc not in self._shut_out]
        with release(self.hub.schema):
            check(self.hub, pcs, self.model, self.clock, self.rng)

    def stop(self) -> None:
        """Let go of everything."""
        for machine in self._all():
            machine.disk.stop()

    def note(self, text: str) -> None:
        """Write down what happens."""
        self.trace.append(f"{instant(self.clock.ms):%d.%m. %H:%M:%S} {text}")
        self.happened[text.partition(": ")[2]] += 1

    @property
    def hours(self) -> float:
        """How long it has lasted."""
        return (self.clock.ms - self.started_ms) / HOUR

    # -- what befalls machines --------------------------------------------------------------------------

    def _time_goes_by(self) -> None:
        if self._strikes("same_moment", "all"):
            return
        most = self.rng.choices((10_000, 10 * MINUTE, 5 * HOUR, 3 * DAY), (60, 30, 9, 1))[0]
        if self._strikes("holiday", "all"):
            most = 10 * DAY
        self.clock.advance(self.rng.randrange(most))

    def _something_befalls(self, pc: Pc) -> None:
        name, running = pc.name, pc.program is not None
        if pc.disk.room is not None and self.rng.random() < 0.2:
            pc.disk.room = None
        if self._strikes("disk_full", name):
            pc.disk.room = self.rng.randrange(100_000)
        self._something_befalls_its_clock(pc)
        if running and self._strikes("backup", name):
            pc.back_up()
        if pc.backup and self._strikes("restore", name):
            pc.restore()
        elif running and len(self.pcs) < MOST_PCS and self._strikes("clone", name):
            twin = self._add_pc(f"{name}'", pc.office_no, pc.disk.image())
            twin.schema = pc.schema
            self.model.copies(twin.name, pc.ids())
        elif len(self.pcs) > 2 and self._strikes("destroyed", name):
            self._scrap(pc)
        elif running and pc.schema < NEXT_SCHEMA and self._strikes("upgrade", name):
            self.note(f"{name}: start {pc.upgrade()}".rstrip())

    def _something_befalls_its_clock(self, pc: Pc) -> None:
        if self._strikes("clock_off", pc.name):
            pc.clock.be_off(self.rng)
        if self._strikes("clock_jump", pc.name):
            pc.clock.jump(self.rng)
        if self._strikes("clock_still", pc.name):
            pc.clock.stand_still()
        if self._strikes("battery_dead", pc.name):
            pc.clock.battery_dead = True
        if self._strikes("clock_set_right", pc.name):
            pc.clock.set_right()

    def _something_befalls_the_hub(self) -> None:
        hub = self.hub
        if hub.program is not None and self._strikes("hub_backup", "hub"):
            hub.back_up()
        if hub.backup and self._strikes("hub_restore", "hub"):
            hub.restore()
            for taken in self.model.taken.values():
                taken.known = False
        if hub.program is not None and hub.schema < NEXT_SCHEMA and self._strikes("upgrade", "hub"):
            self.note(f"hub: start {hub.upgrade()}".rstrip())
        if hub.program is not None:
            self._somebody_administers()

    def _somebody_administers(self) -> None:
        office = self.rng.randint(1, OFFICES)
        if len(self.pcs) < MOST_PCS and self._strikes("new_desk", "hub"):
            self._let_in += 1
            desk = f"BN{office}{DESKS + self._let_in}"
            told, code = self.hub.invite(office, desk)
            if code:
                pc = self._add_pc(desk, office, {})
                pc.code, pc.schema = code, self.hub.schema
            self.note(f"hub: invites {desk} {told}".rstrip())
        let_in = [pc for pc in self.pcs if not pc.code]
        if len(let_in) > 2 and self.hub.program is not None and self._strikes("revoked", "hub"):
            identity = self.rng.choice(let_in).identity
            told = self.hub.revoke(identity.office_no, identity.desk)
            if told != "desk.unknown":
                self.sticks.revoked.add(identity.device)
            self.note(f"hub: revokes {identity.desk} {told}".rstrip())
        who = (office, self.rng.choice(("yen", "duc", "mai")))
        if who in self.model.taken or self.hub.program is None:  # killed by what went before
            return
        if self._strikes("role_taken", "hub"):
            told, stamp = self.hub.take_roles(office, self._people[office][who[1]])
            self.model.taken[who] = Taken(self.clock.ms, stamp, not told)
            self.note(f"hub: takes the roles of {who} {told}".rstrip())

    def _may_end_in(self, pc: Pc) -> None:
        for fault, what in (("kill", "kill"), ("power_cut", "power"), ("disk_error", "error")):
            if self._strikes(fault, pc.name):
                pc.disk.plan(what, self.rng.randint(1, self.rng.choice((40, 400))))

    def _strikes(self, fault: str, whom: str) -> bool:
        if self.rng.random() >= getattr(self.switches, fault):
            return False
        self.note(f"{whom}: {fault}")
        return True

    # -- what machines do -------------------------------------------------------------------------------

    def _start(self, machine: Machine) -> None:
        self.note(f"{machine.name}: start {machine.start()}".rstrip())

    def _start_all(self) -> None:
        """Everybody is let in and on."""
        for machine in self._all():
            if isinstance(machine, Pc) and machine.code:
                self._enrol(machine)
            if machine.program is None and machine in self._all() and (told := machine.start()):
                raise Violation(f"{machine.name} does not start: {told}")

    def _enrol(self, pc: Pc) -> None:
        self.note(f"{pc.name}: enrol {pc.enrol()}".rstrip())
        if pc.forgotten:
            self._scrap(pc)

    def _say_all(self, pc: Pc) -> str:
        """A PC says all that it has to say, by the way that it has."""
        told = self._pass(pc) if not pc.line.dead else self.sticks.trip(pc, self.hub)
        if pc.forgotten:
            self._scrap(pc)
        return told

    def _pass(self, pc: Pc, most: int = CHUNK_BYTES) -> str:
        told = pc.sync(most)
        if told in SHUT_OUT and pc.identity.device not in self.sticks.revoked:
            raise Violation(f"{pc.name}: {told}, though nobody has revoked it")
        return told

    # -- making it --------------------------------------------------------------------------------------

    def _add_pc(self, name: str, office: int, image: Image) -> Pc:
        while any(pc.name == name for pc in self.pcs):
            name += "'"
        pc = Pc(name, *self._parts(), self.model, self.rng.choice(CHECKPOINTS))
        pc.disk.put(image)
        pc.line = self.network.line(name)
        pc.worker = Worker(self.rng, self._people[office])
        pc.office_no, pc.hub_key = office, self.hub.public_key
        self.pcs.append(pc)
        return pc

    def _scrap(self, pc: Pc) -> None:
        """A PC and its disk are gone for good."""
        pc.disk.stop()
        self._newest = max(self._newest, pc.schema)  # what it has sent waits for that release
        self.pcs.remove(pc)
        self.model.goes_back(pc.name)

    def _parts(self) -> tuple[Disk, PcClock, random.Random]:
        return Disk(self.rng), PcClock(self.clock), self.rng

    def _all(self) -> list[Machine]:
        return [self.hub, *self.pcs]
