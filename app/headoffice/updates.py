"""Updates of the program at the head office: the publisher's signed setups, and to which offices they go.

Manifest and roll-out lie under the setup's digest among what this head office knows about itself (`local`),
the setup itself where the contents of scans lie: in the database, so that all processes of a head office,
on whatever machine, offer the same, and its backup holds it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from app.domain.errors import AppError
from app.domain.updates import Manifest, read_manifest, version
from app.headoffice.blobs import SETUP, forget, keep
from app.models import Device, Local, Office
from app.models.store import Store
from app.sync.setups import digest_of, manifest_bytes
from app.sync.wire import Sealed, UpdateReply, UpdateRequest, unseal
from app.sync.writer import JournalWriter

if TYPE_CHECKING:
    from app.headoffice.hub import Hub

log = logging.getLogger(__name__)

RUNS = "runs:"
"""Before a device's number, in the key under which it is kept which version runs there."""


@dataclass(frozen=True, slots=True)
class Published:
    """An update and the offices that get it; `offices` None: all, also those that come later."""

    manifest: Manifest
    data: bytes
    offices: tuple[int, ...] | None

    def goes_to(self, office: int) -> bool:
        """Whether an office gets it."""
        return self.offices is None or office in self.offices


@dataclass(frozen=True, slots=True)
class Running:
    """What a desk has said that it runs; `failed`: the version that did not start there, if any."""

    office_no: int
    desk: str
    version: str
    failed: str


class Updates:
    """The updates of one head office. `keys`: the public keys of the publishers."""

    def __init__(self, store: Store, writer: JournalWriter, keys: Sequence[bytes]) -> None:
        self._store = store
        self._writer = writer
        self._keys = keys

    def publish(self, setup: Path, manifest_file: Path) -> Manifest:
        """Take a setup with its manifest in; it goes to nobody yet. Again: nothing more is done.

        AppError "update.no_publisher" (this program knows none), "update.none", "update.not_signed",
        "update.other_content" (the setup is not the one that was signed), "update.version_taken" (another
        setup of this version is here), "file.not_found", "file.not_readable".
        """
        if not self._keys:
            raise AppError("update.no_publisher")
        data = manifest_bytes(manifest_file)
        manifest = read_manifest(data, self._keys)
        there = {each.manifest.version: each for each in self.published()}
        if manifest.version in there:
            if there[manifest.version].manifest != manifest:
                raise AppError("update.version_taken", version=manifest.version)
            return manifest
        if digest_of(setup, manifest.size) != manifest.digest:
            raise AppError("update.other_content", path=str(setup), version=manifest.version)
        now_ms = self._writer.hlc.now_ms()
        with setup.open("rb") as content:
            if not keep(self._store, manifest.digest, manifest.size, content, now_ms):
                raise AppError("update.other_content", path=str(setup), version=manifest.version)
        self._keep(Published(manifest, data, ()))
        log.info("update %s was published", manifest.version)
        return manifest

    def published(self) -> list[Published]:
        """All that are here, the newest first. What the publishers' keys of today have not signed is left
        out."""
        with self._store.read.connect() as read:
            kept: Iterable[Any] = read.execute(
                select(Local.value).where(Local.key.startswith(SETUP, autoescape=True))
            ).scalars()
            found = []
            for value in kept:
                data, offices = value["manifest"].encode(), value["offices"]
                try:
                    manifest = read_manifest(data, self._keys)
                except AppError:
                    continue
                found.append(Published(manifest, data, None if offices is None else tuple(offices)))
        return sorted(found, key=lambda each: version(each.manifest.version), reverse=True)

    def roll_out(self, of: str, offices: Sequence[int] | None) -> Published:
        """Give a version to these offices alone; none of them: to nobody; None: to all. AppError
        "update.unknown", "office.unknown"."""
        there = self._of(of)
        with self._store.read.connect() as read:
            known = set(read.execute(select(Office.number)).scalars())
        for office in offices or ():
            if office not in known:
                raise AppError("office.unknown", number=office)
        now = Published(there.manifest, there.data, None if offices is None else tuple(sorted(set(offices))))
        self._keep(now)
        log.info("update %s goes to %s", of, "all" if offices is None else offices or "nobody")
        return now

    def withdraw(self, of: str) -> None:
        """Remove a version and its setup; who has it already keeps it. AppError "update.unknown"."""
        there = self._of(of)
        self._writer.set_local(SETUP + there.manifest.sha256, None)
        with self._store.transaction(0) as cur:
            forget(cur, there.manifest.digest)
        log.info("update %s was withdrawn", of)

    def running(self) -> list[Running]:
        """What each desk has last said that it runs."""
        with self._store.read.connect() as read:
            kept = select(Local.key, Local.value).where(Local.key.startswith(RUNS, autoescape=True))
            said: dict[str, Any] = {row.key: row.value for row in read.execute(kept)}
            d = Device
            desks = read.execute(
                select(d.number, d.office_no, d.desk)
                .where(d.kind == "desktop", d.revoked_at.is_(None))
                .order_by(d.office_no, d.desk)
            ).all()
        return [
            Running(office, desk, value["version"], value["failed"])
            for number, office, desk in desks
            if (value := said.get(f"{RUNS}{number}"))
        ]

    # -- what desks ask ---------------------------------------------------------------------------------

    def answer(self, device: int, office: int, request: UpdateRequest) -> UpdateReply:
        """The newest update for a desk of an office that it can go to in one step, and the setup of what it
        runs. AppError "sync.nonsense"."""
        try:
            running = version(request.running)
            if request.failed:
                version(request.failed)
        except ValueError as error:
            raise AppError("sync.nonsense") from error
        self._note(device, request)
        mine = [each for each in self.published() if each.manifest.system == request.system]
        offer = next(
            (
                each.data
                for each in mine
                if each.goes_to(office)
                and version(each.manifest.least) <= running < version(each.manifest.version)
                and each.manifest.version != request.failed
            ),
            b"",
        )
        own = next((m.data for m in mine if m.manifest.version == request.running), b"")
        return UpdateReply(offer, own if request.lacks and offer else b"")

    def _note(self, device: int, request: UpdateRequest) -> None:
        """Keep which version runs there, where it is another than the last time."""
        key, value = f"{RUNS}{device}", {"version": request.running, "failed": request.failed}
        with self._store.read.connect() as read:
            before = read.execute(select(Local.value).where(Local.key == key)).scalar()
        if before != value:
            self._writer.set_local(key, value)

    # -- what is kept -----------------------------------------------------------------------------------

    def _of(self, wanted: str) -> Published:
        for each in self.published():
            if each.manifest.version == wanted:
                return each
        raise AppError("update.unknown", version=wanted)

    def _keep(self, one: Published) -> None:
        offices = None if one.offices is None else list(one.offices)
        value = {"manifest": one.data.decode(), "offices": offices}
        self._writer.set_local(SETUP + one.manifest.sha256, value)


def update(hub: Hub, updates: Updates | None, envelope: Sealed) -> UpdateReply:
    """Answer a desk that asks for an update of the program. AppError "sync.unknown_device"."""
    asker = hub.asker(envelope.sender)
    if asker is None:
        raise AppError("sync.unknown_device")
    request = unseal(envelope, UpdateRequest, Ed25519PublicKey.from_public_bytes(asker.public_key))
    return updates.answer(asker.number, asker.office_no, request) if updates else UpdateReply()
