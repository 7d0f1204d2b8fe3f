"""What people ask about work in the field: what is to be done today, by whom, on which sheet, and what came
of it.

What a restricted request says (denunciations and the like), whose it is and even its code are left out of
its work order for those who may not see it: they read what the order itself says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Select, Text, and_, case, func, or_, select, type_coerce
from sqlalchemy import Connection as Read

from app.domain import people
from app.domain.codes import parse_code
from app.domain.deadlines import zone_named
from app.domain.field import EVENTS, OPEN, Clock, Event, Material, fold_order, materials_of
from app.domain.fold import fold
from app.models import (
    Connection,
    Customer,
    Meter,
    Request,
    RequestState,
    Staff,
    WorkOrder,
    WorkOrderEvent,
    WorkOrderState,
)
from app.queries.customers import here
from app.queries.packed import packed
from app.queries.requests import Viewer, restricted_codes
from app.queries.rules import RuleQueries
from app.queries.sides import said_of
from app.queries.vault import Vault

FILTERS = ("today", "mine", "late", "unplanned", "open", "day", "all")
"""today: planned for today or before, or its clock runs; mine: I am in the crew; late: its day is over or its
clock is; unplanned: without a day or a crew; day: planned for a chosen day, whatever came of it."""
SORTS = ("planned", "code", "route")

LOOKED_THROUGH = 20_000
"""So many of the newest work orders are looked through for words."""


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """How many work orders each filter gives."""

    today: int
    mine: int
    late: int
    unplanned: int
    open: int


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A work order and where it stands; moments in UTC. `crew` are names, `members` as they are kept. What
    belongs to a request that is not for the viewer is empty."""

    id: UUID
    code: str
    kind: str
    words: str
    address: str
    route: str | None
    route_seq: int | None
    unit_code: str | None
    made_at: datetime
    made_by: UUID
    made_by_name: str
    unannounced: bool
    labour_free: bool
    reported_at: datetime | None
    state: str
    planned_on: date | None
    crew: tuple[str, ...]
    members: tuple[str, ...]
    done_at: datetime | None
    result: str | None
    clock: Clock
    connection_id: UUID | None
    connection_code: str | None
    customer_code: str | None
    customer_name: str
    phone: str | None
    meter: str | None
    request_id: UUID | None
    request_code: str | None
    request_type: str | None
    request_words: str
    request_state: str | None
    contact_name: str

    @property
    def open(self) -> bool:
        """Whether somebody has still to go, or to say what came of it."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class OrderHappened:
    """One thing that happened. `fitted` is false for an act that no longer applied at its turn: another
    desk had been there first. `crew` are names."""

    kind: str
    at: datetime
    by: str
    text: str | None
    planned_on: date | None
    crew: tuple[str, ...]
    result: str | None
    fitted: bool


@dataclass(frozen=True, slots=True)
class OrderStory:
    """A work order with all that happened to it, oldest first, and the material that counts."""

    row: OrderRow
    events: tuple[OrderHappened, ...]
    materials: tuple[Material, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who can be sent out. `outdoors`: handling staff and meter readers, whose work is outside."""

    key: str
    name: str
    unit_code: str | None
    outdoors: bool


class FieldQueries:
    """Read questions of one office."""

    def __init__(self, read: Engine, office_no: int, rules: RuleQueries, vault: Vault) -> None:
        self._read = read
        self._office_no = office_no
        self._rules = rules
        self._vault = vault

    def ids(
        self,
        filter: str,
        viewer: Viewer,
        now: datetime,
        *,
        day: date | None = None,
        unit: str = "",
        words: str = "",
        sort: str = "planned",
        descending: bool = False,
    ) -> Sequence[UUID]:
        """The work orders of one of `FILTERS` in the order of one of `SORTS`. `words` are looked for, without
        regard to accents, in code, place, task and customer."""
        o, s, k = WorkOrder, WorkOrderState, Connection
        with self._read.connect() as read:
            wanted = (
                select(o.id)
                .select_from(s)
                .join(o, and_(o.office_no == s.office_no, o.id == s.id))
                .outerjoin(k, and_(k.office_no == o.office_no, k.id == o.connection_id))
                .where(here(s, self._office_no), *self._conditions(filter, viewer, now, day))
            )
            if unit:
                wanted = wanted.where(o.unit_code == unit)
            if words.strip():
                wanted = wanted.where(o.id.in_(self._matching(read, words)))
            return packed(read, wanted.order_by(*_order(sort, descending)))

    def counts(self, viewer: Viewer, now: datetime, unit: str = "") -> OrderCounts:
        """How many each filter would give."""
        o, s = WorkOrder, WorkOrderState
        tests = [and_(*self._conditions(each, viewer, now, None)) for each in FILTERS[:5]]
        wanted = (
            select(*(func.coalesce(func.sum(case((test, 1), else_=0)), 0) for test in tests))
            .select_from(s)
            .join(o, and_(o.office_no == s.office_no, o.id == s.id))
            .where(here(s, self._office_no), s.state.in_(OPEN))
        )
        if unit:
            wanted = wanted.where(o.unit_code == unit)
        with self._read.connect() as read:
            return OrderCounts(*read.execute(wanted).one())

    def rows(self, ids: Sequence[UUID], viewer: Viewer) -> dict[UUID, OrderRow]:
        """Work orders by id."""
        with self._read.connect() as read:
            return self._rows(read, WorkOrder.id.in_(ids), viewer)

    def of_request(self, request_id: UUID, viewer: Viewer) -> list[OrderRow]:
        """The work orders of a request, the oldest first; none of one that is not for this viewer."""
        with self._read.connect() as read:
            found = self._rows(read, WorkOrder.request_id == request_id, viewer)
        mine = [row for row in found.values() if row.request_id is not None]
        return sorted(mine, key=lambda row: (row.made_at, row.code))

    def of_day(self, day: date, viewer: Viewer, unit: str = "") -> list[OrderRow]:
        """What is still to be done on a day, in the order in which it is gone to."""
        o, s = WorkOrder, WorkOrderState
        conditions = [s.planned_on == day, s.state.in_(OPEN)]
        if unit:
            conditions.append(o.unit_code == unit)
        with self._read.connect() as read:
            found = self._rows(read, and_(*conditions), viewer)
        return sorted(found.values(), key=_walk)

    def story(self, order_id: UUID, viewer: Viewer) -> OrderStory | None:
        """The work order and what happened to it; None for one that does not exist."""
        e = WorkOrderEvent
        wanted = (
            select(e.kind, e.at, e.hlc, e.device, e.text, e.data, Staff.name)
            .outerjoin(Staff, and_(Staff.office_no == e.office_no, Staff.id == e.by))
            .where(here(e, self._office_no), e.work_order_id == order_id)
        )
        with self._read.connect() as read:
            row = self._rows(read, WorkOrder.id == order_id, viewer).get(order_id)
            if row is None:
                return None
            known = [(_event(x), x.name or "") for x in read.execute(wanted)]
            names = self._names(read)
        misfits = {id(each) for each in fold_order(event for event, _ in known).misfits}
        happened: list[OrderHappened] = []
        materials: tuple[Material, ...] = ()
        for x, by in sorted(known, key=lambda each: _turn(each[0])):
            fitted = id(x) not in misfits
            if x.kind == "done" and fitted:
                materials = materials_of(x.data)
            planned, result = fold_order([x]).planned_on, x.data.get("result")
            crew = _crew(fold_order([x]).crew, names)
            happened.append(
                OrderHappened(
                    x.kind,
                    x.at,
                    by,
                    x.text,
                    planned,
                    crew,
                    result if isinstance(result, str) else None,
                    fitted,
                )
            )
        return OrderStory(row, tuple(happened), materials)

    def members(self) -> list[Member]:
        """Whom one can send out, by name: who has the right to report from the field."""
        s = Staff
        wanted = select(s.id, s.name, s.unit_code, s.roles).where(
            s.office_no == self._office_no, s.retired_at.is_(None)
        )
        with self._read.connect() as read:
            found = [
                Member(x.id.hex, x.name, x.unit_code, not {"worker", "reader"}.isdisjoint(x.roles))
                for x in read.execute(wanted)
                if people.may(x.roles, "field.report")
            ]
        return sorted(found, key=lambda each: (fold(each.name.split()[-1]), fold(each.name), each.key))

    # -- how it is put together -------------------------------------------------------------------------

    def _today(self, now: datetime) -> date:
        return now.astimezone(zone_named(self._rules.utility.zone)).date()

    def _conditions(
        self, filter: str, viewer: Viewer, now: datetime, day: date | None
    ) -> list[ColumnElement[bool]]:
        o, s = WorkOrder, WorkOrderState
        today = self._today(now)
        clock = and_(s.restored_at.is_(None), or_(o.restore_by.is_not(None), o.on_site_by.is_not(None)))
        match filter:
            case "all":
                return []
            case "day":
                return [s.planned_on == day, s.state != "cancelled"]
            case "today":
                return [s.state.in_(OPEN), or_(s.planned_on <= today, clock)]
            case "mine":
                crew = type_coerce(s.crew, Text)
                return [s.state.in_(OPEN), crew.like(f'%"{viewer.id.hex}"%')]
            case "late":
                arrival = and_(s.on_site_at.is_(None), s.restored_at.is_(None), o.on_site_by < now)
                supply = and_(s.restored_at.is_(None), o.restore_by < now)
                return [s.state.in_(OPEN), or_(s.planned_on < today, arrival, supply)]
            case "unplanned":
                nobody = type_coerce(s.crew, Text) == "[]"
                return [s.state.in_(OPEN), or_(s.planned_on.is_(None), nobody)]
        return [s.state.in_(OPEN)]

    def _matching(self, read: Read, words: str) -> list[UUID]:
        """The newest work orders in which the words occur. Restricted requests are not looked through."""
        o, k, c, r = WorkOrder, Connection, Customer, Request
        open_to_all = r.type_code.not_in(restricted_codes(read))
        looked = (
            select(o.id, o.code, o.address, o.words, o.route, k.code, c.code, c.name, r.code, r.contact_name)
            .outerjoin(r, and_(r.office_no == o.office_no, r.id == o.request_id, open_to_all))
            .outerjoin(k, and_(k.office_no == o.office_no, k.id == o.connection_id))
            .outerjoin(c, and_(c.office_no == k.office_no, c.id == k.customer_id))
            .where(o.office_no == self._office_no)
            .order_by(o.id.desc())
            .limit(LOOKED_THROUGH)
        )
        code = parse_code(words)
        terms = [fold(str(code))] if code else fold(words).split()
        found = []
        for id, *texts in read.execute(looked):
            inside = fold(" ".join(each for each in texts if each))
            if all(term in inside for term in terms):
                found.append(id)
        return found

    def _rows(self, read: Read, condition: ColumnElement[bool], viewer: Viewer) -> dict[UUID, OrderRow]:
        found: Sequence[Any] = read.execute(self._row.where(condition)).all()
        if not found:  # as for most requests
            return {}
        restricted = restricted_codes(read)
        names = self._names(read)
        meters = self._meters(read, {x.connection_id for x in found if x.connection_id is not None})
        opened = self._vault.open(read, {x.request_id: x.sealed for x in found})
        return {
            x.id: _as_row(x, viewer, restricted, names, meters.get(x.connection_id), opened.get(x.request_id))
            for x in found
        }

    @cached_property  # making it takes longer than asking it
    def _row(self) -> Select[Any]:
        o, s, r, k, c = WorkOrder, WorkOrderState, Request, Connection, Customer
        t = RequestState
        columns: list[Any] = [
            o.id, o.code, o.kind, o.words, o.address, o.route, k.route_seq, o.unit_code, o.made_at, o.made_by,
            o.unannounced, o.labour_free, o.reported_at, o.on_site_by, o.restore_by, o.connection_id, s.state,
            s.planned_on, s.crew, s.on_site_at, s.restored_at, s.done_at, s.result, o.request_id,
            r.code.label("request_code"), r.words.label("request_words"), r.contact_name,
            r.phone.label("contact_phone"), r.sealed, r.type_code, r.received_by, t.person,
            t.state.label("request_state"),
            k.code.label("connection_code"), c.code.label("customer_code"), c.name.label("customer_name"),
            c.phone.label("customer_phone"), k.customer_id,
        ]  # fmt: skip
        return (
            select(*columns)
            .select_from(o)
            .join(s, and_(s.office_no == o.office_no, s.id == o.id))
            .outerjoin(r, and_(r.office_no == o.office_no, r.id == o.request_id))
            .outerjoin(t, and_(t.office_no == o.office_no, t.id == o.request_id))
            .outerjoin(k, and_(k.office_no == o.office_no, k.id == o.connection_id))
            .outerjoin(c, and_(c.office_no == o.office_no, c.id == k.customer_id))
            .where(o.office_no == self._office_no)
        )

    def _names(self, read: Read) -> dict[str, str]:
        wanted = select(Staff.id, Staff.name).where(Staff.office_no == self._office_no)
        return {x.id.hex: x.name for x in read.execute(wanted)}

    def _meters(self, read: Read, connections: set[UUID]) -> dict[UUID, str]:
        m = Meter
        wanted = select(m.connection_id, m.serial).where(
            here(m, self._office_no), m.connection_id.in_(connections), m.removed_on.is_(None)
        )
        return {x.connection_id: x.serial for x in read.execute(wanted.order_by(m.id))}


def _as_row(
    x: Any,
    viewer: Viewer,
    restricted: frozenset[str],
    names: dict[str, str],
    meter: str | None,
    opened: dict[str, str] | None,
) -> OrderRow:
    there = x.request_id is not None and x.request_code is not None
    # As in the lists of requests: those who may see such, their author, and who is named.
    mine = there and (
        x.type_code not in restricted or viewer.restricted or viewer.id in (x.received_by, x.person)
    )
    secret = opened or {}
    contact = secret.get("contact_name", x.contact_name) if mine else ""
    phone = secret.get("phone", x.contact_phone) if mine else None
    return OrderRow(
        id=x.id,
        code=x.code,
        kind=x.kind,
        words=x.words,
        address=x.address,
        route=x.route,
        route_seq=x.route_seq,
        unit_code=x.unit_code,
        made_at=x.made_at,
        made_by=x.made_by,
        made_by_name=names.get(x.made_by.hex, ""),
        unannounced=bool(x.unannounced),
        labour_free=bool(x.labour_free),
        reported_at=x.reported_at,
        state=x.state,
        planned_on=x.planned_on,
        crew=_crew(x.crew, names),
        members=tuple(x.crew),
        done_at=x.done_at,
        result=x.result,
        clock=Clock(x.on_site_by, x.restore_by, x.on_site_at, x.restored_at),
        connection_id=x.connection_id,
        connection_code=x.connection_code,
        customer_code=x.customer_code,
        customer_name=x.customer_name or contact,
        phone=phone or x.customer_phone,
        meter=meter,
        request_id=x.request_id if mine else None,
        request_code=x.request_code if mine else None,
        request_type=x.type_code if mine else None,
        request_words=secret.get("words", x.request_words) if mine else "",
        request_state=x.request_state if mine else None,
        contact_name=contact,
    )


def _crew(members: Sequence[str], names: dict[str, str]) -> tuple[str, ...]:
    return tuple(names.get(each, each) for each in members)


def _event(x: Any) -> Event:
    return Event(x.kind, x.at, x.hlc, x.device, None, x.text, said_of(x.data))


def _turn(event: Event) -> tuple[int, int, int]:
    """The order that all replicas agree on."""
    return event.hlc, event.device, EVENTS.index(event.kind) if event.kind in EVENTS else len(EVENTS)


def _walk(row: OrderRow) -> tuple[bool, str, bool, int, str, str]:
    """By route and the place on it; what is on no route at the end, street by street."""
    seq = row.route_seq
    return row.route is None, row.route or "", seq is None, seq or 0, fold(row.address), row.code


def _order(sort: str, descending: bool) -> list[ColumnElement[Any]]:
    o, s, k = WorkOrder, WorkOrderState, Connection
    if sort == "planned":
        clock = func.coalesce(o.on_site_by, o.restore_by)
        keys: list[Any] = [s.planned_on, k.route_seq, o.code]
        ordered = [key.desc() if descending else key.asc() for key in keys]
        over = case((s.state.in_(OPEN), 0), else_=1)
        return [over, and_(clock.is_not(None), s.restored_at.is_(None)).desc(), clock, s.planned_on.is_(None),
                *ordered]  # fmt: skip
    by: Any = {"code": (o.code,), "route": (o.route, k.route_seq, o.code)}[sort]
    return [key.desc() if descending else key.asc() for key in by]
