"""The journal and what belongs to it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Json


class Entry(Base):
    """One act of one person, whole. `body` holds its rows (`app/sync/entries.py`)."""

    __tablename__ = "entry"
    __kind__ = "journal"
    __table_args__ = (Index("ix_entry_id", "id"), Index("ix_entry_hlc", "hlc", "origin"))

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    device: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[UUID]
    origin: Mapped[int]
    hlc: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    by: Mapped[UUID | None]
    schema: Mapped[int]
    seen: Mapped[bytes]
    body: Mapped[bytes]
    hash: Mapped[bytes]


class Feed(Base):
    """The head of each feed that this replica holds."""

    __tablename__ = "feed"
    __kind__ = "journal"
    __table_args__ = (Index("ix_feed_device", "device"),)

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    device: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes]


class Seal(Base):
    """A signature over the hash of a feed at a number, by the feed's own device or by the head office: with
    it, the entries up to there can be carried to somebody else who believes them."""

    __tablename__ = "seal"
    __kind__ = "journal"

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    device: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    signature: Mapped[bytes]


class Orphan(Base):
    """An entry that lost its place in its feed: the head office holds another under its number. Its effect
    stands; it is kept, with the seals that prove it, until the head office has issued it again. `tip` is the
    hash of the last entry of its branch."""

    __tablename__ = "orphan"
    __kind__ = "journal"

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tip: Mapped[bytes] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    device: Mapped[int]
    id: Mapped[UUID]
    origin: Mapped[int]
    hlc: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    by: Mapped[UUID | None]
    schema: Mapped[int]
    seen: Mapped[bytes]
    body: Mapped[bytes]
    hash: Mapped[bytes]
    before: Mapped[bytes]
    """The hash of the entry before it."""
    signature: Mapped[bytes | None]
    reason: Mapped[str | None]
    """Why it is parked, if it is: then its effect stands nowhere."""


class Parked(Base):
    """An entry that is kept but not applied: this release does not understand it yet, or it may not be. It
    blocks no other."""

    __tablename__ = "parked"
    __kind__ = "journal"

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    device: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    reason: Mapped[str]


class FieldChange(Base):
    """Every setting of a card's field after the card was made: the history a clerk sees, and the ground on
    which concurrent changes are found."""

    __tablename__ = "field_change"
    __kind__ = "projection"

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    table_name: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    hlc: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    device: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[str | None] = mapped_column(Json)
    base_hlc: Mapped[int] = mapped_column(BigInteger)
    base_device: Mapped[int]


class Exception_(Base):  # noqa: N801
    """A disagreement that needs a person. Its id is worked out from what disagrees, so that every replica
    raises the same one."""

    __tablename__ = "exception"
    __kind__ = "projection"
    __table_args__ = (Index("ix_exception_row_id", "row_id"),)

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    table_name: Mapped[str]
    row_id: Mapped[UUID]
    details: Mapped[object] = mapped_column(Json)


class Series(Base):
    """The last number taken of each series, such as BL-BN03-26: worked out from the facts."""

    __tablename__ = "series"
    __kind__ = "projection"

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class Digest(Base):
    """How many rows a table of cards or facts has for an office, and the sum of their hashes modulo 2**63:
    two replicas with the same entries have the same."""

    __tablename__ = "digest"
    __kind__ = "projection"

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    table_name: Mapped[str] = mapped_column(primary_key=True)
    rows: Mapped[int] = mapped_column(BigInteger)
    sum: Mapped[int] = mapped_column(BigInteger)


class Local(Base):
    """What this desktop knows about itself: never sent, never replayed."""

    __tablename__ = "local"
    __kind__ = "local"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[object] = mapped_column(Json)


class Draft(Base):
    """A form that was left unfinished: kept for its author, gone when it is saved or thrown away."""

    __tablename__ = "draft"
    __kind__ = "local"

    form: Mapped[str] = mapped_column(primary_key=True)
    by: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID]
    fields: Mapped[object] = mapped_column(Json)
