from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from app.bootstrap import Desktop
from app.demo.generator import MadeUpCustomer
from app.domain.errors import AppError, Cancelled
from app.domain.importing import ParsedRow, Problem
from app.models import Connection, Customer, Meter, Reading
from app.services.customers import EditCustomer
from app.services.readings import EnterReading
from app.sync.verify import verify
from tests.offices import Company, person
from tests.sheets import PEOPLE, entries, held, import_, parsed


def good(desktop: Desktop) -> bool:
    return verify(desktop.home / "office.db", desktop.clock.now()).good


def count(desktop: Desktop, model: Any) -> int:
    with desktop.database.read.connect() as read:
        return int(read.execute(select(func.count()).select_from(model)).scalar_one())


def modelled(c: MadeUpCustomer) -> dict[str, Any]:
    return {
        "customer": c.code, "name": c.name, "phone": c.phone, "home": c.address, "ward": c.ward,
        "tax_code": c.tax_code, "note": c.note, "code": c.code, "address": c.address,
        "customer_class": c.customer_class, "quotas": c.quotas, "route": c.route, "route_seq": c.sequence,
        "serial": c.meter_serial, "digits": c.meter_digits, "first_index": c.last_index // 1000 * 1000,
    }  # fmt: skip


def changed(c: MadeUpCustomer, rng: Random) -> MadeUpCustomer:
    """One thing about a customer is otherwise, or nothing."""
    kind = rng.randrange(8)
    if kind == 0:
        return c._replace(name=c.name + " Hai")
    if kind == 1:
        return c._replace(phone="0900000001")
    if kind == 2:
        return c._replace(address="Số mới, " + c.address)
    if kind == 3:
        return c._replace(quotas=c.quotas + 1, sequence=c.sequence + 1000)
    if kind == 4:
        return c._replace(meter_serial=c.meter_serial + "A")
    return c


def test_two_thousand_rows_become_what_a_plain_model_says(desktop: Desktop) -> None:
    plan, done = import_(desktop, parsed(PEOPLE))
    assert (len(plan.new), plan.changed, plan.wrong, plan.unchanged) == (2000, [], [], 0)
    assert (done.customers, done.connections, done.meters, done.changed) == (2000, 2000, 2000, 0)
    assert held(desktop) == {c.code: modelled(c) for c in PEOPLE}
    assert entries(desktop, "customers.import") == 4

    rng = Random(3)
    later = [changed(c, rng) for c in PEOPLE]
    different = [c for c, was in zip(later, PEOPLE, strict=True) if c != was]
    plan, done = import_(desktop, parsed(later))
    assert {each.row.values["code"] for each in plan.changed} == {c.code for c in different}
    assert (plan.new, plan.unchanged) == ([], 2000 - len(different))
    assert held(desktop) == {c.code: modelled(c) for c in later}

    plan, done = import_(desktop, parsed(later))
    assert (plan.to_write, plan.unchanged, done.changed) == (0, 2000, 0)
    assert (count(desktop, Customer), count(desktop, Connection), count(desktop, Meter)) == (2000,) * 3
    assert good(desktop)


def test_the_plan_says_what_changes_from_what_to_what(desktop: Desktop) -> None:
    first = PEOPLE[0]
    import_(desktop, parsed([first]))
    later = first._replace(name="Đặng Thị Ánh", quotas=9, address="Nhà mới")
    (planned,) = desktop.imports.plan(parsed([later])).changed
    assert {(d.field, d.before, d.after) for d in planned.differences} == {
        ("name", first.name, "Đặng Thị Ánh"),
        ("quotas", first.quotas, 9),
        ("address", first.address, "Nhà mới"),
    }
    assert entries(desktop, "customers.import") == 1  # a plan writes nothing


def test_an_empty_cell_leaves_what_is_there(desktop: Desktop) -> None:
    import_(desktop, parsed(PEOPLE[:3]))
    before = held(desktop)
    empty = [c._replace(phone=None, ward="", note=None, tax_code=None) for c in PEOPLE[:3]]
    plan, _ = import_(desktop, parsed(empty))
    assert plan.unchanged == 3
    assert held(desktop) == before


def test_an_address_of_ones_own_stays_when_the_connection_moves(desktop: Desktop) -> None:
    first = PEOPLE[0]
    import_(desktop, parsed([first]))
    id = desktop.customer_queries.id_of(first.code)
    assert id is not None
    desktop.customers.edit(person(desktop, "yen"), EditCustomer(uuid7(), id, {"address": "Hà Nội"}))
    import_(desktop, parsed([first._replace(address="Nhà mới")]))
    assert (held(desktop)[first.code]["home"], held(desktop)[first.code]["address"]) == ("Hà Nội", "Nhà mới")


def row(number: int, **values: Any) -> ParsedRow:
    return ParsedRow(number, {"name": "Vũ Đình Ánh", "address": "Vệ An", **values}, ())


def test_one_customer_may_have_two_connections(desktop: Desktop) -> None:
    rows = [
        row(2, code="K1", connection_code="K1-1", meter_serial="11", address="Nhà"),
        row(3, code="K2", connection_code="K2", meter_serial="12"),
        row(4, code="K1", connection_code="K1-2", meter_serial="13", address="Quán"),
    ]
    plan, done = import_(desktop, rows)
    assert [p.kind for p in plan.new] == ["customer", "customer", "connection"]
    assert (done.customers, done.connections, done.meters) == (2, 3, 3)
    assert {(r["code"], r["customer"], r["address"], r["home"]) for r in held(desktop).values()} == {
        ("K1-1", "K1", "Nhà", "Nhà"), ("K1-2", "K1", "Quán", "Nhà"), ("K2", "K2", "Vệ An", "Vệ An"),
    }  # fmt: skip
    assert desktop.imports.plan(rows).unchanged == 3
    plan, done = import_(desktop, [*rows, row(5, code="K1", connection_code="K1-3", meter_serial="14")])
    assert ([p.kind for p in plan.new], done.customers, done.connections) == (["connection"], 0, 1)


def test_wrong_rows_stay_out_with_their_reason(desktop: Desktop) -> None:
    import_(desktop, [row(2, code="K1", connection_code="C1")])
    bad = replace(
        row(3, code="K9", connection_code="K9"), problems=(Problem("quotas", "Định mức", "import.not_whole"),)
    )
    plan, done = import_(
        desktop,
        [
            row(2, code="K2", connection_code="C1"),
            bad,
            row(4, code="K3", connection_code="C3"),
            row(5, code="K3", connection_code="C4", name="Người khác"),
        ],
    )
    assert [(r.row_number, r.problems[-1].code, r.problems[-1].first_row) for r in plan.wrong] == [
        (2, "import.connection_elsewhere", 0),
        (3, "import.not_whole", 0),
        (5, "import.other_name", 4),
    ]
    assert (done.customers, set(held(desktop))) == (1, {"C1", "C3"})


def test_a_meter_that_hangs_elsewhere_is_told(desktop: Desktop) -> None:
    import_(desktop, [row(2, code="K1", connection_code="K1", meter_serial="77")])
    plan, done = import_(desktop, [row(2, code="K2", connection_code="K2", meter_serial="77")])
    assert ([p.code for p in plan.told[0].problems], done.meters) == (["import.serial_elsewhere"], 1)


def test_the_last_index_of_the_file_never_touches_a_meter_that_was_read(desktop: Desktop) -> None:
    import_(desktop, [row(2, code="K1", connection_code="K1", meter_serial="77", last_index=5000)])
    plan, _ = import_(desktop, [row(2, code="K1", connection_code="K1", meter_serial="77", last_index=6000)])
    assert [(d.field, d.before, d.after) for d in plan.changed[0].differences] == [("last_index", 5000, 6000)]
    (line,) = desktop.reading_queries.sheet("", "2026-11")
    desktop.readings.enter(
        person(desktop, "duc"),
        EnterReading(uuid7(), line.connection_id, line.meter_id, "2026-11", desktop.today(), 9000),
    )
    again = [row(2, code="K1", connection_code="K1", meter_serial="77", last_index=9000)]
    assert desktop.imports.plan(again).unchanged == 1


def stop_after(entries_: int) -> Callable[[int, int], None]:
    def step(done: int, total: int) -> None:
        if done >= entries_ * 500:
            raise Cancelled

    return step


@pytest.mark.parametrize("stop", [0, 1, 3])
def test_stopped_in_between_whole_groups_stay_and_the_next_run_completes(desktop: Desktop, stop: int) -> None:
    rows = parsed(PEOPLE)
    plan = desktop.imports.plan(rows)
    with pytest.raises(Cancelled):
        desktop.imports.apply(person(desktop, "mai"), plan, stop_after(stop))
    there = held(desktop)
    assert there == {c.code: modelled(c) for c in PEOPLE[: stop * 500]}
    # The same plan, grown old, does not make anybody twice.
    done = desktop.imports.apply(person(desktop, "mai"), plan)
    assert done.customers == 2000 - stop * 500
    assert held(desktop) == {c.code: modelled(c) for c in PEOPLE}
    assert good(desktop)


def test_only_those_who_may(desktop: Desktop) -> None:
    plan = desktop.imports.plan(parsed(PEOPLE[:2]))
    with pytest.raises(AppError) as refused:
        desktop.imports.apply(person(desktop, "yen"), plan)
    assert (refused.value.code, held(desktop)) == ("not_allowed", {})


def test_an_import_reaches_the_other_desk_and_is_found_there(company: Company) -> None:
    here, there = company.desk("BN03"), company.desk("BN04")
    import_(here, parsed(PEOPLE[:600]))
    company.sync()
    assert held(there) == held(here)
    assert there.customer_queries.search(PEOPLE[5].meter_serial)[0].code == PEOPLE[5].code
    # The same file at the other desk: nothing new.
    assert there.imports.plan(parsed(PEOPLE[:600])).to_write == 0


def test_readings_of_a_file(desktop: Desktop) -> None:
    import_(
        desktop,
        [
            row(
                n,
                code=f"K{n}",
                connection_code=f"K{n}",
                meter_serial=f"S{n}",
                last_index=100_000,
                meter_digits=4,
            )
            for n in range(1, 7)
        ],
    )

    def rows(third: int) -> list[ParsedRow]:
        def reading(number: int, present: int | None, **more: Any) -> ParsedRow:
            return ParsedRow(
                number, {"meter_serial": f"S{number}", "present_index": present, "read_on": None, **more}, ()
            )

        return [
            reading(1, 117_000, previous_index=100_000),
            reading(2, 90_000),
            reading(3, third, previous_index=99_000),
            reading(4, None),
            reading(5, 10_000_000),
            reading(6, 120_000, meter_serial=None, code="K6"),
            reading(7, 120_000, meter_serial="S6"),
            reading(8, 120_000, meter_serial="S99"),
            reading(9, 120_000, meter_serial="S1", code="K2"),
        ]

    imports, mai, today = desktop.reading_imports, person(desktop, "mai"), desktop.today()
    plan = imports.plan(rows(120_000), "2026-11", today)
    assert [(r.row_number, r.problems[-1].code) for r in plan.wrong] == [
        (5, "import.too_many_figures"),
        (7, "import.read_twice"),
        (8, "import.unknown_meter"),
        (9, "import.meter_elsewhere"),
    ]
    assert (len(plan.new), plan.unread, [p.row.row_number for p in plan.flagged]) == (4, 1, [2])
    assert [(r.row_number, r.problems[-1].code) for r in plan.told] == [(3, "import.previous_differs")]
    done = imports.apply(mai, plan)
    assert (done.new, done.changed, done.flagged) == (4, 0, 1)
    sheet = desktop.reading_queries.sheet("", "2026-11")
    assert {(line.code, line.entered.usage) for line in sheet if line.entered} == {
        ("K1", 17_000), ("K2", 0), ("K3", 20_000), ("K6", 20_000),
    }  # fmt: skip
    assert imports.plan(rows(120_000), "2026-11", today).unchanged == 4
    plan = imports.plan(rows(125_000), "2026-11", today)
    assert [(d.before, d.after) for p in plan.changed for d in p.differences] == [(120_000, 125_000)]
    assert imports.apply(mai, plan).changed == 1
    assert imports.apply(mai, plan).changed == 0
    assert count(desktop, Reading) == 5
    assert desktop.exception_queries.count() == 0
    assert good(desktop)
