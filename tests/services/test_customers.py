from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.domain.errors import AppError, Invalid
from app.services.customers import EditCustomer, NewConnection, NewCustomer, NewMeter
from app.sync.verify import verify
from tests.money import add_home
from tests.offices import Company, person
from tests.sheets import entries, held


def quynh(code: str = "BN-007415", **more: object) -> NewCustomer:
    new = NewCustomer(
        uuid7(),
        code,
        "  Nguyễn  Thị Như Quỳnh ",
        "12/5 Nguyễn Gia Thiều",
        NewConnection(
            "household", route="L001", route_seq=4, meter=NewMeter("00123", 5, 17_000, date(2026, 1, 2))
        ),
        phone="+84 912 345 678 / 0222.3821.777",
    )
    return replace(new, **more)  # type: ignore[arg-type]


def test_a_customer_is_added_with_connection_and_meter(desktop: Desktop) -> None:
    id = desktop.customers.add(person(desktop, "yen"), quynh())
    card = desktop.customer_queries.card(id)
    assert card is not None
    assert (card.code, card.name, card.phone) == (
        "BN-007415",
        "Nguyễn Thị Như Quỳnh",
        "0912345678; 02223821777",
    )
    (connection,) = card.connections
    assert (connection.code, connection.address, connection.quotas) == ("BN-007415", card.address, 1)
    assert connection.meter is not None
    assert (connection.meter.serial, connection.meter.first_index) == ("00123", 17_000)
    assert verify(desktop.home / "office.db", desktop.clock.now()).good


def test_saving_twice_adds_once(desktop: Desktop) -> None:
    new = quynh()
    desktop.customers.add(person(desktop, "yen"), new)
    with pytest.raises(AppError) as again:
        desktop.customers.add(person(desktop, "yen"), replace(new, code="BN-2"))
    assert (again.value.code, list(held(desktop))) == ("already_saved", ["BN-007415"])


def test_a_code_is_taken_once(desktop: Desktop) -> None:
    desktop.customers.add(person(desktop, "yen"), quynh())
    assert desktop.customers.taken(" BN-007415 ")
    assert not desktop.customers.taken("BN-1")
    with pytest.raises(Invalid) as taken:
        desktop.customers.add(person(desktop, "yen"), quynh())
    assert taken.value.fields == {"code": "taken"}
    assert entries(desktop, "customers.add") == 1


def test_two_desks_apart_may_each_add_the_code(company: Company) -> None:
    here, there = company.desk("BN03"), company.desk("BN04")
    for desktop in (here, there):
        desktop.customers.add(person(desktop, "yen"), quynh())
    company.sync()
    assert [len(d.customer_queries.search("BN-007415")) for d in (here, there)] == [2, 2]
    assert here.customer_queries.id_of("BN-007415") == there.customer_queries.id_of("BN-007415")


def point(**more: object) -> Callable[[NewCustomer], NewCustomer]:
    return lambda new: replace(new, connection=replace(new.connection, **more))  # type: ignore[arg-type]


def meter(**more: object) -> Callable[[NewCustomer], NewCustomer]:
    def change(new: NewCustomer) -> NewCustomer:
        assert new.connection.meter is not None
        dial = replace(new.connection.meter, **more)  # type: ignore[arg-type]
        return replace(new, connection=replace(new.connection, meter=dial))

    return change


@pytest.mark.parametrize(
    ("spoil", "fields"),
    [
        (lambda n: replace(n, code=" "), {"code": "required"}),
        (lambda n: replace(n, name="", address=""), {"name": "required", "address": "required"}),
        (lambda n: replace(n, name="x" * 201), {"name": "too_long"}),
        (lambda n: replace(n, phone="hỏi hàng xóm"), {"phone": "phone.wrong"}),
        (lambda n: replace(n, phone="0912"), {"phone": "phone.wrong"}),
        (point(customer_class="người ngoài"), {"customer_class": "class.unknown"}),
        (point(quotas=0), {"quotas": "quotas.wrong"}),
        (point(route_seq=-1), {"route_seq": "seq.wrong"}),
        (meter(serial=" "), {"meter_serial": "required"}),
        (meter(digits=2), {"meter_digits": "digits.wrong"}),
        (meter(first_index=-1), {"first_index": "index.wrong"}),
    ],
)
def test_what_is_wrong_is_said_by_field(
    desktop: Desktop, spoil: Callable[[NewCustomer], NewCustomer], fields: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as wrong:
        desktop.customers.add(person(desktop, "yen"), spoil(quynh()))
    assert (wrong.value.fields, held(desktop)) == (fields, {})


def test_only_what_differs_is_written(desktop: Desktop) -> None:
    home = add_home(desktop, "BN-1")
    yen = person(desktop, "yen")
    same = EditCustomer(
        uuid7(),
        home.customer,
        {"name": "Nguyễn Thị Như Quỳnh", "phone": "0912 345 678"},
        {home.connection: {"quotas": 1}},
    )
    assert desktop.customers.edit(yen, same) is False
    assert entries(desktop, "customers.edit") == 0
    assert desktop.customers.edit(yen, replace(same, fields={"name": "Mới", "phone": None}))
    assert [(c.field, c.after) for c in desktop.customer_queries.history(home.customer)] == [
        ("name", "Mới"),
        ("phone", None),
    ]


def test_an_edit_is_checked_like_a_new_one(desktop: Desktop) -> None:
    home, other = add_home(desktop, "BN-1"), add_home(desktop, "BN-2")
    yen = person(desktop, "yen")
    with pytest.raises(Invalid) as wrong:
        desktop.customers.edit(
            yen,
            EditCustomer(
                uuid7(),
                home.customer,
                {"code": "BN-2"},
                {home.connection: {"customer_class": "x", "quotas": 0}},
            ),
        )
    assert wrong.value.fields == {
        "code": "taken",
        "customer_class": "class.unknown",
        "quotas": "quotas.wrong",
    }
    with pytest.raises(AppError) as strange:
        desktop.customers.edit(
            yen, EditCustomer(uuid7(), home.customer, {}, {other.connection: {"quotas": 2}})
        )
    assert strange.value.code == "customer.unknown"
    with pytest.raises(AppError) as refused:
        desktop.customers.edit(person(desktop, "duc"), EditCustomer(uuid7(), home.customer, {"name": "X"}))
    assert refused.value.code == "not_allowed"


def test_two_desks_edit_one_customer(company: Company) -> None:
    here, there = company.desk("BN03"), company.desk("BN04")
    home = add_home(here, "BN-1", "Cũ")
    company.sync()
    yen = person(here, "yen")
    here.customers.edit(yen, EditCustomer(uuid7(), home.customer, {"phone": "0911111111", "name": "Một"}))
    there.customers.edit(yen, EditCustomer(uuid7(), home.customer, {"address": "Mới", "name": "Hai"}))
    company.sync()
    for desktop in (here, there):
        card = desktop.customer_queries.card(home.customer)
        assert card is not None
        assert (card.phone, card.address, card.name) == ("0911111111", "Mới", "Hai")
        assert desktop.exception_queries.count() == 1  # a name is important: somebody looks at it
        assert verify(desktop.home / "office.db", desktop.clock.now()).good
