"""A PC to try the setup package on: a copy of the Wine prefix, what is done with it, and what is found."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from installer.setup import manifest
from installer.wine import ROOT, BuildError, Cache, Room, run, say

FOLDER = r"C:\users\root\AppData\Local\Programs\DauMoi"
"""Where the setup puts the program for one user."""

UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\DauMoi"
TITLE = "Đầu Mối"

AT_REST = 2.5
"""Seconds without a change after which a screen is at rest: a cursor comes or goes twice a second."""

failures: list[str] = []


def check(so: object, words: str) -> None:
    """A line for what was looked at; what is not so fails the whole, and the rest is looked at too."""
    say(f"    {'ok   ' if so else 'WRONG'} {words}")
    if not so:
        failures.append(words)


def until(so: Callable[[], object], words: str, seconds: float = 60) -> None:
    """Wait for something. BuildError with the words when it does not come about."""
    end = time.monotonic() + seconds
    while not so():
        if time.monotonic() > end:
            raise BuildError(f"{words} in {seconds:.0f} s")
        time.sleep(0.1)


class Trial:
    """A Windows user's PC: a fresh copy of the prefix, and the setups. `customers`: of the office whose data
    it gets; `sources`: of the older program, which makes them."""

    def __init__(
        self, cache: Cache, new: Path, old: Path, out: Path, customers: int, sources: Path = ROOT
    ) -> None:
        self.cache, self.new, self.old, self.out, self.customers = cache, new, old, out, customers
        self.sources = sources
        self.version, self.older = version_in(new), version_in(old)
        self.work = cache.work / "verify"
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.prefix = self.work / "prefix"
        for setup in (new, old):
            self.bring(setup)
        self.room = Room(cache, {"/prefix": self.prefix})
        self.renew()

    def bring(self, setup: Path) -> Path:
        """A setup, where the PC can reach it."""
        return Path(shutil.copy(setup, self.work / setup.name))

    def renew(self) -> None:
        """Another PC, on which nothing has been installed yet."""
        shutil.rmtree(self.prefix, ignore_errors=True)
        run("cp", "-a", str(self.cache.prefix), str(self.prefix))

    # -- its disk ---------------------------------------------------------------------------------------

    def at(self, windows: str) -> Path:
        """A place on the PC's disk C:, as this machine sees it."""
        return self.prefix / "drive_c" / windows.removeprefix("C:\\").replace("\\", "/")

    @property
    def program(self) -> Path:
        """Where one user's program is installed."""
        return self.at(FOLDER) / "program"

    @property
    def home(self) -> Path:
        """The user's data."""
        return self.at(r"C:\users\root\AppData\Local\DauMoi")

    def note(self) -> str:
        """What a silent setup said."""
        path = self.at(r"C:\users\root\AppData\Local\Temp\Daumoi-Setup.txt")
        return path.read_text("utf-16") if path.exists() else ""

    def links(self, *folders: str) -> int:
        """How many links to programs there are in folders of the disk C:."""
        return sum(len(list(self.at(folder).rglob("*.lnk"))) for folder in folders)

    # -- what is done with it ---------------------------------------------------------------------------

    @contextmanager
    def opened(self) -> Iterator[Room]:
        """The PC, switched on."""
        with self.room.opened() as room:
            yield room

    def setup(self, setup: Path, *options: str, timeout: float = 300) -> tuple[int, float]:
        """Run a setup; its exit code and seconds."""
        begun = time.monotonic()
        line = " ".join([f"Z:\\work\\verify\\{setup.name}", *options])  # unquoted, as /D= wants to be
        code, _ = self.room.outcome("wine", "cmd", "/c", line, timeout=timeout)
        return code, time.monotonic() - begun

    def cli(self, *arguments: str, timeout: float = 300) -> tuple[int, str]:
        """The installed command line: its exit code and what it said."""
        exe = rf"{FOLDER}\program\daumoi-cli.exe"
        return self.room.outcome("wine", exe, "--language", "en", *arguments, timeout=timeout)

    def start(self, *arguments: str, **extra: str) -> subprocess.Popen[bytes]:
        """Start the installed program's window."""
        return self.room.start("wine", rf"{FOLDER}\program\daumoi.exe", *arguments, **extra)

    def windows(self, name: str = TITLE) -> list[str]:
        """The windows of that name that can be seen, the uppermost last."""
        return self.room.outcome("xdotool", "search", "--onlyvisible", "--name", name)[1].split()

    def window(self, name: str = TITLE, seconds: float = 90) -> float:
        """Wait for a window of that name; the seconds it took. BuildError when it does not come."""
        begun = time.monotonic()
        until(lambda: self.windows(name), f"no window {name}", seconds)
        return time.monotonic() - begun

    def activate(self, name: str = TITLE) -> None:
        """Give a window the keyboard, as by a click."""
        self.room.run("xdotool", "search", "--onlyvisible", "--name", name, "windowactivate", "--sync")

    def press(self, *keys: str) -> None:
        """Press keys, by X's names."""
        self.room.run("xdotool", "key", "--delay", "150", *keys)

    def write(self, text: str) -> None:
        """Type a text, as a person does."""
        self.room.run("xdotool", "type", "--delay", "40", text)

    def still(self, seconds: float = 60, rest: float = AT_REST, *, cursor: bool = True) -> float:
        """Wait until nothing has moved on the screen for `rest` seconds but a cursor, and without `cursor`
        that neither; since when, by `time.monotonic`. BuildError when it does not come to rest."""
        begun = since = time.monotonic()
        seen = [b""]
        while time.monotonic() - begun < seconds:
            now = self._screen()
            if now in seen[-2 if cursor else -1 :]:
                if time.monotonic() - since > rest:
                    return since
            else:
                since = time.monotonic()
            if now != seen[-1]:
                seen.append(now)
            time.sleep(0.15)
        raise BuildError(f"the screen does not come to rest in {seconds:.0f} s")

    def asks(self, seconds: float = 60) -> float:
        """Wait until a field waits to be filled in: its cursor comes and goes, and nothing else moves. Since
        when, by `time.monotonic`. BuildError when there is none."""
        begun = time.monotonic()
        seen = [(begun, b""), (begun, b"")]
        while time.monotonic() - begun < seconds:
            now = self._screen()
            (since, before), (_, last) = seen[-2:]
            if now == before:
                return since
            if now != last:
                seen.append((time.monotonic(), now))
            time.sleep(0.1)
        raise BuildError(f"nothing is asked for in {seconds:.0f} s")

    def picture(self, name: str) -> None:
        """The screen as it is."""
        self.out.mkdir(parents=True, exist_ok=True)
        (self.out / f"{name}.png").write_bytes(self._screen())

    def _screen(self) -> bytes:
        self.room.run("maim", "/work/verify/screen.png")
        return (self.work / "screen.png").read_bytes()

    # -- what Windows knows of it -----------------------------------------------------------------------

    def registry(self, key: str, name: str) -> str:
        """A value of the registry, "" being the name of a key's own; nothing when there is none."""
        asked = ("/v", name) if name else ("/ve",)
        code, said = self.room.outcome("wine", "reg", "query", key, *asked, "/reg:64")
        found = re.search(r"\sREG_\w+\s+(.*)", said)
        return found[1].strip() if code == 0 and found else ""

    def listed(self, whose: str = "HKCU") -> str:
        """The version that is listed among the programs of this user, or with HKLM of all."""
        return self.registry(rf"{whose}\{UNINSTALL}", "DisplayVersion")


def version_in(setup: Path) -> str:
    """The version that the name of a setup says."""
    return str(re.findall(r"\d+\.\d+\.\d+", setup.name)[0])


def last_line(said: str) -> str:
    """What a command said last."""
    return (said.strip().splitlines() or [""])[-1]


def whole(folder: Path) -> bool:
    """Whether a program folder holds exactly what its list names."""
    listed = (folder / "installed.txt").read_text("ascii").splitlines()
    there = [line for line in manifest(folder).splitlines() if line != "installed.txt"]
    return sorted(listed) == sorted(there)


def size_of(folder: Path) -> float:
    """Megabytes of the files in a folder."""
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file()) / 1e6


def contents_of(folder: Path) -> dict[str, str]:
    """The digest of every file in a folder, by name; without what is made where somebody only reads or looks
    whether a window is open: locks, and beside a database an empty log and its index."""
    found = {}
    for each in sorted(folder.rglob("*")):
        passing = each.name.endswith(("-shm", ".lock"))
        passing = passing or (each.name.endswith("-wal") and not each.stat().st_size)
        if each.is_file() and not passing:
            found[each.relative_to(folder).as_posix()] = hashlib.sha256(each.read_bytes()).hexdigest()
    return found


def differing(before: dict[str, str], folder: Path) -> str:
    """The names of the files that are others than before; nothing when all is as it was."""
    now = contents_of(folder)
    return ", ".join(name for name in sorted({*before, *now}) if before.get(name) != now.get(name))
