"""Failures of bundles: files that carry data between a desk and the head office."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.names import Translate


def bundles(tr: Translate) -> Mapping[str, str | tuple[str, ...]]:
    """Code -> sentence."""
    return {
        "bundle.none": tr(
            "{path} does not carry data of this program. Choose a file whose name ends in .daumoi-bundle."
        ),
        "bundle.cut": tr(
            "{path} is only a part of the file: copying it did not come to its end. Nothing was taken from "
            "it; copy it again, or write it anew."
        ),
        "bundle.altered": (
            tr(
                "{path} was damaged or changed on its way, so nothing was taken from it. Copy it again, or "
                "write it anew."
            ),
            tr(
                "The file was damaged or changed on its way, so nothing was taken from it. Copy it again, or "
                "write it anew."
            ),
        ),
        "bundle.newer": tr(
            "{path} was made by a newer release of this program. Install the newest release, then import it "
            "again."
        ),
        "bundle.other_headoffice": tr(
            "{path} is of desk {desk} of another company, so nothing was taken from it. Choose another file."
        ),
        "bundle.other_desk": tr(
            "{path} is the head office's answer for desk {desk}. Import it at that desk."
        ),
        "bundle.for_headoffice": tr(
            "{path} is for the head office and cannot be read here. Import it at the head office, or at "
            "another desk that has a connection."
        ),
        "bundle.unasked": tr(
            "{path} answers a file that this desk does not remember: either many were written since, or the "
            "desk's data comes from a copy. Nothing was taken from it; write a new file for the head office."
        ),
        "bundle.revoked": tr(
            "The head office lets desk {desk} in no more, so its file was not taken. Keep the file and ask "
            "the administrator."
        ),
        "bundle.unknown_desk": tr(
            "The head office does not know desk {desk}, so its file was not taken. Keep the file and ask the "
            "administrator to enrol the desk anew."
        ),
        "bundle.too_large_to_carry": tr(
            "The file of desk {desk}, or its answer, is too large for the line. Take the file to the head "
            "office itself."
        ),
    }
