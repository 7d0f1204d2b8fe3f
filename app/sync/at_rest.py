"""Whether a desk's data is to be encrypted: the choice, its key, and that the head office holds the key
before anything is encrypted with it (decision 0020).

The choice lies beside the database, for it counts where there is no database yet. One that is there is what
it is, and says itself which key it has.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.errors import AppError
from app.domain.invitations import grouped
from app.models import sqlite
from app.models.keys import BITS, Key, key_store, new_key
from app.sync.enrolment import Identity, keep_file
from app.sync.escrow import hand_over
from app.sync.transport import Transport

CHOICE = "encryption.json"


class Choice(msgspec.Struct, frozen=True):
    """That what is made here is encrypted with the key of this mark; `held`: the head office has it."""

    mark: str
    held: bool = False


def choice_of(home: Path) -> Choice | None:
    """What was chosen here; None for plain data. AppError "home.damaged"."""
    path = home / CHOICE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Choice)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise AppError("file.not_readable", path=str(path)) from error
    except (OSError, ValueError) as error:
        raise AppError("home.damaged", path=str(path)) from error


def choose(home: Path, *, encrypted: bool) -> Key | None:
    """What is made here from now on is encrypted with this key, or plain. A new key is kept first.
    AppError "folder.not_writable", "disk.full", "encryption.no_store", "database.no_cipher" where nothing
    could open it."""
    path = home / CHOICE
    if not encrypted:
        if path.is_file():  # not so where the home cannot be made: who comes to write there says it
            path.unlink()
        return None
    there = choice_of(home)
    key = _find(there.mark) if there else None
    if key is None:
        key = new_key()
        sqlite.module(key)
        keep_key(key)
        _keep(home, Choice(key.mark))
    return key


def chosen(home: Path) -> Key | None:
    """The key that was chosen for what is made here, if this PC has it."""
    choice = choice_of(home)
    return _find(choice.mark) if choice else None


def entrusted(home: Path, way: Transport, identity: Identity, own: Ed25519PrivateKey) -> Key | None:
    """The key for what is made here, where nothing is encrypted yet, once the head office holds it; None
    where plain data was chosen. AppError as `choose` and `hand_over`."""
    if choice_of(home) is None:
        return None
    key = choose(home, encrypted=True)  # a new one, where the former was lost
    assert key is not None
    if choice_of(home) != Choice(key.mark, held=True):
        hand_over(way, identity, own, key)
        _keep(home, Choice(key.mark, held=True))
    return key


def agree(home: Path, key: Key | None) -> None:
    """The database that is in use has this key: what is made in its place has it, too."""
    choice = choice_of(home)
    if (choice.mark if choice else None) == (key.mark if key else None):
        return
    if key is None:
        choose(home, encrypted=False)
    else:
        _keep(home, Choice(key.mark, held=True))


def keep_key(key: Key) -> None:
    """Keep a key on this PC. AppError "encryption.no_store" when the system refuses."""
    try:
        key_store().keep(key)
    except OSError as error:
        raise AppError("encryption.no_store", why=str(error)) from error


def _find(mark: str) -> Key | None:
    try:
        return key_store().find(mark)
    except OSError as error:
        raise AppError("encryption.no_store", why=str(error)) from error


def _keep(home: Path, choice: Choice) -> None:
    keep_file(home / CHOICE, msgspec.json.encode(choice))


# -- a key on paper ----------------------------------------------------------------------------------------


LETTERS = -(-BITS // 5)
"""So many letters and figures a key has as it is read out."""


def in_words(key: Key) -> str:
    """A key as it is read out and typed: letters and the figures 2 to 7, in groups of four."""
    return grouped(base64.b32encode(key.value).decode().rstrip("="))


def shortened(mark: str) -> str:
    """The beginning of a mark, as it is read out: enough to tell a desk's keys apart."""
    return f"{mark[:4]} {mark[4:8]}".strip()


def letters_of(typed: str) -> str:
    """What of a typed text stands for a letter of a key, however its groups are set apart."""
    return "".join(each for each in typed.upper() if each.isascii() and each.isalnum())


def from_words(text: str, mark: str = "") -> Key:
    """The key that was typed. AppError "encryption.no_key_words" for what is none, "encryption.other_key"
    for one of another mark."""
    plain = letters_of(text)
    try:
        value = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except binascii.Error as error:
        raise AppError("encryption.no_key_words") from error
    if len(value) * 8 != BITS:
        raise AppError("encryption.no_key_words")
    key = Key(value)
    if mark and key.mark != mark:
        raise AppError("encryption.other_key", mark=shortened(mark), found=shortened(key.mark))
    return key
