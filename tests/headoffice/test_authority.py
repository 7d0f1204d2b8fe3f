"""What its author may not do takes no effect anywhere, whatever his program let him do; money taken counts
whoever took it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.bootstrap import Desktop
from app.models import (
    Bill,
    Connection,
    Customer,
    Reading,
    Receipt,
    Reversal,
    SessionOpened,
    Settlement,
    Staff,
)
from app.services.cash import Collect
from app.services.writer import Draft
from tests.headoffice.agreeing import assert_agreed, at, at_the_hub, codes
from tests.money import add_home, bill
from tests.offices import ON_BOTH, Company, person
from tests.sync.test_journal import add_customer, save_customers

DAY = date(2026, 11, 20)


def open_session(desktop: Desktop, login: str = "tung") -> UUID:
    return desktop.cash.open_session(person(desktop, login), uuid4(), "VA", 100_000)


def pay(desktop: Desktop, session: UUID, customer: UUID, amount: int, login: str = "tung") -> UUID:
    new = Collect(uuid4(), session, customer, (), amount, "A", keep_change=True)
    return desktop.cash.collect(person(desktop, login), new).receipt_id


def take_back(desktop: Desktop, receipt: UUID, session: UUID, amount: int, login: str = "tung") -> None:
    """Past the program's own check."""
    by = person(desktop, login).id
    with desktop.writer.entry("cash.reverse", by) as draft:
        draft.add(
            Reversal, receipt_id=receipt, session_id=session, amount=amount, reason="x", by=by,
            reversed_at=draft.now,
        )  # fmt: skip


def reasons(company: Company) -> list[str]:
    """Why entries are parked, at every place alike."""
    wanted = "SELECT reason FROM parked ORDER BY device, number"
    here = at_the_hub(company, wanted)
    for desktop in company.desks:
        assert at(desktop.database, wanted) == here
    return [reason for (reason,) in here]


@pytest.fixture
def other(company: Company, desktop: Desktop) -> Desktop:
    return company.desk("BN04")


# -- what a cashier may not -------------------------------------------------------------------------------


def forged_bill(draft: Draft, customer: UUID, connection: UUID) -> None:
    draft.add(
        Bill, code=draft.number("HD"), period="2026-12", connection_id=connection, customer_id=customer,
        reading_id=uuid4(), previous=0, present=1, usage=1, lines=[], net=1, vat=0, fee=0, total=1,
        issued_on=DAY, due_on=DAY,
    )  # fmt: skip


def forged_settlement(draft: Draft, by: UUID) -> None:
    draft.add(
        Settlement, exception_id=uuid4(), kind="overpaid", about="x", act="seen", by=by, settled_at=draft.now
    )


def forged_reading(draft: Draft, connection: UUID, meter: UUID, by: UUID) -> None:
    draft.add(
        Reading, connection_id=connection, meter_id=meter, period="2026-12", read_on=DAY, previous=0,
        present=1, usage=1, flags="", by=by,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("company", "what"),
    [
        *(("sqlite", what) for what in ("reversal", "bill", "settlement", "reading", "customer")),
        *(("postgresql", what) for what in ("bill", "connection")),
    ],
    indirect=["company"],
)
def test_what_a_cashier_may_not_takes_no_effect_anywhere(
    company: Company, desktop: Desktop, other: Desktop, what: str
) -> None:
    home = add_home(desktop, "BN-0001")
    bill(desktop, home, {"2026-10": 17})
    theirs = open_session(desktop, "mai")
    receipt = pay(desktop, theirs, home.customer, 50_000, "mai")
    session = open_session(desktop)
    pay(desktop, session, home.customer, 10_000)
    company.sync()
    before = {t: at(desktop.database, f"SELECT * FROM {t} ORDER BY id") for t in ("bill_state", what)}
    by = person(desktop, "tung").id
    if what == "reversal":
        take_back(desktop, receipt, session, 50_000)
    else:
        with desktop.writer.entry("forged", by) as draft:
            if what == "bill":
                forged_bill(draft, home.customer, home.connection)
            elif what == "settlement":
                forged_settlement(draft, by)
            elif what == "reading":
                forged_reading(draft, home.connection, home.meter, by)
            elif what == "customer":
                draft.change(Customer, home.customer, name="Somebody else")
            else:
                draft.change(Connection, home.connection, customer_class="business")
    assert at(desktop.database, f"SELECT * FROM {what} ORDER BY id") != before[what]
    pay(desktop, session, home.customer, 20_000)  # what comes after it goes on
    save_customers(other, "BN-0002")
    company.sync()
    assert reasons(company) == ["not_allowed"]
    for place in (company.headoffice, desktop, other):
        added = 1 if what in ("customer", "connection") else 0
        rows = at(place.database, f"SELECT * FROM {what} ORDER BY id")
        assert rows[: len(rows) - added] == before[what]
        assert at(place.database, "SELECT sum(total) FROM receipt") == [(80_000,)]
        assert at(place.database, "SELECT credit FROM customer_balance") == [(80_000,)]
    assert_agreed(company)


def test_the_number_of_what_takes_no_effect_is_used_up(company: Company, desktop: Desktop) -> None:
    home = add_home(desktop, "BN-0001")
    with desktop.writer.entry("forged", person(desktop, "tung").id) as draft:
        forged_bill(draft, home.customer, home.connection)
    assert_agreed(company)
    assert at_the_hub(company, "SELECT \"last\" FROM series WHERE series = 'HD-BN03-26'") == [(1,)]
    bills = bill(desktop, home, {"2026-11": 5})
    assert at(desktop.database, "SELECT code FROM bill") == [("HD-BN03-26-000002",)]
    assert len(bills) == 1
    assert_agreed(company)


def test_who_nobody_knows_may_nothing(company: Company, desktop: Desktop) -> None:
    for by in (None, uuid4()):
        with desktop.writer.entry("forged", by) as draft:
            add_customer(draft, "X")
    assert codes(desktop.database) == ["X", "X"]
    company.sync()
    assert reasons(company) == ["not_allowed", "not_allowed"]
    for place in (company.headoffice, desktop):
        assert codes(place.database) == []
        assert at(place.database, "SELECT count(*) FROM meter") == [(0,)]
    assert at(desktop.database, "SELECT count(*) FROM search_doc") == [(0,)]
    assert_agreed(company)


def test_what_others_have_built_on_it_waits_with_it(company: Company, desktop: Desktop) -> None:
    """A customer whom nobody was allowed to add, then a change of it, an index and money for it, all before
    the first contact."""
    with desktop.writer.entry("forged", person(desktop, "tung").id) as draft:
        customer = add_customer(draft, "X")
    ((connection, meter),) = at(desktop.database, "SELECT connection_id, id FROM meter")
    with desktop.writer.entry("customers.edit", person(desktop, "mai").id) as draft:
        draft.change(Customer, customer, name="Ông Y")
    with desktop.writer.entry("readings.enter", person(desktop, "duc").id) as draft:
        forged_reading(draft, UUID(bytes=connection), UUID(bytes=meter), person(desktop, "duc").id)
    pay(desktop, open_session(desktop), customer, 10_000)
    company.sync()
    company.desk("BN05")  # who comes later gets it in another order
    assert_agreed(company)
    for place in (company.headoffice, *company.desks):
        assert codes(place.database) == []
        assert at(place.database, "SELECT sum(total) FROM receipt") == [(10_000,)]
        assert at(place.database, "SELECT received FROM session_state") == [(10_000,)]
    assert reasons(company) == ["not_allowed", "waits"]


# -- what a cashier may -----------------------------------------------------------------------------------


@ON_BOTH
@pytest.mark.parametrize("sent", ["apart", "together"])
def test_a_cashier_takes_back_what_the_same_session_has_taken(
    company: Company, desktop: Desktop, sent: str
) -> None:
    home = add_home(desktop, "BN-0001")
    session = open_session(desktop)
    receipt = pay(desktop, session, home.customer, 30_000)
    if sent == "apart":
        company.sync()
    desktop.cash.reverse(person(desktop, "tung"), receipt, session, "Thu nhầm khách")
    assert_agreed(company)
    assert reasons(company) == []
    assert at_the_hub(company, "SELECT returned, expected FROM session_state") == [(30_000, 100_000)]


def test_a_cashier_takes_nothing_back_out_of_anothers_session(company: Company, desktop: Desktop) -> None:
    home = add_home(desktop, "BN-0001")
    theirs = open_session(desktop, "mai")
    receipt = pay(desktop, theirs, home.customer, 30_000, "mai")
    take_back(desktop, receipt, theirs, 30_000)
    assert_agreed(company)
    assert reasons(company) == ["not_allowed"]
    assert at_the_hub(company, "SELECT returned FROM session_state") == [(0,)]


@ON_BOTH
def test_money_counts_whoever_took_it(company: Company, desktop: Desktop, other: Desktop) -> None:
    home = add_home(desktop, "BN-0001")
    for by in (person(desktop, "duc").id, uuid4()):  # a reader; somebody whom the head office never heard of
        with desktop.writer.entry("forged", by) as draft:
            session = draft.add(
                SessionOpened, code=draft.number("CT"), point="VA", cashier=by, float_amount=0,
                opened_at=draft.now,
            )  # fmt: skip
            draft.add(
                Receipt, code=draft.number("BL"), session_id=session, customer_id=home.customer, payer="A",
                total=10_000, tendered=10_000, taken_at=draft.now, cashier=by,
            )  # fmt: skip
    assert_agreed(company)
    assert reasons(company) == []
    assert at(other.database, "SELECT received FROM session_state") == [(10_000,), (10_000,)]


def test_nothing_that_people_do_rightly_is_ruled_on(company: Company, desktop: Desktop) -> None:
    """Each by one who has no more rights than it needs."""
    from app.domain.importing import ParsedRow
    from app.services.customers import EditCustomer, NewConnection, NewCustomer, NewMeter
    from app.services.readings import EnterReading
    from app.services.requests import NewRequest

    yen, duc, tung, mai, admin = (person(desktop, p) for p in ("yen", "duc", "tung", "mai", "admin"))
    point = NewConnection(customer_class="household", meter=NewMeter(serial="M1", digits=5))
    customer = desktop.customers.add(yen, NewCustomer(uuid4(), "BN-0001", "A", "12/5", connection=point))
    desktop.customers.edit(yen, EditCustomer(uuid4(), customer, {"name": "B"}))
    sheet = [ParsedRow(1, {"code": "BN-0002", "name": "C", "connection_code": "BN-0002"}, ())]
    desktop.imports.apply(admin, desktop.imports.plan(sheet))
    ((connection, meter),) = at(desktop.database, "SELECT connection_id, id FROM meter")
    new = EnterReading(uuid4(), UUID(bytes=connection), UUID(bytes=meter), "2026-11", DAY, 5_000)
    desktop.readings.enter(duc, new)
    desktop.billing.run(mai, "2026-11", DAY, DAY)
    session = open_session(desktop)
    receipt = pay(desktop, session, customer, 10_000)
    desktop.cash.reverse(tung, receipt, session, "Thu nhầm khách")
    desktop.cash.close_session(tung, session, [(100_000, 1)])
    desktop.requests.register(tung, NewRequest(uuid4(), "repair", "walk_in", "x", customer_id=customer))
    company.sync()
    assert at_the_hub(company, "SELECT * FROM ruling") == []
    assert at_the_hub(company, "SELECT count(*) FROM bill") == [(1,)]
    assert_agreed(company)


# -- rights that change -----------------------------------------------------------------------------------


def change(company: Company, login: str, **fields: Any) -> None:
    """The head office changes the card of one of its people."""
    headoffice = company.headoffice
    with headoffice.writer.entry("staff.edit", None, desk=headoffice.hub.office_feed(1)) as draft:
        row = draft.read.execute(select(Staff.id).where(Staff.login == login)).scalar_one()
        draft.change(Staff, row, **fields)


def took_her_roles(company: Company) -> None:
    change(company, "mai", roles=["clerk"])


def let_her_go(company: Company) -> None:
    change(company, "mai", retired_at=company.clock.now())


@pytest.mark.parametrize("ended", [took_her_roles, let_her_go])
@pytest.mark.parametrize(("days", "allowed"), [(3, True), (8, False)])
def test_a_desk_may_not_have_heard_for_a_week_that_somebody_may_no_more(
    company: Company, desktop: Desktop, ended: Callable[[Company], None], days: int, allowed: bool
) -> None:
    home = add_home(desktop, "BN-0001")
    company.sync()
    ended(company)
    company.clock.advance(timedelta(days=days))
    bill(desktop, home, {"2026-11": 5})
    company.sync()
    assert len(at_the_hub(company, "SELECT * FROM bill")) == (1 if allowed else 0)
    assert reasons(company) == ([] if allowed else ["not_allowed"])
    assert_agreed(company)


def test_a_right_that_is_given_later_does_not_make_good_what_was_before(
    company: Company, desktop: Desktop
) -> None:
    with desktop.writer.entry("customers.add", person(desktop, "tung").id) as draft:
        add_customer(draft, "X")
    company.clock.advance(timedelta(minutes=1))
    change(company, "tung", roles=["cashier", "clerk"])
    company.sync()
    with desktop.writer.entry("customers.add", person(desktop, "tung").id) as draft:
        add_customer(draft, "Y")
    company.sync()
    assert reasons(company) == ["not_allowed"]
    assert codes(desktop.database) == codes(company.headoffice.database) == ["Y"]
    assert_agreed(company)
