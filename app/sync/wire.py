"""What travels between a replica and the head office: msgpack, packed with zstd, signed by the sender.

A request says who sends it outside what is packed, so that nothing of a stranger is unpacked. An answer's
signature also covers the request, so that no old answer passes for a new one.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Annotated, Any, TypeVar

import msgspec
from backports import zstd
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.domain.errors import AppError
from app.sync.entries import Count, Entry, sealed_text

MAX_PACKED = 16 << 20
MAX_UNPACKED = 64 << 20
MAX_OF_A_STRANGER = 4 << 10
MAX_OF_A_FORGOTTEN = 1 << 20
"""A desk that a restored head office does not know shows what that head office has once written."""

CHUNK_BYTES = 512 << 10
"""How much of the journal one answer carries at most, before packing: somebody at the desk may want to save
while it is taken up."""

OFFERED_BYTES = 2 << 20
"""How much a desk offers at once at most, over a quick line: many rows are written best together."""

BLOB_PART = 256 << 10
"""Bytes of a scan or photo that one message carries at most: rows never wait longer than for that."""

Head = tuple[Count, bytes]
"""The last number of a feed and its hash."""

Heads = dict[Count, Head]
"""A version vector: feed -> its head."""

Digest = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
"""SHA-256 of the content of a scan or photo."""

MOST_DIGESTS = 200

WHO = "who is there"
"""What a desk that knows nothing but a code has its first answer proved with."""

WHOLE = 1 << 30
"""As many bytes as there are: a bundle is not cut."""


class Part(msgspec.Struct, frozen=True, array_like=True):
    """A range of one feed that is offered: what goes before it, its entries, and the seal of the last, which
    proves them all. `orphaned`: a branch that lost its place, to be issued again."""

    device: Count
    after: Head
    entries: list[Entry]
    seal: bytes
    orphaned: bool = False


class Range(msgspec.Struct, frozen=True, array_like=True):
    """What a reply holds of one feed: what goes before, the last number, and the head office's seal of it."""

    device: Count
    office_no: Count
    after: Head
    last: Count
    seal: bytes


class SyncRequest(msgspec.Struct, frozen=True, array_like=True):
    """What a replica has, and what it offers.

    `most`: the bytes of entries that it wants in one answer, for a slow line. `trails`: feeds that went
    another way there. `successor`: the public key with which it wants to go on as a new device, since its
    data was restored or copied.
    """

    sent_at_ms: int
    have: Heads
    parts: list[Part]
    most: Count = CHUNK_BYTES
    trails: list[Count] = []
    successor: bytes = b""


class SyncReply(msgspec.Struct, frozen=True, array_like=True):
    """The head office's vector after what was offered, and entries that the replica lacks.

    `more`: there are further entries. `trails`: for each feed that went another way, numbers and hashes
    here. `successor`: the device that the asker is from now on. `digest`, `parked`: over all that the replica
    should hold (`app/sync/digest.py`), once there is nothing more. `stranger`: the asker is not known here;
    it may show what the head office itself has written of it.
    """

    now_ms: int
    have: Heads
    entries: list[Entry] = []
    ranges: list[Range] = []
    more: bool = False
    trails: dict[Count, list[Head]] = {}
    successor: EnrolReply | None = None
    digest: bytes = b""
    parked: bytes = b""
    stranger: bool = False
    left: Count = 0


class DigestRequest(msgspec.Struct, frozen=True, array_like=True):
    """Asks for the digests: of all tables (no table), or the hashes of one table's rows of an office."""

    table: str = ""
    office_no: Count = 0


class DigestReply(msgspec.Struct, frozen=True, array_like=True):
    """Tables as (office, table, rows, sum); rows as (id, hash). `schema`: of the release that has worked them
    out: another one has other columns."""

    have: Heads
    schema: Count
    tables: list[tuple[Count, str, Count, Count]] = []
    rows: list[tuple[bytes, Count]] = []


class WhoRequest(msgspec.Struct, frozen=True, array_like=True):
    """A new desk that has been told a code by phone asks for the head office's key. `invitation`: the code's
    name (`app/domain/invitations.py`), which says nothing of the code."""

    invitation: str
    nonce: bytes


class WhoReply(msgspec.Struct, frozen=True, array_like=True):
    """The head office's key, and the proof that whoever tells it knows the code."""

    public_key: bytes
    proof: bytes


class EnrolRequest(msgspec.Struct, frozen=True, array_like=True):
    """A new desk asks to be let in with its one-time code: sealed to the head office and bound to the desk's
    key, so that whoever listens on the line or stands in it cannot come in with it himself."""

    code: bytes
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


class CarryRequest(msgspec.Struct, frozen=True, array_like=True):
    """A desk hands over another's request bundle, which only the head office can read."""

    bundle: bytes


class CarryReply(msgspec.Struct, frozen=True, array_like=True):
    """The answer bundle for that other desk; how many entries its request held, and how many were new."""

    bundle: bytes
    entries: Count
    new: Count
    known: Count


class SnapshotRequest(msgspec.Struct, frozen=True, array_like=True):
    """Asks for a range of a snapshot: of the one with this digest, or without one of the newest. `revision`
    and `schema`: of the asker's release, for the file fits no other."""

    revision: str
    schema: Count
    digest: bytes = b""
    offset: Count = 0
    length: Count = 0


class SnapshotReply(msgspec.Struct, frozen=True, array_like=True):
    """A range of the snapshot with this digest (blake2b-32 of the whole file): of another one than was asked
    for when that is gone. `making`: there will be one soon. Size 0 and not `making`: there is none, the
    asker has to take entries."""

    digest: bytes = b""
    size: Count = 0
    offset: Count = 0
    data: bytes = b""
    making: bool = False


class BlobsRequest(msgspec.Struct, frozen=True, array_like=True):
    """How much is there of these contents? With `lacking_after` also: which contents of attachments in the
    asker's scope are not there whole, in the order of digests."""

    digests: Annotated[list[Digest], msgspec.Meta(max_length=MOST_DIGESTS)] = []
    lacking_after: bytes | None = None


class BlobsReply(msgspec.Struct, frozen=True, array_like=True):
    """`done`: the bytes there of each content that was asked for; -1 where no attachment in the asker's scope
    names it. `more`: there are further ones that are lacking."""

    done: list[int]
    lacking: list[Digest] = []
    more: bool = False


class BlobPut(msgspec.Struct, frozen=True, array_like=True):
    """A part of a content of `size` bytes, from `offset` on."""

    digest: Digest
    size: Count
    offset: Count
    data: bytes


class BlobDone(msgspec.Struct, frozen=True, array_like=True):
    """So many bytes of the content are there, from the first on."""

    done: Count


class BlobGet(msgspec.Struct, frozen=True, array_like=True):
    """Asks for a part of a content."""

    digest: Digest
    offset: Count
    length: Count


class BlobPart(msgspec.Struct, frozen=True, array_like=True):
    """A part of a content of `size` bytes; size 0: it is not there (yet), or no attachment in the asker's
    scope names it."""

    size: Count = 0
    offset: Count = 0
    data: bytes = b""


Version = Annotated[str, msgspec.Meta(max_length=16)]
"""Of the program, as 1.2.0."""


class UpdateRequest(msgspec.Struct, frozen=True, array_like=True):
    """Is there an update of the program for my office? `running`: the version that asks; `failed`: the last
    one that did not start there; `lacks`: the setup of the running version is not there, to which it would go
    back."""

    running: Version
    system: Annotated[str, msgspec.Meta(max_length=16)]
    failed: Version = ""
    lacks: bool = False


class UpdateReply(msgspec.Struct, frozen=True, array_like=True):
    """The publisher's manifests as they were published, of the version that is offered and of the running
    one; empty where there is none. The setups are fetched as contents are, by their digests."""

    offer: bytes = b""
    own: bytes = b""


class Sealed(msgspec.Struct, frozen=True, array_like=True):
    """A packed message and the Ed25519 signature of the device that sends it; the head office, and a desk
    that is not enrolled yet, send as 0."""

    sender: Count
    payload: bytes
    signature: bytes


T = TypeVar("T")


def good_seal(part: Part, hash_: bytes, keys: Iterable[bytes]) -> bool:
    """Whether one of these public keys has signed that the part's last entry has this hash."""
    text = sealed_text(part.device, part.entries[-1].number, hash_)
    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(part.seal, text)
        except (InvalidSignature, ValueError):
            continue
        return True
    return False


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


def unseal(
    data: bytes | Sealed, kind: type[T], key: Ed25519PublicKey, *, about: bytes = b"", digest: bytes = b""
) -> T:
    """The message in `data`; of the request that it answers, the bytes or only their digest. AppError
    "sync.nonsense" for what is no message, "sync.not_authentic" for a wrong signature; nothing is unpacked
    before that is checked, nor beyond the limits."""
    envelope = sealed(data) if isinstance(data, bytes) else data
    try:
        key.verify(envelope.signature, _signed(envelope.sender, about, envelope.payload, digest))
    except InvalidSignature as error:
        raise AppError("sync.not_authentic") from error
    return _unpack(envelope.payload, kind, MAX_UNPACKED)


def peek(envelope: Sealed, kind: type[T], most: int = MAX_OF_A_STRANGER) -> T:
    """A message of at most so many bytes whose signature cannot be checked, or not yet."""
    if len(envelope.payload) > most:
        raise AppError("sync.nonsense")
    return _unpack(envelope.payload, kind, 4 * most)


def digest_of_request(data: bytes) -> bytes:
    """What an answer's signature covers of the request."""
    return blake2b(data, digest_size=32).digest()


def _signed(sender: int, about: bytes, payload: bytes, digest: bytes = b"") -> bytes:
    return (digest or digest_of_request(about)) + sender.to_bytes(8) + payload


def _unpack(payload: bytes, kind: type[T], most: int) -> T:
    try:
        unpacker = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 23})
        raw = unpacker.decompress(payload, max_length=most)
        if not unpacker.eof:
            raise AppError("sync.nonsense")
        return msgspec.msgpack.decode(raw, type=kind)
    except (zstd.ZstdError, msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise AppError("sync.nonsense") from error


def work_types_out() -> None:
    """Have msgspec work every type of message out before two threads need one for the first time at once:
    that would end the process (a fault of 0.22)."""
    for kind in msgspec.Struct.__subclasses__():
        msgspec.msgpack.Decoder(kind)
