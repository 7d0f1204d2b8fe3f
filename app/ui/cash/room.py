"""What the pages of money work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.domain import people
from app.domain.clock import Clock
from app.domain.deadlines import zone_named
from app.domain.errors import AppError
from app.domain.money import Currency, format_money
from app.queries.bills import BillQueries
from app.queries.cash import CashQueries
from app.queries.exceptions import ExceptionQueries
from app.queries.reports import ReportQueries
from app.queries.rules import RuleQueries
from app.services.billing import BillingService
from app.services.cash import CashService
from app.services.writer import Person
from app.ui.kit.jobs import JobRunner
from app.ui.kit.prompt import Prompter
from app.words import tr


@dataclass(frozen=True)
class MoneyRoom:
    """Handed to every page and dialog of cash, bills, reports and exceptions.

    `device` is this desk's feed and `acked` tells the last number of it that the head office has
    acknowledged. `papers` is the folder for what is printed, `show_paper(parent, file, title)` shows one.
    `explain` has the words for failures, `explain_field` those under a field; `new_id` makes ids of entries.
    `roll` prints receipts for a roll of 80 mm instead of A5.
    """

    cash: CashService
    cash_queries: CashQueries
    billing: BillingService
    bill_queries: BillQueries
    report_queries: ReportQueries
    exception_queries: ExceptionQueries
    rules: RuleQueries
    person: Person
    device: int
    acked: Callable[[], int]
    clock: Clock
    jobs: JobRunner
    prompter: Prompter
    papers: Path
    show_paper: Callable[[QWidget, Path, str], object]
    explain: Callable[[AppError], str]
    explain_field: Callable[[str], str]
    new_id: Callable[[], UUID]
    roll: bool = False

    @cached_property
    def currency(self) -> Currency:
        """The utility's money."""
        return self.rules.utility.currency

    @cached_property
    def zone(self) -> tzinfo:
        """The utility's time."""
        return zone_named(self.rules.utility.zone)

    @cached_property
    def points(self) -> dict[str, str]:
        """The collection points: code to name."""
        return self.rules.points()

    def may(self, act: str) -> bool:
        """Whether the person's roles include the act."""
        return people.may(self.person.roles, act)

    def now(self) -> datetime:
        return self.clock.now()

    def today(self) -> date:
        """The day in the utility's zone."""
        return self.now().astimezone(self.zone).date()

    def money(self, amount: int, *, symbol: bool = True) -> str:
        """An amount in the language of the screen."""
        return format_money(amount, self.currency, tr.language, symbol)

    def point_name(self, point: str) -> str:
        """A collection point's name by its code; what stands there when it is no code."""
        return self.points.get(point, point)
