"""The head office: takes entries from desks, gives each what is in its scope. Checks everything again."""

from __future__ import annotations

import heapq
import secrets
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import func, select

from app.domain.errors import AppError
from app.models import Device, Local, Office, Utility
from app.models.base import millis
from app.models.database import Database
from app.services.writer import Desk
from app.sync.entries import Entry
from app.sync.wire import (
    CHUNK_BYTES,
    EnrolReply,
    EnrolRequest,
    Heads,
    Refusal,
    SyncReply,
    SyncRequest,
    peek,
    seal,
    unseal,
)
from app.sync.writer import JournalWriter, read_feed

INVITATION_DAYS = 7


class Hub:
    """The head office over one database. Stateless between messages."""

    def __init__(self, database: Database, writer: JournalWriter, key: Ed25519PrivateKey) -> None:
        self._database = database
        self._writer = writer
        self._key = key

    def answer(self, path: str, data: bytes) -> bytes:
        """The signed answer to a message; what is refused is answered with the reason."""
        try:
            if path == "/v1/sync":
                return seal(self._sync(data), self._key)
            if path == "/v1/enrol":
                return seal(self._enrol(peek(data, EnrolRequest), data), self._key)
            raise AppError("sync.nonsense")
        except AppError as error:
            params = {k: str(v) for k, v in error.params.items()}
            return seal(Refusal(error.code, params), self._key)

    # -- reconciling ------------------------------------------------------------------------------------

    def _sync(self, data: bytes) -> SyncReply:
        asked = peek(data, SyncRequest)
        device = self._device(asked.device)
        request = unseal(data, SyncRequest, Ed25519PublicKey.from_public_bytes(device.public_key))
        for entry in request.push:
            if entry.device != device.number or entry.origin != device.number:
                raise AppError("sync.foreign_entry")
            if entry.office_no != device.office_no:
                raise AppError("sync.foreign_office")
        if request.push:
            self._writer.receive(request.push)
        scope = self._scope(device.office_no)
        heads = {d: h for d, h in self._writer.vector().items() if d in scope}
        connection = sqlite3.connect(self._database.path)
        try:
            cur = connection.cursor()
            conflict = [d for d in heads if not _agree(cur, d, request.have, heads)]
            entries, more = _lacking(cur, request.have, heads, conflict)
        finally:
            connection.close()
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

    def _scope(self, office_no: int) -> set[int]:
        """The feeds that an office may see: its own, those of the offices under it, and the shared ones."""
        with self._database.read.connect() as read:
            parents = dict(read.execute(select(Office.number, Office.parent_no)).all())
            offices = {0, office_no}
            grown = True
            while grown:
                below = {n for n, parent in parents.items() if parent in offices and parent != 0} - offices
                grown = bool(below)
                offices |= below
            feeds = read.exec_driver_sql("SELECT device, office_no FROM feed").fetchall()
        return {device for device, office in feeds if office in offices}

    # -- enrolment --------------------------------------------------------------------------------------

    def invite(self, office_no: int, desk: str, name: str) -> str:
        """A one-time code with which a new desk of an office enrols within a week."""
        code = "-".join(secrets.token_hex(2) for _ in range(4))
        until = millis(self._writer.hlc.now() + timedelta(days=INVITATION_DAYS))
        self._writer.set_local(
            _invitation(code), {"office_no": office_no, "desk": desk, "name": name, "until": until}
        )
        return code

    def _enrol(self, asked: EnrolRequest, data: bytes) -> EnrolReply:
        try:
            key = Ed25519PublicKey.from_public_bytes(asked.public_key)
        except ValueError as error:
            raise AppError("sync.nonsense") from error
        unseal(data, EnrolRequest, key)
        with self._database.read.connect() as read:
            found = read.execute(select(Local.value).where(Local.key == _invitation(asked.code))).scalar()
            zone = read.execute(select(Utility.zone)).scalar_one()
            if not isinstance(found, dict) or found["until"] < millis(self._writer.hlc.now()):
                raise AppError("enrol.unknown_code")
            if "device" in found:
                there = read.execute(
                    select(Device.public_key).where(Device.number == found["device"])
                ).scalar_one()
                if there != asked.public_key:
                    raise AppError("enrol.used_code")
                return EnrolReply(found["device"], found["office_no"], found["desk"], zone)
        office = int(found["office_no"])
        with self._writer.entry("device.enrol", None, desk=self.office_feed(office)) as draft:
            number = 1 + int(draft.read.execute(select(func.max(Device.number))).scalar_one())
            draft.add(
                Device,
                number=number,
                kind="desktop",
                desk=found["desk"],
                name=found["name"],
                public_key=asked.public_key,
            )
        self._writer.set_local(_invitation(asked.code), {**found, "device": number})
        return EnrolReply(number, office, found["desk"], zone)

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


def _invitation(code: str) -> str:
    return "invitation:" + sha256(code.encode()).hexdigest()


def _agree(cur: sqlite3.Cursor, device: int, theirs: Heads, ours: Heads) -> bool:
    """Whether both sides have the same entry under the lower of their last numbers."""
    number, hash_ = theirs.get(device, (0, b""))
    if number == 0 or number > ours[device][0]:
        return True
    cur.execute("SELECT hash FROM entry WHERE device = ? AND number = ?", (device, number))
    return bool(cur.fetchone()[0] == hash_)


def _lacking(
    cur: sqlite3.Cursor, theirs: Heads, ours: Heads, conflict: list[int]
) -> tuple[list[Entry], bool]:
    """The entries beyond a vector in HLC order, as many as one message carries; and whether there are more."""
    feeds = []
    for device, (last, _) in ours.items():
        after = theirs.get(device, (0, b""))[0]
        if after < last and device not in conflict:
            feeds.append(_from(cur, device, after))
    chunk: list[Entry] = []
    size = 0
    for entry in heapq.merge(*feeds, key=lambda e: (e.hlc, e.origin)):
        size += len(entry.body) + 100
        if chunk and size > CHUNK_BYTES:
            return chunk, True
        chunk.append(entry)
    return chunk, False


def _from(cur: sqlite3.Cursor, device: int, after: int) -> Iterator[Entry]:
    while page := read_feed(cur, device, after, 50):
        yield from page
        after = page[-1].number

