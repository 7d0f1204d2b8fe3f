"""Opens what is sealed to this desk (decision 0015)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select

from app.domain.envelopes import disclose
from app.models import SealedKey


class Vault:
    """The keys of this desk; `keys` gives them, also those that it had under former numbers."""

    def __init__(self, keys: Callable[[], Sequence[Ed25519PrivateKey]]) -> None:
        self._keys = keys

    def open(self, read: Connection, rows: Mapping[UUID, bytes | None]) -> dict[UUID, dict[str, str]]:
        """Row -> what was sealed of it, by column; without rows that are not sealed, or to others. `rows`:
        what is in their column `sealed`."""
        sealed = {id: envelope for id, envelope in rows.items() if envelope is not None}
        if not sealed:
            return {}
        keys = self._keys()
        k = SealedKey
        handed: dict[UUID, dict[bytes, bytes]] = defaultdict(dict)
        for about, reader, key in read.execute(
            select(k.about_id, k.reader, k.key).where(k.about_id.in_(sealed))
        ):
            handed[about][reader] = key
        found = {}
        for about, envelope in sealed.items():
            try:
                found[about] = disclose(envelope, about, keys, handed[about])
            except ValueError:  # sealed to others, or written by somebody who cannot seal
                continue
        return found
