"""The set-up of a new installation: come to an office by a code or a file, or found one here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLineEdit, QStackedWidget, QWidget

from app.domain.errors import AppError
from app.domain.invitations import read_code
from app.failures import last_sentence, sentence
from app.sync.start_file import SUFFIX
from app.ui.kit.buttons import Button
from app.ui.kit.forms import Form
from app.ui.kit.jobs import JobRunner, Lane
from app.ui.kit.letters import LetterBox
from app.ui.shell.protection import covered
from app.ui.start.card import Card
from app.ui.start.choices import Choice, Choices
from app.ui.start.code_edit import CodeEdit, accented_words
from app.words import tr

MIN_PASSWORD = 8
PHONE, FILE, FOUND = "phone", "file", "found"
"""Ways in which a desk comes to its office."""
FILE_CODE, FOUNDING = 2, 3
"""Steps to which they lead."""


@dataclass(frozen=True, slots=True)
class SetUpAnswers:
    """What the set-up asks of a new utility."""

    language: str
    utility: str
    kind: str
    currency: str
    zone: str
    tariff_set: str
    office: str
    address: str
    phone: str
    desk: str
    admin_name: str
    admin_login: str
    admin_password: str


class EnrolByFile(Protocol):
    """Makes this PC a desk by a file."""

    def __call__(self, path: Path, *, encrypted: bool) -> object: ...


class EnrolByPhone(Protocol):
    """Makes this PC a desk by an address and a code."""

    def __call__(self, address: str, code: str, *, encrypted: bool) -> object: ...


class BeginByFile(Protocol):
    """Makes this PC a desk by a file that holds the office's data too, and its code."""

    def __call__(self, path: Path, code: str, *, encrypted: bool) -> object: ...


class SetUpPage(QStackedWidget):
    """Set-up, step by step. Signals: `finished()`; `language_chosen(language)` as soon as it is chosen.

    `found(answers)`, `enrol(path)` and `enrol_by_phone(address, code)` do the work, off the UI thread; an
    AppError of theirs is shown.
    """

    finished = Signal()
    language_chosen = Signal(str)

    def __init__(
        self,
        found: Callable[[SetUpAnswers], object],
        enrol: EnrolByFile,
        enrol_by_phone: EnrolByPhone,
        begin_by_file: BeginByFile,
        tariff_sets: Sequence[str],
        jobs: JobRunner,
        language: str = "vi",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._found, self._enrol, self._enrol_by_phone = found, enrol, enrol_by_phone
        self._begin_by_file = begin_by_file
        self._file = Path()
        self._jobs = jobs
        self._language = language
        self._tariff_sets = tariff_sets
        self._answers: dict[str, Any] = {}
        self._steps: list[_Step] = []
        self.begin()

    def begin(self) -> None:
        """The first step, in the language of now."""
        while self.count():
            old = self.widget(0)
            self.removeWidget(old)
            old.deleteLater()
        self._steps = []
        for title, words, form in (
            (tr("Welcome"), tr("This PC becomes a desk of a district office."), self._welcome()),
            (
                tr("A code by phone"),
                tr("Ask the head office for an invitation: it tells an address and a code."),
                self._phone(),
            ),
            (
                tr("The code of the file"),
                "",
                self._file_code(),
            ),
            (tr("The utility"), tr("These can be changed later by the head office."), self._utility()),
            (tr("Office and desk"), tr("The desk's short name stands in every code."), self._office()),
            (tr("First administrator"), tr("Lets the others in."), self._admin()),
        ):
            step = _Step(self, title, words, form)
            self._steps.append(step)
            self.addWidget(step)
        self._steps[0].form.focus_first()

    @property
    def step(self) -> _Step:
        """The step in sight."""
        return self._steps[self.currentIndex()]

    def _welcome(self) -> Form:
        form = Form()
        language = _choice([("vi", "Tiếng Việt"), ("en", "English")])
        language.setCurrentIndex(language.findData(self._language))
        language.activated.connect(lambda _: self._change_language(language.currentData()))
        self.ways = Choices(
            [
                Choice(
                    PHONE,
                    tr("A code that the head office tells by phone"),
                    tr("The head office can be reached over the network from here."),
                ),
                Choice(
                    FILE,
                    tr("A file from the head office"),
                    tr("It came by e-mail or on a USB stick."),
                ),
                Choice(
                    FOUND,
                    tr("A new office: this PC keeps the head office too"),
                    tr("For a small utility, or to begin alone. Other desks can join later."),
                ),
            ]
        )
        form.add("language", tr("&Language"), language)
        self.encrypted = QCheckBox()
        form.add(
            "encrypted",
            tr("&Encrypt the data on this PC"),
            self.encrypted,
            covered() + " " + tr("The head office holds the key, too."),
        )
        form.add("way", tr("How does this desk come to its office?"), self.ways, wide=True)
        return form

    def _phone(self) -> Form:
        form = Form()
        like = tr("As it is told, like 10.0.0.5")
        form.add("address", tr("&Address of the head office"), QLineEdit(), like)
        self._add_code(form, "code")
        return form

    def _file_code(self) -> Form:
        form = Form()
        self._add_code(form, "file_code")
        return form

    @staticmethod
    def _add_code(form: Form, name: str) -> None:
        code = CodeEdit()
        form.add(name, tr("&Code"), code, tr("Sixteen letters and figures; small letters will do"))
        code.accented.connect(lambda: form.show_errors({name: accented_words()}))

    def _utility(self) -> Form:
        form = Form()
        form.add("utility", tr("&Name of the utility"), QLineEdit(), wide=True)
        kinds = [("water", tr("Water")), ("wastewater", tr("Wastewater")), ("electricity", tr("Electricity"))]
        form.add("kind", tr("&Supplies"), _choice(kinds))
        form.add("currency", tr("&Currency"), _choice([("VND", "VND (đ)"), ("CNY", "CNY (¥)")]))
        zones = [("Asia/Ho_Chi_Minh", tr("Vietnam (UTC+7)")), ("Asia/Shanghai", tr("China (UTC+8)"))]
        form.add("zone", tr("Time &zone"), _choice(zones))
        known = {
            "tra_vinh_water": tr("Water, Trà Vinh 2017"),
            "hai_phong_water": tr("Water, Hải Phòng 2024"),
            "electricity_6": tr("Electricity, six blocks 2025"),
            "electricity_5": tr("Electricity, five blocks 2025"),
        }
        prices = [(name, known.get(name, name)) for name in self._tariff_sets]
        form.add("tariff_set", tr("&Prices to begin with"), _choice(prices))
        return form

    def _office(self) -> Form:
        form = Form()
        form.add("office", tr("&Office"), QLineEdit(), wide=True)
        form.add("address", tr("&Address"), QLineEdit(), wide=True)
        form.add("phone", tr("&Phone"), QLineEdit())
        form.add("desk", tr("&Desk"), QLineEdit(), tr("Two to eight letters and figures, as BN01"))
        return form

    def _admin(self) -> Form:
        form = Form()
        form.add("admin_name", tr("&Full name"), QLineEdit())
        form.add("admin_login", tr("&Sign-in name"), QLineEdit())
        for name, label in (("admin_password", tr("&Password")), ("again", tr("Password a&gain"))):
            hidden = QLineEdit()
            hidden.setEchoMode(QLineEdit.EchoMode.Password)
            form.add(name, label, hidden, tr("At least 8 characters") if name == "admin_password" else "")
        return form

    def _change_language(self, language: str) -> None:
        self._language = language
        self.language_chosen.emit(language)
        self.begin()

    def forward(self) -> None:
        """Take the step's answers; go on, or do the work after the last."""
        step = self.step
        values = step.form.values()
        errors = self._wrong(values)
        step.form.show_errors(errors)
        if errors:
            return
        self._answers.update(values)
        if values.get("way") == FILE:
            self._choose_file()
        elif "code" in values:
            chosen = self.encrypted.isChecked()
            self._work(lambda: self._enrol_by_phone(values["address"], values["code"], encrypted=chosen))
        elif "file_code" in values:
            file, encrypted = self._file, self.encrypted.isChecked()
            self._work(lambda: self._begin_by_file(file, values["file_code"], encrypted=encrypted))
        elif step is self._steps[-1]:
            taken = {k: v for k, v in self._answers.items() if k in SetUpAnswers.__dataclass_fields__}
            answers = SetUpAnswers(**taken)
            self._work(lambda: self._found(answers))
        else:
            self.setCurrentIndex(FOUNDING if values.get("way") == FOUND else self.currentIndex() + 1)
            self.step.form.focus_first()

    def back(self) -> None:
        """The step before."""
        self.setCurrentIndex(self.currentIndex() - 1 if self.currentIndex() > FOUNDING else 0)
        self.step.form.focus_first()

    def _wrong(self, values: Mapping[str, Any]) -> dict[str, str]:
        wrong = {name: tr("Please fill in this field.") for name, value in values.items() if value == ""}
        for name in ("code", "file_code"):
            if values.get(name):
                try:
                    read_code(values[name])
                except AppError as error:
                    wrong[name] = sentence(error, tr)
        if values.get("way") == FOUND and values["encrypted"]:
            wrong["encrypted"] = tr(
                "Where this PC keeps the head office too, encrypting the desk's data would protect nothing: "
                "encrypt the disk of the PC instead."
            )
        desk = str(values.get("desk", "")).upper()
        if desk and not (2 <= len(desk) <= 8 and desk.isalnum() and desk.isascii() and desk[0].isalpha()):
            wrong["desk"] = tr("Two to eight letters and figures, as BN01")
        password = values.get("admin_password")
        if password and len(password) < MIN_PASSWORD:
            wrong["admin_password"] = tr("At least 8 characters")
        elif password and password != values["again"]:
            wrong["again"] = tr("The two passwords differ.")
        return wrong

    def _choose_file(self) -> None:
        kinds = tr("Files of the head office (*.daumoi-enrolment *.daumoi-start)")
        dialog = QFileDialog(self, tr("Enrolment file"), "", kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take_file)
        dialog.open()

    def take_file(self, path: str) -> None:
        """Enrol this PC by a file; one that holds the office's data too has a code. Not while one is taken
        in already."""
        if not self.step.next.isEnabled():
            return
        if path.endswith(SUFFIX):
            self._ask_code(Path(path))
            return
        chosen = self.encrypted.isChecked()
        self._work(lambda: self._enrol(Path(path), encrypted=chosen))

    def _ask_code(self, file: Path) -> None:
        self._file = file
        self.setCurrentIndex(FILE_CODE)
        self.step.say(
            tr("{file} holds the office's data; the head office tells its code by phone.", file=file.name)
        )
        self.step.fail("")
        self.step.form.focus_first()

    def _work(self, work: Callable[[], object]) -> None:
        step = self.step
        step.fail("")
        step.set_working(True)
        step.sentence.setText(tr("Setting up…"))
        self._jobs.run(
            self,
            lambda _job: work(),
            settled=lambda: step.set_working(False),
            done=lambda _: self.finished.emit(),
            failed=lambda error: self._failed(step, error),
            lane=Lane.IO,
        )

    @staticmethod
    def _failed(step: _Step, error: AppError) -> None:
        step.sentence.setText(step.words)
        step.fail(last_sentence(error, tr))


class _Step(Card):
    """One page of the set-up."""

    def __init__(self, owner: SetUpPage, title: str, words: str, form: Form) -> None:
        super().__init__(title, words, width=780)
        self.words, self.form = words, form
        self.content.addWidget(form)
        self.previous = Button(tr("Previous step"), owner.back, key="Alt+Left", quiet=True)
        self.next = Button(tr("Continue"), owner.forward, key="Ctrl+Return", primary=True)
        self.acts.addWidget(self.previous)
        self.acts.addWidget(self.next)
        self.previous.setVisible(owner.count() > 0)

    def set_working(self, working: bool) -> None:
        """While it is set up there is nothing else to do here."""
        for each in (self.next, self.previous):
            each.setEnabled(not working)

    def say(self, words: str) -> None:
        """What the page is about, where that is known only when it is shown."""
        self.words = words
        self.sentence.setText(words)


def _choice(items: Sequence[tuple[str, str]]) -> QComboBox:
    choice = LetterBox()
    for value, words in items:
        choice.addItem(words, value)
    return choice
