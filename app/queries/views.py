"""How a person likes to see lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select

from app.domain.fold import fold
from app.models import SavedView


@dataclass(frozen=True, slots=True)
class View:
    """A view under its name; `kept` is what the list gave to be kept."""

    name: str
    kept: dict[str, Any]


class ViewQueries:
    """Reads what `ViewService` kept."""

    def __init__(self, read: Engine) -> None:
        self._read = read

    def named(self, by: UUID, page: str) -> list[View]:
        """This person's views of a list, by name."""
        v = SavedView
        wanted = select(v.name, v.view).where(v.by == by, v.page == page, v.name != "")
        with self._read.connect() as read:
            found = [View(name, _whole(view)) for name, view in read.execute(wanted)]
        return sorted(found, key=lambda view: fold(view.name))

    def left(self, by: UUID, page: str) -> dict[str, Any]:
        """How the list was left; empty for one never seen before."""
        v = SavedView
        wanted = select(v.view).where(v.by == by, v.page == page, v.name == "")
        with self._read.connect() as read:
            return _whole(read.execute(wanted).scalar())


def _whole(view: object) -> dict[str, Any]:
    return view if isinstance(view, dict) else {}
