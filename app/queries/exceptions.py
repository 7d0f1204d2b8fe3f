"""Exceptions: what waits for a person and what was settled, in the words and codes people know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection as Read
from sqlalchemy import Engine, Text, and_, func, select, type_coerce

from app.domain.exceptions import KINDS, Act, about, done_of, offered
from app.domain.requests import may
from app.models import (
    Bill,
    BillState,
    Connection,
    Contract,
    Customer,
    Exception_,
    Meter,
    Payout,
    Reading,
    Receipt,
    Remittance,
    Request,
    RequestState,
    SessionOpened,
    Settlement,
    WorkOrder,
)
from app.queries.bills import bill_id
from app.queries.sides import Authors, Side, Written, restricted, sides_of

LIST = 500
"""So many of the settled ones are listed, the newest first."""

_DETAILS = type_coerce(Exception_.details, Text).label("details")
"""As it is kept: canonical JSON, from which a settlement's `about` is worked out."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Who settled it, when and how; `act` as in `app.domain.exceptions.ACTS`."""

    act: str
    note: str
    who: str
    desk: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """A disagreement. `code` and `name` say what it is about; `table_name`, `row_id` name the row itself.

    `about` is what it says now, in short: an act is handed in with it, so that nobody settles what has
    changed under his eyes. `acts`: what can be done. `settled`: what was done.
    """

    id: UUID
    kind: str
    table_name: str
    row_id: UUID
    code: str
    name: str
    customer_id: UUID | None
    request_id: UUID | None = None
    part: str = ""
    """The field ("concurrent") or the period ("two_readings", "overpaid")."""
    amount: int = 0
    """What is too much ("overpaid"), lacking ("credit_twice"), or handed in too much, below zero too little
    ("remitted"); in minor units."""
    billed: bool = False
    """"two_readings": the bill of the period is out."""
    about: str = ""
    sides: tuple[Side, ...] = ()
    acts: tuple[Act, ...] = ()
    settled: Settled | None = None


class ExceptionQueries:
    """What disagrees. `written` tells what an entry's body says of a row (`app.sync.exceptions.written`)."""

    def __init__(
        self, read: Engine, office_no: int, written: Written = lambda body, table, row: None
    ) -> None:
        self._read = read
        self._office_no = office_no
        self._written = written

    def count(self) -> int:
        """How many wait for a person."""
        with self._read.connect() as read:
            return sum(open_exceptions(read, self._office_no).get(self._office_no, {}).values())

    def ids(self, kind: str | None = None) -> list[UUID]:
        """The exceptions that wait, of one kind or all, by kind."""
        return [id for id, found in self.waiting() if kind in (None, found)]

    def waiting(self) -> list[tuple[UUID, str]]:
        """The exceptions that wait, each with its kind, in the order of the kinds."""
        e, office = Exception_, self._office_no
        wanted = select(e.id, e.kind).where(e.office_no == office, e.kind.in_(KINDS))
        with self._read.connect() as read:
            done = {id for _, _, id in _settled(read, office)}
            found = [(row.id, row.kind) for row in read.execute(wanted) if row.id not in done]
        return sorted(found, key=lambda each: (KINDS.index(each[1]), each[0].bytes))

    def rows(self, ids: Sequence[UUID]) -> dict[UUID, ExceptionRow]:
        """The rows of a list's ids, with both sides."""
        with self._read.connect() as read:
            return {row.id: self._row(read, row) for row in self._found(read, ids)}

    def settled(self) -> list[UUID]:
        """The settlements, the newest first; of several of one thing the first counts."""
        s = Settlement
        wanted = (
            select(s.id, s.exception_id, s.about)
            .where(s.office_no == self._office_no)
            .order_by(s.hlc, s.device, s.id)
        )
        first: dict[tuple[UUID, str], UUID] = {}
        with self._read.connect() as read:
            for row in read.execute(wanted):
                first.setdefault((row.exception_id, row.about), row.id)
        return list(first.values())[: -LIST - 1 : -1]

    def settled_rows(self, ids: Sequence[UUID]) -> dict[UUID, ExceptionRow]:
        """The rows of settlements, with what was done; the sides of those that stand still."""
        s = Settlement
        wanted = select(s.__table__).where(s.office_no == self._office_no, s.id.in_(ids))
        with self._read.connect() as read:
            authors = Authors(read, self._office_no)
            found: Sequence[Any] = read.execute(wanted).all()
            there = {row.id: row for row in self._found(read, [each.exception_id for each in found])}
            rows = {}
            for each in found:
                done = done_of(each.act)
                row = there.get(each.exception_id)
                known = self._row(read, row) if row else self._gone(read, each)
                how = Settled(
                    done.act,
                    each.note or "",
                    authors.name(each.by),
                    authors.desk(each.device),
                    each.settled_at,
                )
                rows[each.id] = replace(known, settled=how)
        return rows

    def _found(self, read: Read, ids: Sequence[UUID]) -> Sequence[Any]:
        e = Exception_
        wanted = select(e.id, e.kind, e.table_name, e.row_id, e.details.label("said"), _DETAILS)
        return read.execute(wanted.where(e.office_no == self._office_no, e.id.in_(ids))).all()

    def _row(self, read: Read, row: Any) -> ExceptionRow:
        office = self._office_no
        part, amount, billed, reopens = "", 0, False, False
        match row.kind:
            case "overpaid":
                b, s = Bill, BillState
                part, amount = read.execute(
                    select(b.period, s.paid - s.total)
                    .join(s, and_(s.office_no == b.office_no, s.id == b.id))
                    .where(b.office_no == office, b.id == row.row_id)
                ).one()
            case "two_readings":
                part = row.said["period"]
                bill = select(Bill.id).where(Bill.office_no == office, Bill.id == bill_id(row.row_id, part))
                billed = read.execute(bill).first() is not None
            case "concurrent":
                part = row.said["field"]
            case "credit_twice":
                amount = -sum(lacking for _, lacking in row.said["places"])
            case "remitted":
                amount = row.said["remitted"] - row.said["due"]
            case "misfit" if row.table_name == "request":
                state = select(RequestState.state).where(
                    RequestState.office_no == office, RequestState.id == row.row_id
                )
                reopens = may(read.execute(state).scalar_one(), "reopened")
        code, name, customer, request = self._about(read, row.table_name, row.row_id)
        return ExceptionRow(
            id=row.id,
            kind=row.kind,
            table_name=row.table_name,
            row_id=row.row_id,
            code=code,
            name=name,
            customer_id=customer,
            request_id=request,
            part=part,
            amount=amount,
            billed=billed,
            about=about(row.details),
            sides=tuple(
                sides_of(read, office, row.kind, row.table_name, row.row_id, row.said, self._written)
            ),
            acts=offered(row.kind, billed=billed, reopens=reopens),
        )

    def _gone(self, read: Read, settlement: Any) -> ExceptionRow:
        """What a settlement was about that has set all right."""
        done = done_of(settlement.act)
        row = UUID(hex=done.row)
        return ExceptionRow(
            settlement.exception_id, settlement.kind, done.table, row, *self._about(read, done.table, row)
        )

    def _about(self, read: Read, table: str, row_id: UUID) -> tuple[str, str, UUID | None, UUID | None]:
        """Code, customer's name, customer and request of a row."""
        c, k, office = Customer, Connection, self._office_no
        match table:
            case "customer":
                wanted: Any = select(c.code, c.name, c.id).where(c.office_no == office, c.id == row_id)
            case "meter" | "reading":
                model: Any = Meter if table == "meter" else Reading
                wanted = (
                    select(Meter.serial if table == "meter" else k.code, c.name, c.id)
                    .select_from(model)
                    .join(k, and_(k.office_no == model.office_no, k.id == model.connection_id))
                    .join(c, and_(c.office_no == k.office_no, c.id == k.customer_id))
                    .where(model.office_no == office, model.id == row_id)
                )
            case "connection" | "bill" | "receipt" | "payout":
                model = {"connection": k, "bill": Bill, "receipt": Receipt, "payout": Payout}[table]
                wanted = (
                    select(model.code, c.name, c.id)
                    .join(c, and_(c.office_no == model.office_no, c.id == model.customer_id), isouter=True)
                    .where(model.office_no == office, model.id == row_id)
                )
            case "contract":
                wanted = select(Contract.code, Contract.name, c.id).join(
                    c, and_(c.office_no == Contract.office_no, c.id == Contract.customer_id), isouter=True
                )
                wanted = wanted.where(Contract.office_no == office, Contract.id == row_id)
            case "request":
                return self._of_request(read, row_id)
            case "work_order":
                return self._of_order(read, row_id)
            case "session_opened" | "remittance":
                model = SessionOpened if table == "session_opened" else Remittance
                found = read.execute(
                    select(model.code).where(model.office_no == office, model.id == row_id)
                ).scalar()
                return found or "", "", None, None
            case _:
                return "", "", None, None
        found = read.execute(wanted).first()
        return (found[0] or "", found[1] or "", found[2], None) if found else ("", "", None, None)

    def _of_request(self, read: Read, row_id: UUID) -> tuple[str, str, UUID | None, UUID | None]:
        r = Request
        found = read.execute(
            select(r.code, r.contact_name, r.customer_id).where(
                r.office_no == self._office_no, r.id == row_id
            )
        ).first()
        if found is None:
            return "", "", None, None
        if restricted(read, self._office_no, row_id):
            return found.code, "", None, row_id
        return found.code, found.contact_name, found.customer_id, row_id

    def _of_order(self, read: Read, row_id: UUID) -> tuple[str, str, UUID | None, UUID | None]:
        o, r = WorkOrder, Request
        found = read.execute(
            select(o.code, o.request_id, r.contact_name)
            .outerjoin(r, and_(r.office_no == o.office_no, r.id == o.request_id))
            .where(o.office_no == self._office_no, o.id == row_id)
        ).first()
        if found is None:
            return "", "", None, None
        hidden = found.request_id is not None and restricted(read, self._office_no, found.request_id)
        return found.code, "" if hidden else found.contact_name or "", None, None


def open_exceptions(read: Read, office_no: int | None = None) -> dict[int, dict[str, int]]:
    """How many exceptions wait for a person: office -> kind -> count, of one office or all."""
    e = Exception_
    wanted = select(e.office_no, e.kind, func.count()).where(e.kind.in_(KINDS))
    if office_no is not None:
        wanted = wanted.where(e.office_no == office_no)
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for office, kind, count in read.execute(wanted.group_by(e.office_no, e.kind)):
        counts[office][kind] = count
    for office, kind, _ in _settled(read, office_no):
        counts[office][kind] -= 1
    return {
        office: {kind: each[kind] for kind in KINDS if each.get(kind)}
        for office, each in sorted(counts.items())
        if any(each.values())
    }


def _settled(read: Read, office_no: int | None) -> set[tuple[int, str, UUID]]:
    """The exceptions that are settled as they stand: office, kind, id."""
    e, s = Exception_, Settlement
    wanted = (
        select(e.office_no, e.kind, e.id, s.about, _DETAILS)
        .select_from(s)
        .join(e, and_(e.office_no == s.office_no, e.id == s.exception_id))
        .where(e.kind.in_(KINDS))
    )
    if office_no is not None:
        wanted = wanted.where(s.office_no == office_no)
    return {(r.office_no, r.kind, r.id) for r in read.execute(wanted) if r.about == about(r.details)}
