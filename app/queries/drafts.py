"""Forms that were left unfinished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select

from app.models import Draft, Entry


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """What was typed, and the entry under which it will be saved."""

    entry_id: UUID
    fields: dict[str, Any]


class DraftQueries:
    """Reads what `DraftService` kept."""

    def __init__(self, read: Engine) -> None:
        self._read = read

    def kept(self, form: str, by: UUID) -> KeptDraft | None:
        """This person's draft of a form; none when its entry was saved just before the program ended."""
        saved = select(Entry.number).where(Entry.id == Draft.entry_id).exists()
        wanted = select(Draft.entry_id, Draft.fields).where(Draft.form == form, Draft.by == by, ~saved)
        with self._read.connect() as read:
            found = read.execute(wanted).first()
        return None if found is None else KeptDraft(found.entry_id, found.fields)
