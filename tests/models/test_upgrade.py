"""A database of an older release with everything in it, opened by this one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine

from app.models.database import open_database
from app.models.migrate import alembic_config

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)

DESKS = {2: (1, "BN03"), 3: (2, "BN03B"), 4: (2, "HP1")}
"""Device -> its office and desk. Device 1 is the head office."""

JOURNAL: dict[str, list[dict[str, Any]]] = {
    "device": [
        {"number": number, "office_no": office, "desk": desk} for number, (office, desk) in DESKS.items()
    ],
    "feed": [
        {"device": 1, "office_no": 0, "last": 3},
        *({"device": number, "office_no": office, "last": 2} for number, (office, _) in DESKS.items()),
    ],
    "entry": [
        {"device": device, "number": number, "office_no": DESKS.get(device, (0,))[0]}
        for device in (1, *DESKS)
        for number in (1, 2)
    ],
    "parked": [{"device": 2, "number": 2}, {"device": 4, "number": 1}],
    "series": [{"series": f"{kind}-{desk}-26"} for kind in ("BL", "KN") for _, desk in DESKS.values()],
}
"""What the rows of the journal have to do with each other; the rest of their values says nothing."""


def columns_of(connection: sqlite3.Connection, table: str) -> list[tuple[str, str]]:
    return [(row[1], row[2]) for row in connection.execute(f'PRAGMA table_info("{table}")')]


def tables_of(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    beside = ("alembic_version", "sqlite_stat1")
    return [name for (name,) in found if name not in beside and not name.startswith("customer_search")]


def some_rows(table: str, columns: list[tuple[str, str]]) -> list[list[Any]]:
    """Rows whose every value is another one."""
    given = JOURNAL.get(table, [{}, {}, {}])

    def value(row: int, at: int, kind: str) -> Any:
        if kind.startswith(("INTEGER", "BIGINT")):
            return 1_000_000_000_000 * row + at
        if kind.startswith("BLOB"):
            return bytes([row, at]) * 8
        return f"{table} {row} {at} Đ"

    return [
        [row[name] if name in row else value(n, at, kind) for at, (name, kind) in enumerate(columns)]
        for n, row in enumerate(given)
    ]


def contents(connection: sqlite3.Connection, columns: dict[str, list[str]]) -> dict[str, list[Any]]:
    found = {}
    for table, names in columns.items():
        wanted = ", ".join(f'"{name}"' for name in names)
        found[table] = sorted(connection.execute(f'SELECT {wanted} FROM "{table}"'))
    return found


@pytest.fixture
def first_release(tmp_path: Path) -> Path:
    """A database of the first release with some rows in every table."""
    path = tmp_path / "office.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), "0001")
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in tables_of(connection):
            columns = columns_of(connection, table)
            marks = ", ".join("?" * len(columns))
            connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', some_rows(table, columns))
        connection.execute("INSERT INTO customer_search (customer_search) VALUES ('rebuild')")
    return path


def test_every_row_of_the_first_release_is_kept(first_release: Path) -> None:
    with closing(sqlite3.connect(first_release)) as connection:
        columns = {t: [name for name, _ in columns_of(connection, t)] for t in tables_of(connection)}
        before = contents(connection, columns)
    assert len(before) > 30
    assert {len(rows) for table, rows in before.items() if table not in JOURNAL} == {3}
    assert {table: len(before[table]) for table in JOURNAL} == {t: len(r) for t, r in JOURNAL.items()}

    open_database(first_release, NOW).close()

    with closing(sqlite3.connect(first_release)) as connection:
        kept = contents(connection, columns)
        assert kept.pop("local") == [*before.pop("local"), ("stale", '["request"]')]
        assert kept == before
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = "SELECT count(*) FROM customer_search WHERE customer_search MATCH 'search'"
        assert connection.execute(found).fetchone() == (3,)
        # What had no office of its own has the one it belongs to.
        parked = connection.execute("SELECT office_no, device, number FROM parked ORDER BY device")
        assert parked.fetchall() == [(1, 2, 2), (2, 4, 1)]
        series = connection.execute("SELECT office_no, series FROM series ORDER BY series")
        assert series.fetchall() == [
            (1, "BL-BN03-26"), (2, "BL-BN03B-26"), (2, "BL-HP1-26"),
            (1, "KN-BN03-26"), (2, "KN-BN03B-26"), (2, "KN-HP1-26"),
        ]  # fmt: skip
        for table in ("seal", "orphan", "digest", "ruling", "settlement"):
            assert connection.execute(f'SELECT count(*) FROM "{table}"').fetchone() == (0,)


def test_and_is_there_when_it_goes_back(first_release: Path) -> None:
    with closing(sqlite3.connect(first_release)) as connection:
        columns = {t: [name for name, _ in columns_of(connection, t)] for t in tables_of(connection)}
        before = contents(connection, columns)
    open_database(first_release, NOW).close()
    engine = create_engine(f"sqlite:///{first_release}")
    with engine.connect() as connection:
        command.downgrade(alembic_config(connection), "0001")
    engine.dispose()
    with closing(sqlite3.connect(first_release)) as connection:
        assert contents(connection, columns) == before
