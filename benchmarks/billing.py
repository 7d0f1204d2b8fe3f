"""The bills of a month for an office, and the memory that it takes."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.harness import Figure, Size, Spent, apart, median, spent
from benchmarks.office import MONTHS, Builder, kept_office, opened, person

TITLE = "A billing run"
LIMIT_S, LIMIT_MB, OF_ROWS = 15.0, 300.0, 30_000


def measure(size: Size) -> list[Figure]:
    """From readings to committed bills, in a process of its own."""
    with TemporaryDirectory(prefix="daumoi-bench-") as folder:
        read = Path(shutil.copytree(kept_office(0), Path(folder) / "read"))
        with opened(read) as desktop:
            builder = Builder(desktop, size.rows)
            builder.customers()
            builder.readings(MONTHS[-1])
        runs = []
        for number in range(size.runs):
            home = Path(folder) / f"office-{number}"
            shutil.copytree(read, home)
            runs.append(apart("benchmarks.billing:run", home=str(home)))
            shutil.rmtree(home)
    whole = median([Spent(run["wall"], run["cpu"]) for run in runs])
    return [
        Figure(f"{size.rows:,} connections", whole.wall, "s", LIMIT_S * size.rows / OF_ROWS),
        Figure("of that, processor", whole.cpu, "s"),
        Figure("bills made", runs[0]["bills"], ""),
        Figure("most memory of the process", max(run["peak_mb"] for run in runs), "MB", LIMIT_MB),
    ]


def run(home: str) -> dict[str, Any]:
    """One run, in its own process."""
    month, done = MONTHS[-1], []
    with opened(Path(home)) as desktop:
        by = person(desktop, "mai")
        period, issued, due = f"{month:%Y-%m}", month.replace(day=28), datetime(2026, 11, 10).date()  # noqa: DTZ001
        taken = spent(lambda: done.append(desktop.billing.run(by, period, issued, due)))
    return {"wall": taken.wall, "cpu": taken.cpu, "bills": done[0].bills}
