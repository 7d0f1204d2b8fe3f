"""What the pages and dialogs of customers work with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.queries.customers import CustomerCard, CustomerQueries
from app.services.customers import CustomerService
from app.services.imports import ImportService
from app.ui.kit.room import Room


@dataclass(frozen=True, slots=True)
class CardAct:
    """An act of another subject on the customer in sight: "F8 Tiếp nhận yêu cầu"."""

    title: str
    key: str
    act: Callable[[CustomerCard], object]
    primary: bool = False


@dataclass(frozen=True, kw_only=True)
class CustomerRoom(Room):
    """Handed to every page and dialog of customers. `card_acts`: what other subjects offer for a customer."""

    customers: CustomerService
    queries: CustomerQueries
    imports: ImportService
    card_acts: Sequence[CardAct] = ()
