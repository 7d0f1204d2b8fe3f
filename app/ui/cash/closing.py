"""Closing a session: the notes are counted by keyboard, the difference is said in words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QIntValidator, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.errors import AppError, Invalid
from app.queries.cash import SessionView
from app.services.cash import Remitted
from app.ui.cash.dialogs import MoneyDialog
from app.ui.cash.room import MoneyRoom
from app.ui.cash.words import in_words
from app.ui.kit.buttons import Button
from app.ui.kit.inputs import BigNumber, MoneyEdit, NoteEdit
from app.ui.kit.inspector import Notice
from app.ui.kit.labels import Label, Line
from app.ui.kit.theme import Tone, px
from app.words import tr

MOST_NOTES = 99_999


class CloseDialog(MoneyDialog):
    """Counting. Enter goes to the next note. Signal `closed(Remitted or None)`."""

    closed = Signal(object)

    def __init__(
        self, parent: QWidget, room: MoneyRoom, session: SessionView, notes: Sequence[int], unsent: int
    ) -> None:
        super().__init__(parent, room, tr("Close session {code}", code=session.code), 720)
        self._session, self._notes = session, notes
        self._entries = (room.new_id(), room.new_id())
        self._counts: dict[int, QLineEdit] = {}
        self._sums: dict[int, Label] = {}
        if unsent:
            words = tr(
                "{count} receipts of this session are not sent yet. The session can be closed all the same; "
                "they are sent as soon as there is a connection.",
                count=unsent,
            )
            self.column.addWidget(Notice(words, Tone.ATTENTION))
        sides = QHBoxLayout()
        sides.setSpacing(px(32))
        sides.addLayout(self._table(), 1)
        sides.addLayout(self._result(), 1)
        self.column.addLayout(sides)
        self.verb = Button(tr("Close session and print"), self.submit, key="F9", primary=True)
        self.finish(Button(tr("Go on collecting"), self.reject, key="Escape"), self.verb)
        self._reckon()
        next(iter(self._counts.values())).setFocus()

    def _table(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(12))
        grid.setVerticalSpacing(px(4))
        grid.setColumnStretch(2, 1)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for n, title in enumerate((tr("Denomination"), tr("Pieces"), tr("Amount"))):
            grid.addWidget(Label(title, tone=Tone.SOFT, points=9), 0, n, right)
        for row, note in enumerate(self._notes, 1):
            words = self.room.money(note, symbol=False)
            caption = Label(words)
            edit = QLineEdit()
            edit.setAlignment(Qt.AlignmentFlag.AlignRight)
            edit.setValidator(QIntValidator(0, MOST_NOTES, edit))
            edit.setFixedWidth(px(88))
            edit.setAccessibleName(tr("Pieces of {note}", note=words))
            edit.textChanged.connect(lambda _text: self._reckon())
            edit.installEventFilter(self)
            caption.setBuddy(edit)
            self._counts[note] = edit
            self._sums[note] = Label()
            grid.addWidget(caption, row, 0, right)
            grid.addWidget(edit, row, 1)
            grid.addWidget(self._sums[note], row, 2, right)
        last = len(self._notes) + 1
        self.loose = MoneyEdit(self.room.currency)
        self.loose.setAccessibleName(tr("Coins and other money"))
        self.loose.value_changed.connect(lambda _value: self._reckon())
        self.loose.installEventFilter(self)
        grid.addWidget(Label(tr("Coins and other money")), last, 0, 1, 2, right)
        grid.addWidget(self.loose, last, 2)
        grid.setRowStretch(last + 1, 1)
        return grid

    def _result(self) -> QVBoxLayout:
        session, money = self._session, self.room.money
        column = QVBoxLayout()
        column.setSpacing(px(4))
        grid = QGridLayout()
        grid.setVerticalSpacing(px(4))
        rows = [
            (tr("Money in the drawer at the start"), money(session.float_amount), False),
            (tr("Collected ({count} receipts)", count=session.receipts), money(session.received), False),
            (
                tr("Reversed: {count}", count=session.reversals),
                money(-session.returned) if session.returned else "",
                False,
            ),
        ]
        if session.paid_out:
            rows.append((tr("Paid back to customers"), money(-session.paid_out), False))
        rows.append((tr("Cash expected"), money(session.expected), True))
        for n, (name, value, strong) in enumerate(rows):
            grid.addWidget(Label(name, tone=Tone.PLAIN if strong else Tone.SOFT, bold=strong), n, 0)
            grid.addWidget(Label(value, bold=strong), n, 1, Qt.AlignmentFlag.AlignRight)
        column.addLayout(grid)
        column.addWidget(Line())
        column.addSpacing(px(8))
        self.counted = BigNumber(tr("Cash counted"))
        self.difference = BigNumber(tr("Difference"))
        column.addWidget(self.counted)
        column.addSpacing(px(8))
        column.addWidget(self.difference)
        column.addSpacing(px(8))
        caption = Label(tr("&Explanation of a difference"), tone=Tone.SOFT)
        self.note = NoteEdit(2)
        self.note.setAccessibleName(tr("&Explanation of a difference").replace("&", ""))
        self.note.installEventFilter(self)
        caption.setBuddy(self.note)
        column.addWidget(caption)
        column.addWidget(self.note)
        column.addStretch(1)
        return column

    def counts(self) -> list[tuple[int, int]]:
        """What was counted: (note, how many), loose money as (1, amount)."""
        counted = [(note, int(edit.text() or "0")) for note, edit in self._counts.items()]
        return [*counted, (1, self.loose.value() or 0)]

    def submit(self) -> None:
        """Closes the session and hands the money in."""
        room, session, counts, note = self.room, self._session, self.counts(), self.note.toPlainText()
        closing, handing = self._entries
        self.verb.setEnabled(False)

        def close() -> Remitted | None:
            try:
                room.cash.close_session(room.person, session.id, counts, note, closing)
            except AppError as error:
                # A second try after the money could not be handed in: it is closed already.
                if error.code not in ("already_saved", "cash.session_closed"):
                    raise
            try:
                return room.cash.remit(room.person, session.id, handing)
            except AppError as error:
                if error.code != "cash.nothing_to_remit":
                    raise
                return None

        room.jobs.run(
            self,
            lambda _job: close(),
            done=self._done,
            failed=self._failed,
            settled=lambda: self.verb.setEnabled(True),
        )

    def _done(self, remitted: Remitted | None) -> None:
        self.accept()
        self.closed.emit(remitted)

    def _failed(self, error: AppError) -> None:
        self.say(error)
        if isinstance(error, Invalid):
            self.wrong.setText(" ".join(self.room.why_each(error).values()))
            self.note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _reckon(self) -> None:
        total = 0
        for note, count in self.counts()[:-1]:
            total += note * count
            self._sums[note].setText(self.room.money(note * count, symbol=False) if count else "")
        total += self.loose.value() or 0
        difference = total - self._session.expected
        self.counted.show_number(self.room.money(total))
        words = in_words(abs(difference), self.room.currency)
        if not difference:
            self.difference.show_number(self.room.money(0), tr("The drawer matches the receipts."), Tone.GOOD)
        elif difference < 0:
            self.difference.show_number(
                self.room.money(difference), tr("short: {words}", words=words), Tone.WRONG
            )
        else:
            self.difference.show_number(
                f"+{self.room.money(difference)}", tr("over: {words}", words=words), Tone.ATTENTION
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            key = event.key()
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                    self.submit()
                    return True
                if watched is not self.note:
                    self.focusNextChild()
                    return True
            elif watched is not self.note and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self.focusNextPrevChild(key == Qt.Key.Key_Down)
                return True
        return super().eventFilter(watched, event)
