"""Settling exceptions: a supervisor chooses one of the offered acts, and that is an entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Text, and_, select, type_coerce

from app.domain.cash import explains
from app.domain.errors import AppError, Invalid
from app.domain.exceptions import Done, about, act_of
from app.domain.fold import nfc
from app.models import (
    Connection,
    Customer,
    Exception_,
    FieldChange,
    Meter,
    Reading,
    SessionOpened,
    SessionState,
    Settlement,
    Staff,
)
from app.queries.cash import opened_at_desk
from app.queries.readings import past
from app.services.cash import CashService
from app.services.readings import EnterReading, ReadingService
from app.services.requests import RequestService
from app.services.writer import Desk, Draft, Person, Writer

CARDS: dict[str, Any] = {"customer": Customer, "connection": Connection, "meter": Meter}
"""The cards with fields whose concurrent change a person must see."""


@dataclass(frozen=True, slots=True)
class Settle:
    """What a person decided, as he saw it: `about` is what the exception said then (`ExceptionRow.about`),
    `side` the id of the side that an act is done to (`Side.id`)."""

    entry_id: UUID
    exception_id: UUID
    about: str
    act: str
    side: str = ""
    note: str = ""


class Within:
    """A writer whose entry is one that is open already: what another use case writes becomes part of it."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self.desk: Desk = draft.desk

    @contextmanager
    def entry(self, kind: str, by: UUID | None, *, id: UUID | None = None) -> Iterator[Draft]:
        """See `app.services.writer.Writer.entry`."""
        yield self._draft


class ExceptionService:
    """What a supervisor does about exceptions. `cash`, `readings` and `requests` make those services for
    the writer of an entry, so that an act goes by the same rules as anywhere else."""

    def __init__(
        self,
        writer: Writer,
        cash: Callable[[Writer], CashService],
        readings: Callable[[Writer], ReadingService],
        requests: Callable[[Writer], RequestService],
    ) -> None:
        self._writer = writer
        self._cash, self._readings, self._requests = cash, readings, requests

    def settle(self, by: Person, chosen: Settle) -> None:
        """Settle an exception by one of the acts of its kind (`app.domain.exceptions.ACTS`), in one entry.

        Needs "exceptions.settle". Invalid: note="required". AppError "exception.gone" when nothing disagrees
        any more, "exception.settled" when another desk was first (with its name and the person's),
        "exception.changed" when it says something else by now, "exception.no_session" for a refund without an
        open cash session of the person at this desk, "already_saved", and what the act itself refuses: those
        of `CashService.reverse`, `ReadingService.enter`, `RequestService.reopen`.
        """
        by.require("exceptions.settle")
        e, note = Exception_, "\n".join(line.rstrip() for line in nfc(chosen.note).strip().splitlines())
        with self._writer.entry("exceptions.settle", by.id, id=chosen.entry_id) as draft:
            found = draft.read.execute(
                select(
                    e.kind, e.table_name, e.row_id, e.details, type_coerce(e.details, Text).label("text")
                ).where(e.office_no == draft.desk.office_no, e.id == chosen.exception_id)
            ).first()
            if found is None:
                raise AppError("exception.gone")
            act = act_of(found.kind, chosen.act)
            if act.note and not explains(note):
                raise Invalid(note="required")
            says = about(found.text)
            _first(draft, chosen.exception_id, says)
            if says != chosen.about:
                raise AppError("exception.changed")
            if act.on_side and chosen.side not in _sides(draft, found):
                raise AppError("exception.changed")
            done = self._do(draft, by, found, chosen, note)
            draft.add(
                Settlement,
                exception_id=chosen.exception_id,
                kind=found.kind,
                about=says,
                act=str(done),
                note=note or None,
                by=by.id,
                settled_at=draft.now,
            )

    def _do(self, draft: Draft, by: Person, found: Any, chosen: Settle, note: str) -> Done:
        """What the act writes besides the settlement; what it was done to."""
        writer = Within(draft)
        row = found.row_id.hex
        match found.kind, chosen.act:
            case "overpaid", "refund":
                session = _own_session(draft, by)
                self._cash(writer).reverse(by, UUID(hex=chosen.side), session, note)
                return Done("refund", "receipt", chosen.side)
            case "two_readings", "keep":
                kept = _kept(draft, found.row_id, UUID(hex=chosen.side), chosen.entry_id, note)
                self._readings(writer).enter(by, kept)
                return Done("keep", "reading", chosen.side)
            case "concurrent", "keep" | "take":
                if chosen.act == "take":
                    value = _value(draft, found, chosen.side)
                    draft.change(CARDS[found.table_name], found.row_id, **{found.details["field"]: value})
                return Done(chosen.act, found.table_name, row, chosen.side)
            case "misfit", "reopen":
                self._requests(writer).reopen(by, found.row_id, note)
        return Done(chosen.act, found.table_name, row)


def _first(draft: Draft, exception_id: UUID, says: str) -> None:
    """AppError "exception.settled" when somebody has settled it as it stands."""
    s, w = Settlement, Staff
    wanted = (
        select(w.name, s.settled_at)
        .select_from(s)
        .join(w, and_(w.office_no == s.office_no, w.id == s.by), isouter=True)
        .where(s.office_no + 0 == draft.desk.office_no, s.exception_id == exception_id, s.about == says)
        .order_by(s.hlc, s.device)
    )
    there = draft.read.execute(wanted).first()
    if there is not None:
        raise AppError("exception.settled", name=there.name)


def _sides(draft: Draft, found: Any) -> set[str]:
    """The ids of the sides that an act can be done to."""
    if found.kind == "overpaid":
        return set(found.details["receipts"])
    if found.kind == "two_readings":
        return set(found.details["readings"])
    return {f"{r.hlc}-{r.device}" for r in draft.read.execute(_history(draft, found))}


def _history(draft: Draft, found: Any) -> Any:
    """The settings of the field that was changed at two desks."""
    f = FieldChange
    return (
        select(f.hlc, f.device, f.value)
        .where(
            f.office_no == draft.desk.office_no,
            f.table_name == found.table_name,
            f.row_id == found.row_id,
            f.field == found.details["field"],
        )
        .order_by(f.hlc, f.device)
    )


def _value(draft: Draft, found: Any, side: str) -> Any:
    """What the field was set to by that stamp."""
    return next(r.value for r in draft.read.execute(_history(draft, found)) if f"{r.hlc}-{r.device}" == side)


def _own_session(draft: Draft, by: Person) -> UUID:
    """The person's open cash session at this desk."""
    o, s = SessionOpened, SessionState
    wanted = (
        select(o.id)
        .join(s, and_(s.office_no == o.office_no, s.id == o.id))
        .where(
            o.office_no == draft.desk.office_no,
            o.cashier == by.id,
            opened_at_desk(draft.desk.device),
            s.open == 1,
        )
        .order_by(o.hlc.desc())
    )
    session = draft.read.execute(wanted.limit(1)).scalar()
    if session is None:
        raise AppError("exception.no_session")
    return session


def _kept(draft: Draft, connection_id: UUID, reading_id: UUID, entry_id: UUID, note: str) -> EnterReading:
    """The reading once more, in the place of the one that counts now: newer than all, it counts."""
    r, office = Reading, draft.desk.office_no
    side: Any = draft.read.execute(select(r.__table__).where(r.office_no == office, r.id == reading_id)).one()
    counts = past(draft.read, office, [connection_id], side.period)[connection_id].entered
    return EnterReading(
        entry_id,
        connection_id,
        side.meter_id,
        side.period,
        side.read_on,
        side.present,
        note=note or side.note,
        rolled_over="rolled_over" in side.flags.split(),
        replaces=counts.id if counts else None,
    )
