"""What the pages and dialogs of customers work with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import cached_property
from pathlib import Path
from uuid import UUID

from app.domain.deadlines import zone_named
from app.domain.errors import AppError
from app.domain.quantities import UNITS
from app.failures import sentence
from app.queries.customers import CustomerCard, CustomerQueries
from app.queries.rules import RuleQueries
from app.services.customers import CustomerService
from app.services.imports import ImportService
from app.services.writer import Person
from app.ui.kit.jobs import JobRunner
from app.ui.kit.prompt import Prompter
from app.words import tr


@dataclass(frozen=True, slots=True)
class CardAct:
    """An act of another subject on the customer in sight: "F8 Tiếp nhận yêu cầu"."""

    title: str
    key: str
    act: Callable[[CustomerCard], object]
    primary: bool = False


@dataclass(frozen=True)
class CustomerRoom:
    """Handed to every page and dialog of customers.

    `papers` is the folder for workbooks that are written; `new_id` makes ids of entries; `card_acts` are what
    other subjects offer for a customer.
    """

    customers: CustomerService
    queries: CustomerQueries
    imports: ImportService
    rules: RuleQueries
    person: Person
    jobs: JobRunner
    prompter: Prompter
    papers: Path
    today: Callable[[], date]
    new_id: Callable[[], UUID]
    card_acts: Sequence[CardAct] = ()

    @cached_property
    def unit(self) -> str:
        """What is counted: m³ or kWh."""
        return UNITS[self.rules.utility.kind]

    @cached_property
    def zone(self) -> tzinfo:
        """The utility's time."""
        return zone_named(self.rules.utility.zone)

    def why(self, error: AppError) -> str:
        """The sentence for a failure."""
        return sentence(error, tr, self.rules.utility.currency)
