"""Exceptions: what disagrees, in the words and codes people know, with what each side says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection as Read
from sqlalchemy import Engine, and_, func, select

from app.models import (
    Allocation,
    Bill,
    Connection,
    Customer,
    Device,
    Entry,
    Exception_,
    FieldChange,
    Meter,
    Reading,
    Receipt,
    Reversal,
    Staff,
)
from app.models.base import instant
from app.queries.customers import here

KINDS = ("overpaid", "two_readings", "concurrent", "same_id")
"""Exceptions that a person must see. "repeat" (the same twice, with the same content) is none."""

_COUNTER_BITS = 16  # of an HLC, below its milliseconds


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says: who, at which desk, when, and the value: money in minor units ("overpaid"), an
    index in thousandths ("two_readings"), a field's content ("concurrent"), nothing ("same_id")."""

    who: str
    desk: str
    at: datetime | None
    value: Any
    code: str = ""
    """The code of the side's paper, where it has one."""


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """A disagreement. `code` and `name` say what it is about; `table_name`, `row_id` name the row itself."""

    id: UUID
    kind: str
    table_name: str
    row_id: UUID
    code: str
    name: str
    customer_id: UUID | None
    part: str = ""
    """The field ("concurrent") or the period ("two_readings", "overpaid")."""
    amount: int = 0
    """What was paid too much, in minor units."""
    sides: tuple[Side, ...] = field(default=())


class ExceptionQueries:
    """What disagrees."""

    def __init__(self, read: Engine, office_no: int) -> None:
        self._read = read
        self._office_no = office_no

    def count(self) -> int:
        """How many wait for a person."""
        e = Exception_
        wanted = select(func.count()).select_from(e).where(e.office_no == self._office_no, e.kind.in_(KINDS))
        with self._read.connect() as read:
            return int(read.execute(wanted).scalar_one())

    def ids(self, kind: str | None = None) -> list[UUID]:
        """The exceptions that wait, of one kind or all, by kind."""
        e = Exception_
        wanted = select(e.id).where(e.office_no == self._office_no, e.kind.in_([kind] if kind else KINDS))
        with self._read.connect() as read:
            return list(read.execute(wanted.order_by(e.kind, e.id)).scalars())

    def rows(self, ids: Sequence[UUID]) -> dict[UUID, ExceptionRow]:
        """The rows of a list's ids, with both sides."""
        e = Exception_
        wanted = select(e.__table__).where(e.office_no == self._office_no, e.id.in_(ids))
        with self._read.connect() as read:
            found: Sequence[Any] = read.execute(wanted).all()
            return {row.id: self._row(read, row) for row in found}

    def _row(self, read: Read, row: Any) -> ExceptionRow:
        code, name, customer = self._about(read, row.table_name, row.row_id)
        part, amount = "", 0
        if row.kind == "overpaid":
            sides = self._payments(read, row.row_id)
            amount = row.details["surplus"]
            bill = Bill
            part = read.execute(
                select(bill.period).where(bill.office_no == self._office_no, bill.id == row.row_id)
            ).scalar_one()
        elif row.kind == "two_readings":
            part = row.details["period"]
            sides = self._readings(read, row.row_id, part)
        elif row.kind == "concurrent":
            part = row.details["field"]
            sides = self._changes(read, row, part)
        else:
            sides = [
                Side(*self._author(read, hlc, device), value=None)
                for hlc, device, _ in row.details.get("copies", [])
            ]
        return ExceptionRow(
            row.id, row.kind, row.table_name, row.row_id, code, name, customer, part, amount, tuple(sides)
        )

    def _about(self, read: Read, table: str, row_id: UUID) -> tuple[str, str, UUID | None]:
        """Code, customer's name and customer of a row."""
        c, office = Customer, self._office_no
        if table == "customer":
            found: Any = read.execute(
                select(c.code, c.name, c.id).where(c.office_no == office, c.id == row_id)
            ).first()
        elif table == "meter":
            m, k = Meter, Connection
            found = read.execute(
                select(m.serial, c.name, c.id)
                .join(k, and_(k.office_no == m.office_no, k.id == m.connection_id))
                .join(c, and_(c.office_no == k.office_no, c.id == k.customer_id))
                .where(m.office_no == office, m.id == row_id)
            ).first()
        else:
            model: Any = {"connection": Connection, "bill": Bill, "receipt": Receipt}.get(table)
            if model is None:
                return "", "", None
            found = read.execute(
                select(model.code, c.name, c.id)
                .join(c, and_(c.office_no == model.office_no, c.id == model.customer_id))
                .where(model.office_no == office, model.id == row_id)
            ).first()
        return (found[0], found[1], found[2]) if found else ("", "", None)

    def _payments(self, read: Read, bill_id: UUID) -> list[Side]:
        """The receipts that stand and paid of the bill."""
        a, p, v, w, d = Allocation, Receipt, Reversal, Staff, Device
        amount = func.sum(a.amount)
        wanted = (
            select(w.name, d.desk, p.taken_at, amount, p.code)
            .join(p, and_(p.office_no == a.office_no, p.id == a.receipt_id))
            .join(w, and_(w.office_no == p.office_no, w.id == p.cashier), isouter=True)
            .join(d, d.number == p.device, isouter=True)
            .where(
                here(a, self._office_no),
                a.bill_id == bill_id,
                ~select(v.id).where(v.office_no + 0 == p.office_no, v.receipt_id == p.id).exists(),
            )
            .group_by(p.id, w.name, d.desk, p.taken_at, p.code, p.hlc, p.device)
            .having(amount != 0)
            .order_by(p.hlc, p.device)
        )
        return [
            Side(name or "", desk or "", at, paid, code)
            for name, desk, at, paid, code in read.execute(wanted)
        ]

    def _readings(self, read: Read, connection_id: UUID, period: str) -> list[Side]:
        """The readings of a period that none of the others set right."""
        r, w, d, later = Reading, Staff, Device, Reading.__table__.alias("later")
        replaced = (
            select(later.c.id)
            .where(
                later.c.office_no + 0 == r.office_no,
                later.c.connection_id == r.connection_id,
                later.c.period == r.period,
                later.c.replaces == r.id,
            )
            .exists()
        )
        wanted = (
            select(w.name, d.desk, r.hlc, r.present, r.read_on)
            .join(w, and_(w.office_no == r.office_no, w.id == r.by), isouter=True)
            .join(d, d.number == r.device, isouter=True)
            .where(here(r, self._office_no), r.connection_id == connection_id, r.period == period, ~replaced)
            .order_by(r.hlc, r.device)
        )
        return [
            Side(name or "", desk or "", instant(hlc >> _COUNTER_BITS), present, _day(read_on))
            for name, desk, hlc, present, read_on in read.execute(wanted)
        ]

    def _changes(self, read: Read, row: Any, name: str) -> list[Side]:
        """The settings of a field of which neither author had seen the other's."""
        f = FieldChange
        stamps = dict.fromkeys(
            stamp
            for hlc, device, before_hlc, before_device in row.details["changes"]
            for stamp in ((before_hlc, before_device), (hlc, device))
        )
        sides = []
        for hlc, device in sorted(stamps):
            value = read.execute(
                select(f.value).where(
                    f.office_no == self._office_no,
                    f.table_name == row.table_name,
                    f.row_id == row.row_id,
                    f.field == name,
                    f.hlc == hlc,
                    f.device == device,
                )
            ).first()
            if value is not None:
                sides.append(Side(*self._author(read, hlc, device), value=value[0]))
        return sides

    def _author(self, read: Read, hlc: int, device: int) -> tuple[str, str, datetime]:
        e, w, d = Entry, Staff, Device
        found: Any = read.execute(
            select(w.name, d.desk)
            .select_from(e)
            .join(w, and_(w.office_no == self._office_no, w.id == e.by), isouter=True)
            .join(d, d.number == e.origin, isouter=True)
            .where(e.hlc == hlc, e.origin == device)
        ).first()
        name, desk = (found.name or "", found.desk or "") if found else ("", "")
        return name, desk, instant(hlc >> _COUNTER_BITS)


def _day(day: date) -> str:
    return day.isoformat()
