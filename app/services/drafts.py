"""Unfinished forms: kept on this desk for their author, never sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from app.models.base import canonical_json


class LocalWriter(Protocol):
    """The part of the writer that keeps what never leaves the desk."""

    def execute_local(self, sql: str, values: Sequence[Any]) -> None: ...


class DraftService:
    """Keeps what was typed, so that neither a crash nor a power cut takes it."""

    def __init__(self, writer: LocalWriter) -> None:
        self._writer = writer

    def keep(self, form: str, by: UUID, entry_id: UUID, fields: Mapping[str, Any]) -> None:
        """Keep the fields (plain JSON values) of a form that will be saved under `entry_id`."""
        self._writer.execute_local(
            "INSERT INTO draft (form, by, entry_id, fields) VALUES (?, ?, ?, ?) ON CONFLICT (form, by) "
            "DO UPDATE SET entry_id = excluded.entry_id, fields = excluded.fields",
            (form, by.bytes, entry_id.bytes, canonical_json(dict(fields))),
        )

    def drop(self, form: str, by: UUID) -> None:
        """It was saved or thrown away."""
        self._writer.execute_local("DELETE FROM draft WHERE form = ? AND by = ?", (form, by.bytes))
