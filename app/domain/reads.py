"""Judging an index as it is read. All quantities in thousandths of the billing unit."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import AppError
from app.domain.money import half_up


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is out of the usual: above `above_permille` of it plus `above_extra`, or below `below_permille`.

    The extra keeps small users, who double their use easily, from being flagged.
    """

    above_permille: int = 2000
    above_extra: int = 5000
    below_permille: int = 400


USUAL_THRESHOLDS = Thresholds()


def judge(
    previous: int, present: int, usual: int | None, thresholds: Thresholds = USUAL_THRESHOLDS
) -> tuple[str, ...]:
    """What a person should look at: "lower", "zero", "far_above", "far_below"; `usual` is a period's use."""
    used = present - previous
    if used < 0:
        return ("lower",)
    if used == 0:
        return ("zero",)
    if usual is None:
        return ()
    if used > half_up(usual * thresholds.above_permille, 1000) + thresholds.above_extra:
        return ("far_above",)
    if used * 1000 < usual * thresholds.below_permille:
        return ("far_below",)
    return ()


def usage(previous: int, present: int, digits: int | None = None) -> int:
    """The use between two indexes. A dial of `digits` whole figures that went past its end starts from zero.

    Raises AppError("reading.lower") for a lower index where no dial is given,
    AppError("reading.too_long") for an index that the dial cannot show.
    """
    if digits is not None:
        full: int = 10**digits * 1000
        if not 0 <= max(previous, present) < full:
            raise AppError("reading.too_long", index=max(previous, present), digits=digits)
        return (present - previous) % full
    if present < previous:
        raise AppError("reading.lower", previous=previous, present=present)
    return present - previous
