"""The journal: one writer, one effect per entry, the database equal to the replay."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.models import Connection, Customer, Meter, Reading
from app.services.writer import Draft
from app.sync.verify import verify
from tests.offices import Company, person


def add_customer(draft: Draft, code: str, name: str = "Nguyễn Thị Đào") -> UUID:
    customer = draft.add(Customer, code=code, name=name, phone="0912345678", address="12/5 Nguyễn Gia Thiều")
    connection = draft.add(
        Connection, customer_id=customer, code=code, address="12/5", customer_class="household", quotas=1
    )
    draft.add(Meter, connection_id=connection, serial="00" + code[-4:], first_index=0)
    return customer


def save_customers(desktop: Desktop, *codes: str) -> None:
    """Customers, by one act of somebody who may add them."""
    with desktop.writer.entry("customers.add", person(desktop, "mai").id) as draft:
        for code in codes:
            add_customer(draft, code)


def names(desktop: Desktop) -> dict[str, str]:
    with desktop.database.read.connect() as read:
        return dict(read.execute(select(Customer.code, Customer.name)).all())


def verdict_is_good(desktop: Desktop) -> bool:
    return verify(desktop.database.path, desktop.clock.now()).good


def test_an_entry_takes_effect_exactly_once(desktop: Desktop) -> None:
    form = uuid4()
    with desktop.writer.entry("customers.add", None, id=form) as draft:
        add_customer(draft, "BN-0001")
    with (
        pytest.raises(AppError, match="already_saved"),
        desktop.writer.entry("customers.add", None, id=form) as draft,
    ):
        add_customer(draft, "BN-0001")
    assert list(names(desktop)) == ["BN-0001"]
    assert verdict_is_good(desktop)


def test_what_fails_half_way_leaves_nothing(desktop: Desktop) -> None:

    def save(and_then: Callable[[Draft], object]) -> None:
        with desktop.writer.entry("customers.add", None) as draft:
            add_customer(draft, "BN-0001")
            and_then(draft)

    with pytest.raises(ZeroDivisionError):
        save(lambda _: 1 / 0)
    assert names(desktop) == {}
    before = desktop.writer.vector()
    with pytest.raises(ValueError, match=r"customers\.add cannot be written"):
        save(lambda draft: draft.add(Customer, code=None, name="no code", address=""))
    assert names(desktop) == {}
    assert desktop.writer.vector() == before


def test_numbers_have_no_gap_even_when_an_act_fails(desktop: Desktop) -> None:
    taken = []
    for fails in (False, True, False):
        try:
            with desktop.writer.entry("x", None) as draft:
                from app.models import SessionOpened

                taken.append(draft.number("CT"))
                draft.add(
                    SessionOpened, code=taken[-1], point="VA", cashier=uuid4(), float_amount=0,
                    opened_at=draft.now,
                )  # fmt: skip
                if fails:
                    raise KeyError
        except KeyError:
            taken.pop()
    assert taken == ["CT-BN03-26-000001", "CT-BN03-26-000002"]


def test_a_disk_that_is_full_keeps_nothing_of_the_act(desktop: Desktop) -> None:
    pages = desktop.database.write.execute("PRAGMA page_count").fetchone()[0]
    desktop.database.write.execute(f"PRAGMA max_page_count = {pages + 2}")

    def add_many() -> None:
        for at in range(200):
            save_customers(desktop, *(f"BN-{at * 20 + i:04d}" for i in range(20)))

    with pytest.raises(AppError, match=r"disk\.full"):
        add_many()
    whole = len(names(desktop))
    assert whole % 20 == 0
    desktop.database.write.execute("PRAGMA max_page_count = 1000000")
    save_customers(desktop, "BN-9999")
    assert len(names(desktop)) == whole + 1
    assert verdict_is_good(desktop)


def test_a_change_made_behind_the_writers_back_is_found(desktop: Desktop) -> None:
    save_customers(desktop, "BN-0001")
    assert verdict_is_good(desktop)
    with closing(sqlite3.connect(desktop.database.path)) as c, c:
        c.execute("UPDATE customer SET name = 'somebody else'")
    found = verify(desktop.database.path, desktop.clock.now())
    assert [d.table for d in found.differences] == ["customer"]
    assert "somebody else" in found.differences[0].here[0]
    assert "Nguyễn Thị Đào" in found.differences[0].replayed[0]


def test_a_tampered_entry_breaks_its_chain(desktop: Desktop) -> None:
    save_customers(desktop, "BN-0001")
    with closing(sqlite3.connect(desktop.database.path)) as c, c:
        c.execute("UPDATE entry SET hlc = hlc + 1 WHERE device = ?", (desktop.identity.device,))
    found = verify(desktop.database.path, desktop.clock.now())
    assert found.broken_feeds == (desktop.identity.device,)


def test_cards_the_head_office_owns_are_refused_from_a_desk(company: Company) -> None:
    desktop = company.desk("BN03")
    from app.models import Staff

    with desktop.writer.entry("staff.add", None) as draft:
        draft.add(
            Staff, login="thief", name="x", title="", roles=["administrator"], password_hash=""
        )  # fmt: skip
    company.sync()
    for database in (desktop.database, company.headoffice.database):
        with database.read.connect() as read:
            assert read.execute(select(Staff.id).where(Staff.login == "thief")).all() == []
            parked = read.exec_driver_sql("SELECT reason FROM parked").scalars().all()
            assert list(parked) == ["not_the_head_office"]
    save_customers(desktop, "BN-0001")
    company.sync()
    with company.headoffice.database.read.connect() as read:
        assert read.execute(select(Customer.code)).scalars().all() == ["BN-0001"]


def test_two_readings_of_a_period_are_an_exception_until_a_correction_settles_them(desktop: Desktop) -> None:
    by = person(desktop, "duc")
    save_customers(desktop, "BN-0001")
    with desktop.database.read.connect() as read:
        connection, meter = read.execute(select(Meter.connection_id, Meter.id)).one()

    def read_index(present: int, replaces: UUID | None = None) -> UUID:
        with desktop.writer.entry("readings.enter", by.id) as draft:
            return draft.add(
                Reading, connection_id=connection, meter_id=meter, period="2026-11",
                read_on=draft.now.date(), previous=0, present=present, usage=present, flags="",
                by=by.id, replaces=replaces,
            )  # fmt: skip

    def exceptions() -> list[str]:
        with desktop.database.read.connect() as read:
            return list(read.exec_driver_sql('SELECT kind FROM "exception"').scalars().all())

    read_index(17_000)
    assert exceptions() == []
    second = read_index(18_000)
    assert exceptions() == ["two_readings"]
    corrected = read_index(19_000, replaces=second)
    assert exceptions() == []
    read_index(20_000)
    assert exceptions() == ["two_readings"]
    read_index(21_000, replaces=corrected)
    assert exceptions() == []
    assert verdict_is_good(desktop)
