from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.domain.money import CNY, CURRENCIES, VND, Currency, format_money, format_number, half_up, parse_money
from app.domain.quantities import UNITS, format_quantity, parse_quantity


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        (5, 2, 3),
        (-5, 2, -3),
        (4, 3, 1),
        (5, 3, 2),
        (0, 7, 0),
        (996_935, 100, 9_969),
        (1, -2, -1),
        (-1, -2, 1),
    ],
)
def test_half_goes_away_from_zero(numerator: int, denominator: int, rounded: int) -> None:
    assert half_up(numerator, denominator) == rounded


@given(st.integers(), st.integers(min_value=1))
def test_rounding_is_off_by_half_at_most_and_the_same_on_both_sides_of_zero(n: int, d: int) -> None:
    assert abs(Fraction(n, d) - half_up(n, d)) <= Fraction(1, 2)
    assert half_up(-n, d) == -half_up(n, d) == half_up(n, -d)


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        (131_675, VND, "vi", "131.675 đ"),
        (131_675, VND, "en", "131,675 đ"),
        (0, VND, "vi", "0 đ"),
        (-1_234_567, VND, "vi", "\u22121.234.567 đ"),
        (123_456, CNY, "zh", "¥1,234.56"),
        (-5, CNY, "en", "\u2212¥0.05"),
        (123_456, CNY, "vi", "1.234,56 ¥"),
    ],
)
def test_money_for_people(amount: int, currency: Currency, language: str, text: str) -> None:
    assert format_money(amount, currency, language) == text


def test_money_without_its_sign() -> None:
    assert format_money(131_675, VND, "vi", symbol=False) == "131.675"
    assert format_number(-1234, "vi", 1) == "\u2212123,4"


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("1.234.567", VND, 1_234_567),
        ("1,234,567", VND, 1_234_567),
        ("1 234 567", VND, 1_234_567),
        ("1\u00a0234\u00a0567 đ", VND, 1_234_567),
        ("1234567", VND, 1_234_567),
        (" 50.000 VND ", VND, 50_000),
        ("-50.000", VND, -50_000),
        ("50000", VND, 50_000),
        ("1,234.56", CNY, 123_456),
        ("1.234,56", CNY, 123_456),
        ("12.5", CNY, 1_250),
        ("1.234", CNY, 123_400),
        ("¥7", CNY, 700),
    ],
)
def test_what_people_type_is_read(text: str, currency: Currency, amount: int) -> None:
    assert parse_money(text, currency) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "50k",
        "1.5",
        "1.23",
        "1.234,567",
        "1..234",
        "0.123",
        "12.34.567",
        "1e6",
        "-",
        "năm mươi",
        "1.2345",
        "9" * 20,
    ],
)
def test_what_could_be_misread_is_refused(text: str) -> None:
    with pytest.raises(AppError) as caught:
        parse_money(text, VND)
    assert (caught.value.code, caught.value.params) == ("money.unreadable", {"text": text})


@pytest.mark.parametrize("text", ["1.234.56", "1,234,56", "0.123", "1.23.4"])
def test_a_mark_is_not_both_group_and_decimals(text: str) -> None:
    with pytest.raises(AppError):
        parse_money(text, CNY)


@given(
    st.integers(min_value=-(10**12), max_value=10**12),
    st.sampled_from(list(CURRENCIES.values())),
    st.sampled_from(["vi", "en", "zh"]),
    st.booleans(),
)
def test_money_is_read_as_it_was_written(
    amount: int, currency: Currency, language: str, symbol: bool
) -> None:
    assert parse_money(format_money(amount, currency, language, symbol), currency) == amount


@pytest.mark.parametrize(
    ("thousandths", "vi", "en"),
    [
        (17_000, "17", "17"),
        (17_500, "17,5", "17.5"),
        (1_234_000, "1.234", "1,234"),
        (1_234, "1,234", "1.234"),
    ],
)
def test_quantities_for_people(thousandths: int, vi: str, en: str) -> None:
    assert (format_quantity(thousandths, "vi"), format_quantity(thousandths, "en")) == (vi, en)


@given(st.integers(min_value=0, max_value=10**15 - 1), st.sampled_from(["vi", "en", "zh"]))
def test_quantities_are_read_as_they_were_written(thousandths: int, language: str) -> None:
    assert parse_quantity(format_quantity(thousandths, language), language) == thousandths


@pytest.mark.parametrize(
    ("text", "thousandths"),
    [
        ("17.5", 17_500),
        ("0,125", 125),
        ("1,234,567", 1_234_567_000),
        ("1 234,5", 1_234_500),
        ("００17", 17_000),
    ],
)
def test_quantities_people_type(text: str, thousandths: int) -> None:
    assert parse_quantity(text) == thousandths


@pytest.mark.parametrize("text", ["", "abc", "-3", "1,2345", "1.2.3", "1,5,", "12 m³"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(AppError) as caught:
        parse_quantity(text)
    assert caught.value.code == "quantity.unreadable"


def test_units() -> None:
    assert UNITS == {"water": "m³", "wastewater": "m³", "electricity": "kWh"}
