"""A list that people live in: the requests of an office with 200,000 of them, in the real window's page."""

from __future__ import annotations

import shutil
import statistics
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.harness import FULL, Figure, Size, apart
from benchmarks.office import Builder, cache, new_office, opened, schema

TITLE = "A list of requests"
REQUESTS = 200_000
ROUNDS = 20
"""So many times each customer asks something, over as many months."""

WAITING = 100
"""Of the newest so many are open still, for each 10,000."""


RATIO = 1.5
"""What ids may cost beside the bare question: the filters, the rights of who asks, one value of them all."""


def kept_requests(count: int) -> Path:
    """The home of an office with so many requests, built if it is not there yet."""
    home = cache() / f"requests-{schema()}-{count}"
    if not home.exists():
        part = home.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        new_office(part)
        with opened(part) as desktop:
            builder = Builder(desktop, count // ROUNDS)
            builder.at(datetime(2026, 6, 20, tzinfo=UTC))
            builder.customers()
            for number in range(ROUNDS):
                last = number == ROUNDS - 1
                builder.at(datetime(2026, 6, 21, tzinfo=UTC) + timedelta(days=7 * number))
                builder.requests(builder.people, count * WAITING // 10_000 if last else 0)
            desktop.database.write.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        part.rename(home)
    return home


def measure(size: Size) -> list[Figure]:
    """Medians of several runs, each in a process of its own, as a person meets it: the page is new."""
    count = REQUESTS * size.customers // FULL.customers
    home = kept_requests(max(count, ROUNDS * 10))
    runs = [apart("benchmarks.lists_page:page", home=str(home)) for _ in range(size.runs)]
    figures = [Figure("requests of the office", runs[0]["requests"], "")]
    for what, words, unit, limit in SAID:
        figures.append(Figure(words, statistics.median(run[what] for run in runs), unit, limit))
    return figures


OPEN_S = 0.3
FRAME_MS = 50.0
SAID = (
    ("mine", "the page with what is mine: from opening to painted", "s", OPEN_S),
    ("all", "all requests: from choosing the filter to painted", "s", OPEN_S),
    ("again", "the page opened again with all requests", "s", OPEN_S),
    ("narrowed", "all, narrowed to two kinds, one channel and this year", "s", None),
    ("sorted", "all, sorted by unit and then by area", "s", None),
    ("end", "jump to the end, painted", "ms", FRAME_MS),
    ("held", "Page Down held for 100 pages: the longest from key to painted", "ms", FRAME_MS),
    ("held_half", "half of them within", "ms", None),
    ("frame", "pressed 100 times, with the panel of each request: the longest", "ms", FRAME_MS),
    ("frame_half", "half of them within", "ms", None),
    ("choose", "all rows chosen, painted", "ms", None),
    ("stall", "the longest stall of the window while lists come", "ms", FRAME_MS),
    ("ids", "the ids of all, the newest first", "ms", None),
    ("bare", "bare SQL for the same, fetched row by row", "ms", None),
    ("ratio", "times bare SQL", "×", RATIO),
)
