"""Restored and copied desks, a restored head office: nothing is lost, nothing counts twice, all agree again,
and who has to know is told once."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.headoffice.founding import COMPANY, NewOffice
from app.models import Office
from app.services.cash import Collect
from tests.headoffice.agreeing import assert_agreed, at, at_the_hub, codes
from tests.headoffice.backups import cloned, keep, put_back
from tests.money import add_home
from tests.offices import ON_BOTH, STAFF, Company, person
from tests.sync.test_journal import save_customers


def customers(company: Company) -> list[str]:
    return codes(company.headoffice.database)


def desks(company: Company) -> list[str]:
    """The names of all desks that the head office knows."""
    names = at_the_hub(company, "SELECT desk FROM device WHERE kind = 'desktop' ORDER BY made_hlc")
    return [name for (name,) in names]


def heads(company: Company) -> list[tuple[object, ...]]:
    return at_the_hub(company, 'SELECT device, "last", hash FROM feed ORDER BY device')


def logins(store: object) -> list[str]:
    return [login for (login,) in at(store, "SELECT login FROM staff ORDER BY login")]  # type: ignore[arg-type]


def open_session(desktop: Desktop) -> UUID:
    return desktop.cash.open_session(person(desktop, "tung"), uuid4(), "VA", 100_000)


def pay(desktop: Desktop, session: UUID, customer: UUID, amount: int) -> str:
    """Money on a customer's account; the receipt's code."""
    new = Collect(uuid4(), session, customer, (), amount, "A", keep_change=True)
    return desktop.cash.collect(person(desktop, "tung"), new).code


# -- a desk's backup is put back --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("company", "what", "since"),
    [
        *(("sqlite", what, since) for what in ("home", "database") for since in ("sent", "written", "both")),
        *(("postgresql", what, "both") for what in ("home", "database")),
    ],
    indirect=["company"],
)
def test_yesterdays_backup_of_a_desk_is_put_back(
    company: Company, desktop: Desktop, what: str, since: str
) -> None:
    other = company.desk("BN04")
    save_customers(desktop, "A1")
    desktop.client.once()
    desktop, kept = keep(company, desktop)
    if since != "written":
        save_customers(desktop, "A2")
        save_customers(desktop, "A3")
        desktop.client.once()
    desktop = put_back(company, desktop, kept, what)
    if since != "sent":
        save_customers(desktop, "B1")
        save_customers(desktop, "B2")
    old = desktop.identity.device
    assert_agreed(company)
    expected = {"sent": "A1 A2 A3", "written": "A1 B1 B2", "both": "A1 A2 A3 B1 B2"}[since].split()
    assert codes(other.database) == customers(company) == codes(desktop.database) == expected
    renamed = since != "written"  # else nobody else has written in its feed
    assert desktop.client.renamed == desktop.client.renamed == ("BN03B" if renamed else "")
    assert desktop.identity.desk == desktop.writer.desk.name == ("BN03B" if renamed else "BN03")
    assert (desktop.identity.device != old) is renamed
    save_customers(desktop, "C1")
    assert_agreed(company)
    assert "C1" in codes(other.database)
    assert desks(company) == ["BN03", "BN04", *(["BN03B"] if renamed else [])]


def test_the_new_name_is_told_until_somebody_has_noted_it(company: Company, desktop: Desktop) -> None:
    desktop, kept = keep(company, desktop)
    save_customers(desktop, "A1")
    desktop.client.once()
    desktop = put_back(company, desktop, kept)
    desktop.client.once()
    desktop.client.once()
    assert desktop.client.renamed == "BN03B"
    desktop = company.opened(company.shut(desktop))
    assert (desktop.client.renamed, desktop.identity.desk) == ("BN03B", "BN03B")
    desktop.client.note_renamed()
    desktop.client.once()
    assert desktop.client.renamed == ""
    assert desks(company) == ["BN03", "BN03B"]


@pytest.mark.parametrize("what", ["home", "database"])
def test_a_backup_is_put_back_twice(company: Company, desktop: Desktop, what: str) -> None:
    other = company.desk("BN04")
    desktop, kept = keep(company, desktop)
    for letter in "ABC":
        save_customers(desktop, f"{letter}1")
        desktop.client.once()
        save_customers(desktop, f"{letter}2")
        desktop = put_back(company, desktop, kept, what)
    save_customers(desktop, "D1")
    assert_agreed(company)
    # What was on the disk alone is gone with it, and nothing else.
    assert codes(other.database) == customers(company) == ["A1", "B1", "C1", "D1"]
    # The identity beside the database was kept: under it nothing had been sent yet the first time.
    names = ["BN03B", "BN03C", "BN03D"] if what == "home" else ["BN03B", "BN03C"]
    assert desks(company) == ["BN03", "BN04", *names]
    assert desktop.client.renamed == names[-1]


def test_numbers_go_on_under_the_new_name_and_doubled_ones_are_kept(
    company: Company, desktop: Desktop
) -> None:
    home = add_home(desktop, "BN-0001")
    session = open_session(desktop)
    desktop, kept = keep(company, desktop)
    first = pay(desktop, session, home.customer, 10_000)
    desktop.client.once()
    desktop = put_back(company, desktop, kept)
    again = pay(desktop, session, home.customer, 20_000)
    assert first == again == "BL-BN03-26-000001"
    desktop.client.once()
    assert pay(desktop, session, home.customer, 30_000) == "BL-BN03B-26-000001"
    assert_agreed(company)
    receipts = at_the_hub(company, "SELECT code, total FROM receipt ORDER BY total")
    assert receipts == [(first, 10_000), (again, 20_000), ("BL-BN03B-26-000001", 30_000)]
    assert at_the_hub(company, "SELECT expected FROM session_state") == [(160_000,)]
    assert at_the_hub(company, "SELECT credit FROM customer_balance") == [(60_000,)]
    assert at_the_hub(company, 'SELECT kind, table_name FROM "exception"') == [("same_code", "receipt")]


@ON_BOTH
def test_a_form_saved_once_more_after_its_backup_was_put_back_counts_for_both(
    company: Company, desktop: Desktop
) -> None:
    """The draft was in the backup; the money was taken twice, and there are two papers."""
    other = company.desk("BN04")
    home = add_home(desktop, "BN-0001")
    session, form = open_session(desktop), uuid4()
    tung = person(desktop, "tung")
    desktop, kept = keep(company, desktop)
    desktop.cash.collect(tung, Collect(form, session, home.customer, (), 10_000, "A", keep_change=True))
    desktop.client.once()
    desktop = put_back(company, desktop, kept)
    desktop.cash.collect(tung, Collect(form, session, home.customer, (), 20_000, "A", keep_change=True))
    assert_agreed(company)
    for place in (company.headoffice, desktop, other):
        assert at(place.database, "SELECT total FROM receipt ORDER BY total") == [(10_000,), (20_000,)]
        assert at(place.database, "SELECT expected FROM session_state") == [(130_000,)]
    with pytest.raises(AppError, match="already_saved"):
        desktop.cash.collect(tung, Collect(form, session, home.customer, (), 20_000, "A", keep_change=True))


def test_the_open_session_of_the_old_name_goes_on_under_the_new(company: Company, desktop: Desktop) -> None:
    tung = person(desktop, "tung")
    home = add_home(desktop, "BN-0001")
    session = open_session(desktop)
    desktop, kept = keep(company, desktop)
    pay(desktop, session, home.customer, 10_000)
    desktop.client.once()
    desktop = put_back(company, desktop, kept)
    desktop.client.once()
    desktop, kept = keep(company, desktop)
    pay(desktop, session, home.customer, 20_000)
    desktop.client.once()
    desktop = put_back(company, desktop, kept)
    desktop.client.once()
    assert desktop.identity.desk == "BN03C"
    there = desktop.cash_queries.open_session(tung.id, desktop.identity.device)
    assert there is not None
    assert (there.id, there.expected) == (session, 130_000)
    closed = desktop.cash.close_session(tung, session, [(1, 130_000)])
    assert closed.difference == 0
    assert desktop.cash_queries.open_session(tung.id, desktop.identity.device) is None
    assert_agreed(company)
    assert at_the_hub(company, 'SELECT "open", counted FROM session_state') == [(0, 130_000)]


def test_what_is_opened_after_the_split_belongs_to_the_desk_that_kept_its_name(
    company: Company, desktop: Desktop
) -> None:
    one, two = cloned(company, desktop)
    save_customers(one, "A1")
    save_customers(two, "B1")
    one.client.once()
    two.client.once()
    assert (one.identity.desk, two.identity.desk) == ("BN03", "BN03B")
    session = open_session(one)
    company.sync()
    tung = person(two, "tung")
    assert two.cash_queries.open_session(tung.id, two.identity.device) is None
    there = one.cash_queries.open_session(tung.id, one.identity.device)
    assert there is not None
    assert there.id == session
    open_session(two)


# -- a desk's disk is copied ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "sent_before"),
    [(1, 4, 0), (1, 4, 3), (4, 1, 3), (2, 2, 0), (0, 1, 3), (1, 0, 0)],
)
def test_two_branches_of_a_feed_become_two_feeds(
    company: Company, desktop: Desktop, sent_before: int, first: int, second: int
) -> None:
    for number in range(sent_before):
        save_customers(desktop, f"C{number}")
        desktop.client.once()
    pair = cloned(company, desktop)
    for desk, letter, many in zip(pair, "AB", (first, second), strict=True):
        for number in range(many):
            save_customers(desk, f"{letter}{number}")
    pair[0].client.once()
    before = set(heads(company))
    pair[1].client.once()
    grown = {device: last for device, last, _ in heads(company)}
    assert all(grown[device] >= last for device, last, _ in before)
    assert_agreed(company)
    every = [f"A{n}" for n in range(first)] + [f"B{n}" for n in range(second)]
    assert customers(company) == sorted(every + [f"C{n}" for n in range(sent_before)])
    # The number stays with whoever has written in it at the head office first.
    assert [desk.identity.desk for desk in pair] == (["BN03", "BN03B"] if first else ["BN03B", "BN03"])
    for desk, letter in zip(pair, "AB", strict=True):
        save_customers(desk, f"{letter}9")
    assert_agreed(company)
    assert {"A9", "B9"} <= set(customers(company))
    assert desks(company) == ["BN03", "BN03B"]


@pytest.mark.parametrize("order", list(permutations((0, 0, 1, 1), 4))[::5])
def test_clones_may_reconcile_in_any_order(
    company: Company, desktop: Desktop, order: tuple[int, ...]
) -> None:
    other = company.desk("BN04")
    home = add_home(desktop, "BN-0001")
    session = open_session(desktop)
    pair = cloned(company, desktop)
    taken = 0
    for at_work, who in enumerate(order):
        for desk in (pair[who], other):
            save_customers(desk, f"{desk.home.name}-{at_work}")
        taken += 1000 * (at_work + 1)
        pay(pair[who], session, home.customer, 1000 * (at_work + 1))
        pair[who].client.once()
    other.client.once()
    assert_agreed(company)
    assert len(customers(company)) == 9
    assert at_the_hub(company, "SELECT sum(total), count(*) FROM receipt") == [(taken, 4)]
    assert at_the_hub(company, "SELECT expected FROM session_state") == [(100_000 + taken,)]
    assert desks(company) == ["BN03", "BN04", "BN03B"]


def test_three_copies_of_a_copy(company: Company, desktop: Desktop) -> None:
    save_customers(desktop, "A")
    one, two = cloned(company, desktop)
    save_customers(two, "B")
    two, three = cloned(company, two)
    for desk, code in ((one, "C"), (two, "D"), (three, "E")):
        save_customers(desk, code)
    for desk in (three, one, two):
        desk.client.once()
    assert_agreed(company)
    assert customers(company) == ["A", "B", "C", "D", "E"]
    assert sorted(d.identity.desk for d in (one, two, three)) == ["BN03", "BN03B", "BN03C"]


# -- the head office's backup is put back -----------------------------------------------------------------


@ON_BOTH
def test_the_head_offices_backup_is_put_back_and_nobody_has_written_since(
    company: Company, desktop: Desktop
) -> None:
    other = company.desk("BN04")
    save_customers(desktop, "A1")
    company.sync()
    kept = company.backup()
    for code in ("A2", "A3"):
        save_customers(desktop, code)
        save_customers(other, code.replace("A", "B"))
        company.sync()
    founding, hub = company.headoffice.founding, company.headoffice.hub
    founding.points(hub.office_feed(1), [("DT", "Nhà văn hóa Đại Thượng", "Đại Đồng")])
    company.sync()
    before = heads(company)
    company.put_back(kept)
    assert customers(company) == ["A1"]
    assert_agreed(company)
    assert heads(company) == before
    assert customers(company) == ["A1", "A2", "A3", "B2", "B3"]
    assert desks(company) == ["BN03", "BN04"]
    assert [d.client.renamed for d in company.desks] == ["", ""]


@ON_BOTH
def test_what_is_only_on_the_way_when_the_head_office_is_put_back(company: Company, desktop: Desktop) -> None:
    """The desk goes on writing in the number it had."""
    save_customers(desktop, "A1")
    desktop.client.once()
    kept = company.backup()
    save_customers(desktop, "A2")
    desktop.client.once()
    save_customers(desktop, "A3")
    company.put_back(kept)
    assert_agreed(company)
    assert customers(company) == ["A1", "A2", "A3"]
    assert desktop.identity.desk == "BN03"


@ON_BOTH
def test_the_head_office_is_put_back_and_has_written_since(company: Company, desktop: Desktop) -> None:
    other = company.desk("BN04")
    founding, hub = company.headoffice.founding, company.headoffice.hub
    company.sync()
    kept = company.backup()
    founding, hub = company.headoffice.founding, company.headoffice.hub
    founding.staff(hub.office_feed(1), [replace(STAFF[0], login="lost")])
    founding.bank("970436", "111")
    company.sync()
    company.put_back(kept)
    founding, hub = company.headoffice.founding, company.headoffice.hub
    founding.staff(hub.office_feed(1), [replace(STAFF[0], login="new")])
    founding.bank("970436", "222")
    save_customers(other, "A1")
    assert_agreed(company)
    for place in (company.headoffice, desktop, other):
        assert {"lost", "new"} <= set(logins(place.database))
        assert logins(place.database) == sorted({p.login for p in STAFF} | {"lost", "new"})
        assert at(place.database, "SELECT bank_account FROM utility") == [("222",)]
    assert customers(company) == ["A1"]
    assert desks(company) == ["BN03", "BN04"]


@ON_BOTH
def test_what_waits_to_be_issued_again_is_no_difference(company: Company, desktop: Desktop) -> None:
    """The line breaks once the fork is found, and the head office is put back once more: both hold the same
    entries, and what it has forgotten has its effect here alone."""
    kept = company.backup()
    founding, hub = company.headoffice.founding, company.headoffice.hub
    founding.staff(hub.office_feed(1), [replace(STAFF[0], login="lost")])
    company.sync()
    company.put_back(kept)
    founding, hub = company.headoffice.founding, company.headoffice.hub
    founding.staff(hub.office_feed(1), [replace(STAFF[0], login="new")])
    said = iter([True])
    desktop.client.once(lambda: next(said, False))
    company.put_back(kept)
    desktop.client.once()
    assert_agreed(company)
    assert "lost" in logins(company.headoffice.database)


@ON_BOTH
@pytest.mark.parametrize("wrote", [False, True])
def test_a_desk_enrolled_since_the_backup_makes_itself_known_again(
    company: Company, desktop: Desktop, wrote: bool
) -> None:
    """By what the head office has once written of it; also when the head office has gone on without it."""
    kept = company.backup()
    new = company.desk("BN05")
    save_customers(new, "N1")
    new.client.once()
    save_customers(new, "N2")
    company.put_back(kept)
    assert desks(company) == ["BN03"]
    if wrote:
        founding, hub = company.headoffice.founding, company.headoffice.hub
        founding.staff(hub.office_feed(1), [replace(STAFF[0], login="new")])
        founding.bank("970436", "222")
    new.client.once()
    assert desks(company) == ["BN03", "BN05"]
    assert customers(company) == ["N1", "N2"]
    assert_agreed(company)
    assert new.identity.desk == "BN05"


def test_a_head_office_that_has_forgotten_a_desk_gives_its_number_to_no_other(
    company: Company, desktop: Desktop
) -> None:
    kept = company.backup()
    forgotten = company.desk("BN05")
    save_customers(forgotten, "N1")
    company.sync()
    company.put_back(kept)
    new = company.desk("BN06")
    save_customers(new, "M1")
    company.sync()
    assert_agreed(company)
    assert customers(company) == ["M1", "N1"]
    assert desks(company) == ["BN03", "BN05", "BN06"]
    assert len({d.identity.device for d in company.desks}) == 3


@ON_BOTH
def test_a_renamed_desk_that_the_head_office_has_forgotten(company: Company, desktop: Desktop) -> None:
    desktop, kept_desk = keep(company, desktop)
    save_customers(desktop, "A1")
    desktop.client.once()
    kept = company.backup()
    desktop = put_back(company, desktop, kept_desk)
    desktop.client.once()
    save_customers(desktop, "B1")
    desktop.client.once()
    assert desktop.identity.desk == "BN03B"
    company.put_back(kept)
    assert_agreed(company)
    assert customers(company) == ["A1", "B1"]
    assert desks(company) == ["BN03", "BN03B"]


@ON_BOTH
def test_the_work_of_a_desk_whose_disk_is_gone_comes_from_who_has_it(
    company: Company, desktop: Desktop
) -> None:
    kept = company.backup()
    gone = company.desk("BN04")
    for code in ("A1", "A2"):
        save_customers(gone, code)
        gone.client.once()
    desktop.client.once()
    shutil.rmtree(company.shut(gone))
    company.put_back(kept)
    assert customers(company) == []
    desktop.client.once()
    assert customers(company) == ["A1", "A2"]
    assert desks(company) == ["BN03", "BN04"]
    assert_agreed(company)


def add_office(company: Company, name: str, parent: int = 0) -> int:
    """An office with its supervisor."""
    headoffice = company.headoffice
    number = headoffice.founding.office(NewOffice(name, "", ""))
    mai = [p for p in STAFF if p.login == "mai"]
    headoffice.founding.staff(headoffice.hub.office_feed(number), mai)
    if parent:
        with headoffice.writer.entry("office.move", None, desk=COMPANY) as draft:
            row = draft.read.execute(select(Office.id).where(Office.number == number)).scalar_one()
            draft.change(Office, row, parent_no=parent)
    return number


@ON_BOTH
def test_the_work_of_an_office_comes_from_the_one_above_it(company: Company, desktop: Desktop) -> None:
    """The district's desk is gone and was restored before; the branch's desk holds all of it."""
    company.office_no = add_office(company, "Trạm Tiên Du", parent=1)
    under = company.desk("TD01")
    kept = company.backup()
    under, kept_desk = keep(company, under)
    save_customers(under, "A1")
    company.sync()
    under = put_back(company, under, kept_desk)
    save_customers(under, "B1")
    company.sync()
    assert under.identity.desk == "TD01B"
    shutil.rmtree(company.shut(under))
    company.put_back(kept)
    desktop.client.once()
    assert customers(company) == ["A1", "B1"]
    assert desks(company) == ["BN03", "TD01", "TD01B"]
    assert_agreed(company)


@ON_BOTH
def test_an_office_founded_since_the_backup_comes_back_with_its_desk(
    company: Company, desktop: Desktop
) -> None:
    kept = company.backup()
    company.office_no = add_office(company, "Chi nhánh Hai")
    new = company.desk("CC01")
    save_customers(new, "N1")
    company.put_back(kept)
    new.client.once()
    assert at_the_hub(company, 'SELECT name FROM office WHERE "number" = 2') == [("Chi nhánh Hai",)]
    assert customers(company) == ["N1"]
    assert_agreed(company)
    assert codes(desktop.database) == []


@ON_BOTH
@pytest.mark.parametrize("first", ["reader", "desk"])
def test_the_head_office_and_a_desk_are_put_back_and_the_desk_goes_on(
    company: Company, desktop: Desktop, first: str
) -> None:
    """What others hold of it is a branch that lost its place, or the desk's new work is."""
    reader = company.desk("BN04")
    company.sync()
    desktop, kept_desk = keep(company, desktop)
    kept = company.backup()
    save_customers(desktop, "LOST")
    desktop.client.once()
    reader.client.once()
    company.put_back(kept)
    desktop = put_back(company, desktop, kept_desk)
    save_customers(desktop, "OTHER")
    save_customers(reader, "READER")
    for desk in (reader, desktop) if first == "reader" else (desktop, reader):
        desk.client.once()
    assert_agreed(company)
    for place in (company.headoffice, desktop, reader):
        assert codes(place.database) == ["LOST", "OTHER", "READER"]
    assert desktop.identity.desk == ("BN03B" if first == "reader" else "BN03")
