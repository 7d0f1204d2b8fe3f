"""A letter to the customer: a text is chosen, filled from the request, mended, saved and printed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.documents.office import letterhead
from app.documents.papers import LetterPaper
from app.domain import letters, names
from app.domain.requests import UNTOLD, may
from app.queries.requests import RequestStory
from app.services.letters import NewLetter, Written
from app.ui.kit.act_dialog import Done
from app.ui.kit.buttons import Button, go_back
from app.ui.kit.dialog import FormDialog, Sheet
from app.ui.kit.inputs import Check, NoteEdit
from app.ui.kit.jobs import Job, Lane
from app.ui.kit.labels import Label
from app.ui.kit.letters import choice
from app.ui.kit.theme import Tone, px
from app.ui.kit.toast import toast
from app.ui.requests.letter_papers import paper_of, write_paper
from app.ui.requests.room import RequestRoom
from app.words import Words, tr

NO_TEMPLATE = ""
WIDE = 900
"""See `Dialog.stand`."""


class LetterDialog(FormDialog):
    """F9 saves under the next number of the register and prints; F8 shows it before; F10 saves it for Word.

    What was typed over a filled text is only replaced by another one when the person says so.
    """

    def __init__(self, parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> None:
        title = tr("Letter about {code}", code=story.row.code)
        super().__init__(parent, room, title)
        self._room, self._story, self._done = room, story, done
        self._over = parent.window()
        self._entry_id = room.new_id()
        self._templates = room.rules.letter_templates(room.today())
        self._filled = ""
        self._chosen = ("", "")
        self._answers = _may_answer(room, story)
        self._add_fields()
        self._lay_out(title)
        self._template.setCurrentIndex(self._template.findData(self._first_template()))
        self._fill()
        self._template.currentIndexChanged.connect(lambda _n: self._choose())
        self._language.currentIndexChanged.connect(lambda _n: self._choose())
        self._closes.toggled.connect(lambda _on: self._show_outcome())
        self._outcome.currentIndexChanged.connect(lambda _n: self._outcome_chosen())
        self._text.textChanged.connect(self._say_gaps)
        self._show_outcome()

    def _add_fields(self) -> None:
        room, row = self._room, self._story.row
        named = {code: t.name for (code, language), t in self._templates.items() if language == tr.language}
        for (code, _), template in self._templates.items():
            named.setdefault(code, template.name)
        order = [c for c in letters.KINDS if c in named] + [c for c in named if c not in letters.KINDS]
        self._template = choice(
            {code: named[code] for code in order} | {NO_TEMPLATE: tr("Without a template")}
        )
        self._language = choice(names.letter_languages(tr), room.rules.utility.language)
        signers = room.letters.queries.signers()
        self._signers = signers
        signs = {str(n): " · ".join(p for p in (s.name, s.title) if p) for n, s in enumerate(signers)}
        self._addressee, self._address = QLineEdit(row.contact_name), QLineEdit(row.address or "")
        self._subject, self._text = QLineEdit(), NoteEdit(11)
        self._closes = Check()
        self._outcome = choice(names.outcomes(tr), "explained")
        form = self.form
        form.add("template", tr("&Template"), self._template)
        form.add("language", tr("&Language"), self._language)
        form.add("addressee", tr("To &whom"), self._addressee)
        form.add("address", tr("&Address"), self._address)
        form.add("subject", tr("&Subject"), self._subject)
        form.add("signed_by", tr("Si&gned by"), choice(signs))
        form.add("text", tr("Te&xt"), self._text, wide=True)
        form.add(
            "closes", tr("This letter tells the &customer the answer; the request is closed"), self._closes
        )
        form.add("outcome", tr("&Outcome"), self._outcome)
        form.set_field_visible("closes", self._answers)
        form.submitted.connect(self.save)

    def _lay_out(self, title: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(16), px(24), px(16))
        column.setSpacing(px(8))
        column.addWidget(Label(title, points=12.5, bold=True, wrap=True))
        sheet = Sheet()
        sheet.column.addWidget(self.form)
        sheet.column.addStretch(1)
        column.addWidget(sheet, 1)
        self.gaps = Label(tone=Tone.ATTENTION, wrap=True)
        column.addWidget(self.gaps)
        self.wrong.hide()
        column.addWidget(self.wrong)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(8))
        buttons.addStretch(1)
        self.preview_button = Button(tr("Preview"), self.preview, key="F8")
        self.word_button = Button(tr("Save as Word"), partial(self.save, word=True), key="F10")
        self.verb = Button(tr("Save and print"), self.save, key="F9", primary=True)
        for each in (go_back(self.reject), self.preview_button, self.word_button, self.verb):
            buttons.addWidget(each)
        column.addLayout(buttons)

    def start(self) -> None:
        """Shows the dialog with the keyboard in the list of templates."""
        self.form.mark_clean()
        self.stand(WIDE)
        self.open()
        self._template.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- the text ---------------------------------------------------------------------------------------

    def _first_template(self) -> str:
        """What is most likely meant; none where the office uses that one no longer."""
        row = self._story.row
        kind = self._room.rules.type_version(row.type_id, row.type_code)
        code = letters.proposed(
            row.state,
            kind.category if kind else "",
            refund=kind is not None and any(step.form == "pay" for step in kind.steps),
            incident=row.incident_id is not None,
        )
        return code if self._template.findData(code) >= 0 else NO_TEMPLATE

    def _choose(self) -> None:
        """Another text or language was chosen."""
        if self._text.toPlainText() == self._filled or not self._text.toPlainText().strip():
            self._fill()
            return
        wanted = (self._template.currentIndex(), self._language.currentIndex())
        self._put_back()

        def replace() -> None:
            for box, index in zip((self._template, self._language), wanted, strict=True):
                box.blockSignals(True)
                box.setCurrentIndex(index)
                box.blockSignals(False)
            self._fill()

        words = tr("The text was changed by hand. Another template or language would replace it.")
        self._room.prompter.confirm(self, words, tr("Replace the text"), replace)

    def _put_back(self) -> None:
        for box, data in zip((self._template, self._language), self._chosen, strict=True):
            box.blockSignals(True)
            box.setCurrentIndex(max(box.findData(data), 0))
            box.blockSignals(False)

    def _fill(self) -> None:
        """The chosen text, with what is known."""
        code, language = str(self._template.currentData()), str(self._language.currentData())
        self._chosen = (code, language)
        room = self._room
        template = self._templates.get((code, language))
        subject = text = ""
        if template is not None:
            values = room.letters.queries.values(
                self._story, room.person.id, language, room.now(), Words(language)
            )
            if self._answers and code in letters.ANSWERS and not values["outcome"]:
                chosen = str(self._outcome.currentData())
                values["outcome"] = names.outcomes(Words(language))[chosen].lower()
            subject = letters.filled(template.subject, values)
            text = letters.filled(template.text, values)
        self._filled = text
        self._subject.setText(subject)
        self._text.setPlainText(text)
        self._filled = self._text.toPlainText()
        self._closes.setChecked(self._answers and code in letters.ANSWERS)
        self._say_gaps()

    def _outcome_chosen(self) -> None:
        """The text says it too, unless it was changed by hand."""
        if self._text.toPlainText() == self._filled:
            self._fill()

    def _say_gaps(self) -> None:
        missing = letters.gaps(self._text.toPlainText()) + letters.gaps(self._subject.text())
        self.gaps.setText(tr("{count} places are still to be filled in (dotted).", count=missing))
        self.gaps.setVisible(missing > 0)

    def _show_outcome(self) -> None:
        asked = self._answers and self._closes.isChecked() and self._story.row.state not in UNTOLD
        self.form.set_field_visible("outcome", asked)

    # -- saving -----------------------------------------------------------------------------------------

    def _signer(self) -> tuple[str, str]:
        chosen = self.form.values()["signed_by"]
        signer = self._signers[int(chosen)] if chosen is not None else None
        return ("", "") if signer is None else (signer.name, signer.title)

    def preview(self) -> None:
        """F8: the letter as it will be, without its number."""
        values, room = self.form.values(), self._room
        name, title = self._signer()
        paper = LetterPaper(
            letterhead(room.rules), values["language"], "", room.today(), values["subject"],
            values["addressee"], values["address"], values["text"], name, title,
        )  # fmt: skip
        room.jobs.run(
            self,
            lambda _job: write_paper(room, paper),
            done=lambda file: room.show_paper(self, file, tr("Letter, preview")),
            failed=self.refuse,
            lane=Lane.IO,
        )

    def save(self, *, word: bool = False) -> None:
        """F9, F10: saves the letter; asks first where places are still empty."""
        if self.gaps.isHidden() or not letters.gaps(self._text.toPlainText() + self._subject.text()):
            self._save(word)
            return
        words = tr("Some places of the letter are still dotted. They would have to be written in by hand.")
        self._room.prompter.confirm(self, words, tr("Save as it is"), partial(self._save, word))

    def _save(self, word: bool) -> None:
        values, room = self.form.values(), self._room
        name, title = self._signer()
        closes = bool(self._answers and values["closes"])
        new = NewLetter(
            entry_id=self._entry_id,
            language=values["language"] or "",
            subject=values["subject"],
            addressee=values["addressee"],
            address=values["address"],
            text=values["text"],
            signed_by=name,
            signed_title=title,
            template=values["template"] or "",
            request_id=self._story.row.id,
            closes=closes,
            outcome=values["outcome"] if closes and self._story.row.state not in UNTOLD else "",
        )
        self._enable(False)
        self.wrong.hide()
        self.form.show_errors({})

        def save(_job: Job[Written]) -> Written:
            return room.letters.service.write(room.person, new)

        room.jobs.run(
            self,
            save,
            done=lambda written: self._saved(written, word, closes),
            failed=self.refuse,
            settled=lambda: self._enable(True),
        )

    def _enable(self, on: bool) -> None:
        for each in (self.verb, self.word_button):
            each.setEnabled(on)

    def _saved(self, written: Written, word: bool, closes: bool) -> None:
        room, over = self._room, self._over
        self.form.mark_clean()
        self.accept()
        self._done()
        code = written.code
        toast(over, tr("{code}: sent, the request is closed.", code=code) if closes else code)
        show_letter(room, over, written, word=word)


def show_letter(room: RequestRoom, over: QWidget, letter: Written, *, word: bool = False) -> None:
    """Makes a letter's paper off the UI thread and shows it, or says where its file for Word is."""

    def make(_job: Job[Path]) -> Path:
        return write_paper(room, paper_of(room, letter.id), word=word)

    def shown(file: Path) -> None:
        if word:
            toast(over, tr("The letter for Word is {path}", path=file))
        else:
            room.show_paper(over, file, letter.code)

    room.jobs.run(
        over,
        make,
        done=shown,
        failed=lambda error: toast(over, room.why(error), tone=Tone.WRONG),
        lane=Lane.IO,
    )


def _may_answer(room: RequestRoom, story: RequestStory) -> bool:
    """Whether a letter of this person may be the notice that closes the request."""
    state = story.row.state
    if not (room.may("requests.tell") and room.may("requests.close")):
        return False
    return state in UNTOLD or (may(state, "answered") and room.may("requests.answer"))


def ask_letter(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> LetterDialog:
    """A letter about a request."""
    dialog = LetterDialog(parent, room, story, done)
    dialog.start()
    return dialog


def newest(room: RequestRoom, story: RequestStory) -> Written | None:
    """The last letter about a request, if there is one."""
    found = room.letters.queries.of_request(story.row.id, room.viewer)
    return Written(found[0].id, found[0].code) if found else None


def has_letter(room: RequestRoom, story: RequestStory) -> bool:
    """Whether a letter about it was written."""
    return newest(room, story) is not None


def print_again(parent: QWidget, room: RequestRoom, story: RequestStory, _done: Done) -> None:
    """The last letter about a request once more."""
    letter = newest(room, story)
    if letter is not None:
        show_letter(room, parent, letter)


def send_letter(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> None:
    """The last letter goes out as the notice of the answer; the request is closed."""
    letter = newest(room, story)
    if letter is None:
        return

    def send() -> None:
        room.jobs.run(
            parent,
            lambda _job: room.letters.service.send(room.person, letter.id),
            done=lambda _nothing: done(),
            failed=lambda error: toast(parent, room.why(error), tone=Tone.WRONG),
        )

    words = tr(
        "Letter {letter} tells the customer the answer. {code} is closed.",
        letter=letter.code,
        code=story.row.code,
    )
    room.prompter.confirm(parent, words, tr("Letter sent, close"), send)
