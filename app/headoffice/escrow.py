"""Keys of desks' databases in the head office's keeping: sealed as they came, beside the journal. They are
taken out by a person at the head office, when a desk has lost its own (decision 0020)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select

from app.domain.errors import AppError
from app.models import Local
from app.models.base import instant, millis
from app.models.keys import Key
from app.models.store import Store
from app.sync.escrow import PATH, EscrowReply, EscrowRequest, opened
from app.sync.wire import Sealed, unseal
from app.sync.writer import JournalWriter

if TYPE_CHECKING:
    from app.headoffice.hub import Hub

__all__ = ["PATH", "Held", "held", "take"]

NAME = "escrow."


@dataclass(frozen=True, slots=True)
class Held:
    """A key in keeping."""

    key: Key
    at: datetime


def take(hub: Hub, writer: JournalWriter, own: Ed25519PrivateKey, envelope: Sealed) -> EscrowReply:
    """Keep a desk's key, once it was opened: one that opens nothing would be found out too late. AppError
    "sync.unknown_device", "sync.nonsense"."""
    asker = hub.asker(envelope.sender)
    if asker is None:
        raise AppError("sync.unknown_device")
    request = unseal(envelope, EscrowRequest, Ed25519PublicKey.from_public_bytes(asker.public_key))
    try:
        opened(own, asker.number, request.mark, request.sealed)
    except ValueError as error:
        raise AppError("sync.nonsense") from error
    writer.set_local(
        NAME + request.mark,
        {
            "office_no": asker.office_no,
            "desk": asker.desk,
            "device": asker.number,
            "at": millis(writer.hlc.now()),
            "sealed": base64.b64encode(request.sealed).decode(),
        },
    )
    return EscrowReply(request.mark)


def held(store: Store, own: Ed25519PrivateKey, office_no: int, desk: str) -> list[Held]:
    """The keys that a desk has handed over, the newest first."""
    with store.read.connect() as read:
        kept: list[tuple[str, Any]] = [
            (row.key.removeprefix(NAME), row.value)
            for row in read.execute(select(Local.key, Local.value).where(Local.key.startswith(NAME)))
        ]
    found = [
        Held(opened(own, said["device"], mark, base64.b64decode(said["sealed"])), instant(said["at"]))
        for mark, said in kept
        if said["office_no"] == office_no and said["desk"] == desk.upper()
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)
