"""The machines of a simulated world: each a disk, a clock and, while it is on, the program. All run in one
process, each by its own release."""

from __future__ import annotations

import random
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.errors import AppError
from app.sync import entries
from app.sync.entries import SCHEMA
from tests.simulation.clocks import PcClock
from tests.simulation.disk import Disk, Image, Killed
from tests.simulation.model import Model, Violation

DATABASE = "/home/office.db"

EXPECTED = {
    "sync.offline",
    "sync.nonsense",
    "sync.not_authentic",
    "sync.hub_trouble",
    "sync.stuck",
    "disk.full",
    "folder.not_writable",
    "clock.wrong",
    # A head office that was put back has forgotten whom it let in.
    "desk.unknown",
    # Of what is on a stick.
    "bundle.cut",
    "bundle.unasked",
    "bundle.other_desk",
    "bundle.unknown_desk",
    "bundle.for_headoffice",
    # What else is said of it is looked at by the world.
    "sync.revoked",
    "bundle.revoked",
}
"""What a person may be told while things go wrong."""

NEXT_SCHEMA = SCHEMA + 1


@cache
def _with_schema() -> list[Any]:
    return [m for name, m in sys.modules.items() if name.startswith("app.") and hasattr(m, "SCHEMA")]


@contextmanager
def release(schema: int) -> Iterator[None]:
    """Within this the program is of the release that writes this schema."""
    before = entries.SCHEMA
    for module in _with_schema():
        module.SCHEMA = schema
    try:
        yield
    finally:
        for module in _with_schema():
            module.SCHEMA = before


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
        self.schema = SCHEMA
        """The release that is installed."""
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
            with release(self.schema):
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

    def upgrade(self) -> str:
        """Install the next release. Returns what came of its start."""
        self.schema = NEXT_SCHEMA
        return self.start()

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of its database, as the world asks for them, not the program."""
        database = self.program.database
        with self.disk.aside():
            if database._shaken:  # opens the file anew, which a failed disk has closed
                with database.transaction():
                    pass
            return list(database.write.execute(sql, values).fetchall())

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
