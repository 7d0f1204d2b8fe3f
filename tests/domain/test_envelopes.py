"""Envelopes: whoever is named opens them, nobody else, and nothing of them can be changed."""

from __future__ import annotations

from uuid import UUID, uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st

from app.domain.envelopes import LARGEST, Envelope, _bound, disclose, enclose, readers_of, share
from app.domain.sealing import NONCE, can_be_sealed_to, seal_to

TEXTS = st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=60), max_size=4)
KEYS = [Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(4)]
OFFICE, ABOUT = 3, UUID(int=7)


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


@given(TEXTS, st.sets(st.sampled_from(range(4))))
def test_each_reader_opens_it_and_nobody_else(texts: dict[str, str], who: set[int]) -> None:
    envelope = enclose(texts, OFFICE, ABOUT, [public(KEYS[n]) for n in who])
    assert readers_of(envelope) == {public(KEYS[n]) for n in who}
    for n, key in enumerate(KEYS):
        if n in who:
            told = {name: text for name, text in texts.items() if text}
            assert disclose(envelope, OFFICE, ABOUT, [key]) == told
        else:
            with pytest.raises(ValueError, match="others"):
                disclose(envelope, OFFICE, ABOUT, [key])


@given(st.data())
def test_a_changed_byte_is_found(data: st.DataObject) -> None:
    envelope = enclose({"words": "Thu tiền không biên lai"}, OFFICE, ABOUT, [public(KEYS[0])])
    place = data.draw(st.integers(0, len(envelope) - 1))
    other = data.draw(st.integers(1, 255))
    changed = envelope[:place] + bytes([envelope[place] ^ other]) + envelope[place + 1 :]
    with pytest.raises(ValueError):  # noqa: PT011 (torn, to others or changed: by any of them it stays shut)
        disclose(changed, OFFICE, ABOUT, [KEYS[0]])


def test_an_envelope_is_of_its_row_alone() -> None:
    envelope = enclose({"words": "Thu tiền"}, OFFICE, ABOUT, [public(KEYS[0])])
    with pytest.raises(ValueError):  # noqa: PT011
        disclose(envelope, OFFICE, uuid4(), [KEYS[0]])
    with pytest.raises(ValueError):  # noqa: PT011
        disclose(envelope, OFFICE + 1, ABOUT, [KEYS[0]])
    with pytest.raises(ValueError):  # noqa: PT011
        share(envelope, OFFICE + 1, ABOUT, KEYS[0], [public(KEYS[1])])


def test_who_can_open_it_hands_its_key_on() -> None:
    envelope = enclose({"words": "Thu tiền"}, OFFICE, ABOUT, [public(KEYS[0])])
    readers = [public(KEYS[0]), public(KEYS[1])]
    handed = share(envelope, OFFICE, ABOUT, KEYS[0], readers)
    assert handed.keys() == {public(KEYS[1])}  # the other has it
    assert disclose(envelope, OFFICE, ABOUT, [KEYS[1]], handed) == {"words": "Thu tiền"}
    with pytest.raises(ValueError, match="others"):
        disclose(envelope, OFFICE, ABOUT, [KEYS[2]], handed)
    with pytest.raises(ValueError, match="others"):
        share(envelope, OFFICE, ABOUT, KEYS[2], readers)


@pytest.mark.parametrize(
    "junk",
    [b"", b"\x93\x01", b"\xff" * 90, b"\x92\xc4\x00\x81\xc4\x01a\xc4\x01b"],
)
def test_what_is_no_envelope_opens_nowhere(junk: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        disclose(junk, OFFICE, ABOUT, KEYS)


def test_nobody_looks_into_what_is_too_large() -> None:
    good = msgspec.msgpack.decode(enclose({"text": "x"}, OFFICE, ABOUT, [public(KEYS[0])]), type=Envelope)
    for more, opens in ((1, True), (LARGEST // 100, False)):
        keys = good.keys | {n.to_bytes(32, "big"): bytes(80) for n in range(more)}
        envelope = msgspec.msgpack.encode(Envelope(good.text, keys))
        if opens:
            assert disclose(envelope, OFFICE, ABOUT, KEYS) == {"text": "x"}
        else:
            with pytest.raises(ValueError, match="too large"):
                disclose(envelope, OFFICE, ABOUT, KEYS)


def own(key: bytes) -> bytes:
    return msgspec.msgpack.encode(Envelope(b"", {public(KEYS[0]): key}))


@pytest.mark.parametrize("key", [b"", b"a", bytes(80), b"\xff" * 80, bytes(1 << 16)])
def test_a_readers_key_that_is_none_opens_nothing(key: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        disclose(own(key), OFFICE, ABOUT, KEYS)


@pytest.mark.parametrize(
    "said", [b"[", b"[" * 100_000, b'{"text":1}', b'{"text":"\xff"}', b'{"text":"\\ud800"}']
)
def test_what_is_sealed_well_and_is_no_text_opens_nothing(said: bytes) -> None:
    bound, key = _bound(OFFICE, ABOUT), bytes([7]) * 32
    text = ChaCha20Poly1305(key).encrypt(NONCE, said, bound)
    envelope = Envelope(text, {public(KEYS[0]): seal_to(public(KEYS[0]), key, bound)})
    with pytest.raises(ValueError):  # noqa: PT011
        disclose(msgspec.msgpack.encode(envelope), OFFICE, ABOUT, KEYS)


def test_no_point_and_no_secret_is_no_key() -> None:
    assert can_be_sealed_to(public(KEYS[0]))
    for key in (b"\x01" + bytes(31), bytes(32), b"short", bytes(33)):
        assert not can_be_sealed_to(key)


def test_the_text_is_not_in_it() -> None:
    envelope = enclose({"words": "Thu tiền không biên lai"}, OFFICE, ABOUT, [public(KEYS[0])])
    assert "biên lai".encode() not in envelope
    assert enclose({"words": "Thu tiền không biên lai"}, OFFICE, ABOUT, [public(KEYS[0])]) != envelope
