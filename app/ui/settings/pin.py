"""A person's PIN at this desk."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.domain.errors import AppError
from app.failures import sentence
from app.ui.kit.buttons import Button, go_back
from app.ui.kit.dialog import Dialog, Sheet, foot
from app.ui.kit.forms import Form
from app.ui.kit.jobs import JobRunner, Lane
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, px
from app.words import tr

WIDE = 460


class PinDialog(Dialog):
    """Sets the PIN, or takes it away. Signal `changed(bool)`: whether there is one now.

    `keep(password, pin)` and `drop()` run off the UI thread; `there`: whether there is one that unlocks.
    """

    changed = Signal(bool)

    def __init__(
        self,
        parent: QWidget,
        keep: Callable[[str, str], object],
        drop: Callable[[], object],
        jobs: JobRunner,
        *,
        there: bool,
    ) -> None:
        super().__init__(parent, tr("PIN to unlock"))
        self._keep, self._drop, self._jobs = keep, drop, jobs
        self.form = Form()
        fields = (
            ("password", tr("&Password"), tr("The one you sign in with")),
            ("pin", tr("Ne&w PIN"), tr("4 to 8 figures, for this desk alone")),
            ("again", tr("PIN a&gain"), ""),
        )
        for name, label, hint in fields:
            hidden = QLineEdit()
            hidden.setEchoMode(QLineEdit.EchoMode.Password)
            self.form.add(name, label, hidden, hint, wide=True)
        self.wrong = Label(tone=Tone.WRONG, wrap=True)
        self.wrong.hide()
        sheet = Sheet()
        sheet.column.addWidget(Label(tr("PIN to unlock"), points=14, bold=True, wrap=True))
        words = tr(
            "It unlocks the window when you come back. Signing in takes the password, as ever; after five "
            "wrong tries unlocking does, too."
        )
        sheet.column.addWidget(Label(words, tone=Tone.SOFT, wrap=True))
        sheet.column.addWidget(self.form)
        sheet.column.addWidget(self.wrong)
        self.verb = Button(tr("Set the PIN"), self.submit, key="Ctrl+Return", primary=True)
        self.away = Button(tr("Remove the PIN"), self.remove, quiet=True)
        self.away.setVisible(there)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(20), px(24), px(16))
        column.setSpacing(px(12))
        column.addWidget(sheet, 1)
        column.addLayout(foot(go_back(self.reject), self.verb, aside=[self.away]))
        self.form.submitted.connect(self.submit)
        self.stand(WIDE)
        self.form.focus_first()

    def submit(self) -> None:
        """Sets it, once all three fit."""
        values = self.form.values()
        wrong = {name: tr("Please fill in this field.") for name, value in values.items() if not value}
        if not wrong and values["pin"] != values["again"]:
            wrong["again"] = tr("The two PINs differ.")
        self.form.show_errors(wrong)
        if not wrong:
            self._run(lambda: self._keep(values["password"], values["pin"]), there=True)

    def remove(self) -> None:
        """There is none any more."""
        self._run(self._drop, there=False)

    def _run(self, work: Callable[[], object], *, there: bool) -> None:
        self.wrong.hide()
        for each in (self.verb, self.away):
            each.setEnabled(False)
        self._jobs.run(
            self,
            lambda _job: work(),
            settled=self._settle,
            done=lambda _: self._done(there),
            failed=self._failed,
            lane=Lane.IO,
        )

    def _settle(self) -> None:
        for each in (self.verb, self.away):
            each.setEnabled(True)

    def _done(self, there: bool) -> None:
        self.accept()
        self.changed.emit(there)

    def _failed(self, error: AppError) -> None:
        at = {"sign_in.wrong": "password", "pin.form": "pin", "pin.easy": "pin"}.get(error.code)
        if at == "password":
            self.form.show_errors({at: tr("This is not your password.")})
        elif at:
            self.form.show_errors({at: sentence(error, tr)})
        else:
            self.wrong.setText(sentence(error, tr))
            self.wrong.show()
