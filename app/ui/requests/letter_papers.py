"""A letter that was written: its PDF and its file for Word."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from app.documents.files import folder_for, replacing
from app.documents.papers import LetterPaper
from app.domain.errors import AppError
from app.ui.requests.room import RequestRoom
from app.words import tr


def paper_of(room: RequestRoom, letter_id: UUID) -> LetterPaper:
    """What stands on a letter of the register. AppError "letter.unknown"."""
    from app.documents.office import letterhead

    view = room.letters.queries.letter(letter_id, room.viewer)
    if view is None:
        raise AppError("letter.unknown")
    row = view.row
    return LetterPaper(
        letterhead=letterhead(room.rules),
        language=row.language,
        number=row.code,
        written_on=row.written_at.astimezone(room.zone).date(),
        subject=row.subject,
        addressee=row.addressee,
        address=row.address,
        text=view.text,
        signed_by=row.signed_by,
        signed_title=view.signed_title,
    )


def write_paper(room: RequestRoom, paper: LetterPaper, *, word: bool = False) -> Path:
    """Makes a letter's PDF, or its file for Word, in the folder of papers; one without a number is a
    preview. AppError of `replacing`."""
    # Here: pages do not wait for the tools of paper, nor for those of Word unless it is asked for.
    if word:
        from app.documents.letter_docx import letter_docx as made
    else:
        from app.documents.letter import letter_pdf as made
    data = made(paper)
    name = paper.number or tr("Letter, preview")
    file = folder_for(room.papers / f"{name}.{'docx' if word else 'pdf'}")
    with replacing(file) as draft:
        draft.write_bytes(data)
    return file
