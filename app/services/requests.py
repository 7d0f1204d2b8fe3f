"""What people do with requests: receive, answer, tell the customer, ask how content they are, note, reopen.

Nothing is closed but by telling the customer an answer: there is no other use case that closes.
(`app/services/request_work.py` has what units do in between, `incidents.py` what concerns many at once.)
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from app.domain.errors import AppError, Invalid
from app.domain.fold import one_line
from app.domain.fold import phone as dialled
from app.domain.request_types import missing
from app.domain.requests import CHANNELS, OUTCOMES, SCORES
from app.domain.requests import WAYS as ALL_WAYS
from app.models import Customer, Request, RequestEvent
from app.queries.rules import RequestTypeView, RuleQueries
from app.services.request_acts import (
    MOST_LETTERS,
    RequestActs,
    event,
    kept,
    missing_texts,
    require_texts,
)
from app.services.seals import received_at, sealed
from app.services.writer import Draft, Person, Writer

WAYS = ALL_WAYS[:-1]
"""How a customer is told an answer."""

AT_ONCE = {"walk_in": "in_person", "phone": "phone"}
"""The channels by which the answer goes back at once, and how the customer is then told."""

CLOCKS_APART = timedelta(minutes=5)
"""So far a time that is typed may lie ahead of the desk's clock."""

LONGEST_WAIT = timedelta(days=366)
"""So long a letter may have waited."""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What a person asks, in the person's words.

    `entry_id` is made when the form opens. `received_at` (aware) left empty is this moment; `arrived_at` is
    when the office had it, where a letter waited: the clock runs from then. `documents`: the codes of the
    papers that were brought. `anonymous`: who asks wants no name. `answer` and `outcome`: what was answered
    at once, at the desk; the customer hears it in the same conversation, so only for the channels `AT_ONCE`.
    `score`: what the customer thought of it.
    """

    entry_id: UUID
    type_code: str
    channel: str
    words: str
    customer_id: UUID | None = None
    contact_name: str = ""
    phone: str = ""
    address: str = ""
    received_at: datetime | None = None
    answer: str = ""
    outcome: str = "explained"
    arrived_at: datetime | None = None
    source: str = ""
    area: str = ""
    right_code: str = ""
    documents: tuple[str, ...] = ()
    anonymous: bool = False
    incident_id: UUID | None = None
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """What was written: `due` in UTC. `missing`: the papers without which it is noted but not received; then
    there is no due time yet."""

    id: UUID
    code: str
    unit_code: str
    due: datetime | None
    closed: bool
    missing: tuple[str, ...] = ()


class RequestService:
    """Use cases of requests. Each raises AppError "not_allowed" to whom the act is not open,
    "request.unknown", and what `request_acts.refusal` gives (with the code as `request`) where its state
    forbids it."""

    def __init__(self, writer: Writer, rules: RuleQueries) -> None:
        self._writer = writer
        self._acts = RequestActs(writer, rules)

    def register(self, by: Person, new: NewRequest) -> Registered:
        """Receive a request, give it its code, unit and due time (working time of the office), and route it;
        or only note it, where papers are missing.

        A type without a limit stays at the desk. Invalid names the fields: type_code, channel, words,
        contact_name, phone, customer_id, received_at, arrived_at, answer, outcome, right_code, score.
        AppError "already_saved".
        """
        by.require("requests.register")
        entry = self._writer.entry("requests.register", by.id, id=new.entry_id)
        with entry as draft, self._acts.rules.fixed():
            types = self._acts.types(draft)
            card = _customer(draft, new.customer_id)
            wrong = _wrong(new, types, self._acts.rules, draft.now, card)
            if wrong:
                raise Invalid(**wrong)
            kind = types[new.type_code]
            answer = kept(new.answer)
            if answer:
                by.require("requests.answer")
            if answer and kind.restricted:
                by.require("requests.restricted")
            code = draft.number("KN" if kind.category == "complaint" else "YC")
            request = self._add(draft, by, new, kind, code, card)
            lacking = () if answer else missing(kind.documents, new.documents)
            due = None
            if lacking:
                data = {"missing": list(lacking), "documents": list(new.documents)}
                event(draft, by, request, "lacking", unit_code=kind.unit_code, data=data)
            else:
                due = self._begin(draft, by, request, kind, new, answered=bool(answer))
            if new.incident_id is not None:
                event(draft, by, request, "merged", data={"incident": new.incident_id.hex})
            if answer:
                how = AT_ONCE[new.channel]
                few, outcome = kind.restricted, {"outcome": new.outcome}
                event(draft, by, request, "answered", few=few, text=answer, data=outcome)
                event(draft, by, request, "told", few=few, text=answer, data={"how": how})
                if new.score is not None:
                    event(draft, by, request, "rated", data={"score": new.score})
                event(draft, by, request, "closed")
        return Registered(request, code, kind.unit_code, due, bool(answer), lacking)

    def bring(self, by: Person, request_id: UUID, documents: Collection[str]) -> tuple[str, ...]:
        """Papers that were missing are brought: once none is, the request is received and its clock runs.
        Returns what is missing still."""
        by.require("requests.register")
        if not documents:
            raise Invalid(documents="required")
        with self._writer.entry("requests.received", by.id) as draft:
            found = self._acts.open(draft, by, request_id, "received")
            brought = {*_brought(draft, request_id), *documents}
            lacking = missing(found.kind.documents, brought)
            papers = {"documents": sorted(brought)}
            if lacking:
                event(draft, by, request_id, "lacking", data={"missing": list(lacking), **papers})
            else:
                step = self._acts.first_step(found.kind)
                clock = self._acts.clock(found.kind, draft.now, step)
                clock["data"] |= papers
                unit = step.unit_code if step else found.kind.unit_code
                event(draft, by, request_id, "received", unit_code=unit, **clock)
                event(draft, by, request_id, "routed", unit_code=unit)
        return lacking

    def link(self, by: Person, request_id: UUID, customer_id: UUID) -> None:
        """It has turned out whose request it is. Invalid(customer_id=); AppError "request.few" where few may
        know it: the customer of a request is seen at every desk."""
        by.require("requests.route")
        with self._writer.entry("requests.linked", by.id) as draft:
            self._acts.open(draft, by, request_id, "linked")
            if received_at(draft, request_id) is not None:
                raise AppError("request.few")
            if _customer(draft, customer_id) is None:
                raise Invalid(customer_id="customer.unknown")
            event(draft, by, request_id, "linked", data={"customer": customer_id.hex})

    def answer(self, by: Person, request_id: UUID, text: str, outcome: str, cause: str = "") -> None:
        """Write down the answer, how the matter ended and, where there was one, the cause of the trouble. The
        customer has still to be told. Invalid(text=, outcome=, cause=)."""
        by.require("requests.answer")
        wrong = wrong_answer(self._acts.rules, text, outcome, cause)
        if wrong:
            raise Invalid(**wrong)
        with self._writer.entry("requests.answered", by.id) as draft:
            self._acts.open(draft, by, request_id, "answered")
            data = {"outcome": outcome} | ({"cause": cause} if cause else {})
            event(draft, by, request_id, "answered", text=kept(text), data=data)

    def tell(self, by: Person, request_id: UUID, how: str, words: str, score: int | None = None) -> None:
        """Record that the customer was told (`how`: one of `WAYS`; what was said), what the customer thinks
        of it, if asked, and close. Invalid(how=, words=, score=)."""
        by.require("requests.tell")
        by.require("requests.close")
        wrong = missing_texts(words=words) | ({} if how in WAYS else {"how": "way.unknown"})
        wrong |= {} if score is None or score in SCORES else {"score": "score.unknown"}
        if wrong:
            raise Invalid(**wrong)
        with self._writer.entry("requests.told", by.id) as draft:
            self._acts.open(draft, by, request_id, "told")
            event(draft, by, request_id, "told", text=kept(words), data={"how": how})
            if score is not None:
                event(draft, by, request_id, "rated", data={"score": score})
            event(draft, by, request_id, "closed")

    def rate(self, by: Person, request_id: UUID, score: int, words: str = "") -> None:
        """What the customer said when called later: a score of `SCORES`. Invalid(score=)."""
        by.require("requests.tell")
        if score not in SCORES:
            raise Invalid(score="score.unknown")
        with self._writer.entry("requests.rated", by.id) as draft:
            self._acts.open(draft, by, request_id, "rated")
            event(draft, by, request_id, "rated", text=kept(words) or None, data={"score": score})

    def note(self, by: Person, request_id: UUID, words: str, again: bool = False) -> None:
        """Add what was seen, heard or done, whatever the state. `again`: the same person asked once more.
        Invalid(words=)."""
        by.require("requests.note")
        require_texts(words=words)
        with self._writer.entry("requests.noted", by.id) as draft:
            self._acts.open(draft, by, request_id, "noted")
            event(draft, by, request_id, "noted", text=kept(words), data={"again": True} if again else {})

    def reopen(self, by: Person, request_id: UUID, reason: str) -> None:
        """The answer did not hold: a new answer and a new notice are needed, with the type's whole limit from
        now. Of a kind with steps the way goes on where it was left off: what was done stands, and the step by
        which it ended early is done anew. Invalid(reason=)."""
        by.require("requests.reopen")
        require_texts(reason=reason)
        with self._writer.entry("requests.reopened", by.id) as draft:
            found = self._acts.open(draft, by, request_id, "reopened")
            step = self._acts.left_off(draft, found)
            clock = self._acts.clock(found.kind, draft.now, step)
            unit = step.unit_code if step else None
            event(draft, by, request_id, "reopened", unit_code=unit, text=kept(reason), **clock)

    def _add(
        self, draft: Draft, by: Person, new: NewRequest, kind: RequestTypeView, code: str, card: Any
    ) -> UUID:
        id = draft.new_id()
        said: dict[str, Any] = {
            "contact_name": one_line(new.contact_name) or (card.name if card else ""),
            "phone": dialled(new.phone) or (card.phone if card else None),
            "address": one_line(new.address) or (card.address if card else None),
            "words": kept(new.words),
            "source": one_line(new.source) or None,
            "area": one_line(new.area) or (card.ward if card else None),
        }
        if kind.restricted:
            received, named = draft.desk.device, card.code if card else ""
            envelope = sealed(draft, id, received, customer_code=named, **said)
            said = {"contact_name": "", "words": "", "sealed": envelope}
        return draft.add(
            Request,
            id=id,
            code=code,
            type_code=kind.code,
            type_id=kind.id,
            channel=new.channel,
            customer_id=None if kind.restricted else new.customer_id,
            received_at=new.received_at or draft.now,
            received_by=by.id,
            arrived_at=new.arrived_at,
            right_code=new.right_code or kind.right_code if kind.category == "complaint" else None,
            **said,
        )

    def _begin(
        self,
        draft: Draft,
        by: Person,
        request: UUID,
        kind: RequestTypeView,
        new: NewRequest,
        *,
        answered: bool,
    ) -> datetime:
        """Received: its clock runs from when the office had it."""
        step = None if answered else self._acts.first_step(kind)
        since = new.arrived_at or new.received_at or draft.now
        clock = self._acts.clock(kind, since, step)
        if new.documents:
            clock["data"]["documents"] = list(new.documents)
        unit = step.unit_code if step else kind.unit_code
        event(draft, by, request, "received", unit_code=unit, **clock)
        if not answered and kind.limit.amount:
            event(draft, by, request, "routed", unit_code=unit)
        due: datetime = clock["due"]
        return due


def wrong_answer(rules: RuleQueries, text: str, outcome: str, cause: str) -> dict[str, str]:
    """The fields of an answer that cannot be taken."""
    wrong = missing_texts(text=text)
    if outcome not in OUTCOMES:
        wrong["outcome"] = "outcome.unknown"
    if cause and cause not in rules.items("cause"):
        wrong["cause"] = "cause.unknown"
    return wrong


def _brought(draft: Draft, request_id: UUID) -> set[str]:
    """The papers that were brought before."""
    e = RequestEvent
    wanted = select(e.data).where(
        e.office_no == draft.desk.office_no, e.request_id == request_id, e.kind == "lacking"
    )
    return {code for data in draft.read.execute(wanted).scalars() for code in data.get("documents", ())}


# Made once: putting a statement together takes longer than its answer.
_CUSTOMER = select(Customer.code, Customer.name, Customer.phone, Customer.address, Customer.ward).where(
    Customer.office_no == bindparam("office"), Customer.id == bindparam("customer")
)


def _customer(draft: Draft, customer_id: UUID | None) -> Any:
    if customer_id is None:
        return None
    return draft.read.execute(_CUSTOMER, {"office": draft.desk.office_no, "customer": customer_id}).first()


def _wrong(
    new: NewRequest, types: dict[str, RequestTypeView], rules: RuleQueries, now: datetime, customer: Any
) -> dict[str, str]:
    """The fields that cannot be taken."""
    wrong = missing_texts(words=new.words)
    kind = types.get(new.type_code)
    if kind is None:
        wrong["type_code"] = "type.unknown" if new.type_code else "required"
    if new.channel not in CHANNELS:
        wrong["channel"] = "channel.unknown"
    elif kind is not None and new.channel not in kind.channels:
        wrong["channel"] = "channel.not_for_type"
    if new.right_code and new.right_code not in rules.items("right"):
        wrong["right_code"] = "right.unknown"
    elif kind is not None and kind.category == "complaint" and not (new.right_code or kind.right_code):
        wrong["right_code"] = "required"
    wrong |= _wrong_person(new, customer) | _wrong_times(new, now)
    if new.answer.strip():
        if new.outcome not in OUTCOMES:
            wrong["outcome"] = "outcome.unknown"
        if new.channel not in AT_ONCE:
            wrong["answer"] = "answer.not_at_once"
        elif len(new.answer) > MOST_LETTERS:
            wrong["answer"] = "text.long"
    if new.score is not None and new.score not in SCORES:
        wrong["score"] = "score.unknown"
    return wrong


def _wrong_person(new: NewRequest, customer: Any) -> dict[str, str]:
    wrong = {}
    if new.customer_id is not None and customer is None:
        wrong["customer_id"] = "customer.unknown"
    if customer is None and not new.contact_name.strip() and not new.anonymous:
        wrong["contact_name"] = "contact.nameless"
    digits = dialled(new.phone)
    if new.phone.strip() and not 3 <= len(digits) <= 15:
        wrong["phone"] = "phone.wrong"
    elif customer is None and not digits and not new.address.strip() and not _heard(new):
        wrong["phone"] = "contact.unreachable"
    return wrong


def _heard(new: NewRequest) -> bool:
    """Whether nobody is to be reached later: a name is not wanted, or the answer was heard at once."""
    return new.anonymous or (new.channel in AT_ONCE and bool(new.answer.strip()))


def _wrong_times(new: NewRequest, now: datetime) -> dict[str, str]:
    wrong = {}
    received = new.received_at or now
    if received > now + CLOCKS_APART:
        wrong["received_at"] = "time.future"
    if new.arrived_at is not None:
        if new.arrived_at > received + CLOCKS_APART:
            wrong["arrived_at"] = "time.after_receipt"
        elif received - new.arrived_at > LONGEST_WAIT:
            wrong["arrived_at"] = "time.too_long_ago"
    return wrong
