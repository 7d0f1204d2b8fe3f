"""What a quantity costs, by price tables with dates of effect.

Prices are per month and quota. Rounding is half up to the minor unit, once for each figure a bill prints:
net (or the sum at prices that include tax), tax, fee. Rates are in thousandths (50 is 5 %).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise

from app.domain.errors import AppError
from app.domain.money import half_up

_WHOLE = 1_000_000  # thousandths of a unit × thousandths of money in one minor unit of money


@dataclass(frozen=True, slots=True)
class Block:
    """A price for the part of the use up to a cumulative bound.

    `upto` is in thousandths of the unit, for one quota and month; None has no bound. `price_milli` is in
    thousandths of the minor currency unit for a whole unit (m³, kWh).
    """

    upto: int | None
    price_milli: int


@dataclass(frozen=True, slots=True)
class Tariff:
    """The prices of a customer class from a day on, by which decision, with tax and environment fee.

    `vat_included` says that the published prices hold the tax already; the fee is reckoned without tax.
    Raises AppError("tariff.blocks") unless the bounds rise and the last block, and only it, has none.
    """

    customer_class: str
    valid_from: date
    decision: str
    blocks: tuple[Block, ...]
    vat_permille: int
    fee_permille: int
    vat_included: bool

    def __post_init__(self) -> None:
        bounds = [block.upto for block in self.blocks]
        closed = [0, *(upto for upto in bounds if upto is not None)]
        sound = (
            len(closed) == len(bounds) and bounds[-1:] == [None] and all(a < b for a, b in pairwise(closed))
        )
        rates = (self.vat_permille, self.fee_permille, *(block.price_milli for block in self.blocks))
        if not sound or min(rates) < 0:
            raise AppError("tariff.blocks", customer_class=self.customer_class, valid_from=self.valid_from)


@dataclass(frozen=True, slots=True)
class Line:
    """The use within one block; the amounts of a charge's lines sum to what the prices come to."""

    upto: int | None
    quantity: int
    price_milli: int
    amount: int


@dataclass(frozen=True, slots=True)
class Charge:
    """What a bill says: `total` = `net` + `vat` + `fee`, all in minor units."""

    lines: tuple[Line, ...]
    net: int
    vat: int
    fee: int
    total: int


def tariff_on(tariffs: Iterable[Tariff], customer_class: str, day: date) -> Tariff:
    """The tariff in force on `day`: the latest begun. Raises AppError("tariff.missing")."""
    begun = [t for t in tariffs if t.customer_class == customer_class and t.valid_from <= day]
    if not begun:
        raise AppError("tariff.missing", customer_class=customer_class, day=day)
    return max(begun, key=lambda t: (t.valid_from, t.decision))


def charge(tariff: Tariff, usage: int, quotas: int = 1) -> Charge:
    """The charge for a month's `usage` (thousandths); block bounds are multiplied by the quotas.

    Shared meters: Circular 60/2025/TT-BCT counts one quota for each household or four persons.
    """
    return _bill([(tariff, _share(tariff, usage, quotas, 1, 1))])


def charge_period(
    tariffs: Sequence[Tariff], customer_class: str, usage: int, start: date, end: date, quotas: int = 1
) -> Charge:
    """The charge for one billing month from `start` to `end`, both days counted.

    Where the price changed within, use and block bounds are shared out by days; the shares sum to the use.
    """
    if end < start:
        raise ValueError(f"a period ends before it starts: {start}, {end}")
    total = (end - start).days + 1
    days = [start + timedelta(days=i) for i in range(total)]
    parts: list[tuple[Tariff, list[_Piece]]] = []
    done = billed = 0
    for tariff, spell in groupby(days, lambda day: tariff_on(tariffs, customer_class, day)):
        length = len(list(spell))
        done += length
        reached = half_up(usage * done, total)
        parts.append((tariff, _share(tariff, reached - billed, quotas, length, total)))
        billed = reached
    return _bill(parts)


_Piece = tuple[int | None, int, int]  # bound, quantity, price


def _share(tariff: Tariff, usage: int, quotas: int, days: int, of_days: int) -> list[_Piece]:
    """`usage` cut at the bounds of the blocks, these scaled to the days."""
    if usage < 0 or quotas < 1:
        raise ValueError(f"use below zero or no quota: {usage}, {quotas}")
    pieces: list[_Piece] = []
    below = 0
    for block in tariff.blocks:
        upto = None if block.upto is None else half_up(block.upto * quotas * days, of_days)
        reached = usage if upto is None else min(usage, upto)
        if reached > below:
            pieces.append((upto, reached - below, block.price_milli))
            below = reached
    return pieces


def _bill(parts: Sequence[tuple[Tariff, list[_Piece]]]) -> Charge:
    """Parts at the same rates make one figure on the bill; other rates are figures of their own."""
    lines: list[Line] = []
    net = vat = fee = 0
    for (vat_rate, fee_rate, included), alike in groupby(
        parts, lambda part: (part[0].vat_permille, part[0].fee_permille, part[0].vat_included)
    ):
        exact = rounded = 0
        for upto, quantity, price in (piece for _, pieces in alike for piece in pieces):
            exact += quantity * price
            # The line gets what the running sum gains, so that rounded lines still sum to the figure.
            lines.append(Line(upto, quantity, price, half_up(exact, _WHOLE) - rounded))
            rounded = half_up(exact, _WHOLE)
        bare = half_up(rounded * 1000, 1000 + vat_rate) if included else rounded
        net += bare
        vat += rounded - bare if included else half_up(bare * vat_rate, 1000)
        fee += half_up(bare * fee_rate, 1000)
    return Charge(tuple(lines), net, vat, fee, net + vat + fee)
