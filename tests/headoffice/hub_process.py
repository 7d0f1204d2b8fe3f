"""A head office in a program of its own: `python -m tests.headoffice.hub_process HOME PORT WORKERS
CERTIFICATE NAME=NUMBER …`, the last of which set the server's own limits."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from app.bootstrap import HeadOffice
from app.domain.clock import SystemClock
from app.headoffice import server
from app.headoffice.hub import Hub

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
        self._limits = [f"{name}={number}" for name, number in limits.items()]
        self.start()

    def start(self) -> None:
        what = [self.home, self.port, self._workers, self._certificate, *self._limits]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.headoffice.hub_process", *map(str, what)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        limit = threading.Timer(PATIENCE, self.process.kill)
        limit.start()
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())
        limit.cancel()

    def kill(self) -> None:
        """As a power cut would."""
        with self.process as process:
            process.kill()

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


def main() -> None:
    home, port, workers, certificate, *limits = sys.argv[1:]
    for limit in limits:
        name, _, number = limit.partition("=")
        assert hasattr(server, name)
        setattr(server, name, type(getattr(server, name))(float(number)))
    pem = Path(certificate) if certificate else None
    open_hub = partial(hub_of, Path(home))

    def ready(port: int) -> None:
        print(port, flush=True)

    if int(workers) > 1:
        server.serve_many(open_hub, "127.0.0.1", int(port), int(workers), ready, pem, pem)
    else:
        with open_hub() as hub:
            server.serve(hub, "127.0.0.1", int(port), ready, pem, pem)


if __name__ == "__main__":
    main()
