"""The counter: a scan or a name, what is due, what is handed over, the receipt. Every step by keyboard."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.domain.errors import AppError
from app.failures import field_error
from app.queries.cash import Due, Found, ReceiptRow, ReceiptView, SessionView, denominations
from app.queries.customers import CustomerHit
from app.services.cash import Collect, Collected, Remitted
from app.ui.cash.basket import Basket
from app.ui.cash.closing import CloseDialog
from app.ui.cash.dialogs import OpenDialog, QrDialog, ReceiptDialog, qr_reason
from app.ui.cash.lists import hit_columns, recent_columns
from app.ui.cash.prints import print_receipt, print_session
from app.ui.cash.room import MoneyRoom
from app.ui.cash.till import Till
from app.ui.cash.words import clock_words, session_words
from app.ui.kit.buttons import Button
from app.ui.kit.inputs import SearchEdit
from app.ui.kit.jobs import Lane, Latest
from app.ui.kit.labels import Label
from app.ui.kit.page import Page, State
from app.ui.kit.table_view import TableView
from app.ui.kit.tables import WindowedTableModel
from app.ui.kit.theme import Tone, look, px
from app.ui.kit.toast import toast
from app.words import tr

TABLES = frozenset(
    {"bill", "receipt", "allocation", "reversal", "customer", "session_opened", "session_closed"}
)
"""A change of these concerns the page."""
LEAST_MIDDLE = 264
RECENT = 200
"""Receipts of the session that are listed; older ones are found by their code."""


class CashPage(Page):
    """Takes money. `show_record` takes a customer's id.

    Signal `session_changed(text)`: how the cash session stands, for the bar at the foot.
    """

    session_changed = Signal(str)

    def __init__(self, room: MoneyRoom, parent: QWidget | None = None) -> None:
        super().__init__(tr("Take payment"), parent)
        self.room = room
        self.session: SessionView | None = None
        self._notes = denominations(room.currency.code)
        self._entry: UUID | None = None
        self._entered = ""
        self._answered, self._answer = "", Found()
        self._saving = False
        self._wanted: UUID | None = None
        self._looking = Latest(room.jobs, self, Lane.IO)
        self._recent: dict[object, ReceiptRow] = {}
        self.close_button = Button(tr("Close session…"), self.close_session, key="F10")
        self.add_act(self.close_button)
        self.scan = SearchEdit(tr("Scan a bill, or type name, code, phone, meter number"), points=13)
        self.scan.setMinimumHeight(px(44))
        self.scan.searched.connect(self._look)
        self.scan.returnPressed.connect(self._enter)
        self.set_body(self._make_body())
        self.till = Till(room, self._notes)
        self.set_inspector(self.till)
        self.till.collect_asked.connect(self.collect)
        self.till.qr_asked.connect(self.show_qr)
        self.till.drop_asked.connect(self.drop)
        self.till.strayed.connect(self._stray)
        self.basket.changed.connect(lambda: self._reckon())
        look.changed.connect(self._fit)

    def _make_body(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        column.addWidget(self.scan)
        self._middle = QStackedWidget()
        self._hint = Label(tone=Tone.SOFT, points=11, wrap=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.basket = Basket(self.room)
        hits: WindowedTableModel[CustomerHit] = WindowedTableModel(
            lambda ids: {hit.id: hit for hit in self._answer.customers if hit.id in ids},
            hit_columns(self.room),
            parent=self,
        )
        self.hits = TableView(hits, tr("Customers found"))
        self.hits.opened.connect(self._take)
        self.hits.clicked.connect(lambda _index: self._take(self.hits.current_id()))
        self.scan.leads_to(self.hits)
        for each in (self._hint, self.hits, self.basket):
            self._middle.addWidget(each)
        column.addWidget(self._middle)
        head = QHBoxLayout()
        head.addWidget(Label(tr("Just taken"), bold=True))
        head.addStretch(1)
        head.addWidget(Label(tr("Enter: print again or take back"), tone=Tone.SOFT, points=9))
        column.addLayout(head)
        recent: WindowedTableModel[ReceiptRow] = WindowedTableModel(
            lambda ids: {i: self._recent[i] for i in ids if i in self._recent},
            recent_columns(self.room),
            dim=lambda r: bool(r.reversed_by),
            parent=self,
        )
        self.recent = TableView(recent, tr("Just taken"), dense=True)
        self.recent.horizontalHeader().hide()
        self.recent.set_empty(tr("No receipt in this session yet."))
        self.recent.opened.connect(self._open_receipt)
        column.addWidget(self.recent, 1)
        return body

    # -- what the window calls

    def first_opened(self) -> None:
        self.scan.setFocus()

    def opened(self) -> None:
        self.reload()

    def refresh(self, tables: frozenset[str]) -> None:
        """Something was written, here or by another desk."""
        if tables & TABLES and self.isVisible():
            self.reload()

    def sent(self) -> None:
        """The head office has acknowledged more: the marks of what is not sent are brought up to date."""
        if self.session is not None and self.isVisible():
            self._show_recent()

    def show_record(self, record: object) -> bool:
        """Puts a customer at the counter, by id; "" is the page as it is."""
        if not isinstance(record, UUID):
            return record == ""
        if self.session is None:
            self._wanted = record
            return True
        return self.show_customer(record)

    # -- the session

    def reload(self) -> None:
        """Everything anew; the customer stays."""
        room = self.room
        if not room.may("cash.collect"):
            self.show_state(State.NO_RIGHT, tr("Taking money is for cashiers. Ask your supervisor."))
            self.till.hide()
            self.close_button.hide()
            return
        self.session = room.cash_queries.open_session(room.person.id, room.device())
        is_open = self.session is not None
        self.till.setVisible(is_open)
        self.close_button.setVisible(is_open)
        if self.session is None:
            self.set_count("")
            self.show_state(
                State.EMPTY,
                tr("No cash session is open. Count the money in the drawer and open one to take payments."),
                tr("Open session"),
                self.open_session,
                key="F2",
            )
            self.session_changed.emit(session_words(None, self.room.today(), room.zone))
            return
        at = clock_words(self.session.opened_at, room.today(), room.zone)
        point = room.point_name(self.session.point)
        self.set_count(tr("{point} · opened {time}", point=point, time=at))
        self.session_changed.emit(session_words(self.session, room.today(), room.zone))
        self.show_body()
        self.till.show_session(self.session)
        self._show_recent()
        if self.basket.due is not None:
            # What is being saved comes in as a change too, before the page is told of it.
            if not self._saving:
                self.show_customer(self.basket.due.customer_id, keep=True)
        elif self._wanted is not None:
            wanted, self._wanted = self._wanted, None
            self.show_customer(wanted)
        else:
            self._show_middle()

    def open_session(self) -> OpenDialog:
        """F2: begin."""
        dialog = OpenDialog(self.window(), self.room)
        dialog.begun.connect(lambda _id: self._begun())
        dialog.open()
        return dialog

    def _begun(self) -> None:
        self.reload()
        self.scan.setFocus()

    def close_session(self) -> CloseDialog | None:
        """F10: count the drawer."""
        if self.session is None:
            return None
        unsent = sum(row.unsent for row in self._recent.values())
        dialog = CloseDialog(
            self.window(),
            self.room,
            self.room.cash_queries.session(self.session.id),
            self._notes,
            unsent,
        )
        session_id = self.session.id
        dialog.closed.connect(lambda remitted: self._closed(session_id, remitted))
        dialog.open()
        return dialog

    def _closed(self, session_id: UUID, remitted: Remitted | None) -> None:
        self.drop()
        self.till.show_nobody()
        self.reload()
        if remitted is not None:
            words = tr(
                "Session closed. {amount} to hand in with slip {code}.",
                amount=self.room.money(remitted.amount),
                code=remitted.code,
            )
        else:
            words = tr("Session closed. There is no money to hand in.")
        toast(self, words)
        print_session(self.room, self.window(), session_id)

    # -- who pays

    def _look(self, text: str) -> None:
        if not text:
            self._entered = ""
            self._show_middle()
            return
        room = self.room
        self._looking.run(
            lambda _job: room.cash_queries.find(text),
            done=lambda found: self._found(text, found),
            failed=lambda error: toast(self, room.why(error), tone=Tone.WRONG),
        )

    def _enter(self) -> None:
        text = " ".join(self.scan.text().split())
        if not text:
            if self._middle.currentWidget() is self.basket:
                self.till.tender.setFocus()
            return
        if self._middle.currentWidget() is self.hits and self._answered == text:
            self._take(self.hits.current_id())
            return
        self._entered = text
        self._look(text)

    def _found(self, text: str, found: Found) -> None:
        if " ".join(self.scan.text().split()) != text:
            return
        entered, self._entered = self._entered == text, ""
        self._answered, self._answer = text, found
        if entered and len(found.customers) == 1:
            self._take(found.customers[0].id)
        elif found.customers:
            self.hits.set_ids([hit.id for hit in found.customers])
            self.hits.choose_first()
            self._middle.setCurrentWidget(self.hits)
        else:
            self._hint.setText(
                tr(
                    "Nothing found for “{text}”. Try part of the name, or the code.",
                    text=text,
                )
            )
            self._middle.setCurrentWidget(self._hint)
            if entered:
                self.scan.selectAll()

    def _take(self, customer_id: object) -> None:
        """One of the customers who were found: with the bill that was named; where it was a receipt, that."""
        found = self._answer
        if found.receipt_id is not None:
            self.scan.clear()
            self._open_receipt(found.receipt_id)
        else:
            self.show_customer(customer_id, bill_id=found.bill_id)

    def _fit(self) -> None:
        """The place for customers and bills is as high as the bills want it, and does not jump meanwhile."""
        wanted = max(self.basket.sizeHint().height(), px(LEAST_MIDDLE))
        self._middle.setFixedHeight(min(wanted, max(self.height() * 45 // 100, px(160))))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def _show_middle(self) -> None:
        self._fit()
        if self.basket.due is not None:
            self._middle.setCurrentWidget(self.basket)
            return
        self._hint.setText(tr("Scan the bill the customer brings, or type a few letters of the name."))
        self._middle.setCurrentWidget(self._hint)

    def show_customer(self, customer_id: object, *, bill_id: UUID | None = None, keep: bool = False) -> bool:
        """Puts a customer at the counter, with the open bills; `keep`: what was typed stays."""
        if not isinstance(customer_id, UUID):
            return False
        due = self.room.cash_queries.due(customer_id)
        if due is None:
            return False
        self.basket.show_customer(due, bill_id if self._is_open(due, bill_id) else None)
        if not keep:
            self._entry = self.room.new_id()
            self.scan.clear()
            self.till.show_customer(due.name)
            if bill_id is not None and not self._is_open(due, bill_id):
                toast(self, tr("This bill is paid already."), tone=Tone.INFO)
        self._show_middle()
        # What was typed for bills does not become a prepayment because another desk took their money.
        self._reckon(anew=not keep)
        if not keep:
            self.till.tender.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    @staticmethod
    def _is_open(due: Due, bill_id: UUID | None) -> bool:
        return any(b.id == bill_id for b in due.bills)

    def drop(self) -> None:
        """Esc: nobody is at the counter."""
        self.basket.due = None
        self._entry = None
        self.scan.clear()
        self.till.show_nobody()
        self._show_middle()
        self.scan.setFocus(Qt.FocusReason.OtherFocusReason)

    def _stray(self, text: str) -> None:
        """A code is being scanned while the tender has the keyboard."""
        self.scan.setFocus(Qt.FocusReason.OtherFocusReason)
        self.scan.setText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """What is typed anywhere goes to the scanner's field."""
        text = event.text()
        if self.session is not None and text.isalnum() and not event.modifiers():
            self._stray(text)
        else:
            super().keyPressEvent(event)

    # -- the money

    def _reckon(self, *, anew: bool = True) -> None:
        if self.basket.due is not None:
            prepay = not self.basket.bill_ids() if anew else None
            self.till.show_due(self.basket.amount(), prepay=prepay)

    def collect(self) -> None:
        """F9: take the money and give the receipt."""
        if self.basket.due is None or self.session is None or self._entry is None:
            return
        due, tendered = self.basket.amount(), self.till.tendered()
        if tendered is None and due:
            self.till.take_exact()
            self.till.say(tr("Check the sum, then press F9 again."))
            return
        tendered = tendered or 0
        if not due and not tendered and not self.basket.bill_ids():
            self.till.say(field_error("cash.nothing", tr))
            return
        if tendered < due:
            question = tr(
                "{name} hands over {tendered} of {due}. {left} stays owed.",
                name=self.basket.due.name,
                tendered=self.room.money(tendered),
                due=self.room.money(due),
                left=self.room.money(due - tendered),
            )
            self.room.prompter.confirm(self, question, tr("Take a part"), self._send)
            return
        self._send()

    def _send(self) -> None:
        room, due, session, entry = self.room, self.basket.due, self.session, self._entry
        if due is None or session is None or entry is None:
            return
        new = Collect(
            entry_id=entry,
            session_id=session.id,
            customer_id=due.customer_id,
            bill_ids=self.basket.bill_ids(),
            tendered=self.till.tendered() or 0,
            payer=self.till.payer.text(),
            use_credit=self.basket.use_credit(),
            keep_change=self.till.keep.isChecked(),
        )
        self._set_saving(True)
        room.jobs.run(
            self,
            lambda _job: room.cash.collect(room.person, new),
            done=self._collected,
            failed=self._refused,
            settled=lambda: self._set_saving(False),
        )

    def _set_saving(self, saving: bool) -> None:
        self._saving = saving
        self.till.set_busy(saving)

    def _collected(self, got: Collected) -> None:
        self.drop()
        self.till.show_nobody(got.change, got.code)
        self.reload()
        toast(self, tr("{amount} taken · {code}", amount=self.room.money(got.total), code=got.code))
        print_receipt(self.room, self, got.receipt_id, got.code, copy=False)

    def _refused(self, error: AppError) -> None:
        if error.code == "already_saved":
            self.drop()
            self.reload()
            toast(self, self.room.why(error), tone=Tone.INFO)
            return
        self.reload()
        self.till.say(self.room.why(error))

    def show_qr(self) -> QrDialog | None:
        """F7: the code for a transfer of what is due."""
        due = self.basket.due
        if due is None:
            return None
        amount = self.basket.amount()
        why = qr_reason(self.room, amount)
        if why:
            toast(self, why, tone=Tone.ATTENTION)
            return None
        chosen = [b.code for b in due.bills if b.id in self.basket.bill_ids()]
        bill = chosen[0] if len(chosen) == 1 else ""
        dialog = QrDialog(self.window(), self.room, amount, bill, bill or due.code, due.name)
        dialog.open()
        return dialog

    # -- receipts of the session

    def _show_recent(self) -> None:
        assert self.session is not None
        rows = self.room.cash_queries.receipts(
            self.session.id, self.room.device(), self.room.acked(), limit=RECENT
        )
        self._recent = {row.id: row for row in rows}
        self.recent.set_ids(list(self._recent))

    def _open_receipt(self, receipt_id: object) -> ReceiptDialog | None:
        if not isinstance(receipt_id, UUID):
            return None
        receipt = self.room.cash_queries.receipt(receipt_id)
        session = self.session.id if self.session else None
        dialog = ReceiptDialog(self, self.room, receipt, session)
        dialog.take_back_asked.connect(lambda reason: self._take_back(dialog, receipt, reason))
        dialog.open()
        return dialog

    def _take_back(self, dialog: ReceiptDialog, receipt: ReceiptView, reason: str) -> None:
        """The page's own job: it ends well also when the dialog was closed meanwhile."""
        room, session = self.room, self.session
        if session is None:
            return
        session_id, entry = session.id, room.new_id()

        def failed(error: AppError) -> None:
            if isValid(dialog) and dialog.isVisible():
                dialog.say(error)
            else:
                toast(self, room.why(error), tone=Tone.WRONG)

        def done(_reversal: UUID) -> None:
            if isValid(dialog):
                dialog.accept()
            self._taken_back(receipt.code, receipt.total)

        room.jobs.run(
            self,
            lambda _job: room.cash.reverse(room.person, receipt.id, session_id, reason, entry),
            done=done,
            failed=failed,
        )

    def _taken_back(self, code: str, amount: int) -> None:
        self.till.show_nobody()
        self.basket.due = None
        self.reload()
        self.scan.setFocus()
        words = tr("{code} is taken back. Give {amount} back.", code=code, amount=self.room.money(amount))
        toast(self, words, tone=Tone.ATTENTION)
