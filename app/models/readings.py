"""Indexes read at meters."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Fact


class Reading(Base, Fact):
    """An index read for a period ("2026-11"). The newest of a period counts; `replaces` names the one it sets
    right. Indexes and usage in thousandths of the unit."""

    __tablename__ = "reading"
    __table_args__ = (
        Index("ix_reading_connection_id_period", "connection_id", "period"),
        Index("ix_reading_period", "period"),
    )

    connection_id: Mapped[UUID]
    meter_id: Mapped[UUID]
    period: Mapped[str]
    read_on: Mapped[date]
    previous: Mapped[int]
    present: Mapped[int]
    usage: Mapped[int]
    flags: Mapped[str]
    by: Mapped[UUID]
    replaces: Mapped[UUID | None]
    note: Mapped[str | None] = mapped_column(Text)


class ConnectionUse(Base):
    """The last index of a connection and its usual use (mean of the last three periods)."""

    __tablename__ = "connection_use"
    __kind__ = "projection"

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    last_period: Mapped[str]
    last_index: Mapped[int]
    last_read_on: Mapped[date]
    last_usage: Mapped[int]
    earlier_usage: Mapped[int | None]
    usual: Mapped[int]
