"""The machines of a simulated world: desks' PCs and the head office's, each a disk, a clock and, while it is
on, the program, wired as `app/bootstrap.py` wires it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.errors import AppError
from app.headoffice.founding import COMPANY
from app.headoffice.hub import Hub
from app.models.database import Database
from app.services.writer import Desk
from app.sync.client import SyncClient
from app.sync.enrolment import Identity
from app.sync.talk import Credentials
from app.sync.transport import Transport
from app.sync.wire import EnrolReply
from app.sync.writer import JournalWriter
from tests.simulation.clocks import PcClock
from tests.simulation.connection import open_on
from tests.simulation.disk import Disk, Image, Killed
from tests.simulation.model import Act, Model, Violation
from tests.simulation.network import HubDown
from tests.simulation.people import Worker

DATABASE = "/home/office.db"
IDENTITY = "/home/desk.json"
HUB_KEY = "/home/headoffice.key"
ZONE = timezone(timedelta(hours=7))

EXPECTED = {
    "sync.offline",
    "sync.nonsense",
    "sync.not_authentic",
    "sync.hub_trouble",
    "sync.stuck",
    "disk.full",
    "folder.not_writable",
    "clock.wrong",
}
"""What a person may be told while things go wrong."""


class Machine:
    """A PC. It is off while `program` is None."""

    def __init__(
        self, name: str, disk: Disk, clock: PcClock, rng: random.Random, model: Model, checkpoint: int
    ) -> None:
        self.name = name
        self.disk = disk
        self.clock = clock
        self.rng = rng
        self.model = model
        self.checkpoint = checkpoint
        self.program: Any = None
        self.backup: tuple[Image, set[bytes]] | None = None
        """The last image, and the acts in it."""

    def launch(self) -> Any:
        """The program of this machine, started."""
        raise NotImplementedError

    def start(self) -> str:
        """Switch it on, or the program on again. Returns what came of it, as `do`."""
        self.program = None
        self.disk.start()
        self.clock.start()

        def launch() -> None:
            self.program = self.launch()
            self.look()

        return self.do(launch)

    def do(self, what: Callable[[], object]) -> str:
        """Let the program do something. Returns "", "killed", or the code of what a person was told."""
        try:
            what()
        except Killed as killed:
            if killed.disk is not self.disk:
                raise
            self.program = None
            return "killed"
        except AppError as error:
            if error.code not in EXPECTED:
                raise Violation(f"{self.name}: {error.code} {dict(error.params)}") from error
            return error.code
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith(("SQLITE_IOERR", "SQLITE_FULL")):
                raise
            return error.sqlite_errorname
        return ""

    def look(self) -> None:
        """Tell the model what is on the disk."""
        if self.disk.synced(DATABASE + "-wal"):
            self.model.found(self.name, self.ids())

    def ids(self) -> set[bytes]:
        """The acts that this replica holds, in whatever feed."""
        return {id for (id,) in self.ask("SELECT id FROM entry UNION SELECT id FROM orphan")}

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of its database, as the world asks for them, not the program."""
        with self.disk.aside():
            return list(self.program.database.write.execute(sql, values).fetchall())

    def back_up(self) -> None:
        """Keep an image of the disk elsewhere."""
        self.backup = (self.disk.image(), self.ids())

    def restore(self) -> None:
        """Put the disk back to its last image."""
        assert self.backup is not None
        image, ids = self.backup
        self.program = None
        self.disk.put(image)
        self.model.goes_back(self.name, ids)

    def new_id(self) -> UUID:
        """An id that the seed decides."""
        return UUID(int=self.rng.getrandbits(128), version=4)

    def new_key(self) -> Ed25519PrivateKey:
        """A key that the seed decides."""
        return Ed25519PrivateKey.from_private_bytes(self.rng.randbytes(32))


@dataclass(frozen=True, slots=True)
class DeskProgram:
    """A desk's program without its window."""

    database: Database
    writer: JournalWriter
    client: SyncClient


class Pc(Machine):
    """A desk's PC, and whoever works at it."""

    line: Transport
    worker: Worker

    def launch(self) -> DeskProgram:
        identity = msgspec.json.decode(self.disk.read(IDENTITY), type=Identity)
        key = Ed25519PrivateKey.from_private_bytes(self.disk.read(f"/home/{identity.key_file}"))
        database = open_on(self.disk, DATABASE, checkpoint=self.checkpoint)
        desk = Desk(identity.office_no, identity.device, identity.desk)
        writer = JournalWriter(database, desk, self.clock, ZONE, self.new_id)
        credentials = Credentials(key, self._adopt, self.new_key)
        client = SyncClient(writer, self.line, credentials, identity.hub_public_key)
        return DeskProgram(database, writer, client)

    @property
    def office_no(self) -> int:
        """Whose data it holds."""
        return msgspec.json.decode(self.disk.read(IDENTITY), type=Identity).office_no

    def act(self, kind: str) -> str:
        """Somebody does something. Returns what came of it, as `do`."""

        def write() -> None:
            writer: JournalWriter = self.program.writer
            id = self.new_id()
            act = None
            with writer.entry(kind, self.worker.author(kind), id=id) as draft:
                self.worker.fill(kind, draft)
                if not draft.empty:
                    act = Act.of(id, draft.desk.office_no, kind, draft)
                    self.model.begins(act)
            if act:
                self.model.commits(act, self.name)

        return self.do(write)

    def sync(self) -> str:
        """One pass. Returns what came of it, as `do`."""

        def once() -> None:
            try:
                self.program.client.once()
            finally:
                if self.disk.life.killed is None:
                    self.look()

        return self.do(once)

    def _adopt(self, reply: EnrolReply, key: Ed25519PrivateKey) -> None:
        """As `app.sync.enrolment.succeed`: the key first, then the identity that names it."""
        identity = msgspec.json.decode(self.disk.read(IDENTITY), type=Identity)
        key_file = f"desk-{reply.device}.key"
        self.disk.write(f"/home/{key_file}", key.private_bytes_raw())
        new = msgspec.structs.replace(
            identity, device=reply.device, office_no=reply.office_no, desk=reply.desk, key_file=key_file
        )
        self.disk.write(IDENTITY, msgspec.json.encode(new))


@dataclass(frozen=True, slots=True)
class HubProgram:
    """The head office's program without its server."""

    database: Database
    writer: JournalWriter
    hub: Hub


class HubMachine(Machine):
    """The head office's PC. It comes up again by itself."""

    def launch(self) -> HubProgram:
        key = Ed25519PrivateKey.from_private_bytes(self.disk.read(HUB_KEY))
        database = open_on(self.disk, DATABASE, checkpoint=self.checkpoint)
        writer = JournalWriter(database, COMPANY, self.clock, ZONE, self.new_id, sure=True)
        return HubProgram(database, writer, Hub(database, writer, key, self.rng))

    def answer(self, path: str, data: bytes) -> bytes:
        """See `Hub.answer`. HubDown when it is off, or ends while it is at it; as a server that cannot do it,
        when its disk does not."""
        if self.program is None:
            self.start()
            raise HubDown
        answer = b""

        def handle() -> None:
            nonlocal answer
            answer = self.program.hub.answer(path, data)
            self.look()

        outcome = self.do(handle)
        if outcome:
            raise HubDown
        return answer
