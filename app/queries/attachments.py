"""What people ask about scans and photos: which belong to a request or a work order, and where they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Select, and_, bindparam, select

from app.models import Attachment, Blob, Draft, Entry, Request, Staff, WorkOrder
from app.queries.requests import Viewer
from app.queries.rules import RuleQueries


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A scan or photo; `size` in bytes. `where`: "unsent" (here, the head office has not got it yet), "here",
    "there" (not at this desk: it is fetched when somebody wants to see it). `order`: the code of the work
    order with which it came to the request that was asked about."""

    id: UUID
    name: str
    media: str
    size: int
    digest: bytes
    by: str
    added_at: datetime
    where: str
    order: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """What a form had with it that was saved, when the program ended before it was attached."""

    form: str
    request_id: UUID
    fields: dict[str, Any]


def _attached() -> Select[Any]:
    a, b, s, w = Attachment, Blob, Staff, WorkOrder
    about = bindparam("about", type_=a.about_id.type)
    orders = select(w.id).where(w.office_no == bindparam("office"), w.request_id == about)
    columns: list[Any] = [
        a.id, a.name, a.media, a.size, a.digest, a.added_at, s.name.label("staff"), b.digest.label("here"),
        b.sent_at, w.code,
    ]  # fmt: skip
    return (
        select(*columns)
        .outerjoin(s, and_(s.office_no == a.office_no, s.id == a.by))
        .outerjoin(b, b.digest == a.digest)
        .outerjoin(w, and_(w.office_no == a.office_no, w.id == a.about_id, a.about_id != about))
        .where(
            a.office_no == bindparam("office"),
            a.about_id.in_(select(about).union_all(orders)),
            a.about_table.in_((bindparam("table"), w.__tablename__)),
        )
        .order_by(a.added_at, a.hlc, a.device, a.id)
    )


_ATTACHED = _attached()
_ITS_KIND = select(Request.type_code, Request.type_id, Request.received_by).where(
    Request.office_no == bindparam("office"), Request.id == bindparam("request")
)


class AttachmentQueries:
    """Asks of the scans and photos of an office."""

    def __init__(self, read: Engine, office_no: int, rules: RuleQueries) -> None:
        self._read = read
        self._office_no = office_no
        self._rules = rules

    def of(self, about_table: str, about_id: UUID, viewer: Viewer) -> list[AttachmentRow]:
        """Those of a request and of its work orders, or of one work order, oldest first; none where the
        request is not for this viewer."""
        if not self.may_see(about_table, about_id, viewer):
            return []
        about = {"office": self._office_no, "table": about_table, "about": about_id}
        with self._read.connect() as read:
            found = read.execute(_ATTACHED, about).all()
        return [
            AttachmentRow(
                row.id,
                row.name,
                row.media,
                row.size,
                row.digest,
                row.staff or "",
                row.added_at,
                "there" if row.here is None else "unsent" if row.sent_at is None else "here",
                row.code or "",
            )
            for row in found
        ]

    def may_see(self, about_table: str, about_id: UUID, viewer: Viewer) -> bool:
        """Whether the request that it belongs to is for this viewer."""
        w = WorkOrder
        request_id: UUID | None = about_id
        with self._read.connect() as read:
            if about_table == w.__tablename__:
                request_id = read.execute(
                    select(w.request_id).where(w.office_no == self._office_no, w.id == about_id)
                ).scalar()
            found = read.execute(_ITS_KIND, {"office": self._office_no, "request": request_id}).first()
        kind = found and self._rules.type_version(found.type_id, found.type_code)
        restricted = kind is not None and kind.restricted
        return not restricted or viewer.restricted or (found is not None and found.received_by == viewer.id)

    def left(self, prefix: str, by: UUID) -> list[Left]:
        """This person's kept forms of such a name that were saved."""
        d, e, r = Draft, Entry, Request
        wanted = (
            select(d.form, d.fields, r.id)
            .join(e, e.id == d.entry_id)
            .join(r, and_(r.office_no == e.office_no, r.hlc == e.hlc, r.device == e.origin))
            .where(d.form.startswith(prefix, autoescape=True), d.by == by, r.office_no == self._office_no)
        )
        with self._read.connect() as read:
            return [Left(row.form, row.id, row.fields) for row in read.execute(wanted)]
