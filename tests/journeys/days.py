"""Days that are played by a program of their own.

`python -m tests.journeys.days by-stick FOLDER HOMES` plays the shortest day in which the cashier takes money
offline, with a bundle on a stick instead of the network; without `by-stick` it is the command line itself.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 280.0

LEFT_OUT = (
    "indexes",
    "bills",
    "a written complaint",
    "a burst pipe and its crew",
    "a new supply",
    "a denunciation",
    "the supervisor's workbook",
)
"""Steps without which the others can be played."""


@dataclass(frozen=True)
class Cut:
    """The power is cut so many seconds after the step of this number is done; `homes`, where what is on the
    disks at that moment is put."""

    step: int
    seconds: float
    homes: Path


def play(folder: Path, *options: str) -> str:
    """Play the whole day into a folder; what was printed."""
    return _printed("demo", "--play", str(folder), *options)


def play_short_by_stick(folder: Path, homes: Path, cut: Cut) -> str:
    """Play the short day into a folder; what was printed. `homes` is where the PCs' data is.

    At the cut the program stands still, and what it has written till then is copied, which is what a kill at
    this moment would leave. Then the day goes on."""
    return _printed("by-stick", str(folder), str(homes), homes=homes, cut=cut)


def _printed(*arguments: str, homes: Path = Path(), cut: Cut | None = None) -> str:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.days", *arguments],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as day:
        limit = threading.Timer(PATIENCE, day.kill)
        limit.start()
        assert day.stdout is not None
        try:
            lines: list[str] = []
            for line in day.stdout:
                lines.append(line)
                if cut and line.startswith(f"{cut.step}. "):
                    _copy(day, homes, cut)
            code = day.wait()
        finally:
            limit.cancel()
            day.kill()
    assert code == 0, lines
    return "".join(lines)


def _copy(day: subprocess.Popen[str], homes: Path, cut: Cut) -> None:
    with suppress(subprocess.TimeoutExpired):
        day.wait(cut.seconds)
    day.send_signal(signal.SIGSTOP)
    _, status = os.waitpid(day.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status), "the day was over"
    shutil.copytree(homes, cut.homes)
    day.send_signal(signal.SIGCONT)


def pictures(folder: Path) -> set[str]:
    """What the pictures of a day show, by their names."""
    return {path.stem.partition("-")[2] for path in folder.glob("*.png")}


def all_is_well(printed: str) -> bool:
    """Whether the closing check says of four desks and the head office what it has to say."""
    lines = printed.splitlines()
    said = [
        sum(words in line for line in lines)
        for words in ("the books balance", "equals its replay", "agrees with the head office")
    ]
    return lines[-1] == "all is well" and said == [4, 5, 4]


def main(arguments: list[str]) -> int:
    """What the program does, by the means that make tests quick (see `tests/conftest.py`)."""
    from argon2 import PasswordHasher

    from app.cli import main as command_line
    from app.demo.day import STEPS, play_day
    from app.demo.world import Ways
    from app.services import signin
    from tests.blank import make_blank, new_databases_from
    from tests.compiled import compiled_once

    signin._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with tempfile.TemporaryDirectory() as folder, compiled_once():
        make_blank(Path(folder) / "blank.db")
        with new_databases_from(Path(folder) / "blank.db"):
            if arguments[0] != "by-stick":
                return command_line(arguments)
            steps = [step for step in STEPS if step[0] not in LEFT_OUT]
            played, homes = map(Path, arguments[1:])
            return play_day(played, homes=homes, ways=Ways(bundle=True), steps=steps)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
