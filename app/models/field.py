"""Work in the field: orders for crews, what came of them; who is on duty."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Card, Fact, Json


class WorkOrder(Base, Fact):
    """Work to be done outside, for a request or as an inspection. `crew` holds names as they stand on the
    sheet, or ids of staff as 32 hexadecimal digits; `planned_on` and `route` give the sheet on which it is
    printed. `reported_at` is when an emergency was heard of, from which its clock runs. `labour_free`: the
    customer pays the material alone."""

    __tablename__ = "work_order"
    __table_args__ = (
        Index("ix_work_order_code", "code"),
        Index("ix_work_order_request_id", "request_id"),
        Index("ix_work_order_planned_on", "planned_on"),
    )

    code: Mapped[str]
    kind: Mapped[str]
    request_id: Mapped[UUID | None]
    connection_id: Mapped[UUID | None]
    unit_code: Mapped[str | None]
    address: Mapped[str]
    words: Mapped[str] = mapped_column(Text)
    route: Mapped[str | None]
    planned_on: Mapped[date | None]
    crew: Mapped[list[str]] = mapped_column(Json)
    made_at: Mapped[datetime]
    made_by: Mapped[UUID]
    unannounced: Mapped[bool]
    labour_free: Mapped[bool]
    reported_at: Mapped[datetime | None]
    on_site_by: Mapped[datetime | None]
    restore_by: Mapped[datetime | None]


class WorkOrderEvent(Base, Fact):
    """What happened to a work order (`app/domain/field.py` folds them)."""

    __tablename__ = "work_order_event"
    __table_args__ = (Index("ix_work_order_event_work_order_id", "work_order_id"),)

    work_order_id: Mapped[UUID]
    kind: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[UUID]
    text: Mapped[str | None] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(Json)


class WorkOrderState(Base):
    """Where a work order stands."""

    __tablename__ = "work_order_state"
    __kind__ = "projection"
    __table_args__ = (Index("ix_work_order_state_state_planned_on", "state", "planned_on"),)

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    planned_on: Mapped[date | None]
    crew: Mapped[list[str]] = mapped_column(Json)
    on_site_at: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    result: Mapped[str | None]
    misfits: Mapped[int]


class Duty(Base, Card):
    """Who is at the contact desk when: a day and minutes after its midnight."""

    __tablename__ = "duty"
    __table_args__ = (Index("ix_duty_day", "day"),)

    staff_id: Mapped[UUID]
    day: Mapped[date]
    start: Mapped[int]
    end: Mapped[int]
    retired_at: Mapped[datetime | None]
