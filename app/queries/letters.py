"""What people ask about letters: what fills the places of a text, the register of what went out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Select, and_, func, select

from app.domain import names
from app.domain.deadlines import zone_named
from app.domain.office_hours import hours_lines
from app.domain.request_types import missing
from app.models import Incident, Letter, Request, RequestEvent, RequestState, RequestType, Staff
from app.queries.customers import here
from app.queries.requests import RequestStory, Viewer, papers_brought
from app.queries.rules import RuleQueries
from app.queries.vault import Vault


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A line of the register of outgoing letters. Of a letter about a restricted request only number and day
    are there for those who may not see it, and at a desk to which it is not sealed (`hidden`): the register
    stays without a gap."""

    id: UUID
    code: str
    written_at: datetime
    request_id: UUID | None
    request_code: str
    template: str
    language: str
    subject: str
    addressee: str
    address: str
    signed_by: str
    author: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class LetterView:
    """A letter whole."""

    row: LetterRow
    signed_title: str
    text: str


@dataclass(frozen=True, slots=True)
class Signer:
    """A member of the staff who may sign."""

    name: str
    title: str


class LetterQueries:
    """Asks of letters in the office."""

    def __init__(self, read: Engine, office_no: int, rules: RuleQueries, vault: Vault) -> None:
        self._read = read
        self._office_no = office_no
        self._rules = rules
        self._vault = vault

    # -- the register -----------------------------------------------------------------------------------

    def register(self, first: date, last: date, viewer: Viewer) -> list[LetterRow]:
        """What went out from one day to another, both counted, in the order of writing."""
        zone = zone_named(self._rules.utility.zone)
        wanted = self._row.where(
            here(Letter, self._office_no),
            Letter.written_at >= _midnight(first, zone),
            Letter.written_at < _midnight(last + timedelta(days=1), zone),
        )
        with self._read.connect() as read:
            wanted = wanted.order_by(Letter.written_at, Letter.code)
            return [view.row for view in self._views(read, wanted, viewer)]

    def letter(self, letter_id: UUID, viewer: Viewer) -> LetterView | None:
        """A letter; None for one that does not exist or is not for this viewer."""
        wanted = self._row.where(Letter.office_no == self._office_no, Letter.id == letter_id)
        with self._read.connect() as read:
            found = self._views(read, wanted, viewer)
        return found[0] if found and not found[0].row.hidden else None

    def of_request(self, request_id: UUID, viewer: Viewer) -> list[LetterRow]:
        """The letters about a request, the newest first."""
        wanted = self._row.where(here(Letter, self._office_no), Letter.request_id == request_id)
        with self._read.connect() as read:
            wanted = wanted.order_by(Letter.written_at.desc(), Letter.code.desc())
            return [view.row for view in self._views(read, wanted, viewer) if not view.row.hidden]

    def _views(self, read: Connection, wanted: Select[Any], viewer: Viewer) -> list[LetterView]:
        found = read.execute(wanted).all()
        opened = self._vault.open(read, {x.id: x.sealed for x in found})
        return [_as_view(each, viewer, opened.get(each.id)) for each in found]

    @cached_property  # making it takes longer than asking it
    def _row(self) -> Select[Any]:
        w, r, s, t = Letter, Request, RequestState, Staff
        restricted = (
            select(func.count())
            .select_from(RequestType)
            .where(RequestType.code == s.type_code, RequestType.restricted == 1)
            .scalar_subquery()
        )
        columns: list[Any] = [
            w.id, w.code, w.written_at, w.request_id, w.template, w.language, w.subject, w.addressee,
            w.address, w.signed_by, w.signed_title, w.text, w.sealed, w.by, t.name.label("author"),
            r.code.label("request_code"), s.received_by, s.person, restricted.label("restricted"),
        ]  # fmt: skip
        return (
            select(*columns)
            .select_from(w)
            .outerjoin(r, and_(r.office_no == w.office_no, r.id == w.request_id))
            .outerjoin(s, and_(s.office_no == w.office_no, s.id == w.request_id))
            .outerjoin(t, and_(t.office_no == w.office_no, t.id == w.by))
        )

    # -- what fills a letter ----------------------------------------------------------------------------

    def signers(self) -> list[Signer]:
        """Who may sign: those who lead first, then everybody, by name."""
        wanted = select(Staff.name, Staff.title, Staff.roles).where(
            Staff.office_no == self._office_no, Staff.retired_at.is_(None)
        )
        with self._read.connect() as read:
            found = read.execute(wanted).all()
        ordered = sorted(found, key=lambda row: ("supervisor" not in row.roles, row.name))
        return [Signer(row.name, row.title) for row in ordered]

    def values(
        self, story: RequestStory | None, officer: UUID, language: str, now: datetime, tr: names.Translate
    ) -> dict[str, str]:
        """What is known for the places of a letter (`domain.letters.PLACES`), in the letter's language; `tr`
        is of that language."""
        utility, office = self._rules.utility, self._rules.office
        zone = zone_named(utility.zone)
        said = {
            "company": utility.name,
            "office": office.name,
            "office_address": office.address,
            "office_phone": office.phone,
            "hours": "; ".join(hours_lines(office.hours, tr)),
            "today": _day(now, zone, language),
        }
        wanted = select(Staff.name, Staff.title, Staff.phone).where(
            Staff.office_no == self._office_no, Staff.id == officer
        )
        with self._read.connect() as read:
            found = read.execute(wanted).first()
        if found is not None:
            said |= {
                "officer": found.name,
                "officer_title": found.title,
                "officer_phone": found.phone or "",
            }
        return said if story is None else said | self._of_request(story, language, zone, tr)

    def _of_request(
        self, story: RequestStory, language: str, zone: tzinfo, tr: names.Translate
    ) -> dict[str, str]:
        row = story.row
        kind = self._rules.type_version(row.type_id, row.type_code)
        lacking = missing(kind.documents, papers_brought(story)) if kind and row.state == "lacking" else ()
        r, i, e = Request, Incident, RequestEvent
        with self._read.connect() as read:
            right = read.execute(
                select(r.right_code).where(r.office_no == self._office_no, r.id == row.id)
            ).scalar()
            incident = read.execute(
                select(i.area, i.cause, i.started_at, i.expected_at).where(
                    i.office_no == self._office_no, i.id == row.incident_id
                )
            ).first()
            answered = read.execute(
                select(e.data)
                .where(e.office_no == self._office_no, e.request_id == row.id, e.kind == "answered")
                .order_by(e.hlc.desc())
            ).scalars().first()  # fmt: skip
        cause = str((answered or {}).get("cause", "")) or (incident.cause if incident else "") or ""
        said = {
            "name": row.contact_name,
            "address": row.address or "",
            "customer_code": row.customer_code or "",
            "phone": row.phone or "",
            "code": row.code,
            "type": kind.name(language) if kind else row.type_code,
            "words": row.words,
            "right": self._item("right", right or "", language),
            "received": _day(row.received_at, zone, language),
            "due": _moment(row.due, zone, language),
            "unit": self._rules.units().get(row.unit_code or "", ""),
            "missing": "\n".join(
                f"– {d.name(language)}" for d in (kind.documents if kind else ()) if d.code in lacking
            ),
            "answer": story.answer or "",
            "outcome": names.outcomes(tr).get(story.outcome or "", "").lower(),
            "cause": self._item("cause", cause, language),
        }
        if incident is not None:
            said |= {
                "area": incident.area,
                "start": _moment(incident.started_at, zone, language),
                "end": _moment(incident.expected_at, zone, language),
            }
        return said

    def _item(self, list_name: str, code: str, language: str) -> str:
        item = self._rules.items(list_name).get(code)
        return item.name(language) if item else ""


def _as_view(found: Any, viewer: Viewer, opened: dict[str, str] | None) -> LetterView:
    seen = viewer.restricted or viewer.id in (found.by, found.received_by, found.person)
    if (found.restricted and not seen) or (found.sealed is not None and opened is None):
        row = LetterRow(
            found.id, found.code, found.written_at, None, "", "", found.language, "", "", "", "", "", True
        )
        return LetterView(row, "", "")
    said = {name: getattr(found, name) for name in ("subject", "addressee", "address", "text")}
    said |= opened or {}
    row = LetterRow(
        found.id, found.code, found.written_at, found.request_id, found.request_code or "",
        found.template or "", found.language, said["subject"], said["addressee"], said["address"],
        found.signed_by, found.author or "", False,
    )  # fmt: skip
    return LetterView(row, found.signed_title, said["text"])


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _day(at: datetime, zone: tzinfo, language: str) -> str:
    local = at.astimezone(zone)
    return f"{local.year}年{local.month}月{local.day}日" if language == "zh" else f"{local:%d/%m/%Y}"


def _moment(at: datetime | None, zone: tzinfo, language: str) -> str:
    if at is None:
        return ""
    hour = f"{at.astimezone(zone):%H:%M}"
    return f"{_day(at, zone, language)}{'' if language == 'zh' else ' '}{hour}"
