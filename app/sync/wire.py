"""What travels between a replica and the head office: msgpack, packed with zstd, signed by the sender."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from backports import zstd
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.domain.errors import AppError
from app.sync.entries import Entry

MAX_PACKED = 16 << 20
MAX_UNPACKED = 64 << 20
CHUNK_BYTES = 512 << 10
"""How much of the journal one message carries, before packing."""

Heads = dict[int, tuple[int, bytes]]
"""A version vector: feed -> (last number, its hash)."""


class SyncRequest(msgspec.Struct, frozen=True, array_like=True):
    """What a replica has, and the entries that it offers."""

    device: int
    sent_at_ms: int
    have: Heads
    push: list[Entry]


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


class Signed(msgspec.Struct, frozen=True, array_like=True):
    """A packed message and the sender's Ed25519 signature over it."""

    payload: bytes
    signature: bytes


T = TypeVar("T")


def seal(message: Any, key: Ed25519PrivateKey) -> bytes:
    """The bytes of a message, packed and signed."""
    payload = zstd.compress(msgspec.msgpack.encode(message), 3)
    return msgspec.msgpack.encode(Signed(payload, key.sign(payload)))


def unseal(data: bytes, kind: type[T], key: Ed25519PublicKey) -> T:
    """The message in `data`. AppError "sync.nonsense" for what is no message, "sync.not_authentic" for a wrong
    signature; nothing is unpacked beyond the limits."""
    signed = _signed(data)
    try:
        key.verify(signed.signature, signed.payload)
    except InvalidSignature as error:
        raise AppError("sync.not_authentic") from error
    return _unpack(signed.payload, kind)


def peek(data: bytes, kind: type[T]) -> T:
    """The message in `data`, before its signature is checked: only to learn whose key to check it with."""
    return _unpack(_signed(data).payload, kind)


def _signed(data: bytes) -> Signed:
    if len(data) > MAX_PACKED:
        raise AppError("sync.nonsense")
    try:
        return msgspec.msgpack.decode(data, type=Signed)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise AppError("sync.nonsense") from error


def _unpack(payload: bytes, kind: type[T]) -> T:
    try:
        unpacker = zstd.ZstdDecompressor()
        raw = unpacker.decompress(payload, max_length=MAX_UNPACKED)
        if not unpacker.eof:
            raise AppError("sync.nonsense")
        return msgspec.msgpack.decode(raw, type=kind)
    except (zstd.ZstdError, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise AppError("sync.nonsense") from error
