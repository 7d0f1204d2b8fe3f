"""Nothing may walk through a whole office, whatever the planner believes of a table that was empty."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from app.models.database import open_database
from app.models.postgres import open_postgres
from app.sync.entries import Body, Rows
from app.sync.projections import Touched
from tests.models.test_projections import FACTS, OWN


@pytest.mark.parametrize(
    ("table", "column", "index"),
    [
        ("connection", "customer_id", "ix_connection_customer_id"),
        ("meter", "connection_id", "ix_meter_connection_id"),
        ("reading", "connection_id", "ix_reading_connection_id_period"),
        ("bill", "customer_id", "ix_bill_customer_id"),
        ("bill_state", "customer_id", "ix_bill_state_customer_id"),
        ("allocation", "bill_id", "ix_allocation_bill_id"),
        ("receipt", "session_id", "ix_receipt_session_id"),
        ("request_event", "request_id", "ix_request_event_request_id"),
    ],
)
@pytest.mark.parametrize("keys", [1, 2, 500])
def test_a_row_is_found_by_what_it_belongs_to_not_by_its_office(
    tmp_path: Path, table: str, column: str, index: str, keys: int
) -> None:
    database = open_database(tmp_path / "office.db", datetime(2026, 11, 20, tzinfo=UTC))
    marks = ", ".join("?" * keys)
    wanted = f'EXPLAIN QUERY PLAN SELECT * FROM "{table}" WHERE office_no = ? AND {column} IN ({marks})'
    values = [1, *(bytes([n % 250]) * 16 for n in range(keys))]
    with database.read.connect() as read:
        reading = read.exec_driver_sql(wanted, tuple(values)).all()
    writing = database.write.execute(wanted, values).fetchall()
    again = sqlite3.connect(database.path)
    later = again.execute(wanted, values).fetchall()
    again.close()
    database.close()
    for plan in (reading, writing, later):
        assert [index in row[3] for row in plan] == [True]


class Explained:
    """A cursor that asks PostgreSQL how it would do each statement before it does it."""

    def __init__(self, cur: Any) -> None:
        self.cur = cur
        self.plans: dict[str, list[str]] = {}

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        self.cur.execute(f"EXPLAIN {sql}", values)
        self.plans[sql] = [line.strip() for (line,) in self.cur.fetchall()]
        self.cur.execute(sql, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cur, name)


SMALL = ("remittance", "session_opened", "exception")
"""Tables of which an office has few rows: by their codes and kinds they may be walked through."""


def test_postgresql_walks_through_no_office_that_it_has_not_counted(postgres_url: str) -> None:
    """Tables of one large office that nobody has analysed, as in the minute after it came."""
    database = open_postgres(postgres_url, datetime(2026, 11, 20, tzinfo=UTC))
    many = 4000
    touched = Touched()
    with database.transaction(1) as cur:
        for table, (columns, rows) in FACTS.items():
            sample = dict(zip(columns, rows[0], strict=True))
            ids = [c for c in columns if isinstance(sample[c], bytes)]
            grown = [
                tuple((sample | {c: at.to_bytes(16, "big") for c in ids}).values()) for at in range(many)
            ]
            database.add(cur, table, columns, grown)
            kept = [at for at, column in enumerate(columns) if column not in OWN]
            names = tuple(columns[at] for at in kept)
            touched.note(1, Body([Rows(table, names, [[row[at] for at in kept] for row in grown[:600]])], []))
    with database.transaction(1) as cur:
        explained = Explained(cur)
        touched.refresh(explained, search=False)
    database.close()
    assert len(explained.plans) > 10
    walks = []
    for plan in explained.plans.values():
        for scan, condition in pairwise(plan):
            whole = "Seq Scan" in scan or re.fullmatch(r"Index Cond: \(office_no = \S+\)", condition)
            if whole and not any(f"{table} " in f"{scan} " for table in SMALL):
                walks.append((scan, condition))
    assert walks == []
