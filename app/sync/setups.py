"""Setups of the program with their manifests in a folder: each whole and as its publisher has signed it, or
not there. Little is imported besides what Python brings: a start of the program looks here first."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.errors import AppError, disk_told, file_told
from app.domain.updates import MOST_MANIFEST, SUFFIX, Manifest, read_manifest, version

ROOM = 64 << 20
"""So many bytes are left free on the disk beside a setup: work goes on meanwhile."""

PIECE = 1 << 20

Step = Callable[[int, int], object]


@dataclass
class Setups:
    """Those in the folder `path`; `keys`: the public keys of their publishers."""

    path: Path
    keys: Sequence[bytes]
    _whole: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Setups that were found whole: digest -> size and time of the file then."""

    def setup(self, manifest: Manifest) -> Path:
        """Where a setup lies, or is to lie."""
        return self.path / manifest.setup_name

    def coming(self, manifest: Manifest) -> Path:
        """Where what has come of a setup lies, by its digest: of another one nothing is gone on from."""
        return self.path / f"{manifest.sha256}.part"

    def has(self, manifest: Manifest) -> bool:
        """Whether the setup is here, whole and as it was signed."""
        path = self.setup(manifest)
        try:
            found = path.stat()
            seen = (found.st_size, found.st_mtime_ns)
            if self._whole.get(manifest.sha256) == seen:
                return True
            if digest_of(path, manifest.size) != manifest.digest:
                return False
        except (AppError, OSError):
            return False
        self._whole[manifest.sha256] = seen
        return True

    def manifests(self) -> list[Manifest]:
        """All that are here and signed, the newest first."""
        found = []
        for path in self.path.glob(f"*{SUFFIX}"):
            with suppress(AppError):
                manifest = read_manifest(manifest_bytes(path), self.keys)
                if path.name == manifest.manifest_name:
                    found.append(manifest)
        return sorted(found, key=lambda each: version(each.version), reverse=True)

    def keep_manifest(self, manifest: Manifest, data: bytes) -> None:
        """Take a manifest down. AppError "disk.full", "folder.not_writable"."""
        path = self.path / manifest.manifest_name
        with suppress(AppError):
            if manifest_bytes(path) == data:
                return
        with disk_told(self.path):
            write(path, data)

    def see_to_room(self, size: int) -> None:
        """AppError "disk.full" when there is no room for so many bytes more."""
        with disk_told(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(self.path).free < size + ROOM:
                raise AppError("disk.full", path=str(self.path))

    def complete(self, manifest: Manifest) -> None:
        """All of a setup has come: it gets its name when it is what was signed. AppError
        "update.damaged"."""
        part = self.coming(manifest)
        with disk_told(self.path):
            if digest_of(part, manifest.size) != manifest.digest:
                raise AppError("update.damaged", version=manifest.version)
            put_on_disk(part)
            part.replace(self.setup(manifest))

    def throw_away(self, manifest: Manifest) -> None:
        """What has come of a setup is of no use."""
        with suppress(OSError):
            self.coming(manifest).unlink(missing_ok=True)

    def bring(self, manifest: Manifest, folder: Path, step: Step) -> None:
        """Copy a setup from a folder, whole or not at all. AppError "update.no_setup", "update.damaged",
        "file.not_readable", "disk.full", "folder.not_writable"."""
        source = folder / manifest.setup_name
        if self.has(manifest):
            return
        try:
            size = source.stat().st_size
        except OSError as error:
            raise AppError("update.no_setup", path=str(source)) from error
        if size != manifest.size:
            raise AppError("update.damaged", version=manifest.version)
        self.see_to_room(size)
        part = self.coming(manifest)
        try:
            with disk_told(self.path), part.open("wb") as to:
                for piece in _pieces(source, size):
                    to.write(piece)
                    step(to.tell(), size)
            self.complete(manifest)
        except BaseException:
            self.throw_away(manifest)
            raise

    def of(self, wanted: str, system: str) -> Path | None:
        """The setup of a version for a kind of computer, if it is here, whole."""
        for manifest in self.manifests():
            if (manifest.version, manifest.system) == (wanted, system) and self.has(manifest):
                return self.setup(manifest)
        return None

    def doubt(self) -> None:
        """What lies here may have been changed since it was read: it is read anew."""
        self._whole.clear()


def manifest_bytes(path: Path) -> bytes:
    """The bytes of a file that may be a manifest. AppError "file.not_found", "file.not_readable"."""
    with file_told(path), path.open("rb") as file:
        return file.read(MOST_MANIFEST + 1)


def digest_of(path: Path, size: int) -> bytes:
    """SHA-256 of a file that should have so many bytes; empty when it has another number, which is all that
    is read then. AppError "file.not_found", "file.not_readable"."""
    with file_told(path):
        if path.stat().st_size != size:
            return b""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()


def _pieces(path: Path, size: int) -> Iterator[bytes]:
    """A file's first so many bytes. AppError "file.not_readable": a stick was pulled out."""
    try:
        with path.open("rb") as file:
            while size and (piece := file.read(min(PIECE, size))):
                yield piece
                size -= len(piece)
    except OSError as error:
        raise AppError("file.not_readable", path=str(path)) from error


def write(path: Path, data: bytes) -> None:
    """A small file, whole or as it was before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".new")
    part.write_bytes(data)
    put_on_disk(part)
    part.replace(path)


def put_on_disk(path: Path) -> None:
    """Have what was written to a file lie on the disk. OSError."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
