"""Bundles: the messages of a reconciliation in a file, for where there is no line.

A file: magic, version, lengths, header, check, seal. The header can be read by everybody, the messages only
by whom they are for; the seal covers both.
"""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select

from app.domain.errors import AppError, file_told
from app.domain.sealing import ADDED, seal_to, unseal_with
from app.models import Local
from app.models.base import instant
from app.sync import journal
from app.sync.client import BUNDLES_MEMORY, BUNDLES_OPEN, EARLIEST, LATEST, SyncClient
from app.sync.entries import Count
from app.sync.feeds import head_of
from app.sync.scan_mail import Ask, ScanMail
from app.sync.talk import Credentials, Memory, Talk
from app.sync.wire import (
    MAX_PACKED,
    CarryReply,
    CarryRequest,
    Heads,
    SyncReply,
    digest_of_request,
    seal,
    unseal,
)
from app.sync.writer import JournalWriter

SUFFIX = ".daumoi-bundle"
MAGIC = b"\x89daumoi bundle\r\n\x1a\n"
"""Also shows a file that was copied as if it were text."""

VERSION = 1
CHECK = 16

MESSAGE_BYTES = 8 << 20
"""How much of the journal one message of a bundle carries at most, before packing."""

MOST = 32 << 20
"""Bytes of packed messages beyond which the rest is left for the next bundle."""

LARGEST = MOST + MAX_PACKED
"""No bundle is larger; what is, is not read."""

ROOM_FOR_SCANS = MAX_PACKED - (1 << 20)
"""Bytes that rows and contents take together at most: a bundle with scans can still be carried."""

LARGEST_CARRIED = MAX_PACKED - (64 << 10)
"""What fits into a message of the line."""

KEPT = 16
"""So many of its last requests a desk knows an answer to."""

_LENGTHS = struct.Struct(">BHQ")

Key = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Digest = Annotated[bytes, msgspec.Meta(max_length=32)]


class Kind(Enum):
    """Which way a bundle goes: to the head office, or back."""

    REQUEST = "request"
    ANSWER = "answer"


class Header(msgspec.Struct, frozen=True, array_like=True):
    """What everybody may read: which desk's it is, and the public keys of the desk and of its head office."""

    kind: Kind
    device: Count
    office_no: Count
    desk: str
    made_at_ms: Count
    key: Key
    hub: Key

    @property
    def recipient(self) -> bytes:
        """The public key of whom it is for."""
        return self.hub if self.kind is Kind.REQUEST else self.key


class Contents(msgspec.Struct, frozen=True, array_like=True):
    """What only the recipient reads: signed messages as on the line. `about`: of an answer, the digest of the
    request to which all of them answer. `asks`: what a request says of the contents of scans and photos, and
    `answers` what there is to say to each; an older release leaves them alone."""

    about: Digest
    messages: list[bytes]
    asks: list[Ask] = []
    answers: list[list[bytes]] = []


@dataclass(frozen=True, slots=True)
class BundleReport:
    """What came of a bundle.

    `kind`: "request" made here or taken at the head office, "answer" taken, "carried" to the head office for
    another desk. `entries` are in it; of those `new` were not where it was read, `known` were; others must
    wait for what goes before them. `desks`: whose it is. `answer`: the file that goes back. `more`: not all
    has come over, another bundle is needed. `scans`: so many contents of scans and photos go along to their
    end, or have come with an answer; `scans_left`: so many wait for the next file, or for a line.
    """

    kind: str
    entries: int
    new: int
    known: int
    desks: tuple[str, ...]
    answer: Path | None = None
    more: bool = False
    scans: int = 0
    scans_left: int = 0


@dataclass(frozen=True, slots=True)
class Bundle:
    """A whole file whose header is as it was written; the rest is sealed."""

    header: Header
    _about: bytes
    _sealed: bytes

    def open(self, key: Ed25519PrivateKey, path: str) -> Contents:
        """The messages. AppError "bundle.altered"."""
        try:
            raw = unseal_with(key, self._sealed, self._about)
            return msgspec.msgpack.decode(raw, type=Contents)
        except (ValueError, msgspec.DecodeError) as error:
            raise AppError("bundle.altered", path=path) from error


def pack(header: Header, contents: Contents) -> bytes:
    """The bytes of a bundle, sealed to whom it is for."""
    plain = msgspec.msgpack.encode(contents)
    described = msgspec.msgpack.encode(header)
    head = MAGIC + _LENGTHS.pack(VERSION, len(described), len(plain) + ADDED) + described
    about = head + _check(head)
    return about + seal_to(header.recipient, plain, about)


def parse(data: bytes, path: str) -> Bundle:
    """A bundle, nothing opened yet. AppError "bundle.none" for another file, "bundle.cut" for a part of one,
    "bundle.altered", "bundle.newer" when a newer release has made it."""
    start = len(MAGIC) + _LENGTHS.size
    if len(data) > LARGEST or data[: len(MAGIC)] != MAGIC[: len(data)]:
        raise AppError("bundle.none", path=path)
    if len(data) < start:
        raise AppError("bundle.cut", path=path)
    version, described, size = _LENGTHS.unpack_from(data, len(MAGIC))
    if version > VERSION:
        raise AppError("bundle.newer", path=path)
    end = start + described
    if len(data) < end + CHECK:
        raise AppError("bundle.cut", path=path)
    if data[end : end + CHECK] != _check(data[:end]):
        raise AppError("bundle.altered", path=path)
    if len(data) < end + CHECK + size:
        raise AppError("bundle.cut", path=path)
    if len(data) > end + CHECK + size:
        raise AppError("bundle.altered", path=path)
    try:
        header = msgspec.msgpack.decode(data[start:end], type=Header)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise AppError("bundle.newer", path=path) from error
    return Bundle(header, data[: end + CHECK], data[end + CHECK :])


def read_bundle(path: Path) -> bytes:
    """The bytes of a file that may be a bundle. AppError "file.not_found", "file.not_readable"."""
    with file_told(path), path.open("rb") as file:
        return file.read(LARGEST + 1)


def _check(head: bytes) -> bytes:
    """Tells a damaged header before anything is made of it; against those who mean harm there is the seal."""
    return blake2b(head, digest_size=CHECK).digest()


T = TypeVar("T")


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """A request that a desk has written to a file and still knows: its place among them, its digest, and the
    public key with which the desk asked to go on."""

    n: Count
    digest: bytes
    successor: bytes


class DeskBundles:
    """A desk's side. What an exchange found out is kept for the next, for days may lie between."""

    def __init__(
        self,
        writer: JournalWriter,
        client: SyncClient,
        credentials: Credentials,
        hub_key: Ed25519PublicKey,
        keys: Callable[[], Sequence[Ed25519PrivateKey]],
        scans: ScanMail,
    ) -> None:
        """`keys`: the desk's own, also those of its former numbers."""
        self._scans = scans
        self._writer = writer
        self._client = client
        self._credentials = credentials
        self._hub_key = hub_key
        self._keys = keys

    # -- going there ------------------------------------------------------------------------------------

    def export(self) -> tuple[bytes, BundleReport]:
        """A request bundle with all that is unsent; nothing of it counts as sent before its answer comes."""
        with self._client.passing:
            desk, key = self._writer.desk, self._credentials.key
            talk = Talk(self._writer, self._credentials, self._client.acked, self._memory())
            messages: list[bytes] = []
            more = True
            while more and sum(map(len, messages)) < MOST:
                request = talk.request(MESSAGE_BYTES)
                more = bool(request.parts)
                if more or not messages:
                    messages.append(seal(request, key, sender=desk.device))
                talk.suppose_taken(request)
            # Rows go first: what names a content is at the head office before the content.
            room = 0 if more else ROOM_FOR_SCANS - sum(map(len, messages))
            scans = self._scans.pack(key, room)
            slot = self._remember(digest_of_request(messages[-1]), request.successor)
            self._scans.remember(slot, scans.asked)
        header = Header(
            Kind.REQUEST,
            desk.device,
            desk.office_no,
            desk.name,
            self._writer.hlc.now_ms(),
            _public(key),
            self._hub_key.public_bytes_raw(),
        )
        report = BundleReport(
            "request", talk.outcome.sent, 0, 0, (desk.name,),
            more=more, scans=scans.whole, scans_left=scans.left,
        )  # fmt: skip
        return pack(header, Contents(b"", messages, scans.asks)), report

    def carry(self, data: bytes, path: str) -> tuple[bytes, BundleReport]:
        """Hand another desk's request to the head office over this desk's line; the bundle that answers it.

        AppError "bundle.*", and those of a pass.
        """
        header = self._ours(data, path).header
        if header.kind is Kind.ANSWER:
            raise AppError("bundle.other_desk", path=path, desk=header.desk)
        if self._key_of(header):
            raise AppError("bundle.for_headoffice", path=path)
        if len(data) > LARGEST_CARRIED:
            raise AppError("bundle.too_large_to_carry", path=path, desk=header.desk)
        reply = self._client.ask("/v1/carry", CarryRequest(data), CarryReply)
        return reply.bundle, BundleReport("carried", reply.entries, reply.new, reply.known, (header.desk,))

    # -- coming back ------------------------------------------------------------------------------------

    def take(self, data: bytes, path: str) -> BundleReport:
        """Take the head office's answer: all of its messages are found good before one is taken. One to an
        older request than the last that was answered, or than a contact over the line, brings entries but
        says nothing of how things stand.

        AppError "bundle.*"; "sync.rows_differ" when all is taken and both sides hold other rows.
        """
        bundle = self._ours(data, path)
        header = bundle.header
        key = self._key_of(header)
        if header.kind is Kind.REQUEST:
            raise AppError("bundle.for_headoffice", path=path)
        if key is None:
            raise AppError("bundle.other_desk", path=path, desk=header.desk)
        contents = bundle.open(key, path)
        with self._client.passing:
            asked = next((a for a in self._known() if a.digest == contents.about), None)
            if asked is None:
                raise AppError("bundle.unasked", path=path)
            replies = [self._reply(message, contents, path) for message in contents.messages]
            if not replies:
                raise AppError("bundle.altered", path=path)
            first_open = self._writer.local(BUNDLES_OPEN)
            if first_open and asked.n >= first_open:
                report = self._conclude(asked, replies)
            else:
                report = self._add(replies)
            came = self._scans.take(self._scans.remembered(_slot(asked.n)), contents.answers)
        return replace(report, scans=came)

    def _reply(self, message: bytes, contents: Contents, path: str) -> SyncReply:
        try:
            return unseal(message, SyncReply, self._hub_key, digest=contents.about)
        except AppError as error:
            raise AppError("bundle.altered", path=path) from error

    def _conclude(self, asked: Asked, replies: Sequence[SyncReply]) -> BundleReport:
        """Go by what the head office says, as over the line."""
        credentials = self._credentials
        succession = bool(asked.successor) and asked.successor == credentials.next_public_key()
        talk = Talk(self._writer, credentials, self._client.acked, Memory(succession=succession))
        known = 0
        for reply in replies:
            heads = self._writer.vector()
            known += sum(e.number <= head_of(heads, e.device)[0] for e in reply.entries)
            talk.answer(reply)
            self._client.keep(talk.outcome)
        now = _Kept(self._writer.desk.device, talk.memory)
        self._writer.set_local(BUNDLES_MEMORY, _text(now))
        self._writer.set_local(BUNDLES_OPEN, asked.n + 1)
        self._note_contact(replies[-1].now_ms)
        if talk.outcome.differs:
            raise AppError("sync.rows_differ")
        more = talk.memory.succession or talk.outcome.orphans > 0 or self._apart(replies[-1].have)
        return self._report(replies, talk.outcome.received, known, more)

    def _apart(self, theirs: Heads) -> bool:
        """Whether one side lacks what the other has, but for what is written here."""
        me, mine = self._writer.desk.device, self._writer.vector()
        return any(mine.get(d) != theirs.get(d) for d in {*mine, *theirs} - {me})

    def _add(self, replies: Sequence[SyncReply]) -> BundleReport:
        got = [self._writer.receive(reply.entries, reply.ranges) for reply in replies]
        return self._report(replies, sum(g.taken for g in got), sum(g.known for g in got), replies[-1].more)

    def _report(self, replies: Sequence[SyncReply], new: int, known: int, more: bool) -> BundleReport:
        entries = sum(len(reply.entries) for reply in replies)
        return BundleReport("answer", entries, new, known, (self._writer.desk.name,), more=more)

    def _note_contact(self, hub_ms: int) -> None:
        last = self._client.last_contact()
        if EARLIEST < hub_ms < LATEST and (last is None or instant(hub_ms) > last):
            self._writer.set_local("last_contact", hub_ms)

    # -- what is known ----------------------------------------------------------------------------------

    def _ours(self, data: bytes, path: str) -> Bundle:
        """A bundle from or for this desk's head office. AppErrors as `parse`, "bundle.other_headoffice"."""
        bundle = parse(data, path)
        if bundle.header.hub != self._hub_key.public_bytes_raw():
            raise AppError("bundle.other_headoffice", path=path, desk=bundle.header.desk)
        return bundle

    def _key_of(self, header: Header) -> Ed25519PrivateKey | None:
        return next((key for key in self._keys() if _public(key) == header.key), None)

    def _memory(self) -> Memory:
        """What the last exchange found out; without one, that the head office has all but what is unsent."""
        device = self._writer.desk.device
        kept = self._writer.local(BUNDLES_MEMORY)
        if kept and (there := _read(kept, _Kept)).device == device:
            return there.memory
        with self._writer.store.reading() as cur:
            heads = dict(journal.all_heads(cur))
            number = min(self._client.acked, head_of(heads, device)[0])
            hash_ = journal.hash_at(cur, self._writer.desk.office_no, device, number)
        heads[device] = (number, hash_ or b"")
        return Memory(heads)

    def _known(self) -> list[Asked]:
        """The last requests."""
        wanted = select(Local.value).where(Local.key.startswith("bundle.asked."))
        with self._writer.store.read.connect() as read:
            return [_read(str(text), Asked) for text in read.execute(wanted).scalars()]

    def _remember(self, digest: bytes, successor: bytes) -> str:
        n = max((asked.n for asked in self._known()), default=0) + 1
        self._writer.set_local(f"bundle.asked.{_slot(n)}", _text(Asked(n, digest, successor)))
        if not self._writer.local(BUNDLES_OPEN):
            self._writer.set_local(BUNDLES_OPEN, n)
        return _slot(n)


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    device: Count
    memory: Memory


def _slot(n: int) -> str:
    return str(n % KEPT)


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _text(value: msgspec.Struct) -> str:
    return b64encode(msgspec.msgpack.encode(value)).decode()


def _read(text: str, kind: type[T]) -> T:
    return msgspec.msgpack.decode(b64decode(text), type=kind)
