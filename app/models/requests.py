"""Requests, what happened to them, and what belongs to them: incidents, letters, scans."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Card, Fact, Json, important


class Request(Base, Fact):
    """What a person asked of the utility, in the person's words.

    `type_id` is the version of its kind that held when it was received; `arrived_at` when the office had it,
    where that was before the desk did (a letter that waited); `source` what its channel says of itself (the
    newspaper, the collaborator); `right_code` the customer's right or duty that a complaint is about. Of a
    kind that few may see, who asks and what is said are empty here and in `sealed`, an envelope
    (`docs/decisions/0015`).
    """

    __tablename__ = "request"
    __table_args__ = (Index("ix_request_code", "code"), Index("ix_request_customer_id", "customer_id"))

    code: Mapped[str]
    type_code: Mapped[str]
    channel: Mapped[str]
    customer_id: Mapped[UUID | None]
    contact_name: Mapped[str]
    phone: Mapped[str | None]
    address: Mapped[str | None]
    words: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    received_by: Mapped[UUID]
    type_id: Mapped[UUID | None]
    arrived_at: Mapped[datetime | None]
    source: Mapped[str | None]
    area: Mapped[str | None]
    right_code: Mapped[str | None]
    sealed: Mapped[bytes | None]


class RequestEvent(Base, Fact):
    """A step in the life of a request (`app/domain/requests.py` folds them)."""

    __tablename__ = "request_event"
    __table_args__ = (Index("ix_request_event_request_id", "request_id"),)

    request_id: Mapped[UUID]
    kind: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[UUID]
    unit_code: Mapped[str | None]
    due: Mapped[datetime | None]
    text: Mapped[str | None] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    person: Mapped[UUID | None]
    """To whom of the unit."""
    sealed: Mapped[bytes | None]
    """Of a sealed request: `text`, which is empty here."""


LISTED = ("office_no", "id", "type_code", "received_by", "person")
"""What tells whether a request is for a person's eyes."""


class RequestState(Base):
    """Where a request stands, with what lists are sorted and filtered by. `asked` holds the units with an
    open question, each between bars: "|NETWORK|REPAIR|". `moved_hlc` and `moved_by`: the last event."""

    __tablename__ = "request_state"
    __kind__ = "projection"
    __table_args__ = (
        Index("ix_request_state_state_due", "state", "due"),
        # All that a list of everything asks, the newest first: 200,000 ids without a look at the rows.
        Index("ix_request_state_received_at", "received_at", "code", *LISTED),
        Index("ix_request_state_incident_id", "incident_id"),
        Index("ix_request_state_customer_id", "customer_id"),
    )

    office_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    type_code: Mapped[str]
    customer_id: Mapped[UUID | None]
    received_at: Mapped[datetime]
    received_by: Mapped[UUID]
    channel: Mapped[str]
    area: Mapped[str | None]
    state: Mapped[str]
    unit_code: Mapped[str | None]
    person: Mapped[UUID | None]
    step: Mapped[str | None]
    step_due: Mapped[datetime | None]
    due: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    head_at: Mapped[datetime | None]
    leader_at: Mapped[datetime | None]
    company_at: Mapped[datetime | None]
    asked: Mapped[str | None]
    incident_id: Mapped[UUID | None]
    outcome: Mapped[str | None]
    cause: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    score: Mapped[int | None]
    reopened: Mapped[int]
    misfits: Mapped[int]
    moved_hlc: Mapped[int] = mapped_column(BigInteger)
    moved_by: Mapped[UUID | None]


class Incident(Base, Card):
    """A fault or a planned interruption that many ask about: requests are put under it and answered at
    once. `area` names streets or villages as people say them; `line` the main or the feeder."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_code", "code"), Index("ix_incident_started_at", "started_at"))

    code: Mapped[str]
    title: Mapped[str] = important()
    area: Mapped[str]
    ward: Mapped[str | None]
    line: Mapped[str | None]
    cause: Mapped[str | None]
    planned: Mapped[bool]
    started_at: Mapped[datetime]
    expected_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(Text)


class Letter(Base, Fact):
    """A letter that goes out, in the register of outgoing papers under its code."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_code", "code"), Index("ix_letter_request_id", "request_id"))

    code: Mapped[str]
    request_id: Mapped[UUID | None]
    template: Mapped[str | None]
    language: Mapped[str]
    subject: Mapped[str]
    addressee: Mapped[str]
    address: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    signed_by: Mapped[str]
    signed_title: Mapped[str]
    by: Mapped[UUID]
    written_at: Mapped[datetime]
    sealed: Mapped[bytes | None]
    """Of a letter about a sealed request: subject, addressee, address and text, which are empty here."""


class SealedKey(Base, Fact):
    """The key of what is sealed in the row `about_id`, handed on by the head office to a desk (`reader`, its
    public key) that may read it and was not there, or not known, when it was written."""

    __tablename__ = "sealed_key"
    __owned__ = True
    __table_args__ = (Index("ix_sealed_key_about_id", "about_id"),)

    about_id: Mapped[UUID]
    reader: Mapped[bytes]
    key: Mapped[bytes]


class Attachment(Base, Fact):
    """A scan or photo of a request or a work order (`about_table`); its content is found by its digest
    (SHA-256) and goes its own way after the rows."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_about_id", "about_id"), Index("ix_attachment_digest", "digest"))

    about_table: Mapped[str]
    about_id: Mapped[UUID]
    name: Mapped[str]
    media: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes]
    by: Mapped[UUID]
    added_at: Mapped[datetime]


class Blob(Base):
    """How far the content of an attachment is here: `done` bytes of `size`. `sent_at`: at a desk, when the
    head office said that it has all of it, or gave it; at the head office, when all of it had come."""

    __tablename__ = "blob"
    __kind__ = "local"
    __table_args__ = (Index("ix_blob_sent_at", "sent_at"),)

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    done: Mapped[int] = mapped_column(BigInteger)
    sent_at: Mapped[datetime | None]


class BlobPart(Base):
    """A part of a content, at the head office, which keeps contents in its database: its processes share
    them, and its backup holds them. `number`: of the part's first byte."""

    __tablename__ = "blob_part"
    __kind__ = "local"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes]


class ReadMark(Base):
    """Up to which event a person of this desk has seen a request."""

    __tablename__ = "read_mark"
    __kind__ = "local"

    by: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    hlc: Mapped[int] = mapped_column(BigInteger)


class SavedView(Base):
    """How a person likes to see a list: filters, columns, order."""

    __tablename__ = "saved_view"
    __kind__ = "local"

    by: Mapped[UUID] = mapped_column(primary_key=True)
    page: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    view: Mapped[object] = mapped_column(Json)
