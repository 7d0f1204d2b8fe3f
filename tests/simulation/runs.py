"""Runs of whole districts: one seed after another, in several processes; what fails is made as short as can
be and told with how it came to it."""

from __future__ import annotations

import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace

from tests.simulation.core import Core
from tests.simulation.founded import DESKS
from tests.simulation.switches import Switches
from tests.simulation.world import World

STEPS = 100
SHRUNK = 3
"""So many failing seeds are made shorter; the others are only named."""


@dataclass(frozen=True, slots=True)
class Run:
    """What decides a run. Without switches the seed draws them; `desks` in each office to begin with; `core`:
    of the bare core, not of the whole program."""

    seed: int
    steps: int = STEPS
    switches: Switches | None = None
    desks: int = DESKS
    core: bool = False

    @property
    def command(self) -> str:
        """What repeats it, as the seed has drawn it."""
        core = " --core" if self.core else ""
        return f"python3 run.py simulate{core} --seeds 1 --from {self.seed} --steps {self.steps}"


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that broke something."""

    run: Run
    switches: Switches
    what: str
    trace: list[str]

    def __str__(self) -> str:
        course = "\n".join(f"    {line}" for line in self.trace)
        run = self.run
        return (
            f"seed {run.seed}, {run.steps} steps, {run.desks} desks an office: {self.what}\n"
            f"switches: {self.switches}\n{course}"
        )


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a run."""

    seed: int
    hours: float
    failure: Failure | None
    trace: list[str]
    happened: Counter[str]


def play(run: Run) -> Played:
    """A run to its end."""
    world = (Core if run.core else World)(run.seed, run.switches, run.desks)
    drawn = world.switches
    failure = None
    try:
        world.play(run.steps)
        world.settle()
        world.check()
    except AssertionError as error:
        failure = Failure(run, drawn, str(error), world.trace)
    except Exception:  # noqa: BLE001 whatever the program does not expect is what is looked for
        failure = Failure(run, drawn, traceback.format_exc(), world.trace)
    finally:
        world.stop()
    return Played(run.seed, world.hours, failure, world.trace, world.happened)


def shortest(failure: Failure) -> Failure:
    """A shorter run that breaks something too: fewer steps, then without the faults that it does not need,
    then with fewer PCs."""
    failure = _fewer_steps(failure)
    for field in fields(Switches):
        if getattr(failure.switches, field.name):
            off = replace(failure.switches, **{field.name: 0.0})
            failure = play(replace(failure.run, switches=off)).failure or failure
    failure = play(replace(failure.run, desks=1)).failure or failure
    return _fewer_steps(failure)


def _fewer_steps(failure: Failure) -> Failure:
    few, enough = 0, failure.run.steps
    while enough - few > 1:
        middle = (few + enough) // 2
        shorter = play(replace(failure.run, steps=middle)).failure
        if shorter:
            failure, enough = shorter, middle
        else:
            few = middle
    return failure


def play_all(seeds: Iterable[int], steps: int, workers: int, core: bool = False) -> Iterator[Played]:
    """Many seeds, in so many processes; each as it ends."""
    runs = [Run(seed, steps, core=core) for seed in seeds]
    if workers == 1:
        yield from map(play, runs)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(play, runs, chunksize=4)


def simulate(first: int, seeds: int, steps: int, workers: int, core: bool = False) -> int:
    """Play seeds and say what came of them; 1 when one failed."""
    began = time.monotonic()
    hours = 0.0
    failures: list[Failure] = []
    for number, played in enumerate(play_all(range(first, first + seeds), steps, workers, core), 1):
        hours += played.hours
        if played.failure:
            failures.append(played.failure)
            print(f"seed {played.seed}: {played.failure.what.strip().splitlines()[-1]}", flush=True)
        if sys.stderr.isatty():
            print(f"\r{number} of {seeds} seeds", end="\r", file=sys.stderr, flush=True)
    for failure in failures[:SHRUNK]:
        print(f"\n{shortest(failure)}\n\nthe whole of it: {failure.run.command}", flush=True)
    took = time.monotonic() - began
    print(
        f"{seeds} seeds from {first}, {steps} steps each, {hours:,.0f} simulated hours in {took:.0f} s: "
        f"{len(failures) or 'none'} failed"
    )
    return int(bool(failures))
