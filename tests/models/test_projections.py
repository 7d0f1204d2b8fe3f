"""What is worked out from facts is the same in every kind of store."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.models.database import open_database
from app.models.postgres import open_postgres
from app.models.store import Store
from app.sync import uses
from app.sync.entries import Body, Rows
from app.sync.projections import Touched

OWN = ("office_no", "hlc", "device")
NOBODY = bytes(16)


def key(n: int) -> bytes:
    return bytes([n]) * 16


FACTS: dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]] = {
    "reading": (
        ("office_no", "hlc", "device", "id", "connection_id", "meter_id", "period", "read_on", "previous",
         "present", "usage", "flags", "by", "replaces"),
        [
            # Of a period the newest counts; the mean is of the last three, towards zero.
            (1, 10, 2, key(1), key(101), NOBODY, "2026-08", "2026-08-05", 0, 99, 99, "", NOBODY, None),
            (1, 20, 2, key(2), key(101), NOBODY, "2026-09", "2026-09-05", 0, 10, 10, "", NOBODY, None),
            (1, 30, 2, key(3), key(101), NOBODY, "2026-10", "2026-10-05", 0, 20, -15, "", NOBODY, None),
            (1, 40, 3, key(4), key(101), NOBODY, "2026-11", "2026-11-05", 0, 30, 77, "", NOBODY, None),
            (1, 41, 2, key(5), key(101), NOBODY, "2026-11", "2026-11-06", 0, 25, -3, "", NOBODY, None),
            # Two that knew nothing of each other, settled by a correction; and the same id in another office.
            (1, 10, 2, key(6), key(102), NOBODY, "2026-10", "2026-10-05", 0, 7, 7, "", NOBODY, None),
            (1, 11, 3, key(7), key(102), NOBODY, "2026-10", "2026-10-05", 0, 8, 8, "", NOBODY, None),
            (1, 12, 3, key(8), key(102), NOBODY, "2026-10", "2026-10-07", 0, 9, 9, "", NOBODY, key(7)),
            (2, 10, 4, key(1), key(201), NOBODY, "2026-11", "2026-11-05", 0, 2**40, 2**52, "", NOBODY, None),
        ],
    ),
    "bill": (
        ("office_no", "hlc", "device", "id", "code", "period", "connection_id", "customer_id", "reading_id",
         "previous", "present", "usage", "lines", "net", "vat", "fee", "total", "issued_on", "due_on"),
        [
            (office, 1, 2, key(n), f"HD-BN03-26-{n:06}", "2026-11", key(101), key(customer), NOBODY, 0, 1, 1,
             "[]", 1, 0, 0, total, "2026-11-01", "2026-11-15")
            for office, n, customer, total in
            ((1, 11, 51, 100), (1, 12, 51, 200), (1, 13, 52, 300), (2, 14, 53, 2**52))
        ],
    ),
    "session_opened": (
        ("office_no", "hlc", "device", "id", "code", "point", "cashier", "float_amount", "opened_at"),
        [
            (1, 1, 2, key(21), "PT-BN03-26-000002", "", NOBODY, 50, 1),
            (1, 1, 2, key(22), "x-9", "", NOBODY, 0, 1),
        ],
    ),
    "receipt": (
        ("office_no", "hlc", "device", "id", "code", "session_id", "customer_id", "payer", "total",
         "tendered", "taken_at", "cashier"),
        [
            (1, 2, 2, key(31), "BL-BN03-26-000007", key(21), key(51), "", 130, 130, 1, NOBODY),
            (1, 2, 2, key(32), "BL-BN03-26-000003", key(21), key(52), "", 300, 300, 1, NOBODY),
            (2, 2, 2, key(33), "BL-HP1-26-000001", key(29), key(53), "", 5, 5, 1, NOBODY),
        ],
    ),
    "allocation": (
        ("office_no", "hlc", "device", "id", "receipt_id", "bill_id", "customer_id", "amount"),
        [
            (1, 2, 2, key(41), key(31), key(11), key(51), 105),
            (1, 2, 2, key(42), key(31), None, key(51), 25),
            (1, 2, 2, key(43), key(32), key(13), key(52), 300),
            (2, 2, 2, key(44), key(33), key(14), key(53), 5),
        ],
    ),
    "reversal": (
        ("office_no", "hlc", "device", "id", "receipt_id", "session_id", "amount", "reason", "by",
         "reversed_at"),
        [(1, 3, 2, key(45), key(32), key(21), 300, "", NOBODY, 1)],
    ),
    "session_closed": (
        ("office_no", "hlc", "device", "id", "session_id", "counts", "counted", "expected", "closed_at"),
        [(1, 5, 2, key(46), key(21), "[]", 181, 180, 1), (1, 4, 3, key(47), key(21), "[]", 180, 180, 1)],
    ),
    "remittance": (
        ("office_no", "hlc", "device", "id", "code", "session_id", "amount", "remitted_at"),
        [(1, 6, 2, key(48), "NT-BN03-26-000001", key(21), 130, 1)],
    ),
    "request": (
        ("office_no", "hlc", "device", "id", "code", "type_code", "channel", "contact_name", "words",
         "received_at", "received_by"),
        [(1, 1, 2, key(61), "KN-BN03-26-000004", "", "", "", "", 1, NOBODY)],
    ),
    "work_order": (
        ("office_no", "hlc", "device", "id", "code", "kind", "address", "words", "crew", "planned_on",
         "made_at", "made_by", "unannounced", "labour_free"),
        [
            (1, 1, 2, key(71), "LC-BN03-26-000008", "repair", "", "", '["Nam"]', "2026-11-20", 1, NOBODY,
             0, 0),
            (1, 1, 2, key(72), "LC-BN03-26-000009", "inspection", "", "", '{"no": "list"}', "soon", 1, NOBODY,
             1, 0),
        ],
    ),
    "work_order_event": (
        ("office_no", "hlc", "device", "id", "work_order_id", "kind", "at", "by", "text", "data"),
        [
            (1, 4, 3, key(73), key(71), "cancelled", 5000, NOBODY, "nhầm", "{}"),
            (1, 3, 2, key(74), key(71), "done", 4000, NOBODY, "xong", '{"result": "completed"}'),
            (1, 2, 2, key(75), key(71), "on_site", 2000, NOBODY, None, "[]"),
            (1, 2, 2, key(76), key(79), "assigned", 2000, NOBODY, None, '{"crew": ["Ba", 7]}'),
        ],
    ),
    "request_event": (
        ("office_no", "hlc", "device", "id", "request_id", "kind", "at", "by", "unit_code", "due",
         "text", "data"),
        [(1, 1, 2, key(62), key(61), "received", 1000, NOBODY, "KT", 9000, "100 % thật?", "{}")],
    ),
}  # fmt: skip

EXPECTED: dict[str, list[tuple[Any, ...]]] = {
    "connection_use": [
        (1, key(101), "2026-11", 25, "2026-11-06", -2, -3, -15),  # (10 - 15 - 3) / 3
        (1, key(102), "2026-10", 9, "2026-10-07", 9, 9, None),
        (2, key(201), "2026-11", 2**40, "2026-11-05", 2**52, 2**52, None),
    ],
    "bill_state": [
        (1, key(11), key(51), 100, 105, 0, "2026-11-15"),
        (1, key(12), key(51), 200, 0, 1, "2026-11-15"),
        (1, key(13), key(52), 300, 0, 1, "2026-11-15"),  # its receipt was taken back
        (2, key(14), key(53), 2**52, 5, 1, "2026-11-15"),
    ],
    "customer_balance": [
        (1, key(51), 200, 30),  # 25 of no bill, 5 too many on one
        (1, key(52), 300, 0),
        (2, key(53), 2**52 - 5, 0),
    ],
    "session_state": [
        (1, key(21), 0, 2, 430, 1, 300, 180, 180, 130, 0),  # the first count of the two
        (1, key(22), 1, 0, 0, 0, 0, 0, None, 0, 0),
    ],
    "work_order_state": [
        (1, key(71), "done", "2026-11-20", '["Nam"]', 2000, None, 4000, "completed", 1),
        (1, key(72), "planned", None, "[]", None, None, None, None, 0),
        (1, key(79), "planned", None, '["Ba"]', None, None, None, None, 0),  # its order takes no effect
    ],
    "series": [
        (1, "BL-BN03-26", 7), (1, "HD-BN03-26", 13), (1, "KN-BN03-26", 4),
        (1, "LC-BN03-26", 9), (1, "NT-BN03-26", 1), (1, "PT-BN03-26", 2),
        (1, "x", 9), (2, "BL-HP1-26", 1), (2, "HD-BN03-26", 14),
    ],
}  # fmt: skip


WORKED_OUT = (*EXPECTED, "request_state", "exception")


def worked_out(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Put the facts into an empty store, and see what becomes of them."""
    with store.transaction(1) as cur:
        for table, (columns, rows) in FACTS.items():
            store.add(cur, table, columns, rows)
        for _ in range(2):  # anew, over what is there
            touched = Touched()
            for table, (columns, rows) in FACTS.items():
                kept = [at for at, column in enumerate(columns) if column not in OWN]
                names = tuple(columns[at] for at in kept)
                for row in reversed(rows):
                    touched.note(row[0], Body([Rows(table, names, [[row[at] for at in kept]])], []))
            touched.refresh(cur, search=store.search)
    found = {}
    with store.reading() as cur:
        for table in WORKED_OUT:
            cur.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2')
            found[table] = [tuple(row) for row in cur.fetchall()]
    return found


def test_projections_are_the_same_in_every_store(tmp_path: Path, postgres_url: str) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    found = []
    for store in (open_database(tmp_path / "office.db", now), open_postgres(postgres_url, now)):
        found.append(worked_out(store))
        store.close()
    on_sqlite, on_postgres = found
    assert {table: on_sqlite[table] for table in EXPECTED} == EXPECTED
    assert {"KT", 9000} <= set(on_sqlite["request_state"][0])
    disagreements = {(kind, row) for _, _, kind, _, row, *_ in on_sqlite["exception"]}
    assert {("overpaid", key(11)), ("misfit", key(71)), ("two_readings", key(101))} <= disagreements
    assert ("two_readings", key(102)) not in disagreements
    assert on_postgres == on_sqlite


PERIODS = ("2025-12", "2026-01", "2026-02", "2026-03", "2026-04")
ONE_READING = st.tuples(st.integers(1, 3), st.sampled_from(PERIODS), st.integers(-99, 99))
COLUMNS, _ = FACTS["reading"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(ONE_READING, min_size=1, max_size=5), min_size=1, max_size=6))
def test_a_use_that_goes_on_is_the_one_worked_out_anew(
    tmp_path: Path, blank: Path, batches: list[list[tuple[int, str, int]]]
) -> None:
    """Whatever periods come, one by one or together, late, or twice."""
    shutil.copy(blank, tmp_path / "office.db")
    store = open_database(tmp_path / "office.db", datetime(2026, 11, 20, tzinfo=UTC))
    store.write.execute("PRAGMA synchronous = OFF")
    number = 0
    for batch in batches:
        rows: list[tuple[Any, ...]] = []
        for connection, period, usage in batch:
            number += 1
            point, day = key(100 + connection), f"{period}-05"
            rows.append((1, 10 + number, 2, key(number), point, NOBODY, period, day, 0, number, usage, "",
                         NOBODY, None))  # fmt: skip
        with store.transaction(1) as cur:
            store.add(cur, "reading", COLUMNS, rows)
            touched = Touched()
            touched.add(1, "reading", COLUMNS, rows)
            touched.note(1, Body([Rows("reading", COLUMNS[3:], [list(row[3:]) for row in rows])], []))
            touched.refresh(cur)
    everybody = [key(100 + n) for n in range(1, 4)]
    with store.transaction(1) as cur:
        cur.execute("SELECT * FROM connection_use ORDER BY id")
        gone_on = cur.fetchall()
        cur.execute("DELETE FROM connection_use")
        uses.fold(cur, 1, "?, ?, ?", everybody)
        cur.execute("SELECT * FROM connection_use ORDER BY id")
        assert cur.fetchall() == gone_on
    store.close()
