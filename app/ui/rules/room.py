"""What the page of rules and its dialogs work with."""

from __future__ import annotations

from dataclasses import dataclass

from app.queries.duty import DutyQueries
from app.queries.rule_book import RuleBook
from app.services.duty import DutyService
from app.services.rules import RuleService
from app.ui.kit.room import Room


@dataclass(frozen=True, kw_only=True)
class RuleRoom(Room):
    """Handed to the page of rules and every dialog of it."""

    book: RuleBook
    rule_service: RuleService
    duty: DutyService
    duty_queries: DutyQueries
