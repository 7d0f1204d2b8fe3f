"""A desk's PC: the program as `app/bootstrap.py` wires it, without its window, and whoever works at it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.domain.errors import AppError
from app.models.database import Database
from app.services.writer import Desk, Draft
from app.sync.bundle import DeskBundles
from app.sync.client import SyncClient, open_answer
from app.sync.contents import Contents
from app.sync.enrolment import KEY_FILE, Identity, request_of
from app.sync.scan_mail import ScanMail
from app.sync.talk import Credentials
from app.sync.wire import CHUNK_BYTES, EnrolReply
from app.sync.writer import JournalWriter
from tests.simulation.clocks import ZONE
from tests.simulation.connection import empty_database, open_on
from tests.simulation.machines import DATABASE, Machine
from tests.simulation.model import Act, Violation
from tests.simulation.network import Line
from tests.simulation.people import Worker

IDENTITY = "/home/desk.json"
NEXT_KEY = "/home/next.key"


@dataclass(frozen=True, slots=True)
class DeskProgram:
    """A desk's program without its window."""

    database: Database
    writer: JournalWriter
    client: SyncClient
    bundles: DeskBundles


class Pc(Machine):
    """A desk's PC, and whoever works at it."""

    line: Line
    worker: Worker
    office_no: int
    """Whose data it holds."""
    hub_key: bytes
    code = ""
    """With which it is let in, as long as it is not."""
    forgotten = False
    """Whether it is not let in, or no more, before it was complete: nothing can come of it."""

    def launch(self) -> DeskProgram:
        identity = self.identity
        key = self._key(f"/home/{identity.key_file}")
        database = open_on(self.disk, DATABASE, checkpoint=self.checkpoint)
        desk = Desk(identity.office_no, identity.device, identity.desk)
        writer = JournalWriter(database, desk, self.clock, ZONE, self.new_id)
        credentials = Credentials(key, self._adopt, self._next_key)
        hub_key = identity.hub_public_key
        client = SyncClient(writer, self.line, credentials, hub_key)
        # Nobody here adds a scan or a photo: the folder of contents is never looked into.
        scans = ScanMail(Contents(Path("/nowhere"), writer, self.clock.now), writer, hub_key)
        bundles = DeskBundles(writer, client, credentials, hub_key, self._keys, scans)
        return DeskProgram(database, writer, client, bundles)

    @property
    def identity(self) -> Identity:
        """Who it is. KeyError before it is let in."""
        return msgspec.json.decode(self.disk.read(IDENTITY), type=Identity)

    # -- what is done at it -----------------------------------------------------------------------------

    def act(self, kind: str, forbidden: bool = False) -> str:
        """Somebody does something; `forbidden`: somebody who may not. Returns what came of it, as `do`."""

        def write() -> None:
            program: DeskProgram = self.program
            if not program.client.complete:
                return  # the window does not open before
            if program.client.acked > self._written():
                raise Violation(f"{self.name}: more counts as acknowledged than was written")
            id = self.new_id()
            act = None
            login = self.worker.login(kind, forbidden)
            with program.writer.entry(kind, self.worker.people[login], id=id) as draft:
                self.worker.fill(kind, draft, login)
                if not draft.empty:
                    act = Act.of(id, draft, kind, login, self.clock.world.ms)
                    self.model.begins(act)
            if act:
                self.model.commits(act, self.name)
                self._is_what_was_set(draft)

        return self.do(write)

    def _is_what_was_set(self, draft: Draft) -> None:
        """Violation where a field does not say what somebody has just set it to, unless it was set under a
        wrong clock before: on that the head office has to rule first."""
        hlc = self.program.writer.hlc
        for table, row, fields in draft.edits:
            sql = f'SELECT made_hlc, edited, {", ".join(f[0] for f in fields)} FROM "{table}" WHERE id = ?'
            made, edited, *there = self.ask(sql, (row.bytes,))[0]
            stamps = msgspec.msgpack.decode(edited) if edited else {}
            for (field, value, *_), found in zip(fields, there, strict=True):
                if value != found and not hlc.wild(stamps.get(field, [made])[0]):
                    raise Violation(f"{self.name}: {field} is {found!r}, though it was set to {value!r}")

    def sync(self, most: int = CHUNK_BYTES) -> str:
        """One pass over the line, whose first message holds up to `most` bytes of entries. Returns what came
        of it, as `do`."""

        def once() -> None:
            client: SyncClient = self.program.client
            client._chunk = most
            before = (self.program.writer.desk.device, client.acked)
            try:
                client.once()
                self.is_acked()
            except AppError as error:
                if self.disk.life.killed is None:
                    self.is_acked(before)
                if error.code != "sync.unknown_device" or client.complete:
                    raise
                # A head office that was put back has forgotten it, and it has nothing to show.
                self.forgotten = True
            finally:
                if self.disk.life.killed is None:
                    self.look()

        return self.do(once)

    def is_acked(self, before: tuple[int, int] = (0, 0)) -> None:
        """Violation unless what counts as acknowledged is at the head office, on its disk; `before`: of which
        device, up to which number that was known already."""
        device, acked = self.program.writer.desk.device, self.program.client.acked
        sql = 'SELECT id FROM entry WHERE device = ? AND "number" BETWEEN ? AND ?'
        after = before[1] if before[0] == device else 0
        ids = {id for (id,) in self.ask(sql, (device, after + 1, acked))}
        if missing := (ids & self.model.acts.keys()) - self.model.held["hub"]:
            raise Violation(f"{self.name}: {len(missing)} acts are acknowledged that the head office has not")

    def _written(self) -> int:
        """The last number of its own feed."""
        found = self.ask('SELECT "last" FROM feed WHERE device = ?', (self.program.writer.desk.device,))
        return int(found[0][0]) if found else 0

    def enrol(self) -> str:
        """Ask to be let in; as `app.sync.enrolment.enrol`. Returns what came of it, as `do`."""

        def ask() -> None:
            self.disk.start()
            path = f"/home/{KEY_FILE}"
            if path not in self.disk.files:
                self.disk.write(path, self.new_key().private_bytes_raw())
            key = self._key(path)
            request = request_of(self.code, key, self.hub_key)
            public = Ed25519PublicKey.from_public_bytes(self.hub_key)
            try:
                reply = open_answer(self.line.post("/v1/enrol", request), EnrolReply, public, request)
            except AppError as error:
                if error.code != "enrol.unknown_code":
                    raise
                self.forgotten = True
                return
            identity = Identity(
                reply.device, reply.office_no, reply.desk, reply.zone, "", self.hub_key, KEY_FILE
            )
            self.disk.write(DATABASE, empty_database())
            self.disk.write(IDENTITY, msgspec.json.encode(identity))
            self.code = ""

        return self.do(ask)

    # -- sticks -----------------------------------------------------------------------------------------

    def export(self) -> tuple[str, bytes]:
        """Write a bundle: what came of it, and the file."""
        made: list[bytes] = []

        def write() -> None:
            acked = self.program.client.acked
            made.append(self.program.bundles.export()[0])
            if self.program.client.acked != acked:
                raise Violation(f"{self.name}: acts are acknowledged that are only on a stick")

        told = self.do(write)
        return told, made[0] if made else b""

    def take(self, data: bytes) -> tuple[str, bool]:
        """Read an answer: what came of it, and whether another trip is needed."""
        more = True

        def read() -> None:
            nonlocal more
            try:
                more = self.program.bundles.take(data, "").more
            finally:
                if self.disk.life.killed is None:
                    self.look()

        told = self.do(read)
        return told, more

    def carry(self, data: bytes) -> tuple[str, bytes]:
        """Hand another's request over: what came of it, and the answer."""
        answers: list[bytes] = []
        unknown = ""

        def hand_over() -> None:
            nonlocal unknown
            try:
                answers.append(self.program.bundles.carry(data, "")[0])
            except AppError as error:
                if error.code != "sync.unknown_device":
                    raise
                unknown = error.code  # to a head office that was put back, until the next pass

        told = self.do(hand_over)
        return told or unknown, answers[0] if answers else b""

    # -- its keys ---------------------------------------------------------------------------------------

    def _key(self, path: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.disk.read(path))

    def _keys(self) -> list[Ed25519PrivateKey]:
        return [self._key(p) for p in self.disk.files if p.startswith("/home/desk") and p.endswith(".key")]

    def _next_key(self) -> Ed25519PrivateKey:
        """As `Desktop._next_key`."""
        known = {key.private_bytes_raw() for key in self._keys()}
        if NEXT_KEY not in self.disk.files or self.disk.read(NEXT_KEY) in known:
            self.disk.write(NEXT_KEY, self.new_key().private_bytes_raw())
        return self._key(NEXT_KEY)

    def _adopt(self, reply: EnrolReply, key: Ed25519PrivateKey) -> None:
        """As `app.sync.enrolment.succeed`: the key first, then the identity that names it."""
        key_file = f"desk-{reply.device}.key"
        self.disk.write(f"/home/{key_file}", key.private_bytes_raw())
        new = msgspec.structs.replace(
            self.identity, device=reply.device, office_no=reply.office_no, desk=reply.desk, key_file=key_file
        )
        self.disk.write(IDENTITY, msgspec.json.encode(new))
