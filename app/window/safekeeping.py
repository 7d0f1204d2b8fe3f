"""What the window does about who may read this desk's data: PINs, and encrypting it while nobody works."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import AppError
from app.failures import sentence
from app.ui.kit.buttons import Button
from app.ui.kit.jobs import Job, Lane
from app.ui.settings.pin import PinDialog
from app.ui.shell.protection import covered
from app.ui.start.card import Card
from app.ui.start.steps import Steps
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
        words = f"{words}\n{covered()}"
        verb = tr("Encrypt")
    else:
        words = tr(
            "Have this desk's data be plain again? Whoever has this PC's disk can read it then. Backups and "
            "copies that were put aside stay encrypted, and this PC keeps their key. Nobody can work here "
            "for about a minute."
        )
        verb = tr("Make it plain")
    plain = desk.database.key is not None
    window.prompter.confirm(main, words, verb, lambda: _convert(window, to_plain=plain), danger=plain)


def _convert(window: DeskWindow, *, to_plain: bool) -> None:
    from app.home.encryption import decrypt_desk, encrypt_desk

    title = tr("The data is being made plain…") if to_plain else tr("The data is being encrypted…")
    card = Card(title, tr("The desk opens again by itself. Leave the PC switched on."))
    card.hold(tr("The window stays open until this is done."))
    steps = Steps(())
    steps.show_step(0, "")
    card.content.addWidget(steps)
    window.put_away(card)
    home, clock, transport = window.home, window.clock, window.transport

    def work(job: Job[Sequence[Path]]) -> Sequence[Path]:
        if to_plain:
            decrypt_desk(home, job.step)
            return []
        return encrypt_desk(home, clock, transport, step=job.step)

    window.jobs.run(
        window,
        work,
        done=lambda left: _done(window, left),
        failed=lambda error: _failed(window, error),
        progress=lambda done, total: steps.show_step(0, tr("Every row is compared."), done, total),
        lane=Lane.IO,
    )


def _done(window: DeskWindow, left: Sequence[Path]) -> None:
    window.begin()
    if left:
        words = tr(
            "These copies could not be encrypted and stay as they were: others can still read what is left "
            "in them. They may hold the only copy of work that was not sent, so delete none of them before "
            "everything is accounted for:"
        )
        window.prompter.tell(window, "\n".join([words, *map(str, left)]))


def _failed(window: DeskWindow, error: AppError) -> None:
    """As it was before; why, and on to the sign-in."""
    card = Card(tr("The data is as it was before"), sentence(error, tr))
    card.acts.addWidget(Button(tr("Continue"), window.begin, key="Ctrl+Return", primary=True))
    window.put_away(card)
