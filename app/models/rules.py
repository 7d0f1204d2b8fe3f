"""What law or the company may change: dated data, owned by the head office."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Card, Fact, Json


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
    """A kind of request from a day on: who handles it, by which steps, how long it may take. The newest row
    of a code that holds on a day counts, an office's own before the company's (`domain/request_types.py`
    tells what the values hold).
    """

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
    valid_from: Mapped[date | None]
    """Null: always."""
    category: Mapped[str | None]
    channels: Mapped[list[str] | None] = mapped_column(Json)
    """By which it may come; null: by all."""
    documents: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    steps: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    escalation: Mapped[dict[str, Any] | None] = mapped_column(Json)
    forms: Mapped[list[str] | None] = mapped_column(Json)
    """Papers that are printed for it."""
    charter: Mapped[str | None]
    """The target in the customer charter that it is measured by."""
    right_code: Mapped[str | None]
    """Of complaints: the customer's right that is mostly meant."""


class ListItem(Base, Card):
    """An item of a list that the company keeps: causes of faults, rights and duties of customers, areas."""

    __tablename__ = "list_item"
    __owned__ = True

    list_name: Mapped[str]
    code: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(Json)
    place: Mapped[int]
    retired_at: Mapped[datetime | None]


class CharterTarget(Base, Card):
    """What the customer charter promises, from a day on: so much of a measure within a limit. `share` is in
    thousandths."""

    __tablename__ = "charter_target"
    __owned__ = True

    code: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(Json)
    measure: Mapped[str]
    limit_amount: Mapped[int]
    limit_unit: Mapped[str]
    share: Mapped[int]
    valid_from: Mapped[date]
    retired_at: Mapped[datetime | None]


class LetterTemplate(Base, Card):
    """The text of a letter in one language, from a day on, with places to be filled in braces."""

    __tablename__ = "letter_template"
    __owned__ = True

    code: Mapped[str]
    language: Mapped[str]
    name: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    valid_from: Mapped[date]
    retired_at: Mapped[datetime | None]


class RuleChange(Base, Fact):
    """A supervisor lays down a rule anew: the row of `table_name` that the head office, which owns it, is to
    write. It holds once the head office has written it, under this fact's id."""

    __tablename__ = "rule_change"

    table_name: Mapped[str]
    row: Mapped[dict[str, Any]] = mapped_column(Json)
    """Its columns in raw values."""
    by: Mapped[UUID]
    asked_at: Mapped[datetime]
    note: Mapped[str | None]


class OfficeHours(Base, Card):
    """The hours of an office from a day on; before the first of them those of its card count."""

    __tablename__ = "office_hours"
    __owned__ = True

    hours: Mapped[dict[str, list[list[int]]]] = mapped_column(Json)
    """As `Office.hours`."""
    valid_from: Mapped[date]


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
