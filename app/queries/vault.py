"""Opens what is sealed to this desk (decision 0015)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select

from app.domain.envelopes import SealedToOthers, disclose
from app.models import SealedKey

MOST_KEPT = 5_000
"""So many texts are kept open: the sealed ones of some years."""

_SOME = 500
"""Rows asked for at once."""

_Opened = tuple[bytes, dict[str, str] | None]
"""An envelope and what is in it; None for what opens to nobody."""


class Vault:
    """The keys of this desk; `keys` gives them, also those that it had under former numbers."""

    def __init__(self, office_no: int, keys: Callable[[], Sequence[Ed25519PrivateKey]]) -> None:
        self._office_no = office_no
        self._keys = keys
        self._kept: dict[UUID, _Opened] = {}

    def open(self, read: Connection, rows: Mapping[UUID, bytes | None]) -> dict[UUID, dict[str, str]]:
        """Row -> what was sealed of it, by column; without rows that are not sealed, or to others. `rows`:
        what is in their column `sealed`."""
        sealed = {id: envelope for id, envelope in rows.items() if envelope is not None}
        found = {id: kept for id in sealed if (kept := self._kept.get(id)) and kept[0] == sealed[id]}
        if len(found) < len(sealed):
            new = self._opened(read, {id: sealed[id] for id in sealed.keys() - found.keys()})
            found |= new
            if len(self._kept) + len(new) > MOST_KEPT:
                self._kept.clear()
            self._kept |= dict(islice(new.items(), MOST_KEPT))
        return {id: texts for id, (_, texts) in found.items() if texts is not None}

    def _opened(self, read: Connection, sealed: Mapping[UUID, bytes]) -> dict[UUID, _Opened]:
        """Without those whose key this desk may get one day."""
        keys, handed = self._keys(), _handed(read, sealed)
        found: dict[UUID, _Opened] = {}
        for about, envelope in sealed.items():
            try:
                texts = disclose(envelope, self._office_no, about, keys, handed[about])
                found[about] = (envelope, texts)
            except SealedToOthers:
                continue
            except ValueError:  # written by somebody who cannot seal
                found[about] = (envelope, None)
        return found


def _handed(read: Connection, rows: Iterable[UUID]) -> dict[UUID, dict[bytes, bytes]]:
    """The keys that were handed on: row -> reader -> key."""
    k, ids = SealedKey, list(rows)
    handed: dict[UUID, dict[bytes, bytes]] = defaultdict(dict)
    for n in range(0, len(ids), _SOME):
        wanted = select(k.about_id, k.reader, k.key).where(k.about_id.in_(ids[n : n + _SOME]))
        for about, reader, key in read.execute(wanted):
            handed[about][reader] = key
    return handed
