"""The file for those who help from afar, asked for in the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from app.crashes import code_of

if TYPE_CHECKING:
    from app.support import SupportFile
    from app.window.frame import DeskWindow


def make_support_file(window: DeskWindow) -> None:
    """Show what would go into it, then put it where the person says."""
    from app.ui.settings.support import SupportDialog  # here: it is seldom asked for

    over = QApplication.activeModalWidget() or window
    SupportDialog(over, window.jobs, lambda: _gather(window)).start()


def _gather(window: DeskWindow) -> SupportFile:
    from app.support import gather

    desk = window.desktop
    if desk is None:
        return gather(window.home, window.clock)
    contact = desk.contact
    code = "" if contact.error is None else code_of(contact.error.code)
    line = {"state": contact.state, "unsent": contact.unsent, "trouble": code}
    return gather(window.home, window.clock, read=desk.database.read, line=line)
