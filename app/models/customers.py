"""Customers, their connections and meters."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Card, Fact, important


class Customer(Base, Card):
    """Who has the contract. The code is checked as it is typed, never by a constraint: two desks apart may
    each add one."""

    __tablename__ = "customer"
    __table_args__ = (Index("ix_customer_code", "code"), Index("ix_customer_phone", "phone"))

    code: Mapped[str]
    name: Mapped[str] = important()
    phone: Mapped[str | None]
    address: Mapped[str]
    ward: Mapped[str | None]
    tax_code: Mapped[str | None]
    bank_account: Mapped[str | None] = important()
    note: Mapped[str | None]
    retired_at: Mapped[datetime | None]


class Connection(Base, Card):
    """A point where the customer is supplied."""

    __tablename__ = "connection"
    __table_args__ = (
        Index("ix_connection_customer_id", "customer_id"),
        Index("ix_connection_code", "code"),
        Index("ix_connection_route", "route", "route_seq"),
    )

    customer_id: Mapped[UUID]
    code: Mapped[str]
    address: Mapped[str]
    customer_class: Mapped[str] = important()
    quotas: Mapped[int]
    route: Mapped[str | None]
    route_seq: Mapped[int | None]
    retired_at: Mapped[datetime | None]


class Meter(Base, Card):
    """A meter at a connection. Indexes in thousandths of the unit."""

    __tablename__ = "meter"
    __table_args__ = (Index("ix_meter_connection_id", "connection_id"), Index("ix_meter_serial", "serial"))

    connection_id: Mapped[UUID]
    serial: Mapped[str] = important()
    digits: Mapped[int | None]
    first_index: Mapped[int]
    installed_on: Mapped[date | None]
    removed_on: Mapped[date | None]


class Contract(Base, Fact):
    """A contract of supply as it was signed, in the register of contracts under its code: what stands in it
    about the customer, who may be born from the request only later. `address` is where the customer lives,
    `supply_address` where it is supplied."""

    __tablename__ = "contract"
    __table_args__ = (
        Index("ix_contract_code", "code"),
        Index("ix_contract_request_id", "request_id"),
        Index("ix_contract_customer_id", "customer_id"),
    )

    code: Mapped[str]
    request_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    customer_code: Mapped[str]
    name: Mapped[str]
    phone: Mapped[str | None]
    address: Mapped[str]
    tax_code: Mapped[str | None]
    supply_address: Mapped[str]
    customer_class: Mapped[str]
    quotas: Mapped[int]
    route: Mapped[str | None]
    signed_on: Mapped[date]
    by: Mapped[UUID]
    written_at: Mapped[datetime]


class SearchDoc(Base):
    """The folded words by which a customer is found; `customer_search` (FTS5) indexes this table."""

    __tablename__ = "search_doc"
    __kind__ = "projection"

    rowid_: Mapped[int] = mapped_column("rowid", primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(Text)
    codes: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
