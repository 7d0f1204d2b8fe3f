"""What sets entries and exceptions right: facts like all others."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Fact


class Ruling(Base, Fact):
    """The head office rules on an entry, named by its id and the stamp it was made with. `verdict`: "time",
    the stamp counts as `counts_hlc`, since its PC's clock was wrong (of a copied disk two entries may have
    one stamp: both are meant); "not_allowed", the entry takes no effect, since its author may not do such a
    thing."""

    __tablename__ = "ruling"
    __owned__ = True
    __table_args__ = (Index("ix_ruling_entry_id", "entry_id"), Index("ix_ruling_entry_hlc", "entry_hlc"))

    entry_id: Mapped[UUID]
    entry_hlc: Mapped[int] = mapped_column(BigInteger)
    entry_origin: Mapped[int]
    verdict: Mapped[str]
    counts_hlc: Mapped[int | None] = mapped_column(BigInteger)


class Settlement(Base, Fact):
    """A supervisor settles an exception by one of the acts offered for its kind. `about` is what the
    exception said then (a digest of its details): when that changes, it waits for a person again."""

    __tablename__ = "settlement"
    __table_args__ = (Index("ix_settlement_exception_id", "exception_id"),)

    exception_id: Mapped[UUID]
    kind: Mapped[str]
    about: Mapped[str]
    act: Mapped[str]
    note: Mapped[str | None] = mapped_column(Text)
    by: Mapped[UUID]
    settled_at: Mapped[datetime]
