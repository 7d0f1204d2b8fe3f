"""What people do about work in the field: send a crew out, plan it anew, and say what came of it.

A work order is for a request or an inspection. What was done, and that nobody goes, is noted on the request
in the same entry, so that the desk can answer the customer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from app.domain.deadlines import due as due_of
from app.domain.deadlines import zone_named
from app.domain.errors import AppError, Invalid
from app.domain.field import (
    KINDS,
    LONGEST_NAME,
    MOST_CREW,
    MOST_MATERIALS,
    RESULTS,
    Material,
    may,
    wrong_material,
)
from app.domain.fold import one_line
from app.domain.quantities import format_quantity
from app.models import (
    Connection,
    Customer,
    Request,
    RequestState,
    Staff,
    WorkOrder,
    WorkOrderEvent,
    WorkOrderState,
)
from app.queries.rules import CharterTargetView, RequestTypeView, RuleQueries
from app.services.request_acts import RequestActs, event, kept, missing_texts, require_texts
from app.services.writer import Draft, Person, Writer

CLOCKS_APART = timedelta(minutes=5)
"""So far a time that is typed may lie ahead of the desk's clock."""

BEFORE_THE_PAPER = timedelta(days=1)
"""So long before its work order was written an inspection may have begun."""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """Work for a crew. `entry_id` is made when the form opens; `words` say what is to be done.

    `address` left empty is the connection's or the request's; `crew` holds ids of staff (32 hexadecimal
    digits) and names; `reach` is the target of the customer charter by which the crew has to be there, in an
    emergency. `unannounced` counts for inspections.
    """

    entry_id: UUID
    kind: str
    words: str
    request_id: UUID | None = None
    connection_id: UUID | None = None
    unit_code: str = ""
    address: str = ""
    route: str = ""
    planned_on: date | None = None
    crew: tuple[str, ...] = ()
    unannounced: bool = False
    labour_free: bool = False
    reach: str = ""


@dataclass(frozen=True, slots=True)
class Issued:
    """What was written; the clock's times in UTC, where one runs."""

    id: UUID
    code: str
    on_site_by: datetime | None
    restore_by: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `at` left empty is this moment; `restored_at` where the supply is back and that was
    not said before."""

    result: str
    words: str
    materials: tuple[Material, ...] = ()
    at: datetime | None = None
    restored_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Standing:
    """A work order as an act finds it."""

    id: UUID
    code: str
    kind: str
    request_id: UUID | None
    begun: datetime
    """Nothing of it can have happened before."""
    restore_by: datetime | None
    state: str
    planned_on: date | None
    crew: tuple[str, ...]
    on_site_at: datetime | None
    restored_at: datetime | None


class FieldService:
    """Use cases of work in the field. Each raises AppError "not_allowed" to whom the act is not open, and on
    a work order "order.unknown", and (with its code as `order`) "order.over" or "order.restored" where its
    state forbids it."""

    def __init__(self, writer: Writer, rules: RuleQueries) -> None:
        self._writer = writer
        self._rules = rules
        self._acts = RequestActs(writer, rules)

    def issue(self, by: Person, new: NewOrder) -> Issued:
        """Send a crew out for a request that is being handled, or to inspect.

        Of a restricted request nothing is taken over: who may see it says what the crew may read. Invalid
        names the fields: kind, words, connection_id, unit_code, address, planned_on, crew, reach. AppError
        "already_saved", and of the request what `RequestActs.open` raises.
        """
        by.require("field.plan")
        with self._writer.entry("field.issued", by.id, id=new.entry_id) as draft:
            zone = zone_named(self._rules.utility.zone)
            today = draft.now.astimezone(zone).date()
            asked = _Asked()
            if new.request_id is not None:
                found = self._acts.open(draft, by, new.request_id, "routed")
                asked = _asked(draft, new.request_id, found.kind)
            place = _place(draft, new, asked)
            targets = self._rules.charter_targets(today)
            wrong = self._wrong(draft, new, place, targets, today)
            if wrong:
                raise Invalid(**wrong)
            clock = self._clock(new, asked, targets)
            code = draft.number("LC")
            order = draft.add(
                WorkOrder,
                code=code,
                kind=new.kind,
                request_id=new.request_id,
                connection_id=place.connection_id,
                unit_code=new.unit_code or asked.unit_code,
                address=place.address,
                words=kept(new.words),
                route=one_line(new.route) or place.route,
                planned_on=new.planned_on,
                crew=[one_line(each) for each in new.crew],
                made_at=draft.now,
                made_by=by.id,
                unannounced=new.unannounced and new.kind == "inspection",
                labour_free=new.labour_free,
                **clock,
            )
            _event(draft, by, order, "issued")
        return Issued(order, code, clock["on_site_by"], clock["restore_by"])

    def plan(
        self, by: Person, order_id: UUID, planned_on: date | None, crew: Sequence[str], reason: str = ""
    ) -> None:
        """Another day (none: not planned yet), another crew; what stays is not written again.
        Invalid(planned_on=, crew=)."""
        by.require("field.plan")
        with self._writer.entry("field.planned", by.id) as draft:
            found = self._open(draft, order_id, "rescheduled")
            names = tuple(one_line(each) for each in crew)
            today = draft.now.astimezone(zone_named(self._rules.utility.zone)).date()
            wrong = _wrong_crew(draft, names)
            if planned_on != found.planned_on:
                wrong |= _wrong_day(planned_on, today)
            if wrong:
                raise Invalid(**wrong)
            said = kept(reason) or None
            if planned_on != found.planned_on or (found.state == "on_site" and said):
                data = {"planned_on": planned_on.isoformat() if planned_on else None}
                _event(draft, by, order_id, "rescheduled", text=said, data=data)
            if names != found.crew:
                _event(draft, by, order_id, "assigned", data={"crew": list(names)})

    def arrive(self, by: Person, order_id: UUID, at: datetime | None = None) -> None:
        """The crew is on site since `at`; said once more, that sets the time right. Invalid(at=)."""
        by.require("field.report")
        with self._writer.entry("field.on_site", by.id) as draft:
            found = self._open(draft, order_id, "on_site")
            moment = at or draft.now
            _require_time(at=_wrong_time(moment, found.begun, draft.now))
            _event(draft, by, order_id, "on_site", at=moment)

    def restore(self, by: Person, order_id: UUID, at: datetime | None = None) -> None:
        """The supply is back since `at`, or the place made safe; said once more, that sets the time right.
        Invalid(at=)."""
        by.require("field.report")
        with self._writer.entry("field.restored", by.id) as draft:
            found = self._open(draft, order_id, "restored")
            moment = at or draft.now
            _require_time(at=_wrong_time(moment, found.begun, draft.now))
            _event(draft, by, order_id, "restored", at=moment)

    def finish(self, by: Person, order_id: UUID, outcome: Outcome) -> None:
        """The work is done, or cannot be. Where a clock runs for the supply, it has to be said since when it
        is back. Invalid(result=, words=, materials=, at=, restored_at=)."""
        by.require("field.report")
        with self._writer.entry("field.done", by.id) as draft:
            found = self._open(draft, order_id, "done")
            at = outcome.at or draft.now
            wrong = _wrong_outcome(found, outcome, at, draft.now)
            if wrong:
                raise Invalid(**wrong)
            if outcome.restored_at is not None:
                _event(draft, by, order_id, "restored", at=outcome.restored_at)
            lines = [line.as_data() | {"item": one_line(line.item)} for line in outcome.materials]
            words = kept(outcome.words)
            data: dict[str, Any] = {"result": outcome.result, "materials": lines}
            _event(draft, by, order_id, "done", at=at, text=words, data=data)
            if found.request_id is not None:
                used = [self._used(line) for line in outcome.materials]
                _note(draft, by, found, "\n".join((words, *used)), outcome.result)

    def cancel(self, by: Person, order_id: UUID, reason: str) -> None:
        """Nobody goes. Invalid(reason=)."""
        by.require("field.plan")
        require_texts(reason=reason)
        with self._writer.entry("field.cancelled", by.id) as draft:
            found = self._open(draft, order_id, "cancelled")
            _event(draft, by, order_id, "cancelled", text=kept(reason))
            if found.request_id is not None:
                _note(draft, by, found, kept(reason), "cancelled")

    # -- how it is put together -------------------------------------------------------------------------

    def _open(self, draft: Draft, order_id: UUID, kind: str) -> _Standing:
        o, s, r = WorkOrder, WorkOrderState, Request
        wanted = (
            select(
                o.id, o.code, o.kind, o.request_id, o.made_at, o.reported_at, o.restore_by, s.state,
                s.planned_on, s.crew, s.on_site_at, s.restored_at, r.received_at, r.arrived_at,
            )
            .join(s, and_(s.office_no == o.office_no, s.id == o.id))
            .outerjoin(r, and_(r.office_no == o.office_no, r.id == o.request_id))
            .where(o.office_no == draft.desk.office_no, o.id == order_id)
        )  # fmt: skip
        x = draft.read.execute(wanted).first()
        if x is None:
            raise AppError("order.unknown")
        if not may(x.state, kind):
            if x.state == "restored":
                raise AppError("order.restored", order=x.code)
            raise AppError("order.over", order=x.code)
        begun = x.reported_at or x.arrived_at or x.received_at or x.made_at - BEFORE_THE_PAPER
        return _Standing(
            x.id, x.code, x.kind, x.request_id, begun, x.restore_by, x.state, x.planned_on, tuple(x.crew),
            x.on_site_at, x.restored_at,
        )  # fmt: skip

    def _wrong(
        self,
        draft: Draft,
        new: NewOrder,
        place: _Place,
        targets: Mapping[str, CharterTargetView],
        today: date,
    ) -> dict[str, str]:
        """The fields that cannot be taken."""
        wrong = missing_texts(words=new.words)
        if new.kind not in KINDS:
            wrong["kind"] = "order.kind_unknown"
        elif new.request_id is None and new.kind != "inspection":
            wrong["kind"] = "order.needs_request"
        if new.connection_id is not None and place.connection_id is None:
            wrong["connection_id"] = "connection.unknown"
        if not place.address:
            wrong["address"] = "required"
        if new.unit_code and new.unit_code not in self._rules.units():
            wrong["unit_code"] = "unit.unknown"
        if new.reach and (new.reach not in targets or targets[new.reach].measure != "on_site"):
            wrong["reach"] = "order.reach_unknown"
        return wrong | _wrong_day(new.planned_on, today) | _wrong_crew(draft, new.crew)

    def _clock(
        self, new: NewOrder, asked: _Asked, targets: Mapping[str, CharterTargetView]
    ) -> dict[str, Any]:
        """The clock of a repair, from when the fault was reported: for the crew by the target that was
        chosen, for the supply by the target of the request's kind, or in an emergency by that for faults."""
        none: dict[str, Any] = dict.fromkeys(("reported_at", "on_site_by", "restore_by"))
        if new.kind != "repair" or asked.since is None:
            return none
        back = targets.get(asked.charter or "")
        if (back is None or back.measure != "restored") and new.reach:
            back = targets.get("restore")
        there = targets.get(new.reach)
        calendar, since = self._rules.calendar(), asked.since
        clock = {
            "on_site_by": due_of(calendar, since, there.limit) if there else None,
            "restore_by": (
                due_of(calendar, since, back.limit) if back and back.measure == "restored" else None
            ),
        }
        return none | clock | {"reported_at": since} if any(clock.values()) else none

    def _used(self, line: Material) -> str:
        """A line of material as the note on the request says it."""
        language = self._rules.utility.language
        amount = f"{format_quantity(line.quantity, language)} {one_line(line.unit)}".rstrip()
        return f"{one_line(line.item)}: {amount}"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What of a request its work order takes over."""

    since: datetime | None = None
    unit_code: str | None = None
    charter: str | None = None
    address: str = ""
    connection_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where to go."""

    connection_id: UUID | None
    address: str
    route: str | None


def _asked(draft: Draft, request_id: UUID, kind: RequestTypeView) -> _Asked:
    r, s, k = Request, RequestState, Connection
    wanted = (
        select(r.received_at, r.arrived_at, r.address, s.unit_code, s.customer_id)
        .join(s, and_(s.office_no == r.office_no, s.id == r.id))
        .where(r.office_no == draft.desk.office_no, r.id == request_id)
    )
    x = draft.read.execute(wanted).one()
    since = x.arrived_at or x.received_at
    if kind.restricted:
        return _Asked(since, x.unit_code, kind.charter)
    homes = select(k.id).where(k.office_no == draft.desk.office_no, k.customer_id == x.customer_id)
    points = list(draft.read.execute(homes.where(k.retired_at.is_(None)).limit(2)).scalars())
    home = points[0] if x.customer_id is not None and len(points) == 1 else None
    return _Asked(since, x.unit_code, kind.charter, x.address or "", home)


def _place(draft: Draft, new: NewOrder, asked: _Asked) -> _Place:
    """The connection, as it was chosen or as the request's customer has only one; its address and route."""
    k, c = Connection, Customer
    typed = one_line(new.address)
    wanted = (
        select(k.id, k.address, k.route, c.address.label("home"))
        .outerjoin(c, and_(c.office_no == k.office_no, c.id == k.customer_id))
        .where(k.office_no == draft.desk.office_no, k.id == (new.connection_id or asked.connection_id))
    )
    found = draft.read.execute(wanted).first()
    if found is None:
        return _Place(None, typed or asked.address, None)
    chosen = (found.address or found.home or "") if new.connection_id else ""
    return _Place(found.id, typed or chosen or asked.address or found.address or "", found.route)


def _wrong_day(planned_on: date | None, today: date) -> dict[str, str]:
    return {"planned_on": "day.over"} if planned_on is not None and planned_on < today else {}


def _wrong_crew(draft: Draft, crew: Sequence[str]) -> dict[str, str]:
    if len(crew) > MOST_CREW:
        return {"crew": "order.crew_large"}
    if any(not one_line(each) or len(each) > LONGEST_NAME for each in crew):
        return {"crew": "too_long" if all(map(one_line, crew)) else "required"}
    ids = [id for each in crew if (id := staff_id(each)) is not None]
    if ids:
        s = Staff
        wanted = select(s.id).where(
            s.office_no == draft.desk.office_no, s.id.in_(ids), s.retired_at.is_(None)
        )
        if set(draft.read.execute(wanted).scalars()) != set(ids):
            return {"crew": "person.unknown"}
    return {}


def staff_id(member: str) -> UUID | None:
    """The id of a member of the staff in a crew; None of somebody who stands there by name."""
    if len(member) != 32:
        return None
    try:
        return UUID(hex=member)
    except ValueError:
        return None


def _wrong_outcome(found: _Standing, outcome: Outcome, at: datetime, now: datetime) -> dict[str, str]:
    wrong = missing_texts(words=outcome.words)
    if outcome.result not in RESULTS.get(found.kind, ()):
        wrong["result"] = "order.result_unknown"
    if len(outcome.materials) > MOST_MATERIALS or any(map(wrong_material, outcome.materials)):
        wrong["materials"] = "order.material_wrong"
    back, arrived = outcome.restored_at or found.restored_at, found.on_site_at or found.begun
    if outcome.restored_at is not None:
        # A valve may be opened from afar before anybody is there.
        wrong |= _named("restored_at", _wrong_time(outcome.restored_at, found.begun, now))
    elif back is None and found.restore_by is not None and outcome.result == "completed":
        wrong["restored_at"] = "required"
    return wrong | _named("at", _wrong_time(at, max(arrived, back or arrived), now))


def _wrong_time(at: datetime, begun: datetime, now: datetime) -> str:
    if at > now + CLOCKS_APART:
        return "time.future"
    return "time.before_start" if at < begun - CLOCKS_APART else ""


def _named(field: str, code: str) -> dict[str, str]:
    return {field: code} if code else {}


def _require_time(**fields: str) -> None:
    wrong = {name: code for name, code in fields.items() if code}
    if wrong:
        raise Invalid(**wrong)


def _event(draft: Draft, by: Person, order: UUID, kind: str, **values: Any) -> None:
    """One thing that happens to a work order, now or when it is said to have happened."""
    row = {"at": draft.now, "by": by.id, "data": {}, **values}
    draft.add(WorkOrderEvent, work_order_id=order, kind=kind, **row)


def _note(draft: Draft, by: Person, order: _Standing, words: str, result: str) -> None:
    """Tells the desk, whoever may see the request, what came of its work order."""
    assert order.request_id is not None
    data = {"work_order": order.id.hex, "result": result}
    event(draft, by, order.request_id, "noted", text=f"{order.code}: {words}", data=data)
