"""The tracking register, and what has to be looked at: overdue, escalated, reopened, ill received.

(Seeds S2 19, 32 and 34: every request stands in the register, with what came of it; overdue ones are told to
the leader and to the units concerned. S1, 2.6: the customers' issues are on the agenda of every meeting.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Select, and_, or_, select
from sqlalchemy import Connection as Read

from app.domain.deadlines import zone_named
from app.domain.import_requests import former
from app.domain.measures import LOW_SCORE
from app.domain.requests import HANDLED
from app.models import Customer, Incident, Request, RequestEvent, RequestState, Staff
from app.queries.measures import bounds
from app.queries.requests import Viewer, restricted_codes, visible_to
from app.queries.rules import RuleQueries

_SOME = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the register. `answer` and `told` are the words of the answer and of the telling. Of a
    restricted one there are no names, no place and no words: papers go from hand to hand."""

    id: UUID
    code: str
    received_at: datetime
    type_code: str
    channel: str
    customer_code: str
    name: str
    phone: str
    address: str
    words: str
    unit_code: str
    person: str
    due: datetime | None
    outcome: str | None
    answer: str
    answered_at: datetime | None
    told_at: datetime | None
    told_how: str | None
    told_by: str
    closed_at: datetime | None
    held_at: datetime | None
    head_at: datetime | None
    leader_at: datetime | None
    company_at: datetime | None
    incident: str
    reopened: int
    score: int | None
    restricted: bool
    former: str = ""
    """Its number in a former register."""


@dataclass(frozen=True, slots=True)
class Issues:
    """What a meeting has to talk about, each the most urgent first. `reopened` and `low` are of the span."""

    overdue: tuple[Entry, ...]
    escalated: tuple[Entry, ...]
    reopened: tuple[Entry, ...]
    low: tuple[Entry, ...]


class RegisterQueries:
    """Asks for requests one by one, for paper."""

    def __init__(self, read: Engine, office_no: int, rules: RuleQueries) -> None:
        self._read = read
        self._office_no = office_no
        self._rules = rules

    def register(
        self,
        first_day: date,
        last_day: date,
        viewer: Viewer,
        going_on: Callable[[int], object] = lambda done: None,
    ) -> list[Entry]:
        """The requests received within the days, in their order; `going_on` hears how many were read, what
        it raises ends it."""
        s = RequestState
        start, end = bounds(first_day, last_day, zone_named(self._rules.utility.zone))
        entries: list[Entry] = []
        with self._read.connect() as read:
            wanted = self._ids(read, viewer, s.received_at >= start, s.received_at < end)
            for some in self._entries(read, wanted.order_by(s.received_at, s.code)):
                entries += some
                going_on(len(entries))
        return entries

    def count(self, first_day: date, last_day: date, viewer: Viewer) -> int:
        """How many lines the register of these days has."""
        s = RequestState
        start, end = bounds(first_day, last_day, zone_named(self._rules.utility.zone))
        with self._read.connect() as read:
            wanted = self._ids(read, viewer, s.received_at >= start, s.received_at < end)
            return len(read.execute(wanted).all())

    def overdue(self, viewer: Viewer, now: datetime) -> list[Entry]:
        """What should have been answered by now, by unit, the latest first."""
        s = RequestState
        with self._read.connect() as read:
            wanted = self._ids(read, viewer, *_waits(), s.due < now)
            found = self._entries(read, wanted.order_by(s.unit_code, s.due, s.code))
            return [entry for some in found for entry in some]

    def issues(self, first_day: date, last_day: date, viewer: Viewer, now: datetime) -> Issues:
        """What stands open now, and what happened within the days."""
        s, e = RequestState, RequestEvent
        start, end = bounds(first_day, last_day, zone_named(self._rules.utility.zone))
        again = (
            select(e.request_id)
            .join(s, and_(s.id == e.request_id, s.office_no == e.office_no + 0))
            .where(
                s.office_no == self._office_no,
                s.reopened > 0,
                e.kind == "reopened",
                e.at >= start,
                e.at < end,
            )
        )
        at_once = s.leader_at > s.received_at
        wanted = (
            [*_waits(), s.due < now],
            [*_waits(), or_(and_(s.leader_at <= now, at_once), s.company_at <= now)],
            [s.id.in_(again)],
            [s.score <= LOW_SCORE, s.told_at >= start, s.told_at < end],
        )
        with self._read.connect() as read:
            lists = (
                tuple(
                    entry
                    for some in self._entries(
                        read, self._ids(read, viewer, *each).order_by(s.due.is_(None), s.due, s.code)
                    )
                    for entry in some
                )
                for each in wanted
            )
            return Issues(*lists)

    def _ids(self, read: Read, viewer: Viewer, *where: ColumnElement[bool]) -> Select[Any]:
        s = RequestState
        return select(s.id).where(
            s.office_no == self._office_no, s.state != "lacking", *where, *visible_to(read, viewer)
        )

    def _entries(self, read: Read, wanted: Select[Any]) -> Iterator[list[Entry]]:
        """Some lines at a time, in the order of the ids."""
        ids: Sequence[UUID] = read.execute(wanted).scalars().all()
        hidden = restricted_codes(read)
        for n in range(0, len(ids), _SOME):
            some = ids[n : n + _SOME]
            words = self._words(read, some)
            rows = {row.id: row for row in read.execute(self._lines().where(Request.id.in_(some)))}
            yield [_entry(rows[id], words, hidden) for id in some if id in rows]

    def _lines(self) -> Select[Any]:
        s, r, c, p, i = RequestState, Request, Customer, Staff, Incident
        columns: list[Any] = [
            s.id, s.code, s.received_at, s.type_code, r.channel, c.code.label("customer_code"),
            r.contact_name, r.phone, r.address, r.words, s.unit_code, p.name.label("person"), s.due,
            s.outcome, s.answered_at, s.told_at, s.closed_at, s.held_at, s.head_at, s.leader_at,
            s.company_at, i.code.label("incident"), s.reopened, s.score,
            r.office_no, r.source,
        ]  # fmt: skip
        return (
            select(*columns)
            .select_from(r)
            .join(s, and_(s.office_no == r.office_no, s.id == r.id))
            .outerjoin(c, and_(c.office_no == s.office_no, c.id == s.customer_id))
            .outerjoin(p, and_(p.office_no == s.office_no, p.id == s.person))
            .outerjoin(i, and_(i.office_no == s.office_no, i.id == s.incident_id))
            .where(r.office_no == self._office_no)
        )

    def _words(self, read: Read, ids: Sequence[UUID]) -> dict[tuple[UUID, str, datetime], Any]:
        """What was answered and what was told, by request, kind and moment: the state names the moment of the
        one that counts."""
        e, p = RequestEvent, Staff
        wanted = (
            select(e.request_id, e.kind, e.at, e.text, e.data, p.name)
            .outerjoin(p, and_(p.office_no == e.office_no + 0, p.id == e.by))
            .where(
                e.office_no + 0 == self._office_no, e.request_id.in_(ids), e.kind.in_(("answered", "told"))
            )
            .order_by(e.hlc.desc(), e.device.desc())
        )
        return {(row.request_id, row.kind, row.at): row for row in read.execute(wanted)}


def _waits() -> list[ColumnElement[bool]]:
    s = RequestState
    return [s.state.in_(HANDLED), s.held_at.is_(None)]


def _entry(row: Any, words: dict[tuple[UUID, str, datetime], Any], hidden: frozenset[str]) -> Entry:
    answer = words.get((row.id, "answered", row.answered_at))
    told = words.get((row.id, "told", row.told_at))
    few = row.type_code in hidden
    taken_in = former(row.office_no, row.id, row.source)
    how = told.data.get("how") if told is not None else None
    return Entry(
        id=row.id,
        code=row.code,
        received_at=row.received_at,
        type_code=row.type_code,
        channel=row.channel,
        customer_code="" if few else row.customer_code or "",
        name="" if few else row.contact_name,
        phone="" if few else row.phone or "",
        address="" if few else row.address or "",
        words="" if few else row.words,
        unit_code=row.unit_code or "",
        person="" if few else row.person or "",
        due=row.due,
        outcome=row.outcome,
        answer="" if few or answer is None else answer.text or "",
        answered_at=row.answered_at,
        told_at=row.told_at,
        told_how=how if isinstance(how, str) else None,
        told_by="" if few or told is None else told.name or "",
        closed_at=row.closed_at,
        held_at=row.held_at,
        head_at=row.head_at,
        leader_at=row.leader_at,
        company_at=row.company_at,
        incident=row.incident or "",
        reopened=row.reopened,
        score=row.score,
        restricted=few,
        former=taken_in[1] if taken_in is not None else "",
    )
