"""A power cut in the middle of a backup, of a restore; and damage wherever it strikes."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.bootstrap import OFFICE_DATABASE, Desktop
from app.domain.errors import AppError
from app.home.recovery import Backups
from app.models.database import note_damage
from tests.home.test_recovery import ask, asked
from tests.offices import Company

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a program is divided only on POSIX")

CUT = 9
KEPT, ALL = ["A kept"], ["A kept", "B after it"]


@pytest.fixture
def home(company: Company, desktop: Desktop) -> Path:
    """One request in its backup, one after it."""
    ask(desktop, "A kept")
    Backups(desktop.home, company.clock).make()
    ask(desktop, "B after it")
    home = company.shut(desktop)
    with closing(sqlite3.connect(home / OFFICE_DATABASE)) as c:
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return home


def cut(work: Callable[[], object], at: int) -> bool:
    """Does the work in a program of its own, which ends without a word before it changes the name of a file,
    or removes one, for the time `at`; whether it came to its end before."""
    child = os.fork()
    if child == 0:
        left = at

        def before(real: Callable[..., object]) -> Callable[..., object]:
            def called(path: Path, *rest: object, **named: object) -> object:
                nonlocal left
                left -= path.exists()
                if left < 0:
                    os._exit(CUT)
                return real(path, *rest, **named)

            return called

        Path.replace = before(Path.replace)  # type: ignore[assignment, method-assign]
        Path.unlink = before(Path.unlink)  # type: ignore[assignment, method-assign]
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def left_over(home: Path) -> list[str]:
    """What must not stay: parts, notes, journals beside the database of an earlier one."""
    ends = (".part", ".restored", ".restore.json", ".restored-wal", ".restored-shm")
    return [path.name for path in home.rglob("*") if path.name.endswith(ends)]


def test_wherever_a_restore_is_cut_there_is_the_old_or_the_new(company: Company, home: Path) -> None:
    whole = home.with_name("whole")
    shutil.copytree(home, whole)
    seen = set()
    for at in range(20):
        shutil.rmtree(home)
        shutil.copytree(whole, home)
        backups = Backups(home, company.clock)
        file = backups.here()[0].path
        done = cut(lambda: backups.restore(file), at)  # noqa: B023 it is called at once
        company.shut(company.opened(home))
        found = asked(home / OFFICE_DATABASE)
        assert found in (KEPT, ALL)
        assert left_over(home) == []
        if found == KEPT:  # what was replaced is there
            assert [asked(each) for each in home.glob("office-replaced-*.db")] == [ALL]
        seen.add((done, found == KEPT))
        if done:
            break
    assert seen == {(False, False), (False, True), (True, True)}


def test_wherever_a_backup_is_cut_the_older_one_stays(company: Company, home: Path) -> None:
    backups = Backups(home, company.clock)
    older = backups.here()[0]
    company.clock.advance(timedelta(days=1))
    for at in range(20):
        done = cut(backups.make, at)
        assert older in backups.here()
        assert all(each.heading for each in backups.here())
        if done:
            break
    assert done
    assert at > 2
    Backups(home, company.clock).make()
    assert [p.name for p in (home / "backups").iterdir() if p.suffix != ".daumoi-backup"] == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=5000)), max_size=3)
)
@example([(0.0, bytes(100))])
@example([(0.0, b"\xa5" * 20_000)])
def test_damage_is_said_or_does_no_harm(
    company: Company, home: Path, strokes: list[tuple[float, bytes]]
) -> None:
    database = home / OFFICE_DATABASE
    good = database.read_bytes()
    for path in home.glob("office*"):
        path.unlink()
    data = bytearray(good)
    for where, what in strokes:
        at = int(where * len(data))
        data[at : at + len(what)] = what
    database.write_bytes(data[: len(good)])
    note_damage(database)
    backups, code = Backups(home, company.clock), ""
    try:
        company.shut(company.opened(home))
    except AppError as error:
        code = error.code
    if code:
        backups.rebuild()
        company.shut(company.opened(home))
    assert code in ("", "database.damaged", "database.newer", "database.no_key")
    assert set(asked(database)) >= set(KEPT if code else ALL)
    for path in home.glob("office*"):
        path.unlink()
    database.write_bytes(good)
