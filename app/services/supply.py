"""A new supply from its survey to the first index: each form is one entry with its step, and of the last one
the customer, the connection and the meter are born.

Ids are worked out from the request (`app.domain.supply.born_id`): two desks that do the same step apart make
the same rows, so no second customer is born.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.domain import supply
from app.domain.errors import AppError, Invalid
from app.domain.fold import one_line
from app.domain.supply import MOST_LINES, Estimate, Survey, born_id
from app.models import Connection, Contract, Meter, WorkOrder
from app.queries.rules import RuleQueries
from app.services.customers import (
    LARGEST_INDEX,
    CustomerService,
    NewConnection,
    NewCustomer,
    NewIds,
    NewMeter,
)
from app.services.request_acts import RequestActs, Standing, event, kept, missing_texts, stepped
from app.services.request_work import RequestWorkService
from app.services.writer import Draft, Person, Writer

LONGEST_LINE = 200
"""Letters of a one-line field."""
FARTHEST = 100_000
"""Metres from the network."""


@dataclass(frozen=True, slots=True)
class NewContract:
    """What stands in a contract. Without `customer_code` it is worked out from the contract's number; for a
    customer who is there already (`SupplyService.customer`) name, code and tax code are those of the card."""

    name: str
    address: str
    customer_class: str
    signed_on: date
    phone: str = ""
    tax_code: str = ""
    customer_code: str = ""
    supply_address: str = ""
    quotas: int | None = 1
    route: str = ""


@dataclass(frozen=True, slots=True)
class Installed:
    """The meter as it was fitted; `work_order` the order by which the crew went."""

    meter_serial: str
    meter_digits: int | None
    installed_on: date
    work_order: UUID | None = None


class SupplyService:
    """Use cases of the steps of a new supply. Errors as `RequestWorkService.step`, and Invalid by field."""

    def __init__(
        self,
        writer: Writer,
        rules: RuleQueries,
        work: RequestWorkService,
        customers: CustomerService,
        today: Callable[[], date],
    ) -> None:
        self._writer = writer
        self._acts = RequestActs(writer, rules)
        self._work = work
        self._customers = customers
        self._today = today

    def survey(self, by: Person, request_id: UUID, step: str, survey: Survey, words: str = "") -> None:
        """What was found at the place. Not feasible: the way ends here, and the reason is proposed as the
        answer. Invalid(reason=, distance=, line=, meter=)."""
        by.require("requests.handle")
        wrong = missing_texts(reason=survey.reason) if not survey.feasible else {}
        if survey.feasible and survey.distance is not None and not 0 <= survey.distance <= FARTHEST:
            wrong["distance"] = "distance.wrong"
        clean = replace(
            survey, line=one_line(survey.line), meter=one_line(survey.meter), reason=kept(survey.reason)
        )
        wrong |= _too_long(line=clean.line, meter=clean.meter)
        if wrong:
            raise Invalid(**wrong)
        with self._writer.entry("supply.survey", by.id) as draft:
            found = self._open(draft, by, request_id, step)
            self._work.do_step(draft, by, found, step, words, clean.result(), ended=not survey.feasible)

    def estimate(self, by: Person, request_id: UUID, step: str, estimate: Estimate, words: str = "") -> None:
        """What it will cost the customer. Invalid(lines=, vat_permille=, valid_until=)."""
        by.require("requests.handle")
        lines = tuple(replace(n, item=one_line(n.item), unit=one_line(n.unit)) for n in estimate.lines)
        wrong = {}
        if not lines:
            wrong["lines"] = "lines.none"
        elif len(lines) > MOST_LINES:
            wrong["lines"] = "lines.many"
        elif not all(line.complete for line in lines):
            wrong["lines"] = "lines.incomplete"
        if str(estimate.vat_permille) not in self._acts.rules.items("vat"):
            wrong["vat_permille"] = "vat.unknown"
        if estimate.valid_until < self._today():
            wrong["valid_until"] = "date.past"
        if wrong:
            raise Invalid(**wrong)
        with self._writer.entry("supply.estimate", by.id) as draft:
            found = self._open(draft, by, request_id, step)
            result = replace(estimate, lines=lines).result()
            self._work.do_step(draft, by, found, step, words, result)

    def sign(self, by: Person, request_id: UUID, step: str, new: NewContract, words: str = "") -> str:
        """The contract is signed; it gets the next number of this desk. Returns the number. Invalid as
        `CustomerService.add`, and signed_on."""
        by.require("requests.handle")
        with self._writer.entry("supply.contract", by.id) as draft:
            found = self._open(draft, by, request_id, step)
            code = draft.number("HC")
            row = self._contract_row(draft, found, new, code)
            draft.add(
                Contract,
                id=born_id(found.id, "contract"),
                code=code,
                request_id=found.id,
                by=by.id,
                written_at=draft.now,
                **row,
            )
            result = {"code": code, "customer_code": row["customer_code"], "signed_on": str(new.signed_on)}
            self._work.do_step(draft, by, found, step, words, result)
        return code

    def install(self, by: Person, request_id: UUID, step: str, new: Installed, words: str = "") -> None:
        """The meter is fitted. Invalid(meter_serial=, meter_digits=, installed_on=, work_order=)."""
        by.require("requests.handle")
        serial = one_line(new.meter_serial)
        wrong = {} if serial else {"meter_serial": "required"}
        if len(serial) > 40:
            wrong["meter_serial"] = "too_long"
        if new.meter_digits is not None and not 3 <= new.meter_digits <= 9:
            wrong["meter_digits"] = "digits.wrong"
        if new.installed_on > self._today():
            wrong["installed_on"] = "date.future"
        with self._writer.entry("supply.installation", by.id) as draft:
            found = self._open(draft, by, request_id, step)
            order = self._order(draft, found, new.work_order)
            if new.work_order is not None and order is None:
                wrong["work_order"] = "order.of_another"
            if not wrong and self._in_use(draft, serial):
                wrong["meter_serial"] = "meter.in_use"
            if wrong:
                raise Invalid(**wrong)
            result: dict[str, Any] = {
                "serial": serial,
                "digits": new.meter_digits,
                "installed_on": new.installed_on.isoformat(),
            }
            if new.work_order is not None:
                result |= {"work_order": new.work_order.hex, "order_code": order}
            self._work.do_step(draft, by, found, step, words, result)

    def supply(
        self,
        by: Person,
        request_id: UUID,
        step: str,
        index: int | None,
        supplied_on: date,
        answer: str = "",
        words: str = "",
        customer_code: str = "",
    ) -> UUID:
        """The first index (thousandths of the unit), and supply begins: customer, connection and meter are
        born of contract and installation, and the request is the customer's. `answer` is proposed for the
        customer; `customer_code` stands in for that of the contract where it was taken since. Returns the
        customer's id. Invalid(first_index=, supplied_on=) and as `CustomerService.add`; AppError
        "supply.no_contract", "supply.no_meter", "supply.meter_in_use".
        """
        by.require("requests.handle")
        by.require("customers.edit")
        wrong = {}
        if index is None:
            wrong["first_index"] = "required"
        elif not 0 <= index <= LARGEST_INDEX:
            wrong["first_index"] = "index.wrong"
        if supplied_on > self._today():
            wrong["supplied_on"] = "date.future"
        if wrong or index is None:
            raise Invalid(**wrong)
        with self._writer.entry("supply.first_index", by.id) as draft:
            found = self._open(draft, by, request_id, step)
            contract, meter = self._contract(draft, found), self._fitted(draft, found, index)
            if self._in_use(draft, meter.serial):
                raise AppError("supply.meter_in_use", serial=meter.serial)
            if meter.digits is not None and index >= 10**meter.digits * 1000:
                raise Invalid(first_index="index.wrong")
            of = contract.customer_id if contract.customer_id != born_id(found.id, "customer") else None
            ids = NewIds(*(born_id(found.id, kind) for kind in ("customer", "connection", "meter")))
            code = one_line(customer_code) or contract.customer_code
            new = _new_customer(contract, meter, code, self._connection_code(draft, code, of))
            customer = self._customers.enter(draft, new, ids, of)
            if found.customer_id != customer:
                event(draft, by, found.id, "linked", data={"customer": customer.hex})
            result = {
                "index": index,
                "supplied_on": supplied_on.isoformat(),
                "customer": customer.hex,
                "connection": born_id(found.id, "connection").hex,
                "meter": born_id(found.id, "meter").hex,
            }
            if answer.strip():
                result |= {"answer": kept(answer), "outcome": "solved"}
            self._work.do_step(draft, by, found, step, words, result)
        return customer

    def _open(self, draft: Draft, by: Person, request_id: UUID, step: str) -> Standing:
        """The request, which stands at this step."""
        found = self._acts.open(draft, by, request_id, "stepped")
        self._work.require_step(found, step)
        return found

    # -- parts --------------------------------------------------------------------------------------------

    def _contract_row(self, draft: Draft, found: Standing, new: NewContract, code: str) -> dict[str, Any]:
        """The columns of a contract. Invalid."""
        of = found.customer_id
        wanted = NewCustomer(
            entry_id=found.id,
            code=new.customer_code or f"KH{code[2:]}",
            name=new.name,
            address=new.address,
            phone=new.phone,
            tax_code=new.tax_code,
            connection=NewConnection(
                new.customer_class,
                address=new.supply_address,
                quotas=new.quotas if new.quotas is not None else 0,
                route=new.route,
            ),
        )
        person, point, _ = self._customers.checked(draft, wanted, of)
        if of is None and self._promised(draft, found.id, person["code"]):
            raise Invalid(code="taken")
        if new.signed_on > self._today():
            raise Invalid(signed_on="date.future")
        return {
            "customer_id": of or born_id(found.id, "customer"),
            "customer_code": person["code"],
            "name": person["name"],
            "phone": person["phone"],
            "address": person["address"],
            "tax_code": person["tax_code"],
            "supply_address": point["address"],
            "customer_class": point["customer_class"],
            "quotas": point["quotas"],
            "route": point["route"],
            "signed_on": new.signed_on,
        }

    def _promised(self, draft: Draft, request_id: UUID, code: str) -> bool:
        """Whether another contract has given a customer code away, whose customer is not born yet."""
        c = Contract
        wanted = select(c.id).where(
            c.office_no + 0 == draft.desk.office_no, c.customer_code == code, c.request_id != request_id
        )
        return draft.read.execute(wanted).first() is not None

    def _contract(self, draft: Draft, found: Standing) -> Any:
        c = Contract
        wanted = select(c.__table__).where(
            c.office_no == draft.desk.office_no, c.id == born_id(found.id, "contract")
        )
        row = draft.read.execute(wanted).first()
        if row is None:
            raise AppError("supply.no_contract", request=found.code)
        return row

    def _fitted(self, draft: Draft, found: Standing, index: int) -> NewMeter:
        forms = {s.code: s.form for s in found.kind.steps}
        results = [
            done.data.get("result")
            for done in stepped(draft, found.id)
            if forms.get(str(done.data.get("step"))) == "installation"
        ]
        result = results[-1] if results and isinstance(results[-1], dict) else {}
        serial = supply.text(result, "serial")
        if not serial:
            raise AppError("supply.no_meter", request=found.code)
        return NewMeter(serial, supply.whole(result, "digits"), index, supply.day(result, "installed_on"))

    def _order(self, draft: Draft, found: Standing, order: UUID | None) -> str | None:
        """The code of a work order of this request."""
        w = WorkOrder
        wanted = select(w.code).where(
            w.office_no == draft.desk.office_no, w.id == order, w.request_id == found.id
        )
        return None if order is None else draft.read.execute(wanted).scalar()

    def _in_use(self, draft: Draft, serial: str) -> bool:
        """Whether a meter of this serial is fitted somewhere."""
        m = Meter
        wanted = select(m.id).where(
            m.office_no + 0 == draft.desk.office_no, m.serial == serial, m.removed_on.is_(None)
        )
        return draft.read.execute(wanted).first() is not None

    def _connection_code(self, draft: Draft, code: str, of: UUID | None) -> str:
        """The customer's code; of one who has connections already, with the next number behind it."""
        k = Connection
        wanted = select(func.count()).where(k.office_no + 0 == draft.desk.office_no, k.customer_id == of)
        there = draft.read.execute(wanted).scalar_one() if of else 0
        return f"{code}-{there + 1}" if there else code


def _new_customer(contract: Any, meter: NewMeter, code: str, connection_code: str) -> NewCustomer:
    return NewCustomer(
        entry_id=contract.id,
        code=code,
        name=contract.name,
        address=contract.address,
        phone=contract.phone,
        tax_code=contract.tax_code,
        connection=NewConnection(
            contract.customer_class,
            code=connection_code,
            address=contract.supply_address,
            quotas=contract.quotas,
            route=contract.route,
            meter=meter,
        ),
    )


def _too_long(**texts: str) -> dict[str, str]:
    return {name: "too_long" for name, text in texts.items() if len(text) > LONGEST_LINE}
