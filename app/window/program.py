"""The program with its window: from its start to its end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.clock import Clock
from app.domain.errors import AppError
from app.logs import Diary
from app.sync.transport import Transport
from app.sync.update_folder import UpdateFolder
from app.ui.kit import theme
from app.ui.kit.later import later
from app.ui.settings.page import Preferences
from app.ui.shell.texts import use_language
from app.window.frame import DeskWindow
from app.window.instance import Act, Instance, Message, ask
from app.window.preferences import read_preferences
from app.window.waste import Waste

SMALL_SCREEN = 1500
"""On a screen less wide than this the window takes all of it."""

TITLE_BAR = 48
"""As many pixels are left for the bar that the system puts above the window."""


def application(preferences: Preferences) -> QApplication:
    """The Qt application in the chosen look and language."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    if app.findChild(Waste) is None:
        Waste(app)
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
        later(window, start)  # in the loop, where a failure is said and not only printed
        try:
            return app.exec()
        finally:
            window.shut()
            keeper.last()
            instance.release()
            if diary is not None:
                diary.close()
