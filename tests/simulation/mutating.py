"""Are the safeguards watched over? Each is taken away once, in a copy of the program, and the simulation has
to notice: seed after seed until one fails, or a named test does (`mutations.py` has the list)."""

from __future__ import annotations

import faulthandler
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import cache_from_source
from itertools import islice
from pathlib import Path

import app
from tests.simulation.founded import founded
from tests.simulation.mutations import MUTATIONS, Mutation
from tests.simulation.runs import Run, play
from tests.simulation.switches import Switches

ROOT = Path(__file__).parents[2]
COPIED = ("app", "tests", "resources", "pyproject.toml")

SEEDS = 200
"""So many seeds does a mutation have to survive; then nothing watches over its safeguard."""

LONGEST = 60
"""Seconds in which a seed has to end."""

DEADLINE = 240
"""Seconds in which a test has to end."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a mutation: what noticed it ("" when nothing did), and what that said."""

    by: str
    what: str


def prove(named: Sequence[str] = (), seeds: int = SEEDS) -> int:
    """Try all mutations, or those whose names hold one of these words; 1 when one is not noticed."""
    chosen = [m for m in MUTATIONS if not named or any(word in m.name for word in named)]
    unseen = 0
    with _copy() as folder:
        for mutation in chosen:
            began = time.monotonic()
            with _mutated(folder, mutation):
                verdict = _tested(folder, mutation) if mutation.test else _hunted(folder, mutation, seeds)
            unseen += not verdict.by
            took = time.monotonic() - began
            by = verdict.by or "NOT NOTICED"
            print(f"{mutation.name}\n  {by}: {verdict.what} ({took:.1f} s)", flush=True)
    print(f"of {len(chosen)} safeguards taken away, {len(chosen) - unseen} were noticed")
    return int(bool(unseen) or not chosen)


@contextmanager
def _copy() -> Iterator[Path]:
    """What the simulation needs, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="daumoi-mutations-") as name:
        folder = Path(name).resolve()
        for part in COPIED:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / part, folder / part)
        yield folder


@contextmanager
def _mutated(folder: Path, mutation: Mutation) -> Iterator[None]:
    """Within this the copy has a safeguard less."""
    path = folder / mutation.file
    before = path.read_text("utf-8")
    _put(path, mutation.apply(before))
    try:
        yield
    finally:
        _put(path, before)


def _put(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    # Written within one second and as long as before, the old bytes would pass for compiled of the new text.
    Path(cache_from_source(str(path))).unlink(missing_ok=True)


def _hunted(folder: Path, mutation: Mutation, seeds: int) -> Verdict:
    """Play seeds in the copy until one fails."""
    script = "import sys; from tests.simulation.mutating import hunt; hunt(sys.argv[1], int(sys.argv[2]))"
    done = _run(folder, "-c", script, mutation.name, str(seeds), timeout=None)
    lines = done.stdout.splitlines()
    seed, number, what = json.loads(lines[-1]) if lines else (-1, 0, "")
    if done.returncode == 0:
        return Verdict("", f"nothing was seen in {seeds} seeds")
    if what or "Timeout" in done.stderr:
        by = f"seed {seed} of {mutation.steps} steps, the {number}."
        return Verdict(by, what or f"does not end within {LONGEST} s")
    raise RuntimeError(f"{mutation.name}: {done.stderr}")


def hunt(name: str, seeds: int) -> None:
    """In the copy: play the seed that is known to notice the mutation, then others; ends with 1 when one
    fails. Says each seed as it begins, and what was seen."""
    assert Path(app.__file__).is_relative_to(Path.cwd()), f"this is not the copy: {app.__file__}"
    mutation = next(m for m in MUTATIONS if m.name == name)
    switches = Switches(**mutation.switches) if mutation.switches else None
    order = dict.fromkeys([mutation.seed, *range(seeds + 1)])
    for number, seed in enumerate(islice(order, seeds), 1):
        print(json.dumps([seed, number, ""]), flush=True)
        faulthandler.dump_traceback_later(LONGEST, exit=True)
        what = _seen(Run(seed, mutation.steps, switches))
        faulthandler.cancel_dump_traceback_later()
        if what:
            print(json.dumps([seed, number, what]))
            sys.exit(1)


def _seen(run: Run) -> str:
    """What a run has broken, in one line; "" when nothing."""
    try:
        founded()
    except AssertionError as error:
        return f"as it is founded: {error}"
    failure = play(run).failure
    said = failure.what.strip().splitlines() if failure else [""]
    return said[-1] if said[0].startswith("Traceback") else said[0]


def _tested(folder: Path, mutation: Mutation) -> Verdict:
    """Run the test that is named in the copy."""
    alone = ("-q", "-x", "-n", "0", "-p", "no:cacheprovider")
    done = _run(folder, "-m", "pytest", *alone, mutation.test, timeout=DEADLINE)
    if done.returncode == 0:
        return Verdict("", f"{mutation.test} sees nothing")
    if done.returncode != 1:
        raise RuntimeError(f"{mutation.name}: {mutation.test} cannot be run: {done.stdout}{done.stderr}")
    said = [line[1:].strip() for line in done.stdout.splitlines() if line.startswith("E ")]
    return Verdict(mutation.test, said[0] if said else "failed")


def _run(folder: Path, *arguments: str, timeout: float | None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, "-P", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=timeout,
        check=False,
    )  # fmt: skip
