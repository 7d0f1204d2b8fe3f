"""The office's data comes to a new desk: what is being done, how far it is, and how to stop and go on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from app.domain.errors import AppError, Cancelled
from app.sync.client import Progress
from app.ui.kit.buttons import Button
from app.ui.kit.icons import pixmap
from app.ui.kit.jobs import Job, JobRunner, Lane
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, look, px, theme
from app.ui.start.card import Card
from app.ui.start.words import first_sentence
from app.ui.sync.words import rest_words, size_words
from app.words import tr

THOUSANDTHS = 1000
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
        self._at = 0
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        self._signs = [Label() for _ in STEPS]
        self._words = [Label(words) for words in self._step_words()]
        self.how_far = Label(tone=Tone.SOFT)
        for row, (sign, words) in enumerate(zip(self._signs, self._words, strict=True)):
            grid.addWidget(sign, row, 0, Qt.AlignmentFlag.AlignCenter)
            grid.addWidget(words, row, 1)
        self._grid = grid
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("How far it is"))
        self.content.addLayout(grid)
        self.content.addWidget(self.bar)
        self.content.addWidget(self.how_far)
        self.stop = Button(tr("Stop"), self._stop, key="Escape")
        self.go_on = Button(tr("Go on"), self.begin, key="Ctrl+Return", primary=True)
        self.acts.addWidget(self.stop)
        self.acts.addWidget(self.go_on)
        self._moved.connect(self._show)
        look.changed.connect(self._dress)
        self.begin()

    def begin(self) -> None:
        """Begin, or go on."""
        self.fail("")
        self._at = 0
        self._say(tr("Asking the head office…"), 0, 0)
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
        self.how_far.setText("")
        if isinstance(error, Cancelled):
            self.how_far.setText(tr("Stopped. What has come is kept."))
        else:
            self.fail(first_sentence(error))
        self.go_on.setFocus()

    def _working(self, working: bool) -> None:
        self.stop.setVisible(working)
        self.stop.setEnabled(working)
        self.bar.setVisible(working)
        self.go_on.setVisible(not working)
        if working:
            self.stop.setFocus()
        self._dress()

    def _show(self, progress: Progress) -> None:
        """How far it is now."""
        self._at = max(self._at, STEPS.index(progress.phase) if progress.phase in STEPS else 0)
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
        self._say(said, done, total)
        self._dress()

    def _say(self, words: str, done: int, total: int) -> None:
        self.how_far.setText(words)
        self.bar.setRange(0, THOUSANDTHS if total else 0)
        self.bar.setValue(done * THOUSANDTHS // max(total, 1))

    def _step_words(self) -> tuple[str, ...]:
        return (
            tr("Ask the head office"),
            tr("Fetch the data"),
            tr("Put it in place on this PC"),
            tr("Fetch what is new since"),
        )

    def _dress(self) -> None:
        self._grid.setHorizontalSpacing(px(8))
        self._grid.setVerticalSpacing(px(6))
        self.bar.setFixedHeight(px(6))
        for at, (sign, words) in enumerate(zip(self._signs, self._words, strict=True)):
            done, now = at < self._at, at == self._at
            words.set_tone(Tone.PLAIN if done or now else Tone.SOFT)
            name = "check" if done else "hourglass" if now else ""
            ink = theme().good if done else theme().accent
            size = px(16)
            sign.setFixedSize(size, size)
            if name:
                sign.setPixmap(pixmap(name, ink, size, self.devicePixelRatioF()))
            else:
                sign.clear()
