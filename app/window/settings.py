"""The page of settings in the window, and what is asked for there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import __version__
from app.bootstrap import Desktop
from app.ui.settings.page import Facts, SettingsPage
from app.ui.shell.health import health_words
from app.ui.shell.protection import covered
from app.window.backups import open_backups
from app.window.preferences import papers_folder
from app.window.safekeeping import ask_encryption, ask_pin
from app.window.support import make_support_file
from app.words import tr

if TYPE_CHECKING:
    from app.window.frame import DeskWindow


def settings_page(window: DeskWindow, desk: Desktop) -> SettingsPage:
    """The page, for the person who is signed in."""
    encrypted = desk.database.key is not None
    page = SettingsPage(window.preferences, lambda: _facts(window, desk), encrypted=encrypted)
    page.preferences_chosen.connect(window.prefer)
    page.sign_out_asked.connect(window.sign_out)
    page.support_asked.connect(lambda: make_support_file(window))
    page.pin_asked.connect(lambda: ask_pin(window))
    page.encryption_asked.connect(lambda: ask_encryption(window))
    if window.updating is not None:
        page.add_section(window.updating.panel())
    page.backups_asked.connect(lambda: open_backups(window))
    return page


def _facts(window: DeskWindow, desk: Desktop) -> Facts:
    return (
        (tr("Data"), str(desk.home)),
        (tr("Protection"), covered() if desk.database.key else tr("Not encrypted")),
        (tr("Papers"), str(papers_folder(desk.home))),
        (tr("Version"), __version__),
        (tr("This PC"), health_words(window.worries) or tr("Clock, disk and data are as they should be.")),
    )
