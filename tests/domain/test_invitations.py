"""Codes as people tell and type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.domain.invitations import LETTERS, grouped, name_of, new_code, proof_of, read_code, secret_of

codes = st.text(LETTERS, min_size=16, max_size=16).map(grouped)


@given(codes, st.sampled_from([" ", "-", ".", ""]), st.booleans(), st.sampled_from(["ILO", "1L0", "i1o"]))
def test_a_code_is_read_however_it_is_typed(code: str, between: str, small: bool, heard: str) -> None:
    typed = code.replace("-", between)
    for letter, as_heard in zip("110", heard, strict=True):
        typed = typed.replace(letter, as_heard, 1)
    assert read_code(f"  {typed.lower() if small else typed} ") == code


@pytest.mark.parametrize(
    "typed", ["", "K7QM", "K7QM-2XRD-9T4H-VB3", "K7QM-2XRD-9T4H-VB3CC", "K7QM-2XRD-9T4H-VB3U"]
)
def test_what_cannot_be_a_code_is_said_before_anybody_is_asked(typed: str) -> None:
    with pytest.raises(AppError, match=r"enrol\.code"):
        read_code(typed)


def test_codes_are_new_and_long_enough() -> None:
    some = {new_code() for _ in range(50)}
    assert len(some) == 50
    assert all(read_code(code) == code for code in some)
    assert len(LETTERS) ** 16 == 2**80


@given(codes, codes, st.binary(max_size=40), st.binary(max_size=40))
def test_a_proof_is_of_its_code_its_question_and_its_key_alone(
    one: str, other: str, key: bytes, nonce: bytes
) -> None:
    proof = proof_of(secret_of(one, "a"), nonce, key)
    assert proof == proof_of(secret_of(one, "a"), nonce, key)
    assert proof != proof_of(secret_of(one, "b"), nonce, key)
    assert (proof == proof_of(secret_of(other, "a"), nonce, key)) == (one == other)
    assert proof != proof_of(secret_of(one, "a"), nonce + b"\0", key)
    assert name_of(one) not in (secret_of(one, "a").hex(), proof.hex())
