from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.codes import KINDS, Code, code, parse_code


def test_a_code_reads_as_on_paper() -> None:
    assert code("KN", "BN03", 2026, 123) == "KN-BN03-26-000123"
    assert code("BL", "TV1", 2030, 1_234_567) == "BL-TV1-30-1234567"


@pytest.mark.parametrize(
    "typed",
    [
        "HD-BN03-26-000123",
        " hd-bn03-26-000123\r\n",
        "HD - BN03 - 26 - 000123",
        "HD–BN03–26–000123",
        "ＨＤ-BN03-26-000123",
    ],
)
def test_a_scanner_and_a_hand_are_read_alike(typed: str) -> None:
    assert parse_code(typed) == Code("HD", "BN03", 2026, 123)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "HD-BN03-26-123",
        "XX-BN03-26-000123",
        "HD-BN03-26-000000",
        "HD-BN03-000123",
        "KH00123",
        "0901234567",
    ],
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert parse_code(typed) is None


@given(
    st.sampled_from(sorted(KINDS)),
    st.from_regex(r"[A-Z][A-Z0-9]{1,7}", fullmatch=True),
    st.integers(2000, 2099),
    st.integers(1, 999_999_999),
)
def test_a_code_is_read_as_it_was_made(kind: str, desk: str, year: int, number: int) -> None:
    text = code(kind, desk, year, number)
    assert parse_code(text) == Code(kind, desk, year, number)
    assert str(Code(kind, desk, year, number)) == text


@pytest.mark.parametrize(
    ("kind", "desk", "year", "number"),
    [("ZZ", "BN03", 2026, 1), ("HD", "B-3", 2026, 1), ("HD", "BN03", 26, 1), ("HD", "BN03", 2026, 0)],
)
def test_a_wrong_part_is_refused(kind: str, desk: str, year: int, number: int) -> None:
    with pytest.raises(ValueError, match=r"no such|out of range"):
        code(kind, desk, year, number)
