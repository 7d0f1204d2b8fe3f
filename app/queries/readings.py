"""Readings: routes with how far they are, and the sheet of a route in the order in which it is walked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection as Read
from sqlalchemy import Engine, bindparam, func, select, text

from app.models import Connection, Customer, Meter, Reading
from app.models.base import Id
from app.queries.customers import here

USUAL_OF = 3
"""The usual use is the mean of so many periods (as `connection_use` has it)."""
CHUNK = 400


@dataclass(frozen=True, slots=True)
class Route:
    """A route and how many of its connections are read; `code` is empty for those without a route."""

    code: str
    total: int
    done: int


@dataclass(frozen=True, slots=True)
class Entered:
    """The reading that counts for a period; quantities in thousandths of the unit."""

    id: UUID
    meter_id: UUID
    previous: int
    present: int
    usage: int
    flags: tuple[str, ...]
    read_on: date
    note: str | None


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a connection before a period, and what has been read for it."""

    last_index: int | None
    last_meter: UUID | None
    usual: int | None
    entered: Entered | None

    def previous(self, meter_id: UUID, first_index: int) -> int:
        """The index from which a meter's use counts: the last one read at it, or the one it began with."""
        if self.last_index is not None and self.last_meter == meter_id:
            return self.last_index
        return first_index


NO_PAST = Past(None, None, None, None)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of a route's sheet; quantities in thousandths of the unit."""

    connection_id: UUID
    meter_id: UUID
    seq: int | None
    code: str
    name: str
    address: str
    serial: str
    digits: int | None
    previous: int
    usual: int | None
    entered: Entered | None


class ReadingQueries:
    """What people ask about readings of one office."""

    def __init__(self, read: Engine, office_no: int) -> None:
        self._read = read
        self._office_no = office_no

    def routes(self, period: str) -> list[Route]:
        """All routes in order of their codes, with how many meters are read for a period ("2026-11")."""
        k, m, r, office = Connection, Meter, Reading, self._office_no
        code = func.coalesce(k.route, "")
        with self._read.connect() as read:
            metered = (
                select(m.connection_id)
                .where(here(m, office), m.connection_id == k.id, m.removed_on.is_(None))
                .exists()
            )
            whole = select(code, func.count()).where(k.office_no == office, k.retired_at.is_(None), metered)
            totals = {r[0]: r[1] for r in read.execute(whole.group_by(code))}
            seen = select(r.connection_id).where(here(r, office), r.period == period).distinct().subquery()
            part = (
                select(code, func.count())
                .select_from(seen)
                .join(k, (k.office_no == office) & (k.id == seen.c.connection_id))
                .where(k.retired_at.is_(None))
            )
            done = {r[0]: r[1] for r in read.execute(part.group_by(code))}
        return [Route(c, totals[c], min(done.get(c, 0), totals[c])) for c in sorted(totals)]

    def sheet(self, route: str, period: str) -> list[SheetLine]:
        """The lines of a route in walking order; `route` empty: the connections without one."""
        k, m, c, office = Connection, Meter, Customer, self._office_no
        on_it = k.route == route if route else k.route.is_(None) & (k.office_no == office)
        wanted = (
            select(
                k.id,
                k.route_seq,
                c.code,
                c.name,
                k.address,
                m.id.label("meter"),
                m.serial,
                m.digits,
                m.first_index,
            )
            .join(c, (c.office_no == k.office_no) & (c.id == k.customer_id))
            .join(m, (m.office_no + 0 == k.office_no) & (m.connection_id == k.id) & m.removed_on.is_(None))
            .where(on_it, here(k, office), k.retired_at.is_(None))
            .order_by(k.route_seq.is_(None), k.route_seq, k.code, m.id)
        )
        with self._read.connect() as read:
            # Two meters in use at one connection are a mistake; the newer one is read.
            rows = {row.id: row for row in read.execute(wanted)}
            known = past(read, office, list(rows), period)
        lines = []
        for r in rows.values():
            p = known.get(r.id, NO_PAST)
            previous = p.entered.previous if p.entered else p.previous(r.meter, r.first_index)
            meter = p.entered.meter_id if p.entered else r.meter
            lines.append(
                SheetLine(
                    r.id, meter, r.route_seq, r.code, r.name, r.address, r.serial, r.digits, previous,
                    p.usual, p.entered,
                )
            )  # fmt: skip
        return lines


_PAST = text(
    "SELECT connection_id, period, id, meter_id, previous, present, usage, flags, read_on, note FROM reading "
    "WHERE office_no + 0 = :office AND connection_id IN :ids AND period <= :period "
    "ORDER BY connection_id DESC, period DESC, hlc DESC, device DESC"
).bindparams(bindparam("ids", expanding=True, type_=Id()))


def past(read: Read, office_no: int, connections: Sequence[UUID], period: str) -> dict[UUID, Past]:
    """For each connection with readings: its last index before `period`, its usual use (the mean of the last
    three periods before it), and what is read for the period itself. Of each period the newest counts."""
    found: dict[UUID, Past] = {}
    for at in range(0, len(connections), CHUNK):
        some = list(connections[at : at + CHUNK])
        values = {"office": office_no, "ids": some, "period": period}
        by_connection: dict[bytes, list[Any]] = {}
        for row in read.execute(_PAST, values):
            rows = by_connection.setdefault(row[0], [])
            # Of a period the newest comes first; with the period itself one more is wanted.
            if len(rows) <= USUAL_OF and (not rows or rows[-1].period != row[1]):
                rows.append(row)
        for key, rows in by_connection.items():
            entered = _entered(rows.pop(0)) if rows[0].period == period else None
            uses = [r.usage for r in rows[:USUAL_OF]]
            last = rows[0] if rows else None
            found[UUID(bytes=key)] = Past(
                last.present if last else None,
                UUID(bytes=last.meter_id) if last else None,
                sum(uses) // len(uses) if uses else None,
                entered,
            )
    return found


def _entered(row: Any) -> Entered:
    return Entered(
        UUID(bytes=row.id),
        UUID(bytes=row.meter_id),
        row.previous,
        row.present,
        row.usage,
        tuple(row.flags.split()),
        date.fromisoformat(row.read_on),
        row.note,
    )
