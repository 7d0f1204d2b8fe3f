"""A desk's data from plain to encrypted and back, with what was copied of it (decision 0020)."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from app.bootstrap import OFFICE_DATABASE, alone, way_to
from app.domain.clock import Clock
from app.domain.errors import AppError
from app.home.backups import quiet
from app.home.recovery import Backups
from app.models.converting import convert
from app.models.copies import Step
from app.models.keys import Key
from app.models.sqlite import key_of
from app.sync.at_rest import agree, choose, entrusted
from app.sync.backups import repack
from app.sync.enrolment import identity_of, replica_key
from app.sync.transport import Transport

NO_KEY = "database.no_key"
"""Of a copy that is encrypted, with a key that this PC has no more."""


def encrypt_desk(
    home: Path, clock: Clock, transport: Transport | None = None, step: Step = quiet
) -> list[Path]:
    """Encrypt a desk's data and its backups, under a key that the head office holds by then. Returns copies
    that could not be encrypted and are as they were, to be read by whoever has the disk. AppError as
    `Desktop` and `convert`; "encryption.headoffice_here"."""
    identity = identity_of(home)
    if identity is None:
        raise AppError("home.not_enrolled", path=str(home))
    if not identity.hub_url:
        raise AppError("encryption.headoffice_here", path=str(home))
    path = home / OFFICE_DATABASE
    with ExitStack() as closing:
        closing.enter_context(alone(home))
        if not path.exists():
            raise AppError("database.missing", path=str(path))
        key = key_of(path)
        if key is None:
            way = transport or way_to(home, identity.hub_url, clock, closing)
            closing.callback(way.close)
            choose(home, encrypted=True)
            key = entrusted(home, way, identity, replica_key(home, identity.key_file))
        convert(path, key, step)
        agree(home, key)
        return _copies(home, clock, key) if key else []


def decrypt_desk(home: Path, step: Step = quiet) -> bool:
    """Have a desk's data be plain again; False when it is. Its backups stay as they are, and so does the key
    that opens them. AppError as `convert`, "home.in_use"."""
    path = home / OFFICE_DATABASE
    with alone(home):
        if not path.exists():
            raise AppError("database.missing", path=str(path))
        changed = convert(path, None, step)
        agree(home, None)
        return changed


def _copies(home: Path, clock: Clock, key: Key) -> list[Path]:
    """Those that were put aside or made before an upgrade, then the backups of both places."""
    kept = Backups(home, clock)
    left = []
    for copy in sorted([*kept.folder.glob("*.db"), *home.glob(f"{Path(OFFICE_DATABASE).stem}-*.db")]):
        try:
            convert(copy, key)
        except AppError as error:
            if error.code != NO_KEY:
                left.append(copy)
    for backup in (*kept.here(), *kept.there()):
        try:
            repack(backup, key)
        except AppError as error:
            if error.code != NO_KEY:
                left.append(backup.path)
    return left
