"""A new supply, step by step: what its forms give, and what each proposes to the next.

A form's result lies in the event of its step as plain JSON. What another desk wrote is read with care: a
value of another kind counts as not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from app.domain.money import half_up

SUPPLIES = UUID("0f8a53d6-6c3e-5b0e-9a44-7a1f0f0d2c55")
"""The namespace of the ids of what is born from a request."""

VALID_DAYS = 30
"""So long an estimate is proposed to hold."""

MOST_LINES = 60
MOST_MONEY = 10**15
"""Minor units: what an amount may be at the most."""

Result = Mapping[str, Any]


def born_id(request: UUID, kind: str) -> UUID:
    """The id of the row of a kind ("customer", "connection", "meter", "contract") that is born from a
    request: the same at every desk."""
    return uuid5(SUPPLIES, f"{request.hex}/{kind}")


# -- the survey ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found at the place. `distance`: metres from the network; `line` the pipe or cable, `meter` the
    size of the meter, as the surveyor writes them ("HDPE DN25", "DN15"). Not feasible: `reason` is what the
    customer is told."""

    feasible: bool
    distance: int | None = None
    line: str = ""
    meter: str = ""
    reason: str = ""

    def result(self) -> dict[str, Any]:
        """As it is kept. Of what cannot be supplied the reason is the proposed answer."""
        kept: dict[str, Any] = {"feasible": self.feasible}
        if not self.feasible:
            return kept | {"reason": self.reason, "answer": self.reason, "outcome": "explained"}
        return kept | {"distance": self.distance, "line": self.line, "meter": self.meter}


def survey_of(result: Result) -> Survey:
    """A survey as it was kept."""
    return Survey(
        result.get("feasible") is not False,
        whole(result, "distance"),
        text(result, "line"),
        text(result, "meter"),
        text(result, "reason"),
    )


# -- the estimate ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """An item of an estimate: `quantity` in thousandths of `unit`, `price` for one unit in minor units of the
    currency."""

    item: str
    unit: str
    quantity: int
    price: int

    @property
    def amount(self) -> int:
        """Minor units, rounded half up once."""
        return half_up(self.quantity * self.price, 1000)

    @property
    def complete(self) -> bool:
        """Whether it says what it must, within bounds."""
        sound = 0 < self.quantity <= MOST_MONEY and self.price >= 0 and self.amount <= MOST_MONEY
        return bool(self.item.strip()) and sound


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the connection will cost the customer, who pays it elsewhere: it is recorded, not collected. VAT
    in thousandths, on the sum."""

    lines: tuple[Line, ...]
    vat_permille: int
    valid_until: date

    @property
    def net(self) -> int:
        """Before tax."""
        return sum(line.amount for line in self.lines)

    @property
    def vat(self) -> int:
        """Rounded half up once."""
        return half_up(self.net * self.vat_permille, 1000)

    @property
    def total(self) -> int:
        """With tax."""
        return self.net + self.vat

    def result(self) -> dict[str, Any]:
        """As it is kept; the sums as they were handed over."""
        return {
            "lines": [
                {"item": n.item, "unit": n.unit, "quantity": n.quantity, "price": n.price, "amount": n.amount}
                for n in self.lines
            ],
            "net": self.net,
            "vat_permille": self.vat_permille,
            "vat": self.vat,
            "total": self.total,
            "valid_until": self.valid_until.isoformat(),
        }


def lines_of(rows: object) -> tuple[Line, ...]:
    """The lines of an estimate as they were kept."""
    found = []
    for row in rows if isinstance(rows, Sequence) and not isinstance(rows, str) else ():
        if isinstance(row, Mapping):
            quantity, price = whole(row, "quantity"), whole(row, "price")
            found.append(Line(text(row, "item"), text(row, "unit"), quantity or 0, price or 0))
    return tuple(found[:MOST_LINES])


# -- what is read back -----------------------------------------------------------------------------------


def text(result: Result, key: str) -> str:
    """A text of a result; empty where there is none."""
    value = result.get(key)
    return value if isinstance(value, str) else ""


def whole(result: Result, key: str) -> int | None:
    """A whole number that is not below zero."""
    value = result.get(key)
    return value if type(value) is int and 0 <= value <= MOST_MONEY else None


def day(result: Result, key: str) -> date | None:
    """A day written as 2026-11-20."""
    try:
        return date.fromisoformat(text(result, key))
    except ValueError:
        return None
