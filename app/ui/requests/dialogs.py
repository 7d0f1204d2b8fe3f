"""What is asked before an act on a request: the answer, how the customer was told, which unit, why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain import names
from app.queries.requests import RequestStory
from app.services.requests import WAYS
from app.ui.kit.buttons import Button, go_back
from app.ui.kit.dialog import FormDialog
from app.ui.kit.inputs import NoteEdit
from app.ui.kit.labels import Label
from app.ui.kit.theme import Tone, px
from app.ui.requests.letters import LetterBox
from app.ui.requests.room import RequestRoom
from app.ui.requests.words import one_line, phone_words
from app.words import tr

Done = Callable[[], object]


class ActDialog(FormDialog):
    """A few fields and one verb. The act runs off the UI thread; what it refuses is said beside the field."""

    def __init__(
        self,
        parent: QWidget,
        room: RequestRoom,
        title: str,
        verb: str,
        key: str,
        act: Callable[[Mapping[str, Any]], None],
        done: Done,
    ) -> None:
        super().__init__(parent, room, title)
        self._room, self._act, self._done = room, act, done
        self.form.submitted.connect(self.submit)
        self.wrong.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(px(24), px(20), px(24), px(16))
        self._column.setSpacing(px(8))
        self._column.addWidget(Label(title, points=12.5, bold=True, wrap=True))
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(px(8))
        self._buttons.addStretch(1)
        self.verb = Button(verb, self.submit, key=key, primary=True)
        for each in (go_back(self.reject), self.verb):
            self._buttons.addWidget(each)
        self.setMinimumWidth(px(520))

    def say(self, text: str, *, tone: Tone = Tone.SOFT, strong: bool = False) -> None:
        """A line above the fields."""
        self._column.addWidget(Label(text, tone=tone, wrap=True, bold=strong, selectable=True))

    def start(self, first: str) -> None:
        """Shows the dialog with the keyboard in that field."""
        self._column.addWidget(self.form)
        self._column.addWidget(self.wrong)
        self._column.addLayout(self._buttons)
        self.form.mark_clean()
        self.open()
        self.form.editor(first).setFocus(Qt.FocusReason.OtherFocusReason)

    def submit(self) -> None:
        """Does it."""
        values = self.form.values()
        self.verb.setEnabled(False)
        self.wrong.hide()
        self._room.jobs.run(
            self,
            lambda _job: self._act(values),
            done=lambda _: self._finish(),
            failed=self.refuse,
            settled=lambda: self.verb.setEnabled(True),
        )

    def _finish(self) -> None:
        self.form.mark_clean()
        self.accept()
        self._done()


def choice(words: Mapping[str, str], chosen: str = "") -> LetterBox:
    """A box to choose one of `words` (code to word) from."""
    box = LetterBox()
    for code, word in words.items():
        box.addItem(word, code)
    box.setCurrentIndex(max(box.findData(chosen), 0))
    return box


def ask_answer(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """F8: the answer, and how the matter ended."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Answer to {code}", code=row.code), tr("Save answer"), "F8",
        lambda v: room.requests.answer(room.person, row.id, v["text"], v["outcome"]), done,
    )  # fmt: skip
    dialog.say(one_line(row.words))
    dialog.form.add("text", tr("&Answer"), NoteEdit(5), tr("As the customer will hear it."), wide=True)
    dialog.form.add("outcome", tr("&Outcome"), choice(names.outcomes(tr)))
    dialog.start("text")
    return dialog


def ask_telling(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """F9: how the customer was told, and what was said; then the request is closed."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Tell the customer: {code}", code=row.code), tr("Told, close"), "F9",
        lambda v: room.requests.tell(room.person, row.id, v["how"], v["words"]), done,
    )  # fmt: skip
    reach = " · ".join(part for part in (row.contact_name, phone_words(row.phone)) if part)
    dialog.say(reach, tone=Tone.PLAIN, strong=True)
    if not row.phone and row.address:
        dialog.say(row.address)
    how = "phone" if row.phone else "letter" if row.channel == "letter" else "in_person"
    ways = {way: words for way, words in names.ways(tr).items() if way in WAYS}
    dialog.form.add("how", tr("&How the customer was told"), choice(ways, how))
    said = NoteEdit(5)
    said.setPlainText(story.answer or "")
    dialog.form.add("words", tr("&What was said"), said, tr("The answer as it was given."), wide=True)
    dialog.start("how")
    return dialog


def ask_unit(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """F6: which unit, and what it is asked."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Transfer {code}", code=row.code), tr("Transfer"), "F6",
        lambda v: room.work.route(room.person, row.id, v["unit_code"], v["words"]), done,
    )  # fmt: skip
    dialog.say(tr("Now with {unit}. The due time stays.", unit=room.unit_name(row.unit_code)))
    dialog.form.add("unit_code", tr("&Unit"), choice(room.units, row.unit_code or ""))
    dialog.form.add("words", tr("&What is asked of it"), NoteEdit(3), wide=True)
    dialog.start("unit_code")
    return dialog


def ask_note(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """F7: what was seen, heard or done."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Note on {code}", code=row.code), tr("Save note"), "F7",
        lambda v: room.requests.note(room.person, row.id, v["words"]), done,
    )  # fmt: skip
    dialog.form.add("words", tr("&Note"), NoteEdit(4), wide=True)
    dialog.start("words")
    return dialog


def ask_reopening(parent: QWidget, room: RequestRoom, story: RequestStory, done: Done) -> ActDialog:
    """Why the answer did not hold."""
    row = story.row
    dialog = ActDialog(
        parent, room, tr("Reopen {code}", code=row.code), tr("Reopen"), "",
        lambda v: room.requests.reopen(room.person, row.id, v["reason"]), done,
    )  # fmt: skip
    dialog.say(tr("It will need a new answer, and the customer will have to be told again."))
    dialog.form.add("reason", tr("&Reason"), NoteEdit(4), wide=True)
    dialog.start("reason")
    return dialog
