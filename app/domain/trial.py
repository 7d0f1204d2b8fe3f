"""A new version is on trial until it has stood once: when it does not start twice, the one before comes back.

Pure rules over a small note that lies in the home. A start is counted before the window is made and forgiven
once the window has stood with its data open; so what ends the program in between, however it ends it, counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

MOST_STARTS = 2
"""So often a new version may fail to start."""

MOST_RETURNS = 2
"""So often the setup of the version before is started to go back; then a person has to see to it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """`before` gave way to `after`. `revision`: of the database that `before` works on; `copies`: the names
    of copies of such a database that were there, so that one made since is the upgrade's; `starts`: of
    `after` that have not stood; `returns`: how often going back was begun; `missed`: `before` has started
    again since, so the setup has not done its work (yet)."""

    before: str
    after: str
    revision: str
    copies: tuple[str, ...] = ()
    starts: int = 0
    returns: int = 0
    missed: bool = False


class Start(Enum):
    """What a start of the program is."""

    USUAL = "usual"
    TRYING = "trying"
    """The new version, which has not stood yet."""
    GO_BACK = "go back"
    """The new version has failed: its data and its setup are to be those of the version before."""
    WENT_BACK = "went back"
    """The version before again, after the new one has failed."""
    MISSED = "missed"
    """The version before still: the setup has not replaced it."""
    STRANDED = "stranded"
    """The new version has failed, and there is no way back: it starts as well as it can."""


def started(trial: Trial | None, running: str, *, can_return: bool) -> tuple[Start, Trial | None]:
    """What this start is, and what is noted before anything else is done. `can_return`: the setup of the
    version before is here, whole."""
    if trial is None:
        return Start.USUAL, None
    if running == trial.after:
        if trial.starts < MOST_STARTS:
            return Start.TRYING, replace(trial, starts=trial.starts + 1)
        if can_return and trial.returns < MOST_RETURNS:
            return Start.GO_BACK, replace(trial, returns=trial.returns + 1)
        # The trial stays: a person may put the version before back by hand, and its data come with it.
        return Start.STRANDED, replace(trial, starts=trial.starts + 1)
    if running == trial.before:
        if trial.starts:  # also where a person has installed it again
            return Start.WENT_BACK, None
        return Start.MISSED, replace(trial, missed=True)
    return Start.USUAL, None


def stood(trial: Trial | None, running: str) -> Trial | None:
    """The window has stood with its data open."""
    return None if trial is not None and running == trial.after else trial


def forgiven(trial: Trial | None, running: str) -> Trial | None:
    """The program could not open its data for a reason that no version can help: the start does not count."""
    if trial is None or running != trial.after or trial.starts == 0:
        return trial
    return replace(trial, starts=trial.starts - 1)
