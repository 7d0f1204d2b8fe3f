"""Failures of scans and photos: what is not taken, what cannot be fetched."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.names import Translate


def attachments(tr: Translate) -> Mapping[str, str | tuple[str, ...]]:
    """Code -> sentence."""
    return {
        "attachment.too_large": tr(
            "{name} has {size} MB; at most {limit} MB can be attached. Scan it again in grey at 150 dpi, or "
            "attach page by page."
        ),
        "attachment.empty": tr("{name} is empty. Copy it again from the phone or the scanner."),
        "attachment.program": tr(
            "{name} is a program, not a scan or photo, whatever its name says. Do not open it. Ask the "
            "customer for the paper itself."
        ),
        "attachment.archive": tr("{name} is an archive. Unpack it, then attach the files that are in it."),
        "attachment.macros": tr(
            "{name} has macros in it, that is a small program. Save it as PDF, then attach that."
        ),
        "attachment.swollen": tr(
            "{name} would unpack to more than any letter has. It is not taken. Ask for the paper itself."
        ),
        "attachment.old_office": tr(
            "{name} is of an old kind of Word or Excel. Save it as PDF, .docx or .xlsx, then attach that."
        ),
        "attachment.other_kind": tr(
            "{name} is no scan, photo or letter. Attach PDF, JPEG, PNG, TIFF, Word, Excel or text."
        ),
        "attachment.not_there": tr(
            "The head office has not got this file yet: the desk that attached it has not sent it. Try again "
            "later."
        ),
        "attachment.damaged": tr(
            "This file has come damaged twice. Ask the desk that attached it to attach it again."
        ),
        "attachment.not_drawn": tr(
            "This picture cannot be shown here. Open it in its own program, or save it."
        ),
        "attachment.paused": tr(
            "This file is not at this desk, and reconciling is paused. Resume it, then open the file."
        ),
        "attachment.other_content": tr(
            "Something else had come to the head office in place of this file. It is sent again."
        ),
    }
