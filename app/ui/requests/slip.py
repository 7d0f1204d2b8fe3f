"""The slip of receipt: from the request to the PDF."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.documents.files import folder_for, replacing
from app.documents.papers import Letterhead, Officer, Party, RequestSlip
from app.domain import names
from app.domain.errors import AppError
from app.queries.requests import RequestStory, papers_brought
from app.ui.requests.room import RequestRoom
from app.ui.requests.words import contact_words, phone_words, said
from app.words import Words


def slip_of(room: RequestRoom, request_id: UUID) -> RequestSlip:
    """What stands on the slip, in the utility's language. AppError "request.unknown"."""
    story = room.queries.story(request_id, room.viewer)
    if story is None:
        raise AppError("request.unknown")
    row, utility, office = story.row, room.rules.utility, room.rules.office
    tr = Words(utility.language)
    kind, brought = room.rules.type_version(row.type_id, row.type_code), papers_brought(story)
    officer = room.queries.officer(row.received_by)
    return RequestSlip(
        letterhead=Letterhead(
            utility.name, office.name, office.address, office.phone, utility.tax_code or "", room.zone
        ),
        title=tr("Slip of receipt"),
        code=row.code,
        customer=Party(
            contact_words(row, tr), row.customer_code or "", row.address or "", phone_words(row.phone)
        ),
        kind=kind.name(utility.language) if kind else row.type_code,
        channel=names.channels(tr)[row.channel],
        words=said(row),
        received_at=_received_at(story),
        due_at=row.due if row.closed_at is None else None,
        unit=office.name,
        handler=room.unit_name(row.unit_code),
        officer=Officer(officer.name, officer.title, phone_words(officer.phone)),
        papers=tuple(d.name(utility.language) for d in kind.documents if d.code in brought) if kind else (),
    )


def _received_at(story: RequestStory) -> datetime:
    """From when the clock runs: of one whose papers were missing, when the last of them was brought."""
    waited = any(event.kind == "lacking" for event in story.events)
    begun = [event.at for event in story.events if event.kind == "received" and event.fitted]
    return begun[-1] if waited and begun else story.row.received_at


def write_slips(room: RequestRoom, requests: Sequence[UUID], step: Callable[[int, int], None]) -> Path:
    """One PDF with the slips of several requests; those not received yet have none. AppError
    "slips.none"."""
    from app.documents.slip import request_slips  # here: as in `write_slip`

    rows = room.queries.rows(requests)
    ready = [each for each in requests if each in rows and rows[each].state != "lacking"]
    if not ready:
        raise AppError("slips.none")
    slips = []
    for number, each in enumerate(ready, 1):
        slips.append(slip_of(room, each))
        step(number, len(ready))
    file = folder_for(room.papers / f"{slips[0].code} +{len(slips) - 1}.pdf")
    with replacing(file) as draft:
        draft.write_bytes(request_slips(slips, room.rules.utility.language))
    return file


def write_slip(room: RequestRoom, request_id: UUID) -> Path:
    """Makes the slip's PDF in the folder of papers. AppError of `app.documents.files.replacing`."""
    from app.documents.slip import request_slip  # here: the first page does not wait for the tools of paper

    slip = slip_of(room, request_id)
    pdf = request_slip(slip, room.rules.utility.language)
    file = folder_for(room.papers / f"{slip.code}.pdf")
    with replacing(file) as draft:
        draft.write_bytes(pdf)
    return file


def print_slip(room: RequestRoom, window: QWidget, request_id: UUID, code: str) -> None:
    """Makes the slip and shows it over the window."""
    room.print_paper(window, lambda: write_slip(room, request_id), code)
