"""All that a desk without a line needs to begin, in one file: who it is, its key, and its office's snapshot.

The head office makes it and seals it by the code of the invitation, which goes another way than the file: by
phone. So a stick that is lost tells nothing (decision 0022).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from app.domain.errors import AppError, file_told
from app.domain.invitations import read_code, secret_of
from app.models.database import HEAD
from app.sync.enrolment import Identity
from app.sync.entries import SCHEMA

SUFFIX = ".daumoi-start"
MAGIC = b"daumoi start 1\n"
PART = 1 << 20
TAG = 16
LARGEST_PART = PART + TAG


class _Label(msgspec.Struct, frozen=True, array_like=True):
    """What can be read without the code, and not be changed."""

    desk: str
    revision: str
    schema: int


class Beginning(msgspec.Struct, frozen=True, array_like=True):
    """Who the desk is, its private key, and the snapshot that follows: its size, and its blake2b-32."""

    identity: Identity
    key: bytes
    size: int
    digest: bytes


def write_start(path: Path, code: str, beginning: Beginning, snapshot: Path) -> None:
    """Make the file."""
    label = msgspec.msgpack.encode(_Label(beginning.identity.desk, HEAD, SCHEMA))
    cipher = ChaCha20Poly1305(secret_of(code, SUFFIX))
    with path.open("wb") as file, snapshot.open("rb") as source:
        file.write(MAGIC + len(label).to_bytes(4) + label)
        parts = iter(lambda: source.read(PART), b"")
        for number, part in enumerate([msgspec.msgpack.encode(beginning), *parts]):
            sealed = cipher.encrypt(number.to_bytes(12), part, label)
            file.write(len(sealed).to_bytes(4) + sealed)
        file.flush()
        os.fsync(file.fileno())


def read_start(path: Path, typed: str) -> tuple[Beginning, Iterator[bytes]]:
    """What the file holds, and the parts of its snapshot; whether they are all of it, its digest tells.

    AppError "enrol.code"; "start.no_file" for another file, "start.other_release" for one of another release,
    "start.wrong_code", "start.torn", "file.not_found", "file.not_readable".
    """
    code = read_code(typed)
    with file_told(path):
        file = path.open("rb")
    try:
        label = _label(file, path)
        parts = _parts(file, path, ChaCha20Poly1305(secret_of(code, SUFFIX)), label)
        first = next(parts, None)
        if first is None:
            raise AppError("start.torn", path=str(path))
        return msgspec.msgpack.decode(first, type=Beginning), parts
    except BaseException:
        file.close()
        raise


def is_start(path: Path) -> bool:
    """Whether it is such a file, which needs its code."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False  # whoever reads it says why


def _label(file: BinaryIO, path: Path) -> bytes:
    if file.read(len(MAGIC)) != MAGIC:
        raise AppError("start.no_file", path=str(path))
    data = file.read(min(int.from_bytes(file.read(4)), PART))
    try:
        label = msgspec.msgpack.decode(data, type=_Label)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise AppError("start.torn", path=str(path)) from error
    if (label.revision, label.schema) != (HEAD, SCHEMA):
        raise AppError("start.other_release", path=str(path))
    return data


def _parts(file: BinaryIO, path: Path, cipher: ChaCha20Poly1305, label: bytes) -> Iterator[bytes]:
    with file:
        number = 0
        while start := file.read(4):
            size = int.from_bytes(start)
            sealed = file.read(min(size, LARGEST_PART))
            try:
                if len(sealed) < size:
                    raise AppError("start.torn", path=str(path))
                yield cipher.decrypt(number.to_bytes(12), sealed, label)
            except InvalidTag as error:
                if number:
                    raise AppError("start.torn", path=str(path)) from error
                raise AppError("start.wrong_code", path=str(path)) from error
            number += 1
