"""The key of this desk's data is lost on this PC: it is taken in again, or there are the ways on without."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import AppError
from app.sync.at_rest import from_words, keep_key
from app.sync.enrolment import identity_of
from app.ui.start.lost_key import LostKeyPage
from app.window.backups import Recovery, what_happened
from app.words import tr

if TYPE_CHECKING:
    from app.window.frame import DeskWindow


class LostKey:
    """For a window whose desk cannot be opened for that."""

    def __init__(self, window: DeskWindow, error: AppError) -> None:
        self._window, self._error = window, error
        identity = identity_of(window.home)
        desk = identity.desk if identity else ""
        mark = str(error.params["mark"])
        self.page = LostKeyPage(desk, mark, lambda words: keep_key(from_words(words, mark)), window.jobs)
        self.page.opened.connect(self._opened)
        self.page.again.connect(window.begin)
        self.page.others_asked.connect(self._others)
        self.page.left.connect(window.close)

    def show(self) -> None:
        """In place of everything else."""
        self._window.take_over(self.page, self)
        self.page.form.focus_first()

    def _opened(self, file: Path | None) -> None:
        window = self._window
        window.begin()
        if file is not None:
            words = tr(
                "The data is open, and this PC keeps its key. Delete {path}: whoever has it and this PC's "
                "disk can read the data.",
                path=file,
            )
            window.prompter.tell(window, words)

    def _others(self) -> None:
        recovery = Recovery(self._window, what_happened(self._error), self._error.code)
        recovery.show()
        recovery.look()
