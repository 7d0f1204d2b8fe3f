"""A chart as data: the window paints it, a document draws it, a workbook makes its own of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one colour of bars: a value for each category, in the chart's unit; None: not known."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class ChartData:
    """`categories` along the foot, one or more `series`, `unit` as it is written ("m³", "triệu đồng")."""

    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""

    def __post_init__(self) -> None:
        for each in self.series:
            if len(each.values) != len(self.categories):
                raise ValueError(
                    f"{each.name}: {len(each.values)} values for {len(self.categories)} categories"
                )

    def known(self) -> list[float]:
        """All values there are."""
        return [value for each in self.series for value in each.values if value is not None]


def money_power(amounts: Iterable[int], digits: int) -> int:
    """In which unit amounts (minor units of `digits`) are read best: 10 to this power of the currency's own.

    0, 3 or 6 (đ, thousand đ, million đ), so that the highest amount is 10 of it at least: no two marks of an
    axis then look the same.
    """
    highest = max((abs(amount) for amount in amounts), default=0) // 10**digits
    return next((power for power in (6, 3) if highest >= 10 * 10**power), 0)


def ticks(values: list[float], most: int = 5) -> list[float]:
    """Round marks from at most 0 to at least the highest value, `most` steps at most: 0, 50, 100, 150.

    Steps are 1, 2 or 5 times a power of ten, as one counts; an axis of bars starts at 0 or it lies.
    """
    low, high = min([0.0, *values]), max([0.0, *values])
    if low == high:
        high = 1.0
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [n * step for n in range(first, last + 1)]
