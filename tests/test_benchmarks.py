"""The measurements run and tell what they should; how fast anything is decides no test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.sync.verify import verify
from benchmarks.harness import Figure, percentile
from benchmarks.office import NOW

ROOT = Path(__file__).resolve().parent.parent


def run(cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DAUMOI_BENCH_CACHE": str(cache), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=600
    )


def test_the_whole_bench_in_its_smallest_size(tmp_path: Path) -> None:
    """One test, since a run of all measures is long and whoever shares tests out would have it run twice."""
    done = run(tmp_path / "cache", "--smoke", "--json", str(tmp_path / "figures.json"))
    assert done.returncode == 0, done.stderr
    kept = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    _every_measure_gives_figures_and_a_limit(done.stdout, kept)
    _what_is_measured_really_happens(kept)
    (home,) = (tmp_path / "cache").glob("office-*-60")
    _the_made_up_office_is_what_its_journal_says(home)


def _every_measure_gives_figures_and_a_limit(screen: str, kept: dict[str, Any]) -> None:
    desk = ["window", "start", "search", "counter", "lists", "import", "billing", "workbook", "measures"]
    assert list(kept["measures"]) == [*desk, "sync", "crowd", "stall"]
    for name, figures in kept["measures"].items():
        assert all(figure["value"] > 0 or name == "crowd" for figure in figures)  # where nothing is refused
        assert any(figure["limit"] for figure in figures)
        assert all(figure["what"] in screen for figure in figures)
    assert kept["machine"]["cores"] == str(os.cpu_count())
    assert kept["size"]["customers"] == 60


def _what_is_measured_really_happens(kept: dict[str, Any]) -> None:
    figures = {f["what"]: f["value"] for some in kept["measures"].values() for f in some}
    assert 50 <= figures["bills made"] <= 60
    assert 50 < figures["most memory of the process"] < 2000
    assert figures["rows that came in"] > 13 * 10
    assert figures["both"] > figures["from sign-in to the first page with its requests, painted"]


def _the_made_up_office_is_what_its_journal_says(home: Path) -> None:
    verdict = verify(home / "office.db", NOW)
    assert verdict.good
    assert verdict.rows > 60 * 12


def test_an_unknown_name_is_told_with_those_there_are(tmp_path: Path) -> None:
    done = run(tmp_path, "speed")
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
