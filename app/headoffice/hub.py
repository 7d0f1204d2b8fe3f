"""The head office: takes what desks offer, gives each what is in its scope. Checks everything again."""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Select, bindparam, select

from app.domain.errors import AppError
from app.headoffice import blobs, escrow
from app.headoffice.authority import rule
from app.headoffice.bundles import carried
from app.headoffice.enrolment import Enrolling
from app.headoffice.founding import COMPANY
from app.headoffice.readers import Sealing
from app.headoffice.snapshots import Snapshots, snapshot
from app.headoffice.updates import Updates, update
from app.models import Device
from app.models.store import Cursor, Store
from app.queries.rules import RuleQueries
from app.services.writer import Desk
from app.sync import journal
from app.sync.digest import digest_of, hashes_in, parked_in, tables_now
from app.sync.entries import SCHEMA, Body, Entry, sealed_text
from app.sync.feeds import Head, causal, head_of, links, trail
from app.sync.scan_mail import PUT
from app.sync.tables import writable
from app.sync.wire import (
    CHUNK_BYTES,
    MAX_OF_A_FORGOTTEN,
    DigestReply,
    DigestRequest,
    EnrolReply,
    Heads,
    Part,
    Range,
    Refusal,
    Sealed,
    SyncReply,
    SyncRequest,
    good_seal,
    peek,
    seal,
    sealed,
    unseal,
)
from app.sync.writer import JournalWriter

log = logging.getLogger(__name__)

LATEST = 1 << 61
"""A stamp of the year 3084: no clock says so, and who followed it could soon stamp nothing more."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What is known of the device that writes a feed."""

    number: int
    office_no: int
    kind: str
    desk: str
    name: str
    public_key: bytes
    revoked: bool


class Hub:
    """The head office over one database. Stateless between messages."""

    def __init__(
        self,
        store: Store,
        writer: JournalWriter,
        key: Ed25519PrivateKey,
        rng: random.Random | None = None,
        snapshots: Snapshots | None = None,
        updates: Updates | None = None,
    ) -> None:
        self._store = store
        self._writer = writer
        self._key = key
        self._snapshots = snapshots
        self._updates = updates
        self._sealing = Sealing(key, writer.new_id)
        self.enrolling = Enrolling(
            store, writer, key, self._sealing, self.office_feed, rng or secrets.SystemRandom()
        )
        writer.take_up(self._own_feed, self._rule)

    def answer(self, path: str, data: bytes) -> bytes:
        """The signed answer to a message; what is refused is answered with the reason."""
        handlers: dict[str, Callable[[Sealed], Any]] = {
            "/v1/sync": self._sync,
            "/v1/who": self.enrolling.who,
            "/v1/enrol": self.enrolling.enrol,
            "/v1/digest": self._digests,
            "/v1/carry": partial(carried, self, self._key),
            "/v1/snapshot": partial(snapshot, self, self._snapshots),
            "/v1/update": partial(update, self, self._updates),
            "/v1/blobs": partial(blobs.stock, self, self._store),
            "/v1/blob-put": partial(blobs.put, self, self._store),
            "/v1/blob-get": partial(blobs.get, self, self._store),
            escrow.PATH: partial(escrow.take, self, self._writer, self._key),
        }
        message: Any
        try:
            if path not in handlers:
                raise AppError("sync.nonsense")
            message = handlers[path](sealed(data))
        except AppError as error:
            if error.code.startswith(("sync.", "enrol.", "desk.", "bundle.", "attachment.")):
                message = Refusal(error.code, {k: str(v) for k, v in error.params.items()})
            else:  # a full disk here is not a full disk there
                log.error("the head office could not answer: %s", error.code)
                message = Refusal("sync.hub_trouble", {"code": error.code})
        return seal(message, self._key, about=data)

    def contents(self, path: str, data: bytes, room: int) -> list[bytes]:
        """The signed answers to a message of a bundle about a content, of up to so many bytes; none where it
        is refused."""
        try:
            if path == PUT:
                return [self.answer(path, data)]
            parts = blobs.rest(self, self._store, sealed(data), room)
        except AppError:
            return []
        return [seal(part, self._key, about=data) for part in parts]

    # -- reconciling ------------------------------------------------------------------------------------

    def _sync(self, envelope: Sealed) -> SyncReply:
        asker = self.asker(envelope.sender)
        if asker is None:
            request = peek(envelope, SyncRequest, MAX_OF_A_FORGOTTEN)
        else:
            request = unseal(envelope, SyncRequest, Ed25519PublicKey.from_public_bytes(asker.public_key))
        self.take(request, asker)
        return self.reply(request, asker)

    def take(self, request: SyncRequest, asker: Feed | None) -> None:
        """Take what a request offers, part by part."""
        tables: set[str] = set()
        for part in request.parts:
            tables |= self._take(part, asker)
        self._writer.tell(tables)

    def reply(self, request: SyncRequest, asker: Feed | None, most: int = CHUNK_BYTES) -> SyncReply:
        """The answer to a request whose offer was taken, with up to `most` bytes of entries."""
        if asker is None:
            return self._to_a_stranger(request)
        successor = self.enrolling.successor(asker, request.successor) if request.successor else None
        return self._reply(asker, request, successor, min(request.most, most))

    def now_ms(self) -> int:
        """The time here, by which all others go."""
        return self._writer.hlc.now_ms()

    def acts_here(self, entries: Sequence[Entry]) -> int:
        """How many of these acts are here, in whatever feed."""
        with self._store.reading() as cur:
            return sum(reason is not None for reason in journal.acts_there(cur, entries))

    def have_after(self, have: Heads, reply: SyncReply) -> Heads:
        """The vector of one who had `have`, once he has taken a reply."""
        after = dict(have)
        with self._store.reading() as cur:
            for r in reply.ranges:
                after[r.device] = (r.last, journal.hash_at(cur, r.office_no, r.device, r.last) or b"")
        return after

    def asker(self, number: int) -> Feed | None:
        """Who asks; None who is not known: a restored head office may have forgotten a desk."""
        found = self._feed(number)
        if found is None or found.kind != "desktop":
            return None
        if found.revoked:
            raise AppError("sync.revoked")
        return found

    def _feed(self, number: int) -> Feed | None:
        with self._store.read.connect() as read:
            found = read.execute(_feed_of(), {"asked": number}).first()
        if found is None:
            return None
        # The cards of the head office's feeds are everybody's; the feeds are an office's each.
        office = int(found.desk.removeprefix("HQ")) if found.kind == "hub" else found.office_no
        return Feed(
            found.number,
            office,
            found.kind,
            found.desk,
            found.name,
            found.public_key,
            found.revoked_at is not None,
        )

    # -- what is offered --------------------------------------------------------------------------------

    def _take(self, part: Part, asker: Feed | None) -> set[str]:
        """Take a part, once everything about it is found good. A feed that is not known is left: the entry
        that makes it known has to come first."""
        feed = self._feed(part.device)
        if feed is None or not part.entries or (asker is None and feed.kind != "hub"):
            return set()
        office = feed.office_no
        self._check(part, feed, asker)
        hashes = links(part.after, part.entries)
        if hashes is None:
            raise AppError("sync.nonsense")
        if not good_seal(part, hashes[-1], (feed.public_key, self.public_key)):
            raise AppError("sync.not_authentic")
        if feed.revoked and not (
            # What it had sent before comes under the head office's own seal; its successor brings the rest.
            good_seal(part, hashes[-1], (self.public_key,)) or (asker and self._succeeds(asker, feed))
        ):
            return set()
        own = self._own_feed(office)
        with self._store.transaction(office) as cur:
            return self._writer.take_part(cur, part, hashes, own, self._rule)

    def _own_feed(self, office: int) -> Desk:
        return self.office_feed(office) if office else COMPANY

    def _rule(self, cur: Cursor, new: Sequence[Entry]) -> Body | None:
        says_nothing = self._sealing.says_nothing
        ruled = rule(cur, new, self._writer.hlc, self._writer.new_id, self._rules_of, says_nothing)
        keys = self._sealing.handed_on(cur, new)
        if keys is None:
            return ruled
        return Body([*ruled.rows, keys] if ruled else [keys], [])

    def _rules_of(self, office: int) -> RuleQueries:
        return RuleQueries(self._store.read, office)

    def _succeeds(self, asker: Feed, feed: Feed) -> bool:
        """Whether a desk has had this feed before its data was restored or copied."""
        number: int | None = asker.number
        with self._store.read.connect() as read:
            while number is not None and number != feed.number:
                number = read.execute(select(Device.succeeds).where(Device.number == number)).scalar()
        return number is not None

    def _check(self, part: Part, feed: Feed, asker: Feed | None) -> None:
        for entry in part.entries:
            if entry.device != feed.number or (feed.kind == "desktop" and entry.origin != feed.number):
                raise AppError("sync.foreign_entry")
            if entry.office_no != feed.office_no:
                raise AppError("sync.foreign_office")
            if entry.hlc > LATEST:
                raise AppError("sync.nonsense")
        if asker is not None and asker.number != feed.number:
            with self._store.reading() as cur:
                if feed.office_no not in journal.offices_in_scope(cur, asker.office_no):
                    raise AppError("sync.foreign_office")

    # -- what is given ----------------------------------------------------------------------------------

    def _reply(self, asker: Feed, request: SyncRequest, successor: EnrolReply | None, most: int) -> SyncReply:
        with self._store.reading() as cur:
            scope = journal.offices_in_scope(cur, asker.office_no)
            by_office = {office: journal.heads_in(cur, office) for office in scope}
            offices = {device: office for office, heads in by_office.items() for device in heads}
            heads = {device: head for heads in by_office.values() for device, head in heads.items()}
            forked = {d for d in heads if not _agree(cur, offices[d], d, request.have, heads)}
            trails = {
                d: self._trail(cur, offices[d], d, heads[d])
                for d in forked | set(request.trails)
                if d in heads
            }
            # Nobody takes what is in the feed that he writes: it would fill every message.
            not_taken = forked | {asker.number} if request.successor else forked
            entries, more, left = _lacking(cur, offices, request.have, heads, not_taken, most)
            ranges = self._ranges(cur, offices, request.have, entries)
            digest = parked = b""
            if not entries and not forked and request.have.keys() >= heads.keys():
                digest, parked = digest_of(cur, scope), parked_in(cur, scope)
        return SyncReply(
            self._writer.hlc.now_ms(), heads, entries, ranges, more, trails, successor, digest, parked,
            left=left,
        )  # fmt: skip

    def _to_a_stranger(self, request: SyncRequest) -> SyncReply:
        """To a desk that is not known: how far the head office's own feeds are here, of those it names."""
        with self._store.reading() as cur:
            feeds = [f for d in request.have if (f := self._feed(d)) is not None and f.kind == "hub"]
            heads = {f.number: head_of(journal.heads_in(cur, f.office_no), f.number) for f in feeds}
            offices = {f.number: f.office_no for f in feeds}
            forked = {d for d in heads if not _agree(cur, offices[d], d, request.have, heads)}
            trails = {
                d: self._trail(cur, offices[d], d, heads[d])
                for d in forked | set(request.trails)
                if d in heads
            }
        if not heads:
            raise AppError("sync.unknown_device")
        return SyncReply(self._writer.hlc.now_ms(), heads, trails=trails, stranger=True)

    def _trail(self, cur: Cursor, office: int, device: int, head: Head) -> list[Head]:
        steps = [(n, journal.hash_at(cur, office, device, n)) for n in trail(head[0])]
        return [(n, hash_) for n, hash_ in steps if hash_ is not None]

    def _ranges(self, cur: Cursor, offices: dict[int, int], have: Heads, entries: list[Entry]) -> list[Range]:
        ends: dict[int, int] = {}
        for entry in entries:
            ends[entry.device] = entry.number
        ranges = []
        for device, last in ends.items():
            office = offices[device]
            number = head_of(have, device)[0]
            before = journal.hash_at(cur, office, device, number) or b""
            hash_ = journal.hash_at(cur, office, device, last) or b""
            signature = self._key.sign(sealed_text(device, last, hash_))
            ranges.append(Range(device, office, (number, before), last, signature))
        return ranges

    def _digests(self, envelope: Sealed) -> DigestReply:
        asker = self.asker(envelope.sender)
        if asker is None:
            raise AppError("sync.unknown_device")
        request = unseal(envelope, DigestRequest, Ed25519PublicKey.from_public_bytes(asker.public_key))
        with self._store.reading() as cur:
            heads = journal.heads_in_scope(cur, asker.office_no)
            offices = journal.offices_in_scope(cur, asker.office_no)
            if not request.table:
                return DigestReply(heads, SCHEMA, tables=tables_now(cur, offices))
            if request.table not in writable():
                raise AppError("sync.nonsense")
            if request.office_no not in offices:
                raise AppError("sync.foreign_office")
            return DigestReply(heads, SCHEMA, rows=list(hashes_in(cur, request.table, request.office_no)))

    def office_feed(self, office_no: int) -> Desk:
        """The head office's own feed for an office."""
        with self._store.read.connect() as read:
            number = read.execute(
                select(Device.number).where(Device.kind == "hub", Device.desk == f"HQ{office_no}")
            ).scalar_one()
        return Desk(office_no, number, f"HQ{office_no}")

    @property
    def public_key(self) -> bytes:
        """With which desks check what comes from here."""
        return self._key.public_key().public_bytes_raw()


@cache
def _feed_of() -> Select[int, int, str, str, str, bytes, datetime | None]:
    """What is asked with each message, worked out once."""
    d = Device
    wanted = select(d.number, d.office_no, d.kind, d.desk, d.name, d.public_key, d.revoked_at)
    return wanted.where(d.number == bindparam("asked"))


def _agree(cur: Cursor, office: int, device: int, theirs: Heads, ours: Heads) -> bool:
    """Whether both sides have the same entry under the lower of their last numbers, as far as it can be told
    here."""
    number, hash_ = head_of(theirs, device)
    if number == 0 or number > ours[device][0]:
        return True
    return journal.hash_at(cur, office, device, number) == hash_


def _lacking(
    cur: Cursor, offices: dict[int, int], theirs: Heads, ours: Heads, forked: set[int], most: int
) -> tuple[list[Entry], bool, int]:
    """The entries beyond a vector, causes first, as many as one message carries; whether more follow, and
    about how many bytes."""
    behind = {d: head_of(theirs, d)[0] for d in ours if d not in forked}
    feeds = {
        d: journal.entries_from(cur, offices[d], d, after)
        for d, after in behind.items()
        if after < ours[d][0]
    }
    chunk: list[Entry] = []
    size = 0
    for entry in causal(feeds, {d: n for d, (n, _) in theirs.items()}):
        size += len(entry.body) + 100
        if chunk and size > most:
            return chunk, True, _left(cur, offices, ours, behind | {e.device: e.number for e in chunk})
        chunk.append(entry)
    return chunk, False, 0


def _left(cur: Cursor, offices: dict[int, int], ours: Heads, after: dict[int, int]) -> int:
    left = 0
    for device, number in after.items():
        if number < ours[device][0]:
            cur.execute(
                "SELECT coalesce(sum(length(body)), 0) FROM entry WHERE office_no = ? AND device = ? "
                'AND "number" > ?',
                (offices[device], device, number),
            )
            left += int(cur.fetchone()[0])
    return left
