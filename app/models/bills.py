"""Bills."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Fact, Json


class Bill(Base, Fact):
    """What a connection owes for a period. Its id is worked out from both, so that two desks that bill the
    same thing make the same row. Money in minor units, indexes in thousandths."""

    __tablename__ = "bill"
    __table_args__ = (
        Index("ix_bill_code", "code"),
        Index("ix_bill_customer_id", "customer_id"),
        Index("ix_bill_period", "period"),
    )

    code: Mapped[str]
    period: Mapped[str]
    connection_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    reading_id: Mapped[UUID]
    previous: Mapped[int]
    present: Mapped[int]
    usage: Mapped[int]
    lines: Mapped[list[list[Any]]] = mapped_column(Json)
    """[upper bound of the block or null, quantity, price (thousandths of a minor unit), amount]"""
    net: Mapped[int] = mapped_column(BigInteger)
    vat: Mapped[int] = mapped_column(BigInteger)
    fee: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)
    issued_on: Mapped[date]
    due_on: Mapped[date]


class BillState(Base):
    """What is paid of a bill."""

    __tablename__ = "bill_state"
    __kind__ = "projection"
    __table_args__ = (
        Index("ix_bill_state_customer_id", "customer_id"),
        Index("ix_bill_state_open_due_on", "open", "due_on"),
    )

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    total: Mapped[int] = mapped_column(BigInteger)
    paid: Mapped[int] = mapped_column(BigInteger)
    open: Mapped[bool]
    due_on: Mapped[date]


class CustomerBalance(Base):
    """What a customer owes on open bills, and the credit we hold for the customer."""

    __tablename__ = "customer_balance"
    __kind__ = "projection"

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    owed: Mapped[int] = mapped_column(BigInteger)
    credit: Mapped[int] = mapped_column(BigInteger)
