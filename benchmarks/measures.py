"""A year's requests analysed, beside one bare GROUP BY over the same rows."""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

from app.queries.requests import Viewer
from benchmarks.harness import FULL, Figure, Size
from benchmarks.lists import REQUESTS, ROUNDS, kept_requests
from benchmarks.office import opened, person

TITLE = "A year's requests analysed"
LIMIT_S = 2.0
YEAR = date(2026, 1, 1), date(2026, 12, 31)

BARE = (
    "SELECT s.type_code, s.unit_code, count(*), sum(s.answered_at <= s.due), sum(s.answered_at > s.due), "
    "avg(s.answered_at - s.received_at) FROM request_state s "
    "WHERE s.office_no = ? AND s.received_at >= 0 GROUP BY 1, 2"
)


def measure(size: Size) -> list[Figure]:
    """The analysis: six groupings and the months, each with its counts and four quantiles. Bare: one
    grouping with three counts and a mean. Turn by turn."""
    count = REQUESTS * size.customers // FULL.customers
    home = kept_requests(max(count, ROUNDS * 10))
    whole, bare, charter, received = [], [], [], 0
    with opened(home) as desktop:
        mai = person(desktop, "mai")
        viewer = Viewer(mai.id, None, restricted=True)
        now = desktop.clock.now()

        def analysed() -> None:
            nonlocal received
            received = desktop.measure_queries.analysis(*YEAR, viewer, now).total.received

        for _ in range(size.runs):
            whole.append(_timed(analysed))
            bare.append(_timed(lambda: _bare(home / "office.db", desktop.office_no)))
            charter.append(_timed(lambda: desktop.charter_queries.charter(*YEAR, viewer, now)))
    (took, worked), (beside, _), (judged, judging) = (
        tuple(map(statistics.median, zip(*runs, strict=True))) for runs in (whole, bare, charter)
    )
    return [
        Figure("requests analysed", received, ""),
        Figure("by six groupings and months, counts and quantiles", took, "s", LIMIT_S),
        Figure("the analysis, processor", worked, "s"),
        Figure("bare SQL, one grouping with a mean", beside, "s"),
        Figure("times the bare grouping", took / beside, "×"),
        Figure("each judged by the customer charter", judged, "s"),
        Figure("the charter, processor", judging, "s"),
    ]


def _timed(act: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    begun, worked = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - begun, time.process_time() - worked


def _bare(database: Path, office: int) -> None:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as read:
        read.execute(BARE, (office,)).fetchall()
