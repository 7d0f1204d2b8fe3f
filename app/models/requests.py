"""Requests and what happened to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Fact, Json


class Request(Base, Fact):
    """What a person asked of the utility, in the person's words."""

    __tablename__ = "request"
    __table_args__ = (Index("ix_request_code", "code"), Index("ix_request_customer_id", "customer_id"))

    code: Mapped[str]
    type_code: Mapped[str]
    channel: Mapped[str]
    customer_id: Mapped[UUID | None]
    contact_name: Mapped[str]
    phone: Mapped[str | None]
    address: Mapped[str | None]
    words: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    received_by: Mapped[UUID]


class RequestEvent(Base, Fact):
    """A step in the life of a request (`app/domain/requests.py` folds them)."""

    __tablename__ = "request_event"
    __table_args__ = (Index("ix_request_event_request_id", "request_id"),)

    request_id: Mapped[UUID]
    kind: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[UUID]
    unit_code: Mapped[str | None]
    due: Mapped[datetime | None]
    text: Mapped[str | None] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(Json)


class RequestState(Base):
    """Where a request stands."""

    __tablename__ = "request_state"
    __kind__ = "projection"
    __table_args__ = (Index("ix_request_state_state_due", "state", "due"),)

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    unit_code: Mapped[str | None]
    due: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    misfits: Mapped[int]
