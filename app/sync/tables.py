"""What apply knows of each table, compiled once from the models: kind, columns and the SQL texts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from app.models import Base


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table that entries may write."""

    name: str
    kind: str
    owned: bool
    columns: tuple[str, ...]
    """All that an entry carries, the id first."""
    important: frozenset[str]

    def insert(self, columns: tuple[str, ...]) -> str:
        """INSERT of a new row that leaves an existing one alone; values: office, stamp, then `columns`."""
        stamp = ("made_hlc", "made_device") if self.kind == "card" else ("hlc", "device")
        names = ", ".join(f'"{c}"' for c in ("office_no", *stamp, *columns))
        marks = ", ".join("?" * (len(columns) + 3))
        return f'INSERT INTO "{self.name}" ({names}) VALUES ({marks}) ON CONFLICT (office_no, id) DO NOTHING'


@cache
def writable() -> dict[str, TableInfo]:
    """The cards and facts by table name."""
    found: dict[str, TableInfo] = {}
    for mapper in Base.registry.mappers:
        model: Any = mapper.class_
        if getattr(model, "__kind__", "") not in ("card", "fact"):
            continue
        own = {"office_no", "id", "made_hlc", "made_device", "edited", "hlc", "device"}
        names = ("id", *(c.name for c in model.__table__.columns if c.name not in own))
        important = frozenset(c.name for c in model.__table__.columns if c.info.get("important"))
        owned = bool(getattr(model, "__owned__", False))
        found[model.__tablename__] = TableInfo(model.__tablename__, model.__kind__, owned, names, important)
    return found
