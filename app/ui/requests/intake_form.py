"""The fields of a new request: what fills them, what they are kept as, the request they make."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import QLineEdit

from app.domain import names, people
from app.domain.errors import Invalid
from app.domain.request_types import missing
from app.queries.rules import RequestTypeView
from app.services.requests import AT_ONCE, NewRequest
from app.ui.kit.days import DateEdit
from app.ui.kit.forms import Form
from app.ui.kit.inputs import Check, NoteEdit
from app.ui.kit.letters import LetterBox
from app.ui.kit.ticks import TickList
from app.ui.requests.finder import CustomerEdit, KeysFirst
from app.ui.requests.room import CustomerHit, RequestRoom
from app.ui.requests.words import phone_words
from app.words import tr

TEXTS = ("words", "contact_name", "phone", "address", "source", "answer")
PRINTED = ("walk_in",)
"""The channels in which someone waits for the slip."""
SOURCED = ("media", "collaborator", "field", "box")
"""The channels of which it is worth knowing whose: the newspaper, the collaborator, the colleague."""


class IntakeForm(Form):
    """Signals: `adapted()` when type or channel brought other fields; `asked_beside()` when another customer
    or address is there."""

    adapted = Signal()
    asked_beside = Signal()

    def __init__(self, room: RequestRoom) -> None:
        super().__init__()
        self.room = room
        self._filled: dict[str, str] = {}
        self._may_answer = False
        self.incident_id: UUID | None = None
        """The incident under which the request is put."""
        self.customer = CustomerEdit(room.customers, room.jobs)
        self.types = LetterBox()
        self.types.addItem(tr("Choose, or type its first letters"), None)
        for code, kind in room.types.items():
            self.types.addItem(kind.name(tr.language), code)
        self.types.setMaxVisibleItems(24)
        self.channels = LetterBox()
        for code, word in names.channels(tr).items():
            self.channels.addItem(word, code)
        self.documents = TickList()
        self.rights = LetterBox()
        self.rights.addItem(tr("Choose, or type its first letters"), None)
        for code, item in room.rules.items("right").items():
            self.rights.addItem(item.name(tr.language), code)
        self.scores = LetterBox()
        self.scores.addItem(tr("Not asked"), None)
        for score, word in names.scores(tr).items():
            self.scores.addItem(word, score)
        self.came = DateEdit()
        self._came_today()
        address, answer = QLineEdit(), NoteEdit(2)
        self.add("customer", tr("&Customer"), self.customer, wide=True)
        self.add("type_code", tr("Request &type"), self.types)
        self.add("channel", tr("C&hannel"), self.channels)
        self.add("arrived_on", tr("The office had it on the &day"), self.came)
        self.add("source", tr("Whose, wh&ere"), QLineEdit())
        self.add("right_code", tr("&Right that is meant"), self.rights)
        hint = tr("What is needed and not ticked is asked for on paper; the clock waits.")
        self.add("documents", tr("Papers that were &brought"), self.documents, hint, wide=True)
        self.add("words", tr("What the customer &says"), NoteEdit(3), wide=True)
        self.add("contact_name", tr("Contact &name"), QLineEdit())
        nameless = Check()
        self.add("anonymous", tr("No na&me given"), nameless)
        self.add("phone", tr("&Phone"), QLineEdit())
        self.add("address", tr("&Address"), address)
        hint = tr("Only if the customer has the answer already: then nothing stays open.")
        self.add("answer", tr("Answered at &once"), answer, hint, wide=True)
        self.add("score", tr("How content the customer &is"), self.scores)
        KeysFirst(self.customer)
        self.customer.chosen.connect(self._picked)
        self.customer.nobody.connect(self._stranger)
        self.customer.cleared.connect(self._unpicked)
        self.types.currentIndexChanged.connect(lambda _i: self._other_type())
        self.documents.changed.connect(self.adapted)
        self.channels.currentIndexChanged.connect(lambda _i: self.adapt())
        answer.textChanged.connect(self._answered)
        self.came.dateChanged.connect(lambda _day: self.adapted.emit())
        address.editingFinished.connect(self.asked_beside)
        nameless.toggled.connect(lambda _on: self._told_who())
        for reached in (address, answer):
            reached.textChanged.connect(lambda *_text: self._told_where())
        self.adapt()

    # -- what it holds ----------------------------------------------------------------------------------

    @property
    def kind(self) -> RequestTypeView | None:
        """The type that is chosen."""
        return self.room.types.get(self.types.currentData() or "")

    @property
    def answer(self) -> str:
        """What was answered at once; empty where that cannot be."""
        return str(self.values()["answer"]) if self._may_answer else ""

    @property
    def prints(self) -> bool:
        """Whether someone stands there and waits for the slip."""
        return self.channels.currentData() in PRINTED and not self.answer

    @property
    def address(self) -> str:
        return str(self.values()["address"])

    @property
    def lacking(self) -> bool:
        """Whether papers are missing, so that it will be noted but not received."""
        brought = self.documents.value()
        return self.kind is not None and not self.answer and bool(missing(self.kind.documents, brought))

    def arrived_at(self) -> datetime | None:
        """When the office had it, if that was on an earlier day: its first minute, so that working time runs
        from the opening of that day."""
        if self.channels.currentData() in AT_ONCE:
            return None
        came: date = self.values()["arrived_on"]
        if came == self._today():
            return None
        return datetime(came.year, came.month, came.day, tzinfo=self.room.zone)

    def new_request(self, entry_id: UUID) -> NewRequest:
        """The request as it will be saved."""
        if self.customer.unsaid:  # saved with the keyboard still in the search
            self._fill_in(self.customer.unsaid)
        values, kind, channel = self.values(), self.kind, self.channels.currentData()
        complaint = kind is not None and kind.category == "complaint"
        nobody = values["anonymous"] and self.customer.customer_id is None
        return NewRequest(
            entry_id=entry_id,
            type_code=values["type_code"] or "",
            channel=values["channel"],
            words=values["words"],
            customer_id=self.customer.customer_id,
            contact_name=values["contact_name"],
            phone=values["phone"],
            address=values["address"],
            arrived_at=self.arrived_at(),
            source=values["source"] if channel in SOURCED else "",
            right_code=(values["right_code"] or "") if complaint else "",
            documents=tuple(values["documents"]),
            anonymous=nobody,
            incident_id=self.incident_id,
            answer=self.answer,
            score=int(values["score"]) if values["score"] and self.answer else None,
        )

    def show_refusals(self, error: Invalid) -> None:
        """Says beside each field why it is refused."""
        places = {"received_at": "arrived_on", "arrived_at": "arrived_on", "customer_id": "customer"}
        why = self.room.why_each(error)
        self.show_errors({places.get(name, name): words for name, words in why.items()})

    # -- drafts -----------------------------------------------------------------------------------------

    def kept(self) -> dict[str, Any] | None:
        """What is worth keeping, as plain values; None while nothing was typed but who asks: the next one
        at the counter is somebody else."""
        fields = self.values()
        fields["arrived_on"] = fields["arrived_on"].isoformat()
        fields["incident"] = None if self.incident_id is None else str(self.incident_id)
        fields["customer_words"] = self.customer.text()
        fields["filled"] = dict(self._filled)
        return fields if any(fields[name] != self._filled.get(name, "") for name in TEXTS) else None

    def restore(self, fields: Mapping[str, Any]) -> None:
        """Puts back what was kept."""
        for name in ("type_code", "channel", "right_code", "documents", "anonymous", "score", *TEXTS):
            self.set_values({name: fields.get(name)})
        self.came.setDate(QDate.fromString(str(fields.get("arrived_on", "")), Qt.DateFormat.ISODate))
        self.incident_id = UUID(fields["incident"]) if fields.get("incident") else None
        self.customer.set_value(fields.get("customer"))
        self.customer.setText(str(fields.get("customer_words", "")))
        self._filled = dict(fields.get("filled", {}))
        self.adapt()
        self.mark_clean()

    def clear(self) -> None:
        """An empty form."""
        self._filled.clear()
        self.customer.set_value(None)
        self.customer.clear()
        self.set_values(dict.fromkeys(TEXTS, ""))
        self.types.setCurrentIndex(0)
        self.channels.setCurrentIndex(0)
        self.set_values({"documents": [], "anonymous": False, "score": None})
        self.incident_id = None
        self._came_today()
        self.adapt()
        self.show_errors({})
        self.mark_clean()

    def show_customer(self, hit: CustomerHit) -> None:
        """As if this customer had been found."""
        self.customer.show_customer(hit.id, hit.code, hit.name)
        self._prefill(contact_name=hit.name, phone=phone_words(hit.phone), address=hit.address)
        self.mark_clean()

    # -- what follows from what -------------------------------------------------------------------------

    def adapt(self) -> None:
        """The fields that make sense for the type and the channel."""
        room, channel, kind = self.room, self.channels.currentData(), self.kind
        answers = people.may(room.person.roles, "requests.answer")
        if kind is not None and kind.restricted:
            answers = answers and room.viewer.restricted
        self._may_answer = answers and channel in AT_ONCE
        self.set_field_visible("answer", self._may_answer)
        self.set_field_visible("score", bool(self.answer))
        self.set_field_visible("arrived_on", channel not in AT_ONCE)
        self.set_field_visible("source", channel in SOURCED)
        self.set_field_visible("right_code", kind is not None and kind.category == "complaint")
        self.set_field_visible("documents", kind is not None and bool(kind.documents))
        self.set_field_visible("anonymous", self.customer.customer_id is None)
        self.adapted.emit()

    def _answered(self) -> None:
        """What the customer thinks of an answer is asked once there is one."""
        if self.scores.isVisibleTo(self) != bool(self.answer):
            self.set_field_visible("score", bool(self.answer))

    def _other_type(self) -> None:
        """The papers, the channels and the right that the type brings."""
        kind = self.kind
        if kind is not None:
            self.documents.offer(
                {
                    paper.code: paper.name(tr.language)
                    if paper.needed
                    else tr("{paper} (if there is one)", paper=paper.name(tr.language))
                    for paper in kind.documents
                }
            )
            chosen = self.channels.currentData()
            words = {code: word for code, word in names.channels(tr).items() if code in kind.channels}
            self.channels.blockSignals(True)
            self.channels.clear()
            for code, word in words.items():
                self.channels.addItem(word, code)
            self.channels.setCurrentIndex(max(self.channels.findData(chosen), 0))
            self.channels.blockSignals(False)
            if kind.right_code:
                self.rights.setCurrentIndex(self.rights.findData(kind.right_code))
        self.adapt()

    def _picked(self, hit: CustomerHit) -> None:
        self._told_who()
        self._prefill(contact_name=hit.name, phone=phone_words(hit.phone), address=hit.address)
        self._go_on()

    def _told_who(self) -> None:
        """No contact's name is needed any more, nor a way to reach them."""
        self.clear_errors("contact_name")
        self._told_where()

    def _told_where(self) -> None:
        """No phone number is needed any more; one that is wrong stays wrong."""
        if not self.values()["phone"]:
            self.clear_errors("phone")

    def _stranger(self, typed: str) -> None:
        self._fill_in(typed)
        self._go_on()

    def _fill_in(self, typed: str) -> None:
        """What was typed to find a customer says who it is, or how to reach them."""
        figures = sum(each.isdigit() for each in typed)
        self._prefill(**({"phone": typed} if figures * 2 > len(typed) else {"contact_name": typed}))

    def _unpicked(self) -> None:
        self._prefill(contact_name="", phone="", address="")
        self.adapt()
        self.asked_beside.emit()

    def _go_on(self) -> None:
        self.adapt()
        self.asked_beside.emit()
        if self.customer.hasFocus():  # who went on by Tab or a click is where they want to be
            self.types.setFocus(Qt.FocusReason.OtherFocusReason)

    def _prefill(self, **values: str) -> None:
        """Fills what is empty or was filled by us; what the clerk typed stays."""
        for name, value in values.items():
            editor = self.editor(name)
            assert isinstance(editor, QLineEdit)
            if editor.text() in ("", self._filled.get(name, "")):
                editor.setText(value)
                editor.setCursorPosition(0)
                self._filled[name] = value

    def _today(self) -> date:
        return self.room.now().astimezone(self.room.zone).date()

    def _came_today(self) -> None:
        today = self._today()
        self.came.setMaximumDate(QDate(today.year, today.month, today.day))
        self.came.setDate(self.came.maximumDate())
