"""One transaction at the counter, journalled and on the disk, beside a bare one of the same rows."""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.models.database import open_database
from app.services.cash import Collect
from app.services.readings import EnterReading
from app.services.requests import NewRequest
from app.services.writer import Person
from app.sync.entries import decode_body
from app.sync.tables import writable
from benchmarks.harness import Figure, Size
from benchmarks.office import NOW, PERIOD, kept_office, opened, person

TITLE = "A transaction at the counter"
MOST_TIMES = 4.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A customer at the counter, with a bill to pay and a meter to read."""

    customer: UUID
    connection: UUID
    meter: UUID
    index: int
    bill: UUID
    owed: int


def measure(size: Size) -> list[Figure]:
    """Medians of each kind, turn by turn with the bare transaction of the rows that were just written.

    Both work on a copy of the same office, so that their indexes are alike in depth.
    """
    kept = kept_office(size.rows)
    with TemporaryDirectory(prefix="daumoi-bench-") as folder:
        home = Path(shutil.copytree(kept, Path(folder) / "office"))
        shutil.copyfile(kept / "office.db", Path(folder) / "bare.db")
        taken = _turns(home, Path(folder) / "bare.db", size.transactions)
    figures = []
    sums = [0.0, 0.0]
    for kind, pairs in taken.items():
        ours, plain = (statistics.median(side) for side in zip(*pairs, strict=True))
        sums = [sums[0] + ours, sums[1] + plain]
        figures += [
            Figure(f"{kind}", ours, "ms"),
            Figure(f"{kind}, bare", plain, "ms"),
            Figure(f"{kind}, times the bare one", ours / plain, "×", MOST_TIMES),
        ]
    return [*figures, Figure("all three, times the bare ones", sums[0] / sums[1], "×", MOST_TIMES)]


def _turns(home: Path, copy: Path, count: int) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds of each transaction, as the program does it and bare."""
    with opened(home) as desktop:
        bare = Bare(copy)
        taken: dict[str, list[tuple[float, float]]] = {"request": [], "index": [], "payment": []}
        with closing(bare), _session(desktop) as session:
            for waiting in _waiting(home / "office.db", count):
                for kind, act in _acts(desktop, session, waiting):
                    entry_id = uuid7()
                    begun = time.perf_counter()
                    act(entry_id)
                    ours = time.perf_counter() - begun
                    taken[kind].append((ours * 1000, bare.again(home / "office.db", entry_id) * 1000))
    return taken


@contextmanager
def _session(desktop: Desktop) -> Iterator[UUID]:
    """A cash session for the time of the measurement."""
    tung = person(desktop, "tung")
    session = desktop.cash.open_session(tung, uuid7(), "BN03", 0)
    try:
        yield session
    finally:
        with desktop.database.read.connect() as read:
            wanted = "SELECT expected FROM session_state WHERE office_no = ? AND id = ?"
            held = read.exec_driver_sql(wanted, (desktop.office_no, session.bytes)).scalar_one()
        desktop.cash.close_session(tung, session, [(1, held)])


def _acts(desktop: Desktop, session: UUID, who: Waiting) -> Iterator[tuple[str, Callable[[UUID], object]]]:
    """What is done for one customer, by those who may."""
    clerk, reader, cashier = (person(desktop, login) for login in ("yen", "duc", "tung"))
    yield "request", lambda id: _register(desktop, clerk, id, who)
    yield (
        "index",
        lambda id: desktop.readings.enter(
            reader,
            EnterReading(
                id, who.connection, who.meter, PERIOD, date(NOW.year, NOW.month, 19), who.index + 9000
            ),
        ),
    )
    yield (
        "payment",
        lambda id: desktop.cash.collect(
            cashier, Collect(id, session, who.customer, (who.bill,), who.owed, "Khách hàng")
        ),
    )


def _register(desktop: Desktop, by: Person, id: UUID, who: Waiting) -> object:
    words = "Đồng hồ chạy nhanh từ tháng trước, đề nghị kiểm tra giúp gia đình."
    return desktop.requests.register(by, NewRequest(id, "meter", "walk_in", words, who.customer))


def _waiting(database: Path, count: int) -> Iterator[Waiting]:
    """Customers with an open bill whose meter is not yet read this month."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as read:
        rows = read.execute(
            "SELECT k.customer_id, k.id, m.id, u.last_index, s.id, s.total - s.paid "
            "FROM bill_state s JOIN bill b ON b.office_no = s.office_no AND b.id = s.id "
            "JOIN connection k ON k.office_no = b.office_no AND k.id = b.connection_id "
            "JOIN meter m ON m.connection_id = k.id "
            "JOIN connection_use u ON u.office_no = k.office_no AND u.id = k.id "
            "WHERE s.open = 1 AND u.last_period < ? AND m.digits = 5 AND u.last_index < 99000000 "
            "ORDER BY s.due_on DESC LIMIT ?",
            (PERIOD, count),
        ).fetchall()
    for customer, connection, meter, index, bill, owed in rows:
        yield Waiting(
            UUID(bytes=customer),
            UUID(bytes=connection),
            UUID(bytes=meter),
            index,
            UUID(bytes=bill),
            owed,
        )


class Bare:
    """A database with the same tables, indexes and rows, written without any ado."""

    def __init__(self, path: Path) -> None:
        self._database = open_database(path, NOW)

    def again(self, database: Path, entry_id: UUID) -> float:
        """How many seconds it takes to insert and commit the rows of that entry here."""
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as read:
            wanted = "SELECT office_no, hlc, origin, body FROM entry WHERE id = ?"
            *head, body = read.execute(wanted, (entry_id.bytes,)).fetchone()
        inserts = [
            (_insert(rows.table, rows.columns), [(*head, *row) for row in rows.rows])
            for rows in decode_body(body).rows
        ]
        write = self._database.write
        begun = time.perf_counter()
        write.execute("BEGIN IMMEDIATE")
        for sql, values in inserts:
            write.executemany(sql, values)
        write.execute("COMMIT")
        return time.perf_counter() - begun

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _insert(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{c}"' for c in (*writable()[table].head, *columns))
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * (len(columns) + 3))})'  # noqa: S608
