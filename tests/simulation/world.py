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
from tests.simulation.check import check
from tests.simulation.clocks import DAY, HOUR, MINUTE, PcClock, WorldClock
from tests.simulation.disk import Disk, Image
from tests.simulation.founded import DESKS, OFFICES, founded
from tests.simulation.machines import HubMachine, Machine, Pc
from tests.simulation.model import Violation
from tests.simulation.network import Network
from tests.simulation.people import Worker
from tests.simulation.switches import Switches

MOST_PCS = 8
ROUNDS = 8
"""So many rounds of passes may it take, faults off, until nothing is left to say."""

CHECKPOINTS = (4, 40, 1000)


class World:
    """One seed, one course of events."""

    def __init__(self, seed: int, switches: Switches | None = None) -> None:
        self.rng = random.Random(seed)
        self.switches = switches or Switches.draw(self.rng)
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
        self.pcs: list[Pc] = []
        for office in range(1, OFFICES + 1):
            for desk in range(1, DESKS + 1):
                self._add_pc(f"BN{office}{desk}", base.desks[f"BN{office}{desk}"])
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
        if pc not in self.pcs:
            return
        if pc.program is None:
            self._start(pc)
            return
        self._may_end_in(pc)
        if self.rng.random() < 0.7:
            kind = pc.worker.choose()
            self.note(f"{pc.name}: {kind} {pc.act(kind)}".rstrip())
        else:
            self.note(f"{pc.name}: sync {pc.sync()}".rstrip())

    def hub_answers(self, path: str, data: bytes) -> bytes:
        """See `HubMachine.answer`."""
        for fault, what in (("hub_kill", "kill"), ("hub_power_cut", "power")):
            if self._strikes(fault, self.hub):
                self.hub.disk.plan(what, self.rng.randint(1, 60))
        return self.hub.answer(path, data)

    def settle(self) -> int:
        """Faults off: everybody is switched on, and reconciles until nothing is left to say. Returns how many
        rounds it took. Violation when it does not become quiet."""
        self.switches = Switches()
        self.network.calm()
        for machine in (self.hub, *self.pcs):
            machine.disk.calm()
            machine.clock.set_right()
            if machine.program is None and (outcome := machine.start()):
                raise Violation(f"{machine.name} does not start: {outcome}")
        before: list[object] = []
        for number in range(ROUNDS):
            told = [pc.sync() for pc in self.pcs]
            self.note(f"round {number}: {told}")
            now: list[object] = [told, *(m.ask("SELECT device, last, hash FROM feed") for m in self._all())]
            if now == before and not any(told):
                return number
            before = now
        raise Violation(f"not quiet after {ROUNDS} rounds: {before[0]}")

    def check(self) -> None:
        """Violation where an invariant does not hold; after `settle`."""
        check(self.hub, self.pcs, self.model, self.clock, self.rng)

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
        most = self.rng.choices((10_000, 10 * MINUTE, 5 * HOUR, 3 * DAY), (60, 30, 9, 1))[0]
        self.clock.advance(self.rng.randrange(most))

    def _something_befalls(self, pc: Pc) -> None:
        running = pc.program is not None
        if pc.disk.room is not None and self.rng.random() < 0.2:
            pc.disk.room = None
        if self._strikes("disk_full", pc):
            pc.disk.room = self.rng.randrange(100_000)
        self._something_befalls_its_clock(pc)
        if running and self._strikes("backup", pc):
            pc.back_up()
        if pc.backup and self._strikes("restore", pc):
            pc.restore()
        elif running and len(self.pcs) < MOST_PCS and self._strikes("clone", pc):
            twin = self._add_pc(f"{pc.name}'", pc.disk.image())
            self.model.copies(twin.name, pc.ids())
        elif len(self.pcs) > 2 and self._strikes("destroyed", pc):
            pc.disk.stop()
            self.pcs.remove(pc)
            self.model.goes_back(pc.name)

    def _something_befalls_its_clock(self, pc: Pc) -> None:
        if self._strikes("clock_off", pc):
            pc.clock.be_off(self.rng)
        if self._strikes("clock_jump", pc):
            pc.clock.jump(self.rng)
        if self._strikes("clock_still", pc):
            pc.clock.stand_still()
        if self._strikes("battery_dead", pc):
            pc.clock.battery_dead = True
        if self._strikes("clock_set_right", pc):
            pc.clock.set_right()

    def _something_befalls_the_hub(self) -> None:
        if self.hub.program is not None and self._strikes("hub_backup", self.hub):
            self.hub.back_up()
        if self.hub.backup and self._strikes("hub_restore", self.hub):
            self.hub.restore()

    def _may_end_in(self, pc: Pc) -> None:
        for fault, what in (("kill", "kill"), ("power_cut", "power"), ("disk_error", "error")):
            if self._strikes(fault, pc):
                pc.disk.plan(what, self.rng.randint(1, 40))

    def _strikes(self, fault: str, machine: Machine) -> bool:
        chance: float = getattr(self.switches, fault)
        if not chance or self.rng.random() >= chance:
            return False
        self.note(f"{machine.name}: {fault}")
        return True

    # -- making it --------------------------------------------------------------------------------------

    def _start(self, machine: Machine) -> None:
        self.note(f"{machine.name}: start {machine.start()}".rstrip())

    def _add_pc(self, name: str, image: Image) -> Pc:
        while any(pc.name == name for pc in self.pcs):
            name += "'"
        pc = Pc(name, *self._parts(), self.model, self.rng.choice(CHECKPOINTS))
        pc.disk.put(image)
        pc.line = self.network.line(name)
        pc.worker = Worker(self.rng, self._people[pc.office_no])
        self.pcs.append(pc)
        return pc

    def _parts(self) -> tuple[Disk, PcClock, random.Random]:
        return Disk(self.rng), PcClock(self.clock), self.rng

    def _all(self) -> list[Machine]:
        return [self.hub, *self.pcs]
