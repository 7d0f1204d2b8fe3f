"""Eight kills of real programs; and that whoever looks afterwards would see a loss."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.bootstrap import Desktop
from app.domain.clock import SystemClock
from tests.kill.desk import Log, Work
from tests.kill.harness import run
from tests.kill.look import acknowledged, committed, looked_at
from tests.kill.place import Done, Place


def test_eight_kills_lose_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problems = run(8, 7, desks=2, folder=tmp_path / "place")
    assert problems == []
    assert "8 kills" in capsys.readouterr().out


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A head office and a desk after some work, everything reconciled, nobody killed."""
    place = Place(tmp_path_factory.mktemp("quiet"), 1, random.Random(5))
    place.found()
    desk = place.desks[0]
    desk.words.touch()
    told = place.told[desk.name]
    with closing(Desktop(desk.home, SystemClock())) as desktop:
        log = Log(told.path)
        work = Work(desktop, log, random.Random(5))
        for _ in range(40):
            work.one_act()
        desktop.client.once()
        log.write(device=desktop.identity.device, acked=desktop.acked())
        log.close()
    place.reconcile()
    place.hub.stop()
    for program in place.programs:
        with closing(sqlite3.connect(program.database)) as c:
            c.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # one file each, to be copied and put back
    told.read()
    assert len(told.done) > 25
    assert told.acked.keys() == {desktop.identity.device}
    return place


def test_when_all_is_well_nothing_is_said(quiet: Place) -> None:
    assert looked_at(quiet) == []
    assert acknowledged(quiet) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Done(b"?" * 16, "receipt", "BL-BN01-26-999999", 1000), "is there 0 times"),
        (Done(b"?" * 16, "request", "YC-BN01-26-999999", 0), "is there 0 times"),
    ],
)
def test_an_act_that_is_lost_is_seen(quiet: Place, wrong: Done, said: str) -> None:
    told = quiet.told[quiet.desks[0].name]
    told.done.append(wrong)
    try:
        problems = looked_at(quiet)
    finally:
        told.done.remove(wrong)
    assert [p for p in problems if said in p and p.startswith("headoffice: ")]
    assert [p for p in problems if said in p and p.startswith("BN01: ")]


def test_an_acknowledgement_before_its_time_is_seen(quiet: Place) -> None:
    (told,) = quiet.told.values()
    (device,) = told.acked
    told.acked[device] += 1
    try:
        (problem,) = acknowledged(quiet)
    finally:
        told.acked[device] -= 1
    assert "was acknowledged, the head office has" in problem


def test_an_act_told_before_its_commit_is_seen(quiet: Place) -> None:
    (desk,) = quiet.desks
    log = Log(quiet.told[desk.name].path)
    log.write(act="3f" * 16, kind="request", code="YC", amount=0)
    log.close()
    problems = committed(quiet, desk)
    quiet.told[desk.name].done.pop()
    assert problems == ["BN01: request YC was done and is not there"]


WRONG = [
    ("headoffice", "DELETE FROM receipt WHERE rowid = 3", "receipt is not as at the head office"),
    ("headoffice", "UPDATE receipt SET total = total + 1 WHERE rowid = 3", "receipts less reversals"),
    ("BN01", "UPDATE receipt SET total = total + 1 WHERE rowid = 3", " over "),
    ("BN01", "UPDATE receipt SET code = (SELECT max(code) FROM receipt)", "given twice"),
    ("BN01", "UPDATE customer_balance SET credit = credit + 1 WHERE rowid = 1", "receipts less reversals"),
    ("BN01", "UPDATE request SET code = 'YC' WHERE rowid = 2", "is there 0 times"),
    ("BN01", "DELETE FROM entry WHERE kind = 'requests.register'", "is there 0 times"),
    ("headoffice", "UPDATE customer SET name = 'x' WHERE rowid = 1", "is not the replay of its journal"),
]


@pytest.mark.parametrize(("program", "sql", "said"), WRONG)
def test_a_row_that_is_wrong_is_seen(quiet: Place, program: str, sql: str, said: str) -> None:
    (database,) = [p.database for p in quiet.programs if p.name == program]
    good = database.read_bytes()
    with closing(sqlite3.connect(database)) as c, c:
        assert c.execute(sql).rowcount > 0
    try:
        assert [problem for problem in looked_at(quiet) if said in problem]
    finally:
        database.write_bytes(good)


def test_a_program_that_failed_inside_is_seen(quiet: Place) -> None:
    quiet.hub.words.write_text("Traceback (most recent call last):\n  …\nKeyError: 1\n", "utf-8")
    (problem,) = looked_at(quiet)
    quiet.hub.words.write_text("", "utf-8")
    assert "headoffice failed inside" in problem
