"""What travels between a replica and the head office: msgpack, packed with zstd, signed by the sender.

A request says who sends it outside what is packed, so that nothing of a stranger is unpacked. An answer's
signature also covers the request, so that no old answer passes for a new one.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, TypeVar

import msgspec
from backports import zstd
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.domain.errors import AppError
from app.sync.entries import Count, Entry

MAX_PACKED = 16 << 20
MAX_UNPACKED = 64 << 20
MAX_OF_A_STRANGER = 4 << 10
CHUNK_BYTES = 512 << 10
"""How much of the journal one message carries at most, before packing."""

Head = tuple[Count, bytes]
"""The last number of a feed and its hash."""

Heads = dict[Count, Head]
"""A version vector: feed -> its head."""


class SyncRequest(msgspec.Struct, frozen=True, array_like=True):
    """What a replica has, and the entries that it offers: those of its own feed right after `after`.

    `most`: the bytes of entries that it wants in one answer, for a slow line.
    """

    sent_at_ms: int
    have: Heads
    after: Head
    push: list[Entry]
    most: Count = CHUNK_BYTES


class SyncReply(msgspec.Struct, frozen=True, array_like=True):
    """The head office's vector after the push, entries that the replica lacks, and what stands in the way.

    `more`: there are further entries. `conflict`: feeds whose hash at the replica's number is another here.
    """

    now_ms: int
    have: Heads
    entries: list[Entry]
    more: bool
    conflict: list[int]


class EnrolRequest(msgspec.Struct, frozen=True, array_like=True):
    """A new desk asks to be let in with its one-time code."""

    code: str
    public_key: bytes


class EnrolReply(msgspec.Struct, frozen=True, array_like=True):
    """What a new desk is."""

    device: int
    office_no: int
    desk: str
    zone: str


class Refusal(msgspec.Struct, frozen=True, array_like=True, tag="refused"):
    """The head office will not; `code` is an AppError's."""

    code: str
    params: dict[str, Any]


class Sealed(msgspec.Struct, frozen=True, array_like=True):
    """A packed message and the Ed25519 signature of the device that sends it; the head office, and a desk
    that is not enrolled yet, send as 0."""

    sender: Count
    payload: bytes
    signature: bytes


T = TypeVar("T")


def seal(message: Any, key: Ed25519PrivateKey, *, sender: int = 0, about: bytes = b"") -> bytes:
    """The bytes of a message, packed and signed; `about` is the request that it answers."""
    payload = zstd.compress(msgspec.msgpack.encode(message), 3)
    return msgspec.msgpack.encode(Sealed(sender, payload, key.sign(_signed(sender, about, payload))))


def sealed(data: bytes) -> Sealed:
    """The envelope, nothing of it checked yet. AppError "sync.nonsense"."""
    if len(data) > MAX_PACKED:
        raise AppError("sync.nonsense")
    try:
        return msgspec.msgpack.decode(data, type=Sealed)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise AppError("sync.nonsense") from error


def unseal(data: bytes | Sealed, kind: type[T], key: Ed25519PublicKey, *, about: bytes = b"") -> T:
    """The message in `data`. AppError "sync.nonsense" for what is no message, "sync.not_authentic" for a
    wrong signature; nothing is unpacked before that is checked, nor beyond the limits."""
    envelope = sealed(data) if isinstance(data, bytes) else data
    try:
        key.verify(envelope.signature, _signed(envelope.sender, about, envelope.payload))
    except InvalidSignature as error:
        raise AppError("sync.not_authentic") from error
    return _unpack(envelope.payload, kind, MAX_UNPACKED)


def peek(envelope: Sealed, kind: type[T]) -> T:
    """A short message before its signature is checked: only to learn whose key to check it with."""
    if len(envelope.payload) > MAX_OF_A_STRANGER:
        raise AppError("sync.nonsense")
    return _unpack(envelope.payload, kind, MAX_OF_A_STRANGER)


def _signed(sender: int, about: bytes, payload: bytes) -> bytes:
    return blake2b(about, digest_size=32).digest() + sender.to_bytes(8) + payload


def _unpack(payload: bytes, kind: type[T], most: int) -> T:
    try:
        unpacker = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 23})
        raw = unpacker.decompress(payload, max_length=most)
        if not unpacker.eof:
            raise AppError("sync.nonsense")
        return msgspec.msgpack.decode(raw, type=kind)
    except (zstd.ZstdError, msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise AppError("sync.nonsense") from error
