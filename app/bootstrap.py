"""The only place that knows everything: opens a home and wires services, queries and sync together."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filelock import FileLock, Timeout

from app.desk_work import DeskWork
from app.documents.files import replacing
from app.domain.clock import Clock
from app.domain.deadlines import zone_named
from app.domain.errors import AppError, disk_trouble
from app.models.base import millis
from app.models.converting import finish as finish_converting
from app.models.database import Database, older, open_database, trouble_told
from app.models.database import Told as UpgradeTold
from app.models.sqlite import key_of
from app.models.store import Store
from app.services.writer import Desk
from app.sync.at_rest import agree, entrusted
from app.sync.blobs import Blobs
from app.sync.bundle import SUFFIX, BundleReport, DeskBundles, Kind, parse, read_bundle
from app.sync.client import SyncClient, open_answer
from app.sync.contents import Contents
from app.sync.enrolment import (
    Enrolment,
    Identity,
    identity_of,
    replica_key,
    succeed,
)
from app.sync.escrow import Escrow
from app.sync.fetch import Ask, Told, fetch, holds_card
from app.sync.journal import all_heads
from app.sync.loop import SyncLoop, SyncState
from app.sync.restore import finish, noted, trusted
from app.sync.scan_mail import ScanMail
from app.sync.talk import Credentials
from app.sync.transport import DirectTransport, HttpTransport, Transport
from app.sync.update_folder import UpdateFolder, publishers, update_folder
from app.sync.updates import Updates as DeskUpdates
from app.sync.upgrade import settle
from app.sync.wire import EnrolReply, SnapshotReply, SnapshotRequest, seal, work_types_out
from app.sync.writer import JournalWriter

if TYPE_CHECKING:
    from app.headoffice.escrow import Held

gc.set_threshold(100_000, 20, 100)  # rows come in by the ten thousands, and hold no cycles

OFFICE_DATABASE = "office.db"
HUB_DATABASE = "headoffice.db"
HUB_KEY = "headoffice.key"
CONTENTS = "attachments"
NEXT_KEY = "next.key"
LOCK = "desk.lock"
HUB_LOCK = "headoffice.lock"


class HeadOffice:
    """A head office over the database of a home, or over the PostgreSQL database at `url`; its key lies in
    the home. Several may work on one PostgreSQL database at a time.

    What a head office needs is imported here: a desk whose head office is elsewhere does without it, and the
    installed program has no driver of PostgreSQL.
    """

    def __init__(self, home: Path, clock: Clock, url: str = "") -> None:
        from app.headoffice.founding import COMPANY, Founding
        from app.headoffice.hub import Hub
        from app.headoffice.snapshots import Snapshots
        from app.headoffice.updates import Updates

        self.home = home
        self.database = hub_store(home, clock, url)
        zone = zone_named("Asia/Ho_Chi_Minh")
        try:
            with trouble_told(home / HUB_DATABASE):
                # Where there are entries, desks know the key, and another would shut them out.
                with self.database.reading() as cur:
                    new = not all_heads(cur)
                key = hub_key(home, make=new)
                self.writer = JournalWriter(self.database, COMPANY, clock, zone, sure=True)
        except BaseException:
            self.database.close()
            raise
        self._key = key
        self._snapshots = Snapshots(home / "snapshots", self.database, key, lambda: millis(clock.now()))
        self.updates = Updates(self.database, self.writer, publishers())
        self.hub = Hub(self.database, self.writer, key, snapshots=self._snapshots, updates=self.updates)
        self.founding = Founding(self.writer, self.hub.public_key)

    def enrolment(self, office_no: int, desk: str, name: str, url: str, *, leads: bool = False) -> Enrolment:
        """An invitation for a new desk; `url` empty for a desk in this same home; `leads` and AppError as
        `Enrolling.invite`."""
        code = self.hub.enrolling.invite(office_no, desk, name, leads=leads)
        return Enrolment(url, self.hub.public_key, code)

    def escrow(self, office_no: int, desk: str) -> list[Held]:
        """The keys of a desk's encrypted data that are in keeping here, the newest first."""
        from app.headoffice.escrow import held

        return held(self.database, self._key, office_no, desk)

    def start_file(self, enrolment: Enrolment, path: Path) -> Identity:
        """Let the desk of an invitation in, and write all that it needs to begin without a line to a file
        that only the code opens. AppError as `Enrolling.let_in` and `replacing`."""
        from app.sync.start_file import Beginning, write_start

        key = Ed25519PrivateKey.generate()
        reply = self.hub.enrolling.let_in(enrolment.code, key.public_key().public_bytes_raw())
        identity = Identity(
            reply.device, reply.office_no, reply.desk, reply.zone, enrolment.hub_url, enrolment.hub_key
        )
        snapshot = self._snapshots.fresh(reply.office_no)
        with snapshot.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).digest()
        beginning = Beginning(identity, key.private_bytes_raw(), snapshot.stat().st_size, digest)
        with replacing(path) as draft:
            write_start(draft, enrolment.code, beginning, snapshot)
        return identity

    def import_bundle(self, path: Path, answer: Path | None = None) -> BundleReport:
        """Take a desk's request bundle and write the bundle that answers it, beside it unless `answer` names
        another place. AppError as `answer_bundle`, and those of reading and writing files."""
        from app.headoffice.bundles import answer_bundle

        done = answer_bundle(self.hub, self._key, read_bundle(path), str(path))
        to = answer or _answer_to(path)
        _write_whole(to, done.data)
        return BundleReport("request", done.entries, done.new, done.known, (done.header.desk,), to)

    def close(self) -> None:
        """Let go of the database."""
        self._snapshots.close()
        self.database.close()


class Desktop(DeskWork):
    """A desk's program without its window: who it is, its data, what people do and ask, how it reconciles.

    AppError "home.in_use" when another program has this home open, "home.not_enrolled" before enrolment,
    "home.damaged" when its identity or its key is; what `trusted` and `open_database` say of the
    database; and while the office's data has never come whole, what keeps it from coming ("sync.offline" and
    its like).
    """

    def __init__(
        self,
        home: Path,
        clock: Clock,
        transport: Transport | None = None,
        told: Told = lambda progress: None,
        updates: UpdateFolder | None = None,
    ) -> None:
        """`told` hears of progress while the office's data comes for the first time; `updates` is the folder
        in which the start of the program was counted."""
        identity = identity_of(home)
        if identity is None:
            raise AppError("home.not_enrolled", path=str(home))
        key = replica_key(home, identity.key_file)
        work_types_out()
        self.home = home
        self.clock = clock
        self.identity: Identity = identity
        self._loop: SyncLoop | None = None
        with ExitStack() as opening:
            opening.enter_context(alone(home))
            way = transport or way_to(home, identity.hub_url, clock, opening)
            opening.callback(way.close)
            path = home / OFFICE_DATABASE
            _mended(path)
            with trouble_told(path):
                there = path.exists() and path.stat().st_size > 0
                cipher = key_of(path) if there else entrusted(home, way, identity, key)
            fetch(path, asking(way, identity, key), identity.device, clock.now(), told, key=cipher)
            self.database: Database = open_database(path, clock.now(), cipher, settle=settle)
            opening.callback(self.database.close)
            agree(home, self.database.key)
            desk = Desk(identity.office_no, identity.device, identity.desk)
            zone = zone_named(identity.zone)
            with trouble_told(self.database.path):
                self.writer = JournalWriter(self.database, desk, clock, zone)
            credentials = Credentials(key, self._adopt, self._next_key)
            self.client = SyncClient(self.writer, way, credentials, identity.hub_public_key, told)
            if self.client.restored or not self.client.complete:
                self.client.once()
            self.contents = Contents(home / CONTENTS, self.writer, clock.now)
            scans = ScanMail(self.contents, self.writer, identity.hub_public_key)
            self._bundles = DeskBundles(
                self.writer, self.client, credentials, identity.hub_public_key, self._keys, scans
            )
            self.blobs = Blobs(self.contents, self.client, wish=scans.wish)
            self.updates = DeskUpdates(updates or update_folder(home), self.client, self.blobs)
            self._escrow = Escrow(self.client, lambda: self.identity, self.database.key)
            self.client.after = self._after
            self._closing = opening.pop_all()

    def _after(self, going_on: Callable[[], bool]) -> bool:
        """What is done after a pass; whether there is more of it."""
        self._escrow.renew()
        return self.blobs.send(going_on) or self.updates.go_on(going_on)

    def _adopt(self, reply: EnrolReply, key: Ed25519PrivateKey) -> None:
        self.identity = succeed(self.home, self.identity, reply, key)
        (self.home / NEXT_KEY).unlink(missing_ok=True)

    def _next_key(self) -> Ed25519PrivateKey:
        """The key with which this desk would go on as its own successor; kept, for on a stick the answer may
        come another day."""
        key = replica_key(self.home, NEXT_KEY, make=True)
        if key.private_bytes_raw() not in {own.private_bytes_raw() for own in self._keys()}:
            return key
        (self.home / NEXT_KEY).unlink()
        return replica_key(self.home, NEXT_KEY, make=True)

    def start_sync(self, tell: Callable[[SyncState], None], every: float = 5.0) -> SyncLoop:
        """Reconcile by itself from now on; `tell` hears of each change of state, on the sync thread."""
        loop = SyncLoop(self.client, tell, every)
        self._loop = loop
        self._closing.callback(loop.stop)
        self.writer.listen(lambda changes: None if changes.received else loop.wake())
        loop.start()
        return loop

    @property
    def contact(self) -> SyncState:
        """How it stands with the head office."""
        if self._loop:
            return self._loop.state
        return SyncState("never", self.client.unsent(), self.client.last_contact())

    def acked(self) -> int:
        """The last entry of this desk that the head office has acknowledged."""
        return self.client.acked

    def pause_sync(self) -> None:
        """Send and receive nothing until `resume_sync`, also after a restart."""
        if self._loop:
            self._loop.pause()

    def resume_sync(self) -> None:
        """Go on sending and receiving."""
        if self._loop:
            self._loop.resume()

    def note_renamed(self) -> None:
        """Somebody has taken note that this desk has a new name."""
        if self._loop:
            self._loop.note_renamed()

    def wake_sync(self) -> None:
        """Reconcile now rather than at the next turn."""
        if self._loop:
            self._loop.wake()

    def export_bundle(self, path: Path) -> BundleReport:
        """Write all that is unsent to a file for the head office; it counts as sent once its answer is here.
        AppError as `replacing`."""
        data, report = self._bundles.export()
        _write_whole(path, data)
        return report

    def import_bundle(self, path: Path, answer: Path | None = None) -> BundleReport:
        """Take the head office's answer from a file; another desk's request is carried to the head office.
        AppError as `DeskBundles.take` and `carry`."""
        data = read_bundle(path)
        if parse(data, str(path)).header.kind is Kind.REQUEST:
            return self.carry(path, answer)
        report = self._bundles.take(data, str(path))
        self.wake_sync()  # there may be less unsent than is shown
        return report

    def carry(self, path: Path, answer: Path | None = None) -> BundleReport:
        """Hand another desk's request bundle to the head office over this desk's line, and write the bundle
        that answers it, beside it unless `answer` names another place. AppError as `DeskBundles.carry`."""
        data, report = self._bundles.carry(read_bundle(path), str(path))
        to = answer or _answer_to(path)
        _write_whole(to, data)
        return replace(report, answer=to)

    def close(self) -> None:
        """End: stop reconciling, let go of the database and the home."""
        self._closing.close()


def _answer_to(path: Path) -> Path:
    return path.with_name(f"{path.stem}-answer{SUFFIX}")


def _write_whole(path: Path, data: bytes) -> None:
    with replacing(path) as draft:
        draft.write_bytes(data)


def hub_store(
    home: Path, clock: Clock, url: str, told: UpgradeTold = lambda step, done, total: None
) -> Store:
    """Where a head office keeps its data. AppError as `open_database`; "headoffice.damaged" and
    "headoffice.lost" for what its own backup brings back."""
    if not url:
        path = home / HUB_DATABASE
        with hub_told():
            if noted(path):
                with hub_alone(home):
                    finish(path)
            trusted(path, hub=True)
            return open_database(path, clock.now(), settle=settle, told=told)
    from app.models.postgres import open_postgres

    return open_postgres(url, clock.now(), settle)


@contextmanager
def hub_told() -> Iterator[None]:
    """What is wrong with the data of a head office has other ways out than that of a desk."""
    try:
        yield
    except AppError as error:
        if error.code == "database.damaged":
            raise AppError("headoffice.damaged", path=error.params["path"]) from error
        if error.code == "database.lost":
            raise AppError("headoffice.lost", path=error.params["path"]) from error
        raise


def hub_key(home: Path, *, make: bool = False) -> Ed25519PrivateKey:
    """The head office's own key. AppError "headoffice.key_lost" when it is missing or is none, and as
    `replica_key`."""
    try:
        return replica_key(home, HUB_KEY, make=make)
    except AppError as error:
        if error.code != "home.damaged":
            raise
        raise AppError("headoffice.key_lost", path=str(home / HUB_KEY)) from error


def hub_there(home: Path) -> bool:
    """Whether the data of a head office lies in this home. AppError "headoffice.lost"."""
    path = home / HUB_DATABASE
    if path.exists() or noted(path):
        return True
    with hub_told():
        trusted(path, hub=True)
    return False


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """No other program has this home's database open. AppError "home.in_use", and as `_held`."""
    with _held(home, LOCK, "home.in_use"):
        yield


@contextmanager
def hub_alone(home: Path) -> Iterator[None]:
    """No other program serves the head office of this home, or brings its data back. AppError
    "headoffice.in_use", and as `_held`."""
    with _held(home, HUB_LOCK, "headoffice.in_use"):
        yield


@contextmanager
def _held(home: Path, name: str, code: str) -> Iterator[None]:
    """A lock of a home; it ends with the process, however that ends. AppError `code` where another program
    has it, "disk.full", "folder.not_writable"."""
    lock = FileLock(home / name, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise AppError(code, path=str(home)) from error
    except OSError as error:
        raise disk_trouble(error, home) from error
    try:
        yield
    finally:
        lock.release()


def _mended(path: Path) -> None:
    """What was begun with a desk's database and cut short is gone on with. AppError as `finish` and
    `trusted`."""
    with trouble_told(path):
        finish_converting(path)
    finish(path)
    trusted(path)


def upgrade_waits(home: Path) -> bool:
    """Whether the data of a home is of a former release, so that to open it takes longer. AppError as
    `older`."""
    return any(older(home / name) for name in (OFFICE_DATABASE, HUB_DATABASE))


def upgrade_data(home: Path, clock: Clock, told: UpgradeTold) -> None:
    """Bring a desk's data to this release, and that of a head office in the same home; whoever opens it
    afterwards does not wait. AppError "home.in_use", and as `open_database` and `HeadOffice`; then it is as
    it was."""
    with alone(home):
        _mended(home / OFFICE_DATABASE)
        if older(home / OFFICE_DATABASE):
            open_database(home / OFFICE_DATABASE, clock.now(), settle=settle, told=told).close()
        if older(home / HUB_DATABASE):
            hub_store(home, clock, "", told).close()


def in_use(home: Path) -> bool:
    """Whether a window or a command has this home's database open."""
    if not (home / LOCK).exists():
        return False
    try:
        with alone(home):
            return False
    except AppError as error:
        return error.code == "home.in_use"


def way_to(home: Path, hub_url: str, clock: Clock, closing: ExitStack) -> Transport:
    """To the head office at `hub_url`, or to the one in this same home, which is open until `closing`."""
    if hub_url:
        return HttpTransport(hub_url)
    headoffice = HeadOffice(home, clock)
    closing.callback(headoffice.close)
    return DirectTransport(headoffice.hub.answer)


def asking(way: Transport, identity: Identity, key: Ed25519PrivateKey) -> Ask:
    """How a desk asks for a snapshot that has no data yet."""

    def ask(request: SnapshotRequest) -> SnapshotReply:
        data = seal(request, key, sender=identity.device)
        return open_answer(way.post("/v1/snapshot", data), SnapshotReply, identity.hub_public_key, data)

    return ask


def data_came(home: Path, identity: Identity) -> bool:
    """Whether a desk has its office's data, so that it can be opened without waiting for the line."""
    return holds_card(home / OFFICE_DATABASE, identity.device)
