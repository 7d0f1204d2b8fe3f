"""A damaged database at the start: what the window says, and that each way out that it offers works."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from installer.steps.first_start import check_closes, sign_in
from installer.steps.office import HeadOffice
from installer.trial import Trial, check, last_line, until


def recovery(trial: Trial) -> None:
    """A damaged database: the ways out, each of them taken by keyboard."""
    office = HeadOffice(trial)
    for number, (way, damage) in enumerate(WAYS.items()):
        damage(trial.home / "office.db")
        with trial.opened():
            office.serve()
            _way_out(trial, way, number)


def _way_out(trial: Trial, way: str, number: int) -> None:
    """The way that is offered as this number, back to work; `way` is what it is called in the pictures."""
    before = _kept(trial)
    trial.start()
    trial.window()
    trial.still(rest=6)  # the backups are looked through before the ways are offered
    trial.picture(f"recovery-{way}-1-ways-out")
    begun = time.monotonic()
    trial.press(*["Tab"] * number, "space")
    time.sleep(1)
    trial.picture(f"recovery-{way}-2-work")
    until(lambda: len(trial.windows()) > 1, f"the way of the {way} does not end", 240)
    seconds = time.monotonic() - begun
    check(_kept(trial) - before, "what was there is kept")
    trial.still()
    trial.picture(f"recovery-{way}-3-done")
    trial.press("Return")
    sign_in(trial)
    trial.picture(f"recovery-{way}-4-at-work")
    check_closes(trial)
    code, said = trial.cli("verify")
    check(code == 0, f"damaged, brought back by the way of the {way} in {seconds:.0f} s: {last_line(said)}")


def _kept(trial: Trial) -> set[str]:
    """The databases that were replaced, and are kept."""
    return {each.name for each in trial.home.glob("office-replaced-*.db")}


def _overwrite(database: Path) -> None:
    """A part in the middle is other bytes, as of a disk that fails."""
    middle = database.stat().st_size // 2
    with database.open("r+b") as file:
        file.seek(middle)
        file.write(b"\xa5" * (middle // 2))


def _cut_off(database: Path) -> None:
    """The second half is gone, as after a copy that broke off."""
    with database.open("r+b") as file:
        file.truncate(database.stat().st_size // 2)


def _overwrite_the_head(database: Path) -> None:
    """The beginning is other bytes: it is not a database any more."""
    with database.open("r+b") as file:
        file.write(b"\x00" * 4096)


WAYS: dict[str, Callable[[Path], None]] = {
    "journal": _overwrite,
    "backup": _cut_off,
    "headoffice": _overwrite_the_head,
}
"""The ways out in the order in which they are offered, each with a damage."""
