"""Days that are played by a program of their own.

`python -m tests.journeys.days FOLDER` plays the shortest day in which the cashier takes money offline, with a
bundle on a stick instead of the network.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

LEFT_OUT = ("indexes", "bills", "the supervisor's workbook")
"""Steps without which the others can be played."""


def play(folder: Path, *options: str) -> str:
    """Play the whole day into a folder; what was printed."""
    return _printed("app", "demo", "--play", str(folder), *options)


def play_short_by_stick(folder: Path) -> str:
    """Play the short day into a folder; what was printed."""
    return _printed("tests.journeys.days", str(folder))


def _printed(*program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *program],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def all_is_well(printed: str) -> bool:
    """Whether the closing check says of four desks and the head office what it has to say."""
    lines = printed.splitlines()
    said = [
        sum(words in line for line in lines)
        for words in ("the books balance", "equals its replay", "agrees with the head office")
    ]
    return lines[-1] == "all is well" and said == [4, 5, 4]


if __name__ == "__main__":
    from app.demo.day import STEPS, play_day
    from app.demo.world import Ways

    steps = [step for step in STEPS if step[0] not in LEFT_OUT]
    sys.exit(play_day(Path(sys.argv[1]), ways=Ways(bundle=True), steps=steps))
