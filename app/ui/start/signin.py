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
from app.words import tr


class SignInPage(Card):
    """Asks who is at the desk. Signal `signed_in(person)`.

    `people` are the login names; `check` is called off the UI thread (hashing takes its time by design).
    """

    signed_in = Signal(object)

    def __init__(
        self,
        office: str,
        desk: str,
        people: Sequence[str],
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
        self.login.addItems(list(people))
        self.login.setCurrentText("")
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.form = Form()
        self.form.add("login", tr("&Name"), self.login)
        self.form.add("password", tr("&Password"), self.password)
        self.content.addWidget(self.form)
        self.enter = Button(tr("Sign in"), self._submit, primary=True)
        self.acts.addWidget(self.enter)
        self.form.submitted.connect(self._submit)
        self.password.installEventFilter(self)

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
