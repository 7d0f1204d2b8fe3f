"""The code of an invitation: short enough to be told by phone, long enough that nobody guesses it.

Sixteen letters of Crockford's base 32 are 80 bits: more than anybody can try out, at the head office or by
himself with what he has heard on the line. So a keyed hash is proof enough (decision 0022).
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

from app.domain.errors import AppError

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U, which are heard or read as others."""

LENGTH, GROUP = 16, 4
_HEARD_AS = str.maketrans("ILO", "110")


def new_code() -> str:
    """A code that nobody has had before, as `grouped`."""
    return grouped("".join(secrets.choice(LETTERS) for _ in range(LENGTH)))


def grouped(letters: str) -> str:
    """As it is written and told: K7QM-2XRD-9T4H-VB3C."""
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def letters_of(typed: str) -> str:
    """What of a typed text can be part of a code, in its own letters: O is read as 0, I and L as 1."""
    heard = typed.upper().translate(_HEARD_AS)
    return "".join(letter for letter in heard if letter in LETTERS)


def read_code(typed: str) -> str:
    """The code somebody has typed, however he has set its groups apart. AppError "enrol.code"."""
    letters = letters_of(typed)
    if len(letters) != LENGTH or len(letters) != sum(each.isalnum() for each in typed):
        raise AppError("enrol.code")
    return grouped(letters)


def name_of(code: str) -> str:
    """By which the head office finds an invitation; it says nothing of the code."""
    return sha256(b"daumoi invitation\0" + code.encode()).hexdigest()


def secret_of(code: str, use: str) -> bytes:
    """A key that only those have who know the code, another for each use."""
    return hmac.digest(code.encode(), b"daumoi " + use.encode(), "sha256")


def proof_of(secret: bytes, nonce: bytes, hub_key: bytes) -> bytes:
    """That somebody who knows the code calls this the head office's key."""
    return hmac.digest(secret, b"head office\0" + nonce + hub_key, "sha256")
