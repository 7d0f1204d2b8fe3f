"""The port through which a use case writes: it fills a draft, and the one writer (`app/sync/writer.py`) makes
it an entry, appends it to the journal and applies it, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol, cast
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, select
from sqlalchemy.types import TypeDecorator

from app.domain import people
from app.domain.codes import code
from app.models import Series
from app.models.base import Raw

_LAST = select(Series.last).where(
    Series.office_no == bindparam("office_no"), Series.series == bindparam("series")
)

Model = Any
"""A card's or a fact's class in `app.models`."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts."""

    id: UUID
    name: str
    roles: tuple[str, ...]

    def require(self, act: str) -> None:
        """AppError "not_allowed" when this person's roles do not include the act."""
        people.require(self.roles, act)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where it is done: the desk's office, its device number and its short name in codes ("BN03")."""

    office_no: int
    device: int
    name: str


class Draft:
    """What one act will write. Reads see the committed state; nothing is written before the draft is done."""

    def __init__(
        self,
        read: Connection,
        desk: Desk,
        now: datetime,
        year: int,
        new_id: Callable[[], UUID],
        stamps: Callable[[str, UUID, list[str]], list[tuple[int, int]]],
    ) -> None:
        self.read = read
        self.desk = desk
        self.now = now
        self.new_id = new_id
        self._year = year
        self._stamps = stamps
        self._taken: dict[str, int] = {}
        self.rows: dict[tuple[str, tuple[str, ...]], list[Sequence[Raw]]] = {}
        self.edits: list[tuple[str, UUID, list[tuple[str, Raw, int, int]]]] = []

    def add(self, model: Model, *, id: UUID | None = None, **values: Any) -> UUID:
        """A new row; columns that are not named are empty. Returns its id."""
        row_id = id or self.new_id()
        names, encoders = _columns(model)
        unknown = values.keys() - set(names)
        if unknown:
            raise TypeError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
        row = [row_id.bytes, *(e(values.get(n)) for n, e in zip(names[1:], encoders, strict=True))]
        self.add_raw(model, names, [row])
        return row_id

    def add_raw(self, model: Model, columns: tuple[str, ...], rows: Iterable[Sequence[Raw]]) -> None:
        """Many new rows at once, in raw values, the id first; for bulk work."""
        self.rows.setdefault((model.__tablename__, columns), []).extend(rows)

    def change(self, model: Model, id: UUID, **fields: Any) -> None:
        """Set fields of a card, each built on the value that this replica holds now."""
        names, encoders = _columns(model)
        encode = dict(zip(names[1:], encoders, strict=True))
        table = model.__tablename__
        stamps = self._stamps(table, id, list(fields))
        self.edits.append(
            (table, id, [(f, encode[f](v), *s) for (f, v), s in zip(fields.items(), stamps, strict=True)])
        )

    def number(self, kind: str) -> str:
        """The next code of this desk's own yearly series, such as "BL-BN03-26-000123"; without a gap."""
        series = code(kind, self.desk.name, self._year, 1).rpartition("-")[0]
        if series not in self._taken:
            last = self.read.execute(_LAST, {"office_no": self.desk.office_no, "series": series}).scalar()
            self._taken[series] = last or 0
        self._taken[series] += 1
        return code(kind, self.desk.name, self._year, self._taken[series])

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.rows and not self.edits


class Writer(Protocol):
    """The one writer of a replica."""

    desk: Desk

    def entry(self, kind: str, by: UUID | None, *, id: UUID | None = None) -> AbstractContextManager[Draft]:
        """A draft that becomes an entry when the block ends well, and nothing when it does not.

        `id` is made when the form opens; an entry whose id is in the journal already raises AppError
        "already_saved" and takes no effect again. AppError "disk.full" and "folder.not_writable" when the
        transaction could not be kept.
        """


def raw_columns(model: Model) -> tuple[str, ...]:
    """The columns of a row in an entry, the id first."""
    return _columns(model)[0]


@cache
def _columns(model: Any) -> tuple[tuple[str, ...], list[Callable[[Any], Raw]]]:
    bookkeeping = {"office_no", "id", "made_hlc", "made_device", "edited", "hlc", "device"}
    columns = [c for c in _table(model).columns if c.name not in bookkeeping]
    return ("id", *(str(c.name) for c in columns)), [_encoder(c.type) for c in columns]


def _table(model: Model) -> Table:
    return cast(Table, model.__table__)


def _encoder(type_: Any) -> Callable[[Any], Raw]:
    if isinstance(type_, TypeDecorator):
        return lambda value: type_.process_bind_param(value, None)  # type: ignore[arg-type]
    return lambda value: int(value) if isinstance(value, bool) else value
