"""What stands on the papers: plain values, filled in by whoever reads the database.

Money is int minor units of `currency`, quantities int thousandths of `unit`, rates basis points
(1 % = 100), moments aware datetimes (printed in the office's zone), text as it was typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Literal

from app.domain.amount_words import NORTH, Spoken
from app.domain.charts import ChartData
from app.domain.money import Currency

VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True)
class Letterhead:
    """Who hands the paper over; the zone of every hour printed and how the office reads numbers aloud."""

    utility_name: str
    office_name: str
    address: str
    phone: str
    tax_code: str = ""
    zone: tzinfo = VIETNAM
    spoken: Spoken = NORTH


@dataclass(frozen=True)
class Officer:
    """The person whose name, title and phone stand on the paper."""

    name: str
    title: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Party:
    """The customer as written on a paper."""

    name: str
    code: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True)
class RequestSlip:
    """What a customer takes home after a request is received. `title` is the office's own wording."""

    letterhead: Letterhead
    title: str
    code: str
    customer: Party
    kind: str
    channel: str
    words: str
    received_at: datetime
    due_at: datetime | None
    unit: str
    handler: str
    officer: Officer
    papers: tuple[str, ...] = ()


@dataclass(frozen=True)
class MissingPapers:
    """What a customer takes home when papers are missing: the request is noted, not yet received. `brought`
    and `missing` are names of papers, `optional` those that may be needed; `hours` are lines as printed."""

    letterhead: Letterhead
    title: str
    code: str
    customer: Party
    kind: str
    words: str
    noted_at: datetime
    brought: tuple[str, ...]
    missing: tuple[str, ...]
    optional: tuple[str, ...]
    hours: tuple[str, ...]
    officer: Officer


@dataclass(frozen=True)
class LetterPaper:
    """A letter that goes out; `number` is empty while it is not written yet. `text` holds paragraphs, one a
    line. `keeper` is who keeps the copy: a unit or a person."""

    letterhead: Letterhead
    language: str
    number: str
    written_on: date
    subject: str
    addressee: str
    address: str
    text: str
    signed_by: str
    signed_title: str
    keeper: str = ""


@dataclass(frozen=True)
class ReceiptLine:
    """One bill paid, wholly or in part."""

    period: str
    bill_code: str
    amount: int


@dataclass(frozen=True)
class Reversal:
    """That a receipt was taken back: the name of who did it, the reason given, and when."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class ReceiptPaper:
    """A receipt of money. `credit` is the part of `total` kept as a prepayment (over and above the lines)."""

    letterhead: Letterhead
    title: str
    number: str
    taken_at: datetime
    payer: Party
    lines: tuple[ReceiptLine, ...]
    total: int
    currency: Currency
    method: str
    cashier: Officer
    point: str
    tendered: int | None = None
    change: int | None = None
    credit: int = 0
    copy: bool = False
    reversal: Reversal | None = None


@dataclass(frozen=True)
class BlockLine:
    """One step of the tariff: `quantity` × `price` (money for one unit) = `amount`."""

    label: str
    quantity: int
    price: int
    amount: int


@dataclass(frozen=True)
class BankAccount:
    """Where a transfer goes; `bin` is the bank's six digits at Napas."""

    bin: str
    account: str
    bank_name: str
    holder: str


@dataclass(frozen=True)
class BillPaper:
    """A bill of one connection and period. The transfer code is for `total` alone, arrears apart.

    `meters` lists (serial, previous index, present index): more than one when a meter was changed. `quotas`
    households share the connection.
    """

    letterhead: Letterhead
    title: str
    symbol: str
    number: str
    bill_code: str
    customer: Party
    customer_tax_code: str
    connection_address: str
    period: str
    first_day: date | None
    last_day: date | None
    meters: tuple[tuple[str, int, int], ...]
    usage: int
    unit: str
    lines: tuple[BlockLine, ...]
    net: int
    vat_rate: int
    vat: int
    fee_rate: int
    fee: int
    total: int
    currency: Currency
    pay_by: date | None
    arrears: int = 0
    where_to_pay: tuple[str, ...] = ()
    bank: BankAccount | None = None
    note: str = ""
    quotas: int = 1


@dataclass(frozen=True)
class SessionPaper:
    """A cash session at its close. `denominations` are (value in minor units, pieces counted)."""

    letterhead: Letterhead
    title: str
    number: str
    session: str
    point: str
    cashier: Officer
    opened_at: datetime
    closed_at: datetime
    opening_float: int
    receipts_count: int
    receipts_total: int
    reversals_count: int
    reversals_total: int
    expected: int
    denominations: tuple[tuple[int, int], ...]
    counted: int
    remitted: int
    currency: Currency
    reason: str = ""
    paid_out: int = 0
    """To customers who had paid too much."""

    @property
    def difference(self) -> int:
        """Counted minus expected: above zero there is too much in the drawer."""
        return self.counted - self.expected


@dataclass(frozen=True)
class SessionRow:
    """One receipt of a session."""

    number: str
    taken_at: datetime
    customer_code: str
    payer: str
    amount: int
    method: str
    reversal: Reversal | None = None


@dataclass(frozen=True)
class PayoutPaper:
    """Money paid back to a customer. `receipts`: the numbers of those that were seen, kept with the slip."""

    letterhead: Letterhead
    title: str
    number: str
    paid_at: datetime
    customer: Party
    payee: str
    reason: str
    amount: int
    currency: Currency
    request: str
    receipts: tuple[str, ...]
    checked_by: str
    approved_by: str
    prepared_by: str
    cashier: Officer
    session: str
    copy: bool = False


@dataclass(frozen=True)
class PayoutLine:
    """A payout of a session."""

    number: str
    paid_at: datetime
    customer_code: str
    payee: str
    request: str
    amount: int


@dataclass(frozen=True)
class RequestCount:
    """Requests of one kind at one unit, received within the report's days.

    `on_time` were answered in time, `late` answered late or still open beyond their due time; `open` is every
    one that is not closed: without an answer, or its customer not told yet.
    """

    kind: str
    unit: str
    received: int
    answered: int
    on_time: int
    late: int
    open: int


@dataclass(frozen=True)
class CollectionDay:
    """What one cashier took at one point on one day; `reversed` is what was taken back of it."""

    day: date
    point: str
    cashier: str
    receipts: int
    amount: int
    reversed: int
    paid_out: int = 0
    """To customers who had paid too much."""


@dataclass(frozen=True)
class ArrearsRow:
    """What one customer owes; `bands` follow `ReportData.bands`."""

    customer_code: str
    name: str
    phone: str
    address: str
    route: str
    oldest_due: date | None
    bands: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class Chart:
    """Figures and how they are drawn. A donut shows the first series alone."""

    data: ChartData
    kind: Literal["bar", "stacked", "line", "donut"]


@dataclass(frozen=True)
class ReportData:
    """The supervisor's report of one office from `first_day` to `last_day`, both included.

    `bands` are the headings of arrears by age, oldest last; `charts` follow those the report draws itself.
    """

    letterhead: Letterhead
    first_day: date
    last_day: date
    made_at: datetime
    currency: Currency
    requests: Sequence[RequestCount] = ()
    collections: Sequence[CollectionDay] = ()
    bands: tuple[str, ...] = ()
    arrears: Sequence[ArrearsRow] = ()
    charts: tuple[Chart, ...] = ()
