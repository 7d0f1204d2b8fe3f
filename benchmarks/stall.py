"""Whether sync blocks typing: by how much the window's event loop is late while 100,000 rows come in."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.bootstrap import Desktop, HeadOffice
from app.headoffice.founding import NewOffice
from app.home.first_start import enrol_desk
from app.sync.transport import DirectTransport
from benchmarks.district import Server
from benchmarks.harness import Figure, Size, apart, telling
from benchmarks.office import NOW, NOWHERE, STAFF, UTILITY, Builder, cache, clock_at, schema

TITLE = "Typing while rows come in"
LIMIT_MS = 50.0
ROWS_OF_ONE = 15
"""Rows of a customer: customer, connection, meter, and 12 facts."""

ENTRY = 500
"""Customers, bills or indexes in one entry, as the program writes them at most."""

QUIET_MS = 2000
"""So long the window is looked at before rows come in, and after the last has come."""

PAGES = (("today", "mai"), ("requests", "yen"), ("customers", "mai"), ("bills", "mai"), ("cash", "tung"))
"""What is open, and for whom: at the requests a form is filled in."""


def measure(size: Size) -> list[Figure]:
    """Each page by itself, the median of several runs; ten rows to three of the size's."""
    district = _kept_district(max(size.rows * 10 // 3 // ROWS_OF_ONE, 10))
    figures: list[Figure] = []
    for page, login in PAGES:
        runs = [_run(district, page, login, QUIET_MS if size.runs > 1 else 300) for _ in range(size.runs)]
        rows, seconds = runs[0]["rows"], _median(runs, "seconds")
        if not figures:
            figures.append(Figure("rows that came in", rows, ""))
        figures += [
            Figure(f"{page}: the longest stall", _median(runs, "longest"), "ms", LIMIT_MS),
            Figure(f"{page}: before, without rows", _median(runs, "rest"), "ms"),
            Figure(f"{page}: 95 of 100 keys are taken within", _median(runs, "key"), "ms", LIMIT_MS),
            Figure(f"{page}: 95 of 100 drafts are kept within", _median(runs, "saved"), "ms"),
            Figure(f"{page}: all rows are in after", seconds, "s"),
        ]
    return figures


def _median(runs: list[dict[str, Any]], what: str) -> float:
    return float(statistics.median(run[what] for run in runs))


def _run(district: Path, page: str, login: str, quiet_ms: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "district"
        shutil.copytree(district, home)
        server = Server(home / "headoffice", "")
        try:
            marks = apart(
                "benchmarks.stall_desk:stall",
                home=str(home / "BN04"),
                url=server.url,
                page=page,
                login=login,
                quiet_ms=quiet_ms,
            )
        finally:
            server.stop()
    if "error" in marks:
        raise RuntimeError(f"no rows came in: {marks['error']}")
    return marks


def _kept_district(customers: int) -> Path:
    """A head office that has all, and a desk that has nothing of it yet, whose sync is paused."""
    home = cache() / f"district-{schema()}-{customers}"
    if not home.exists():
        part = home.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        _build(part, customers)
        part.rename(home)
    return home


def _build(home: Path, customers: int) -> None:
    clock = clock_at(datetime(2026, 6, 1, tzinfo=UTC))
    headoffice = HeadOffice(home / "headoffice", clock)
    way = DirectTransport(headoffice.hub.answer)
    try:
        headoffice.founding.utility(UTILITY)
        number = headoffice.founding.office(NewOffice("Chi nhánh Đo Lường", "1 Ngô Gia Tự", "0222 3821 000"))
        headoffice.founding.staff(headoffice.hub.office_feed(number), STAFF)
        for desk in ("BN03", "BN04"):
            enrol_desk(home / desk, headoffice.enrolment(number, desk, desk, NOWHERE), clock, way)
        behind = Desktop(home / "BN04", clock, way)
        behind.client.pause(True)
        behind.close()
        clock.set(NOW)
        full = Desktop(home / "BN03", clock_at(NOW), way)
        try:
            Builder(full, customers, ENTRY).everything()
            clock.set(full.clock.now())
            with telling("sending"):
                full.client.once()
        finally:
            full.close()
    finally:
        headoffice.close()
    shutil.rmtree(home / "BN03")
