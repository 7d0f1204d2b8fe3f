"""The utility, its offices, desks, units and people: owned by the head office."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Card, Json


class Utility(Base, Card):
    """The company. One row, office 0."""

    __tablename__ = "utility"
    __owned__ = True

    name: Mapped[str]
    kind: Mapped[str]
    currency: Mapped[str]
    zone: Mapped[str]
    language: Mapped[str]
    tax_code: Mapped[str | None]
    bank_bin: Mapped[str | None]
    bank_account: Mapped[str | None]


class Office(Base, Card):
    """A district office: the scope of data. `number` is the office_no of its rows."""

    __tablename__ = "office"
    __owned__ = True
    __table_args__ = (Index("ix_office_parent_no", "parent_no"),)

    number: Mapped[int]
    parent_no: Mapped[int | None]
    name: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str]
    hours: Mapped[dict[str, list[list[int]]]] = mapped_column(Json)
    """Weekday (0 = Monday, as text) to intervals of minutes since midnight."""


class Device(Base, Card):
    """A replica with a feed: a desk's desktop, or the head office (`kind` is "hub")."""

    __tablename__ = "device"
    __owned__ = True
    __table_args__ = (Index("ix_device_number", "number"), Index("ix_device_desk", "desk"))

    number: Mapped[int]
    kind: Mapped[str]
    desk: Mapped[str]
    name: Mapped[str]
    public_key: Mapped[bytes]
    revoked_at: Mapped[datetime | None]
    succeeds: Mapped[int | None]
    """The number that the desk had before its data was restored or copied."""
    leads: Mapped[bool | None]
    """Whether it is a desk of the office's leader, who reads what is sealed."""


class Unit(Base, Card):
    """A unit that handles requests."""

    __tablename__ = "unit"
    __owned__ = True

    code: Mapped[str]
    name: Mapped[str]
    phone: Mapped[str | None]
    retired_at: Mapped[datetime | None]
    head: Mapped[UUID | None]
    """The member of the staff who leads it."""


class Staff(Base, Card):
    """A person who works with the program."""

    __tablename__ = "staff"
    __owned__ = True

    login: Mapped[str]
    name: Mapped[str]
    title: Mapped[str]
    phone: Mapped[str | None]
    roles: Mapped[list[str]] = mapped_column(Json)
    unit_code: Mapped[str | None]
    password_hash: Mapped[str]
    retired_at: Mapped[datetime | None]
