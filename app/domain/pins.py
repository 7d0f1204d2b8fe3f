"""PINs, with which a person unlocks the window that this person has left: short, so only a few tries."""

from __future__ import annotations

from itertools import pairwise

from app.domain.errors import AppError

LEAST, MOST = 4, 8
"""Figures."""

TRIES = 5
"""Wrong ones in a row; then the password is wanted."""


def looks_like_a_pin(text: str) -> bool:
    """Whether it may have been meant as one."""
    return LEAST <= len(text) <= MOST and text.isascii() and text.isdigit()


def check_pin(pin: str) -> None:
    """AppError "pin.form" for what is none, "pin.easy" for one that is tried first: 0000, 1234, 8765."""
    if not looks_like_a_pin(pin):
        raise AppError("pin.form")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps in ({0}, {1}, {9}):
        raise AppError("pin.easy")
