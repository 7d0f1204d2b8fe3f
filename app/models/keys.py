"""The keys of encrypted databases, and where this PC keeps them (decision 0020).

On Windows they lie in the credential store of the person who is signed in to Windows. Elsewhere each is a
file that its owner alone may read, in the owner's folder of settings: not in the folder of the data, so that
whoever copies that one has no key with it.
"""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

from platformdirs import user_config_path

BITS = 256
MAGIC = b"DMk1"
"""So an encrypted database begins; then comes the mark of its key, so that every copy says what opens it."""

MARK = 12


@dataclass(frozen=True, slots=True)
class Key:
    """A raw key of 256 bits."""

    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.value) * 8 != BITS:
            raise ValueError("a key has 32 bytes")

    @property
    def mark(self) -> str:
        """What the key is called by, worked out from it: says nothing of it."""
        return blake2b(self.value, digest_size=MARK, person=b"daumoi key").hexdigest()

    @property
    def header(self) -> bytes:
        """The first bytes of each database under this key, which SQLCipher takes as its salt."""
        return MAGIC + bytes.fromhex(self.mark)

    @property
    def spelled(self) -> str:
        """As SQLCipher takes it: raw, not to be stretched like a password, with the salt."""
        return f"x'{(self.value + self.header).hex()}'"


def new_key() -> Key:
    """A key that nobody has had."""
    return Key(secrets.token_bytes(BITS // 8))


def mark_in(header: bytes) -> str | None:
    """The mark of the key that a file beginning so is encrypted with; None for any other file."""
    whole = len(header) >= len(MAGIC) + MARK and header.startswith(MAGIC)
    return header[len(MAGIC) : len(MAGIC) + MARK].hex() if whole else None


class Keys(Protocol):
    """A place where keys are kept. What it cannot do is an OSError."""

    def keep(self, key: Key) -> None:
        """Keep a key, for good before this returns."""

    def find(self, mark: str) -> Key | None:
        """The key of a mark, if it is here and whole."""

    def forget(self, mark: str) -> None:
        """Have it here no longer."""


class KeyFiles:
    """Keys as files that their owner alone may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, key: Key) -> None:
        """See `Keys.keep`."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path, part = self._path(key.mark), self._folder / f"{key.mark}.part"
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key.value)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def find(self, mark: str) -> Key | None:
        """See `Keys.find`."""
        try:
            return checked(self._path(mark).read_bytes(), mark)
        except FileNotFoundError:
            return None

    def forget(self, mark: str) -> None:
        """See `Keys.forget`."""
        self._path(mark).unlink(missing_ok=True)

    def _path(self, mark: str) -> Path:
        return self._folder / f"{mark}.key"


def key_store() -> Keys:
    """Where this PC keeps keys; `DAUMOI_KEYS` names a folder to keep them in instead."""
    chosen = os.environ.get("DAUMOI_KEYS")
    if sys.platform == "win32" and not chosen:
        from app.models.windows_keys import WindowsKeys

        return WindowsKeys()
    return KeyFiles(Path(chosen) if chosen else user_config_path("DauMoi", appauthor=False) / "keys")


def checked(value: bytes, mark: str) -> Key | None:
    """The key, if these bytes are the one of the mark."""
    key = Key(value) if len(value) * 8 == BITS else None
    return key if key and key.mark == mark else None
