"""What the counter prints: made off the UI thread, then shown."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.domain.errors import AppError
from app.ui.cash.room import MoneyRoom
from app.ui.kit.jobs import Job, Lane
from app.ui.kit.theme import Tone
from app.ui.kit.toast import toast
from app.words import tr


def print_receipt(room: MoneyRoom, parent: QWidget, receipt_id: UUID, code: str, *, copy: bool) -> None:
    """Makes a receipt and shows it over `parent`; the money is kept whether or not it can be printed."""

    def make(_job: Job[Path]) -> Path:
        return write_receipt(room, receipt_id, copy=copy)

    def failed(error: AppError) -> None:
        why = room.why(error)
        words = tr("{code} is saved, but could not be printed. {why}", code=code, why=why)
        toast(parent, words, tone=Tone.WRONG)

    room.jobs.run(
        parent,
        make,
        done=lambda file: room.show_paper(parent, file, code),
        failed=failed,
        lane=Lane.IO,
    )


def write_receipt(room: MoneyRoom, receipt_id: UUID, *, copy: bool) -> Path:
    """The receipt's PDF in the folder of papers."""
    from app.documents.office import receipt_paper
    from app.documents.receipt import receipt_80mm, receipt_a5

    receipt = room.cash_queries.receipt(receipt_id)
    paper = receipt_paper(room.rules, receipt, copy=copy)
    make = receipt_80mm if room.roll else receipt_a5
    return _write(room, f"{receipt.code}.pdf", make(paper, room.rules.utility.language))


def print_session(room: MoneyRoom, parent: QWidget, session_id: UUID) -> None:
    """Makes the report of a closed session and, where money was handed in, its slip; shows both."""

    def shown(files: list[tuple[Path, str]]) -> None:
        for file, title in files:
            room.show_paper(parent, file, title)

    room.jobs.run(
        parent,
        lambda _job: write_session(room, session_id),
        done=shown,
        failed=lambda error: toast(parent, room.why(error), tone=Tone.WRONG),
        lane=Lane.IO,
    )


def write_session(room: MoneyRoom, session_id: UUID) -> list[tuple[Path, str]]:
    """The PDFs of a closed session with their titles, the one to be seen first last."""
    from app.documents.office import payout_lines, session_paper, session_rows
    from app.documents.remittance import remittance_slip, session_report

    language = room.rules.utility.language
    session = room.cash_queries.session(session_id)
    paper = session_paper(room.rules, session)
    rows = session_rows(room.rules, room.cash_queries.receipts(session_id, room.device(), room.acked()))
    payouts = payout_lines(room.cash_queries.payouts(session_id))
    report = session_report(paper, rows, language, payouts)
    files = [(_write(room, f"{session.code}.pdf", report), session.code)]
    if session.remittance:
        slip = remittance_slip(paper, language)
        files.append((_write(room, f"{session.remittance}.pdf", slip), session.remittance))
    return files


def _write(room: MoneyRoom, name: str, pdf: bytes) -> Path:
    from app.documents.files import folder_for, replacing

    file = folder_for(room.papers / name)
    with replacing(file) as draft:
        draft.write_bytes(pdf)
    return file
