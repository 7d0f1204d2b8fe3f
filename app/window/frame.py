"""The one window of a desk: set-up, sign-in, the day's work; and what it hears from below."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from app.bootstrap import OFFICE_DATABASE, Desktop, data_came, upgrade_waits
from app.domain.clock import Clock
from app.domain.errors import AppError
from app.domain.health import Worry
from app.failures import sentence
from app.services.writer import Person
from app.settings import Disk, disk_of
from app.sync.enrolment import identity_of
from app.sync.loop import SyncState as Contact
from app.sync.restore import trusted
from app.sync.transport import Transport
from app.sync.update_folder import UpdateFolder, update_folder
from app.ui.kit import theme
from app.ui.kit.buttons import Button
from app.ui.kit.icons import icon
from app.ui.kit.jobs import JobRunner
from app.ui.kit.later import later
from app.ui.kit.prompt import Prompter, QtPrompter
from app.ui.settings.page import SIGN_OUT_KEY, Preferences
from app.ui.shell.health import health_words
from app.ui.shell.texts import use_language
from app.ui.shell.window import MainWindow
from app.ui.start.card import Card
from app.ui.start.setup import SetUpPage
from app.ui.start.signin import SignInPage
from app.window.contact import ContactTeller, desk_words, session_words, spoken
from app.window.courtesy import Courtesy
from app.window.faults import Faults
from app.window.freshness import Freshness
from app.window.health import HealthWatch
from app.window.idle import IdleLock
from app.window.instance import Busy
from app.window.preferences import kept, read_preferences, write_preferences
from app.window.updating import Updating
from app.window.visits import Visits
from app.words import LANGUAGES, tr

AGAIN_MS = 200
"""Until a window that is at work is asked again to close."""

SETTLING_MS = 1000
"""So soon after it was opened a page has what it needs."""


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
        self.updating: Updating | None = None
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
        self._kept: set[str] = set()
        self._teller: ContactTeller | None = None
        self._pressed: set[str] = set()
        self._behind: object = None
        self.usable = False
        """Whether there is a page at which somebody can do something."""
        self._freshness = Freshness(self)
        self._contact.connect(self._show_contact)
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
        if identity is None or not arrived:
            from app.window import first_start  # once in the life of a desk

            page = first_start.arrival_page(self, identity) if identity else first_start.set_up_page(self)
            self._show(page)
            return
        try:
            if self.desktop is None:
                if upgrade_waits(self.home):
                    from app.window.upgrading import upgrade_page  # once in the life of a release

                    self._show(upgrade_page(self))
                    self.usable = False
                    return
                self.desktop = Desktop(self.home, self.clock, self.transport, updates=self._updates)
                self.updating = Updating(self, self.desktop)
                self._teller = ContactTeller(self, self.desktop)
                self._courtesy.watch(self.desktop.database)
                self._freshness.watch(self.desktop)
                self.desktop.start_sync(self._contact.emit, self._sync_every)
                self.health = HealthWatch(self.desktop, self.jobs, self, disk=self._disk)
                self.health.changed.connect(self._show_health)
                self.jobs.refused.connect(self.health.hear)
            self.sign_in()
        except AppError as error:
            if self.desktop is not None:
                self.desktop.close()
                self.desktop = None
            self.not_opened(error)

    def not_opened(self, error: AppError, title: str = "") -> None:
        """The desk's data stays closed: why, and the ways out where there are some."""
        if not error.code.startswith(("database.", "upgrade.")) or error.code == "database.busy":
            self._updates.forgive()  # no other version could open it either
        # No other window has this home, or `program.run` would have gone to it.
        if error.code == "home.in_use":
            error = AppError("home.in_command", path=str(self.home))
        if not self._way_out(error):
            self.refuse(error, self.begin, title)

    def refuse(self, error: AppError, again: Callable[[], object], title: str = "") -> None:
        """The home cannot be opened: say why and what to do, in place of everything else; `again` tries."""
        card = Card(title or tr("Đầu Mối cannot open this desk's data"), sentence(error, tr), width=560)
        retry = Button(tr("Try again"), again)
        card.acts.addWidget(retry)
        card.acts.addWidget(Button(tr("Close"), self.close, primary=True))
        self._show(card)
        retry.setFocus()

    def _way_out(self, error: AppError) -> bool:
        """Where this desk's data is damaged or gone: offer the ways out."""
        from app.window import backups  # here: a desk whose data is whole does without

        found = backups.offers(error, self.home / OFFICE_DATABASE)
        if found and error.code == "database.no_key":
            from app.window.lost_key import LostKey

            LostKey(self, error).show()
        elif found:
            recovery = backups.Recovery(self, backups.what_happened(error), error.code)
            recovery.show()
            recovery.look()
        return found

    def faltered(self) -> None:
        """A fault of the program has come to light: a new version has not proved itself."""
        if self.updating is not None:
            self.updating.faltered()

    def take_over(self, page: QWidget, behind: object) -> None:
        """Show a page in place of everything else; nobody is signed in. `behind` is what moves the page."""
        self._behind = behind  # nothing else holds it: what a signal is connected to is held weakly
        if self.person is not None:
            self._let_go()
        self.person = None
        self._show(page)

    def close_desk(self) -> None:
        """Let go of the desk's data, and of what watches it."""
        for part in (self.health, self.updating):
            if part is not None:
                part.deleteLater()
        self.health = self.updating = self._teller = None
        if self.desktop is not None:
            self.desktop.close()
            self.desktop = None

    def sign_in(self) -> None:
        """Ask who is at the desk."""
        desk = self._desk()
        people = [(each.login, spoken(each.name, each.roles)) for each in desk.sign_in.people()]
        page = SignInPage(desk.rules.office.name, desk.identity.desk, people, desk.sign_in.sign_in, self.jobs)
        page.signed_in.connect(self.open_for)
        page.language_chosen.connect(self.speak)
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
        self.main.status.health_asked.connect(lambda: self._main().open_section("today"))
        self.main.status.show_health(self.worries)
        self.main.section_changed.connect(self._settled)
        self._show(self.main)
        self.main.open_section(place.sections[0].key)
        self._freshness.follow(self.main)
        self._show_contact(self._desk().contact)
        if self.updating is not None:
            self.main.section_changed.connect(lambda _key, now=self.updating: now.show())
            self.main.status.news_asked.connect(self.updating.open_offer)
            self.updating.signed_in()
        self.opened.emit(self.main)
        self._press()

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
        self._press()

    def _press(self) -> None:
        """Tell whoever is at work what presses. Once: after that it stands at the foot, in another colour."""
        new = [each for each in self.worries if each.presses and each.code not in self._pressed]
        if new and self.main is not None:
            self._pressed.update(each.code for each in new)
            self.prompter.tell(self, health_words(new))

    def show_session(self, words: str) -> None:
        """The cash session in the status bar."""
        if self.main is not None:
            self.main.status.set_session(words)
        if self.updating is not None:
            self.updating.show()

    def put_away(self, card: Card) -> None:
        """Show a card while the desk's data is closed."""
        self.take_over(card, None)
        self.close_desk()

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
            later(self, gc.freeze, SETTLING_MS)

    def _let_go(self) -> None:
        """The pages are gone: all is looked through again."""
        self._kept.clear()
        gc.unfreeze()

    # -- what comes from below --------------------------------------------------------------------------

    def _show_contact(self, contact: Contact) -> None:
        self.contact_changed.emit(contact)
        if self._teller is not None:
            self._teller.show(contact)

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
            if self.updating is not None:
                self.updating.show()

    def speak(self, language: str) -> None:
        """Another language from now on."""
        self.prefer(replace(self.preferences, language=language))

    def prefer(self, preferences: Preferences) -> None:
        """As the person likes it from now on."""
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

    def leave(self, *, again: bool = False) -> None:
        """Close as if the person had closed everything one by one: asks where something would be lost."""
        reason = self.visits.in_the_way(again=again)
        if reason is None:
            QApplication.closeAllWindows()
        elif reason is not Busy.UNSAVED:
            later(self, lambda: self.leave(again=True), AGAIN_MS)

    def _show(self, page: QWidget) -> None:
        while self.count():
            old = self.widget(0)
            self.removeWidget(old)
            old.deleteLater()
        if page is not self.main:
            self.main = None
        self.addWidget(page)
        self.setCurrentWidget(page)
        self.usable = True
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
        page = self.currentWidget()
        if isinstance(page, Card) and not page.may_close():
            event.ignore()  # type: ignore[attr-defined]
            return
        if self.main is not None and not self.main.close():
            event.ignore()  # type: ignore[attr-defined]
            return
        if self.updating is not None:
            self.updating.closing()
        super().closeEvent(event)  # type: ignore[arg-type]
