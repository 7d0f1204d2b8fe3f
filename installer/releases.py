"""What makes a release: the publisher whose updates it takes, what has to be there before it is built; and
the release before, built as it was."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from installer.wine import ROOT, BuildError, Cache, say

PUBLISHERS = Path("resources") / "publishers.json"
"""The publishers' public keys, in the sources and in the packaged program's folder `_internal`."""

NO_PUBLISHER = (
    "resources/publishers.json names no publisher: this program takes no updates, and its settings say so. "
    "For a release make a key by `daumoi update key --out FILE`, put its public half there and build with "
    "--release."
)


def keys_of(path: Path) -> list[str]:
    """The public keys in a file of publishers, as hexadecimal digits. BuildError for what is none."""
    try:
        keys = [str(each["key"]) for each in json.loads(path.read_text("utf-8"))]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BuildError(f"{path} is no list of publishers, each with a name and a key.") from error
    for key in keys:
        if not re.fullmatch("[0-9a-f]{64}", key):
            raise BuildError(f"{path}: {key} is no public key: 64 hexadecimal digits, in small letters.")
    return keys


def missing_for_release(version: str, root: Path = ROOT) -> list[str]:
    """What a release lacks, each as a sentence; nothing when it may be built. BuildError as `keys_of`."""
    lacks = [] if keys_of(root / PUBLISHERS) else [NO_PUBLISHER]
    if version in {each.version for each in releases(root)}:
        lacks.append(f"{version} was released before: raise the version in app/__init__.py.")
    if not (root / "tests" / "releases" / f"{version}.tar.xz").exists():
        lacks.append(f"tests/releases has no database of it: python -m tests.releases.make {version}")
    changed = [line.split(maxsplit=1)[1] for line in git("status", "--porcelain", root=root).splitlines()]
    if changed or not git("rev-parse", "HEAD", root=root):
        lacks.append(f"Not everything is committed: {', '.join(changed) or 'there is no commit here'}.")
    return lacks


@dataclass(frozen=True, slots=True)
class Release:
    """A release that was made. `revision`: of its database."""

    version: str
    commit: str
    revision: str


def releases(root: Path = ROOT) -> list[Release]:
    """All of them, the newest last."""
    return [Release(**each) for each in json.loads((root / "installer/releases.json").read_text("utf-8"))]


class Before:
    """A release as it was: the sources of its commit, and the setup that its own installer makes of them."""

    def __init__(self, cache: Cache, release: Release) -> None:
        self.release = release
        self.folder = cache.folder / "releases" / f"{release.version}-{release.commit[:8]}"
        self.sources = self.folder / "sources"
        self._cache = cache

    @property
    def setup(self) -> Path:
        """Its setup; there after `make`."""
        return self.folder / f"Daumoi-Setup-{self.release.version}.exe"

    def make(self) -> None:
        """Take its sources and build its setup, unless both are in the cache. BuildError where the history of
        this clone does not reach back to it, or it cannot be built (any more)."""
        if self.setup.exists():
            return
        if not git("cat-file", "-t", self.release.commit):
            raise BuildError(
                f"The history here does not have {self.release.commit[:8]}; try git fetch --unshallow."
            )
        shutil.rmtree(self.folder, ignore_errors=True)
        self.sources.mkdir(parents=True)
        archive = self.folder / "sources.tar"
        git("archive", f"--output={archive}", self.release.commit)
        shutil.unpack_archive(archive, self.sources, filter="data")
        archive.unlink()
        say(f"{self.setup.name}, of {self.release.commit[:8]} …")
        try:
            self._build(self._cache.folder)
        except BuildError as error:
            if "not prepared" not in str(error):
                raise
            # Its locks were others than those of today: by a cache of its own.
            own = self.folder / "cache"
            self._build(own, "--prepare")
            self._build(own)
        made = self.sources / "dist" / self.setup.name
        made.replace(self.setup)

    def _build(self, cache: Path, *options: str) -> None:
        command = [sys.executable, str(self.sources / "installer" / "build.py"), "--cache", str(cache)]
        done = subprocess.run([*command, *options], capture_output=True, encoding="utf-8", errors="replace")  # noqa: S603
        if done.returncode:
            raise BuildError(f"{self.release.version} cannot be built as it was.", done.stderr)


def git(*arguments: str, root: Path = ROOT) -> str:
    """What git says; nothing where it fails or is not there."""
    try:
        command = [shutil.which("git") or "git", *arguments]
        done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8")  # noqa: S603
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
