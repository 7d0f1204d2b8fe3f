"""Measures, and tells each figure beside its limit."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.harness import FULL, QUICK, SMOKE, Figure, Size, machine
from benchmarks.office import cache
from benchmarks.smoke import faults

MEASURES = {
    "window": "window",
    "start": "first_start",
    "search": "search",
    "counter": "counter",
    "lists": "lists",
    "import": "imports",
    "billing": "billing",
    "workbook": "workbook",
    "measures": "measures",
    "sync": "sync",
    "crowd": "crowd",
    "stall": "stall",
}
"""Name -> module."""


def main() -> int:
    """Measure what is asked for. Being slow is told, never an error; measuring nothing is one."""
    arguments = _arguments()
    size: Size = SMOKE if arguments.smoke else QUICK if arguments.quick else FULL
    before = machine()
    print(" · ".join(f"{what} {value}" for what, value in before.items()))
    print(f"Offices are kept in {cache()}\n")
    answer: dict[str, object] = {"machine": before, "size": asdict(size), "measures": {}}
    measures: dict[str, list[dict[str, Any]]] = {}
    for name in arguments.names or MEASURES:
        module = importlib.import_module(f"benchmarks.{MEASURES[name]}")
        figures: list[Figure] = module.measure(size)
        measures[name] = [{**asdict(figure), "within": figure.within} for figure in figures]
        _tell(module.TITLE, figures)
    if arguments.json:
        answer["measures"] = measures
        answer["load_after"] = machine()["load"]
        arguments.json.write_text(json.dumps(answer, ensure_ascii=False, indent=1), "utf-8")
    wrong = faults(measures) if arguments.smoke else []
    for each in wrong:
        print(each, file=sys.stderr)
    return int(bool(wrong))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"{', '.join(MEASURES)}; all when none is named"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also keep the figures in a file")
    parser.add_argument("--quick", action="store_true", help="a tenth of the customers, a sixth of the rows")
    parser.add_argument("--smoke", action="store_true", help="next to nothing: only whether it works")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in MEASURES:
            parser.error(f"{name} is not one of {', '.join(MEASURES)}")
    return arguments


def _tell(title: str, figures: list[Figure]) -> None:
    """A table in Markdown, as README.md holds it."""
    print(f"| {title} | measured | limit |\n|---|---:|---:|")
    for figure in figures:
        limit = "" if figure.limit is None else _said(figure.limit, figure.unit)
        if not figure.within:
            limit += " **over**"
        print(f"| {figure.what} | {_said(figure.value, figure.unit)} | {limit} |")
    print(flush=True)


def _said(value: float, unit: str) -> str:
    digits = 0 if value >= 1000 or not unit else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
