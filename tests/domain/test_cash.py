from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.arrears import BANDS, age_band
from app.domain.cash import allocate, count_total, make_change, quick_tenders
from app.domain.errors import AppError

VND = (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000)
CNY = (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10)


@pytest.mark.parametrize(
    ("amount", "notes"),
    [
        (68_000, [(50_000, 1), (10_000, 1), (5_000, 1), (2_000, 1), (1_000, 1)]),
        (68_325, [(50_000, 1), (10_000, 1), (5_000, 1), (2_000, 1), (1_000, 1)]),
        (1_460_000, [(500_000, 2), (200_000, 2), (50_000, 1), (10_000, 1)]),
        (900, []),
        (0, []),
        (-5_000, []),
    ],
)
def test_change_in_notes(amount: int, notes: list[tuple[int, int]]) -> None:
    assert make_change(amount, VND) == notes
    assert make_change(amount, reversed(VND)) == notes


@given(st.integers(0, 50_000_000), st.sampled_from([VND, CNY]))
def test_change_is_whole_but_for_what_no_note_can_give(amount: int, notes: tuple[int, ...]) -> None:
    change = make_change(amount, notes)
    assert 0 <= amount - count_total(change) < min(notes)
    assert all(count > 0 for _, count in change)


@given(st.integers(0, 300))
def test_change_takes_the_fewest_notes(thousands: int) -> None:
    fewest = [0]
    for n in range(1, thousands + 1):
        fewest.append(1 + min(fewest[n - note // 1000] for note in VND if note // 1000 <= n))
    assert sum(count for _, count in make_change(thousands * 1000, VND)) == fewest[thousands]


def test_counting_notes() -> None:
    assert count_total([(500_000, 3), (1_000, 7), (20_000, 0)]) == 1_507_000
    with pytest.raises(AppError) as caught:
        count_total([(500_000, 3), (1_000, -1)])
    assert (caught.value.code, caught.value.params) == ("cash.count", {"note": 1_000})


@pytest.mark.parametrize(
    ("due", "tenders"),
    [
        (340_000, (340_000, 350_000, 400_000, 500_000)),
        (131_675, (131_675, 132_000, 150_000, 200_000, 500_000)),
        (500_000, (500_000, 600_000)),
        (0, ()),
        (-1, ()),
    ],
)
def test_likely_tenders(due: int, tenders: tuple[int, ...]) -> None:
    assert quick_tenders(due, VND) == tenders


@given(st.integers(1, 50_000_000), st.integers(2, 9))
def test_tenders_cover_the_sum_in_rising_order(due: int, most: int) -> None:
    tenders = quick_tenders(due, VND, most)
    assert tenders[0] == due
    assert list(tenders) == sorted(set(tenders))
    assert len(tenders) <= most
    assert all(tender - due < max(VND) for tender in tenders)


def test_the_oldest_bill_is_paid_first() -> None:
    bills = [("a", 100), ("b", 200), ("c", 300)]
    assert allocate(250, bills) == ([("a", 100), ("b", 150)], 0)
    assert allocate(700, bills) == ([("a", 100), ("b", 200), ("c", 300)], 100)
    assert allocate(0, bills) == ([], 0)
    assert allocate(50, [("paid", 0), ("over", -30), ("open", 40)]) == ([("open", 40)], 10)
    with pytest.raises(ValueError, match="below zero"):
        allocate(-1, bills)


@given(st.integers(0, 10**9), st.lists(st.integers(-1_000, 10**7), max_size=12))
def test_no_dong_appears_or_vanishes(amount: int, open_amounts: list[int]) -> None:
    parts, credit = allocate(amount, list(enumerate(open_amounts)))
    assert sum(part for _, part in parts) + credit == amount
    assert all(0 < part <= open_amounts[bill] for bill, part in parts)
    # Credit is left only when every bill is paid; a later bill gets nothing before an older one is full.
    paid = dict(parts)
    owed = [(bill, due) for bill, due in enumerate(open_amounts) if due > 0]
    short = [bill for bill, due in owed if paid.get(bill, 0) < due]
    assert not (credit and short)
    assert all(bill not in paid for bill in short[1:])


@pytest.mark.parametrize(
    ("late", "band"),
    [(-400, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (4_000, 4)],
)
def test_the_age_of_a_debt(late: int, band: int) -> None:
    assert age_band(date(2026, 8, 20), date(2026, 8, 20) + timedelta(days=late)) == BANDS[band]
