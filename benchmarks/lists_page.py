"""The page of requests in the window, driven by keys, in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QEventLoop, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app.domain.clock import SteppingClock
from app.models import Staff
from app.queries.request_lists import EVERYTHING, Narrowed
from app.services.writer import Person
from app.ui.kit.later import later
from app.ui.requests.page import RequestsPage
from app.window.frame import DeskWindow
from app.window.program import run
from benchmarks.harness import percentile
from benchmarks.office import NOW
from benchmarks.stall_desk import Heart

PAGES = 100
HELD_MS = 33
"""A key that is held down comes 30 times a second, which is what keyboards are set to."""

PRESSED_MS = 120
"""Nobody presses a key again sooner."""

REST_MS = 300
TURNS = 5
CLERK = "yen"


class Driver:
    """A clerk at the list; `marks` holds what was measured."""

    def __init__(self) -> None:
        self.marks: dict[str, Any] = {}

    def ready(self, window: DeskWindow) -> None:
        """The window is made: begin once its event loop runs."""
        self.window = window
        later(window, self._drive)

    def _drive(self) -> None:
        window, desktop = self.window, self.window.desktop
        assert desktop is not None
        # Without the password, whose hash is slow by intention.
        with desktop.database.read.connect() as read:
            found = read.execute(select(Staff.id, Staff.name, Staff.roles).where(Staff.login == CLERK)).one()
        person = Person(found.id, found.name, tuple(found.roles))
        window.open_for(person)
        window.activateWindow()
        self._settle()
        main = window.main
        assert main is not None
        heart = Heart(window)
        self.marks["mine"] = self._timed(lambda: main.open_section("requests"))
        page = main.page("requests")
        assert isinstance(page, RequestsPage)
        self._page = page
        self._settle()
        heart.begin()
        self.marks["all"] = self._timed(lambda: page.choose_filter("all"))
        self._settle()
        stalls = [max(heart.late)]
        self.marks["requests"] = page.model.rowCount()
        self._settle()
        main.open_section("today")
        self._settle()
        page.model.set_ids([])
        self.marks["again"] = self._timed(lambda: main.open_section("requests"))
        self._settle()
        self.marks["narrowed"] = self._timed(lambda: self._narrow(SOME))
        self._settle()
        self._timed(lambda: self._narrow(EVERYTHING))
        self._settle()
        heart.begin()
        self.marks["sorted"] = self._timed(self._sort)
        self._settle()
        self.marks["stall"] = max(*stalls, max(heart.late))
        self._timed(lambda: page.choose_filter("all"))
        self._settle()
        self._keys()
        self._bare(person)
        QApplication.exit()

    def _narrow(self, by: Narrowed) -> None:
        self._page.bar.show_narrowed(by)
        self._page.bar.changed.emit()

    def _sort(self) -> None:
        self._page.table.show_sorts([("unit", False), ("area", False)])
        self._page.table.sort_asked.emit("unit", False)

    def _timed(self, act: Callable[[], object]) -> float:
        """Seconds from an act to the painted rows of the list that came of it."""
        begun = time.perf_counter()
        shown = False

        def arrived() -> None:
            nonlocal shown
            shown = True

        act()
        main = self.window.main
        page: Any = main.page("requests") if main is not None else None
        page.model.modelReset.connect(arrived)
        while not shown:  # asleep between events, as the program is
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        page.model.modelReset.disconnect(arrived)
        page.repaint()
        return time.perf_counter() - begun

    def _keys(self) -> None:
        table = self._page.table
        table.setFocus()
        self.marks["end"] = self._frame(lambda: QTest.keyClick(table, Qt.Key.Key_End))
        held = self._down(HELD_MS, lambda: QApplication.sendEvent(table, QKeyEvent(*DOWN, "", True)))
        QTest.keyRelease(table, Qt.Key.Key_PageDown)
        pressed = self._down(PRESSED_MS, lambda: QTest.keyClick(table, Qt.Key.Key_PageDown))
        self.marks |= {"held": max(held), "held_half": percentile(held, 50)}
        self.marks |= {"frame": max(pressed), "frame_half": percentile(pressed, 50)}
        self.marks["choose"] = self._frame(table.selectAll)

    def _down(self, every: int, press: Callable[[], object]) -> list[float]:
        """The frames of pages down from the top, a press every so many ms."""
        frames = []
        QTest.keyClick(self._page.table, Qt.Key.Key_Home)
        self._settle()
        for _ in range(PAGES):
            frames.append(self._frame(press))
            self._settle(every - frames[-1])
        return frames

    def _frame(self, act: Callable[[], object]) -> float:
        """Milliseconds from a key to what it made, painted, and the event loop free again."""
        begun = time.perf_counter()
        act()
        self._page.repaint()
        QApplication.processEvents()
        return (time.perf_counter() - begun) * 1000

    def _bare(self, person: Person) -> None:
        """Turn by turn; the quickest of each."""
        desktop = self.window.desktop
        assert desktop is not None
        queries = desktop.request_queries
        viewer = queries.viewer(person.id, person.roles)
        ours, bare = [], []
        for _ in range(TURNS):
            begun = time.perf_counter()
            ids = queries.ids("all", viewer, NOW, sort="received", descending=True)
            ours.append((time.perf_counter() - begun) * 1000)
            with desktop.database.read.connect() as read:
                begun = time.perf_counter()
                rows = read.exec_driver_sql(BARE, (desktop.office_no,)).fetchall()
                bare.append((time.perf_counter() - begun) * 1000)
            if [id.bytes for id in ids] != [id for (id,) in rows]:
                raise RuntimeError("the list is not what bare SQL says")
        self.marks |= {"ids": min(ours), "bare": min(bare), "ratio": min(ours) / min(bare)}

    def _settle(self, rest: float = REST_MS) -> None:
        """Until nothing runs, and so many ms at least."""
        end = time.perf_counter() + rest / 1000
        later(self.window, lambda: None, max(0, round(rest)))  # wakes the wait below
        while time.perf_counter() < end or self.window.jobs.busy:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


DOWN = (QEvent.Type.KeyPress, Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier)
BARE = "SELECT id FROM request_state WHERE office_no + 0 = ? ORDER BY received_at DESC, code DESC"
SOME = Narrowed(types=("leak", "no_supply"), channels=("walk_in",), period="year")


def page(home: str) -> dict[str, Any]:
    """Opens the window of a home, lets a clerk in, and drives the list: seconds for lists, milliseconds for
    frames."""
    driver = Driver()
    run(Path(home), SteppingClock(NOW), driver.ready)
    return driver.marks
