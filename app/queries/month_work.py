"""What the customer managers did in a span of days: consultations, visits, coordination, letters, calls.

(Seed S4: 客户经理服务统计月报表, the monthly statistics of customer managers; domain.md 1E 58, 1J 87. It
comes out of the day's work, nobody keeps a second book.)
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, and_, case, func, select
from sqlalchemy import Connection as Read

from app.domain.deadlines import zone_named
from app.models import (
    Incident,
    Letter,
    RequestEvent,
    RequestState,
    Staff,
    WorkOrder,
    WorkOrderState,
)
from app.queries.measures import bounds
from app.queries.requests import Viewer, visible_to
from app.queries.rules import RuleQueries

WORK = ("query", "request", "complaint", "coordination", "visit", "answer", "call", "told", "letter")
"""What is counted of a person. query (consultations), request (with feedback), complaint (with
denunciations): received, by category; coordination: questions to other units; visit: work orders whose crew
was on site; answer: given; call, told: the customer told by phone, in another way; letter: written."""

_CATEGORY = {"query": "query", "complaint": "complaint", "denunciation": "complaint"}


@dataclass(frozen=True, slots=True)
class Manager:
    """What one person did, by `WORK`."""

    name: str
    title: str
    done: dict[str, int]


@dataclass(frozen=True, slots=True)
class Outage:
    """An interruption that was announced or that happened, and how many asked about it."""

    code: str
    title: str
    area: str
    cause: str | None
    planned: bool
    started_at: datetime
    ended_at: datetime | None
    requests: int


@dataclass(frozen=True, slots=True)
class MonthWork:
    """The work of a span, both days counted, and of the span before it by `WORK`; consultations by kind."""

    first_day: date
    last_day: date
    managers: tuple[Manager, ...]
    before: dict[str, int]
    queries: tuple[tuple[str, int], ...]
    outages: tuple[Outage, ...]

    @property
    def total(self) -> dict[str, int]:
        """All persons together, by `WORK`."""
        return {name: sum(each.done.get(name, 0) for each in self.managers) for name in WORK}


class MonthWorkQueries:
    """Asks what people did."""

    def __init__(self, read: Engine, office_no: int, rules: RuleQueries) -> None:
        self._read = read
        self._office_no = office_no
        self._rules = rules

    def work(self, days: tuple[date, date], before: tuple[date, date], viewer: Viewer) -> MonthWork:
        """The work of the days (both counted) beside that of the days before."""
        zone = zone_named(self._rules.utility.zone)
        span = bounds(*days, zone)
        with self._read.connect() as read:
            done = self._done(read, *span, viewer)
            last: Counter[str] = sum(self._done(read, *bounds(*before, zone), viewer).values(), Counter())
            wanted = select(Staff.id, Staff.name, Staff.title).where(Staff.office_no == self._office_no)
            staff = {id: (name, title) for id, name, title in read.execute(wanted)}
            queries = self._queries(read, *span, viewer)
            outages = self._outages(read, *span)
        managers = [Manager(*staff.get(id, ("", "")), dict(counted)) for id, counted in done.items()]
        managers.sort(key=lambda each: (-sum(each.done.values()), each.name))
        return MonthWork(*days, tuple(managers), dict(last), queries, outages)

    def _done(self, read: Read, start: datetime, end: datetime, viewer: Viewer) -> dict[UUID, Counter[str]]:
        s, e, o, w, x = RequestState, RequestEvent, WorkOrder, WorkOrderState, Letter
        counted: dict[UUID, Counter[str]] = defaultdict(Counter)

        def within(moment: Any) -> ColumnElement[bool]:
            return and_(moment >= start, moment < end)

        def count(rows: Any, name: str) -> None:
            for by, n in rows:
                counted[by][name] += n

        office, seen = self._office_no, visible_to(read, viewer)
        received = (
            select(s.received_by, s.type_code, func.count())
            .where(s.office_no == office, within(s.received_at), s.state != "lacking", *seen)
            .group_by(s.received_by, s.type_code)
        )
        kinds = self._rules.request_types_ever()
        for by, code, n in read.execute(received):
            category = kinds[code].category if code in kinds else ""
            counted[by][_CATEGORY.get(category, "request")] += n
        kind = case((e.kind == "told", case((_how() == "phone", "call"), else_="told")), else_=e.kind)
        acts = (
            select(e.by, kind, func.count())
            .join(s, and_(s.office_no == e.office_no, s.id == e.request_id))
            .where(e.office_no == office, e.kind.in_(("asked", "answered", "told")), within(e.at), *seen)
            .group_by(e.by, kind)
        )
        names = {"asked": "coordination", "answered": "answer"}
        for by, act, n in read.execute(acts):
            counted[by][names.get(act, act)] += n
        visits = (
            select(o.made_by, func.count())
            .join(w, and_(w.office_no == o.office_no, w.id == o.id))
            .where(o.office_no == office, within(w.on_site_at))
            .group_by(o.made_by)
        )
        count(read.execute(visits), "visit")
        letters = select(x.by, func.count()).where(x.office_no == office, within(x.written_at)).group_by(x.by)
        count(read.execute(letters), "letter")
        return counted

    def _queries(
        self, read: Read, start: datetime, end: datetime, viewer: Viewer
    ) -> tuple[tuple[str, int], ...]:
        """Consultations by kind: what people ask about (seed S4: they must be categorised)."""
        s = RequestState
        asked = [code for code, each in self._rules.request_types_ever().items() if each.category == "query"]
        wanted = (
            select(s.type_code, func.count())
            .where(
                s.office_no == self._office_no, s.received_at >= start, s.received_at < end,
                s.type_code.in_(asked), *visible_to(read, viewer),
            )
            .group_by(s.type_code)
            .order_by(func.count().desc(), s.type_code)
        )  # fmt: skip
        return tuple((code, n) for code, n in read.execute(wanted))

    def _outages(self, read: Read, start: datetime, end: datetime) -> tuple[Outage, ...]:
        i, s = Incident, RequestState
        asking = (
            select(func.count())
            .where(s.office_no + 0 == i.office_no, s.incident_id == i.id)
            .scalar_subquery()
        )
        wanted = (
            select(i.code, i.title, i.area, i.cause, i.planned, i.started_at, i.ended_at, asking)
            .where(i.office_no == self._office_no, i.started_at >= start, i.started_at < end)
            .order_by(i.started_at, i.code)
        )
        return tuple(
            Outage(code, title, area, cause, bool(planned), started, ended, n)
            for code, title, area, cause, planned, started, ended, n in read.execute(wanted)
        )


def _how() -> ColumnElement[Any]:
    """How a customer was told, out of the event's words in JSON."""
    return func.json_extract(RequestEvent.__table__.c.data, "$.how")
