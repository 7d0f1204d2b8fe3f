"""Requests from a former register: compared with what is here, then taken in, with the times of the register.

What is here already stays as it stands here: the id of a request comes from its key in the register, so a
file that is read again, at this desk or another, changes nothing, and a run that was stopped is completed by
the next. Requests of restricted kinds do not come in this way: who may see them would not be asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection as Read
from sqlalchemy import Engine, select

from app.domain.deadlines import zone_named
from app.domain.import_mapping import KnownHere, RequestMapping
from app.domain.import_requests import happened_id, request_id, source_of
from app.domain.importing import ParsedRow, Problem
from app.models import Customer, Request, RequestEvent, Staff
from app.queries.customers import here
from app.queries.rules import RequestTypeView, RuleQueries
from app.services.imports import Planned, Step
from app.services.request_acts import RequestActs
from app.services.writer import Draft, Person, Writer

CHUNK = 500
"""Requests in one entry: small enough to be sent over any line."""


@dataclass(slots=True)
class RequestPlan:
    """What an import would do; nothing is written yet. `told` go in with a remark. `unattended`: units in
    which nobody works -> so many open requests would wait there with nobody."""

    register: str
    new: list[Planned] = field(default_factory=list)
    wrong: list[ParsedRow] = field(default_factory=list)
    told: list[ParsedRow] = field(default_factory=list)
    unchanged: int = 0
    unattended: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All rows of the file that hold data."""
        return len(self.new) + len(self.wrong) + self.unchanged

    @property
    def to_write(self) -> int:
        """The rows that would be written."""
        return len(self.new)


@dataclass(frozen=True, slots=True)
class ImportedRequests:
    """What an import did: requests by where they stand."""

    new: int
    open: int
    answered: int
    closed: int


class RequestImportService:
    """Takes in requests from parsed rows."""

    def __init__(
        self, writer: Writer, read: Engine, office_no: int, rules: RuleQueries, today: Callable[[], date]
    ) -> None:
        self._writer = writer
        self._read = read
        self._office_no = office_no
        self._rules = rules
        self._acts = RequestActs(writer, rules)
        self._today = today

    def known(self) -> KnownHere:
        """What a mapping may name: all kinds there ever were, and the units in use."""
        used = self._rules.request_types(self._today())
        barred = {
            code: "retired" if code not in used else "restricted" if kind.restricted else ""
            for code, kind in self._rules.request_types_ever(self._today()).items()
        }
        return KnownHere(barred, frozenset(self._rules.units()))

    def plan(
        self,
        rows: Iterable[ParsedRow],
        mapping: RequestMapping,
        titles: Mapping[str, str],
        step: Step = lambda done, total: None,
    ) -> RequestPlan:
        """Compare the rows with the database. `titles` gives a field's heading in the file. Told is
        "import.no_such_customer": the request goes in without one."""
        plan = RequestPlan(mapping.register)
        ready: list[ParsedRow] = []
        for row in rows:
            (ready if row.ready else plan.wrong).append(row)
        kinds = self._rules.request_types(self._today())
        waiting: Counter[str] = Counter()
        with self._read.connect() as read:
            manned = self._manned(read)
            done = 0
            for chunk in _chunks(ready):
                step(done, len(ready))
                there = self._there(read, plan.register, chunk)
                customers = self._customers(read, chunk)
                for row in chunk:
                    if self._id(plan.register, row) in there:
                        plan.unchanged += 1
                        continue
                    code = row.values["customer"]
                    if code is not None and code not in customers:
                        problem = Problem(
                            "customer", titles.get("customer", ""), "import.no_such_customer", str(code),
                            blocks=False,
                        )  # fmt: skip
                        row = ParsedRow(row.row_number, row.values, (*row.problems, problem))
                    if row.problems:
                        plan.told.append(row)
                    plan.new.append(Planned(row, "request"))
                    kind = kinds[str(row.values["type"])]
                    unit = str(row.values["unit"] or kind.unit_code)
                    waiting[unit] += row.values["state"] in ("received", "routed") and unit not in manned
                done += len(chunk)
        plan.unattended = {unit: count for unit, count in sorted(waiting.items()) if count}
        step(len(ready), len(ready))
        return plan

    def apply(self, by: Person, plan: RequestPlan, step: Step = lambda done, total: None) -> ImportedRequests:
        """Write the plan in entries of CHUNK requests. Stopped in between, what was written stays, whole.
        AppError "not_allowed", and those of `deadlines.due`."""
        by.require("requests.import")
        counts: Counter[str] = Counter()
        rows = [planned.row for planned in plan.new]
        kind_of = self._kinds()
        done = 0
        for chunk in _chunks(rows):
            step(done, len(rows))
            with self._writer.entry("requests.import", by.id) as draft:
                there = self._there(draft.read, plan.register, chunk)
                customers = self._customers(draft.read, chunk)
                for row in chunk:
                    id = self._id(plan.register, row)
                    if id not in there:
                        kind = kind_of(row.values)
                        self._write(draft, by, plan.register, id, kind, row.values, customers)
                        counts[str(row.values["state"])] += 1
            done += len(chunk)
        step(len(rows), len(rows))
        opened = counts["received"] + counts["routed"]
        return ImportedRequests(counts.total(), opened, counts["answered"], counts["closed"])

    def _id(self, register: str, row: ParsedRow) -> UUID:
        return request_id(self._office_no, register, str(row.values["key"]))

    def _write(
        self,
        draft: Draft,
        by: Person,
        register: str,
        id: UUID,
        kind: RequestTypeView,
        values: Mapping[str, Any],
        customers: Mapping[str, Any],
    ) -> None:
        received = values["received"]
        card = customers.get(values["customer"])
        draft.add(
            Request,
            id=id,
            code=draft.number("KN" if kind.category == "complaint" else "YC"),
            type_code=kind.code,
            type_id=kind.id,
            channel=values["channel"],
            customer_id=card.id if card else None,
            contact_name=values["contact_name"] or (card.name if card else ""),
            phone=values["phone"] or (card.phone if card else None),
            address=values["address"] or (card.address if card else None),
            words=values["words"],
            received_at=received,
            received_by=by.id,
            arrived_at=values["arrived"],
            source=source_of(register, str(values["key"])),
            area=values["area"] or (card.ward if card else None),
            right_code=kind.right_code if kind.category == "complaint" else None,
        )

        def happened(what: str, at: datetime, **more: Any) -> None:
            said = {"request_id": id, "kind": what, "at": at, "by": by.id, "data": {}, **more}
            draft.add(RequestEvent, id=happened_id(id, what), **said)

        ended = values["state"] in ("answered", "closed")
        step = None if ended else self._acts.first_step(kind)
        unit = values["unit"] or (step.unit_code if step else kind.unit_code)
        since = values["arrived"] or received
        clock = self._acts.clock(kind, since, step)
        if values["due"] is not None:
            clock["due"] = values["due"]
            clock["data"]["alarms"] = self._acts.alarms(kind, since, values["due"])
        happened("received", received, unit_code=unit, **clock)
        if values["state"] == "routed":
            happened("routed", received, unit_code=unit)
        if ended:
            data = {"outcome": values["outcome"]}
            happened("answered", values["answered"], text=values["answer"], data=data)
        if values["state"] == "closed":
            happened("told", values["closed"], text=values["answer"], data={"how": values["how"]})
            happened("closed", values["closed"])

    def _kinds(self) -> Callable[[Mapping[str, Any]], RequestTypeView]:
        """Finds the kind of a row as it held on the day of its receipt."""
        zone = zone_named(self._rules.utility.zone)
        holding = cache(self._rules.request_types_ever)

        def kind_of(values: Mapping[str, Any]) -> RequestTypeView:
            return holding(values["received"].astimezone(zone).date())[values["type"]]

        return kind_of

    def _there(self, read: Read, register: str, rows: Sequence[ParsedRow]) -> set[UUID]:
        ids = [self._id(register, row) for row in rows]
        wanted = select(Request.id).where(Request.office_no == self._office_no, Request.id.in_(ids))
        return set(read.execute(wanted).scalars())

    def _customers(self, read: Read, rows: Sequence[ParsedRow]) -> dict[str, Any]:
        c = Customer
        codes = {str(code) for row in rows if (code := row.values["customer"]) is not None}
        if not codes:
            return {}
        wanted = select(c.id, c.code, c.name, c.phone, c.address, c.ward).where(
            here(c, self._office_no), c.code.in_(codes)
        )
        found: dict[str, Any] = {}
        for row in read.execute(wanted.order_by(c.made_hlc, c.made_device)):
            found.setdefault(row.code, row)
        return found

    def _manned(self, read: Read) -> set[str | None]:
        """The units in which somebody works."""
        wanted = select(Staff.unit_code).where(Staff.office_no == self._office_no, Staff.retired_at.is_(None))
        return set(read.execute(wanted.distinct()).scalars())


def _chunks(rows: Sequence[ParsedRow]) -> Iterator[Sequence[ParsedRow]]:
    return (rows[at : at + CHUNK] for at in range(0, len(rows), CHUNK))
