"""What concerns many at once: a fault or a planned interruption, the requests under it, their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.domain.errors import AppError, Invalid
from app.domain.fold import one_line
from app.domain.requests import UNTOLD, may
from app.models import Incident, RequestState
from app.queries.rules import RuleQueries
from app.services.request_acts import RequestActs, event, kept, missing_texts
from app.services.requests import WAYS, wrong_answer
from app.services.writer import Draft, Person, Writer


@dataclass(frozen=True, slots=True)
class NewIncident:
    """A fault, or with `planned` an interruption that was announced."""

    entry_id: UUID
    title: str
    area: str
    started_at: datetime
    planned: bool = False
    ward: str = ""
    line: str = ""
    cause: str = ""
    expected_at: datetime | None = None
    note: str = ""


class IncidentService:
    """Use cases of incidents. AppError "incident.unknown", "not_allowed"."""

    def __init__(self, writer: Writer, rules: RuleQueries) -> None:
        self._writer = writer
        self._acts = RequestActs(writer, rules)

    def begin(self, by: Person, new: NewIncident) -> tuple[UUID, str]:
        """Open an incident; returns its id and code. Invalid(title=, area=, cause=, expected_at=)."""
        by.require("requests.route")
        wrong = missing_texts(title=new.title, area=new.area)
        if new.cause and new.cause not in self._acts.rules.items("cause"):
            wrong["cause"] = "cause.unknown"
        if new.expected_at is not None and new.expected_at < new.started_at:
            wrong["expected_at"] = "time.before_start"
        if wrong:
            raise Invalid(**wrong)
        with self._writer.entry("incidents.begin", by.id, id=new.entry_id) as draft:
            code = draft.number("SC")
            incident = draft.add(
                Incident,
                code=code,
                title=one_line(new.title),
                area=one_line(new.area),
                ward=one_line(new.ward) or None,
                line=one_line(new.line) or None,
                cause=new.cause or None,
                planned=new.planned,
                started_at=new.started_at,
                expected_at=new.expected_at,
                note=kept(new.note) or None,
            )
        return incident, code

    def expect(self, by: Person, incident: UUID, until: datetime | None) -> None:
        """When it is thought to end."""
        by.require("requests.route")
        with self._writer.entry("incidents.change", by.id) as draft:
            self._require(draft, incident)
            draft.change(Incident, incident, expected_at=until)

    def end(self, by: Person, incident: UUID, at: datetime, cause: str = "") -> None:
        """Supply is back. Invalid(ended_at=, cause=)."""
        by.require("requests.route")
        with self._writer.entry("incidents.change", by.id) as draft:
            started = self._require(draft, incident)
            wrong = {} if started <= at <= draft.now else {"ended_at": "time.future"}
            if at < started:
                wrong["ended_at"] = "time.before_start"
            if cause and cause not in self._acts.rules.items("cause"):
                wrong["cause"] = "cause.unknown"
            if wrong:
                raise Invalid(**wrong)
            draft.change(Incident, incident, ended_at=at, **({"cause": cause} if cause else {}))

    def put_under(self, by: Person, incident: UUID | None, requests: Sequence[UUID]) -> None:
        """Requests are about this incident; None: about none."""
        by.require("requests.route")
        with self._writer.entry("requests.merged", by.id) as draft:
            if incident is not None:
                self._require(draft, incident)
            data = {} if incident is None else {"incident": incident.hex}
            for request in requests:
                self._acts.open(draft, by, request, "merged")
                event(draft, by, request, "merged", data=data)

    def answer_all(self, by: Person, incident: UUID, text: str, outcome: str, cause: str = "") -> int:
        """One answer for every request under the incident that has none yet; returns how many. Each customer
        has still to be told. Invalid(text=, outcome=, cause=)."""
        by.require("requests.answer")
        wrong = wrong_answer(self._acts.rules, text, outcome, cause)
        if wrong:
            raise Invalid(**wrong)
        with self._writer.entry("requests.answered", by.id) as draft:
            self._require(draft, incident)
            s = RequestState
            office = draft.desk.office_no
            under = select(s.id, s.state).where(s.office_no == office, s.incident_id == incident)
            waiting = [id for id, state in draft.read.execute(under) if may(state, "answered")]
            data = {"outcome": outcome} | ({"cause": cause} if cause else {})
            for request in waiting:
                self._acts.open(draft, by, request, "answered")
                event(draft, by, request, "answered", text=kept(text), data=data)
        return len(waiting)

    def tell_all(self, by: Person, requests: Sequence[UUID], how: str, words: str) -> int:
        """The customers of several answered requests were told the same, each in the same way; they are
        closed. Returns how many. Invalid(how=, words=)."""
        by.require("requests.tell")
        by.require("requests.close")
        wrong = missing_texts(words=words) | ({} if how in WAYS else {"how": "way.unknown"})
        if wrong:
            raise Invalid(**wrong)
        with self._writer.entry("requests.told", by.id) as draft:
            waiting = []
            for request in requests:
                if self._acts.standing(draft, request).state in UNTOLD:
                    waiting.append(self._acts.open(draft, by, request, "told"))
            for found in waiting:
                event(draft, by, found.id, "told", text=kept(words), data={"how": how})
                event(draft, by, found.id, "closed")
        return len(waiting)

    def _require(self, draft: Draft, incident: UUID) -> datetime:
        i = Incident
        wanted = select(i.started_at).where(i.office_no == draft.desk.office_no, i.id == incident)
        started = draft.read.execute(wanted).scalar()
        if started is None:
            raise AppError("incident.unknown")
        return started
