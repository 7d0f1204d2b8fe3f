"""A desktop's side of synchronisation: one pass, and the thread that makes passes by itself."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.domain.errors import AppError
from app.models.base import instant, millis
from app.models.database import Database
from app.sync.entries import Entry
from app.sync.transport import Transport
from app.sync.wire import CHUNK_BYTES, Heads, Refusal, SyncReply, SyncRequest, seal, unseal
from app.sync.writer import JournalWriter, read_feed

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SyncState:
    """What the status bar shows. `state`: "never", "syncing", "online", "offline", "refused"."""

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
    """Reconciles this replica with the head office."""

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

    def unsent(self) -> int:
        """Entries of this desk that the head office has not acknowledged."""
        head = self._writer.vector().get(self._writer.desk.device, (0, b""))
        return max(head[0] - self._acked, 0)

    def last_contact(self) -> datetime | None:
        """When the head office was last heard of."""
        known = self._local("last_contact")
        return instant(known) if known else None

    def once(self) -> SyncReport:
        """Send and receive until both sides hold the same.

        AppError: "sync.offline", "sync.nonsense", "sync.not_authentic", "sync.revoked", "sync.restored" (this
        database is older than what it sent), "sync.differs" (the two hold other entries under one number).
        """
        me = self._writer.desk.device
        sent = received = rounds = 0
        theirs: Heads | None = None
        while True:
            mine = self._writer.vector()
            push = [] if theirs is None else self._push(me, theirs)
            request = SyncRequest(me, millis(self._writer.hlc.now()), mine, push)
            answer = self._transport.post("/v1/sync", seal(request, self._key))
            reply = open_answer(answer, SyncReply, self._hub_key)
            rounds += 1
            self._writer.hlc.offset_ms += reply.now_ms - millis(self._writer.hlc.now())
            self._check(me, mine, reply)
            received += self._writer.receive(reply.entries).taken if reply.entries else 0
            sent += len(push)
            theirs = reply.have
            self._acknowledge(reply.have.get(me, (0, b""))[0], reply.now_ms)
            last = self._writer.vector().get(me, (0, b""))[0]
            if not reply.more and reply.have.get(me, (0, b""))[0] >= last:
                return SyncReport(sent, received, rounds)
            if not push and not reply.entries and rounds > 1:
                raise AppError("sync.stuck")

    def _push(self, me: int, theirs: Heads) -> list[Entry]:
        after = theirs.get(me, (0, b""))[0]
        chunk: list[Entry] = []
        size = 0
        connection = sqlite3.connect(self._database.path)
        try:
            for entry in read_feed(connection.cursor(), me, after, 2000):
                size += len(entry.body) + 100
                if chunk and size > CHUNK_BYTES:
                    break
                chunk.append(entry)
        finally:
            connection.close()
        return chunk

    def _check(self, me: int, mine: Heads, reply: SyncReply) -> None:
        if reply.have.get(me, (0, b""))[0] > mine.get(me, (0, b""))[0]:
            raise AppError("sync.restored")
        if reply.conflict:
            raise AppError("sync.differs", feeds=", ".join(str(d) for d in reply.conflict))

    def _acknowledge(self, number: int, now_ms: int) -> None:
        if number != self._acked:
            self._acked = number
            self._writer.set_local("acked", number)
        last = self._local("last_contact")
        if last is None or now_ms - int(last) > 60_000:
            self._writer.set_local("last_contact", now_ms)

    def _local(self, key: str) -> Any:
        with self._database.read.connect() as read:
            found = read.exec_driver_sql("SELECT value FROM local WHERE key = ?", (key,)).scalar()
        return None if found is None else msgspec.json.decode(found)


def open_answer(data: bytes, kind: type[T], key: Ed25519PublicKey) -> T:
    """The head office's answer, or the AppError that it names."""
    answer = unseal(data, msgspec.Raw, key)
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

    def __init__(
        self, client: SyncClient, tell: Callable[[SyncState], None], every: float = 5.0
    ) -> None:
        self._client = client
        self._tell = tell
        self._every = every
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
        self.state = SyncState("never", client.unsent(), client.last_contact())

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """There is something to send; also brings the unsent count up to date."""
        self._show(replace(self.state, unsent=self._client.unsent()))
        self._wake.set()

    def stop(self) -> None:
        """End after the present message; what was not sent goes at the next start."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            self._wake.clear()
            failures = 0 if self._pass() else failures + 1
            self._wake.wait(min(self._every * 2 ** min(failures, 4), 60.0) if failures else self._every)

    def _pass(self) -> bool:
        try:
            self._client.once()
        except AppError as error:
            state = "offline" if error.code == "sync.offline" else "refused"
            self._show(SyncState(state, self._client.unsent(), self._client.last_contact(), error))
            return False
        except Exception:  # noqa: BLE001 the loop must outlive a fault of its own; the clerk goes on working offline
            log.exception("a sync pass failed")
            failed = AppError("sync.failed")
            self._show(SyncState("refused", self._client.unsent(), self._client.last_contact(), failed))
            return False
        self._show(SyncState("online", self._client.unsent(), self._client.last_contact()))
        return True

    def _show(self, state: SyncState) -> None:
        if state != self.state:
            self.state = state
            self._tell(state)
