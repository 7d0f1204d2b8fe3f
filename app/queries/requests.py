"""What people ask about requests: which wait, how one stands, what happened to it.

Restricted kinds (denunciations and the like) are seen by those who may ("requests.restricted") and by their
author; every list and count here keeps to that.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, case, func, or_, select

from app.domain import people
from app.domain.deadlines import zone_named
from app.domain.fold import fold
from app.domain.requests import EVENTS, HANDLED, OPEN, UNTOLD, Event, fold_request
from app.models import (
    Customer,
    CustomerBalance,
    Request,
    RequestEvent,
    RequestState,
    RequestType,
    Staff,
)
from app.queries.customers import here
from app.queries.request_search import matching
from app.queries.rules import RuleQueries

FILTERS = ("mine", "inbox", "overdue", "today", "escalated", "tell", "held", "lacking", "open", "all")
"""mine: received by me, with me by name, or with my unit; inbox: with my unit, or asked of it; escalated:
late enough to concern me, as head of the unit or as leader; tell: answered, the customer does not know yet;
held: waiting for the customer; lacking: noted, papers are missing."""
SORTS = ("due", "code", "received")

SAME_CUSTOMER = 20


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: the person, the person's unit, and whether restricted requests are open to the person.
    `heads` are the units that the person leads, `leader` says whether the whole office is the person's."""

    id: UUID
    unit_code: str | None
    restricted: bool
    heads: tuple[str, ...] = ()
    leader: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """How many requests each filter gives."""

    mine: int
    inbox: int
    overdue: int
    today: int
    escalated: int
    tell: int
    held: int
    lacking: int
    open: int


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request and where it stands; moments in UTC."""

    id: UUID
    code: str
    type_code: str
    channel: str
    words: str
    customer_id: UUID | None
    customer_code: str | None
    contact_name: str
    phone: str | None
    address: str | None
    received_at: datetime
    received_by: UUID
    state: str
    unit_code: str | None
    due: datetime | None
    closed_at: datetime | None
    restricted: bool
    type_id: UUID | None
    person: UUID | None
    person_name: str | None
    step: str | None
    step_due: datetime | None
    held_at: datetime | None
    warn_at: datetime | None
    asked: tuple[str, ...]
    incident_id: UUID | None
    reopened: int
    score: int | None
    moved_hlc: int

    def late(self, now: datetime) -> bool:
        """Whether it should have been answered by now; one that waits for its customer is not late."""
        waiting = self.state in HANDLED and self.held_at is None
        return waiting and self.due is not None and self.due < now


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened. `fitted` is false for an act that no longer applied at its turn: another
    desk had been there first."""

    kind: str
    at: datetime
    by: str
    unit_code: str | None
    text: str | None
    due: datetime | None
    data: dict[str, Any]
    fitted: bool


@dataclass(frozen=True, slots=True)
class RequestStory:
    """A request with all that happened to it, oldest first."""

    row: RequestRow
    received_by: str
    outcome: str | None
    answer: str | None
    events: tuple[Happened, ...]


@dataclass(frozen=True, slots=True)
class CallerStory:
    """What the clerk should know of the customer before asking; money in minor units."""

    code: str
    name: str
    owed: int
    credit: int
    open: tuple[RequestRow, ...]
    closed: tuple[RequestRow, ...]


@dataclass(frozen=True, slots=True)
class StaffView:
    """A person as named on papers."""

    name: str
    title: str
    phone: str


class RequestQueries:
    """Asks of requests in the office."""

    def __init__(self, read: Engine, office_no: int, rules: RuleQueries) -> None:
        self._read = read
        self._office_no = office_no
        self._rules = rules

    def viewer(self, person: UUID, roles: Collection[str]) -> Viewer:
        """The person as one who looks at requests."""
        wanted = select(Staff.unit_code).where(Staff.office_no == self._office_no, Staff.id == person)
        leads = people.may(roles, "requests.restricted")
        with self._read.connect() as read:
            unit_code = read.execute(wanted).scalar()
        led = sorted(
            unit.code
            for unit in self._rules.units_ever().values()
            if unit.head == person and unit.retired_at is None
        )
        return Viewer(person, unit_code, leads, tuple(led), leads)

    def end_of_day(self, now: datetime) -> datetime:
        """The next midnight of the utility's zone after `now`."""
        local = now.astimezone(zone_named(self._rules.utility.zone))
        return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)

    def ids(
        self,
        filter: str,
        viewer: Viewer,
        now: datetime,
        words: str = "",
        sort: str = "due",
        descending: bool = False,
    ) -> list[UUID]:
        """The requests of one of `FILTERS` in the order of one of `SORTS`; those without a due time last.

        `words` are looked for, without regard to accents, in code, customer, contact and the request's text.
        """
        with self._read.connect() as read:
            wanted = self._visible(read, viewer, select(RequestState.id))
            wanted = wanted.where(*self._conditions(filter, viewer, now))
            if words.strip():
                wanted = wanted.where(
                    RequestState.id.in_(matching(read, self._office_no, words, open_only=filter != "all"))
                )
            return list(read.execute(wanted.order_by(*_order(sort, descending))).scalars())

    def counts(self, viewer: Viewer, now: datetime) -> Counts:
        """How many each filter would give."""
        tests = [and_(*self._conditions(each, viewer, now)) for each in FILTERS[:-1]]
        wanted = select(*(func.coalesce(func.sum(case((test, 1), else_=0)), 0) for test in tests))
        with self._read.connect() as read:
            counted = self._visible(read, viewer, wanted).where(RequestState.state.in_(OPEN))
            return Counts(*read.execute(counted).one())

    def rows(self, ids: Sequence[UUID]) -> dict[UUID, RequestRow]:
        """Requests by id; `ids` come from one of the lists here."""
        r = Request
        with self._read.connect() as read:
            restricted = _restricted(read)
            found = read.execute(self._row().where(r.office_no == self._office_no, r.id.in_(ids)))
            return {each.id: _as_row(each, restricted) for each in found}

    def story(self, request_id: UUID, viewer: Viewer) -> RequestStory | None:
        """The request and its events; None for one that does not exist or is not for this viewer."""
        r, e = Request, RequestEvent
        events = (
            select(*_HAPPENED, Staff.name)
            .outerjoin(Staff, and_(Staff.office_no == e.office_no, Staff.id == e.by))
            .where(e.office_no == self._office_no, e.request_id == request_id)
        )
        with self._read.connect() as read:
            row = self._row().where(r.office_no == self._office_no, r.id == request_id)
            found = read.execute(self._allowed(read, viewer, row)).first()
            if found is None:
                return None
            folded = [
                (
                    Event(
                        x.kind, x.at, x.hlc, x.device, None, x.unit_code, x.text, x.due, x.data, x.person,
                        x.sealed is not None,
                    ),
                    x.name or "",
                )
                for x in read.execute(events)
            ]
            restricted = _restricted(read)
        state = fold_request([event for event, _ in folded])
        misfits = {id(event) for event in state.misfits}
        happened = [
            Happened(x.kind, x.at, by, x.unit, x.text, x.due, dict(x.data), id(x) not in misfits)
            for x, by in sorted(folded, key=lambda each: _place(each[0]))
        ]
        answers = [x.text for x in happened if x.kind == "answered" and x.fitted]
        answer = answers[-1] if answers and state.answered_at else None
        author = next((x.by for x in happened if x.kind in ("received", "lacking")), "")
        return RequestStory(_as_row(found, restricted), author, state.outcome, answer, tuple(happened))

    def of_customer(self, customer_id: UUID, viewer: Viewer, most: int = SAME_CUSTOMER) -> list[RequestRow]:
        """A customer's newest requests, the newest first."""
        r = Request
        with self._read.connect() as read:
            s = RequestState
            wanted = self._row().where(here(s, self._office_no), s.customer_id == customer_id)
            wanted = self._allowed(read, viewer, wanted).order_by(r.received_at.desc(), r.code.desc())
            restricted = _restricted(read)
            return [_as_row(each, restricted) for each in read.execute(wanted.limit(most))]

    def caller(self, customer_id: UUID, viewer: Viewer) -> CallerStory | None:
        """Who the customer is, what is open with the customer, and the money."""
        c, b = Customer, CustomerBalance
        wanted = (
            select(c.code, c.name, b.owed, b.credit)
            .outerjoin(b, and_(b.office_no == c.office_no, b.id == c.id))
            .where(c.office_no == self._office_no, c.id == customer_id)
        )
        with self._read.connect() as read:
            found = read.execute(wanted).first()
        if found is None:
            return None
        rows = self.of_customer(customer_id, viewer)
        open_ = tuple(row for row in rows if row.state in OPEN)
        closed = tuple(row for row in rows if row.state not in OPEN)
        return CallerStory(found.code, found.name, found.owed or 0, found.credit or 0, open_, closed)

    def duplicates(
        self, customer_id: UUID | None, address: str, viewer: Viewer, now: datetime
    ) -> list[RequestRow]:
        """Open requests that may be this one again: the same customer's, or today's from the address."""
        r, s = Request, RequestState
        today = self.end_of_day(now) - timedelta(days=1)
        near: list[ColumnElement[bool]] = [s.received_at >= today]
        if customer_id is not None:
            near.append(s.customer_id == customer_id)
        with self._read.connect() as read:
            wanted = self._row().where(here(s, self._office_no), s.state.in_(OPEN), or_(*near))
            wanted = self._allowed(read, viewer, wanted).order_by(r.received_at.desc(), r.code.desc())
            restricted = _restricted(read)
            found = [_as_row(each, restricted) for each in read.execute(wanted)]
        place = _place_words(address)
        return [
            row
            for row in found
            if (customer_id is not None and row.customer_id == customer_id)
            or (place and row.address and _place_words(row.address) == place)
        ]

    def officer(self, person: UUID) -> StaffView:
        """A member of the staff, as named on papers."""
        wanted = select(Staff.name, Staff.title, Staff.phone).where(
            Staff.office_no == self._office_no, Staff.id == person
        )
        with self._read.connect() as read:
            found = read.execute(wanted).one()
        return StaffView(found.name, found.title, found.phone or "")

    # -- parts of questions -----------------------------------------------------------------------------

    def _conditions(self, filter: str, viewer: Viewer, now: datetime) -> list[ColumnElement[bool]]:
        s = RequestState
        running = and_(s.state.in_(HANDLED), s.held_at.is_(None))
        match filter:
            case "all":
                return []
            case "tell":
                return [s.state.in_(UNTOLD)]
            case "overdue":
                return [running, s.due < now]
            case "today":
                return [running, s.due >= now, s.due < self.end_of_day(now)]
            case "escalated":
                mine: list[ColumnElement[bool]] = [s.unit_code.in_(viewer.heads) & (s.head_at <= now)]
                if viewer.leader:
                    mine.append(s.leader_at <= now)
                return [running, or_(*mine)]
            case "held":
                return [s.state.in_(HANDLED), s.held_at.is_not(None)]
            case "lacking":
                return [s.state == "lacking"]
            case "open":
                return [s.state.in_(OPEN)]
            case "inbox":
                return [s.state.in_(HANDLED), self._with(viewer)]
        return [s.state.in_(OPEN), or_(s.received_by == viewer.id, self._with(viewer))]

    def _with(self, viewer: Viewer) -> ColumnElement[bool]:
        """With the person or the person's unit, or asked of it."""
        s = RequestState
        mine = s.person == viewer.id
        if viewer.unit_code is None:
            return mine
        return or_(mine, s.unit_code == viewer.unit_code, s.asked.like(f"%|{viewer.unit_code}|%"))

    def _row(self) -> Select[Any]:
        r, s, c, p = Request, RequestState, Customer, Staff
        columns: list[Any] = [
            r.id, r.code, r.type_code, r.type_id, r.channel, r.words, s.customer_id, r.contact_name, r.phone,
            r.address, r.received_at, r.received_by, s.state, s.unit_code, s.person, s.step, s.step_due,
            s.due, s.held_at, s.warn_at, s.asked, s.incident_id, s.reopened, s.score, s.moved_hlc,
            s.closed_at, c.code.label("customer_code"), p.name.label("person_name"),
        ]  # fmt: skip
        return (
            select(*columns)
            .select_from(r)
            .join(s, and_(s.office_no == r.office_no, s.id == r.id))
            .outerjoin(c, and_(c.office_no == s.office_no, c.id == s.customer_id))
            .outerjoin(p, and_(p.office_no == s.office_no, p.id == s.person))
        )

    def _visible(self, read: Connection, viewer: Viewer, wanted: Select[Any]) -> Select[Any]:
        s = RequestState
        return self._allowed(read, viewer, wanted.select_from(s).where(here(s, self._office_no)))

    def _allowed(self, read: Connection, viewer: Viewer, wanted: Select[Any]) -> Select[Any]:
        return wanted.where(*visible_to(read, viewer))


def visible_to(read: Connection, viewer: Viewer) -> list[ColumnElement[bool]]:
    """Without the restricted ones, but for those who may see them, their author, and who is named."""
    if viewer.restricted:
        return []
    s = RequestState
    seen = (s.type_code.not_in(_restricted(read)), s.received_by == viewer.id, s.person == viewer.id)
    return [or_(*seen)]


_HAPPENED: tuple[Any, ...] = tuple(
    getattr(RequestEvent, name)
    for name in "kind at hlc device unit_code due text data person sealed".split()
)


def _order(sort: str, descending: bool) -> list[ColumnElement[Any]]:
    s = RequestState
    by: Any = {"due": s.due, "code": s.code, "received": s.received_at}[sort]
    ordered = [key.desc() if descending else key.asc() for key in (by, s.code)]
    # Closed ones have nothing to wait for.
    return [s.state == "closed", s.due.is_(None), *ordered] if sort == "due" else ordered


def _restricted(read: Connection) -> frozenset[str]:
    found = read.execute(select(RequestType.code).where(RequestType.restricted == 1))
    return frozenset(found.scalars())


def _as_row(found: Any, restricted: frozenset[str]) -> RequestRow:
    values = dict(found._mapping)
    asked = tuple(unit for unit in (values.pop("asked") or "").split("|") if unit)
    return RequestRow(**values, asked=asked, restricted=found.type_code in restricted)


def _place(event: Event) -> tuple[int, int, int]:
    """The order that all replicas agree on."""
    return event.hlc, event.device, EVENTS.index(event.kind) if event.kind in EVENTS else len(EVENTS)


def _place_words(address: str) -> str:
    return " ".join(re.findall(r"\w+", fold(address)))
