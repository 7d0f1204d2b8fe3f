from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.domain.tariffs import Block, Charge, Line, Tariff, charge, charge_period, tariff_on

SINCE = date(2017, 1, 1)


def tariff(
    *prices: tuple[int | None, int], vat: int = 0, fee: int = 0, since: date = SINCE, included: bool = False
) -> Tariff:
    """Bounds in whole units, prices in whole minor units."""
    blocks = tuple(Block(None if upto is None else upto * 1000, price * 1000) for upto, price in prices)
    return Tariff("household", since, "decision", blocks, vat, fee, included)


TRA_VINH = tariff((4, 5_700), (10, 6_500), (15, 7_300), (20, 8_100), (None, 9_000), vat=50, fee=100)
HAI_PHONG = tariff((10, 10_900), (20, 13_500), (30, 18_000), (None, 21_500), vat=50, fee=100)
SIX = tariff((50, 1_984), (100, 2_050), (200, 2_380), (300, 2_998), (400, 3_350), (None, 3_460), vat=80)
FIVE = tariff((100, 1_984), (200, 2_380), (400, 2_998), (700, 3_571), (None, 3_967), vat=80)


@pytest.mark.parametrize(
    ("prices", "units", "net", "total"),
    [
        (TRA_VINH, 3, 17_100, 19_665),
        (TRA_VINH, 5, 29_300, 33_695),
        (TRA_VINH, 17, 114_500, 131_675),
        (TRA_VINH, 25, 183_800, 211_370),
        (HAI_PHONG, 25, 334_000, 384_100),
        (SIX, 75, 150_450, 162_486),
        (SIX, 250, 589_600, 636_768),
        (SIX, 401, 1_077_960, 1_164_197),
        (FIVE, 250, 586_300, 633_204),
        (FIVE, 750, 2_305_650, 2_490_102),
    ],
)
def test_worked_examples(prices: Tariff, units: int, net: int, total: int) -> None:
    bill = charge(prices, units * 1000)
    assert (bill.net, bill.total) == (net, total)


@pytest.mark.parametrize(
    ("price", "all_in"), [(5_973, 6_869), (7_052, 8_110), (8_669, 9_969), (15_929, 18_318)]
)
def test_the_all_in_prices_that_ha_noi_printed_in_2015(price: int, all_in: int) -> None:
    assert charge(tariff((None, price), vat=50, fee=100), 1000).total == all_in


def test_a_bill_shows_its_blocks_tax_and_fee() -> None:
    assert charge(TRA_VINH, 12_500) == Charge(
        lines=(
            Line(4_000, 4_000, 5_700_000, 22_800),
            Line(10_000, 6_000, 6_500_000, 39_000),
            Line(15_000, 2_500, 7_300_000, 18_250),
        ),
        net=80_050,
        vat=4_003,  # 4002.5
        fee=8_005,
        total=92_058,
    )
    assert charge(TRA_VINH, 0) == Charge((), 0, 0, 0, 0)


def test_the_bound_itself_belongs_to_the_lower_block() -> None:
    assert [line.amount for line in charge(TRA_VINH, 4_000).lines] == [22_800]
    assert [line.quantity for line in charge(TRA_VINH, 4_001).lines] == [4_000, 1]


def test_quotas_widen_the_blocks() -> None:
    assert charge(SIX, 100_000, quotas=2).net == 100 * 1_984
    assert charge(SIX, 101_000, quotas=2).net == 100 * 1_984 + 2_050


def test_prices_with_tax_inside_come_out_as_published() -> None:
    bill = charge(tariff((None, 7_450), vat=50, fee=100, included=True), 13_000)
    assert bill.net + bill.vat == 13 * 7_450
    assert (bill.net, bill.vat, bill.fee) == (92_238, 4_612, 9_224)  # 96 850 / 1.05 = 92 238.1


def test_the_tariff_in_force_is_the_latest_begun_of_the_class() -> None:
    new = replace(TRA_VINH, valid_from=date(2026, 7, 1))
    other = replace(TRA_VINH, customer_class="office", valid_from=date(2026, 1, 1))
    assert tariff_on([new, TRA_VINH, other], "household", date(2026, 6, 30)) is TRA_VINH
    assert tariff_on([new, TRA_VINH, other], "household", date(2026, 7, 1)) is new
    with pytest.raises(AppError) as caught:
        tariff_on([new, TRA_VINH], "office", date(2026, 7, 1))
    assert caught.value.code == "tariff.missing"


def test_a_price_that_changes_within_the_period_splits_it_by_days() -> None:
    old = tariff((10, 1_000), (None, 2_000), since=SINCE)
    new = tariff((10, 3_000), (None, 4_000), since=date(2026, 6, 11))
    bill = charge_period([old, new], "household", 30_000, date(2026, 6, 1), date(2026, 6, 30))
    # 10 of 30 days at the old prices: 10 units, 3.333 in the first block; 20 days: 20 units, 6.667 in it.
    assert [(line.upto, line.quantity, line.amount) for line in bill.lines] == [
        (3_333, 3_333, 3_333),
        (None, 6_667, 13_334),
        (6_667, 6_667, 20_001),
        (None, 13_333, 53_332),
    ]
    assert bill.total == bill.net == 90_000


def test_a_tax_that_changes_within_the_period_is_a_figure_of_its_own() -> None:
    old = tariff((None, 1_001), vat=80, since=SINCE)
    new = tariff((None, 1_001), vat=100, since=date(2027, 1, 1))
    bill = charge_period([old, new], "household", 3_000, date(2026, 12, 31), date(2027, 1, 2))
    assert (bill.net, bill.vat) == (3 * 1_001, 80 + 200)


def test_a_period_without_price_or_back_to_front_is_refused() -> None:
    with pytest.raises(AppError) as caught:
        charge_period([TRA_VINH], "household", 1_000, SINCE - timedelta(days=1), SINCE)
    assert caught.value.code == "tariff.missing"
    with pytest.raises(ValueError, match="ends before"):
        charge_period([TRA_VINH], "household", 1_000, SINCE, SINCE - timedelta(days=1))
    with pytest.raises(ValueError, match="below zero"):
        charge(TRA_VINH, -1)


@pytest.mark.parametrize("bounds", [(), (4,), (4, 4, None), (9, 4, None), (None, 4), (None, None), (0, None)])
def test_blocks_must_rise_to_an_open_end(bounds: tuple[int | None, ...]) -> None:
    with pytest.raises(AppError) as caught:
        tariff(*((upto, 1) for upto in bounds))
    assert caught.value.code == "tariff.blocks"


def test_a_negative_price_or_rate_is_refused() -> None:
    with pytest.raises(AppError):
        tariff((None, -1))
    with pytest.raises(AppError):
        tariff((None, 1), vat=-1)


@st.composite
def tariffs(draw: st.DrawFn, since: date = SINCE) -> Tariff:
    bounds = sorted(draw(st.sets(st.integers(1, 900_000), max_size=6)))
    blocks = tuple(Block(upto, draw(st.integers(0, 20_000_000))) for upto in (*bounds, None))
    rates = draw(st.tuples(st.integers(0, 150), st.integers(0, 150), st.booleans()))
    return Tariff("household", since, "x", blocks, *rates)


@given(tariffs(), st.integers(0, 2_000_000), st.integers(1, 9))
def test_the_parts_of_a_charge_sum_up(prices: Tariff, usage: int, quotas: int) -> None:
    bill = charge(prices, usage, quotas)
    assert sum(line.quantity for line in bill.lines) == usage
    assert sum(line.amount for line in bill.lines) == bill.net + (bill.vat if prices.vat_included else 0)
    assert bill.total == bill.net + bill.vat + bill.fee
    exact = sum(line.quantity * line.price_milli for line in bill.lines)
    assert abs(exact - 1_000_000 * sum(line.amount for line in bill.lines)) <= 500_000


@given(tariffs(), st.integers(0, 2_000_000), st.integers(1, 5), st.integers(1, 3_000))
def test_more_use_never_costs_less(prices: Tariff, usage: int, quotas: int, more: int) -> None:
    assert charge(prices, usage, quotas).total <= charge(prices, usage + more, quotas).total


@given(
    st.lists(st.tuples(tariffs(), st.integers(1, 40)), max_size=4),
    tariffs(),
    st.integers(0, 2_000_000),
    st.integers(1, 5),
    st.integers(0, 62),
)
def test_a_split_period_bills_the_whole_use(
    later: list[tuple[Tariff, int]], first: Tariff, usage: int, quotas: int, length: int
) -> None:
    table = [first, *(replace(each, valid_from=SINCE + timedelta(days=d)) for each, d in later)]
    bill = charge_period(table, "household", usage, SINCE, SINCE + timedelta(days=length), quotas)
    assert sum(line.quantity for line in bill.lines) == usage
    assert bill.total == bill.net + bill.vat + bill.fee


@given(tariffs(), st.integers(0, 2_000_000), st.integers(1, 5), st.integers(1, 29))
def test_a_new_decision_at_the_same_prices_changes_nothing_to_speak_of(
    prices: Tariff, usage: int, quotas: int, day: int
) -> None:
    again = replace(prices, valid_from=SINCE + timedelta(days=day), decision="y")
    whole = charge_period([prices], "household", usage, SINCE, SINCE + timedelta(days=29), quotas)
    split = charge_period([prices, again], "household", usage, SINCE, SINCE + timedelta(days=29), quotas)
    assert whole == charge(prices, usage, quotas)
    # Each bound and share is rounded to a thousandth of a unit: at most 20 đ a bound at 20 000 đ a unit.
    assert abs(whole.total - split.total) <= 2 * 20 * (len(prices.blocks) + 1) * 2
