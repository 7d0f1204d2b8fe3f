"""Who this desktop is: its device number, its key, its head office; and how it becomes one.

The identity lies beside the database, not in it, so that a copied database does not copy the identity.
"""

from __future__ import annotations

import hmac
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.domain.deadlines import zone_named
from app.domain.errors import AppError, disk_told
from app.domain.invitations import name_of, proof_of, read_code, secret_of
from app.domain.sealing import seal_to
from app.models.copies import keep_names
from app.settings import make_home
from app.sync.client import open_answer, refusal_in
from app.sync.transport import Transport
from app.sync.wire import WHO, EnrolReply, EnrolRequest, WhoReply, WhoRequest, peek, seal, sealed

IDENTITY_FILE = "desk.json"
KEY_FILE = "desk.key"

USUAL_PORT = 8765
_HOST = re.compile(r"[A-Za-z0-9._:-]+")


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


def hub_address(typed: str) -> str:
    """The address of a head office as somebody types it: without its beginning it is one of the company's own
    network, at the usual port. AppError "enrol.address"."""
    text = typed.strip().rstrip("/")
    whole = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(whole)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AppError("enrol.address", address=typed) from error
    odd = parts.path or parts.query or parts.fragment or parts.username
    if parts.scheme not in ("http", "https") or not host or odd or not _HOST.fullmatch(host):
        raise AppError("enrol.address", address=typed)
    return whole if port or "://" in text else f"{whole}:{USUAL_PORT}"


def invited(url: str, typed: str, transport: Transport) -> Enrolment:
    """The enrolment that a head office has told by phone: `typed` is its code; the key comes over the line
    and is believed because whoever sent it knows the code too.

    AppError "enrol.code" when it cannot be one, "enrol.unknown_code", "enrol.impostor" when whoever answers
    there does not know the code; those of the line.
    """
    code = read_code(typed)
    asker, nonce = Ed25519PrivateKey.generate(), os.urandom(32)
    asked = seal(WhoRequest(name_of(code), nonce), asker)
    answer = sealed(transport.post("/v1/who", asked))
    told = peek(answer, msgspec.Raw)
    try:
        who = msgspec.msgpack.decode(told, type=WhoReply)
    except (msgspec.DecodeError, msgspec.ValidationError):
        raise refusal_in(told) from None
    if not hmac.compare_digest(who.proof, proof_of(secret_of(code, WHO), nonce, who.public_key)):
        raise AppError("enrol.impostor", url=url)
    return Enrolment(url, who.public_key, code)


def request_of(code: str, key: Ed25519PrivateKey, hub_key: bytes) -> bytes:
    """The message with which a desk of this key asks to be let in."""
    public = key.public_key().public_bytes_raw()
    return seal(EnrolRequest(seal_to(hub_key, code.encode(), public), public), key)


def enrol(home: Path, enrolment: Enrolment, transport: Transport) -> Identity:
    """Become a desk: make a key, present the one-time code, keep the identity.

    The key is written before it is presented, so a lost answer is asked for again with the same key. AppError
    "home.enrolled" when the home is a desk of another head office, "folder.not_writable", "disk.full".
    """
    there = identity_of(home)
    if there and there.hub_key != enrolment.hub_key:
        raise AppError("home.enrolled", path=str(home), desk=there.desk)
    key = replica_key(home, make=there is None)
    request = request_of(enrolment.code, key, enrolment.hub_key)
    hub_key = Ed25519PublicKey.from_public_bytes(enrolment.hub_key)
    reply = open_answer(transport.post("/v1/enrol", request), EnrolReply, hub_key, request)
    identity = Identity(
        reply.device, reply.office_no, reply.desk, reply.zone, enrolment.hub_url, enrolment.hub_key
    )
    _keep(home, identity)
    return identity


def be(home: Path, identity: Identity, key: bytes) -> None:
    """Become the desk that the head office has made: its key first, then the identity. AppError
    "home.enrolled" when the home is another desk's."""
    there = identity_of(home)
    if there and there.device != identity.device:
        raise AppError("home.enrolled", path=str(home), desk=there.desk)
    keep_file(home / identity.key_file, key)
    _keep(home, identity)


def succeed(home: Path, identity: Identity, reply: EnrolReply, key: Ed25519PrivateKey) -> Identity:
    """Become the desk's successor: its key first, then, in one step, the identity that names it."""
    key_file = f"desk-{reply.device}.key"
    keep_file(home / key_file, key.private_bytes_raw())
    new = msgspec.structs.replace(
        identity, device=reply.device, office_no=reply.office_no, desk=reply.desk, key_file=key_file
    )
    _keep(home, new)
    return new


def find_at(home: Path, hub_url: str) -> None:
    """From now on this home's desk finds its head office at that address. AppError "folder.not_writable",
    "disk.full"."""
    identity = identity_of(home)
    assert identity is not None, "only a desk has found its head office"
    _keep(home, msgspec.structs.replace(identity, hub_url=hub_url))


def _keep(home: Path, identity: Identity) -> None:
    keep_file(home / IDENTITY_FILE, msgspec.json.format(msgspec.json.encode(identity)))


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
    keep_file(path, key.private_bytes_raw())
    return key


def own_keys(home: Path) -> list[Ed25519PrivateKey]:
    """A desk's keys, also those of its former numbers. AppError as `replica_key`."""
    return [replica_key(home, path.name) for path in home.glob("desk*.key")]


def keep_file(path: Path, data: bytes) -> None:
    """Write a file under its name only when it is whole and on the disk. AppError "disk.full",
    "folder.not_writable"."""
    part = path.with_name(path.name + ".part")
    with disk_told(path.parent):
        make_home(path.parent)
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        keep_names(path.parent)
