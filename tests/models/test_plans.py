"""Nothing may walk through a whole office, whatever the planner believes of a table that was empty."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.models.database import open_database


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
