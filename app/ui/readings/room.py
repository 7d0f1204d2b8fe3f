"""What the pages of readings work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from uuid import UUID

from app.domain import people
from app.domain.errors import AppError
from app.domain.quantities import UNITS
from app.failures import sentence
from app.queries.readings import ReadingQueries
from app.queries.rules import RuleQueries
from app.services.import_readings import ReadingImportService
from app.services.readings import ReadingService
from app.services.writer import Person
from app.ui.kit.jobs import JobRunner
from app.ui.kit.prompt import Prompter
from app.words import tr


@dataclass(frozen=True)
class ReadingRoom:
    """Handed to every page of readings. `papers` is the folder for workbooks that are written; `new_id` makes
    ids of entries."""

    readings: ReadingService
    queries: ReadingQueries
    imports: ReadingImportService
    rules: RuleQueries
    person: Person
    jobs: JobRunner
    prompter: Prompter
    papers: Path
    today: Callable[[], date]
    new_id: Callable[[], UUID]

    @cached_property
    def unit(self) -> str:
        """What is counted: m³ or kWh."""
        return UNITS[self.rules.utility.kind]

    @cached_property
    def may_enter(self) -> bool:
        """Whether this person may enter indexes."""
        return people.may(self.person.roles, "readings.enter")

    @cached_property
    def may_import(self) -> bool:
        """Whether this person may take in a workbook."""
        return people.may(self.person.roles, "readings.import")

    def why(self, error: AppError) -> str:
        """The sentence for a failure."""
        return sentence(error, tr, self.rules.utility.currency)


def periods(today: date, back: int = 12) -> list[str]:
    """The month of `today` and those before it, the newest first: "2026-11"."""
    months = [today.year * 12 + today.month - 1 - n for n in range(back + 1)]
    return [f"{m // 12}-{m % 12 + 1:02d}" for m in months]
