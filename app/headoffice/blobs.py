"""The contents of scans and photos at the head office: taken and given part by part, of those alone that an
attachment in the asker's scope names; kept in the database, so that all its processes and its backup have
them. A part is kept as it comes: `blob_part.number` is where it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec.structs import replace

from app.domain.attachments import LIMIT
from app.domain.errors import AppError
from app.models.store import Cursor, Store
from app.sync import journal
from app.sync.verify_contents import digest_of_parts
from app.sync.wire import (
    BLOB_PART,
    MOST_DIGESTS,
    BlobDone,
    BlobGet,
    BlobPart,
    BlobPut,
    BlobsReply,
    BlobsRequest,
    Sealed,
    unseal,
)

if TYPE_CHECKING:
    from app.headoffice.hub import Hub

T = TypeVar("T")

TOGETHER = 16
"""Parts that are kept in one transaction: desks that send meanwhile wait for no more."""


def stock(hub: Hub, store: Store, envelope: Sealed) -> BlobsReply:
    """How much is here of contents that a desk names, and what is lacking. AppError "sync.unknown_device"."""
    office, request = _asked(hub, envelope, BlobsRequest)
    with store.reading() as cur:
        scope = journal.offices_in_scope(cur, office)
        done = []
        for digest in request.digests:
            cur.execute("SELECT done FROM blob WHERE digest = ?", (digest,))
            found = cur.fetchone()
            known = int(found[0]) if found else 0
            done.append(known if _named(cur, scope, digest) else -1)
        lacking = [] if request.lacking_after is None else _lacking(cur, scope, request.lacking_after)
    return BlobsReply(done, lacking[:MOST_DIGESTS], len(lacking) > MOST_DIGESTS)


def put(hub: Hub, store: Store, envelope: Sealed) -> BlobDone:
    """Take a part that follows what is here. What does not follow, or is here whole, is left: the answer says
    from where to go on. AppError "sync.unknown_device", "sync.nonsense" for more than an attachment says,
    "attachment.other_content" when all has come and it is another content: nothing of it is kept."""
    office, request = _asked(hub, envelope, BlobPut)
    end = request.offset + len(request.data)
    if not 0 < len(request.data) <= BLOB_PART or end > request.size or request.size > LIMIT:
        raise AppError("sync.nonsense")
    with store.reading() as cur:
        if not _named(cur, journal.offices_in_scope(cur, office), request.digest, request.size):
            raise AppError("sync.nonsense")
    with store.transaction(office) as cur:
        done = _add(cur, request)
        other = done == request.size == end and not _complete(cur, request.digest, hub.now_ms())
    if other:
        raise AppError("attachment.other_content")
    return BlobDone(done)


def get(hub: Hub, store: Store, envelope: Sealed) -> BlobPart:
    """A part of a content that is here whole. AppError "sync.unknown_device"."""
    office, request = _asked(hub, envelope, BlobGet)
    return _part(store, office, request)


def rest(hub: Hub, store: Store, envelope: Sealed, room: int) -> list[BlobPart]:
    """All parts from the one that is asked for on, of up to so many bytes. AppError "sync.unknown_device"."""
    office, request = _asked(hub, envelope, BlobGet)
    parts: list[BlobPart] = []
    while room > 0:
        part = _part(store, office, request)
        if not part.data:
            break
        parts.append(part)
        room -= len(part.data)
        request = replace(request, offset=part.offset + len(part.data))
    return parts


def _part(store: Store, office: int, request: BlobGet) -> BlobPart:
    with store.reading() as cur:
        named = _named(cur, journal.offices_in_scope(cur, office), request.digest)
        if not named and not is_setup(cur, request.digest):  # which is everybody's
            return BlobPart()
        cur.execute("SELECT size FROM blob WHERE digest = ? AND sent_at IS NOT NULL", (request.digest,))
        found = cur.fetchone()
        if found is None:
            return BlobPart()
        cur.execute(
            'SELECT "number", content FROM blob_part WHERE digest = ? AND "number" <= ? '
            'ORDER BY "number" DESC LIMIT 1',
            (request.digest, request.offset),
        )
        begins, content = cur.fetchone()
    skipped = request.offset - int(begins)
    data = bytes(content)[skipped : skipped + min(request.length, BLOB_PART)]
    return BlobPart(int(found[0]), request.offset, data)


def _asked(hub: Hub, envelope: Sealed, kind: type[T]) -> tuple[int, T]:
    asker = hub.asker(envelope.sender)
    if asker is None:
        raise AppError("sync.unknown_device")
    key = Ed25519PublicKey.from_public_bytes(asker.public_key)
    return asker.office_no, unseal(envelope, kind, key)


SETUP = "update:"
"""Before the digest of a setup, in the key under which its manifest and its roll-out are kept."""


def is_setup(cur: Cursor, digest: bytes) -> bool:
    """Whether the content is a setup of the program that was published here."""
    cur.execute('SELECT 1 FROM local WHERE "key" = ?', (SETUP + digest.hex(),))
    return cur.fetchone() is not None


def keep(store: Store, digest: bytes, size: int, content: BinaryIO, now_ms: int) -> bool:
    """Keep a content that is the head office's own; what was cut short goes on where it stopped. False when
    it is another one: nothing of it is there then."""
    done, more = 0, True
    while done < size and more:
        with store.transaction(0) as cur:
            for _ in range(TOGETHER):
                content.seek(done)
                data = content.read(BLOB_PART)
                more = bool(data) and done < size
                if not more:
                    break
                done = _add(cur, BlobPut(digest, size, done, data))
    with store.transaction(0) as cur:
        whole = done == size and _complete(cur, digest, now_ms)
        if not whole:
            forget(cur, digest)
    return whole


def forget(cur: Cursor, digest: bytes) -> None:
    """Remove a content, unless an attachment names it."""
    cur.execute("SELECT 1 FROM attachment WHERE digest = ?", (digest,))
    if cur.fetchone() is None:
        cur.execute("DELETE FROM blob_part WHERE digest = ?", (digest,))
        cur.execute("DELETE FROM blob WHERE digest = ?", (digest,))


def _named(cur: Cursor, scope: list[int], digest: bytes, size: int | None = None) -> bool:
    """Whether an attachment in the scope names this content (of this size)."""
    cur.execute("SELECT office_no, size FROM attachment WHERE digest = ?", (digest,))
    return any(office in scope and size in (None, there) for office, there in cur.fetchall())


def _lacking(cur: Cursor, scope: list[int], after: bytes) -> list[bytes]:
    marks = ", ".join("?" * len(scope))
    cur.execute(
        "SELECT DISTINCT a.digest FROM attachment a WHERE a.digest > ? AND length(a.digest) = 32 "
        f"AND a.office_no IN ({marks}) AND NOT EXISTS "
        "(SELECT 1 FROM blob b WHERE b.digest = a.digest AND b.sent_at IS NOT NULL) "
        "ORDER BY a.digest LIMIT ?",
        (after, *scope, MOST_DIGESTS + 1),
    )
    return [bytes(digest) for (digest,) in cur.fetchall()]


def _add(cur: Cursor, part: BlobPut) -> int:
    """How many bytes are here then. The content's row is taken first: others who bring the same one wait."""
    cur.execute(
        "INSERT INTO blob (digest, size, done, sent_at) VALUES (?, ?, 0, NULL) "
        "ON CONFLICT (digest) DO NOTHING",
        (part.digest, part.size),
    )
    # Attachments may say of one content that it has this size and that; what is here whole is right.
    cur.execute(
        "UPDATE blob SET size = ?, done = 0 WHERE digest = ? AND size <> ? AND sent_at IS NULL",
        (part.size, part.digest, part.size),
    )
    if cur.rowcount:
        cur.execute("DELETE FROM blob_part WHERE digest = ?", (part.digest,))
    cur.execute(
        "UPDATE blob SET done = done + ? WHERE digest = ? AND done = ? AND size = ? AND sent_at IS NULL",
        (len(part.data), part.digest, part.offset, part.size),
    )
    if cur.rowcount:
        cur.execute(
            'INSERT INTO blob_part (digest, "number", content) VALUES (?, ?, ?)',
            (part.digest, part.offset, part.data),
        )
    cur.execute("SELECT done FROM blob WHERE digest = ?", (part.digest,))
    return int(cur.fetchone()[0])


def _complete(cur: Cursor, digest: bytes, now_ms: int) -> bool:
    """All has come: whether it is what the digest says; else it is thrown away."""
    if digest_of_parts(cur, digest) == digest:
        cur.execute("UPDATE blob SET sent_at = ? WHERE digest = ? AND sent_at IS NULL", (now_ms, digest))
        return True
    cur.execute("DELETE FROM blob_part WHERE digest = ?", (digest,))
    cur.execute("UPDATE blob SET done = 0, sent_at = NULL WHERE digest = ?", (digest,))
    return False
