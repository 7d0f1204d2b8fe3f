"""The key of a desk's encrypted database, handed to the head office before it is used: sealed to the head
office's key, so that nobody on the way and no copy of its database alone can read it (decision 0020)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.errors import AppError
from app.domain.sealing import ADDED, seal_to, unseal_with
from app.models.keys import BITS, MARK, Key
from app.sync.blobs import GOES_ON
from app.sync.client import SyncClient, open_answer
from app.sync.enrolment import Identity
from app.sync.transport import Transport
from app.sync.wire import seal

log = logging.getLogger(__name__)

PATH = "/v1/escrow"

Mark = Annotated[str, msgspec.Meta(pattern=f"^[0-9a-f]{{{2 * MARK}}}$")]


class EscrowRequest(msgspec.Struct, frozen=True, array_like=True):
    """A desk's key, sealed; `mark` is what its database says of it."""

    mark: Mark
    sealed: Annotated[bytes, msgspec.Meta(max_length=BITS // 8 + ADDED + 32)]


class EscrowReply(msgspec.Struct, frozen=True, array_like=True):
    """The head office has it, on its disk."""

    mark: Mark


def hand_over(way: Transport, identity: Identity, own: Ed25519PrivateKey, key: Key) -> None:
    """Have the head office keep a key; when this returns, it does. AppError as `Transport.post`, and what the
    head office says."""
    sealed = seal_to(identity.hub_key, key.value, about(identity.device, key.mark))
    request = seal(EscrowRequest(key.mark, sealed), own, sender=identity.device)
    reply = open_answer(way.post(PATH, request), EscrowReply, identity.hub_public_key, request)
    if reply.mark != key.mark:
        raise AppError("sync.nonsense")


class Escrow:
    """Hands the key of this desk's data over again with the first contact of each run: a head office that was
    put back from its backup may have forgotten it."""

    def __init__(self, client: SyncClient, identity: Callable[[], Identity], key: Key | None) -> None:
        self._client = client
        self._identity = identity
        self._key = key

    def renew(self) -> None:
        """See to it that the head office has it. AppErrors `GOES_ON`."""
        key, identity = self._key, self._identity()
        if key is None:
            return
        sealed = seal_to(identity.hub_key, key.value, about(identity.device, key.mark))
        try:
            self._client.ask(PATH, EscrowRequest(key.mark, sealed), EscrowReply)
        except AppError as error:
            if error.code in GOES_ON:
                raise
            log.warning("the key is not handed over again: %s", error.code)
        self._key = None


def opened(own: Ed25519PrivateKey, device: int, mark: str, sealed: bytes) -> Key:
    """The key in an escrow, for the head office. ValueError when it is not that of the mark."""
    key = Key(unseal_with(own, sealed, about(device, mark)))
    if key.mark != mark:
        raise ValueError("another key")
    return key


def about(device: int, mark: str) -> bytes:
    """What a seal is bound to."""
    return b"daumoi escrow\0" + device.to_bytes(8, "big") + bytes.fromhex(mark)
