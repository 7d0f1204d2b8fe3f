"""Made-up offices to measure on: founded, enrolled, journalled and applied as real ones are; kept in a folder
of the user's cache (or DAUMOI_BENCH_CACHE), because half a million customers take minutes.

Of each customer: four months of readings and bills (2026-07 to 2026-10), a receipt for the first three from
98 of 100, and a request from every 25th. That is 12 facts a customer.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache as remembered
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from random import Random
from typing import TypeVar
from uuid import UUID

from platformdirs import user_cache_path
from sqlalchemy import select

import app.models
from app.bootstrap import Desktop, HeadOffice
from app.demo.generator import MadeUpCustomer, made_up_customers, made_up_request, usual_reading
from app.domain.clock import SteppingClock
from app.domain.errors import AppError
from app.domain.reads import judge
from app.domain.tariffs import Charge, charge, tariff_on
from app.headoffice.founding import NewOffice, NewStaff, NewUtility
from app.home.first_start import enrol_desk
from app.models import (
    Allocation,
    Bill,
    Connection,
    Customer,
    Meter,
    Reading,
    Receipt,
    Request,
    RequestEvent,
    SessionClosed,
    SessionOpened,
    Staff,
)
from app.models.base import Raw, canonical_json, millis
from app.queries.bills import bill_id
from app.queries.rules import RequestTypeView
from app.services.writer import Draft, Person, raw_columns
from app.sync.transport import DirectTransport
from benchmarks.harness import telling

LAYOUT = 3
"""Raised when what is built changes: an office in the cache is then built anew, as with another schema."""

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
MONTHS = tuple(date(2026, month, 1) for month in (7, 8, 9, 10))
PERIOD = "2026-11"
"""The month at whose counter we stand."""

SEED = 26
PASSWORD = "mat-khau-do-luong"  # noqa: S105 - of made-up people
ENTRY = 2_000
"""Rows of a table in one entry while building."""

UTILITY = NewUtility(
    name="Công ty Cấp nước Đo Lường",
    kind="water",
    currency="VND",
    zone="Asia/Ho_Chi_Minh",
    language="vi",
    country="vn",
    tariff_set="tra_vinh_water",
)
STAFF = [
    NewStaff("yen", "Hoàng Thị Yến", "Giao dịch viên", "0912000001", ("clerk",), PASSWORD),
    NewStaff("tung", "Ngô Văn Tùng", "Thu ngân", "0912000002", ("cashier",), PASSWORD),
    NewStaff("duc", "Đặng Văn Đức", "Nhân viên ghi chỉ số", "0912000003", ("reader",), PASSWORD),
    NewStaff("mai", "Bùi Thị Mai", "Giám sát", "0912000004", ("supervisor",), PASSWORD),
]
NOWHERE = "http://127.0.0.1:9"
"""A head office that cannot be reached: what is measured is one desk by itself."""

T = TypeVar("T")


def cache() -> Path:
    """Where offices are kept between measurements."""
    chosen = os.environ.get("DAUMOI_BENCH_CACHE")
    return Path(chosen) if chosen else user_cache_path("DauMoi", appauthor=False) / "benchmarks"


def kept_office(customers: int) -> Path:
    """The home of an office with so many customers and all their facts, built if it is not there yet."""
    home = cache() / f"office-{schema()}-{customers}"
    if not home.exists():
        part = home.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        new_office(part)
        with opened(part) as desktop:
            Builder(desktop, customers).everything()
        part.rename(home)
    return home


def schema() -> str:
    """A mark of the tables of today, for the names of what is kept."""
    digest = blake2b(str(LAYOUT).encode(), digest_size=4)
    for revision in sorted((Path(app.models.__file__).parent / "migrations" / "versions").glob("*.py")):
        digest.update(revision.read_bytes())
    return digest.hexdigest()


def new_office(home: Path) -> Path:
    """The home of a desk in a newly founded office without customers."""
    clock = clock_at(datetime(2026, 6, 1, tzinfo=UTC))
    headoffice = HeadOffice(home / "far-away", clock)
    try:
        headoffice.founding.utility(UTILITY)
        number = headoffice.founding.office(NewOffice("Chi nhánh Đo Lường", "1 Ngô Gia Tự", "0222 3821 000"))
        headoffice.founding.staff(headoffice.hub.office_feed(number), STAFF)
        invitation = headoffice.enrolment(number, "BN03", "Quầy 3", NOWHERE)
        enrol_desk(home, invitation, clock, DirectTransport(headoffice.hub.answer))
    finally:
        headoffice.close()
    return home


class opened:  # noqa: N801 - used as a function
    """A desk's program without its window, on a clock that starts at `NOW`."""

    def __init__(self, home: Path) -> None:
        self._desktop = Desktop(home, clock_at(NOW))

    def __enter__(self) -> Desktop:
        return self._desktop

    def __exit__(self, *_: object) -> None:
        self._desktop.close()


def person(desktop: Desktop, login: str) -> Person:
    """A member of the staff, without the time that a password takes."""
    with desktop.database.read.connect() as read:
        found = read.execute(select(Staff.id, Staff.name, Staff.roles).where(Staff.login == login)).one()
    return Person(found.id, found.name, tuple(found.roles))


def clock_at(start: datetime) -> SteppingClock:
    """A clock that moves on by a millisecond each time it is looked at."""
    return SteppingClock(start, timedelta(milliseconds=1))


@dataclass(slots=True)
class Supplied:
    """A customer who is in the database; `index` moves on from month to month."""

    made_up: MadeUpCustomer
    customer: bytes
    connection: bytes
    meter: bytes
    index: int
    reading: tuple[bytes, str, int, int, int] | None = None
    bills: list[tuple[bytes, int]] | None = None


class Builder:
    """Fills an office, through the writer, in entries of `entry` rows of a table."""

    def __init__(self, desktop: Desktop, customers: int, entry: int = ENTRY) -> None:
        self.desktop = desktop
        self.count = customers
        self._entry = entry
        self.people: list[Supplied] = []
        self._clock = desktop.clock
        self._rng = Random(SEED)  # noqa: S311 - made-up people
        self._by = {each.login: person(desktop, each.login) for each in STAFF}
        tariffs = desktop.rules.tariffs()

        @remembered
        def priced(class_: str, usage: int, quotas: int, day: date) -> Charge:
            return charge(tariff_on(tariffs, class_, day), usage, quotas)

        self._priced = priced
        # Only while building: an office that is half built is thrown away.
        for setting in ("synchronous = OFF", "cache_size = -1000000", "wal_autocheckpoint = 50000"):
            desktop.database.write.execute(f"PRAGMA {setting}")

    def everything(self) -> None:
        """Customers, four months, receipts, requests."""
        self.at(datetime(2026, 6, 20, tzinfo=UTC))
        self.customers()
        for month in MONTHS:
            self.at(datetime(2026, month.month, 22, tzinfo=UTC))
            self.readings(month)
            self._bills(month)
            if month == MONTHS[2]:
                self.at(datetime(2026, 10, 5, tzinfo=UTC))
                self._receipts()
        self.at(datetime(2026, 11, 3, tzinfo=UTC))
        asking = self.people[::25]
        self.requests(asking, max(1, len(asking) // 100))
        self.desktop.database.write.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def at(self, moment: datetime) -> None:
        """It is that moment now."""
        assert isinstance(self._clock, SteppingClock)
        self._clock.set(moment)

    def _each(
        self, what: str, kind: str, login: str, everyone: Sequence[T]
    ) -> Iterator[tuple[Draft, Sequence[T]]]:
        with telling(what) as step:
            for at in range(0, len(everyone), self._entry):
                with self.desktop.writer.entry(kind, self._by[login].id) as draft:
                    yield draft, everyone[at : at + self._entry]
                step(at, len(everyone))

    def customers(self) -> None:
        """Everybody, with a connection and a meter."""
        c, k, m = (raw_columns(model) for model in (Customer, Connection, Meter))
        everyone = made_up_customers(self.count, SEED)
        with telling("customers") as step:
            while some := list(islice(everyone, self._entry)):
                with self.desktop.writer.entry("customers.import", self._by["mai"].id) as draft:
                    id = draft.new_id
                    new = [Supplied(p, id().bytes, id().bytes, id().bytes, p.last_index) for p in some]
                    draft.add_raw(Customer, c, [_row(c, s.customer, _customer(s)) for s in new])
                    draft.add_raw(Connection, k, [_row(k, s.connection, _connection(s)) for s in new])
                    draft.add_raw(Meter, m, [_row(m, s.meter, _meter(s)) for s in new])
                self.people += new
                step(len(self.people), self.count)

    def readings(self, month: date) -> None:
        """What the collectors read in a month."""
        columns, by, period = raw_columns(Reading), self._by["duc"].id.bytes, f"{month:%Y-%m}"
        for draft, some in self._each(f"readings {month:%m}", "readings.import", "duc", self.people):
            rows = []
            for each in some:
                read = usual_reading(each.made_up, month, SEED, each.index)
                each.reading = None
                if read.present is None:
                    continue
                before, present, who = each.index, read.present, each.made_up
                used, flags = max(0, present - before), judge(before, present, who.usual_use)
                if read.kind == "rolled_over":
                    used, flags = present + 10**who.meter_digits * 1000 - before, ("rolled_over",)
                told = " ".join(flags)
                id = draft.new_id().bytes
                each.reading = (id, told, before, present, used)
                each.index = present
                rows.append(
                    (
                        id, each.connection, each.meter, period, read.read_on.isoformat(), before, present,
                        used, told, by, None, read.note,
                    )
                )  # fmt: skip
            draft.add_raw(Reading, columns, rows)

    def _bills(self, month: date) -> None:
        columns, period = raw_columns(Bill), f"{month:%Y-%m}"
        issued, due = month.replace(day=23), month.replace(day=28) + timedelta(days=10)
        for draft, some in self._each(f"bills {month:%m}", "billing.run", "mai", self.people):
            rows = []
            for each in some:
                if each.reading is None or "lower" in each.reading[1]:
                    continue
                reading, _, before, present, used = each.reading
                who = each.made_up
                try:
                    price = self._priced(who.customer_class, used, who.quotas, month)
                except AppError:  # no price for this class in this list of prices
                    continue
                id = bill_id(UUID(bytes=each.connection), period).bytes
                each.bills = [*(each.bills or ()), (id, price.total)]
                lines = [[line.upto, line.quantity, line.price_milli, line.amount] for line in price.lines]
                rows.append(
                    (
                        id, draft.number("HD"), period, each.connection, each.customer, reading, before,
                        present, used, canonical_json(lines), price.net, price.vat, price.fee, price.total,
                        issued.isoformat(), due.isoformat(),
                    )
                )  # fmt: skip
            draft.add_raw(Bill, columns, rows)

    def _receipts(self) -> None:
        """A session for each entry, counted and closed."""
        receipts, parts = raw_columns(Receipt), raw_columns(Allocation)
        by = self._by["tung"].id
        paying = [each for each in self.people if each.bills and self._rng.random() < 0.98]
        for draft, some in self._each("receipts", "cash.collect", "tung", paying):
            now = millis(draft.now)
            code = draft.number("CT")
            session = draft.add(
                SessionOpened, code=code, point="BN03", cashier=by, float_amount=0, opened_at=draft.now
            )
            taken, allocated, sum_ = [], [], 0
            for each in some:
                bills = [bill for bill in each.bills or () if bill[1]]
                total = sum(amount for _, amount in bills)
                if not total:
                    continue
                id = draft.new_id().bytes
                taken.append(
                    (
                        id, draft.number("BL"), session.bytes, each.customer, each.made_up.name, total, total,
                        now, by.bytes,
                    )
                )  # fmt: skip
                allocated += [
                    (draft.new_id().bytes, id, bill, each.customer, part, None) for bill, part in bills
                ]
                sum_ += total
            draft.add_raw(Receipt, receipts, taken)
            draft.add_raw(Allocation, parts, allocated)
            draft.add(
                SessionClosed, session_id=session, counts=[[1, sum_]], counted=sum_, expected=sum_,
                closed_at=draft.now,
            )  # fmt: skip

    def requests(self, asking: Sequence[Supplied], waiting: int) -> None:
        """What these ask; all but the last `waiting` are answered and closed."""
        columns, happened = raw_columns(Request), raw_columns(RequestEvent)
        types, by = self.desktop.rules.request_types_ever(), self._by["yen"].id.bytes
        done = len(asking) - waiting
        for draft, some in self._each("requests", "requests.register", "yen", list(enumerate(asking))):
            rows, events = [], []
            for number, each in some:
                said, now = made_up_request(each.made_up, self._rng), millis(draft.now) + number * 1000
                kind, key = types[said.type], draft.new_id().bytes
                came = now - self._took() if number < done else now
                rows.append(_row(columns, key, _request(each, said.text, kind, draft.number("YC"), came, by)))
                for name, text, data in _LIFE[: 5 if number < done else 2]:
                    due = came + 7 * 86_400_000 if name == "received" else None
                    at = came if name in ("received", "routed") else now
                    values: dict[str, Raw] = {
                        "request_id": key, "kind": name, "at": at, "by": by, "due": due, "text": text,
                        "unit_code": kind.unit_code if text is None else None, "data": canonical_json(data),
                    }  # fmt: skip
                    events.append(_row(happened, draft.new_id().bytes, values))
            draft.add_raw(Request, columns, rows)
            draft.add_raw(RequestEvent, happened, events)

    def _took(self) -> int:
        """How long an answer took, in milliseconds: six of ten are given at once, the others within days."""
        at_once = self._rng.random() < 0.6
        return 0 if at_once else min(int(self._rng.expovariate(1 / 20) * 3_600_000), 14 * 86_400_000)


_LIFE: tuple[tuple[str, str | None, dict[str, str]], ...] = (
    ("received", None, {}),
    ("routed", None, {}),
    ("answered", "Đã giải quyết.", {"outcome": "solved"}),
    ("told", "Đã báo khách hàng.", {"how": "phone"}),
    ("closed", None, {}),
)


def _request(s: Supplied, text: str, kind: RequestTypeView, code: str, now: int, by: bytes) -> dict[str, Raw]:
    p = s.made_up
    return {
        "code": code, "type_code": kind.code, "type_id": kind.id.bytes, "channel": "walk_in",
        "customer_id": s.customer, "contact_name": p.name, "phone": p.phone, "address": p.address,
        "area": p.ward, "words": text, "received_at": now, "received_by": by,
    }  # fmt: skip


def _row(columns: Sequence[str], id: bytes, values: dict[str, Raw]) -> list[Raw]:
    return [id, *(values.get(column) for column in columns[1:])]


def _customer(s: Supplied) -> dict[str, Raw]:
    p = s.made_up
    return {
        "code": p.code, "name": p.name, "phone": p.phone, "address": p.address, "ward": p.ward,
        "tax_code": p.tax_code, "note": p.note,
    }  # fmt: skip


def _connection(s: Supplied) -> dict[str, Raw]:
    p = s.made_up
    return {
        "customer_id": s.customer, "code": p.connection_code, "address": p.address,
        "customer_class": p.customer_class, "quotas": p.quotas, "route": p.route, "route_seq": p.sequence,
    }  # fmt: skip


def _meter(s: Supplied) -> dict[str, Raw]:
    p = s.made_up
    return {
        "connection_id": s.connection, "serial": p.meter_serial, "digits": p.meter_digits,
        "first_index": p.last_index, "installed_on": p.installed_on.isoformat(),
    }  # fmt: skip
