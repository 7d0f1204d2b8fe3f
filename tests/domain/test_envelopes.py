"""Envelopes: whoever is named opens them, nobody else, and nothing of them can be changed."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.domain.envelopes import disclose, enclose, readers_of, share

TEXTS = st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=60), max_size=4)
KEYS = [Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(4)]
ABOUT = UUID(int=7)


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


@given(TEXTS, st.sets(st.sampled_from(range(4))))
def test_each_reader_opens_it_and_nobody_else(texts: dict[str, str], who: set[int]) -> None:
    envelope = enclose(texts, ABOUT, [public(KEYS[n]) for n in who])
    assert readers_of(envelope) == {public(KEYS[n]) for n in who}
    for n, key in enumerate(KEYS):
        if n in who:
            assert disclose(envelope, ABOUT, [key]) == {name: text for name, text in texts.items() if text}
        else:
            with pytest.raises(ValueError, match="others"):
                disclose(envelope, ABOUT, [key])


@given(st.data())
def test_a_changed_byte_is_found(data: st.DataObject) -> None:
    envelope = enclose({"words": "Thu tiền không biên lai"}, ABOUT, [public(KEYS[0])])
    place = data.draw(st.integers(0, len(envelope) - 1))
    other = data.draw(st.integers(1, 255))
    changed = envelope[:place] + bytes([envelope[place] ^ other]) + envelope[place + 1 :]
    with pytest.raises(ValueError):  # noqa: PT011 (torn, to others or changed: by any of them it stays shut)
        disclose(changed, ABOUT, [KEYS[0]])


def test_an_envelope_is_of_its_row_alone() -> None:
    envelope = enclose({"words": "Thu tiền"}, ABOUT, [public(KEYS[0])])
    with pytest.raises(ValueError):  # noqa: PT011
        disclose(envelope, uuid4(), [KEYS[0]])


def test_who_can_open_it_hands_its_key_on() -> None:
    envelope = enclose({"words": "Thu tiền"}, ABOUT, [public(KEYS[0])])
    handed = {public(KEYS[1]): share(envelope, ABOUT, KEYS[0], public(KEYS[1]))}
    assert disclose(envelope, ABOUT, [KEYS[1]], handed) == {"words": "Thu tiền"}
    with pytest.raises(ValueError, match="others"):
        disclose(envelope, ABOUT, [KEYS[2]], handed)
    with pytest.raises(ValueError, match="others"):
        share(envelope, ABOUT, KEYS[2], public(KEYS[1]))


@pytest.mark.parametrize("junk", [b"", b"\x93\x01", b"\xff" * 90, b"\x92\xc4\x00\x81\xc4\x01a\xc4\x01b"])
def test_what_is_no_envelope_opens_nowhere(junk: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        disclose(junk, ABOUT, KEYS)


def test_the_text_is_not_in_it() -> None:
    envelope = enclose({"words": "Thu tiền không biên lai"}, ABOUT, [public(KEYS[0])])
    assert "biên lai".encode() not in envelope
    assert enclose({"words": "Thu tiền không biên lai"}, ABOUT, [public(KEYS[0])]) != envelope
