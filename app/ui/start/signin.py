"""Sign-in: name and password, by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from app.domain.errors import AppError
from app.failures import sentence
from app.ui.kit.buttons import Button
from app.ui.kit.forms import Form
from app.ui.kit.jobs import JobRunner, Lane
from app.ui.start.card import Card
from app.words import LANGUAGES, tr

BETWEEN = " · "
"""Between a login name and who that is."""
NAMES = {"vi": "Tiếng Việt", "en": "English"}
"""Each language as it calls itself."""


class SignInPage(Card):
    """Asks who is at the desk. Signals: `signed_in(person)`; `language_chosen(code)`.

    `people` are login names, each with the name and the roles in words; `check` is called off the UI thread
    (hashing takes its time by design).
    """

    signed_in = Signal(object)
    language_chosen = Signal(str)

    def __init__(
        self,
        office: str,
        desk: str,
        people: Sequence[tuple[str, str]],
        check: Callable[[str, str], object],
        jobs: JobRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Sign in"), tr("{office} · desk {desk}", office=office, desk=desk), parent=parent)
        self._check = check
        self._jobs = jobs
        self.login = QComboBox()
        self.login.setEditable(True)
        self.login.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for login, words in people:
            self.login.addItem(f"{login}{BETWEEN}{words}", login)
        self.login.setCurrentText("")
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.form = Form()
        self.form.add("login", tr("&Name"), self.login)
        self.form.add("password", tr("&Password"), self.password)
        self.content.addWidget(self.form)
        other = next(code for code in LANGUAGES if code != tr.language)
        self.other = Button(NAMES[other], lambda: self.language_chosen.emit(other), key="F2", quiet=True)
        self.acts.insertWidget(0, self.other)
        self.enter = Button(tr("Sign in"), self._submit, key="Return", bound=False, primary=True)
        self.acts.addWidget(self.enter)
        self.form.submitted.connect(self._submit)
        self.password.installEventFilter(self)

    def type_login(self, text: str) -> None:
        """Puts a name there, as if typed."""
        self.login.setCurrentText(text)

    def help_words(self) -> str:
        """See `Card.help_words`."""
        return tr(
            "Type your sign-in name or choose it from the list (↓), then your password. Names and passwords "
            "are given by the head office, new passwords too where one is forgotten."
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Enter in the last field signs in, rather than going on to a next field."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._submit()
                return True
        return super().eventFilter(watched, event)

    def _submit(self) -> None:
        if not self.enter.isEnabled():
            return
        values = self.form.values()
        values["login"] = values["login"].partition(BETWEEN)[0].strip()
        empty = tr("Please fill in this field.")
        missing = {name: empty for name in ("login", "password") if not values[name]}
        self.form.show_errors(missing)
        if missing:
            return
        self.fail("")
        self.enter.setEnabled(False)
        self._jobs.run(
            self,
            lambda _job: self._check(values["login"], self.password.text()),
            settled=lambda: self.enter.setEnabled(True),
            done=self.signed_in.emit,
            failed=self._failed,
            lane=Lane.IO,
        )

    def _failed(self, error: AppError) -> None:
        self.fail(sentence(error, tr))
        self.password.selectAll()
        self.password.setFocus()
