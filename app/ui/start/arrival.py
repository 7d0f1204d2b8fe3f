"""The office's data comes to a new desk: what is being done, how far it is, and how to stop and go on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from app.domain.errors import AppError, Cancelled
from app.failures import last_sentence
from app.sync.client import Progress
from app.ui.kit.buttons import Button
from app.ui.kit.jobs import Job, JobRunner, Lane
from app.ui.start.card import Card
from app.ui.start.steps import Steps
from app.ui.sync.words import rest_words, size_words
from app.words import tr

STEPS = ("preparing", "snapshot", "installing", "receiving")
"""What is done one after the other; each may be left out."""

Told = Callable[[Progress | None], None]


class ArrivalPage(Card):
    """Brings the office's data to this desk. Signals: `finished()`.

    `bring(told)` does it, off the UI thread; it is told of every step, and breaks off when that raises. What
    came before it was stopped is kept.
    """

    finished = Signal()
    _moved = Signal(object)

    def __init__(
        self, desk: str, bring: Callable[[Told], object], jobs: JobRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            tr("The office's data is coming to this desk"),
            tr(
                "Desk {desk} belongs to the office now. This is done once; when it breaks off it goes on "
                "where it was.",
                desk=desk,
            ),
            width=560,
            parent=parent,
        )
        self._bring, self._jobs = bring, jobs
        self._job: Job[object] | None = None
        self.steps = Steps(self._step_words())
        self.content.addWidget(self.steps)
        self.stop = Button(tr("Stop"), self._stop, key="Escape")
        self.go_on = Button(tr("Go on"), self.begin, key="Ctrl+Return", primary=True)
        self.acts.addWidget(self.stop)
        self.acts.addWidget(self.go_on)
        self._moved.connect(self._show)
        self.begin()

    def begin(self) -> None:
        """Begin, or go on."""
        self.fail("")
        self.steps.begin()
        self.steps.show_step(0, tr("Asking the head office…"))
        self._working(True)
        self._job = self._jobs.run(
            self,
            self._work,
            done=lambda _: self.finished.emit(),
            failed=self._failed,
            lane=Lane.IO,
        )

    def help_words(self) -> str:
        """See `Card.help_words`."""
        return tr(
            "The office's customers, requests and figures are fetched from the head office and put in place "
            "on this PC, so that it can work without a connection afterwards."
        )

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        (self.stop if self.stop.isVisibleTo(self) else self.go_on).setFocus()

    def _work(self, job: Job[object]) -> object:
        def told(progress: Progress | None) -> None:
            if progress is not None:
                job.step(0, 0)
                self._moved.emit(progress)

        return self._bring(told)

    def _stop(self) -> None:
        if self._job is not None and self.stop.isEnabled():
            self.stop.setEnabled(False)
            self._job.cancel()

    def _failed(self, error: AppError) -> None:
        self._working(False)
        stopped = isinstance(error, Cancelled)
        self.steps.how_far.setText(tr("Stopped. What has come is kept.") if stopped else "")
        if not stopped:
            self.fail(last_sentence(error, tr))
        self.go_on.setFocus()

    def _working(self, working: bool) -> None:
        self.stop.setVisible(working)
        self.stop.setEnabled(working)
        self.steps.bar.setVisible(working)
        self.go_on.setVisible(not working)
        if working:
            self.stop.setFocus()

    def _show(self, progress: Progress) -> None:
        """How far it is now."""
        done, total = progress.done_bytes, progress.total_bytes
        if progress.phase == "preparing":
            said = tr("The head office puts the data of the office together; that takes it up to a minute.")
            done = total = 0
        elif progress.phase == "installing":
            said = tr("{percent} %", percent=done * 100 // max(total, 1))
        else:
            far = tr("{done} of {total}", done=size_words(done), total=size_words(total))
            rest = rest_words(progress.seconds_left)
            said = f"{far} · {rest}" if rest else far
        at = STEPS.index(progress.phase) if progress.phase in STEPS else 0
        self.steps.show_step(at, said, done, total)

    def _step_words(self) -> tuple[str, ...]:
        return (
            tr("Ask the head office"),
            tr("Fetch the data"),
            tr("Put it in place on this PC"),
            tr("Fetch what is new since"),
        )
