"""The slip of receipt: from the request to the PDF."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from app.documents.files import folder_for, replacing
from app.documents.papers import Letterhead, Officer, Party, RequestSlip
from app.domain import names
from app.domain.errors import AppError
from app.ui.requests.room import RequestRoom
from app.ui.requests.words import phone_words
from app.words import Words


def slip_of(room: RequestRoom, request_id: UUID) -> RequestSlip:
    """What stands on the slip, in the utility's language. AppError "request.unknown"."""
    story = room.queries.story(request_id, room.viewer)
    if story is None:
        raise AppError("request.unknown")
    row, utility, office = story.row, room.rules.utility, room.rules.office
    tr = Words(utility.language)
    kind = room.types.get(row.type_code)
    officer = room.queries.officer(row.received_by)
    return RequestSlip(
        letterhead=Letterhead(
            utility.name, office.name, office.address, office.phone, utility.tax_code or "", room.zone
        ),
        title=tr("Slip of receipt"),
        code=row.code,
        customer=Party(row.contact_name, row.customer_code or "", row.address or "", phone_words(row.phone)),
        kind=kind.name(utility.language) if kind else row.type_code,
        channel=names.channels(tr)[row.channel],
        words=row.words,
        received_at=row.received_at,
        due_at=row.due if row.closed_at is None else None,
        unit=office.name,
        handler=room.unit_name(row.unit_code),
        officer=Officer(officer.name, officer.title, phone_words(officer.phone)),
    )


def write_slips(
    room: RequestRoom, requests: Sequence[UUID], step: Callable[[int, int], None]
) -> Path:
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
