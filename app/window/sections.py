"""Which pages a person sees, by roles; and the search for everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.bootstrap import Desktop
from app.services.writer import Person
from app.ui.shell.rail import Section
from app.ui.shell.search import Search
from app.words import tr

if TYPE_CHECKING:
    from app.window.frame import DeskWindow


@dataclass(frozen=True, slots=True)
class Place:
    """What a person's window holds."""

    sections: list[Section]
    search: Search | None


def sections_for(window: DeskWindow, desk: Desktop, person: Person) -> Place:
    """The pages for a person, the first one to begin with."""
    sections = [Section("settings", lambda: tr("Settings"), "settings", window.settings_page, bottom=True)]
    return Place(sections, None)
