"""What is asked at the counter: opening a session, a receipt with its acts, the transfer code."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import AppError, Invalid
from app.domain.money import VND
from app.queries.cash import ReceiptView
from app.ui.cash.prints import print_receipt
from app.ui.cash.room import MoneyRoom
from app.ui.cash.words import clock_words, in_words, period_words
from app.ui.kit.buttons import Button, go_back
from app.ui.kit.dialog import Dialog, foot
from app.ui.kit.forms import Form
from app.ui.kit.inputs import MoneyEdit
from app.ui.kit.inspector import Notice
from app.ui.kit.labels import Label, Line
from app.ui.kit.letters import LetterBox
from app.ui.kit.theme import Tone, px
from app.words import tr

REST_OF_QR = 372
"""What stands above and below a transfer code takes so many pixels."""


class MoneyDialog(Dialog):
    """A title, what there is to fill in, and one verb."""

    def __init__(self, parent: QWidget, room: MoneyRoom, title: str, wide: int = 460) -> None:
        super().__init__(parent, title)
        self.room = room
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(px(24), px(20), px(24), px(16))
        self.column.setSpacing(px(8))
        self.column.addWidget(Label(title, points=14, bold=True, wrap=True))
        self.wrong = Label(tone=Tone.WRONG, wrap=True)
        self.wrong.hide()
        self.setMinimumWidth(px(wide))

    def finish(self, *buttons: Button) -> None:
        """The line for what goes wrong, and the buttons, the verb last."""
        self.column.addWidget(self.wrong)
        self.column.addSpacing(px(4))
        self.column.addLayout(foot(*buttons))

    def say(self, error: AppError) -> None:
        """What is wrong, above the buttons."""
        self.wrong.setText(self.room.why(error))
        self.wrong.show()


class OpenDialog(MoneyDialog):
    """Begins a session. Signal `begun(session id)`."""

    begun = Signal(object)

    def __init__(self, parent: QWidget, room: MoneyRoom) -> None:
        super().__init__(parent, room, tr("Open a cash session"))
        self._entry = room.new_id()
        self.form = Form()
        point = LetterBox()
        office = room.rules.office.name
        point.addItem(office, office)
        for code, name in room.points.items():
            if name != office:
                point.addItem(name, code)
        self.amount = MoneyEdit(room.currency)
        self.form.add("point", tr("Collection &point"), point, wide=True)
        self.form.add(
            "float_amount",
            tr("&Money in the drawer at the start"),
            self.amount,
            tr("Counted now; it stays with the desk when the session is handed in."),
            wide=True,
        )
        self.form.submitted.connect(self.submit)
        self.column.addWidget(self.form)
        self.verb = Button(tr("Open session"), self.submit, key="F9", primary=True)
        self.finish(go_back(self.reject), self.verb)
        self.amount.setFocus()

    def submit(self) -> None:
        """Opens the session."""
        values = self.form.values()
        room, entry, amount = self.room, self._entry, values["float_amount"]
        if amount is None:
            # An empty drawer is typed too: a 0 that nobody meant would be a difference in the evening.
            self.form.show_errors({"float_amount": tr("Count the drawer. Type 0 when it is empty.")})
            self.amount.setFocus()
            return
        self.verb.setEnabled(False)
        room.jobs.run(
            self,
            lambda _job: room.cash.open_session(room.person, entry, values["point"], amount),
            done=self._done,
            failed=self._failed,
            settled=lambda: self.verb.setEnabled(True),
        )

    def _done(self, session: UUID) -> None:
        self.accept()
        self.begun.emit(session)

    def _failed(self, error: AppError) -> None:
        if isinstance(error, Invalid):
            self.form.show_errors(self.room.why_each(error))
        else:
            self.say(error)


class ReceiptDialog(MoneyDialog):
    """A receipt with what can be done with it. Signal `take_back_asked(reason)`."""

    take_back_asked = Signal(str)

    def __init__(
        self, parent: QWidget, room: MoneyRoom, receipt: ReceiptView, session_id: UUID | None
    ) -> None:
        super().__init__(parent, room, receipt.code, 480)
        self._receipt = receipt
        at = clock_words(receipt.taken_at, room.today(), room.zone)
        point = room.point_name(receipt.point)
        self.column.addWidget(Label(f"{at} · {receipt.cashier_name} · {point}", tone=Tone.SOFT, wrap=True))
        if receipt.reversed_at is not None:
            when = clock_words(receipt.reversed_at, room.today(), room.zone)
            words = tr(
                "Taken back by {name}, {when}: {reason}",
                name=receipt.reversed_by,
                when=when,
                reason=receipt.reason,
            )
            self.column.addWidget(Notice(words, Tone.WRONG))
        self.column.addWidget(Label(receipt.payer, points=12, bold=True, wrap=True))
        self.column.addWidget(
            Label(f"{receipt.customer_code} · {receipt.customer_name}", tone=Tone.SOFT, wrap=True)
        )
        self.column.addWidget(Line())
        self.column.addLayout(self._sums())
        buttons = [Button(tr("Close"), self.reject, key="Escape")]
        if receipt.reversed_at is None and session_id is not None:
            self.column.addSpacing(px(8))
            row = QHBoxLayout()
            words = tr("Take back {code}…", code=receipt.code)
            row.addWidget(Button(words, self._ask, key="F8", danger=True, quiet=True, sign="arrow-back-up"))
            row.addStretch(1)
            self.column.addLayout(row)
        if room.may("documents.reprint"):
            self.reprint = Button(tr("Print again"), self._reprint, key="F9", primary=True)
            buttons.append(self.reprint)
        self.finish(*buttons)
        buttons[-1].setFocus()

    def _sums(self) -> QGridLayout:
        receipt, money = self._receipt, self.room.money
        grid = QGridLayout()
        grid.setVerticalSpacing(px(4))
        grid.setColumnStretch(1, 1)
        rows = [(period_words(line.period), line.code, money(line.amount), False) for line in receipt.lines]
        if receipt.credit:
            rows.append(("", tr("Kept as prepayment"), money(receipt.credit), False))
        rows.append(("", tr("Total received"), money(receipt.total), True))
        if receipt.change:
            rows.append(("", tr("Tendered"), money(receipt.tendered), False))
            rows.append(("", tr("Change returned"), money(receipt.change), False))
        for n, (period, name, amount, strong) in enumerate(rows):
            grid.addWidget(Label(period, tone=Tone.SOFT), n, 0)
            grid.addWidget(Label(name, bold=strong, mono=bool(period)), n, 1)
            grid.addWidget(Label(amount, bold=strong), n, 2, Qt.AlignmentFlag.AlignRight)
        return grid

    def _reprint(self) -> None:
        receipt, parent = self._receipt, self.parentWidget()
        assert parent is not None
        self.accept()
        print_receipt(self.room, parent, receipt.id, receipt.code, copy=True)

    def _ask(self) -> None:
        receipt = self._receipt
        title = tr(
            "Take back receipt {code} of {payer}: {amount} goes back to the customer.",
            code=receipt.code,
            payer=receipt.payer,
            amount=self.room.money(receipt.total),
        )
        verb = tr("Take back {code}", code=receipt.code)
        self.room.prompter.ask_reason(self, title, verb, self.take_back_asked.emit)


class QrCode(QWidget):
    """A QR symbol, black on white in any theme, with its quiet zone."""

    QUIET = 4
    LEAST, MOST = 180, 320

    def __init__(self, text: str, name: str, room: int, parent: QWidget | None = None) -> None:
        """`room`: so many pixels are left for it in the window."""
        from app.documents.qr import qr_modules  # only here: the page opens without waiting for it

        super().__init__(parent)
        self._rows, self._room = qr_modules(text), room
        self.setAccessibleName(name)

    def sizeHint(self) -> QSize:  # noqa: N802
        side = min(px(self.MOST), max(self._room, px(self.LEAST)))
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        modules = len(self._rows) + 2 * self.QUIET
        # Whole pixels for each module: a camera reads sharp edges.
        size = max(1, min(self.width(), self.height()) // modules)
        left, top = (self.width() - size * modules) // 2, (self.height() - size * modules) // 2
        painter.fillRect(QRect(left, top, size * modules, size * modules), QColor("#FFFFFF"))
        for y, row in enumerate(self._rows, self.QUIET):
            for x, dark in enumerate(row, self.QUIET):
                if dark:
                    painter.fillRect(QRect(left + x * size, top + y * size, size, size), QColor("#000000"))


class QrDialog(MoneyDialog):
    """The transfer code for an amount, to be shown to the customer."""

    def __init__(
        self, parent: QWidget, room: MoneyRoom, amount: int, bill: str, purpose: str, customer: str
    ) -> None:
        from app.documents.office import bank_account
        from app.domain import vietqr

        super().__init__(parent, room, tr("Transfer by QR"), 400)
        bank = bank_account(room.rules)
        assert bank is not None
        self.text = vietqr.payload(bank.bin, bank.account, amount, bill, purpose)
        middle = Qt.AlignmentFlag.AlignHCenter
        self.column.addWidget(Label(customer, tone=Tone.SOFT), 0, middle)
        self.column.addWidget(Label(room.money(amount), points=22, bold=True), 0, middle)
        self.column.addWidget(Label(in_words(amount, room.currency), tone=Tone.SOFT, points=9), 0, middle)
        self.column.addWidget(
            QrCode(
                self.text,
                tr("Transfer code for {amount}", amount=room.money(amount)),
                parent.window().height() - px(REST_OF_QR),
            ),
            1,
        )
        self.column.addWidget(Label(f"{bank.bank_name} · {bank.account}", mono=True), 0, middle)
        self.column.addWidget(Label(bank.holder, tone=Tone.SOFT), 0, middle)
        note = tr("Transfer note: {note}", note=vietqr.plain(purpose, vietqr.PURPOSE_LENGTH))
        self.column.addWidget(Label(note), 0, middle)
        self.column.addSpacing(px(4))
        self.column.addWidget(
            Notice(tr("The money goes to the company's account. No receipt is given for it here."), Tone.INFO)
        )
        close = Button(tr("Close"), self.reject, key="Escape", primary=True)
        self.finish(close)
        close.setFocus()


def qr_reason(room: MoneyRoom, amount: int) -> str:
    """Why there is no transfer code for an amount; empty where there is one."""
    utility = room.rules.utility
    if room.currency != VND:
        return tr("Transfer codes are for đồng only.")
    if not utility.bank_bin or not utility.bank_account:
        return tr("The company's bank account is not set. Ask the head office to enter it.")
    if amount <= 0:
        return tr("There is nothing to transfer. Tick a bill first.")
    return ""
