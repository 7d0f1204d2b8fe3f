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
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app import bootstrap
from app.bootstrap import Desktop, HeadOffice, found_here
from app.demo.check import contents_of
from app.domain.clock import SteppingClock, SystemClock
from app.domain.errors import AppError
from app.models.base import instant
from app.models.database import Database, Settle
from app.models.keys import Key
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


FOUND = """
import sys
from pathlib import Path
from app.bootstrap import found_here
from app.domain.clock import SystemClock
from tests.journeys.test_power_cut import ANSWERS
print("begun", flush=True)
found_here(Path(sys.argv[1]), SystemClock(), ANSWERS)
"""
ANSWERS = {
    "language": "vi",
    "utility": "Công ty Cấp nước Thử Nghiệm",
    "kind": "water",
    "currency": "VND",
    "zone": "Asia/Ho_Chi_Minh",
    "tariff_set": "tra_vinh_water",
    "office": "Chi nhánh Bắc Ninh",
    "address": "57 Ngô Gia Tự",
    "phone": "0222 3821 000",
    "desk": "BN01",
    "admin_name": "Lê Hoàng Quân",
    "admin_login": "quan",
    "admin_password": "mat-khau-thu",
}


def test_a_set_up_that_the_power_cut_ended_is_done_again(tmp_path: Path) -> None:
    dice = random.Random(3)
    for moment in (0.1, 0.4, 0.7):
        if identity_of(tmp_path) is not None:
            break
        with subprocess.Popen(
            [sys.executable, "-c", FOUND, str(tmp_path)],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
        ) as founding:
            assert founding.stdout is not None
            assert founding.stdout.readline() == "begun\n"
            with suppress(subprocess.TimeoutExpired):
                founding.wait(moment + dice.uniform(0, 0.1))
            founding.kill()
    finish(tmp_path)


@pytest.mark.parametrize("entries", [1, 3, 5])
def test_a_set_up_on_a_disk_that_is_full_is_done_again_once_there_is_room(
    tmp_path: Path, entries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full at each of its entries in turn: the same as a cut there."""
    opened = bootstrap.open_database
    left = [entries]

    def with_little_room(path: Path, now: datetime, *key: Key | None, settle: Settle) -> Database:
        database = opened(path, now, *key, settle=settle)

        def count(sql: str) -> None:
            left[0] -= sql == "COMMIT"
            if left[0] <= 0:
                database.write.execute("PRAGMA max_page_count = 1")

        database.write.set_trace_callback(count)
        return database

    monkeypatch.setattr(bootstrap, "open_database", with_little_room)
    with pytest.raises(AppError, match=r"disk\.full"):
        found_here(tmp_path, SystemClock(), ANSWERS)
    monkeypatch.undo()
    finish(tmp_path)


def finish(home: Path) -> None:
    """What the person at the set-up does next: the same again, or another name for the desk when asked."""
    if identity_of(home) is None:
        try:
            found_here(home, SystemClock(), ANSWERS)
        except AppError as error:
            if error.code != "desk.taken":
                raise
            found_here(home, SystemClock(), ANSWERS | {"desk": "BN02"})
    desktop = Desktop(home, SystemClock())
    try:
        assert desktop.rules.utility.name == ANSWERS["utility"]
        assert desktop.sign_in.sign_in("quan", "mat-khau-thu").name == "Lê Hoàng Quân"
    finally:
        desktop.close()
    for name in ("office.db", "headoffice.db"):
        assert verify(home / name, SystemClock().now()).good
        with closing(sqlite3.connect(home / name)) as c:
            for table in ("utility", "office", "staff"):
                assert c.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)
    assert not (home / "founding").exists()


def test_another_head_office_in_the_folder_is_left_alone(tmp_path: Path) -> None:
    found_here(tmp_path, SystemClock(), ANSWERS)
    (tmp_path / "desk.json").unlink()
    with pytest.raises(AppError, match=r"headoffice\.founded"):
        found_here(tmp_path, SystemClock(), ANSWERS | {"utility": "Điện lực Khác"})
    assert verify(tmp_path / "headoffice.db", SystemClock().now()).good
