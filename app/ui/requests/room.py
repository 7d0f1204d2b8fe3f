"""What the pages and dialogs of requests work with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from app.domain.deadlines import BY_THE_CLOCK
from app.queries.callbacks import CallbackQueries
from app.queries.cash import CashQueries
from app.queries.customers import CustomerQueries
from app.queries.drafts import DraftQueries
from app.queries.duty import DutyQueries
from app.queries.incidents import IncidentQueries
from app.queries.letters import LetterQueries
from app.queries.refunds import RefundQueries
from app.queries.requests import RequestQueries, RequestRow, Viewer
from app.queries.rules import RequestTypeView
from app.queries.supply import SupplyQueries
from app.services.callbacks import CallbackService
from app.services.drafts import DraftService
from app.services.import_requests import RequestImportService
from app.services.incidents import IncidentService
from app.services.letters import LetterService
from app.services.refunds import RefundService
from app.services.request_batches import RequestBatchService
from app.services.request_work import RequestWorkService
from app.services.requests import RequestService
from app.services.supply import SupplyService
from app.ui.kit.room import Room
from app.ui.requests.scans import Scans
from app.words import tr

if TYPE_CHECKING:
    from app.ui.field.room import FieldRoom


class CustomerHit(Protocol):
    """A customer that was found."""

    @property
    def id(self) -> UUID: ...
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def meter(self) -> str | None: ...


class CustomerFinder(Protocol):
    """Finds customers by whatever a person says of them."""

    def search(self, text_: str, limit: int) -> Sequence[CustomerHit]: ...


@dataclass(frozen=True, slots=True)
class Refunding:
    """What the steps of a refund work with. `device` tells this desk's feed as of now."""

    service: RefundService
    queries: RefundQueries
    cash: CashQueries
    device: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters that go out: what people do with them, what they ask."""

    service: LetterService
    queries: LetterQueries


@dataclass(frozen=True, slots=True)
class Calls:
    """Calling back."""

    service: CallbackService
    queries: CallbackQueries


@dataclass(frozen=True, kw_only=True)
class RequestRoom(Room):
    """Handed to every page and dialog of requests. `desk` is the desk's short name in codes."""

    requests: RequestService
    work: RequestWorkService
    incidents: IncidentService
    supply: SupplyService
    supply_queries: SupplyQueries
    batches: RequestBatchService
    queries: RequestQueries
    drafts: DraftService
    draft_queries: DraftQueries
    customers: CustomerQueries
    duty: DutyQueries
    incident_queries: IncidentQueries
    scans: Scans
    refunding: Refunding
    letters: Letters
    calls: Calls
    register_imports: RequestImportService
    desk: str
    field: FieldRoom | None = None
    """With which crews are sent out."""

    @cached_property
    def viewer(self) -> Viewer:
        """The person as one who looks at requests."""
        return self.queries.viewer(self.person.id, self.person.roles)

    @cached_property
    def units(self) -> dict[str, str]:
        """The units by code."""
        return self.rules.units()

    @cached_property
    def types(self) -> dict[str, RequestTypeView]:
        """The kinds of request in use by code."""
        return self.rules.request_types(self.today())

    @cached_property
    def types_ever(self) -> dict[str, RequestTypeView]:
        """The kinds that are or were in use."""
        return self.rules.request_types_ever()

    def type_name(self, code: str) -> str:
        """A kind's name in the language of the screen."""
        kind = self.types_ever.get(code)
        return code if kind is None else kind.name(tr.language)

    def by_the_clock(self, row: RequestRow) -> bool:
        """Whether its time limit runs day and night. Asked for each line that is painted; a version of a kind
        never changes, so it is looked up once."""
        version = (row.type_id, row.type_code)
        if version not in self._clocks:
            kind = self.rules.type_version(*version)
            self._clocks[version] = kind is not None and kind.limit.unit in BY_THE_CLOCK
        return self._clocks[version]

    @cached_property
    def _clocks(self) -> dict[tuple[UUID | None, str], bool]:
        return {}

    def unit_name(self, code: str | None) -> str:
        """A unit's name; its code when it is no longer in use."""
        return "" if code is None else self.units.get(code, code)
