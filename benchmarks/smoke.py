"""Whether every measure runs and measures what it says: told by a run in the smallest size, however fast."""

from __future__ import annotations

from typing import Any

from app.sync.verify import verify
from benchmarks.harness import SMOKE
from benchmarks.office import NOW, cache


def faults(measures: dict[str, list[dict[str, Any]]]) -> list[str]:
    """What is not as it should be after a run of the smallest size, in words; `measures` as in the JSON."""
    found = []
    for name, figures in measures.items():
        if not any(figure["limit"] for figure in figures):
            found.append(f"{name}: no figure has a limit")
        if name != "crowd":  # it also counts what is refused, which may be nothing
            found += [f"{name}: {figure['what']} is nothing" for figure in figures if figure["value"] <= 0]
    values = {figure["what"]: figure["value"] for figures in measures.values() for figure in figures}
    ranges = {
        "bills made": (SMOKE.customers * 0.8, SMOKE.customers),
        "most memory of the process": (50, 2000),
        "rows that came in": (13 * 10, 1e9),
        "both": (values.get("from sign-in to the first page with its requests, painted", 0), 1e9),
    }
    for what, (least, most) in ranges.items():
        if what in values and not least <= values[what] <= most:
            found.append(f"{what}: {values[what]} is not from {least} to {most}")
    for home in cache().glob(f"office-*-{SMOKE.customers}"):
        verdict = verify(home / "office.db", NOW)
        if not verdict.good or verdict.rows <= SMOKE.customers * 12:
            found.append(f"{home.name} is not what its journal says")
    return found
