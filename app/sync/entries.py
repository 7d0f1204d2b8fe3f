"""The form of an entry: its canonical bytes, its hash, its rows. Frozen: old entries must verify for ever.

An entry's hash is blake2b-32 over the hash of the entry before it in its feed and its own canonical bytes
(msgpack of its fields in this order). A row holds raw values only (int, str, bytes, None), so the same bytes
come out on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Annotated, Any

import msgspec

SCHEMA = 3
"""The schema number that this release writes. 2: rulings, settlements, a device's predecessor. 3: steps,
documents and escalation of kinds of request; incidents, letters, scans, work orders, duties, payouts."""

FIRST = b""
"""The hash before a feed's first entry."""

Id = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
Count = Annotated[int, msgspec.Meta(ge=0, lt=1 << 62)]
"""Numbers that every replica can keep and count on from."""


class Rows(msgspec.Struct, frozen=True, array_like=True):
    """Rows of one table with the same columns; the first column is the id. The office, and the stamp, are
    the entry's."""

    table: str
    columns: tuple[str, ...]
    rows: list[list[Any]]


class Edit(msgspec.Struct, frozen=True, array_like=True):
    """Changed fields of one card: field, new value, and the stamp of the value that its author saw."""

    table: str
    id: Id
    fields: list[tuple[str, Any, int, int]]


class Body(msgspec.Struct, frozen=True, array_like=True):
    """What an entry writes: new rows (facts and cards), then edits of cards."""

    rows: list[Rows]
    edits: list[Edit]


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One act of one person, whole.

    `origin` is the device at which it was made: the feed's own, save for an entry that is issued again from a
    lost branch; (hlc, origin) is its stamp. `seen` names the feeds that moved since the author's last entry,
    as (device, number) pairs in order.
    """

    device: Count
    number: Count
    id: Id
    origin: Count
    hlc: Count
    office_no: Count
    kind: str
    by: Id | None
    schema: Count
    seen: list[tuple[Count, Count]]
    body: bytes


_encoder = msgspec.msgpack.Encoder()
_body_decoder = msgspec.msgpack.Decoder(Body)


def encode_body(body: Body) -> bytes:
    """The canonical bytes of a body."""
    return _encoder.encode(body)


def decode_body(data: bytes) -> Body:
    """A body from its bytes; `msgspec.DecodeError` or `ValidationError` when it is not one."""
    return _body_decoder.decode(data)


LIFTS: dict[int, Callable[[Body], Body]] = {}
"""Schema number -> what makes a body of that schema one of the next; pure, kept for ever. What a schema only
adds (a table, a column that may be empty) needs none."""


def lift(body: Body, schema: int) -> Body:
    """A body that an older release wrote, as this one writes it."""
    for number in range(schema, SCHEMA):
        if number in LIFTS:
            body = LIFTS[number](body)
    return body


def chain(previous: bytes, entry: Entry) -> bytes:
    """The hash of `entry` after the entry whose hash is `previous`."""
    return blake2b(previous + _encoder.encode(entry), digest_size=32).digest()


def sealed_text(device: int, number: int, hash_: bytes) -> bytes:
    """What a seal signs: that the entry under a number of a feed, and with it all before, has this hash."""
    return b"daumoi seal\0" + device.to_bytes(8) + number.to_bytes(8) + hash_
