"""The search for everything: pages, acts, customers and requests that a person may see."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.fold import fold
from app.ui.kit.jobs import Lane
from app.ui.shell.rail import Section
from app.ui.shell.search import Deliver, Hit
from app.window.rooms import Rooms
from app.words import tr

HITS = 8
"""So many of a kind stand there."""


class WideSearch:
    """Over a person's sections and what they hold."""

    def __init__(self, rooms: Rooms, sections: Sequence[Section]) -> None:
        self._rooms, self._sections = rooms, sections

    def search(self, text: str, deliver: Deliver) -> None:
        """Pages, customers and requests for a text, off the UI thread."""
        window = self._rooms.window
        pages = self._found_pages(text)

        def look() -> list[Hit]:
            found = [*pages, *self._found_customers(text)]
            if self._rooms.may("requests.register"):
                found += self._found_requests(text)
            return found

        window.jobs.run(window, lambda _job: look(), done=lambda hits: deliver(text, hits), lane=Lane.IO)

    def _found_pages(self, text: str) -> list[Hit]:
        """Pages by the beginnings of the words of their titles; accents are not needed."""
        typed = fold(text).split()
        hits = []
        for each in self._sections:
            if _begins(each.title(), typed):
                hits.append(Hit(tr("Pages"), each.title(), "", "", each.icon, each.key))
        return hits + self._found_acts(typed)

    def _found_acts(self, typed: list[str]) -> list[Hit]:
        """What is done once and lies deep in a menu, found in the language of the screen and in English."""
        from app.ui.requests.page import IMPORT_REGISTER

        title = tr("Import a former register of requests")
        if not (_begins(f"{title} import former register", typed) and self._rooms.may("requests.import")):
            return []
        where = tr("Requests")
        return [Hit(tr("Acts"), title, where, "F12 K", "file-spreadsheet", "requests", IMPORT_REGISTER)]

    def _found_customers(self, text: str) -> list[Hit]:
        plain = text.strip().casefold()
        return [
            Hit(
                tr("Customers"), c.name, c.address, c.code, "user", "customers", c.id,
                exact=plain in (c.code.casefold(), (c.phone or "").casefold(), (c.meter or "").casefold()),
            )
            for c in self._rooms.desk.customer_queries.search(text, HITS)
        ]  # fmt: skip

    def _found_requests(self, text: str) -> list[Hit]:
        from app.ui.requests.words import contact_words, hit_note, one_line, said

        room = self._rooms.request_room
        ids = room.queries.best(text, room.viewer, HITS)
        rows, today = room.queries.rows(ids), room.today()
        hits = []
        for row in (rows[id] for id in ids):
            who, asked = contact_words(row, tr), one_line(said(row))
            numbers = [number.casefold() for number in (row.code, *(row.former or ())[1:])]
            hits.append(
                Hit(
                    tr("Requests"), who or asked, asked if who else "", row.code, "message-exclamation",
                    "requests", row.id, exact=text.strip().casefold() in numbers,
                    note=hit_note(row, today, room.zone),
                )
            )  # fmt: skip
        return hits


def _begins(title: str, typed: list[str]) -> bool:
    """Whether each word that was typed is the beginning of a word of the title."""
    words = fold(title).split()
    return bool(typed) and all(any(word.startswith(part) for word in words) for part in typed)
