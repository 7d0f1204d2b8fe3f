"""What the measurements tell; whether each runs is tried by `run.py bench --smoke`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.harness import Figure, percentile

ROOT = Path(__file__).resolve().parent.parent


def test_an_unknown_name_is_told_with_those_there_are(tmp_path: Path) -> None:
    environment = os.environ | {"DAUMOI_BENCH_CACHE": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "benchmarks", "speed"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 2
    names = "window, start, search, counter, lists, import, billing, workbook, measures, sync, crowd, stall"
    assert f"speed is not one of {names}" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_limit_is_kept_by_what_equals_it() -> None:
    assert Figure("a", 1.5, "s", 1.5).within
    assert not Figure("a", 1.51, "s", 1.5).within
    assert Figure("a", 99, "s").within


def test_the_percentile_is_a_value_that_so_many_do_not_exceed() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert [percentile(values, p) for p in (50, 95, 100)] == [50, 95, 100]
    assert percentile([7.0], 95) == 7
