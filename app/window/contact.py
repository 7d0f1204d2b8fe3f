"""What the window says of the line to the head office: the bar at its foot, and the news of a new name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.bootstrap import Desktop
from app.domain import names
from app.domain.deadlines import zone_named
from app.domain.names import renamed
from app.queries.sync import RENAMED_TOLD, SyncQueries
from app.services.writer import Person
from app.sync.loop import SyncState as Contact
from app.ui.shell.status import SyncState
from app.ui.sync.words import progress_word
from app.words import tr

if TYPE_CHECKING:
    from app.ui.kit.jobs import Job
    from app.window.frame import DeskWindow

NEAR = timedelta(hours=20)

_SHOWN = {
    "online": SyncState.ONLINE,
    "syncing": SyncState.SENDING,
    "paused": SyncState.PAUSED,
    "refused": SyncState.TROUBLE,
}


def sync_queries(desk: Desktop) -> SyncQueries:
    """What waits between a desk and the head office."""
    return SyncQueries(desk.database.read, desk.office_no, lambda: desk.identity.device)


class ContactTeller:
    """Shows each state of the line in the window."""

    def __init__(self, window: DeskWindow, desk: Desktop) -> None:
        self._window = window
        self._desk = desk
        self._told = ""

    def show(self, contact: Contact) -> None:
        """How it stands now."""
        window = self._window
        if contact.renamed:
            self._tell_renamed(contact.renamed)
        if window.main is not None:
            state = _SHOWN.get(contact.state, SyncState.OFFLINE)
            window.main.status.show_sync(
                state, contact.unsent, self._spoken_time(contact), lambda: progress_word(contact.progress)
            )
            if contact.renamed:
                window.main.status.set_desk(desk_words(self._desk))

    def _tell_renamed(self, name: str) -> None:
        """Once: also a window that is opened tomorrow does not say it again."""
        if name == self._told:
            return
        self._told = name
        desk, window = self._desk, self._window

        def told_before(_job: Job[bool]) -> bool:
            before = sync_queries(desk).renamed_told() == name
            if not before:
                desk.writer.set_local(RENAMED_TOLD, name)
            return before

        def tell(before: bool) -> None:
            if not before:
                window.prompter.tell(window, renamed(tr, name))

        window.jobs.run(window, told_before, done=tell)

    def _spoken_time(self, contact: Contact) -> str:
        if contact.last_contact is None:
            return ""
        zone = zone_named(self._desk.rules.utility.zone)
        then, now = contact.last_contact.astimezone(zone), self._window.clock.now().astimezone(zone)
        near = now - then < NEAR and then.date() == now.date()
        return f"{then:%H:%M}" if near else f"{then:%d/%m %H:%M}"


def spoken(name: str, roles: Sequence[str]) -> str:
    """A person with the roles: "Hoàng Thị Yến · giao dịch viên"."""
    words = names.roles(tr)
    return f"{name} · {', '.join(words[role].casefold() for role in roles)}"


def session_words(desk: Desktop, person: Person, now: datetime) -> str:
    """The person's cash session at this desk."""
    from app.ui.cash import words  # here: who takes no money does without

    zone = zone_named(desk.rules.utility.zone)
    session = desk.cash_queries.open_session(person.id, desk.identity.device)
    return words.session_words(session, now.astimezone(zone).date(), zone)


def desk_words(desk: Desktop) -> str:
    """The desk's name at the foot of the window."""
    return tr("Desk {desk}", desk=desk.identity.desk)
