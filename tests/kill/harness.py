"""Real desks and a real head office, killed at random moments and started again: what was committed is there
once and everywhere, what was acknowledged is at the head office, no đồng appears or vanishes.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from app.domain.errors import AppError
from tests.kill.look import Problems, acknowledged, committed, looked_at
from tests.kill.place import PATIENCE, Place, Program

MOMENT = 0.6
"""Seconds that a program is let be before it is killed, at most."""

HUB_SHARE = 0.3
"""So many of the kills are the head office's."""

UNREADY_SHARE = 0.1
"""So many do not wait until the program has begun."""


def run(kills: int, seed: int, desks: int = 3, folder: Path | None = None) -> Problems:
    """Kill so many times, let all finish, and look. Tells how it went; the problems, none when all is well.

    It works in a new folder within `folder`, which stays; without one, where the system keeps what is
    temporary, and then it stays only when there are problems."""
    dice = random.Random(seed)
    begun = time.monotonic()
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f"kill-{seed}-", dir=folder))
    place = Place(work, desks, dice)
    problems = _play(place, kills, dice, begun + 60 + 20 * kills)
    acts = sum(len(told.done) for told in place.told.values())
    money = sum(done.amount for told in place.told.values() for done in told.done)
    of_hub = place.hub.kills
    print(
        f"{of_hub + sum(d.kills for d in place.desks)} kills ({of_hub} of the head office), seed {seed}: "
        f"{acts} acts of {desks} desks, {money:,} đ; {len(problems)} problems; "
        f"{time.monotonic() - begun:.0f} s",
        flush=True,
    )
    for problem in problems[:20]:
        print(f"  {problem}")
    if problems:
        print(f"  The databases and logs are in {work}", flush=True)
    elif folder is None:
        shutil.rmtree(work)
    return problems


def _play(place: Place, kills: int, dice: random.Random, until: float) -> Problems:
    problems: Problems = []
    with ExitStack() as ending:
        for program in place.programs:
            ending.callback(program.stop)
        place.found()
        for desk in place.desks:
            desk.start()
        for _ in range(kills):
            problems += _kill(place, _victim(place, dice), dice)
            if time.monotonic() > until:
                problems.append("not done in time")
            if problems:
                return problems
        for desk in place.desks:
            if problem := desk.finish():
                problems.append(problem)
        for desk in place.desks:
            place.told[desk.name].read()
        if problems:
            return problems
        try:
            place.reconcile()
        except AppError as error:
            return [f"the last pass failed: {error.code} {dict(error.params)}"]
    return looked_at(place)


def _victim(place: Place, dice: random.Random) -> Program:
    return place.hub if dice.random() < HUB_SHARE else dice.choice(place.desks)


def _kill(place: Place, victim: Program, dice: random.Random) -> Problems:
    """One kill, and whether what was said before it is true; then it is started again."""
    if dice.random() > UNREADY_SHARE and not victim.ready.wait(PATIENCE):
        return [f"{victim.name} did not begin"]
    threading.Event().wait(dice.uniform(0, MOMENT))
    if wrong := [text for p in place.programs if (text := p.ended_by_itself())]:
        return wrong
    victim.kill()
    problems = acknowledged(place) if victim is place.hub else committed(place, victim)
    victim.start()
    return problems
