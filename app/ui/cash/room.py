"""What the pages of money work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from app.domain.money import format_money
from app.queries.bills import BillQueries
from app.queries.cash import CashQueries
from app.queries.reports import ReportQueries
from app.services.billing import BillingService
from app.services.cash import CashService
from app.ui.kit.room import Room
from app.words import tr


@dataclass(frozen=True, kw_only=True)
class MoneyRoom(Room):
    """Handed to every page and dialog of cash, bills and reports.

    `device` tells this desk's feed as of now and `acked` the last number of it that the head office has
    acknowledged. `roll` prints receipts for a roll of 80 mm instead of A5.
    """

    cash: CashService
    cash_queries: CashQueries
    billing: BillingService
    bill_queries: BillQueries
    report_queries: ReportQueries
    device: Callable[[], int]
    acked: Callable[[], int]
    roll: bool = False

    @cached_property
    def points(self) -> dict[str, str]:
        """The collection points: code to name."""
        return self.rules.points()

    def money(self, amount: int, *, symbol: bool = True) -> str:
        """An amount in the language of the screen."""
        return format_money(amount, self.currency, tr.language, symbol)

    def point_name(self, point: str) -> str:
        """A collection point's name by its code; what stands there when it is no code."""
        return self.points.get(point, point)
