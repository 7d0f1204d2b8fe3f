"""Each disagreement shows both sides, the same at every desk."""

from __future__ import annotations

from app.bootstrap import Desktop
from app.models import Customer, Meter
from app.queries.exceptions import ExceptionRow
from tests.money import add_home, read_meter
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
