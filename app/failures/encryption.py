"""Failures of encrypted data and its key."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.names import Translate


def encryption(tr: Translate) -> Mapping[str, str | tuple[str, ...]]:
    """Code -> sentence."""
    return {
        "database.no_key": tr(
            "The data in {path} is encrypted, and its key is not on this PC for the person who is signed in "
            "to the system. Sign in as the one who set this desk up, or ask the head office for the desk's "
            "key (mark {mark}) and enter it: in the window, or by daumoi key."
        ),
        "database.no_cipher": tr(
            "Encrypted data needs a part of this program that is missing here (sqlcipher3). Install the "
            "program anew from its setup file: the data stays."
        ),
        "encryption.no_store": tr(
            "The system does not give or keep the key of the data ({why}). Sign in to the system anew, then "
            "try again."
        ),
        "encryption.headoffice_here": tr(
            "The head office's data lies in plain in the same folder {path}, so to encrypt the desk's would "
            "protect nothing. Encrypt the disk of this PC instead."
        ),
        "encryption.no_key_words": tr(
            "This is not a key. A key has 52 letters and figures in groups of four, as the head office has "
            "handed it out."
        ),
        "encryption.other_key": tr(
            "This key (mark {found}) does not open the data. Compare it letter by letter with what the head "
            "office tells; the one that is needed has the mark {mark}."
        ),
        "encryption.key_not_needed": tr(
            "{path} holds a key, and no data here waits for one. Keep it where nobody else comes, or delete "
            "it: the head office has it, too."
        ),
        "pin.form": tr("A PIN has 4 to 8 figures."),
        "pin.easy": tr("This PIN is tried first by whoever guesses. Choose another."),
        "pin.wrong": tr("That was not it. {left} tries are left, then the password is needed."),
        "pin.spent": tr("The PIN was wrong five times. Unlock with your password."),
        "unlock.wrong": tr("That was not it. Unlock with your password, the one you sign in with."),
        "encryption.other_held": tr(
            "The head office does not hold the key of desk {desk} with the mark {mark}. Those it holds have "
            "the marks: {held}. Compare the mark with the one that the desk shows."
        ),
        "encryption.none_held": tr(
            "The head office holds no key of desk {desk}. Check the name of the desk, also the ones it had "
            "before."
        ),
    }
