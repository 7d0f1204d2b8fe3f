"""The requests of some days as what they are counted by: one value each for all of them.

SQLite puts them together, as in `app/queries/packed.py`: fetched row by row, each of 200,000 would be twenty
objects, and would ask for the interpreter's lock and wait for it while the window paints.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select, type_coerce
from sqlalchemy import Connection as Read
from sqlalchemy.types import NullType

from app.domain.measures import LATE, LEVELS, ON_TIME, OPEN_YET, Mark
from app.domain.requests import OPEN, SCORES
from app.domain.working_table import instant_ms
from app.models import Connection, Customer, Incident, RequestState
from app.queries.customers import here

SEVERAL = "*"
"""The class of a customer whose connections are of several."""


class Counted(NamedTuple):
    """What is counted of a request; requests alike are alike in this. "" where nothing was recorded; `area`
    as it was typed there or for its incident. `at_once`: answered as it was received, so that it took no
    time; `left`: without an end when the span ended."""

    type: str
    area: str
    cause: str
    unit: str
    channel: str
    mark: Mark
    at_once: bool
    left: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """The requests received within some days, a place in each list for each, by when they were received.
    `counted`: texts to be read by `counted_of`; `customers`: ids in hexadecimal, "" without one; `received`
    in milliseconds since 1970; `answered` where that was later than the receipt."""

    counted: Sequence[str]
    customers: Sequence[str]
    received: Sequence[int]
    answered: Sequence[int | None]


class Customers:
    """Classes and wards of those who asked within some days, by their ids in hexadecimal. A class of
    connections that are no longer in use counts only where there is no other."""

    def __init__(self, read: Read, office_no: int, start: datetime, end: datetime) -> None:
        s, k, c = RequestState, Connection, Customer
        those = (
            select(type_coerce(s.customer_id, NullType).label("id"))
            .where(here(s, office_no), s.received_at >= start, s.received_at < end)
            .distinct()
            .subquery()
        )
        used, of_class = k.retired_at.is_(None), k.customer_class
        wanted = (
            select(
                func.hex(those.c.id),
                func.max(c.ward),
                func.min(of_class).filter(used),
                func.max(of_class).filter(used),
                func.min(of_class),
                func.max(of_class),
            )
            .outerjoin_from(those, c, and_(c.office_no == office_no, c.id == those.c.id))
            .outerjoin(k, and_(here(k, office_no), k.customer_id == those.c.id))
            .group_by(those.c.id)
        )
        known: dict[tuple[str, str], int] = {("", ""): 0}
        self.number: dict[str, int] = {}
        """Customer -> number of class and ward."""
        for id, ward, low, high, ever_low, ever_high in read.execute(wanted):
            low, high = (ever_low, ever_high) if low is None else (low, high)
            place = (low or "") if low == high else SEVERAL, ward or ""
            self.number[id] = known.setdefault(place, len(known))
        self.known = tuple(known)
        """By number: class and ward."""


def batch_of(
    read: Read,
    conditions: Sequence[ColumnElement[bool]],
    span_end: datetime,
    now: datetime,
) -> Batch:
    """Those that `conditions` let through; `now` decides what is late, and `span_end` what is left."""
    s, i = RequestState, Incident
    wanted = (
        select(
            func.group_concat(_counted(span_end, now), "\n"),
            func.json_group_array(func.hex(s.customer_id)),
            func.json_group_array(type_coerce(s.received_at, NullType)),
            func.json_group_array(
                case((s.answered_at > s.received_at, type_coerce(s.answered_at, NullType)))
            ),
        )
        .outerjoin(i, and_(i.office_no == s.office_no, i.id == s.incident_id))
        .where(*conditions)
    )
    counted, customers, received, answered = read.execute(wanted).one()
    return Batch(
        counted.split("\n") if counted else (),
        json.loads(customers),
        json.loads(received),
        json.loads(answered),
    )


def counted_of(text: str) -> Counted:
    """What `Batch.counted` says."""
    area, incident_area, code, cause, unit, channel, timing, *marks = json.loads(text)
    answered, told, open_, reopened, level, score, at_once, left = marks
    mark = Mark(timing, bool(answered), bool(told), bool(open_), bool(reopened), LEVELS[level], score)
    return Counted(
        code, area or incident_area or "", cause or "", unit or "", channel, mark, bool(at_once), bool(left)
    )


def _counted(span_end: datetime, now: datetime) -> Any:
    """As `Mark` has it, in SQL."""
    s = RequestState
    stood = case((s.held_at < now, type_coerce(s.held_at, NullType)), else_=instant_ms(now))
    timing = case(
        (and_(s.answered_at.is_(None), s.due < stood), LATE),
        (s.answered_at.is_(None), OPEN_YET),
        (s.answered_at > s.due, LATE),
        else_=ON_TIME,
    )
    until = func.coalesce(type_coerce(s.answered_at, NullType), stood)
    level = case(
        *(
            (and_(at > s.received_at, at < until), len(LEVELS) - n)
            for n, at in enumerate((s.company_at, s.leader_at, s.head_at), 1)
        ),
        else_=0,
    )
    # JSON of one line: what people typed can hold no separator that it would not.
    return func.json_array(
        s.area,
        Incident.area,
        s.type_code,
        s.cause,
        s.unit_code,
        s.channel,
        timing,
        s.answered_at.is_not(None),
        s.told_at.is_not(None),
        s.state.in_(OPEN),
        s.reopened > 0,
        level,
        case((s.score.in_(SCORES), s.score)),
        s.answered_at <= s.received_at,
        or_(s.closed_at.is_(None), s.closed_at >= span_end),
    )
