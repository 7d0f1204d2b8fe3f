"""Adding a customer, and keeping one up to date: one form, by keyboard alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.failures import field_error
from app.queries.customers import ConnectionView, CustomerCard
from app.services.customers import EditCustomer, NewConnection, NewCustomer, NewMeter
from app.ui.customers.room import CustomerRoom
from app.ui.customers.words import class_words, phone_words
from app.ui.kit.buttons import Button, go_back
from app.ui.kit.dialog import FormDialog
from app.ui.kit.inputs import NoteEdit, QuantityEdit, WholeEdit
from app.ui.kit.jobs import Latest
from app.ui.kit.labels import Label
from app.ui.kit.letters import LetterBox
from app.ui.kit.theme import px
from app.words import tr

CUSTOMER = ("code", "name", "phone", "address", "ward", "tax_code", "bank_account", "note")
CONNECTION = ("connection_address", "customer_class", "quotas", "route", "route_seq")
METER = ("meter_serial", "meter_digits")
COLUMNS = {
    "connection_code": "code",
    "connection_address": "address",
    "meter_serial": "serial",
    "meter_digits": "digits",
}
"""A field's column where it has another name."""


class CustomerDialog(FormDialog):
    """Signal `saved(customer id)`. `card` is the customer to be edited; without one a new one is added."""

    saved = Signal(object)

    def __init__(self, room: CustomerRoom, parent: QWidget, card: CustomerCard | None = None) -> None:
        title = tr("Add customer") if card is None else tr("Edit customer {code}", code=card.code)
        super().__init__(parent, room, title)
        self._over = parent.window()
        self.room, self._card = room, card
        self._entry_id: UUID = room.new_id()
        self._looking = Latest(room.jobs, self)
        self._add_fields()
        self.verb = Button(tr("Save"), self.save, key="F9", primary=True)
        self._lay_out(title)
        self.form.submitted.connect(self.save)
        if card is not None:
            self._fill(card)
        self.form.mark_clean()

    # -- the form ---------------------------------------------------------------------------------------

    def _add_fields(self) -> None:
        add, room = self.form.add, self.room
        code = QLineEdit()
        code.textEdited.connect(lambda _text: self._look_for_code())
        add("code", tr("Customer &code"), code)
        add("name", tr("Customer &name"), QLineEdit())
        add("phone", tr("&Phone"), QLineEdit(), tr("Several with a comma between them."))
        add("address", tr("&Address"), QLineEdit())
        add("ward", tr("&Ward"), QLineEdit())
        if self._card is not None and len(self._card.connections) > 1:
            points = LetterBox()
            for each in self._card.connections:
                points.addItem(f"{each.code} · {each.address}", each.id)
            add("connection", tr("Which connection"), points)
            points.activated.connect(self._change_connection)
        if self._card is None:
            hint = tr("Empty: the customer's code.")
            add("connection_code", tr("Connection code"), QLineEdit(), hint)
        hint = tr("Empty: the customer's address.") if self._card is None else ""
        add("connection_address", tr("Address of the connection"), QLineEdit(), hint)
        classes = LetterBox()
        for kind in room.rules.customer_classes(room.today()):
            classes.addItem(class_words(kind), kind)
        classes.setCurrentIndex(max(classes.findData("household"), 0))
        add("customer_class", tr("C&ustomer class"), classes)
        quotas = WholeEdit(4)
        quotas.set_value(1)
        add("quotas", tr("&Quotas"), quotas)
        add("route", tr("&Route"), QLineEdit())
        add("route_seq", tr("&Order in the route"), WholeEdit(7))
        add(
            "meter_serial",
            tr("&Meter serial"),
            QLineEdit(),
            tr("Empty: no meter yet.") if not self._card else "",
        )
        add("meter_digits", tr("Meter digits"), WholeEdit(1))
        if self._card is None:
            add("first_index", tr("&First index"), QuantityEdit())
        add("tax_code", tr("&Tax code"), QLineEdit())
        add("bank_account", tr("&Bank account"), QLineEdit())
        add("note", tr("Not&e"), NoteEdit(2), wide=True)

    def _lay_out(self, title: str) -> None:
        scroll = QScrollArea()
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self.form)
        self.form.setContentsMargins(px(2), px(2), px(10), px(2))
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(18), px(16), px(16))
        column.setSpacing(px(8))
        column.addWidget(Label(title, points=14, bold=True))
        column.addWidget(scroll, 1)
        foot = QHBoxLayout()
        foot.setSpacing(px(8))
        foot.addWidget(self.wrong, 1)
        foot.addWidget(go_back(self.reject))
        foot.addWidget(self.verb)
        column.addLayout(foot)
        window = self._over.size()
        self.resize(min(px(820), window.width() - px(64)), min(px(690), window.height() - px(32)))

    def start(self) -> None:
        """Shows the form with the keyboard in its first field."""
        self.open()
        self.form.editor("code" if self._card is None else "name").setFocus(Qt.FocusReason.OtherFocusReason)

    def _fill(self, card: CustomerCard) -> None:
        values: dict[str, Any] = {name: getattr(card, name) for name in CUSTOMER}
        values["phone"] = phone_words(card.phone)
        self.form.set_values(values)
        if card.connections:
            self._fill_connection(card.connections[0])
        for name in (*CONNECTION, *METER):
            there = bool(card.connections) if name in CONNECTION else any(k.meter for k in card.connections)
            self.form.set_field_visible(name, there)

    def _fill_connection(self, each: ConnectionView) -> None:
        values = {name: getattr(each, COLUMNS.get(name, name)) for name in CONNECTION}
        box = self.form.editor("customer_class")
        # A class whose prices have ended is still what this connection has.
        if isinstance(box, QComboBox) and box.findData(each.customer_class) < 0:
            box.addItem(class_words(each.customer_class), each.customer_class)
        if each.meter is not None:
            values |= {name: getattr(each.meter, COLUMNS[name]) for name in METER}
        self.form.set_values(values)
        self._shown = each

    def _change_connection(self, index: int) -> None:
        if self._card is None or self._card.connections[index] is self._shown:
            return
        box = self.form.editor("connection")
        assert isinstance(box, QComboBox)
        chosen = box.currentIndex()
        box.setCurrentIndex(self._card.connections.index(self._shown))
        if self.form.is_dirty():
            self.wrong.setText(tr("Save first, then go to another connection."))
            return
        self.wrong.setText("")
        box.setCurrentIndex(chosen)
        self._fill_connection(self._card.connections[chosen])

    # -- saving -----------------------------------------------------------------------------------------

    def _look_for_code(self) -> None:
        """Says beside the buttons that a code is in use while one still types."""
        code = self.form.values()["code"]
        if self._card is not None and code == self._card.code:
            self.wrong.setText("")
            return

        def say(taken: bool) -> None:
            self.wrong.setText(
                tr("{code}: {what}", code=code, what=field_error("taken", tr)) if taken else ""
            )

        self._looking.run(lambda _job: bool(code) and self.room.customers.taken(code), done=say)

    def save(self) -> None:
        """F9, Ctrl+Enter: off the UI thread; what is refused is said beside its field."""
        if not self.verb.isEnabled():
            return
        values = self.form.values()
        self.verb.setEnabled(False)
        self.form.show_errors({})
        self.wrong.setText("")
        self.room.jobs.run(
            self,
            lambda _job: self._write(values),
            done=self._finish,
            failed=self.refuse,
            settled=lambda: self.verb.setEnabled(True),
        )

    def _write(self, values: Mapping[str, Any]) -> UUID:
        room = self.room
        customer = {name: values[name] or None for name in CUSTOMER}
        if self._card is None:
            return room.customers.add(room.person, self._new(values, customer))
        connections: dict[UUID, dict[str, Any]] = {}
        meters: dict[UUID, dict[str, Any]] = {}
        if self._card.connections:
            fields = {COLUMNS.get(name, name): values[name] for name in CONNECTION}
            connections[self._shown.id] = fields
            if self._shown.meter is not None:
                meters[self._shown.meter.id] = {COLUMNS[name]: values[name] for name in METER}
        edit = EditCustomer(self._entry_id, self._card.id, customer, connections, meters)
        room.customers.edit(room.person, edit)
        return self._card.id

    def _new(self, values: Mapping[str, Any], customer: dict[str, Any]) -> NewCustomer:
        meter = None
        if values["meter_serial"]:
            meter = NewMeter(
                values["meter_serial"],
                values["meter_digits"],
                values["first_index"] or 0,
                self.room.today(),
            )
        connection = NewConnection(
            customer_class=values["customer_class"] or "",
            code=values["connection_code"],
            address=values["connection_address"],
            quotas=values["quotas"] or 0,
            route=values["route"] or None,
            route_seq=values["route_seq"],
            meter=meter,
        )
        return NewCustomer(entry_id=self._entry_id, connection=connection, **customer)

    def _finish(self, customer_id: UUID) -> None:
        self.form.mark_clean()
        self.accept()
        self.saved.emit(customer_id)
