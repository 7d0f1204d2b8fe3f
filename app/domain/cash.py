"""Notes and change. Amounts and notes in minor units; which notes there are is data."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

from app.domain.errors import AppError

Key = TypeVar("Key", bound=Hashable)


LEAST_REASON = 3
"""Letters of the words that explain something at least; "ok" explains nothing."""


def explains(words: str) -> bool:
    """Whether words explain something to one who reads them later."""
    return sum(letter.isalpha() for letter in words) >= LEAST_REASON


def make_change(amount: int, denominations: Iterable[int]) -> list[tuple[int, int]]:
    """The fewest notes, largest first, that come nearest to `amount` from below.

    What no note can give (675 đ where 1.000 is the smallest) is left over. Right for the usual steps of
    1, 2 and 5.
    """
    notes: list[tuple[int, int]] = []
    for note in sorted(denominations, reverse=True):
        count, amount = divmod(max(amount, 0), note)
        if count:
            notes.append((note, count))
    return notes


def count_total(counts: Iterable[tuple[int, int]]) -> int:
    """What counted notes, as (note, how many), come to. Raises AppError("cash.count") below zero."""
    total = 0
    for note, count in counts:
        if count < 0:
            raise AppError("cash.count", note=note)
        total += note * count
    return total


def quick_tenders(due: int, denominations: Iterable[int], most: int = 5) -> tuple[int, ...]:
    """What a customer is likely to hand over: the exact sum, then sums rounded up to whole notes.

    Of many, the nearest and those of the largest notes stay, `most` (at least 2) in all.
    """
    if due <= 0:
        return ()
    rounded = sorted({-(-due // note) * note for note in denominations} - {due})
    if len(rounded) >= most:
        rounded = [rounded[0], *rounded[len(rounded) - most + 2 :]]
    return (due, *rounded)


def allocate(amount: int, bills: Sequence[tuple[Key, int]]) -> tuple[list[tuple[Key, int]], int]:
    """Pays `bills`, (id, open amount) with the oldest first, from `amount`; what is over is credit.

    The parts and the credit sum to `amount`.
    """
    if amount < 0:
        raise ValueError(f"money to allocate below zero: {amount}")
    parts: list[tuple[Key, int]] = []
    for bill, open_amount in bills:
        part = min(amount, open_amount)
        if part > 0:
            parts.append((bill, part))
            amount -= part
    return parts, amount
