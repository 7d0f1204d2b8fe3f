"""Refund of an overpayment: checked against the ledger, approved by a second person, paid out or kept.

The claim is a request; each act is a step of it, in one entry with all that it writes. What is paid out is
taken, receipt by receipt, from the money that lies with us without a bill, so that every đồng is accounted
for on either side: out of the drawer, and out of the ledger. Cash only: there is no bank account here to pay
from, so who wants a transfer keeps the money as credit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.domain.cash import explains
from app.domain.errors import AppError, Invalid
from app.domain.refunds import (
    Found,
    checks,
    decisions,
    draw,
    require_amount,
    require_second,
    require_third,
)
from app.domain.request_types import Step, step_after
from app.models import Payout
from app.queries.customers import here
from app.queries.lying import credit_of, lying_of
from app.queries.refunds import events_of, fitting, limits
from app.queries.rules import RuleQueries
from app.services.cash import allocate, own_open_session
from app.services.request_acts import RequestActs, Standing, event, kept, missing_texts
from app.services.request_work import RequestWorkService
from app.services.writer import Draft, Person, Writer


@dataclass(frozen=True, slots=True)
class PayOut:
    """What the cashier hands over. `payee` signs for it; `words`: what the customer is told. `entry_id` is
    made when the form opens. `session_id`: the cashier's open session at this desk, if there is one."""

    entry_id: UUID
    request_id: UUID
    session_id: UUID | None
    payee: str
    words: str


@dataclass(frozen=True, slots=True)
class PaidOut:
    """What became of it."""

    payout_id: UUID
    code: str
    amount: int


class RefundService:
    """Use cases of a refund. Each raises AppError "not_allowed", "request.unknown", what the state of the
    request forbids (`request_acts.refusal`), and "request.other_step" when it stands at another step."""

    def __init__(self, writer: Writer, rules: RuleQueries) -> None:
        self._writer = writer
        self._rules = rules
        self._acts = RequestActs(writer, rules)
        self._work = RequestWorkService(writer, rules)

    def check(
        self,
        by: Person,
        request_id: UUID,
        amount: int | None,
        words: str,
        receipts: Sequence[str] = (),
        entry_id: UUID | None = None,
    ) -> None:
        """Found against the ledger: so much was paid too much, for the reason in `words` (it stands on the
        pay-out slip); `receipts`: the codes of those that were seen. Needs "refunds.check". Invalid(amount=,
        words=). AppError "refund.no_customer"."""
        by.require("refunds.check")
        with self._writer.entry("refunds.check", by.id, id=entry_id) as draft:
            found, step = self._at(draft, by, request_id, "check")
            lies = self._lies(draft, found)
            wrong = missing_texts(words=words)
            if not wrong and not explains(words):
                wrong["words"] = "required"
            try:
                require_amount(amount, lies, limits(self._rules.utility.currency.code))
            except Invalid as error:
                wrong |= error.fields
            if wrong:
                raise Invalid(**wrong)
            result = {"checked": True, "amount": amount, "lies": lies, "receipts": list(receipts)}
            self._work.do_step(draft, by, found, step.code, words, result)

    def approve(
        self, by: Person, request_id: UUID, yes: bool, words: str = "", entry_id: UUID | None = None
    ) -> None:
        """The second person's word. A no is the answer to the customer and says why: Invalid(words=). Needs
        "refunds.approve". AppError "refund.own_check", "refund.own_request", and "refund.not_there" (code,
        amount, there) when the money was used meanwhile."""
        by.require("refunds.approve")
        with self._writer.entry("refunds.approve", by.id, id=entry_id) as draft:
            found, step = self._at(draft, by, request_id, "approve")
            check = self._checked(draft, found)
            require_second(by.id, check, found.received_by)
            if yes:
                self._require_there(found, check.amount, self._lies(draft, found))
                result = {"approved": True, "amount": check.amount}
                self._work.do_step(draft, by, found, step.code, words, result)
                return
            if wrong := missing_texts(words=words):
                raise Invalid(**wrong)
            said = kept(words)
            result = {"approved": False, "amount": check.amount}
            self._work.do_step(draft, by, found, step.code, said, result, ended=True)
            event(draft, by, request_id, "answered", text=said, data={"outcome": "unfounded"})

    def pay(self, by: Person, new: PayOut) -> PaidOut:
        """The money goes over the counter: out of the person's own open session, and out of what lies with
        us. The customer is told with it, so the request is closed. Needs "refunds.pay". Invalid(payee=,
        words=). AppError "refund.not_approved", "refund.paid_already", "refund.own_approval",
        "refund.not_there", "refund.no_session", "refund.drawer_short" (amount, held), those of the session,
        and "already_saved"."""
        by.require("refunds.pay")
        wrong = missing_texts(payee=new.payee, words=new.words)
        if wrong:
            raise Invalid(**wrong)
        if new.session_id is None:
            raise AppError("refund.no_session")
        with self._writer.entry("refunds.pay", by.id, id=new.entry_id) as draft:
            found, step = self._at(draft, by, new.request_id, "pay")
            approval = self._approved(draft, found)
            require_third(by.id, approval)
            held = own_open_session(draft, by, new.session_id)
            amount = approval.amount
            lies = self._lies(draft, found)
            lying = lying_of(draft.read, draft.desk.office_no, _customer(found), lies)
            self._require_there(found, amount, sum(money.amount for money in lying))
            if held < amount:
                raise AppError("refund.drawer_short", amount=amount, held=held)
            code = draft.number("PC")
            payout = draft.add(
                Payout,
                code=code,
                session_id=new.session_id,
                customer_id=_customer(found),
                request_id=found.id,
                payee=new.payee.strip(),
                amount=amount,
                approved_by=approval.by,
                by=by.id,
                paid_at=draft.now,
            )
            for money, part in draw(lying, amount):
                allocate(draft, money.receipt_id, money.bill_id, _customer(found), -part, payout)
            result = {"how": "cash", "amount": amount, "payout": code}
            self._finish(draft, by, found, step, new.words, result, "refunded")
        return PaidOut(payout, code, amount)

    def credit(self, by: Person, request_id: UUID, words: str, entry_id: UUID | None = None) -> None:
        """The money stays with us as the customer's credit: nothing moves, and the outcome says so. The
        customer has still to be told. Needs "refunds.pay". Invalid(words=). AppError
        "refund.not_approved"."""
        by.require("refunds.pay")
        if wrong := missing_texts(words=words):
            raise Invalid(**wrong)
        with self._writer.entry("refunds.credit", by.id, id=entry_id) as draft:
            found, step = self._at(draft, by, request_id, "pay")
            approval = self._approved(draft, found)
            result = {"how": "credit", "amount": approval.amount}
            self._finish(draft, by, found, step, words, result, "credited")

    # -- what they have in common ---------------------------------------------------------------------------

    def _at(self, draft: Draft, by: Person, request_id: UUID, form: str) -> tuple[Standing, Step]:
        found = self._acts.open(draft, by, request_id, "stepped")
        if found.step is None or found.step.form != form:
            raise AppError("request.other_step", request=found.code)
        if found.customer_id is None:
            raise AppError("refund.no_customer", request=found.code)
        return found, found.step

    def _lies(self, draft: Draft, found: Standing) -> int:
        return max(credit_of(draft.read, draft.desk.office_no, _customer(found)), 0)

    def _checked(self, draft: Draft, found: Standing) -> Found:
        """The check that counts. AppError "refund.not_checked"."""
        done = checks(fitting(events_of(draft.read, draft.desk.office_no, found.id)))
        if not done:
            raise AppError("refund.not_checked", request=found.code)
        return done[-1]

    def _approved(self, draft: Draft, found: Standing) -> Found:
        """The approval that counts. AppError "refund.not_approved", and "refund.paid_already" (payout): one
        claim is paid once, whatever becomes of its request."""
        y = Payout
        paid = select(y.code).where(here(y, draft.desk.office_no), y.request_id == found.id)
        if (there := draft.read.execute(paid).scalar()) is not None:
            raise AppError("refund.paid_already", request=found.code, payout=there)
        done = decisions(fitting(events_of(draft.read, draft.desk.office_no, found.id)), True)
        if not done:
            raise AppError("refund.not_approved", request=found.code)
        return done[-1]

    def _require_there(self, found: Standing, amount: int, there: int) -> None:
        if there < amount:
            raise AppError("refund.not_there", request=found.code, amount=amount, there=there)

    def _finish(
        self,
        draft: Draft,
        by: Person,
        found: Standing,
        step: Step,
        words: str,
        result: dict[str, Any],
        outcome: str,
    ) -> None:
        """The step, and after the last one the answer; who has the money in his hand has been told."""
        said = kept(words)
        self._work.do_step(draft, by, found, step.code, said, result)
        if step_after(found.kind.steps, step.code) is not None:
            return
        event(draft, by, found.id, "answered", text=said, data={"outcome": outcome})
        if outcome == "refunded":
            event(draft, by, found.id, "told", text=said, data={"how": "in_person"})
            event(draft, by, found.id, "closed")


def _customer(found: Standing) -> UUID:
    assert found.customer_id is not None  # `_at` has seen to it
    return found.customer_id
