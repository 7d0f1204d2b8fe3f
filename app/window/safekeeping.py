"""What the window does about who may read this desk's data: PINs, and encrypting it while nobody works."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import AppError
from app.failures import sentence
from app.ui.kit.buttons import Button
from app.ui.kit.jobs import Lane
from app.ui.settings.pin import PinDialog
from app.ui.start.card import Card
from app.words import tr

if TYPE_CHECKING:
    from app.window.frame import DeskWindow


def ask_pin(window: DeskWindow) -> PinDialog | None:
    """Let the person who works here choose a PIN."""
    desk, person, main = window.desktop, window.person, window.main
    if desk is None or person is None or main is None:
        return None
    pins = desk.pins
    dialog = PinDialog(
        main,
        lambda password, pin: pins.set(person.id, password, pin),
        lambda: pins.drop(person.id),
        window.jobs,
        there=pins.usable(person.id),
    )
    dialog.changed.connect(
        lambda there: main.say(tr("Your PIN is set.") if there else tr("Your PIN is removed."))
    )
    dialog.open()
    return dialog


def ask_encryption(window: DeskWindow) -> None:
    """Encrypt the desk's data, or have it plain again, after a question; nobody works meanwhile."""
    desk, main = window.desktop, window.main
    if desk is None or main is None or not main.may_leave():
        return
    if desk.database.key is None:
        words = tr(
            "Encrypt this desk's data and its backups? The head office receives the key first, so this desk "
            "needs a connection now. Nobody can work here for about a minute."
        )
        verb = tr("Encrypt")
    else:
        words = tr(
            "Have this desk's data be plain again? Whoever has this PC's disk can read it then. Nobody can "
            "work here for about a minute."
        )
        verb = tr("Make it plain")
    plain = desk.database.key is not None
    window.prompter.confirm(main, words, verb, lambda: _convert(window, to_plain=plain), danger=plain)


def _convert(window: DeskWindow, *, to_plain: bool) -> None:
    from app.encryption import decrypt_desk, encrypt_desk

    title = tr("The data is being made plain…") if to_plain else tr("The data is being encrypted…")
    window.put_away(Card(title, tr("The desk opens again by itself. Leave the PC switched on.")))
    home, clock, transport = window.home, window.clock, window.transport
    work = (lambda: decrypt_desk(home)) if to_plain else (lambda: encrypt_desk(home, clock, transport))
    window.jobs.run(
        window,
        lambda _job: work(),
        done=lambda left: _done(window, left or []),
        failed=lambda error: _failed(window, error),
        lane=Lane.IO,
    )


def _done(window: DeskWindow, left: Sequence[Path]) -> None:
    window.begin()
    if left:
        words = tr("These copies are still plain, for they could not be read. Delete them:")
        window.prompter.tell(window, "\n".join([words, *map(str, left)]))


def _failed(window: DeskWindow, error: AppError) -> None:
    """As it was before; why, and on to the sign-in."""
    card = Card(tr("The data is as it was before"), sentence(error, tr))
    card.acts.addWidget(Button(tr("Continue"), window.begin, key="Ctrl+Return", primary=True))
    window.put_away(card)
