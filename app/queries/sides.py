"""What each side of an exception says: who, at which desk, when, and what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection as Read
from sqlalchemy import and_, func, select

from app.domain import field
from app.domain.requests import Event, fold_request
from app.models import (
    Allocation,
    Bill,
    Contract,
    Customer,
    Device,
    Entry,
    FieldChange,
    Letter,
    Payout,
    Reading,
    Receipt,
    Remittance,
    Request,
    RequestEvent,
    RequestType,
    Reversal,
    Ruling,
    SessionClosed,
    SessionOpened,
    Staff,
    WorkOrder,
    WorkOrderEvent,
)
from app.models.base import instant
from app.queries.customers import here

_COUNTER_BITS = 16  # of an HLC, below its milliseconds

Written = Callable[[bytes, str, bytes], Mapping[str, Any] | None]
"""An entry's body, a table and a row's id -> the row as the body writes it, raw."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says. `what` names the table of the row it stands for; and "use" (of credit), "value" (of
    a field), "event" (of a request), "entry" (what was tried). `value`: money in minor units, of a reading
    the index in thousandths, of a field its content, of an event or an entry its kind; None: not known.
    """

    what: str
    who: str
    desk: str
    at: datetime
    value: Any
    code: str = ""
    """Of the side's paper, or of the bill that was paid with it."""
    id: str = ""
    """What an act on this side is done to: a row's id in hexadecimal figures, or a value's stamp."""
    stands: bool = False
    """Whether it is the one that counts now."""
    text: str = ""
    """A reason, an answer, whose paper it is."""
    day: date | None = None
    """The day on which an index was read."""
    total: int = 0
    """What the whole receipt came to."""


class Authors:
    """Who did what, by the stamps and ids of an office's rows; each is asked for once."""

    def __init__(self, read: Read, office_no: int) -> None:
        self._read = read
        self._office_no = office_no
        self._names: dict[UUID | None, str] = {None: ""}
        self._desks: dict[int, str] = {}

    def name(self, person: UUID | None) -> str:
        """Of a member of the staff."""
        if person not in self._names:
            wanted = select(Staff.name).where(Staff.office_no == self._office_no, Staff.id == person)
            self._names[person] = self._read.execute(wanted).scalar() or ""
        return self._names[person]

    def desk(self, device: int) -> str:
        """A desk's short name."""
        if device not in self._desks:
            wanted = select(Device.desk).where(Device.number == device).limit(1)
            self._desks[device] = self._read.execute(wanted).scalar() or ""
        return self._desks[device]

    def entry(self, hlc: int, device: int) -> Any:
        """The entry with that stamp, by which it counts; None when it is not here."""
        e, r = Entry, Ruling
        wanted = select(e.id, e.kind, e.by, e.body)
        found = self._read.execute(wanted.where(e.hlc == hlc, e.origin == device)).first()
        if found is not None:
            return found
        made = select(r.entry_hlc).where(
            r.office_no == self._office_no, r.counts_hlc == hlc, r.entry_origin == device
        )
        ruled = self._read.execute(made.limit(1)).scalar()
        if ruled is None:
            return None
        return self._read.execute(wanted.where(e.hlc == ruled, e.origin == device)).first()

    def of(self, hlc: int, device: int) -> tuple[str, str, datetime]:
        """Who, at which desk, when."""
        found = self.entry(hlc, device)
        return self.name(found.by if found else None), self.desk(device), moment(hlc)


def restricted(read: Read, office_no: int, request_id: UUID) -> bool:
    """Whether a request is for few eyes: who denounces somebody is named nowhere else."""
    r, t = Request, RequestType
    wanted = (
        select(t.code)
        .join(r, r.type_code == t.code)
        .where(r.office_no == office_no, r.id == request_id, t.restricted == 1)
    )
    return read.execute(wanted).first() is not None


def moment(hlc: int) -> datetime:
    """The time of a stamp."""
    return instant(hlc >> _COUNTER_BITS)


def sides_of(
    read: Read, office_no: int, kind: str, table: str, row_id: UUID, said: Any, written: Written
) -> Iterator[Side]:
    """The sides of an exception, the earliest first. `said`: its details."""
    ask = _Sides(read, office_no)
    match kind:
        case "overpaid":
            return ask.payments(row_id)
        case "two_readings":
            return ask.readings(row_id, said["period"])
        case "concurrent":
            return ask.changes(table, row_id, said)
        case "credit_twice":
            return ask.uses(row_id, said)
        case "reversed_twice":
            return ask.reversals(Reversal.receipt_id == row_id)
        case "paid_out_twice" | "unapproved":
            return ask.payouts(Payout.id.in_(_ids(said["payouts"])))
        case "late":
            return ask.late(row_id, said)
        case "remitted":
            return ask.remittances(row_id, said)
        case "misfit" if table == "work_order":
            return ask.order_events(row_id)
        case "misfit":
            return ask.events(row_id, said)
        case "same_code":
            return ask.papers(table, said)
        case "ruled":
            return ask.ruling(row_id, said)
    return ask.copies(table, row_id, said, written)


class _Sides:
    def __init__(self, read: Read, office_no: int) -> None:
        self._read = read
        self._office = office_no
        self._authors = Authors(read, office_no)

    # -- money ------------------------------------------------------------------------------------------

    def payments(self, bill_id: UUID) -> Iterator[Side]:
        """The receipts that stand and paid of the bill."""
        a, p, v = Allocation, Receipt, Reversal
        amount = func.sum(a.amount)
        wanted = (
            select(p.id, p.cashier, p.device, p.taken_at, p.code, p.total, amount.label("paid"))
            .join(p, and_(p.office_no == a.office_no, p.id == a.receipt_id))
            .where(
                here(a, self._office),
                a.bill_id == bill_id,
                ~select(v.id).where(v.office_no + 0 == p.office_no, v.receipt_id == p.id).exists(),
            )
            .group_by(p.id, p.cashier, p.device, p.taken_at, p.code, p.total, p.hlc)
            .having(amount != 0)
            .order_by(p.hlc, p.device)
        )
        for r in self._read.execute(wanted):
            yield self._side("receipt", r.cashier, r.device, r.taken_at, r.paid, r.code, r.id, total=r.total)

    def uses(self, receipt_id: UUID, said: Any) -> Iterator[Side]:
        """Where the receipt's money went that was not there twice: to bills, back to the customer; and that
        the receipt was taken back."""
        places = {place for place, _ in said["places"]}
        a, b, y = Allocation, Bill, Payout
        wanted = (
            select(a.hlc, a.device, a.bill_id, a.amount, b.code, y.code.label("payout"))
            .join(b, and_(b.office_no == a.office_no, b.id == a.bill_id), isouter=True)
            .join(y, and_(y.office_no == a.office_no, y.id == a.payout_id), isouter=True)
            .where(here(a, self._office), a.receipt_id == receipt_id)
            .order_by(a.hlc, a.device, a.id)
        )
        rows = self._read.execute(wanted).all()
        taken = [r for r in rows if r.amount < 0 and (r.bill_id.hex if r.bill_id else "") in places]
        sides: list[Side] = []
        for stamp in dict.fromkeys((r.hlc, r.device) for r in taken):
            paid = [r for r in rows if (r.hlc, r.device) == stamp and r.amount > 0 and r.code]
            here_taken = [r for r in taken if (r.hlc, r.device) == stamp]
            used = -sum(r.amount for r in here_taken)
            slips = [r.payout for r in here_taken if r.payout]
            code = " · ".join(dict.fromkeys([*slips, *(r.code for r in paid)]))
            sides.append(Side("payout" if slips else "use", *self._authors.of(*stamp), used, code))
        sides += self.reversals(Reversal.receipt_id == receipt_id)
        yield from sorted(sides, key=lambda side: side.at)

    def reversals(self, condition: Any) -> Iterator[Side]:
        """Receipts that were taken back."""
        v, p = Reversal, Receipt
        wanted = (
            select(v.id, v.by, v.device, v.reversed_at, v.amount, v.reason, p.code)
            .join(p, and_(p.office_no == v.office_no, p.id == v.receipt_id), isouter=True)
            .where(here(v, self._office), condition)
            .order_by(v.hlc, v.device)
        )
        for r in self._read.execute(wanted):
            yield self._side(
                "reversal", r.by, r.device, r.reversed_at, r.amount, r.code or "", r.id, text=r.reason
            )

    def payouts(self, condition: Any) -> Iterator[Side]:
        """Refunds that were paid out."""
        y = Payout
        wanted = (
            select(y.id, y.by, y.device, y.paid_at, y.amount, y.code, y.payee)
            .where(here(y, self._office), condition)
            .order_by(y.hlc, y.device, y.id)
        )
        for r in self._read.execute(wanted):
            yield self._side("payout", r.by, r.device, r.paid_at, r.amount, r.code, r.id, text=r.payee)

    def late(self, session_id: UUID, said: Any) -> Iterator[Side]:
        """The first closing, and what came after it."""
        first, *again = self._closings(session_id)
        yield first
        p = Receipt
        after: list[Side] = list(again)
        wanted = (
            select(p.id, p.cashier, p.device, p.taken_at, p.total, p.code, p.payer)
            .where(p.office_no == self._office, p.id.in_(_ids(said.get("receipts", ()))))
            .order_by(p.hlc, p.device)
        )
        for r in self._read.execute(wanted):
            after.append(
                self._side(
                    "receipt",
                    r.cashier,
                    r.device,
                    r.taken_at,
                    r.total,
                    r.code,
                    r.id,
                    text=r.payer,
                    total=r.total,
                )
            )
        after += self.reversals(Reversal.id.in_(_ids(said.get("reversals", ()))))
        after += self.payouts(Payout.id.in_(_ids(said.get("payouts", ()))))
        yield from sorted(after, key=lambda side: side.at)

    def remittances(self, session_id: UUID, said: Any) -> Iterator[Side]:
        """What was counted less what stays in the drawer, and what was handed in."""
        for closing in self._closings(session_id, said["due"]):
            if closing.stands:
                yield closing
        m = Remittance
        wanted = select(m.id, m.hlc, m.device, m.code, m.amount).where(
            here(m, self._office), m.session_id == session_id
        )
        for r in self._read.execute(wanted.order_by(m.hlc, m.device)):
            yield Side("remittance", *self._authors.of(r.hlc, r.device), r.amount, r.code, r.id.hex)

    def _closings(self, session_id: UUID, due: int | None = None) -> Iterator[Side]:
        x = SessionClosed
        wanted = select(x.id, x.hlc, x.device, x.counted, x.note).where(
            here(x, self._office), x.session_id == session_id
        )
        for n, r in enumerate(self._read.execute(wanted.order_by(x.hlc, x.device, x.id))):
            yield Side(
                "session_closed",
                *self._authors.of(r.hlc, r.device),
                r.counted if due is None else due,
                id=r.id.hex,
                stands=n == 0,
                text=r.note or "",
            )

    # -- readings, cards --------------------------------------------------------------------------------

    def readings(self, connection_id: UUID, period: str) -> Iterator[Side]:
        """The readings of a period that none of the others set right; the newest counts."""
        r = Reading
        wanted = (
            select(r.id, r.by, r.device, r.hlc, r.present, r.read_on, r.note, r.replaces)
            .where(here(r, self._office), r.connection_id == connection_id, r.period == period)
            .order_by(r.hlc, r.device, r.id)
        )
        rows = self._read.execute(wanted).all()
        replaced = {row.replaces for row in rows}
        for row in rows:
            if row.id not in replaced:
                yield self._side(
                    "reading", row.by, row.device, moment(row.hlc), row.present, "", row.id,
                    stands=row is rows[-1], text=row.note or "", day=row.read_on,
                )  # fmt: skip

    def changes(self, table: str, row_id: UUID, said: Any) -> Iterator[Side]:
        """The settings of a field of which neither author had seen the other's, and the one that stands."""
        f = FieldChange
        stamps = {
            stamp
            for hlc, device, before_hlc, before_device in said["changes"]
            for stamp in ((before_hlc, before_device), (hlc, device))
        }
        wanted = (
            select(f.hlc, f.device, f.value)
            .where(
                f.office_no == self._office,
                f.table_name == table,
                f.row_id == row_id,
                f.field == said["field"],
            )
            .order_by(f.hlc, f.device)
        )
        rows = self._read.execute(wanted).all()
        for row in rows:
            if row is rows[-1] or (row.hlc, row.device) in stamps:
                yield Side(
                    "value",
                    *self._authors.of(row.hlc, row.device),
                    row.value,
                    id=f"{row.hlc}-{row.device}",
                    stands=row is rows[-1],
                )

    def copies(self, table: str, row_id: UUID, said: Any, written: Written) -> Iterator[Side]:
        """The writings of one row, each as its entry has it; the earliest stands."""
        for n, (hlc, device, _) in enumerate(sorted(said["copies"])):
            entry = self._authors.entry(hlc, device)
            values = (written(entry.body, table, row_id.bytes) if entry else None) or {}
            value = values.get(_VALUES.get(table, ""))
            who, desk, at = self._authors.of(hlc, device)
            yield Side(table, who, desk, at, value, str(values.get("code") or ""), stands=n == 0)

    # -- requests, codes, rulings -------------------------------------------------------------------------

    def events(self, request_id: UUID, said: Any) -> Iterator[Side]:
        """What no longer fits, and before it what stands in its way."""
        e, hidden = RequestEvent, restricted(self._read, self._office, request_id)
        wanted = select(
            e.kind, e.at, e.hlc, e.device, e.by, e.unit_code, e.due, e.text, e.data, e.person, e.sealed
        ).where(here(e, self._office), e.request_id == request_id)
        happened = [
            Event(
                x.kind,
                x.at,
                x.hlc,
                x.device,
                x.by,
                x.unit_code,
                x.text,
                x.due,
                x.data,
                x.person,
                x.sealed is not None,
            )
            for x in self._read.execute(wanted)
        ]
        misfits = fold_request(happened).misfits
        shown = _apart([x for x in happened if x.kind != "noted" or x in misfits], misfits)
        for x, fits in shown:
            text = "" if hidden else x.text or ""
            yield self._side("event", x.by, x.device, x.at, x.kind, x.unit or "", stands=fits, text=text)

    def order_events(self, order_id: UUID) -> Iterator[Side]:
        """What no longer fits a work order, and before it what stands in its way."""
        e = WorkOrderEvent
        wanted = select(e.kind, e.at, e.hlc, e.device, e.by, e.text, e.data).where(
            here(e, self._office), e.work_order_id == order_id
        )
        happened = [
            field.Event(x.kind, x.at, x.hlc, x.device, x.by, x.text, said_of(x.data))
            for x in self._read.execute(wanted)
        ]
        for x, fits in _apart(happened, field.fold_order(happened).misfits):
            yield self._side("order_event", x.by, x.device, x.at, x.kind, stands=fits, text=x.text or "")

    def papers(self, table: str, said: Any) -> Iterator[Side]:
        """The rows that bear one code."""
        model = _NUMBERED[table]
        wanted = select(model.__table__).where(
            model.office_no == self._office, model.id.in_(_ids(said["rows"]))
        )
        for row in self._read.execute(wanted.order_by(model.hlc, model.device, model.id)):
            customer = getattr(row, "customer_id", None)
            name = select(Customer.name).where(Customer.office_no == self._office, Customer.id == customer)
            text = self._read.execute(name).scalar() or ""
            if table == "request":
                text = "" if restricted(self._read, self._office, row.id) else row.contact_name
            value = getattr(row, _VALUES[table]) if table in _VALUES else None
            yield Side(table, *self._authors.of(row.hlc, row.device), value, row.code, row.id.hex, text=text)

    def ruling(self, entry_id: UUID, said: Any) -> Iterator[Side]:
        """What was tried, and what the head office says of it."""
        entry = self._authors.entry(said["hlc"], said["origin"])
        who, desk, at = self._authors.of(said["hlc"], said["origin"])
        yield Side("entry", who, desk, at, entry.kind if entry else "")
        r = Ruling
        wanted = select(r.hlc, r.device).where(
            here(r, self._office), r.entry_id == entry_id, r.verdict == "not_allowed"
        )
        for row in self._read.execute(wanted.order_by(r.hlc, r.device).limit(1)):
            yield Side("ruling", "", "", moment(row.hlc), None, stands=True)

    def _side(
        self,
        what: str,
        by: Any,
        device: int,
        at: datetime,
        value: Any,
        code: str = "",
        id: UUID | None = None,
        **more: Any,
    ) -> Side:
        who, desk = self._authors.name(by), self._authors.desk(device)
        return Side(what, who, desk, at, value, code, id.hex if id else "", **more)


def said_of(data: Any) -> Mapping[str, Any]:
    """What an event's data says; others may have written something that is no mapping."""
    return data if isinstance(data, dict) else {}


E = TypeVar("E", Event, field.Event)


def _apart(happened: Sequence[E], misfits: Sequence[E]) -> list[tuple[E, bool]]:
    """Each misfit, and before it the last that fitted; whether it fitted."""
    fitting = sorted((x for x in happened if x not in misfits), key=lambda x: (x.hlc, x.device))
    shown: list[tuple[E, bool]] = []
    for misfit in misfits:
        before = [x for x in fitting if (x.hlc, x.device) <= (misfit.hlc, misfit.device)]
        if before and (before[-1], True) not in shown:
            shown.append((before[-1], True))
        shown.append((misfit, False))
    return shown


_NUMBERED: Mapping[str, Any] = {
    "bill": Bill,
    "receipt": Receipt,
    "request": Request,
    "session_opened": SessionOpened,
    "remittance": Remittance,
    "letter": Letter,
    "work_order": WorkOrder,
    "payout": Payout,
    "contract": Contract,
}
_VALUES = {
    "bill": "total",
    "receipt": "total",
    "allocation": "amount",
    "reversal": "amount",
    "remittance": "amount",
    "payout": "amount",
    "session_opened": "float_amount",
    "session_closed": "counted",
    "reading": "present",
}
"""Table -> the column that says most of a row."""


def _ids(texts: Any) -> list[UUID]:
    return [UUID(hex=text) for text in texts]
