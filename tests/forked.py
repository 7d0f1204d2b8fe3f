"""Programs of their own that are forked from a process which has the program loaded; to load it takes longer
than most of what they do."""

from __future__ import annotations

import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy.orm import configure_mappers

from tests.programs import environment

# Each program begins as the one process was when all this was loaded. On Windows each loads it.
LOADED = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
LOADED.set_forkserver_preload(
    [
        __name__,
        "app.commands.headoffice",
        "app.headoffice.server",
        "tests.journeys.at_work",
        "tests.kill.desk",
    ]
)
configure_mappers()


class Forked:
    """A program that runs `work`, to be killed; what that returns is how it ends. Its input ends with
    `stdin`; what it says comes from `stdout`, and so does what it complains of, unless there is a file for
    that."""

    def __init__(
        self, work: Callable[..., int | None], *values: object, complaints: Path | None = None
    ) -> None:
        said, saying = LOADED.Pipe(duplex=False)
        heard, hearing = LOADED.Pipe(duplex=False)
        how = (heard, saying, complaints, environment(), work, values)
        self._process = LOADED.Process(target=_run, args=how)
        with said, saying, heard, hearing:
            self._process.start()
            self.stdin = os.fdopen(os.dup(hearing.fileno()), "wb")
            self.stdout = os.fdopen(os.dup(said.fileno()), encoding="utf-8")

    def poll(self) -> int | None:
        """How it ended, when it has; a signal is a number below zero."""
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int | None:
        """The same, once it has ended, or after so many seconds."""
        self._process.join(seconds)
        return self._process.exitcode

    def kill(self) -> None:
        """As a power cut would."""
        self._process.kill()

    def close(self) -> None:
        """End it at once, and hear no more of it."""
        self.kill()
        self.wait()
        self.stdin.close()
        self.stdout.close()


def _run(
    heard: Connection,
    saying: Connection,
    complaints: Path | None,
    environ: dict[str, str],
    work: Callable[..., int | None],
    values: tuple[object, ...],
) -> None:
    """Be a program of its own: its streams, its environment, and no warning let pass."""
    os.dup2(heard.fileno(), 0)
    os.dup2(saying.fileno(), 1)
    if complaints is None:
        os.dup2(1, 2)
    else:
        with complaints.open("ab") as file:
            os.dup2(file.fileno(), 2)
    heard.close()
    saying.close()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 for as long as it lives
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environ)
    warnings.simplefilter("error")
    sys.exit(work(*values))
