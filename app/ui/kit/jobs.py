"""The only way work leaves the UI thread."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from app.domain.errors import AppError, Cancelled

log = logging.getLogger(__name__)
T = TypeVar("T")
TICK = 0.1
"""Least time between two reports of progress, in seconds."""


class Lane(Enum):
    """DB is one thread wide so that writes never race; IO is for the network, files and printers."""

    DB = 1
    IO = 4


class Job(Generic[T]):
    """Handle for the caller (to cancel) and for the work (to report how far it is)."""

    def __init__(self, report: Callable[[int, int], None]) -> None:
        self._stop = threading.Event()
        self._report = report
        self._last = 0.0

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()

    def cancel(self) -> None:
        """Asks the work to stop at its next `step`; work that has not begun does not begin."""
        self._stop.set()

    def step(self, done: int, total: int) -> None:
        """Call inside loops: raises Cancelled, tells progress at most ten times a second."""
        if self._stop.is_set():
            raise Cancelled
        now = time.monotonic()
        if done == total or now - self._last > TICK:
            self._last = now
            self._report(done, total)


@dataclass(slots=True)
class _Order:
    """What the UI thread keeps of a running job. The worker is never the last to hold a widget, nor an error:
    its traceback holds what the work was about."""

    owner: QObject
    work: Callable[[Job[Any]], Any]
    done: Callable[[Any], object]
    failed: Callable[[AppError], object] | None
    settled: Callable[[], object] | None
    progress: Callable[[int, int], object] | None
    result: Any = None
    error: BaseException | None = None


class JobRunner(QObject):
    """Lives in the UI thread and owns every signal; workers are plain Python.

    Signals: `crashed(error)` for what nobody expected; `refused(error)` for each failure that has words, for
    whoever listens besides; `busy_changed(running)` when a job begins or ends.
    """

    crashed = Signal(object)
    refused = Signal(object)
    busy_changed = Signal(int)
    _moved = Signal(object, int, int)
    _ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = {lane: ThreadPoolExecutor(lane.value, lane.name) for lane in Lane}
        self._orders: dict[Job[Any], _Order] = {}
        self._ended_for_good = False
        self._moved.connect(self._on_moved, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> int:
        """How many jobs have begun or wait and are not yet settled."""
        return len(self._orders)

    def run(
        self,
        owner: QObject,
        work: Callable[[Job[T]], T],
        *,
        done: Callable[[T], object],
        failed: Callable[[AppError], object] | None = None,
        settled: Callable[[], object] | None = None,
        progress: Callable[[int, int], object] | None = None,
        lane: Lane = Lane.DB,
    ) -> Job[T]:
        """Runs `work` off the UI thread; callbacks run on it, and only while `owner` lives.

        `settled` always comes first; then exactly one of `done`, `failed` (an expected failure; a cancelled
        job arrives there as Cancelled) or the signal `crashed`. Call it from the UI thread. After `shutdown`
        nothing is run: the job comes back cancelled.
        """
        job: Job[T] = Job(lambda d, t: self._moved.emit(job, d, t))
        if self._ended_for_good:
            job.cancel()
            return job
        self._orders[job] = _Order(owner, work, done, failed, settled, progress)
        self._lanes[lane].submit(self._work, job)
        self.busy_changed.emit(len(self._orders))
        return job

    def shutdown(self) -> None:
        """Cancels everything and waits for the threads; nothing is called back or begun afterwards."""
        self._ended_for_good = True
        for job in self._orders:
            job.cancel()
        for lane in self._lanes.values():
            lane.shutdown(wait=True, cancel_futures=True)
        self._orders.clear()

    def _work(self, job: Job[Any]) -> None:
        try:
            if job.cancelled:
                raise Cancelled
            self._orders[job].result = self._orders[job].work(job)
        except BaseException as error:  # noqa: BLE001 - every end of a job is told to the UI thread
            self._orders[job].error = error
        self._ended.emit(job)

    @Slot(object, int, int)
    def _on_moved(self, job: Job[Any], done: int, total: int) -> None:
        order = self._orders.get(job)
        if order is not None and order.progress is not None and isValid(order.owner):
            order.progress(done, total)

    @Slot(object)
    def _on_ended(self, job: Job[Any]) -> None:
        order = self._orders.pop(job, None)
        self.busy_changed.emit(len(self._orders))
        if order is None:
            return
        alive, error = isValid(order.owner), order.error
        if isinstance(error, AppError):
            self.refused.emit(error)
        if alive and order.settled is not None:
            order.settled()
        if error is None:
            if alive and isValid(order.owner):
                order.done(order.result)
        elif isinstance(error, AppError) and order.failed is not None:
            if alive and isValid(order.owner):
                order.failed(error)
        elif not isinstance(error, Cancelled):
            # Also for an owner that is gone: a fault is reported, not swallowed.
            log.error("job crashed", exc_info=error)
            self.crashed.emit(error)


class Latest:
    """Only the newest of its kind counts: a search as one types. The one before is cancelled and unheard."""

    def __init__(self, jobs: JobRunner, owner: QObject, lane: Lane = Lane.DB) -> None:
        self._jobs, self._owner, self._lane = jobs, owner, lane
        self._job: Job[Any] | None = None

    def run(
        self,
        work: Callable[[Job[T]], T],
        *,
        done: Callable[[T], object],
        failed: Callable[[AppError], object] | None = None,
        settled: Callable[[], object] | None = None,
    ) -> None:
        """As `JobRunner.run`, for the newest only."""
        if self._job is not None:
            self._job.cancel()
        job: Job[T]

        def newest(call: Callable[[Any], object] | None) -> Callable[[Any], object]:
            return lambda value: call(value) if call is not None and self._job is job else None

        def settle() -> None:
            if self._job is job and settled is not None:
                settled()

        job = self._jobs.run(
            self._owner,
            work,
            done=newest(done),
            failed=self._failed(failed, newest),
            settled=settle,
            lane=self._lane,
        )
        self._job = job

    @staticmethod
    def _failed(
        failed: Callable[[AppError], object] | None,
        newest: Callable[[Callable[[Any], object] | None], Callable[[Any], object]],
    ) -> Callable[[AppError], object] | None:
        return None if failed is None else newest(failed)
