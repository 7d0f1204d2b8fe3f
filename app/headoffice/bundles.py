"""Bundles at the head office: a desk's request in a file, answered by a file that only that desk can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec.structs import replace

from app.domain.errors import AppError
from app.sync.bundle import (
    LARGEST_CARRIED,
    MESSAGE_BYTES,
    MOST,
    ROOM_FOR_SCANS,
    Contents,
    Header,
    Kind,
    pack,
    parse,
)
from app.sync.scan_mail import GET, MOST_ASKS, PUT
from app.sync.wire import (
    CarryReply,
    CarryRequest,
    Sealed,
    SyncRequest,
    digest_of_request,
    seal,
    sealed,
    unseal,
)

if TYPE_CHECKING:
    from app.headoffice.hub import Hub

MOST_CARRIED = LARGEST_CARRIED - MESSAGE_BYTES - (1 << 20)
"""Bytes beyond which a carried answer gets no further message, so that it fits into one of the line."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer bundle to a request, and how many of the request's entries were new and known here."""

    header: Header
    data: bytes
    entries: int
    new: int
    known: int


def answer_bundle(
    hub: Hub, key: Ed25519PrivateKey, data: bytes, path: str = "", most: int = MOST
) -> Answered:
    """Take a desk's request bundle and make its answer. Everything is checked before anything is taken; a
    bundle that comes again does nothing more and gets an answer again.

    AppError "bundle.*" as `parse`, "bundle.other_headoffice", "bundle.other_desk", "bundle.revoked",
    "bundle.unknown_desk", and what the head office finds wrong with a request.
    """
    bundle = parse(data, path)
    header = bundle.header
    if header.hub != hub.public_key:
        raise AppError("bundle.other_headoffice", path=path, desk=header.desk)
    if header.kind is Kind.ANSWER:
        raise AppError("bundle.other_desk", path=path, desk=header.desk)
    opened = bundle.open(key, path)
    messages = opened.messages
    if any(p not in (PUT, GET) or sealed(ask).sender != header.device for p, ask in opened.asks):
        raise AppError("bundle.altered", path=path)
    requests = [_checked(hub, message, header, path) for message in messages]
    if not requests:
        raise AppError("bundle.altered", path=path)
    entries = [entry for request in requests for part in request.parts for entry in part.entries]
    known = hub.acts_here(entries)
    for request in requests:
        hub.take(request, hub.asker(header.device))
    new = hub.acts_here(entries) - known
    replies = _replies(hub, key, requests[-1], messages[-1], header, most, path)
    answer = replace(header, kind=Kind.ANSWER, made_at_ms=hub.now_ms())
    answers: list[list[bytes]] = []
    room = ROOM_FOR_SCANS - sum(map(len, replies))
    for ask_path, ask in opened.asks[:MOST_ASKS]:
        answers.append(hub.contents(ask_path, ask, room))
        room -= sum(map(len, answers[-1]))
    contents = Contents(digest_of_request(messages[-1]), replies, [], answers)
    return Answered(answer, pack(answer, contents), len(entries), new, known)


def _checked(hub: Hub, message: bytes, header: Header, path: str) -> SyncRequest:
    """A message of a bundle, once it is found to be its desk's."""
    try:
        asker = hub.asker(header.device)
    except AppError as error:
        if error.code != "sync.revoked":
            raise
        raise AppError("bundle.revoked", path=path, desk=header.desk) from error
    envelope = sealed(message)
    # A desk that a restored head office has forgotten proves only that it is the one that gets the answer.
    if envelope.sender != header.device or (asker is not None and asker.public_key != header.key):
        raise AppError("bundle.altered", path=path)
    return unseal(envelope, SyncRequest, Ed25519PublicKey.from_public_bytes(header.key))


def _replies(
    hub: Hub,
    key: Ed25519PrivateKey,
    request: SyncRequest,
    about: bytes,
    header: Header,
    most: int,
    path: str,
) -> list[bytes]:
    """All that the desk lacks, in as many messages as it takes; the last has no entries but the digests.
    Beyond `most` bytes the rest is left for the next bundle."""
    request = replace(request, most=MESSAGE_BYTES)
    asker = hub.asker(header.device)
    replies: list[bytes] = []
    while True:
        try:
            reply = hub.reply(request, asker, MESSAGE_BYTES)
        except AppError as error:
            if error.code != "sync.unknown_device":
                raise
            raise AppError("bundle.unknown_desk", path=path, desk=header.desk) from error
        replies.append(seal(reply, key, about=about))
        if not reply.entries or sum(map(len, replies)) > most:
            return replies
        request = replace(request, have=hub.have_after(request.have, reply))


def carried(hub: Hub, key: Ed25519PrivateKey, envelope: Sealed) -> CarryReply:
    """Answer another desk's request bundle that a desk sends over its own line."""
    asker = hub.asker(envelope.sender)
    if asker is None:
        raise AppError("sync.unknown_device")
    request = unseal(envelope, CarryRequest, Ed25519PublicKey.from_public_bytes(asker.public_key))
    done = answer_bundle(hub, key, request.bundle, most=MOST_CARRIED)
    if len(done.data) > LARGEST_CARRIED:
        raise AppError("bundle.too_large_to_carry", desk=done.header.desk)
    return CarryReply(done.data, done.entries, done.new, done.known)
