"""The program at work: how soon it is there, and its whole day."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import time
from pathlib import Path

from installer.trial import FOLDER, Trial, check
from installer.wine import ROOT, Cache, say

START_TIMES = 2.0
"""The limit of a cold start against that of the source checkout."""

FROM_SOURCE = r"""
import sys
sys.path.insert(0, r"Z:\work\verify\source")
sys.argv = ["daumoi", "desktop"]
from app.cli import main
sys.exit(main())
"""


def starts(trial: Trial) -> None:
    """A cold start of the installed program against that of the source checkout, both under Wine."""
    for name in ("app", "resources"):
        waste = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, trial.work / "source" / name, ignore=waste, dirs_exist_ok=True)
    (trial.work / "start.py").write_text(FROM_SOURCE, "utf-8")
    ways: dict[str, tuple[str, ...]] = {
        "installed": (rf"{FOLDER}\program\daumoi.exe",),
        "source": ("/python/python.exe", r"Z:\work\verify\start.py"),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(3):
        for name, command in ways.items():
            with trial.opened() as room:
                room.run("wine", "cmd", "/c", "exit")  # Wine's own start is not counted
                begun = time.monotonic()
                room.start("wine", *command)
                trial.window()
                took[name].append(time.monotonic() - begun)
    ours, its = (sorted(took[name])[1] for name in ("installed", "source"))
    check(ours <= START_TIMES * its, f"cold start {ours:.1f} s, source {its:.1f} s: {ours / its:.2f} ×")


def day(trial: Trial) -> None:
    """The installed program plays its day, without a screen."""
    with trial.opened() as room:
        begun = time.monotonic()
        exe = rf"{FOLDER}\program\daumoi-cli.exe"
        code, said = room.outcome("wine", exe, "demo", "--play", r"C:\played", timeout=900)
        check(code == 0 and "all is well" in said, f"the day played: {time.monotonic() - begun:.0f} s")
        if code:
            say(said[-3000:])
        code, said = trial.cli("headoffice", timeout=60)
        check(code == 2, f"serves nobody: {said.strip()[-120:]}")
    _own_pictures(trial.at(r"C:\played"), trial.out / "day")


def linux_day(cache: Cache, archive: Path, out: Path) -> None:
    """The bundle for Linux plays the same day."""
    folder = cache.work / "verify-linux"
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    begun = time.monotonic()
    done = subprocess.run(  # noqa: S603
        [folder / "daumoi" / "daumoi-cli", "demo", "--play", folder / "played"],
        env={"HOME": str(folder), "LANG": "C.UTF-8", "PATH": "/nowhere"},
        capture_output=True,
        text=True,
    )
    check(done.returncode == 0, f"the day played by the bundle for Linux: {time.monotonic() - begun:.0f} s")
    if done.returncode:
        say(done.stdout[-2000:] + done.stderr[-2000:])
    _own_pictures(folder / "played", out / "day-linux")


def _own_pictures(played: Path, to: Path) -> None:
    """Take over the pictures that the program made of itself."""
    shutil.rmtree(to, ignore_errors=True)
    if played.exists():
        shutil.copytree(played, to)
    pictures = len(list(to.glob("*.png")))
    check(pictures > 20, f"{pictures} pictures of it")
