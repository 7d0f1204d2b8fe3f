"""How soon the window can be used: from the start of the process to what is painted."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.harness import Figure, Size, apart
from benchmarks.office import NOW, kept_office

TITLE = "The window"
LIMIT_S = 1.5


def measure(size: Size) -> list[Figure]:
    """The large office beside the small one; medians, after one start that warms the disk's cache."""
    large, little = _starts(size.customers, size.runs), _starts(size.small, size.runs)
    figures = []
    for customers, run in ((size.customers, large), (size.small, little)):
        limit = LIMIT_S if customers == size.customers else None
        of = f"{customers} customers"
        figures += [
            Figure(f"{of}: sign-in painted", run["sign_in"], "s"),
            Figure(f"{of}: first page painted after sign-in", run["page"], "s"),
            Figure(f"{of}: both", run["sign_in"] + run["page"], "s", limit),
            Figure(f"{of}: all its figures are there after sign-in", run["settled"], "s"),
        ]
    grown = (large["sign_in"] + large["page"]) / (little["sign_in"] + little["page"])
    return [*figures, Figure("large, times small", grown, "×", 1.2)]


def _starts(customers: int, runs: int) -> dict[str, float]:
    home = str(kept_office(customers))
    taken: dict[str, list[float]] = {"sign_in": [], "page": [], "settled": []}
    for number in range(runs + 1):
        found = apart("benchmarks.window:start", home=home)
        if number or not runs:
            taken["sign_in"].append(found["sign_in"] - found["started"])
            taken["page"].append(found["page"])
            taken["settled"].append(found["settled"])
    return {what: statistics.median(some) for what, some in taken.items()}


def start(home: str) -> dict[str, Any]:
    """One start, in its own process: opens the window of a home as the program does, lets a supervisor in."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QWidget

    from app.domain.clock import SteppingClock
    from app.window.frame import DeskWindow, run

    class Painted(QObject):
        """Calls back once, when a widget and all in it have been painted."""

        def __init__(self, widget: QWidget, then: Callable[[], object]) -> None:
            super().__init__(widget)
            self._widget, self._then = widget, then
            widget.installEventFilter(self)
            widget.update()

        def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() is QEvent.Type.Paint:
                self._widget.removeEventFilter(self)
                QTimer.singleShot(0, self._then)
            return False

    marks: dict[str, Any] = {}

    def ready(window: QObject) -> None:
        assert isinstance(window, DeskWindow)
        page = window.currentWidget()
        assert page is not None
        Painted(page, lambda: let_in(window))

    def let_in(window: DeskWindow) -> None:
        from benchmarks.office import person

        marks["sign_in"] = time.time()
        assert window.desktop is not None
        mai = person(window.desktop, "mai")
        marks["entered"] = time.perf_counter()
        window.open_for(mai)
        assert window.main is not None
        Painted(window.main, lambda: seen(window))

    def seen(window: DeskWindow) -> None:
        marks["page"] = time.perf_counter() - marks.pop("entered")
        begun = time.perf_counter() - marks["page"]

        def finish() -> None:
            if window.jobs.busy:
                return
            window.jobs.busy_changed.disconnect(finish)
            assert window.main is not None
            Painted(window.main, end)

        def end() -> None:
            marks["settled"] = time.perf_counter() - begun
            QApplication.exit()

        window.jobs.busy_changed.connect(finish)
        finish()

    run(Path(home), SteppingClock(NOW), ready)
    return marks
