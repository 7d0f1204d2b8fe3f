"""What the use cases of requests have in common: how the clock is set, who may touch what, how an event is
written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.domain.deadlines import WorkingCalendar, zone_named
from app.domain.deadlines import due as due_of
from app.domain.errors import AppError, Invalid
from app.domain.escalation import alarms as alarms_of
from app.domain.fold import nfc
from app.domain.request_types import Step, step_after
from app.domain.requests import Event, fold_request, may
from app.models import Request, RequestEvent, RequestState
from app.models.base import millis
from app.queries.rules import RequestTypeView, RuleQueries
from app.services.seals import received_at, sealed
from app.services.writer import Draft, Person, Writer

MOST_LETTERS = 4000
"""A letter of two pages."""

OF_ITS_AUTHOR = ("noted", "told", "rated")
"""What the one who received a restricted request may do with it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A request as an act finds it."""

    id: UUID
    code: str
    kind: RequestTypeView
    received_at: datetime
    received_by: UUID
    customer_id: UUID | None
    state: str
    unit_code: str | None
    person: UUID | None
    step: Step | None
    step_due: datetime | None
    due: datetime | None
    held_at: datetime | None
    asked: tuple[str, ...]
    incident_id: UUID | None


class RequestActs:
    """Shared by the services that act on requests."""

    def __init__(self, writer: Writer, rules: RuleQueries) -> None:
        self.writer = writer
        self.rules = rules

    def types(self, draft: Draft) -> dict[str, RequestTypeView]:
        """The kinds in use today."""
        zone = zone_named(self.rules.utility.zone)
        return self.rules.request_types(draft.now.astimezone(zone).date())

    def clock(self, kind: RequestTypeView, since: datetime, step: Step | None) -> dict[str, Any]:
        """What an event says that sets the clock: its due time and, in its data, alarms and the step."""
        calendar = self.rules.calendar()
        due = due_of(calendar, since, kind.limit)
        data: dict[str, Any] = {"alarms": _alarms(calendar, kind, since, due)}
        if step is not None:
            data |= {"step": step.code, "step_due": millis(due_of(calendar, since, step.limit))}
        return {"due": due, "data": data}

    def alarms(self, kind: RequestTypeView, since: datetime, due: datetime) -> dict[str, int]:
        """When whom it concerns, as an event keeps it."""
        return _alarms(self.rules.calendar(), kind, since, due)

    def standing(self, draft: Draft, request_id: UUID) -> Standing:
        """AppError "request.unknown"."""
        office, s, r = draft.desk.office_no, RequestState, Request
        wanted = (
            select(
                r.id, r.code, r.type_code, r.type_id, r.received_at, r.received_by, s.customer_id, s.state,
                s.unit_code, s.person, s.step, s.step_due, s.due, s.held_at, s.asked, s.incident_id,
            )
            .join(s, (s.office_no == r.office_no) & (s.id == r.id))
            .where(r.office_no == office, r.id == request_id)
        )  # fmt: skip
        found = draft.read.execute(wanted).first()
        kind = found and self.rules.type_version(found.type_id, found.type_code)
        if found is None or kind is None:
            raise AppError("request.unknown")
        step = next((s for s in kind.steps if s.code == found.step), None)
        return Standing(
            found.id, found.code, kind, found.received_at, found.received_by, found.customer_id, found.state,
            found.unit_code, found.person, step, found.step_due, found.due, found.held_at,
            tuple(u for u in (found.asked or "").split("|") if u), found.incident_id,
        )  # fmt: skip

    def open(self, draft: Draft, by: Person, request_id: UUID, kind: str) -> Standing:
        """A request to which `kind` is to happen. AppError "not_allowed" where it is not for this person,
        and one of `REFUSALS` (with the code as `request`) where its state forbids it."""
        found = self.standing(draft, request_id)
        if found.kind.restricted and not (kind in OF_ITS_AUTHOR and found.received_by == by.id):
            by.require("requests.restricted")
        if not may(found.state, kind):
            raise AppError(refusal(kind, found.state), request=found.code)
        return found

    def left_off(self, draft: Draft, found: Standing) -> Step | None:
        """The step with which its way goes on when it is taken up again: the one that was not done, or by
        which the way ended early."""
        if found.step is not None:
            return found.step
        done = stepped(draft, found.id)
        code = done[-1].data.get("step") if done and done[-1].data.get("ended") else None
        return next((s for s in found.kind.steps if s.code == code), None)

    def first_step(self, kind: RequestTypeView) -> Step | None:
        """Where its way begins."""
        return step_after(kind.steps, None)


def _alarms(
    calendar: WorkingCalendar, kind: RequestTypeView, since: datetime, due: datetime
) -> dict[str, int]:
    alarms = alarms_of(calendar, since, due, kind.escalation)
    named = {
        "warn": alarms.warn_at,
        "head": alarms.head_at,
        "leader": alarms.leader_at,
        "company": alarms.company_at,
    }
    return {name: millis(at) for name, at in named.items() if at is not None}


def stepped(draft: Draft, request_id: UUID) -> list[Event]:
    """The steps of a request that are done and count, in their order."""
    e = RequestEvent
    wanted = select(e.kind, e.at, e.hlc, e.device, e.by, e.unit_code, e.due, e.data).where(
        e.office_no == draft.desk.office_no, e.request_id == request_id
    )
    # What was said matters to no step; "…" stands for it, or an answer would not be whole.
    events = [
        Event(x.kind, x.at, x.hlc, x.device, x.by, x.unit_code, "…", x.due, x.data)
        for x in draft.read.execute(wanted)
    ]
    late = {id(each) for each in fold_request(events).misfits}
    done = [x for x in events if x.kind == "stepped" and id(x) not in late]
    return sorted(done, key=lambda x: (x.hlc, x.device))


def refusal(kind: str, state: str) -> str:
    """Why an act cannot be, by the state that it finds."""
    if kind == "told" and state in ("lacking", "received", "routed"):
        return "request.not_answered"
    if kind == "rated":
        return "request.not_told"
    return _STATE_REFUSES[state] if kind != "reopened" else "request.open_still"


_STATE_REFUSES: Mapping[str, str] = {
    "lacking": "request.lacking",
    "received": "request.complete",
    "routed": "request.complete",
    "answered": "request.answered_already",
    "told": "request.answered_already",
    "closed": "request.closed_already",
}


def event(draft: Draft, by: Person, request: UUID, kind: str, *, few: bool = False, **values: Any) -> None:
    """One thing that happens to a request, now. `few`: it is one that few may read, and not written yet; of
    one that is written it is known."""
    id = draft.new_id()
    row = {"at": draft.now, "by": by.id, "data": {}, **values}
    if row.get("text"):
        received = draft.desk.device if few else received_at(draft, request)
        if received is not None:
            row |= {"text": None, "sealed": sealed(draft, id, received, text=row["text"])}
    draft.add(RequestEvent, id=id, request_id=request, kind=kind, **row)


def missing_texts(**texts: str) -> dict[str, str]:
    """The fields that say nothing, or too much."""
    wrong = {}
    for name, text in texts.items():
        if not text.strip():
            wrong[name] = "required"
        elif len(text) > MOST_LETTERS:
            wrong[name] = "text.long"
    return wrong


def require_texts(**texts: str) -> None:
    """Invalid for the fields that say nothing, or too much."""
    wrong = missing_texts(**texts)
    if wrong:
        raise Invalid(**wrong)


def kept(text: str) -> str:
    """As it is kept: precomposed, without blanks around it, lines as they were."""
    return "\n".join(line.rstrip() for line in nfc(text).strip().splitlines())
