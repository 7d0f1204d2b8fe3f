"""Both sides compare what they hold at the end of each pass; what is not the same is named row by row."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from uuid import uuid4

import pytest

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.models import Customer
from app.sync import digest
from app.sync.transport import DirectTransport
from tests.headoffice.agreeing import assert_agreed, at
from tests.money import add_home
from tests.offices import ON_BOTH, Company, person
from tests.sync.test_journal import save_customers


def behind_its_back(company: Company, desktop: Desktop, sql: str, *values: object) -> Desktop:
    """Change a closed desk's database with another program."""
    home = company.shut(desktop)
    with closing(sqlite3.connect(home / "office.db")) as c, c:
        assert c.execute(sql, values).rowcount == 1
    return company.opened(home)


def named(desktop: Desktop) -> list[tuple[str, int, int, int]]:
    """Table, and how many rows are there only, here only, and other here."""
    return [(d.table, len(d.there), len(d.here), len(d.other)) for d in desktop.client.differences()]


@ON_BOTH
def test_nothing_differs_after_a_pass(company: Company, desktop: Desktop) -> None:
    other = company.desk("BN04")
    for number, desk in enumerate((desktop, other, desktop)):
        save_customers(desk, f"BN-{number:04d}")
    home = add_home(desktop, "BN-0009")
    with desktop.writer.entry("customers.edit", person(desktop, "mai").id) as draft:
        draft.change(Customer, home.customer, phone=None, name="Ông Tám")
    company.sync()
    assert named(other) == named(desktop) == []
    assert "BN-0009" in {code for (code,) in at(other.database, "SELECT code FROM customer")}


@ON_BOTH
def test_rows_that_were_changed_behind_the_writers_back_are_named(company: Company, desktop: Desktop) -> None:
    save_customers(desktop, "BN-0001", "BN-0002")
    desktop.client.once()
    (row,) = (id for (id,) in at(desktop.database, "SELECT id FROM customer WHERE code = 'BN-0001'"))
    desktop = behind_its_back(company, desktop, "UPDATE customer SET phone = '1' WHERE id = ?", row)
    (found,) = desktop.client.differences()
    assert (found.office_no, found.table) == (1, "customer")
    assert (found.there, found.here, found.other) == ((), (), (row,))
    desktop = behind_its_back(company, desktop, "DELETE FROM customer WHERE id = ?", row)
    moved = "UPDATE meter SET id = ? WHERE id = (SELECT min(id) FROM meter)"
    desktop = behind_its_back(company, desktop, moved, uuid4().bytes)
    assert named(desktop) == [("customer", 1, 0, 0), ("meter", 1, 1, 0)]


def test_rows_that_were_changed_at_the_head_office_are_named_too(company: Company, desktop: Desktop) -> None:
    save_customers(desktop, "BN-0001")
    desktop.client.once()
    with closing(sqlite3.connect(company.home / "headoffice.db")) as c, c:
        c.execute("UPDATE customer SET name = 'somebody else'")
    assert named(desktop) == [("customer", 0, 0, 1)]


@pytest.mark.parametrize("what", ["card", "fact"])
def test_the_next_pass_finds_a_row_that_was_not_what_it_had_been(
    company: Company, desktop: Desktop, what: str
) -> None:
    """A card, as soon as somebody changes it; a fact, as soon as its table is worked out anew."""
    home = add_home(desktop, "BN-0001")
    desktop.cash.open_session(person(desktop, "tung"), uuid4(), "VA", 100_000)
    desktop.client.once()
    if what == "card":
        desktop = behind_its_back(company, desktop, "UPDATE customer SET phone = '1'")
        with desktop.writer.entry("customers.edit", person(desktop, "mai").id) as draft:
            draft.change(Customer, home.customer, name="Ông Tám")
    else:
        desktop = behind_its_back(company, desktop, "UPDATE session_opened SET float_amount = 1")
        with desktop.database.transaction(1) as cur:
            digest.work_out(cur)
    with pytest.raises(AppError, match=r"sync\.rows_differ"):
        desktop.client.once()
    assert named(desktop) == [("customer" if what == "card" else "session_opened", 0, 0, 1)]
    assert desktop.client.unsent() == 0  # all the same it was sent


@ON_BOTH
def test_digests_worked_out_anew_are_those_that_were_kept_up(company: Company, desktop: Desktop) -> None:
    home = add_home(desktop, "BN-0001")
    with desktop.writer.entry("customers.edit", person(desktop, "mai").id) as draft:
        draft.change(Customer, home.customer, name="Ông Tám", bank_account="1")
    with desktop.writer.entry("forged", None) as draft:
        draft.change(Customer, home.customer, name="Ông Chín")
    company.sync()
    wanted = 'SELECT office_no, table_name, "rows", "sum" FROM digest ORDER BY office_no, table_name'
    for store in (company.headoffice.database, desktop.database):
        kept = at(store, wanted)
        assert len(kept) > 8
        with store.transaction(1) as cur:
            digest.work_out(cur)
        assert at(store, wanted) == kept
    assert_agreed(company)


def test_rows_are_compared_once_both_hold_the_same_entries(company: Company, desktop: Desktop) -> None:
    """Somebody else's work comes in between."""
    other = company.desk("BN04")
    wrote: list[str] = []

    class Busy(DirectTransport):
        def post(self, path: str, data: bytes) -> bytes:
            if path == "/v1/digest" and len(wrote) < most:
                wrote.append(f"BN-{len(wrote):04d}")
                save_customers(other, wrote[-1])
                other.client.once()
            return super().post(path, data)

    desktop.client._transport = Busy(company.headoffice.hub.answer)
    most = 2
    assert named(desktop) == []
    assert len(wrote) == 2
    most = 100
    with pytest.raises(AppError, match=r"sync\.stuck"):
        desktop.client.differences()
