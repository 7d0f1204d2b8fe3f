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
            "key (mark {mark}) and enter it: daumoi key."
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
            "This is the key of other data (mark {found}). The data here needs the key with the mark {mark}: "
            "ask the head office for that one."
        ),
        "encryption.none_held": tr(
            "The head office holds no key of desk {desk}. Check the name of the desk, also the ones it had "
            "before."
        ),
    }
