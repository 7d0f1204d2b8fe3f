"""A desktop's side of synchronisation: one pass, and the thread that makes passes by itself."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select

from app.domain.errors import AppError
from app.models import Device, Feed
from app.models.base import instant, millis
from app.models.database import Database
from app.sync.entries import FIRST, Entry
from app.sync.transport import Transport
from app.sync.wire import CHUNK_BYTES, Head, Refusal, SyncReply, SyncRequest, seal, unseal
from app.sync.writer import JournalWriter, Received, read_feed

log = logging.getLogger(__name__)

LONGEST_WAIT = 10.0
"""Seconds between tries while there is no connection: when it returns, work is sent within seconds."""

LEAST_CHUNK = 8 << 10
NOTHING = Received(0, 0, 0)
EARLIEST = millis(datetime(2000, 1, 2, tzinfo=UTC))
LATEST = millis(datetime(2099, 12, 31, tzinfo=UTC))

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SyncState:
    """What the status bar shows. `state`: "never", "online", "offline", "refused"."""

    state: str
    unsent: int
    last_contact: datetime | None
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a pass did."""

    sent: int
    received: int
    rounds: int


class SyncClient:
    """Reconciles this replica with the head office; one pass at a time, from whatever thread."""

    def __init__(
        self,
        database: Database,
        writer: JournalWriter,
        transport: Transport,
        key: Ed25519PrivateKey,
        hub_key: Ed25519PublicKey,
    ) -> None:
        self._database = database
        self._writer = writer
        self._transport = transport
        self._key = key
        self._hub_key = hub_key
        self._acked = int(self._local("acked") or 0)
        self._chunk = CHUNK_BYTES
        self._passing = threading.Lock()

    def unsent(self) -> int:
        """Entries of this desk that the head office has not acknowledged."""
        return max(self._head()[0] - self._acked, 0)

    @property
    def acked(self) -> int:
        """The last entry of this desk that the head office has acknowledged."""
        return self._acked

    def last_contact(self) -> datetime | None:
        """When the head office was last heard of."""
        known = self._local("last_contact")
        return instant(known) if known else None

    @property
    def complete(self) -> bool:
        """Whether the office's data has come: the desk's own card is the last that it needs to begin."""
        wanted = select(Device.id).where(Device.number == self._writer.desk.device)
        with self._database.read.connect() as read:
            return read.execute(wanted).first() is not None

    def once(self) -> SyncReport:
        """Send and receive until both sides hold the same.

        AppError: "sync.offline", "sync.certificate", "sync.nonsense", "sync.not_authentic", "sync.revoked",
        "sync.restored" (this database is older than what it sent), "sync.differs" (the two hold other entries
        under one number), "sync.stuck" (neither side can take what the other offers).
        """
        with self._passing:
            return self._pass()

    def hang_up(self) -> None:
        """Let go of the connection for good; a pass under way ends with "sync.offline"."""
        self._transport.close()

    def _pass(self) -> SyncReport:
        me = self._writer.desk.device
        sent = received = rounds = 0
        theirs: Head = (self._acked, self._hash_of(me, self._acked) or FIRST)
        while True:
            mine = self._writer.vector()
            push = self._push(me, theirs[0])
            reply = self._exchange(SyncRequest(self._now_ms(), mine, theirs, push, self._chunk))
            rounds += 1
            there = reply.have.get(me, (0, FIRST))
            self._must_be_mine(me, there)
            got = self._writer.receive(reply.entries) if reply.entries else NOTHING
            received += got.taken
            sent += len(push)
            self._acknowledge(there[0], reply.now_ms)
            done = not reply.more and not got.waiting and there[0] >= self._head()[0]
            if done or (rounds > 1 and not got.taken and there == theirs):
                if reply.conflict:  # told last: the other feeds have come meanwhile
                    raise AppError("sync.differs", feeds=", ".join(map(str, sorted(reply.conflict))))
                if not done:
                    raise AppError("sync.stuck")
                return SyncReport(sent, received, rounds)
            theirs = there

    def _exchange(self, request: SyncRequest) -> SyncReply:
        data = seal(request, self._key, sender=self._writer.desk.device)
        try:
            answer = self._transport.post("/v1/sync", data)
        except AppError:
            self._chunk = max(self._chunk // 2, LEAST_CHUNK)  # a slow line brings a smaller one in time
            raise
        self._chunk = min(self._chunk * 2, CHUNK_BYTES)
        reply = open_answer(answer, SyncReply, self._hub_key, data)
        took = self._now_ms() - request.sent_at_ms
        ahead = reply.now_ms - request.sent_at_ms - took // 2
        if abs(ahead) > max(took, 1000) and EARLIEST < reply.now_ms < LATEST:
            # Less is the line's doing, not the clock's; more is a head office that has lost its time.
            self._writer.hlc.offset_ms += ahead
        return reply

    def _push(self, me: int, after: int) -> list[Entry]:
        chunk: list[Entry] = []
        size = 0
        with self._database.read.connect() as read:
            for entry in read_feed(read.connection.cursor(), me, after, 2000):
                size += len(entry.body) + 100
                if chunk and size > self._chunk:
                    break
                chunk.append(entry)
        return chunk

    def _must_be_mine(self, me: int, there: Head) -> None:
        if there[0] > self._head()[0]:
            raise AppError("sync.restored")
        if there[0] and self._hash_of(me, there[0]) != there[1]:
            raise AppError("sync.differs", feeds=me)

    def _acknowledge(self, number: int, now_ms: int) -> None:
        if number != self._acked:
            self._acked = number
            self._writer.set_local("acked", number)
        last = self._local("last_contact")
        if last is None or now_ms - int(last) > 60_000:
            self._writer.set_local("last_contact", now_ms)

    def _now_ms(self) -> int:
        return millis(self._writer.hlc.now())

    def _head(self) -> Head:
        with self._database.read.connect() as read:
            found = read.execute(
                select(Feed.last, Feed.hash).where(Feed.device == self._writer.desk.device)
            ).first()
        return (found.last, found.hash) if found else (0, FIRST)

    def _hash_of(self, device: int, number: int) -> bytes | None:
        with self._database.read.connect() as read:
            found: bytes | None = read.exec_driver_sql(
                "SELECT hash FROM entry WHERE device = ? AND number = ?", (device, number)
            ).scalar()
        return found

    def _local(self, key: str) -> Any:
        with self._database.read.connect() as read:
            found = read.exec_driver_sql("SELECT value FROM local WHERE key = ?", (key,)).scalar()
        return None if found is None else msgspec.json.decode(found)


def open_answer(data: bytes, kind: type[T], key: Ed25519PublicKey, asked: bytes) -> T:
    """The head office's answer to the message `asked`, or the AppError that it names."""
    answer = unseal(data, msgspec.Raw, key, about=asked)
    try:
        return msgspec.msgpack.decode(answer, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError):
        pass
    try:
        refused = msgspec.msgpack.decode(answer, type=Refusal)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise AppError("sync.nonsense") from error
    raise AppError(refused.code, **refused.params)


class SyncLoop:
    """Makes passes by itself: soon after each own entry, and every few seconds to hear of others'."""

    def __init__(self, client: SyncClient, tell: Callable[[SyncState], None], every: float = 5.0) -> None:
        self._client = client
        self._tell = tell
        self._every = every
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._showing = threading.RLock()
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
        self.state = SyncState("never", client.unsent(), client.last_contact())

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """There is something to send; also brings the unsent count up to date."""
        try:
            self._show()
        except Exception:
            log.exception("the state of sync was not shown")
        self._wake.set()

    def stop(self) -> None:
        """End at once; what was not sent goes at the next start."""
        self._stop.set()
        self._wake.set()
        self._client.hang_up()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            self._wake.clear()
            try:
                failures = 0 if self._pass() else failures + 1
            except Exception:
                log.exception("a sync pass failed")
                failures += 1
            self._wake.wait(min(self._every * 2 ** min(failures, 6), max(self._every, LONGEST_WAIT)))

    def _pass(self) -> bool:
        try:
            self._client.once()
        except AppError as error:
            if not self._stop.is_set():
                self._show("offline" if error.code == "sync.offline" else "refused", error)
            return False
        except Exception:
            self._show("refused", AppError("sync.failed"))
            raise
        self._show("online", None)
        return True

    def _show(self, state: str = "", error: AppError | None = None) -> None:
        """Tell what is new; without a state, only the count."""
        with self._showing:
            count, contact = self._client.unsent(), self._client.last_contact()
            before = self.state
            shown = SyncState(state, count, contact, error) if state else replace(before, unsent=count)
            self.state = shown
            if shown != before:
                self._tell(shown)
