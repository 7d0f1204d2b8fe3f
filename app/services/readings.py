"""Indexes entered line by line: each is one entry, saved before the next is typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection as Read
from sqlalchemy import bindparam, select

from app.domain.errors import AppError, Invalid
from app.domain.fold import nfc
from app.domain.reads import USUAL_THRESHOLDS, Thresholds, judge, usage
from app.models import Bill, Meter, Reading
from app.queries.bills import bill_id
from app.queries.readings import NO_PAST, Entered, past
from app.services.customers import LARGEST_INDEX
from app.services.writer import Person, Writer

# Made once: putting a statement together takes longer than its answer.
_METER = select(Meter.connection_id, Meter.digits, Meter.first_index).where(
    Meter.office_no == bindparam("office"), Meter.id == bindparam("meter")
)


@dataclass(frozen=True, slots=True)
class EnterReading:
    """An index read at a meter for a period ("2026-11"); `present` in thousandths of the unit.

    `rolled_over`: a person says that the dial went past its end. `replaces`: the reading it sets right.
    """

    entry_id: UUID
    connection_id: UUID
    meter_id: UUID
    period: str
    read_on: date
    present: int
    note: str | None = None
    rolled_over: bool = False
    replaces: UUID | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """An index with what it means; quantities in thousandths of the unit."""

    previous: int
    present: int
    usage: int
    flags: tuple[str, ...]


class ReadingService:
    """What people do with readings."""

    def __init__(
        self, writer: Writer, today: Callable[[], date], thresholds: Thresholds = USUAL_THRESHOLDS
    ) -> None:
        self._writer = writer
        self._today = today
        self._thresholds = thresholds

    def enter(self, by: Person, new: EnterReading) -> Entered:
        """Keep an index. One below the one before it is kept with the flag "lower" and no use, for somebody
        to look at, unless the dial is said to have gone past its end (flag "rolled_over").

        Raises Invalid(read_on="date.future" or present="index.wrong"), AppError "meter.unknown",
        "reading.too_long" (more figures than the dial has), "reading.no_digits" (gone past its end, and the
        meter's digits are not known), "reading.there" (read already; set it right by `replaces`) and
        "reading.billed" (the period's bill is out).
        """
        by.require("readings.enter")
        if new.read_on > self._today():
            raise Invalid(read_on="date.future")
        if not 0 <= new.present <= LARGEST_INDEX:
            raise Invalid(present="index.wrong")
        with self._writer.entry("readings.enter", by.id, id=new.entry_id) as draft:
            office = draft.desk.office_no
            meter = draft.read.execute(_METER, {"office": office, "meter": new.meter_id}).first()
            if meter is None or meter.connection_id != new.connection_id:
                raise AppError("meter.unknown")
            known = past(draft.read, office, [new.connection_id], new.period).get(new.connection_id, NO_PAST)
            there = known.entered
            if new.replaces != (there.id if there else None):
                raise AppError("reading.there", present=there.present if there else None)
            if there and billed(draft.read, office, [new.connection_id], new.period):
                raise AppError("reading.billed", period=new.period)
            previous = (
                there.previous
                if there and there.meter_id == new.meter_id
                else known.previous(new.meter_id, meter.first_index)
            )
            judged = judged_index(
                previous, new.present, known.usual, meter.digits, new.rolled_over, self._thresholds
            )
            note = " ".join(nfc(new.note or "").split()) or None
            id = draft.add(
                Reading,
                connection_id=new.connection_id,
                meter_id=new.meter_id,
                period=new.period,
                read_on=new.read_on,
                previous=judged.previous,
                present=judged.present,
                usage=judged.usage,
                flags=" ".join(judged.flags),
                by=by.id,
                replaces=new.replaces,
                note=note,
            )
        return Entered(
            id, new.meter_id, judged.previous, judged.present, judged.usage, judged.flags, new.read_on, note
        )


def judged_index(
    previous: int,
    present: int,
    usual: int | None,
    digits: int | None,
    rolled_over: bool,
    thresholds: Thresholds = USUAL_THRESHOLDS,
) -> Judged:
    """What an index means after the one before it; see `ReadingService.enter`. Quantities in thousandths."""
    if digits is not None and present >= 10**digits * 1000:
        raise AppError("reading.too_long", index=present, digits=digits)
    if rolled_over and present < previous:
        if digits is None:
            raise AppError("reading.no_digits")
        used = usage(previous, present, digits)
        return Judged(previous, present, used, ("rolled_over", *judge(0, used, usual, thresholds)))
    used = max(0, present - previous)
    return Judged(previous, present, used, judge(previous, present, usual, thresholds))


def billed(read: Read, office: int, connections: list[UUID], period: str) -> set[UUID]:
    """Those of the connections whose bill for the period is out."""
    bills = {bill_id(each, period): each for each in connections}
    wanted = select(Bill.id).where(Bill.office_no == office, Bill.id.in_(bills))
    return {bills[id] for id in read.execute(wanted).scalars()}
