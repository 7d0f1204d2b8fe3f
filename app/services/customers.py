"""Customers, their connections and meters: added and kept up to date at the counter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.domain.errors import AppError, Invalid
from app.domain.fold import nfc, phone
from app.models import Connection, Customer, Meter
from app.queries.customers import CustomerQueries
from app.queries.rules import RuleQueries
from app.services.writer import Draft, Person, Writer

LARGEST_INDEX = 999_999_999_999
"""Thousandths: nine figures before the point, as meters have."""


@dataclass(frozen=True, slots=True)
class NewMeter:
    """A meter as it is fitted; `first_index` in thousandths of the unit."""

    serial: str
    digits: int | None = None
    first_index: int = 0
    installed_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewConnection:
    """A point of supply; an empty code is the customer's, an empty address too."""

    customer_class: str
    code: str = ""
    address: str = ""
    quotas: int = 1
    route: str | None = None
    route_seq: int | None = None
    meter: NewMeter | None = None


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer with the first connection. `entry_id` is made when the form opens."""

    entry_id: UUID
    code: str
    name: str
    address: str
    connection: NewConnection
    phone: str | None = None
    ward: str | None = None
    tax_code: str | None = None
    bank_account: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class EditCustomer:
    """New values of some fields, by the columns' names; connections and meters by their ids."""

    entry_id: UUID
    customer_id: UUID
    fields: Mapping[str, Any] = field(default_factory=dict)
    connections: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)
    meters: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewIds:
    """The ids of the rows of a new customer, where they are worked out from what the customer is born of."""

    customer: UUID | None = None
    connection: UUID | None = None
    meter: UUID | None = None


class CustomerService:
    """What people do with customers."""

    def __init__(
        self, writer: Writer, customers: CustomerQueries, rules: RuleQueries, today: Callable[[], date]
    ) -> None:
        self._writer = writer
        self._customers = customers
        self._rules = rules
        self._today = today

    def taken(self, code: str) -> bool:
        """Whether a customer has this code already, for a form to say so as it is typed."""
        return self._customers.id_of(_line(code) or "") is not None

    def add(self, by: Person, new: NewCustomer) -> UUID:
        """Take in a customer with a connection and, if given, its meter; returns the customer's id.

        Raises Invalid by field: "required", "too_long", "taken" (code), "phone.wrong", "class.unknown",
        "quotas.wrong", "digits.wrong", "index.wrong", "seq.wrong".
        """
        by.require("customers.edit")
        with self._writer.entry("customers.add", by.id, id=new.entry_id) as draft:
            return self.enter(draft, new, NewIds())

    def enter(self, draft: Draft, new: NewCustomer, ids: NewIds, of: UUID | None = None) -> UUID:
        """The same within another use case's entry. `of`: the connection is for this customer, who is there
        already; then only its `connection` is read of `new`. Invalid as `add`, AppError
        "customer.unknown"."""
        person, point, dial = self.checked(draft, new, of)
        customer = of or draft.add(Customer, id=ids.customer, **person)
        connection = draft.add(Connection, id=ids.connection, customer_id=customer, **point)
        k = new.connection
        if k.meter:
            draft.add(
                Meter,
                id=ids.meter,
                connection_id=connection,
                first_index=k.meter.first_index,
                installed_on=k.meter.installed_on,
                **dial,
            )
        return customer

    def checked(
        self, draft: Draft, new: NewCustomer, of: UUID | None = None
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """What `enter` would write of a customer, a connection and a meter. Raises as `enter`."""
        errors: dict[str, str] = {}
        person = _checked(_CUSTOMER, new, errors) if of is None else _row(draft, Customer, of)
        k = new.connection
        point = _checked(_CONNECTION, k, errors)
        point["code"] = _line(k.code) or person.get("code")
        point["address"] = point.get("address") or person.get("address")
        dial = _checked(_METER, k.meter, errors) if k.meter else {}
        if k.meter and not 0 <= k.meter.first_index <= LARGEST_INDEX:
            errors["first_index"] = "index.wrong"
        self._check_class(point.get("customer_class"), errors)
        if of is None and "code" not in errors and self.taken(person["code"]):
            errors["code"] = "taken"
        if errors:
            raise Invalid(**errors)
        return person, point, dial

    def edit(self, by: Person, edit: EditCustomer) -> bool:
        """Set fields of a customer, its connections and meters; only what differs is written, and False says
        that nothing did. Raises Invalid as `add` does, AppError("customer.unknown")."""
        by.require("customers.edit")
        errors: dict[str, str] = {}
        fields = _checked(_CUSTOMER, edit.fields, errors)
        points = {id: _checked(_CONNECTION, values, errors) for id, values in edit.connections.items()}
        dials = {id: _checked(_METER, values, errors) for id, values in edit.meters.items()}
        with self._writer.entry("customers.edit", by.id, id=edit.entry_id) as draft:
            now = _row(draft, Customer, edit.customer_id)
            if "code" in fields and fields["code"] != now["code"] and self.taken(fields["code"]):
                errors["code"] = "taken"
            changed: list[tuple[Any, UUID, dict[str, Any]]] = [
                (Customer, edit.customer_id, _differing(now, fields))
            ]
            for id, values in points.items():
                there = _row(draft, Connection, id)
                if there["customer_id"] != edit.customer_id:
                    raise AppError("customer.unknown")
                differing = _differing(there, values)
                if "customer_class" in differing:
                    self._check_class(differing["customer_class"], errors)
                changed.append((Connection, id, differing))
            changed += [
                (Meter, id, _differing(_row(draft, Meter, id), values)) for id, values in dials.items()
            ]
            if errors:
                raise Invalid(**errors)
            for model, id, values in changed:
                if values:
                    draft.change(model, id, **values)
            return not draft.empty

    def _check_class(self, code: str | None, errors: dict[str, str]) -> None:
        if "customer_class" not in errors and code not in self._rules.customer_classes(self._today()):
            errors["customer_class"] = "class.unknown"


def _row(draft: Draft, model: Any, id: UUID) -> dict[str, Any]:
    wanted = select(model.__table__).where(model.office_no == draft.desk.office_no, model.id == id)
    found = draft.read.execute(wanted).first()
    if found is None:
        raise AppError("customer.unknown")
    return dict(found._mapping)


def _differing(now: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if now[name] != value}


# -- what each field must be ----------------------------------------------------------------------------


def _line(value: str | None) -> str | None:
    """One line in NFC with single blanks; None where there is nothing."""
    return " ".join(nfc(value or "").split()) or None


def phones(text: str | None) -> str | None:
    """All numbers of a line as they are dialled, joined by "; " as an import keeps them. ValueError
    "phone.wrong" when one is no number."""
    found: list[str] = []
    for part in re.split(r"[;,/|]", nfc(text or "")):
        if not part.strip():
            continue
        digits = phone(part)
        if not 8 <= len(digits) <= 12 or re.search(r"[^\W\d_]", part):
            raise ValueError("phone.wrong")
        if digits not in found:
            found.append(digits)
    return "; ".join(found) or None


def _text(longest: int, required: bool = False) -> Callable[[Any], Any]:
    def check(value: str | None) -> str | None:
        line = _line(value)
        if required and line is None:
            raise ValueError("required")
        if line is not None and len(line) > longest:
            raise ValueError("too_long")
        return line

    return check


def _whole(least: int, most: int, wrong: str, required: bool = False) -> Callable[[Any], Any]:
    def check(value: int | None) -> int | None:
        if value is None and not required:
            return None
        if value is None or not least <= value <= most:
            raise ValueError(wrong)
        return value

    return check


def _always(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: check(value) or ""


_Checks = dict[str, tuple[str, Callable[[Any], Any]]]
"""Column -> the name of the field on a form, and what makes its value clean or raises ValueError(code)."""

_CUSTOMER: _Checks = {
    "code": ("code", _text(40, required=True)),
    "name": ("name", _text(200, required=True)),
    "phone": ("phone", phones),
    "address": ("address", _text(300, required=True)),
    "ward": ("ward", _text(100)),
    "tax_code": ("tax_code", _text(20)),
    "bank_account": ("bank_account", _text(40)),
    "note": ("note", _text(1000)),
}
_CONNECTION: _Checks = {
    "code": ("connection_code", _text(40)),
    "address": ("connection_address", _always(_text(300))),
    "customer_class": ("customer_class", _text(40, required=True)),
    "quotas": ("quotas", _whole(1, 9999, "quotas.wrong", required=True)),
    "route": ("route", _text(20)),
    "route_seq": ("route_seq", _whole(0, 9_999_999, "seq.wrong")),
}
_METER: _Checks = {
    "serial": ("meter_serial", _text(40, required=True)),
    "digits": ("meter_digits", _whole(3, 9, "digits.wrong")),
}


def _checked(checks: _Checks, given: Any, errors: dict[str, str]) -> dict[str, Any]:
    """The clean values of a command or of some fields; what is wrong goes into `errors`."""
    some = given if isinstance(given, Mapping) else {c: getattr(given, c) for c in checks}
    clean: dict[str, Any] = {}
    for column, value in some.items():
        name, check = checks[column]
        try:
            clean[column] = check(value)
        except ValueError as error:
            errors.setdefault(name, str(error))
    return clean
