"""The day by stick, and the power goes in the middle of it: every PC at once. The next morning each one
opens, is what its journal says, and all agree again; no đồng is lost. And power cuts in a set-up."""

from __future__ import annotations

import random
import re
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app import bootstrap
from app.bootstrap import Desktop, HeadOffice
from app.demo.check import contents_of
from app.demo.day import STEPS
from app.domain.clock import SteppingClock, SystemClock
from app.domain.errors import AppError
from app.home.first_start import found_here
from app.models.base import instant
from app.models.database import Database
from app.models.keys import Key
from app.sync.enrolment import identity_of
from app.sync.transport import DirectTransport
from app.sync.verify import verify
from tests.forked import Forked
from tests.journeys import at_work
from tests.journeys.days import LEFT_OUT, Cut, all_is_well, pictures, play_short_by_stick


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


def test_the_day_by_stick_and_the_morning_after_the_power_went_in_it(tmp_path: Path) -> None:
    """One test, since a day is long and whoever shares tests out would have it played twice. Every PC loses
    its power at once, while the cashier, who is offline, has taken money. More of them, and other places:
    `run.py simulate --kill`."""
    assert {name for name, _ in STEPS} >= {*LEFT_OUT}
    homes, cut = tmp_path / "homes", Cut(3, random.Random(2).uniform(0, 2), tmp_path / "cut")
    homes.mkdir()
    printed = play_short_by_stick(tmp_path / "day", homes, cut)
    assert all_is_well(printed)
    unsent = re.search(r"(\d+) entries not sent", printed)
    assert unsent
    assert f"{unsent[1]} entries by stick" in printed
    assert {"unsent", "stick-file", "stick-written", "stick-answered"} <= pictures(tmp_path / "day")
    every_desk_opens_and_all_agree(cut.homes)


def every_desk_opens_and_all_agree(homes: Path) -> None:
    """The morning after, of four desks and the head office."""
    clock = newest(homes)
    now = clock.now()
    databases = sorted(homes.glob("*/*.db"))
    assert len(databases) == 5
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
        with closing(Forked(at_work.found, tmp_path, ANSWERS)) as founding:
            assert founding.stdout.readline() == "begun\n"
            founding.wait(moment + dice.uniform(0, 0.1))
    finish(tmp_path)


@pytest.mark.parametrize("entries", [1, 3, 5])
def test_a_set_up_on_a_disk_that_is_full_is_done_again_once_there_is_room(
    tmp_path: Path, entries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full at each of its entries in turn: the same as a cut there."""
    opened = bootstrap.open_database
    left = [entries]

    def with_little_room(path: Path, now: datetime, *key: Key | None, **more: Any) -> Database:
        database = opened(path, now, *key, **more)

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
