"""A replica's database as its writer uses it: the same on SQLite and on PostgreSQL.

SQL handed to a cursor is written once for both: marks are `?`, upserts are `ON CONFLICT`, truth values are
worked out with CASE into 0 and 1, no scalar max() or min(), every name that is a word of SQL in quotes.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Engine

Row = tuple[Any, ...]


class Cursor(Protocol):
    """Within a transaction."""

    @property
    def rowcount(self) -> int:
        """How many rows the last statement wrote."""

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Any:
        """Run a statement."""

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> Any:
        """Run a statement for each row."""

    def fetchone(self) -> Any:
        """The next row found, or None."""

    def fetchall(self) -> Sequence[Any]:
        """The rows found."""


class Store(Protocol):
    """An open database of a replica."""

    @property
    def read(self) -> Engine:
        """Connections that can only read."""

    @property
    def search(self) -> bool:
        """Whether it has the index by which customers are found as one types."""

    def transaction(self, office_no: int) -> AbstractContextManager[Cursor]:
        """All or nothing. One at a time for an office, in all programs together; on SQLite one at a time in
        all. What befalls the database comes out as an AppError ("disk.full", "database.busy", ...)."""

    def reading(self) -> AbstractContextManager[Cursor]:
        """What was committed at one moment, whatever is written meanwhile."""

    def part(self, cur: Cursor) -> AbstractContextManager[None]:
        """A part of a transaction that can fail by itself: then nothing of it is left."""

    def at_fault(self, error: Exception) -> bool:
        """Whether what was written is at fault, not the disk: it would fail again, and elsewhere too."""

    def add(self, cur: Cursor, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert many rows that are known to be new, the fastest way there is."""

    def add_new(
        self, cur: Cursor, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> list[bytes]:
        """Insert those of many rows whose (office_no, id) is not there yet; no id twice among them. Returns
        the ids of the others."""

    def close(self) -> None:
        """Let go of it."""
