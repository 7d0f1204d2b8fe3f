"""The support file: what those need who help from afar, and nothing of anybody's.

Everything in it is put together from the program's own words and from numbers: names of tables, counts,
sizes, versions, codes, places in the program. Nothing is taken out of a text, so nothing has to be blotted
out of one (`docs/decisions/0021`).
"""

from __future__ import annotations

import json
import locale
import os
import platform
import sqlite3
import sys
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import Engine

from app import __version__
from app.bootstrap import CONTENTS, HUB_DATABASE, OFFICE_DATABASE
from app.crashes import code_of, qt_version, reports_in
from app.documents.files import folder_for, replacing
from app.domain.clock import Clock
from app.domain.errors import AppError
from app.logs import LOGS, logs_in
from app.models.database import HEAD, read_engine
from app.models.sqlite import key_of
from app.queries.support import SupportQueries
from app.settings import Disk, disk_of
from app.words import tr

SUFFIX = "zip"
REPORTS = 10
"""So many of the last reports go along."""

_PACKAGES = (
    "PySide6-Essentials", "SQLAlchemy", "alembic", "cryptography", "msgspec", "httpx2", "pillow", "tzdata",
)  # fmt: skip
_FOLDERS = (CONTENTS, "backups", "papers", "logs", "snapshots")
_SETTINGS = ("language", "theme", "text_scale", "receipts")


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the support file; `about` says in words what it is."""

    name: str
    about: str
    data: bytes


@dataclass(frozen=True, slots=True)
class SupportFile:
    """What would be written, to be looked through first."""

    parts: tuple[Part, ...]
    name: str

    def write(self, path: Path) -> None:
        """Write it as a zip. AppError as `folder_for` and `replacing`."""
        with replacing(folder_for(path)) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as file:
            for part in self.parts:
                file.writestr(part.name, part.data)


def gather(
    home: Path,
    clock: Clock,
    *,
    read: Engine | None = None,
    line: Mapping[str, object] | None = None,
    disk: Disk = disk_of,
) -> SupportFile:
    """Put together what there is to tell of a home. `read` is its open database, where it is open here;
    `line` tells how it stands with the head office. What is missing or damaged is told as such."""
    now = clock.now().astimezone(UTC)
    facts = {
        "made_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "program": {"version": __version__, "schema": HEAD, "packaged": hasattr(sys, "_MEIPASS")},
        "versions": _versions(),
        "system": _system(),
        "desk": _desk(home),
        "settings": _settings(home),
        "files": _files(home, disk),
        "database": _database(home, read),
        "line": dict(line or {}),
    }
    text = json.dumps(facts, indent=1, sort_keys=True).encode() + b"\n"
    about = tr("versions of the program and of the system, counts, sizes, free disk, state of the connection")
    parts = [Part("facts.json", about, text), *_logs(home), *_reports(home)]
    listed = "".join(f"{part.name}\t{len(part.data)}\n" for part in parts).encode()
    contents = Part("contents.txt", tr("this list"), listed)
    return SupportFile((contents, *parts), f"daumoi-support-{now:%Y%m%d-%H%M}.{SUFFIX}")


# -- the parts --------------------------------------------------------------------------------------------


def _versions() -> Mapping[str, str]:
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, "qt": qt_version()}
    for name in _PACKAGES:
        with suppress(PackageNotFoundError):  # the packaged program does not carry all of them
            found[name] = version(name)
    return found


def _system() -> Mapping[str, object]:
    return {
        "name": platform.system(),
        "release": platform.release(),
        "version": platform.version(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "encoding": locale.getpreferredencoding(False),
        "utc_offset_minutes": _utc_offset(),
    }


def _utc_offset() -> int:
    offset = datetime.now(UTC).astimezone().utcoffset()
    return 0 if offset is None else int(offset.total_seconds() // 60)


def _desk(home: Path) -> Mapping[str, object]:
    from app.sync.enrolment import identity_of  # here: a program that only fails does not load it

    try:
        identity = identity_of(home)
    except AppError as error:
        return {"failed": error.code}
    if identity is None:
        return {"enrolled": False}
    return {
        "enrolled": True,
        "device": identity.device,
        "office": identity.office_no,
        "headoffice_on_this_pc": not identity.hub_url,
        "encrypted_line": identity.hub_url.startswith("https:"),
    }


def _settings(home: Path) -> Mapping[str, object]:
    try:
        found = json.loads((home / "preferences.json").read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    chosen = {name: found[name] for name in _SETTINGS if name in found} if isinstance(found, dict) else {}
    return {name: each if isinstance(each, int) else code_of(each) for name, each in chosen.items()}


def _files(home: Path, disk: Disk) -> Mapping[str, object]:
    told: dict[str, object] = {}
    for name in (OFFICE_DATABASE, f"{OFFICE_DATABASE}-wal", f"{OFFICE_DATABASE}-shm", HUB_DATABASE):
        with suppress(OSError):
            told[name] = (home / name).stat().st_size
    for name in _FOLDERS:
        sizes = _sizes(home / name)
        told[name] = {"files": len(sizes), "bytes": sum(sizes)}
    with suppress(OSError):
        told["disk_bytes"], told["disk_free_bytes"] = disk(home)
    return told


def _sizes(folder: Path) -> list[int]:
    sizes = []
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.is_file():
                sizes.append(path.stat().st_size)
    return sizes


def _database(home: Path, read: Engine | None) -> Mapping[str, object]:
    path = home / OFFICE_DATABASE
    if read is None and not path.exists():
        return {"there": False}
    try:
        engine = read or read_engine(path, key_of(path))
    except (AppError, OSError) as error:
        return {"failed": error.code if isinstance(error, AppError) else type(error).__name__}
    device = _desk(home).get("device")
    try:
        return SupportQueries(engine, device if isinstance(device, int) else 0).facts()
    finally:
        if read is None:
            engine.dispose()


def _logs(home: Path) -> list[Part]:
    about = tr("the program's log: when something went wrong, and where in the program")
    return [_part(path, f"logs/{path.name}", about) for path in logs_in(home)]


def _reports(home: Path) -> list[Part]:
    about = tr("report of a fault: which one, and where in the program")
    return [_part(path, f"reports/{path.name}", about) for path in reports_in(home / LOGS)[:REPORTS]]


def _part(path: Path, name: str, about: str) -> Part:
    try:
        return Part(name, about, path.read_bytes())
    except OSError:
        return Part(name, about, b"")
