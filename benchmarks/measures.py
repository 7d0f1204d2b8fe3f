"""A year's requests analysed, beside one bare GROUP BY over the same rows."""

from __future__ import annotations

import sqlite3
import statistics
import time
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
        for _ in range(size.runs):
            begun = time.perf_counter()
            received = desktop.measure_queries.analysis(*YEAR, viewer, now).total.received
            whole.append(time.perf_counter() - begun)
            bare.append(_bare(home / "office.db", desktop.office_no))
            begun = time.perf_counter()
            desktop.charter_queries.charter(*YEAR, viewer, now)
            charter.append(time.perf_counter() - begun)
    took, beside = statistics.median(whole), statistics.median(bare)
    return [
        Figure("requests analysed", received, ""),
        Figure("by six groupings and months, counts and quantiles", took, "s", LIMIT_S),
        Figure("bare SQL, one grouping with a mean", beside, "s"),
        Figure("times the bare grouping", took / beside, "×"),
        Figure("each judged by the customer charter", statistics.median(charter), "s"),
    ]


def _bare(database: Path, office: int) -> float:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as read:
        begun = time.perf_counter()
        read.execute(BARE, (office,)).fetchall()
        return time.perf_counter() - begun
