"""A power cut at any step of the day: what was said to be done is done, once; what was not is not, whole."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.bootstrap import Desktop
from app.domain.clock import SystemClock
from app.domain.codes import parse_code
from app.domain.errors import AppError
from app.domain.importing import ParsedRow
from app.models import Customer
from app.models.database import open_database
from app.sync.verify import verify
from tests.forked import Forked
from tests.journeys import at_work
from tests.offices import Company, person
from tests.sync.test_journal import names, save_customers

CLOCK = SystemClock()
PATIENCE = 60.0


def killed(
    dice: random.Random, lines: int, work: Callable[..., None], *values: object, within: float = 0.02
) -> list[str]:
    """Let a desk work until it has said so many lines, then a moment more, and kill it; all that it said."""
    process = Forked(work, *values)
    limit = threading.Timer(PATIENCE, process.kill)
    limit.start()
    said: list[str] = []
    with closing(process):
        while len(said) < lines and (line := process.stdout.readline()):
            said.append(line.strip())
        end = time.perf_counter() + dice.uniform(0, within)
        while time.perf_counter() < end:
            pass
        process.kill()
        said += [line.strip() for line in process.stdout if line.endswith("\n")]
    limit.cancel()
    assert not any("Error" in line or "Traceback" in line for line in said), said
    return said


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as c:
        return c.execute(sql).fetchall()


@pytest.fixture
def home(company: Company) -> Path:
    """The home of a desk with one customer, closed."""
    desktop = company.desk("BN03")
    save_customers(desktop, "BN-0001")
    company.desks.remove(desktop)
    desktop.close()
    return desktop.home


def numbers(codes: list[str]) -> list[int]:
    return sorted(found.number for code in codes if (found := parse_code(code)))


@pytest.mark.parametrize("seed", [1, 2])
def test_what_the_counter_acknowledged_survives_the_power_cut(home: Path, seed: int) -> None:
    dice = random.Random(seed)
    database = home / "office.db"
    customer = rows(database, "SELECT lower(hex(id)) FROM customer")[0][0]
    said: list[str] = []
    cuts = 4
    for _ in range(cuts):
        said += killed(dice, dice.randint(1, 12), at_work.day, home, customer)
        receipts = [code for (code,) in rows(database, "SELECT code FROM receipt")]
        requests = [code for (code,) in rows(database, "SELECT code FROM request")]
        for kept in (receipts, requests):
            assert numbers(kept) == list(range(1, len(kept) + 1))
        assert {line.split()[0] for line in said} <= {*receipts, *requests}
    assert len(receipts) + len(requests) <= len(said) + cuts
    totals = dict(rows(database, "SELECT code, total FROM receipt"))
    told = dict(line.split() for line in said if " " in line)
    assert {code: totals[code] for code in told} == {code: int(total) for code, total in told.items()}
    assert len(told) > cuts
    assert len(said) > 3 * cuts
    ((credit, expected),) = rows(
        database, "SELECT (SELECT credit FROM customer_balance), (SELECT sum(expected) FROM session_state)"
    )
    assert credit == expected - 100_000 == sum(totals.values())
    assert rows(database, "PRAGMA integrity_check") == [("ok",)]
    assert verify(database, CLOCK.now()).good


def test_an_import_cut_short_leaves_whole_groups_and_is_completed_by_the_next(home: Path) -> None:
    dice = random.Random(3)
    database, total = home / "office.db", 400
    seen = []
    for _ in range(4):
        killed(dice, dice.randint(1, 5), at_work.take_in, home, total)
        ((people, points, meters, pairs),) = rows(
            database,
            "SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM connection), "
            "(SELECT count(*) FROM meter), (SELECT count(*) FROM customer c JOIN connection k ON "
            "k.customer_id = c.id JOIN meter m ON m.connection_id = k.id)",
        )
        assert people == points == meters == pairs
        assert (people - 1) % at_work.GROUP == 0
        seen.append(people - 1)
    assert seen == sorted(seen)
    assert 0 < seen[0] < total
    assert killed(dice, 1000, at_work.take_in, home, total)[-1] == str(total - seen[-1])
    assert rows(database, "SELECT count(*), count(DISTINCT code) FROM customer") == [(total + 1, total + 1)]
    assert verify(database, CLOCK.now()).good


def test_a_desk_cut_off_while_it_receives_goes_on_where_it_was(company: Company, home: Path) -> None:
    dice = random.Random(4)
    company.headoffice.close()
    company.headoffice = type(company.headoffice)(company.headoffice.home, CLOCK)
    company.transport._answer = company.headoffice.hub.answer
    other = company.desk("BN04")
    for at in range(60):
        save_customers(other, f"A-{at:04d}", f"B-{at:04d}")
    other.client.once()
    database, seen = home / "office.db", []
    for _ in range(4):
        killed(dice, dice.randint(1, 6), at_work.receive, home, company.headoffice.home)
        held = {code for (code,) in rows(database, "SELECT code FROM customer")}
        assert {c[2:] for c in held if c[0] == "A"} == {c[2:] for c in held if c.startswith("B-")}
        seen.append(len(held))
    assert seen == sorted(seen)
    assert seen[0] < 121
    killed(dice, 1000, at_work.receive, home, company.headoffice.home)
    assert rows(database, "SELECT count(*), count(DISTINCT code) FROM customer") == [(121, 121)]
    assert verify(database, CLOCK.now()).good
    other.client.once()
    assert len(names(other)) == 121


def test_a_database_whose_making_was_cut_short_is_made_again(tmp_path: Path) -> None:
    dice = random.Random(5)
    for at in range(4):
        path = tmp_path / str(at) / "office.db"
        killed(dice, 1, at_work.open_new, path.parent, within=0.15 * at)
        open_database(path, CLOCK.now()).close()
        assert rows(path, "PRAGMA integrity_check") == [("ok",)]
        assert rows(path, "SELECT count(*) FROM customer") == [(0,)]


def test_a_disk_that_fills_up_in_mid_import_keeps_whole_groups(company: Company) -> None:
    desktop = company.desk("BN03")
    by = person(desktop, "admin")
    sheet = [
        ParsedRow(at, {"code": f"BN-{at:06d}", "name": "x", "connection_code": f"BN-{at:06d}"}, ())
        for at in range(1200)
    ]
    pages = desktop.database.write.execute("PRAGMA page_count").fetchone()[0]
    desktop.database.write.execute(f"PRAGMA max_page_count = {pages + 100}")
    plan = desktop.imports.plan(sheet)
    with pytest.raises(AppError, match=r"disk\.full"):
        desktop.imports.apply(by, plan)
    kept = len(names(desktop))
    assert kept in (500, 1000)
    desktop.database.write.execute("PRAGMA max_page_count = 1000000")
    again = desktop.imports.plan(sheet)
    assert (again.unchanged, len(again.new)) == (kept, 1200 - kept)
    desktop.imports.apply(by, again)
    with desktop.database.read.connect() as read:
        codes = read.execute(select(Customer.code)).scalars().all()
    assert len(codes) == len(set(codes)) == 1200
    assert verify(desktop.database.path, company.clock.now()).good


def test_the_home_is_free_again_after_the_power_cut(home: Path) -> None:
    customer = rows(home / "office.db", "SELECT lower(hex(id)) FROM customer")[0][0]
    assert killed(random.Random(6), 2, at_work.day, home, customer)
    Desktop(home, CLOCK).close()
