"""A head office in a process of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from app.bootstrap import HeadOffice
from app.domain.clock import SystemClock
from app.headoffice import server
from app.headoffice.hub import Hub
from tests.forked import LOADED

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60.0


@contextmanager
def hub_of(home: Path) -> Iterator[Hub]:
    """The hub of a home, open."""
    headoffice = HeadOffice(home, SystemClock())
    try:
        yield headoffice.hub
    finally:
        headoffice.close()


class HubProcess:
    """The head office of a home over HTTP, on the same port again after it was killed."""

    def __init__(
        self, home: Path, workers: int = 1, certificate: Path | str = "", **limits: float | int
    ) -> None:
        self.home = home
        self.port = 0
        self._workers = workers
        self._certificate = certificate
        self._limits = limits
        self.start()

    def start(self) -> None:
        here, there = LOADED.Pipe(duplex=False)
        what = (self.home, self.port, self._workers, self._certificate, self._limits, there)
        self.process = LOADED.Process(target=serve, args=what)
        self.process.start()
        there.close()
        with here:
            assert here.poll(PATIENCE)
            self.port = here.recv()

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.join()

    close = kill

    def workers(self) -> set[int]:
        """The processes that serve for it, when they are several (on Linux)."""
        found = set()
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                parent = int((place / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
                if parent == self.process.pid and b"spawn_main" in (place / "cmdline").read_bytes():
                    found.add(int(place.name))
        return found

    @property
    def url(self) -> str:
        return f"{'https' if self._certificate else 'http'}://127.0.0.1:{self.port}"


def serve(
    home: Path,
    port: int,
    workers: int,
    certificate: Path | str,
    limits: dict[str, float | int],
    ready: Connection,
) -> None:
    """Serve until killed; `limits`: the server's own, by their names."""
    for name, limit in limits.items():
        assert hasattr(server, name)
        setattr(server, name, limit)
    pem = Path(certificate) if certificate else None
    open_hub = partial(hub_of, home)
    if workers > 1:
        os.dup2(sys.stdin.fileno(), 0)  # which is what uvicorn's processes inherit of it
        sys.stdin = os.fdopen(0)
        server.serve_many(open_hub, "127.0.0.1", port, workers, ready.send, pem, pem)
    else:
        with open_hub() as hub:
            server.serve(hub, "127.0.0.1", port, ready.send, pem, pem)
