#!/usr/bin/env python3
"""Sets Đầu Mối up and runs it. Needs nothing but Python 3.11 to 3.13.

    python3 run.py demo             the program on made-up data
    python3 run.py desktop          the office program
    python3 run.py headoffice       the head-office server
    python3 run.py test [options]   every check; options go to pytest
    python3 run.py bench [options]  the measurements
    python3 run.py simulate --core --seeds 5000   feeds and clocks alone: does any seed lose anything?
    python3 run.py simulate --kill 200   kills real desks and a real head office: is anything lost?
    python3 run.py lock [options]   pins the packages anew; options go to uv, such as --upgrade
    python3 run.py anything-else    goes to the program as it is: run.py --help

The first start makes the folder .venv with the packages pinned in requirements/ and, on Debian and
its kin, the system libraries that windows need; later starts go straight to the program.
On a machine without Internet, PIP_NO_INDEX=1 and PIP_FIND_LINKS=folder take the packages from a folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
SCRIPTS = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = SCRIPTS / ("python.exe" if WINDOWS else "python")
REQUIREMENTS = ROOT / "requirements"
UNFINISHED = VENV / "unfinished"  # is there while .venv is being changed; a .venv found with it is made anew
LOCK = VENV / "set-up.lock"
LAYOUT = "1"  # raise it when the files this script itself puts into .venv change

WITHOUT_WINDOW = {"headoffice"}  # a server needs no libraries for windows

# What Qt's offscreen and xcb platforms load and a bare Debian 12 does not have.
QT_LIBRARIES = [
    *("libdbus-1-3", "libegl1", "libfontconfig1", "libgl1", "libglib2.0-0", "libx11-xcb1"),
    *("libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1", "libxcb-randr0"),
    *("libxcb-render-util0", "libxcb-shape0", "libxcb-sync1", "libxcb-xfixes0", "libxcb-xkb1"),
    *("libxkbcommon-x11-0", "libxkbcommon0"),
]
TRY_QT = """
import ctypes, pathlib, sys
import PySide6.QtGui, PySide6.QtPrintSupport, PySide6.QtSvg, PySide6.QtWidgets
if sys.platform == "linux":
    for name in ("offscreen", "xcb"):
        ctypes.CDLL(str(pathlib.Path(PySide6.__file__).parent / "Qt/plugins/platforms" / f"libq{name}.so"))
"""


class SetUpError(Exception):
    """Why the set-up stops: a sentence for the person at the keyboard, in English and in Vietnamese."""

    def __init__(self, english: str, vietnamese: str, details: Iterable[str] = ()) -> None:
        super().__init__("\n".join([english, vietnamese, *(f"    {line}" for line in details)]))


# ---- what is set up, and is it still right ----


def fingerprint(layer: str, version: tuple[int, ...] = sys.version_info[:2]) -> str:
    """What a layer of .venv was made from; differs as soon as that layer must be made anew."""
    parts = [LAYOUT, sys.platform, sys.implementation.cache_tag or "", str(version), str(ROOT)]
    locks = {"venv": [], "dev": ["runtime", "dev"]}.get(layer, ["runtime"])
    parts += [lock_file(name).read_text("utf-8") for name in locks]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def lock_file(name: str) -> Path:
    return REQUIREMENTS / f"{name}.txt"


def stamp(layer: str) -> Path:
    return VENV / f"{layer}.stamp"


def write_stamp(layer: str) -> None:
    stamp(layer).write_text(fingerprint(layer), "utf-8")


def stamped(layer: str) -> bool:
    try:
        return stamp(layer).read_text("utf-8") == fingerprint(layer)
    except FileNotFoundError:
        return False


def whole() -> bool:
    """Whether .venv can be built upon: finished, and all that is in it still what is wanted."""
    return ready(["venv", *(path.stem for path in VENV.glob("*.stamp"))])


def ready(layers: Sequence[str]) -> bool:
    return PYTHON.exists() and not UNFINISHED.exists() and all(map(stamped, layers))


def set_up(layers: Sequence[str]) -> None:
    """Brings .venv to the state where `layers` (locks, or "window" for Qt's libraries) are there.

    The stamp of a layer is written when it is done, so that what was interrupted is not trusted.
    """
    if ready(["venv", *layers]):
        return
    VENV.mkdir(exist_ok=True)
    with one_at_a_time(LOCK):
        if not whole():
            make_venv()
        for layer in layers:
            if not stamped(layer):
                if layer == "window":
                    see_that_qt_loads()
                else:
                    install(layer)
                write_stamp(layer)


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Holds the lock file `path`, waiting for another start that sets up.

    The system frees it at our end; a pip that outlives us holds it on, so that nobody works against it.
    """
    with path.open("a+b") as file:
        os.set_inheritable(file.fileno(), True)
        told = False
        while not try_lock(file.fileno()):
            if not told:
                say("Another start is setting up; waiting for it …")
                told = True
            time.sleep(0.2)
        yield


def try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


# ---- the steps ----


def make_venv() -> None:
    """An empty .venv with this checkout on its path and the launcher `daumoi`."""
    say(f"Setting up {VENV} …")
    UNFINISHED.touch()
    for path in VENV.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path not in (UNFINISHED, LOCK):
            path.unlink()
    if not all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
        install_from_debian(["python3-venv"], "this Python comes without venv")
    base = getattr(sys, "_base_executable", None) or sys.executable
    code, words = quietly(base, "-m", "venv", "--prompt", "daumoi", str(VENV))
    if code:
        raise SetUpError(
            "Python could not make the folder .venv; its own words:",
            "Python không tạo được thư mục .venv; nguyên văn thông báo:",
            words[-12:],
        )
    packages = VENV / "Lib" if WINDOWS else next((VENV / "lib").glob("python3*"))
    (packages / "site-packages" / "daumoi.pth").write_text(f"{ROOT}\n", "utf-8")
    if WINDOWS:
        launcher = '@set PYTHONUTF8=1\r\n@"%~dp0python.exe" -P -m app %*\r\n'
        (SCRIPTS / "daumoi.cmd").write_text(launcher, "utf-8", newline="")
    else:
        launcher = f'#!/bin/sh\nPYTHONUTF8=1 exec {shlex.quote(str(PYTHON))} -P -m app "$@"\n'
        (SCRIPTS / "daumoi").write_text(launcher, "utf-8")
        (SCRIPTS / "daumoi").chmod(0o755)
    UNFINISHED.unlink()
    write_stamp("venv")


def install(layer: str) -> None:
    """The packages of a lock, each proved by its hash.

    The mark stays when pip is cut off while it installs; a failed download has changed nothing.
    """
    UNFINISHED.touch()
    total = sum("==" in line for line in lock_file(layer).read_text("utf-8").splitlines())
    say(f"Installing the {total} packages of {lock_file(layer).relative_to(ROOT)} …")
    pip = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    safely = ["--require-hashes", "--no-deps", "--only-binary=:all:"]
    code, words = quietly(*pip, "--progress-bar=off", *safely, "-r", str(lock_file(layer)))
    if code == 0 or not any("Installing collected packages" in line for line in words):
        UNFINISHED.unlink()
    if code:
        raise SetUpError(
            "The packages could not be installed. Check the connection (behind a proxy: HTTPS_PROXY), "
            "then start this again. pip's last words:",
            "Chưa cài được các gói cần thiết. Xin kiểm tra kết nối mạng rồi chạy lại. Thông báo của pip:",
            words[-12:],
        )


def see_that_qt_loads() -> None:
    """Loads Qt as a window would, and has the system libraries installed when one is missing."""
    missing = why_qt_fails()
    if missing and sys.platform == "linux" and ".so" in missing:
        install_from_debian(QT_LIBRARIES, missing)
        missing = why_qt_fails()
    if missing:
        raise SetUpError(
            f"No window can be shown here: {missing}", f"Không mở được cửa sổ trên máy này: {missing}"
        )


def why_qt_fails() -> str:
    """The loader's own words, or nothing when Qt loads."""
    code, words = quietly(str(PYTHON), "-c", TRY_QT)
    last = (words or [f"Qt stopped with code {code}"])[-1]
    return last.removeprefix("ImportError: ").removeprefix("OSError: ") if code else ""


def install_from_debian(packages: Sequence[str], reason: str) -> None:
    """Has apt install `packages`, or says the one command that does."""
    apt = shutil.which("apt-get")
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if not apt:
        raise SetUpError(
            f"Something of the system is missing: {reason}. Install what corresponds to these packages "
            "of Debian, then start this again:",
            "Máy còn thiếu thành phần hệ thống. Xin cài các gói tương ứng sau rồi chạy lại:",
            [" ".join(packages)],
        )
    if WINDOWS or os.geteuid() != 0:
        raise SetUpError(
            f"Something of the system is missing: {reason}. Type this, then start again:",
            "Máy còn thiếu thành phần hệ thống. Xin gõ lệnh sau rồi chạy lại:",
            [shlex.join(["sudo", *command])],
        )
    say("Installing with apt: " + " ".join(packages))
    patiently = ("-o", "DPkg::Lock::Timeout=300")
    quietly(apt, *patiently, "update")
    code, words = quietly(apt, *patiently, *command[1:], DEBIAN_FRONTEND="noninteractive")
    if code:
        raise SetUpError(
            f"apt could not install what is missing. Check the connection, then type: {shlex.join(command)}",
            "apt chưa cài được phần còn thiếu. Xin kiểm tra kết nối mạng rồi gõ lệnh trên.",
            words[-12:],
        )


def quietly(*command: str, **variables: str) -> tuple[int, list[str]]:
    """The exit code of a command and the lines it said."""
    done = subprocess.run(  # noqa: S603
        command,
        env=environment(**variables),
        close_fds=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    return done.returncode, done.stdout.strip().splitlines()


def environment(**variables: str) -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1", **variables}


# ---- what is run ----


def test(options: Sequence[str]) -> int:
    """Every check; pytest is the last, so that its own sum closes the output."""
    checks = {
        "ruff": [str(SCRIPTS / "ruff"), "check"],
        "ruff format": [str(SCRIPTS / "ruff"), "format", "--check"],
        "mypy": [str(SCRIPTS / "mypy")],
        "lint-imports": [str(SCRIPTS / "lint-imports")],
        "pytest": [str(PYTHON), "-m", "pytest", "-n", "3", "--dist", "worksteal", *options],
    }
    codes: dict[str, int] = {}
    for name, command in checks.items():
        if codes:
            say(f"{[*codes][-1]}: {'FAILED' if [*codes.values()][-1] else 'good'}")
        say(f"\n---- {name} ----")
        # The many programs that tests start find their modules compiled, whatever is usual on this machine.
        env = environment(QT_QPA_PLATFORM="offscreen", PYTHONDONTWRITEBYTECODE="")
        codes[name] = subprocess.run(command, cwd=ROOT, env=env).returncode  # noqa: S603
    return codes["pytest"] or int(any(codes.values()))


def start(*command: str) -> int:
    """Becomes `command`, so that Ctrl+C and the exit code are the program's own (Windows: waits for it)."""
    if not WINDOWS:
        os.execve(command[0], command, environment())  # noqa: S606
    with subprocess.Popen(command, env=environment()) as program:  # noqa: S603
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                return program.wait()


def refuse_python(version: tuple[int, int]) -> None:
    if not (3, 11) <= version < (3, 14):
        found = next(filter(shutil.which, ("python3.13", "python3.12", "python3.11")), None)
        advice = f"Type: {found} run.py" if found else "Install one of them, then start this again"
        raise SetUpError(
            f"Đầu Mối needs Python 3.11, 3.12 or 3.13; this is {version[0]}.{version[1]}. {advice}.",
            f"Đầu Mối cần Python 3.11, 3.12 hoặc 3.13; máy đang dùng {version[0]}.{version[1]}.",
        )


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> int:
    if not arguments:
        print(__doc__)
        return 0
    command, *rest = arguments
    refuse_python(sys.version_info[:2])
    if command == "lock":
        set_up([])
        return start(str(PYTHON), str(REQUIREMENTS / "pin.py"), *rest)
    if command == "test":
        set_up(["runtime", "dev", "window"])
        return test(rest)
    if command == "simulate":
        set_up(["runtime", "dev"])
        return start(str(PYTHON), "-P", "-m", "tests.simulation", *rest)
    set_up(["runtime"] if command in WITHOUT_WINDOW else ["runtime", "window"])
    if command == "bench":
        return start(str(PYTHON), "-P", "-m", "benchmarks", *rest)
    return start(str(PYTHON), "-P", "-m", "app", *arguments)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        sys.exit(main(sys.argv[1:]))
    except SetUpError as refusal:
        sys.exit(str(refusal))
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(f"The set-up could not use {error.filename or VENV}: {error.strerror}")
