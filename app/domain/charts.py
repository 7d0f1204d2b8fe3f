"""What a chart shows, whoever draws it: the window, or a native chart in a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ChartData:
    """Series of figures over the same categories. Every series has a figure for each category.

    A donut shows the first series alone.
    """

    title: str
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[int | float, ...]], ...]
    kind: Literal["bar", "line", "donut"]

    def __post_init__(self) -> None:
        if any(len(figures) != len(self.categories) for _, figures in self.series):
            raise ValueError("every series of a chart needs a figure for each category")
