"""Who reads what is sealed: the head office, which can open it, hands its key on to desks that may read it
and were not known to its author, and sees that nothing is closed by an envelope without words (decision
0015)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from app.domain.envelopes import disclose, share
from app.domain.requests import WORDED
from app.headoffice.authority import body_of
from app.models import Device, Letter, Request, RequestEvent, SealedKey
from app.models.store import Cursor
from app.services.writer import Draft, raw_columns
from app.sync.apply import wrong_with
from app.sync.entries import Entry, Rows

SEALED = (Request, RequestEvent, Letter)
"""What may be sealed."""


class Sealing:
    """Looks into envelopes and hands on with the head office's own key."""

    def __init__(self, key: Ed25519PrivateKey, new_id: Callable[[], UUID]) -> None:
        self._key = key
        self._new_id = new_id

    def handed_on(self, cur: Cursor, entries: Sequence[Entry]) -> Rows | None:
        """The keys of what new acts seal, for the desks that read it and that their authors did not know."""
        rows: list[list[object]] = []
        readers = cache(lambda office: _readers(cur, office))
        for entry in entries:
            for _, row in _sealed_in(entry):
                about, envelope, office = row["id"], row["sealed"], entry.office_no
                try:
                    keys = share(envelope, office, UUID(bytes=about), self._key, readers(office))
                except ValueError:  # written by somebody who cannot seal: it opens nowhere
                    continue
                rows += [[self._new_id().bytes, about, reader, key] for reader, key in keys.items()]
        return Rows(SealedKey.__tablename__, raw_columns(SealedKey), rows) if rows else None

    def says_nothing(self, entry: Entry) -> bool:
        """Whether an act answers a request, or tells the answer, by an envelope in which there are no words:
        its author alone could know, and the request would be closed in silence."""
        return any(
            table == RequestEvent.__tablename__
            and row.get("kind") in WORDED
            and not self._said(entry.office_no, row)
            for table, row in _sealed_in(entry)
        )

    def _said(self, office: int, row: dict[str, Any]) -> str:
        try:
            opened = disclose(row["sealed"], office, UUID(bytes=row["id"]), [self._key])
        except ValueError:
            return ""
        return opened.get("text", "").strip()

    def take_in(self, draft: Draft, reader: bytes, *, leads: bool) -> bool:
        """A desk comes into the office of `draft`: it gets the keys of what it may read. Returns `leads`."""
        d, k, office = Device, SealedKey, draft.desk.office_no
        led = select(d.id).where(d.office_no == office, d.leads == 1).limit(1)
        if not leads and draft.read.execute(led).first() is not None:
            return leads
        had = set(
            draft.read.execute(select(k.about_id).where(k.office_no == office, k.reader == reader)).scalars()
        )
        for t in SEALED:
            wanted = select(t.id, t.sealed).where(t.office_no == office, t.sealed.is_not(None))
            for about, envelope in draft.read.execute(wanted):
                if about in had or envelope is None:
                    continue
                try:
                    keys = share(envelope, office, about, self._key, [reader])
                except ValueError:
                    continue
                for key in keys.values():
                    draft.add(SealedKey, about_id=about, reader=reader, key=key)
        return leads

    def take_on(self, draft: Draft, reader: bytes, before: int) -> bool:
        """The same for a desk that goes on as another one, whose number it had: it stays the leader's."""
        led = draft.read.execute(select(Device.leads).where(Device.number == before)).scalar()
        return self.take_in(draft, reader, leads=bool(led))


def _readers(cur: Cursor, office: int) -> frozenset[bytes]:
    """The public keys of the desks that read what is sealed in an office: the leader's, or all where none was
    ever the leader's."""
    cur.execute(
        "SELECT public_key, leads, revoked_at FROM device WHERE office_no = ? AND kind = 'desktop'", (office,)
    )
    known = cur.fetchall()
    led = any(leads for _, leads, _ in known)
    return frozenset(bytes(key) for key, leads, revoked in known if revoked is None and (leads or not led))


def _sealed_in(entry: Entry) -> Iterator[tuple[str, dict[str, Any]]]:
    """What an act seals: table and row."""
    if b"sealed" not in entry.body:  # most acts: nothing to take apart
        return
    body = body_of(entry)
    if body is None or wrong_with(body)[0]:
        return
    names = {table.__tablename__ for table in SEALED}
    for rows in body.rows:
        if rows.table in names and "sealed" in rows.columns:
            place = rows.columns.index("sealed")
            for row in rows.rows:
                if row[place] is not None:
                    yield rows.table, dict(zip(rows.columns, row, strict=True))
