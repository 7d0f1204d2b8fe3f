"""A list that people live in: the requests of an office with 200,000 of them, in the real window's page."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.office import Builder, cache, new_office, opened, schema

REQUESTS = 200_000
ROUNDS = 20
"""So many times each customer asks something, over as many months."""

WAITING = 100
"""Of the newest so many are open still, for each 10,000."""


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
