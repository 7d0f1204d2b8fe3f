"""Money of a customer that lies with us and pays no bill: credit, and what bills got too much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection as Read
from sqlalchemy import and_, bindparam, func, select

from app.models import Allocation, BillState, CustomerBalance, Receipt, Reversal
from app.queries.customers import here

# Made once: putting a statement together takes longer than its answer, and every receipt asks.
_CREDIT = select(CustomerBalance.credit).where(
    CustomerBalance.office_no == bindparam("office"), CustomerBalance.id == bindparam("customer")
)


@dataclass(slots=True)
class Lying:
    """Money of a receipt: on the credit (`bill_id` None), or on a bill paid too much."""

    receipt_id: UUID
    bill_id: UUID | None
    amount: int


def credit_of(read: Read, office_no: int, customer_id: UUID) -> int:
    """All that a customer has with us; below zero what desks gave twice while apart."""
    return int(read.execute(_CREDIT, {"office": office_no, "customer": customer_id}).scalar() or 0)


def lying_of(read: Read, office_no: int, customer_id: UUID, credit: int) -> list[Lying]:
    """Where the customer's credit lies, the oldest receipt first; together at most `credit`."""
    if credit <= 0:
        return []
    a, p, v, s = Allocation, Receipt, Reversal, BillState
    surplus: dict[UUID | None, int] = {
        row.id: row.paid - row.total
        for row in read.execute(
            select(s.id, s.paid, s.total).where(
                here(s, office_no), s.customer_id == customer_id, s.paid > s.total
            )
        )
    }
    # What was paid for a bill that takes no effect is the customer's all the same.
    no_bill = ~select(s.id).where(s.office_no == a.office_no, s.id == a.bill_id).exists()
    amount = func.sum(a.amount)
    rows: Sequence[Any] = read.execute(
        select(a.receipt_id, a.bill_id, amount)
        .join(p, and_(p.office_no == a.office_no, p.id == a.receipt_id))
        .where(
            here(a, office_no),
            a.customer_id == customer_id,
            a.bill_id.is_(None) | a.bill_id.in_(list(surplus)) | no_bill,
            ~select(v.id).where(v.office_no + 0 == a.office_no, v.receipt_id == a.receipt_id).exists(),
        )
        .group_by(a.receipt_id, a.bill_id, p.hlc, p.device)
        .having(amount > 0)
        .order_by(a.bill_id, p.hlc, p.device)
    ).all()
    found: list[Lying] = []
    for receipt_id, bill_id, lies in rows:
        part = min(lies, credit, surplus.get(bill_id, credit))
        if part > 0:
            found.append(Lying(receipt_id, bill_id, part))
            credit -= part
            if bill_id in surplus:
                surplus[bill_id] -= part
    return found
