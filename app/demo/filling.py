"""A demo office with a past: customers, two billed months, payments and requests, made by the same services
that people use."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.demo.generator import (
    MadeUpCustomer,
    made_up_customers,
    made_up_request,
    usual_reading,
)
from app.demo.sheets import customer_sheet, reading_sheet
from app.domain.clock import SteppingClock
from app.domain.deadlines import zone_named
from app.domain.import_fields import FIELDS_READINGS
from app.domain.importing import find_header, parse_readings, parse_rows
from app.domain.names import customer_classes
from app.models import Connection, ConnectionUse, Customer, CustomerBalance, Staff
from app.services.billing import DAYS_TO_PAY
from app.services.cash import Collect
from app.services.requests import NewRequest
from app.services.writer import Person
from app.words import Words


def person(desktop: Desktop, login: str) -> Person:
    """A member of the demo's staff."""
    with desktop.database.read.connect() as read:
        found = read.execute(select(Staff.id, Staff.name, Staff.roles).where(Staff.login == login)).one()
    return Person(found.id, found.name, tuple(found.roles))


def fill_customers(desktop: Desktop, by: Person, customers: Iterable[MadeUpCustomer]) -> int:
    """Take customers in, as from a workbook; returns how many."""
    rows = list(enumerate(customer_sheet(customers, "vi").all_rows(), 1))
    header = find_header(rows)
    classes = {code: (name,) for code, name in customer_classes(Words("vi")).items()}
    plan = desktop.imports.plan(parse_rows(rows, header.mapping, classes, after=header.row_number))
    desktop.imports.apply(by, plan)
    return len(plan.new)


def fill_readings(desktop: Desktop, by: Person, customers: Sequence[MadeUpCustomer], month: date) -> None:
    """A month's readings of every route; the out-of-the-ordinary ones too, save the lower ones."""
    indexes = last_indexes(desktop)
    pairs = []
    for customer in customers:
        reading = usual_reading(customer, month, seed=7, previous=indexes.get(customer.code))
        if reading.kind not in ("lower", "rolled_over"):
            pairs.append((customer, reading))
    rows = list(enumerate(reading_sheet(pairs, "mọi lộ trình", "vi").all_rows(), 1))
    header = find_header(rows, FIELDS_READINGS)
    parsed = parse_readings(rows, header.mapping, after=header.row_number)
    period = f"{month:%Y-%m}"
    plan = desktop.reading_imports.plan(parsed, period, month.replace(day=20))
    desktop.reading_imports.apply(by, plan)


def fill_bills(desktop: Desktop, by: Person, month: date) -> int:
    """The month's bills; returns how many."""
    last = month.replace(day=monthrange(month.year, month.month)[1])
    return desktop.billing.run(by, f"{month:%Y-%m}", last, last + timedelta(days=DAYS_TO_PAY)).bills


def fill_payments(desktop: Desktop, by: Person, share: float, seed: int) -> int:
    """A share of the open bills is paid in one session; returns how many receipts."""
    rng = Random(seed)  # noqa: S311 a demo, not a secret
    session = desktop.cash.open_session(by, uuid7(), desktop.rules.office.name, 500_000)
    taken = 0
    for customer in _owing(desktop):
        if rng.random() >= share:
            continue
        due = desktop.cash_queries.due(customer)
        if due is None or not due.bills:
            continue
        bills = tuple(bill.id for bill in due.bills)
        amount = due.amount(bills)
        desktop.cash.collect(by, Collect(uuid7(), session, customer, bills, amount, due.name))
        taken += 1
    state = desktop.cash_queries.session(session)
    desktop.cash.close_session(by, session, ((1000, state.expected // 1000), (1, state.expected % 1000)), "")
    desktop.cash.remit(by, session)
    return taken


CHANNELS = ("walk_in", "phone", "phone", "field", "web")


def fill_requests(
    desktop: Desktop, by: Person, customers: Sequence[MadeUpCustomer], count: int, clock: SteppingClock
) -> None:
    """Requests of the last days in every state, some of them late."""
    rng = Random(11)  # noqa: S311 a demo, not a secret
    types = desktop.rules.request_types(desktop.today())
    wanted = [c for c in types if c not in ("denunciation", "danger")]
    asked = []
    for _ in range(count):
        customer = rng.choice(customers)
        code = rng.choice(wanted)
        text = made_up_request(customer, rng, code)
        clock.advance(timedelta(minutes=rng.randrange(4, 13)))
        new = NewRequest(
            entry_id=uuid7(),
            type_code=code,
            channel=rng.choice([c for c in CHANNELS if c in types[code].channels]),
            words=text.text,
            customer_id=desktop.customer_queries.id_of(customer.code),
            contact_name=customer.name,
            phone=customer.phone or "",
            address=customer.address,
            documents=tuple(d.code for d in types[code].documents),
            right_code="courtesy" if types[code].category == "complaint" else "",
        )
        asked.append(desktop.requests.register(by, new))
    for each in asked[: count * 2 // 3]:
        clock.advance(timedelta(minutes=rng.randrange(1, 6)))
        desktop.requests.answer(by, each.id, "Đã kiểm tra và xử lý xong tại chỗ.", "solved")
        if rng.random() < 0.85:
            clock.advance(timedelta(minutes=1))
            desktop.requests.tell(by, each.id, "phone", "Đã báo khách hàng kết quả, khách hàng đồng ý.")


def demo_customers(count: int, seed: int = 2026) -> list[MadeUpCustomer]:
    """The people of the demo office."""
    return list(made_up_customers(count, seed, "BN", province="Bắc Ninh"))


def office_clock(day: date, hour: int, minute: int = 0) -> SteppingClock:
    """A clock that shows an hour of a day in Vietnam and goes on by 2 ms a look."""
    start = datetime.combine(day, time(hour, minute), zone_named("Asia/Ho_Chi_Minh"))
    return SteppingClock(start, timedelta(milliseconds=2))


def last_indexes(desktop: Desktop) -> dict[str, int]:
    """Connection code to its last index."""
    k, u = Connection, ConnectionUse
    wanted = select(k.code, u.last_index).join(u, (u.office_no == k.office_no) & (u.id == k.id))
    with desktop.database.read.connect() as read:
        return dict(read.execute(wanted).all())


def _owing(desktop: Desktop) -> list[UUID]:
    b, c = CustomerBalance, Customer
    joined = select(b.id).join(c, (c.office_no == b.office_no) & (c.id == b.id))
    wanted = joined.where(b.owed > 0).order_by(c.code)
    with desktop.database.read.connect() as read:
        return list(read.execute(wanted).scalars())
