"""What people ask about requests: which wait, how one stands, what happened to it.

Restricted kinds (denunciations and the like) are seen by those who may ("requests.restricted") and by their
author; every list and count here keeps to that.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, bindparam, case, func, or_, select

from app.domain import people
from app.domain.fold import fold
from app.domain.import_requests import former, happened_id
from app.domain.requests import EVENTS, HANDLED, OPEN, Event, fold_request
from app.models import (
    Customer,
    CustomerBalance,
    Request,
    RequestEvent,
    RequestState,
    Staff,
)
from app.queries.customers import here
from app.queries.packed import Ids, packed
from app.queries.request_lists import EVERYTHING, FILTERS, Narrowed, RequestLists
from app.queries.request_search import matching
from app.queries.rules import RESTRICTED, RuleQueries
from app.queries.vault import Vault

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
    """How many requests each of `FILTERS` gives but the last."""

    mine: int
    inbox: int
    unread: int
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
    area: str | None = None
    shut: bool = False
    """Sealed to other desks: who asks and what is said cannot be read here."""
    former: tuple[str, str] | None = None
    """The register that it was taken in from, and its number there."""
    unread: bool = False
    """Moved by somebody else since the person who asks looked at it."""
    answered_at: datetime | None = None

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
    person: str = ""
    """To whom of the unit."""
    former: bool = False
    """As a former register says it; `by` took it in and did not do it."""


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


@dataclass(frozen=True, slots=True)
class Member:
    """A person of a unit."""

    id: UUID
    name: str


class RequestQueries:
    """Asks of requests in the office."""

    def __init__(self, read: Engine, office_no: int, rules: RuleQueries, vault: Vault) -> None:
        self._read = read
        self._office_no = office_no
        self._rules = rules
        self._vault = vault
        self._lists = RequestLists(rules)

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
        return self._lists.end_of_day(now)

    def ids(
        self,
        filter: str,
        viewer: Viewer,
        now: datetime,
        words: str = "",
        sort: str = "due",
        descending: bool = False,
        *,
        narrowed: Narrowed = EVERYTHING,
        then: Sequence[tuple[str, bool]] = (),
    ) -> Ids:
        """The requests of one of `FILTERS`, narrowed, in the order of one of `SORTS` and then of others
        (each with whether it descends); those without a due time last.

        `words` are looked for, without regard to accents, in code, customer, contact and the request's text.
        """
        with self._read.connect() as read:
            wanted = self._visible(read, viewer, select(RequestState.id))
            wanted = wanted.where(*self._lists.named(filter, viewer, now))
            wanted = wanted.where(*self._lists.narrowed(narrowed, viewer, now))
            if words.strip():
                open_only = filter != "all"
                found = matching(read, self._office_no, words, self._vault, open_only=open_only)
                wanted = wanted.where(RequestState.id.in_(found))
            return packed(read, wanted.order_by(*self._lists.order(sort, descending, then)))

    def best(self, words: str, viewer: Viewer, most: int) -> list[UUID]:
        """At most `most` requests of every state in which the words occur, best first: by code, by the name
        of who asks, then by what is asked; of each the newest first."""
        with self._read.connect() as read:
            found = matching(read, self._office_no, words, self._vault, open_only=False)
            wanted = self._visible(read, viewer, select(RequestState.id)).where(RequestState.id.in_(found))
            seen = set(read.execute(wanted).scalars())
        return [id for id in found if id in seen][:most]

    def counts(self, viewer: Viewer, now: datetime) -> Counts:
        """How many each filter would give."""
        tests = [and_(*self._lists.named(each, viewer, now)) for each in FILTERS[:-1]]
        wanted = select(*(func.coalesce(func.sum(case((test, 1), else_=0)), 0) for test in tests))
        with self._read.connect() as read:
            counted = self._visible(read, viewer, wanted).where(RequestState.state.in_(OPEN))
            return Counts(*read.execute(counted).one())

    def areas(self) -> list[str]:
        """The wards and streets that requests name."""
        s = RequestState
        wanted = select(s.area).where(here(s, self._office_no), s.area.is_not(None)).distinct()
        with self._read.connect() as read:
            return sorted((each or "" for each in read.execute(wanted).scalars()), key=fold)

    def handlers(self) -> dict[UUID, str]:
        """The people of the office who may have requests, by name."""
        wanted = select(Staff.id, Staff.name).where(
            Staff.office_no == self._office_no, Staff.retired_at.is_(None)
        )
        with self._read.connect() as read:
            found = [(id, name) for id, name in read.execute(wanted)]
        return dict(sorted(found, key=lambda each: fold(each[1])))

    def rows(self, ids: Sequence[UUID], viewer: Viewer | None = None) -> dict[UUID, RequestRow]:
        """Requests by id; `ids` come from one of the lists here. What is unread is told of `viewer` only."""
        r = Request
        wanted = self._row.where(r.office_no == self._office_no, r.id.in_(ids))
        if viewer is not None:
            open_ = and_(*self._lists.named("unread", viewer, _NEVER))
            wanted = wanted.add_columns(case((open_, 1), else_=0).label("unread"))
        with self._read.connect() as read:
            return {row.id: row for row in self._as_rows(read, read.execute(wanted).all())}

    def story(self, request_id: UUID, viewer: Viewer) -> RequestStory | None:
        """The request and its events; None for one that does not exist or is not for this viewer."""
        r = Request
        with self._read.connect() as read:
            asked = self._row.where(r.office_no == self._office_no, r.id == request_id)
            found = read.execute(self._allowed(read, viewer, asked)).first()
            if found is None:
                return None
            written = read.execute(_HAPPENED, {"office": self._office_no, "request": request_id}).all()
            opened = self._vault.open(read, {x.id: x.sealed for x in written})
            # What a former register says has an id of its own kind: by it the two are told apart.
            taken_in = {(x.kind, x.hlc, x.device) for x in written if x.id == happened_id(request_id, x.kind)}
            folded = [
                (
                    Event(
                        x.kind, x.at, x.hlc, x.device, None, x.unit_code,
                        opened.get(x.id, {}).get("text") if x.sealed is not None else x.text,
                        x.due, x.data, x.person, x.sealed is not None,
                    ),
                    x.name or "",
                )
                for x in written
            ]  # fmt: skip
            row = self._as_rows(read, [found])[0]
            people_named = {event.person for event, _ in folded if event.person is not None}
            named = select(Staff.id, Staff.name).where(Staff.id.in_(people_named))
            names: dict[UUID, str] = {x.id: x.name for x in read.execute(named)} if people_named else {}
        state = fold_request([event for event, _ in folded])
        misfits = {id(event) for event in state.misfits}
        happened = [
            Happened(
                x.kind, x.at, by, x.unit, x.text, x.due, dict(x.data), id(x) not in misfits,
                names.get(x.person, "") if isinstance(x.person, UUID) else "",
                (x.kind, x.hlc, x.device) in taken_in,
            )
            for x, by in sorted(folded, key=lambda each: _place(each[0]))
        ]  # fmt: skip
        answers = [x.text for x in happened if x.kind == "answered" and x.fitted]
        answer = answers[-1] if answers and state.answered_at else None
        author = next((x.by for x in happened if x.kind in ("received", "lacking")), "")
        return RequestStory(row, author, state.outcome, answer, tuple(happened))

    def of_customer(self, customer_id: UUID, viewer: Viewer, most: int = SAME_CUSTOMER) -> list[RequestRow]:
        """A customer's newest requests, the newest first."""
        r = Request
        with self._read.connect() as read:
            s = RequestState
            wanted = self._row.where(here(s, self._office_no), s.customer_id == customer_id)
            wanted = self._allowed(read, viewer, wanted).order_by(r.received_at.desc(), r.code.desc())
            return self._as_rows(read, read.execute(wanted.limit(most)).all())

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
            wanted = self._row.where(here(s, self._office_no), s.state.in_(OPEN), or_(*near))
            wanted = self._allowed(read, viewer, wanted).order_by(r.received_at.desc(), r.code.desc())
            found = self._as_rows(read, read.execute(wanted).all())
        place = _place_words(address)
        return [
            row
            for row in found
            if (customer_id is not None and row.customer_id == customer_id)
            or (place and row.address and _place_words(row.address) == place)
        ]

    def members(self, unit_code: str) -> list[Member]:
        """The people of a unit, by name."""
        wanted = select(Staff.id, Staff.name).where(
            Staff.office_no == self._office_no, Staff.unit_code == unit_code, Staff.retired_at.is_(None)
        )
        with self._read.connect() as read:
            return [Member(*row) for row in read.execute(wanted.order_by(Staff.name, Staff.id))]

    def officer(self, person: UUID) -> StaffView:
        """A member of the staff, as named on papers."""
        wanted = select(Staff.name, Staff.title, Staff.phone).where(
            Staff.office_no == self._office_no, Staff.id == person
        )
        with self._read.connect() as read:
            found = read.execute(wanted).one()
        return StaffView(found.name, found.title, found.phone or "")

    # -- parts of questions -----------------------------------------------------------------------------

    @cached_property  # making it takes longer than asking it
    def _row(self) -> Select[Any]:
        r, s, c, p = Request, RequestState, Customer, Staff
        columns: list[Any] = [
            r.id, r.code, r.type_code, r.type_id, r.channel, r.words, s.customer_id, r.contact_name, r.phone,
            r.address, r.received_at, r.received_by, s.state, s.unit_code, s.person, s.step, s.step_due,
            s.due, s.held_at, s.warn_at, s.asked, s.incident_id, s.reopened, s.score, s.moved_hlc,
            s.answered_at, s.closed_at, c.code.label("customer_code"), p.name.label("person_name"), r.sealed,
            r.source,
        ]  # fmt: skip
        return (
            select(*columns)
            .select_from(r)
            .join(s, and_(s.office_no == r.office_no, s.id == r.id))
            .outerjoin(c, and_(c.office_no == s.office_no, c.id == s.customer_id))
            .outerjoin(p, and_(p.office_no == s.office_no, p.id == s.person))
        )

    def _as_rows(self, read: Connection, found: Sequence[Any]) -> list[RequestRow]:
        restricted = restricted_codes(read)
        opened = self._vault.open(read, {x.id: x.sealed for x in found})
        return [_as_row(each, self._office_no, restricted, opened.get(each.id)) for each in found]

    def _visible(self, read: Connection, viewer: Viewer, wanted: Select[Any]) -> Select[Any]:
        s = RequestState
        return self._allowed(read, viewer, wanted.select_from(s).where(here(s, self._office_no)))

    def _allowed(self, read: Connection, viewer: Viewer, wanted: Select[Any]) -> Select[Any]:
        return wanted.where(*visible_to(read, viewer))


def papers_brought(story: RequestStory) -> set[str]:
    """The codes of the papers that were brought so far."""
    told = (event.data.get("documents") for event in story.events if event.kind in ("lacking", "received"))
    return {code for codes in told if isinstance(codes, list) for code in codes if isinstance(code, str)}


def visible_to(read: Connection, viewer: Viewer) -> list[ColumnElement[bool]]:
    """Without the restricted ones, but for those who may see them, their author, and who is named."""
    if viewer.restricted:
        return []
    s = RequestState
    seen = (s.type_code.not_in(restricted_codes(read)), s.received_by == viewer.id, s.person == viewer.id)
    return [or_(*seen)]


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""For conditions that do not look at the time."""

_HAPPENED = (
    select(
        RequestEvent.id, RequestEvent.kind, RequestEvent.at, RequestEvent.hlc, RequestEvent.device,
        RequestEvent.unit_code, RequestEvent.due, RequestEvent.text, RequestEvent.data, RequestEvent.person,
        RequestEvent.sealed, Staff.name,
    )
    .outerjoin(Staff, and_(Staff.office_no == RequestEvent.office_no, Staff.id == RequestEvent.by))
    .where(RequestEvent.office_no == bindparam("office"), RequestEvent.request_id == bindparam("request"))
)  # fmt: skip


def restricted_codes(read: Connection) -> frozenset[str]:
    """The codes of `RESTRICTED`."""
    return frozenset(read.execute(RESTRICTED).scalars())


def _as_row(
    found: Any, office_no: int, restricted: frozenset[str], opened: dict[str, str] | None
) -> RequestRow:
    values = dict(found._mapping)
    values["shut"] = values.pop("sealed") is not None and opened is None
    values |= {name: text for name, text in (opened or {}).items() if name in _SEALED}
    asked = tuple(unit for unit in (values.pop("asked") or "").split("|") if unit)
    values["former"] = former(office_no, found.id, values.pop("source"))
    values["unread"] = bool(values.get("unread"))
    return RequestRow(**values, asked=asked, restricted=found.type_code in restricted)


_SEALED = ("contact_name", "phone", "address", "words", "area", "customer_code")
"""What of a row may have been sealed."""


def _place(event: Event) -> tuple[int, int, int]:
    """The order that all replicas agree on."""
    return event.hlc, event.device, EVENTS.index(event.kind) if event.kind in EVENTS else len(EVENTS)


def _place_words(address: str) -> str:
    return " ".join(re.findall(r"\w+", fold(address)))
