"""What is asked before an exception is settled: a note, and whether it is meant."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.queries.exceptions import ExceptionRow
from app.services.exceptions import Settle
from app.ui.exceptions.room import ExceptionRoom
from app.ui.exceptions.sides import Offer
from app.ui.exceptions.words import kind_words, side_value, who_words
from app.ui.kit.buttons import Button, go_back
from app.ui.kit.dialog import FormDialog, foot
from app.ui.kit.inputs import NoteEdit
from app.ui.kit.labels import Label
from app.ui.kit.theme import px
from app.words import tr


class SettleDialog(FormDialog):
    """One act on one exception. `done` is called when it is settled; whatever it refuses is said here."""

    def __init__(
        self,
        parent: QWidget,
        room: ExceptionRoom,
        row: ExceptionRow,
        offer: Offer,
        done: Callable[[], object],
    ) -> None:
        super().__init__(parent, room, f"{kind_words()[row.kind]} · {row.code}")
        self._room, self._row, self._offer, self._done = room, row, offer, done
        self._entry = room.new_id()
        self.wrong.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(20), px(24), px(16))
        column.setSpacing(px(8))
        column.addWidget(Label(offer.words, points=12.5, bold=True, wrap=True))
        column.addWidget(Label(_effect(row, offer, room), wrap=True, selectable=True))
        pays, needed = offer.act.name == "refund", offer.act.note
        label = tr("&What was found or agreed") if needed else tr("&Note")
        below = tr("Kept with the entry and read by the supervisor.") if needed else ""
        note = NoteEdit(3)
        if pays:
            label = tr("&Reason")
            note.setPlainText(tr("Paid twice: {code}", code=row.code))
            note.moveCursor(QTextCursor.MoveOperation.End)
        self.form.add("note", label, note, below, wide=True)
        self.form.submitted.connect(self.submit)
        column.addWidget(self.form)
        column.addWidget(self.wrong)
        self.verb = Button(offer.words, self.submit, key="F9", primary=True, danger=pays)
        column.addLayout(foot(go_back(self.reject), self.verb))
        self.setMinimumWidth(px(520))

    def start(self) -> None:
        """Shows the dialog with the keyboard in the note."""
        self.form.mark_clean()
        self.open()
        self.form.editor("note").setFocus(Qt.FocusReason.OtherFocusReason)

    def submit(self) -> None:
        """Settles it."""
        room, row, offer = self._room, self._row, self._offer
        chosen = Settle(
            self._entry,
            row.id,
            row.about,
            offer.act.name,
            offer.side.id if offer.side else "",
            self.form.values()["note"],
        )
        self.carry_out(self.verb, lambda: room.exceptions.settle(room.person, chosen), self._done)


def _effect(row: ExceptionRow, offer: Offer, room: ExceptionRoom) -> str:
    """What the act does, in a sentence that names what it is done to."""
    side = offer.side
    if side is None:
        return {
            "credit": tr(
                "{amount} stay with us as the customer's credit and are offered at the next payment.",
                amount=room.money(row.amount),
            ),
            "leave": tr("The request stays as it is. Nothing is written but that it was looked into."),
            "reopen": tr("It will need a new answer, and the customer will have to be told again."),
            "seen": tr("Nothing is changed; the note is kept with your name."),
        }[offer.act.name]
    value, who = side_value(row, side, room), who_words(side)
    match offer.act.name, row.kind:
        case "refund", _:
            return tr(
                "Receipt {code} ({who}) is taken back. Pay {amount} to the customer out of your drawer; "
                "bills that only this receipt paid are open again.",
                code=side.code,
                who=who,
                amount=room.money(side.total),
            )
        case "keep", "two_readings":
            return tr("{index} ({who}) is entered once more and counts for the bill.", index=value, who=who)
        case "keep", _:
            return tr("“{value}” ({who}) stays.", value=value, who=who)
    return tr("“{value}” ({who}) is set again and counts from now on.", value=value, who=who)
