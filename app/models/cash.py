"""Money taken: sessions, receipts, what they pay, reversals, remittance."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Fact, Json


class SessionOpened(Base, Fact):
    """A cashier begins at a point with a float. The row's id is the session's."""

    __tablename__ = "session_opened"
    __table_args__ = (Index("ix_session_opened_code", "code"),)

    code: Mapped[str]
    point: Mapped[str]
    cashier: Mapped[UUID]
    float_amount: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[datetime]


class SessionClosed(Base, Fact):
    """The cashier counts the notes. `expected` is what the desk knew when it closed."""

    __tablename__ = "session_closed"
    __table_args__ = (Index("ix_session_closed_session_id", "session_id"),)

    session_id: Mapped[UUID]
    counts: Mapped[list[list[int]]] = mapped_column(Json)
    """[note in minor units, how many]"""
    counted: Mapped[int] = mapped_column(BigInteger)
    expected: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str | None]
    closed_at: Mapped[datetime]


class Remittance(Base, Fact):
    """The money of a session handed in (giấy nộp tiền)."""

    __tablename__ = "remittance"
    __table_args__ = (
        Index("ix_remittance_code", "code"),
        Index("ix_remittance_session_id", "session_id"),
    )

    code: Mapped[str]
    session_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    remitted_at: Mapped[datetime]


class Receipt(Base, Fact):
    """Money taken from a customer. total = tendered - change = the sum of its allocations."""

    __tablename__ = "receipt"
    __table_args__ = (
        Index("ix_receipt_code", "code"),
        Index("ix_receipt_session_id", "session_id"),
        Index("ix_receipt_customer_id", "customer_id"),
    )

    code: Mapped[str]
    session_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    payer: Mapped[str]
    total: Mapped[int] = mapped_column(BigInteger)
    tendered: Mapped[int] = mapped_column(BigInteger)
    taken_at: Mapped[datetime]
    cashier: Mapped[UUID]


class Allocation(Base, Fact):
    """What a receipt's money is for: a bill, or the customer's credit (`bill_id` null). Credit is used by a
    pair that adds to nothing: minus on the credit, plus on the bill, of the receipt that brought it.

    `payout_id`: below zero, it was paid out to the customer. It counts even when the receipt is taken back:
    that money went out a second time."""

    __tablename__ = "allocation"
    __table_args__ = (
        Index("ix_allocation_receipt_id", "receipt_id"),
        Index("ix_allocation_bill_id", "bill_id"),
        Index("ix_allocation_customer_id", "customer_id"),
    )

    receipt_id: Mapped[UUID]
    bill_id: Mapped[UUID | None]
    customer_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    payout_id: Mapped[UUID | None]


class Reversal(Base, Fact):
    """A receipt taken back, with its reason; the money goes back to the customer from `session_id`."""

    __tablename__ = "reversal"
    __table_args__ = (
        Index("ix_reversal_receipt_id", "receipt_id"),
        Index("ix_reversal_session_id", "session_id"),
    )

    receipt_id: Mapped[UUID]
    session_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    by: Mapped[UUID]
    reversed_at: Mapped[datetime]


class Payout(Base, Fact):
    """Money paid out of a session to a customer who had paid too much (phiếu chi): the second person's yes is
    among the events of `request_id`. Its allocations take as much, receipt by
    receipt, from what lies with us."""

    __tablename__ = "payout"
    __table_args__ = (
        Index("ix_payout_code", "code"),
        Index("ix_payout_session_id", "session_id"),
        Index("ix_payout_customer_id", "customer_id"),
        Index("ix_payout_request_id", "request_id"),
    )

    code: Mapped[str]
    session_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    request_id: Mapped[UUID]
    payee: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    approved_by: Mapped[UUID]
    by: Mapped[UUID]
    paid_at: Mapped[datetime]


class SessionState(Base):
    """What a session should hold."""

    __tablename__ = "session_state"
    __kind__ = "projection"

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    open: Mapped[bool]
    receipts: Mapped[int]
    received: Mapped[int] = mapped_column(BigInteger)
    reversals: Mapped[int]
    returned: Mapped[int] = mapped_column(BigInteger)
    paid_out: Mapped[int] = mapped_column(BigInteger)
    expected: Mapped[int] = mapped_column(BigInteger)
    counted: Mapped[int | None] = mapped_column(BigInteger)
    remitted: Mapped[int] = mapped_column(BigInteger)
