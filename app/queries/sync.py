"""How it stands with the head office: what is not sent yet, and what is stuck, named as people know it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection as Read
from sqlalchemy import Engine, and_, func, select, union_all

from app.models import (
    Bill,
    Connection,
    Customer,
    Device,
    Entry,
    Local,
    Meter,
    Orphan,
    Parked,
    Receipt,
    Request,
    SessionOpened,
    Staff,
    WorkOrder,
)
from app.models.base import instant

MOST_STUCK = 500
"""So many stuck entries are shown at most."""

RENAMED_TOLD = "renamed.told"
"""The key, in what a desktop knows about itself, of `renamed_told`."""

_COUNTER_BITS = 16  # of an HLC, below its milliseconds

_NAMES: Mapping[str, tuple[str, str]] = {
    "receipt": ("code", "payer"),
    "request": ("code", "contact_name"),
    "remittance": ("code", ""),
    "session_opened": ("code", ""),
    "customer": ("code", "name"),
    "bill": ("code", ""),
    "connection": ("code", ""),
    "meter": ("serial", ""),
    "staff": ("login", "name"),
    "device": ("desk", "name"),
    "office": ("", "name"),
    "collection_point": ("code", "name"),
    "request_type": ("code", ""),
    "incident": ("code", "title"),
    "payout": ("code", "payee"),
    "letter": ("code", "addressee"),
    "contract": ("code", "name"),
    "work_order": ("code", ""),
    "attachment": ("", "name"),
    "tariff": ("customer_class", "decision"),
}
"""Table -> the columns with the code and the name that people know a row by."""

_LINKS: Mapping[str, tuple[str, str]] = {
    "reversal": ("receipt_id", "receipt"),
    "request_event": ("request_id", "request"),
    "work_order_event": ("work_order_id", "work_order"),
    "session_closed": ("session_id", "session_opened"),
    "reading": ("connection_id", "connection"),
}
"""Table without a code of its own -> the column that names a row of another."""

_FIRST = (
    "reversal", "receipt", "work_order", "work_order_event", "request", "request_event", "remittance",
    "session_closed", "session_opened", "customer", "connection", "meter", "reading", "bill",
)  # fmt: skip
"""Where an entry writes several tables, it is known by the first of these."""

_LOOKED_UP: Mapping[str, Any] = {
    "receipt": Receipt,
    "request": Request,
    "work_order": WorkOrder,
    "session_opened": SessionOpened,
    "customer": Customer,
    "connection": Connection,
    "meter": Meter,
    "bill": Bill,
    "staff": Staff,
}


@dataclass(frozen=True, slots=True)
class UnsentKind:
    """Entries of one kind (`names.entry_kinds`) that wait to be sent, and the moment of the oldest."""

    kind: str
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Stuck:
    """An entry that is kept but takes no effect here. `code` and `name` are those of the record it is about,
    empty where they cannot be read; `others`: so many further rows of the same table came with it. `reason`
    is that of table parked. `feed` and `number` are its place in the journal."""

    feed: int
    number: int
    kind: str
    code: str
    name: str
    others: int
    customer_id: UUID | None
    who: str
    desk: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class _About:
    code: str = ""
    name: str = ""
    others: int = 0
    customer_id: UUID | None = None


_Row = Mapping[str, Any]


class SyncQueries:
    """What waits between this desk and the head office. `device` gives the desk's feed, which becomes another
    when its data was restored or copied."""

    def __init__(self, read: Engine, office_no: int, device: Callable[[], int]) -> None:
        self._read = read
        self._office_no = office_no
        self._device = device

    def unsent_by_kind(self, acked: int) -> list[UnsentKind]:
        """What the head office has not acknowledged, the oldest first; `acked` is the last number of this
        desk's feed that it has."""
        e, o = Entry, Orphan
        own = select(e.kind, e.hlc).where(self._own(acked))
        lost = select(o.kind, o.hlc)  # they wait to be issued again
        waiting = union_all(own, lost).subquery()
        oldest = func.min(waiting.c.hlc)
        wanted = select(waiting.c.kind, func.count(), oldest).group_by(waiting.c.kind).order_by(oldest)
        with self._read.connect() as read:
            return [UnsentKind(kind, count, _moment(hlc)) for kind, count, hlc in read.execute(wanted)]

    def unsent_bytes(self, acked: int) -> int:
        """How large that is, before packing."""
        own = select(func.coalesce(func.sum(func.length(Entry.body)), 0)).where(self._own(acked))
        lost = select(func.coalesce(func.sum(func.length(Orphan.body)), 0))
        with self._read.connect() as read:
            return int(read.execute(own).scalar_one()) + int(read.execute(lost).scalar_one())

    def last_contact(self) -> datetime | None:
        """When the head office was last heard of."""
        known = self._local("last_contact")
        return None if known is None else instant(int(known))

    def renamed_told(self) -> str:
        """The desk's name of which people have been told that it is new; "" when none is."""
        return self._local(RENAMED_TOLD) or ""

    def stuck_count(self) -> int:
        """How many entries take no effect here."""
        with self._read.connect() as read:
            return int(read.execute(select(func.count()).select_from(Parked)).scalar_one())

    def stuck(self) -> list[Stuck]:
        """The entries that take no effect here, the newest first, `MOST_STUCK` at most."""
        p, e = Parked, Entry
        wanted = (
            select(e.device, e.number, e.office_no, e.kind, e.hlc, e.origin, e.by, e.body, p.reason)
            .select_from(p)
            .join(e, and_(e.office_no == p.office_no, e.device == p.device, e.number == p.number))
            .order_by(e.hlc.desc(), e.device, e.number)
            .limit(MOST_STUCK)
        )
        with self._read.connect() as read:
            found = read.execute(wanted).all()
            desks = dict(read.execute(select(Device.number, Device.desk)).all())
            people = self._people(read, {row.by for row in found if row.by is not None})
            return [self._stuck(read, row, desks, people) for row in found]

    # -- how it is put together -------------------------------------------------------------------------

    def _local(self, key: str) -> Any:
        with self._read.connect() as read:
            return read.execute(select(Local.value).where(Local.key == key)).scalar()

    def _own(self, acked: int) -> Any:
        e = Entry
        return and_(e.office_no == self._office_no, e.device == self._device(), e.number > acked)

    @staticmethod
    def _people(read: Read, ids: set[UUID]) -> dict[UUID, str]:
        wanted = select(Staff.id, Staff.name).where(Staff.id.in_(ids))
        return dict(read.execute(wanted).all())

    def _stuck(self, read: Read, row: Any, desks: dict[int, str], people: dict[UUID, str]) -> Stuck:
        about = _Reader(read, row.office_no).about(row.body)
        return Stuck(
            row.device, row.number, row.kind, about.code, about.name, about.others, about.customer_id,
            people.get(row.by, ""), desks.get(row.origin, ""), _moment(row.hlc), row.reason,
        )  # fmt: skip


class _Reader:
    """Reads what a body is about, as far as it can be read: it may be of another release, or damaged."""

    def __init__(self, read: Read, office_no: int) -> None:
        self._read = read
        self._office_no = office_no
        self._rows: dict[str, list[_Row]] = {}

    def about(self, body: bytes) -> _About:
        edits: list[tuple[str, UUID]] = []
        try:
            tables, edited = msgspec.convert(
                msgspec.msgpack.decode(body),
                tuple[list[tuple[str, list[str], list[list[Any]]]], list[tuple[str, bytes, Any]]],
            )
            for table, columns, rows in tables:
                some = self._rows.setdefault(table, [])
                some += [dict(zip(columns, row, strict=True)) for row in rows]
            edits = [(table, UUID(bytes=id)) for table, id, _ in edited]
        except (msgspec.DecodeError, msgspec.ValidationError, ValueError, RecursionError):
            return _About()
        written = [table for table in self._rows if self._rows[table]]
        for table in sorted(written, key=lambda t: _FIRST.index(t) if t in _FIRST else len(_FIRST)):
            of_table = self._rows[table]
            named = self._named(table, of_table[0])
            if named.code or named.name:
                return _About(named.code, named.name, len(of_table) - 1, named.customer_id)
        for table, id in edits:
            there = self._there(table, id)
            if there is not None:
                return self._named(table, there)
        return _About()

    def _named(self, table: str, row: _Row) -> _About:
        if table in _LINKS:
            column, table = _LINKS[table]
            linked = self._there(table, _id(row.get(column)))
            if linked is None:
                return _About()
            row = linked
        code, name = (_text(row.get(column)) for column in _NAMES.get(table, ("", "")))
        customer = self._customer(table, row)
        if customer is None:
            return _About(code, name)
        shown = self._looked_up("customer", _id(customer.get("id")))
        return _About(
            code, name or _text(customer.get("name")), 0, None if shown is None else _id(shown["id"])
        )

    def _customer(self, table: str, row: _Row) -> _Row | None:
        if table == "customer":
            return row
        connection = _id(row.get("connection_id"))
        if connection is not None:
            row = self._there("connection", connection) or {}
        return self._there("customer", _id(row.get("customer_id")))

    def _there(self, table: str, id: UUID | None) -> _Row | None:
        """A row, from the entry itself or from the database."""
        if id is None:
            return None
        for row in self._rows.get(table, ()):
            if _id(row.get("id")) == id:
                return row
        return self._looked_up(table, id)

    def _looked_up(self, table: str, id: UUID | None) -> _Row | None:
        if id is None or table not in _LOOKED_UP:
            return None
        columns = _LOOKED_UP[table].__table__.c
        wanted = select(*columns).where(columns.office_no == self._office_no, columns.id == id)
        found = self._read.execute(wanted).first()
        return None if found is None else dict(zip(columns.keys(), found, strict=True))


def _moment(hlc: int) -> datetime:
    return instant(hlc >> _COUNTER_BITS)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _id(value: object) -> UUID | None:
    if isinstance(value, UUID):
        return value
    return UUID(bytes=value) if isinstance(value, bytes) and len(value) == 16 else None
