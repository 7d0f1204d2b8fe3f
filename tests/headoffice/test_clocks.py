"""A PC whose clock is wrong: what its people change counts over what they wrote before."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from app.bootstrap import Desktop
from app.domain.clock import SteppingClock
from app.models import Customer
from tests.headoffice.agreeing import at
from tests.offices import START, Company, person
from tests.sync.sticks import act


def make(desktop: Desktop, id: UUID, name: str) -> None:
    with desktop.writer.entry("customers.add", person(desktop, "mai").id) as draft:
        draft.add(Customer, id=id, code="KH1", name=name, address="12/5")


def change(desktop: Desktop, id: UUID, name: str) -> None:
    with desktop.writer.entry("customers.edit", person(desktop, "mai").id) as draft:
        draft.change(Customer, id, name=name)


def name_of(desktop: Desktop) -> str:
    ((name,),) = at(desktop.database, "SELECT name FROM customer WHERE code = 'KH1'")
    return str(name)


def test_a_clock_that_is_ahead(company: Company, desktop: Desktop) -> None:
    """What is changed after the head office was heard of counts, also over what was written minutes ago."""
    home = company.shut(desktop)
    ahead = SteppingClock(START + timedelta(minutes=25), step=timedelta(milliseconds=3))
    desktop = company.opened(home, ahead)
    id = uuid4()
    make(desktop, id, "one")
    change(desktop, id, "two")  # 25 minutes ahead
    company.clock.advance(timedelta(minutes=21))  # 4 minutes ahead of what is now the time
    ahead.advance(timedelta(minutes=21))
    act(desktop, "A1")
    desktop.client.once()
    change(desktop, id, "three")
    assert name_of(desktop) == "three"


def test_a_clock_that_is_put_back_while_the_program_runs(company: Company, desktop: Desktop) -> None:
    home = company.shut(desktop)
    clock = SteppingClock(START + timedelta(hours=2), step=timedelta(milliseconds=3))
    company.clock.set(START + timedelta(hours=2))
    desktop = company.opened(home, clock)
    desktop.client.once()
    id = uuid4()
    make(desktop, id, "one")
    change(desktop, id, "two")
    clock.advance(timedelta(minutes=-60))
    change(desktop, id, "three")
    assert name_of(desktop) == "three"
