"""What people do with requests: receive, route, answer, tell the customer, note, reopen.

Nothing is closed but by telling the customer an answer: there is no other use case that closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from app.domain.deadlines import Limit
from app.domain.deadlines import due as due_of
from app.domain.errors import AppError, Invalid
from app.domain.fold import nfc
from app.domain.fold import phone as dialled
from app.domain.requests import CHANNELS, OUTCOMES, may
from app.models import Customer, Request, RequestEvent, RequestState, RequestType
from app.queries.rules import RequestTypeView, RuleQueries
from app.services.writer import Draft, Person, Writer

WAYS = ("in_person", "phone", "sms", "email", "letter")
"""How a customer is told an answer."""

AT_ONCE = {"walk_in": "in_person", "phone": "phone"}
"""The channels by which the answer goes back at once, and how the customer is then told."""

MOST_LETTERS = 4000
"""A letter of two pages."""
CLOCKS_APART = timedelta(minutes=5)
"""So far a time that is typed may lie ahead of the desk's clock."""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What a person asks, in the person's words.

    `entry_id` is made when the form opens. `received_at` (aware) left empty is this moment; a letter
    came earlier. `answer` and `outcome`: what was answered at once, at the desk; the customer hears it in
    the same conversation, so only for the channels `AT_ONCE`.
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


@dataclass(frozen=True, slots=True)
class Registered:
    """What was written: `due` in UTC."""

    id: UUID
    code: str
    unit_code: str
    due: datetime
    closed: bool


class RequestService:
    """Use cases of requests. Each raises AppError "not_allowed" to whom the act is not open,
    "request.unknown", and one of `REFUSALS` (with the code as `request`) where its state forbids it."""

    def __init__(self, writer: Writer, rules: RuleQueries) -> None:
        self._writer = writer
        self._rules = rules

    def register(self, by: Person, new: NewRequest) -> Registered:
        """Receive a request, give it its code, unit and due time (working time of the office), and route it.

        A type without a limit stays at the desk. Invalid names the fields: type_code, channel, words,
        contact_name, phone, customer_id, received_at, answer, outcome. AppError "already_saved".
        """
        by.require("requests.register")
        types = self._rules.request_types()
        words, answer, contact = _text(new.words), _text(new.answer), " ".join(nfc(new.contact_name).split())
        address, phone = " ".join(nfc(new.address).split()), dialled(new.phone)
        with self._writer.entry("requests.register", by.id, id=new.entry_id) as draft:
            card = _customer(draft, new.customer_id)
            wrong = _wrong(new, types, draft.now, card)
            if wrong:
                raise Invalid(**wrong)
            kind = types[new.type_code]
            if answer:
                by.require("requests.answer")
            if answer and kind.restricted:
                by.require("requests.restricted")
            received = new.received_at or draft.now
            due = due_of(self._rules.calendar(), received, kind.limit)
            code = draft.number("YC")
            request = draft.add(
                Request,
                code=code,
                type_code=kind.code,
                channel=new.channel,
                customer_id=new.customer_id,
                contact_name=contact or (card.name if card else ""),
                phone=phone or (card.phone if card else None),
                address=address or (card.address if card else None),
                words=words,
                received_at=received,
                received_by=by.id,
            )
            _event(draft, by, request, "received", unit_code=kind.unit_code, due=due)
            if answer:
                how = AT_ONCE[new.channel]
                _event(draft, by, request, "answered", text=answer, data={"outcome": new.outcome})
                _event(draft, by, request, "told", text=answer, data={"how": how})
                _event(draft, by, request, "closed")
            elif kind.limit.amount:
                _event(draft, by, request, "routed", unit_code=kind.unit_code)
        return Registered(request, code, kind.unit_code, due, bool(answer))

    def route(self, by: Person, request_id: UUID, unit_code: str, words: str = "") -> None:
        """Hand it to a unit, with what it is asked. Its due time stays. Invalid(unit_code=...)."""
        by.require("requests.route")
        if unit_code not in self._rules.units():
            raise Invalid(unit_code="unit.unknown")
        self._act(by, request_id, "routed", unit_code=unit_code, text=_text(words) or None)

    def answer(self, by: Person, request_id: UUID, text: str, outcome: str) -> None:
        """Write down the answer and how the matter ended. The customer has still to be told. Invalid(text=,
        outcome=)."""
        by.require("requests.answer")
        wrong = _missing(text=text) | ({} if outcome in OUTCOMES else {"outcome": "outcome.unknown"})
        if wrong:
            raise Invalid(**wrong)
        self._act(by, request_id, "answered", text=_text(text), data={"outcome": outcome})

    def tell(self, by: Person, request_id: UUID, how: str, words: str) -> None:
        """Record that the customer was told (`how`: one of `WAYS`; what was said), and close.
        Invalid(how=, words=)."""
        by.require("requests.tell")
        by.require("requests.close")
        wrong = _missing(words=words) | ({} if how in WAYS else {"how": "way.unknown"})
        if wrong:
            raise Invalid(**wrong)
        self._act(by, request_id, "told", closing=True, text=_text(words), data={"how": how})

    def note(self, by: Person, request_id: UUID, words: str) -> None:
        """Add what was seen, heard or done; whatever the state. Invalid(words=)."""
        by.require("requests.note")
        wrong = _missing(words=words)
        if wrong:
            raise Invalid(**wrong)
        self._act(by, request_id, "noted", text=_text(words))

    def reopen(self, by: Person, request_id: UUID, reason: str) -> None:
        """The answer did not hold: a new answer and a new notice are needed, with the type's whole limit from
        now. Invalid(reason=)."""
        by.require("requests.reopen")
        wrong = _missing(reason=reason)
        if wrong:
            raise Invalid(**wrong)
        self._act(by, request_id, "reopened", text=_text(reason))

    def _act(self, by: Person, request_id: UUID, kind: str, *, closing: bool = False, **values: Any) -> None:
        with self._writer.entry(f"requests.{kind}", by.id) as draft:
            office, s, r = draft.desk.office_no, RequestState, Request
            wanted = (
                select(r.code, r.type_code, r.received_by, s.state)
                .join(s, (s.office_no == r.office_no) & (s.id == r.id))
                .where(r.office_no == office, r.id == request_id)
            )
            found = draft.read.execute(wanted).first()
            if found is None:
                raise AppError("request.unknown")
            kind_of = _type(draft, found.type_code)
            if kind_of.restricted and not (kind in ("noted", "told") and found.received_by == by.id):
                by.require("requests.restricted")
            if not may(found.state, kind):
                raise AppError(REFUSALS[kind, found.state], request=found.code)
            if kind == "reopened":
                limit = Limit(kind_of.limit_amount, kind_of.limit_unit)
                values["due"] = due_of(self._rules.calendar(), draft.now, limit)
            _event(draft, by, request_id, kind, **values)
            if closing:
                _event(draft, by, request_id, "closed")


REFUSALS = {
    ("routed", "answered"): "request.answered_already",
    ("routed", "told"): "request.answered_already",
    ("routed", "closed"): "request.closed_already",
    ("answered", "answered"): "request.answered_already",
    ("answered", "told"): "request.answered_already",
    ("answered", "closed"): "request.closed_already",
    ("told", "received"): "request.not_answered",
    ("told", "routed"): "request.not_answered",
    ("told", "closed"): "request.closed_already",
    ("reopened", "received"): "request.open_still",
    ("reopened", "routed"): "request.open_still",
}
"""(act, state) -> why it cannot be."""


def _event(draft: Draft, by: Person, request: UUID, kind: str, **values: Any) -> None:
    row = {"at": draft.now, "by": by.id, "data": {}, **values}
    draft.add(RequestEvent, request_id=request, kind=kind, **row)


# Made once: putting a statement together takes longer than its answer.
_CUSTOMER = select(Customer.name, Customer.phone, Customer.address).where(
    Customer.office_no == bindparam("office"), Customer.id == bindparam("customer")
)


def _customer(draft: Draft, customer_id: UUID | None) -> Any:
    if customer_id is None:
        return None
    return draft.read.execute(_CUSTOMER, {"office": draft.desk.office_no, "customer": customer_id}).first()


def _type(draft: Draft, code: str) -> Any:
    t = RequestType
    return draft.read.execute(
        select(t.limit_amount, t.limit_unit, t.restricted).where(t.code == code).limit(1)
    ).one()


def _wrong(
    new: NewRequest, types: dict[str, RequestTypeView], now: datetime, customer: Any
) -> dict[str, str]:
    """The fields that cannot be taken."""
    wrong = _missing(words=new.words)
    if new.type_code not in types:
        wrong["type_code"] = "type.unknown" if new.type_code else "required"
    if new.channel not in CHANNELS:
        wrong["channel"] = "channel.unknown"
    if new.customer_id is not None and customer is None:
        wrong["customer_id"] = "customer.unknown"
    if customer is None and not new.contact_name.strip():
        wrong["contact_name"] = "required"
    digits = dialled(new.phone)
    if new.phone.strip() and not 3 <= len(digits) <= 15:
        wrong["phone"] = "phone.wrong"
    elif customer is None and not digits and not new.address.strip():
        wrong["phone"] = "contact.unreachable"
    if new.received_at is not None and new.received_at > now + CLOCKS_APART:
        wrong["received_at"] = "time.future"
    if new.answer.strip():
        if new.outcome not in OUTCOMES:
            wrong["outcome"] = "outcome.unknown"
        if new.channel not in AT_ONCE:
            wrong["answer"] = "answer.not_at_once"
        elif len(new.answer) > MOST_LETTERS:
            wrong["answer"] = "text.long"
    return wrong


def _missing(**texts: str) -> dict[str, str]:
    wrong = {}
    for name, text in texts.items():
        if not text.strip():
            wrong[name] = "required"
        elif len(text) > MOST_LETTERS:
            wrong[name] = "text.long"
    return wrong


def _text(text: str) -> str:
    """As it is kept: precomposed, without blanks around it, lines as they were."""
    return "\n".join(line.rstrip() for line in nfc(text).strip().splitlines())
