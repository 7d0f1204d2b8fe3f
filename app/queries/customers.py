"""Customers: found by whatever a person says of them, listed, and shown with all that belongs to them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection as Read
from sqlalchemy import Engine, func, select

from app.domain.fold import nfc, phone
from app.models import (
    Bill,
    BillState,
    Connection,
    ConnectionUse,
    Customer,
    CustomerBalance,
    Entry,
    FieldChange,
    Meter,
    Reading,
    Request,
    RequestState,
    Staff,
)
from app.models.base import instant
from app.queries.customer_search import CAP, by_words
from app.queries.rules import RESTRICTED

FEWEST = 2
"""Letters from which a search begins."""
MOST_LETTERS = 200
LIST = 1000
STORY = 6
"""Readings and bills in a customer's story."""

_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class CustomerHit:
    """A customer in a list. `meter` is the serial of a meter in use, the one that was searched for if any."""

    id: UUID
    code: str
    name: str
    address: str
    phone: str | None
    meter: str | None
    owed: int = 0
    credit: int = 0
    retired: bool = False


@dataclass(frozen=True, slots=True)
class MeterView:
    """A meter; `first_index` in thousandths of the unit."""

    id: UUID
    serial: str
    digits: int | None
    first_index: int
    installed_on: date | None
    removed_on: date | None


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """A connection with its meters, the newest first; index and use in thousandths of the unit."""

    id: UUID
    code: str
    address: str
    customer_class: str
    quotas: int
    route: str | None
    route_seq: int | None
    retired_at: datetime | None
    meters: tuple[MeterView, ...]
    last_index: int | None
    last_read_on: date | None
    usual: int | None

    @property
    def meter(self) -> MeterView | None:
        """The meter in use."""
        return next((m for m in self.meters if m.removed_on is None), None)


@dataclass(frozen=True, slots=True)
class ReadingView:
    """A reading that counts; quantities in thousandths of the unit."""

    period: str
    read_on: date
    previous: int
    present: int
    usage: int
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BillView:
    """A bill; money in minor units."""

    id: UUID
    code: str
    period: str
    usage: int
    total: int
    paid: int
    due_on: date


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """All about a customer at a glance; money in minor units. `unpaid` counts the open bills, `oldest_due` is
    the first of their days; requests leave out the restricted kinds."""

    id: UUID
    code: str
    name: str
    phone: str | None
    address: str
    ward: str | None
    tax_code: str | None
    bank_account: str | None
    note: str | None
    retired_at: datetime | None
    connections: tuple[ConnectionView, ...]
    owed: int
    credit: int
    readings: tuple[ReadingView, ...]
    bills: tuple[BillView, ...]
    unpaid: int
    oldest_due: date | None
    requests: int
    open_requests: int


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a card was set. `before` is what an earlier change had set, None where it is the first."""

    at: datetime
    by: str | None
    table: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Which customers a list holds: "all" or "owing" (something is owed, the oldest debt first), or what
    `search` finds."""

    kind: str = "all"
    search: str = ""


class CustomerQueries:
    """What people ask about customers of one office."""

    def __init__(self, read: Engine, office_no: int) -> None:
        self._read = read
        self._office_no = office_no

    # -- finding ----------------------------------------------------------------------------------------

    def search(self, text_: str, limit: int = 50) -> list[CustomerHit]:
        """The customers that fit, at most `limit`: those whose code, phone or meter begins so first, then
        those that hold every word in name, address or codes, with accents or without, whole words before
        beginnings."""
        with self._read.connect() as read:
            ids = self._found(read, text_, limit)
            return self._hits(read, ids, text_)

    def _found(self, read: Read, typed: str, limit: int) -> list[UUID]:
        plain = " ".join(nfc(typed[:MOST_LETTERS].encode("utf-8", "ignore").decode()).split())
        if len(plain) < FEWEST:
            return []
        figures = phone(plain) if re.fullmatch(r"[\d\s.+()/-]{4,20}", plain) else ""
        found = dict.fromkeys(self._by_code(read, plain, figures, limit))
        for words in dict.fromkeys((plain, figures)):
            if len(found) < limit:
                found.update(dict.fromkeys(by_words(read, self._office_no, words, limit)))
        return list(found)[:limit]

    def _by_code(self, read: Read, plain: str, figures: str, limit: int) -> list[UUID]:
        """By the beginning of a code, a serial or (`figures`) a phone number: ranges of indexes."""
        spellings = list(dict.fromkeys((plain, plain.upper()))) if " " not in plain else []
        exact: list[UUID] = []
        begins: list[UUID] = []
        for column, key, words in (
            (Customer.code, Customer.id, spellings),
            (Customer.phone, Customer.id, [figures] if len(figures) >= 4 else []),
            (Connection.code, Connection.customer_id, spellings),
            (Meter.serial, Meter.connection_id, spellings),
        ):
            for word in words:
                wanted = (
                    select(key, column)
                    .where(column >= word, column < word + _LAST, here(key.class_, self._office_no))
                    .order_by(column)
                    .limit(limit)
                )
                pairs = [(r[0], r[1]) for r in read.execute(wanted)]
                if column is Meter.serial:
                    owners = self._owners(read, [i for i, _ in pairs])
                    pairs = [(owners[i], serial) for i, serial in pairs if i in owners]
                exact += [i for i, value in pairs if value == word]
                begins += [i for i, value in pairs if value != word]
        return exact + begins

    def _owners(self, read: Read, connections: list[UUID]) -> dict[UUID, UUID]:
        k = Connection
        wanted = select(k.id, k.customer_id).where(k.office_no == self._office_no, k.id.in_(connections))
        return {r.id: r.customer_id for r in read.execute(wanted)}

    # -- lists ------------------------------------------------------------------------------------------

    def ids(
        self, filter_: CustomerFilter, sort: str = "code", descending: bool = False, limit: int = LIST
    ) -> list[UUID]:
        """The customers of a list, at most `limit`; `sort` is "code" and counts for "all"."""
        if sort != "code":
            raise ValueError(f"customers are not sorted by {sort}")
        c, s = Customer, BillState
        with self._read.connect() as read:
            if filter_.search.strip():
                return self._found(read, filter_.search, CAP)
            if filter_.kind == "owing":
                owing = (
                    select(s.customer_id)
                    .where(here(s, self._office_no), s.open == 1)
                    .order_by(s.due_on)
                    .limit(limit * 12)
                )
                return list(dict.fromkeys(read.execute(owing).scalars()))[:limit]
            order = c.code.desc() if descending else c.code
            wanted = select(c.id).where(here(c, self._office_no)).order_by(order).limit(limit)
            return list(read.execute(wanted).scalars())

    def rows(self, ids: Sequence[UUID]) -> dict[UUID, CustomerHit]:
        """The rows of a list."""
        with self._read.connect() as read:
            return {hit.id: hit for hit in self._hits(read, ids)}

    def count(self) -> int:
        """How many customers the office has: counted over an index, 40 ms for half a million."""
        with self._read.connect() as read:
            wanted = select(func.count()).select_from(Customer).where(Customer.office_no == self._office_no)
            return int(read.execute(wanted).scalar_one())

    def _hits(self, read: Read, ids: Sequence[UUID], said: str = "") -> list[CustomerHit]:
        c, k, m, b, office = Customer, Connection, Meter, CustomerBalance, self._office_no
        people = select(c.id, c.code, c.name, c.address, c.phone, c.retired_at, b.owed, b.credit).outerjoin(
            b, (b.office_no == c.office_no) & (b.id == c.id)
        )
        rows: dict[UUID, Any] = {}
        serials: dict[UUID, list[str]] = defaultdict(list)
        for some in _chunks(ids):
            rows |= {r.id: r for r in read.execute(people.where(c.office_no == office, c.id.in_(some)))}
            meters = (
                select(k.customer_id, m.serial)
                .join(m, (m.office_no + 0 == k.office_no) & (m.connection_id == k.id))
                .where(here(k, office), k.customer_id.in_(some), m.removed_on.is_(None))
            )
            for owner, serial in read.execute(meters.order_by(k.code, m.id)):
                serials[owner].append(serial)
        word = said.strip().casefold()
        hits = []
        for each in ids:
            if each not in rows:
                continue
            r, own = rows[each], serials[each]
            meter = next((s for s in own if word and s.casefold().startswith(word)), own[0] if own else None)
            retired = r.retired_at is not None
            hits.append(
                CustomerHit(
                    r.id, r.code, r.name, r.address, r.phone, meter, r.owed or 0, r.credit or 0, retired
                )
            )
        return hits

    # -- one customer -----------------------------------------------------------------------------------

    def id_of(self, code: str) -> UUID | None:
        """The customer with exactly this code; of doubles the one that was made first."""
        c = Customer
        wanted = select(c.id).where(here(c, self._office_no), c.code == code)
        with self._read.connect() as read:
            return read.execute(wanted.order_by(c.made_hlc, c.made_device).limit(1)).scalar()

    def card(self, customer_id: UUID) -> CustomerCard | None:
        """All about a customer, or None when there is none."""
        c, b, office = Customer, CustomerBalance, self._office_no
        with self._read.connect() as read:
            person = read.execute(
                select(c.__table__).where(c.office_no == office, c.id == customer_id)
            ).first()
            if person is None:
                return None
            balance = read.execute(
                select(b.owed, b.credit).where(b.office_no == office, b.id == customer_id)
            ).first()
            connections = self._connections(read, customer_id)
            requests, waiting = self._requests(read, customer_id)
            s = BillState
            unpaid = read.execute(
                select(func.count(), func.min(s.due_on)).where(
                    here(s, office), s.customer_id == customer_id, s.open == 1
                )
            ).one()
            return CustomerCard(
                person.id,
                person.code,
                person.name,
                person.phone,
                person.address,
                person.ward,
                person.tax_code,
                person.bank_account,
                person.note,
                person.retired_at,
                connections,
                balance.owed if balance else 0,
                balance.credit if balance else 0,
                self._readings(read, [k.id for k in connections]),
                self._bills(read, customer_id),
                unpaid[0],
                unpaid[1],
                requests,
                waiting,
            )

    def _connections(self, read: Read, customer_id: UUID) -> tuple[ConnectionView, ...]:
        k, m, u, office = Connection, Meter, ConnectionUse, self._office_no
        points = (
            select(k.__table__, u.last_index, u.last_read_on, u.usual)
            .outerjoin(u, (u.office_no == k.office_no) & (u.id == k.id))
            .where(here(k, office), k.customer_id == customer_id)
            .order_by(k.code)
        )
        found = read.execute(points).all()
        meters: dict[UUID, list[MeterView]] = defaultdict(list)
        wanted = select(m.__table__).where(here(m, office), m.connection_id.in_([p.id for p in found]))
        for r in read.execute(wanted.order_by(m.id.desc())):
            meters[r.connection_id].append(
                MeterView(r.id, r.serial, r.digits, r.first_index, r.installed_on, r.removed_on)
            )
        return tuple(
            ConnectionView(
                p.id,
                p.code,
                p.address,
                p.customer_class,
                p.quotas,
                p.route,
                p.route_seq,
                p.retired_at,
                tuple(meters[p.id]),
                p.last_index,
                p.last_read_on,
                p.usual,
            )
            for p in found
        )

    def _readings(self, read: Read, connections: list[UUID]) -> tuple[ReadingView, ...]:
        r = Reading
        wanted = (
            select(r.connection_id, r.period, r.read_on, r.previous, r.present, r.usage, r.flags)
            .where(here(r, self._office_no), r.connection_id.in_(connections))
            .order_by(r.period.desc(), r.hlc.desc(), r.device.desc())
            .limit(STORY * 4)
        )
        newest: dict[tuple[str, UUID], ReadingView] = {}
        for x in read.execute(wanted):
            view = ReadingView(x.period, x.read_on, x.previous, x.present, x.usage, tuple(x.flags.split()))
            newest.setdefault((x.period, x.connection_id), view)
        return tuple(newest.values())[:STORY]

    def _bills(self, read: Read, customer_id: UUID) -> tuple[BillView, ...]:
        b, s = Bill, BillState
        wanted = (
            select(b.id, b.code, b.period, b.usage, b.total, s.paid, b.due_on)
            .join(s, (s.office_no == b.office_no) & (s.id == b.id))
            .where(here(b, self._office_no), b.customer_id == customer_id)
            .order_by(b.period.desc(), b.code)
            .limit(STORY)
        )
        return tuple(BillView(*row) for row in read.execute(wanted))

    def _requests(self, read: Read, customer_id: UUID) -> tuple[int, int]:
        r, s = Request, RequestState
        wanted = (
            select(func.count(), func.count().filter(s.closed_at.is_(None)))
            .outerjoin(s, (s.office_no == r.office_no) & (s.id == r.id))
            .where(here(r, self._office_no), r.customer_id == customer_id, r.type_code.not_in(RESTRICTED))
        )
        every, waiting = read.execute(wanted.select_from(r)).one()
        return int(every), int(waiting)

    def history(self, customer_id: UUID, limit: int = 100) -> list[Change]:
        """The changes of fields of the customer, its connections and meters, the newest first."""
        f, e, k, m, office = FieldChange, Entry, Connection, Meter, self._office_no
        with self._read.connect() as read:
            points = select(k.id).where(here(k, office), k.customer_id == customer_id)
            places = list(read.execute(points).scalars())
            dials = select(m.id).where(here(m, office), m.connection_id.in_(places))
            changes = []
            for table, rows in (
                ("customer", [customer_id]),
                ("connection", places),
                ("meter", list(read.execute(dials).scalars())),
            ):
                wanted = (
                    select(f.row_id, f.field, f.hlc, f.value, Staff.name)
                    .join(e, (e.hlc == f.hlc) & (e.origin == f.device), isouter=True)
                    .join(Staff, (Staff.office_no == f.office_no) & (Staff.id == e.by), isouter=True)
                    .where(f.office_no == office, f.table_name == table, f.row_id.in_(rows))
                    .order_by(f.hlc, f.device)
                )
                before: dict[tuple[UUID, str], Any] = {}
                for row_id, field, hlc, value, name in read.execute(wanted):
                    was = before.get((row_id, field))
                    changes.append((hlc, Change(instant(hlc >> 16), name, table, field, was, value)))
                    before[row_id, field] = value
        changes.sort(key=lambda pair: pair[0], reverse=True)
        return [change for _, change in changes[:limit]]


def here(model: Any, office_no: int) -> Any:
    """The condition on the office in a form no index serves: without statistics SQLite takes one equal column
    of a key for the better choice, and would walk through the whole office."""
    return model.office_no + 0 == office_no


def _chunks(ids: Sequence[UUID], size: int = 500) -> Iterable[Sequence[UUID]]:
    for at in range(0, len(ids), size):
        yield ids[at : at + size]
