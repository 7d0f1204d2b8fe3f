"""What the played day is played with: real windows, real keys, pictures, and a line for each step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
from PySide6.QtGui import QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QWidget

from app.domain.clock import SteppingClock
from app.ui.kit.buttons import Button
from app.window.frame import DeskWindow

T = TypeVar("T", bound=QWidget)

PATIENCE = 60.0
"""So many seconds, and what is waited for counts as not happening."""

WAKING = 5
"""So many milliseconds at most between two looks whether it has happened."""

QUICKLY = 80
"""For a picture, that it need not be the smallest possible: nothing is lost in a PNG."""


class StageError(Exception):
    """What should have happened did not."""


class Stage:
    """Plays on windows as a person would, and keeps what they looked like."""

    def __init__(self, folder: Path, clock: SteppingClock, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.clock = clock
        self.say = say
        self._pictures = 0
        self._counts: list[str] = []
        self.windows: list[DeskWindow] = []
        self._front: QWidget | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step of the day: prints its counts and how long it took."""
        self._counts = []
        begun = time.perf_counter()
        yield
        took = time.perf_counter() - begun
        self.say(f"{name}: {'; '.join(self._counts)} ({took:.1f} s)")

    def count(self, words: str) -> None:
        """Something that the step's line tells."""
        self._counts.append(words)

    def window(self, home: Path, **how: object) -> DeskWindow:
        """A desk's window on a screen of 1366 × 768."""
        window = DeskWindow(home, self.clock, **how)  # type: ignore[arg-type]
        window.preferences = replace(window.preferences, lock_minutes=0)  # played by nobody's hand
        window.resize(1366, 768)
        self.windows.append(window)
        window.begin()
        window.show()
        self.front(window)
        return window

    def leave(self, window: DeskWindow) -> None:
        """Close a PC's program."""
        if not window.close():
            raise StageError("the program does not let itself be closed")
        self.windows.remove(window)
        if self._front is window:
            self._front = None
        window.shut()
        window.deleteLater()

    def front(self, window: QWidget) -> None:
        """Go to another PC: its window alone is in sight, and the keys go there."""
        for other in self.windows:
            if other is not window:
                other.hide()
        window.show()
        self._front = window
        self.settle()
        window.activateWindow()
        self.until(lambda: self._has_keys() and QApplication.activeWindow() is window, "the window in front")

    def until(self, so: Callable[[], object], what: str) -> None:
        """Let the windows work until it is so; StageError after `PATIENCE`."""
        end = time.monotonic() + PATIENCE
        waking = QTimer()  # for what is waited for need not be an event
        waking.start(WAKING)
        while not so():
            if time.monotonic() > end:
                raise StageError(f"did not happen: {what}")
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def settle(self) -> None:
        """Let the windows paint and every job come home."""
        for _ in range(3):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        self.until(lambda: all(w.jobs.busy == 0 for w in self.windows), "the jobs end")
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)

    def target(self) -> QWidget:
        """Where a key goes now."""
        self.until(self._has_keys, "a window that takes the keys")
        found = QApplication.focusWidget() or QApplication.activeWindow()
        assert found is not None
        return found

    def _has_keys(self) -> bool:
        """Whether the window that is on top takes the keys; it is made to when it does not."""
        wanted = QApplication.activeModalWidget() or self._front
        if wanted is not None and QApplication.activeWindow() is not wanted:
            wanted.activateWindow()
            return False
        return wanted is not None

    def key(self, *keys: str) -> None:
        """Press keys, each as it is printed on a button: "F2", "Ctrl+Return", "Down"."""
        for name in keys:
            combination = QKeySequence(name)[0]  # type: ignore[index]
            QTest.keyClick(self.target(), combination.key(), combination.keyboardModifiers())
            QCoreApplication.processEvents()

    def write(self, text: str) -> None:
        """Type a text; what is not on the keys comes as an input method hands it over."""
        for letter in text:
            if letter == "\n":
                self.key("Return")
            elif letter.isascii():
                QTest.keyClicks(self.target(), letter)
            else:
                written = QInputMethodEvent()
                written.setCommitString(letter)
                QCoreApplication.sendEvent(self.target(), written)
        QCoreApplication.processEvents()

    def find(self, parent: QWidget, kind: type[T], name: str = "") -> T:
        """A part of a window by its class and name, once it is in sight."""

        def seen() -> list[T]:
            every = parent.findChildren(kind, name) if name else parent.findChildren(kind)
            return [each for each in every if each.isVisible()]

        self.until(seen, f"{kind.__name__} {name} in sight")
        return seen()[0]

    def dialog(self, kind: type[T]) -> T:
        """The dialog of that class, once it is in sight."""
        self.until(lambda: self._seen(kind), f"{kind.__name__} in sight")
        return self._seen(kind)[0]

    @staticmethod
    def _seen(kind: type[T]) -> list[T]:
        return [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]

    def choose(self, path: Path, picture: str = "") -> None:
        """Type where a file is and its name, where one is asked for."""
        self.dialog(QFileDialog)
        self.write(str(path.parent))
        self.key("Return", "Ctrl+A")
        self.write(path.name)
        if picture:
            self.picture(picture)
        self.key("Return")
        self.until(lambda: not self._seen(QFileDialog), f"{path.name} chosen")

    def press(self, parent: QWidget, *, danger: bool = False) -> None:
        """Press the primary button of a dialog, or the dangerous one that stands apart."""
        wanted = "danger" if danger else "primary"
        button = next(b for b in parent.findChildren(Button) if b.property(wanted) and b.isVisible())
        button.click()
        QCoreApplication.processEvents()

    def close_dialogs(self) -> None:
        """Close every dialog in sight."""
        for each in QApplication.topLevelWidgets():
            if isinstance(each, QDialog) and each.isVisible():
                each.reject()
        self.settle()

    def picture(self, name: str, of: QWidget | None = None) -> Path:
        """Keep what the window in front looks like, with the dialogs over it."""
        self.settle()
        return self._take(name, of)

    def last_picture(self) -> None:
        """What it looked like when something did not happen."""
        if self._front is not None:
            self._take("did-not-happen", None)

    def _take(self, name: str, of: QWidget | None) -> Path:
        window = of or self._front
        assert window is not None
        self._pictures += 1
        path = self.folder / f"{self._pictures:02d}-{name}.png"
        shown = window.grab()
        self._paint_dialogs(window, shown)
        shown.save(str(path), quality=QUICKLY)
        return path

    def _paint_dialogs(self, window: QWidget, shown: object) -> None:
        from PySide6.QtGui import QColor, QPainter, QPixmap

        assert isinstance(shown, QPixmap)
        over = [
            w
            for w in QApplication.topLevelWidgets()
            if isinstance(w, QDialog) and w.isVisible() and _over(w, window)
        ]
        if not over:
            return
        painter = QPainter(shown)
        for dialog in over:
            painter.fillRect(shown.rect(), QColor(0, 0, 0, 70))
            at = window.rect().center() - dialog.rect().center()
            painter.drawPixmap(at, dialog.grab())
        painter.end()

    def close(self) -> None:
        """Close every window and what is behind it."""
        self.close_dialogs()
        for window in self.windows:
            window.shut()
            window.close()
            window.deleteLater()
        self.windows.clear()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _over(dialog: QDialog, window: QWidget) -> bool:
    parent = dialog.parentWidget()
    while parent is not None and parent is not window:
        parent = parent.parentWidget()
    return parent is window
