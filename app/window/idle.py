"""Locks the window of a person who is away: what is on the screen is covered, and stays as it was left."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut, QWindow
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from shiboken6 import isValid

from app.ui.kit.dialog import Dialog
from app.ui.kit.later import later
from app.ui.shell.window import MainWindow
from app.ui.start.lock import LockPage
from app.window.contact import spoken
from app.words import tr

if TYPE_CHECKING:
    from app.window.frame import DeskWindow

LOOK_MS = 5_000
LOCK_KEY = "Ctrl+Alt+L"

USED = {
    QEvent.Type.KeyPress,
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
    QEvent.Type.TabletPress,
}
"""What shows that somebody is there. It is looked for at the windows, not at each widget in them."""


class IdleLock(QObject):
    """Looks after one window; `ticks` are seconds that never go back."""

    def __init__(self, window: DeskWindow, ticks: Callable[[], float]) -> None:
        super().__init__(window)
        self._window = window
        self._ticks = ticks
        self._used = ticks()
        self._page: LockPage | None = None
        self._hidden: list[QWidget] = []
        self._held: list[QWidget] = []
        """What had the keyboard in the window and in what is hidden: to be hidden takes it away."""
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.focusWindowChanged.connect(self._watch)
        window.opened.connect(self._opened)

    @property
    def locked(self) -> bool:
        """Whether the window is covered."""
        return self._page is not None

    def look(self) -> None:
        """Lock when nobody has used the window for as long as was chosen."""
        minutes = self._window.preferences.lock_minutes
        if minutes and self._ticks() - self._used >= minutes * 60:
            self.lock()

    def lock(self) -> None:
        """Cover the window, with its dialogs, as they are."""
        window, main = self._window, self._window.main
        if self.locked or main is None or window.person is None or window.desktop is None:
            return
        desk, person = window.desktop, window.person
        self._hold(window)
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        place = tr("{office} · desk {desk}", office=desk.rules.office.name, desk=desk.identity.desk)
        page = LockPage(
            place,
            spoken(person.name, person.roles),
            lambda said: desk.pins.unlock(person, said),
            window.jobs,
            with_pin=desk.pins.usable(person.id),
        )
        page.unlocked.connect(self.unlock)
        page.other_asked.connect(self._change_shift)
        self._page, here = page, QApplication.activeWindow() is not None
        for other in QApplication.topLevelWidgets():
            if other.isVisible() and other is not window and other.isWindow():
                self._hide(other)
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)  # only now: what comes up while it is locked is covered, too
        window.addWidget(page)
        window.setCurrentWidget(page)
        if here:  # the dialog that had the keyboard is hidden; another program is not disturbed
            window.activateWindow()
        page.form.focus_first()

    def unlock(self) -> None:
        """Everything as it was left."""
        window, main = self._window, self._window.main
        if self._page is None or main is None:
            return
        self._uncover()
        window.setCurrentWidget(main)
        hidden, self._hidden = self._hidden, []
        for each in hidden:
            if isinstance(each, QDialog) and each.windowModality() != Qt.WindowModality.NonModal:
                each.open()
            else:
                each.show()
            each.activateWindow()
        held, self._held = self._held, []
        for each in held:
            if isValid(each):  # what is open may have been made anew meanwhile
                each.setFocus(Qt.FocusReason.OtherFocusReason)

    def _hold(self, other: QWidget) -> None:
        held = other.focusWidget()
        if held is not None:
            self._held.append(held)

    @property
    def unsaved(self) -> bool:
        """Whether something is open beneath that would be lost."""
        return self.locked and bool(self._hidden)

    def keep_drafts(self) -> None:
        """Keep what can be kept of what is open beneath."""
        for each in self._hidden:
            if isinstance(each, Dialog):
                each.keep_draft()

    def let_go(self) -> None:
        """The person's work is put away: keep what can be kept of it."""
        self.keep_drafts()
        self._hidden.clear()
        self._held.clear()
        if self._page is not None:
            self._uncover()

    def _uncover(self) -> None:
        page, self._page = self._page, None
        assert page is not None
        app = QApplication.instance()
        assert app is not None
        app.removeEventFilter(self)
        self._window.removeWidget(page)
        page.deleteLater()
        self._used = self._ticks()

    def _change_shift(self) -> None:
        """Somebody else takes over. Drafts are kept; what could not be kept is asked about first."""
        window, page = self._window, self._page
        if page is None or window.main is None or window.person is None:
            return
        if not self._hidden and window.main.may_leave():
            window.sign_in()
            return
        window.prompter.confirm(
            page,
            tr(
                "{person} has something open that is not saved. A request that was being written down is "
                "kept as a draft; anything else would be lost.",
                person=window.person.name,
            ),
            tr("Go on without it"),
            window.sign_in,
            danger=True,
        )

    # -- who is there -----------------------------------------------------------------------------------

    def _opened(self, main: MainWindow) -> None:
        self._used = self._ticks()
        QShortcut(QKeySequence(LOCK_KEY), main, self.lock)

    def _watch(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)  # again has no effect

    def _hide(self, other: QWidget) -> None:
        if other not in self._hidden:
            self._hidden.append(other)
            self._hold(other)
            other.destroyed.connect(lambda: self._forget(other))
        other.hide()

    def _forget(self, other: QWidget) -> None:
        if other in self._hidden:
            self._hidden.remove(other)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Notes that somebody is there; while it is locked, covers what comes up."""
        kind = event.type()
        if isinstance(watched, QWindow):
            if kind in USED:
                self._used = self._ticks()
        elif kind is QEvent.Type.Show and isinstance(watched, QWidget) and self._is_strange(watched):
            later(watched, lambda: self._hide(watched) if self.locked else None)
        return False

    def _is_strange(self, other: QWidget) -> bool:
        """Whether it is a window that would lie over the one that is locked."""
        return self.locked and other.isWindow() and other is not self._window and not self._is_ours(other)

    def _is_ours(self, other: QWidget | None) -> bool:
        """Whether the page that locks has asked it."""
        while other is not None:
            if other is self._page:
                return True
            other = other.parentWidget()
        return False
