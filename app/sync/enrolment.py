"""Who this desktop is: its device number, its key, its head office; and how it becomes one.

The identity lies beside the database, not in it, so that a copied database does not copy the identity.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.domain.errors import AppError
from app.sync.client import open_answer
from app.sync.transport import Transport
from app.sync.wire import EnrolReply, EnrolRequest, seal

IDENTITY_FILE = "desk.json"
KEY_FILE = "desk.key"


class Enrolment(msgspec.Struct, frozen=True):
    """The contents of an enrolment file. `hub_url` empty: the head office is in this same home."""

    hub_url: str
    hub_key: bytes
    code: str


class Identity(msgspec.Struct, frozen=True):
    """Who this desktop is."""

    device: int
    office_no: int
    desk: str
    zone: str
    hub_url: str
    hub_key: bytes

    @property
    def hub_public_key(self) -> Ed25519PublicKey:
        """With which answers are checked."""
        return Ed25519PublicKey.from_public_bytes(self.hub_key)


def read_enrolment(path: Path) -> Enrolment:
    """An enrolment file. AppError "enrol.not_a_file" when it is something else."""
    try:
        if path.stat().st_size > 10_000:
            raise AppError("enrol.not_a_file", path=str(path))
        return msgspec.json.decode(path.read_bytes(), type=Enrolment)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise AppError("enrol.not_a_file", path=str(path)) from error


def write_enrolment(path: Path, enrolment: Enrolment) -> None:
    """Make an enrolment file."""
    path.write_bytes(msgspec.json.encode(enrolment))


def enrol(home: Path, enrolment: Enrolment, transport: Transport) -> Identity:
    """Become a desk: make a key, present the one-time code, keep the identity.

    The key is written before it is presented, so a lost answer is asked for again with the same key.
    """
    home.mkdir(parents=True, exist_ok=True)
    key = desk_key(home)
    request = EnrolRequest(enrolment.code, key.public_key().public_bytes_raw())
    hub_key = Ed25519PublicKey.from_public_bytes(enrolment.hub_key)
    reply = open_answer(transport.post("/v1/enrol", seal(request, key)), EnrolReply, hub_key)
    identity = Identity(
        reply.device, reply.office_no, reply.desk, reply.zone, enrolment.hub_url, enrolment.hub_key
    )
    part = home / (IDENTITY_FILE + ".part")
    part.write_bytes(msgspec.json.format(msgspec.json.encode(identity)))
    part.replace(home / IDENTITY_FILE)
    return identity


def identity_of(home: Path) -> Identity | None:
    """Who the desktop in this home is; None before enrolment. AppError "home.damaged"."""
    try:
        return msgspec.json.decode((home / IDENTITY_FILE).read_bytes(), type=Identity)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise AppError("home.damaged", path=str(home / IDENTITY_FILE)) from error


def desk_key(home: Path, name: str = KEY_FILE) -> Ed25519PrivateKey:
    """This replica's private key, made at the first call; readable by its owner alone."""
    path = home / name
    if path.exists():
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    key = Ed25519PrivateKey.generate()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key.private_bytes_raw())
        file.flush()
        os.fsync(file.fileno())
    return key
