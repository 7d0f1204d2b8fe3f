"""The page that covers the window while its person is away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.errors import AppError
from app.failures import sentence
from app.ui.kit.buttons import Button
from app.ui.kit.forms import Form
from app.ui.kit.jobs import JobRunner, Lane
from app.ui.start.card import Card
from app.words import tr

OTHER_KEY = "F2"


class LockPage(Card):
    """Asks for the PIN or the password of who works here. Signals: `unlocked()`; `other_asked()`: somebody
    else takes over.

    `check` is called off the UI thread; `with_pin`: whether the person's PIN opens it.
    """

    unlocked = Signal()
    other_asked = Signal()

    def __init__(
        self,
        place: str,
        person: str,
        check: Callable[[str], object],
        jobs: JobRunner,
        *,
        with_pin: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            tr("Locked"),
            tr("{person} works here ({place}). Everything stays as it was left.", person=person, place=place),
            parent=parent,
        )
        self._check, self._jobs = check, jobs
        self.said = QLineEdit()
        self.said.setEchoMode(QLineEdit.EchoMode.Password)
        self.form = Form()
        self.form.add("said", tr("&PIN or password") if with_pin else tr("&Password"), self.said)
        self.content.addWidget(self.form)
        self.other = Button(tr("Somebody else signs in"), self.other_asked.emit, key=OTHER_KEY, quiet=True)
        self.acts.insertWidget(0, self.other)
        self.enter = Button(tr("Unlock"), self._submit, key="Return", bound=False, primary=True)
        self.acts.addWidget(self.enter)
        self.form.submitted.connect(self._submit)
        self.said.installEventFilter(self)

    def help_words(self) -> str:
        """See `Card.help_words`."""
        return tr(
            "The window locks itself when nobody has used it for a while. Unlock it with your PIN, which you "
            "choose in the settings, or with your password. Whoever takes over signs in anew: what was being "
            "written down is kept as a draft."
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Enter unlocks."""
        entered = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        pressed = event.type() is QEvent.Type.KeyPress
        if pressed and isinstance(event, QKeyEvent) and event.key() in entered:
            self._submit()
            return True
        return super().eventFilter(watched, event)

    def _submit(self) -> None:
        said = self.said.text()
        if not self.enter.isEnabled() or not said:
            return
        self.fail("")
        self.enter.setEnabled(False)
        self._jobs.run(
            self,
            lambda _job: self._check(said),
            settled=lambda: self.enter.setEnabled(True),
            done=lambda _: self.unlocked.emit(),
            failed=self._failed,
            lane=Lane.IO,
        )

    def _failed(self, error: AppError) -> None:
        self.fail(sentence(error, tr))
        self.said.selectAll()
        self.said.setFocus()
