"""The right side of the counter: what is due, what the customer hands over, what goes back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QWidget

from app.domain.cash import quick_tenders
from app.queries.cash import SessionView
from app.ui.cash.room import MoneyRoom
from app.ui.cash.words import in_words, notes_words
from app.ui.kit.buttons import Button
from app.ui.kit.flow import Flow
from app.ui.kit.inputs import BigNumber, Check, MoneyEdit
from app.ui.kit.inspector import Panel, clear
from app.ui.kit.labels import Label, Line
from app.ui.kit.theme import Tone, px
from app.words import tr

QUICK = 4
"""Sums offered at once."""


class TenderEdit(MoneyEdit):
    """What the customer hands over. A letter goes to the scanner's field (signal `strayed(text)`): a code
    that is scanned while one is here must not become money. Enter is `entered`."""

    strayed = Signal(str)
    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        text = event.text()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif text.isalpha() and not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            self.strayed.emit(text)
        else:
            super().keyPressEvent(event)


class Till(Panel):
    """Signals: `collect_asked()` F9, `qr_asked()` F7, `drop_asked()` Esc, `strayed(text)` from the tender."""

    collect_asked = Signal()
    qr_asked = Signal()
    drop_asked = Signal()
    strayed = Signal(str)

    def __init__(self, room: MoneyRoom, notes: Sequence[int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.room, self._notes = room, notes
        self._amount: int | None = None
        self._prepay = False
        self.due = BigNumber(tr("To collect"))
        self.tender = TenderEdit(room.currency, points=18)
        self.tender.setAccessibleName(tr("Tendered"))
        caption = Label(tr("Tendered"), tone=Tone.SOFT)
        caption.setBuddy(self.tender)
        self._quick = QHBoxLayout()
        self.wrong = Label(tone=Tone.WRONG, points=9, wrap=True)
        self.back = BigNumber(tr("To give back"), Tone.GOOD)
        self.keep = Check(tr("&Keep the change as prepayment"))
        self.payer = QLineEdit()
        self.payer.setAccessibleName(tr("Payer"))
        self._payer_caption = Label(tr("Payer"), tone=Tone.SOFT)
        above: list[tuple[QWidget, int]] = [(self.due, 14), (caption, 0), (self.tender, 4)]
        below: list[tuple[QWidget, int]] = [
            (self.wrong, 8),
            (self.back, 8),
            (self.keep, 8),
            (self._payer_caption, 0),
            (self.payer, 0),
        ]
        self._stack(above)
        self.body.addLayout(self._quick)
        self._stack(below)
        self.body.addStretch(1)
        self._session = QGridLayout()
        self._session.setHorizontalSpacing(px(8))
        self._session.setVerticalSpacing(px(4))
        self._session.setColumnStretch(0, 1)
        self.collect = Button(
            tr("Collect and print receipt"), self.collect_asked.emit, key="F9", primary=True
        )
        self.collect.setMinimumHeight(px(44))
        self.qr = Button(tr("QR transfer"), self.qr_asked.emit, key="F7")
        self.drop = Button(tr("Leave"), self.drop_asked.emit, key="Escape")
        self.foot.addLayout(self._session)
        self.foot.addSpacing(px(4))
        self.foot.addWidget(self.collect)
        self.foot.addWidget(Flow(self.qr, self.drop, fill=True))
        self.tender.value_changed.connect(lambda _value: self._reckon())
        self.tender.strayed.connect(self.strayed)
        self.tender.entered.connect(self._entered)
        self.keep.toggled.connect(lambda _on: self._reckon())
        self.setTabOrder(self.tender, self.keep)
        self.setTabOrder(self.keep, self.payer)
        self.setTabOrder(self.payer, self.collect)
        self.show_nobody()

    # -- what the page calls

    def show_nobody(self, given_back: int | None = None, code: str = "") -> None:
        """No customer stands here. `given_back` is the change of the last receipt, still in sight."""
        self._amount = None
        self.due.show_number("—", tone=Tone.SOFT)
        self.tender.set_value(None)
        clear(self._quick)
        self.wrong.setText("")
        self.keep.setChecked(False)
        self.back.show_name(tr("To give back"))
        if given_back:
            notes = notes_words(given_back, self._notes, self.room.currency)
            said = tr("for {code}", code=code)
            self.back.show_number(
                self.room.money(given_back), f"{notes}\n{said}" if notes else said, Tone.GOOD
            )
        self.back.setVisible(bool(given_back))
        self._set_working(False)

    def show_customer(self, name: str) -> None:
        """A customer stands here; the tender is empty."""
        self.payer.setText(name)
        self.payer.setCursorPosition(0)
        self.tender.set_value(None)
        self.keep.setChecked(False)
        self._prepay = False
        self._set_working(True)

    def show_due(self, amount: int, *, prepay: bool | None) -> None:
        """What the chosen bills come to; `prepay`: nothing is chosen, money is taken in advance; None leaves
        that as it was."""
        self._amount = amount
        self.due.show_number(
            self.room.money(amount), in_words(amount, self.room.currency) if amount else "", Tone.PLAIN
        )
        if prepay is not None and prepay is not self._prepay:
            self._prepay = prepay
            self.keep.setChecked(prepay)
        clear(self._quick)
        quick = quick_tenders(amount, self._notes, QUICK)
        if quick:
            buttons = []
            for each in quick:
                words = self.room.money(each, symbol=False)
                button = Button(words, lambda each=each: self._take(each))  # type: ignore[misc]
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                buttons.append(button)
            self._quick.addWidget(Flow(*buttons, fill=True, gap=6))
        self._reckon()

    def show_session(self, session: SessionView) -> None:
        """How the session stands."""
        clear(self._session)
        line = Line()
        self._session.addWidget(line, 0, 0, 1, 2)
        rows = [
            (tr("This session"), tr("{count} receipts", count=session.receipts), False),
            (tr("Cash in the drawer"), self.room.money(session.expected), True),
            (tr("Of it at the start"), self.room.money(session.float_amount), False),
        ]
        for n, (name, value, strong) in enumerate(rows, 1):
            self._session.addWidget(Label(name, tone=Tone.SOFT), n, 0)
            self._session.addWidget(
                Label(value, bold=strong, tone=Tone.PLAIN if strong or n == 1 else Tone.SOFT),
                n,
                1,
                Qt.AlignmentFlag.AlignRight,
            )

    def tendered(self) -> int | None:
        """What was typed, in minor units."""
        return self.tender.value()

    def take_exact(self) -> None:
        """Fills in what is due."""
        if self._amount:
            self._take(self._amount)

    def say(self, words: str) -> None:
        """What is wrong, below the tender."""
        self.wrong.setText(words)

    def set_busy(self, busy: bool) -> None:
        """While the money is being saved nothing is saved twice."""
        self.collect.setEnabled(not busy)
        self.tender.setEnabled(not busy)

    # -- how it works

    def _stack(self, widgets: list[tuple[QWidget, int]]) -> None:
        for widget, space in widgets:
            self.body.addWidget(widget)
            self.body.addSpacing(px(space))

    def _set_working(self, working: bool) -> None:
        worked: list[QWidget] = [self.tender, self.keep, self.payer, self.collect, self.qr]
        for each in worked:
            each.setEnabled(working)
        self._payer_caption.setVisible(working)
        self.payer.setVisible(working)
        self.keep.setVisible(False)

    def _take(self, amount: int) -> None:
        self.tender.set_value(amount)
        self.tender.setFocus(Qt.FocusReason.OtherFocusReason)

    def _entered(self) -> None:
        if self.tendered() is None:
            self.take_exact()
        else:
            self.collect.setFocus(Qt.FocusReason.TabFocusReason)

    def _reckon(self) -> None:
        self.wrong.setText("")
        if self._amount is None:
            return
        tendered = self.tendered()
        room, money = self.room, self.room.money
        self.back.setVisible(tendered is not None)
        self.keep.setVisible(tendered is not None and tendered > self._amount)
        if tendered is None:
            return
        over = tendered - self._amount
        if over < 0:
            self.back.show_name(tr("Still owed"))
            self.back.show_number(money(-over), tr("The oldest bill is paid first."), Tone.ATTENTION)
        elif self.keep.isChecked() and over:
            self.back.show_name(tr("Kept as prepayment"))
            self.back.show_number(money(over), in_words(over, room.currency), Tone.INFO)
        else:
            self.back.show_name(tr("To give back"))
            self.back.show_number(
                money(over), notes_words(over, self._notes, room.currency), Tone.GOOD if over else Tone.SOFT
            )
