"""A desktop's side of synchronisation: passes over a line (`app/sync/loop.py` makes them by itself)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from app.domain.errors import AppError
from app.models import Device
from app.models.base import instant, millis
from app.models.store import Cursor
from app.sync import journal
from app.sync.digest import hashes_in, tables_now
from app.sync.entries import SCHEMA
from app.sync.feeds import head_of
from app.sync.talk import Credentials, Memory, Outcome, Talk
from app.sync.transport import Transport
from app.sync.wire import (
    CHUNK_BYTES,
    OFFERED_BYTES,
    DigestReply,
    DigestRequest,
    Refusal,
    SyncReply,
    SyncRequest,
    seal,
    unseal,
)
from app.sync.writer import JournalWriter

log = logging.getLogger(__name__)

LEAST_CHUNK = 8 << 10
QUICK_MS = 2000
"""When a message is answered within this, the next may be larger."""

COMPARISONS = 5
"""How often rows are compared while somebody goes on writing."""

BUNDLES_OPEN = "bundle.open"
BUNDLES_MEMORY = "bundle.memory"
"""What a desk keeps between two bundles, see `app/sync/bundle.py`; a contact over the line ends it."""

RESTORED = "restored"
"""What a desk keeps that has lost its data and was given the head office's: its number so far. What it wrote
last may be lost with the data, so it must not go on under that number."""

EARLIEST = millis(datetime(2000, 1, 2, tzinfo=UTC))
LATEST = millis(datetime(2099, 12, 31, tzinfo=UTC))

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pass is. `phase`: "sending", "receiving"; where the office's data comes for the first time
    "preparing" (by the head office), "snapshot" and "installing", whose bytes are shares of the work."""

    phase: str
    done_bytes: int
    total_bytes: int
    seconds_left: int | None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a pass did."""

    sent: int
    received: int
    rounds: int
    more: bool = False
    """Contents of scans and photos wait, which go after the rows."""


@dataclass(frozen=True, slots=True)
class Differing:
    """Rows of a table that are not the same at the head office: there only, here only, other contents."""

    office_no: int
    table: str
    there: tuple[bytes, ...]
    here: tuple[bytes, ...]
    other: tuple[bytes, ...]


class SyncClient:
    """Reconciles this replica with the head office; one pass at a time, from whatever thread."""

    def __init__(
        self,
        writer: JournalWriter,
        transport: Transport,
        credentials: Credentials,
        hub_key: Ed25519PublicKey,
        told: Callable[[Progress | None], None] = lambda progress: None,
    ) -> None:
        self._writer = writer
        self._transport = transport
        self._credentials = credentials
        self._hub_key = hub_key
        self._chunk = CHUNK_BYTES
        self._moved = {"sending": 0, "receiving": 0}
        """Bytes that the pass under way has moved so far, about."""
        self.passing = threading.Lock()
        """Held while the state of the talk with the head office changes."""
        self.told = told
        """Hears of progress, on the thread that makes the pass."""
        self.after: Callable[[Callable[[], bool]], bool] = lambda going_on: False
        """What a pass does once all rows are exchanged, given its `going_on`; whether there is more of it."""

    # -- what it knows ----------------------------------------------------------------------------------

    @property
    def acked(self) -> int:
        """The last entry of this desk that the head office has acknowledged."""
        kept = self._writer.local("acked") or [self._writer.desk.device, 0]
        return int(kept[1]) if kept[0] == self._writer.desk.device else 0

    def unsent(self) -> int:
        """Entries of this desk that the head office has not acknowledged."""
        with self._writer.store.reading() as cur:
            waiting = journal.orphaned(cur)
            head = head_of(journal.all_heads(cur), self._writer.desk.device)
        return max(head[0] - self.acked, 0) + waiting

    def last_contact(self) -> datetime | None:
        """When the head office was last heard of."""
        known = self._writer.local("last_contact")
        return instant(known) if known else None

    @property
    def renamed(self) -> str:
        """The desk's new name, as long as nobody has taken note of it."""
        return self._writer.local("renamed") or ""

    def note_renamed(self) -> None:
        """Somebody has taken note of the new name."""
        self._writer.set_local("renamed", None)

    @property
    def complete(self) -> bool:
        """Whether the office's data has come: the desk's own card is the last that it needs to begin."""
        wanted = select(Device.id).where(Device.number == self._writer.desk.device)
        with self._writer.store.read.connect() as read:
            return read.execute(wanted).first() is not None

    @property
    def restored(self) -> bool:
        """Whether the desk has lost its data and must first become its own successor."""
        return bool(self._writer.local(RESTORED) == self._writer.desk.device)

    # -- a pass -----------------------------------------------------------------------------------------

    def once(self, going_on: Callable[[], bool] = lambda: True) -> SyncReport:
        """Send and receive until both sides hold the same, or `going_on` says no between two messages; then
        what goes after the rows, for a while.

        AppError: "sync.offline", "sync.certificate", "sync.nonsense", "sync.not_authentic", "sync.revoked",
        "sync.unknown_device", "sync.rows_differ" (the same entries, yet other rows), "sync.stuck" (neither
        side can take what the other offers).
        """
        with self.passing:
            talk = Talk(self._writer, self._credentials, self.acked, Memory(succession=self.restored))
            self._moved = {"sending": 0, "receiving": 0}
            try:
                while not (talk.done or talk.stuck) and going_on():
                    self._round(talk)
            finally:
                self.told(None)
            report = self.concluded(talk)
        return replace(report, more=going_on() and self.after(going_on))

    def _round(self, talk: Talk) -> None:
        begun = time.monotonic()
        request = talk.request(self._chunk)
        talk.answer(self._exchange(request))
        self.keep(talk.outcome)
        if self._writer.local(BUNDLES_OPEN):  # what a stick brings from now on is older than this
            self._writer.set_local(BUNDLES_OPEN, None)
            self._writer.set_local(BUNDLES_MEMORY, None)
        self._tell(talk.outcome, request, time.monotonic() - begun)

    def concluded(self, talk: Talk) -> SyncReport:
        """What a talk came to, or the AppError that stands in its way."""
        if talk.stuck:
            raise AppError("sync.stuck")
        if talk.outcome.differs:
            raise AppError("sync.rows_differ")
        return SyncReport(talk.outcome.sent, talk.outcome.received, talk.outcome.rounds)

    def keep(self, outcome: Outcome) -> None:
        """Keep what a talk has found out so far."""
        if outcome.renamed:
            self._writer.set_local("renamed", outcome.renamed)
            outcome.renamed = ""
        kept = self._writer.local("acked")
        if kept != [self._writer.desk.device, outcome.acked]:
            self._writer.set_local("acked", [self._writer.desk.device, outcome.acked])

    def _exchange(self, request: SyncRequest) -> SyncReply:
        data = seal(request, self._credentials.key, sender=self._writer.desk.device)
        try:
            answer = self._transport.post("/v1/sync", data)
        except AppError:
            self._chunk = max(self._chunk // 2, LEAST_CHUNK)  # a slow line brings a smaller one in time
            raise
        if self._writer.hlc.now_ms() - request.sent_at_ms < QUICK_MS:
            self._chunk = min(self._chunk * 2, OFFERED_BYTES)
        reply = open_answer(answer, SyncReply, self._hub_key, data)
        self.learn_time(reply.now_ms, request.sent_at_ms)
        return reply

    def learn_time(self, hub_ms: int, asked_ms: int) -> None:
        """Take note of the head office's time, and that it was heard of."""
        hlc = self._writer.hlc
        took = hlc.now_ms() - asked_ms
        ahead = hub_ms - asked_ms - took // 2
        if EARLIEST < hub_ms < LATEST:  # else it is the head office that has lost its time
            wrong = abs(ahead) > max(took, 1000)  # less is the line's doing, not the clock's
            hlc.learn(ahead if wrong else 0)
            if wrong:
                self._writer.set_local("clock.offset", hlc.offset_ms)
        last = self._writer.local("last_contact")
        if last is None or abs(hub_ms - int(last)) > 60_000:
            self._writer.set_local("last_contact", hub_ms)

    def _tell(self, outcome: Outcome, request: SyncRequest, took: float) -> None:
        sent = sum(len(e.body) for p in request.parts for e in p.entries)
        unsent = self._unsent_bytes(outcome.acked)
        phase = "sending" if unsent and sent else "receiving"
        moved, left = (sent, unsent) if phase == "sending" else (self._chunk, outcome.left)
        self._moved[phase] += moved
        if left:
            seconds = int(took * left / max(moved, 1)) + 1
            self.told(Progress(phase, self._moved[phase], self._moved[phase] + left, seconds))

    def _unsent_bytes(self, acked: int) -> int:
        with self._writer.store.reading() as cur:
            cur.execute(
                "SELECT coalesce(sum(length(body)), 0) FROM entry WHERE office_no = ? AND device = ? "
                'AND "number" > ?',
                (self._writer.desk.office_no, self._writer.desk.device, acked),
            )
            return int(cur.fetchone()[0])

    @property
    def paused(self) -> bool:
        """Whether people have paused it."""
        return bool(self._writer.local("sync.paused"))

    def pause(self, paused: bool) -> None:
        """Keep that people have paused it, or not."""
        self._writer.set_local("sync.paused", True if paused else None)

    def hang_up(self) -> None:
        """Let go of the connection for good; a pass under way ends with "sync.offline"."""
        self._transport.close()

    # -- comparing --------------------------------------------------------------------------------------

    def differences(self) -> list[Differing]:
        """The rows that are not the same at the head office, as they are there and here, however they came to
        be; makes passes until both hold the same entries. AppErrors as `once`, save "sync.rows_differ";
        "sync.other_release" where the head office has other columns, and "sync.stuck" where somebody writes
        all the time."""
        for _ in range(COMPARISONS):
            try:
                self.once()
            except AppError as error:
                if error.code != "sync.rows_differ":
                    raise
            with self.passing, self._writer.store.reading() as cur:
                found = self._differences(cur)
            if found is not None:
                return found
        raise AppError("sync.stuck")

    def _differences(self, cur: Cursor) -> list[Differing] | None:
        """None when the entries there are others than here."""
        heads = journal.all_heads(cur)
        theirs = self.ask("/v1/digest", DigestRequest(), DigestReply)
        if theirs.schema != SCHEMA:
            raise AppError("sync.other_release")
        offices = journal.offices_in_scope(cur, self._writer.desk.office_no)
        mine = {(o, t): (n, s) for o, t, n, s in tables_now(cur, offices)}
        there = {(o, t): (n, s) for o, t, n, s in theirs.tables}
        found = []
        for office, table in sorted(k for k in {*mine, *there} if mine.get(k) != there.get(k)):
            theirs = self.ask("/v1/digest", DigestRequest(table, office), DigestReply)
            found.append(_difference(office, table, dict(hashes_in(cur, table, office)), dict(theirs.rows)))
            if theirs.have != heads:
                break
        return found if theirs.have == heads else None

    def ask(self, path: str, request: Any, kind: type[T]) -> T:
        """The head office's answer to another message than a pass sends. AppErrors as `once`."""
        data = seal(request, self._credentials.key, sender=self._writer.desk.device)
        return open_answer(self._transport.post(path, data), kind, self._hub_key, data)


def _difference(office: int, table: str, mine: dict[bytes, int], theirs: dict[bytes, int]) -> Differing:
    return Differing(
        office,
        table,
        there=tuple(sorted(theirs.keys() - mine.keys())),
        here=tuple(sorted(mine.keys() - theirs.keys())),
        other=tuple(sorted(i for i in mine.keys() & theirs.keys() if mine[i] != theirs[i])),
    )


def open_answer(data: bytes, kind: type[T], key: Ed25519PublicKey, asked: bytes) -> T:
    """The head office's answer to the message `asked`, or the AppError that it names."""
    answer = unseal(data, msgspec.Raw, key, about=asked)
    try:
        return msgspec.msgpack.decode(answer, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError):
        pass
    raise refusal_in(answer)


def refusal_in(answer: bytes) -> AppError:
    """The AppError that the head office names in its answer; "sync.nonsense" when that is no refusal."""
    try:
        refused = msgspec.msgpack.decode(answer, type=Refusal)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return AppError("sync.nonsense")
    return AppError(refused.code, **refused.params)
