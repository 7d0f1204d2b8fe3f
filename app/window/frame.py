"""The one window of a desk: set-up, sign-in, the day's work; and what it hears from below."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from app import __version__
from app.bootstrap import (
    OFFICE_DATABASE,
    Desktop,
    begin_by_file,
    bring_data,
    data_came,
    found_here,
    invitation_by_phone,
    join,
)
from app.crashes import code_of
from app.domain.clock import Clock
from app.domain.errors import AppError
from app.domain.health import Worry
from app.failures import sentence
from app.logs import Diary
from app.services.writer import Person
from app.settings import Disk, disk_of
from app.sync.client import SyncState as Contact
from app.sync.enrolment import identity_of, read_enrolment
from app.sync.restore import trusted
from app.sync.transport import Transport
from app.sync.update_folder import UpdateFolder, update_folder
from app.sync.writer import Changes
from app.ui.kit import theme
from app.ui.kit.buttons import Button
from app.ui.kit.icons import icon
from app.ui.kit.jobs import JobRunner, Lane, Latest
from app.ui.kit.page import Page
from app.ui.kit.prompt import Prompter, QtPrompter
from app.ui.settings.page import SIGN_OUT_KEY, Facts, Preferences, SettingsPage
from app.ui.shell.health import health_words
from app.ui.shell.texts import use_language
from app.ui.shell.window import MainWindow
from app.ui.start.card import Card
from app.ui.start.setup import SetUpAnswers, SetUpPage
from app.ui.start.signin import SignInPage
from app.window.contact import ContactTeller, desk_words, session_words, spoken
from app.window.courtesy import Courtesy
from app.window.faults import Faults
from app.window.health import HealthWatch
from app.window.idle import IdleLock
from app.window.instance import Act, Busy, Instance, Message, ask
from app.window.preferences import kept, papers_folder, read_preferences, write_preferences
from app.window.safekeeping import ask_encryption, ask_pin
from app.window.updating import Updating
from app.window.visits import Visits
from app.words import LANGUAGES, tr

if TYPE_CHECKING:
    from app.support import SupportFile

REFRESH_MS = 200
"""Changes that come close together refresh the page in sight once."""

SETTLING_MS = 1000
"""So soon after it was opened a page has what it needs."""

SMALL_SCREEN = 1500
"""On a screen less wide than this the window takes all of it."""

TITLE_BAR = 48
"""As many pixels are left for the bar that the system puts above the window."""


class DeskWindow(QStackedWidget):
    """The one window: shows set-up, sign-in or the day's work. Signals: `opened(MainWindow)`;
    `contact_changed(SyncState)`; `health_changed(tuple[Worry, ...])`; `wrote()`: something was
    written; `signed_out()`."""

    opened = Signal(object)
    contact_changed = Signal(object)
    health_changed = Signal(object)
    wrote = Signal()
    signed_out = Signal()
    _contact = Signal(object)
    _changed = Signal(object)

    def __init__(
        self,
        home: Path,
        clock: Clock,
        *,
        transport: Transport | None = None,
        prompter: Prompter | None = None,
        sync_every: float = 5.0,
        updates: UpdateFolder | None = None,
        disk: Disk = disk_of,
        ticks: Callable[[], float] = monotonic,
    ) -> None:
        """`updates`: the folder in which this start of the program is counted."""
        super().__init__()
        self.home = home
        self._updates = updates or update_folder(home)
        self._updating: Updating | None = None
        self.clock = clock
        self.jobs = JobRunner(self)
        self._courtesy = Courtesy(self)
        self.jobs.busy_changed.connect(self._courtesy.hurry)
        self.prompter: Prompter = prompter or QtPrompter()
        self.desktop: Desktop | None = None
        self.person: Person | None = None
        self.main: MainWindow | None = None
        self.transport = transport
        self._sync_every = sync_every
        self._disk = disk
        self.health: HealthWatch | None = None
        self._stale: set[str] = set()
        self._kept: set[str] = set()
        self._teller: ContactTeller | None = None
        self._counting: Latest | None = None
        self._pressed = False
        self._behind: object = None
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self._refresh_now)
        self._contact.connect(self._show_contact)
        self._changed.connect(self._note_changes)
        self.preferences = read_preferences(home)
        self.visits = Visits(self)
        self.faults = Faults(self)
        self.idle = IdleLock(self, ticks)
        self.jobs.crashed.connect(self.faults.note)
        self.setWindowIcon(icon("daumoi"))
        self.setWindowTitle("Đầu Mối")
        self.resize(1366, 768)

    def begin(self) -> None:
        """Set-up when this home is nobody's yet, else sign-in; a home that cannot be opened is said."""
        try:
            identity = identity_of(self.home)
            arrived = identity is None or data_came(self.home, identity)
            if not arrived:
                trusted(self.home / OFFICE_DATABASE)
        except AppError as error:
            if self._way_out(error):
                return
            self.refuse(error, self.begin)
            return
        if identity is None:
            from app.headoffice.founding import tariff_sets  # once in the life of a desk

            page = SetUpPage(
                self._found,
                self._enrol,
                self._enrol_by_phone,
                self._begin_by_file,
                tuple(tariff_sets()),
                self.jobs,
                self.preferences.language,
            )
            page.language_chosen.connect(
                lambda language: self._prefer(Preferences(language, self.preferences.theme))
            )
            page.finished.connect(self.begin)
            self._show(page)
            return
        if not arrived:
            from app.ui.start.arrival import ArrivalPage

            arrival = ArrivalPage(
                identity.desk,
                lambda told: bring_data(self.home, self.clock, self.transport, told),
                self.jobs,
            )
            arrival.finished.connect(self.begin)
            self._show(arrival)
            return
        try:
            if self.desktop is None:
                self.desktop = Desktop(self.home, self.clock, self.transport, updates=self._updates)
                self._updating = Updating(self, self.desktop)
                self._teller = ContactTeller(self, self.desktop)
                self._courtesy.watch(self.desktop.database)
                self.desktop.writer.listen(self._changed.emit)
                self.desktop.start_sync(self._contact.emit, self._sync_every)
                self.health = HealthWatch(self.desktop, self.jobs, self, disk=self._disk)
                self.health.changed.connect(self._show_health)
                self.jobs.refused.connect(self.health.hear)
            self.sign_in()
        except AppError as error:
            if self.desktop is not None:
                self.desktop.close()
                self.desktop = None
            if not error.code.startswith(("database.", "upgrade.")) or error.code == "database.busy":
                self._updates.forgive()  # no other version could open it either
            # No other window has this home, or `run` would have gone to it.
            if error.code == "home.in_use":
                error = AppError("home.in_command", path=str(self.home))
            if self._way_out(error):
                return
            self.refuse(error, self.begin)

    def refuse(self, error: AppError, again: Callable[[], object]) -> None:
        """The home cannot be opened: say why and what to do, in place of everything else; `again` tries."""
        card = Card(tr("Đầu Mối cannot open this desk's data"), sentence(error, tr))
        card.acts.addWidget(Button(tr("Try again"), again))
        card.acts.addWidget(Button(tr("Close"), self.close, primary=True))
        self._show(card)

    def _way_out(self, error: AppError) -> bool:
        """Where this desk's data is damaged or gone: offer the ways out."""
        from app.window import backups  # here: a desk whose data is whole does without

        found = backups.offers(error, self.home / OFFICE_DATABASE)
        if found:
            recovery = backups.Recovery(self, sentence(error, tr), newer=error.code == "database.newer")
            recovery.show()
            recovery.look()
        return found

    def take_over(self, page: QWidget, behind: object) -> None:
        """Show a page in place of everything else; nobody is signed in. `behind` is what moves the page."""
        self._behind = behind  # nothing else holds it: what a signal is connected to is held weakly
        if self.person is not None:
            self._let_go()
        self.person = None
        self._show(page)

    def close_desk(self) -> None:
        """Let go of the desk's data, and of what watches it."""
        for part in (self.health, self._updating):
            if part is not None:
                part.deleteLater()
        self.health = self._updating = self._teller = None
        if self.desktop is not None:
            self.desktop.close()
            self.desktop = None

    def sign_in(self) -> None:
        """Ask who is at the desk."""
        desk = self._desk()
        people = [(each.login, spoken(each.name, each.roles)) for each in desk.sign_in.people()]
        page = SignInPage(
            desk.rules.office.name, desk.identity.desk, people, desk.sign_in.sign_in, self.jobs
        )
        page.signed_in.connect(self.open_for)
        page.language_chosen.connect(
            lambda language: self._prefer(replace(self.preferences, language=language))
        )
        if self.person is not None:
            self._let_go()
            self.signed_out.emit()
        self.idle.let_go()
        self.person = None
        self._show(page)

    def open_for(self, person: Person) -> None:
        """The day's work of a person."""
        from app.window.sections import sections_for  # here: the pages are not waited for by the sign-in

        desk = self._desk()
        self.person = person
        place = sections_for(self, desk, person)
        self.main = MainWindow(
            place.sections,
            office=desk.rules.office.name,
            desk=desk_words(desk),
            person=spoken(person.name, person.roles),
            search=place.search,
        )
        QShortcut(QKeySequence(SIGN_OUT_KEY), self.main, self.sign_out)
        self.main.status.sync_asked.connect(lambda: self._main().open_section("sync"))
        self._counting = Latest(self.jobs, self.main, Lane.IO)
        self.main.status.health_asked.connect(lambda: self._main().open_section("today"))
        self.main.status.show_health(self.worries)
        self.main.section_changed.connect(self._settled)
        self._show(self.main)
        self.main.open_section(place.sections[0].key)
        self._count()
        self._show_contact(self._desk().contact)
        if self._updating is not None:
            self.main.section_changed.connect(lambda _key, now=self._updating: now.show())
            self.main.status.news_asked.connect(self._updating.open_offer)
            self._updating.signed_in()
        self.opened.emit(self.main)

    def sign_out(self) -> None:
        """Ask who is next; not while a page would lose something."""
        if self.main is not None and self.main.may_leave():
            self.sign_in()

    @property
    def worries(self) -> tuple[Worry, ...]:
        """What the PC itself lacks."""
        return () if self.health is None else self.health.worries

    def _show_health(self, worries: tuple[Worry, ...]) -> None:
        if self.main is not None:
            self.main.status.show_health(worries)
        self.health_changed.emit(worries)
        if any(each.code == "disk.none" for each in worries) and not self._pressed:
            self._pressed = True  # once: after that it stands at the foot, in another colour
            self.prompter.tell(self, health_words(worries[:1]))

    def show_session(self, words: str) -> None:
        """The cash session in the status bar."""
        if self.main is not None:
            self.main.status.set_session(words)
        if self._updating is not None:
            self._updating.show()

    def settings_page(self) -> SettingsPage:
        """The page of settings."""
        page = SettingsPage(self.preferences, self._facts)
        page.preferences_chosen.connect(self._prefer)
        page.sign_out_asked.connect(self.sign_out)
        page.support_asked.connect(self.make_support_file)
        page.pin_asked.connect(lambda: ask_pin(self))
        page.encryption_asked.connect(lambda: ask_encryption(self))
        if self._updating is not None:
            page.add_section(self._updating.panel())
        page.backups_asked.connect(self._open_backups)
        return page

    def put_away(self, card: Card) -> None:
        """Show a card while the desk's data is closed."""
        self.take_over(card, None)
        self.close_desk()

    def _open_backups(self) -> None:
        from app.window.backups import open_backups

        open_backups(self)

    def shut(self) -> None:
        """End: jobs first, then sync, then the database."""
        if self.health is not None:
            self.health.stop()
        self.jobs.shutdown()
        self._let_go()
        if self.desktop is not None:
            self.desktop.close()
            self.desktop = None

    def _settled(self, key: str) -> None:
        """A page that is opened stays: what it is made of is not looked through for waste again and again,
        which would stop the window for the time of three repaints."""
        if key not in self._kept:
            self._kept.add(key)
            QTimer.singleShot(SETTLING_MS, self, gc.freeze)

    def _let_go(self) -> None:
        """The pages are gone: all is looked through again."""
        self._kept.clear()
        gc.unfreeze()

    # -- set-up -----------------------------------------------------------------------------------------

    def _found(self, answers: SetUpAnswers) -> None:
        found_here(self.home, self.clock, asdict(answers))

    def _enrol(self, path: Path, *, encrypted: bool) -> None:
        join(self.home, read_enrolment(path), self.clock, self.transport, encrypted=encrypted)

    def _begin_by_file(self, path: Path, code: str, *, encrypted: bool = False) -> None:
        begin_by_file(self.home, path, code, encrypted=encrypted)

    def _enrol_by_phone(self, address: str, code: str, *, encrypted: bool) -> None:
        invitation = invitation_by_phone(address, code, self.transport)
        join(self.home, invitation, self.clock, self.transport, encrypted=encrypted)

    # -- what comes from below --------------------------------------------------------------------------

    def _note_changes(self, changes: Changes) -> None:
        self._stale |= changes.tables
        self.wrote.emit()
        if not self._refresh.isActive():
            self._refresh.start()

    def _refresh_now(self) -> None:
        stale, self._stale = frozenset(self._stale), set()
        if self.main is not None and self.person is not None and stale:
            self._count()
            page = self.main.page(self.main.key)
            if isinstance(page, Page):
                page.refresh(stale)

    def _count(self) -> None:
        """How many things wait in each section, asked off the UI thread."""
        main = self._main()
        if self._counting is not None:
            self._counting.run(lambda _job: main.counts(), done=main.show_counts)

    def _show_contact(self, contact: Contact) -> None:
        self.contact_changed.emit(contact)
        if self._teller is not None:
            self._teller.show(contact)

    def _facts(self) -> Facts:
        home = self._desk().home
        return (
            (tr("Data"), str(home)),
            (tr("Protection"), tr("Encrypted") if self._desk().database.key else tr("Not encrypted")),
            (tr("Papers"), str(papers_folder(home))),
            (tr("Version"), __version__),
            (tr("This PC"), health_words(self.worries) or tr("Clock, disk and data are as they should be.")),
        )

    def speak_first(self) -> None:
        """The language of the utility, where nobody has chosen one on this PC yet."""
        language = self.desktop.rules.utility.language if self.desktop else ""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        if language in LANGUAGES and not kept(self.home):
            self.preferences = replace(self.preferences, language=language)
            use_language(app, language)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange and self.desktop is not None:
            self._retitle()

    def _retitle(self) -> None:
        """Another language: the parts that are this window's own say it anew."""
        desk, current = self._desk(), self.currentWidget()
        if isinstance(current, SignInPage):
            typed = current.login.currentText()
            self.sign_in()
            again = self.currentWidget()
            assert isinstance(again, SignInPage)
            again.type_login(typed)
        elif self.main is not None and self.person is not None:
            status = self.main.status
            status.set_desk(desk_words(desk))
            status.set_person(spoken(self.person.name, self.person.roles))
            if status.session:
                status.set_session(session_words(desk, self.person, self.clock.now()))
            if self._updating is not None:
                self._updating.show()

    def _prefer(self, preferences: Preferences) -> None:
        other_paper = preferences.receipts != self.preferences.receipts
        self.preferences = preferences
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        use_language(app, preferences.language)
        theme.apply(app, preferences.theme, preferences.text_scale)
        try:
            write_preferences(self.home, preferences)
        except AppError as error:
            self.prompter.tell(self, sentence(error, tr))
        if other_paper and self.person is not None:
            self.open_for(self.person)

    def make_support_file(self) -> None:
        """What those need who help from afar: shown first, then put where the person says."""
        from app.ui.settings.support import SupportDialog  # here: it is seldom asked for

        over = QApplication.activeModalWidget() or self
        SupportDialog(over, self.jobs, self._gather).start()

    def _gather(self) -> SupportFile:
        from app.support import gather

        desk = self.desktop
        if desk is None:
            return gather(self.home, self.clock)
        contact = desk.contact
        code = "" if contact.error is None else code_of(contact.error.code)
        line = {"state": contact.state, "unsent": contact.unsent, "trouble": code}
        return gather(self.home, self.clock, read=desk.database.read, line=line)

    def leave(self, *, again: bool = False) -> None:
        """Close as if the person had closed everything one by one: asks where something would be lost."""
        reason = self.visits.in_the_way(again=again)
        if reason is None:
            QApplication.closeAllWindows()
        elif reason is not Busy.UNSAVED:
            QTimer.singleShot(REFRESH_MS, self, lambda: self.leave(again=True))

    def _show(self, page: QWidget) -> None:
        while self.count():
            old = self.widget(0)
            self.removeWidget(old)
            old.deleteLater()
        if page is not self.main:
            self.main = None
        self.addWidget(page)
        self.setCurrentWidget(page)
        if isinstance(page, SetUpPage):
            page.step.form.focus_first()
        elif isinstance(page, SignInPage):
            page.form.focus_first()

    def _desk(self) -> Desktop:
        assert self.desktop is not None
        return self.desktop

    def _main(self) -> MainWindow:
        assert self.main is not None
        return self.main

    def closeEvent(self, event: object) -> None:  # noqa: N802
        """Leave only when no page would lose something."""
        self.idle.keep_drafts()
        if self.main is not None and not self.main.close():
            event.ignore()  # type: ignore[attr-defined]
            return
        if self._updating is not None:
            self._updating.closing()
        super().closeEvent(event)  # type: ignore[arg-type]


def application(preferences: Preferences) -> QApplication:
    """The Qt application in the chosen look and language."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    theme.apply(app, preferences.theme, preferences.text_scale)
    use_language(app, preferences.language)
    return app


def placed(window: QWidget, room: QRect, screen: int) -> bool:
    """Gives the window its place in the `room` that a screen of that width leaves beside its bars; True
    where it should take all of it instead: on a small screen its foot would lie below the edge."""
    if screen < SMALL_SCREEN:
        return True
    title = TITLE_BAR
    window.resize(min(window.width(), room.width()), min(window.height(), room.height() - title))
    spare = room.size() - window.size()
    window.move(room.left() + spare.width() // 2, room.top() + (spare.height() - title) // 2)
    return False


def run(
    home: Path,
    clock: Clock,
    ready: Callable[[DeskWindow], object] = lambda window: None,
    transport: Transport | None = None,
    files: Sequence[Path] = (),
    updates: UpdateFolder | None = None,
) -> int:
    """Open the desk's window and stay until it is closed; returns the exit code. Where it is open already,
    that window comes forward instead. `ready` is told of the window; `transport` is another way to the head
    office than the one it was enrolled with; `files` were opened by a double click; `updates` as
    `DeskWindow`."""
    app = application(read_preferences(home))
    instance = Instance(home)
    if not instance.claim():
        handed = Message(Act.SHOW, [str(path.absolute()) for path in files])
        if ask(home, handed) is not None:
            return 0
    window = DeskWindow(home, clock, transport=transport, updates=updates)
    from app.window.backups import Keeper  # with the window there, not before it

    keeper = Keeper(window)
    diary: Diary | None = None

    def begin() -> None:
        nonlocal diary
        if not instance.claim():  # it does not answer: it hangs, or is another user's
            window.refuse(AppError("home.open_elsewhere", path=str(home)), begin)
            return
        diary = diary or Diary(home)
        window.begin()
        window.speak_first()
        instance.listen(window.visits.hear)
        window.visits.take(files)

    def start() -> None:
        begin()
        keeper.start()
        screen = window.screen()
        if placed(window, screen.availableGeometry(), screen.size().width()):
            window.showMaximized()
        else:
            window.show()
        ready(window)
        if diary is not None and diary.fallen is not None:
            window.faults.tell_fallen(diary.fallen)

    with window.faults:
        QTimer.singleShot(0, window, start)  # in the loop, where a failure is said and not only printed
        try:
            return app.exec()
        finally:
            window.shut()
            keeper.last()
            instance.release()
            if diary is not None:
                diary.close()
