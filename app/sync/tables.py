"""What apply knows of each table, worked out once from the models: kind, columns, and what they may hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

import msgspec
from sqlalchemy import Integer, LargeBinary, String

from app.models import Base
from app.models.base import Day, Id, Instant, Json

LARGEST = 1 << 53
"""No number of a row is as large: sums of them stay exact everywhere."""

LONGEST_INDEXED = 600
"""Characters of a text by which rows are looked up: an index of PostgreSQL takes no more than 2.7 kB."""

LAST_MOMENT = 253_402_300_799_999
"""The last millisecond of the year 9999."""


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table that entries may write."""

    name: str
    kind: str
    owned: bool
    columns: tuple[str, ...]
    """All that an entry carries, the id first."""
    important: frozenset[str]
    types: dict[str, Holding]
    """Column -> what it may hold."""
    needed: frozenset[str]
    """Columns that may not be left out."""

    @property
    def head(self) -> tuple[str, str, str]:
        """The columns that come from the entry: office and stamp."""
        stamp = ("made_hlc", "made_device") if self.kind == "card" else ("hlc", "device")
        return ("office_no", *stamp)

    def holds(self, column: str, values: Sequence[Any]) -> bool:
        """Whether a column can hold these values, on every kind of store, and be read again."""
        kinds = set(map(type, values)) - {type(None)}
        holding = self.types[column]
        if not kinds <= {holding.raw} or (holding.needed and None in values):
            return False
        if self.owned or not kinds:  # the head office knows what it writes
            return True
        return holding.fits(values if holding.needed else [v for v in values if v is not None])


@dataclass(frozen=True, slots=True)
class Holding:
    """What a column may hold: a raw type, and which of its values; many are looked at together."""

    raw: type
    needed: bool
    fits: Callable[[Sequence[Any]], bool]


def _whole(values: Sequence[int]) -> bool:
    return min(values) > -LARGEST and max(values) < LARGEST


def _moment(values: Sequence[int]) -> bool:
    return min(values) >= 0 and max(values) <= LAST_MOMENT


def _text(values: Sequence[str]) -> bool:
    return "\0" not in "".join(values)


def _indexed(values: Sequence[str]) -> bool:
    return max(map(len, values)) <= LONGEST_INDEXED and _text(values)


def _id(values: Sequence[bytes]) -> bool:
    return set(map(len, values)) == {16}


def _days(values: Sequence[str]) -> bool:
    return all(map(_day, set(values)))


def _jsons(values: Sequence[str]) -> bool:
    return all(map(_json, values)) and _text(values)


def _bytes(values: Sequence[bytes]) -> bool:
    return True


@lru_cache(4096)
def _day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _json(value: str) -> bool:
    try:
        msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return False
    return "\\u0000" not in value


_HOLDINGS: tuple[tuple[Any, type, Callable[[Sequence[Any]], bool]], ...] = (
    (Id, bytes, _id),
    (Instant, int, _moment),
    (Day, str, _days),
    (Json, str, _jsons),
    (Integer, int, _whole),
    (String, str, _text),
    (LargeBinary, bytes, _bytes),
)


@cache
def writable() -> dict[str, TableInfo]:
    """The cards and facts by table name."""
    found: dict[str, TableInfo] = {}
    for mapper in Base.registry.mappers:
        model: Any = mapper.class_
        if getattr(model, "__kind__", "") not in ("card", "fact"):
            continue
        own = {"office_no", "id", "made_hlc", "made_device", "edited", "hlc", "device"}
        columns = [c for c in model.__table__.columns if c.name not in own]
        found[model.__tablename__] = TableInfo(
            name=model.__tablename__,
            kind=model.__kind__,
            owned=bool(getattr(model, "__owned__", False)),
            columns=("id", *(c.name for c in columns)),
            important=frozenset(c.name for c in columns if c.info.get("important")),
            types={c.name: _holding(c) for c in (model.__table__.c.id, *columns)},
            needed=frozenset(c.name for c in columns if not c.nullable),
        )
    return found


def _holding(column: Any) -> Holding:
    indexed = any(column.name in index.columns for index in column.table.indexes)
    for kind, raw, fits in _HOLDINGS:
        if isinstance(column.type, kind):
            if fits is _text and indexed:
                fits = _indexed
            return Holding(raw, not column.nullable, fits)
    raise TypeError(f"no raw form of {column.type!r}")
