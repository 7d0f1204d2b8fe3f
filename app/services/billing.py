"""Billing a period: from readings to bills, many at a time.

A bill's id is worked out from its connection and period, so a run that is repeated, here or at another desk,
makes no second bill. Prices: `app/domain/tariffs.py`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from app.domain.errors import AppError, Invalid
from app.domain.tariffs import Charge, Tariff, charge, charge_period, tariff_on
from app.models import Bill
from app.models.base import Raw, canonical_json
from app.queries.bills import CHUNK, BillQueries, Unbilled, bill_id
from app.queries.rules import RuleQueries
from app.services.writer import Person, Writer

DAYS_TO_PAY = 15
"""Between the day of a bill and the last day to pay, unless said otherwise."""

REASONS = ("class_unknown", "no_tariff", "lower")
"""Why a connection is not billed: its class has no prices at all; none on the day it was read; the index is
below the one before and nobody has confirmed that."""

CONFIRMED = frozenset({"confirmed", "rolled_over"})
"""Flags of a reading by which a person has said that a lower index is right."""

Step = Callable[[int, int], None]
"""Hears how many of how many are done; may raise Cancelled."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A connection that is not billed, and why (REASONS)."""

    connection_id: UUID
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class BillingPlan:
    """What a run would do. `usage` in thousandths, `total` in minor units; `by_class` counts the bills."""

    period: str
    bills: int
    usage: int
    total: int
    billed_before: int
    by_class: dict[str, int]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class BillingResult:
    """What a run did; `total` in minor units."""

    bills: int
    total: int
    skipped: tuple[Skipped, ...]


@dataclass(slots=True)
class _Prices:
    """The tariffs of a class, and the days on which they change."""

    tariffs: tuple[Tariff, ...]
    by_class: dict[str, tuple[Tariff, ...]] = field(init=False)

    def __post_init__(self) -> None:
        classes = {t.customer_class for t in self.tariffs}
        self.by_class = {c: tuple(t for t in self.tariffs if t.customer_class == c) for c in classes}


class BillingService:
    """Makes the bills of a period."""

    def __init__(self, writer: Writer, rules: RuleQueries, bills: BillQueries) -> None:
        self._writer = writer
        self._rules = rules
        self._bills = bills

    def plan(self, period: str, step: Step = lambda done, total: None) -> BillingPlan:
        """What billing the period would come to; nothing is written. Invalid: period="period.unreadable"."""
        _check_period(period)
        prices = _Prices(self._rules.tariffs())
        ids = self._bills.unbilled_ids(period)
        usage = total = done = 0
        by_class: Counter[str] = Counter()
        skipped: list[Skipped] = []
        for some in _groups(ids):
            for one in self._bills.unbilled(some, period):
                priced = _priced(one, prices)
                if isinstance(priced, Charge):
                    usage += one.usage
                    total += priced.total
                    by_class[one.customer_class] += 1
                else:
                    skipped.append(Skipped(one.connection_id, one.code, priced))
            done += len(some)
            step(done, len(ids))
        before = self._bills.count(period)
        return BillingPlan(
            period, by_class.total(), usage, total, before, dict(sorted(by_class.items())), tuple(skipped)
        )

    def run(
        self,
        by: Person,
        period: str,
        issued_on: date,
        due_on: date,
        step: Step = lambda done, total: None,
    ) -> BillingResult:
        """Bill what is not billed yet, in entries of 500: whoever cancels keeps whole groups.

        Needs "billing.run". Invalid: period="period.unreadable", due_on="billing.due_before_issue".
        """
        by.require("billing.run")
        _check_period(period)
        if due_on < issued_on:
            raise Invalid(due_on="billing.due_before_issue")
        prices = _Prices(self._rules.tariffs())
        ids = self._bills.unbilled_ids(period)
        bills = total = done = 0
        skipped: list[Skipped] = []
        for some in _groups(ids):
            step(done, len(ids))
            with self._writer.entry("billing.run", by.id) as draft:
                rows: list[Sequence[Raw]] = []
                # Read within the draft: what another desk's bills have brought since is left out.
                for one in self._bills.unbilled(some, period, draft.read):
                    priced = _priced(one, prices)
                    if isinstance(priced, Charge):
                        rows.append(_row(one, period, draft.number("HD"), priced, issued_on, due_on))
                        total += priced.total
                    else:
                        skipped.append(Skipped(one.connection_id, one.code, priced))
                if rows:
                    draft.add_raw(Bill, _COLUMNS, rows)
            bills += len(rows)
            done += len(some)
        step(len(ids), len(ids))
        return BillingResult(bills, total, tuple(skipped))


_COLUMNS = (
    "id", "code", "period", "connection_id", "customer_id", "reading_id", "previous", "present", "usage",
    "lines", "net", "vat", "fee", "total", "issued_on", "due_on",
)  # fmt: skip


def _row(
    one: Unbilled, period: str, code: str, priced: Charge, issued_on: date, due_on: date
) -> tuple[Raw, ...]:
    lines = [[line.upto, line.quantity, line.price_milli, line.amount] for line in priced.lines]
    return (
        bill_id(one.connection_id, period).bytes, code, period, one.connection_id.bytes,
        one.customer_id.bytes, one.reading_id.bytes, one.previous, one.present, one.usage,
        canonical_json(lines), priced.net, priced.vat, priced.fee, priced.total,
        issued_on.isoformat(), due_on.isoformat(),
    )  # fmt: skip


def _priced(one: Unbilled, prices: _Prices) -> Charge | str:
    """The charge, or the reason (REASONS) why there is none."""
    flags = set(one.flags.split())
    if one.usage < 0 or ("lower" in flags and not flags & CONFIRMED):
        return "lower"
    own = prices.by_class.get(one.customer_class)
    if own is None:
        return "class_unknown"
    first, last = billed_days(one.read_before, one.read_on)
    quotas = max(one.quotas, 1)
    try:
        if any(first < t.valid_from <= last for t in own):
            return charge_period(own, one.customer_class, one.usage, first, last, quotas)
        return charge(tariff_on(own, one.customer_class, last), one.usage, quotas)
    except AppError as error:
        if error.code == "tariff.missing":
            return "no_tariff"
        raise


def billed_days(read_before: date | None, read_on: date) -> tuple[date, date]:
    """The days that a bill is for, both counted: from the day after the reading before to the day of this
    one; of a first reading, its month."""
    if read_before is not None:
        return min(read_before + timedelta(days=1), read_on), read_on
    return read_on.replace(day=1), read_on.replace(day=monthrange(read_on.year, read_on.month)[1])


def _groups(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK))


def _check_period(period: str) -> None:
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", period):
        raise Invalid(period="period.unreadable")


def reasons(skipped: Iterable[Skipped]) -> dict[str, int]:
    """How many were left out for each reason."""
    return dict(Counter(each.reason for each in skipped))
