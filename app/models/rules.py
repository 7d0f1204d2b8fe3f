"""What law or the company may change: dated data, owned by the head office."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Card, Json


class Tariff(Base, Card):
    """The prices of one class of customers from a day on."""

    __tablename__ = "tariff"
    __owned__ = True

    customer_class: Mapped[str]
    valid_from: Mapped[date]
    decision: Mapped[str]
    blocks: Mapped[list[list[int | None]]] = mapped_column(Json)
    """[upper bound in thousandths of the unit per quota per month or null, price in thousandths of the minor
    currency unit per unit]"""
    vat_permille: Mapped[int]
    fee_permille: Mapped[int]
    vat_included: Mapped[bool]


class RequestType(Base, Card):
    """A kind of request: who handles it and how long it may take."""

    __tablename__ = "request_type"
    __owned__ = True

    code: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(Json)
    unit_code: Mapped[str]
    limit_amount: Mapped[int]
    limit_unit: Mapped[str]
    priority: Mapped[int]
    restricted: Mapped[bool]
    retired_at: Mapped[datetime | None]


class CalendarDay(Base, Card):
    """A day that is not like its weekday: off, an extra working day, a half day."""

    __tablename__ = "calendar_day"
    __owned__ = True

    day: Mapped[date]
    intervals: Mapped[list[list[int]] | None] = mapped_column(Json)
    """Working intervals in minutes since midnight; empty: a day off; null: worked as a Monday is."""
    note: Mapped[str]


class CollectionPoint(Base, Card):
    """A place where money is taken on fixed days."""

    __tablename__ = "collection_point"

    code: Mapped[str]
    name: Mapped[str]
    address: Mapped[str]
    retired_at: Mapped[datetime | None]
