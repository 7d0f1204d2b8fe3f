"""Others' writing waits while the window is at work: a real database, a real event loop, real threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.models.database import Database, open_database
from app.window import courtesy
from app.window.courtesy import Courtesy
from tests.offices import START


class Writing:
    """A thread that writes rows without end, and counts them."""

    def __init__(self, database: Database) -> None:
        self.rows = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write, args=(database,))
        self._thread.start()

    def _write(self, database: Database) -> None:
        with database.transaction() as cur:
            cur.execute("CREATE TABLE written (a INTEGER PRIMARY KEY, b TEXT)")
            while not self._stop.is_set():
                cur.executemany("INSERT INTO written (b) VALUES (?)", [("x" * 20,)] * 200)
                self.rows += 200

    def end(self) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture
def made(qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[Courtesy, Writing]]:
    database = open_database(tmp_path / "office.db", START)
    manners = Courtesy()
    manners.watch(database)
    writing = Writing(database)
    yield manners, writing
    writing.end()
    database.close()


def at_work(seconds: float, meanwhile: Callable[[], object] = lambda: None) -> None:
    """The window does something that takes a while: nothing beats."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        meanwhile()


def test_who_writes_waits_while_the_window_is_at_work(
    qtbot: QtBot, made: tuple[Courtesy, Writing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE", 3.0)
    manners, writing = made
    qtbot.waitUntil(lambda: manners._timer.isActive() and writing.rows > 1000)
    qtbot.waitUntil(lambda: manners._patience == 3.0)
    at_work(0.1)  # the first of it shows that the beat is late
    before = writing.rows
    at_work(0.3)
    assert writing.rows == before
    qtbot.waitUntil(lambda: writing.rows > before + 1000)


def test_what_the_window_announces_is_waited_for_at_once(
    qtbot: QtBot, made: tuple[Courtesy, Writing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE", 3.0)
    monkeypatch.setattr(courtesy, "LATE", 60.0)  # only what is announced is late
    manners, writing = made
    qtbot.waitUntil(lambda: manners._timer.isActive() and writing.rows > 1000)
    qtbot.waitUntil(lambda: manners._patience == 3.0)
    manners.hurry()
    at_work(0.1)
    before = writing.rows
    at_work(0.2)
    assert writing.rows == before
    qtbot.waitUntil(lambda: writing.rows > before + 1000)


def test_a_window_that_hangs_does_not_stop_the_writing(qtbot: QtBot, made: tuple[Courtesy, Writing]) -> None:
    manners, writing = made
    qtbot.waitUntil(lambda: manners._timer.isActive() and writing.rows > 1000)
    before, end = writing.rows, time.perf_counter() + 20
    while writing.rows < before + 20_000 and time.perf_counter() < end:
        pass
    assert writing.rows >= before + 20_000


def test_the_windows_own_thread_never_waits(
    qtbot: QtBot, made: tuple[Courtesy, Writing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE", 3.0)
    manners, _writing = made
    qtbot.waitUntil(manners._timer.isActive)
    qtbot.waitUntil(lambda: manners._patience == 3.0)
    manners.hurry()
    assert manners.give_way() == 0
    assert manners._patience == 3.0  # none of it was spent


def test_nothing_beats_when_nobody_writes(
    qtbot: QtBot, made: tuple[Courtesy, Writing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courtesy, "REST", 0.1)
    manners, writing = made
    qtbot.waitUntil(manners._timer.isActive)
    writing.end()
    qtbot.waitUntil(lambda: not manners._timer.isActive())
    manners.hurry()
    assert manners._last == float("inf")
