"""Which desks are let in: by an invitation, or as their own successors; and which is the leader's."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, select

from app.domain.codes import code
from app.domain.errors import AppError
from app.domain.invitations import name_of, new_code, proof_of, secret_of
from app.domain.sealing import can_be_sealed_to, unseal_with
from app.headoffice.readers import Sealing
from app.models import Device, Local, Office, Utility
from app.models.base import millis
from app.models.store import Store
from app.services.writer import Desk
from app.sync.wire import WHO, EnrolReply, EnrolRequest, Sealed, WhoReply, WhoRequest, peek, unseal
from app.sync.writer import JournalWriter

if TYPE_CHECKING:
    from app.headoffice.hub import Feed

INVITATION_DAYS = 7

SUFFIXES = "BCDEFGHKLMNPQRSTUVWXYZ"
"""What a desk's name gets when it goes on as its own successor."""


class Enrolling:
    """Lets desks in, for the head office; `office_feed` as `Hub.office_feed`."""

    def __init__(
        self,
        store: Store,
        writer: JournalWriter,
        key: Ed25519PrivateKey,
        sealing: Sealing,
        office_feed: Callable[[int], Desk],
        rng: random.Random,
    ) -> None:
        self._store = store
        self._writer = writer
        self._key = key
        self._sealing = sealing
        self._office_feed = office_feed
        self._rng = rng

    def invite(self, office_no: int, desk: str, name: str, *, leads: bool = False) -> str:
        """A one-time code with which a new desk of an office enrols within a week; `leads`: it is the
        leader's, who reads what is sealed. AppError "office.unknown",
        "desk.name", "desk.taken": two desks of one name would give the same numbers."""
        try:
            code("YC", desk, 2026, 1)
        except ValueError as error:
            raise AppError("desk.name", desk=desk) from error
        with self._store.read.connect() as read:
            if read.execute(select(Office.id).where(Office.number == office_no)).first() is None:
                raise AppError("office.unknown", number=office_no)
            if read.execute(select(Device.id).where(Device.desk == desk)).first() is not None:
                raise AppError("desk.taken", desk=desk)
        invitation = new_code()
        until = millis(self._writer.hlc.now() + timedelta(days=INVITATION_DAYS))
        self._writer.set_local(
            _invitation(name_of(invitation)),
            {
                "office_no": office_no, "desk": desk, "name": name, "until": until, "leads": leads,
                "secret": secret_of(invitation, WHO).hex(),
            },
        )  # fmt: skip
        return invitation

    def who(self, envelope: Sealed) -> WhoReply:
        """Who this is, for somebody who knows the code of an invitation."""
        asked = peek(envelope, WhoRequest)
        with self._store.read.connect() as read:
            secret = bytes.fromhex(self._invited(read, asked.invitation)["secret"])
        own = self._key.public_key().public_bytes_raw()
        return WhoReply(own, proof_of(secret, asked.nonce, own))

    def _invited(self, read: Connection, name: str) -> Any:
        """What an invitation says. AppError "enrol.unknown_code"."""
        found: Any = read.execute(select(Local.value).where(Local.key == _invitation(name))).scalar()
        if found is None or found["until"] < millis(self._writer.hlc.now()):
            raise AppError("enrol.unknown_code")
        return found

    def enrol(self, envelope: Sealed) -> EnrolReply:
        """Let a desk in by its invitation. AppError "enrol.unknown_code", "enrol.used_code"."""
        asked = peek(envelope, EnrolRequest)
        if not can_be_sealed_to(asked.public_key):  # all desks of the office will seal to it
            raise AppError("sync.nonsense")
        unseal(envelope, EnrolRequest, Ed25519PublicKey.from_public_bytes(asked.public_key))
        with self._store.read.connect() as read:
            # The answer to the first asking may have been lost.
            if there := _of_key(read, asked.public_key):
                return there
            found = self._invited(read, name_of(self._code(asked)))
        return self._let_in(found, asked.public_key)

    def let_in(self, code: str, public_key: bytes) -> EnrolReply:
        """Let a desk in by its invitation, whose key was made here: it has no line by which to ask itself.
        AppError "enrol.unknown_code", "enrol.used_code"."""
        with self._store.read.connect() as read:
            found = self._invited(read, name_of(code))
        return self._let_in(found, public_key)

    def _let_in(self, found: Any, public_key: bytes) -> EnrolReply:
        office, desk = int(found["office_no"]), found["desk"]
        with self._writer.entry("device.enrol", None, desk=self._office_feed(office)) as draft:
            there = _of_key(draft.read, public_key)
            if there is None:
                if draft.read.execute(select(Device.id).where(Device.desk == desk)).first() is not None:
                    raise AppError("enrol.used_code")
                number = self._new_number(draft.read)
                zone = draft.read.execute(select(Utility.zone)).scalar_one()
                draft.add(
                    Device, number=number, kind="desktop", desk=desk, name=found["name"],
                    public_key=public_key,
                    leads=self._sealing.take_in(draft, public_key, leads=bool(found.get("leads"))),
                )  # fmt: skip
                there = EnrolReply(number, office, desk, zone)
        return there

    def _code(self, asked: EnrolRequest) -> str:
        """The code that a desk has sealed. AppError "sync.nonsense"."""
        try:
            return unseal_with(self._key, asked.code, asked.public_key).decode()
        except ValueError as error:
            raise AppError("sync.nonsense") from error

    def name_leader(self, office_no: int, desk: str) -> None:
        """A desk of an office is the leader's from now on: what is sealed is for him, also what was written
        before. Named again, it gets what it lacks. AppError "desk.unknown"."""
        with self._writer.entry("device.leads", None, desk=self._office_feed(office_no)) as draft:
            d = Device
            found = draft.read.execute(
                select(d.id, d.public_key, d.leads).where(
                    d.office_no == office_no, d.kind == "desktop", d.desk == desk, d.revoked_at.is_(None)
                )
            ).first()
            if found is None:
                raise AppError("desk.unknown", desk=desk)
            self._sealing.take_in(draft, found.public_key, leads=True)
            if not found.leads:
                draft.change(Device, found.id, leads=True)

    # -- desks that go on as their own successors -------------------------------------------------------

    def successor(self, asker: Feed, public_key: bytes) -> EnrolReply:
        """The device as which a desk goes on whose data was restored or copied; the same for the same key."""
        if not can_be_sealed_to(public_key):  # all desks of the office will seal to it
            raise AppError("sync.nonsense")
        with self._writer.entry("device.succeed", None, desk=self._office_feed(asker.office_no)) as draft:
            there = _of_key(draft.read, public_key)
            if there is None:
                desk = self._next_name(draft.read, asker.desk)
                number = self._new_number(draft.read)
                draft.add(
                    Device, number=number, kind="desktop", desk=desk, name=asker.name, public_key=public_key,
                    succeeds=asker.number, leads=self._sealing.take_on(draft, public_key, asker.number),
                )  # fmt: skip
                zone = draft.read.execute(select(Utility.zone)).scalar_one()
                there = EnrolReply(number, asker.office_no, desk, zone)
        return there

    def _next_name(self, read: Connection, desk: str) -> str:
        base = desk.rstrip(SUFFIXES) if desk[-1] in SUFFIXES and len(desk) > 3 else desk
        names = [base[: 8 - len(end)] + end for end in _endings()]
        taken = set(read.execute(select(Device.desk).where(Device.desk.in_(names))).scalars())
        return next(name for name in names if name not in taken)

    def _new_number(self, read: Connection) -> int:
        """A device's number: at random, so that a restored head office does not give one out again."""
        while True:
            number = self._rng.randrange(1 << 12, 1 << 31)
            if read.execute(select(Device.id).where(Device.number == number)).first() is None:
                return number


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


def _invitation(name: str) -> str:
    return "invitation:" + name


def _endings() -> list[str]:
    return [*SUFFIXES, *(a + b for a in SUFFIXES for b in SUFFIXES)]
