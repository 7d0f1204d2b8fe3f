"""The list of missing papers: from the request that is noted, not received, to the PDF."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.documents.files import folder_for, replacing
from app.documents.papers import MissingPapers, Officer, Party
from app.domain.errors import AppError
from app.domain.names import Translate
from app.domain.office_hours import hours_lines
from app.domain.request_types import missing
from app.queries.requests import papers_brought
from app.ui.requests.room import RequestRoom
from app.ui.requests.words import contact_words, phone_words, said
from app.words import Words, tr


def missing_title(tr: Translate) -> str:
    """What the paper is called."""
    return tr("List of missing papers")


def missing_paper_of(room: RequestRoom, request_id: UUID) -> MissingPapers:
    """What stands on the list, in the utility's language. AppError "request.unknown", and
    "request.complete" where nothing is missing."""
    from app.documents.office import letterhead

    story = room.queries.story(request_id, room.viewer)
    if story is None:
        raise AppError("request.unknown")
    kind = room.rules.type_version(story.row.type_id, story.row.type_code)
    if kind is None:
        raise AppError("request.unknown")
    row, language = story.row, room.rules.utility.language
    brought = papers_brought(story)
    lacking = missing(kind.documents, brought)
    if row.state != "lacking" or not lacking:
        raise AppError("request.complete", request=row.code)
    words = Words(language)
    officer = room.queries.officer(row.received_by)
    return MissingPapers(
        letterhead=letterhead(room.rules),
        title=missing_title(words),
        code=row.code,
        customer=Party(
            contact_words(row, tr), row.customer_code or "", row.address or "", phone_words(row.phone)
        ),
        kind=kind.name(language),
        words=said(row),
        noted_at=row.received_at,
        brought=tuple(d.name(language) for d in kind.documents if d.code in brought),
        missing=tuple(d.name(language) for d in kind.documents if d.code in lacking),
        optional=tuple(d.name(language) for d in kind.documents if not d.needed and d.code not in brought),
        hours=hours_lines(room.rules.office.hours, words),
        officer=Officer(officer.name, officer.title, phone_words(officer.phone)),
    )


def write_missing(room: RequestRoom, request_id: UUID) -> Path:
    """Makes the list's PDF in the folder of papers. AppError as `missing_paper_of` and `replacing`."""
    from app.documents.missing_papers import missing_papers  # here: pages do not wait for the tools of paper

    paper = missing_paper_of(room, request_id)
    pdf = missing_papers(paper, room.rules.utility.language)
    file = folder_for(room.papers / f"{paper.code} {paper.title}.pdf")
    with replacing(file) as draft:
        draft.write_bytes(pdf)
    return file


def print_missing(room: RequestRoom, parent: QWidget, request_id: UUID, code: str) -> None:
    """Makes the list of missing papers and shows it over `parent`, under its name in the language of the
    screen."""
    room.print_paper(parent, lambda: write_missing(room, request_id), f"{code} {missing_title(tr)}")
