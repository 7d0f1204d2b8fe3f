"""Reports of what nobody expected: which failure, where in the program, with which versions.

Nothing that people typed is in them: an exception's message may quote what it stumbled over, so only its
type, its code and its place in the program are told (`docs/decisions/0021`).
"""

from __future__ import annotations

import errno
import hashlib
import os
import platform
import re
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from traceback import walk_tb

from app import __version__
from app.domain.clock import Clock
from app.domain.errors import AppError

KEPT = 20
"""So many reports are kept, the newest."""

MOST_CAUSES = 8
MOST_FRAMES = 60

_NAME = re.compile(r"crash-\d{8}-\d{6}-([0-9a-f]{8}|fault)\.txt")

_BASES = tuple(
    each.as_posix() + "/" for each in (Path(__file__).resolve().parent.parent, Path(os.__file__).parent)
)
_CODE = re.compile(r"[a-z][a-z_]{0,39}(\.[a-z_]{1,40}){0,3}")
_SQLITE = re.compile(r"SQLITE_[A-Z_]+")
_FAULT_LINE = re.compile(r'^(?P<lead>\s*File )"(?P<file>.*)"(?P<rest>, line \d+ in [\w.<>]+)\s*$')
_FAULT_HEAD = re.compile(
    r"(Fatal Python error: [A-Za-z ]+|Windows fatal exception: [A-Za-z0-9 ]+|"
    r"(Current thread|Thread) 0x[0-9a-f]+ (\[[\w#-]+\] )?\(most recent call first\):|"
    r"<.*no Python frame.*>|\s*\.\.\.)$"
)


def code_of(text: object) -> str:
    """A code of the program as it is, whatever else as "…"."""
    return text if isinstance(text, str) and _CODE.fullmatch(text) else "…"


def place_of(file: str) -> str:
    """Where a file of the program is, without the folders of this PC: they name its user."""
    path = file.replace("\\", "/")
    parts = path.split("/")
    if "site-packages" in parts:
        return "/".join(parts[len(parts) - parts[::-1].index("site-packages") :])
    for base in _BASES:
        if path.startswith(base):
            return path.removeprefix(base)
    if parts[0] and ":" not in path and ".." not in parts:
        return path  # of the packaged program, or frozen into Python
    return parts[-1]


def outline(error: BaseException) -> list[str]:
    """A failure and what led to it, line by line, the failure itself last."""
    lines: list[str] = []
    for each in reversed(list(_chain(error))):
        if lines:
            lines.append("-- then")
        frames = list(walk_tb(each.__traceback__))
        if len(frames) > MOST_FRAMES:
            lines.append(f"  ({len(frames) - MOST_FRAMES} frames before)")
        lines += [
            f"  {place_of(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"
            for frame, line in frames[-MOST_FRAMES:]
        ]
        lines.append(_what(each))
    return lines


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen and len(seen) < MOST_CAUSES:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _what(error: BaseException) -> str:
    kind = type(error)
    of = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    more: list[str] = []
    if isinstance(error, AppError):
        more.append(code_of(error.code))
    if isinstance(error, OSError) and error.errno:
        more.append(errno.errorcode.get(error.errno, str(error.errno)))
    if _SQLITE.fullmatch(name := str(getattr(error, "sqlite_errorname", ""))):
        more.append(name)
    return " ".join([f"{of}{kind.__qualname__}", *more])


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was written. `times`: so often the same has happened since the program was started;
    `path` is None where nothing could be written."""

    path: Path | None
    times: int


class CrashReports:
    """Writes reports into a folder; from whatever thread."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._seen: dict[str, Report] = {}
        self._lock = threading.Lock()

    def write(self, error: BaseException, where: str = "") -> Report:
        """Report a failure; of one that has happened before nothing new is written. `where` is the thread or
        the part of the program."""
        lines = outline(error)
        mark = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]
        with self._lock:
            before = self._seen.get(mark)
            if before is None:
                now = self._clock.now().astimezone(UTC)
                head = [*_head(now), f"in: {code_of(re.sub('[^a-z_]', '', where.casefold()))}", ""]
                path = _keep(self._folder, f"crash-{now:%Y%m%d-%H%M%S}-{mark}.txt", [*head, *lines])
                self._seen[mark] = Report(path, 1)
            else:
                self._seen[mark] = Report(before.path, before.times + 1)
            return self._seen[mark]


def keep_fault(dump: Path, folder: Path) -> Path | None:
    """Make a report of what `faulthandler` wrote at the end of a program that Qt or Windows brought down;
    None where it wrote nothing. The dump is gone afterwards."""
    try:
        text = dump.read_text("utf-8", "replace")
        ended = datetime.fromtimestamp(dump.stat().st_mtime, UTC)
        dump.unlink()
    except OSError:
        return None
    lines = list(_clean(text))
    if not lines:
        return None
    return _keep(folder, f"crash-{ended:%Y%m%d-%H%M%S}-fault.txt", [*_head(ended), "", *lines])


def _clean(dump: str) -> Iterator[str]:
    for line in dump.splitlines():
        if found := _FAULT_LINE.match(line):
            yield f"{found['lead']}{place_of(found['file'])}{found['rest']}"
        elif _FAULT_HEAD.match(line):
            yield line


def _head(now: datetime) -> list[str]:
    return [
        f"Đầu Mối {__version__}",
        f"at: {now:%Y-%m-%dT%H:%M:%SZ}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, Qt {qt_version()}",
        f"{platform.system()} {platform.release()} {platform.version()} {platform.machine()}",
    ]


def qt_version() -> str:
    """Of Qt where it is loaded, else "-"."""
    return str(getattr(sys.modules.get("PySide6"), "__version__", "-"))


def _keep(folder: Path, name: str, lines: list[str]) -> Path | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_text("\n".join(lines) + "\n", "utf-8")
        for old in reports_in(folder)[KEPT:]:
            with suppress(OSError):
                old.unlink()
    except OSError:
        return None  # a full disk is told by whoever saves something
    return path


def reports_in(folder: Path) -> list[Path]:
    """The reports of a folder, the newest first."""
    found = [each for each in folder.glob("crash-*.txt") if _NAME.fullmatch(each.name)]
    return sorted(found, key=lambda each: each.name, reverse=True)
