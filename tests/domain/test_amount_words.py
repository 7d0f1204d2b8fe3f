from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.amount_words import Spoken, amount_in_words
from app.domain.money import CNY, VND

SOUTH = Spoken(thousand="ngàn", odd="lẻ", four="bốn", empty_group=True)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Không đồng"),
        (5, "Năm đồng"),
        (10, "Mười đồng"),
        (14, "Mười bốn đồng"),
        (15, "Mười lăm đồng"),
        (21, "Hai mươi mốt đồng"),
        (24, "Hai mươi tư đồng"),
        (25, "Hai mươi lăm đồng"),
        (40, "Bốn mươi đồng"),
        (101, "Một trăm linh một đồng"),
        (104, "Một trăm linh bốn đồng"),
        (105, "Một trăm linh năm đồng"),
        (111, "Một trăm mười một đồng"),
        (1_001, "Một nghìn không trăm linh một đồng"),
        (1_005, "Một nghìn không trăm linh năm đồng"),
        (1_015, "Một nghìn không trăm mười lăm đồng"),
        (24_015, "Hai mươi tư nghìn không trăm mười lăm đồng"),
        (131_675, "Một trăm ba mươi mốt nghìn sáu trăm bảy mươi lăm đồng"),
        (340_000, "Ba trăm bốn mươi nghìn đồng"),
        (1_000_000, "Một triệu đồng"),
        (1_000_005, "Một triệu không trăm linh năm đồng"),
        (12_406_200, "Mười hai triệu bốn trăm linh sáu nghìn hai trăm đồng"),
        (65_000_413, "Sáu mươi lăm triệu bốn trăm mười ba đồng"),
        (1_005_000_000, "Một tỷ không trăm linh năm triệu đồng"),
        (3_000_000_000_001, "Ba nghìn tỷ không trăm linh một đồng"),
        (-131_000, "Âm một trăm ba mươi mốt nghìn đồng"),
    ],
)
def test_vietnamese(amount: int, words: str) -> None:
    assert amount_in_words(amount, VND, "vi") == words


def test_an_office_reads_as_its_region_does() -> None:
    assert amount_in_words(24_105, VND, "vi", SOUTH) == "Hai mươi bốn ngàn một trăm lẻ năm đồng"
    assert (
        amount_in_words(65_000_413, VND, "vi", SOUTH) == "Sáu mươi lăm triệu không ngàn bốn trăm mười ba đồng"
    )


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Zero dong"),
        (15, "Fifteen dong"),
        (131_675, "One hundred thirty-one thousand six hundred seventy-five dong"),
        (1_000_005, "One million five dong"),
        (-20, "Minus twenty dong"),
    ],
)
def test_english(amount: int, words: str) -> None:
    assert amount_in_words(amount, VND, "en") == words


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (105, "壹元零伍分"),
        (1_000, "壹拾元整"),
        (1_500, "壹拾伍元整"),
        (123_456, "壹仟贰佰叁拾肆元伍角陆分"),
        (100_500, "壹仟零伍元整"),
        (1_000_500, "壹万零伍元整"),
        (1_010_100, "壹万零壹佰零壹元整"),
        (10_000_000_005, "壹亿元零伍分"),
        (100_050_000_000, "壹拾亿零伍拾万元整"),
        (-700, "负柒元整"),
    ],
)
def test_chinese_capitals(fen: int, words: str) -> None:
    assert amount_in_words(fen, CNY, "zh") == words


def test_other_pairs_of_money_and_language() -> None:
    assert amount_in_words(123_456, CNY, "vi") == (
        "Một nghìn hai trăm ba mươi tư nhân dân tệ năm mươi sáu xu"
    )
    assert amount_in_words(1_05, CNY, "en") == "One yuan and five fen"
    assert amount_in_words(131_675, VND, "zh") == "壹拾叁万壹仟陆佰柒拾伍越南盾整"


ZERO_TO_NINE = "không một hai ba bốn năm sáu bảy tám chín"
DIGITS = {word: n for n, word in enumerate(ZERO_TO_NINE.split())}
DIGITS |= {"mốt": 1, "tư": 4, "lăm": 5}
SCALES = {"nghìn": 1000, "ngàn": 1000, "triệu": 10**6}


def read_vietnamese(words: str) -> int:
    """The number a listener writes down."""
    total = section = group = digit = 0
    for word in words.lower().removesuffix(" đồng").split():
        if word in DIGITS:
            digit = DIGITS[word]
        elif word == "mười":
            group, digit = group + 10, 0
        elif word == "mươi":
            group, digit = group + 10 * digit, 0
        elif word == "trăm":
            group, digit = group + 100 * digit, 0
        elif word in SCALES:
            section, group, digit = section + (group + digit) * SCALES[word], 0, 0
        elif word == "tỷ":
            total, section, group, digit = (total + section + group + digit) * 10**9, 0, 0, 0
        else:
            assert word in ("linh", "lẻ")
    return total + section + group + digit


def read_chinese(words: str) -> int:
    total = section = group = digit = 0
    for sign in words.removesuffix("整"):
        if sign in (capitals := "零壹贰叁肆伍陆柒捌玖"):
            digit = capitals.index(sign)
        elif sign in "拾佰仟":
            group, digit = group + digit * 10 ** ("拾佰仟".index(sign) + 1), 0
        elif sign == "万":
            section, group, digit = (section + group + digit) * 10**4, 0, 0
        elif sign == "亿":
            total, section, group, digit = (total + section + group + digit) * 10**8, 0, 0, 0
        elif sign == "元":
            total, section, group, digit = (total + section + group + digit) * 100, 0, 0, 0
        else:
            total, digit = total + digit * {"角": 10, "分": 1}[sign], 0
    return total


def read_english(words: str) -> int:
    teens = (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen"
    )
    round_ones = "twenty thirty forty fifty sixty seventy eighty ninety"
    small, tens = teens.split(), round_ones.split()
    scales = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    total = group = 0
    for word in words.lower().removesuffix(" dong").replace("-", " ").split():
        if word in scales:
            total, group = total + group * scales[word], 0
        elif word == "hundred":
            group *= 100
        else:
            group += small.index(word) if word in small else 20 + 10 * tens.index(word)
    return total + group


# Sums with many empty places are where readings go wrong.
SUMS = st.one_of(
    st.integers(0, 10**14),
    st.lists(st.sampled_from("0000123459"), min_size=1, max_size=14).map(lambda digits: int("".join(digits))),
)


@given(SUMS, st.sampled_from([Spoken(), SOUTH]))
def test_who_hears_it_writes_down_the_same_number(amount: int, spoken: Spoken) -> None:
    assert read_vietnamese(amount_in_words(amount, VND, "vi", spoken)) == amount
    assert read_english(amount_in_words(amount, VND, "en")) == amount
    assert read_chinese(amount_in_words(amount, CNY, "zh")) == amount


@given(SUMS, SUMS, st.sampled_from(["vi", "en", "zh"]), st.sampled_from([VND, CNY]))
def test_other_sums_have_other_words(one: int, other: int, language: str, currency: object) -> None:
    money = CNY if currency is CNY else VND
    same = amount_in_words(one, money, language) == amount_in_words(other, money, language)
    assert same == (one == other)
