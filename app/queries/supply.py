"""What people ask about new supplies: the contract, the work orders, what a paper about them says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Engine, select

from app.domain.supply import born_id
from app.models import Contract, Customer, WorkOrder
from app.queries.customers import here


@dataclass(frozen=True, slots=True)
class ContractView:
    """A contract as it was signed; `by` wrote it down."""

    code: str
    customer_code: str
    name: str
    phone: str | None
    address: str
    tax_code: str | None
    supply_address: str
    customer_class: str
    quotas: int
    route: str | None
    signed_on: date
    by: UUID


class SupplyQueries:
    """Asks of new supplies in the office."""

    def __init__(self, read: Engine, office_no: int) -> None:
        self._read = read
        self._office_no = office_no

    def contract(self, request_id: UUID) -> ContractView | None:
        """The contract that came of a request."""
        c = Contract
        wanted = select(
            c.code, c.customer_code, c.name, c.phone, c.address, c.tax_code, c.supply_address,
            c.customer_class, c.quotas, c.route, c.signed_on, c.by,
        ).where(c.office_no == self._office_no, c.id == born_id(request_id, "contract"))  # fmt: skip
        with self._read.connect() as read:
            found = read.execute(wanted).first()
        return None if found is None else ContractView(**found._mapping)

    def orders(self, request_id: UUID) -> dict[UUID, str]:
        """The work orders of a request by id, the newest first."""
        w = WorkOrder
        wanted = select(w.id, w.code).where(here(w, self._office_no), w.request_id == request_id)
        with self._read.connect() as read:
            return dict(read.execute(wanted.order_by(w.made_at.desc(), w.code.desc())).all())

    def customer_name(self, customer_id: UUID) -> tuple[str, str]:
        """Code and name of a customer who is there."""
        c = Customer
        wanted = select(c.code, c.name).where(c.office_no == self._office_no, c.id == customer_id)
        with self._read.connect() as read:
            found = read.execute(wanted).first()
        return (found.code, found.name) if found else ("", "")
