"""Many desks at once: each offers its day's work to one head office, over HTTP here.

The desks' messages are made beforehand, with their own keys; what is measured is the head office."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.bootstrap import HeadOffice
from app.domain.clock import SystemClock
from app.domain.errors import AppError
from app.models import Staff
from app.sync.client import open_answer
from app.sync.enrolment import Identity, enrol, replica_key
from app.sync.entries import SCHEMA, Body, Entry, Rows, chain, encode_body, sealed_text
from app.sync.feeds import NONE, Head
from app.sync.hlc import COUNTER_BITS
from app.sync.transport import DirectTransport, HttpTransport
from app.sync.wire import Heads, Part, SyncReply, SyncRequest, seal
from benchmarks.district import COLUMNS, Server, found, index_row, serving
from benchmarks.harness import Figure, Size, percentile, telling
from benchmarks.sync import postgres

TITLE = "A crowd of desks"

DAY = date(2026, 11, 5)
DAYS = 3
"""Of which the first is not measured: the head office makes its feed for an office at the first contact."""

ACTS = 60
"""Acts of one desk in a day: an index each."""

MESSAGES = 3
"""In so many messages."""


def measure(size: Size) -> list[Figure]:
    """All desks' days, with few and with many offices at the head office, on both kinds of store."""
    desks = max(size.facts * 3 // 1000, 3)
    few, many = (10, 1000) if desks >= 60 else (2, 4)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="daumoi-crowd-") as folder, postgres() as url:
        for where, address in (("SQLite", ""), ("PostgreSQL", url)):
            if where == "SQLite" or address:
                figures += _on(Path(folder) / where.lower(), where, address, desks, few, many)
    return figures


def _on(folder: Path, where: str, url: str, desks: int, few: int, many: int) -> list[Figure]:
    """The same crowd twice, in the same offices of a company that has few or many of them; then another that
    is spread over all."""
    home = folder / "headoffice"
    with telling(f"{where}: {few} offices and {desks} desks made"):
        found(home, url, few)
        crowd = _crowd(folder / "few", home, url, desks, range(1, few + 1))
    alone, first = _days(f"{where}, {few} offices", home, url, crowd)
    with telling(f"{where}: {many} offices and {desks} other desks made"):
        found(home, url, many - few, new=False)
        spread = _crowd(folder / "many", home, url, desks, range(few + 1, many + 1))
    beside, second = _days(f"{where}, the same {few} of {many:,} offices", home, url, crowd)
    _, third = _days(f"{where}, spread over {many:,} offices", home, url, spread)
    times = beside / alone
    dearer = Figure(f"{where}: an act where there are {many:,} offices, times {few}", times, "×", 1.2)
    return [*first, *second, *third, dearer]


def _days(what: str, home: Path, url: str, crowd: list[_Desk]) -> tuple[float, list[Figure]]:
    """The days of a crowd: what an act costs the head office, in seconds of processor, and the figures."""
    with serving(home, url) as server:
        days = [_day(crowd, server) for _ in range(DAYS)]
    for desk in crowd:
        desk.hang_up()
    acts = len(crowd) * ACTS
    cost = min(day.cpu for day in days[1:]) / acts
    return cost, [
        Figure(f"{what}: {len(crowd)} desks at once, {acts:,} acts, all taken", days[-1].wall, "s"),
        Figure(f"{what}: 95 of 100 messages answered within", days[-1].slow, "s"),
        Figure(f"{what}: refused or cut off", sum(day.refused for day in days), "", 0),
        Figure(f"{what}: processor of the head office for an act", 1e6 * cost, "µs"),
        Figure(f"{what}: its memory", days[-1].memory, "MB"),
        Figure(f"{what}: more than a day before", days[-1].memory - days[-2].memory, "MB", 5),
    ]  # fmt: skip


class _Desk:
    """Offers its acts day after day, as a desk that has all that the others have written."""

    def __init__(self, identity: Identity, key: Ed25519PrivateKey, by: UUID, rng: random.Random) -> None:
        self._identity = identity
        self._key = key
        self._by = by
        self._rng = rng
        self._head: Head = NONE
        self._have: Heads = {}
        self._moment = 0
        self._way: HttpTransport | None = None

    def day(self) -> list[bytes]:
        """The messages of a day."""
        self._moment = time.time_ns() // 1_000_000 << COUNTER_BITS
        return [self._message() for _ in range(MESSAGES)]

    def _heard(self, answer: bytes, message: bytes) -> None:
        key = Ed25519PublicKey.from_public_bytes(self._identity.hub_key)
        self._have |= open_answer(answer, SyncReply, key, message).have

    def send(self, message: bytes, url: str) -> None:
        """Send a message, over the line that is kept."""
        self._way = self._way or HttpTransport(url)
        self._heard(self._way.post("/v1/sync", message), message)

    def hang_up(self) -> None:
        """Let go of the line."""
        if self._way:
            self._way.close()
            self._way = None

    @property
    def taken(self) -> bool:
        """Whether the head office has all that was offered."""
        return self._have.get(self._identity.device, NONE) == self._head

    def _message(self) -> bytes:
        device, office = self._identity.device, self._identity.office_no
        after, (number, hash_) = self._head, self._head
        entries = []
        for _ in range(ACTS // MESSAGES):
            number, self._moment = number + 1, self._moment + 1
            entry = Entry(
                device, number, uuid4().bytes, device, self._moment, office, "readings.enter", self._by.bytes,
                SCHEMA, [], self._index(),
            )  # fmt: skip
            entries.append(entry)
            hash_ = chain(hash_, entry)
        self._head = (number, hash_)
        part = Part(device, after, entries, self._key.sign(sealed_text(device, number, hash_)))
        request = SyncRequest(time.time_ns() // 1_000_000, {**self._have, device: after}, [part], most=1)
        return seal(request, self._key, sender=device)

    def _index(self) -> bytes:
        row = index_row(self._rng, uuid4(), self._rng.randbytes(16), DAY, self._by)
        return encode_body(Body([Rows("reading", COLUMNS, [row])], []))


def _crowd(folder: Path, home: Path, url: str, desks: int, offices: range) -> list[_Desk]:
    """So many desks, spread over offices."""
    headoffice = HeadOffice(home, SystemClock(), url)
    way = DirectTransport(headoffice.hub.answer)
    try:
        with headoffice.database.read.connect() as read:
            by = read.execute(Staff.__table__.select()).first().id  # type: ignore[union-attr]
        crowd = []
        for number in range(desks):
            office, name = offices[number % len(offices)], f"{folder.name.upper()}{number:03}"
            identity = enrol(folder / name, headoffice.enrolment(office, name, name, "http://x"), way)
            crowd.append(_Desk(identity, replica_key(folder / name), by, random.Random(number)))  # noqa: S311
        return crowd
    finally:
        headoffice.close()


class _Day:
    """What a day of all desks came to."""

    def __init__(self) -> None:
        self.refused = 0
        self.took: list[float] = []
        self.wall = self.cpu = self.memory = 0.0

    @property
    def slow(self) -> float:
        """Of 100 messages 95 were answered within so many seconds."""
        return percentile(self.took, 95)


def _day(crowd: list[_Desk], server: Server) -> _Day:
    """All at the same moment."""
    day = _Day()
    work = [(desk, desk.day()) for desk in crowd]
    start = threading.Barrier(len(crowd) + 1)
    threads = [threading.Thread(target=_offer, args=(day, start, *each, server.url)) for each in work]
    for thread in threads:
        thread.start()
    cpu = server.cpu_seconds
    start.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    day.wall, day.cpu = time.perf_counter() - begun, server.cpu_seconds - cpu
    day.memory = server.memory_mb
    day.refused += sum(not desk.taken for desk in crowd)
    return day


def _offer(day: _Day, start: threading.Barrier, desk: _Desk, messages: list[bytes], url: str) -> None:
    start.wait()
    for message in messages:
        begun = time.perf_counter()
        try:
            desk.send(message, url)
        except AppError:
            day.refused += 1
        day.took.append(time.perf_counter() - begun)
