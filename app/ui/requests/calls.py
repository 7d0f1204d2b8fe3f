"""Calling back: the day's sample of customers whose request is closed, and what they say of it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain import names
from app.domain.errors import AppError
from app.queries.callbacks import Call
from app.ui.kit.buttons import Button, go_back
from app.ui.kit.dialog import FormDialog
from app.ui.kit.inputs import NoteEdit
from app.ui.kit.jobs import Lane
from app.ui.kit.labels import Label
from app.ui.kit.letters import choice
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import Column, WindowedTableModel
from app.ui.kit.theme import Tone, px
from app.ui.requests.room import RequestRoom
from app.ui.requests.words import one_line, phone_words, short_code
from app.words import tr


class CallsDialog(FormDialog):
    """A list above, the one chosen and its score below. F9 records and goes on, F7: not reached."""

    def __init__(self, parent: QWidget, room: RequestRoom) -> None:
        super().__init__(parent, room, tr("Call back"))
        self._room = room
        self._over = parent.window()
        self.calls: dict[UUID, Call] = {}
        self.said = Label(tone=Tone.SOFT, wrap=True)
        self.model: WindowedTableModel[Call] = WindowedTableModel(
            lambda ids: {each: self.calls[each] for each in ids},
            self._columns(),
            dim=lambda call: call.done,
            parent=self,
        )
        self.table = TableView(self.model, tr("Customers to call"))
        self.table.set_empty(
            tr("Nobody is to be called today: no request was closed lately of a customer not asked yet.")
        )
        self.table.current_changed.connect(self._show)
        self.table.opened.connect(lambda _id: self.form.editor("score").setFocus())
        self.who = Label(bold=True, wrap=True, selectable=True)
        self.what = Label(tone=Tone.SOFT, wrap=True, selectable=True)
        self.form.add(
            "score", tr("How content the customer &is"), choice({"": tr("Choose")} | names.scores(tr))
        )
        self.form.add("words", tr("&What was said"), NoteEdit(2), wide=True)
        self.form.submitted.connect(self.record)
        self.wrong.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(20), px(24), px(16))
        column.setSpacing(px(8))
        column.addWidget(Label(tr("Call back"), points=12.5, bold=True))
        column.addWidget(self.said)
        column.addWidget(self.table, 1)
        for each in (self.who, self.what, self.form, self.wrong):
            column.addWidget(each)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(8))
        buttons.addStretch(1)
        self.missed = Button(tr("Not reached"), self.not_reached, key="F7")
        self.verb = Button(tr("Record opinion"), self.record, key="F9", primary=True)
        for button in (go_back(self.reject), self.missed, self.verb):
            buttons.addWidget(button)
        column.addLayout(buttons)

    def _columns(self) -> list[Column[Call]]:
        room = self._room

        def state(call: Call) -> str:
            if call.score is not None:
                return names.scores(tr)[str(call.score)]
            return tr("Not reached") if call.tried else ""

        return [
            Column(tr("Code"), lambda c: short_code(c.code, room.desk), mono=True, width=134),
            Column(tr("Customer"), lambda c: c.name, width=150, grow=2),
            Column(tr("Phone"), lambda c: phone_words(c.phone), mono=True, width=120),
            Column(tr("Content"), lambda c: one_line(c.words), width=170, grow=3, gives_way=2),
            Column(tr("Handled by"), lambda c: room.unit_name(c.unit_code), width=150, grow=1, gives_way=1),
            Column(tr("Today"), state, width=120),
        ]

    def start(self) -> None:
        """Shows the sample of today with the keyboard in it."""
        room = self._over.size()
        self.resize(min(px(940), room.width() - px(48)), min(px(620), room.height() - px(24)))
        self.open()
        self.reload(None)

    def reload(self, stood: UUID | None) -> None:
        """Asks for the sample anew; goes on to the next one to be called after `stood`."""
        room = self._room
        room.jobs.run(
            self,
            lambda _job: room.calls.queries.sample(room.now()),
            done=lambda found: self._list(found, stood),
            failed=self.refuse,
            lane=Lane.IO,
        )

    def _list(self, found: list[Call], stood: UUID | None) -> None:
        self.calls = {call.id: call for call in found}
        self.model.forget()
        self.table.set_ids(list(self.calls))
        left = sum(not call.done for call in found)
        self.said.setText(
            tr(
                "Closed in the last two weeks; the sample is the same at every desk today. {left} of {count} "
                "are still to be called.",
                left=left,
                count=len(found),
            )
        )
        ids = list(self.calls)
        begin = ids.index(stood) if stood in self.calls else 0
        after = [id for id in ids[begin:] + ids[:begin] if not self.calls[id].done]
        if after:
            self.table.choose(after[0])
        elif ids:
            self.table.choose_first()
        self._show(self.table.current_id())
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, request_id: UUID | None) -> None:
        call = self.calls.get(request_id) if request_id is not None else None
        self.form.setEnabled(call is not None and not call.done)
        self._enable(call is not None and not call.done)
        self.form.set_values({"score": "", "words": ""})
        self.form.show_errors({})
        self.wrong.hide()
        self.who.setText("" if call is None else f"{call.name} · {phone_words(call.phone)}")
        answer = ""
        if call is not None:
            story = self._room.queries.story(call.id, self._room.viewer)
            answer = story.answer or "" if story else ""
        asked = "" if call is None else one_line(call.words)
        self.what.setText(
            asked if not answer else tr("{words} · Answer: {answer}", words=asked, answer=one_line(answer))
        )
        for each in (self.who, self.what):
            each.setVisible(call is not None)

    def _enable(self, on: bool) -> None:
        self.missed.setEnabled(on)
        self.verb.setEnabled(on)

    def record(self) -> None:
        """F9: the score and the words of the one chosen."""
        values, room = self.form.values(), self._room
        if not values["score"]:
            self.form.show_errors({"score": tr("Choose how content the customer is.")})
            return
        score, words = int(values["score"]), str(values["words"])
        self._do(lambda id: room.requests.rate(room.person, id, score, words))

    def not_reached(self) -> None:
        """F7: nobody answered; this customer is left in peace for a month."""
        words = str(self.form.values()["words"])
        self._do(lambda id: self._room.calls.service.not_reached(self._room.person, id, words))

    def _do(self, act: Callable[[UUID], object]) -> None:
        chosen = self.table.current_id()
        call = self.calls.get(chosen) if chosen is not None else None
        if call is None or call.done:
            return
        self._enable(False)
        self._room.jobs.run(
            self,
            lambda _job: act(call.id),
            done=lambda _nothing: self._recorded(call.id),
            failed=self._failed,
        )

    def _failed(self, error: AppError) -> None:
        self._enable(True)
        self.refuse(error)

    def _recorded(self, request_id: UUID) -> None:
        self.form.mark_clean()
        self.reload(request_id)


def open_calls(parent: QWidget, room: RequestRoom) -> CallsDialog:
    """The day's calls."""
    dialog = CallsDialog(parent, room)
    dialog.start()
    return dialog
