"""What few may read: a text under a key of its own, and that key sealed to each who may.

A reader is a key pair (Ed25519) of a desk or of the head office, named by its public half. Whoever holds one
of them opens the text, and can hand its key on to another reader (`share`) without touching the text.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from app.domain.sealing import NONCE, seal_to, unseal_with

Texts = Mapping[str, str]
"""What is sealed, by the name of its column."""


class Envelope(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """`text` under a key of its own; `keys`: that key, sealed to each reader's public key."""

    text: bytes
    keys: dict[bytes, bytes]


def enclose(texts: Texts, about: UUID, readers: Iterable[bytes]) -> bytes:
    """An envelope that each of `readers` can open; bound to the row that it is of. Texts that are empty are
    left out. ValueError for a reader that is no key."""
    key = secrets.token_bytes(32)
    said = msgspec.json.encode({name: text for name, text in texts.items() if text})
    text = ChaCha20Poly1305(key).encrypt(NONCE, said, _bound(about))  # the key is used this once
    return msgspec.msgpack.encode(
        Envelope(text, {reader: seal_to(reader, key, _bound(about)) for reader in sorted(set(readers))})
    )


def readers_of(envelope: bytes) -> frozenset[bytes]:
    """Whose keys open it. ValueError for what is no envelope."""
    return frozenset(_read(envelope).keys)


def disclose(
    envelope: bytes,
    about: UUID,
    keys: Iterable[Ed25519PrivateKey],
    shared: Mapping[bytes, bytes] | None = None,
) -> dict[str, str]:
    """What is in it, for one who holds one of `keys`; `shared`: the text's keys handed on later, by reader.
    ValueError for one who cannot open it, and for what was changed or is of another row."""
    read = _read(envelope)
    try:
        key = ChaCha20Poly1305(_key(read, about, keys, shared or {}))
        said = key.decrypt(NONCE, read.text, _bound(about))
        return msgspec.json.decode(said, type=dict[str, str])
    except (InvalidTag, msgspec.DecodeError) as error:
        raise ValueError("not an envelope of this row") from error


def share(envelope: bytes, about: UUID, key: Ed25519PrivateKey, reader: bytes) -> bytes:
    """The key of the text, from one who can open it, sealed to a further reader. ValueError as `disclose`."""
    return seal_to(reader, _key(_read(envelope), about, [key], {}), _bound(about))


def _key(
    envelope: Envelope, about: UUID, keys: Iterable[Ed25519PrivateKey], shared: Mapping[bytes, bytes]
) -> bytes:
    for key in keys:
        own = key.public_key().public_bytes_raw()
        for sealed in (envelope.keys.get(own), shared.get(own)):
            if sealed is not None and len(opened := unseal_with(key, sealed, _bound(about))) == 32:
                return opened
    raise ValueError("sealed to others")


def _read(envelope: bytes) -> Envelope:
    return msgspec.msgpack.decode(envelope, type=Envelope)  # its errors are ValueErrors


def _bound(about: UUID) -> bytes:
    return b"daumoi row\0" + about.bytes
