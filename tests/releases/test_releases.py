"""What each release has left on the PCs of an office, opened by the program of today: all of it is there, it
is what its journal says, and people go on working."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from app.bootstrap import HUB_DATABASE, OFFICE_DATABASE, Desktop, HeadOffice
from app.domain.clock import SteppingClock
from app.models.database import HEAD
from app.services.requests import NewRequest
from app.sync.hlc import COUNTER_BITS
from app.sync.transport import DirectTransport
from app.sync.verify import verify
from tests.offices import person


def ask(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as c:
        return c.execute(sql).fetchall()


def held(path: Path) -> dict[str, int]:
    """How many rows each table of a database holds that people have filled."""
    beside = ("alembic_version", "local", "parked", "series", "field_change")
    tables = [
        name
        for (name,) in ask(path, "SELECT name FROM sqlite_master WHERE type = 'table'")
        if name not in beside and not name.startswith(("sqlite_", "customer_search"))
    ]
    return {t: n for t in tables if (n := ask(path, f'SELECT count(*) FROM "{t}"')[0][0])}


class AtWork:
    """Head office and a desk, opened by the program of today the day after."""

    def __init__(self, homes: Path, opening: ExitStack) -> None:
        (newest,) = ask(homes / "supervisor" / HUB_DATABASE, "SELECT max(hlc) FROM entry")[0]
        day_after = datetime.fromtimestamp((newest >> COUNTER_BITS) / 1000, UTC) + timedelta(days=1)
        self.clock = SteppingClock(day_after, step=timedelta(milliseconds=3))
        self.headoffice = HeadOffice(homes / "supervisor", self.clock)
        opening.callback(self.headoffice.close)
        way = DirectTransport(self.headoffice.hub.answer)
        self.desk = Desktop(homes / "counter", self.clock, way)
        opening.callback(self.desk.close)


@pytest.fixture
def opening() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_everything_is_there_and_people_go_on(homes: Path, opening: ExitStack) -> None:
    databases = (homes / "supervisor" / HUB_DATABASE, homes / "counter" / OFFICE_DATABASE)
    before = [held(path) for path in databases]
    codes = ask(databases[1], "SELECT code FROM request ORDER BY code")
    assert min(before[0]["entry"], before[0]["customer"], before[1]["receipt"], len(codes)) > 30
    of_old = ask(databases[1], "SELECT version_num FROM alembic_version") != [(HEAD,)]

    pcs = AtWork(homes, opening)
    for path, rows in zip(databases, before, strict=True):
        now = held(path)
        assert {table: now.get(table) for table in rows} == rows
        assert ask(path, "PRAGMA integrity_check") == [("ok",)]
        assert len(list((path.parent / "backups").glob(f"{path.stem}-*.db"))) == of_old
    found = pcs.desk.database.read
    with found.connect() as read:
        assert read.exec_driver_sql("SELECT code FROM request ORDER BY code").fetchall() == codes

    pcs.desk.client.once()
    asked = NewRequest(uuid7(), "leak", "phone", "Nước chảy yếu", contact_name="Bà Tư", phone="0912 345 678")
    new = pcs.desk.requests.register(person(pcs.desk, "yen"), asked)
    pcs.desk.requests.answer(person(pcs.desk, "son"), new.id, "Đã thay van.", "solved")
    assert pcs.desk.client.unsent() == 2
    pcs.desk.client.once()
    assert pcs.desk.client.unsent() == 0
    assert pcs.desk.client.differences() == []
    assert ask(databases[0], f"SELECT state FROM request_state WHERE code = '{new.code}'") == [("answered",)]
    for path in databases:
        verdict = verify(path, pcs.clock.now())
        assert verdict.good, verdict.differences
