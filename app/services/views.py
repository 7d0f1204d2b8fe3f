"""How a person likes to see lists, and what the person has looked at: kept on this desk, never sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.domain.errors import Invalid
from app.domain.fold import nfc
from app.models.base import canonical_json
from app.services.drafts import LocalWriter

MOST_LETTERS = 60
AS_LEFT = ""
"""The name of the view that a list is left in; it is shown so again."""


class ViewService:
    """Keeps views of lists and marks of what was read."""

    def __init__(self, writer: LocalWriter) -> None:
        self._writer = writer

    def save(self, by: UUID, page: str, name: str, view: Mapping[str, Any]) -> str:
        """Keep how a list (`page`) is seen under a name, in place of what had it; returns the name as it is
        kept. Invalid(name=)."""
        kept = " ".join(nfc(name).split())
        if not kept:
            raise Invalid(name="required")
        if len(kept) > MOST_LETTERS:
            raise Invalid(name="name.long")
        self._keep(by, page, kept, view)
        return kept

    def leave(self, by: UUID, page: str, view: Mapping[str, Any]) -> None:
        """Keep how the list looks now, for the next time it is opened."""
        self._keep(by, page, AS_LEFT, view)

    def drop(self, by: UUID, page: str, name: str) -> None:
        """The person wants this view no longer."""
        self._writer.execute_local(
            "DELETE FROM saved_view WHERE by = ? AND page = ? AND name = ?", (by.bytes, page, name)
        )

    def seen(self, by: UUID, request_id: UUID, hlc: int) -> None:
        """The person has looked at a request, up to the event with this stamp; a mark never goes back."""
        self._writer.execute_local(
            "INSERT INTO read_mark (by, request_id, hlc) VALUES (?, ?, ?) ON CONFLICT (by, request_id) "
            "DO UPDATE SET hlc = max(hlc, excluded.hlc)",
            (by.bytes, request_id.bytes, hlc),
        )

    def _keep(self, by: UUID, page: str, name: str, view: Mapping[str, Any]) -> None:
        self._writer.execute_local(
            "INSERT INTO saved_view (by, page, name, view) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (by, page, name) DO UPDATE SET view = excluded.view",
            (by.bytes, page, name, canonical_json(dict(view))),
        )
