"""What a desk gone wrong, or a stranger, may send: made with the desk's own key where it has one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from app.bootstrap import Desktop
from app.sync.client import open_answer
from app.sync.enrolment import replica_key
from app.sync.entries import SCHEMA, Body, Edit, Entry, Rows, chain, encode_body, sealed_text
from app.sync.transport import Transport
from app.sync.wire import Part, SyncReply, SyncRequest, seal
from tests.offices import person


def body(
    rows: Iterable[tuple[str, dict[str, Any]]] = (), edits: Iterable[tuple[str, bytes, dict[str, Any]]] = ()
) -> bytes:
    """The bytes of a body: rows as (table, values with the id first), edits as (table, id, fields)."""
    return encode_body(
        Body(
            [Rows(table, tuple(values), [list(values.values())]) for table, values in rows],
            [Edit(table, id, [(f, v, 0, 0) for f, v in fields.items()]) for table, id, fields in edits],
        )
    )


def customer(name: str, /, **values: Any) -> tuple[str, dict[str, Any]]:
    """A customer's row."""
    return "customer", {"id": uuid4().bytes, "code": name, "name": f"Ông {name}", "address": "1"} | values


class Forger:
    """Speaks for a desk, entry by entry, past its own program."""

    def __init__(self, desktop: Desktop, transport: Transport) -> None:
        self.device = desktop.identity.device
        self.office = desktop.office_no
        self.key: Ed25519PrivateKey = replica_key(desktop.home, desktop.identity.key_file)
        self.hub_key = desktop.identity.hub_public_key
        self.transport = transport
        self.vector = desktop.writer.vector()
        self.head = self.vector.get(self.device, (0, b""))
        self.hlc = desktop.writer.hlc.last
        self.by = person(desktop, "mai").id.bytes

    def entries(self, *bodies: bytes, **changed: Any) -> list[Entry]:
        """Entries right after the desk's last; `changed` fields are the same in all."""
        made = []
        for number, data in enumerate(bodies, self.head[0] + 1):
            self.hlc += 1
            entry = Entry(
                self.device, number, uuid4().bytes, self.device, self.hlc, self.office, "forged", self.by,
                SCHEMA, [], data,
            )  # fmt: skip
            made.append(replace(entry, **changed))
        return made

    def message(self, entries: list[Entry], **how: Any) -> bytes:
        """A request that offers them."""
        key = how.pop("key", self.key)
        after = how.pop("after", self.head)
        parts = [self.part(entries, after, key)] if entries else []
        return seal(SyncRequest(0, self.vector, parts), key, sender=how.pop("sender", self.device), **how)

    def part(self, entries: list[Entry], after: tuple[int, bytes], key: Ed25519PrivateKey) -> Part:
        """A range sealed with a key."""
        hash_ = after[1]
        for entry in entries:
            hash_ = chain(hash_, entry)
        seal_ = key.sign(sealed_text(entries[-1].device, entries[-1].number, hash_))
        return Part(entries[-1].device, after, entries, seal_)

    def send(self, entries: list[Entry], **how: Any) -> SyncReply:
        """Send them; the head office's answer, or its refusal raised."""
        message = self.message(entries, **how)
        answer = self.transport.post("/v1/sync", message)
        return open_answer(answer, SyncReply, self.hub_key, message)
