from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.bootstrap import Desktop
from app.domain.errors import AppError, Cancelled, Invalid
from app.domain.tariffs import charge, charge_period, tariff_on
from app.headoffice.founding import COMPANY
from app.models import Tariff
from app.queries.bills import BillFilter, BillRow, bill_id
from app.sync.verify import verify
from tests.money import DUE, ISSUED, TODAY, add_home, read_meter
from tests.offices import Company, person


def rows(desktop: Desktop, **filter_: object) -> list[BillRow]:
    queries = desktop.bill_queries
    ids = queries.ids(BillFilter(TODAY, **filter_))  # type: ignore[arg-type]
    found = queries.rows(ids)
    return [found[each] for each in ids]


def run(desktop: Desktop, period: str = "2026-11") -> int:
    return desktop.billing.run(person(desktop, "mai"), period, ISSUED, DUE).bills


@pytest.mark.parametrize(("used", "total"), [(3, 19_665), (5, 33_695), (17, 131_675), (25, 211_370)])
def test_bills_are_what_the_price_list_says(desktop: Desktop, used: int, total: int) -> None:
    home = add_home(desktop, "BN-000001")
    read_meter(desktop, home, "2026-11", 1204, 1204 + used)
    plan = desktop.billing.plan("2026-11")
    assert (plan.bills, plan.usage, plan.total, plan.skipped) == (1, used * 1000, total, ())
    assert run(desktop) == 1
    (row,) = rows(desktop, period="2026-11")
    assert (row.code, row.total, row.usage, row.open) == ("HD-BN03-26-000001", total, used * 1000, True)
    assert (row.id, row.issued_on, row.due_on) == (bill_id(home.connection, "2026-11"), ISSUED, DUE)
    sheet = next(desktop.bill_queries.sheets([row.id]))
    assert sheet.net + sheet.vat + sheet.fee == total
    assert sum(line[3] for line in sheet.lines) == sheet.net
    assert sum(line[1] for line in sheet.lines) == used * 1000
    assert verify(desktop.database.path, desktop.clock.now()).good


def test_quotas_and_classes(desktop: Desktop) -> None:
    shared = add_home(desktop, "BN-000001", quotas=2)
    office = add_home(desktop, "BN-000002", class_="office")
    for home in (shared, office):
        read_meter(desktop, home, "2026-11", 0, 17)
    run(desktop)
    by_code = {row.customer_code: row for row in rows(desktop)}
    tariffs = desktop.rules.tariffs()
    assert by_code["BN-000001"].total == charge(tariff_on(tariffs, "household", TODAY), 17_000, 2).total
    assert by_code["BN-000002"].total == charge(tariff_on(tariffs, "office", TODAY), 17_000).total
    assert by_code["BN-000001"].total < by_code["BN-000002"].total


def test_a_second_run_changes_nothing(desktop: Desktop) -> None:
    for n in range(1, 4):
        read_meter(desktop, add_home(desktop, f"BN-00000{n}"), "2026-11", 0, 10 * n)
    assert run(desktop) == 3
    before, journal = rows(desktop), desktop.writer.vector()
    assert desktop.billing.plan("2026-11").bills == 0
    assert desktop.billing.plan("2026-11").billed_before == 3
    assert run(desktop) == 0
    assert rows(desktop) == before
    assert desktop.writer.vector() == journal


def test_the_newest_reading_counts(desktop: Desktop) -> None:
    home = add_home(desktop, "BN-000001")
    wrong = read_meter(desktop, home, "2026-11", 100, 170)
    read_meter(desktop, home, "2026-11", 100, 117, replaces=wrong)
    run(desktop)
    (row,) = rows(desktop)
    assert (row.present, row.total) == (117_000, 131_675)


def test_what_cannot_be_billed_is_named_and_comes_in_the_next_run(desktop: Desktop) -> None:
    lower = add_home(desktop, "BN-000001")
    unknown = add_home(desktop, "BN-000002", class_="palace")
    old = add_home(desktop, "BN-000003")
    fine = add_home(desktop, "BN-000004")
    read_meter(desktop, lower, "2026-11", 500, 480, usage=0, flags="lower")
    read_meter(desktop, unknown, "2026-11", 0, 10)
    read_meter(desktop, old, "2026-11", 0, 10, read_on=date(2016, 5, 1))
    read_meter(desktop, fine, "2026-11", 0, 10)
    reasons = {each.code: each.reason for each in desktop.billing.plan("2026-11").skipped}
    assert reasons == {"BN-000001": "lower", "BN-000002": "class_unknown", "BN-000003": "no_tariff"}
    result = desktop.billing.run(person(desktop, "mai"), "2026-11", ISSUED, DUE)
    assert (result.bills, {each.code: each.reason for each in result.skipped}) == (1, reasons)
    read_meter(desktop, lower, "2026-11", 500, 480, usage=20, flags="lower confirmed")
    assert run(desktop) == 1
    assert {row.customer_code for row in rows(desktop)} == {"BN-000001", "BN-000004"}


def test_a_price_that_changed_between_two_readings_is_shared_out_by_days(
    company: Company, desktop: Desktop
) -> None:
    old = next(t for t in desktop.rules.tariffs() if t.customer_class == "household")
    with company.headoffice.writer.entry("tariff.add", None, desk=COMPANY) as draft:
        draft.add(
            Tariff, customer_class="household", valid_from=date(2026, 11, 1), decision="new",
            blocks=[[b.upto, b.price_milli * 2] for b in old.blocks], vat_permille=old.vat_permille,
            fee_permille=old.fee_permille, vat_included=False,
        )  # fmt: skip
    company.sync()
    home = add_home(desktop, "BN-000001")
    read_meter(desktop, home, "2026-10", 0, 10, read_on=date(2026, 10, 16))
    read_meter(desktop, home, "2026-11", 10, 40, read_on=date(2026, 11, 15))
    run(desktop, "2026-10")
    run(desktop)
    first, second = sorted(rows(desktop), key=lambda row: row.period)
    assert first.total == charge(old, 10_000).total
    days = (date(2026, 10, 17), date(2026, 11, 15))
    assert second.total == charge_period(desktop.rules.tariffs(), "household", 30_000, *days).total
    # Fifteen days at either price: nearer to half as much again than to the old price.
    assert second.total > charge(old, 30_000).total * 14 // 10


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, founded) -> Iterator[Desktop]:  # type: ignore[no-untyped-def]
    company = Company(tmp_path_factory.mktemp("billing"), founded)
    yield company.desk("BN03")
    company.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(1, 6), st.sampled_from(["household", "service"])),
        min_size=1,
        max_size=8,
    )
)
def test_every_bill_equals_the_domain(shop: Desktop, homes: list[tuple[int, int, str]]) -> None:
    made = []
    for used, quotas, class_ in homes:
        home = add_home(shop, "BN-1", class_=class_, quotas=quotas)
        read_meter(shop, home, "2026-11", 7, 7 + used)
        made.append((home, used, quotas, class_))
    result = shop.billing.run(person(shop, "mai"), "2026-11", ISSUED, DUE)
    assert result.bills == len(homes)
    expected = 0
    found = shop.bill_queries.rows([bill_id(home.connection, "2026-11") for home, *_ in made])
    for home, used, quotas, class_ in made:
        price = tariff_on(shop.rules.tariffs(), class_, TODAY)
        want = charge(price, used * 1000, quotas).total
        assert found[bill_id(home.connection, "2026-11")].total == want
        expected += want
    assert result.total == expected


def test_whoever_cancels_keeps_whole_groups(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.billing.CHUNK", 2)
    for n in range(1, 8):
        read_meter(desktop, add_home(desktop, f"BN-00000{n}"), "2026-11", 0, n)

    def stop(done: int, total: int) -> None:
        assert total == 7
        if done >= 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        desktop.billing.run(person(desktop, "mai"), "2026-11", ISSUED, DUE, stop)
    assert [row.code[-1] for row in rows(desktop)] == ["1", "2", "3", "4"]
    assert run(desktop) == 3
    assert [row.code[-1] for row in rows(desktop)] == list("1234567")
    assert verify(desktop.database.path, desktop.clock.now()).good


def test_two_desks_that_bill_apart_make_the_same_bills(company: Company, desktop: Desktop) -> None:
    other = company.desk("BN04")
    home = add_home(desktop, "BN-000001")
    read_meter(desktop, home, "2026-11", 0, 17)
    company.sync()
    run(desktop)
    run(other)
    company.sync()
    assert [row.total for row in rows(desktop)] == [131_675]
    assert rows(desktop) == rows(other)
    assert desktop.exception_queries.rows(desktop.exception_queries.ids()) == other.exception_queries.rows(
        other.exception_queries.ids()
    )


def test_what_a_run_refuses(desktop: Desktop) -> None:
    mai, tung = person(desktop, "mai"), person(desktop, "tung")
    with pytest.raises(AppError, match="not_allowed"):
        desktop.billing.run(tung, "2026-11", ISSUED, DUE)
    with pytest.raises(Invalid) as caught:
        desktop.billing.run(mai, "2026-11", DUE, ISSUED)
    assert caught.value.fields == {"due_on": "billing.due_before_issue"}
    with pytest.raises(Invalid) as caught:
        desktop.billing.plan("2026-13")
    assert caught.value.fields == {"period": "period.unreadable"}
