"""The data of a former release is brought to this one: what is being done, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.ui.kit.jobs import Job, JobRunner, Lane
from app.ui.start.card import Card
from app.ui.start.steps import Steps
from app.words import tr

STEPS = ("copy", "migrate", "compare", "check")

Told = Callable[[str, int, int], None]


class UpgradePage(Card):
    """Upgrades as soon as it is made. Signals: `finished()`; `failed(AppError)`: all is as it was.

    `upgrade(told)` does it, off the UI thread; it is told of every step, and how far that is.
    """

    finished = Signal()
    failed = Signal(object)
    _moved = Signal(str, int, int)

    def __init__(
        self, upgrade: Callable[[Told], object], jobs: JobRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            tr("The data is being upgraded…"),
            tr(
                "Đầu Mối was updated, and brings this desk's data along. It is done once. Leave the PC "
                "switched on; whatever happens, the data is either upgraded as a whole or stays as it was."
            ),
            width=560,
            parent=parent,
        )
        self.steps = Steps(
            (
                tr("Copy the data, and look the copy through"),
                tr("Bring it into its new form"),
                tr("Compare every value with the copy"),
                tr("Check the whole"),
            )
        )
        self.content.addWidget(self.steps)
        self.hold(tr("The window stays open until the data is upgraded, so that the day can begin at once."))
        self._moved.connect(self._show)
        self._began = monotonic()
        self._now = ("", 0, 0)
        self._show("copy", 0, 0)
        self._seen = ("", -1)
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self._say)
        self._clock.start()
        jobs.run(
            self,
            lambda job: upgrade(lambda step, done, total: self._tell(job, step, done, total)),
            settled=self._settled,
            done=lambda _: self.finished.emit(),
            failed=self.failed.emit,
            lane=Lane.IO,
        )

    def help_words(self) -> str:
        """See `Card.help_words`."""
        return tr(
            "A new release may keep the data in another form. Before it is used, every value is compared "
            "with the copy that was made first, and the copy is kept among the backups."
        )

    def _tell(self, job: Job[object], step: str, done: int, total: int) -> None:
        """Off the UI thread: each step, and each per cent of it, once."""
        job.step(0, 0)
        percent = done * 100 // total if total else 0
        if (step, percent) != self._seen:
            self._seen = (step, percent)
            self._moved.emit(step, done, total)

    def _show(self, step: str, done: int, total: int) -> None:
        if step == "copy":
            self.steps.begin()  # also of a head office in the same place, which comes after the desk
        self._now = (step, done, total)
        self._say()

    def _say(self) -> None:
        step, done, total = self._now
        words = tr("{percent} %", percent=done * 100 // total) if total else ""
        if step == "copy" and total and done == total:
            words, total = tr("The copy is being looked through."), 0
        elif step == "check":
            words = tr("Every page of the data and the newest acts are looked through.")
        minutes, seconds = divmod(int(monotonic() - self._began), 60)
        said = f"{words} · {minutes}:{seconds:02}" if words else f"{minutes}:{seconds:02}"
        self.steps.show_step(STEPS.index(step), said, done, total)

    def _settled(self) -> None:
        self.hold("")
        self._clock.stop()
