"""Each disagreement shows both sides, the same at every desk."""

from __future__ import annotations

from uuid import UUID, uuid4

from app.bootstrap import Desktop
from app.models import Allocation, Customer, Meter
from app.queries.exceptions import ExceptionRow, open_exceptions
from app.services.exceptions import Settle
from tests.money import Home, add_home, read_meter
from tests.offices import Company, person


def only(desktop: Desktop) -> ExceptionRow:
    rows = desktop.exception_queries.rows(desktop.exception_queries.ids())
    assert len(rows) == desktop.exception_queries.count() == 1
    return next(iter(rows.values()))


def test_a_name_changed_at_two_desks(company: Company, desktop: Desktop) -> None:
    other = company.desk("BN04")
    home = add_home(desktop, "BN-000001", "Đặng Văn Đức")
    company.sync()
    for desk, login, name in ((desktop, "yen", "Đặng Văn Đực"), (other, "mai", "Đặng Văn Đước")):
        with desk.writer.entry("customers.edit", person(desk, login).id) as draft:
            draft.change(Customer, home.customer, name=name)
    company.sync()
    row = only(desktop)
    assert row == only(other)
    assert (row.kind, row.code, row.part, row.customer_id) == (
        "concurrent", "BN-000001", "name", home.customer,
    )  # fmt: skip
    sides = [(side.who, side.desk, side.value) for side in row.sides]
    assert sides == [("Hoàng Thị Yến", "BN03", "Đặng Văn Đực"), ("Bùi Thị Mai", "BN04", "Đặng Văn Đước")]


def test_a_serial_changed_at_two_desks_names_the_customer(company: Company, desktop: Desktop) -> None:
    other = company.desk("BN04")
    home = add_home(desktop, "BN-000001", "Đặng Văn Đức")
    company.sync()
    for desk, serial in ((desktop, "00777"), (other, "00778")):
        with desk.writer.entry("customers.edit", person(desk, "yen").id) as draft:
            draft.change(Meter, home.meter, serial=serial)
    company.sync()
    row = only(desktop)
    assert (row.code, row.name, row.part) == ("00778", "Đặng Văn Đức", "serial")


def test_two_indexes_for_one_period(company: Company, desktop: Desktop) -> None:
    other = company.desk("BN04")
    home = add_home(desktop, "BN-000001")
    company.sync()
    read_meter(desktop, home, "2026-11", 100, 117)
    read_meter(other, home, "2026-11", 100, 171)
    company.sync()
    row = only(other)
    assert row == only(desktop)
    assert (row.kind, row.code, row.part) == ("two_readings", "BN-000001", "2026-11")
    sides = [(side.who, side.desk, side.value) for side in row.sides]
    assert sides == [("Đặng Văn Đức", "BN03", 117_000), ("Đặng Văn Đức", "BN04", 171_000)]


def waiting(desktop: Desktop) -> int | None:
    """What the home page says to a supervisor."""
    work = desktop.today_queries.office_work(("supervisor",), desktop.clock.now())
    assert work.exceptions == desktop.exception_queries.count() == len(desktop.exception_queries.ids())
    return work.exceptions


def test_the_home_page_counts_what_waits_and_nothing_else(company: Company, desktop: Desktop) -> None:
    other = company.desk("BN04")
    homes = [add_home(desktop, f"BN-00000{n}") for n in range(3)]
    company.sync()
    for home in homes:
        read_meter(desktop, home, "2026-11", 100, 117)
        read_meter(other, home, "2026-11", 100, 171)
    same_twice(desktop, other, homes[0])
    company.sync()
    assert waiting(desktop) == waiting(other) == 3
    row = next(iter(other.exception_queries.rows(other.exception_queries.ids()).values()))
    chosen = Settle(uuid4(), row.id, row.about, "seen", note="Đã xem đồng hồ")
    other.exceptions.settle(person(other, "mai"), chosen)
    assert (waiting(desktop), waiting(other)) == (3, 2)
    company.sync()
    assert waiting(desktop) == waiting(other) == 2
    with company.headoffice.database.read.connect() as read:
        assert open_exceptions(read) == {company.office_no: {"two_readings": 2}}
    clerk = desktop.today_queries.office_work(("clerk",), desktop.clock.now())
    assert clerk.exceptions is None


def same_twice(desktop: Desktop, other: Desktop, home: Home) -> None:
    """One row written at two desks, word for word: that is no disagreement."""
    for desk in (desktop, other):
        with desk.writer.entry("cash.collect", person(desk, "tung").id) as draft:
            draft.add(
                Allocation, id=UUID(int=7), receipt_id=UUID(int=8), bill_id=None,
                customer_id=home.customer, amount=0,
            )  # fmt: skip


def test_the_head_office_sees_every_office(company: Company, desktop: Desktop) -> None:
    """Over one database, each by itself; also what is settled in the one and not in the other."""
    other = company.desk("BN04")
    home = add_home(desktop, "BN-000001")
    company.sync()
    read_meter(desktop, home, "2026-11", 100, 117)
    read_meter(other, home, "2026-11", 100, 171)
    company.sync()
    with company.headoffice.database.transaction(7) as cur:  # as if another office had the same to settle
        cur.execute(
            'INSERT INTO "exception" (office_no, id, kind, table_name, row_id, details) '
            'SELECT 7, id, kind, table_name, row_id, details FROM "exception"'
        )
    row = only(desktop)
    chosen = Settle(uuid4(), row.id, row.about, "seen", note="Đã xem đồng hồ")
    desktop.exceptions.settle(person(desktop, "mai"), chosen)
    company.sync()
    with company.headoffice.database.read.connect() as read:
        assert open_exceptions(read) == {7: {"two_readings": 1}}
        assert open_exceptions(read, company.office_no) == {}
