"""The power goes in the middle of the played day: every PC at once, at any step. The next morning each one
opens, is what its journal says, and all agree again; no đồng is lost."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from app.bootstrap import Desktop, HeadOffice
from app.demo.check import contents_of
from app.domain.clock import SteppingClock
from app.models.base import instant
from app.sync.enrolment import identity_of
from app.sync.transport import DirectTransport
from app.sync.verify import verify
from tests.programs import ROOT, environment

PATIENCE = 120.0
PLAY = """
import sys
from pathlib import Path
from app.demo.day import play_day
sys.exit(play_day(Path(sys.argv[1]), homes=Path(sys.argv[2])))
"""


def cut(folder: Path, homes: Path, step: int, moment: float) -> list[str]:
    """Play the day, and kill the program so many seconds after a step is done; the lines that it printed."""
    with subprocess.Popen(
        [sys.executable, "-c", PLAY, str(folder), str(homes)],
        cwd=ROOT,
        env=environment(QT_QPA_PLATFORM="offscreen"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as day:
        limit = threading.Timer(PATIENCE, day.kill)
        limit.start()
        try:
            assert day.stdout is not None
            lines: list[str] = []
            while line := day.stdout.readline():
                lines.append(line.strip())
                if line.startswith(f"{step}. "):
                    break
            with suppress(subprocess.TimeoutExpired):
                day.wait(moment)
            day.kill()
            lines += [line.strip() for line in day.stdout]
            assert day.wait(20) == -signal.SIGKILL, lines
        finally:
            limit.cancel()
            day.kill()
    return lines


def newest(homes: Path) -> SteppingClock:
    """The morning after: past every moment that any replica has written."""
    stamps = []
    for path in homes.glob("*/*.db"):
        with closing(sqlite3.connect(path)) as c:
            stamps.append(c.execute("SELECT max(hlc) FROM entry").fetchone()[0] or 0)
    return SteppingClock(instant(max(stamps) >> 16) + timedelta(hours=12), step=timedelta(milliseconds=3))


def money(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as c:
        return dict(c.execute("SELECT code, total FROM receipt"))


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize("seed", [1, 2])
def test_after_the_power_cut_every_desk_opens_and_all_agree(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    step = (2, 5)[seed - 1]
    homes = tmp_path / "homes"
    homes.mkdir()
    lines = cut(tmp_path / "day", homes, step, dice.uniform(0, 3))
    assert any(line.startswith(f"{step}. ") for line in lines), lines
    assert not any("all is well" in line for line in lines)
    clock = newest(homes)
    now = clock.now()
    databases = sorted(homes.glob("*/*.db"))
    assert len(databases) == 5  # four desks and the head office
    before: dict[str, int] = {}
    for path in databases:
        with closing(sqlite3.connect(path)) as c:
            assert c.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert verify(path, now).good, path
        before |= money(path)
    assert before  # there was money in it

    headoffice = HeadOffice(homes / "supervisor", clock)
    desks = [
        Desktop(home, clock, DirectTransport(headoffice.hub.answer))
        for home in sorted(homes.iterdir())
        if home.is_dir() and identity_of(home) is not None
    ]
    try:
        assert len(desks) == 4
        for _ in range(2):  # the second time each hears of what the others sent
            for desk in desks:
                desk.client.once()
        reference = headoffice.writer.vector()
        assert all(desk.writer.vector() == reference for desk in desks)
        for desk in desks:
            assert desk.client.unsent() == 0
            assert desk.report_queries.books().balanced
            assert desk.report_queries.books().receipts == sum(before.values())
    finally:
        for desk in desks:
            desk.close()
        headoffice.close()
    wanted = contents_of(homes / "supervisor" / "headoffice.db")
    for path in databases:
        assert contents_of(path) == wanted, path
        assert money(path) == before, path
        assert verify(path, clock.now()).good, path
