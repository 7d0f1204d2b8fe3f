"""Sealing what few may read, before it is written: decision 0015 says to whom."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import bindparam, or_, select

from app.domain.envelopes import enclose
from app.models import Device, Request
from app.queries.rules import RESTRICTED
from app.services.writer import Draft

# Made once: putting a statement together takes longer than its answer.
_SEALED = select(Request.device).where(
    Request.office_no == bindparam("office"),
    Request.id == bindparam("request"),
    or_(Request.sealed.is_not(None), Request.type_code.in_(RESTRICTED)),
)


def received_at(draft: Draft, request_id: UUID) -> int | None:
    """The number of the desk that received a request which few may read; None for one that all may: what is
    said of it need not be sealed."""
    asked = {"office": draft.desk.office_no, "request": request_id}
    number: int | None = draft.read.execute(_SEALED, asked).scalar()
    return number


def sealed(draft: Draft, about: UUID, received: int, **texts: str | None) -> bytes:
    """Texts of the row `about`, for the head office, this desk, the one that `received` the request and has
    to tell its answer, and the desks of the office's leader; for all desks of the office where none was ever
    named the leader's."""
    d = Device
    wanted = select(d.number, d.kind, d.public_key, d.leads, d.revoked_at).where(
        d.office_no.in_((0, draft.desk.office_no))
    )
    known = draft.read.execute(wanted).all()
    led = any(each.leads for each in known)
    readers = {
        each.public_key
        for each in known
        if each.kind == "hub"
        or each.number == draft.desk.device
        or (each.revoked_at is None and (each.leads or not led or each.number == received))
    }
    said = {name: text or "" for name, text in texts.items()}
    return enclose(said, draft.desk.office_no, about, readers)
