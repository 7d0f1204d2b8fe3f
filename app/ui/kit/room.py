"""What the pages and dialogs of every subject work with."""

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
from app.domain.errors import AppError, Invalid
from app.domain.money import Currency
from app.domain.quantities import UNITS
from app.failures import field_error, sentence
from app.queries.rules import RuleQueries
from app.services.writer import Person
from app.ui.kit.jobs import JobRunner, Lane
from app.ui.kit.lists import Lists
from app.ui.kit.prompt import Prompter
from app.ui.kit.table_view import TableView
from app.ui.kit.theme import Tone
from app.ui.kit.toast import toast
from app.words import tr


@dataclass(frozen=True, kw_only=True)
class Room:
    """Handed to every page and dialog; a subject adds its services and queries.

    `papers` is the folder for slips, receipts and workbooks; `show_paper(parent, file, title)` shows one.
    `new_id` makes ids of entries.
    """

    rules: RuleQueries
    person: Person
    clock: Clock
    jobs: JobRunner
    prompter: Prompter
    papers: Path
    show_paper: Callable[[QWidget, Path, str], object]
    new_id: Callable[[], UUID]
    lists: Lists | None = None
    """How the person likes to see lists; none where nothing of it is kept."""

    @cached_property
    def zone(self) -> tzinfo:
        """The utility's time."""
        return zone_named(self.rules.utility.zone)

    @cached_property
    def currency(self) -> Currency:
        """The utility's money."""
        return self.rules.utility.currency

    @cached_property
    def unit(self) -> str:
        """What is counted: m³ or kWh."""
        return UNITS[self.rules.utility.kind]

    def remember(self, table: TableView, page: str) -> None:
        """Shows a table as this person left it, and keeps what is changed in it."""
        if self.lists is not None:
            self.lists.remember(table, page)

    def print_paper(self, parent: QWidget, write: Callable[[], Path], title: str) -> None:
        """Makes a paper off the UI thread and shows it over `parent`; what keeps it from being made is said
        there."""
        self.jobs.run(
            parent,
            lambda _job: write(),
            done=lambda file: self.show_paper(parent, file, title),
            failed=lambda error: toast(parent, self.why(error), tone=Tone.WRONG),
            lane=Lane.IO,
        )

    def now(self) -> datetime:
        return self.clock.now()

    def today(self) -> date:
        """The day in the utility's zone."""
        return self.now().astimezone(self.zone).date()

    def may(self, act: str) -> bool:
        """Whether the person's roles include the act."""
        return people.may(self.person.roles, act)

    def why(self, error: AppError) -> str:
        """The sentence for a failure."""
        return sentence(error, tr, self.currency)

    def why_each(self, error: Invalid) -> dict[str, str]:
        """The sentence for each field that was refused."""
        return {name: field_error(code, tr) for name, code in error.fields.items()}
