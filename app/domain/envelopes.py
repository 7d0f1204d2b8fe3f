"""What few may read: a text under a key of its own, and that key sealed to each who may.

A reader is a key pair (Ed25519) of a desk or of the head office, named by its public half. Whoever holds one
of them opens the text, and can hand its key on to other readers (`share`) without touching the text.

An envelope is of one row of one office: copied into another it opens nowhere, or the head office would hand
its key on to those who may read that other row.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from app.domain.sealing import KEY, NONCE, seal_to, unseal_with

Texts = Mapping[str, str]
"""What is sealed, by the name of its column."""


LARGEST = 1 << 20
"""Bytes of an envelope: two pages of text for thousands of desks. What is larger is none, and nobody looks
into it."""


class Envelope(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """`text` under a key of its own; `keys`: that key, sealed to each reader's public key."""

    text: bytes
    keys: dict[bytes, bytes]


class SealedToOthers(ValueError):
    """None of the keys at hand is a reader's."""


def enclose(texts: Texts, office_no: int, about: UUID, readers: Iterable[bytes]) -> bytes:
    """An envelope of the row `about` that each of `readers` can open. Texts that are empty are left out.
    ValueError for a reader that is no key."""
    bound = _bound(office_no, about)
    key = secrets.token_bytes(KEY)
    said = msgspec.json.encode({name: text for name, text in texts.items() if text})
    text = ChaCha20Poly1305(key).encrypt(NONCE, said, bound)  # the key is used this once
    return msgspec.msgpack.encode(
        Envelope(text, {reader: seal_to(reader, key, bound) for reader in sorted(set(readers))})
    )


def readers_of(envelope: bytes) -> frozenset[bytes]:
    """Whose keys open it. ValueError for what is no envelope."""
    return frozenset(_read(envelope).keys)


def disclose(
    envelope: bytes,
    office_no: int,
    about: UUID,
    keys: Iterable[Ed25519PrivateKey],
    shared: Mapping[bytes, bytes] | None = None,
) -> dict[str, str]:
    """What is in it, for one who holds one of `keys`; `shared`: the text's keys handed on later, by reader.
    SealedToOthers, which is a ValueError, for one who has no key of it; ValueError for what was changed or is
    of another row."""
    read, bound = _read(envelope), _bound(office_no, about)
    try:
        key = ChaCha20Poly1305(_key(read, bound, keys, shared or {}))
        said = key.decrypt(NONCE, read.text, bound)
        return msgspec.json.decode(said, type=dict[str, str])
    except (InvalidTag, msgspec.DecodeError) as error:
        raise ValueError("not an envelope of this row") from error


def share(
    envelope: bytes, office_no: int, about: UUID, key: Ed25519PrivateKey, readers: Iterable[bytes]
) -> dict[bytes, bytes]:
    """The key of the text, from one who can open it, sealed to those of `readers` who have none yet.
    ValueError as `disclose`."""
    read, bound = _read(envelope), _bound(office_no, about)
    lacking = sorted(set(readers) - read.keys.keys())
    if not lacking:
        return {}
    opened = _key(read, bound, [key], {})
    return {reader: seal_to(reader, opened, bound) for reader in lacking}


def _key(
    envelope: Envelope, bound: bytes, keys: Iterable[Ed25519PrivateKey], shared: Mapping[bytes, bytes]
) -> bytes:
    for key in keys:
        own = key.public_key().public_bytes_raw()
        for sealed in (envelope.keys.get(own), shared.get(own)):
            if sealed is not None and len(opened := unseal_with(key, sealed, bound)) == KEY:
                return opened
    raise SealedToOthers("sealed to others")


def _read(envelope: bytes) -> Envelope:
    if len(envelope) > LARGEST:
        raise ValueError("too large")
    return msgspec.msgpack.decode(envelope, type=Envelope)  # its errors are ValueErrors


def _bound(office_no: int, about: UUID) -> bytes:
    return b"daumoi row\0" + office_no.to_bytes(8, "big") + about.bytes
