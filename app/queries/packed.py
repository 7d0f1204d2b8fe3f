"""Many ids at once: 200,000 in one value of 3 MB, made by SQLite itself, instead of as many objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload
from uuid import UUID

from sqlalchemy import Connection, Select, func, select

SIZE = 16


class Ids(Sequence[UUID]):
    """Ids in their order, each made when it is looked at."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes = b"") -> None:
        self._raw = raw

    @classmethod
    def of(cls, ids: Iterable[UUID]) -> Ids:
        return cls(b"".join(each.bytes for each in ids))

    def __len__(self) -> int:
        return len(self._raw) // SIZE

    @overload
    def __getitem__(self, at: int) -> UUID: ...
    @overload
    def __getitem__(self, at: slice) -> list[UUID]: ...
    def __getitem__(self, at: int | slice) -> UUID | list[UUID]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        place = at + len(self) if at < 0 else at
        if not 0 <= place < len(self):
            raise IndexError(at)
        return UUID(bytes=self._raw[place * SIZE : (place + 1) * SIZE])

    def __iter__(self) -> Iterator[UUID]:
        return (UUID(bytes=self._raw[at : at + SIZE]) for at in range(0, len(self._raw), SIZE))

    def index(self, value: object, start: int = 0, stop: int | None = None) -> int:
        """Where an id stands. ValueError where it does not."""
        end = len(self) if stop is None else stop
        wanted = value.bytes if isinstance(value, UUID) else b""
        at = self._raw.find(wanted, start * SIZE, end * SIZE) if wanted else -1
        while at % SIZE and at >= 0:  # by chance across two ids
            at = self._raw.find(wanted, at + 1, end * SIZE)
        if at < 0:
            raise ValueError(f"{value} is not among them")
        return at // SIZE

    def __contains__(self, value: object) -> bool:
        try:
            return self.index(value) >= 0
        except ValueError:
            return False

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Ids):
            return self._raw == other._raw
        return isinstance(other, Sequence) and len(self) == len(other) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(self._raw)

    def __repr__(self) -> str:
        return f"Ids({list(self)!r})"


def packed(read: Connection, wanted: Select[Any]) -> Ids:
    """The ids that `wanted`, a question for one column `id` in its order, gives.

    One row comes out of SQLite: fetched row by row, each of 200,000 would ask for the interpreter's lock and
    wait for it while the window paints. SQLite keeps the order
    of a question within another where the outer one is a group_concat: it leaves such an order out only under
    count, min and max.
    """
    inner = wanted.subquery()
    found = read.execute(select(func.group_concat(func.hex(inner.c.id), ""))).scalar()
    return Ids(bytes.fromhex(found or ""))
