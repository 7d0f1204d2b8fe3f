"""A desk that fetches its data and is killed at one step after another, as by a power cut: before the first,
after the second, before the third, and so on.

    python -m tests.headoffice.cut_off HOME_OF_THE_HEAD_OFFICE HOME_OF_THE_DESK

prints a line for each kill: the step, whether there is a database, and how much of the snapshot."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.bootstrap import OFFICE_DATABASE, Desktop, HeadOffice
from app.domain.clock import SystemClock
from app.headoffice import snapshots
from app.sync import fetch, install
from app.sync.transport import DirectTransport
from tests.blank import make_blank, new_databases_from
from tests.compiled import compiled_once

RANGE = 8 << 10
STEPS: tuple[tuple[Any, str], ...] = (
    (os, "fsync"),
    (os, "replace"),
    (os, "rename"),
    (os, "unlink"),
    (install, "open_database"),
    (install._Taking, "take"),
    (install._Taking, "check"),
    (fetch._Fetching, "_add"),
)


def begin(headoffice: Path, home: Path, kill_at: int = 0) -> None:
    """Open a desk that has no data yet; dead at the step of this number."""
    hub = HeadOffice(headoffice, SystemClock())
    if kill_at:
        die_at(kill_at)
    Desktop(home, SystemClock(), DirectTransport(hub.hub.answer)).close()
    hub.close()


def die_at(number: int) -> None:
    """From now on dead at the step of this number, before or after it."""
    count = 0

    def dying(step: Callable[..., Any]) -> Callable[..., Any]:
        def die() -> None:
            nonlocal count
            count += 1
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)

        def run(*values: Any, **named: Any) -> Any:
            die()
            result = step(*values, **named)
            die()
            return result

        return run

    for place, name in STEPS:
        setattr(place, name, dying(getattr(place, name)))


def apart(headoffice: Path, home: Path, kill_at: int) -> bool:
    """The same in a process of its own. Whether it lived."""
    child = os.fork()
    if not child:
        try:
            begin(headoffice, home, kill_at)
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return False
    assert status == 0, status
    return True


def main(headoffice: Path, home: Path) -> None:
    snapshots.LEAST = 0
    snapshots.PATIENCE = 60.0
    fetch.FIRST_RANGE = fetch.MOST_RANGE = RANGE
    blank = home.with_name("blank.db")
    make_blank(blank)
    warm = home.with_name("warm")
    shutil.copytree(home, warm)
    with new_databases_from(blank), compiled_once():
        begin(headoffice, warm)  # what each would work out for itself is worked out before they are forked
        cut_at_every_step(headoffice, home)


def cut_at_every_step(headoffice: Path, home: Path) -> None:
    step = 0
    lived = False
    while not lived:
        step += 1 if step % 4 == 0 else 3  # before one step, after the next: 1, 4, 5, 8, 9, 12
        again = home.with_name(f"{home.name}-{step}")
        shutil.copytree(home, again)
        lived = apart(headoffice, again, step)
        part = again / "office.snapshot.part"
        size = part.stat().st_size if part.exists() else 0
        print(step, (again / OFFICE_DATABASE).exists(), size, flush=True)
        if not lived:
            assert apart(headoffice, again, 0)
        print("left", sorted(p.name for p in again.iterdir()), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
