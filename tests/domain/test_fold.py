from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.fold import fold, nfc, phone


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Nguyễn Thị Ánh", "nguyen thi anh"),
        ("  ĐẶNG   đình\tĐức\n", "dang dinh duc"),
        ("Ðặng ðức", "dang duc"),  # eth instead of đ
        (unicodedata.normalize("NFD", "Trần Thị Hường"), "tran thi huong"),
        ("Căn hộ 12/3 P. Tân An", "can ho 12/3 p. tan an"),
        ("张伟明", "张 伟 明"),
        ("户张 12号A", "户 张 12 号 a"),
        ("ＫＨ００１", "kh001"),
        ("Müller Straße", "muller strasse"),
        ("", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_every_vietnamese_letter_folds_to_its_plain_one() -> None:
    for base, stems in {"a": "aăâ", "e": "eê", "i": "i", "o": "oôơ", "u": "uư", "y": "y"}.items():
        for stem in stems:
            for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"):
                for letter in (nfc(stem + tone), nfc(stem.upper() + tone), stem + tone):
                    assert fold(letter) == base


@given(st.text())
@example("İstanbul \u0345 ﬁ ½")
def test_folding_again_changes_nothing_and_capitals_and_composition_do_not_matter(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert fold(unicodedata.normalize("NFD", text)) == once
    assert "  " not in once
    assert once == once.strip()


@given(st.text(alphabet="abcxyzđĐÁạỹƠưẶ张明 0123"), st.text(alphabet="张伟明李", min_size=1))
def test_any_run_of_chinese_characters_is_a_phrase_of_the_folded_text(around: str, name: str) -> None:
    assert f" {fold(name)} " in f" {fold(around + name + around)} "
    assert fold(around.upper()) == fold(around)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("0901 234 567", "0901234567"),
        ("+84 901.234.567", "0901234567"),
        ("+84 (0) 901-234-567", "0901234567"),
        ("0084901234567", "0901234567"),
        ("84901234567", "0901234567"),
        ("(0294) 3840 215", "02943840215"),
        ("842943840215", "02943840215"),
        ("0169 123 4567", "0391234567"),  # eleven figures before September 2018
        ("+84 169 123 4567", "0391234567"),
        ("+86 138 1234 5678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("+86 756 888 1234", "07568881234"),
        ("19001006", "19001006"),
        ("０９０１ ２３４ ５６７", "0901234567"),
        ("không có", ""),
    ],
)
def test_phones(text: str, digits: str) -> None:
    assert phone(text) == digits


@given(st.from_regex(r"0[35789][0-9]{8}", fullmatch=True))
def test_a_mobile_number_is_the_same_however_it_is_written(number: str) -> None:
    for shape in (f"+84{number[1:]}", f"84{number[1:]}", f"{number[:4]}.{number[4:7]} {number[7:]}", number):
        assert phone(shape) == number
