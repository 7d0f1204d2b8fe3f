"""The head office's PC: the program as `app/bootstrap.py` wires it, without its server; its administrator."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.headoffice.bundles import answer_bundle
from app.headoffice.founding import COMPANY, Founding
from app.headoffice.hub import Hub
from app.models import Staff
from app.models.database import Database
from app.sync.writer import JournalWriter
from tests.simulation.clocks import ZONE
from tests.simulation.connection import open_on
from tests.simulation.machines import DATABASE, Machine
from tests.simulation.network import HubDown

HUB_KEY = "/home/headoffice.key"


@dataclass(frozen=True, slots=True)
class HubProgram:
    """The head office's program without its server."""

    database: Database
    writer: JournalWriter
    hub: Hub


class HubMachine(Machine):
    """The head office's PC. It comes up again by itself."""

    def launch(self) -> HubProgram:
        database = open_on(self.disk, DATABASE, checkpoint=self.checkpoint)
        writer = JournalWriter(database, COMPANY, self.clock, ZONE, self.new_id, sure=True)
        return HubProgram(database, writer, Hub(database, writer, self.key, self.rng))

    @property
    def key(self) -> Ed25519PrivateKey:
        """With which it signs."""
        return Ed25519PrivateKey.from_private_bytes(self.disk.read(HUB_KEY))

    @property
    def public_key(self) -> bytes:
        """With which desks check what comes from it."""
        return self.key.public_key().public_bytes_raw()

    def answer(self, path: str, data: bytes) -> bytes:
        """See `Hub.answer`. HubDown when it is off, or ends while it is at it; as a server that cannot do it,
        when its disk does not."""
        if self.program is None:
            self.start()
            raise HubDown
        answers: list[bytes] = []

        def handle() -> None:
            answers.append(self.program.hub.answer(path, data))
            self.look()

        if self.do(handle):
            raise HubDown
        return answers[0]

    def take(self, data: bytes) -> tuple[str, bytes]:
        """Read a request bundle: what came of it, and the answer."""
        answers: list[bytes] = []

        def read() -> None:
            try:
                answers.append(answer_bundle(self.program.hub, self.key, data).data)
            finally:
                if self.disk.life.killed is None:
                    self.look()

        told = self.do(read)
        return told, answers[0] if answers else b""

    # -- what an administrator does ---------------------------------------------------------------------

    def invite(self, office_no: int, desk: str) -> tuple[str, str]:
        """Let a desk be let in: what came of it, and the code."""
        codes: list[str] = []
        told = self.do(lambda: codes.append(self.program.hub.enrolling.invite(office_no, desk, desk)))
        return told, codes[0] if codes else ""

    def revoke(self, office_no: int, desk: str) -> str:
        """Let a desk in no more, by its name."""
        program: HubProgram = self.program
        founding = Founding(program.writer, program.hub.public_key)
        return self.do(lambda: founding.revoke(program.hub.office_feed(office_no), desk))

    def take_roles(self, office_no: int, person: UUID) -> tuple[str, int]:
        """Somebody may do nothing more: what came of it, and its stamp."""
        program: HubProgram = self.program

        def write() -> None:
            feed = program.hub.office_feed(office_no)
            with program.writer.entry("staff.roles", None, desk=feed) as draft:
                draft.change(Staff, person, roles=[])

        return self.do(write), program.writer.hlc.last
