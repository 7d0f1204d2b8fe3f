"""How soon the window can be used: from the start of the process to what is painted, for a supervisor."""

from __future__ import annotations

import statistics

from benchmarks.harness import Figure, Size, apart
from benchmarks.office import kept_office

TITLE = "The window"
LIMIT_S = 1.5
MOST_GROWTH = 1.2
"""What a hundred times the data may cost: the spread of two starts, no more."""


def measure(size: Size) -> list[Figure]:
    """The large office beside the small one, turn by turn; medians."""
    large, small = _starts(size)
    figures = []
    for customers, run in ((size.customers, large), (size.small, small)):
        figures += [
            Figure(f"{customers:,} customers: sign-in painted", run["sign_in"], "s"),
            Figure("from sign-in to the first page with its requests, painted", run["rows"], "s"),
            Figure("both", run["sign_in"] + run["rows"], "s", LIMIT_S),
            Figure("both, processor of the process, all threads", run["cpu"], "s"),
            Figure("from sign-in until all that is counted over the office is there", run["counted"], "s"),
        ]
    grown = (large["sign_in"] + large["rows"]) / (small["sign_in"] + small["rows"])
    return [*figures, Figure(f"{size.customers:,} beside {size.small:,}: times", grown, "×", MOST_GROWTH)]


def _starts(size: Size) -> list[dict[str, float]]:
    """Each office is started more often than other things are run, and once before to warm the disk."""
    homes = [str(kept_office(customers)) for customers in (size.customers, size.small)]
    taken: list[list[dict[str, float]]] = [[], []]
    for number in range(size.runs + 3 if size.runs > 1 else 1):
        for home, some in zip(homes, taken, strict=True):
            if number == 1:
                some.clear()
            one = apart("benchmarks.window_start:start", home=home)
            some.append(one | {"sign_in": one["sign_in"] - one["started"]})
    return [
        {what: statistics.median(one[what] for one in some) for what in ("sign_in", "rows", "cpu", "counted")}
        for some in taken
    ]
