"""The head office: takes entries from desks, gives each what is in its scope. Checks everything again."""

from __future__ import annotations

import heapq
import logging
import secrets
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, func, select

from app.domain.codes import code
from app.domain.errors import AppError
from app.models import Device, Local, Office, Utility
from app.models.base import millis
from app.models.database import Database
from app.services.writer import Desk
from app.sync.entries import Entry
from app.sync.scope import heads_in_scope
from app.sync.wire import (
    CHUNK_BYTES,
    EnrolReply,
    EnrolRequest,
    Heads,
    Refusal,
    Sealed,
    SyncReply,
    SyncRequest,
    peek,
    seal,
    sealed,
    unseal,
)
from app.sync.writer import JournalWriter, read_feed

log = logging.getLogger(__name__)

INVITATION_DAYS = 7

LATEST = 1 << 61
"""A stamp of the year 3084: no clock says so, and who followed it could soon stamp nothing more."""


class Hub:
    """The head office over one database. Stateless between messages."""

    def __init__(self, database: Database, writer: JournalWriter, key: Ed25519PrivateKey) -> None:
        self._database = database
        self._writer = writer
        self._key = key

    def answer(self, path: str, data: bytes) -> bytes:
        """The signed answer to a message; what is refused is answered with the reason."""
        message: SyncReply | EnrolReply | Refusal
        try:
            if path == "/v1/sync":
                message = self._sync(sealed(data))
            elif path == "/v1/enrol":
                message = self._enrol(sealed(data))
            else:
                raise AppError("sync.nonsense")
        except AppError as error:
            if error.code.startswith(("sync.", "enrol.", "desk.")):
                message = Refusal(error.code, {k: str(v) for k, v in error.params.items()})
            else:  # a full disk here is not a full disk there
                log.error("the head office could not answer: %s %s", error.code, dict(error.params))
                message = Refusal("sync.hub_trouble", {"code": error.code})
        return seal(message, self._key, about=data)

    # -- reconciling ------------------------------------------------------------------------------------

    def _sync(self, envelope: Sealed) -> SyncReply:
        device = self._device(envelope.sender)
        request = unseal(envelope, SyncRequest, Ed25519PublicKey.from_public_bytes(device.public_key))
        for entry in request.push:
            if entry.device != device.number or entry.origin != device.number:
                raise AppError("sync.foreign_entry")
            if entry.office_no != device.office_no:
                raise AppError("sync.foreign_office")
            if entry.hlc > LATEST:
                raise AppError("sync.nonsense")
        if request.push:
            self._writer.receive(request.push, request.after)
        with self._database.read.connect() as read:
            cur = read.connection.cursor()
            heads = heads_in_scope(cur, device.office_no)
            conflict = [d for d in heads if not _agree(cur, d, request.have, heads)]
            entries, more = _lacking(cur, request.have, heads, conflict, min(request.most, CHUNK_BYTES))
        return SyncReply(millis(self._writer.hlc.now()), heads, entries, more, conflict)

    def _device(self, number: int) -> Device:
        with self._database.read.connect() as read:
            found = read.execute(
                select(Device.number, Device.office_no, Device.public_key, Device.revoked_at).where(
                    Device.number == number, Device.kind == "desktop"
                )
            ).one_or_none()
        if found is None:
            raise AppError("sync.unknown_device")
        if found.revoked_at is not None:
            raise AppError("sync.revoked")
        return Device(number=found.number, office_no=found.office_no, public_key=found.public_key)

    # -- enrolment --------------------------------------------------------------------------------------

    def invite(self, office_no: int, desk: str, name: str) -> str:
        """A one-time code with which a new desk of an office enrols within a week. AppError "office.unknown",
        "desk.name", "desk.taken": two desks of one name would give the same numbers."""
        try:
            code("YC", desk, 2026, 1)
        except ValueError as error:
            raise AppError("desk.name", desk=desk) from error
        with self._database.read.connect() as read:
            if read.execute(select(Office.id).where(Office.number == office_no)).first() is None:
                raise AppError("office.unknown", number=office_no)
            if read.execute(select(Device.id).where(Device.desk == desk)).first() is not None:
                raise AppError("desk.taken", desk=desk)
        invitation = "-".join(secrets.token_hex(2) for _ in range(4))
        until = millis(self._writer.hlc.now() + timedelta(days=INVITATION_DAYS))
        self._writer.set_local(
            _invitation(invitation), {"office_no": office_no, "desk": desk, "name": name, "until": until}
        )
        return invitation

    def _enrol(self, envelope: Sealed) -> EnrolReply:
        asked = peek(envelope, EnrolRequest)
        try:
            key = Ed25519PublicKey.from_public_bytes(asked.public_key)
        except ValueError as error:
            raise AppError("sync.nonsense") from error
        unseal(envelope, EnrolRequest, key)
        with self._database.read.connect() as read:
            # The answer to the first asking may have been lost.
            if there := _of_key(read, asked.public_key):
                return there
            found: Any = read.execute(
                select(Local.value).where(Local.key == _invitation(asked.code))
            ).scalar()
        if found is None or found["until"] < millis(self._writer.hlc.now()):
            raise AppError("enrol.unknown_code")
        office, desk = int(found["office_no"]), found["desk"]
        with self._writer.entry("device.enrol", None, desk=self.office_feed(office)) as draft:
            there = _of_key(draft.read, asked.public_key)
            if there is None:
                if draft.read.execute(select(Device.id).where(Device.desk == desk)).first() is not None:
                    raise AppError("enrol.used_code")
                number = 1 + int(draft.read.execute(select(func.max(Device.number))).scalar_one())
                zone = draft.read.execute(select(Utility.zone)).scalar_one()
                draft.add(
                    Device, number=number, kind="desktop", desk=desk, name=found["name"],
                    public_key=asked.public_key,
                )  # fmt: skip
                there = EnrolReply(number, office, desk, zone)
        return there

    def office_feed(self, office_no: int) -> Desk:
        """The head office's own feed for an office."""
        with self._database.read.connect() as read:
            number = read.execute(
                select(Device.number).where(Device.kind == "hub", Device.desk == f"HQ{office_no}")
            ).scalar_one()
        return Desk(office_no, number, f"HQ{office_no}")

    @property
    def public_key(self) -> bytes:
        """With which desks check what comes from here."""
        return self._key.public_key().public_bytes_raw()


def _of_key(read: Connection, public_key: bytes) -> EnrolReply | None:
    """What the desk with this key is, once it is let in."""
    found = read.execute(
        select(Device.number, Device.office_no, Device.desk).where(
            Device.kind == "desktop", Device.public_key == public_key
        )
    ).first()
    if found is None:
        return None
    zone = read.execute(select(Utility.zone)).scalar_one()
    return EnrolReply(found.number, found.office_no, found.desk, zone)


def _invitation(code: str) -> str:
    return "invitation:" + sha256(code.encode()).hexdigest()


def _agree(cur: Any, device: int, theirs: Heads, ours: Heads) -> bool:
    """Whether both sides have the same entry under the lower of their last numbers."""
    number, hash_ = theirs.get(device, (0, b""))
    if number == 0 or number > ours[device][0]:
        return True
    cur.execute("SELECT hash FROM entry WHERE device = ? AND number = ?", (device, number))
    return bool(cur.fetchone()[0] == hash_)


def _lacking(
    cur: Any, theirs: Heads, ours: Heads, conflict: list[int], most: int
) -> tuple[list[Entry], bool]:
    """The entries beyond a vector in HLC order, as many as one message carries; and whether more follow."""
    feeds = []
    for device, (last, _) in ours.items():
        after = theirs.get(device, (0, b""))[0]
        if after < last and device not in conflict:
            feeds.append(_from(cur, device, after))
    chunk: list[Entry] = []
    size = 0
    for entry in heapq.merge(*feeds, key=lambda e: (e.hlc, e.origin)):
        size += len(entry.body) + 100
        if chunk and size > most:
            return chunk, True
        chunk.append(entry)
    return chunk, False


def _from(cur: Any, device: int, after: int) -> Iterator[Entry]:
    while page := read_feed(cur, device, after, 50):
        yield from page
        after = page[-1].number
