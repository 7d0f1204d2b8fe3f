"""What the page and the dialogs of work in the field work with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from app.queries.customers import CustomerQueries
from app.queries.field import FieldQueries
from app.queries.requests import RequestQueries, Viewer
from app.services.field import FieldService
from app.ui.kit.room import Room
from app.ui.requests.scans import Scans


@dataclass(frozen=True, kw_only=True)
class FieldRoom(Room):
    """Handed to the page and its dialogs. `desk` is the desk's short name in codes."""

    field: FieldService
    queries: FieldQueries
    customers: CustomerQueries
    scans: Scans
    requests: RequestQueries
    desk: str

    @cached_property
    def viewer(self) -> Viewer:
        """The person as one who looks at requests."""
        return self.requests.viewer(self.person.id, self.person.roles)

    @cached_property
    def units(self) -> dict[str, str]:
        """The units by code."""
        return self.rules.units()

    def unit_name(self, code: str | None) -> str:
        """A unit's name; its code when it is no longer in use."""
        return "" if code is None else self.units.get(code, code)
