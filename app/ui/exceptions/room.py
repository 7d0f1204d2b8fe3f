"""What the page of exceptions works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.money import format_money
from app.queries.cash import CashQueries
from app.queries.exceptions import ExceptionQueries
from app.services.exceptions import ExceptionService
from app.ui.kit.room import Room
from app.words import tr


@dataclass(frozen=True, kw_only=True)
class ExceptionRoom(Room):
    """Handed to the page and its dialogs. `device` tells this desk's feed as of now: money is paid back from
    a session of the person's own at this desk."""

    exceptions: ExceptionService
    queries: ExceptionQueries
    cash_queries: CashQueries
    device: Callable[[], int]

    def money(self, amount: int) -> str:
        """An amount in the language of the screen."""
        return format_money(amount, self.currency, tr.language)
