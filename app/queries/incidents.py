"""What people ask about incidents: which are running, which concern an address, what is under one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, and_, func, or_, select, true

from app.domain.fold import fold
from app.domain.requests import HANDLED, OPEN, UNTOLD
from app.models import Incident, RequestState
from app.queries.customers import here

LATELY = timedelta(days=3)
"""So long an incident that is over still explains a call."""


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident, how many requests are under it, how many of these wait for an answer and to be told."""

    id: UUID
    code: str
    title: str
    area: str
    ward: str | None
    line: str | None
    cause: str | None
    planned: bool
    started_at: datetime
    expected_at: datetime | None
    ended_at: datetime | None
    note: str | None
    requests: int
    unanswered: int
    untold: int

    @property
    def running(self) -> bool:
        return self.ended_at is None


class IncidentQueries:
    """Asks of incidents in the office."""

    def __init__(self, read: Engine, office_no: int) -> None:
        self._read = read
        self._office_no = office_no

    def ids(self, *, running: bool = False) -> list[UUID]:
        """All, or those that run: the running ones first, the newest first."""
        return self._ids(Incident.ended_at.is_(None) if running else true())

    def current(self) -> list[UUID]:
        """Those that run, and those that are over but not for all who asked; in the same order."""
        i, s = Incident, RequestState
        waiting = select(s.incident_id).where(here(s, self._office_no), s.state.in_(OPEN))
        return self._ids(or_(i.ended_at.is_(None), i.id.in_(waiting.where(s.incident_id.is_not(None)))))

    def _ids(self, which: ColumnElement[bool]) -> list[UUID]:
        i = Incident
        wanted = select(i.id).where(i.office_no == self._office_no, which)
        ordered = wanted.order_by(i.ended_at.is_not(None), i.started_at.desc(), i.code.desc())
        with self._read.connect() as read:
            return list(read.execute(ordered).scalars())

    def rows(self, ids: Sequence[UUID]) -> dict[UUID, IncidentRow]:
        """Incidents by id."""
        i, s = Incident, RequestState
        under = (
            select(
                s.incident_id,
                func.count().label("requests"),
                func.count().filter(s.state.in_(("lacking", *HANDLED))).label("unanswered"),
                func.count().filter(s.state.in_(UNTOLD)).label("untold"),
            )
            .where(here(s, self._office_no), s.incident_id.in_(ids))
            .group_by(s.incident_id)
            .subquery()
        )
        columns: list[Any] = [
            i.id, i.code, i.title, i.area, i.ward, i.line, i.cause, i.planned, i.started_at, i.expected_at,
            i.ended_at, i.note, under.c.requests, under.c.unanswered, under.c.untold,
        ]  # fmt: skip
        wanted = (
            select(*columns)
            .outerjoin(under, under.c.incident_id == i.id)
            .where(i.office_no == self._office_no, i.id.in_(ids))
        )
        with self._read.connect() as read:
            found = read.execute(wanted).all()
        return {
            row.id: IncidentRow(
                **{
                    **row._mapping,
                    "planned": bool(row.planned),
                    "requests": row.requests or 0,
                    "unanswered": row.unanswered or 0,
                    "untold": row.untold or 0,
                }
            )
            for row in found
        }

    def near(self, address: str, ward: str | None, now: datetime) -> list[IncidentRow]:
        """Those that run, or ended lately, in the street or ward of an address; the running ones first."""
        i = Incident
        lately = or_(i.ended_at.is_(None), i.ended_at > now - LATELY)
        wanted = select(i.id, i.area, i.ward).where(
            and_(i.office_no == self._office_no, lately, i.started_at <= now + LATELY)
        )
        with self._read.connect() as read:
            candidates = read.execute(wanted).all()
        told = f" {_words(f'{address} {ward or str()}')} "
        found = self.rows([c.id for c in candidates if _concerns(c.area, c.ward, told)])
        return sorted(found.values(), key=lambda row: (row.ended_at is not None, -row.started_at.timestamp()))

    def requests_under(self, incident: UUID) -> list[UUID]:
        """The requests under an incident, by code."""
        s = RequestState
        wanted = select(s.id).where(here(s, self._office_no), s.incident_id == incident)
        with self._read.connect() as read:
            return list(read.execute(wanted.order_by(s.code)).scalars())


def _concerns(area: str, ward: str | None, told: str) -> bool:
    """Whether one of the places that an incident names stands in an address."""
    places = [_words(place) for place in (*re.split(r"[,;\n]", area), ward or "")]
    return any(place and f" {place} " in told for place in places)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))
