"""Work orders and the sheet of a day on paper: from what the queries know to the PDF."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.documents.field_orders import day_paper, order_paper
from app.documents.files import folder_for, replacing
from app.domain.errors import AppError
from app.queries.requests import Viewer
from app.ui.field.room import FieldRoom
from app.ui.requests.words import phone_words

ANYBODY = Viewer(UUID(int=0), None, restricted=False)
"""For whom a paper is made that goes from hand to hand: what few may see does not stand on it."""


def print_order(parent: QWidget, room: FieldRoom, order_id: UUID, code: str) -> None:
    """Makes the work order off the UI thread and shows it."""
    room.print_paper(parent, lambda: write_order(room, order_id), code)


def print_day(parent: QWidget, room: FieldRoom, day: date, unit: str) -> None:
    """Makes the sheet of a day and shows it."""
    room.print_paper(parent, lambda: write_day(room, day, unit), f"{day:%d/%m/%Y}")


def write_order(room: FieldRoom, order_id: UUID) -> Path:
    """The work order's PDF in the folder of papers. AppError "order.unknown", and of `replacing`."""
    from app.documents.field_sheet import work_order  # here: the first page does not wait for the tools

    story = room.queries.story(order_id, ANYBODY)
    if story is None:
        raise AppError("order.unknown")
    officer = room.requests.officer(story.row.made_by)
    paper = order_paper(room.rules, story, officer, phone_words(story.row.phone))
    return _keep(room, f"{story.row.code}.pdf", work_order(paper, room.rules.utility.language))


def write_day(room: FieldRoom, day: date, unit: str) -> Path:
    """The PDF of a day's sheet. AppError "order.none_that_day" where there is nothing to do."""
    from app.documents.field_sheet import day_sheet

    rows = room.queries.of_day(day, ANYBODY, unit)
    if not rows:
        raise AppError("order.none_that_day", day=day)
    officer = room.requests.officer(room.person.id)
    paper = day_paper(room.rules, day, unit, [(row, phone_words(row.phone)) for row in rows], officer)
    name = f"{day:%Y-%m-%d}{f'-{unit}' if unit else ''}.pdf"
    return _keep(room, name, day_sheet(paper, room.rules.utility.language))


def _keep(room: FieldRoom, name: str, pdf: bytes) -> Path:
    file = folder_for(room.papers / name)
    with replacing(file) as draft:
        draft.write_bytes(pdf)
    return file
