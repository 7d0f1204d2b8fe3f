"""Having the window of a home close, for the set-up program: asked for, waited for, never forced."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from app.bootstrap import in_use
from app.window.instance import Act, Busy, Message, Said, ask, is_open, wait_for_end
from app.words import tr

AGAIN = 1.0
"""Seconds until a window that is at work is asked again."""

HEARD = 3.0
"""Seconds in which a window answers that does not hang."""


class Left(NamedTuple):
    """What became of the window of a home. `closed`: one was open and is so no more; `why` one stays open, or
    the data in use, in a sentence; "" when nothing does."""

    closed: bool
    why: str


def close_window(home: Path, seconds: float) -> Left:
    """Have the window of `home` close."""
    if QCoreApplication.instance() is None:
        QCoreApplication(sys.argv[:1])  # sockets want one
    until = time.monotonic() + seconds
    again = closed = False
    while is_open(home):
        answer = ask(home, Message(Act.QUIT, again=again), HEARD)
        left = until - time.monotonic()
        if answer is not None and answer.said is Said.CLOSING:
            if not wait_for_end(home, answer.process, max(left, HEARD)):
                return Left(False, _too_slow())
            return Left(True, "")
        reason = Busy.WORK if answer is None else answer.reason
        if reason is Busy.UNSAVED or left <= AGAIN:
            return Left(False, _too_slow() if answer is None else _why(reason))
        again = closed = True
        time.sleep(AGAIN)
    if in_use(home):
        busy = tr("A command of Đầu Mối is working on the data. Wait until it has ended, then try again.")
        return Left(closed, busy)
    return Left(closed, "")


def _why(reason: Busy | None) -> str:
    if reason is Busy.UNSAVED:
        return tr("Something typed in Đầu Mối is not saved yet. Save it or throw it away, then try again.")
    if reason is Busy.ASKING:
        return tr("Đầu Mối asks about something that is not saved. Answer there, then try again.")
    return tr("Đầu Mối is finishing its work. Wait until it is done, then try again.")


def _too_slow() -> str:
    return tr("Đầu Mối is open and does not answer. Close it, then try again.")
