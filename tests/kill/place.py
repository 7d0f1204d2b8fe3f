"""A head office and desks as programs of their own, and what the desks told of their work."""

from __future__ import annotations

import json
import random
import shutil
import socket
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from app.bootstrap import HUB_DATABASE, OFFICE_DATABASE, Desktop, HeadOffice
from app.cli import main
from app.domain.clock import SystemClock
from app.headoffice.founding import NewOffice
from app.home.first_start import enrol_desk
from tests.forked import Forked
from tests.kill.desk import at_work
from tests.offices import STAFF, WATER

CLOCK = SystemClock()
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Done:
    """An act that a desk said was done; `amount` in minor units, below zero for money given back."""

    act: bytes
    kind: str
    code: str
    amount: int


@dataclass(slots=True)
class Told:
    """What a desk has said so far, read from its log as that grows."""

    path: Path
    done: list[Done] = field(default_factory=list)
    acked: dict[int, int] = field(default_factory=dict)
    _read: int = 0

    def read(self) -> list[Done]:
        """The acts that are new."""
        new: list[Done] = []
        text = self.path.read_bytes()[self._read :] if self.path.exists() else b""
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            said = json.loads(line)
            if "act" in said:
                new.append(Done(bytes.fromhex(said["act"]), said["kind"], said["code"], said["amount"]))
            else:
                self.acked[said["device"]] = max(self.acked.get(said["device"], 0), said["acked"])
        self.done += new
        return new


class Program:
    """A program that can be killed and started again. It is ready when it has said its first line. What it
    needs of chance comes from its `dice`, anew at each start."""

    def __init__(
        self,
        home: Path,
        database: str,
        work: Callable[..., int | None],
        *values: object,
        dice: random.Random | None = None,
    ) -> None:
        self.name = home.name
        self.home = home
        self.database = home / database
        self.words = home.with_suffix(".stderr")
        self.kills = 0
        self.ready = threading.Event()
        self._work = work
        self._values = values
        self._dice = dice
        self._process: Forked | None = None

    def start(self) -> None:
        chance = [self._dice.getrandbits(32)] if self._dice else []
        self._process = Forked(self._work, *self._values, *chance, complaints=self.words)
        self.ready = threading.Event()
        threading.Thread(target=_listen, args=[self._process, self.ready], daemon=True).start()

    def ended_by_itself(self) -> str:
        """What is wrong when it runs no more though nobody has killed it."""
        assert self._process
        code = self._process.poll()
        if code is None:
            return ""
        said = self.words.read_text("utf-8", errors="replace").strip()[-1500:]
        return f"{self.name} ended by itself with {code}: {said}"

    def kill(self) -> None:
        """As a power cut would."""
        self.kills += 1
        self.stop()

    def stop(self) -> None:
        """End it at once, if it runs."""
        if self._process:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process.stdin.close()

    def finish(self) -> str:
        """Let it end by itself; what is wrong when it does not."""
        assert self._process
        self._process.stdin.close()
        code = self._process.wait(2 * PATIENCE)
        if code is None:
            self.stop()
            return f"{self.name} did not end"
        return self.ended_by_itself() if code else ""

    def tables(self, folder: Path) -> sqlite3.Connection:
        """What the disk holds, in a copy, so that the program's own recovery finds all as it was left."""
        for path in self.database.parent.glob(self.database.name + "*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, folder)
        return sqlite3.connect(folder / self.database.name)


def _listen(process: Forked, ready: threading.Event) -> None:
    """Until it has ended, so that it is never kept from saying something."""
    with process.stdout as said:
        for _ in said:
            ready.set()
    ready.set()


class Place:
    """A head office with one office and desks, each in a home of its own in one folder."""

    def __init__(self, folder: Path, desks: int, dice: random.Random) -> None:
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        home = folder / "headoffice"
        serve = ["--language", "en", "headoffice", "--home", str(home), "--port", str(port)]
        self.hub = Program(home, HUB_DATABASE, main, serve)
        self.desks: list[Program] = []
        self.told: dict[str, Told] = {}
        for at in range(desks):
            home = folder / f"BN{at + 1:02d}"
            log = home.with_suffix(".log")
            chance = random.Random(dice.getrandbits(32))
            self.desks.append(Program(home, OFFICE_DATABASE, at_work, home, log, dice=chance))
            self.told[home.name] = Told(log)

    def found(self) -> None:
        """The utility, its office and staff; every desk enrolled, over HTTP."""
        with closing(HeadOffice(self.hub.home, CLOCK)) as headoffice:
            headoffice.founding.utility(WATER)
            office = headoffice.founding.office(NewOffice("Chi nhánh Bắc Ninh", "57 Ngô Gia Tự", "0222"))
            headoffice.founding.staff(headoffice.hub.office_feed(office), STAFF)
            invitations = [headoffice.enrolment(office, desk.name, "", self.url) for desk in self.desks]
        self.hub.start()
        assert self.hub.ready.wait(PATIENCE)
        assert not self.hub.ended_by_itself(), self.hub.ended_by_itself()
        for desk, invitation in zip(self.desks, invitations, strict=True):
            enrol_desk(desk.home, invitation, CLOCK)

    @property
    def programs(self) -> list[Program]:
        return [self.hub, *self.desks]

    def reconcile(self) -> None:
        """Each desk sends and receives until all have everything; their own programs have ended."""
        for _ in range(2):
            for desk in self.desks:
                with closing(Desktop(desk.home, CLOCK)) as desktop:
                    desktop.client.once()


def _free_port() -> int:
    """Below those that the system gives to whoever connects: a desk that calls a head office which is down
    could else be given its very port."""
    while True:
        port = random.SystemRandom().randint(15_000, 30_000)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
