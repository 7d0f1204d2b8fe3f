"""Customers with bills, for tests of cash, bills and reports: billed by the real service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.bootstrap import Desktop
from app.models import Connection, Customer, Meter, Reading
from app.queries.bills import BillFilter
from tests.offices import person

ISSUED, DUE = date(2026, 11, 20), date(2026, 12, 5)
TODAY = date(2026, 11, 20)


@dataclass(frozen=True)
class Home:
    """A customer's ids."""

    customer: UUID
    connection: UUID
    meter: UUID
    code: str


def add_home(
    desktop: Desktop,
    code: str,
    name: str = "Nguyễn Thị Như Quỳnh",
    class_: str = "household",
    quotas: int = 1,
) -> Home:
    """A customer with a connection and a meter."""
    with desktop.writer.entry("customers.add", person(desktop, "mai").id) as draft:
        customer = draft.add(
            Customer, code=code, name=name, phone="0912345678", address="12/5 Nguyễn Gia Thiều, Kinh Bắc"
        )
        connection = draft.add(
            Connection, customer_id=customer, code=code, address="12/5 Nguyễn Gia Thiều",
            customer_class=class_, quotas=quotas, route="L001", route_seq=1,
        )  # fmt: skip
        meter = draft.add(Meter, connection_id=connection, serial="M" + code, digits=5, first_index=0)
    return Home(customer, connection, meter, code)


def read_meter(
    desktop: Desktop,
    home: Home,
    period: str,
    previous: int,
    present: int,
    *,
    read_on: date | None = None,
    usage: int | None = None,
    flags: str = "",
    replaces: UUID | None = None,
) -> UUID:
    """A reading; indexes in whole m³."""
    reader = person(desktop, "duc").id
    with desktop.writer.entry("readings.enter", reader) as draft:
        return draft.add(
            Reading,
            connection_id=home.connection,
            meter_id=home.meter,
            period=period,
            read_on=read_on or date.fromisoformat(f"{period}-15"),
            previous=previous * 1000,
            present=present * 1000,
            usage=(present - previous) * 1000 if usage is None else usage * 1000,
            flags=flags,
            by=reader,
            replaces=replaces,
        )


def bill(desktop: Desktop, home: Home, periods: dict[str, int], due: date = DUE) -> dict[str, UUID]:
    """Bills of so many m³ in each period; period to bill."""
    index = 0
    mai = person(desktop, "mai")
    for period, used in periods.items():
        read_meter(desktop, home, period, index, index + used)
        index += used
        desktop.billing.run(mai, period, date.fromisoformat(f"{period}-20"), due)
    rows = desktop.bill_queries.rows(
        desktop.bill_queries.ids(BillFilter(TODAY, customer_id=home.customer))
    ).values()
    return {row.period: row.id for row in rows}
