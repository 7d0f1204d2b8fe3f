"""What units do with a request between its receipt and its answer: hand it over, do a step, ask another unit,
wait for the customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.domain.deadlines import due as due_of
from app.domain.deadlines import shifted
from app.domain.errors import AppError, Invalid
from app.domain.request_types import FORMS, Step, step_after
from app.domain.requests import HOLDS
from app.models import Staff
from app.models.base import millis
from app.queries.rules import RuleQueries
from app.services.request_acts import RequestActs, Standing, event, kept, missing_texts, require_texts
from app.services.writer import Draft, Person, Writer


class RequestWorkService:
    """Use cases of handling. Errors as in `RequestService`."""

    def __init__(self, writer: Writer, rules: RuleQueries) -> None:
        self._writer = writer
        self._acts = RequestActs(writer, rules)

    def route(
        self, by: Person, request_id: UUID, unit_code: str, words: str = "", person: UUID | None = None
    ) -> None:
        """Hand it to a unit, or to a person of it, with what is asked. Its due time stays.
        Invalid(unit_code=, person=): also where it is with them already."""
        by.require("requests.route")
        if not unit_code:
            raise Invalid(unit_code="required")
        if unit_code not in self._acts.rules.units():
            raise Invalid(unit_code="unit.unknown")
        with self._writer.entry("requests.routed", by.id) as draft:
            found = self._acts.open(draft, by, request_id, "routed")
            if person is not None:
                self._require_member(draft, person)
            if (unit_code, person) == (found.unit_code, found.person):
                if person is None:
                    raise Invalid(unit_code="request.unit_has_it")
                raise Invalid(person="request.person_has_it")
            text = kept(words) or None
            event(draft, by, request_id, "routed", unit_code=unit_code, text=text, person=person)

    def take(self, by: Person, request_id: UUID) -> None:
        """This person sees to it from now on, within the unit that has it."""
        by.require("requests.handle")
        with self._writer.entry("requests.routed", by.id) as draft:
            found = self._acts.open(draft, by, request_id, "routed")
            event(draft, by, request_id, "routed", unit_code=found.unit_code, person=by.id)

    def step(
        self,
        by: Person,
        request_id: UUID,
        step: str,
        words: str = "",
        result: Mapping[str, Any] | None = None,
    ) -> None:
        """The step that it stands at is done, with its result as its form gives it; the next unit's turn and
        time begin. AppError "request.other_step" when it stands elsewhere, "request.own_form" for a step
        whose form has a use case of its own (a new supply's, a refund's)."""
        by.require("requests.handle")
        with self._writer.entry("requests.stepped", by.id) as draft:
            found = self._acts.open(draft, by, request_id, "stepped")
            if found.step is not None and found.step.form in FORMS:
                raise AppError("request.own_form", request=found.code)  # and no way round it
            self.do_step(draft, by, found, step, words, result)

    def do_step(
        self,
        draft: Draft,
        by: Person,
        found: Standing,
        step: str,
        words: str = "",
        result: Mapping[str, Any] | None = None,
        *,
        ended: bool = False,
    ) -> None:
        """The same within another use case's entry. `ended`: what is asked cannot be; the way ends here, and
        the answer is due within the step's own limit for that (`Step.refusal`, from now)."""
        standing = self.require_step(found, step)
        following = None if ended else step_after(found.kind.steps, step)
        data: dict[str, Any] = {"step": step, "result": dict(result or {})}
        values: dict[str, Any] = {}
        if ended:
            data["ended"] = True
            values = self._answer_soon(found, standing, draft.now, data)
        if following is not None:
            due = due_of(self._acts.rules.calendar(), draft.now, following.limit)
            data |= {"next": following.code, "next_due": millis(due)}
        unit = following.unit_code if following else found.unit_code
        event(draft, by, found.id, "stepped", unit_code=unit, text=kept(words) or None, data=data, **values)

    def require_step(self, found: Standing, step: str) -> Step:
        """The step that is to be done. AppError "request.other_step" when it stands elsewhere."""
        if found.step is None or found.step.code != step:
            raise AppError("request.other_step", request=found.code)
        return found.step

    def _answer_soon(
        self, found: Standing, step: Step, now: datetime, data: dict[str, Any]
    ) -> dict[str, Any]:
        """The sooner of the due time and the limit of a refusal."""
        if step.refusal is None:
            return {}
        due = due_of(self._acts.rules.calendar(), now, step.refusal)
        if found.due is not None and found.due <= due:
            return {}
        data["alarms"] = self._acts.alarms(found.kind, found.received_at, due)
        return {"due": due}

    def ask(self, by: Person, request_id: UUID, unit_code: str, words: str) -> None:
        """Ask another unit; the request stays where it is. Invalid(unit_code=, words=)."""
        by.require("requests.handle")
        wrong = missing_texts(words=words)
        if unit_code not in self._acts.rules.units():
            wrong["unit_code"] = "unit.unknown"
        if wrong:
            raise Invalid(**wrong)
        with self._writer.entry("requests.asked", by.id) as draft:
            found = self._acts.open(draft, by, request_id, "asked")
            if unit_code == found.unit_code:
                raise Invalid(unit_code="unit.has_it")
            event(draft, by, request_id, "asked", unit_code=unit_code, text=kept(words))

    def reply(self, by: Person, request_id: UUID, unit_code: str, words: str) -> None:
        """What the unit that was asked says. Invalid(words=); AppError "request.not_asked"."""
        by.require("requests.handle")
        require_texts(words=words)
        with self._writer.entry("requests.replied", by.id) as draft:
            found = self._acts.open(draft, by, request_id, "replied")
            if unit_code not in found.asked:
                raise AppError("request.not_asked", request=found.code)
            event(draft, by, request_id, "replied", unit_code=unit_code, text=kept(words))

    def hold(self, by: Person, request_id: UUID, reason: str, words: str) -> None:
        """Wait for the customer, for one of `HOLDS`; the clock stops. Invalid(reason=, words=); AppError
        "request.held"."""
        by.require("requests.handle")
        wrong = missing_texts(words=words) | _wrong_reason(reason)
        if wrong:
            raise Invalid(**wrong)
        with self._writer.entry("requests.held", by.id) as draft:
            found = self._acts.open(draft, by, request_id, "held")
            if found.held_at is not None:
                raise AppError("request.held", request=found.code)
            event(draft, by, request_id, "held", text=kept(words), data={"reason": reason})

    def resume(self, by: Person, request_id: UUID, words: str = "") -> None:
        """The customer is waited for no longer: the time of waiting is added to what is left. AppError
        "request.not_held"."""
        by.require("requests.handle")
        with self._writer.entry("requests.resumed", by.id) as draft:
            found = self._acts.open(draft, by, request_id, "resumed")
            if found.held_at is None:
                raise AppError("request.not_held", request=found.code)
            values = self._resumed(found, found.held_at, draft.now)
            event(draft, by, request_id, "resumed", text=kept(words) or None, **values)

    def _resumed(self, found: Standing, held: datetime, now: datetime) -> dict[str, Any]:
        calendar = self._acts.rules.calendar()
        values: dict[str, Any] = {"data": {}}
        if found.due is not None:
            due = shifted(calendar, found.due, found.kind.limit.unit, held, now)
            values["due"] = due
            values["data"]["alarms"] = self._acts.alarms(found.kind, found.received_at, due)
        if found.step is not None and found.step_due is not None:
            step_due = shifted(calendar, found.step_due, found.step.limit.unit, held, now)
            values["data"]["step_due"] = millis(step_due)
        return values

    def _require_member(self, draft: Draft, person: UUID) -> None:
        s = Staff
        wanted = select(s.id).where(
            s.office_no == draft.desk.office_no, s.id == person, s.retired_at.is_(None)
        )
        if draft.read.execute(wanted).first() is None:
            raise Invalid(person="person.unknown")


def _wrong_reason(reason: str) -> dict[str, str]:
    """What is wrong with a reason for waiting."""
    if reason in HOLDS:
        return {}
    return {"reason": "reason.unknown" if reason else "required"}
