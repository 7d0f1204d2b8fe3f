"""A head office in a process of its own, over HTTP here, and its desks: what `sync` measures on."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from uuid import UUID

from app.bootstrap import Desktop, HeadOffice
from app.demo.office import OFFICE, STAFF, UTILITY
from app.domain.clock import SystemClock
from app.headoffice.founding import COMPANY, NewStaff
from app.home.first_start import enrol_desk
from app.models import Reading, Staff
from app.models.base import Raw
from app.services.writer import raw_columns
from app.sync.transport import DirectTransport, HttpTransport
from app.sync.writer import JournalWriter
from benchmarks.harness import ROOT

CONNECTIONS = 30_000
"""Connections whose indexes are read, month after month."""

COLUMNS = raw_columns(Reading)

_SERVER = """
import sys
from pathlib import Path
from app.bootstrap import HeadOffice
from app.domain.clock import SystemClock
from app.headoffice.server import serve
office = HeadOffice(Path(sys.argv[1]), SystemClock(), sys.argv[2])
serve(office.hub, "127.0.0.1", 0, lambda port: print(port, flush=True))
"""


def found(home: Path, url: str = "", offices: int = 1, *, new: bool = True) -> None:
    """A utility with so many offices and people of the company; or so many more of one that is there."""
    headoffice = HeadOffice(home, SystemClock(), url)
    try:
        if new:
            headoffice.founding.utility(UTILITY)
        for _ in range(offices):
            headoffice.founding.office(OFFICE)
        if not new:
            return
        people = [NewStaff(s.login, s.name, s.title, s.phone, s.roles, "x" * 12) for s in STAFF[-1:]]
        headoffice.founding.staff(COMPANY, people)
    finally:
        headoffice.close()


def enrol(home: Path, hub_home: Path, names: list[str], url: str = "") -> None:
    """Desks of the first office, each with what the office has so far, in folders of their names."""
    headoffice = HeadOffice(hub_home, SystemClock(), url)
    try:
        for name in names:
            way = DirectTransport(headoffice.hub.answer)
            enrol_desk(home / name, headoffice.enrolment(1, name, name, "http://x"), SystemClock(), way)
    finally:
        headoffice.close()


class Server:
    """The head office's process."""

    def __init__(self, home: Path, url: str) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - this same Python
            [sys.executable, "-c", _SERVER, str(home), url], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    @property
    def memory_mb(self) -> float:
        """What it holds now, in MiB; 0 where that cannot be told."""
        try:
            lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        except OSError:
            return 0.0
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))

    @property
    def cpu_seconds(self) -> float:
        """What it has taken of the processors so far; 0 where that cannot be told."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def serving(home: Path, url: str = "") -> Iterator[Server]:
    """A head office that serves."""
    server = Server(home, url)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def desk_of(home: Path, server: Server) -> Iterator[tuple[Desktop, HttpTransport]]:
    """A desk over HTTP."""
    way = HttpTransport(server.url)
    desk = Desktop(home, SystemClock(), way)
    try:
        yield desk, way
    finally:
        desk.close()


def supervisor(desk: Desktop) -> UUID:
    """Somebody who may write readings."""
    with desk.database.read.connect() as read:
        found: UUID = read.execute(Staff.__table__.select()).one().id
    return found


def write_readings(
    writer: JournalWriter, by: UUID, facts: int, each: int, seed: int = 1, months: int = 0
) -> None:
    """Indexes of made-up connections, month after month, in entries of so many rows."""
    rng = random.Random(seed)  # noqa: S311
    points = [rng.randbytes(16) for _ in range(CONNECTIONS)]
    at = months * CONNECTIONS
    for _ in range(-(-facts // each)):
        with writer.entry("readings.import", by) as draft:
            rows: list[list[Raw]] = []
            for number in range(at, at + each):
                point = points[number % CONNECTIONS]
                month = number // CONNECTIONS
                period = date(2026 + month // 12, month % 12 + 1, 1)
                rows.append(index_row(rng, writer.new_id(), point, period, by))
            at += each
            draft.add_raw(Reading, COLUMNS, rows)


def index_row(rng: random.Random, id: UUID, point: bytes, read_on: date, by: UUID) -> list[Raw]:
    """An index of a made-up connection, in the order of `COLUMNS`."""
    before, use = rng.randrange(10**6), rng.randrange(40_000)
    return [
        id.bytes, point, point, f"{read_on:%Y-%m}", read_on.isoformat(), before, before + use, use, "",
        by.bytes, None, None,
    ]  # fmt: skip
