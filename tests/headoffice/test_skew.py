"""Desks and a head office of several releases: nothing that one does not understand is lost, applied by half
or erased by it; after the upgrade all hold the same."""

from __future__ import annotations

from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import select

from app.bootstrap import Desktop
from app.models import Customer
from app.sync.wire import SyncReply, SyncRequest, seal
from tests.headoffice.agreeing import assert_agreed, at, at_the_hub, codes
from tests.headoffice.forging import Forger, body, customer
from tests.headoffice.releases import NOW, Across, Release, migrate, tax_codes_in_full
from tests.offices import ON_BOTH, Company, person

OURS = Release(NOW)
NEXT = Release(NOW + 1)
AFTER = Release(NOW + 2, lifts={NOW + 1: tax_codes_in_full})


def add(desktop: Desktop, code: str, tax_code: str | None = None) -> UUID:
    with desktop.writer.entry("customers.add", person(desktop, "mai").id) as draft:
        return draft.add(Customer, code=code, name=code, address="1", tax_code=tax_code)


def change(desktop: Desktop, code: str, **fields: str) -> None:
    with desktop.writer.entry("customers.edit", person(desktop, "mai").id) as draft:
        row = draft.read.execute(select(Customer.id).where(Customer.code == code)).scalar_one()
        draft.change(Customer, row, **fields)


def passes(company: Company, hub: Release, **releases: Release) -> None:
    """Every desk reconciles twice, each by its own release, with a head office of its own."""
    for _ in range(2):
        for desktop in company.desks:
            desktop.client._transport = Across(company, hub)
            with releases[desktop.home.name].at_work():
                desktop.client.once()


def upgrade(company: Company, desktop: Desktop) -> Desktop:
    """The same home, opened by the release at work."""
    return company.opened(company.shut(desktop))


def upgrade_hub(company: Company) -> None:
    company.headoffice.close()
    company.headoffice = company._opened()


def parked(store: object) -> list[str]:
    return [r for (r,) in at(store, "SELECT reason FROM parked ORDER BY device, number")]  # type: ignore[arg-type]


# -- older and newer than the head office -----------------------------------------------------------------


@ON_BOTH
@pytest.mark.parametrize("ahead", [NEXT, AFTER], ids=["one", "two"])
def test_a_desk_that_is_ahead_of_the_head_office(company: Company, desktop: Desktop, ahead: Release) -> None:
    """What only the desk understands is kept by all, and takes effect where it is understood; nobody is told
    that rows differ."""
    other = company.desk("BN04")
    add(desktop, "A1")
    passes(company, OURS, BN03=OURS, BN04=OURS)
    with ahead.at_work():
        desktop = upgrade(company, desktop)
        add(desktop, "B1", "23")
        change(desktop, "A1", phone="0912000000")
    add(other, "C1")
    passes(company, OURS, BN03=ahead, BN04=OURS)
    for place in (company.headoffice, other):
        assert codes(place.database) == ["A1", "C1"]
        assert parked(place.database) == ["newer_release", "newer_release"]
    assert codes(desktop.database) == ["A1", "B1", "C1"]
    assert parked(desktop.database) == []
    assert [d.client.unsent() for d in (desktop, other)] == [0, 0]
    with ahead.at_work():
        upgrade_hub(company)
        passes(company, ahead, BN03=ahead, BN04=OURS)
        assert codes(company.headoffice.database) == ["A1", "B1", "C1"]
        other = upgrade(company, other)
        assert_agreed(company)
        assert at(other.database, "SELECT tax_code FROM customer WHERE code = 'B1'") == [("23",)]
        assert at(other.database, "SELECT phone FROM customer WHERE code = 'A1'") == [("0912000000",)]
    assert parked(company.headoffice.database) == parked(other.database) == []


@ON_BOTH
@pytest.mark.parametrize("behind", [OURS, NEXT], ids=["two", "one"])
def test_a_desk_that_is_behind_the_head_office(company: Company, desktop: Desktop, behind: Release) -> None:
    """What it writes is lifted where newer releases read it; what they write waits here for the upgrade."""
    other = company.desk("BN04")
    company.sync()
    with AFTER.at_work():
        upgrade_hub(company)
        other = upgrade(company, other)
    with behind.at_work():
        desktop = upgrade(company, desktop)
        add(desktop, "A1", "23")
    with AFTER.at_work():
        add(other, "B1", "VN24")
    passes(company, AFTER, BN03=behind, BN04=AFTER)
    written = "SELECT code, tax_code FROM customer ORDER BY code"
    for place in (company.headoffice, other):
        assert at(place.database, written) == [("A1", "VN23"), ("B1", "VN24")]
        assert parked(place.database) == []
    assert codes(desktop.database) == ["A1"]
    assert parked(desktop.database) == ["newer_release"]
    with AFTER.at_work():
        home = company.shut(desktop)
        migrate(home)
        company.opened(home)
        assert_agreed(company)


def test_cards_of_an_older_release_are_worked_out_anew_as_lifted(company: Company, desktop: Desktop) -> None:
    """A change that comes late makes the head office go back to how the card was made."""
    with AFTER.at_work():
        upgrade_hub(company)
        other = company.desk("BN04")
    add(desktop, "A1", "23")
    passes(company, AFTER, BN03=OURS, BN04=AFTER)
    with AFTER.at_work(), other.writer.entry("forged", person(other, "tung").id) as draft:
        row = draft.read.execute(select(Customer.id)).scalar_one()
        draft.change(Customer, row, tax_code="0")
    passes(company, AFTER, BN03=OURS, BN04=AFTER)  # he may not: it is taken back
    for place in (company.headoffice, other):
        assert at(place.database, "SELECT tax_code FROM customer") == [("VN23",)]


# -- what a release does not know -------------------------------------------------------------------------


@ON_BOTH
@pytest.mark.parametrize("unknown", ["request", "customer.tax_code"])
def test_an_older_release_keeps_what_it_does_not_know_and_takes_it_up_after_its_upgrade(
    company: Company, desktop: Desktop, unknown: str
) -> None:
    old, new = Release(NOW - 1, without=(unknown,)), OURS
    other = company.desk("BN04")
    with old.at_work():
        upgrade_hub(company)
        other = upgrade(company, other)
    made = add(desktop, "A1")
    change(desktop, "A1", tax_code="2300000000")
    if unknown == "request":
        from app.services.requests import NewRequest

        asked = NewRequest(uuid4(), "repair", "walk_in", "Nước yếu", customer_id=made)
        desktop.requests.register(person(desktop, "yen"), asked)
    with old.at_work():  # somebody has put the old program back for a while
        desktop = upgrade(company, desktop)
        change(desktop, "A1", phone="0912000000")
    desktop = upgrade(company, desktop)
    passes(company, old, BN03=new, BN04=old)
    for place in (company.headoffice, other):
        assert codes(place.database) == []
        *newer, last = parked(place.database)
        assert set(newer) == {"newer_release"}
        assert last == "waits"
    upgrade_hub(company)
    other = upgrade(company, other)
    assert_agreed(company)
    for place in (company.headoffice, desktop, other):
        assert parked(place.database) == []
        assert at(place.database, "SELECT code, tax_code, phone FROM customer") == [
            ("A1", "2300000000", "0912000000")
        ]
        assert at(place.database, "SELECT count(*) FROM request") == [(1 if unknown == "request" else 0,)]


def test_a_desk_of_an_older_release_erases_nothing_that_it_does_not_know(
    company: Company, desktop: Desktop
) -> None:
    old = Release(NOW - 1, without=("customer.tax_code",))
    other = company.desk("BN04")
    add(desktop, "A1")
    change(desktop, "A1", tax_code="2300000000")
    with old.at_work():
        other = upgrade(company, other)
    passes(company, OURS, BN03=OURS, BN04=OURS)
    with old.at_work():
        change(other, "A1", name="Ông Tám", phone="0912000000")
        with other.writer.entry("customers.add", person(other, "mai").id) as draft:
            draft.add_raw(Customer, ("id", "code", "name", "address"), [[uuid4().bytes, "B1", "B1", "1"]])
    passes(company, OURS, BN03=OURS, BN04=old)
    for place in (company.headoffice, desktop):
        assert at(place.database, "SELECT code, name, tax_code, phone FROM customer ORDER BY code") == [
            ("A1", "Ông Tám", "2300000000", "0912000000"),
            ("B1", "B1", None, None),
        ]
    upgrade(company, other)
    assert_agreed(company)


@ON_BOTH
def test_a_name_that_this_release_does_not_know_is_kept_until_one_does(
    company: Company, desktop: Desktop
) -> None:
    """Though its number says that it should be known: a table that came in a release between."""
    forger = Forger(desktop, company.transport)
    rows = [customer("X", colour="red"), ("secrets", {"id": uuid4().bytes})]
    forger.send(forger.entries(*(body([row]) for row in rows)))
    assert parked(company.headoffice.database) == ["unknown_table"] * 2
    assert codes(company.headoffice.database) == []
    assert at_the_hub(company, "SELECT count(*) FROM entry WHERE kind = 'forged'") == [(2,)]


# -- messages ---------------------------------------------------------------------------------------------


def test_messages_of_an_older_release_lack_what_came_since(company: Company, desktop: Desktop) -> None:
    vector = desktop.writer.vector()
    old = [1_763_600_000_000, vector, []]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(old), type=SyncRequest) == SyncRequest(
        1_763_600_000_000, vector, []
    )
    forger = Forger(desktop, company.transport)
    data = seal(old, forger.key, sender=forger.device)
    from app.sync.client import open_answer

    answer = open_answer(company.transport.post("/v1/sync", data), SyncReply, forger.hub_key, data)
    assert answer.have == vector
    reply = msgspec.msgpack.decode(msgspec.msgpack.encode([5, vector]), type=SyncReply)
    assert reply == SyncReply(5, vector)


def test_messages_of_a_newer_release_have_more_than_is_understood(company: Company, desktop: Desktop) -> None:
    request = SyncRequest(5, desktop.writer.vector(), [])
    more = [*msgspec.msgpack.decode(msgspec.msgpack.encode(request)), {"what": "ever"}, 7]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(more), type=SyncRequest) == request
    more = [*msgspec.msgpack.decode(msgspec.msgpack.encode(SyncReply(5, {}))), "more"]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(more), type=SyncReply) == SyncReply(5, {})
