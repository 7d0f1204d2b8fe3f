"""What takes no effect leaves what others have rightly done: where two have made the same bill or card, and
where the head office could not read it at first."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from app.bootstrap import Desktop
from app.models import Bill, Customer
from app.services.cash import Collect
from app.sync.entries import SCHEMA
from tests.headoffice.agreeing import assert_agreed, at, at_the_hub, codes
from tests.headoffice.forging import Forger, body, customer
from tests.money import Home, add_home
from tests.offices import ON_BOTH, Company, person
from tests.simulation.machines import release
from tests.sync.test_journal import add_customer

DAY = date(2026, 11, 20)


def issue(desktop: Desktop, login: str, id: UUID, home: Home, total: int) -> None:
    """A bill, past the program's own checks."""
    with desktop.writer.entry("billing.run", person(desktop, login).id) as draft:
        draft.add(
            Bill, id=id, code=draft.number("HD"), period="2026-11", connection_id=home.connection,
            customer_id=home.customer, reading_id=uuid4(), previous=0, present=1, usage=1, lines=[],
            net=total, vat=0, fee=0, total=total, issued_on=DAY, due_on=DAY,
        )  # fmt: skip


@pytest.mark.parametrize("order", [*permutations(("mai", "yen", "tung"))])
def test_of_a_bill_made_by_several_those_stand_who_may(
    company: Company, desktop: Desktop, order: tuple[str, ...]
) -> None:
    """At the desk where all were made they were all in effect before the ruling came."""
    home = add_home(desktop, "BN-0001")
    company.desk("BN04")
    id = uuid4()
    for login in order:
        issue(desktop, login, id, home, {"mai": 1000, "yen": 2000, "tung": 3000}[login])
        company.clock.advance(timedelta(minutes=1))
    assert_agreed(company)
    for place in (company.headoffice, *company.desks):
        assert at(place.database, "SELECT total FROM bill") == [(1000,)]
        assert at(place.database, "SELECT owed, credit FROM customer_balance") == [(1000, 0)]
        assert at(place.database, "SELECT * FROM \"exception\" WHERE kind = 'same_id'") == []


def test_two_that_may_disagree_when_a_third_was_not_allowed(company: Company, desktop: Desktop) -> None:
    home = add_home(desktop, "BN-0001")
    id = uuid4()
    for login, total in (("yen", 2000), ("mai", 1000), ("mai", 1500)):
        issue(desktop, login, id, home, total)
    assert_agreed(company)
    for place in (company.headoffice, *company.desks):
        assert at(place.database, "SELECT total FROM bill") == [(1000,)]
        assert len(at(place.database, "SELECT * FROM \"exception\" WHERE kind = 'same_id'")) == 1


@pytest.mark.parametrize("first", ["mai", "tung"])
def test_a_card_is_not_taken_from_those_who_made_it_rightly(
    company: Company, desktop: Desktop, first: str
) -> None:
    """Somebody makes a card under the id of another's."""
    other = company.desk("BN04")
    id = uuid4()
    for login in (first, "mai" if first == "tung" else "tung"):
        with desktop.writer.entry("customers.add", person(desktop, login).id) as draft:
            draft.add(Customer, id=id, code=login, name=login, address="1")
        company.clock.advance(timedelta(minutes=1))
    with desktop.writer.entry("customers.edit", person(desktop, "mai").id) as draft:
        draft.change(Customer, id, phone="0912")
    assert_agreed(company)
    for place in (company.headoffice, desktop, other):
        assert at(place.database, "SELECT code, name, phone FROM customer") == [("mai", "mai", "0912")]


@ON_BOTH
def test_what_was_paid_for_a_bill_that_takes_no_effect_is_the_customers_credit(
    company: Company, desktop: Desktop
) -> None:
    home = add_home(desktop, "BN-0001")
    other = company.desk("BN04")
    id = uuid4()
    issue(desktop, "yen", id, home, 2000)
    session = desktop.cash.open_session(person(desktop, "tung"), uuid4(), "VA", 0)
    new = Collect(uuid4(), session, home.customer, (id,), 5000, "A", keep_change=True)
    desktop.cash.collect(person(desktop, "tung"), new)
    assert_agreed(company)
    for place in (company.headoffice, *company.desks):
        assert at(place.database, "SELECT owed, credit FROM customer_balance") == [(0, 5000)]
    issue(other, "mai", id, home, 2000)  # who may issues it after all
    assert_agreed(company)
    for place in (company.headoffice, *company.desks):
        assert at(place.database, "SELECT paid FROM bill_state") == [(2000,)]
        assert at(place.database, "SELECT owed, credit FROM customer_balance") == [(0, 3000)]


@ON_BOTH
def test_what_a_newer_release_has_written_is_ruled_on_when_it_is_understood(
    company: Company, desktop: Desktop
) -> None:
    other = company.desk("BN04")
    forger = Forger(desktop, company.transport)
    forger.by = person(desktop, "tung").id.bytes
    forger.send(forger.entries(body([customer("X")]), schema=SCHEMA + 1))
    with other.writer.entry("customers.add", person(other, "mai").id) as draft:
        add_customer(draft, "A")
    other.client.once()
    assert at_the_hub(company, "SELECT reason FROM parked") == [("newer_release",)]
    with release(SCHEMA + 1):
        company.headoffice.close()
        company.headoffice = company._opened()
        assert at_the_hub(company, "SELECT reason FROM parked") == [("not_allowed",)]
        assert codes(company.headoffice.database) == ["A"]
        company.headoffice.close()
        company.headoffice = company._opened()
        assert len(at_the_hub(company, "SELECT * FROM ruling")) == 1
