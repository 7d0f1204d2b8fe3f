"""Who this desktop is: its device number, its key, its head office; and how it becomes one.

The identity lies beside the database, not in it, so that a copied database does not copy the identity.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.domain.deadlines import zone_named
from app.domain.errors import AppError
from app.models.copies import keep_names
from app.models.database import trouble
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
    key_file: str = KEY_FILE
    """The file beside it that holds its private key: another with each number, so that both change as one."""

    @property
    def hub_public_key(self) -> Ed25519PublicKey:
        """With which answers are checked."""
        return Ed25519PublicKey.from_public_bytes(self.hub_key)


def read_enrolment(path: Path) -> Enrolment:
    """An enrolment file. AppError "file.not_found" when there is none, "enrol.not_a_file" when it is another
    file."""
    try:
        if path.stat().st_size > 10_000:
            raise AppError("enrol.not_a_file", path=str(path))
        enrolment = msgspec.json.decode(path.read_bytes(), type=Enrolment)
        Ed25519PublicKey.from_public_bytes(enrolment.hub_key)
        return enrolment
    except FileNotFoundError as error:
        raise AppError("file.not_found", path=str(path)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise AppError("enrol.not_a_file", path=str(path)) from error


def write_enrolment(path: Path, enrolment: Enrolment) -> None:
    """Make an enrolment file."""
    path.write_bytes(msgspec.json.encode(enrolment))


def enrol(home: Path, enrolment: Enrolment, transport: Transport) -> Identity:
    """Become a desk: make a key, present the one-time code, keep the identity.

    The key is written before it is presented, so a lost answer is asked for again with the same key. AppError
    "home.enrolled" when the home is a desk of another head office, "folder.not_writable", "disk.full".
    """
    there = identity_of(home)
    if there and there.hub_key != enrolment.hub_key:
        raise AppError("home.enrolled", path=str(home), desk=there.desk)
    key = replica_key(home, make=there is None)
    request = seal(EnrolRequest(enrolment.code, key.public_key().public_bytes_raw()), key)
    hub_key = Ed25519PublicKey.from_public_bytes(enrolment.hub_key)
    reply = open_answer(transport.post("/v1/enrol", request), EnrolReply, hub_key, request)
    identity = Identity(
        reply.device, reply.office_no, reply.desk, reply.zone, enrolment.hub_url, enrolment.hub_key
    )
    _keep(home / IDENTITY_FILE, msgspec.json.format(msgspec.json.encode(identity)))
    return identity


def succeed(home: Path, identity: Identity, reply: EnrolReply, key: Ed25519PrivateKey) -> Identity:
    """Become the desk's successor: its key first, then, in one step, the identity that names it."""
    key_file = f"desk-{reply.device}.key"
    _keep(home / key_file, key.private_bytes_raw())
    new = msgspec.structs.replace(
        identity, device=reply.device, office_no=reply.office_no, desk=reply.desk, key_file=key_file
    )
    _keep(home / IDENTITY_FILE, msgspec.json.format(msgspec.json.encode(new)))
    return new


def identity_of(home: Path) -> Identity | None:
    """Who the desktop in this home is; None before enrolment. AppError "home.damaged"."""
    path = home / IDENTITY_FILE
    try:
        identity = msgspec.json.decode(path.read_bytes(), type=Identity)
        Ed25519PublicKey.from_public_bytes(identity.hub_key)
        zone_named(identity.zone)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise AppError("file.not_readable", path=str(path)) from error
    except (OSError, LookupError, ValueError, RecursionError) as error:
        raise AppError("home.damaged", path=str(path)) from error
    return identity


def replica_key(home: Path, name: str = KEY_FILE, *, make: bool = False) -> Ed25519PrivateKey:
    """This replica's private key, readable by its owner alone. AppError "home.damaged" when it is missing or
    is none; with `make` a missing one is made: never where the other side knows one already."""
    path = home / name
    try:
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        if not make:
            raise AppError("home.damaged", path=str(path)) from error
    except PermissionError as error:
        raise AppError("file.not_readable", path=str(path)) from error
    except (OSError, ValueError) as error:
        raise AppError("home.damaged", path=str(path)) from error
    key = Ed25519PrivateKey.generate()
    _keep(path, key.private_bytes_raw())
    return key


def _keep(path: Path, data: bytes) -> None:
    """Write a file under its name only when it is whole and on the disk. AppError as from a database."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        keep_names(path.parent)
    except OSError as error:
        raise trouble(error, path) or error from error
