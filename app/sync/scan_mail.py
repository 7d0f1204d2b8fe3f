"""Contents of scans and photos by bundle: the very messages of the line, as many as a file holds beside its
rows; the answer brings what the head office said to each. Both ways go on where the last file left off."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select

from app.domain.attachments import LIMIT
from app.domain.errors import AppError
from app.models import Local
from app.models.database import trouble_told
from app.sync.contents import Contents
from app.sync.wire import (
    BLOB_PART,
    MOST_DIGESTS,
    BlobDone,
    BlobGet,
    BlobPart,
    BlobPut,
    digest_of_request,
    seal,
    unseal,
)
from app.sync.writer import JournalWriter

PUT, GET = "/v1/blob-put", "/v1/blob-get"

MOST_ASKS = 2000
"""So many messages about contents a bundle holds at most."""

WISHED = "scans.wished."
REACHED = "scans.reached."
"""Keys of what a desk keeps: contents that somebody wanted to see; how far the head office has one."""

T = TypeVar("T")
Ask = tuple[str, bytes]
"""The path of a message and the message."""


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """A message that went along: what it was about, and the digest that its answer is signed for."""

    path: str
    digest: bytes
    size: int
    about: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes along: so many contents to their end; so many stay for the next file."""

    asks: list[Ask]
    asked: list[Asked]
    whole: int
    left: int


class ScanMail:
    """A desk's side."""

    def __init__(self, contents: Contents, writer: JournalWriter, hub_key: Ed25519PublicKey) -> None:
        self._contents = contents
        self._writer = writer
        self._hub_key = hub_key

    def wish(self, digest: bytes) -> None:
        """Somebody wanted to see this, and there was no line."""
        self._writer.set_local(WISHED + digest.hex(), 1)

    def pack(self, key: Ed25519PrivateKey, room: int) -> Sent:
        """As many parts as fit into so many bytes, those of wished contents asked for first: the small
        questions before the large parts."""
        sent: list[tuple[Ask, Asked]] = []
        sender = self._writer.desk.device

        def add(path: str, message: BlobPut | BlobGet, size: int) -> bool:
            nonlocal room
            data = seal(message, key, sender=sender)
            if len(data) > room or len(sent) == MOST_ASKS:
                return False
            room -= len(data)
            what = Asked(path, message.digest, size, digest_of_request(data))
            sent.append(((path, data), what))
            return True

        for digest, size in self._wished():
            begun = min(self._came(digest), size)
            add(GET, BlobGet(digest, begun, BLOB_PART), size)
        unsent = self._contents.unsent(MOST_DIGESTS)
        whole = sum(self._put(digest, size, add) for digest, size in unsent)
        left = self._contents.waiting()[0] - whole
        return Sent([ask for ask, _ in sent], [what for _, what in sent], whole, left)

    def _put(self, digest: bytes, size: int, add: Callable[[str, BlobPut | BlobGet, int], bool]) -> bool:
        """The rest of a content, as far as it fits; whether all of it does."""
        data = self._contents.read(digest)
        if data is None:
            return False
        reached = self._writer.local(REACHED + digest.hex())
        begun = reached if isinstance(reached, int) and 0 < reached < size else 0
        return all(
            add(PUT, BlobPut(digest, size, offset, data[offset : offset + BLOB_PART]), size)
            for offset in range(begun, size, BLOB_PART)
        )

    def take(self, asked: Sequence[Asked], answers: Sequence[Sequence[bytes]]) -> int:
        """What the head office said to each; how many contents have come whole. What is lost, damaged or
        refused is asked for again."""
        came = 0
        for what, said in zip(asked, answers, strict=False):
            if what.path == PUT:
                found = self._opened(said, BlobDone, what)
                self._put_answered(what, found[0] if found else None)
            else:
                came += any(self._keep(what, part) for part in self._opened(said, BlobPart, what))
        return came

    def _opened(self, said: Sequence[bytes], kind: type[T], what: Asked) -> list[T]:
        """Those that the head office has signed for this message, and that are no refusal."""
        found = []
        for each in said:
            with suppress(AppError):
                found.append(unseal(each, kind, self._hub_key, digest=what.about))
        return found

    def _put_answered(self, what: Asked, answer: BlobDone | None) -> None:
        if answer is None:
            # Refused: what is there may be another content, and is thrown away; begin anew.
            self._writer.set_local(REACHED + what.digest.hex(), None)
        elif answer.done >= what.size:
            self._contents.note_sent([what.digest])
            self._writer.set_local(REACHED + what.digest.hex(), None)
        else:
            self._writer.set_local(REACHED + what.digest.hex(), answer.done)

    def _keep(self, what: Asked, part: BlobPart) -> bool:
        """A part of a wished content, where it follows what has come; whether it is whole now."""
        coming = self._contents.coming(what.digest)
        if not 0 < part.size <= LIMIT or self._contents.path(what.digest).exists():
            return False
        with trouble_told(coming):
            coming.parent.mkdir(parents=True, exist_ok=True)
            with coming.open("ab") as file:
                if file.tell() == part.offset:
                    file.write(part.data)
                done = file.tell()
        if done < part.size:
            return False
        whole = self._contents.take(what.digest) is not None
        if whole:
            self._writer.set_local(WISHED + what.digest.hex(), None)
        return whole

    def _came(self, digest: bytes) -> int:
        coming = self._contents.coming(digest)
        return coming.stat().st_size if coming.exists() else 0

    def _wished(self) -> list[tuple[bytes, int]]:
        """Digests and sizes of what was wished and is not here."""
        wanted = select(Local.key).where(Local.key.startswith(WISHED, autoescape=True)).order_by(Local.key)
        with self._writer.store.read.connect() as read:
            digests = [bytes.fromhex(key[len(WISHED) :]) for key in read.execute(wanted).scalars()]
        found = []
        for digest in digests[:MOST_DIGESTS]:
            size = self._contents.named_size(digest)
            if size is None or self._contents.path(digest).exists():
                self._writer.set_local(WISHED + digest.hex(), None)
            else:
                found.append((digest, size))
        return found

    # -- what is known between two files ----------------------------------------------------------------

    def remember(self, slot: str, asked: Sequence[Asked]) -> None:
        """Keeps to what the answer of a bundle will be."""
        text = b64encode(msgspec.msgpack.encode(list(asked))).decode()
        self._writer.set_local(f"bundle.scans.{slot}", text if asked else None)

    def remembered(self, slot: str) -> list[Asked]:
        text = self._writer.local(f"bundle.scans.{slot}")
        return msgspec.msgpack.decode(b64decode(str(text)), type=list[Asked]) if text else []
