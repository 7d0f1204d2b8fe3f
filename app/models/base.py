"""The ground every table stands on: column types, and what kind of table it is.

Kinds (`docs/decisions/0001`): a **card** is kept up to date and merged field by field; a **fact** says
what happened and never changes; a **projection** is worked out from facts and never sent; the **journal**
holds entries; a **local** table never leaves the desktop. The types hold one raw form (int, str, bytes) that
is the same in SQLite, in PostgreSQL and in an entry.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

Raw = int | str | bytes | None


WHOLE = BigInteger().with_variant(Integer(), "sqlite")
"""An integer of 64 bits, as SQLite's are."""


@compiles(Integer, "postgresql")
def _as_wide_as_in_sqlite(type_: Integer, compiler: Any, **how: Any) -> str:
    """The first steps of the migrations call `WHOLE` an integer."""
    return "BIGINT" if isinstance(how.get("type_expression"), Column) else str(compiler.visit_integer(type_))


@compiles(String, "postgresql")
@compiles(Text, "postgresql")
def _ordered_as_in_sqlite(type_: String, compiler: Any, **how: Any) -> str:
    """By bytes, whatever language the database is set to: what projections work out by an order must be the
    same on every replica, and no new release of the server's system may change the order of an index."""
    visit = compiler.visit_text if isinstance(type_, Text) else compiler.visit_string
    text = visit(type_, **how)
    return f'{text} COLLATE "C"' if isinstance(how.get("type_expression"), Column) else text


class Id(TypeDecorator[UUID]):
    """A UUID in 16 bytes."""

    impl = LargeBinary(16)
    cache_ok = True

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> bytes | None:
        return None if value is None else value.bytes

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> UUID | None:
        return None if value is None else UUID(bytes=value)


class Instant(TypeDecorator[datetime]):
    """A moment: aware UTC in Python, milliseconds since 1970 in the database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else millis(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else instant(value)


class Day(TypeDecorator[date]):
    """A calendar day, kept as its ISO text."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """A small value kept as canonical JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def canonical_json(value: Any) -> str:
    """The one text of a JSON value: sorted keys, no blanks, not escaped."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def millis(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware moment."""
    if moment.tzinfo is None:
        raise TypeError("a moment must be aware")
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def instant(value: int) -> datetime:
    """The aware UTC moment of milliseconds since 1970."""
    return datetime.fromtimestamp(value / 1000, UTC)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Id,
        datetime: Instant,
        date: Day,
        bytes: LargeBinary,
        int: WHOLE,
        bool: WHOLE,
    }


class Scoped:
    """A row that belongs to an office; office 0 is the whole company. Every key starts with the office."""

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(primary_key=True)


class Card(Scoped):
    """Kept up to date by people; merged field by field.

    A field's stamp is (HLC, device) of the entry that set it: the row's creation stamp, unless `edited`
    (msgpack: field -> [hlc, device]) names a later one.
    """

    __kind__ = "card"
    __owned__: ClassVar[bool] = False
    """True: written by the head office only."""

    made_hlc: Mapped[int] = mapped_column(BigInteger)
    made_device: Mapped[int]
    edited: Mapped[bytes | None]


class Fact(Scoped):
    """Says what happened; never changed, never deleted. (hlc, device) is the stamp of its entry."""

    __kind__ = "fact"

    hlc: Mapped[int] = mapped_column(BigInteger)
    device: Mapped[int]


def important(type_: Any = None) -> Any:
    """A card's column whose concurrent change a person must see."""
    info = {"important": True}
    return mapped_column(info=info) if type_ is None else mapped_column(type_, info=info)
