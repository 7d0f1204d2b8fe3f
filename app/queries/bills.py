"""Bills: what is still to be billed, lists of bills, their sums, and what a bill's paper needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, Engine, Select, and_, func, select
from sqlalchemy import Connection as Read

from app.domain.codes import parse_code
from app.models import Bill, BillState, Connection, Customer, CustomerBalance, Meter, Reading
from app.queries.customers import CustomerQueries, here

BILLS = UUID("2c0f6a4e-6f5b-5f0e-8a53-4d0c1e7b9a02")
"""The namespace of bill ids."""

CHUNK = 500
MOST = 200_000
"""A list holds no more rows than this: a longer one is narrowed, not scrolled."""

STATES = ("all", "open", "overdue", "paid", "nothing")
"""A bill is open, paid, or of nothing (0, where nothing was used); an overdue one is open too."""
SORTS = ("code", "customer", "route", "usage", "total", "due")


@dataclass(frozen=True, slots=True)
class Unbilled:
    """A connection with its effective reading of a period, not billed yet. Quantities in thousandths."""

    connection_id: UUID
    customer_id: UUID
    code: str
    customer_class: str
    quotas: int
    reading_id: UUID
    previous: int
    present: int
    usage: int
    flags: str
    read_on: date
    read_before: date | None


@dataclass(frozen=True, slots=True)
class BillFilter:
    """Which bills: of a period, in a state of STATES, of a customer, or found by a text. `today` decides
    what is overdue."""

    today: date
    period: str | None = None
    state: str = "all"
    customer_id: UUID | None = None
    text: str = ""
    sort: str = "code"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class BillRow:
    """A bill in a list. Money in minor units, quantities in thousandths."""

    id: UUID
    code: str
    period: str
    customer_id: UUID
    customer_code: str
    customer_name: str
    address: str
    route: str | None
    previous: int
    present: int
    usage: int
    total: int
    paid: int
    issued_on: date
    due_on: date
    open: bool


@dataclass(frozen=True, slots=True)
class PeriodTotals:
    """A period's bills: how many, how much use (thousandths), and money in minor units."""

    period: str
    bills: int
    usage: int
    total: int
    paid: int
    open_bills: int
    overdue_bills: int
    paid_bills: int
    """Paid in full; a bill of nothing is neither open nor paid."""

    @property
    def bills_of_nothing(self) -> int:
        """Neither open nor paid."""
        return self.bills - self.open_bills - self.paid_bills

    @property
    def owed(self) -> int:
        """What is still to come in."""
        return self.total - self.paid


@dataclass(frozen=True, slots=True)
class BillSheet:
    """All that a bill's paper says. `lines` are (bound of the block, quantity, price in thousandths of the
    minor unit, amount); `owed_before` is what is open of earlier periods."""

    id: UUID
    code: str
    period: str
    customer_code: str
    customer_name: str
    customer_address: str
    customer_phone: str | None
    tax_code: str | None
    connection_address: str
    customer_class: str
    quotas: int
    meter_serial: str
    read_on: date
    read_before: date | None
    previous: int
    present: int
    usage: int
    lines: tuple[tuple[int | None, int, int, int], ...]
    net: int
    vat: int
    fee: int
    total: int
    due_on: date
    owed_before: int


def bill_id(connection_id: UUID, period: str) -> UUID:
    """The id of a connection's bill of a period: the same at every desk."""
    return uuid5(BILLS, f"{connection_id.hex}/{period}")


class BillQueries:
    """What people ask about bills."""

    def __init__(self, read: Engine, office_no: int) -> None:
        self._read = read
        self._office_no = office_no
        self._customers = CustomerQueries(read, office_no)

    # -- what is to be billed -----------------------------------------------------------------------------

    def unbilled_ids(self, period: str) -> list[UUID]:
        """The connections with a reading of the period and no bill for it, in the order they were added."""
        r, b = Reading, Bill
        billed = select(b.connection_id).where(here(b, self._office_no), b.period == period)
        wanted = select(r.connection_id).distinct().where(
            here(r, self._office_no), r.period == period, r.connection_id.not_in(billed)
        )  # fmt: skip
        with self._read.connect() as read:
            return list(read.execute(wanted.order_by(r.connection_id)).scalars())

    def unbilled(self, ids: Sequence[UUID], period: str, read: Read | None = None) -> list[Unbilled]:
        """The same with all that billing needs, for up to CHUNK connections; those billed since are left
        out. `read` is a draft's connection."""
        if read is None:
            with self._read.connect() as own:
                return self.unbilled(ids, period, own)
        r, b, before = Reading, Bill, Reading.__table__.alias("before")
        office = self._office_no
        previous_day = (
            select(before.c.read_on)
            .where(
                before.c.office_no + 0 == office,
                before.c.connection_id == Connection.id,
                before.c.period < period,
            )
            .order_by(before.c.period.desc(), before.c.hlc.desc(), before.c.device.desc())
            .limit(1)
            .scalar_subquery()
        )
        k = Connection
        wanted = (
            select(
                k.id, k.customer_id, k.code, k.customer_class, k.quotas, r.id.label("reading_id"), r.previous,
                r.present, r.usage, r.flags, r.read_on, previous_day.label("read_before"),
            )
            .join(r, and_(r.office_no + 0 == k.office_no, r.connection_id == k.id, r.period == period))
            .where(k.office_no == office, k.id.in_(ids))
            .order_by(k.id, r.hlc.desc(), r.device.desc())
        )  # fmt: skip
        rows: Sequence[Any] = read.execute(wanted).all()
        billed = set(
            read.execute(
                select(b.connection_id).where(
                    b.office_no == office, b.id.in_([bill_id(i, period) for i in ids])
                )
            ).scalars()
        )
        # The newest reading of a connection comes first and counts.
        newest = (next(same) for _, same in groupby(rows, key=lambda row: row.id))
        return [Unbilled(*row) for row in newest if row.id not in billed]

    # -- lists ----------------------------------------------------------------------------------------------

    def periods(self) -> list[str]:
        """The periods that have bills, the newest first."""
        found: list[str] = []
        b = Bill
        newest = select(func.max(b.period)).where(here(b, self._office_no))
        with self._read.connect() as read:
            # One step down the index for each period: quicker than asking all bills for theirs.
            period = read.execute(newest).scalar()
            while period is not None:
                found.append(period)
                period = read.execute(newest.where(b.period < period)).scalar()
        return found

    def count(self, period: str) -> int:
        """How many bills a period has."""
        b = Bill
        wanted = select(func.count()).select_from(b).where(here(b, self._office_no), b.period == period)
        with self._read.connect() as read:
            return int(read.execute(wanted).scalar_one())

    def ids(self, of: BillFilter) -> list[UUID]:
        """The bills that a filter asks for, at most MOST."""
        b, s, c, k = Bill, BillState, Customer, Connection
        wanted = select(b.id).where(here(b, self._office_no))
        if of.state != "all" or of.sort == "due":
            wanted = wanted.join(s, and_(s.office_no == b.office_no, s.id == b.id))
        if of.state in ("open", "overdue"):
            # The index of all open bills is the way in only where nothing else narrows the list.
            narrowed = of.period is not None or of.customer_id is not None or bool(of.text.strip())
            wanted = wanted.where(s.open + 0 == 1 if narrowed else s.open == 1)
        if of.state == "overdue":
            wanted = wanted.where(s.due_on < of.today)
        if of.state == "paid":
            wanted = wanted.where(s.open == 0, b.total > 0)
        if of.state == "nothing":
            wanted = wanted.where(s.open == 0, b.total <= 0)
        if of.period is not None:
            wanted = wanted.where(b.period == of.period)
        if of.customer_id is not None:
            wanted = wanted.where(b.customer_id == of.customer_id)
        if of.sort == "customer":
            wanted = wanted.join(c, and_(c.office_no == b.office_no, c.id == b.customer_id))
        if of.sort == "route":
            wanted = wanted.join(k, and_(k.office_no == b.office_no, k.id == b.connection_id))
        orders: dict[str, list[Any]] = {
            "code": [b.code],
            "customer": [c.name, b.code],
            "route": [k.route, k.route_seq, b.code],
            "usage": [b.usage, b.code],
            "total": [b.total, b.code],
            "due": [b.due_on, b.code],
        }
        order = [o.desc() if of.descending else o for o in orders[of.sort]]
        if of.text.strip():
            wanted = wanted.where(self._found(of.text))
        with self._read.connect() as read:
            return list(read.execute(wanted.order_by(*order).limit(MOST)).scalars())

    def _found(self, text: str) -> ColumnElement[bool]:
        code = parse_code(text)
        if code is not None:
            return Bill.code == str(code)
        return Bill.customer_id.in_([hit.id for hit in self._customers.search(text, 200)])

    def rows(self, ids: Sequence[UUID]) -> dict[UUID, BillRow]:
        """The rows of a list's ids."""
        b, c, k, s = Bill, Customer, Connection, BillState
        wanted = (
            select(
                b.id, b.code, b.period, b.customer_id, c.code.label("customer_code"),
                c.name.label("customer_name"), k.address, k.route, b.previous, b.present, b.usage, b.total,
                s.paid, b.issued_on, b.due_on, s.open,
            )
            .join(c, and_(c.office_no == b.office_no, c.id == b.customer_id))
            .join(k, and_(k.office_no == b.office_no, k.id == b.connection_id))
            .join(s, and_(s.office_no == b.office_no, s.id == b.id))
            .where(b.office_no == self._office_no, b.id.in_(ids))
        )  # fmt: skip
        with self._read.connect() as read:
            rows: Sequence[Any] = read.execute(wanted).all()
        return {r.id: BillRow(**{**r._mapping, "open": bool(r.open)}) for r in rows}

    def totals(self, period: str, today: date) -> PeriodTotals:
        """The sums of a period."""
        b, s = Bill, BillState
        late = and_(s.open == 1, s.due_on < today)
        wanted = (
            select(
                func.count(),
                func.coalesce(func.sum(b.usage), 0),
                func.coalesce(func.sum(b.total), 0),
                func.coalesce(func.sum(s.paid), 0),
                func.coalesce(func.sum(s.open), 0),
                func.count().filter(late),
                func.count().filter(and_(s.open == 0, b.total > 0)),
            )
            .select_from(b)
            .join(s, and_(s.office_no == b.office_no, s.id == b.id))
            .where(here(b, self._office_no), b.period == period)
        )
        with self._read.connect() as read:
            bills, usage, total, paid, still_open, overdue, done = read.execute(wanted).one()
        return PeriodTotals(period, bills, int(usage), int(total), int(paid), int(still_open), overdue, done)

    # -- paper ----------------------------------------------------------------------------------------------

    def sheets(self, ids: Sequence[UUID]) -> Iterator[BillSheet]:
        """What the papers of these bills say, in this order, read in chunks so that memory stays flat."""
        for at in range(0, len(ids), CHUNK):
            some = ids[at : at + CHUNK]
            with self._read.connect() as read:
                found = {row.id: row for row in read.execute(self._sheet_query(some)).all()}
                owed = self._owed(read, {row.customer_id for row in found.values()})
            for each in some:
                if (row := found.get(each)) is not None:
                    earlier = sum(
                        amount for period, amount in owed.get(row.customer_id, ()) if period < row.period
                    )
                    yield _sheet(row, earlier)

    def _sheet_query(self, ids: Sequence[UUID]) -> Select[Any]:
        b, c, k, m, r = Bill, Customer, Connection, Meter, Reading
        before = Reading.__table__.alias("before")
        previous_day = (
            select(before.c.read_on)
            .where(
                before.c.office_no + 0 == b.office_no,
                before.c.connection_id == b.connection_id,
                before.c.period < b.period,
            )
            .order_by(before.c.period.desc(), before.c.hlc.desc(), before.c.device.desc())
            .limit(1)
            .scalar_subquery()
        )
        return (
            select(
                b.id, b.code, b.period, b.customer_id, b.previous, b.present, b.usage, b.lines, b.net, b.vat,
                b.fee, b.total, b.due_on, c.code.label("customer_code"), c.name, c.address, c.phone,
                c.tax_code, k.address.label("place"), k.customer_class, k.quotas, m.serial, r.read_on,
                previous_day.label("read_before"),
            )
            .join(c, and_(c.office_no == b.office_no, c.id == b.customer_id))
            .join(k, and_(k.office_no == b.office_no, k.id == b.connection_id))
            .join(r, and_(r.office_no == b.office_no, r.id == b.reading_id))
            .join(m, and_(m.office_no == r.office_no, m.id == r.meter_id), isouter=True)
            .where(b.office_no == self._office_no, b.id.in_(ids))
        )  # fmt: skip

    def _owed(self, read: Read, customers: set[UUID]) -> dict[UUID, list[tuple[str, int]]]:
        b, s, balance = Bill, BillState, CustomerBalance
        debtors = select(balance.id).where(
            balance.office_no == self._office_no, balance.owed > 0, balance.id.in_(customers)
        )
        wanted = (
            select(s.customer_id, b.period, s.total - s.paid)
            .join(b, and_(b.office_no == s.office_no, b.id == s.id))
            .where(here(s, self._office_no), s.open + 0 == 1, s.customer_id.in_(debtors))
        )
        owed: dict[UUID, list[tuple[str, int]]] = {}
        for customer, period, amount in read.execute(wanted).all():
            owed.setdefault(customer, []).append((period, amount))
        return owed


def _sheet(row: Any, owed_before: int) -> BillSheet:
    return BillSheet(
        row.id, row.code, row.period, row.customer_code, row.name, row.address, row.phone, row.tax_code,
        row.place, row.customer_class, row.quotas, row.serial or "", row.read_on, row.read_before,
        row.previous, row.present, row.usage, tuple((a, b, c, d) for a, b, c, d in row.lines), row.net,
        row.vat, row.fee, row.total, row.due_on, owed_before,
    )  # fmt: skip
